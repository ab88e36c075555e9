//! The fast engine: ordered rules over tokens.
//!
//! Cues are found with their source first ([`cue`]); then the content of each, by the first rule of [`content::RULES`] that
//! applies; then quotations that no cue claimed are given to the report that they continue ([`follow`]); transcripts and
//! interviews are read by their labels ([`label`]).

mod content;
mod cue;
mod follow;
mod label;

use super::{Input, Reported};
use crate::lexicon::Classes;
use crate::mention::Mention;
use crate::span::{Span, TokenSpan};
use crate::token::TokenKind;

/// Finds the reports of a document.
pub fn find(input: Input<'_>) -> Vec<Reported> {
    let view = View::new(input);
    let mut reports = Vec::new();
    let labelled = label::find(&view, &mut reports);
    let uses = cue::find(&view);
    let mut claimed = vec![false; input.quotations.len()];
    for report in &reports {
        claim(&view, report, &mut claimed);
    }
    content::find(&view, &uses, &mut claimed, &mut reports);
    if !labelled {
        follow::find(&view, &uses, &mut claimed, &mut reports);
    }
    order(&mut reports);
    reports
}

/// Marks the quotations that a report holds.
fn claim(view: &View<'_>, report: &Reported, claimed: &mut [bool]) {
    for part in &report.parts {
        let first = view.input.quotations.partition_point(|q| q.span.end <= part.start);
        for (i, q) in view.input.quotations.iter().enumerate().skip(first).take_while(|(_, q)| q.span.start < part.end) {
            claimed[i] |= part.overlaps(q.inner);
        }
    }
}

/// Sorts by content, keeping `follows` right.
fn order(reports: &mut Vec<Reported>) {
    let mut by_place: Vec<usize> = (0..reports.len()).collect();
    by_place.sort_by_key(|&i| (reports[i].parts[0].start, reports[i].parts[0].end));
    let mut new_place = vec![0u32; reports.len()];
    for (new, &old) in by_place.iter().enumerate() {
        new_place[old] = new as u32;
    }
    let mut sorted: Vec<Reported> = by_place.iter().map(|&i| reports[i].clone()).collect();
    for report in &mut sorted {
        report.follows = report.follows.map(|f| new_place[f as usize]);
    }
    *reports = sorted;
}

/// The input with look-ups by token.
struct View<'a> {
    input: Input<'a>,
    /// By token: 1 + the index of the quotation that holds it, marks included; 0 for none.
    quotation: Vec<u32>,
    /// By token: 1 + the index of the longest mention that starts there.
    starts: Vec<u32>,
    /// By token: 1 + the index of the longest mention that ends before it.
    ends: Vec<u32>,
    /// By token: whether it is part of a name.
    named: Vec<bool>,
}

impl<'a> View<'a> {
    fn new(input: Input<'a>) -> View<'a> {
        let n = input.tokens.len();
        let mut view = View { input, quotation: vec![0; n], starts: vec![0; n + 1], ends: vec![0; n + 1], named: vec![false; n] };
        for (i, q) in input.quotations.iter().enumerate() {
            view.quotation[q.open()..q.end()].fill(i as u32 + 1);
        }
        for (i, mention) in input.mentions.iter().enumerate() {
            if let Some(name) = mention.name {
                view.named[name.range()].fill(true);
            }
            let longer = |slot: u32| slot == 0 || input.mentions[slot as usize - 1].tokens.len() < mention.tokens.len();
            if longer(view.starts[mention.tokens.start as usize]) {
                view.starts[mention.tokens.start as usize] = i as u32 + 1;
            }
            if longer(view.ends[mention.tokens.end as usize]) {
                view.ends[mention.tokens.end as usize] = i as u32 + 1;
            }
        }
        view
    }

    fn classes(&self, at: usize) -> Classes {
        self.input.tokens[at].classes(self.input.lexicon)
    }

    fn is(&self, at: usize, classes: Classes) -> bool {
        self.classes(at).any(classes)
    }

    fn kind(&self, at: usize) -> TokenKind {
        self.input.tokens[at].kind
    }

    fn word(&self, at: usize) -> &'a str {
        self.input.tokens[at].span.of(self.input.text)
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        self.word(at).eq_ignore_ascii_case(word)
    }

    /// The quotation that holds a token, marks included.
    fn quotation_at(&self, at: usize) -> Option<usize> {
        self.quotation.get(at).and_then(|&q| q.checked_sub(1)).map(|q| q as usize)
    }

    /// The longest mention that starts with a token.
    fn mention_from(&self, at: usize) -> Option<&'a Mention> {
        self.starts.get(at).and_then(|&m| m.checked_sub(1)).map(|m| &self.input.mentions[m as usize])
    }

    /// The longest mention that ends right before a token.
    fn mention_to(&self, at: usize) -> Option<&'a Mention> {
        self.ends.get(at).and_then(|&m| m.checked_sub(1)).map(|m| &self.input.mentions[m as usize])
    }

    /// The tokens of the sentence that holds a token.
    fn sentence(&self, at: usize) -> TokenSpan {
        self.input.layout.sentences[self.input.layout.sentence_of(at)].tokens
    }

    /// The tokens of the paragraph that holds a token.
    fn paragraph(&self, at: usize) -> TokenSpan {
        self.input.layout.paragraphs[self.input.layout.paragraph_of(at)].tokens
    }

    /// The bytes of some tokens; without quotation marks, stops and commas at the ends if it is content.
    fn span(&self, tokens: TokenSpan) -> Span {
        crate::mention::span_of(self.input.tokens, tokens)
    }

    /// The content `start..end` as bytes: no white space, comma or full stop at its ends, no mark that has no partner inside.
    fn content(&self, mut start: usize, mut end: usize) -> Option<Span> {
        while start < end && matches!(self.kind(start), TokenKind::Comma | TokenKind::Dash | TokenKind::Colon | TokenKind::Semicolon | TokenKind::Stop | TokenKind::Close) {
            start += 1;
        }
        loop {
            if start >= end {
                return None;
            }
            match self.kind(end - 1) {
                TokenKind::Comma | TokenKind::Dash | TokenKind::Semicolon | TokenKind::Colon | TokenKind::Open => end -= 1,
                TokenKind::Stop if !self.word(end - 1).starts_with(['?', '!']) => end -= 1,
                _ => break,
            }
        }
        // A quotation that is all of the content loses its marks.
        if let Some(q) = self.quotation_at(start) {
            let quotation = &self.input.quotations[q];
            if quotation.open() == start && quotation.end() >= end {
                return Some(quotation.inner);
            }
        }
        let words = (start..end).any(|i| self.input.tokens[i].is_word() || self.kind(i) == TokenKind::Number);
        words.then(|| self.span(TokenSpan::new(start, end)))
    }

    /// Whether a verb that can carry a clause stands among the tokens.
    fn has_finite(&self, start: usize, end: usize) -> bool {
        (start..end).any(|i| self.is(i, Classes::FINITE) || self.kind(i) == TokenKind::Clitic && !self.word(i).ends_with('s') || self.is(i, Classes::BASE) && i > start && !self.is_word(i - 1, "to"))
    }
}
