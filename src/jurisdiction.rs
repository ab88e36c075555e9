//! Jurisdictions: which places with a government a statement is about.
//!
//! Those that the content names, also as "the city" or "American"; where it names none, the one that the speaker's office
//! governs, or where the event spoken of happens: the most specific place that the text around the statement is about.

use crate::gazetteer::{EntryId, EntryType, Gazetteer};
use crate::lexicon::{Classes, Governs, PlaceLevel};
use crate::mention::PlaceContext;
use crate::place::{Home, Place};
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use std::collections::{BTreeMap, HashMap};

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
}

/// A statement, as far as this stage asks.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// The content.
    pub parts: &'a [Span],
    /// The words of the speaker's role.
    pub role: Option<TokenSpan>,
    /// The agency that speaks, if the gazetteer knows it.
    pub agency: Option<EntryId>,
    /// Source, cue and content together.
    pub extent: Span,
}

/// What a place gains from standing in the statement's own sentence, in the next to it, or one further.
const NEAR: [f32; 3] = [0.7, 0.35, 0.15];

/// How much a document is about a place, and where it names it first.
#[derive(Clone, Copy)]
struct Weight {
    weight: f32,
    first: Span,
}

/// Finds jurisdictions; made once a document.
pub struct Finder<'a> {
    input: Input<'a>,
    /// In order, so that sums are the same in every run.
    weights: BTreeMap<EntryId, Weight>,
    /// By level: the place that the document is most about, and its share among those of the level.
    in_play: HashMap<EntryType, (EntryId, f32)>,
    /// The place that the document is most about.
    heaviest: Option<(f32, EntryId)>,
}

impl<'a> Finder<'a> {
    /// Weighs the places of a document.
    pub fn new(input: Input<'a>) -> Finder<'a> {
        let mut finder = Finder { input, weights: BTreeMap::new(), in_play: HashMap::new(), heaviest: None };
        for place in input.places.iter().filter(|p| input.gazetteer.entry(p.entry).sort().is_jurisdiction()) {
            // The headline, the lead and the dateline say where a story is.
            let lead = match input.reading.sentence_of(place.tokens.start as usize) {
                0 => 2.0,
                1..=2 => 1.5,
                _ => 1.0,
            };
            let context = if place.context == PlaceContext::Organization { 0.7 } else { 1.0 };
            let demonym = if place.kind.is_demonym() { 0.5 } else { 1.0 };
            finder.weights.entry(place.entry).or_insert(Weight { weight: 0.0, first: place.span }).weight +=
                lead * context * demonym;
        }
        let mut totals: HashMap<EntryType, f32> = HashMap::new();
        for (&entry, &Weight { weight, .. }) in &finder.weights {
            let level = input.gazetteer.entry(entry).sort();
            *totals.entry(level).or_default() += weight;
            let best = finder.in_play.entry(level).or_insert((entry, weight));
            if (weight, best.0) > (best.1, entry) {
                *best = (entry, weight);
            }
            let score = finder.document_score(entry, weight);
            if finder.heaviest.is_none_or(|(s, e)| (score, e) > (s, entry)) {
                finder.heaviest = Some((score, entry));
            }
        }
        for (level, (_, weight)) in &mut finder.in_play {
            *weight /= totals[level];
        }
        finder
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
        let named = self.named(&statement);
        if !named.is_empty() {
            return named;
        }
        self.of_office(&statement).or_else(|| self.of_context(&statement)).or_else(|| self.of_home()).into_iter().collect()
    }

    fn places_in(&self, span: Span) -> impl Iterator<Item = &'a Place> {
        let first = self.input.places.partition_point(|p| p.span.end <= span.start);
        self.input.places[first..].iter().take_while(move |p| p.span.start < span.end).filter(move |p| span.contains(p.span))
    }

    /// The jurisdictions named in the content, each once.
    fn named(&self, statement: &Statement<'_>) -> Vec<Jurisdiction> {
        let mut found: Vec<Jurisdiction> = Vec::new();
        for &part in statement.parts {
            for place in self.places_in(part) {
                if !self.input.gazetteer.entry(place.entry).sort().is_jurisdiction() || self.is_container(place) {
                    continue;
                }
                if found.iter().all(|j| j.entry != place.entry) {
                    found.push(Jurisdiction {
                        entry: place.entry,
                        basis: Basis::Quote,
                        span: Some(place.span),
                        confidence: place.confidence,
                        rule: "named-in-content",
                    });
                }
            }
            for (level, span) in self.local_references(part) {
                if let Some((entry, share)) = self.in_play(level)
                    && found.iter().all(|j| j.entry != entry)
                {
                    found.push(Jurisdiction {
                        entry,
                        basis: Basis::Quote,
                        span: Some(span),
                        confidence: 0.8 * share,
                        rule: "the-one-in-play",
                    });
                }
            }
        }
        found
    }

    /// Whether a place only says where the one before it lies: `Springfield, | Ill.`
    fn is_container(&self, place: &Place) -> bool {
        let at = place.tokens.start as usize;
        if at < 2 || self.input.reading.tokens[at - 1].kind != crate::token::TokenKind::Comma {
            return false;
        }
        let before = self.input.places.partition_point(|p| (p.tokens.end as usize) < at - 1);
        self.input.places.get(before).is_some_and(|p| {
            p.tokens.end as usize == at - 1 && crate::place::contains(self.input.gazetteer, place.entry, p.entry)
        })
    }

    /// `the city`, `our state` in some content.
    fn local_references(&self, part: Span) -> Vec<(EntryType, Span)> {
        let tokens = self.input.reading.tokens;
        let first = tokens.partition_point(|t| t.span.start < part.start);
        let mut found = Vec::new();
        for at in first..tokens.len() {
            if tokens[at].span.end > part.end {
                break;
            }
            // `the federal government` is the country's.
            let federal = self.input.reading.is_word(at, "federal") && self.input.reading.is_word(at + 1, "government");
            if at == first || !federal && !self.input.reading.is(at, Classes::LOCAL_REFERENCE) {
                continue;
            }
            let word = tokens[at - 1].span.of(self.input.reading.text);
            if !["the", "this", "our"].iter().any(|w| word.eq_ignore_ascii_case(w)) {
                continue;
            }
            // `the city council`, `the state of Ohio`: a part of another phrase.
            let next = tokens.get(at + 1).filter(|t| t.span.end <= part.end);
            let compound = next.is_some_and(|t| {
                let classes = t.classes(self.input.reading.lexicon);
                t.gap < crate::token::Gap::Blank
                    && (classes.any(Classes::ROLE.or(Classes::BODY))
                        || t.span.of(self.input.reading.text) == "of"
                        || t.is_capitalised())
            });
            if compound && !federal {
                continue;
            }
            let level = match self.input.reading.lexicon.place_level(tokens[at].word) {
                _ if federal => EntryType::Country,
                Some(PlaceLevel::City) => EntryType::City,
                Some(PlaceLevel::County) => EntryType::County,
                Some(PlaceLevel::State) => EntryType::State,
                Some(PlaceLevel::Country) => EntryType::Country,
                _ => continue,
            };
            found.push((level, Span { start: tokens[at - 1].span.start, end: tokens[at].span.end }));
        }
        found
    }

    /// The place of a level that the document is most about, and its share among those of the level; else the outlet's home.
    fn in_play(&self, level: EntryType) -> Option<(EntryId, f32)> {
        let home = || {
            let Home(home) = self.input.home?;
            (self.input.gazetteer.entry(home).sort() == level).then_some((home, 0.7))
        };
        // `the county` of a town that is named, `the federal government` of a state.
        let holds = || {
            let (_, heaviest) = self.heaviest?;
            self.input.gazetteer.government(heaviest, level).map(|entry| (entry, 0.6))
        };
        self.in_play.get(&level).copied().or_else(holds).or_else(home)
    }

    /// The place that the speaker's office governs, or whose agency speaks.
    fn of_office(&self, statement: &Statement<'_>) -> Option<Jurisdiction> {
        if let Some(country) = statement.agency.and_then(|a| self.country_of(a)) {
            return Some(Jurisdiction {
                entry: country,
                basis: Basis::Context,
                span: self.first_mention(country),
                confidence: 0.5,
                rule: "country-of-agency",
            });
        }
        let role = statement.role?;
        let tokens = &self.input.reading.tokens[..role.end as usize];
        let span = self.input.reading.span(role);
        let inside = self.places_in(span).find(|p| self.input.gazetteer.entry(p.entry).sort().is_jurisdiction());
        if let Some(place) = inside {
            return Some(Jurisdiction {
                entry: place.entry,
                basis: Basis::Context,
                span: Some(place.span),
                confidence: 0.6,
                rule: "place-of-office",
            });
        }
        let agency = role.range().find_map(|at| {
            self.input
                .gazetteer
                .matches(self.input.reading.text, tokens, at)
                .iter()
                .flat_map(|m| &m.candidates)
                .find_map(|c| self.country_of(c.entry))
        });
        if let Some(country) = agency {
            return Some(Jurisdiction {
                entry: country,
                basis: Basis::Context,
                span: self.first_mention(country),
                confidence: 0.5,
                rule: "country-of-agency",
            });
        }
        let governs = role.range().find_map(|at| {
            self.input.reading.lexicon.roles().longest(tokens, at).and_then(|(roles, _)| roles.iter().find_map(|r| r.governs))
        })?;
        let level = match governs {
            Governs::City => EntryType::City,
            Governs::County => EntryType::County,
            Governs::State => EntryType::State,
            Governs::Country => EntryType::Country,
            Governs::Supranational => EntryType::Supranational,
            Governs::District => EntryType::City,
        };
        let (entry, share) = self.in_play(level)?;
        Some(Jurisdiction {
            entry,
            basis: Basis::Context,
            span: self.first_mention(entry),
            confidence: 0.6 * share,
            rule: "level-of-office",
        })
    }

    /// The country that an agency belongs to.
    fn country_of(&self, agency: EntryId) -> Option<EntryId> {
        let entry = self.input.gazetteer.entry(agency);
        if entry.sort() != EntryType::Agency { None } else { self.input.gazetteer.government(agency, EntryType::Country) }
    }

    /// The place that the text around the statement and the document as a whole are most about.
    fn of_context(&self, statement: &Statement<'_>) -> Option<Jurisdiction> {
        let reading = self.input.reading;
        let sentence = reading.sentence_of(reading.token_at(statement.extent.start).min(reading.tokens.len().checked_sub(1)?));
        let mut best = self.heaviest.map(|(score, entry)| (score, entry, self.weights[&entry].first, "place-of-document"));
        for place in self.places_near(sentence).filter(|p| !p.kind.is_demonym()) {
            let Some(&Weight { weight, .. }) = self.weights.get(&place.entry) else { continue };
            let distance = reading.sentence_of(place.tokens.start as usize).abs_diff(sentence);
            let score = self.document_score(place.entry, weight) + NEAR[distance.min(NEAR.len() - 1)];
            if best.is_none_or(|(b, ..)| score > b) {
                best = Some((score, place.entry, place.span, "place-of-surroundings"));
            }
        }
        let (_, entry, span, rule) = best?;
        Some(Jurisdiction { entry, basis: Basis::Context, span: Some(span), confidence: 0.5, rule })
    }

    /// The places of the sentences around one.
    fn places_near(&self, sentence: usize) -> impl Iterator<Item = &'a Place> {
        let sentences = &self.input.reading.layout.sentences;
        let reach = NEAR.len() - 1;
        let start = sentences[sentence.saturating_sub(reach)].tokens.start;
        let end = sentences[(sentence + reach).min(sentences.len() - 1)].tokens.end;
        let first = self.input.places.partition_point(|p| p.tokens.start < start);
        self.input.places[first..].iter().take_while(move |p| p.tokens.start < end)
    }

    fn of_home(&self) -> Option<Jurisdiction> {
        let Home(entry) = self.input.home?;
        Some(Jurisdiction { entry, basis: Basis::Context, span: None, confidence: 0.3, rule: "home-of-outlet" })
    }

    fn first_mention(&self, entry: EntryId) -> Option<Span> {
        self.weights.get(&entry).map(|w| w.first)
    }
}
