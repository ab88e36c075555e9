//! The jurisdiction of a statement that names none: the speaker's office, the event, the document, or no place at all.
//!
//! Every jurisdiction of the document is a candidate, also those that hold one that is named (the county of a town), the outlet's home, and none. What
//! speaks for each is a row of numbers ([`FEATURES`]); learned weights (`training/logit.py`, `models/jurisdiction.tsv`) choose.

use super::named::Reference;
use super::topic::{SOURCES, Sum, Topic, Topics, Voices};
use super::{Finder, Jurisdiction, Mentioned, Statement, level_of, level_of_office, level_of_word};
use crate::gazetteer::{EntryId, EntryType};
use crate::jurisdiction::Basis;
use crate::lexicon::{Classes, Role};
use crate::logit::{self, Logit, yes};
use crate::place::{self, Home, Place};
use crate::span::{Span, TokenSpan};
use crate::token::TokenKind;

/// What is looked at, by the names that the file of weights uses: what the document says of a place, what a statement has to do with it,
/// of no place at all what the statement says against any; and last, of both, what the words speak of (`topic.rs`).
pub const FEATURES: [&str; OF_DOCUMENT + OF_STATEMENT + OF_NONE + OF_TOPICS] = [
    "city",
    "neighborhood",
    "county",
    "state",
    "country",
    "other-level",
    "log-weight",
    "share-of-document",
    "share-of-level",
    "share-held",
    "heaviest-of-level",
    "in-headline",
    "in-lead",
    "dateline",
    "named-first",
    "holds-named-first",
    "share-of-level-words",
    "as-demonym-alone",
    "in-bodies-alone",
    "behind-preposition",
    "home",
    "holds-home",
    "not-named",
    "holds-heaviest",
    "inside-heaviest",
    "seat-of-state",
    "seat-of-country",
    "seat-amid-words-of-its-level",
    "governs-named-seat",
    "large",
    "same-sentence",
    "same-paragraph",
    "same-stretch",
    "nearness",
    "nearest-before",
    "introduced-with",
    "nearest-before-introduction",
    "in-role",
    "in-source",
    "holds-place-of-role",
    "level-of-office",
    "level-of-body",
    "finer-than-office",
    "coarser-than-office",
    "country-of-agency",
    "word-of-level-in-content",
    "word-of-level-in-sentence",
    "word-of-level-in-paragraph",
    "finer-than-words",
    "none",
    "none-log-words",
    "none-i",
    "none-we",
    "none-he",
    "none-you",
    "none-no-role",
    "none-office",
    "none-no-person",
    "none-places",
    "none-short-quotation",
    "none-public-words",
    "none-feature-words",
    "none-numbers",
    "topic-of-content",
    "topic-of-surroundings",
    "topic-of-speaker",
];

/// How many of them are of the first kind, of the second, of the third and of the last.
const OF_DOCUMENT: usize = 30;
const OF_STATEMENT: usize = 19;
const OF_NONE: usize = 14;
const OF_TOPICS: usize = SOURCES.len();

/// The levels that topics speak for, and none: the first features of the document, and of none.
pub(super) const LEVELS: [&str; 7] = ["city", "neighborhood", "county", "state", "country", "other-level", "none"];

type Features = [f32; FEATURES.len()];

/// The weights of what speaks for a candidate.
pub struct Ranking {
    /// By feature.
    pub weights: Logit<{ FEATURES.len() }>,
    /// Of the last features: what words say for the levels.
    pub topics: Topics,
}

/// The weights that the binary holds.
pub fn shipped() -> Ranking {
    let read = || {
        Some(Ranking {
            weights: Logit::parse(&FEATURES, include_str!("../../models/jurisdiction.tsv"))?,
            topics: Topics::parse(include_str!("../../models/topics.tsv"))?,
        })
    };
    read().expect("a test reads the files")
}

/// What was looked at for a statement that names no place.
pub struct Considered {
    /// What its words, those around it and those for its speaker speak of.
    pub topics: [Topic; SOURCES.len()],
    /// The places that it may be about, and no place, the likeliest first.
    pub candidates: Vec<Candidate>,
}

/// A place that a statement may be about.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The place; `None` for no place.
    pub entry: Option<EntryId>,
    /// How likely it is meant.
    pub likelihood: f32,
    /// What speaks for it, as [`FEATURES`] names it.
    pub features: Features,
}

/// Places of a document that are looked at, the weightiest first.
const NAMED: usize = 16;
/// A share of a likelihood from which on another is about as large.
const ABOUT_AS_LIKELY: f32 = 0.7;
/// A quotation of fewer words is short.
const SHORT: usize = 6;
/// Words of governments and public bodies.
const PUBLIC: Classes = Classes::LEVEL_WORD.or(Classes::LOCAL_REFERENCE).or(Classes::GOVERNMENT).or(Classes::BODY);
/// Sentences behind which it does not matter how far away a place is named.
const FAR: usize = 30;
/// Sentences on either side that belong to a statement's surroundings, in its paragraph. Not every text has paragraphs.
const AROUND: u32 = 4;
/// The most sentences of a paragraph; where there are more, the text has lost its paragraphs.
pub(super) const LONGEST: u32 = 2 * AROUND + 1;

/// A place that statements of a document may be about.
#[derive(Clone, Copy)]
pub(super) struct Profile {
    pub(super) entry: EntryId,
    level: EntryType,
    rank: u8,
    /// Whether it is named.
    is_named: bool,
    /// What the document says of it.
    of_document: [f32; OF_DOCUMENT],
}

impl Profile {
    /// A place of a document.
    fn new(finder: &Finder<'_>, entry: EntryId) -> Profile {
        let level = finder.input.gazetteer.entry(entry).sort();
        let is_named = finder.mentioned.contains_key(&entry);
        Profile { entry, level, rank: rank(level), is_named, of_document: finder.of_document(entry) }
    }

    /// The places that any statement of a document may be about: those it names, the weightiest first, what holds these, and the home.
    pub(super) fn all(finder: &Finder<'_>) -> Vec<Profile> {
        let gazetteer = finder.input.gazetteer;
        let mentioned = &finder.mentioned;
        let mut named: Vec<EntryId> = mentioned.keys().copied().collect();
        named.sort_by(|a, b| mentioned[b].weight.total_cmp(&mentioned[a].weight).then(a.cmp(b)));
        named.truncate(NAMED);
        let mut entries = named.clone();
        let mut add = |entry: EntryId| {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        };
        for &inner in &named {
            let levels = [EntryType::County, EntryType::State, EntryType::Country];
            levels.into_iter().filter_map(|level| gazetteer.government(inner, level)).for_each(&mut add);
        }
        if let Some(Home(home)) = finder.input.home {
            add(home);
        }
        entries.into_iter().map(|entry| Profile::new(finder, entry)).collect()
    }
}

/// A set of levels.
#[derive(Clone, Copy, Default)]
pub(super) struct Levels(u8);

impl Levels {
    pub(super) fn with(self, level: EntryType) -> Levels {
        Levels(self.0 | 1 << rank(level))
    }

    fn has(self, level: EntryType) -> bool {
        self.0 & 1 << rank(level) != 0
    }

    /// Whether there are some, and all are coarser than a level.
    fn all_coarser_than(self, level: EntryType) -> bool {
        self.0 != 0 && self.0 >> rank(level) == 0
    }
}

/// Where a statement stands.
struct Here {
    sentence: usize,
    /// The sentences around it in its paragraph: the first, and one past the last.
    paragraph: (u32, u32),
    /// Whether they are all of it.
    whole_paragraph: bool,
    /// The place named last before it.
    before: Option<EntryId>,
    /// The sentence of its speaker's fullest name, and the place named last before that.
    introduction: (usize, Option<EntryId>),
    /// The levels whose words stand in its content, its sentence, its paragraph.
    content: Levels,
    sentence_words: Levels,
    paragraph_words: Levels,
    /// What its words, those around it and those for its speaker speak of.
    topics: [Topic; SOURCES.len()],
}

impl Here {
    fn new(finder: &Finder<'_>, statement: &Statement<'_>) -> Here {
        let layout = finder.input.reading.layout;
        let sentence = finder.sentence_of(statement);
        let found = layout.sentences.get(sentence);
        let paragraph = found.and_then(|s| layout.paragraphs.get(s.paragraph as usize)).map_or((0, 0), |p| p.sentences);
        let near = sentence as u32;
        let whole_paragraph = paragraph.1 - paragraph.0 <= LONGEST;
        let paragraph = if whole_paragraph {
            paragraph
        } else {
            (paragraph.0.max(near.saturating_sub(AROUND)), paragraph.1.min(near + AROUND + 1))
        };
        let words_of = |sentences: (u32, u32)| {
            let around = layout.sentences.get(sentences.0 as usize..sentences.1 as usize).unwrap_or_default();
            around.iter().fold(Levels::default(), |all, s| Levels(all.0 | finder.level_words_in(s.span).0))
        };
        let in_parts = statement.parts.iter().map(|&part| finder.level_words_in(part));
        Here {
            sentence,
            paragraph,
            whole_paragraph,
            before: finder.nearest_before(statement.extent),
            introduction: (finder.sentence_at(statement.source[1].start), finder.nearest_before(statement.source[1])),
            content: in_parts.fold(Levels::default(), |all, some| Levels(all.0 | some.0)),
            sentence_words: words_of((near, near + 1)),
            paragraph_words: words_of(paragraph),
            topics: finder.topics(statement, paragraph),
        }
    }
}

/// What is said of the speaker.
#[derive(Default)]
struct Office {
    /// The places in the words of the role.
    places: Vec<EntryId>,
    /// The places in the words that stand for the speaker, and in the name.
    of_source: Vec<EntryId>,
    /// The level that it governs; where its words name a place of that level, `places` has it.
    level: Option<EntryType>,
    /// Whether its words name a place of that level.
    names_level: bool,
    /// The level of a body that speaks, if no office is named: of the place in its name, or the one that its words govern.
    body: Option<EntryType>,
    /// The country of the agency.
    country: Option<EntryId>,
}

/// What is looked at once for a statement, however often it says "the city".
pub(super) struct Asked {
    office: Office,
    /// All that it may be about, with what speaks for each; none comes last.
    scores: Vec<(Option<EntryId>, f32)>,
}

impl Asked {
    /// Whether the speaker's office is that of a place.
    pub(super) fn is_of(&self, place: EntryId) -> bool {
        self.office.places.contains(&place)
    }
}

/// Words of the content that speak for a place or against all.
#[derive(Default)]
struct Words {
    count: usize,
    first_singular: bool,
    first_plural: bool,
    second: bool,
    third_singular: bool,
    /// Words of governments and public bodies: council, statewide, police.
    public: bool,
    /// Words for streets, schools, rivers.
    features: bool,
    numbers: bool,
}

impl Finder<'_> {
    /// What is looked at for a statement.
    pub(super) fn ask(&self, statement: &Statement<'_>) -> Asked {
        let office = self.office(statement);
        let mut scores = Vec::with_capacity(self.profiles.len() + 2);
        self.each(statement, &office, |entry, features| scores.push((entry, self.input.ranking.weights.score(features))));
        Asked { office, scores }
    }

    /// What a statement is about that names no jurisdiction.
    pub(super) fn of_context(&self, statement: &Statement<'_>, asked: &Asked) -> Option<Jurisdiction> {
        let office = &asked.office;
        let (entries, mut likelihoods): (Vec<Option<EntryId>>, Vec<f32>) = asked.scores.iter().copied().unzip();
        logit::shares(&mut likelihoods);
        let gazetteer = self.input.gazetteer;
        let mut best = first_best(&likelihoods)?;
        // Of two that are about as likely, one within the other, the inner one.
        for (at, entry) in entries.iter().enumerate() {
            let inside = entries[best].zip(*entry).is_some_and(|(outer, inner)| place::contains(gazetteer, outer, inner));
            if inside && likelihoods[at] > ABOUT_AS_LIKELY * likelihoods[best] {
                best = at;
            }
        }
        entries[best].map(|entry| {
            let named = self.mentioned.get(&entry);
            let (nearest, span) = named.map_or((FAR, None), |m| self.nearest(m, self.sentence_of(statement)));
            let rule = match () {
                () if office.places.iter().any(|&inner| inner == entry || place::contains(gazetteer, entry, inner)) => {
                    "place-of-office"
                }
                () if office.country == Some(entry) => "country-of-agency",
                () if office.level == Some(gazetteer.entry(entry).sort()) => "level-of-office",
                () if nearest <= 1 => "place-of-surroundings",
                () if named.is_some() => "place-of-document",
                () if self.input.home == Some(Home(entry)) => "home-of-outlet",
                () => "holds-place-of-document",
            };
            let span = if rule == "place-of-surroundings" { span } else { named.map(|m| m.first) };
            Jurisdiction { entry, basis: Basis::Context, span, confidence: likelihoods[best], rule }
        })
    }

    /// What "the city" and "our state" stand for in a statement: the one that fits which the words for the speaker's office name, or what
    /// holds a place that they name, else of all places that fit the likeliest; and its share among them.
    pub(super) fn in_play(&self, statement: &Statement<'_>, asked: &Asked, reference: Reference<'_>) -> Option<(EntryId, f32)> {
        let fits = |entry: &EntryId| reference.fits(self.input.gazetteer.entry(*entry));
        let mut candidates: Vec<(EntryId, f32)> =
            asked.scores.iter().filter_map(|&(entry, score)| Some((entry.filter(fits)?, score))).collect();
        // Of `Kansas hospitals` Kansas; of `Somali traders` no country.
        let by_name =
            || statement.source.iter().flat_map(|&words| self.places_in(words)).filter(|place| !place.kind.is_demonym());
        let office = &asked.office;
        let mut own: Vec<EntryId> =
            if statement.is_person { office.places.clone() } else { by_name().map(|place| place.entry).collect() };
        own.extend(office.country);
        let is_own = |entry: EntryId| own.contains(&entry);
        let holds_own = |entry: EntryId| {
            self.mentioned.contains_key(&entry) && own.iter().any(|&own| place::contains(self.input.gazetteer, entry, own))
        };
        for speaks in [&is_own as &dyn Fn(EntryId) -> bool, &holds_own] {
            if candidates.iter().any(|&(entry, _)| speaks(entry)) {
                candidates.retain(|&(entry, _)| speaks(entry));
            }
        }
        // A home that the document does not name gives way to what it starts with.
        let starts = |m: &Mentioned| m.dateline || m.in_lead || m.in_headline;
        if candidates.iter().any(|(entry, _)| self.mentioned.get(entry).is_some_and(starts)) {
            let home = self.input.home.map(|Home(home)| home);
            candidates.retain(|&(entry, _)| Some(entry) != home || self.mentioned.contains_key(&entry));
        }
        let mut likelihoods: Vec<f32> = candidates.iter().map(|&(_, score)| score).collect();
        let best = first_best(&likelihoods)?;
        logit::shares(&mut likelihoods);
        Some((candidates[best].0, likelihoods[best]))
    }

    /// The places that a reference of a statement may stand for, each with its score.
    pub(super) fn referred_to(&self, statement: &Statement<'_>, reference: Reference<'_>) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        self.each(statement, &self.office(statement), |entry, &features| {
            if entry.is_some_and(|entry| reference.fits(self.input.gazetteer.entry(entry))) {
                candidates.push(Candidate { entry, likelihood: self.input.ranking.weights.score(&features), features });
            }
        });
        candidates
    }

    /// All that a statement may be about which names none, the likeliest first.
    pub(super) fn considered_in_context(&self, statement: &Statement<'_>) -> Considered {
        let mut candidates = Vec::new();
        self.each(statement, &self.office(statement), |entry, &features| {
            candidates.push(Candidate { entry, likelihood: self.input.ranking.weights.score(&features), features });
        });
        let mut likelihoods: Vec<f32> = candidates.iter().map(|c| c.likelihood).collect();
        logit::shares(&mut likelihoods);
        candidates.iter_mut().zip(likelihoods).for_each(|(candidate, likelihood)| candidate.likelihood = likelihood);
        // Stable, and the candidates are in one order: equals stay the same in every run.
        candidates.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood));
        Considered { topics: Here::new(self, statement).topics, candidates }
    }

    /// Goes over all that a statement may be about, with what speaks for each; none comes last.
    fn each(&self, statement: &Statement<'_>, office: &Office, mut take: impl FnMut(Option<EntryId>, &Features)) {
        let agency = office.country.filter(|country| self.profiles.iter().all(|p| p.entry != *country));
        let agency =
            agency.map(|country| *self.agencies.borrow_mut().entry(country).or_insert_with(|| Profile::new(self, country)));
        let here = Here::new(self, statement);
        let mut features = [0.0; FEATURES.len()];
        let voices: [Voices; SOURCES.len()] = self.input.ranking.topics.voices(&here.topics);
        let of_topics = |level: usize| voices.map(|voices| voices[level]);
        for profile in self.profiles.iter().chain(&agency) {
            features[..OF_DOCUMENT].copy_from_slice(&profile.of_document);
            features[OF_DOCUMENT..][..OF_STATEMENT].copy_from_slice(&self.of_statement(profile, &here, office));
            features[FEATURES.len() - OF_TOPICS..].copy_from_slice(&of_topics(number(profile.level)));
            take(Some(profile.entry), &features);
        }
        features.fill(0.0);
        features[OF_DOCUMENT + OF_STATEMENT..][..OF_NONE].copy_from_slice(&self.of_none(
            statement,
            &self.words(statement),
            office,
        ));
        features[FEATURES.len() - OF_TOPICS..].copy_from_slice(&of_topics(LEVELS.len() - 1));
        take(None, &features);
    }

    /// What a statement, the sentences around it and the words for its speaker speak of.
    fn topics(&self, statement: &Statement<'_>, (from, to): (u32, u32)) -> [Topic; SOURCES.len()] {
        let reading = self.input.reading;
        let sum = |tokens: TokenSpan| {
            let mut sum = Sum::default();
            let words = reading.tokens[tokens.range()].iter().filter(|token| token.is_word());
            words.for_each(|token| self.input.ranking.topics.add(&mut sum, token.hash));
            sum
        };
        let content = statement.parts.iter().fold(Sum::default(), |all, &part| all.with(&sum(reading.tokens_in(part))));
        let around = (from..to).fold(Sum::default(), |all, at| {
            all.with(self.sums[at as usize].get_or_init(|| sum(reading.layout.sentences[at as usize].tokens)))
        });
        let speaker = sum(statement.role.unwrap_or_else(|| reading.tokens_in(statement.source[0])));
        [content, around, speaker].map(|sum| sum.topic())
    }

    fn sentence_of(&self, statement: &Statement<'_>) -> usize {
        self.sentence_at(statement.extent.start)
    }

    fn sentence_at(&self, byte: u32) -> usize {
        let reading = self.input.reading;
        reading.sentence_of(reading.token_at(byte).min(reading.tokens.len().saturating_sub(1)))
    }

    /// The place named last before some words; of `Moline, Ill.` the city.
    fn nearest_before(&self, extent: Span) -> Option<EntryId> {
        let before = self.named_in_order.partition_point(|&(end, _)| end <= extent.start);
        before.checked_sub(1).map(|last| self.named_in_order[last].1)
    }

    /// In how many sentences from one a place is named, and the words.
    fn nearest(&self, mentioned: &Mentioned, sentence: usize) -> (usize, Option<Span>) {
        let at = mentioned.named.partition_point(|&(s, _)| (s as usize) < sentence);
        let near = [at.checked_sub(1), Some(at)].into_iter().flatten().filter_map(|i| mentioned.named.get(i));
        let nearest = near.map(|&(s, span)| ((s as usize).abs_diff(sentence), span)).min_by_key(|&(distance, _)| distance);
        nearest.map_or((FAR, None), |(distance, span)| (distance.min(FAR), Some(span)))
    }

    /// What a document says of a place, whichever statement is asked about.
    fn of_document(&self, entry: EntryId) -> [f32; OF_DOCUMENT] {
        let gazetteer = self.input.gazetteer;
        let level = gazetteer.entry(entry).sort();
        let absent = Mentioned::default();
        let named = self.mentioned.get(&entry);
        let mentioned = named.unwrap_or(&absent);
        let holds = |inner: EntryId| place::contains(gazetteer, entry, inner);
        let held: f32 = self.mentioned.iter().filter(|(inner, _)| holds(**inner)).map(|(_, m)| m.weight).sum();
        let total = self.total.max(1e-3);
        let in_play = self.in_play.get(&level).filter(|(best, _)| *best == entry);
        let level_weight = self.level_weights.get(&level).copied().unwrap_or(0.0).max(1e-3);
        let heaviest = self.heaviest.map(|(_, heaviest)| heaviest);
        let words = (self.level_words.len() as f32).max(1.0);
        let share_of = |level: EntryType| self.words_by_level.get(&level).copied().unwrap_or(0.0) / words;
        let Home(home) = self.input.home.unwrap_or(Home(entry));
        let has_home = self.input.home.is_some();
        let seat_level = mentioned.seat_of.map(|outer| gazetteer.entry(outer).sort());
        [
            yes(level == EntryType::City),
            yes(level == EntryType::Neighborhood),
            yes(level == EntryType::County),
            yes(level == EntryType::State),
            yes(level == EntryType::Country),
            yes(rank(level) == 0),
            mentioned.weight.ln_1p(),
            mentioned.weight / total,
            mentioned.weight / level_weight,
            held / total,
            yes(in_play.is_some()),
            yes(mentioned.in_headline),
            yes(mentioned.in_lead),
            yes(mentioned.dateline),
            yes(self.first == Some(entry)),
            yes(self.first.is_some_and(holds)),
            share_of(level),
            yes(named.is_some() && !mentioned.by_name),
            yes(named.is_some() && mentioned.in_bodies),
            yes(mentioned.behind_preposition),
            yes(has_home && home == entry),
            yes(has_home && holds(home)),
            yes(named.is_none()),
            yes(heaviest.is_some_and(holds)),
            yes(heaviest.is_some_and(|outer| place::contains(gazetteer, outer, entry))),
            yes(seat_level == Some(EntryType::State)),
            yes(seat_level == Some(EntryType::Country)),
            seat_level.map_or(0.0, share_of),
            yes(self.mentioned.values().any(|m| m.seat_of == Some(entry))),
            yes(level == EntryType::City && gazetteer.entry(entry).population() > 500_000),
        ]
    }

    /// What a statement has to do with a place.
    fn of_statement(&self, profile: &Profile, here: &Here, office: &Office) -> [f32; OF_STATEMENT] {
        let &Profile { entry, level, rank, is_named, .. } = profile;
        let holds = |inner: EntryId| place::contains(self.input.gazetteer, entry, inner);
        let mentioned = is_named.then(|| &self.mentioned[&entry]);
        let distance = mentioned.map_or(FAR, |mentioned| self.nearest(mentioned, here.sentence).0);
        let near = mentioned.is_some_and(|mentioned| {
            let first_here = mentioned.named.partition_point(|&(s, _)| s < here.paragraph.0);
            mentioned.named.get(first_here).is_some_and(|&(s, _)| s < here.paragraph.1)
        });
        [
            yes(distance == 0),
            yes(near && here.whole_paragraph),
            yes(near && !here.whole_paragraph),
            1.0 / (1.0 + distance as f32),
            yes(here.before == Some(entry)),
            yes(mentioned.is_some_and(|mentioned| self.nearest(mentioned, here.introduction.0).0 == 0)),
            yes(here.introduction.1 == Some(entry)),
            yes(office.places.contains(&entry)),
            yes(office.of_source.contains(&entry)),
            yes(!office.places.contains(&entry) && office.places.iter().any(|&inner| holds(inner))),
            yes(office.level == Some(level) && (!office.names_level || office.places.contains(&entry))),
            yes(office.body == Some(level) && (office.of_source.is_empty() || office.of_source.contains(&entry))),
            yes(office.level.is_some_and(|office| rank > self::rank(office))),
            yes(office.level.is_some_and(|office| rank < self::rank(office))),
            yes(office.country == Some(entry)),
            yes(here.content.has(level)),
            yes(here.sentence_words.has(level)),
            yes(here.paragraph_words.has(level)),
            yes(here.content.all_coarser_than(level)),
        ]
    }

    /// What speaks for no place at all.
    fn of_none(&self, statement: &Statement<'_>, words: &Words, office: &Office) -> [f32; OF_NONE] {
        [
            1.0,
            (words.count as f32).ln_1p(),
            yes(words.first_singular),
            yes(words.first_plural),
            yes(words.third_singular),
            yes(words.second),
            yes(statement.role.is_none()),
            yes(office.level.is_some()),
            yes(!statement.is_person),
            (self.mentioned.len() as f32).ln_1p(),
            yes(statement.quoted && words.count < SHORT),
            yes(words.public),
            yes(words.features),
            yes(words.numbers),
        ]
    }

    /// Who speaks in the content, and how long it is.
    fn words(&self, statement: &Statement<'_>) -> Words {
        let reading = self.input.reading;
        let mut words = Words::default();
        for at in statement.parts.iter().flat_map(|&part| reading.tokens_in(part).range()) {
            words.count += usize::from(reading.kind(at) == Some(TokenKind::Word));
            words.numbers |= reading.kind(at) == Some(TokenKind::Number);
            words.public |= reading.is(at, PUBLIC);
            words.features |= reading.is(at, Classes::FEATURE_AFTER);
            let Some(pronoun) = reading.lexicon.pronoun(reading.tokens[at].word).filter(|p| !p.relative && !p.demonstrative)
            else {
                continue;
            };
            use crate::lexicon::Number::{Plural, Singular};
            match (pronoun.person, pronoun.number) {
                (1, Some(Singular)) => words.first_singular = true,
                (1, Some(Plural)) => words.first_plural = true,
                (2, _) => words.second = true,
                (3, Some(Singular)) if !pronoun.neuter && !pronoun.indefinite => words.third_singular = true,
                _ => {}
            }
        }
        words
    }

    /// The levels whose words stand in a span; takes time by how many do.
    fn level_words_in(&self, span: Span) -> Levels {
        let first = self.level_words.partition_point(|&(at, _)| at < span.start);
        let here = self.level_words[first..].iter().take_while(|&&(at, _)| at < span.end);
        here.fold(Levels::default(), |levels, &(_, level)| levels.with(level))
    }

    /// What is known of the speaker's office.
    fn office(&self, statement: &Statement<'_>) -> Office {
        let mut office = Office { country: statement.agency.and_then(|a| self.country_of(a)), ..Office::default() };
        let is_jurisdiction = |entry: &EntryId| self.input.gazetteer.entry(*entry).sort().is_jurisdiction();
        let places_in = |span: Span| self.places_in(span).map(|p| p.entry).filter(is_jurisdiction);
        office.of_source = statement.source.iter().flat_map(|&words| places_in(words)).collect();
        let reading = self.input.reading;
        let behind_name = self.behind_name(statement).filter(is_jurisdiction);
        let Some(role) = statement.role else {
            office.of_source.extend(behind_name);
            let named = office.of_source.first().map(|&place| self.input.gazetteer.entry(place).sort());
            let spoken_of = || statement.source.iter().find_map(|&words| self.level_of_body(reading.tokens_in(words)));
            office.body = named.or_else(spoken_of);
            return office;
        };
        office.places = places_in(reading.span(role)).chain(behind_name).collect();
        office.level = self.level_of_role(role);
        if office.places.is_empty() {
            office.places.extend(office.level.and_then(|level| self.introduced_in(statement, level)));
        }
        office.names_level = office.places.iter().any(|&place| office.level == Some(self.input.gazetteer.entry(place).sort()));
        if office.country.is_none() {
            let tokens = &reading.tokens[..role.end as usize];
            office.country = role.range().find_map(|at| {
                let matches = self.input.gazetteer.matches(reading.text, tokens, at);
                matches.iter().flat_map(|m| &m.candidates).find_map(|c| self.country_of(c.entry))
            });
        }
        office
    }

    /// The place that a person is said to be of or from right behind the name: `Mayor Ed Fox of | Selma`.
    fn behind_name(&self, statement: &Statement<'_>) -> Option<EntryId> {
        let reading = self.input.reading;
        let [_, name] = statement.source;
        let of = reading.tokens_in(name).end as usize;
        let said = statement.is_person && !name.is_empty() && (reading.is_word(of, "of") || reading.is_word(of, "from"));
        let places = self.input.places;
        let at = places.partition_point(|place| (place.tokens.start as usize) <= of);
        places.get(at).filter(|place| said && place.tokens.start as usize == of + 1).map(|place| place.entry)
    }

    /// The place of an office that none is named for: of its level, named last in the paragraph before the speaker is named in full, as in
    /// `In Selma, Mayor Ed Fox said`; a state or a country only if no other one is named there.
    fn introduced_in(&self, statement: &Statement<'_>, level: EntryType) -> Option<EntryId> {
        let [_, name] = statement.source;
        let layout = self.input.reading.layout;
        let sentence = layout.sentences.get(self.sentence_at(name.start)).filter(|_| !name.is_empty())?;
        let paragraph = layout.paragraphs.get(sentence.paragraph as usize)?.sentences;
        let lost = paragraph.1 - paragraph.0 > LONGEST;
        let first = if lost { sentence.span.start } else { layout.sentences.get(paragraph.0 as usize)?.span.start };
        let before = self.input.places.partition_point(|place| place.span.end <= name.start);
        let said = |place: &Place| statement.parts.iter().any(|part| part.contains(place.span));
        let here = self.input.places[..before].iter().rev().take_while(|place| place.span.start >= first);
        let mut here =
            here.filter(|place| self.input.gazetteer.entry(place.entry).sort() == level && !said(place)).map(|p| p.entry);
        let last = here.next()?;
        let local = matches!(level, EntryType::City | EntryType::County);
        (local || here.all(|other| other == last)).then_some(last)
    }

    /// The level that the office in some words governs.
    fn level_of_role(&self, role: TokenSpan) -> Option<EntryType> {
        let reading = self.input.reading;
        let mut offices = role.range().filter(|&at| !self.heads_a_body(role, at));
        let governed = offices.find_map(|at| level_of_office(reading, role.end as usize, at));
        let spoken_of = || {
            let mut words = role.range().filter(|&at| reading.is(at, Classes::LEVEL_WORD.or(Classes::LOCAL_REFERENCE)));
            words.find_map(|at| level_of_word(reading, at))
        };
        governed.or_else(spoken_of)
    }

    /// Whether an office that starts at a token is that of a body and governs no country: `president of the union local`,
    /// `vice president for sales`.
    fn heads_a_body(&self, role: TokenSpan, at: usize) -> bool {
        let reading = self.input.reading;
        let end = role.end as usize;
        let of_body = |&(roles, len): &(&[Role], usize)| {
            roles.iter().any(|role| role.bodies) && at + len < end && reading.is(at + len, Classes::PREPOSITION)
        };
        let is_country = |place: &Place| self.input.gazetteer.entry(place.entry).sort() == EntryType::Country;
        let office = reading.lexicon.roles().longest(&reading.tokens[..end], at).filter(of_body);
        office.is_some() && !self.places_in(reading.span(role)).any(is_country)
    }

    /// The level of the body that some words name: police, county officials, the legislature.
    fn level_of_body(&self, words: TokenSpan) -> Option<EntryType> {
        let reading = self.input.reading;
        let tokens = &reading.tokens[..words.end as usize];
        let governed =
            words.range().find_map(|at| reading.lexicon.bodies().longest(tokens, at)?.0.iter().find_map(|b| b.governs));
        governed.map(level_of).or_else(|| self.level_of_role(words))
    }

    /// The country that an agency belongs to.
    fn country_of(&self, agency: EntryId) -> Option<EntryId> {
        let is_agency = self.input.gazetteer.entry(agency).sort() == EntryType::Agency;
        is_agency.then(|| self.input.gazetteer.government(agency, EntryType::Country)).flatten()
    }
}

/// Where the largest number is, of equals the first: candidates are in one order, so the same in every run.
fn first_best(likelihoods: &[f32]) -> Option<usize> {
    (0..likelihoods.len()).reduce(|best, at| if likelihoods[at] > likelihoods[best] { at } else { best })
}

/// The number of a level in [`LEVELS`].
fn number(level: EntryType) -> usize {
    match level {
        EntryType::City => 0,
        EntryType::Neighborhood => 1,
        EntryType::County => 2,
        EntryType::State => 3,
        EntryType::Country => 4,
        _ => 5,
    }
}

/// How fine a level is; 0 for those beside the ladder.
fn rank(level: EntryType) -> u8 {
    match level {
        EntryType::Country => 1,
        EntryType::State => 2,
        EntryType::County => 3,
        EntryType::City => 4,
        EntryType::Neighborhood => 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_name_every_feature() {
        assert!(shipped().weights.score(&[1.0; FEATURES.len()]).is_finite());
    }
}
