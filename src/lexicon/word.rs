//! The words of a lexicon: a number for each, and what is known by that number.

use super::class::Classes;
use crate::aligned::Aligned;
use crate::word_table::{self, WordTable};

/// A word of the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(u32);

impl WordId {
    /// The id of every word that no list holds.
    pub const UNKNOWN: WordId = WordId(0);
}

/// The arrays of the long lists, which `build.rs` makes; see [`super::bulk`].
struct Compiled {
    slots: &'static [u64],
    classes: &'static [u64],
    men: &'static [u8],
    bearers: &'static [u32],
}

macro_rules! compiled {
    ($name:literal) => {{
        static ARRAY: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/", $name)));
        bytemuck::cast_slice(&ARRAY.0)
    }};
}

/// Words by the hash of their folded form.
///
/// Those of the long lists lie where they were embedded. Those of the short lists are asked first: they are few, and most words of a text are
/// among them. Their numbers follow those of the long lists; a word of both has a number of each kind, and goes by the second.
pub(super) struct Words {
    long: Compiled,
    short: WordTable,
    /// By number, of both kinds: asked so often that one array is worth a copy.
    classes: Vec<Classes>,
    /// The numbers of words of short lists in the long ones, 0 if they are in none.
    twins: Vec<u32>,
}

impl Words {
    /// The words of the long lists.
    pub fn shipped() -> Words {
        let long = Compiled {
            slots: compiled!("slots"),
            classes: compiled!("classes"),
            men: compiled!("men"),
            bearers: compiled!("bearers"),
        };
        Words {
            classes: long.classes.iter().map(|&classes| Classes(classes)).collect(),
            long,
            short: WordTable::with_room(8_000),
            twins: Vec::new(),
        }
    }

    /// The number of the last word of the long lists.
    fn last(&self) -> u32 {
        self.long.classes.len() as u32 - 1
    }

    /// The word's number in the long lists.
    fn long(&self, word: WordId) -> usize {
        if word.0 <= self.last() { word.0 as usize } else { self.twins[(word.0 - self.last()) as usize - 1] as usize }
    }

    /// The word with this hash, or the unknown one.
    pub fn find(&self, hash: u64) -> WordId {
        match word_table::find(self.short.slots(), hash) {
            0 => WordId(word_table::find(self.long.slots, hash)),
            word => WordId(self.last() + word),
        }
    }

    /// The word with this hash, made if it is new, with the classes added.
    pub fn add(&mut self, hash: u64, classes: Classes) -> WordId {
        let word = WordId(self.last() + self.short.add(hash));
        if word.0 as usize == self.classes.len() {
            let twin = word_table::find(self.long.slots, hash);
            self.twins.push(twin);
            self.classes.push(self.classes[twin as usize]);
        }
        self.add_classes(word, classes);
        word
    }

    /// Adds classes to a word of short lists.
    pub fn add_classes(&mut self, word: WordId, classes: Classes) {
        let of = &mut self.classes[word.0 as usize];
        *of = of.or(classes);
    }

    /// The classes of a word.
    pub fn classes(&self, word: WordId) -> Classes {
        self.classes[word.0 as usize]
    }

    /// The share of men among the bearers of a given name, in per cent; above 100 for other words.
    pub fn men(&self, word: WordId) -> u8 {
        self.long.men[self.long(word)]
    }

    /// How many people bear the word as a surname.
    pub fn bearers(&self, word: WordId) -> u32 {
        self.long.bearers[self.long(word)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold_hash;

    #[test]
    fn a_word_of_long_and_short_lists_is_one() {
        let mut words = Words::shipped();
        let (mary, said) = (fold_hash("mary"), fold_hash("qwertzuiop"));
        let before = words.find(mary);
        assert!(words.classes(before).any(Classes::GIVEN_NAME) && words.men(before) < 10);
        assert_eq!(words.find(said), WordId::UNKNOWN);
        assert_eq!((words.men(WordId::UNKNOWN), words.bearers(WordId::UNKNOWN)), (u8::MAX, 0));
        let (mary, said) =
            ([words.add(mary, Classes::ROLE), words.find(mary)], [words.add(said, Classes::CUE), words.find(said)]);
        assert_eq!((mary[0], said[0]), (mary[1], said[1]));
        assert!(mary[0] != before && mary[0] != said[0]);
        assert!(words.classes(mary[0]).any(Classes::GIVEN_NAME) && words.classes(mary[0]).any(Classes::ROLE));
        assert_eq!(words.men(mary[0]), words.men(before));
        assert_eq!((words.classes(said[0]), words.men(said[0]), words.bearers(said[0])), (Classes::CUE, u8::MAX, 0));
    }
}
