//! Nominal mentions ("the mayor", "two officials familiar with it"), pronouns, and appositions.

use super::{Mention, MentionKind, MentionType, Reader, adjoin};
use crate::lexicon::{BodyType, Classes, Number};
use crate::span::TokenSpan;
use crate::token::{Gap, TokenKind};

/// The longest phrase before a head noun, in tokens.
const MODIFIERS: usize = 9;

impl Reader<'_> {
    /// Finds the nominal mentions and pronouns outside the named mentions that were found in the sentence.
    pub(super) fn nominal(&self, list: &mut Vec<Mention>, first: usize) {
        // A place or a body may stand in front of a noun (`Ohio's governor`, `Health Department officials`), a person may not.
        let mut named = vec![false; self.end - self.start];
        let mut taken = vec![false; self.end - self.start];
        for mention in &list[first..] {
            for i in mention.tokens.range() {
                named[i - self.start] = true;
                taken[i - self.start] = mention.sort == MentionType::Person;
            }
        }
        let mut at = self.start;
        while at < self.end {
            if named[at - self.start] {
                at += 1;
                continue;
            }
            let classes = self.classes(at);
            if classes.any(Classes::PRONOUN) {
                if let Some(mention) = self.pronoun(at) {
                    list.push(mention);
                }
                at += 1;
                continue;
            }
            if !classes.any(Classes::ROLE.or(Classes::BODY)) {
                at += 1;
                continue;
            }
            match self.noun_phrase(at, &taken) {
                Some(mention) => {
                    at = (mention.head as usize + 1).max(at + 1);
                    list.push(mention);
                }
                None => at += 1,
            }
        }
    }

    fn pronoun(&self, at: usize) -> Option<Mention> {
        let pronoun = self.lexicon.pronoun(self.tokens[at].word)?;
        if !pronoun.speaker && (!pronoun.subject || pronoun.relative) {
            return None;
        }
        Some(Mention {
            tokens: TokenSpan::new(at, at + 1),
            name: None,
            head: at as u32,
            kind: MentionKind::Pronoun,
            sort: match pronoun.number {
                Some(Number::Plural) => MentionType::Group,
                _ if pronoun.gender.is_some() || pronoun.person == 1 => MentionType::Person,
                _ => MentionType::Unknown,
            },
            role: None,
            gender: pronoun.gender,
            number: pronoun.number,
            apposition: None,
        })
    }

    /// The noun phrase with a role or body at `at` as its head.
    fn noun_phrase(&self, at: usize, taken: &[bool]) -> Option<Mention> {
        let tokens = &self.tokens[..self.end];
        let role = self.lexicon.roles().longest(tokens, at).map(|(roles, n)| (&roles[0], n));
        let body = self.lexicon.bodies().longest(tokens, at).map(|(bodies, n)| (&bodies[0], n));
        let is_role = match (role, body) {
            (Some((_, r)), Some((_, b))) => r >= b,
            (role, _) => role.is_some(),
        };
        let length = if is_role { role?.1 } else { body?.1 };
        let head = at + length - 1;
        // A modifier of another noun: `police report`, `mayor candidate`; the next noun is the head.
        if self.noun_follows(head + 1) {
            return None;
        }
        let start = self.phrase_start(at);
        let mut start = (start..=at).rev().take_while(|&i| !taken[i - self.start]).last().unwrap_or(at);
        while start < at && matches!(self.tokens[start].kind, TokenKind::Clitic | TokenKind::Hyphen) {
            start += 1;
        }
        let determined = self.is(start, Classes::DETERMINER.or(Classes::POSSESSIVE).or(Classes::QUANTIFIER).or(Classes::NUMBER))
            || (start..at).any(|i| self.tokens[i].kind == TokenKind::Clitic)
            // `Hale left`: a verb behind a name.
            || start < at && self.tokens[start].is_capitalised() && !self.is(at, Classes::PAST);
        let (sort, number, gender) = if is_role {
            let role = role?.0;
            if role.weak && !determined {
                return None;
            }
            let plural = role.plural && !role.singular;
            (
                if plural { MentionType::Group } else { MentionType::Person },
                if plural { Number::Plural } else { Number::Singular },
                role.gender,
            )
        } else {
            let body = body?.0;
            if body.weak && !determined {
                return None;
            }
            let sort = match body.sort {
                BodyType::Organization => MentionType::Organization,
                BodyType::Group => MentionType::Group,
                BodyType::Document => MentionType::Document,
            };
            (sort, if body.plural { Number::Plural } else { Number::Singular }, None)
        };
        let end = self.complement_end(head + 1, taken);
        let role = is_role.then(|| {
            let leading = |i: usize| {
                self.is(i, Classes::DETERMINER.or(Classes::QUANTIFIER))
                    || self.is(i, Classes::NUMBER) && self.kind(i + 1) != Some(TokenKind::Hyphen)
            };
            let first = (start..at).find(|&i| !leading(i)).unwrap_or(at);
            TokenSpan::new(first, end)
        });
        Some(Mention {
            tokens: TokenSpan::new(start, end),
            name: None,
            head: head as u32,
            kind: MentionKind::Nominal,
            sort,
            role,
            gender,
            number: Some(number),
            apposition: None,
        })
    }

    /// Whether a noun goes on behind a noun: the first is a modifier then.
    fn noun_follows(&self, at: usize) -> bool {
        if at >= self.end || !adjoin(&self.tokens[at]) || self.tokens[at].kind != TokenKind::Word {
            return false;
        }
        let classes = self.classes(at);
        if self.tokens[at].is_capitalised()
            || classes.any(Classes::FINITE.or(Classes::PAST).or(Classes::CUE)) && !classes.any(Classes::ROLE.or(Classes::BODY))
        {
            return false;
        }
        classes.any(Classes::ROLE.or(Classes::BODY))
            && !classes.any(Classes::PREPOSITION.or(Classes::ADVERB).or(Classes::CUE).or(Classes::TIME))
    }

    /// The start of a noun phrase, from its head leftwards.
    pub(super) fn phrase_start(&self, head: usize) -> usize {
        let mut start = head;
        while start > self.start && head - start < MODIFIERS {
            let i = start - 1;
            if !adjoin(&self.tokens[start]) {
                break;
            }
            let classes = self.classes(i);
            match self.tokens[i].kind {
                TokenKind::Hyphen if self.tokens[i].gap == Gap::None => {}
                TokenKind::Clitic if self.word(i).ends_with('s') => {}
                TokenKind::Number => {}
                TokenKind::Word | TokenKind::Abbreviation | TokenKind::Initial => {
                    if classes.any(Classes::DETERMINER)
                        || classes.any(Classes::POSSESSIVE) && !self.tokens[start].is_capitalised()
                    {
                        let all = i > self.start && self.is(i - 1, Classes::QUANTIFIER) && adjoin(&self.tokens[i]);
                        return if all { i - 1 } else { i };
                    }
                    if self.tokens[i].is_capitalised() && i > self.start {
                        start = i;
                        continue;
                    }
                    let closed = Classes::PREPOSITION
                        .or(Classes::CONJUNCTION)
                        .or(Classes::SUBORDINATOR)
                        .or(Classes::AUXILIARY)
                        .or(Classes::MODAL)
                        .or(Classes::WH)
                        .or(Classes::PRONOUN)
                        .or(Classes::NEGATION)
                        .or(Classes::TIME);
                    if classes.any(closed) && !classes.any(Classes::QUANTIFIER.or(Classes::NUMBER)) {
                        break;
                    }
                    if classes.any(Classes::ADVERB)
                        && !classes.any(Classes::QUANTIFIER.or(Classes::NUMBER))
                        && !self.is(i, Classes::DIRECTION)
                    {
                        break;
                    }
                    if classes.any(Classes::FINITE.or(Classes::PAST)) && !classes.any(Classes::VERB_NOUN) {
                        let attributive = !classes.any(Classes::CUE)
                            && i > self.start
                            && adjoin(&self.tokens[i])
                            && (self.is(i - 1, Classes::DETERMINER.or(Classes::POSSESSIVE))
                                || matches!(self.tokens[i - 1].kind, TokenKind::Hyphen | TokenKind::Clitic));
                        if !attributive {
                            break;
                        }
                    }
                    if classes.any(Classes::BASE.or(Classes::PARTICIPLE_ING))
                        && classes.any(Classes::CUE)
                        && !classes.any(Classes::VERB_NOUN)
                    {
                        break;
                    }
                }
                _ => break,
            }
            start = i;
        }
        // A phrase does not start with a hyphen or a clitic.
        while start < head && matches!(self.tokens[start].kind, TokenKind::Hyphen | TokenKind::Clitic) {
            start += 1;
        }
        start
    }

    /// The end of what a noun takes behind it: `spokesman | for the city`, `director | of X`.
    fn complement_end(&self, mut at: usize, taken: &[bool]) -> usize {
        loop {
            let preposition = at + 1 < self.end
                && adjoin(&self.tokens[at])
                && matches!(self.word(at), "of" | "for" | "at" | "with" | "from" | "in" | "to" | "on");
            // `urged the board | to sell`
            let infinitive = self.is_word(at, "to") && self.is(at + 1, Classes::BASE);
            if !preposition || infinitive {
                return at;
            }
            let end = self.noun_phrase_end(at + 1, taken);
            if end == at + 1 {
                return at;
            }
            at = end;
        }
    }

    /// The end of a plain noun phrase from its start: determiner, modifiers, nouns, names.
    fn noun_phrase_end(&self, start: usize, taken: &[bool]) -> usize {
        let mut at = start;
        while at < self.end && at - start < 14 {
            let token = &self.tokens[at];
            let classes = self.classes(at);
            if at > start && !adjoin(token) {
                break;
            }
            // `Loch Raven-based`: behind a hyphen the word goes on.
            let joined = at > start && self.tokens[at - 1].kind == TokenKind::Hyphen && token.gap == Gap::None;
            let in_name = joined || taken[at - self.start] || token.is_capitalised();
            let plain = match token.kind {
                TokenKind::Word | TokenKind::Abbreviation | TokenKind::Initial => {
                    let closed = Classes::PREPOSITION
                        .or(Classes::SUBORDINATOR)
                        .or(Classes::MODAL)
                        .or(Classes::AUXILIARY)
                        .or(Classes::WH)
                        .or(Classes::PRONOUN)
                        .or(Classes::ADVERB)
                        .or(Classes::TIME);
                    let verb = classes.any(Classes::FINITE) && !classes.any(Classes::VERB_NOUN)
                        || classes.any(Classes::CUE) && classes.any(Classes::FINITE.or(Classes::PAST));
                    let opens = classes.any(Classes::DETERMINER.or(Classes::POSSESSIVE)) && at == start;
                    in_name
                        || opens
                        || !classes.any(closed.or(Classes::DETERMINER).or(Classes::CONJUNCTION)) && !verb
                        || classes.any(Classes::NUMBER.or(Classes::QUANTIFIER))
                }
                TokenKind::Number => true,
                TokenKind::Hyphen => at > start,
                TokenKind::Clitic => self.word(at).ends_with('s'),
                TokenKind::Symbol => matches!(self.word(at), "&" | "$"),
                _ => in_name,
            };
            if !plain {
                break;
            }
            at += 1;
        }
        // `and` between two names of one body was taken by the name; a lone determiner is no phrase.
        if at == start + 1 && self.is(start, Classes::DETERMINER.or(Classes::POSSESSIVE)) { start } else { at }
    }

    /// Ties a name to the noun phrase beside it: `Pat Jones, executive director of X,`, `the mayor, Pat Jones,`.
    pub(super) fn appositions(&self, list: &mut [Mention], first: usize) {
        for i in first..list.len() {
            let (person, end) = (list[i].clone(), list[i].tokens.end as usize);
            if !matches!(person.kind, MentionKind::Named) || matches!(person.sort, MentionType::Place) {
                continue;
            }
            let comma = self.kind(end) == Some(TokenKind::Comma);
            // An age between commas: `Jane Doe, 44, a teacher`.
            let start = match (comma, self.kind(end + 1), self.kind(end + 2)) {
                (true, Some(TokenKind::Number), Some(TokenKind::Comma)) => end + 3,
                (true, _, _) => end + 1,
                _ => usize::MAX,
            };
            if let Some(j) = (i + 1..list.len())
                .take(4)
                .find(|&j| list[j].tokens.start as usize == start && list[j].kind == MentionKind::Nominal)
            {
                let fits = matches!(list[j].sort, MentionType::Person)
                    && matches!(person.sort, MentionType::Person | MentionType::Unknown);
                // `Ruben Okafor, whose brother`: somebody else.
                let own = !self.is_word(start, "whose");
                if fits && own && list[j].apposition.is_none() {
                    tie(list, i, j);
                    continue;
                }
            }
            if let Some(j) = self.described_before(list, first, i) {
                tie(list, i, j);
            }
        }
    }

    /// The nominal mention right before the name of a person, which says who that is: `the mayor, Ana Ruiz,`, `the director for transport,
    /// Kulveer Ranger,`, `Laconia police Capt. William Clary`.
    fn described_before(&self, list: &[Mention], first: usize, i: usize) -> Option<usize> {
        let (start, end) = (list[i].tokens.start as usize, list[i].tokens.end as usize);
        if start < self.start + 2 || list[i].sort != MentionType::Person {
            return None;
        }
        let free = |j: &usize| list[*j].kind == MentionKind::Nominal && list[*j].apposition.is_none();
        let mut before = (first..i).rev().take(4).filter(free);
        if self.tokens[start - 1].kind != TokenKind::Comma {
            let titled = list[i].name.is_some_and(|name| name.start as usize > start);
            return before.find(|&j| titled && list[j].tokens.end as usize == start && list[j].sort != MentionType::Person);
        }
        let closes = matches!(self.kind(end), Some(TokenKind::Comma | TokenKind::Stop) | None);
        before.find(|&j| {
            let behind = list[j].tokens.end as usize..start - 1;
            closes && list[j].sort == MentionType::Person && (behind.is_empty() || self.is_complement(behind))
        })
    }

    /// Whether some tokens go on with a noun phrase: `for transport policy`, `at United Way of America`.
    fn is_complement(&self, tokens: std::ops::Range<usize>) -> bool {
        tokens.len() > 1
            && tokens.len() <= 8
            && self.is(tokens.start, Classes::PREPOSITION)
            && tokens.clone().all(|i| {
                let word = self.tokens[i].is_word() || matches!(self.kind(i), Some(TokenKind::Hyphen | TokenKind::Clitic));
                let noun = !self.is(i, Classes::CUE) || self.tokens[i].is_capitalised();
                word && noun && self.lexicon.pronoun(self.tokens[i].word).is_none()
            })
    }
}

/// Makes the name of a person and a description stand for one.
fn tie(list: &mut [Mention], person: usize, description: usize) {
    list[person].role = list[person].role.or(list[description].role);
    list[person].gender = list[person].gender.or(list[description].gender);
    list[person].sort = MentionType::Person;
    list[person].apposition = Some(description as u32);
    list[description].apposition = Some(person as u32);
}
