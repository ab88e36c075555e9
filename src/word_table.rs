//! Numbers of words by their hash.
//!
//! A table of slots, some of them empty. A slot holds the number of a word, 0 if it is empty, and above it the upper bits of its hash. A word
//! stands in the first free slot behind the one that the uppermost bits name.

/// The bits of a slot that hold the number.
const NUMBER: u64 = (1 << 24) - 1;

/// The number of the word with this hash in a table, whose size is a power of two; 0 for one that it does not hold.
pub fn find(slots: &[u64], hash: u64) -> u32 {
    (slots[place(slots, hash)] & NUMBER) as u32
}

/// The slot of a hash, or the empty one where it belongs.
fn place(slots: &[u64], hash: u64) -> usize {
    let mut at = (hash >> (u64::BITS - slots.len().ilog2())) as usize;
    while slots[at] & NUMBER != 0 && (slots[at] ^ hash) & !NUMBER != 0 {
        at = (at + 1) & (slots.len() - 1);
    }
    at
}

/// A table that grows; of less than 16 million words.
pub struct WordTable {
    slots: Vec<u64>,
    words: u32,
}

impl WordTable {
    /// No words yet, and room for so many.
    pub fn with_room(words: usize) -> WordTable {
        WordTable { slots: vec![0; (2 * words + 2).next_power_of_two()], words: 0 }
    }

    /// The slots, at most half of them in use.
    pub fn slots(&self) -> &[u64] {
        &self.slots
    }

    /// The number of the word with this hash, the next one if it is new.
    pub fn add(&mut self, hash: u64) -> u32 {
        let at = place(&self.slots, hash);
        if self.slots[at] & NUMBER == 0 {
            self.words += 1;
            self.slots[at] = hash & !NUMBER | u64::from(self.words);
            if self.words as usize * 2 >= self.slots.len() {
                self.grow();
            }
            return self.words;
        }
        (self.slots[at] & NUMBER) as u32
    }

    fn grow(&mut self) {
        let larger = vec![0; self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, larger).into_iter().filter(|slot| slot & NUMBER != 0) {
            let at = place(&self.slots, slot);
            self.slots[at] = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold_hash;

    #[test]
    fn words_are_found_again_after_the_table_has_grown() {
        let mut table = WordTable::with_room(100);
        let before = table.slots().len();
        let hash = |i: usize| fold_hash(&format!("word{i}"));
        let numbers: Vec<u32> = (0..before).map(|i| table.add(hash(i))).collect();
        assert!(table.slots().len() > before);
        assert_eq!(numbers, (1..=before as u32).collect::<Vec<_>>());
        assert!((0..before).all(|i| find(table.slots(), hash(i)) == numbers[i] && table.add(hash(i)) == numbers[i]));
        assert_eq!(find(table.slots(), hash(before)), 0);
    }
}
