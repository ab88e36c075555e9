//! The compiled form of a gazetteer: flat arrays, read where they lie.
//!
//! Little-endian; nine sections behind a header, each aligned to eight bytes:
//!
//! | section | elements | holds |
//! |---|---|---|
//! | index | u32 | for each value of a key's top bits, where its keys start |
//! | keys | u32 | the 32 bits behind those of sorted hashes of word sequences: every prefix of every name |
//! | states | u32 | for each key: bit 31, a longer name goes on; bit 30, the rest is the one meaning; else 1 + the offset of a list, 0 for none |
//! | lists | u32 | flags and number of meanings, then each: entry, kind of name, whether the offset of a fixed spelling follows |
//! | entries | records | what each entry holds |
//! | areas | records | countries and divisions in which entries lie |
//! | heads | u32 | offsets of what identifiers start with |
//! | governments | u32 | the entries that are countries, first-level divisions or counties |
//! | strings | bytes | length (u8; 255, then u16) and text |

use super::table::Row;
use super::{Candidate, Entry, EntryId, EntryType, NameKind};
use crate::aligned::Aligned;
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;
use std::fmt;

pub(super) const MAGIC: [u8; 8] = *b"ONRGAZ3\n";
const SECTIONS: usize = 9;
const HEADER: usize = 16 + SECTIONS * 16;
/// Set in the first word of a list whose names hide those of lower layers.
pub(super) const OVERRIDES: u32 = 1 << 31;
/// Set in a state that a longer name goes on from.
const LONGER: u32 = 1 << 31;
/// Set in a state that holds the one meaning of a name in place of a list.
const SINGLE: u32 = 1 << 30;

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

    /// The top bits, so many.
    fn top(self, bits: u32) -> usize {
        (self.0 >> (64 - bits)) as usize
    }

    /// The 32 bits behind them.
    fn tail(self, bits: u32) -> u32 {
        (self.0 << bits >> 32) as u32
    }
}

/// What is known of a sequence of words.
pub(super) struct State(u32);

impl State {
    /// A sequence that is no name, and that a longer one goes on from or not.
    pub fn new(longer: bool) -> State {
        State(if longer { LONGER } else { 0 })
    }

    /// The same, and a name of one meaning or with a list of them.
    pub fn with(self, meanings: Meanings) -> State {
        State(
            self.0
                | match meanings {
                    Meanings::One(meaning) => SINGLE | meaning.0,
                    Meanings::List(at) => at + 1,
                },
        )
    }

    /// What the sequence means, if it is a name.
    pub fn meanings(&self) -> Option<Meanings> {
        let rest = self.0 & !(LONGER | SINGLE);
        if self.0 & SINGLE != 0 { Some(Meanings::One(Meaning(rest))) } else { rest.checked_sub(1).map(Meanings::List) }
    }

    /// Whether it is the start of a longer name.
    pub fn longer(&self) -> bool {
        self.0 & LONGER != 0
    }
}

/// What a name means.
#[derive(Clone, Copy)]
pub(super) enum Meanings {
    /// One entry, whatever the spelling.
    One(Meaning),
    /// All of the list at this offset.
    List(u32),
}

/// An entry and the capacity in which a name stands for it; a flag says that a fixed spelling follows.
#[derive(Clone, Copy)]
pub(super) struct Meaning(u32);

impl Meaning {
    const SPELLED: u32 = 1 << 28;

    /// Of an entry below [`LIMIT`].
    pub fn new(entry: u32, kind: NameKind) -> Meaning {
        Meaning(entry | (kind as u32) << 24)
    }

    fn candidate(self, layer: u8) -> Candidate {
        let entry = EntryId { layer, index: self.0 & (LIMIT - 1) };
        Candidate { entry, kind: NameKind::from_code((self.0 >> 24 & 0xf) as u8) }
    }
}

/// So many entries a file holds, and records of areas, and different starts of identifiers.
pub(super) const LIMIT: u32 = 1 << 24;
pub(super) const AREAS: usize = 1 << 16;
pub(super) const HEADS: usize = 1 << 16;

/// The steps of a degree in which positions are written: 11 metres.
const STEPS: f64 = 10_000.0;

/// What an entry holds. Where its identifier follows from its GeoNames id it has none of its own.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Record {
    /// 1 + the offset of an identifier, 0 for `geonames:` and the id there.
    pub id: u32,
    pub name: u32,
    /// The entry's type, or one of [`LOCAL`], in the top four bits.
    geonames_id: u32,
    pub population: u32,
    pub area: u16,
    /// Signed, of 24 bits each.
    position: [u8; 6],
}

impl Record {
    /// Of a row, with 1 + the offset of its identifier or 0, the offset of its name and the number of its area.
    pub fn new(row: &Row, id: u32, name: u32, area: u16) -> Record {
        let steps = |degrees: f32| (f64::from(degrees) * STEPS).round() as i32;
        let (lat, lon) = row.position.map_or((NOWHERE, NOWHERE), |(lat, lon)| (steps(lat), steps(lon)));
        let ([a, b, c, _], [d, e, f, _]) = (lat.to_le_bytes(), lon.to_le_bytes());
        let local = LOCAL.iter().find(|(_, sort)| row.local && row.sort == *sort);
        let sort = local.map_or(row.sort as u32, |(code, _)| *code);
        let geonames_id = row.geonames_id.unwrap_or(0) | sort << 28;
        Record { id, name, geonames_id, population: row.population, area, position: [a, b, c, d, e, f] }
    }

    pub fn sort(&self) -> EntryType {
        let code = self.geonames_id >> 28;
        LOCAL.iter().find(|(local, _)| *local == code).map_or_else(|| EntryType::from_code(code as u8), |(_, sort)| *sort)
    }

    pub fn is_local(&self) -> bool {
        LOCAL.iter().any(|(code, _)| *code == self.geonames_id >> 28)
    }

    /// 0 where there is none.
    pub fn geonames_id(&self) -> u32 {
        self.geonames_id & (MOST_GEONAMES_ID - 1)
    }

    /// Latitude and longitude in degrees.
    pub fn position(&self) -> Option<(f32, f32)> {
        let [a, b, c, d, e, f] = self.position;
        let degrees = |[x, y, z]: [u8; 3]| i32::from_le_bytes([0, x, y, z]) >> 8;
        let (lat, lon) = (degrees([a, b, c]), degrees([d, e, f]));
        (lat != NOWHERE).then_some(((f64::from(lat) / STEPS) as f32, (f64::from(lon) / STEPS) as f32))
    }
}

/// In the place of the type of what [`super::Entry::is_local`].
const LOCAL: [(u32, EntryType); 3] = [(0xf, EntryType::City), (0xe, EntryType::County), (0xd, EntryType::Neighborhood)];
/// Ids of GeoNames are smaller.
pub(super) const MOST_GEONAMES_ID: u32 = 1 << 28;
/// A latitude that none is.
const NOWHERE: i32 = -(1 << 23);

/// Where entries lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Area {
    pub country: [u8; 2],
    pub reserved: [u8; 2],
    pub admin1: u32,
    pub admin2: u32,
}

/// The arrays that a compiled gazetteer is made of.
#[derive(Default)]
pub(super) struct Arrays {
    /// Sorted by key.
    pub keys: Vec<(Key, State)>,
    pub lists: Vec<u32>,
    pub records: Vec<Record>,
    pub areas: Vec<Area>,
    pub heads: Vec<u32>,
    pub governments: Vec<u32>,
    pub strings: Vec<u8>,
}

impl Arrays {
    /// Adds the meanings of a name, each with the offset of its fixed spelling if it has one.
    pub fn add_meanings(&mut self, meanings: &[(Meaning, Option<u32>)], overrides: bool) -> Meanings {
        if let ([(meaning, None)], false) = (meanings, overrides) {
            return Meanings::One(*meaning);
        }
        let at = self.lists.len() as u32;
        self.lists.push(meanings.len() as u32 | if overrides { OVERRIDES } else { 0 });
        for (meaning, spelling) in meanings {
            self.lists.push(meaning.0 | spelling.map_or(0, |_| Meaning::SPELLED));
            self.lists.extend(spelling);
        }
        Meanings::List(at)
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // About two keys share their top bits; more bits where two keys would be one.
        let least = self.keys.len().max(2).ilog2().clamp(1, 20);
        let tell_apart =
            |bits: &u32| self.keys.is_sorted_by(|(a, _), (b, _)| a.top(*bits) < b.top(*bits) || a.tail(*bits) < b.tail(*bits));
        let bits = (least..24).find(tell_apart).unwrap_or(24);
        let mut index = vec![0u32; (1 << bits) + 1];
        for (key, _) in &self.keys {
            index[key.top(bits) + 1] += 1;
        }
        for i in 1..index.len() {
            index[i] += index[i - 1];
        }
        let keys: Vec<u32> = self.keys.iter().map(|(key, _)| key.tail(bits)).collect();
        let states: Vec<u32> = self.keys.iter().map(|(_, state)| state.0).collect();
        let sections: [&[u8]; SECTIONS] = [
            bytemuck::cast_slice(&index),
            bytemuck::cast_slice(&keys),
            bytemuck::cast_slice(&states),
            bytemuck::cast_slice(&self.lists),
            bytemuck::cast_slice(&self.records),
            bytemuck::cast_slice(&self.areas),
            bytemuck::cast_slice(&self.heads),
            bytemuck::cast_slice(&self.governments),
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

/// Adds a string of at most 65,535 bytes to those of a file.
pub(super) fn push_string(strings: &mut Vec<u8>, text: &str) {
    let bytes = &text.as_bytes()[..text.len().min(usize::from(u16::MAX))];
    match u8::try_from(bytes.len()) {
        Ok(len) if len < LONG => strings.push(len),
        _ => {
            strings.push(LONG);
            strings.extend((bytes.len() as u16).to_le_bytes());
        }
    }
    strings.extend(bytes);
}

/// The length that says that the true one follows.
const LONG: u8 = u8::MAX;

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

/// One array of a file: read where it was embedded, or a copy.
type Array<T> = Cow<'static, [T]>;

/// Where the bytes of a file are.
enum Bytes<'a> {
    Embedded(&'static [u8]),
    Read(&'a [u8]),
}

impl Bytes<'_> {
    /// The array that a section holds.
    fn array<T: Pod>(&self, section: usize) -> Result<Array<T>, FileError> {
        let (Bytes::Embedded(all) | Bytes::Read(all)) = *self;
        let number = |at: usize| all.get(at..at + 8)?.try_into().ok().map(|bytes| u64::from_le_bytes(bytes) as usize);
        let range = || {
            let start = number(16 + section * 16)?;
            Some(start..start.checked_add(number(24 + section * 16)?)?)
        };
        let range = range().filter(|range| range.end <= all.len()).ok_or(FileError::Damaged)?;
        match *self {
            Bytes::Embedded(all) => bytemuck::try_cast_slice(&all[range]).map(Cow::Borrowed).map_err(|_| FileError::Damaged),
            Bytes::Read(all) => Ok(Cow::Owned(bytemuck::pod_collect_to_vec(&all[range]))),
        }
    }
}

/// One compiled gazetteer.
pub struct Layer {
    index: Array<u32>,
    keys: Array<u32>,
    states: Array<u32>,
    lists: Array<u32>,
    records: Array<Record>,
    areas: Array<Area>,
    heads: Array<u32>,
    governments: Array<u32>,
    strings: Array<u8>,
    /// The number of a key's top bits.
    bits: u32,
}

impl Layer {
    /// The gazetteer embedded in the binary, read where it lies.
    ///
    /// # Panics
    /// If the file built into the program is no gazetteer of its version; a test loads it.
    pub fn shipped() -> Layer {
        Layer::new(&Bytes::Embedded(&SHIPPED.0)).unwrap_or_else(|error| panic!("the embedded gazetteer: {error}"))
    }

    /// A compiled gazetteer in memory, checked against its checksum.
    ///
    /// # Errors
    /// If the bytes are no gazetteer of this version, or are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Layer, FileError> {
        let sum = || bytes.get(8..16)?.try_into().ok().map(u64::from_le_bytes);
        if bytes.starts_with(&MAGIC) && bytes.get(HEADER..).map(checksum) != sum() {
            return Err(FileError::Damaged);
        }
        Layer::new(&Bytes::Read(bytes))
    }

    fn new(bytes: &Bytes<'_>) -> Result<Layer, FileError> {
        if cfg!(target_endian = "big") {
            return Err(FileError::ByteOrder);
        }
        let (Bytes::Embedded(all) | Bytes::Read(all)) = *bytes;
        if !all.starts_with(&MAGIC) {
            return Err(FileError::NotAGazetteer);
        }
        let index: Array<u32> = bytes.array(0)?;
        let slots = index.len().checked_sub(1).filter(|n| n.is_power_of_two() && (2..=1 << 24).contains(n));
        Ok(Layer {
            bits: slots.ok_or(FileError::Damaged)?.ilog2(),
            index,
            keys: bytes.array(1)?,
            states: bytes.array(2)?,
            lists: bytes.array(3)?,
            records: bytes.array(4)?,
            areas: bytes.array(5)?,
            heads: bytes.array(6)?,
            governments: bytes.array(7)?,
            strings: bytes.array(8)?,
        })
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn state(&self, key: Key) -> Option<State> {
        let (slot, tail) = (key.top(self.bits), key.tail(self.bits));
        let range = self.index[slot] as usize..self.index[slot + 1] as usize;
        let at = range.start + self.keys[range].iter().position(|&k| k == tail)?;
        Some(State(self.states[at]))
    }

    /// The candidates of a name that agree with the spelling in the text, and whether they hide those of lower layers.
    pub(super) fn candidates(&self, meanings: Meanings, written: &str, layer: u8) -> (Vec<Candidate>, bool) {
        let at = match meanings {
            Meanings::One(meaning) => return (vec![meaning.candidate(layer)], false),
            Meanings::List(at) => at as usize,
        };
        let head = self.lists[at];
        let mut rest = self.lists[at + 1..].iter().copied();
        let mut candidates = Vec::with_capacity((head & !OVERRIDES) as usize);
        for _ in 0..head & !OVERRIDES {
            let Some(meaning) = rest.next() else { break };
            let spelling = if meaning & Meaning::SPELLED == 0 { None } else { rest.next() };
            if spelling.is_none_or(|at| self.string(at) == written) {
                candidates.push(Meaning(meaning).candidate(layer));
            }
        }
        (candidates, head & OVERRIDES != 0)
    }

    #[inline]
    pub(super) fn entry(&self, index: u32) -> Entry<'_> {
        let record = &self.records[index as usize];
        Entry { layer: self, record, area: &self.areas[usize::from(record.area)] }
    }

    /// The entries that are countries, first-level divisions or counties.
    pub(super) fn governments(&self) -> &[u32] {
        &self.governments
    }

    /// What an identifier starts with, and the rest of it.
    pub(super) fn id(&self, at: u32) -> (&str, &str) {
        let bytes = &self.strings[at as usize..];
        let head = u16::from_le_bytes([bytes[0], bytes[1]]);
        (self.string(self.heads[usize::from(head)]), self.string(at + 2))
    }

    pub(super) fn string(&self, at: u32) -> &str {
        let bytes = &self.strings[at as usize..];
        let (start, len) = match bytes[0] {
            LONG => (3, usize::from(u16::from_le_bytes([bytes[1], bytes[2]]))),
            len => (1, usize::from(len)),
        };
        std::str::from_utf8(&bytes[start..start + len]).unwrap_or("")
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
