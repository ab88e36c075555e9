//! Any text through the quotation finder: quotations lie in the text, on character boundaries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onrecord::lexicon::Lexicon;
use onrecord::reading::Reading;
use onrecord::{quotation, sentence, token};
use std::sync::LazyLock;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::english);

fuzz_target!(|text: &str| {
    let tokens = token::tokenize(&LEXICON, text);
    let layout = sentence::split(&LEXICON, text, &tokens);
    let reading = Reading { lexicon: &LEXICON, text, tokens: &tokens, layout: &layout };
    for quotation in quotation::find(reading) {
        assert!(text.get(quotation.inner.range()).is_some());
    }
});
