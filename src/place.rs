//! Places: which of the place names of a document are places, and which place each is.
//!
//! A name is first judged by its context (a person's name, a street, a word with its sentence's capital). What is left is
//! resolved together: each candidate is weighed by what the text says beside the name (`Springfield, Ill.`), by how much of the
//! rest of the document lies in the same country, in the same division, or near by, by the outlet's home, and by size. One name
//! means one place in a document unless the text says otherwise.

mod support;

use crate::gazetteer::{Candidate, Entry, EntryId, EntryType, Gazetteer, NameKind};
use crate::lexicon::{Classes, PlaceLevel, WordId};
use crate::mention::{Mention, MentionType, Mentions, PlaceContext, PlaceName, is_large, is_listed_county, names_party};
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use crate::token::{Case, Gap, TokenKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Deref;
use support::{Ground, Site, Support};

/// A place name that was resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The name.
    pub tokens: TokenSpan,
    /// The same in bytes.
    pub span: Span,
    /// The place.
    pub entry: EntryId,
    /// In which capacity the name stands for it.
    pub kind: NameKind,
    /// The country or first-level division whose seat of government it is: Ohio for Columbus.
    pub seat_of: Option<EntryId>,
    /// The phrase it stands in.
    pub context: PlaceContext,
    /// How likely it is that place.
    pub confidence: f32,
    /// The evidence that decided.
    pub rule: &'static str,
}

/// Where the outlet of a document is at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home(pub EntryId);

/// What the stage looks at.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The text, its tokens and its layout.
    pub reading: Reading<'a>,
    /// The names.
    pub gazetteer: &'a Gazetteer,
    /// Where the outlet is at home.
    pub home: Option<Home>,
    /// Its place names.
    pub mentions: &'a Mentions,
}

impl<'a> Deref for Input<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        &self.reading
    }
}

/// Resolves the place names of a document, in text order.
pub fn resolve(input: Input<'_>) -> Vec<Place> {
    let mut judged: Vec<(&PlaceName, Standing)> =
        input.mentions.places.iter().map(|name| (name, standing(&input, name))).collect();
    if judged.iter().any(|(_, standing)| *standing == Standing::Again) {
        let told = |name: &PlaceName| is_behind_preposition(&input, name) || container_after(&input, name).is_some();
        let places = judged.iter().filter(|(name, standing)| *standing == Standing::Place && told(name));
        let places: FxHashSet<Vec<u64>> = places.map(|(name, _)| name.form(input.reading)).collect();
        judged.retain(|(name, standing)| *standing != Standing::Again || places.contains(&name.form(input.reading)));
    }
    judged.retain(|(_, standing)| *standing != Standing::None);
    let names: Vec<&PlaceName> = judged.into_iter().map(|(name, _)| name).collect();
    let mut resolver = Resolver::new(input, &names);
    resolver.weigh();
    resolver.decide(&names)
}

/// Words for those whom a place's name is put before.
const SPEAK_FOR_PLACES: [&str; 4] = ["officials", "residents", "leaders", "authorities"];

/// What the words around a name let it be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Place,
    /// A place if other words of the document say that the same name is one.
    Again,
    None,
}

/// Whether the words around a name let it be a place.
fn standing(input: &Input<'_>, name: &PlaceName) -> Standing {
    let (start, end) = (name.tokens.start as usize, name.tokens.end as usize);
    let tokens = input.tokens;
    let classes = |at: usize| input.classes(at);
    let before = (start > 0).then(|| start - 1);
    let all_demonyms = name.candidates.iter().all(|c| c.kind.is_demonym());
    let contained = container_after(input, name).is_some();
    if !context_allows(input, name, contained && !all_demonyms) {
        return Standing::None;
    }
    // `US$1 million`
    if input.text[tokens[end - 1].span.end as usize..].starts_with(['$', '£', '€', '¥']) {
        return Standing::None;
    }
    // `St. Patrick's Day`
    let possessive = input.text[tokens[end - 1].span.range()].ends_with(['’', '\'']) || ["'s", "’s"].contains(&input.word(end));
    if possessive && ["Day", "Eve", "Week"].iter().any(|word| input.word(end) == *word || input.word(end + 1) == *word) {
        return Standing::None;
    }
    let preposition = is_behind_preposition(input, name);
    // `Salisbury police`, `Salisbury officials`, `Salisbury Mayor`
    let small = tokens.get(end).is_some_and(|t| !t.is_capitalised());
    let office = name.context == PlaceContext::Modifier && classes(end).any(Classes::ROLE);
    let described = office || small && (classes(end).any(Classes::BODY) || SPEAK_FOR_PLACES.contains(&input.word(end)));
    let person_name = classes(start).any(Classes::GIVEN_NAME.or(Classes::SURNAME));
    let single = name.tokens.len() == 1;
    let word = &tokens[start];
    let fixed = name.candidates.iter().any(|c| matches!(c.kind, NameKind::Abbreviation | NameKind::Postal));
    if single && !fixed && word.case == Case::Upper && word.span.len() <= 5 && !in_capitals(input, start) {
        // `HIV` is no village of that name.
        return Standing::None;
    }
    if contained && !all_demonyms {
        return Standing::Place;
    }
    let kind = |kind: NameKind| name.candidates.iter().any(|c| c.kind == kind);
    if kind(NameKind::Base) && is_listed_county(input.reading, name.tokens) {
        return Standing::Place;
    }
    if kind(NameKind::Postal) && !kind(NameKind::Abbreviation) {
        return if is_code_of_place_before(input, name) { Standing::Place } else { Standing::None };
    }
    if let Some(i) = before {
        let honorific = classes(i).any(Classes::HONORIFIC)
            && tokens[i].case.is_capital()
            && !input.lexicon.honorific(tokens[i].word).is_some_and(|h| h.also_name);
        let initial = tokens[i].kind == TokenKind::Initial;
        if honorific || initial {
            return Standing::None;
        }
    }
    if single && !all_demonyms && classes(start).any(Classes::COMMON) && word.case == Case::Capital {
        // `Reading`, `Mobile`, `Of`: a word, unless the text treats it as a place or it is a large one.
        let large = name.candidates.iter().any(|c| is_large(input.gazetteer, c, 500_000));
        // `Anchorage`, not `the Mission`, `Union Carbide`.
        let alone = before.is_none_or(|i| !classes(i).any(Classes::DETERMINER) && !tokens[i].is_capitalised())
            && !tokens.get(end).is_some_and(|t| t.is_capitalised());
        let known = alone && !person_name && name.candidates.iter().any(|c| is_large(input.gazetteer, c, 100_000));
        let sentence_start = before
            .is_none_or(|i| matches!(tokens[i].kind, TokenKind::Stop | TokenKind::Mark(_) | TokenKind::Colon))
            || tokens[start].gap >= Gap::Line;
        if !large && (sentence_start || !preposition && !known) {
            return Standing::None;
        }
        if large && sentence_start && !classes(start).any(Classes::GIVEN_NAME) && word.span.len() < 4 {
            return Standing::None;
        }
    }
    if single && !all_demonyms && person_name && !preposition && !described {
        // `Austin said`, `Jordan and Tyler`: small places lose to persons; but `Montague's school`, once that is a place.
        let known = name.candidates.iter().any(|c| is_large(input.gazetteer, c, 100_000));
        let speaks = input.classes(end).any(Classes::CUE) && !input.classes(end).any(Classes::VERB_NOUN);
        let alone = || before.is_none_or(|i| !tokens[i].is_word() && tokens[i].kind != TokenKind::Comma);
        return if known {
            Standing::Place
        } else if speaks {
            Standing::None
        } else if alone() {
            Standing::Again
        } else {
            Standing::Place
        };
    }
    Standing::Place
}

/// Whether the phrase that a name stands in lets it be a place; `contained`: it is followed by what holds it.
fn context_allows(input: &Input<'_>, name: &PlaceName, contained: bool) -> bool {
    let end = name.tokens.end as usize;
    // `Alameda County Medical Center`, `Dawson County Jail`
    let is_county = |c: &Candidate| c.kind == NameKind::Name && input.gazetteer.entry(c.entry).sort() == EntryType::County;
    let several = name.tokens.len() > 1;
    let county = several && name.candidates.iter().all(is_county);
    match name.context {
        PlaceContext::Free | PlaceContext::Modifier => true,
        PlaceContext::Person => false,
        PlaceContext::Feature => {
            // `Seoul City Hall`
            let hall = || input.is(end, Classes::LOCAL_REFERENCE) && input.tokens[end].is_capitalised();
            // `Two Rivers, Wis.`
            several && contained || county || hall()
        }
        PlaceContext::Organization => {
            // `Alexandria Police`, `Dallas City Council`: the body's place; not `Georgia Tech`, `Boston Globe`.
            let named = if end < input.tokens.len() { input.lexicon.organizations().longest(input.tokens, end) } else { None };
            let next = named.map_or(&[][..], |(classes, _)| classes).iter().fold(input.classes(end), |all, &some| all.or(some));
            let government = next.any(Classes::GOVERNMENT.or(Classes::PLACE_TYPE_AFTER).or(Classes::LOCAL_REFERENCE))
                || ["Police", "Sheriff"].contains(&input.word(end));
            // `U.S. Food and Drug Administration`
            let names_country =
                |c: &Candidate| !c.kind.is_demonym() && input.gazetteer.entry(c.entry).sort() == EntryType::Country;
            let country = name.candidates.iter().any(names_country) && next.any(Classes::ORGANIZATION_FIRST.or(Classes::COMMON));
            // `Cambridge, Mass.`
            contained || county || government || country
        }
    }
}

/// The most names of a list that are looked through for what stands before the first.
const LISTED_NAMES: usize = 12;

/// `in | Cork`, `R-| Raleigh`, `in Dublin, | Cork and Galway`; also `Boston and | Salisbury`, whatever stands before.
fn is_behind_preposition(input: &Input<'_>, name: &PlaceName) -> bool {
    let joins = |at: usize| input.is(at, Classes::CONJUNCTION) || input.is_kind(at, TokenKind::Comma);
    let places = &input.mentions.places;
    let (mut start, mut end) = (name.tokens.start as usize, name.tokens.end as usize);
    // `Alderman Ed Fox of Ward | 3`
    let numbered = input.is_kind(end, TokenKind::Number) && input.tokens[end].gap <= Gap::Space;
    let goes_on = numbered || input.goes_on(end);
    for _ in 0..LISTED_NAMES {
        let Some(before) = start.checked_sub(1) else { return false };
        let party = before > 0 && names_party(input.tokens, input.text, before - 1);
        let strong = input.is(before, Classes::PLACE_PREPOSITION) && !input.is(before, Classes::WEAK_PREPOSITION);
        if party || strong || !goes_on && is_of_office(input, before) {
            return true;
        }
        // A comma joins names of a list alone, and that goes on.
        if !(input.is(before, Classes::CONJUNCTION) || input.is_kind(before, TokenKind::Comma) && joins(end)) {
            return false;
        }
        let other = if before > 0 && input.is_kind(before - 1, TokenKind::Comma) { before - 1 } else { before };
        let at = places.partition_point(|p| (p.tokens.end as usize) < other);
        let Some(listed) = places.get(at).filter(|p| p.tokens.end as usize == other) else { return false };
        let first = listed.tokens.start as usize;
        let person = listed.tokens.len() == 1 && input.is(first, Classes::GIVEN_NAME.or(Classes::SURNAME).or(Classes::COMMON));
        if !person && listed.candidates.iter().any(|c| is_large(input.gazetteer, c, 100_000)) {
            return true;
        }
        (start, end) = (listed.tokens.start as usize, other);
    }
    false
}

/// Whether "of" joins an office, a kind of place or a person named in full with a place: `the mayor | of Selma`, `Ed Fox | of Selma`.
fn is_of_office(input: &Input<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1).filter(|_| input.is_word(at, "of")) else { return false };
    let governs = || {
        let roles = input.lexicon.roles().longest(&input.tokens[..at], before);
        roles.is_some_and(|(roles, _)| roles.iter().any(|role| role.governs.is_some()))
    };
    let list = &input.mentions.list;
    let behind = list.partition_point(|mention| (mention.tokens.start as usize) < at);
    let named =
        |m: &Mention| m.sort == MentionType::Person && m.name.is_some_and(|name| name.len() > 1 && name.end as usize == at);
    input.is(before, Classes::LOCAL_REFERENCE) || governs() || list[..behind].iter().rev().take(NEAR).any(named)
}

/// Mentions that may overlap one another.
const NEAR: usize = 4;

/// `Baltimore, | MD`: a postal code needs its place before it.
fn is_code_of_place_before(input: &Input<'_>, name: &PlaceName) -> bool {
    let places = &input.mentions.places;
    let at = places.partition_point(|p| p.tokens < name.tokens);
    let before = at.checked_sub(1).map(|i| &places[i]).filter(|p| p.tokens.end + 1 == name.tokens.start);
    let comma = before.is_some() && input.is_kind(name.tokens.start as usize - 1, TokenKind::Comma);
    let codes = || name.candidates.iter().filter(|c| c.kind == NameKind::Postal);
    comma
        && before.is_some_and(|p| {
            p.candidates.iter().any(|inner| codes().any(|outer| contains(input.gazetteer, outer.entry, inner.entry)))
        })
}

/// Whether a word in capitals stands among others, or in a dateline.
fn in_capitals(input: &Input<'_>, at: usize) -> bool {
    let paragraph = &input.layout.paragraphs[input.paragraph_of(at)];
    let dateline = at < paragraph.body as usize;
    let neighbour = |i: usize| input.tokens.get(i).is_some_and(|t| t.case == Case::Upper && t.span.len() > 3);
    dateline || at > 0 && neighbour(at - 1) || neighbour(at + 1)
}

/// The place name that a comma joins to this one as what holds it: `Springfield, | Ill.`
fn container_after<'a>(input: &Input<'a>, name: &PlaceName) -> Option<&'a PlaceName> {
    let end = name.tokens.end as usize;
    let comma = input.tokens.get(end)?.kind == TokenKind::Comma;
    // `Springfield, Ill.`, `Hancock County in Tennessee`
    let start = if comma || input.is_word(end, "in") { end + 1 } else { return None };
    let places = &input.mentions.places;
    let at = places.binary_search_by_key(&(start as u32), |p| p.tokens.start).ok()?;
    let container = &places[at];
    let country = |name: &PlaceName| {
        name.candidates
            .iter()
            .any(|c| input.gazetteer.entry(c.entry).sort() == EntryType::Country && !matches!(c.kind, NameKind::Seat))
    };
    if country(name) && country(container) {
        // `China, Japan and Korea` is a list, though Japan has a China too.
        return None;
    }
    let holds = container.candidates.iter().any(|outer| {
        !outer.kind.is_demonym()
            && name
                .candidates
                .iter()
                .any(|inner| inner.kind != NameKind::Base && contains(input.gazetteer, outer.entry, inner.entry))
    });
    holds.then_some(container)
}

/// Whether one place is a country or a first-level division, or a county, that holds the other.
pub fn contains(gazetteer: &Gazetteer, outer: EntryId, inner: EntryId) -> bool {
    if outer == inner {
        return false;
    }
    let (o, i) = (gazetteer.entry(outer), gazetteer.entry(inner));
    match o.sort() {
        EntryType::Country => !matches!(i.sort(), EntryType::Country) && o.shares_country(i),
        EntryType::State => !matches!(i.sort(), EntryType::Country | EntryType::State) && o.shares_admin1(i),
        EntryType::County => {
            matches!(i.sort(), EntryType::City | EntryType::Neighborhood) && o.shares_admin1(i) && o.shares_admin2(i)
        }
        _ => false,
    }
}

/// One surface form of the document with what it may be.
struct Group {
    candidates: Vec<Weighed>,
    /// How often it occurs.
    count: f32,
}

impl Group {
    /// Adds to what speaks for the candidates that fit: to each once, however often its name occurs.
    fn favour(&mut self, given: fn(&mut Weighed) -> &mut bool, worth: f32, fits: impl Fn(EntryId) -> bool) {
        for weighed in &mut self.candidates {
            if fits(weighed.candidate.entry) && !std::mem::replace(given(weighed), true) {
                weighed.own += worth;
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Weighed {
    candidate: Candidate,
    /// What speaks for it whatever the rest of the document says.
    own: f32,
    /// The share of belief.
    share: f32,
    contained: bool,
    listed: bool,
    dateline: bool,
    site: Site,
}

struct Resolver<'a> {
    input: Input<'a>,
    /// How much the words of the text say that it is at home in a country.
    at_home: FxHashMap<[u8; 2], f32>,
    groups: Vec<Group>,
    /// By name of the document: its group.
    group_of: Vec<usize>,
}

/// What a place gains that is named with what holds it.
const CONTAINED: f32 = 6.0;
/// What a division gains that stands in a list with others of its country.
const LISTED: f32 = 1.5;

/// The country of the divisions in whose list a name stands: `Georgia, | Alabama and South Carolina`.
fn listed_with(input: &Input<'_>, name: &PlaceName) -> Option<[u8; 2]> {
    let gazetteer = input.gazetteer;
    let places = &input.mentions.places;
    let at = places.binary_search_by_key(&name.tokens, |p| p.tokens).ok()?;
    let division = |other: &PlaceName| {
        let only = |c: &&Candidate| c.kind == NameKind::Name && counts_as_state(gazetteer.entry(c.entry));
        let country = other.candidates.iter().any(|c| gazetteer.entry(c.entry).sort() == EntryType::Country);
        let found = other.candidates.iter().filter(only).map(|c| gazetteer.entry(c.entry)).find(|e| e.sort() == EntryType::State);
        found.filter(|_| !country).and_then(Entry::country_code)
    };
    let joined = |from: u32, to: u32| {
        (from..to).len() <= 2
            && from < to
            && (from as usize..to as usize).all(|i| input.is_kind(i, TokenKind::Comma) || input.is(i, Classes::CONJUNCTION))
    };
    let next = places.get(at + 1).filter(|p| joined(name.tokens.end, p.tokens.start)).and_then(division);
    let before = || {
        let p = places.get(at.checked_sub(1)?)?;
        joined(p.tokens.end, name.tokens.start).then(|| division(p)).flatten()
    };
    next.or_else(before)
}

/// What a city gains that everybody knows, where a dateline names it and not its state or country: `WASHINGTON —`.
const DATELINE: f32 = 3.0;
/// The inhabitants of such a city, if it is no capital.
const KNOWN_CITY: u32 = 400_000;
/// What a place gains of the level whose word follows: `Puebla state`, `Sumy oblast`.
const TYPED: f32 = 4.0;

/// Whether a dateline names a place alone.
fn stands_alone_in_dateline(input: &Input<'_>, name: &PlaceName) -> bool {
    let start = name.tokens.start as usize;
    let paragraph = &input.layout.paragraphs[input.paragraph_of(start)];
    start == paragraph.tokens.start as usize && start < paragraph.body as usize && container_after(input, name).is_none()
}

/// The level whose word follows a name in small letters.
fn type_behind(input: &Input<'_>, name: &PlaceName) -> Option<EntryType> {
    let end = name.tokens.end as usize;
    let word = input.tokens.get(end).filter(|t| t.case == Case::Lower && t.gap == Gap::Space)?;
    if !word.classes.any(Classes::PLACE_TYPE_AFTER) {
        return None;
    }
    match input.lexicon.place_level(word.word)? {
        PlaceLevel::State => Some(EntryType::State),
        PlaceLevel::County => Some(EntryType::County),
        _ => None,
    }
}

/// Whether a place is the capital that a name stands for: the largest of its country that bears the name of its government's seat, as `Athens`.
fn is_capital(gazetteer: &Gazetteer, name: &PlaceName, place: Entry<'_>) -> bool {
    let seat = |c: &Candidate| {
        let entry = gazetteer.entry(c.entry);
        c.kind == NameKind::Seat && entry.sort() == EntryType::Country && entry.shares_country(place)
    };
    let larger = |c: &Candidate| {
        let entry = gazetteer.entry(c.entry);
        entry.sort() == EntryType::City && entry.shares_country(place) && entry.population() > place.population()
    };
    place.sort() == EntryType::City && name.candidates.iter().any(seat) && !name.candidates.iter().any(larger)
}

/// What a capital gains that the outlet's home does not pull.
const CAPITAL: f32 = 3.0;

/// The inhabitants of a place that the tables do not count: a region, a county of the British Isles.
const UNCOUNTED: u32 = 200_000;
/// Those of a part of a large city.
const UNCOUNTED_QUARTER: u32 = 30_000;

fn inhabitants(entry: Entry<'_>) -> u32 {
    match (entry.population(), entry.sort()) {
        (0, EntryType::County | EntryType::Other | EntryType::Supranational) => UNCOUNTED,
        (0, EntryType::Neighborhood) => UNCOUNTED_QUARTER,
        (counted, _) => counted.max(1),
    }
}

/// How much the words of one country's news speak for its places.
const AT_HOME: f32 = 0.8;

/// How often the same word speaks.
const REPEATED: usize = 3;

/// By country: how many words are typical of its news, less those that are typical of others.
fn at_home(input: &Input<'_>) -> FxHashMap<[u8; 2], f32> {
    let mut counts: FxHashMap<WordId, usize> = FxHashMap::default();
    let mut found: FxHashMap<[u8; 2], f32> = FxHashMap::default();
    let mut seen = 0.0;
    for (at, token) in input.tokens.iter().enumerate() {
        if !input.is(at, Classes::COUNTRY_WORD) {
            continue;
        }
        let count = counts.entry(token.word).or_default();
        *count += 1;
        if *count > REPEATED {
            continue;
        }
        seen += 1.0;
        for key in input.lexicon.countries(token.word).iter().filter_map(|country| country.as_bytes().try_into().ok()) {
            *found.entry(key).or_default() += 2.0;
        }
    }
    // A word of other countries speaks as much against one as its own speaks for it.
    found.values_mut().for_each(|count| *count -= seen);
    found.retain(|_, count| *count > 0.0);
    found
}

/// `Lagos` is the city first, then the state around it.
fn prefer_cities(gazetteer: &Gazetteer, candidates: &mut [Weighed]) {
    for i in 0..candidates.len() {
        let state = gazetteer.entry(candidates[i].candidate.entry);
        if state.sort() != EntryType::State || counts_as_state(state) {
            continue;
        }
        let own = candidates[i].own;
        for weighed in candidates.iter_mut() {
            let city = gazetteer.entry(weighed.candidate.entry);
            let named = weighed.candidate.kind == NameKind::Name;
            let inside = named && city.sort() == EntryType::City && city.shares_admin1(state);
            if inside && city.population() >= 100_000 {
                weighed.own = weighed.own.max(own + 0.3);
            }
        }
    }
}

/// Whether a first-level division is spoken of as often as its cities.
fn counts_as_state(entry: Entry<'_>) -> bool {
    entry.country_code().is_some_and(|code| [*b"US", *b"CA", *b"AU", *b"GB"].contains(&code))
}

/// How many candidates of a name are looked at, the likeliest first.
const CANDIDATES: usize = 24;

impl<'a> Resolver<'a> {
    fn new(input: Input<'a>, names: &[&PlaceName]) -> Resolver<'a> {
        let at_home = at_home(&input);
        let mut resolver = Resolver { input, at_home, groups: Vec::new(), group_of: Vec::with_capacity(names.len()) };
        let mut by_form: FxHashMap<Vec<u64>, usize> = FxHashMap::default();
        for name in names {
            let mut form = name.form(input.reading);
            // `Pope and Conway counties` beside the town of Conway.
            form.push(u64::from(is_listed_county(input.reading, name.tokens)));
            // `Puebla state` beside the city of Puebla.
            form.push(type_behind(&input, name).map_or(0, |level| 1 + level as u64));
            let group = *by_form.entry(form).or_insert_with(|| {
                let candidates = resolver.weighed(name);
                resolver.groups.push(Group { candidates, count: 0.0 });
                resolver.groups.len() - 1
            });
            resolver.groups[group].count += 1.0;
            resolver.group_of.push(group);
            let gazetteer = input.gazetteer;
            let group = &mut resolver.groups[group];
            if stands_alone_in_dateline(&input, name) {
                group.favour(
                    |w| &mut w.dateline,
                    DATELINE,
                    |id| {
                        let place = gazetteer.entry(id);
                        place.sort() == EntryType::City
                            && (place.population() >= KNOWN_CITY || is_capital(gazetteer, name, place))
                    },
                );
            }
            if let Some(country) = listed_with(&input, name) {
                group.favour(
                    |w| &mut w.listed,
                    LISTED,
                    |id| {
                        let division = gazetteer.entry(id);
                        division.sort() == EntryType::State && division.country_code() == Some(country)
                    },
                );
            }
            if let Some(container) = container_after(&input, name) {
                let holds = |id| container.candidates.iter().any(|outer| contains(gazetteer, outer.entry, id));
                group.favour(|w| &mut w.contained, CONTAINED, holds);
            }
        }
        resolver
    }

    fn weighed(&self, name: &PlaceName) -> Vec<Weighed> {
        let gazetteer = self.input.gazetteer;
        let is_county = |c: &Candidate| gazetteer.entry(c.entry).sort() == EntryType::County;
        let listed = is_listed_county(self.input.reading, name.tokens) && name.candidates.iter().any(is_county);
        let typed = type_behind(&self.input, name);
        let mut candidates: Vec<Weighed> = name
            .candidates
            .iter()
            .filter(|c| if listed { is_county(c) } else { c.kind != NameKind::Base || name.context != PlaceContext::Free })
            .filter(|c| !matches!(c.kind, NameKind::Postal) || is_code_of_place_before(&self.input, name))
            .map(|&candidate| {
                let entry = gazetteer.entry(candidate.entry);
                let size = (inhabitants(entry) as f32).log10();
                let sort = match entry.sort() {
                    EntryType::Country => 3.3,
                    EntryType::Supranational | EntryType::Other => 2.5,
                    EntryType::State if counts_as_state(entry) => 2.2,
                    EntryType::State => 0.6,
                    EntryType::County => 0.3,
                    EntryType::City => 0.5,
                    _ => -0.3,
                };
                let kind = match candidate.kind {
                    NameKind::Name => 0.6,
                    NameKind::Alternate => 0.0,
                    NameKind::Abbreviation => 0.5,
                    // `Moscow` is the city first.
                    NameKind::Seat => -5.0,
                    _ => 0.0,
                };
                let mut own = 0.75 * size + sort + kind;
                own += if typed == Some(entry.sort()) { TYPED } else { 0.0 };
                own += self.at_home(entry);
                if let Some(Home(home)) = self.input.home.filter(|_| candidate.kind != NameKind::Seat) {
                    // `Athens` and `Rome` beside each other are no towns of Ohio, wherever that is read.
                    let capital = is_capital(gazetteer, name, entry);
                    own += self.pull(home, candidate.entry).max(if capital && self.home_is_known() { CAPITAL } else { 0.0 });
                }
                Weighed { candidate, own, share: 0.0, contained: false, listed: false, dateline: false, site: Site::default() }
            })
            .collect();
        prefer_cities(gazetteer, &mut candidates);
        if typed.is_none() {
            self.prefer_capitals(name, &mut candidates);
        }
        candidates.sort_by(|a, b| b.own.total_cmp(&a.own).then(a.candidate.entry.cmp(&b.candidate.entry)));
        candidates.truncate(CANDIDATES);
        candidates
    }

    /// How much the words of the text speak for a place. News of one country speaks of other countries as well, though not of their towns.
    fn at_home(&self, entry: Entry<'_>) -> f32 {
        let words = match entry.sort() {
            EntryType::Country | EntryType::Supranational => self.at_home.values().copied().fold(0.0, f32::max),
            _ => entry.country_code().and_then(|code| self.at_home.get(&code)).copied().unwrap_or(0.0),
        };
        AT_HOME * words.ln_1p()
    }

    /// `Washington` is the capital first, then the state, unless the text speaks of that.
    fn prefer_capitals(&self, name: &PlaceName, candidates: &mut [Weighed]) {
        let gazetteer = self.input.gazetteer;
        for i in 0..candidates.len() {
            let city = gazetteer.entry(candidates[i].candidate.entry);
            if !is_capital(gazetteer, name, city) {
                continue;
            }
            let is_state = |w: &&Weighed| {
                let entry = gazetteer.entry(w.candidate.entry);
                entry.sort() == EntryType::State && entry.shares_country(city) && w.candidate.kind == NameKind::Name
            };
            let state = candidates.iter().filter(is_state).map(|w| w.own).fold(f32::MIN, f32::max);
            candidates[i].own = candidates[i].own.max(state + 0.3);
        }
    }

    /// Whether more is known of the outlet's home than its country.
    fn home_is_known(&self) -> bool {
        self.input.home.is_some_and(|Home(home)| self.input.gazetteer.entry(home).sort() != EntryType::Country)
    }

    /// How much the outlet's home speaks for a place.
    fn pull(&self, home: EntryId, entry: EntryId) -> f32 {
        if home == entry {
            return 5.0;
        }
        let gazetteer = self.input.gazetteer;
        let (h, e) = (gazetteer.entry(home), gazetteer.entry(entry));
        let mut pull = 0.0;
        if h.shares_country(e) {
            pull += 0.7;
            if h.shares_admin1(e) {
                pull += 1.8;
            }
            if let (Some(a), Some(b)) = (h.position(), e.position()) {
                let km = distance(a, b);
                pull += if km < 60.0 {
                    1.5
                } else if km < 200.0 {
                    0.7
                } else {
                    0.0
                };
            }
        }
        pull
    }

    /// Lets the names of the document speak for each other: each round, what a candidate shares with the others' likely places.
    fn weigh(&mut self) {
        let gazetteer = self.input.gazetteer;
        let mut ground = Ground::default();
        for weighed in self.groups.iter_mut().flat_map(|group| &mut group.candidates) {
            weighed.site = ground.site(gazetteer.entry(weighed.candidate.entry));
        }
        let neighbours = ground.neighbours();
        self.share(|_, _| 0.0);
        for _ in 0..3 {
            let mut support = Support::new(&ground, &neighbours);
            for group in &self.groups {
                let weight = group.count.ln_1p();
                group.candidates.iter().for_each(|weighed| support.add(weighed.site, weighed.share * weight));
            }
            let scores: Vec<Vec<f32>> =
                self.groups.iter().map(|group| support.of(&group.candidates, group.count.ln_1p())).collect();
            self.share(|group, candidate| scores[group][candidate]);
        }
    }

    /// Turns scores into shares.
    fn share(&mut self, support: impl Fn(usize, usize) -> f32) {
        for (g, group) in self.groups.iter_mut().enumerate() {
            let scores: Vec<f32> = group.candidates.iter().enumerate().map(|(c, w)| w.own + support(g, c)).collect();
            let top = scores.iter().copied().fold(f32::MIN, f32::max);
            let total: f32 = scores.iter().map(|s| (s - top).exp()).sum();
            for (weighed, score) in group.candidates.iter_mut().zip(scores) {
                weighed.share = (score - top).exp() / total;
            }
        }
    }

    /// The likeliest place. In a text at home in the United States the five towns named Paris there that share what speaks for that country
    /// are not weaker than the one in France: the country first that all candidates in it together speak most for.
    fn likeliest(&self, candidates: &[Weighed]) -> Option<Weighed> {
        let best = |a: &&Weighed, b: &&Weighed| a.share.total_cmp(&b.share);
        let likeliest = candidates.iter().max_by(best).copied();
        if self.home_is_known() {
            // Which of them is meant is known then.
            return likeliest;
        }
        let country = |w: &Weighed| self.input.gazetteer.entry(w.candidate.entry).country_code();
        let of_country = |of: Option<[u8; 2]>| candidates.iter().filter(|w| country(w) == of).map(|w| w.share).sum::<f32>();
        let at_home = |w: &&Weighed| country(w).is_some_and(|code| self.at_home.contains_key(&code));
        let domestic = candidates.iter().filter(at_home).max_by(best).copied();
        domestic.filter(|d| likeliest.is_some_and(|l| of_country(country(d)) > of_country(country(&l)))).or(likeliest)
    }

    fn decide(&self, names: &[&PlaceName]) -> Vec<Place> {
        let mut places = Vec::with_capacity(names.len());
        for (name, &group) in names.iter().zip(&self.group_of) {
            let group = &self.groups[group];
            let Some(mut best) = self.likeliest(&group.candidates) else { continue };
            // What stands beside this very mention overrules the document.
            let container = container_after(&self.input, name);
            if let Some(container) = container {
                let holds = |w: &&Weighed| {
                    container.candidates.iter().any(|o| contains(self.input.gazetteer, o.entry, w.candidate.entry))
                };
                if let Some(held) = group.candidates.iter().filter(holds).max_by(|a, b| a.share.total_cmp(&b.share)) {
                    best = *held;
                }
            }
            let only = group.candidates.len() == 1;
            let largest = group
                .candidates
                .iter()
                .max_by(|a, b| a.own.total_cmp(&b.own))
                .is_some_and(|w| w.candidate.entry == best.candidate.entry);
            let rule = match () {
                () if container.is_some() => "named-with-what-holds-it",
                () if only => "only-place-of-that-name",
                () if best.contained => "named-with-what-holds-it-elsewhere",
                () if !largest => "other-places-near-by",
                () => "largest-place-of-that-name",
            };
            places.push(Place {
                tokens: name.tokens,
                span: self.input.span(name.tokens),
                entry: best.candidate.entry,
                kind: best.candidate.kind,
                seat_of: name
                    .candidates
                    .iter()
                    .find(|c| c.kind == NameKind::Seat && contains(self.input.gazetteer, c.entry, best.candidate.entry))
                    .map(|c| c.entry),
                context: name.context,
                confidence: if container.is_some() { 0.97 } else { best.share.clamp(0.05, 0.97) },
                rule,
            });
        }
        places
    }
}

/// The great-circle distance in kilometres.
pub fn distance(a: (f32, f32), b: (f32, f32)) -> f32 {
    let (lat1, lon1, lat2, lon2) = (a.0.to_radians(), a.1.to_radians(), b.0.to_radians(), b.1.to_radians());
    let h = ((lat2 - lat1) / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * ((lon2 - lon1) / 2.0).sin().powi(2);
    2.0 * 6371.0 * h.sqrt().min(1.0).asin()
}
