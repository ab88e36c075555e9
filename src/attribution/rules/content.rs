//! What a cue reports: the content before it, behind it, or on both sides.

use super::cue::{CueUse, SourcePlace};
use crate::attribution::draft::Draft;
use crate::attribution::view::View;
use crate::attribution::{Cue, Reported, kind_of};
use crate::lexicon::{Classes, CueClass, CueSort, Frames};
use crate::quotation::Quotation;
use crate::span::{Span, TokenSpan};
use crate::token::TokenKind;

/// A rule: what the cue reports, if the rule applies.
type Rule = fn(&Reader<'_, '_>) -> Option<Vec<Span>>;

/// The rules in the order in which they are asked: name, function, how often it was right on news (what is reported, and the source).
const RULES: [(&str, Rule, f32); 12] = [
    ("quotation-before-cue", quotation_before, 0.92),
    ("quotation-behind-cue", quotation_behind, 0.9),
    ("quotation-in-clause", quotation_within, 0.7),
    ("clause-before-cue", clause_before, 0.8),
    ("that-clause", that_clause, 0.8),
    ("question-clause", question_clause, 0.7),
    ("clause-behind-colon", clause_behind_colon, 0.7),
    ("bare-clause", bare_clause, 0.7),
    ("infinitive", infinitive, 0.6),
    ("described-as", described_as, 0.5),
    ("noun-phrase", noun_phrase, 0.5),
    ("passive", passive, 0.4),
];

/// Finds the content of each cue in use and records the reports of rules that are right at least so often.
pub(super) fn find(view: &View<'_>, uses: &[CueUse], least: f32, draft: &mut Draft) {
    for (index, cue) in uses.iter().enumerate() {
        let reader = Reader { view, uses, index, cue, claimed: &draft.claimed };
        let found = RULES.iter().find_map(|&(name, rule, confidence)| rule(&reader).map(|parts| (name, parts, confidence)));
        let Some((rule, parts, confidence)) = found.filter(|&(.., confidence)| confidence >= least) else { continue };
        let kind = kind_of(view.text, &parts, view.quotations);
        // `praised the plan` reports no statement, `announced a plan` and `accused him of lying` do.
        let called_for = cue.tokens.len() > 1 && view.is_word(cue.tokens.end as usize - 1, "for");
        let states = rule != "noun-phrase" || called_for || cue.frames.any(Frames::THAT.or(Frames::OF));
        let report = Reported {
            cue: Some(Cue { span: view.span(cue.tokens), class: if states { cue.class } else { CueClass::Other } }),
            source: cue.source.map(|s| view.span(s)),
            kind,
            parts,
            follows: None,
            rule,
            confidence,
            source_confidence: 0.9,
        };
        draft.add(view, report);
    }
}

struct Reader<'a, 'b> {
    view: &'b View<'a>,
    uses: &'b [CueUse],
    index: usize,
    cue: &'b CueUse,
    claimed: &'b [bool],
}

/// What opens the content behind a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    That,
    Quotation(usize),
    Colon,
    Question,
    Infinitive,
    Preposition,
    Bare,
}

impl Reader<'_, '_> {
    fn sentence(&self) -> TokenSpan {
        self.view.sentence(self.cue.tokens.start as usize)
    }

    /// The quotation, not yet claimed, that a token opens.
    fn opened_at(&self, at: usize) -> Option<usize> {
        let q = self.view.quotation_at(at)?;
        (self.view.quotations[q].open() == at && !self.claimed[q]).then_some(q)
    }

    /// The quotation that opens the content behind the cue, and whether a colon stands before it.
    fn quotation_behind(&self) -> Option<(&Quotation, bool)> {
        if self.cue.place == SourcePlace::Object || self.cue.negated && !self.cue.frames.any(Frames::QUOTE) {
            return None;
        }
        let (opening, at) = self.opening()?;
        let q = match opening {
            Opening::Quotation(q) => q,
            // `He said:` and the quotation in the next paragraph
            Opening::Colon => self.opened_at(at)?,
            _ => return None,
        };
        Some((&self.view.quotations[q], opening == Opening::Colon))
    }

    /// Where the cue's group (source, helping verbs, cue) starts and ends.
    fn edges(&self) -> (usize, usize) {
        let end = match self.cue.place {
            SourcePlace::Inverted | SourcePlace::Object => self.cue.group.end.max(self.cue.source.map_or(0, |s| s.end)),
            _ => self.cue.tokens.end,
        };
        (self.cue.group.start as usize, end as usize)
    }

    /// The other cues of the sentence that stand behind this one.
    fn later(&self) -> impl Iterator<Item = &CueUse> {
        let sentence = self.sentence();
        self.uses[self.index + 1..].iter().take_while(move |u| sentence.contains(u.tokens))
    }

    /// Where the clause that ends at `end` starts: at its sentence, behind a conjunction, or behind another report.
    fn clause_start(&self, end: usize) -> usize {
        let view = self.view;
        let sentence = view.sentence(end.saturating_sub(1));
        let mut start = sentence.start as usize;
        if start < end && view.is(start, Classes::CONJUNCTION) && view.is_kind(start, TokenKind::Word) {
            start += 1;
        }
        start = view.behind_dateline(start, end);
        let earlier = self.uses[..self.index].iter().rev().take_while(|u| sentence.contains(u.tokens));
        for used in earlier {
            // `She said yes, but taxes are low, Jones said`: behind the comma that ends the other report.
            let behind = used.tokens.end as usize;
            if let Some(comma) =
                (behind..end).rev().find(|&i| matches!(view.kind(i), Some(TokenKind::Comma | TokenKind::Semicolon)))
                && comma + 2 < end
            {
                return comma + 1 + usize::from(view.is(comma + 1, Classes::CONJUNCTION));
            }
        }
        start
    }

    /// The content on the far side of the cue, behind content that stood before it: `…, she said, “…”`.
    fn resumed(&self, quoted: bool) -> Option<Span> {
        let view = self.view;
        let (_, from) = self.edges();
        let limit = self.sentence().end as usize;
        let next_cue = self.later().map(|u| u.group.start.min(u.tokens.start) as usize).find(|&s| s >= from).unwrap_or(limit);
        let mut at = from;
        while at < limit.min(from + 30) {
            if let Some(q) = self.opened_at(at) {
                return (at < next_cue).then(|| view.quotations[q].inner);
            }
            if view.is_kind(at, TokenKind::Comma) && at < next_cue && !quoted {
                let next = at + 1;
                let goes_on = next < limit
                    && !view.is(next, Classes::WH.or(Classes::PARTICIPLE_ING))
                    && !(view.is(next, Classes::CONJUNCTION) && next_cue <= next + 3)
                    && next_cue > next
                    && self.aside_end(at, limit).is_none();
                if goes_on && limit > next + 2 {
                    return view.content(next, next_cue.min(limit));
                }
            }
            if view.is_kind(at, TokenKind::Semicolon) {
                return None;
            }
            at += 1;
        }
        None
    }

    /// The comma that closes an apposition opened by the comma at `comma`: `, a spokesman,`.
    fn aside_end(&self, comma: usize, limit: usize) -> Option<usize> {
        let view = self.view;
        let opens = view.is(comma + 1, Classes::DETERMINER.or(Classes::ROLE)) || view.is_kind(comma + 1, TokenKind::Number);
        if !opens || self.cue.place != SourcePlace::Inverted {
            return None;
        }
        (comma + 1..limit).find(|&i| view.is_kind(i, TokenKind::Comma)).or(Some(limit))
    }

    /// Whether nothing but an adverb or a time stands between the cue and the end of its sentence.
    fn ends_sentence(&self) -> bool {
        let (_, from) = self.edges();
        let limit = self.sentence().end as usize;
        (from..limit).all(|i| {
            matches!(self.view.kind(i), Some(TokenKind::Stop | TokenKind::Number))
                || self.view.is(i, Classes::TIME.or(Classes::ADVERB).or(Classes::PREPOSITION))
        })
    }

    /// What opens the content behind the cue, and where.
    fn opening(&self) -> Option<(Opening, usize)> {
        let view = self.view;
        let frames = self.cue.frames;
        let limit = self.sentence().end as usize;
        let mut at = self.cue.tokens.end as usize;
        let mut object = false;
        while at < limit {
            let classes = view.classes(at);
            match view.tokens[at].kind {
                TokenKind::Mark(_) => {
                    if let Some(q) = self.opened_at(at) {
                        return Some((Opening::Quotation(q), at));
                    }
                    return Some((Opening::Bare, at));
                }
                TokenKind::Colon => return Some((Opening::Colon, at + 1)),
                TokenKind::Comma => {
                    if let Some(q) = (at + 1 < limit).then(|| self.opened_at(at + 1)).flatten() {
                        return Some((Opening::Quotation(q), at + 1));
                    }
                    // `said, for example, that`
                    let close = (at + 1..limit.min(at + 20)).find(|&i| view.is_kind(i, TokenKind::Comma))?;
                    if close + 1 < limit && (view.is_word(close + 1, "that") || self.opened_at(close + 1).is_some()) {
                        at = close + 1;
                        continue;
                    }
                    return None;
                }
                TokenKind::Word
                | TokenKind::Number
                | TokenKind::Abbreviation
                | TokenKind::Initial
                | TokenKind::Symbol
                | TokenKind::Address => {}
                _ => return None,
            }
            if view.is_word(at, "that") && frames.any(Frames::THAT) {
                return Some(if view.opens_clause(at, limit) { (Opening::That, at + 1) } else { (Opening::Bare, at) });
            }
            if (classes.any(Classes::WH) || view.is_word(at, "if") || view.is_word(at, "whether")) && frames.any(Frames::WH) {
                return Some((Opening::Question, at));
            }
            if view.is_word(at, "to")
                && frames.any(Frames::INFINITIVE)
                && at + 1 < limit
                && (view.is(at + 1, Classes::BASE.or(Classes::AUXILIARY))
                    || !view.is(at + 1, Classes::DETERMINER.or(Classes::PRONOUN)))
            {
                return Some((Opening::Infinitive, at));
            }
            let preposition = Frames::preposition(&view.word(at).to_ascii_lowercase());
            if preposition.is_some_and(|p| frames.any(p)) {
                return Some((Opening::Preposition, at));
            }
            let this_week = classes.any(Classes::DETERMINER) && at + 1 < limit && view.is(at + 1, Classes::TIME);
            let time = this_week
                || classes.any(Classes::TIME)
                || view.is_kind(at, TokenKind::Number) && at > 0 && view.is(at - 1, Classes::TIME);
            if time
                || classes.any(Classes::ADVERB)
                    && !classes.any(Classes::DETERMINER.or(Classes::PRONOUN).or(Classes::QUANTIFIER).or(Classes::PREPOSITION))
            {
                at += 1;
                continue;
            }
            if classes.any(Classes::PREPOSITION) && !classes.any(Classes::SUBORDINATOR) {
                let end = self.phrase_end(at + 1, limit);
                if end > at + 1 && end < limit {
                    at = end;
                    continue;
                }
                return None;
            }
            if frames.any(Frames::OBJECT)
                && !object
                && let Some(end) = self.listener_end(at, limit)
            {
                object = true;
                at = end;
                continue;
            }
            return Some((Opening::Bare, at));
        }
        None
    }

    /// The end of the noun phrase behind a preposition: `in | a statement`, `on | Tuesday night`.
    fn phrase_end(&self, start: usize, limit: usize) -> usize {
        let view = self.view;
        if let Some(mention) = view.mention_from(start).filter(|m| m.kind == crate::mention::MentionKind::Named) {
            return (mention.tokens.end as usize).min(limit);
        }
        let mut at = start;
        while at < limit && at - start < 10 {
            let classes = view.classes(at);
            let goes_on = match view.tokens[at].kind {
                TokenKind::Word => {
                    let opens = classes.any(Classes::DETERMINER.or(Classes::POSSESSIVE));
                    let closed = Classes::SUBORDINATOR
                        .or(Classes::WH)
                        .or(Classes::MODAL)
                        .or(Classes::AUXILIARY)
                        .or(Classes::CONJUNCTION)
                        .or(Classes::PRONOUN);
                    if opens { at == start } else { !(classes.any(closed.or(Classes::PREPOSITION)) || view.is_word(at, "that")) }
                }
                TokenKind::Number | TokenKind::Hyphen | TokenKind::Abbreviation | TokenKind::Initial | TokenKind::Symbol => true,
                TokenKind::Clitic => view.word(at).ends_with('s'),
                _ => false,
            };
            if !goes_on {
                break;
            }
            at += 1;
        }
        at
    }

    /// The end of the listener behind `told`, `assured`: a pronoun, a name, a short noun phrase.
    fn listener_end(&self, at: usize, limit: usize) -> Option<usize> {
        let view = self.view;
        if let Some(mention) = view.mention_from(at) {
            let end = mention.tokens.end as usize;
            // `accused the mayor | of lying`: that is no part of the mayor.
            let of = (at + 1..end.min(limit)).rev().find(|&i| view.is_word(i, "of") && self.cue.frames.any(Frames::OF));
            let accused = of.filter(|&i| end + 1 >= limit || view.is(i + 1, Classes::PARTICIPLE_ING));
            return Some(accused.unwrap_or(end).min(limit)).filter(|&e| e < limit);
        }
        if view.is(at, Classes::PRONOUN) && view.lexicon.pronoun(view.tokens[at].word).is_some_and(|p| p.object) {
            return Some(at + 1);
        }
        let end = self.phrase_end(at, limit);
        (end > at && end < limit && end - at <= 6).then_some(end)
    }

    /// The comma that ends a relative clause: `Hale, who said the pump was new |, left`.
    fn relative_end(&self, start: usize, limit: usize) -> Option<usize> {
        let view = self.view;
        let who = self.cue.source.filter(|_| self.cue.place == SourcePlace::Relative)?.start as usize;
        if who == 0 || !view.is_kind(who - 1, TokenKind::Comma) {
            return None;
        }
        let verb = Classes::FINITE.or(Classes::PAST).or(Classes::AUXILIARY).or(Classes::MODAL);
        (start + 1..limit.saturating_sub(1))
            .find(|&i| view.is_kind(i, TokenKind::Comma) && view.is(i + 1, verb) && view.quotation_at(i).is_none())
    }

    /// Where content that starts at `start` behind the cue ends.
    fn end_behind(&self, start: usize) -> usize {
        let view = self.view;
        let mut end = self.sentence().end as usize;
        if let Some(comma) = self.relative_end(start, end) {
            end = comma;
        }
        for used in self.later() {
            let group = used.group.start.min(used.tokens.start) as usize;
            if group <= start + 1 || group >= end {
                continue;
            }
            let before = group - 1;
            let cut = match view.tokens[before].kind {
                TokenKind::Comma | TokenKind::Semicolon | TokenKind::Dash => Some(before),
                TokenKind::Word if view.is(before, Classes::CONJUNCTION) => {
                    let comma = before > start && view.is_kind(before - 1, TokenKind::Comma);
                    let own = matches!(used.place, SourcePlace::Subject) && used.class == CueClass::Speech && comma;
                    let shared = used.place == SourcePlace::Shared;
                    (own || shared).then_some(before)
                }
                TokenKind::Word if view.is_word(before, "while") || view.is_word(before, "as") => Some(before),
                _ => None,
            };
            if let Some(cut) = cut.filter(|&c| c > start + 1) {
                let own_clause = matches!(
                    used.place,
                    SourcePlace::Subject | SourcePlace::Shared | SourcePlace::Object | SourcePlace::Inverted
                );
                if own_clause && used.class == CueClass::Speech {
                    end = end.min(cut);
                }
            }
        }
        // A quotation inside goes to its end, over the sentences it holds.
        if let Some(q) = (end > start).then(|| view.quotation_at(end - 1)).flatten() {
            let quotation = &view.quotations[q];
            if quotation.open() >= start && quotation.end() > end {
                end = quotation.end();
            }
        }
        end
    }
}

/// `“…,” she said`, `“…,” said Jones, “…”`
fn quotation_before(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let view = reader.view;
    if reader.cue.sort != CueSort::Phrase && !reader.cue.frames.any(Frames::QUOTE.or(Frames::AFTER)) || reader.cue.ing {
        return None;
    }
    let (group, _) = reader.edges();
    let mut last = group.checked_sub(1)?;
    if view.is_kind(last, TokenKind::Comma) || view.is_kind(last, TokenKind::Dash) {
        last = last.checked_sub(1)?;
    }
    let q = view.quotation_at(last).filter(|&q| !reader.claimed[q])?;
    let quotation = &view.quotations[q];
    if quotation.end() != last + 1 || !quotation.closed || quotation.paragraph as usize != view.layout.paragraph_of(group) {
        return None;
    }
    // `“We won.” Jones said that …` starts a sentence of its own; `“We won.” Jones said.` does not.
    let full_stop = view.is_kind(last - 1, TokenKind::Stop) && view.word(last - 1) == ".";
    if full_stop && last + 1 == group && !reader.ends_sentence() {
        return None;
    }
    let comma_inside =
        matches!(view.kind(quotation.tokens.end as usize - 1), Some(TokenKind::Comma | TokenKind::Stop | TokenKind::Dash));
    if !comma_inside && last + 1 == group && quotation.tokens.len() < 4 {
        return None;
    }
    let start = reader.clause_start(quotation.open() + 1);
    let mut parts = Vec::new();
    if start >= quotation.open() || view.content(start, quotation.open()).is_none() {
        parts.push(quotation.inner);
    } else {
        // `The plan is “a step back,” she said`
        parts.push(view.content(start, quotation.end())?);
    }
    parts.extend(reader.resumed(true));
    Some(parts)
}

/// `She said, “…”`, `Jones said in a statement: “…”`
fn quotation_behind(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let view = reader.view;
    let (quotation, is_announced) = reader.quotation_behind()?;
    let end = quotation.end();
    let sentence_end = view.sentence(end - 1).end as usize;
    let next_cue = reader.uses[reader.index + 1..].iter().find(|u| u.tokens.start as usize >= end);
    let cue_follows = next_cue.is_some_and(|u| (u.tokens.start as usize) < sentence_end);
    let full =
        matches!(view.kind(quotation.tokens.end as usize - 1), Some(TokenKind::Stop | TokenKind::Comma)) || end >= sentence_end;
    let alone = is_announced || cue_follows || full || view.content(end, sentence_end).is_none();
    alone.then(|| vec![quotation.inner])
}

/// `said “no plan” would pass`
fn quotation_within(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let (quotation, _) = reader.quotation_behind()?;
    Some(vec![reader.view.content(quotation.open(), reader.end_behind(quotation.open()))?])
}

/// `Taxes are low, she said`, `Taxes, she said, are low`
fn clause_before(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let view = reader.view;
    let clausal = reader.cue.frames.any(Frames::AFTER) && reader.cue.frames.any(Frames::THAT.or(Frames::BARE));
    let beside = matches!(reader.cue.place, SourcePlace::Subject | SourcePlace::Inverted);
    if !(clausal && beside) && reader.cue.sort != CueSort::Phrase || reader.cue.ing || reader.cue.negated {
        return None;
    }
    let (group, _) = reader.edges();
    let floor = view.behind_dateline(reader.sentence().start as usize, group + 1);
    let phrase = reader.cue.sort == CueSort::Phrase;
    if group <= floor + 1 {
        if !phrase {
            return None;
        }
        // `According to police, the man fled`, `According to Voss, who led the trial, it failed`
        let end = reader.sentence().end as usize;
        let comma_from = |from: usize| (from..end).find(|&i| view.is_kind(i, TokenKind::Comma));
        let comma = comma_from(reader.edges().1)?;
        let comma = if view.is(comma + 1, Classes::WH) { comma_from(comma + 1)? } else { comma };
        return Some(vec![view.content(comma + 1, reader.end_behind(comma + 1))?]);
    }
    let mut last = group - 1;
    // `The pump, as Voss said, failed twice`
    let as_said = last > floor + 1 && view.is_word(last, "as") && view.is_kind(last - 1, TokenKind::Comma);
    if as_said {
        last -= 1;
    }
    let separated = matches!(view.kind(last), Some(TokenKind::Comma | TokenKind::Dash));
    if !separated && !phrase {
        return None;
    }
    let start = reader.clause_start(last);
    // `According to the study, the plan would add trucks`: what stands before is a source.
    let mut earlier = reader.uses[..reader.index].iter().rev().take_while(|u| u.tokens.start as usize >= start);
    let is_source = earlier.any(|u| u.sort == CueSort::Phrase && u.tokens.start as usize == start);
    if start >= last || is_source && !phrase {
        return None;
    }
    let before = view.content(start, last + usize::from(!separated))?;
    let after = reader.resumed(false);
    // `On Monday, she said …`, `Still, he said …`: an adverbial is no content.
    let opener = Classes::PREPOSITION
        .or(Classes::SUBORDINATOR)
        .or(Classes::ADVERB)
        .or(Classes::OPENER)
        .or(Classes::PARTICIPLE_ING)
        .or(Classes::PAST)
        .or(Classes::TIME);
    // `The pump, she said, failed`: the verb stands behind the cue.
    let clause = view.has_finite(start, last) || after.is_some() && !view.is(start, opener);
    let adverbial = view.is(start, opener) || last - start < 3;
    if !clause && (!phrase || last - start < 3) {
        return None;
    }
    if adverbial
        && !phrase
        && matches!(reader.opening(), Some((Opening::That | Opening::Bare | Opening::Quotation(_) | Opening::Question, _)))
    {
        return None;
    }
    Some([Some(before), after].into_iter().flatten().collect())
}

/// `She said that taxes are low`
fn that_clause(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let (_, start) = reader.opening().filter(|(o, _)| *o == Opening::That)?;
    Some(vec![reader.view.content(start, reader.end_behind(start))?])
}

/// `She explained why taxes are low`; not `she did not say why`.
fn question_clause(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    if reader.cue.negated {
        return None;
    }
    let (_, start) = reader.opening().filter(|(o, _)| *o == Opening::Question)?;
    Some(vec![reader.view.content(start, reader.end_behind(start))?])
}

/// `She had one answer: taxes are low`
fn clause_behind_colon(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    if !reader.cue.frames.any(Frames::QUOTE) {
        return None;
    }
    let view = reader.view;
    let behind = reader.cue.tokens.end as usize;
    // `put it this way: …`
    let near = || {
        let colon = (behind..reader.sentence().end as usize).take(4).find(|&i| !view.is_kind(i, TokenKind::Word))?;
        view.is_kind(colon, TokenKind::Colon).then_some(colon + 1)
    };
    let start = match reader.opening() {
        Some((Opening::Colon, start)) => start,
        _ => near()?,
    };
    Some(vec![view.content(start, reader.end_behind(start))?])
}

/// `She said taxes are low`
fn bare_clause(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    if !reader.cue.frames.any(Frames::BARE) {
        return None;
    }
    let (_, start) = reader.opening().filter(|(o, _)| *o == Opening::Bare)?;
    let end = reader.end_behind(start);
    let view = reader.view;
    // `wrote to Davis this week asking him`: another report.
    let other = start > reader.cue.tokens.end as usize && view.is(start, Classes::CUE) && view.is(start, Classes::PARTICIPLE_ING)
        // `known as the “pump tax”`
        || view.is_word(start, "as") && reader.cue.passive;
    if other || !view.has_finite(start + 1, end) {
        return None;
    }
    Some(vec![view.content(start, end)?])
}

/// `She promised to cut taxes`, `She urged voters to wait`
fn infinitive(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let (_, start) = reader.opening().filter(|(o, _)| *o == Opening::Infinitive)?;
    Some(vec![reader.view.content(start, reader.end_behind(start))?])
}

/// `She criticized the tax`, `She accused the mayor of lying`
fn noun_phrase(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let view = reader.view;
    let (opening, start) = reader.opening()?;
    let fits = match opening {
        Opening::Preposition => true,
        // `speaks for the families`: the preposition is none of those that open content.
        Opening::Bare if view.is(start, Classes::PREPOSITION) => false,
        Opening::Bare | Opening::Infinitive => reader.cue.frames.any(Frames::NOUN.or(Frames::OF).or(Frames::AS)),
        _ => false,
    };
    if !fits || reader.cue.sort == CueSort::Noun && opening != Opening::Preposition {
        return None;
    }
    let start = if opening == Opening::Preposition { start + 1 } else { start };
    let content = view.content(start, reader.end_behind(start))?;
    Some(vec![content])
}

/// `The pump was described by Voss as “a waste”`: what is described, and as what.
fn described_as(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    let view = reader.view;
    let (_, end) = reader.edges();
    if !reader.cue.passive || reader.cue.place != SourcePlace::Object || !view.is_word(end, "as") {
        return None;
    }
    let start = reader.cue.group.start as usize;
    let subject = view.content(reader.clause_start(start), start)?;
    Some(vec![subject, view.content(end, reader.end_behind(end))?])
}

/// `The mayor is expected to win`
fn passive(reader: &Reader<'_, '_>) -> Option<Vec<Span>> {
    if !reader.cue.passive || reader.cue.source.is_some() {
        return None;
    }
    let view = reader.view;
    let (_, start) = reader.opening().filter(|(o, _)| matches!(o, Opening::Infinitive | Opening::That))?;
    let subject_start = reader.clause_start(reader.cue.group.start as usize);
    let subject = view.content(subject_start, reader.cue.group.start as usize)?;
    Some(vec![subject, view.content(start, reader.end_behind(start))?])
}
