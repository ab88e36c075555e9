//! Sentences: where they end.
//!
//! An end is the last character before white space. Ends that a blank line gives away do not count, nor does the end of the text.

use super::Seen;
use super::characters::is_space;
use super::gold::{Bytes, Record, items};
use super::mistake::Mistake;
use super::tally::Tally;
use crate::span::Span;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// What is right about a document.
#[derive(Clone, Debug)]
pub struct Gold {
    sentences: Vec<Span>,
}

impl Gold {
    pub(super) fn read(record: &Record, bytes: &Bytes) -> Result<Gold, String> {
        Ok(Gold { sentences: items(record, "sentences", |span| bytes.span(span))? })
    }
}

/// The figures of sentences.
#[derive(Debug, Default, Serialize)]
pub struct Scores {
    /// The documents.
    pub documents: usize,
    /// The ends.
    pub ends: Tally,
}

impl Scores {
    pub(super) fn take(&mut self, seen: Seen<'_>, gold: &Gold, mistakes: &mut Vec<Mistake>) {
        let text = seen.document.text.as_str();
        let wanted = ends(text, gold.sentences.iter().copied());
        let found = ends(text, seen.annotation.layout.sentences.iter().map(|sentence| sentence.span));
        self.documents += 1;
        self.ends += Tally { right: wanted.intersection(&found).count(), found: found.len(), gold: wanted.len() };
        for (what, one, other) in [("sentences: no end", &found, &wanted), ("sentences: missed end", &wanted, &found)] {
            mistakes.extend(one.difference(other).map(|&end| Mistake::new(what, seen.document, word_before(text, end))));
        }
    }
}

/// The ends that only who reads the words can tell.
fn ends(text: &str, sentences: impl Iterator<Item = Span>) -> BTreeSet<usize> {
    let end = |span: Span| {
        let end = span.start as usize + span.of(text).trim_end_matches(is_space).len();
        let rest = text[end..].trim_start_matches(is_space);
        let gap = &text[end..text.len() - rest.len()];
        (!rest.is_empty() && gap.matches('\n').count() < 2).then_some(end)
    };
    sentences.filter_map(end).collect()
}

/// The word that ends at a byte.
fn word_before(text: &str, end: usize) -> Span {
    let start = text[..end].char_indices().rev().find(|(_, c)| is_space(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    Span::new(start, end)
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([precision, recall, f1], Tally { right, found, gold }) = (self.ends.percents(), self.ends);
        writeln!(f, "sentences: {} documents", self.documents)?;
        writeln!(f, "  {:18}precision  recall      F1    right    found     gold", "")?;
        writeln!(f, "  {:18}{precision:9.2} {recall:7.2} {f1:7.2} {right:8} {found:8} {gold:8}", "ends")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_that_a_blank_line_gives_away_do_not_count() {
        let text = "One. Two.\nThree.\n \nFour. Five. ";
        let spans = [(0, 5), (5, 9), (10, 16), (19, 24), (25, 31)].map(|(start, end)| Span::new(start, end));
        assert_eq!(ends(text, spans.into_iter()).into_iter().collect::<Vec<_>>(), [4, 9, 24]);
        assert_eq!(word_before(text, 9).of(text), "Two.");
        assert_eq!(word_before(text, 4).of(text), "One.");
    }
}
