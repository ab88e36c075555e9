//! Jurisdictions: which places with a government a statement is about.
//!
//! Those that the content names, also as "the city" or "American" (`named`); where it names none, the one that the speaker's office
//! governs or where the event spoken of happens, or none (`context`).

mod context;
mod named;
mod topic;

pub use context::{Candidate, Considered, FEATURES, Ranking, shipped as shipped_ranking};
pub use topic::{SOURCES as TOPIC_SOURCES, Topic, Topics};

use crate::gazetteer::{EntryId, EntryType, Gazetteer};
use crate::lexicon::{Classes, Governs, PlaceLevel};
use crate::mention::PlaceContext;
use crate::place::{Home, Place};
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use crate::token::TokenKind;
use context::Profile;
use rustc_hash::FxHashMap;
use std::cell::{LazyCell, OnceCell, RefCell};
use std::collections::BTreeMap;

/// How a statement and a jurisdiction are tied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The content names it.
    Quote,
    /// The context gives it.
    Context,
}

impl Basis {
    /// The word that rows use.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Quote => "quote",
            Basis::Context => "context",
        }
    }
}

/// A jurisdiction that a statement is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Jurisdiction {
    /// The place.
    pub entry: EntryId,
    /// How it is tied to the statement.
    pub basis: Basis,
    /// The words that name it, in the content or in the context; `None` for the outlet's home.
    pub span: Option<Span>,
    /// How likely it is right.
    pub confidence: f32,
    /// The rule that decided.
    pub rule: &'static str,
}

/// What the stage looks at in one document.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The text, its tokens and its layout.
    pub reading: Reading<'a>,
    /// The names.
    pub gazetteer: &'a Gazetteer,
    /// Where the outlet is at home.
    pub home: Option<Home>,
    /// Its places.
    pub places: &'a [Place],
    /// What speaks for a place that is not named.
    pub ranking: &'a Ranking,
}

/// A statement, as far as this stage asks.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// The content.
    pub parts: &'a [Span],
    /// Whether it is quoted, in whole or in part.
    pub quoted: bool,
    /// The words that stand for the speaker: beside the cue, and the fullest name.
    pub source: [Span; 2],
    /// The words of the speaker's role.
    pub role: Option<TokenSpan>,
    /// The agency that speaks, if the gazetteer knows it.
    pub agency: Option<EntryId>,
    /// Whether the speaker is one person.
    pub is_person: bool,
    /// Source, cue and content together.
    pub extent: Span,
}

/// How a document speaks of a jurisdiction.
#[derive(Clone, Debug, Default)]
struct Mentioned {
    /// How much it is about it.
    weight: f32,
    /// Where it names it first.
    first: Span,
    /// In which sentences it is named, and the words.
    named: Vec<(u32, Span)>,
    in_headline: bool,
    in_lead: bool,
    dateline: bool,
    /// Whether it is named otherwise than as "American".
    by_name: bool,
    /// Whether it is named in the names of bodies alone.
    in_bodies: bool,
    /// Whether it is named behind "in", "near" and the like.
    behind_preposition: bool,
    /// The country or state whose seat of government it is.
    seat_of: Option<EntryId>,
}

/// Finds jurisdictions; made once a document.
pub struct Finder<'a> {
    input: Input<'a>,
    /// In order, so that sums are the same in every run.
    mentioned: BTreeMap<EntryId, Mentioned>,
    total: f32,
    level_weights: FxHashMap<EntryType, f32>,
    /// By level: the place that the document is most about, and its weight.
    in_play: FxHashMap<EntryType, (EntryId, f32)>,
    /// The place that the document is most about.
    heaviest: Option<(f32, EntryId)>,
    /// The place that it names first.
    first: Option<EntryId>,
    /// Where each place is named, in text order, but for those that only say where the one before them lies.
    named_in_order: Vec<(u32, EntryId)>,
    /// Where words of one level's government stand, in text order.
    level_words: Vec<(u32, EntryType)>,
    words_by_level: BTreeMap<EntryType, f32>,
    /// Whether the divisions of the country that is spoken of are called states.
    has_states: bool,
    /// What any statement may be about.
    profiles: Vec<Profile>,
    /// The countries of agencies that speak, where they are none of those.
    agencies: RefCell<BTreeMap<EntryId, Profile>>,
    /// By sentence: the vectors of its words, once they are added up.
    sums: Vec<OnceCell<topic::Sum>>,
}

impl<'a> Finder<'a> {
    /// Weighs the places of a document.
    pub fn new(input: Input<'a>) -> Finder<'a> {
        let mut finder = Finder {
            input,
            mentioned: BTreeMap::new(),
            total: 0.0,
            level_weights: FxHashMap::default(),
            in_play: FxHashMap::default(),
            heaviest: None,
            first: None,
            named_in_order: Vec::new(),
            level_words: Vec::new(),
            words_by_level: BTreeMap::new(),
            has_states: true,
            profiles: Vec::new(),
            agencies: RefCell::default(),
            sums: vec![OnceCell::new(); input.reading.layout.sentences.len()],
        };
        for place in input.places.iter().filter(|p| input.gazetteer.entry(p.entry).sort().is_jurisdiction()) {
            finder.first.get_or_insert(place.entry);
            finder.take(place);
            if !finder.is_container(place) {
                finder.named_in_order.push((place.span.end, place.entry));
            }
        }
        for (&entry, &Mentioned { weight, .. }) in &finder.mentioned {
            let level = input.gazetteer.entry(entry).sort();
            finder.total += weight;
            *finder.level_weights.entry(level).or_default() += weight;
            let best = finder.in_play.entry(level).or_insert((entry, weight));
            if (weight, best.0) > (best.1, entry) {
                *best = (entry, weight);
            }
            let score = finder.document_score(entry, weight);
            if finder.heaviest.is_none_or(|(s, e)| (score, e) > (s, entry)) {
                finder.heaviest = Some((score, entry));
            }
        }
        finder.has_states = finder.has_states();
        finder.read_level_words();
        finder.profiles = Profile::all(&finder);
        finder
    }

    fn take(&mut self, place: &Place) {
        let reading = self.input.reading;
        let start = place.tokens.start as usize;
        let sentence = reading.sentence_of(start);
        // The headline, the lead and the dateline say where a story is.
        let lead = match sentence {
            0 => 2.0,
            1..=2 => 1.5,
            _ => 1.0,
        };
        let in_body = place.context == PlaceContext::Organization;
        let by_name = !place.kind.is_demonym();
        let weight = lead * if in_body { 0.7 } else { 1.0 } * if by_name { 1.0 } else { 0.5 };
        let preposition =
            start > 0 && reading.is(start - 1, Classes::PLACE_PREPOSITION) && !reading.is(start - 1, Classes::WEAK_PREPOSITION);
        let new = || Mentioned { first: place.span, in_bodies: true, ..Mentioned::default() };
        let mentioned = self.mentioned.entry(place.entry).or_insert_with(new);
        mentioned.weight += weight;
        mentioned.named.push((sentence as u32, place.span));
        // A headline is a paragraph of its own, where the text has paragraphs.
        let (_, first_end) = reading.layout.paragraphs[0].sentences;
        let headline = sentence == 0 && (first_end == 1 || first_end > context::LONGEST);
        mentioned.in_headline |= headline;
        mentioned.in_lead |= sentence <= 2 && !headline;
        mentioned.dateline |= start < reading.layout.paragraphs[reading.paragraph_of(start)].body as usize;
        mentioned.by_name |= by_name;
        mentioned.in_bodies &= in_body;
        mentioned.behind_preposition |= preposition;
        mentioned.seat_of = mentioned.seat_of.or(place.seat_of);
    }

    /// Notes where "the city", "statewide" and "lawmakers" stand.
    fn read_level_words(&mut self) {
        let reading = self.input.reading;
        for (at, token) in reading.tokens.iter().enumerate() {
            if token.kind != TokenKind::Word
                || !reading.is(at, Classes::LEVEL_WORD.or(Classes::LOCAL_REFERENCE).or(Classes::ROLE))
            {
                continue;
            }
            if let Some(level) = level_of_word(reading, at).or_else(|| level_of_office(reading, reading.tokens.len(), at)) {
                self.level_words.push((token.span.start, level));
                *self.words_by_level.entry(level).or_default() += 1.0;
            }
        }
    }

    /// How much the document as a whole speaks for a place.
    fn document_score(&self, entry: EntryId, weight: f32) -> f32 {
        let specific = match self.input.gazetteer.entry(entry).sort() {
            EntryType::City | EntryType::Neighborhood => 0.5,
            EntryType::County => 0.4,
            EntryType::State => 0.0,
            _ => -0.5,
        };
        1.2 * weight.ln_1p() + specific
    }

    /// The jurisdictions that a statement is about.
    pub fn about(&self, statement: Statement<'_>) -> Vec<Jurisdiction> {
        let asked = LazyCell::new(|| self.ask(&statement));
        let named = self.named(&statement, &asked);
        if named.is_empty() { self.of_context(&statement, &asked).into_iter().collect() } else { named }
    }

    /// For each "the city" or "our state" of a statement, the places that it may stand for, in no order.
    pub fn referred(&self, statement: Statement<'_>) -> Vec<Vec<Candidate>> {
        let references = statement.parts.iter().flat_map(|&part| self.local_references(part));
        references.map(|(reference, _)| self.referred_to(&statement, reference)).collect()
    }

    /// What is looked at for a statement; nothing if it names a place.
    pub fn considered(&self, statement: Statement<'_>) -> Option<Considered> {
        let asked = LazyCell::new(|| self.ask(&statement));
        self.named(&statement, &asked).is_empty().then(|| self.considered_in_context(&statement))
    }
}

/// The level of jurisdictions that a word stands for: `city`, `statewide`.
fn level_of_word(reading: Reading<'_>, at: usize) -> Option<EntryType> {
    Some(match reading.lexicon.place_level(reading.tokens[at].word)? {
        PlaceLevel::Supranational => EntryType::Supranational,
        PlaceLevel::Country => EntryType::Country,
        PlaceLevel::State => EntryType::State,
        PlaceLevel::County => EntryType::County,
        PlaceLevel::City => EntryType::City,
        PlaceLevel::Neighborhood => EntryType::Neighborhood,
        PlaceLevel::Other => return None,
    })
}

/// The level that the office governs which starts at a token and ends before another: `mayor`.
fn level_of_office(reading: Reading<'_>, end: usize, at: usize) -> Option<EntryType> {
    let (roles, _) = reading.lexicon.roles().longest(&reading.tokens[..end], at)?;
    roles.iter().find_map(|role| role.governs).map(level_of)
}

/// The level of jurisdiction that is governed.
fn level_of(governs: Governs) -> EntryType {
    match governs {
        Governs::City | Governs::District => EntryType::City,
        Governs::County => EntryType::County,
        Governs::State => EntryType::State,
        Governs::Country => EntryType::Country,
        Governs::Supranational => EntryType::Supranational,
    }
}
