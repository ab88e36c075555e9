//! Claims: words that several cues take for their content go to one of them.
//!
//! `“We won,” he said. “They lost,” she said.` Each cue alone could have said all of it.

use crate::attribution::view::View;
use crate::attribution::{Reported, kind_of};
use crate::span::Span;

/// Gives each part that reports of one window share to the report whose cue is nearest, one in the same sentence first; reports that
/// are left without content go. A report within the content of another keeps its own.
pub(super) fn settle<T>(view: &View<'_>, reports: &mut Vec<(Reported, T)>) {
    let mut lost: Vec<Vec<Span>> = vec![Vec::new(); reports.len()];
    for first in 0..reports.len() {
        for second in first + 1..reports.len() {
            let (a, b) = (&reports[first].0, &reports[second].0);
            let (Some(cue_a), Some(cue_b)) = (a.cue, b.cue) else { continue };
            let nested = |outer: &Reported, cue: Span| outer.parts.iter().any(|part| part.contains(cue));
            if nested(a, cue_b.span) || nested(b, cue_a.span) {
                continue;
            }
            for &part in &a.parts {
                for &other in b.parts.iter().filter(|&&other| shared(part, other)) {
                    if distance(view, part, cue_a.span) <= distance(view, other, cue_b.span) {
                        lost[second].push(other);
                    } else {
                        lost[first].push(part);
                    }
                }
            }
        }
    }
    for ((report, _), lost) in reports.iter_mut().zip(&lost).filter(|(_, lost)| !lost.is_empty()) {
        report.parts.retain(|part| !lost.contains(part));
        report.kind = kind_of(view.text, &report.parts, view.quotations);
    }
    reports.retain(|(report, _)| !report.parts.is_empty());
}

/// Whether two parts have half of the shorter one in common.
fn shared(a: Span, b: Span) -> bool {
    let common = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    2 * common > a.len().min(b.len()) as u32
}

/// How far a part is from a cue: whether they stand in different sentences, and the bytes between them.
fn distance(view: &View<'_>, part: Span, cue: Span) -> (bool, u32) {
    let sentence = view.span(view.sentence(view.token_at(cue.start)));
    (!part.overlaps(sentence), cue.start.saturating_sub(part.end) + part.start.saturating_sub(cue.end))
}
