//! Cues in use: a form of a reporting word, with the words that stand for its source.

use crate::attribution::view::View;
use crate::lexicon::{Classes, CueClass, CueForm, CueSort, Form, Frames, Number};
use crate::mention::{Mention, MentionKind, MentionType};
use crate::span::TokenSpan;
use crate::token::{Case, TokenKind};

/// A cue at work in a sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct CueUse {
    /// The cue's words.
    pub tokens: TokenSpan,
    /// The words of its source, where they stand in the sentence.
    pub source: Option<TokenSpan>,
    /// From the source or the first helping verb to the last of both, where the source stands beside the cue.
    pub group: TokenSpan,
    /// Where the source was found.
    pub place: SourcePlace,
    /// Speech or other.
    pub class: CueClass,
    /// What sort of word it is.
    pub sort: CueSort,
    /// The patterns it takes.
    pub frames: Frames,
    /// Whether a negation stands with it.
    pub negated: bool,
    /// Whether it is a passive ("was told", "is expected").
    pub passive: bool,
    /// Whether it is an -ing form.
    pub ing: bool,
}

/// Where a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourcePlace {
    /// Right before the verb.
    Subject,
    /// Right behind it: `said Jones`.
    Inverted,
    /// Before a relative clause: `Jones, who said`.
    Relative,
    /// The subject of an earlier verb of the sentence: `…, adding that`, `rose and said`.
    Shared,
    /// In front of a noun: `her claim that`.
    Possessive,
    /// Behind `according to`, or `by`.
    Object,
    /// None was found.
    Missing,
}

/// Finds all cues in use outside quotations, in text order.
pub(super) fn find(view: &View<'_>) -> Vec<CueUse> {
    let mut uses: Vec<CueUse> = Vec::new();
    let mut at = 0;
    while at < view.tokens.len() {
        if !view.is(at, Classes::CUE)
            || view.named[at]
            || view.quotation_at(at).is_some_and(|q| view.quotations[q].tokens.len() > 3)
        {
            at += 1;
            continue;
        }
        let sentence = view.sentence(at);
        let mut found = None;
        for (forms, length) in view.lexicon.cues().all(&view.tokens[..sentence.end as usize], at) {
            let finder = Finder { view, earlier: &uses, sentence };
            found = finder.read(at, length, forms).map(|cue| (cue, length));
            if found.is_some() {
                break;
            }
        }
        match found {
            Some((cue, length)) => {
                uses.push(cue);
                at += length;
            }
            None => at += 1,
        }
    }
    uses
}

struct Finder<'a, 'b> {
    view: &'b View<'a>,
    earlier: &'b [CueUse],
    sentence: TokenSpan,
}

struct Helpers {
    start: usize,
    negated: bool,
    be: bool,
    have: bool,
    modal: bool,
    to: bool,
}

impl Finder<'_, '_> {
    fn floor(&self) -> usize {
        self.sentence.start as usize
    }

    fn limit(&self) -> usize {
        self.sentence.end as usize
    }

    /// Reads the forms of a phrase of the list as a cue in use, the first that fits.
    fn read(&self, at: usize, length: usize, forms: &[CueForm]) -> Option<CueUse> {
        let lexicon = self.view.lexicon;
        let mut verbs: Vec<Form> = Vec::new();
        let mut verb = None;
        for &form in forms {
            let entry = lexicon.cue(form);
            let tokens = TokenSpan::new(at, at + length);
            let cue = CueUse {
                tokens,
                source: None,
                group: tokens,
                place: SourcePlace::Missing,
                class: entry.class,
                sort: entry.sort,
                frames: entry.frames,
                negated: false,
                passive: false,
                ing: false,
            };
            let found = match entry.sort {
                CueSort::Phrase => self.phrase(cue),
                CueSort::Noun => self.noun(cue),
                CueSort::Adjective => self.adjective(cue),
                CueSort::Verb => {
                    verbs.push(form.form);
                    verb.get_or_insert(cue);
                    None
                }
            };
            if found.is_some() {
                return found;
            }
        }
        self.verb(verb?, &verbs)
    }

    /// `according to police`
    fn phrase(&self, mut cue: CueUse) -> Option<CueUse> {
        let start = cue.tokens.end as usize;
        let end = self.object_end(start);
        if end == start {
            return None;
        }
        cue.source = Some(TokenSpan::new(start, end));
        cue.group = TokenSpan::new(cue.tokens.start as usize, end);
        cue.place = SourcePlace::Object;
        Some(cue)
    }

    /// `her claim that`, `the governor's promise to`
    fn noun(&self, mut cue: CueUse) -> Option<CueUse> {
        let view = self.view;
        let after = cue.tokens.end as usize;
        let opens = after < self.limit()
            && (view.is_word(after, "that") && cue.frames.any(Frames::THAT)
                || view.is_word(after, "to") && cue.frames.any(Frames::INFINITIVE)
                || view.is_word(after, "of") && cue.frames.any(Frames::OF) && cue.class == CueClass::Speech);
        if !opens {
            return None;
        }
        let start = cue.tokens.start as usize;
        let mut i = start;
        while i > self.floor() && start - i < 3 {
            i -= 1;
            let owner = if view.is_kind(i, TokenKind::Clitic) && view.word(i).ends_with('s') {
                view.mention_to(i)?.tokens
            } else if view.is(i, Classes::POSSESSIVE) {
                TokenSpan::new(i, i + 1)
            } else if !view.tokens[i].is_word() || view.is(i, Classes::DETERMINER.or(Classes::PREPOSITION)) {
                return None;
            } else {
                continue;
            };
            cue.source = Some(owner);
            cue.group = TokenSpan::new(owner.start as usize, after);
            cue.place = SourcePlace::Possessive;
            return Some(cue);
        }
        None
    }

    /// `is confident that`
    fn adjective(&self, mut cue: CueUse) -> Option<CueUse> {
        let helpers = self.helpers(cue.tokens.start as usize);
        if !helpers.be {
            return None;
        }
        let (source, place) = self.subject(helpers.start)?;
        cue.source = Some(source);
        cue.place = place;
        cue.negated = helpers.negated;
        cue.group = TokenSpan::new(helpers.start.min(source.start as usize), cue.tokens.end as usize);
        Some(cue)
    }

    /// The helping verbs and adverbs before a verb.
    fn helpers(&self, verb: usize) -> Helpers {
        let view = self.view;
        let mut helpers = Helpers { start: verb, negated: false, be: false, have: false, modal: false, to: false };
        while helpers.start > self.floor() && !helpers.to {
            let i = helpers.start - 1;
            let classes = view.classes(i);
            let word = view.word(i).to_ascii_lowercase();
            let adverb = classes.any(Classes::ADVERB)
                && view.tokens[i].case == Case::Lower
                && !classes.any(Classes::PREPOSITION.or(Classes::QUANTIFIER).or(Classes::ROLE).or(Classes::BODY));
            if view.is_kind(i, TokenKind::Clitic) && !word.ends_with('s') {
                helpers.have |= word.ends_with("ve") || word.ends_with('d');
                helpers.modal |= word.ends_with("ll");
                helpers.be |= word.ends_with("re") || word.ends_with('m');
            } else if classes.any(Classes::AUXILIARY) {
                let stem = word.trim_end_matches("n't").trim_end_matches("n’t");
                helpers.be |= matches!(stem, "is" | "are" | "was" | "were" | "be" | "been" | "being" | "am");
                helpers.have |= stem.starts_with("ha");
                helpers.negated |= stem.len() < word.len();
            } else if classes.any(Classes::MODAL) {
                helpers.modal = true;
                helpers.negated |= word.ends_with("n't") || word.ends_with("n’t") || word == "cannot";
            } else if classes.any(Classes::NEGATION) {
                helpers.negated = true;
            } else if word == "to" {
                helpers.to = true;
            } else if !adverb {
                break;
            }
            helpers.start = i;
        }
        helpers
    }

    fn verb(&self, mut cue: CueUse, forms: &[Form]) -> Option<CueUse> {
        let view = self.view;
        let at = cue.tokens.start as usize;
        let has = |form: Form| forms.contains(&form);
        let helpers = self.helpers(at);
        cue.negated = helpers.negated;
        cue.group = TokenSpan::new(helpers.start, cue.tokens.end as usize);
        // A noun: `the report`, `a claim of`, `in response`.
        let after_determiner = at > self.floor()
            && (view.is(at - 1, Classes::DETERMINER) && !view.is(at - 1, Classes::PRONOUN)
                || view.is(at - 1, Classes::POSSESSIVE) && !view.is_word(at - 1, "her"));
        if after_determiner && !has(Form::Past) {
            return None;
        }
        if has(Form::Ing) && !helpers.be {
            cue.ing = true;
            return self.participle(cue);
        }
        if helpers.be && has(Form::Participle) {
            return self.passive(cue, helpers.start);
        }
        if helpers.to {
            return None;
        }
        if let Some((source, place)) = self.subject(helpers.start) {
            // The bare form takes a plural subject or a helping verb.
            let helped = helpers.modal || helpers.be || helpers.have || helpers.start < at && self.has_do(helpers.start, at);
            let agrees = has(Form::Past)
                || has(Form::Third)
                || has(Form::Ing)
                || helped
                || self.is_plural(source)
                || has(Form::Participle) && helpers.have;
            if !agrees {
                return None;
            }
            cue.source = Some(source);
            cue.place = place;
            cue.group = TokenSpan::new((source.start as usize).min(helpers.start), cue.tokens.end as usize);
            return Some(cue);
        }
        let finite = has(Form::Past) || has(Form::Third);
        if finite
            && cue.frames.any(Frames::INVERTED)
            && !helpers.be
            && let Some(source) = self.inverted(cue.tokens.end as usize, helpers.start)
        {
            cue.source = Some(source);
            cue.place = SourcePlace::Inverted;
            cue.group = TokenSpan::new(helpers.start, source.end as usize);
            return Some(cue);
        }
        // `rose and said`, `…, then added`
        let joined = helpers.start > self.floor()
            && (view.is(helpers.start - 1, Classes::CONJUNCTION) || view.is_kind(helpers.start - 1, TokenKind::Comma));
        if (finite || helpers.modal) && joined {
            return self.shared(cue).or_else(|| self.first_subject(cue));
        }
        None
    }

    fn has_do(&self, start: usize, end: usize) -> bool {
        (start..end).any(|i| self.view.word(i).to_ascii_lowercase().starts_with('d') && self.view.is(i, Classes::AUXILIARY))
    }

    /// `…, saying that`: the source is that of the clause before.
    fn participle(&self, cue: CueUse) -> Option<CueUse> {
        let view = self.view;
        let at = cue.group.start as usize;
        if at == self.floor() {
            return None;
        }
        let before = at - 1;
        let joined = matches!(view.kind(before), Some(TokenKind::Comma | TokenKind::Mark(_)))
            || view.is(before, Classes::CONJUNCTION)
            || ["statement", "letter", "tweet", "email", "by", "memo", "post"].iter().any(|w| view.is_word(before, w));
        if joined { self.shared(cue).or_else(|| self.first_subject(cue)) } else { None }
    }

    /// The source of the nearest earlier cue of the sentence.
    fn shared(&self, mut cue: CueUse) -> Option<CueUse> {
        let in_sentence = self.earlier.iter().rev().take_while(|e| self.sentence.contains(e.tokens));
        let before = in_sentence.into_iter().find(|e| e.source.is_some() && e.sort == CueSort::Verb)?;
        cue.source = before.source;
        cue.place = SourcePlace::Shared;
        Some(cue)
    }

    /// The subject of the sentence's first clause.
    fn first_subject(&self, mut cue: CueUse) -> Option<CueUse> {
        let view = self.view;
        let limit = cue.group.start as usize;
        let mut at = self.floor();
        while at < limit {
            if let Some(mention) = view.mention_from(at).filter(|m| m.tokens.end as usize <= limit) {
                cue.source = Some(mention.tokens);
                cue.place = SourcePlace::Shared;
                return Some(cue);
            }
            // Not from inside a phrase that opens the sentence: `On Monday, …`.
            if view.is(at, Classes::PREPOSITION.or(Classes::SUBORDINATOR)) {
                at = (at..limit).find(|&i| view.is_kind(i, TokenKind::Comma))?;
            }
            at += 1;
        }
        None
    }

    /// `was told by X that`, `X was quoted as saying`
    fn passive(&self, mut cue: CueUse, start: usize) -> Option<CueUse> {
        let view = self.view;
        let end = cue.tokens.end as usize;
        cue.passive = true;
        if view.is_word(cue.tokens.start as usize, "quoted") && end + 1 < self.limit() && view.is_word(end, "as") {
            let (source, place) = self.subject(start)?;
            cue.source = Some(source);
            cue.place = place;
            cue.passive = false;
            cue.class = CueClass::Speech;
            cue.tokens = TokenSpan::new(cue.tokens.start as usize, end + 2);
            cue.group = TokenSpan::new(source.start as usize, end + 2);
            cue.frames = cue.frames.or(Frames::QUOTE).or(Frames::THAT).or(Frames::BARE).or(Frames::AFTER);
            return Some(cue);
        }
        if let Some(by) = (end..self.limit().min(end + 8)).find(|&i| view.is_word(i, "by")) {
            let source_end = self.object_end(by + 1);
            // `described by Voss | as`
            let source_end = (by + 2..source_end).find(|&i| view.is_word(i, "as")).unwrap_or(source_end);
            if source_end > by + 1 && by == end {
                cue.source = Some(TokenSpan::new(by + 1, source_end));
                cue.place = SourcePlace::Object;
                return Some(cue);
            }
        }
        // `is expected to`: nobody is named who expects; kept for those who ask for all cues.
        (cue.class == CueClass::Other).then_some(cue)
    }

    /// The subject that ends right before the helping verbs at `verb`.
    fn subject(&self, verb: usize) -> Option<(TokenSpan, SourcePlace)> {
        let view = self.view;
        if verb == self.floor() {
            return None;
        }
        let verb = self.without_time(verb);
        let last = verb - 1;
        // `Hale left the room and | said`
        if view.is(last, Classes::CONJUNCTION) {
            return None;
        }
        if view.is_word(last, "who")
            || view.is_word(last, "which") && last > self.floor() && view.is_kind(last - 1, TokenKind::Comma)
        {
            return Some((TokenSpan::new(last, last + 1), SourcePlace::Relative));
        }
        if view.is_kind(last, TokenKind::Comma) {
            return self.aside(last).map(|tokens| (tokens, SourcePlace::Subject));
        }
        if let Some(mention) = view.mention_to(verb).filter(|m| m.tokens.start as usize >= self.floor())
            && let Some(tokens) = self.whole_subject(mention.tokens)
        {
            return Some((tokens, SourcePlace::Subject));
        }
        self.clause_subject(verb).map(|tokens| (tokens, SourcePlace::Subject))
    }

    /// Where a subject ends without the time behind it: `Police | today said`, `the union | on Monday said`.
    fn without_time(&self, verb: usize) -> usize {
        let view = self.view;
        let mut end = verb;
        // `The Times`, `the New York Times` speak.
        let is_time = |at: usize| {
            let day = view.is(at, Classes::WEEKDAY.or(Classes::MONTH)) || !view.tokens[at].is_capitalised();
            view.is_kind(at, TokenKind::Word) && view.is(at, Classes::TIME) && day
        };
        while end > self.floor() + 1 && is_time(end - 1) {
            end -= 1;
        }
        if end == verb {
            return verb;
        }
        let determined = |at: usize| ["last", "this", "late", "early", "on", "in"].contains(&view.word(at));
        while end > self.floor() + 1 && determined(end - 1) {
            end -= 1;
        }
        end
    }

    /// A mention extended to the phrase it ends: `members of | the council`, `Jones and | Smith`; `None` if it is no subject.
    fn whole_subject(&self, tokens: TokenSpan) -> Option<TokenSpan> {
        let view = self.view;
        let start = tokens.start as usize;
        if start == self.floor() {
            return Some(tokens);
        }
        if view.is(start - 1, Classes::CONJUNCTION) && start >= self.floor() + 2 {
            let other =
                view.mention_to(start - 1).filter(|m| m.tokens.start as usize >= self.floor() && m.kind != MentionKind::Pronoun);
            let free = other.filter(|o| {
                o.tokens.start as usize == self.floor()
                    || !view.is(o.tokens.start as usize - 1, Classes::PREPOSITION.or(Classes::VERB))
            });
            return Some(free.map_or(tokens, |o| TokenSpan { start: o.tokens.start, end: tokens.end }));
        }
        if view.is(start - 1, Classes::PREPOSITION) && !view.is(start - 1, Classes::ADVERB.or(Classes::SUBORDINATOR)) {
            return self.clause_subject(tokens.end as usize);
        }
        Some(tokens)
    }

    /// The name before an aside that a comma closes: `Pat Jones, director of X, | said`, `Jones, who is 44, | said`.
    fn aside(&self, comma: usize) -> Option<TokenSpan> {
        let view = self.view;
        let mut commas = 0;
        for i in (self.floor().max(comma.saturating_sub(40))..comma).rev() {
            if view.quotation_at(i).is_some_and(|q| view.quotations[q].tokens.len() > 4) {
                return None;
            }
            if !view.is_kind(i, TokenKind::Comma) {
                continue;
            }
            commas += 1;
            if commas > 4 {
                return None;
            }
            let named = view.mention_to(i).filter(|m| m.tokens.start as usize >= self.floor() && m.kind != MentionKind::Pronoun);
            // `in Dover, Del., police, …`: a place before a comma is no speaker.
            if let Some(mention) = named.filter(|m| m.sort != MentionType::Place) {
                return Some(TokenSpan { end: self.apposed_end(mention, i, comma), ..mention.tokens });
            }
            if let Some(person) = named.and_then(|place| self.person_of(place)) {
                return Some(TokenSpan::new(person.tokens.start as usize, comma));
            }
        }
        None
    }

    /// Whom a place tells from others: `Mayor Ed Fox of | Selma, Ala.`
    fn person_of(&self, place: &Mention) -> Option<&Mention> {
        let of = (place.tokens.start as usize)
            .checked_sub(1)
            .filter(|&at| self.view.is_word(at, "of") || self.view.is_word(at, "from"))?;
        let person = self.view.mention_to(of).filter(|m| m.tokens.start as usize >= self.floor())?;
        (person.sort == MentionType::Person && person.kind == MentionKind::Named).then_some(person)
    }

    /// The end of a mention before a comma with what belongs to it up to the next: `her rival, Hugh Barlow |,`, `Jo Hale, 34 |,`.
    fn apposed_end(&self, mention: &Mention, comma: usize, close: usize) -> u32 {
        let view = self.view;
        let described = mention.kind == MentionKind::Nominal && mention.sort == MentionType::Person;
        let named =
            view.mention_from(comma + 1).filter(|m| described && m.kind == MentionKind::Named && m.sort == MentionType::Person);
        if let Some(name) = named.filter(|m| m.tokens.end as usize == close) {
            return name.tokens.end;
        }
        let aged = comma + 2 == close && view.is_kind(comma + 1, TokenKind::Number);
        if aged { close as u32 } else { mention.tokens.end }
    }

    /// The words between the start of the clause and its verb, if they are a noun phrase and no more.
    fn clause_subject(&self, verb: usize) -> Option<TokenSpan> {
        let view = self.view;
        let mut start = verb;
        while start > self.floor() && verb - start < 14 {
            let i = start - 1;
            let classes = view.classes(i);
            let boundary = match view.tokens[i].kind {
                TokenKind::Word => {
                    classes.any(Classes::SUBORDINATOR) && !classes.any(Classes::PREPOSITION)
                        || classes.any(Classes::CONJUNCTION) && !view.is_word(i, "and")
                        || classes.any(Classes::WH)
                        || view.is_word(i, "that")
                }
                TokenKind::Abbreviation
                | TokenKind::Initial
                | TokenKind::Number
                | TokenKind::Hyphen
                | TokenKind::Clitic
                | TokenKind::Symbol => false,
                TokenKind::Mark(_) => view.quotation_at(i).is_none_or(|q| view.quotations[q].tokens.len() > 4),
                _ => true,
            };
            if boundary {
                break;
            }
            let lower = view.tokens[i].case == Case::Lower;
            let finite =
                classes.any(Classes::FINITE) && !classes.any(Classes::VERB_NOUN.or(Classes::ROLE).or(Classes::BODY)) && lower;
            if finite || view.is_kind(i, TokenKind::Clitic) && !view.word(i).ends_with('s') {
                return None;
            }
            start = i;
        }
        // Openers: `However`, `Still`.
        while start < verb
            && view.is(start, Classes::CONJUNCTION.or(Classes::ADVERB))
            && !view.is(start, Classes::DETERMINER.or(Classes::QUANTIFIER))
        {
            start += 1;
        }
        let phrase =
            start < verb && !view.is(start, Classes::PREPOSITION.or(Classes::SUBORDINATOR)) && !view.is_word(start, "there");
        let noun = phrase && (view.tokens[start].is_word() || view.is_kind(start, TokenKind::Number));
        noun.then(|| TokenSpan::new(start, verb))
    }

    /// `said | Jones`: a noun phrase right behind the verb, in a sentence whose content stands before it.
    fn inverted(&self, after: usize, verb: usize) -> Option<TokenSpan> {
        let view = self.view;
        if after >= self.limit() {
            return None;
        }
        let content_before = verb > self.floor()
            && matches!(view.kind(verb - 1), Some(TokenKind::Comma | TokenKind::Mark(_) | TokenKind::Dash | TokenKind::Stop));
        let quotation_before = verb == self.floor() && verb > 0 && matches!(view.kind(verb - 1), Some(TokenKind::Mark(_)));
        if !content_before && !quotation_before {
            return None;
        }
        let mention = view.mention_from(after)?;
        if view.is_word(after, "it") {
            return None;
        }
        let mut end = mention.tokens.end as usize;
        if view.is_kind(end, TokenKind::Comma) && end < self.limit() {
            // `said her brother, Sean.`
            let close = view.mention_from(end + 1).map_or(end, |m| m.tokens.end as usize);
            if close >= self.limit() || matches!(view.kind(close), Some(TokenKind::Comma | TokenKind::Stop)) {
                end = self.apposed_end(mention, end, close) as usize;
            }
        }
        // `said the plan was bad` has a verb behind the phrase.
        if end < self.limit() && view.is(end, Classes::FINITE) && !view.is(end, Classes::VERB_NOUN) {
            return None;
        }
        if end + 1 < self.limit()
            && view.is_word(end, "and")
            && let Some(other) = view.mention_from(end + 1)
        {
            end = other.tokens.end as usize;
        }
        Some(TokenSpan::new(after, end))
    }

    /// The end of the noun phrase behind `according to` or `by`.
    fn object_end(&self, start: usize) -> usize {
        let view = self.view;
        let mut at = view.mention_from(start).map_or(start, |m| m.tokens.end as usize).min(self.limit());
        let from = at;
        while at < self.limit() && at - from < 16 {
            let classes = view.classes(at);
            let goes_on = match view.tokens[at].kind {
                TokenKind::Word => {
                    // `a table provided by ICE` goes on.
                    let reduced = classes.any(Classes::PAST)
                        && at + 1 < self.limit()
                        && matches!(view.word(at + 1), "by" | "from" | "in" | "on");
                    let clause = !reduced
                        && classes.any(Classes::SUBORDINATOR.or(Classes::WH).or(Classes::MODAL).or(Classes::AUXILIARY))
                        && !classes.any(Classes::PREPOSITION);
                    let verb = classes.any(Classes::FINITE) && !classes.any(Classes::VERB_NOUN) && at > start && !reduced;
                    let joins = classes.any(Classes::CONJUNCTION) && view.mention_from(at + 1).is_none();
                    !(clause || verb || joins || view.is_word(at, "that"))
                }
                TokenKind::Abbreviation
                | TokenKind::Initial
                | TokenKind::Number
                | TokenKind::Hyphen
                | TokenKind::Clitic
                | TokenKind::Symbol
                | TokenKind::Address => true,
                _ => false,
            };
            if !goes_on {
                break;
            }
            at += 1;
        }
        at
    }

    fn is_plural(&self, source: TokenSpan) -> bool {
        let view = self.view;
        let last = source.end as usize - 1;
        if view.mention_to(source.end as usize).is_some_and(|m| m.number == Some(Number::Plural)) {
            return true;
        }
        if let Some(pronoun) = view.lexicon.pronoun(view.tokens[last].word) {
            return pronoun.number != Some(Number::Singular) || pronoun.person != 3;
        }
        source.range().any(|i| view.is_word(i, "and"))
            || view.word(last).ends_with('s')
            || view.is(last, Classes::ROLE_PLURAL)
            || view.is_word(last, "people")
    }
}
