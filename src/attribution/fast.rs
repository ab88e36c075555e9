//! The fast engine: ordered rules over tokens.
//!
//! Cues are found with their source first ([`cue`]); then the content of each, by the first rule of [`content::RULES`] that
//! applies; then quotations that no cue claimed are given to the report that they continue ([`follow`]); transcripts and
//! interviews are read by their labels ([`label`]), signed quotations by their signature ([`signature`]).

mod content;
mod cue;
mod follow;
mod label;
mod signature;

use super::{Input, Reported};
use crate::lexicon::Classes;
use crate::mention::Mention;
use crate::quotation::Quotation;
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use crate::token::TokenKind;
use std::ops::Deref;

/// Finds the reports of a document.
pub fn find(input: Input<'_>) -> Vec<Reported> {
    let view = View::new(input);
    let mut reports = Vec::new();
    let labelled = label::find(&view, &mut reports);
    let mut uses = cue::find(&view);
    // What a labelled turn reports is part of the turn.
    uses.retain(|u| {
        let cue = view.span(u.tokens);
        let before = reports.partition_point(|r: &Reported| r.parts[0].start <= cue.start);
        before == 0 || !reports[before - 1].parts[0].contains(cue)
    });
    let mut claimed = vec![false; input.quotations.len()];
    for report in &reports {
        claim(&view, report, &mut claimed);
    }
    signature::find(&view, &mut claimed, &mut reports);
    content::find(&view, &uses, &mut claimed, &mut reports);
    if !labelled {
        follow::find(&view, &mut claimed, &mut reports);
    }
    order(&mut reports);
    reports
}

/// Marks the quotations that a report holds.
fn claim(view: &View<'_>, report: &Reported, claimed: &mut [bool]) {
    for part in &report.parts {
        let first = view.quotations.partition_point(|q| q.span.end <= part.start);
        for (i, q) in view.quotations.iter().enumerate().skip(first).take_while(|(_, q)| q.span.start < part.end) {
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
    reading: Reading<'a>,
    quotations: &'a [Quotation],
    mentions: &'a [Mention],
    /// By token: 1 + the index of the quotation that holds it, marks included; 0 for none.
    quotation: Vec<u32>,
    /// By token: 1 + the index of the longest mention that starts there.
    starts: Vec<u32>,
    /// By token: 1 + the index of the longest mention that ends before it.
    ends: Vec<u32>,
    /// By token: whether it is part of a name.
    named: Vec<bool>,
}

impl<'a> Deref for View<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        &self.reading
    }
}

impl<'a> View<'a> {
    fn new(input: Input<'a>) -> View<'a> {
        let n = input.reading.tokens.len();
        let (mut quotation, mut starts, mut ends, mut named) = (vec![0; n], vec![0; n + 1], vec![0; n + 1], vec![false; n]);
        for (i, q) in input.quotations.iter().enumerate() {
            quotation[q.open()..q.end()].fill(i as u32 + 1);
        }
        for (i, mention) in input.mentions.iter().enumerate() {
            if let Some(name) = mention.name {
                named[name.range()].fill(true);
            }
            let longer = |slot: u32| slot == 0 || input.mentions[slot as usize - 1].tokens.len() < mention.tokens.len();
            for slot in [&mut starts[mention.tokens.start as usize], &mut ends[mention.tokens.end as usize]] {
                if longer(*slot) {
                    *slot = i as u32 + 1;
                }
            }
        }
        View { reading: input.reading, quotations: input.quotations, mentions: input.mentions, quotation, starts, ends, named }
    }

    /// The quotation that holds a token, marks included.
    fn quotation_at(&self, at: usize) -> Option<usize> {
        self.quotation.get(at).and_then(|&q| q.checked_sub(1)).map(|q| q as usize)
    }

    /// The longest mention that starts with a token.
    fn mention_from(&self, at: usize) -> Option<&'a Mention> {
        self.starts.get(at).and_then(|&m| m.checked_sub(1)).map(|m| &self.mentions[m as usize])
    }

    /// The longest mention that ends right before a token.
    fn mention_to(&self, at: usize) -> Option<&'a Mention> {
        self.ends.get(at).and_then(|&m| m.checked_sub(1)).map(|m| &self.mentions[m as usize])
    }

    /// The content `start..end` as bytes: no white space, comma or full stop at its ends, no mark that has no partner inside.
    fn content(&self, mut start: usize, mut end: usize) -> Option<Span> {
        while start < end
            && matches!(
                self.tokens[start].kind,
                TokenKind::Comma | TokenKind::Dash | TokenKind::Colon | TokenKind::Semicolon | TokenKind::Stop | TokenKind::Close
            )
        {
            start += 1;
        }
        loop {
            if start >= end {
                return None;
            }
            match self.tokens[end - 1].kind {
                TokenKind::Comma | TokenKind::Dash | TokenKind::Semicolon | TokenKind::Colon | TokenKind::Open => end -= 1,
                TokenKind::Stop if !self.word(end - 1).starts_with(['?', '!']) => end -= 1,
                _ => break,
            }
        }
        // A quotation that is all of the content loses its marks.
        if let Some(q) = self.quotation_at(start) {
            let quotation = &self.quotations[q];
            if quotation.open() == start && quotation.end() >= end {
                return Some(quotation.inner);
            }
        }
        let words = (start..end).any(|i| self.tokens[i].is_word() || self.is_kind(i, TokenKind::Number));
        words.then(|| self.span(TokenSpan::new(start, end)))
    }

    /// Whether a verb that can carry a clause stands among the tokens.
    fn has_finite(&self, start: usize, end: usize) -> bool {
        (start..end).any(|i| {
            self.is(i, Classes::FINITE)
                || self.is_kind(i, TokenKind::Clitic) && !self.word(i).ends_with('s')
                || self.is(i, Classes::BASE) && i > start && !self.is_word(i - 1, "to")
        })
    }
}
