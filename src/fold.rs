//! The folded form of a word: what two spellings must share to be the same word.
//!
//! Lower case, straight apostrophes, composed letters (NFKC), no zero-width characters. Words are compared by a 64-bit
//! hash of that form alone; with the 200,000 words known here, the chance that an unknown word of a text collides with one of them
//! is about 1 in 10^14.

use unicode_normalization::UnicodeNormalization;

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of a word's folded form (FNV-1a, 64 bits; never 0).
///
/// Stable across versions and machines: the compiled gazetteer holds such hashes.
pub fn fold_hash(word: &str) -> u64 {
    let mut hash = Hash::EMPTY;
    let mut rest = word.as_bytes();
    // Most words, and the marks of most texts.
    loop {
        match rest {
            [] => return hash.value(),
            [ascii @ 0..0x80, behind @ ..] => {
                hash = hash.with(ascii.to_ascii_lowercase());
                rest = behind;
            }
            // ‘ ’
            [0xe2, 0x80, 0x98 | 0x99, behind @ ..] => {
                hash = hash.with(b'\'');
                rest = behind;
            }
            // – — “ ”
            [0xe2, 0x80, last @ (0x93 | 0x94 | 0x9c | 0x9d), behind @ ..] => {
                hash = hash.with(0xe2).with(0x80).with(*last);
                rest = behind;
            }
            _ => break,
        }
    }
    let mut buffer = [0; 4];
    fold_chars(word).fold(Hash::EMPTY, |hash, c| c.encode_utf8(&mut buffer).bytes().fold(hash, Hash::with)).value()
}

/// A hash that grows byte by byte; of the bytes of a folded form it is [`fold_hash`].
#[derive(Clone, Copy, Debug)]
pub struct Hash(u64);

impl Hash {
    /// Of no byte.
    pub const EMPTY: Hash = Hash(OFFSET);

    /// With another byte behind.
    pub fn with(self, byte: u8) -> Hash {
        Hash((self.0 ^ u64::from(byte)).wrapping_mul(PRIME))
    }

    /// The value. FNV leaves its low bits weak for short words; tables index by them.
    pub fn value(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ (mixed >> 29)).max(1)
    }
}

/// The folded form itself.
pub fn fold(word: &str) -> String {
    if word.is_ascii() { word.to_ascii_lowercase() } else { fold_chars(word).collect() }
}

/// Whether a character is shown as nothing and splits no word.
pub fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' | '\u{2060}')
}

fn fold_chars(word: &str) -> impl Iterator<Item = char> {
    word.nfkc()
        .filter(|&c| !is_zero_width(c))
        .map(|c| if matches!(c, '’' | '‘' | 'ʼ') { '\'' } else { c })
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_fold_alike() {
        for (a, b) in [
            ("Don’t", "don't"),
            ("“—”", "“—”"),
            ("‘É", "'é"),
            ("CAFE\u{301}", "café"),
            ("ﬁre", "fire"),
            ("soft\u{ad}ware", "software"),
        ] {
            assert_eq!(fold(a), fold(b));
            assert_eq!(fold_hash(a), fold_hash(b));
        }
        assert_ne!(fold_hash("us"), fold_hash("su"));
        assert_ne!(fold_hash("u.s."), fold_hash("us"));
    }
}
