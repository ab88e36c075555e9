//! WordPiece: words cut into the pieces of the encoder's vocabulary.
//!
//! What BERT's uncased tokenizer does: control characters dropped, letters made small and bare of accents, punctuation and CJK characters cut
//! off, then the longest known piece taken from the left, again and again. Each piece keeps the bytes it stands for.

use crate::fold::Hash;
use crate::span::Span;
use crate::word_table::{self, WordTable};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A longer word is one unknown piece.
const LONGEST: usize = 100;
/// Tells a piece inside a word from one that starts it.
const INNER: u64 = 0x5bd1_e995_9d1b_58a3;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordPiece {
    /// Its number in the vocabulary.
    pub id: u32,
    /// The bytes it stands for.
    pub span: Span,
}

/// A vocabulary: a number for each piece, by its hash.
pub struct Vocabulary {
    /// Numbers are one higher here, and the hashes of inner pieces are changed by [`INNER`].
    pieces: WordTable,
    unknown: u32,
}

impl PartialEq for Vocabulary {
    fn eq(&self, other: &Vocabulary) -> bool {
        self.pieces.slots() == other.pieces.slots()
    }
}

impl Vocabulary {
    /// The vocabulary with these pieces in order, of which there are so many; `None` if one stands twice or `[UNK]` is missing.
    pub fn new<'a>(count: usize, pieces: impl Iterator<Item = &'a str>) -> Option<Vocabulary> {
        let mut vocabulary = Vocabulary { pieces: WordTable::with_room(count), unknown: 0 };
        for (id, piece) in (0u32..).zip(pieces) {
            let (text, salt) = piece.strip_prefix("##").map_or((piece, 0), |inner| (inner, INNER));
            if vocabulary.pieces.add(hash(text) ^ salt) != id + 1 {
                return None;
            }
        }
        vocabulary.unknown = vocabulary.id("[UNK]")?;
        Some(vocabulary)
    }

    /// The number of a piece with this hash.
    fn find(&self, hash: u64) -> Option<u32> {
        word_table::find(self.pieces.slots(), hash).checked_sub(1)
    }

    /// The number of a piece that is no inner one.
    pub fn id(&self, piece: &str) -> Option<u32> {
        self.find(hash(piece))
    }

    /// The pieces of `span` of a text, in order.
    pub fn cut(&self, text: &str, span: Span, pieces: &mut Vec<WordPiece>) {
        let mut word = Word::default();
        let mut at = span.start as usize;
        let bytes = &text.as_bytes()[..span.end as usize];
        while at < bytes.len() {
            if word.chars.is_empty() {
                if bytes[at] == b' ' {
                    at += 1;
                    continue;
                }
                if let Some(piece) = self.plain_piece(bytes, at) {
                    pieces.push(piece);
                    at = piece.span.end as usize;
                    continue;
                }
            }
            let Some(c) = text[at..].chars().next() else { break };
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

    /// The piece that starts there, if it is a whole word or a mark of ASCII: most are.
    fn plain_piece(&self, text: &[u8], start: usize) -> Option<WordPiece> {
        let (mut hash, mut end) = (Hash::EMPTY, start);
        while let Some(letter) = text.get(end).filter(|c| c.is_ascii_alphanumeric()) {
            hash = hash.with(letter.to_ascii_lowercase());
            end += 1;
        }
        if end == start {
            let mark = text[start];
            hash = hash.with(mark);
            end = if mark.is_ascii_punctuation() { start + 1 } else { return None };
        } else if text.get(end).is_some_and(|c| !c.is_ascii_punctuation() && !matches!(c, b' ' | b'\n')) {
            return None;
        }
        Some(WordPiece { id: self.find(hash.value())?, span: Span::new(start, end) })
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
            word.hash_from(from);
            let salt = if from == 0 { 0 } else { INNER };
            let found = (from + 1..=count).rev().find_map(|to| Some((self.find(word.hashes[to - from - 1] ^ salt)?, to)));
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

/// The hash of a piece as it is spelled.
fn hash(piece: &str) -> u64 {
    piece.bytes().fold(Hash::EMPTY, Hash::with).value()
}

/// A word as the vocabulary spells it, with where each letter came from.
#[derive(Default)]
struct Word {
    text: String,
    chars: Vec<Letter>,
    hashes: Vec<u64>,
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

    /// Takes the hashes of the beginnings of what stands behind some letters.
    fn hash_from(&mut self, letter: usize) {
        self.hashes.clear();
        let mut hash = Hash::EMPTY;
        for (at, letter) in self.chars.iter().enumerate().skip(letter) {
            let end = self.chars.get(at + 1).map_or(self.text.len(), |next| next.at);
            hash = self.text.as_bytes()[letter.at..end].iter().fold(hash, |hash, &byte| hash.with(byte));
            self.hashes.push(hash.value());
        }
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
        let pieces = ["[UNK]", "un", "##afford", "##able", "cafe", "“", "said", ",", "##s"];
        let vocabulary = Vocabulary::new(pieces.len(), pieces.into_iter()).unwrap();
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
