//! Windows: the pieces that the encoder reads at once.
//!
//! A window is a paragraph; a longer one is cut at sentence ends, not where a speaker goes on if there is another place, into windows of at
//! most [`CORE`] pieces, each with up to [`CONTEXT`] pieces of the sentences on either side, in which no cue is looked for. No paragraph of news is
//! twice as long: such a text has lost its paragraphs, and what several of them say is told apart better in windows half as large.
//! `training/encoder/data.py` does the same.

use crate::attribution::Cues;
use crate::attribution::draft::Taken;
use crate::attribution::view::View;
use crate::encoder::{Piece, Vocabulary, WordPiece};
use crate::lexicon::{Classes, CueClass, CueForm};
use crate::span::Span;
use std::ops::Range;

/// The most pieces of a window in which cues are looked for.
const CORE: usize = 176;
/// The most pieces of the sentences on either side.
const CONTEXT: usize = 12;
/// Case features of a piece outside quotations; inside they are so many higher.
const CASES: u8 = 5;

/// Pieces with their features and their bytes.
pub struct Window {
    /// The pieces, as the encoder takes them.
    pub pieces: Vec<Piece>,
    /// The bytes that each stands for.
    pub spans: Vec<Span>,
    /// The pieces in which cues are looked for.
    pub core: Range<usize>,
}

/// The windows of a document, in order. A paragraph has none where no quotation and no word that reports is left by those who took before.
pub(super) fn cut(view: &View<'_>, vocabulary: &Vocabulary, cues: Cues, taken: &Taken) -> Vec<Window> {
    let mut windows = Vec::new();
    for (index, paragraph) in view.layout.paragraphs.iter().enumerate() {
        let tokens = paragraph.tokens.range();
        let reports = |i: usize| view.quotation_at(i).is_some() || is_cue(view, cues, i);
        if !tokens.clone().any(|i| !taken.holds(i) && reports(i)) {
            continue;
        }
        let sentences = &view.layout.sentences;
        let first = sentences.partition_point(|s| (s.paragraph as usize) < index);
        let spans = sentences[first..].iter().take_while(|s| s.paragraph as usize == index).map(|s| s.span);
        Paragraph::cut(view, vocabulary, spans).windows(view, &mut windows);
    }
    windows
}

/// Whether a word may report what is asked for.
fn is_cue(view: &View<'_>, cues: Cues, at: usize) -> bool {
    let speech = |form: &CueForm| view.lexicon.cue(*form).class == CueClass::Speech;
    let spoken = || view.lexicon.cues().longest(view.tokens, at).is_some_and(|(forms, _)| forms.iter().any(speech));
    view.is(at, Classes::CUE) && (cues == Cues::All || spoken())
}

/// The pieces of a paragraph.
#[derive(Default)]
struct Paragraph {
    pieces: Vec<Piece>,
    spans: Vec<Span>,
    /// Where sentences start, in pieces, and their end; one longer than a window is cut.
    starts: Vec<usize>,
}

impl Paragraph {
    fn cut(view: &View<'_>, vocabulary: &Vocabulary, sentences: impl Iterator<Item = Span>) -> Paragraph {
        let mut paragraph = Paragraph { starts: vec![0], ..Paragraph::default() };
        let Paragraph { pieces, spans, starts } = &mut paragraph;
        let mut cut: Vec<WordPiece> = Vec::new();
        // The word of the piece before: a long one is looked at once. A mark has the words on both sides, and is looked at by itself.
        let mut word = (Span::default(), 0);
        let mut quotations = view.quotations;
        for sentence in sentences {
            cut.clear();
            vocabulary.cut(view.text, sentence, &mut cut);
            for (at, piece) in cut.iter().enumerate() {
                while quotations.first().is_some_and(|q| q.inner.end <= piece.span.start) {
                    quotations = &quotations[1..];
                }
                let quoted = quotations.first().map(|q| q.inner).filter(|inner| inner.start <= piece.span.start);
                let letters = piece.span.of(view.text).chars().all(char::is_alphanumeric);
                if !letters || !word.0.contains(piece.span) {
                    let whole = word_at(view.text, piece.span);
                    word = (if letters { whole } else { Span::default() }, case_of(whole.of(view.text)));
                }
                pieces.push(features(piece, word.1, sentence.start, quoted));
                spans.push(piece.span);
                if (at + 1) % CORE == 0 && at + 1 < cut.len() {
                    starts.push(pieces.len());
                }
            }
            starts.push(pieces.len());
        }
        paragraph
    }

    /// Adds its windows.
    fn windows(&self, view: &View<'_>, windows: &mut Vec<Window>) {
        let Paragraph { pieces, spans, starts } = self;
        let mut first = 0;
        while first + 1 < starts.len() {
            let end = self.end(view, first);
            let alone = |boundary: usize| boundary == 0 || boundary + 1 == starts.len() || self.turns(view, boundary);
            let before = if alone(first) { starts[first] } else { starts[first].saturating_sub(CONTEXT).max(starts[first - 1]) };
            let after = if alone(end) { starts[end] } else { (starts[end] + CONTEXT).min(starts[end + 1]) };
            if starts[first] < starts[end] {
                windows.push(Window {
                    pieces: pieces[before..after].to_vec(),
                    spans: spans[before..after].to_vec(),
                    core: starts[first] - before..starts[end] - before,
                });
            }
            first = end;
        }
    }

    /// Before which sentence the window ends that starts with one.
    fn end(&self, view: &View<'_>, first: usize) -> usize {
        let starts = &self.starts;
        let most = if self.pieces.len() > 2 * CORE { CORE / 2 } else { CORE };
        let (mut longest, mut whole) = (first + 1, None);
        for end in (first + 1..starts.len()).take_while(|&end| end == first + 1 || starts[end] - starts[first] <= most) {
            longest = end;
            if self.turns(view, end) {
                return end;
            }
            if self.token(view, end).is_none_or(|next| !goes_on(view, next)) {
                whole = Some(end);
            }
        }
        whole.unwrap_or(longest)
    }

    /// Whether somebody else speaks from a sentence on.
    fn turns(&self, view: &View<'_>, sentence: usize) -> bool {
        self.token(view, sentence).is_some_and(|next| turns(view, next))
    }

    /// The first token of a sentence; none behind the last.
    fn token(&self, view: &View<'_>, sentence: usize) -> Option<usize> {
        self.spans.get(self.starts[sentence]).map(|piece| view.token_at(piece.start))
    }
}

/// Whether one quotation ends before a token, and another starts with it: somebody else speaks there, in a paragraph whose start was lost.
fn turns(view: &View<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|last| view.quotation_at(last));
    before.is_some() && view.quotation_at(at).is_some_and(|next| Some(next) != before)
}

/// Whether words of the speaker before go on with a token: in the middle of a quotation, or with one that has no words for its speaker in
/// its last sentence.
fn goes_on(view: &View<'_>, at: usize) -> bool {
    view.quotation_at(at).map(|q| &view.quotations[q]).is_some_and(|quotation| {
        let follows = || view.sentence(quotation.end() - 1).end as usize <= quotation.end();
        quotation.open() < at || follows()
    })
}

/// A piece with its features: `case` is its word's, `start` is where its sentence starts, `quoted` the quotation that it stands in.
fn features(piece: &WordPiece, case: u8, start: u32, quoted: Option<Span>) -> Piece {
    let Span { start: at, end } = piece.span;
    let structure = match quoted {
        _ if at == start => 1,
        Some(inner) if at == inner.start => 2,
        Some(inner) if end == inner.end => 3,
        _ => 0,
    };
    Piece { id: piece.id, case: case + if quoted.is_some() { CASES } else { 0 }, structure }
}

/// The run of letters and digits around a piece.
fn word_at(text: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let before: usize = text[..start].chars().rev().take_while(|c| c.is_alphanumeric()).map(char::len_utf8).sum();
    let after: usize = text[end..].chars().take_while(|c| c.is_alphanumeric()).map(char::len_utf8).sum();
    Span::new(start - before, end + after)
}

/// 1 no letter, 2 small, 3 capital first, 4 all capitals.
fn case_of(word: &str) -> u8 {
    let mut letters = word.chars().filter(|c| c.is_alphabetic()).map(char::is_uppercase);
    match (letters.next(), letters.next()) {
        (None, _) => 1,
        (Some(false), _) => 2,
        (Some(true), Some(true)) if letters.all(|upper| upper) => 4,
        (Some(true), _) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_a_case() {
        assert_eq!(["1990", "said", "Said", "NATO", "I", "eBay", "Éa", "McCain"].map(case_of), [1, 2, 3, 4, 3, 2, 3, 3]);
        assert_eq!(word_at("the Governor’s", Span::new(7, 9)), Span::new(4, 12));
    }
}
