//! Copies: documents that say what an earlier one said, as papers print what an agency wrote.
//!
//! **Exact** copies have the same words in the same order; how lines are broken does not count. **Near** copies share at least four fifths
//! of their runs of four words, as far as 64 smallest hashes (one for each 64th of all hashes: MinHash by one permutation) can
//! tell; documents that share four hashes in a row are compared. Only the latest documents are remembered, so memory has a
//! bound: [`EXACT`] or [`NEAR`] of those that are no copies themselves, and [`NAMES`] bytes of ids. What is further back is not found.
//!
//! Documents are asked for in the order of the input, so the answer is the same for any number of threads.

use crate::document::Document;
use rustc_hash::{FxBuildHasher, FxHasher};
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hasher};

/// How many documents are remembered to find exact copies.
pub const EXACT: usize = 400_000;

/// How many documents are remembered to find near copies.
pub const NEAR: usize = 50_000;

/// How many bytes of ids are remembered.
pub const NAMES: usize = 16 << 20;

/// The smallest hashes of a document.
const BINS: usize = 64;

/// How many of them stand in a row in an entry of the table.
const BAND: usize = 4;

/// How many of the smallest hashes near copies share.
const SAME: usize = BINS * 4 / 5;

/// Words of a run.
const RUN: usize = 4;

/// Documents with fewer words are copies only if all hashes are the same: so few runs tell little.
const FEW: usize = 25;

/// What counts as a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dedupe {
    /// The same words.
    Exact,
    /// Nearly the same words.
    Near,
}

impl Dedupe {
    /// Its name, as flags have it.
    pub fn name(self) -> &'static str {
        match self {
            Dedupe::Exact => "exact",
            Dedupe::Near => "near",
        }
    }
}

type Signature = [u32; BINS];

/// A document that is no copy.
struct First {
    id: Box<str>,
    keys: Vec<u128>,
    signature: Option<Box<Signature>>,
}

/// The documents so far that later ones may be copies of.
pub(super) struct Copies {
    kind: Dedupe,
    most: usize,
    firsts: VecDeque<First>,
    /// How many have been forgotten.
    forgotten: u64,
    /// The bytes of the ids.
    names: usize,
    /// By key, the number of the first document that has it.
    table: HashMap<u128, u64, FxBuildHasher>,
}

impl Copies {
    pub(super) fn new(kind: Dedupe) -> Copies {
        let most = if kind == Dedupe::Exact { EXACT } else { NEAR };
        Copies { kind, most, firsts: VecDeque::new(), forgotten: 0, names: 0, table: HashMap::default() }
    }

    /// The id of the document that this one is a copy of; one that is no copy is remembered.
    pub(super) fn first(&mut self, document: &Document) -> Option<String> {
        let (keys, signature) = match self.kind {
            Dedupe::Exact => (vec![same_words(&document.text)], None),
            Dedupe::Near => {
                let (signature, words) = signature(&document.text);
                let keys = signature.chunks(BAND).enumerate().map(|(band, hashes)| key(band, hashes)).collect();
                (keys, Some((Box::new(signature), words)))
            }
        };
        let mut known: Vec<u64> = keys.iter().filter_map(|key| self.table.get(key).copied()).collect();
        known.sort_unstable();
        known.dedup();
        let found = known.iter().map(|&number| &self.firsts[(number - self.forgotten) as usize]).find(|first| {
            let (Some((signature, words)), Some(other)) = (&signature, &first.signature) else { return true };
            let same = signature.iter().zip(other.iter()).filter(|(a, b)| a == b).count();
            same >= if *words < FEW { BINS } else { SAME }
        });
        if let Some(first) = found {
            return Some(first.id.to_string());
        }
        self.remember(First { id: document.id.as_str().into(), keys, signature: signature.map(|(signature, _)| signature) });
        None
    }

    fn remember(&mut self, first: First) {
        let number = self.forgotten + self.firsts.len() as u64;
        for &key in &first.keys {
            self.table.entry(key).or_insert(number);
        }
        self.names += first.id.len();
        self.firsts.push_back(first);
        while self.firsts.len() > self.most || (self.names > NAMES && self.firsts.len() > 1) {
            let Some(oldest) = self.firsts.pop_front() else { return };
            for key in &oldest.keys {
                if self.table.get(key) == Some(&self.forgotten) {
                    self.table.remove(key);
                }
            }
            self.names -= oldest.id.len();
            self.forgotten += 1;
        }
    }
}

/// A hash of the words of a text: wide enough that two texts with the same are the same.
fn same_words(text: &str) -> u128 {
    let (mut low, mut high) = (DefaultHasher::new(), DefaultHasher::new());
    high.write_u8(1);
    for word in text.split_whitespace() {
        for hasher in [&mut low, &mut high] {
            hasher.write(word.as_bytes());
            hasher.write_u8(b' ');
        }
    }
    u128::from(low.finish()) | u128::from(high.finish()) << 64
}

fn key(band: usize, hashes: &[u32]) -> u128 {
    let mut hasher = DefaultHasher::new();
    hashes.iter().for_each(|&hash| hasher.write_u32(hash));
    u128::from(hasher.finish()) << 8 | band as u128
}

/// The smallest hash among the runs of words in each bin, and the number of words.
fn signature(text: &str) -> (Signature, usize) {
    let mut bins: [Option<u32>; BINS] = [None; BINS];
    let mut run = [0u64; RUN];
    let mut words = 0;
    let mut take = |run: &[u64]| {
        // The words of a run one behind the other, then all bits mixed: bins go by the highest.
        let joined = run.iter().fold(0u64, |sum, &word| (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mixed = (joined ^ joined >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = mixed ^ mixed >> 32;
        let (bin, hash) = ((mixed >> 58) as usize, mixed as u32);
        bins[bin] = Some(bins[bin].map_or(hash, |least| least.min(hash)));
    };
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut hasher = FxHasher::default();
        if word.is_ascii() {
            word.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
        } else {
            word.chars().flat_map(char::to_lowercase).for_each(|c| hasher.write_u32(c.into()));
        }
        run.rotate_left(1);
        run[RUN - 1] = hasher.finish();
        words += 1;
        if words >= RUN {
            take(&run);
        }
    }
    if words < RUN {
        take(&run);
    }
    // An empty bin takes the hash of the next that is not, changed by the distance, so that two empty ones do not agree by chance.
    let mut filled = [0; BINS];
    for (bin, filled) in filled.iter_mut().enumerate() {
        let distance = (0..BINS).find(|distance| bins[(bin + distance) % BINS].is_some()).unwrap_or(0);
        *filled = bins[(bin + distance) % BINS].unwrap_or(0).wrapping_add((distance as u32).wrapping_mul(0x9e37_79b9));
    }
    (filled, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of so many words, all its own.
    fn text(seed: usize, words: usize) -> String {
        (0..words).map(|word| format!("w{}", (word * 7919 + seed * 104_729) % 1_000_003)).collect::<Vec<_>>().join(" ")
    }

    fn ask(copies: &mut Copies, id: &str, text: &str) -> Option<String> {
        copies.first(&Document::new(id, text))
    }

    #[test]
    fn exact_copies_have_the_same_words() {
        let mut copies = Copies::new(Dedupe::Exact);
        assert_eq!(ask(&mut copies, "a", "One two\nthree."), None);
        assert_eq!(ask(&mut copies, "b", "One two three.\n"), Some("a".into()));
        assert_eq!(ask(&mut copies, "c", "One two three"), None);
        assert_eq!(ask(&mut copies, "d", "one two three."), None);
        assert_eq!(ask(&mut copies, "e", "One twothree."), None);
    }

    #[test]
    fn near_copies_share_most_of_their_words() {
        let mut copies = Copies::new(Dedupe::Near);
        let article = text(1, 600);
        assert_eq!(ask(&mut copies, "a", &article), None);
        assert_eq!(ask(&mut copies, "b", &format!("TOLEDO, Ohio (Agency) {article} More tomorrow.")), Some("a".into()));
        assert_eq!(ask(&mut copies, "c", &text(2, 600)), None);
        let half: String = article[..article.len() / 2].to_owned() + &text(3, 300);
        assert_eq!(ask(&mut copies, "d", &half), None);
        assert_eq!(ask(&mut copies, "e", &article.to_uppercase()), Some("a".into()));
        assert_eq!(ask(&mut copies, "f", "Short and plain."), None);
        assert_eq!(ask(&mut copies, "g", "Short and plain!"), Some("f".into()));
        assert_eq!(ask(&mut copies, "h", "Short and clear."), None);
    }

    #[test]
    fn only_the_latest_are_remembered() {
        for kind in [Dedupe::Exact, Dedupe::Near] {
            let mut copies = Copies::new(kind);
            copies.most = 3;
            for seed in 0..4 {
                assert_eq!(ask(&mut copies, &seed.to_string(), &text(seed, 60)), None);
            }
            assert_eq!(ask(&mut copies, "x", &text(1, 60)), Some("1".into()));
            assert_eq!(ask(&mut copies, "0 again", &text(0, 60)), None);
            assert_eq!(copies.firsts.len(), 3);
            assert!(copies.table.values().all(|&number| number >= copies.forgotten));
        }
    }
}
