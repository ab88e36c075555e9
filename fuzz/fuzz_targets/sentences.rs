//! Any text through tokens and sentences: sentences lie in order, in the text, on character boundaries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onrecord::lexicon::Lexicon;
use onrecord::{sentence, token};
use std::sync::LazyLock;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::english);

fuzz_target!(|text: &str| {
    let tokens = token::tokenize(&LEXICON, text);
    let layout = sentence::split(&LEXICON, text, &tokens);
    let mut at = 0;
    for sentence in &layout.sentences {
        assert!(at <= sentence.span.start && sentence.span.start <= sentence.span.end);
        assert!(text.get(sentence.span.range()).is_some());
        at = sentence.span.end;
    }
});
