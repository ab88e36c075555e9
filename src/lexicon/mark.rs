//! Quotation marks and where they stand in a text.

use super::list::{self, ListError};
use crate::span::Span;
use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};

/// Which way a mark faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It opens.
    Open,
    /// It closes.
    Close,
    /// Its neighbours tell.
    Either,
}

/// Whether a mark is a main or an inner one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkLevel {
    /// `“ ” " « »`
    Double,
    /// `‘ ’ '`, also apostrophes.
    Single,
}

/// A quotation mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which way it faces.
    pub direction: Direction,
    /// Main or inner.
    pub level: MarkLevel,
}

/// All forms of quotation marks.
pub struct Marks {
    automaton: AhoCorasick,
    marks: Vec<Mark>,
    /// By byte: whether a mark starts with it.
    first: [bool; 256],
}

impl Marks {
    pub(super) fn parse(list: (&str, &str)) -> Result<Marks, ListError> {
        let mut patterns = Vec::new();
        let mut marks = Vec::new();
        let mut first = [false; 256];
        for entry in list::entries(list) {
            let entry = entry?;
            let mut mark = Mark { direction: Direction::Either, level: MarkLevel::Double };
            for attribute in entry.attributes() {
                match attribute {
                    "open" => mark.direction = Direction::Open,
                    "close" => mark.direction = Direction::Close,
                    "either" => mark.direction = Direction::Either,
                    "double" => mark.level = MarkLevel::Double,
                    "single" => mark.level = MarkLevel::Single,
                    _ => return Err(entry.unknown(attribute)),
                }
            }
            first[usize::from(entry.text.as_bytes()[0])] = true;
            patterns.push(entry.text);
            marks.push(mark);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Anchored)
            .build(&patterns)
            .expect("a few dozen short patterns are within the automaton's limits");
        Ok(Marks { automaton, marks, first })
    }

    /// The longest mark that starts at a byte of a text.
    pub fn at(&self, text: &str, at: usize) -> Option<(Span, Mark)> {
        if !self.first[usize::from(*text.as_bytes().get(at)?)] {
            return None;
        }
        let hit = self.automaton.find(Input::new(text).range(at..).anchored(Anchored::Yes))?;
        Some((Span::new(hit.start(), hit.end()), self.marks[hit.pattern().as_usize()]))
    }
}
