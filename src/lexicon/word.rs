//! The words of a lexicon: a number for each, and what is known by that number.

use super::Classes;

/// A word of the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(pub(super) u32);

impl WordId {
    /// The id of every word that no list holds.
    pub const UNKNOWN: WordId = WordId(0);
}

/// Words by the hash of their folded form, with their classes.
///
/// A table of slots, some of them empty; a word stands in the first free slot behind the one that the lower bits of its hash name. It is made
/// anew by each run from 75,000 words, so it has to be cheap to make, and it is asked for every word of a text, so it has to be small.
pub(super) struct Words {
    /// A power of two, at most three quarters of them in use.
    slots: Vec<Slot>,
    /// By word: its hash.
    hashes: Vec<u64>,
    classes: Vec<Classes>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    /// The upper half of the hash.
    tag: u32,
    /// 0, the unknown word, in an empty slot.
    word: u32,
}

/// Slots at first: what the English lists need.
const SLOTS: usize = 1 << 17;

impl Words {
    /// No words but the unknown one.
    pub fn new() -> Words {
        Words { slots: vec![Slot::default(); SLOTS], hashes: vec![0], classes: vec![Classes::default()] }
    }

    /// The slot of a hash, or the empty one where it belongs.
    fn slot(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let (mut at, tag) = (hash as usize & mask, (hash >> 32) as u32);
        while self.slots[at].word != 0 && self.slots[at].tag != tag {
            at = (at + 1) & mask;
        }
        at
    }

    /// The word with this hash, or the unknown one.
    pub fn find(&self, hash: u64) -> WordId {
        WordId(self.slots[self.slot(hash)].word)
    }

    /// The word with this hash, made if it is new, with the classes added.
    pub fn add(&mut self, hash: u64, classes: Classes) -> WordId {
        let at = self.slot(hash);
        if self.slots[at].word != 0 {
            let word = WordId(self.slots[at].word);
            self.add_classes(word, classes);
            return word;
        }
        let word = self.classes.len() as u32;
        self.slots[at] = Slot { tag: (hash >> 32) as u32, word };
        self.hashes.push(hash);
        self.classes.push(classes);
        if self.classes.len() * 4 > self.slots.len() * 3 {
            self.grow();
        }
        WordId(word)
    }

    fn grow(&mut self) {
        self.slots = vec![Slot::default(); self.slots.len() * 2];
        for (word, &hash) in self.hashes.iter().enumerate().skip(1) {
            let at = self.slot(hash);
            self.slots[at] = Slot { tag: (hash >> 32) as u32, word: word as u32 };
        }
    }

    /// The classes of a word.
    pub fn classes(&self, word: WordId) -> Classes {
        self.classes[word.0 as usize]
    }

    /// Adds classes to a word.
    pub fn add_classes(&mut self, word: WordId, classes: Classes) {
        let of = &mut self.classes[word.0 as usize];
        *of = of.or(classes);
    }
}

/// A value for each word, the same for most.
pub(super) struct OfWords<T> {
    values: Vec<T>,
    usual: T,
}

impl<T: Copy> OfWords<T> {
    /// The same value for all.
    pub fn new(usual: T) -> OfWords<T> {
        OfWords { values: Vec::new(), usual }
    }

    /// The value of a word.
    pub fn get(&self, word: WordId) -> T {
        self.values.get(word.0 as usize).copied().unwrap_or(self.usual)
    }

    /// Gives a word another value.
    pub fn set(&mut self, word: WordId, value: T) {
        let at = word.0 as usize;
        if at >= self.values.len() {
            self.values.resize(at + 1, self.usual);
        }
        self.values[at] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold_hash;

    #[test]
    fn words_are_found_again_after_the_table_has_grown() {
        let mut words = Words::new();
        let hash = |i: usize| fold_hash(&format!("word{i}"));
        let ids: Vec<WordId> = (0..SLOTS).map(|i| words.add(hash(i), Classes::VERB)).collect();
        assert!(words.slots.len() > SLOTS);
        assert!(ids.iter().enumerate().all(|(i, &id)| words.find(hash(i)) == id && id != WordId::UNKNOWN));
        assert_eq!(words.find(hash(SLOTS)), WordId::UNKNOWN);
        assert_eq!(words.add(hash(7), Classes::CUE), ids[7]);
        assert_eq!(words.classes(ids[7]), Classes::VERB.or(Classes::CUE));
    }

    #[test]
    fn a_value_that_was_not_set_is_the_usual_one() {
        let mut of = OfWords::new(9u8);
        of.set(WordId(3), 1);
        assert_eq!([2, 3, 4].map(|word| of.get(WordId(word))), [9, 1, 9]);
    }
}
