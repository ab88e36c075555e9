//! Counties that are named without their type: `Cook and DuPage counties`; `Barrow County ... hospitals in Barrow`.

use super::{MentionKind, MentionType, Mentions, PlaceContext, PlaceName, is_large};
use crate::gazetteer::{Candidate, EntryType, Gazetteer, NameKind};
use crate::lexicon::Classes;
use crate::reading::Reading;
use crate::span::TokenSpan;
use crate::token::{Gap, TokenKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a county's name ends with.
const TYPES: [&str; 2] = ["County", "Parish"];

/// A county that a document names in full.
struct County {
    /// The hashes of the words behind the first.
    rest: Vec<u64>,
    /// The counties of that name.
    candidates: Vec<Candidate>,
}

/// Takes bare names for counties that the document names in full, unless a town of that name lies in the county, or the name is known
/// for something larger, or a person bears it.
pub(super) fn name_again(reading: Reading<'_>, gazetteer: &Gazetteer, found: &mut Mentions) {
    let counties = counties(reading, gazetteer, found);
    if counties.is_empty() {
        return;
    }
    let persons = persons(reading, found);
    let mut added = Vec::new();
    for at in 0..reading.tokens.len() {
        let behind_first = &reading.tokens[at + 1..];
        let same = |county: &&County| {
            behind_first.len() >= county.rest.len()
                && behind_first.iter().zip(&county.rest).all(|(token, hash)| token.hash == *hash)
        };
        let alike = counties.get(&reading.tokens[at].hash).filter(|_| reading.tokens[at].is_capitalised());
        let Some(county) = alike.and_then(|alike| alike.iter().find(same)) else { continue };
        let tokens = TokenSpan::new(at, at + 1 + county.rest.len());
        let behind = tokens.end as usize;
        if reading.goes_on(behind) || at > 0 && part_of_name(reading, at) || is_listed_county(reading, tokens) {
            continue;
        }
        let first = found.places.partition_point(|place| place.tokens.end as usize <= at);
        match found.places.get_mut(first).filter(|place| (place.tokens.start as usize) < behind) {
            Some(place) => {
                let free = matches!(place.context, PlaceContext::Free | PlaceContext::Modifier);
                if place.tokens == tokens && free && gives_way(gazetteer, &place.candidates, county) {
                    place.candidates.clone_from(&county.candidates);
                }
            }
            None if !persons.contains(&at) && is_name(reading, at) => {
                added.push(PlaceName { tokens, candidates: county.candidates.clone(), context: PlaceContext::Free });
            }
            None => {}
        }
    }
    let again: FxHashSet<TokenSpan> = added.iter().map(|place| place.tokens).collect();
    for mention in &mut found.list {
        if matches!(mention.sort, MentionType::Person | MentionType::Unknown) && again.contains(&mention.tokens) {
            mention.sort = MentionType::Place;
        }
    }
    found.places.append(&mut added);
    found.places.sort_by_key(|place| place.tokens);
}

/// Whether a name is one of several counties: `Cook | and DuPage counties`, not `seven | Texas counties`.
pub fn is_listed_county(reading: Reading<'_>, name: TokenSpan) -> bool {
    let joins = |at: usize| reading.is_kind(at, TokenKind::Comma) || reading.is(at, Classes::CONJUNCTION);
    let counties = |at: usize| reading.is_word(at, "counties") || reading.is_word(at, "parishes");
    let end = name.end as usize;
    let mut rest =
        (end..reading.tokens.len()).take(9).skip_while(|&at| reading.tokens[at].is_capitalised() && !counties(at) || joins(at));
    rest.next().is_some_and(|at| counties(at) && (at > end || name.start > 0 && joins(name.start as usize - 1)))
}

/// The counties that are named with their type, each once, by the hash of the first word: `Cook County`, `Cook and DuPage counties`.
fn counties(reading: Reading<'_>, gazetteer: &Gazetteer, found: &Mentions) -> FxHashMap<u64, Vec<County>> {
    let mut counties: FxHashMap<u64, Vec<County>> = FxHashMap::default();
    for place in &found.places {
        let (first, end) = (place.tokens.start as usize, place.tokens.end as usize);
        let in_full = end - first > 1 && TYPES.contains(&reading.word(end - 1));
        let kind = if in_full { NameKind::Name } else { NameKind::Base };
        let is_county = |c: &&Candidate| c.kind == kind && gazetteer.entry(c.entry).sort() == EntryType::County;
        let named = |&c: &Candidate| Candidate { kind: NameKind::Name, ..c };
        let candidates: Vec<Candidate> = place.candidates.iter().filter(is_county).map(named).collect();
        if !candidates.is_empty() && (in_full || is_listed_county(reading, place.tokens)) {
            let rest = reading.tokens[first + 1..end - usize::from(in_full)].iter().map(|t| t.hash).collect();
            let alike = counties.entry(reading.tokens[first].hash).or_default();
            if alike.iter().all(|county| county.rest != rest) {
                alike.push(County { rest, candidates });
            }
        }
    }
    counties
}

/// Where words stand that are the name, or part of the name, of a person who is named in full.
fn persons(reading: Reading<'_>, found: &Mentions) -> FxHashSet<usize> {
    let person = |m: &&super::Mention| m.sort == MentionType::Person && m.kind == MentionKind::Named;
    let persons = || found.list.iter().filter(person);
    let full = persons().filter(|m| m.name.is_some_and(|name| name.len() > 1) || m.tokens.len() > 1);
    let words: FxHashSet<u64> = full.flat_map(|m| m.tokens.range()).map(|at| reading.tokens[at].hash).collect();
    let known = persons().flat_map(|m| m.tokens.range().map(move |at| (at, m.tokens.len())));
    known.filter(|&(at, len)| len > 1 || words.contains(&reading.tokens[at].hash)).map(|(at, _)| at).collect()
}

/// Whether a word goes on with the name before it: `Otto | Clarke`, `St. | Clair`.
fn part_of_name(reading: Reading<'_>, at: usize) -> bool {
    let before = &reading.tokens[at - 1];
    reading.tokens[at].gap <= Gap::Space
        && (before.is_capitalised() && reading.sentence_of(at - 1) == reading.sentence_of(at) && !reading.is(at - 1, FUNCTION)
            || before.kind == TokenKind::Hyphen)
}

/// Words that are no part of a name, whatever their capital.
const FUNCTION: Classes =
    Classes::PREPOSITION.or(Classes::CONJUNCTION).or(Classes::DETERMINER).or(Classes::SUBORDINATOR).or(Classes::ADVERB);

/// Whether a capital is more than that of a sentence.
fn is_name(reading: Reading<'_>, at: usize) -> bool {
    let first = at == 0
        || reading.sentence_of(at - 1) != reading.sentence_of(at)
        || matches!(reading.tokens[at - 1].kind, TokenKind::Mark(_) | TokenKind::Bullet);
    !(first && reading.is(at, Classes::COMMON))
}

/// Whether a county is meant rather than what else bears its name: no town in the county, and nothing larger.
fn gives_way(gazetteer: &Gazetteer, candidates: &[Candidate], county: &County) -> bool {
    let town_in_county = |c: &Candidate| {
        let town = gazetteer.entry(c.entry);
        county
            .candidates
            .iter()
            .map(|county| gazetteer.entry(county.entry))
            .any(|county| town.sort() != EntryType::County && county.shares_admin1(town) && county.shares_admin2(town))
    };
    !candidates.iter().any(|c| c.kind != NameKind::Base && (is_large(gazetteer, c, 100_000) || town_in_county(c)))
}
