//! Speakers over documents: the same person or body under one key.
//!
//! What a document says of a speaker ([`Gathered::add`]) is the smallest unit: nothing that one document keeps together is parted.
//! [`collate`] then joins these, in order of certainty:
//!
//! 1. the same full name (two words and more) and type, unless the offices held are in different places;
//! 2. full names that differ by a middle name, an initial, a short form or a suffix: with a second witness, and if no third name
//!    fits one of them and not the other;
//! 3. bodies by their name without "the", and by an abbreviation that a document explains;
//! 4. a bare surname: with the one full name in its own document, or with the one holder of its office elsewhere;
//! 5. all that the user's list gives one id.
//!
//! A name that stays bare ("Hale") and words that name nobody ("police") are kept apart from persons, each under its words.

mod form;
mod gathered;
mod seat;

pub(super) use form::Form;
pub use gathered::Gathered;

use super::name::{Difference, Name, difference, is_acronym_of};
use super::people::{Evidence, Link, Listed, People};
use super::{JurisdictionInRow, Sets, by_date};
use crate::lexicon::{Lexicon, Nicknames};
use crate::speaker::SpeakerType;
use form::{Head, form, head, settle_surnames, settle_types};
use gathered::Unit;
use seat::{Seat, seat_groups, seats_conflict};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many names that a name may also be tell nothing any more.
const CROWD: usize = 64;

/// A place that more documents than this, and than one in [`RARE_SHARE`], are about is no witness.
const RARE: usize = 5;
/// See [`RARE`].
const RARE_SHARE: usize = 10;

/// A role that more names bear than this, and than one in [`COMMON_SHARE`], is a weak witness, unless it is a title (senator).
const COMMON: usize = 10;
/// See [`COMMON`].
const COMMON_SHARE: usize = 50;

/// A surname with so many bearers (in the US census) needs a witness that is not weak.
const COMMON_SURNAME: u32 = 50_000;

/// What holds the statements of a speaker together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KnownBy {
    /// A full name, or the name of a body.
    Name,
    /// One word of a name, which several may bear.
    BareName,
    /// Words that name nobody: police, two officials.
    Words,
}

impl KnownBy {
    /// The word that the output uses.
    pub fn name(self) -> &'static str {
        match self {
            KnownBy::Name => "name",
            KnownBy::BareName => "bare-name",
            KnownBy::Words => "words",
        }
    }
}

/// One speaker over all documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Speaker {
    /// Tells the speaker from all others of the collation.
    pub key: String,
    /// The fullest name.
    pub name: String,
    /// What the speaker is.
    pub sort: SpeakerType,
    /// What holds the statements together.
    pub known_by: KnownBy,
    /// The names that rows give, most frequent first.
    pub variants: Vec<(String, u64)>,
    /// The roles that rows give, most frequent first.
    pub roles: Vec<(String, u64)>,
    /// What the statements are about: id, name, in how many statements; most frequent first.
    pub jurisdictions: Vec<(String, String, u64)>,
    /// In how many documents the speaker speaks.
    pub documents: u64,
    /// How many statements.
    pub statements: u64,
    /// The earliest date.
    pub first: Option<String>,
    /// The latest date.
    pub last: Option<String>,
    /// The id in the user's list.
    pub people_id: Option<String>,
}

/// A name that several of the user's list bear, with nothing to tell them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    /// The name.
    pub name: String,
    /// The ids.
    pub ids: Vec<String>,
    /// How many statements are not linked for that.
    pub statements: u64,
}

/// What [`collate`] gives back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collated {
    /// The speakers: most statements first, then by key.
    pub speakers: Vec<Speaker>,
    /// The speaker of each unit that [`Gathered::add`] told of.
    pub of: Vec<u32>,
    /// What the user's list leaves open.
    pub ambiguous: Vec<Ambiguous>,
}

/// Units that are one speaker beyond doubt.
struct Node {
    units: Vec<u32>,
    form: Form,
    seats: BTreeSet<Seat>,
    heads: BTreeMap<String, Head>,
    /// Rare places smaller than a country.
    places: BTreeSet<u32>,
    documents: BTreeSet<u32>,
    person: Option<usize>,
}

/// The speakers of all documents, linked to a list of people.
pub fn collate(lexicon: &Lexicon, nicknames: &Nicknames, gathered: &Gathered, list: &[Listed]) -> Collated {
    let mut collation = Collation::new(lexicon, nicknames, gathered);
    let ambiguous = collation.link(list);
    collation.make_nodes();
    let mut sets = Sets::new(collation.nodes.len());
    collation.join_bodies(&mut sets);
    collation.join_persons(&mut sets);
    collation.join_bare_names(&mut sets);
    collation.join_listed(&mut sets);
    collation.speakers(&mut sets, list, ambiguous)
}

struct Collation<'a> {
    lexicon: &'a Lexicon,
    nicknames: &'a Nicknames,
    gathered: &'a Gathered,
    /// The head of each role.
    heads: Vec<Option<Head>>,
    /// The form of each unit.
    forms: Vec<Form>,
    /// Whom of the list each unit is.
    linked: Vec<Option<usize>>,
    nodes: Vec<Node>,
}

impl<'a> Collation<'a> {
    fn new(lexicon: &'a Lexicon, nicknames: &'a Nicknames, gathered: &'a Gathered) -> Collation<'a> {
        let heads = gathered.roles.all().map(|role| head(lexicon, role)).collect();
        let mut known: HashMap<(u32, SpeakerType, bool), Form> = HashMap::new();
        let mut forms: Vec<Form> = Vec::with_capacity(gathered.units.len());
        for unit in &gathered.units {
            let make = || form(lexicon, gathered.names.get(unit.name), unit.sort, unit.described);
            forms.push(known.entry((unit.name, unit.sort, unit.described)).or_insert_with(make).clone());
        }
        settle_types(&mut forms);
        settle_surnames(&mut forms, lexicon, gathered);
        let linked = vec![None; forms.len()];
        Collation { lexicon, nicknames, gathered, heads, forms, linked, nodes: Vec::new() }
    }

    fn unit(&self, unit: u32) -> &'a Unit {
        &self.gathered.units[unit as usize]
    }

    fn heads_of(&self, unit: &Unit) -> impl Iterator<Item = &Head> {
        unit.roles.keys().filter_map(|&role| self.heads[role as usize].as_ref())
    }

    /// Where the offices of a unit are, if it holds one.
    fn seats_of(&self, unit: &Unit) -> BTreeSet<Seat> {
        let Some(office) = self.heads_of(unit).find(|head| head.governs.is_some()) else { return BTreeSet::new() };
        let seat = |&place: &u32| {
            let place = &self.gathered.places[place as usize];
            let local = matches!(place.level.as_str(), "city" | "county");
            Seat {
                country: place.country.clone(),
                admin1: place.admin1.clone(),
                local: local.then(|| (office.lemma.clone(), place.id.clone())),
            }
        };
        unit.seats.iter().map(seat).filter(|seat| !seat.country.is_empty()).collect()
    }

    /// Links units to the list; returns what stays open.
    fn link(&mut self, list: &[Listed]) -> Vec<Ambiguous> {
        if list.is_empty() {
            return Vec::new();
        }
        let lemma = |role: &str| head(self.lexicon, role).map(|h| h.lemma).into_iter().collect();
        let people = People::new(self.lexicon, list, lemma);
        let mut open: BTreeMap<String, Ambiguous> = BTreeMap::new();
        for (at, unit) in self.gathered.units.iter().enumerate() {
            let form = &self.forms[at];
            if form.known_by == KnownBy::Words {
                continue;
            }
            let heads = self.heads_of(unit).map(|h| h.lemma.clone()).collect();
            let place = |&p: &u32| &self.gathered.places[p as usize];
            let governs = self.heads_of(unit).any(|head| head.governs.is_some());
            let seats: Vec<_> = unit.seats.iter().map(place).filter(|_| governs).collect();
            let places: Vec<_> = unit.places.keys().map(place).collect();
            match people.link(&form.name, &Evidence { heads: &heads, places: &places, seats: &seats }) {
                Link::None => {}
                Link::One(person) => self.linked[at] = Some(person),
                Link::Ambiguous(persons) => {
                    let ids = persons.iter().map(|&p| list[p].id.clone()).collect();
                    let new = Ambiguous { name: form.name.shown.clone(), ids, statements: 0 };
                    open.entry(form.key.clone()).or_insert(new).statements += unit.statements;
                }
            }
        }
        open.into_values().collect()
    }

    /// Units with the same name as nodes, parted where offices or the list say so.
    fn make_nodes(&mut self) {
        let mut by_name: BTreeMap<(KnownBy, &str, &str), Vec<u32>> = BTreeMap::new();
        for (at, form) in self.forms.iter().enumerate() {
            // What names nobody in particular is told by its words alone.
            let sort = if form.known_by == KnownBy::Name { form.sort.name() } else { "" };
            by_name.entry((form.known_by, sort, &form.key)).or_default().push(at as u32);
        }
        let mut groups = Vec::new();
        for ((known_by, sort, _), units) in by_name {
            let person = known_by == KnownBy::Name && sort == SpeakerType::Person.name();
            let parts = if person { self.part_by_seat(units) } else { vec![units] };
            groups.extend(parts.into_iter().flat_map(|part| self.part_by_person(part)));
        }
        let rare = self.rare_places();
        self.nodes = groups.into_iter().map(|units| self.node(units, &rare)).collect();
    }

    /// Units of one name in parts that no office speaks against; one part as a rule.
    fn part_by_seat(&self, units: Vec<u32>) -> Vec<Vec<u32>> {
        let mut seats: BTreeSet<Seat> = BTreeSet::new();
        for &unit in &units {
            seats.extend(self.seats_of(self.unit(unit)));
        }
        let labels = seat_groups(&seats);
        if labels.len() < 2 {
            return vec![units];
        }
        let mut parts: Vec<Vec<u32>> = vec![Vec::new(); labels.len() + 1];
        for unit in units {
            let own = self.seats_of(self.unit(unit));
            let fits: Vec<usize> = if own.is_empty() {
                let about = self.places_as_seats(self.unit(unit));
                (0..labels.len()).filter(|&i| labels[i].iter().any(|s| about.contains(&(&s.country, &s.admin1)))).collect()
            } else {
                (0..labels.len()).filter(|&i| labels[i].iter().any(|s| own.contains(s))).collect()
            };
            parts[if let [one] = fits[..] { one } else { labels.len() }].push(unit);
        }
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The states that a unit's statements are about.
    fn places_as_seats(&self, unit: &Unit) -> BTreeSet<(&'a String, &'a String)> {
        let places = unit.places.keys().map(|&p| &self.gathered.places[p as usize]);
        places.filter(|p| !p.admin1.is_empty()).map(|p| (&p.country, &p.admin1)).collect()
    }

    /// Units of one name in parts by whom of the list they are. Those that are nobody of it are others, or may be: all of the name
    /// were looked up.
    fn part_by_person(&self, units: Vec<u32>) -> Vec<Vec<u32>> {
        let mut parts: BTreeMap<Option<usize>, Vec<u32>> = BTreeMap::new();
        for unit in units {
            parts.entry(self.linked[unit as usize]).or_default().push(unit);
        }
        parts.into_values().collect()
    }

    /// Places small and rare enough to be a witness.
    fn rare_places(&self) -> Vec<bool> {
        let most = RARE.max(self.gathered.documents.all().count() / RARE_SHARE);
        let mut named: Vec<(u32, u32)> =
            self.gathered.units.iter().flat_map(|unit| unit.places.keys().map(|&place| (place, unit.document))).collect();
        named.sort_unstable();
        named.dedup();
        let mut documents = vec![0; self.gathered.places.len()];
        named.iter().for_each(|(place, _)| documents[*place as usize] += 1);
        let is_small = |place: &JurisdictionInRow| !matches!(place.level.as_str(), "country" | "supranational" | "");
        self.gathered.places.iter().enumerate().map(|(i, place)| is_small(place) && documents[i] <= most).collect()
    }

    fn node(&self, units: Vec<u32>, rare: &[bool]) -> Node {
        let form = self.fullest(&units).clone();
        let mut node = Node {
            form,
            seats: BTreeSet::new(),
            heads: BTreeMap::new(),
            places: BTreeSet::new(),
            documents: BTreeSet::new(),
            person: units.iter().find_map(|&unit| self.linked[unit as usize]),
            units,
        };
        for &at in &node.units {
            let unit = self.unit(at);
            node.seats.extend(self.seats_of(unit));
            node.heads.extend(self.heads_of(unit).map(|head| (head.lemma.clone(), head.clone())));
            node.places.extend(unit.places.keys().filter(|&&p| rare[p as usize]));
            node.documents.insert(unit.document);
        }
        node
    }

    /// The form with the fullest name; of equal ones the most frequent, then the first by its letters.
    fn fullest(&self, units: &[u32]) -> &Form {
        let mut shown: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
        for &unit in units {
            let form = &self.forms[unit as usize];
            let entry = shown.entry(&form.name.shown).or_insert((0, unit as usize));
            entry.0 += self.unit(unit).statements;
        }
        let rank = |form: &Form, count: u64| {
            let name = &form.name;
            let capitals = name.shown.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
            let length: usize = name.words.iter().map(|w| w.chars().count()).sum();
            (Reverse(name.words.len()), capitals, name.suffix.is_none(), Reverse(length), Reverse(count), name.shown.clone())
        };
        let best = shown.values().min_by_key(|(count, unit)| rank(&self.forms[*unit], *count));
        &self.forms[best.map_or(units[0] as usize, |(_, unit)| *unit)]
    }

    /// Bodies under an abbreviation that a row explains, or that stands for the name in its own document.
    fn join_bodies(&self, sets: &mut Sets) {
        let mut by_key: HashMap<&str, usize> = HashMap::new();
        let mut named: HashMap<String, BTreeSet<usize>> = HashMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            if node.form.known_by != KnownBy::Name || node.form.sort != SpeakerType::Organization {
                continue;
            }
            by_key.insert(&node.form.key, at);
            for acronym in node.units.iter().flat_map(|&unit| &self.unit(unit).acronyms) {
                if is_acronym_of(acronym, &node.form.name) {
                    named.entry(Name::body(acronym).key()).or_default().insert(at);
                }
            }
        }
        for (short, long) in &self.gathered.explained {
            if let Some(&at) = by_key.get(long.as_str()) {
                named.entry(short.clone()).or_default().insert(at);
            }
        }
        for (acronym, nodes) in named {
            // WHO is the World Health Organization rather than the U.N. World Health Organization.
            let (exact, others): (BTreeSet<usize>, BTreeSet<usize>) =
                nodes.into_iter().partition(|&at| is_acronym_of(&acronym, &self.nodes[at].form.name));
            let long = if exact.is_empty() { only(&others) } else { only(&exact) };
            if let (Some(long), Some(&short)) = (long, by_key.get(acronym.as_str())) {
                sets.join(long, short);
            }
        }
    }

    fn is_person(&self, node: &Node) -> bool {
        node.form.known_by == KnownBy::Name && node.form.sort == SpeakerType::Person
    }

    /// Persons whose names differ in a way that one person's may.
    fn join_persons(&self, sets: &mut Sets) {
        let mut near: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let common = self.common_roles();
        for (a, b) in self.near_names() {
            if self.is_witnessed(&self.nodes[a], &self.nodes[b], &common) {
                near.entry(a).or_default().insert(b);
                near.entry(b).or_default().insert(a);
            }
        }
        // A name that two others fit, which are not one, belongs to neither.
        let fits_all = |nodes: &BTreeSet<usize>| nodes.iter().all(|&a| nodes.iter().all(|&b| a == b || self.may_be_one(a, b)));
        let sure: BTreeSet<usize> = near.iter().filter(|(_, others)| fits_all(others)).map(|(&node, _)| node).collect();
        let mut found = Sets::new(self.nodes.len());
        for (&a, others) in &near {
            others.iter().filter(|b| sure.contains(&a) && sure.contains(b)).for_each(|&b| found.join(a, b));
        }
        let mut components: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &node in &sure {
            components.entry(found.of(node)).or_default().insert(node);
        }
        for nodes in components.values().filter(|nodes| nodes.len() <= CROWD && fits_all(nodes)) {
            nodes.iter().for_each(|&node| sets.join(node, *nodes.first().unwrap_or(&node)));
        }
    }

    /// Pairs of persons whose names may be one person's. A surname that too many given names share yields none, so that the
    /// pairs stay linear in the names.
    fn near_names(&self) -> BTreeSet<(usize, usize)> {
        let mut buckets: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| self.is_person(node)) {
            let name = &node.form.name;
            let Some(given) = name.given() else { continue };
            let initial: String = given.chars().take(1).collect();
            let mut keys = BTreeSet::from([given.to_owned(), format!("{initial}.")]);
            keys.extend(self.nicknames.full(given).iter().map(|full| full.to_string()));
            for key in keys {
                buckets.entry((name.last().to_owned(), key)).or_default().push(at);
            }
        }
        let mut pairs = BTreeSet::new();
        for nodes in buckets.values().filter(|nodes| nodes.len() <= CROWD) {
            for (i, &a) in nodes.iter().enumerate() {
                pairs.extend(nodes[i + 1..].iter().filter(|&&b| self.may_be_one(a, b)).map(|&b| (a.min(b), a.max(b))));
            }
        }
        pairs
    }

    /// Whether nothing speaks against two persons being one.
    fn may_be_one(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.nodes[a], &self.nodes[b]);
        let listed = a.person.is_none() || b.person.is_none() || a.person == b.person;
        let same_name = a.form.key == b.form.key;
        listed && !same_name && !seats_conflict(&a.seats, &b.seats) && self.difference(a, b).is_some()
    }

    fn difference(&self, a: &Node, b: &Node) -> Option<Difference> {
        difference(self.nicknames, &a.form.name, &b.form.name)
    }

    /// Roles that many names bear and that are no title: resident, spokesman.
    fn common_roles(&self) -> BTreeSet<&str> {
        let persons = || self.nodes.iter().filter(|node| self.is_person(node));
        let most = COMMON.max(persons().count() / COMMON_SHARE);
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for head in persons().flat_map(|node| node.heads.values()).filter(|head| !head.office) {
            *names.entry(&head.lemma).or_default() += 1;
        }
        names.into_iter().filter(|(_, count)| *count > most).map(|(lemma, _)| lemma).collect()
    }

    /// Whether a second witness stands beside a name that differs: an office or a rare place that both have. Two that one
    /// document tells apart are two.
    fn is_witnessed(&self, a: &Node, b: &Node, common: &BTreeSet<&str>) -> bool {
        let shared = || a.heads.values().filter(|head| b.heads.contains_key(&head.lemma));
        let telling = || shared().any(|head| !common.contains(head.lemma.as_str()));
        let shared_place = a.places.intersection(&b.places).next().is_some();
        let apart = a.documents.intersection(&b.documents).next().is_some();
        let rare_surname = self.lexicon.surname_count(self.lexicon.word(a.form.name.last())) < COMMON_SURNAME;
        match self.difference(a, b) {
            Some(Difference::Middle) => shared_place || telling() || rare_surname && shared().next().is_some(),
            Some(Difference::Given) => !apart && (shared_place || telling()),
            // Father and son are at home in one place.
            Some(Difference::Suffix) => !apart && shared().any(|head| head.governs.is_some()),
            None => false,
        }
    }

    /// Bare surnames, unit by unit: of the only full name in the document, or of the only holder of the office.
    fn join_bare_names(&mut self, sets: &mut Sets) {
        let mut in_document: HashMap<(u32, &str), BTreeSet<usize>> = HashMap::new();
        let mut by_office: HashMap<(&str, &str), BTreeSet<usize>> = HashMap::new();
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| self.is_person(node)) {
            let last = node.form.name.last();
            for &document in &node.documents {
                in_document.entry((document, last)).or_default().insert(sets.of(at));
            }
            for head in node.heads.values().filter(|head| head.governs.is_some()) {
                by_office.entry((last, &head.lemma)).or_default().insert(sets.of(at));
            }
        }
        let mut moves: Vec<(u32, usize)> = Vec::new();
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        (0..self.nodes.len()).for_each(|at| members.entry(sets.of(at)).or_default().push(at));
        for node in self.nodes.iter().filter(|node| node.form.known_by == KnownBy::BareName) {
            for &unit in &node.units {
                let word = self.forms[unit as usize].name.last();
                let here = in_document.get(&(self.unit(unit).document, word));
                let found = match here {
                    Some(nodes) => only(nodes),
                    None => self.holder_of_office(unit, word, &by_office, &members),
                };
                let listed = |set: usize| members[&set].iter().find_map(|&n| self.nodes[n].person);
                let other = |set: &usize| self.linked[unit as usize].is_some_and(|p| listed(*set).is_some_and(|q| p != q));
                moves.extend(found.filter(|set| !other(set)).map(|set| (unit, set)));
            }
        }
        self.move_units(&moves);
    }

    /// The only person with a surname who holds the office that a unit's role names, if they agree on a place.
    fn holder_of_office(
        &self,
        unit: u32,
        word: &str,
        by_office: &HashMap<(&str, &str), BTreeSet<usize>>,
        members: &HashMap<usize, Vec<usize>>,
    ) -> Option<usize> {
        if self.forms[unit as usize].sort != SpeakerType::Person {
            return None;
        }
        let own = self.unit(unit);
        let offices = self.heads_of(own).filter(|head| head.governs.is_some());
        let holders: BTreeSet<usize> =
            offices.filter_map(|head| by_office.get(&(word, head.lemma.as_str()))).flatten().copied().collect();
        let set = only(&holders)?;
        let nodes = &members[&set];
        let seats = self.seats_of(own);
        let conflict = nodes.iter().any(|&n| seats_conflict(&seats, &self.nodes[n].seats));
        let mut units = nodes.iter().flat_map(|&n| &self.nodes[n].units);
        let agrees = units.any(|&u| self.unit(u).places.keys().any(|place| own.places.contains_key(place)));
        (!conflict && agrees).then_some(set)
    }

    fn move_units(&mut self, moves: &[(u32, usize)]) {
        let moved: BTreeSet<u32> = moves.iter().map(|(unit, _)| *unit).collect();
        for node in self.nodes.iter_mut().filter(|node| node.form.known_by == KnownBy::BareName) {
            node.units.retain(|unit| !moved.contains(unit));
        }
        for &(unit, node) in moves {
            self.nodes[node].units.push(unit);
            self.nodes[node].person = self.nodes[node].person.or(self.linked[unit as usize]);
        }
    }

    /// All that the list gives one id.
    fn join_listed(&self, sets: &mut Sets) {
        let mut first: HashMap<usize, usize> = HashMap::new();
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| !node.units.is_empty()) {
            if let Some(person) = node.person {
                sets.join(at, *first.entry(person).or_insert(at));
            }
        }
    }

    fn speakers(&self, sets: &mut Sets, list: &[Listed], ambiguous: Vec<Ambiguous>) -> Collated {
        let mut members: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        let mut seats: BTreeMap<usize, BTreeSet<Seat>> = BTreeMap::new();
        let mut persons: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| !node.units.is_empty()) {
            let set = sets.of(at);
            members.entry(set).or_default().extend(&node.units);
            seats.entry(set).or_default().extend(node.seats.iter().cloned());
            persons.extend(node.person.map(|person| (set, person)));
        }
        let mut made: Vec<Made<'_>> = Vec::new();
        for (set, units) in members {
            let mut speaker = self.speaker(&units);
            speaker.people_id = persons.get(&set).map(|&person| list[person].id.clone());
            let first = units.iter().map(|&u| self.gathered.documents.get(self.unit(u).document)).min().unwrap_or_default();
            made.push(Made { speaker, seats: seats.remove(&set).unwrap_or_default(), first, units });
        }
        tell_apart(&mut made);
        made.sort_by(|a, b| {
            let rank = |made: &Made<'_>| Reverse(made.speaker.statements);
            rank(a).cmp(&rank(b)).then_with(|| a.speaker.key.cmp(&b.speaker.key))
        });
        let mut collated = Collated { ambiguous, of: vec![0; self.gathered.units.len()], ..Collated::default() };
        for (at, Made { speaker, units, .. }) in made.into_iter().enumerate() {
            units.iter().for_each(|&unit| collated.of[unit as usize] = at as u32);
            collated.speakers.push(speaker);
        }
        collated
    }

    fn speaker(&self, units: &[u32]) -> Speaker {
        let form = self.fullest(units);
        let mut variants: BTreeMap<&str, u64> = BTreeMap::new();
        let mut roles: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
        let mut places: BTreeMap<u32, u64> = BTreeMap::new();
        let mut sorts: BTreeMap<&str, (u64, SpeakerType)> = BTreeMap::new();
        let (mut first, mut last): (Option<&str>, Option<&str>) = (None, None);
        for unit in units.iter().map(|&unit| self.unit(unit)) {
            *variants.entry(self.gathered.names.get(unit.name)).or_default() += unit.statements;
            for (&role, count) in &unit.roles {
                let role = self.gathered.roles.get(role);
                *roles.entry(crate::fold::fold(role)).or_default().entry(role).or_default() += count;
            }
            unit.places.iter().for_each(|(&place, count)| *places.entry(place).or_default() += count);
            sorts.entry(unit.sort.name()).or_insert((0, unit.sort)).0 += unit.statements;
            let dates = (unit.first.as_deref(), unit.last.as_deref());
            first = if first.is_none() || by_date(dates.0, first).is_lt() { dates.0.or(first) } else { first };
            last = if last.is_none() || dates.1.is_some() && by_date(dates.1, last).is_gt() { dates.1.or(last) } else { last };
        }
        let documents: BTreeSet<u32> = units.iter().map(|&unit| self.unit(unit).document).collect();
        let sort = match form.known_by {
            KnownBy::Name => form.sort,
            _ => sorts.values().max_by_key(|(count, _)| *count).map_or(form.sort, |(_, sort)| *sort),
        };
        Speaker {
            key: key_of(form),
            name: form.name.shown.clone(),
            sort,
            known_by: form.known_by,
            variants: by_count(variants.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()),
            roles: by_count(roles.into_values().map(usual_spelling).collect()),
            jurisdictions: self.about(&places),
            documents: documents.len() as u64,
            statements: units.iter().map(|&unit| self.unit(unit).statements).sum(),
            first: first.map(str::to_owned),
            last: last.map(str::to_owned),
            people_id: None,
        }
    }

    fn about(&self, places: &BTreeMap<u32, u64>) -> Vec<(String, String, u64)> {
        let place = |(&place, &count): (&u32, &u64)| {
            let place = &self.gathered.places[place as usize];
            (place.id.clone(), place.name.clone(), count)
        };
        let mut about: Vec<_> = places.iter().map(place).collect();
        about.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.cmp(b)));
        about
    }
}

fn only(nodes: &BTreeSet<usize>) -> Option<usize> {
    (nodes.len() == 1).then(|| nodes.first().copied()).flatten()
}

fn key_of(form: &Form) -> String {
    let slug = form.name.slug();
    match form.known_by {
        KnownBy::Name => slug,
        KnownBy::BareName => format!("bare:{slug}"),
        KnownBy::Words => format!("unnamed:{slug}"),
    }
}

/// A speaker, and what tells it from others of the same name.
struct Made<'a> {
    speaker: Speaker,
    seats: BTreeSet<Seat>,
    /// The first of its documents, by id.
    first: &'a str,
    units: Vec<u32>,
}

/// Gives speakers with one key different ones: by type or by the place of the office, else by number in the order of their
/// first document.
fn tell_apart(made: &mut [Made<'_>]) {
    for same in clashes(made) {
        let sorts: BTreeSet<&str> = same.iter().map(|&i| made[i].speaker.sort.name()).collect();
        let several = sorts.len() > 1;
        for i in same {
            let Made { speaker, seats, .. } = &mut made[i];
            if several && speaker.sort != SpeakerType::Person {
                speaker.key = format!("{}-{}", speaker.key, speaker.sort.name());
            } else if let Some(seat) = seats.first() {
                speaker.key = format!("{}-{}", speaker.key, seat.label());
            }
        }
    }
    let mut again = clashes(made);
    while !again.is_empty() {
        for mut same in again {
            same.sort_by_key(|&i| (made[i].first.to_owned(), made[i].speaker.name.clone()));
            for (number, i) in same.into_iter().enumerate().skip(1) {
                made[i].speaker.key = format!("{}-{}", made[i].speaker.key, number + 1);
            }
        }
        again = clashes(made);
    }
}

/// The speakers that share a key.
fn clashes(made: &[Made<'_>]) -> Vec<Vec<usize>> {
    let mut by_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    made.iter().enumerate().for_each(|(i, made)| by_key.entry(&made.speaker.key).or_default().push(i));
    by_key.into_values().filter(|same| same.len() > 1).collect()
}

/// Most frequent first, then by name.
fn by_count(mut counted: Vec<(String, u64)>) -> Vec<(String, u64)> {
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counted
}

/// The most frequent spelling, and how often all occur.
fn usual_spelling(spellings: BTreeMap<&str, u64>) -> (String, u64) {
    let total = spellings.values().sum();
    let usual = by_count(spellings.into_iter().map(|(role, count)| (role.to_owned(), count)).collect());
    (usual.into_iter().next().map_or_else(String::new, |(role, _)| role), total)
}
