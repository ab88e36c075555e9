//! The gazetteer: names of places, agencies and other bodies, and what each may stand for.
//!
//! Tables of facts (`gazetteers/**/*.tsv`, read by [`table`]) are compiled by [`mod@compile`] into one file of flat arrays
//! ([`file`]) that the binary embeds and reads where it lies. A name is a sequence of folded words; each prefix of each name is
//! a key, so a text is matched by extending a key word by word. All lengths that match are reported, longest first: the stage
//! that knows the context may fall back from "Georgia Tech" to "Georgia".

pub mod compile;
mod file;
pub mod table;

pub use compile::{Report, compile};
pub use file::{FileError, Layer};

use crate::lexicon::Lexicon;
use crate::token::{Case, Gap, Token, TokenKind, tokenize};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// What an entry of the gazetteer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum EntryType {
    /// A country.
    Country = 0,
    /// A first-level division of a country.
    State = 1,
    /// A second-level division.
    County = 2,
    /// A populated place.
    City = 3,
    /// A named part of one.
    Neighborhood = 4,
    /// A union of countries.
    Supranational = 5,
    /// A place without a government: a continent, a region.
    Other = 6,
    /// A public body.
    Agency = 7,
    /// Any other organisation.
    Organization = 8,
    /// A person.
    Person = 9,
}

impl EntryType {
    const ALL: [EntryType; 10] = [
        EntryType::Country,
        EntryType::State,
        EntryType::County,
        EntryType::City,
        EntryType::Neighborhood,
        EntryType::Supranational,
        EntryType::Other,
        EntryType::Agency,
        EntryType::Organization,
        EntryType::Person,
    ];

    /// The word that tables and rows use.
    pub fn name(self) -> &'static str {
        match self {
            EntryType::Country => "country",
            EntryType::State => "state",
            EntryType::County => "county",
            EntryType::City => "city",
            EntryType::Neighborhood => "neighborhood",
            EntryType::Supranational => "supranational",
            EntryType::Other => "other",
            EntryType::Agency => "agency",
            EntryType::Organization => "organization",
            EntryType::Person => "person",
        }
    }

    /// The type with this name.
    pub fn parse(name: &str) -> Option<EntryType> {
        EntryType::ALL.into_iter().find(|t| t.name() == name)
    }

    fn from_code(code: u8) -> EntryType {
        EntryType::ALL[usize::from(code).min(EntryType::ALL.len() - 1)]
    }

    /// Whether entries of this type are places.
    pub fn is_place(self) -> bool {
        self <= EntryType::Other
    }

    /// Whether entries of this type are places with a government, or named parts of one.
    pub fn is_jurisdiction(self) -> bool {
        self <= EntryType::Supranational
    }
}

/// In which capacity a name stands for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum NameKind {
    /// The usual name.
    Name = 0,
    /// Another name.
    Alternate = 1,
    /// An abbreviation (`Calif.`) or acronym (`UK`).
    Abbreviation = 2,
    /// A postal code (`MD`), which needs a place before it.
    Postal = 3,
    /// An adjective (`American`).
    Adjective = 4,
    /// A person from there (`a Texan`).
    Person = 5,
    /// People from there (`Texans`).
    People = 6,
    /// A county without its type word (`Cook`), which needs `counties` behind it.
    Base = 7,
    /// A capital or seat that stands for the government (`the Kremlin`).
    Seat = 8,
}

impl NameKind {
    fn from_code(code: u8) -> NameKind {
        [
            NameKind::Name,
            NameKind::Alternate,
            NameKind::Abbreviation,
            NameKind::Postal,
            NameKind::Adjective,
            NameKind::Person,
            NameKind::People,
            NameKind::Base,
            NameKind::Seat,
        ][usize::from(code.min(8))]
    }

    /// Whether the name is a demonym, adjective or noun.
    pub fn is_demonym(self) -> bool {
        matches!(self, NameKind::Adjective | NameKind::Person | NameKind::People)
    }
}

/// An entry of a gazetteer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId {
    layer: u8,
    index: u32,
}

/// What an entry holds, read where it lies.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    layer: &'a Layer,
    record: &'a file::Record,
    area: &'a file::Area,
}

impl<'a> Entry<'a> {
    /// The identifier: an Open Civic Data division id, or `scheme:key`.
    pub fn id(self) -> Cow<'a, str> {
        match self.own_id() {
            None => format!("geonames:{}", self.record.geonames_id()).into(),
            Some((head, "")) => head.into(),
            Some((head, rest)) => [head, rest].concat().into(),
        }
    }

    /// Whether this is the identifier.
    pub fn has_id(self, id: &str) -> bool {
        match self.own_id() {
            None => id.strip_prefix("geonames:").is_some_and(|number| number.parse() == Ok(self.record.geonames_id())),
            Some((head, rest)) => id.strip_prefix(head) == Some(rest),
        }
    }

    /// What its identifier starts with and the rest of it, unless it follows from the GeoNames id.
    fn own_id(self) -> Option<(&'a str, &'a str)> {
        self.record.id.checked_sub(1).map(|at| self.layer.id(at))
    }

    /// The usual English name.
    pub fn name(self) -> &'a str {
        self.layer.string(self.record.name)
    }

    /// What it is.
    pub fn sort(self) -> EntryType {
        self.record.sort()
    }

    /// Whether it is a village or a district that is known near by alone: its name is one where its country is spoken of.
    pub fn is_local(self) -> bool {
        self.record.is_local()
    }

    /// ISO 3166-1 alpha-2 code; empty where it lies in none or several.
    pub fn country(self) -> &'a str {
        if self.area.country == [0, 0] { "" } else { std::str::from_utf8(&self.area.country).unwrap_or("") }
    }

    /// The bytes of that code, where it has one.
    pub fn country_code(self) -> Option<[u8; 2]> {
        Some(self.area.country).filter(|&code| code != [0, 0])
    }

    /// US postal code, ISO 3166-2 suffix, or GeoNames code; empty where there is none.
    pub fn admin1(self) -> &'a str {
        self.layer.string(self.area.admin1)
    }

    /// FIPS code of the US county; empty elsewhere.
    pub fn admin2(self) -> &'a str {
        self.layer.string(self.area.admin2)
    }

    /// Whether both lie in one country.
    pub fn shares_country(self, other: Entry<'_>) -> bool {
        self.area.country != [0, 0] && self.area.country == other.area.country
    }

    /// Whether both lie in one country and have one code of its divisions.
    pub fn shares_admin1(self, other: Entry<'_>) -> bool {
        self.shares_country(other) && self.shares(other, |area| area.admin1)
    }

    /// Whether both have one FIPS code of a county.
    pub fn shares_admin2(self, other: Entry<'_>) -> bool {
        self.shares(other, |area| area.admin2)
    }

    /// Whether a code of the areas is the same, and not empty. A layer has each string once.
    fn shares(self, other: Entry<'_>, code: fn(&file::Area) -> u32) -> bool {
        let (here, there) = (code(self.area), code(other.area));
        let same = if std::ptr::eq(self.layer, other.layer) {
            here == there
        } else {
            self.layer.string(here) == other.layer.string(there)
        };
        same && !self.layer.string(here).is_empty()
    }

    /// Latitude and longitude in degrees, to the fourth decimal.
    pub fn position(self) -> Option<(f32, f32)> {
        self.record.position()
    }

    /// Inhabitants; 0 if unknown.
    pub fn population(self) -> u32 {
        self.record.population
    }

    /// GeoNames id.
    pub fn geonames_id(self) -> Option<u32> {
        Some(self.record.geonames_id()).filter(|&id| id != 0)
    }
}

/// One thing that a name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The entry.
    pub entry: EntryId,
    /// In which capacity the name stands for it.
    pub kind: NameKind,
}

/// A name found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The number of tokens.
    pub len: usize,
    /// What it may stand for; never empty.
    pub candidates: Vec<Candidate>,
}

/// All names: the shipped layer and those of the user, later layers over earlier ones.
pub struct Gazetteer {
    layers: Vec<Layer>,
    /// The entries of countries, first-level divisions and US counties by their codes.
    governments: FxHashMap<GovernmentKey, EntryId>,
}

/// Country, code of the division, code of the county; empty where the entry is higher up.
type GovernmentKey = (EntryType, String);

impl Gazetteer {
    /// The gazetteer that the program ships.
    pub fn shipped() -> Gazetteer {
        let mut gazetteer = Gazetteer::empty();
        gazetteer.add(Layer::shipped());
        gazetteer
    }

    /// A gazetteer without names.
    pub fn empty() -> Gazetteer {
        Gazetteer { layers: Vec::new(), governments: FxHashMap::default() }
    }

    /// Adds a layer of names over the ones there are.
    ///
    /// Where a name of the new layer overrides (see [`table`]), what it stood for below is hidden.
    ///
    /// # Panics
    /// If there are 256 layers already.
    pub fn add(&mut self, layer: Layer) {
        assert!(self.layers.len() < 256, "a gazetteer has at most 256 layers");
        let number = self.layers.len() as u8;
        for &index in layer.governments() {
            if let Some(key) = government_key(layer.entry(index), layer.entry(index).sort()) {
                self.governments.entry(key).or_insert(EntryId { layer: number, index });
            }
        }
        self.layers.push(layer);
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.layers.iter().map(Layer::len).sum()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The country, the first-level division or the US county that holds a place or is it.
    pub fn government(&self, place: EntryId, level: EntryType) -> Option<EntryId> {
        self.governments.get(&government_key(self.entry(place), level)?).copied()
    }

    /// All entries, layer by layer.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.layers.iter().flat_map(|layer| (0..layer.len() as u32).map(|i| layer.entry(i)))
    }

    /// The identifiers of all entries, in the order of [`Gazetteer::entries`].
    pub fn ids(&self) -> impl Iterator<Item = EntryId> {
        self.layers
            .iter()
            .enumerate()
            .flat_map(|(layer, l)| (0..l.len() as u32).map(move |index| EntryId { layer: layer as u8, index }))
    }

    /// The government of a level with this code: `US`, `US.MD`, `US.24510`.
    pub fn government_with_code(&self, level: EntryType, code: &str) -> Option<EntryId> {
        self.governments.get(&(level, code.to_owned())).copied()
    }

    /// What an entry holds.
    pub fn entry(&self, id: EntryId) -> Entry<'_> {
        self.layers[usize::from(id.layer)].entry(id.index)
    }

    /// The entry with this identifier, or with this number of GeoNames (`geonames:4509884`); a later layer wins. Takes linear time.
    pub fn find(&self, id: &str) -> Option<EntryId> {
        let number: Option<u32> =
            id.strip_prefix("geonames:").and_then(|number| number.parse().ok()).filter(|&number| number > 0);
        let with = |is: &dyn Fn(Entry<'_>) -> bool| {
            self.layers.iter().enumerate().rev().find_map(|(layer, l)| {
                (0..l.len() as u32).find(|&i| is(l.entry(i))).map(|index| EntryId { layer: layer as u8, index })
            })
        };
        with(&|entry| entry.has_id(id)).or_else(|| number.and_then(|number| with(&|entry| entry.geonames_id() == Some(number))))
    }

    /// What a name may stand for that is all of a text.
    pub fn named(&self, lexicon: &Lexicon, name: &str) -> Option<Match> {
        let tokens = tokenize(lexicon, name);
        let matches = if tokens.is_empty() { Vec::new() } else { self.matches(name, &tokens, 0) };
        matches.into_iter().find(|m| m.len == tokens.len())
    }

    /// Whether a name may start with this token.
    ///
    /// Names are written with a capital or a digit in front; nothing else is looked up.
    pub fn may_start(token: &Token) -> bool {
        matches!(token.kind, TokenKind::Word | TokenKind::Abbreviation | TokenKind::Initial) && token.case.is_capital()
    }

    /// The names that start at token `at`, longest first.
    ///
    /// A name with a fixed spelling (`US`, `ICE`) matches no other (`us`, `ice`). Hyphens and blanks are the same.
    pub fn matches(&self, text: &str, tokens: &[Token], at: usize) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            let mut key = file::Key::start();
            for (i, token) in tokens[at..].iter().enumerate() {
                let joined = i == 0 || token.gap < Gap::Blank && in_name(token);
                if !joined {
                    break;
                }
                // `Zaki-Biam` is `Zaki Biam`.
                if token.kind == TokenKind::Hyphen {
                    continue;
                }
                key = key.extend(token.hash);
                let Some(state) = layer.state(key) else { break };
                // `New York State` is a name, `New York state` a name and a word.
                let word_behind = i > 0 && token.case == Case::Lower;
                if let Some(meanings) = state.meanings().filter(|_| !word_behind) {
                    let written = &text[tokens[at].span.start as usize..token.span.end as usize];
                    let (candidates, overrides) = layer.candidates(meanings, written, number as u8);
                    if !candidates.is_empty() {
                        match found.iter_mut().find(|m| m.len == i + 1) {
                            Some(m) if overrides => m.candidates = candidates,
                            Some(m) => m.candidates.extend(candidates),
                            None => found.push(Match { len: i + 1, candidates }),
                        }
                    }
                }
                if !state.longer() {
                    break;
                }
            }
        }
        found.sort_by_key(|m| std::cmp::Reverse(m.len));
        found
    }
}

/// What tells the government of a level that holds an entry from others of the level.
fn government_key(entry: Entry<'_>, level: EntryType) -> Option<GovernmentKey> {
    let coded = |code: &str| (!code.is_empty()).then(|| [entry.country(), ".", code].concat());
    let code = match level {
        EntryType::Country => Some(entry.country().to_owned()).filter(|country| !country.is_empty()),
        EntryType::State => coded(entry.admin1()),
        EntryType::County => coded(entry.admin2()),
        _ => None,
    };
    Some((level, code?))
}

/// Whether a token may stand inside a name.
fn in_name(token: &Token) -> bool {
    !matches!(
        token.kind,
        TokenKind::Stop | TokenKind::Colon | TokenKind::Semicolon | TokenKind::Bullet | TokenKind::Address | TokenKind::Dash
    )
}
