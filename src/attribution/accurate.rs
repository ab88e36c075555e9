//! The accurate engine: a small encoder reads each paragraph, finds the cues, and for each cue its source and its content.
//!
//! What the encoder reads is laid out in [`window`]; its scores become labels in [`decode`]. Here labels become reports: pieces become tokens,
//! runs become parts without their outer marks, scores become a confidence.

mod decode;
mod window;

use super::draft::Draft;
use super::view::View;
use super::{Cue, Input, Reported, kind_of};
use crate::encoder::{Encoder, Piece, Scores};
use crate::lexicon::CueClass;
use crate::span::{Span, TokenSpan};
use decode::{CONTENT, Found, SOURCE};
pub use window::Window;

/// How many pieces are read at once: enough to keep weights in the cache, few enough to keep states there.
const BATCH: usize = 1024;

/// The windows in which the encoder reads a document.
pub fn windows(encoder: &Encoder, input: Input<'_>) -> Vec<Window> {
    window::cut(&View::new(input), encoder.vocabulary())
}

/// Every report that the encoder considers, likely or not, for calibration; `threshold` is added to the score of what is no cue.
pub fn candidates(encoder: &Encoder, input: Input<'_>, threshold: f32) -> Vec<(Reported, Scores)> {
    read(encoder, &View::new(input), threshold)
}

/// Finds the reports that have a cue.
pub(super) fn find(encoder: &Encoder, view: &View<'_>, draft: &mut Draft) {
    let calibration = encoder.calibration();
    for (report, _) in read(encoder, view, calibration.cue_threshold()) {
        let likely = report.confidence * report.source_confidence >= calibration.report_threshold();
        if likely && !draft.holds(report.cue.map_or(report.parts[0], |c| c.span)) {
            draft.add(view, report);
        }
    }
}

/// Reads the windows of a document, some at a time.
fn read(encoder: &Encoder, view: &View<'_>, threshold: f32) -> Vec<(Reported, Scores)> {
    let windows = window::cut(view, encoder.vocabulary());
    let mut reports = Vec::new();
    let mut rest = &windows[..];
    while !rest.is_empty() {
        let (batch, more) = rest.split_at(batch_size(rest));
        rest = more;
        let pieces: Vec<&[Piece]> = batch.iter().map(|w| &w.pieces[..]).collect();
        let states = encoder.read(&pieces);
        for (index, window) in batch.iter().enumerate() {
            for mut cue in decode::cues(&encoder.cues(&states, index)[window.core.clone()], threshold) {
                cue.first += window.core.start;
                cue.last += window.core.start;
                let roles = decode::roles(&encoder.roles(&states, index, cue.first, cue.last));
                reports.extend(report(encoder, view, window, &cue, &roles));
            }
        }
    }
    reports
}

/// How many of the first windows are read at once; at least one.
fn batch_size(windows: &[Window]) -> usize {
    let mut pieces = 0;
    let count = windows.iter().take_while(|w| {
        pieces += w.pieces.len();
        pieces <= BATCH
    });
    count.count().max(1)
}

/// The report that a cue and the roles of the pieces around it make; none without content.
fn report(encoder: &Encoder, view: &View<'_>, window: &Window, cue: &Found, roles: &decode::Roles) -> Option<(Reported, Scores)> {
    let tokens =
        |first: usize, last: usize| view.tokens_in(Span { start: window.spans[first].start, end: window.spans[last].end });
    let cue_tokens = tokens(cue.first, cue.last);
    let source = roles.runs(SOURCE).max_by_key(|run| (run.last - run.first, usize::MAX - run.first));
    let runs: Vec<TokenSpan> = roles.runs(CONTENT).map(|run| tokens(run.first, run.last)).collect();
    let parts: Vec<Span> =
        joined(view, runs).into_iter().filter_map(|run| view.content(run.start as usize, run.end as usize)).collect();
    if parts.is_empty() {
        return None;
    }
    let kind = kind_of(view.text, &parts, view.quotations);
    let scores = Scores { cue: cue.score, source: source.map(|_| roles.score(SOURCE)), content: roles.score(CONTENT) };
    let (confidence, source_confidence) = encoder.calibration().confidence(kind as usize, scores);
    let report = Reported {
        cue: Some(Cue { span: view.span(cue_tokens), class: if cue.speech { CueClass::Speech } else { CueClass::Other } }),
        source: source.map(|run| view.span(tokens(run.first, run.last))),
        parts,
        kind,
        follows: None,
        rule: "encoder",
        confidence,
        source_confidence,
    };
    Some((report, scores))
}

/// Runs between which no word stands are one.
fn joined(view: &View<'_>, runs: Vec<TokenSpan>) -> Vec<TokenSpan> {
    let mut joined: Vec<TokenSpan> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(last) if (last.end..run.start).all(|i| !view.tokens[i as usize].is_word()) => last.end = run.end,
            _ => joined.push(run),
        }
    }
    joined
}
