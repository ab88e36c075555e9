//! What each document says of each of its speakers.

use crate::collation::name::{Name, is_acronym};
use crate::collation::{JurisdictionInRow, SpeakerInRow, Statement, Texts, by_date, date_key};
use crate::speaker::SpeakerType;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What one document says of one speaker.
pub(super) struct Unit {
    pub(super) document: u32,
    pub(super) name: u32,
    pub(super) sort: SpeakerType,
    /// All its rows were found by a description.
    pub(super) described: bool,
    pub(super) statements: u64,
    pub(super) roles: BTreeMap<u32, u64>,
    pub(super) places: BTreeMap<u32, u64>,
    /// Places of the offices, as the rows say.
    pub(super) seats: BTreeSet<u32>,
    pub(super) acronyms: BTreeSet<String>,
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
}

/// What all documents say of their speakers.
#[derive(Default)]
pub struct Gathered {
    pub(super) documents: Texts,
    pub(super) names: Texts,
    pub(super) roles: Texts,
    pub(super) place_ids: Texts,
    pub(super) places: Vec<JurisdictionInRow>,
    pub(super) units: Vec<Unit>,
    pub(super) index: HashMap<(u32, u32, SpeakerType), u32>,
    /// Abbreviations that rows explain, and the names they stand for.
    pub(super) explained: BTreeSet<(String, String)>,
}

impl Gathered {
    /// Takes a statement; returns the unit it belongs to, `None` if nobody speaks.
    pub fn add(&mut self, statement: &Statement) -> Option<u32> {
        for entity in statement.entities.iter().filter(|e| is_acronym(&e.text)) {
            self.explained.insert((Name::body(&entity.text).key(), Name::body(&entity.name).key()));
        }
        let speaker = statement.speaker.as_ref()?;
        if let Some(acronym) = acronym_behind(&speaker.name) {
            self.explained.insert((Name::body(acronym).key(), Name::body(&speaker.name).key()));
        }
        let document = self.documents.id(&statement.document);
        let at = self.unit(document, speaker);
        let places: BTreeSet<u32> = statement.jurisdictions.iter().map(|j| self.place(j)).collect();
        let seats = statement.jurisdictions.iter().filter(|j| j.rule == "place-of-office").map(|j| self.place_ids.id(&j.id));
        let seats: Vec<u32> = seats.collect();
        let role = speaker.role.as_deref().map(|role| self.roles.id(role));
        let unit = &mut self.units[at as usize];
        unit.statements += 1;
        unit.described &= speaker.rule == "description";
        if let Some(role) = role {
            *unit.roles.entry(role).or_default() += 1;
        }
        places.into_iter().for_each(|place| *unit.places.entry(place).or_default() += 1);
        unit.seats.extend(seats);
        unit.acronyms.extend(speaker.text.as_deref().and_then(acronym_in));
        if let Some(date) = &statement.date {
            unit.see(date);
        }
        Some(at)
    }

    fn unit(&mut self, document: u32, speaker: &SpeakerInRow) -> u32 {
        let name = self.names.id(speaker.name.trim());
        let next = self.units.len() as u32;
        let at = *self.index.entry((document, name, speaker.sort)).or_insert(next);
        if at == next {
            self.units.push(Unit {
                document,
                name,
                sort: speaker.sort,
                described: true,
                statements: 0,
                roles: BTreeMap::new(),
                places: BTreeMap::new(),
                seats: BTreeSet::new(),
                acronyms: BTreeSet::new(),
                first: None,
                last: None,
            });
        }
        at
    }

    fn place(&mut self, place: &JurisdictionInRow) -> u32 {
        let id = self.place_ids.id(&place.id);
        if id as usize == self.places.len() {
            self.places.push(place.clone());
        }
        id
    }
}

impl Unit {
    fn see(&mut self, date: &str) {
        if date_key(date).is_none() {
            return;
        }
        if self.first.is_none() || by_date(Some(date), self.first.as_deref()).is_lt() {
            self.first = Some(date.to_owned());
        }
        if self.last.is_none() || by_date(Some(date), self.last.as_deref()).is_gt() {
            self.last = Some(date.to_owned());
        }
    }
}

/// The abbreviation that a source consists of: `The AP`.
fn acronym_in(text: &str) -> Option<String> {
    let mut words = text.split_whitespace().filter(|w| !w.eq_ignore_ascii_case("the"));
    match (words.next(), words.next()) {
        (Some(word), None) if is_acronym(word) => Some(word.to_owned()),
        _ => None,
    }
}

/// The abbreviation in brackets behind a name: `Quibble Pump Office (QPO)`.
fn acronym_behind(name: &str) -> Option<&str> {
    let last = name.split_whitespace().next_back()?;
    last.strip_prefix('(')?.strip_suffix(')').filter(|word| is_acronym(word))
}
