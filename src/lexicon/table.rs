//! Numbers of words by the hash of their folded form.
//!
//! A table of slots, some of them empty. A slot holds the upper half of a hash, and below it the number of the word, 0 if it is empty. A word
//! stands in the first free slot behind the one that the lower bits of its hash name.

/// The lower half of a slot.
const NUMBER: u64 = u32::MAX as u64;

/// The number of the word with this hash in a table, whose size is a power of two; 0 for one that it does not hold.
pub fn find(slots: &[u64], hash: u64) -> u32 {
    slots[place(slots, hash)] as u32
}

/// The slot of a hash, or the empty one where it belongs.
fn place(slots: &[u64], hash: u64) -> usize {
    let mask = slots.len() - 1;
    let mut at = hash as usize & mask;
    while slots[at] & NUMBER != 0 && (slots[at] ^ hash) & !NUMBER != 0 {
        at = (at + 1) & mask;
    }
    at
}

/// A table that grows.
pub struct Table {
    slots: Vec<u64>,
    /// By number; that of no word is 0.
    hashes: Vec<u64>,
}

impl Table {
    /// No words yet.
    pub fn new() -> Table {
        Table { slots: vec![0; 1 << 13], hashes: vec![0] }
    }

    /// The slots, at most half of them in use.
    pub fn slots(&self) -> &[u64] {
        &self.slots
    }

    /// The number of the word with this hash, the next one if it is new.
    pub fn add(&mut self, hash: u64) -> u32 {
        let at = place(&self.slots, hash);
        if self.slots[at] & NUMBER != 0 {
            return self.slots[at] as u32;
        }
        let word = self.hashes.len() as u32;
        self.slots[at] = hash & !NUMBER | u64::from(word);
        self.hashes.push(hash);
        if self.hashes.len() * 2 > self.slots.len() {
            self.grow();
        }
        word
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for (word, &hash) in (0u64..).zip(&self.hashes).skip(1) {
            let at = place(&self.slots, hash);
            self.slots[at] = hash & !NUMBER | word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold_hash;

    #[test]
    fn words_are_found_again_after_the_table_has_grown() {
        let mut table = Table::new();
        let before = table.slots().len();
        let hash = |i: usize| fold_hash(&format!("word{i}"));
        let numbers: Vec<u32> = (0..before).map(|i| table.add(hash(i))).collect();
        assert!(table.slots().len() > before);
        assert_eq!(numbers, (1..=before as u32).collect::<Vec<_>>());
        assert!((0..before).all(|i| find(table.slots(), hash(i)) == numbers[i] && table.add(hash(i)) == numbers[i]));
        assert_eq!(find(table.slots(), hash(before)), 0);
    }
}
