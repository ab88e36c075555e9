//! Jurisdictions that a content names: by name, as "American", or as "the city" and "our state".

use super::context::Asked;
use super::{Basis, Finder, Jurisdiction, Statement, level_of_word};
use crate::gazetteer::{Entry, EntryId, EntryType, NameKind};
use crate::lexicon::Classes;
use crate::place::{Home, Place};
use crate::reading::Reading;
use crate::span::Span;
use crate::token::{Case, Gap, TokenKind};
use std::cell::LazyCell;
use std::collections::BTreeMap;

/// Words before "city" or "state" that make it the one in play.
const DETERMINERS: [&str; 8] = ["the", "this", "our", "my", "your", "his", "her", "their"];
/// Words between the two.
const WHOLE: [&str; 6] = ["whole", "entire", "very", "own", "home", "one"];
/// Words before languages.
const SPOKEN: [&str; 7] = ["in", "into", "speak", "speaks", "spoke", "speaking", "learn"];
/// What is of a government: `federal money`, `state law`.
const OF_GOVERNMENT: [&str; 21] = [
    "law",
    "laws",
    "rules",
    "constitution",
    "government",
    "agencies",
    "officials",
    "lawmakers",
    "regulators",
    "inspectors",
    "prosecutors",
    "budget",
    "taxes",
    "money",
    "dollars",
    "funds",
    "funding",
    "aid",
    "grant",
    "grants",
    "loan",
];

/// How many times as much of one country is much more.
const MUCH_MORE: f32 = 3.0;

/// What "the city" or "our state" may stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference<'a> {
    /// The level of the word, if it has one.
    level: Option<EntryType>,
    /// The word.
    word: &'a str,
}

impl Reference<'_> {
    /// Whether it may stand for a place: one of the level, or one with the word in its name, as counties of Kenya are of the first level.
    pub(super) fn fits(self, place: Entry<'_>) -> bool {
        let division = || matches!(place.sort(), EntryType::State | EntryType::County);
        let typed = || place.name().rsplit_once(' ').is_some_and(|(_, last)| last.eq_ignore_ascii_case(self.word));
        self.level == Some(place.sort()) || division() && typed()
    }
}

/// Countries whose divisions are called states.
const WITH_STATES: [&str; 14] = ["US", "AU", "IN", "DE", "BR", "MX", "NG", "MY", "AT", "VE", "MM", "SD", "SS", "ET"];

impl<'a> Finder<'a> {
    pub(super) fn places_in(&self, span: Span) -> impl Iterator<Item = &'a Place> {
        let first = self.input.places.partition_point(|p| p.span.end <= span.start);
        self.input.places[first..].iter().take_while(move |p| p.span.start < span.end).filter(move |p| span.contains(p.span))
    }

    /// The jurisdictions named in the content, each once.
    pub(super) fn named(&self, statement: &Statement<'_>, asked: &LazyCell<Asked, impl FnOnce() -> Asked>) -> Vec<Jurisdiction> {
        let mut found: Vec<Jurisdiction> = Vec::new();
        for &part in statement.parts {
            for place in self.places_in(part) {
                if !self.input.gazetteer.entry(place.entry).sort().is_jurisdiction()
                    || self.is_container(place)
                    || self.is_road(place)
                    || self.is_language(place)
                {
                    continue;
                }
                // The mayor of a capital speaks of the city.
                let government = self.speaks_as_government(place).filter(|_| !asked.is_of(place.entry));
                let entry = government.unwrap_or(place.entry);
                if found.iter().all(|j| j.entry != entry) {
                    found.push(Jurisdiction {
                        entry,
                        basis: Basis::Quote,
                        span: Some(place.span),
                        confidence: place.confidence,
                        rule: if government.is_some() { "seat-of-government" } else { "named-in-content" },
                    });
                }
            }
            for (reference, span) in self.local_references(part) {
                if let Some((entry, share)) = self.in_play(statement, asked, reference)
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

    /// Whether a place only says who numbers a road: `U.S. 95`, `Texas 19`.
    fn is_road(&self, place: &Place) -> bool {
        let reading = self.input.reading;
        let end = place.tokens.end as usize;
        let number = reading.word(end);
        let short = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let sort = self.input.gazetteer.entry(place.entry).sort();
        let numbers_roads = matches!(sort, EntryType::Country | EntryType::State | EntryType::County);
        let counts = reading.is(end + 1, Classes::NUMBER) || ["percent", "years"].contains(&reading.word(end + 1));
        numbers_roads && short && !counts && reading.tokens[end].gap == Gap::Space
    }

    /// Whether a demonym is what is spoken there: `nine commands in English`.
    fn is_language(&self, place: &Place) -> bool {
        let reading = self.input.reading;
        let (start, end) = (place.tokens.start as usize, place.tokens.end as usize);
        let behind = start > 0 && SPOKEN.iter().any(|word| reading.word(start - 1).eq_ignore_ascii_case(word));
        let noun = reading.tokens.get(end).is_some_and(|next| {
            let function = Classes::PREPOSITION.or(Classes::CONJUNCTION).or(Classes::AUXILIARY).or(Classes::WH);
            next.is_word() && next.gap <= Gap::Space && !next.classes.any(function)
        });
        place.kind == NameKind::Adjective && behind && !noun
    }

    /// The country whose capital a place is, where the name is what acts: `Moscow has offered`.
    fn speaks_as_government(&self, place: &Place) -> Option<EntryId> {
        let reading = self.input.reading;
        let country = place.seat_of.filter(|&seat| self.input.gazetteer.entry(seat).sort() == EntryType::Country)?;
        let (start, end) = (place.tokens.start as usize, place.tokens.end as usize);
        let behind = start > 0 && reading.is(start - 1, Classes::PREPOSITION.or(Classes::DETERMINER));
        let acts = reading.is(end, Classes::AUXILIARY.or(Classes::MODAL))
            || reading.is(end, Classes::FINITE) && !reading.is(end, Classes::VERB_NOUN);
        let is = reading.is_word(end, "is") || reading.is_word(end, "was");
        (!behind && acts && !is).then_some(country)
    }

    /// Whether a place only says where the one before it lies: `Springfield, | Ill.`
    pub(super) fn is_container(&self, place: &Place) -> bool {
        let at = place.tokens.start as usize;
        if at < 2 || self.input.reading.tokens[at - 1].kind != TokenKind::Comma {
            return false;
        }
        let before = self.input.places.partition_point(|p| (p.tokens.end as usize) < at - 1);
        self.input.places.get(before).is_some_and(|p| {
            p.tokens.end as usize == at - 1 && crate::place::contains(self.input.gazetteer, place.entry, p.entry)
        })
    }

    /// Whether a country whose divisions are called states is spoken of, and no other one much more; or none at all.
    pub(super) fn has_states(&self) -> bool {
        let mut weights: BTreeMap<&str, f32> = BTreeMap::new();
        for (&entry, mentioned) in &self.mentioned {
            *weights.entry(self.input.gazetteer.entry(entry).country()).or_default() += mentioned.weight;
        }
        weights.remove("");
        let home = self.input.home.map(|Home(home)| self.input.gazetteer.entry(home).country());
        let most = weights.values().copied().fold(0.0, f32::max);
        let mut spoken_of = weights.iter().filter(|(_, weight)| **weight * MUCH_MORE >= most).map(|(&country, _)| country);
        match home.filter(|_| weights.is_empty()) {
            Some(home) => WITH_STATES.contains(&home),
            None => weights.is_empty() || spoken_of.any(|country| WITH_STATES.contains(&country)),
        }
    }

    /// `the city`, `our state`, `state law`, `the federal government` in some content.
    pub(super) fn local_references(&self, part: Span) -> Vec<(Reference<'a>, Span)> {
        let reading = self.input.reading;
        let tokens = reading.tokens;
        let first = tokens.partition_point(|t| t.span.start < part.start);
        let mut found = Vec::new();
        for at in first..tokens.len() {
            if tokens[at].span.end > part.end {
                break;
            }
            // `the federal government` is the country's, `state law` the state's.
            let national = reading.is_word(at, "federal") || reading.is_word(at, "national");
            let governed = (national || reading.is_word(at, "state")) && is_of_government(reading, at);
            if !governed && !reading.is(at, Classes::LOCAL_REFERENCE) {
                continue;
            }
            // `this one | province`
            let own = at > first && WHOLE.contains(&reading.word(at - 1));
            let determiner = at.checked_sub(1 + usize::from(own)).filter(|&before| before >= first);
            let determined = determiner.filter(|&before| {
                let word = reading.word(before);
                DETERMINERS.iter().any(|known| word.eq_ignore_ascii_case(known))
            });
            // `statewide`, `nationwide`
            let wide = reading.word(at).ends_with("wide");
            if determined.is_none() && !governed && !wide {
                continue;
            }
            // `the city council`, `the state of Ohio`: a part of another phrase.
            let next = tokens.get(at + 1).filter(|t| t.span.end <= part.end);
            let compound = next.is_some_and(|t| {
                let classes = t.classes;
                // `the city will` is no will.
                let noun = classes.any(Classes::ROLE.or(Classes::BODY)) && !classes.any(Classes::MODAL.or(Classes::AUXILIARY));
                t.gap < Gap::Blank && (noun || t.span.of(reading.text) == "of" || t.is_capitalised())
            });
            if compound && !governed && !wide {
                continue;
            }
            let level = match level_of_word(reading, at) {
                _ if national => Some(EntryType::Country),
                // In a country without states "the state" is the country.
                _ if reading.is_word(at, "state") && !self.has_states => Some(EntryType::Country),
                _ if governed => Some(EntryType::State),
                level => level.filter(|level| *level != EntryType::Neighborhood),
            };
            let span = Span { start: tokens[determined.unwrap_or(at)].span.start, end: tokens[at].span.end };
            found.push((Reference { level, word: reading.word(at) }, span));
        }
        found
    }
}

/// Whether `federal` or `state` says whose law or money follows: `state law`, `state trail money`, `state and federal money`.
fn is_of_government(reading: Reading<'_>, at: usize) -> bool {
    let of_government = |at: usize| OF_GOVERNMENT.contains(&reading.word(at));
    let both = reading.is(at + 1, Classes::CONJUNCTION) && ["federal", "state"].contains(&reading.word(at + 2));
    let described = reading.tokens.get(at + 1).is_some_and(|t| t.is_word() && t.case == Case::Lower);
    let described = described
        && reading.is_word(at, "state")
        && !reading.is(at + 1, Classes::PREPOSITION.or(Classes::CONJUNCTION).or(Classes::VERB));
    of_government(at + 1) || both && of_government(at + 3) || described && of_government(at + 2)
}
