//! Mentions: the noun phrases that stand for persons, organisations, groups and places.
//!
//! A named mention is found from its capitals, the lists (titles, roles, given names, head words of organisations) and the
//! gazetteer; a nominal one from its head noun ("the mayor", "police", "two officials"). Place names are reported with all that
//! the gazetteer knows of them; whether each is a place, and which, is for the `place` stage.

mod county;
mod name;
mod nominal;

pub use county::is_listed_county;
pub use name::PARTICLES;

use crate::gazetteer::{Candidate, Entry, EntryId, EntryType, Gazetteer, Match, NameKind};
use crate::lexicon::{Classes, Gender, Number};
use crate::reading::Reading;
use crate::span::TokenSpan;
use crate::token::{Case, Gap, Token, TokenKind};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;
use std::ops::Deref;

/// The form of a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MentionKind {
    /// By name: "Mayor Jane Doe", "the FBI".
    Named,
    /// By a noun: "the mayor", "two officials".
    Nominal,
    /// By a pronoun that may stand for a speaker: "she", "many".
    Pronoun,
}

/// What a mention stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MentionType {
    /// One person.
    Person,
    /// An organisation.
    Organization,
    /// Several persons.
    Group,
    /// A document: a report, a study.
    Document,
    /// A place.
    Place,
    /// A name that may be anything.
    Unknown,
}

/// A noun phrase that may be a source or be referred to by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The whole phrase, with titles and roles before the name.
    pub tokens: TokenSpan,
    /// The name alone, of a named mention.
    pub name: Option<TokenSpan>,
    /// The last token of the name, or the head noun.
    pub head: u32,
    /// Its form.
    pub kind: MentionKind,
    /// What it stands for.
    pub sort: MentionType,
    /// The words that give the role: before the name, or in an apposition behind it.
    pub role: Option<TokenSpan>,
    /// The gender that title, role or pronoun states.
    pub gender: Option<Gender>,
    /// Singular or plural, where the form says so.
    pub number: Option<Number>,
    /// A named mention that stands in apposition to this one, or the reverse: its index in the list.
    pub apposition: Option<u32>,
}

/// A name that the gazetteer knows as a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceName {
    /// The name.
    pub tokens: TokenSpan,
    /// The places that it may stand for.
    pub candidates: Vec<Candidate>,
    /// What the words around it make of it.
    pub context: PlaceContext,
}

impl PlaceName {
    /// The hashes of its words: the same for names that differ in capitals alone.
    pub fn form(&self, reading: Reading<'_>) -> Vec<u64> {
        reading.tokens[self.tokens.range()].iter().map(|t| t.hash).collect()
    }
}

/// The kind of phrase that a place name stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlaceContext {
    /// By itself.
    Free,
    /// In front of a role or body: "Baltimore Mayor", "Alexandria Police".
    Modifier,
    /// Inside the name of an organisation.
    Organization,
    /// Inside the name of a person.
    Person,
    /// Inside the name of a street, building or river.
    Feature,
}

/// What [`find`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// All mentions in text order.
    pub list: Vec<Mention>,
    /// All place names in text order.
    pub places: Vec<PlaceName>,
}

impl Mention {
    /// The tokens of the name, or of the head noun of a nominal mention.
    pub fn name_or_head(&self) -> TokenSpan {
        self.name.unwrap_or(TokenSpan { start: self.head, end: self.head + 1 })
    }
}

/// Finds the mentions of a document whose outlet is at home somewhere, if that is known.
pub fn find(reading: Reading<'_>, gazetteer: &Gazetteer, home: Option<EntryId>) -> Mentions {
    let mut found = Mentions::default();
    for sentence in &reading.layout.sentences {
        let reader = Reader::new(reading, gazetteer, sentence.tokens);
        let first = found.list.len();
        reader.named(&mut found);
        reader.nominal(&mut found.list, first);
        found.list[first..].sort_by_key(|m| (m.tokens.start, std::cmp::Reverse(m.tokens.end)));
        reader.appositions(&mut found.list, first);
    }
    found.places.sort_by_key(|p| p.tokens);
    reclaim_surnames(reading, gazetteer, &mut found);
    county::name_again(reading, gazetteer, &mut found);
    leave_local(reading, gazetteer, home, &mut found);
    found
}

/// The country of a place, in the United States with the state, and with the county if what is near it counts.
fn ground(entry: Entry<'_>, near: bool) -> (Option<[u8; 2]>, &str, &str) {
    let country = entry.country_code();
    (country, if country == Some(*b"US") { entry.admin1() } else { "" }, if near { entry.admin2() } else { "" })
}

/// Leaves out places that are known near by alone, unless their country is spoken of (in the United States their state, of a quarter its city)
/// and the words before one mention of them speak of a place.
fn leave_local(reading: Reading<'_>, gazetteer: &Gazetteer, home: Option<EntryId>, found: &mut Mentions) {
    let local = |c: &Candidate| gazetteer.entry(c.entry).is_local();
    if !found.places.iter().any(|place| place.candidates.iter().any(local)) {
        return;
    }
    let told = found.places.iter().filter(|place| place.context != PlaceContext::Person).flat_map(|place| &place.candidates);
    let is_quarter = |entry: Entry<'_>| entry.sort() == EntryType::Neighborhood;
    let told = told.filter(|c| !local(c) && is_large(gazetteer, c, 100_000));
    let told = told.map(|c| c.entry).chain(home).map(|id| gazetteer.entry(id));
    let told: FxHashSet<_> = told.flat_map(|entry| [ground(entry, false), ground(entry, true)]).collect();
    let near = |entry: Entry<'_>| told.contains(&ground(entry, is_quarter(entry)));
    let spoken_of = |c: &Candidate| !local(c) || near(gazetteer.entry(c.entry));
    let behind_place = |place: &PlaceName| {
        let at = place.tokens.start as usize;
        // `on the West Side`
        let quarter = place.candidates.iter().all(|c| is_quarter(gazetteer.entry(c.entry)));
        let at = at - usize::from(quarter && at > 1 && reading.is_word(at - 1, "the"));
        // `North Shore stadiums`
        let several = quarter && place.tokens.len() > 1;
        several
            || at > 0
                && (reading.is(at - 1, Classes::PLACE_PREPOSITION.or(Classes::CONJUNCTION))
                    || reading.is_kind(at - 1, TokenKind::Comma))
    };
    found.places.iter_mut().for_each(|place| place.candidates.retain(spoken_of));
    let free = |place: &PlaceName| {
        place.context == PlaceContext::Free && !place.candidates.is_empty() && !reading.goes_on(place.tokens.end as usize)
    };
    // What is a place once is one wherever it stands.
    let places: FxHashSet<Vec<u64>> =
        found.places.iter().filter(|p| free(p) && behind_place(p)).map(|p| p.form(reading)).collect();
    let mut left = FxHashSet::default();
    found.places.retain(|place| {
        let stays = place.candidates.iter().any(|c| !local(c)) || free(place) && places.contains(&place.form(reading));
        if !stays {
            left.insert(place.tokens);
        }
        stays
    });
    for mention in &mut found.list {
        if mention.sort == MentionType::Place && left.contains(&mention.tokens) {
            mention.sort = MentionType::Unknown;
        }
    }
}

/// Gives single words that are the surname or the given name of a person of the document to that person: `Davis` is no town then.
///
/// A country or a large place keeps its name, except where it speaks: `Jordan said`.
fn reclaim_surnames(reading: Reading<'_>, gazetteer: &Gazetteer, found: &mut Mentions) {
    let tokens = reading.tokens;
    let full_name = |m: &&Mention| {
        m.sort == MentionType::Person && m.kind == MentionKind::Named && m.name.is_some_and(|n| n.len() > 1 || m.tokens.len() > 1)
    };
    let mut surnames = FxHashSet::default();
    for name in found.list.iter().filter(full_name).filter_map(|m| m.name) {
        // `Grant` of `Milo Grant Jr.`
        let last = name.range().rev().find(|&i| !is_suffix(reading.word(i))).unwrap_or(name.start as usize);
        surnames.insert(tokens[last].hash);
        // `Mary` of `Mary Hale`
        if last > name.start as usize && reading.is(name.start as usize, Classes::GIVEN_NAME) {
            surnames.insert(tokens[name.start as usize].hash);
        }
    }
    let is_person = |at: usize, place: &PlaceName| {
        let before = at.checked_sub(1).map_or_else(Classes::default, |i| reading.classes(i));
        let preposition = before.any(Classes::PLACE_PREPOSITION) && !before.any(Classes::WEAK_PREPOSITION);
        let behind_comma = at > 1 && tokens[at - 1].kind == TokenKind::Comma && tokens[at - 2].is_capitalised();
        let speaks = reading.is(at + 1, Classes::CUE.or(Classes::AUXILIARY)) || before.any(Classes::CUE);
        let after_word = at > 0 && tokens[at - 1].is_word() && reading.sentence_of(at - 1) == reading.sentence_of(at);
        let large = place.candidates.iter().any(|c| is_large(gazetteer, c, 200_000));
        // `Barlow promised`, `Hale, who`: a surname that is a small town as well.
        let known = place.candidates.iter().any(|c| is_large(gazetteer, c, 100_000));
        let verb = reading.is(at + 1, Classes::CUE) && !reading.is(at + 1, Classes::VERB_NOUN);
        let who = reading.is_kind(at + 1, TokenKind::Comma) && reading.is_word(at + 2, "who");
        let subject = !known && !after_word && reading.is(at, Classes::SURNAME) && (verb || who);
        // A country's name alone makes no person of `Little Haiti`.
        let names_persons = reading.is(at, Classes::SURNAME.or(Classes::GIVEN_NAME));
        let named = surnames.contains(&tokens[at].hash) && (!large || speaks && names_persons);
        (named || subject) && !preposition && !behind_comma
    };
    let mut persons = FxHashSet::default();
    for place in &mut found.places {
        let at = place.tokens.start as usize;
        if place.tokens.len() == 1 && place.context != PlaceContext::Person && is_person(at, place) {
            place.context = PlaceContext::Person;
            persons.insert(at);
        }
    }
    for mention in &mut found.list {
        if mention.sort == MentionType::Place && mention.tokens.len() == 1 && persons.contains(&(mention.tokens.start as usize)) {
            mention.sort = MentionType::Person;
        }
    }
}

/// Whether a word behind a name tells generations apart.
pub fn is_suffix(word: &str) -> bool {
    matches!(word, "Jr." | "Sr." | "Jr" | "Sr" | "II" | "III" | "IV")
}

/// Whether a candidate is a country, a first-level division, or has so many inhabitants. Parishes and cantons of small countries are no
/// larger than towns: `Forest` in Guernsey.
pub fn is_large(gazetteer: &Gazetteer, candidate: &Candidate, population: u32) -> bool {
    let entry = gazetteer.entry(candidate.entry);
    let inhabitants = entry.population();
    let division = match entry.sort() {
        EntryType::Country => true,
        EntryType::State => inhabitants == 0 || inhabitants > 20_000,
        _ => false,
    };
    candidate.kind != NameKind::Base && (division || inhabitants > population)
}

/// How a sentence uses capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// As prose does.
    Prose,
    /// A headline: most words have a capital.
    Headline,
    /// All letters are capitals.
    Capitals,
}

/// One sentence, read for its mentions.
struct Reader<'a> {
    /// The document up to the end of the sentence.
    reading: Reading<'a>,
    gazetteer: &'a Gazetteer,
    start: usize,
    end: usize,
    style: Style,
    /// By token of the sentence: the names of the gazetteer that start there, once they are looked up.
    names: Vec<OnceCell<Vec<Match>>>,
}

impl<'a> Deref for Reader<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        &self.reading
    }
}

impl<'a> Reader<'a> {
    fn new(reading: Reading<'a>, gazetteer: &'a Gazetteer, sentence: TokenSpan) -> Reader<'a> {
        let range = sentence.range();
        let style = style_of(&reading.tokens[range.clone()]);
        let reading = Reading { tokens: &reading.tokens[..range.end], ..reading };
        let names = vec![OnceCell::new(); range.len()];
        Reader { reading, gazetteer, start: range.start, end: range.end, style, names }
    }

    /// The names of the gazetteer that start at a token and end before another, longest first.
    fn matches(&self, at: usize, end: usize) -> impl Iterator<Item = &Match> {
        let names = self.names[at - self.start].get_or_init(|| self.gazetteer.matches(self.text, self.tokens, at));
        names.iter().filter(move |m| m.len <= end - at)
    }

    /// The longest of them.
    fn longest(&self, at: usize, end: usize) -> Option<&Match> {
        self.matches(at, end).next()
    }

    /// The one that is all of the words.
    fn whole(&self, start: usize, end: usize) -> Option<&Match> {
        self.longest(start, end).filter(|m| m.len == end - start)
    }

    /// Whether a capital at this place may come from the start of a sentence or of a quotation alone.
    fn at_start(&self, at: usize) -> bool {
        at == self.start
            || matches!(self.tokens[at - 1].kind, TokenKind::Mark(_) | TokenKind::Bullet | TokenKind::Colon | TokenKind::Dash)
    }
}

fn style_of(tokens: &[Token]) -> Style {
    let (mut words, mut capitals, mut upper, mut long, mut long_capitals) = (0, 0, 0, 0, 0);
    for token in tokens.iter().filter(|t| t.kind == TokenKind::Word) {
        words += 1;
        capitals += usize::from(token.case.is_capital());
        upper += usize::from(token.case == Case::Upper || token.case == Case::Capital && token.span.len() == 1);
        if token.span.len() > 3 {
            long += 1;
            long_capitals += usize::from(token.case.is_capital());
        }
    }
    let stopped = tokens.last().is_some_and(|t| t.kind == TokenKind::Stop);
    if words >= 4 && upper * 5 >= words * 4 {
        Style::Capitals
    } else if words >= 4
        && long >= 3
        && long_capitals * 10 >= long * 8
        && (capitals * 10 >= words * 6)
        && (!stopped || long_capitals == long)
    {
        Style::Headline
    } else {
        Style::Prose
    }
}

/// What stands for a party before the place of a member: `D-N.J.`, `DFL-Minneapolis`.
const PARTIES: [&str; 9] = ["D", "R", "I", "L", "G", "DFL", "GOP", "Dem", "Rep"];

/// Whether a word stands for a party before a hyphen and a place.
pub fn names_party(tokens: &[Token], text: &str, at: usize) -> bool {
    let [party, hyphen, place, ..] = &tokens[at..] else { return false };
    let joined = hyphen.kind == TokenKind::Hyphen && hyphen.gap == Gap::None && place.gap == Gap::None && place.is_capitalised();
    joined && PARTIES.contains(&party.span.of(text))
}

/// Whether any candidate is a place.
fn names_place(gazetteer: &Gazetteer, candidates: &[Candidate]) -> bool {
    candidates.iter().any(|c| gazetteer.entry(c.entry).sort().is_place())
}

/// The candidates that are places.
fn only_places(gazetteer: &Gazetteer, candidates: &[Candidate]) -> Vec<Candidate> {
    candidates.iter().copied().filter(|c| gazetteer.entry(c.entry).sort().is_place()).collect()
}

/// Whether any candidate is an organisation or a public body.
fn names_organization(gazetteer: &Gazetteer, candidates: &[Candidate]) -> bool {
    candidates.iter().any(|c| matches!(gazetteer.entry(c.entry).sort(), EntryType::Agency | EntryType::Organization))
}

/// Whether two neighbouring tokens touch or stand a blank apart.
fn adjoin(token: &Token) -> bool {
    token.gap < Gap::Blank
}
