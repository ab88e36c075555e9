//! WordPiece: words cut into the pieces of the encoder's vocabulary.
//!
//! What BERT's uncased tokenizer does: control characters dropped, letters made small and bare of accents, punctuation and CJK characters cut
//! off, then the longest known piece taken from the left, again and again. Each piece keeps the bytes it stands for.

use crate::span::Span;
use rustc_hash::FxHasher;
use std::hash::Hasher;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A longer word is one unknown piece.
const LONGEST: usize = 100;
/// A shorter word of ASCII is looked up as it is.
const PLAIN: usize = 20;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordPiece {
    /// Its number in the vocabulary.
    pub id: u32,
    /// The bytes it stands for.
    pub span: Span,
}

/// A vocabulary.
///
/// All pieces lie in one text, and two tables of slots say where: it is made at each start, so 28,000 allocations are too many.
#[derive(PartialEq, Eq)]
pub struct Vocabulary {
    text: String,
    /// Where each piece ends in the text; it starts behind the one before.
    ends: Vec<u32>,
    starts: Table,
    /// Pieces inside a word, without their `##`.
    inner: Table,
    unknown: u32,
}

/// Numbers of pieces, each in the first free slot behind the one that its hash names.
#[derive(PartialEq, Eq)]
struct Table {
    /// A power of two, at most half of them in use; [`FREE`] in the others.
    slots: Vec<u32>,
}

const FREE: u32 = u32::MAX;

impl Table {
    fn new(pieces: usize) -> Table {
        Table { slots: vec![FREE; (2 * pieces + 1).next_power_of_two()] }
    }

    /// The slot of a piece, or the free one where it belongs.
    fn slot<'a>(&self, piece: &[u8], spelling: impl Fn(u32) -> &'a [u8]) -> usize {
        let mut hasher = FxHasher::default();
        hasher.write(piece);
        let mask = self.slots.len() - 1;
        let mut at = hasher.finish() as usize & mask;
        while self.slots[at] != FREE && spelling(self.slots[at]) != piece {
            at = (at + 1) & mask;
        }
        at
    }
}

impl Vocabulary {
    /// The vocabulary with these pieces in order; `None` if it lacks `[UNK]`.
    pub fn new<'a>(pieces: impl Iterator<Item = &'a str>) -> Option<Vocabulary> {
        let (mut text, mut ends, mut is_inner) = (String::new(), Vec::new(), Vec::new());
        for piece in pieces {
            let inner = piece.strip_prefix("##");
            text.push_str(inner.unwrap_or(piece));
            ends.push(text.len() as u32);
            is_inner.push(inner.is_some());
        }
        let inner = is_inner.iter().filter(|&&inner| inner).count();
        let (starts, inner) = (Table::new(ends.len() - inner), Table::new(inner));
        let mut vocabulary = Vocabulary { text, ends, starts, inner, unknown: FREE };
        for (id, is_inner) in is_inner.into_iter().enumerate() {
            let piece = vocabulary.spelling(id as u32);
            let table = if is_inner { &vocabulary.inner } else { &vocabulary.starts };
            let slot = table.slot(piece, |id| vocabulary.spelling(id));
            // Of a piece that stands twice the last counts.
            if is_inner { &mut vocabulary.inner } else { &mut vocabulary.starts }.slots[slot] = id as u32;
        }
        vocabulary.unknown = vocabulary.id("[UNK]")?;
        Some(vocabulary)
    }

    fn spelling(&self, id: u32) -> &[u8] {
        let start = id.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.text.as_bytes()[start as usize..self.ends[id as usize] as usize]
    }

    fn find(&self, table: &Table, piece: &[u8]) -> Option<u32> {
        Some(table.slots[table.slot(piece, |id| self.spelling(id))]).filter(|&id| id != FREE)
    }

    /// The number of a piece that is no inner one.
    pub fn id(&self, piece: &str) -> Option<u32> {
        self.find(&self.starts, piece.as_bytes())
    }

    /// The pieces of `span` of a text, in order.
    pub fn cut(&self, text: &str, span: Span, pieces: &mut Vec<WordPiece>) {
        let mut word = Word::default();
        let mut at = span.start as usize;
        while let Some(c) = text[at..span.end as usize].chars().next() {
            if word.chars.is_empty()
                && let Some(piece) = self.plain_word(&text.as_bytes()[..span.end as usize], at)
            {
                pieces.push(piece);
                at = piece.span.end as usize;
                continue;
            }
            let (start, end) = (at, at + c.len_utf8());
            at = end;
            if c.is_ascii_alphanumeric() {
                word.push(c.to_ascii_lowercase(), start, end);
                continue;
            }
            if c.is_whitespace() || c == '\u{fffd}' || is_dropped(c) {
                if c.is_whitespace() {
                    self.finish(&mut word, pieces);
                }
                continue;
            }
            if is_punctuation(c) || is_cjk(c) {
                self.finish(&mut word, pieces);
                word.push(c, start, end);
                self.finish(&mut word, pieces);
                continue;
            }
            for plain in std::iter::once(c).nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase) {
                word.push(plain, start, end);
            }
        }
        self.finish(&mut word, pieces);
    }

    /// The piece that a whole word is which starts there, if it is of ASCII and not long: most words are.
    fn plain_word(&self, text: &[u8], start: usize) -> Option<WordPiece> {
        let mut small = [0; PLAIN];
        let letters = text[start..].iter().take_while(|c| c.is_ascii_alphanumeric());
        let length = letters.take(PLAIN).zip(&mut small).map(|(c, small)| *small = c.to_ascii_lowercase()).count();
        let end = start + length;
        let ends = length < PLAIN && text.get(end).is_none_or(|c| c.is_ascii_punctuation() || matches!(c, b' ' | b'\n'));
        let id = if length > 0 && ends { self.find(&self.starts, &small[..length])? } else { return None };
        Some(WordPiece { id, span: Span::new(start, end) })
    }

    fn finish(&self, word: &mut Word, pieces: &mut Vec<WordPiece>) {
        if word.chars.is_empty() {
            return;
        }
        let before = pieces.len();
        let count = word.chars.len();
        let whole = Span::new(word.chars[0].start, word.chars[count - 1].end);
        let mut from = 0;
        while from < count && count <= LONGEST {
            let table = if from == 0 { &self.starts } else { &self.inner };
            let found = (from + 1..=count).rev().find_map(|to| {
                let end = word.chars.get(to).map_or(word.text.len(), |c| c.at);
                self.find(table, &word.text.as_bytes()[word.chars[from].at..end]).map(|id| (id, to))
            });
            let Some((id, to)) = found else { break };
            pieces.push(WordPiece { id, span: Span::new(word.chars[from].start, word.chars[to - 1].end) });
            from = to;
        }
        if from < count {
            pieces.truncate(before);
            pieces.push(WordPiece { id: self.unknown, span: whole });
        }
        word.text.clear();
        word.chars.clear();
    }
}

/// A word as the vocabulary spells it, with where each letter came from.
#[derive(Default)]
struct Word {
    text: String,
    chars: Vec<Letter>,
}

struct Letter {
    at: usize,
    start: usize,
    end: usize,
}

impl Word {
    fn push(&mut self, c: char, start: usize, end: usize) {
        self.chars.push(Letter { at: self.text.len(), start, end });
        self.text.push(c);
    }
}

/// Control and format characters.
fn is_dropped(c: char) -> bool {
    c.is_control()
        || crate::fold::is_zero_width(c)
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// ASCII punctuation and symbols, and what Unicode calls punctuation in the scripts that English news quotes.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}'
            | '\u{2053}'..='\u{205e}' | '\u{2e00}'..='\u{2e5d}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}'
            | '\u{ff01}'..='\u{ff03}' | '\u{ff05}'..='\u{ff0a}' | '\u{ff0c}'..='\u{ff0f}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}' | '\u{37e}' | '\u{387}'
            | '\u{55a}'..='\u{55f}' | '\u{589}' | '\u{5be}' | '\u{5c0}' | '\u{5c3}' | '\u{5f3}' | '\u{5f4}' | '\u{60c}' | '\u{61b}' | '\u{61f}' | '\u{964}' | '\u{965}')
}

/// Characters that are words by themselves.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2ceaf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(u32, &str)> {
        let vocabulary =
            Vocabulary::new(["[UNK]", "un", "##afford", "##able", "cafe", "“", "said", ",", "##s"].into_iter()).unwrap();
        let mut pieces = Vec::new();
        vocabulary.cut(text, Span::new(0, text.len()), &mut pieces);
        pieces.into_iter().map(|p| (p.id, p.span.of(text))).collect()
    }

    #[test]
    fn words_are_cut_from_the_left_and_keep_their_bytes() {
        assert_eq!(
            cut("“Unaffordable Cafés,” said"),
            [(5, "“"), (1, "Un"), (2, "afford"), (3, "able"), (4, "Café"), (8, "s"), (7, ","), (0, "”"), (6, "said")]
        );
        assert_eq!(cut("un\u{ad}able\u{200b} xyz"), [(1, "un"), (3, "able"), (0, "xyz")]);
        let ids = |text: &str| cut(text).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(
            ids("said, unsaid\u{1}Un."),
            ids("s\u{ad}aid\u{ad}, u\u{ad}nsaid\u{1}U\u{ad}n."),
            "whole words or letter by letter"
        );
        assert_eq!(cut(&"a".repeat(101)).len(), 1);
        assert!(cut(" \n").is_empty());
    }
}
