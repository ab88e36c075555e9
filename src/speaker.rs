//! Speakers: which person or body of the document the source of each report is.
//!
//! A source is looked at by the rules of `RULES` in order; the first to decide wins, and its name stays with the answer.
//! Reports are read in text order, so that a pronoun can mean who spoke last.

mod antecedent;

pub use antecedent::{Candidate, FEATURES as ANTECEDENT_FEATURES, Ranking, shipped as shipped_ranking};

use crate::attribution::Reported;
use crate::coreference::{Entities, Entity};
use crate::lexicon::{Classes, Gender, Number};
use crate::mention::{Mention, MentionKind, MentionType};
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use crate::token::{Gap, TokenKind};
use rustc_hash::FxHashMap;
use std::ops::Deref;

/// What a speaker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpeakerType {
    /// One person.
    Person,
    /// An organisation.
    Organization,
    /// Several persons.
    Group,
    /// Something that is none of these, such as a study.
    Unknown,
}

impl SpeakerType {
    /// The word that rows use.
    pub fn name(self) -> &'static str {
        match self {
            SpeakerType::Person => "person",
            SpeakerType::Organization => "organization",
            SpeakerType::Group => "group",
            SpeakerType::Unknown => "unknown",
        }
    }
}

/// Who speaks in a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Speaker {
    /// The fullest name, or the words of the source without their article.
    pub name: String,
    /// What the speaker is.
    pub sort: SpeakerType,
    /// The entity, if the speaker is one.
    pub entity: Option<u32>,
    /// The words of the role.
    pub role: Option<TokenSpan>,
    /// The source beside the cue.
    pub source: Option<Span>,
    /// How likely the name is right.
    pub confidence: f32,
    /// The rule that decided.
    pub rule: &'static str,
    /// Who was considered, the likeliest first, where the rule ranks candidates.
    pub candidates: Vec<Candidate>,
}

impl Speaker {
    /// A speaker by name, of whom nothing else is known yet.
    pub fn new(name: String, sort: SpeakerType) -> Speaker {
        Speaker { name, sort, entity: None, role: None, source: None, confidence: 1.0, rule: "", candidates: Vec::new() }
    }
}

/// How many reports before those of a sentence may still have their cue in it.
const NEAR: usize = 8;
/// How many sentences back "it" looks for a body that spoke.
const SPOKE_LAST: usize = 2;
/// How many mentions back an antecedent is looked for.
const REACH: usize = 150;

/// How many bearers of an office, and mentions of each, are looked at.
const BEARERS: usize = 16;
/// Words before an office that make another one of it.
const OTHER_OFFICE: [&str; 10] =
    ["vice", "deputy", "assistant", "associate", "former", "ex", "shadow", "lieutenant", "undersheriff", "auxiliary"];

/// What the rules see of one source.
struct Source {
    tokens: TokenSpan,
    span: Span,
}

/// A rule: the speaker, if the rule can tell.
type Rule = fn(&Resolver<'_>, &Source) -> Option<Speaker>;

/// The rules in order.
const RULES: [(&str, Rule, f32); 10] = [
    ("label", label, 0.9),
    ("surname", surname, 0.9),
    ("named-source", named, 0.95),
    ("relative-pronoun", relative, 0.9),
    ("personal-pronoun", pronoun, 0.95),
    ("title-of-person", title, 0.8),
    ("body-of-name", body, 0.75),
    ("plural-pronoun", plural_pronoun, 0.6),
    ("name-in-source", name_inside, 0.6),
    ("description", description, 0.7),
];

/// Finds the speaker of each report; the reports are in text order.
pub fn resolve(
    reading: Reading<'_>,
    ranking: &Ranking,
    mentions: &[Mention],
    entities: &Entities,
    reports: &[Reported],
) -> Vec<Option<Speaker>> {
    let index = Index::new(reading, mentions, entities);
    let learned = vec![None; entities.list.len()];
    let in_content = in_content(reading, reports);
    let mut resolver =
        Resolver { reading, mentions, entities, index, ranking, spoken: Vec::new(), last_several: None, in_content, learned };
    let mut speakers: Vec<Option<Speaker>> = vec![None; reports.len()];
    // A report is read where its source stands: a pronoun looks back from there.
    let mut order: Vec<usize> = (0..reports.len()).collect();
    order.sort_by_key(|&i| (reports[i].follows.is_some(), reports[i].source.map_or(reports[i].parts[0].start, |s| s.start)));
    for i in order {
        let report = &reports[i];
        let speaker = match (report.source, report.follows) {
            (Some(source), _) => {
                resolver.source(source).map(|s| Speaker { confidence: s.confidence * report.source_confidence, ..s })
            }
            (None, Some(before)) => follow(&speakers, before),
            (None, None) => report.cue.and_then(|cue| before_in_sentence(&resolver, reports, &speakers, cue.span)),
        };
        if let (Some(speaker), Some(source)) = (&speaker, report.source) {
            resolver.note(speaker, source);
        }
        speakers[i] = speaker;
    }
    speakers
}

/// The speaker of the nearest report before whose cue stands in the same sentence: `she said, adding that`.
fn before_in_sentence(resolver: &Resolver<'_>, reports: &[Reported], speakers: &[Option<Speaker>], cue: Span) -> Option<Speaker> {
    let sentence = resolver.span(resolver.sentence(resolver.token_at(cue.start)));
    // Reports are in the order of their content, which lies near their cue.
    let here = reports.partition_point(|r| r.parts[0].start < sentence.start).saturating_sub(NEAR);
    let before = (here..reports.len()).take_while(|&i| reports[i].parts[0].start <= sentence.end).filter_map(|i| {
        let other = reports[i].cue.filter(|c| sentence.contains(c.span) && c.span.end <= cue.start)?;
        reports[i].source.map(|_| (other.span.start, i))
    });
    let (_, nearest) = before.max()?;
    follow(speakers, nearest as u32)
}

/// By token: whether it stands in the content of a report.
fn in_content(reading: Reading<'_>, reports: &[Reported]) -> Vec<bool> {
    let mut inside = vec![false; reading.tokens.len()];
    for &part in reports.iter().flat_map(|report| &report.parts) {
        inside[reading.tokens_in(part).range()].fill(true);
    }
    inside
}

/// The speaker of the report that a quotation goes on with; that report was read before.
fn follow(speakers: &[Option<Speaker>], before: u32) -> Option<Speaker> {
    let speaker = speakers[before as usize].clone()?;
    let confidence = speaker.confidence * 0.9;
    Some(Speaker { source: None, rule: "speaker-of-report-before", confidence, candidates: Vec::new(), ..speaker })
}

/// Look-ups that are made once a document.
struct Index {
    /// Persons by each word of their roles, in the order of the document.
    by_role: FxHashMap<u64, Vec<u32>>,
    /// Persons by their surname in small letters.
    by_surname: FxHashMap<String, u32>,
    /// The person who answers in an interview.
    interviewee: Option<u32>,
}

impl Index {
    fn new(reading: Reading<'_>, mentions: &[Mention], entities: &Entities) -> Index {
        let mut index = Index { by_role: FxHashMap::default(), by_surname: FxHashMap::default(), interviewee: None };
        // The lines before the first answer speak most of the person who gives it.
        let answers = |w: &[crate::token::Token]| w[0].gap >= Gap::Line && w[0].span.of(reading.text) == "A";
        let lead = reading.tokens.windows(2).position(answers);
        let mut most = 0;
        for (e, entity) in entities.list.iter().enumerate().filter(|(_, e)| e.sort == MentionType::Person) {
            for role in entity.mentions.iter().filter_map(|&m| mentions[m as usize].role) {
                for token in &reading.tokens[role.range()] {
                    let bearers = index.by_role.entry(token.hash).or_default();
                    if bearers.last() != Some(&(e as u32)) {
                        bearers.push(e as u32);
                    }
                }
            }
            index.note_surname(entity.name.of(reading.text), e);
            if let Some(lead) = lead {
                let in_lead = entity.mentions.iter().filter(|&&m| (mentions[m as usize].tokens.start as usize) < lead).count();
                // Of several the first: the others are introduced by way of that person.
                if in_lead > most {
                    (most, index.interviewee) = (in_lead, Some(e as u32));
                }
            }
        }
        // Of names that may be anything one word is the whole.
        for (e, entity) in entities.list.iter().enumerate().filter(|(_, e)| e.sort == MentionType::Unknown) {
            let name = entity.name.of(reading.text);
            if !name.contains(' ') {
                index.note_surname(name, e);
            }
        }
        index
    }

    fn note_surname(&mut self, name: &str, entity: usize) {
        if let Some(surname) = name.rsplit(' ').next().filter(|_| name.chars().any(char::is_lowercase)) {
            self.by_surname.entry(surname.to_lowercase()).or_insert(entity as u32);
        }
    }
}

/// Somebody who spoke.
struct Spoken {
    entity: u32,
    source: TokenSpan,
    by_pronoun: bool,
}

struct Resolver<'a> {
    reading: Reading<'a>,
    mentions: &'a [Mention],
    entities: &'a Entities,
    index: Index,
    ranking: &'a Ranking,
    /// Who spoke so far.
    spoken: Vec<Spoken>,
    /// The body or the group that spoke last, if no person spoke since, and in which sentence.
    last_several: Option<(usize, Speaker)>,
    /// By token: whether it stands in the content of a report.
    in_content: Vec<bool>,
    /// Genders learned from pronouns that were resolved.
    learned: Vec<Option<Gender>>,
}

impl<'a> Deref for Resolver<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        &self.reading
    }
}

impl Resolver<'_> {
    fn source(&self, span: Span) -> Option<Speaker> {
        let tokens = self.tokens_in(span);
        if tokens.is_empty() {
            return None;
        }
        let source = Source { tokens, span };
        RULES.iter().find_map(|&(name, rule, confidence)| {
            rule(self, &source).map(|speaker| Speaker {
                rule: name,
                confidence: speaker.confidence.min(confidence),
                source: Some(span),
                ..speaker
            })
        })
    }

    fn note(&mut self, speaker: &Speaker, source: Span) {
        let several = matches!(speaker.sort, SpeakerType::Organization | SpeakerType::Group);
        self.last_several = several.then(|| (self.sentence_of(self.token_at(source.start)), speaker.clone()));
        if let Some(entity) = speaker.entity {
            let pronoun = self.pronoun_at(source);
            self.spoken.push(Spoken { entity, source: self.tokens_in(source), by_pronoun: pronoun.is_some() });
            if let Some(pronoun) = pronoun {
                let learned = &mut self.learned[entity as usize];
                *learned = learned.or(pronoun);
            }
        }
    }

    /// The body or the group that spoke in one of the sentences right before a token.
    fn spoke_last(&self, at: usize) -> Option<&Speaker> {
        let (said, speaker) = self.last_several.as_ref()?;
        (1..=SPOKE_LAST).contains(&self.sentence_of(at).wrapping_sub(*said)).then_some(speaker)
    }

    fn pronoun_at(&self, source: Span) -> Option<Option<Gender>> {
        let at = self.token_at(source.start);
        self.lexicon.pronoun(self.tokens.get(at)?.word).map(|p| p.gender)
    }

    fn gender(&self, entity: usize) -> Option<Gender> {
        self.entities.list[entity].gender.or(self.learned[entity])
    }

    /// The mentions inside some tokens.
    fn mentions_in(&self, tokens: TokenSpan) -> impl Iterator<Item = usize> {
        let first = self.mentions.partition_point(|m| m.tokens.start < tokens.start);
        (first..self.mentions.len())
            .take_while(move |&i| self.mentions[i].tokens.start < tokens.end)
            .filter(move |&i| self.mentions[i].tokens.end <= tokens.end)
    }

    fn of_entity(&self, entity: usize) -> Speaker {
        let found = &self.entities.list[entity];
        let sort = match found.sort {
            MentionType::Document => SpeakerType::Organization,
            other => speaker_type(other),
        };
        let name = one_line(found.name.of(self.text));
        Speaker { entity: Some(entity as u32), role: found.role, ..Speaker::new(name, sort) }
    }

    fn of_words(&self, tokens: TokenSpan, sort: SpeakerType) -> Speaker {
        let article = self.tokens[tokens.start as usize].classes.any(Classes::DETERMINER) && tokens.len() > 1;
        let mut start = tokens.start as usize + usize::from(article);
        // `two witnesses`: the number is no part of the name; that of `3-year-olds` is.
        let counted = |at: usize| self.is(at, Classes::NUMBER) || self.is_kind(at, TokenKind::Number);
        // `hundreds of people` keeps its head.
        let noun = |at: usize| self.is_kind(at, TokenKind::Word) && !self.is(at, Classes::PREPOSITION);
        while sort == SpeakerType::Group && start + 1 < tokens.end as usize && counted(start) && noun(start + 1) {
            start += 1;
        }
        let span = self.span(TokenSpan::new(start, self.end_of_name(start, tokens.end as usize)));
        Speaker::new(one_line(span.of(self.text)), sort)
    }

    /// Where a description ends that something is said of between commas or dashes: `the boy's grandmother, | 71,`, `one witness | — a student —`.
    fn end_of_name(&self, start: usize, end: usize) -> usize {
        let parted = |at: usize| matches!(self.kind(at), Some(TokenKind::Comma | TokenKind::Dash));
        let Some(first) = (start + 1..end).find(|&at| parted(at)) else { return end };
        // `residents, the mayor and police` are all of them.
        if (first + 1..end).any(|at| self.is(at, Classes::CONJUNCTION)) {
            return end;
        }
        let said = self.is_kind(first + 1, TokenKind::Number) || self.is(first + 1, Classes::DETERMINER) || parted(end - 1);
        if said { first } else { end }
    }

    /// Whether a token is the first of a line, an opening mark aside.
    fn starts_line(&self, at: usize) -> bool {
        at == 0 || self.tokens[at].gap >= Gap::Line || self.is_mark(at - 1) && self.tokens[at - 1].gap >= Gap::Line
    }

    /// Whether the words for a person's office say that it is another one than that of a mention with the same noun: `Deputy Sheriff Moody` is
    /// not `the sheriff`.
    fn has_another_office(&self, entity: usize, mention: &Mention) -> bool {
        let head = self.tokens[mention.head as usize].hash;
        let rank = |before: usize| OTHER_OFFICE.iter().find(|word| self.is_word(before, word));
        let own = (mention.head > mention.tokens.start).then(|| rank(mention.head as usize - 1)).flatten();
        let Entity { role, mentions, .. } = &self.entities.list[entity];
        let roles = mentions.iter().take(BEARERS).filter_map(|&m| self.mentions[m as usize].role).chain(*role);
        let ranks = roles.flat_map(|role| role.range().filter(|&at| self.tokens[at].hash == head)).map(|at| {
            let before = if at > 1 && self.is_kind(at - 1, TokenKind::Hyphen) { at - 2 } else { at.wrapping_sub(1) };
            rank(before)
        });
        let mut ranks = ranks.peekable();
        ranks.peek().is_some() && ranks.all(|rank| rank != own)
    }

    /// Entities mentioned before a token, the nearest first, with the sentences between; not without end.
    fn before(&self, token: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let sentence = self.sentence_of(token);
        let first = self.mentions.partition_point(|m| (m.tokens.start as usize) < token);
        (first.saturating_sub(REACH)..first).rev().filter_map(move |m| {
            let entity = self.entities.of(m)?;
            let distance = sentence - self.sentence_of(self.mentions[m].tokens.start as usize).min(sentence);
            Some((m, entity, distance))
        })
    }
}

/// What kind of speaker a mention of some kind is.
fn speaker_type(sort: MentionType) -> SpeakerType {
    match sort {
        MentionType::Person => SpeakerType::Person,
        MentionType::Group => SpeakerType::Group,
        MentionType::Organization | MentionType::Place => SpeakerType::Organization,
        MentionType::Document | MentionType::Unknown => SpeakerType::Unknown,
    }
}

/// The text on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The label of a transcript: a name in capitals, or `A` of an interview.
fn label(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let written = source.span.of(resolver.text);
    let follows = resolver.text[source.span.end as usize..].chars().next();
    if !matches!(follows, Some(':' | '.'))
        || written.chars().any(char::is_lowercase)
        || !resolver.starts_line(source.tokens.start as usize)
    {
        return None;
    }
    if written == "A" {
        return resolver.index.interviewee.map(|e| resolver.of_entity(e as usize));
    }
    // `MS. PELLETIER-DUBÉ`: the person whose name ends so.
    let surname = written.rsplit(' ').next().unwrap_or(written).to_lowercase();
    match resolver.index.by_surname.get(&surname) {
        Some(&entity) => Some(resolver.of_entity(entity as usize)),
        None => {
            let first = source.tokens.range().find(|&i| !resolver.tokens[i].classes.any(Classes::HONORIFIC.or(Classes::ROLE)));
            let name = TokenSpan { start: first.map_or(source.tokens.start, |i| i as u32), end: source.tokens.end };
            Some(resolver.of_words(name, SpeakerType::Person))
        }
    }
}

/// One word with a capital that is the surname of a person of the document, though the list of mentions has it as something else or not at
/// all: `Plants said` after `Ms. Plants`, `Stanford said` after `John Stanford`.
fn surname(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let at = source.tokens.start as usize;
    let person = |e: usize| resolver.entities.list[e].sort == MentionType::Person;
    let known = resolver.mentions_in(source.tokens).any(|m| resolver.entities.of(m).is_some_and(person));
    // `Doe, a Democrat,`
    let alone = source.tokens.len() == 1 || resolver.is_kind(at + 1, TokenKind::Comma);
    if known || !alone || !resolver.tokens[at].is_capitalised() {
        return None;
    }
    let &entity = resolver.index.by_surname.get(&resolver.word(at).to_lowercase())?;
    Some(resolver.of_entity(entity as usize))
}

/// The source is, or ends with, a name.
fn named(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let inside: Vec<usize> = resolver.mentions_in(source.tokens).collect();
    let names_all = |&&m: &&usize| {
        let mention = &resolver.mentions[m];
        mention.kind == MentionKind::Named && mention.tokens.start <= source.tokens.start + 1
    };
    let &mention = inside.iter().find(names_all)?;
    let found = &resolver.mentions[mention];
    if found.sort == MentionType::Place {
        // `Beijing said`
        return (found.tokens.end == source.tokens.end)
            .then(|| resolver.of_words(found.name.unwrap_or(found.tokens), SpeakerType::Organization));
    }
    if let Some(head) = head_of_owner(resolver, source, found.tokens.end) {
        return Some(of_owner(resolver, source, &inside, head));
    }
    let entity = resolver.entities.of(mention)?;
    if let Some(together) = together(resolver, source, &inside) {
        return Some(together);
    }
    let speaker = resolver.of_entity(entity);
    let alone = found.tokens.end == source.tokens.end || speaker.sort == SpeakerType::Person;
    // `Maryland officials`: the head behind the name speaks.
    alone.then_some(speaker)
}

/// The first word of what belongs to whom a source begins with, and speaks itself: `Dunn's | aide`.
fn head_of_owner(resolver: &Resolver<'_>, source: &Source, owner: u32) -> Option<u32> {
    let clitic = resolver.is_kind(owner as usize, TokenKind::Clitic)
        && !resolver.word(owner as usize).ends_with(['d', 'e', 'l', 'm', 't']);
    let head = owner + 1;
    (clitic && head < source.tokens.end && resolver.tokens[head as usize].is_word()).then_some(head)
}

/// The speaker behind an owner: the person named there (`Dunn's aide, | Bob Roe`), else the whole description.
fn of_owner(resolver: &Resolver<'_>, source: &Source, inside: &[usize], head: u32) -> Speaker {
    let behind = || inside.iter().copied().filter(|&m| resolver.mentions[m].tokens.start >= head);
    let person = |&m: &usize| resolver.mentions[m].kind == MentionKind::Named && resolver.mentions[m].sort == MentionType::Person;
    if let Some(entity) = behind().find(person).and_then(|m| resolver.entities.of(m)) {
        return resolver.of_entity(entity);
    }
    let word = |classes: Classes| (head..source.tokens.end).any(|at| resolver.is(at as usize, classes));
    let sort = behind().next().map_or(MentionType::Unknown, |m| resolver.mentions[m].sort);
    let sort = match sort {
        MentionType::Unknown if word(Classes::ROLE) => MentionType::Person,
        MentionType::Unknown if word(Classes::BODY) => MentionType::Organization,
        known => known,
    };
    resolver.of_words(source.tokens, speaker_type(sort))
}

/// `Amstutz and Burley`: names that a source holds side by side speak together, each by the fullest name.
fn together(resolver: &Resolver<'_>, source: &Source, inside: &[usize]) -> Option<Speaker> {
    let mut names: Vec<usize> = Vec::new();
    let mut at = source.tokens.start;
    for &m in inside.iter().filter(|&&m| resolver.mentions[m].kind == MentionKind::Named) {
        let tokens = resolver.mentions[m].tokens;
        let joins = |i: u32| resolver.is_word(i as usize, "and") || resolver.is_kind(i as usize, TokenKind::Comma);
        let both = names.is_empty() && tokens.start == at + 1 && resolver.is_word(at as usize, "both");
        if !(both || (at..tokens.start).all(joins)) {
            return None;
        }
        names.push(resolver.entities.of(m).filter(|e| !names.contains(e))?);
        at = tokens.end;
    }
    // An apposition stands between commas; what speaks together is joined by "and".
    let joined = source.tokens.range().any(|i| resolver.is_word(i, "and") && inside.iter().all(|&m| !covers(resolver, m, i)));
    if names.len() < 2 || at != source.tokens.end || !joined {
        return None;
    }
    let names: Vec<String> = names.into_iter().map(|e| resolver.of_entity(e).name).collect();
    let (last, before) = names.split_last()?;
    let name = format!("{} and {last}", before.join(", "));
    Some(Speaker { name, ..resolver.of_words(source.tokens, SpeakerType::Group) })
}

/// Whether a token lies inside a mention.
fn covers(resolver: &Resolver<'_>, mention: usize, token: usize) -> bool {
    resolver.mentions[mention].tokens.range().contains(&token)
}

/// `Jones, who said`
fn relative(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let word = source.span.of(resolver.text);
    if !matches!(word, "who" | "which" | "that") {
        return None;
    }
    let at = source.tokens.start as usize;
    let sentence = resolver.sentence(at);
    let mention = (0..resolver.mentions.partition_point(|m| (m.tokens.start as usize) < at))
        .rev()
        .take_while(|&m| resolver.mentions[m].tokens.start >= sentence.start)
        .find(|&m| resolver.mentions[m].kind != MentionKind::Pronoun && resolver.mentions[m].sort != MentionType::Place)?;
    of_mention(resolver, mention)
}

/// The speaker that a mention other than a pronoun stands for.
fn of_mention(resolver: &Resolver<'_>, mention: usize) -> Option<Speaker> {
    if let Some(entity) = resolver.entities.of(mention) {
        return Some(resolver.of_entity(entity));
    }
    let found = &resolver.mentions[mention];
    let source = Source { tokens: found.tokens, span: resolver.span(found.tokens) };
    title(resolver, &source).or_else(|| body(resolver, &source)).or_else(|| description(resolver, &source))
}

/// he, she: the nearest person that fits, who spoke last or is the subject of a sentence first.
fn pronoun(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let at = source.tokens.start as usize;
    let pronoun = resolver.lexicon.pronoun(resolver.tokens[at].word)?;
    if source.tokens.len() != 1 || pronoun.number != Some(Number::Singular) || pronoun.gender.is_none() || pronoun.person != 3 {
        return None;
    }
    let candidates = antecedent::find(resolver, at, pronoun.gender?);
    let Some(best) = candidates.first() else {
        let gender = pronoun.gender;
        return described(resolver, at, |m| m.sort == MentionType::Person && (m.gender.is_none() || m.gender == gender));
    };
    let mut speaker = resolver.of_entity(best.entity as usize);
    speaker.sort = SpeakerType::Person;
    speaker.confidence = best.likelihood;
    speaker.candidates = candidates;
    Some(speaker)
}

/// Who is described last before a pronoun (`the victim's mother`, `the hospital`) and fits it, if nobody is named.
fn described(resolver: &Resolver<'_>, at: usize, fits: impl Fn(&Mention) -> bool) -> Option<Speaker> {
    let sentence = resolver.sentence_of(at);
    let first = resolver.mentions.partition_point(|m| (m.tokens.start as usize) < at);
    let mention = (0..first)
        .rev()
        .take_while(|&m| sentence - resolver.sentence_of(resolver.mentions[m].tokens.start as usize) <= 3)
        .find(|&m| resolver.mentions[m].kind == MentionKind::Nominal && fits(&resolver.mentions[m]))?;
    let speaker = of_mention(resolver, mention)?;
    Some(Speaker { confidence: 0.5, ..speaker })
}

/// `the mayor`: the person of whom the document says so, the nearest first.
fn title(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let mention = resolver.mentions_in(source.tokens).find(|&m| {
        resolver.mentions[m].kind == MentionKind::Nominal && resolver.mentions[m].tokens.start <= source.tokens.start + 1
    })?;
    if let Some(entity) = resolver.entities.of(mention) {
        return Some(resolver.of_entity(entity));
    }
    let found = &resolver.mentions[mention];
    if found.sort != MentionType::Person {
        return None;
    }
    let at = found.tokens.start as usize;
    let first = &resolver.tokens[at];
    // `A union spokesman` starts its sentence with a capital, and is another one than who was named.
    let indefinite =
        first.classes.any(Classes::DETERMINER.or(Classes::NUMBER).or(Classes::QUANTIFIER)) && !resolver.is_word(at, "the");
    let possessive = resolver.lexicon.pronoun(first.word).is_some() || first.classes.any(Classes::POSSESSIVE);
    let definite = first.span.of(resolver.text).eq_ignore_ascii_case("the")
        || first.case.is_capital() && (!indefinite || possessive)
        || found.tokens.len() == 1
        || resolver.lexicon.pronoun(first.word).is_some();
    // A lead says "a judge" of the judge whom the story names.
    let lead = resolver.sentence_of(at) < 3;
    if !definite && !lead {
        return None;
    }
    let head = resolver.tokens[found.head as usize].hash;
    let person = |e: usize| resolver.entities.list[e].sort == MentionType::Person;
    let bearers = resolver.index.by_role.get(&head).map_or(&[][..], Vec::as_slice);
    let holds = |e: usize| !resolver.has_another_office(e, found);
    if !definite {
        let &[only] = bearers else { return None };
        // Who was named before is not introduced again.
        let first =
            resolver.entities.list[only as usize].mentions.first().map_or(0, |&m| resolver.mentions[m as usize].tokens.start);
        if (first as usize) < at || !holds(only as usize) {
            return None;
        }
        return Some(Speaker { confidence: 0.6, ..resolver.of_entity(only as usize) });
    }
    let before = resolver.before(at).map(|(_, e, _)| e).find(|&e| bearers.binary_search(&(e as u32)).is_ok() && holds(e));
    let named = || bearers.iter().take(BEARERS).map(|&e| e as usize).find(|&e| holds(e));
    if let Some(entity) = before.or_else(named) {
        return Some(resolver.of_entity(entity));
    }
    // `the Kanawha County Republican`: another word for who was named last, unless it is an office that somebody else may hold.
    let role = resolver.lexicon.roles().longest(resolver.tokens, found.head as usize).map(|(roles, _)| &roles[0])?;
    let epithet = !role.office
        && !role.relation
        && role.governs.is_none()
        && first.span.of(resolver.text) == "the"
        && role.lemma.chars().next().is_some_and(char::is_uppercase);
    let entity = epithet.then(|| resolver.before(at).find(|&(_, e, d)| person(e) && d <= 2).map(|(_, e, _)| e)).flatten()?;
    Some(Speaker { confidence: 0.6, ..resolver.of_entity(entity) })
}

/// `the department`: the organisation whose name has that word, the nearest first; `the agency`: the public body last named.
fn body(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let at = source.tokens.start as usize;
    let neuter =
        resolver.lexicon.pronoun(resolver.tokens[at].word).is_some_and(|p| p.neuter && !p.indefinite) && source.tokens.len() == 1;
    let organization = |e: usize| resolver.entities.list[e].sort == MentionType::Organization;
    if neuter {
        // `The club's chapter said …, it added`: what spoke last, whether it has a name or not.
        if let Some(speaker) = resolver.spoke_last(at).filter(|speaker| speaker.sort == SpeakerType::Organization) {
            return Some(speaker.clone());
        }
        let entity = resolver.before(at).take(20).find(|&(_, e, d)| organization(e) && d <= 3).map(|(_, e, _)| e);
        return entity
            .map(|e| resolver.of_entity(e))
            .or_else(|| described(resolver, at, |m| m.sort == MentionType::Organization && m.number != Some(Number::Plural)));
    }
    let mention = resolver.mentions_in(source.tokens).find(|&m| {
        resolver.mentions[m].kind == MentionKind::Nominal && resolver.mentions[m].tokens.start <= source.tokens.start + 1
    })?;
    let found = &resolver.mentions[mention];
    let definite = resolver.is_word(at, "the") && found.tokens.len() == 2;
    let head = &resolver.tokens[found.head as usize];
    let feds = head.span.of(resolver.text) == "feds";
    if found.sort != MentionType::Organization && !feds || !definite || found.number == Some(Number::Plural) && !feds {
        return None;
    }
    let has_word = |e: usize| {
        let name = resolver.entities.list[e].name;
        let first = resolver.tokens.partition_point(|t| t.span.start < name.start);
        resolver.tokens[first..].iter().take_while(|t| t.span.start < name.end).any(|t| t.hash == head.hash)
    };
    let by_word = resolver.before(at).map(|(_, e, _)| e).find(|&e| organization(e) && has_word(e));
    let generic = matches!(
        head.span.of(resolver.text),
        "agency"
            | "feds"
            | "company"
            | "organization"
            | "organisation"
            | "group"
            | "firm"
            | "department"
            | "association"
            | "nonprofit"
            | "charity"
            | "newspaper"
            | "team"
            | "university"
            | "union"
    );
    let entity = by_word.or_else(|| {
        let last_named = |fits: &dyn Fn(usize) -> bool, reach: usize| {
            resolver.before(at).take(30).find(|&(_, e, d)| fits(e) && d <= reach).map(|(_, e, _)| e)
        };
        // A name that may be anything is a body if it is spoken of as one right away.
        let anything = |e: usize| resolver.entities.list[e].sort == MentionType::Unknown;
        let business = matches!(head.span.of(resolver.text), "company" | "firm" | "group" | "nonprofit" | "charity");
        let named = || last_named(&organization, 6).or_else(|| business.then(|| last_named(&anything, 2)).flatten());
        generic.then(named).flatten()
    })?;
    Some(resolver.of_entity(entity))
}

/// they: the group or body that spoke last.
fn plural_pronoun(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let at = source.tokens.start as usize;
    let pronoun = resolver.lexicon.pronoun(resolver.tokens[at].word)?;
    if source.tokens.len() != 1
        || pronoun.person != 3
        || pronoun.number != Some(Number::Plural)
        || pronoun.indefinite
        || pronoun.demonstrative
    {
        return None;
    }
    // `Tenants said they had called the landlord. They said`
    if let Some(speaker) = resolver.spoke_last(at) {
        return Some(speaker.clone());
    }
    let first = resolver.mentions.partition_point(|m| (m.tokens.start as usize) < at);
    let sentence = resolver.sentence_of(at);
    let group = (0..first)
        .rev()
        .take_while(|&m| sentence - resolver.sentence_of(resolver.mentions[m].tokens.start as usize) <= 3)
        .find(|&m| {
            let mention = &resolver.mentions[m];
            mention.kind != MentionKind::Pronoun
                && (mention.number == Some(Number::Plural)
                    || mention.sort == MentionType::Group
                    || mention.sort == MentionType::Organization)
        })?;
    of_mention(resolver, group)
}

/// A name further inside: `a table provided by ICE`, `a spokesman for Acme`.
fn name_inside(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let inside: Vec<usize> = resolver.mentions_in(source.tokens).collect();
    let document = inside.iter().any(|&m| resolver.mentions[m].sort == MentionType::Document);
    let person = inside
        .iter()
        .copied()
        .find(|&m| resolver.mentions[m].sort == MentionType::Person && resolver.mentions[m].kind == MentionKind::Named)
        .filter(|&m| !is_spoken_for(resolver, source, m));
    let chosen = person.or_else(|| {
        document
            .then(|| {
                inside.iter().copied().find(|&m| {
                    resolver.mentions[m].sort == MentionType::Organization && resolver.mentions[m].kind == MentionKind::Named
                })
            })
            .flatten()
    })?;
    resolver.entities.of(chosen).map(|e| resolver.of_entity(e))
}

/// Whether a person in a source is not who speaks, but whose aide, lawyer or friend: `an aide to | Senator Stone`.
fn is_spoken_for(resolver: &Resolver<'_>, source: &Source, person: usize) -> bool {
    let before = resolver.mentions[person].tokens.start;
    let Some(preposition) = before.checked_sub(1).filter(|&at| at > source.tokens.start) else { return false };
    resolver.is(preposition as usize, Classes::PREPOSITION) && !resolver.is_word(preposition as usize, "by")
}

/// The words of the source themselves: `police`, `two officials familiar with the matter`.
fn description(resolver: &Resolver<'_>, source: &Source) -> Option<Speaker> {
    let at = source.tokens.start as usize;
    if let Some(pronoun) = resolver.lexicon.pronoun(resolver.tokens[at].word).filter(|_| source.tokens.len() == 1) {
        // Nobody is named: many, some, one.
        return pronoun.indefinite.then(|| resolver.of_words(source.tokens, SpeakerType::Group));
    }
    // `hundreds of people`: the head stands behind the number.
    let counts = Classes::NUMBER.or(Classes::QUANTIFIER).or(Classes::DETERMINER);
    let counted = |i: usize| resolver.is(i, counts) || resolver.is_word(i, "of");
    let mention = resolver.mentions_in(source.tokens).find(|&m| {
        let start = resolver.mentions[m].tokens.start;
        resolver.mentions[m].kind != MentionKind::Pronoun
            && (start <= source.tokens.start + 1 || (source.tokens.start..start).all(|i| counted(i as usize)))
    });
    let sort = mention.map_or(SpeakerType::Unknown, |m| speaker_type(resolver.mentions[m].sort));
    Some(resolver.of_words(source.tokens, sort))
}
