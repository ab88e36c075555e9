//! The compiled form of a gazetteer: flat arrays, read where they lie.
//!
//! Little-endian; eight sections behind a header, each aligned to eight bytes:
//!
//! | section | elements | holds |
//! |---|---|---|
//! | index | u32 | for each value of a key's top bits, where its keys start |
//! | keys | u64 | sorted hashes of word sequences: every prefix of every name |
//! | states | u32 | for each key: bit 31, a longer name goes on; the rest, 1 + the offset of a list, 0 for none |
//! | lists | u32 | flags and number of candidates, then for each: entry, name kind with the offset of a fixed spelling |
//! | entries | records | what each entry holds |
//! | strings | bytes | length (u16) and text |

use super::{Candidate, Entry, EntryId, NameKind};
use crate::aligned::Aligned;
use bytemuck::{Pod, Zeroable};
use std::fmt;
use std::ops::Range;

pub(super) const MAGIC: [u8; 8] = *b"ONRGAZ1\n";
const SECTIONS: usize = 6;
const HEADER: usize = 16 + SECTIONS * 16;
/// Set in the first word of a list whose names hide those of lower layers.
pub(super) const OVERRIDES: u32 = 1 << 31;
/// Set in a state that a longer name goes on from.
pub(super) const LONGER: u32 = 1 << 31;

/// The hash of a sequence of folded words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key(pub u64);

impl Key {
    pub fn start() -> Key {
        Key(0x243f_6a88_85a3_08d3)
    }

    pub fn extend(self, word: u64) -> Key {
        let mixed = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Key(mixed ^ (mixed >> 32))
    }
}

/// What is known of a sequence of words.
pub(super) struct State {
    /// The list of candidates, if the sequence is a name.
    pub list: Option<u32>,
    /// Whether it is the start of a longer name.
    pub longer: bool,
}

#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Record {
    pub id: u32,
    pub name: u32,
    pub admin1: u32,
    pub admin2: u32,
    pub geonames_id: u32,
    pub population: u32,
    pub lat: f32,
    pub lon: f32,
    pub country: [u8; 2],
    pub sort: u8,
    pub reserved: u8,
}

/// The arrays that a compiled gazetteer is made of.
#[derive(Default)]
pub(super) struct Arrays {
    /// Sorted by key.
    pub keys: Vec<(Key, u32)>,
    pub lists: Vec<u32>,
    pub records: Vec<Record>,
    pub strings: Vec<u8>,
}

impl Arrays {
    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // About two keys share their top bits.
        let bits = (self.keys.len().max(2).ilog2()).clamp(1, 20);
        let mut index = vec![0u32; (1 << bits) + 1];
        for (key, _) in &self.keys {
            index[(key.0 >> (64 - bits)) as usize + 1] += 1;
        }
        for i in 1..index.len() {
            index[i] += index[i - 1];
        }
        let keys: Vec<u64> = self.keys.iter().map(|(key, _)| key.0).collect();
        let states: Vec<u32> = self.keys.iter().map(|(_, state)| *state).collect();
        let sections: [&[u8]; SECTIONS] = [
            bytemuck::cast_slice(&index),
            bytemuck::cast_slice(&keys),
            bytemuck::cast_slice(&states),
            bytemuck::cast_slice(&self.lists),
            bytemuck::cast_slice(&self.records),
            &self.strings,
        ];
        let mut header = Vec::new();
        let mut body: Vec<u8> = Vec::new();
        for section in sections {
            header.extend((HEADER as u64 + body.len() as u64).to_le_bytes());
            header.extend((section.len() as u64).to_le_bytes());
            body.extend(section);
            body.resize(body.len().next_multiple_of(8), 0);
        }
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend(MAGIC);
        bytes.extend(checksum(&body).to_le_bytes());
        bytes.extend(header);
        bytes.extend(body);
        bytes
    }
}

/// A compiled gazetteer that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// It does not start as one.
    NotAGazetteer,
    /// It is cut short or was changed.
    Damaged,
    /// The processor orders bytes the other way.
    ByteOrder,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileError::NotAGazetteer => "no compiled gazetteer of this version; build it anew with `onrecord gazetteer build`",
            FileError::Damaged => "the compiled gazetteer is damaged; build it anew with `onrecord gazetteer build`",
            FileError::ByteOrder => "compiled gazetteers are read on little-endian processors alone",
        })
    }
}

impl std::error::Error for FileError {}

static SHIPPED: &Aligned<[u8]> = &Aligned(*include_bytes!("../../gazetteers/gazetteer.bin"));

enum Bytes {
    Static(&'static [u8]),
    Owned(Vec<u64>),
}

/// One compiled gazetteer.
pub struct Layer {
    bytes: Bytes,
    sections: [Range<usize>; SECTIONS],
    shift: u32,
}

impl Layer {
    /// The gazetteer embedded in the binary, read where it lies.
    ///
    /// # Panics
    /// If the file built into the program is no gazetteer of its version; a test loads it.
    pub fn shipped() -> Layer {
        Layer::new(Bytes::Static(&SHIPPED.0)).unwrap_or_else(|error| panic!("the embedded gazetteer: {error}"))
    }

    /// A compiled gazetteer in memory, checked against its checksum.
    ///
    /// # Errors
    /// If the bytes are no gazetteer of this version, or are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Layer, FileError> {
        if bytes.get(..8) != Some(&MAGIC) {
            return Err(FileError::NotAGazetteer);
        }
        let sum = bytes.get(8..16).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        if bytes.len() < HEADER || sum != Some(checksum(&bytes[HEADER..])) {
            return Err(FileError::Damaged);
        }
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Layer::new(Bytes::Owned(words))
    }

    fn new(bytes: Bytes) -> Result<Layer, FileError> {
        if cfg!(target_endian = "big") {
            return Err(FileError::ByteOrder);
        }
        let mut layer = Layer { bytes, sections: std::array::from_fn(|_| 0..0), shift: 0 };
        let all = layer.all();
        if all.get(..8) != Some(&MAGIC) {
            return Err(FileError::NotAGazetteer);
        }
        let number =
            |at: usize| all.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes).ok_or(FileError::Damaged);
        let mut sections: [Range<usize>; SECTIONS] = std::array::from_fn(|_| 0..0);
        for (i, section) in sections.iter_mut().enumerate() {
            let (start, len) = (number(16 + i * 16)? as usize, number(24 + i * 16)? as usize);
            *section = start..start.checked_add(len).filter(|&end| end <= all.len()).ok_or(FileError::Damaged)?;
        }
        layer.sections = sections;
        let slots = layer.section::<u32>(0).len().checked_sub(1).filter(|n| n.is_power_of_two()).ok_or(FileError::Damaged)?;
        layer.shift = 64 - slots.ilog2();
        Ok(layer)
    }

    fn all(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(words) => bytemuck::cast_slice(words),
        }
    }

    fn section<T: Pod>(&self, number: usize) -> &[T] {
        bytemuck::cast_slice(&self.all()[self.sections[number].clone()])
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.section::<Record>(4).len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn state(&self, key: Key) -> Option<State> {
        let index = self.section::<u32>(0);
        let slot = (key.0 >> self.shift) as usize;
        let range = index[slot] as usize..index[slot + 1] as usize;
        let at = range.start + self.section::<u64>(1)[range].iter().position(|&k| k == key.0)?;
        let state = self.section::<u32>(2)[at];
        Some(State { list: (state & !LONGER).checked_sub(1), longer: state & LONGER != 0 })
    }

    /// The candidates of a list that agree with the spelling in the text, and whether they hide those of lower layers.
    pub(super) fn candidates(&self, list: u32, written: &str, layer: u8) -> (Vec<Candidate>, bool) {
        let lists = self.section::<u32>(3);
        let head = lists[list as usize];
        let count = (head & !OVERRIDES) as usize;
        let pairs = &lists[list as usize + 1..][..2 * count];
        let candidates = pairs
            .chunks_exact(2)
            .filter(|pair| pair[1] >> 8 == 0 || self.string((pair[1] >> 8) - 1) == written)
            .map(|pair| Candidate { entry: EntryId { layer, index: pair[0] }, kind: NameKind::from_code((pair[1] & 0xff) as u8) })
            .collect();
        (candidates, head & OVERRIDES != 0)
    }

    pub(super) fn entry(&self, index: u32) -> Entry<'_> {
        Entry { layer: self, record: &self.section::<Record>(4)[index as usize] }
    }

    pub(super) fn string(&self, at: u32) -> &str {
        let strings = self.section::<u8>(5);
        let at = at as usize;
        let len = usize::from(u16::from_le_bytes([strings[at], strings[at + 1]]));
        std::str::from_utf8(&strings[at + 2..at + 2 + len]).unwrap_or("")
    }
}

/// FNV-1a over words of eight bytes: against accidents, not against attackers.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
