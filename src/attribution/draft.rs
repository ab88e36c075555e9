//! The reports of a document while they are being found.

use super::Reported;
use super::view::View;
use crate::span::{Span, TokenSpan};

/// The reports found so far.
pub(super) struct Draft {
    /// In the order they were found.
    pub reports: Vec<Reported>,
    /// By quotation: whether a report holds it.
    pub claimed: Vec<bool>,
    /// How many of the first reports are turns of a transcript, in text order.
    turns: usize,
}

impl Draft {
    /// No reports.
    pub fn new(view: &View<'_>) -> Draft {
        Draft { reports: Vec::new(), claimed: vec![false; view.quotations.len()], turns: 0 }
    }

    /// Adds a report; the quotations that it holds are claimed.
    pub fn add(&mut self, view: &View<'_>, report: Reported) {
        for part in &report.parts {
            let first = view.quotations.partition_point(|q| q.span.end <= part.start);
            for (i, q) in view.quotations.iter().enumerate().skip(first).take_while(|(_, q)| q.span.start < part.end) {
                self.claimed[i] |= part.overlaps(q.inner);
            }
        }
        self.reports.push(report);
    }

    /// Adds a turn of a transcript; turns come first and in text order.
    pub fn add_turn(&mut self, view: &View<'_>, report: Reported) {
        self.add(view, report);
        self.turns = self.reports.len();
    }

    /// Whether the document is a transcript.
    pub fn has_turns(&self) -> bool {
        self.turns > 0
    }

    /// Whether a turn of a transcript holds a span: what a turn reports is part of the turn.
    pub fn holds(&self, span: Span) -> bool {
        let turns = &self.reports[..self.turns];
        let before = turns.partition_point(|r| r.parts[0].start <= span.start);
        before > 0 && turns[before - 1].parts[0].contains(span)
    }

    /// The tokens that belong to reports.
    pub fn taken(&self, view: &View<'_>) -> Taken {
        let mut edges = vec![0i32; view.tokens.len() + 1];
        for report in &self.reports {
            for span in report.parts.iter().copied().chain(report.cue.map(|c| c.span)) {
                let tokens = view.tokens_in(span);
                edges[tokens.start as usize] += 1;
                edges[tokens.end as usize] -= 1;
            }
        }
        let (mut depth, mut count) = (0, 0);
        let mut before = vec![0];
        for edge in &edges[..view.tokens.len()] {
            depth += edge;
            count += u32::from(depth > 0);
            before.push(count);
        }
        Taken { before }
    }

    /// The reports in the order of their content.
    pub fn finish(self) -> Vec<Reported> {
        let mut by_place: Vec<usize> = (0..self.reports.len()).collect();
        by_place.sort_by_key(|&i| (self.reports[i].parts[0].start, self.reports[i].parts[0].end));
        let mut new_place = vec![0u32; self.reports.len()];
        for (new, &old) in by_place.iter().enumerate() {
            new_place[old] = new as u32;
        }
        let mut sorted: Vec<Reported> = by_place.iter().map(|&i| self.reports[i].clone()).collect();
        for report in &mut sorted {
            report.follows = report.follows.map(|f| new_place[f as usize]);
        }
        sorted
    }
}

/// Which tokens belong to reports: their content and their cues.
pub(super) struct Taken {
    /// How many do before each token.
    before: Vec<u32>,
}

impl Taken {
    /// How many of some tokens are taken.
    pub fn count(&self, tokens: TokenSpan) -> u32 {
        self.before[tokens.end as usize] - self.before[tokens.start as usize]
    }

    /// Whether a token is taken.
    pub fn holds(&self, token: usize) -> bool {
        self.before[token + 1] > self.before[token]
    }
}
