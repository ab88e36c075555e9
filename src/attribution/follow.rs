//! Quotations without a cue of their own: they go on with the report before them.

use super::draft::Draft;
use super::view::View;
use super::{Kind, Reported};
use crate::quotation::Quotation;
use crate::span::Span;
use crate::token::{Case, TokenKind};

/// The fewest words that a quotation in a paragraph of its own has.
const WORDS: usize = 4;
/// How many paragraphs back the speaker may have been named.
const REACH: usize = 3;

/// Gives each quotation that no cue claimed, and that is a whole sentence, to the report it follows.
pub(super) fn find(view: &View<'_>, draft: &mut Draft) {
    let Draft { reports, claimed, .. } = draft;
    // The reports by the end of their content; `latest` is the last one before the quotation at hand.
    let mut by_end: Vec<(u32, usize)> = reports.iter().enumerate().map(|(i, r)| (end_of(r), i)).collect();
    by_end.sort_unstable();
    let mut by_end = by_end.into_iter().peekable();
    let mut latest: Option<(u32, usize)> = None;
    for (i, quotation) in view.quotations.iter().enumerate() {
        while let Some(next) = by_end.next_if(|&(end, _)| end <= quotation.span.start) {
            latest = latest.max(Some(next));
        }
        if claimed[i] || !is_sentence(view, quotation) {
            continue;
        }
        let paragraph = view.layout.paragraphs[quotation.paragraph as usize];
        let first_in_paragraph = quotation.open() == paragraph.tokens.start as usize;
        let before = latest.map(|(_, r)| r);
        let same_paragraph = before.filter(|&r| {
            let cue = reports[r].cue.map(|c| c.span);
            paragraph.span.contains(last_part(&reports[r])) || cue.is_some_and(|c| paragraph.span.contains(c))
        });
        match same_paragraph {
            // `“A,” she said. “B.”` is one report.
            Some(r) if reports[r].kind == Kind::Direct => {
                reports[r].parts.push(quotation.inner);
                latest = Some((quotation.inner.end, r));
                claimed[i] = true;
                continue;
            }
            Some(r) => reports.push(following(quotation, r, "quotation-follows-statement", 0.75)),
            None if !quotation.continues && words(view, quotation) < WORDS && !first_in_paragraph => continue,
            None => {
                let near = before.filter(|&r| distance(view, &reports[r], quotation.paragraph as usize) <= REACH);
                match near {
                    Some(r) if quotation.continues => reports.push(following(quotation, r, "quotation-continues", 0.85)),
                    Some(r) if reports[r].kind != Kind::Indirect => {
                        reports.push(following(quotation, r, "quotation-follows", 0.6))
                    }
                    Some(r) => reports.push(following(quotation, r, "quotation-follows-statement", 0.5)),
                    None if words(view, quotation) >= WORDS => {
                        reports.push(Reported { follows: None, ..following(quotation, 0, "quotation-alone", 0.4) });
                    }
                    None => continue,
                }
            }
        }
        latest = Some((quotation.inner.end, reports.len() - 1));
        claimed[i] = true;
    }
}

fn last_part(report: &Reported) -> Span {
    report.parts[report.parts.len() - 1]
}

fn end_of(report: &Reported) -> u32 {
    last_part(report).end
}

fn following(quotation: &Quotation, report: usize, rule: &'static str, confidence: f32) -> Reported {
    Reported {
        cue: None,
        source: None,
        parts: vec![quotation.inner],
        kind: Kind::Direct,
        follows: Some(report as u32),
        rule,
        confidence,
        source_confidence: 0.9,
    }
}

fn distance(view: &View<'_>, report: &Reported, paragraph: usize) -> usize {
    let end = end_of(report).max(report.cue.map_or(0, |c| c.span.end));
    let at = view.layout.paragraphs.partition_point(|p| p.span.end < end);
    paragraph.saturating_sub(at)
}

/// The words of a quotation.
pub(super) fn words(view: &View<'_>, quotation: &Quotation) -> usize {
    quotation.tokens.range().filter(|&i| view.tokens[i].is_word()).count()
}

/// Whether a quotation stands as a sentence of its own: opened where a sentence starts, ended by a stop.
pub(super) fn is_sentence(view: &View<'_>, quotation: &Quotation) -> bool {
    let open = quotation.open();
    let starts = view.sentence(open).start as usize == open || quotation.continues;
    let first = &view.tokens[quotation.tokens.start as usize];
    let capital = !first.is_word() || first.case != Case::Lower;
    let last = quotation.tokens.end as usize - 1;
    // `Come at 5 p.m.”`
    let stopped =
        matches!(view.kind(last), Some(TokenKind::Stop | TokenKind::Abbreviation | TokenKind::Mark(_) | TokenKind::Dash))
            || view.tokens.get(quotation.end()).is_some_and(|t| t.kind == TokenKind::Stop)
            || !quotation.closed;
    starts && capital && stopped && quotation.tokens.len() > 1
}
