//! Quotations without a cue of their own: they go on with the report before them.

use super::View;
use super::cue::CueUse;
use crate::attribution::{Kind, Reported};
use crate::quotation::Quotation;
use crate::token::{Case, TokenKind};

/// The fewest words that a quotation in a paragraph of its own has.
const WORDS: usize = 4;
/// How many paragraphs back the speaker may have been named.
const REACH: usize = 3;

/// Gives each quotation that no cue claimed, and that is a whole sentence, to the report it follows.
pub(super) fn find(view: &View<'_>, _uses: &[CueUse], claimed: &mut [bool], reports: &mut Vec<Reported>) {
    for (i, quotation) in view.quotations.iter().enumerate() {
        if claimed[i] || !is_sentence(view, quotation) {
            continue;
        }
        let paragraph = quotation.paragraph as usize;
        let before = last_before(view, reports, quotation);
        let same_paragraph = before.filter(|&r| {
            view.layout.paragraphs[paragraph].span.contains(reports[r].parts[reports[r].parts.len() - 1])
                || in_paragraph(view, &reports[r], paragraph)
        });
        let first_in_paragraph = quotation.open() == view.layout.paragraphs[paragraph].tokens.start as usize;
        match same_paragraph {
            // `“A,” she said. “B.”` is one report.
            Some(r) if reports[r].kind == Kind::Direct => reports[r].parts.push(quotation.inner),
            Some(r) => reports.push(following(quotation, r, "quotation-follows-statement", 0.75)),
            None if !quotation.continues && words(view, quotation) < WORDS && !first_in_paragraph => continue,
            None => {
                let near = before.filter(|&r| distance(view, &reports[r], paragraph) <= REACH);
                match near {
                    Some(r) if reports[r].kind != Kind::Indirect || quotation.continues => {
                        let rule = if quotation.continues { "quotation-continues" } else { "quotation-follows" };
                        reports.push(following(quotation, r, rule, if quotation.continues { 0.85 } else { 0.6 }));
                    }
                    Some(r) => reports.push(following(quotation, r, "quotation-follows-statement", 0.5)),
                    None if words(view, quotation) >= WORDS => {
                        reports.push(Reported { follows: None, ..following(quotation, 0, "quotation-alone", 0.4) })
                    }
                    None => continue,
                }
            }
        }
        claimed[i] = true;
    }
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
    }
}

/// The report whose content ends last before a quotation.
fn last_before(_view: &View<'_>, reports: &[Reported], quotation: &Quotation) -> Option<usize> {
    let ends_before = |r: &Reported| r.parts[r.parts.len() - 1].end <= quotation.span.start;
    (0..reports.len()).filter(|&r| ends_before(&reports[r])).max_by_key(|&r| reports[r].parts[reports[r].parts.len() - 1].end)
}

fn in_paragraph(view: &View<'_>, report: &Reported, paragraph: usize) -> bool {
    report.cue.is_some_and(|c| view.layout.paragraphs[paragraph].span.contains(c.span))
}

fn distance(view: &View<'_>, report: &Reported, paragraph: usize) -> usize {
    let end = report.parts[report.parts.len() - 1].end.max(report.cue.map_or(0, |c| c.span.end));
    let at = view.layout.paragraphs.partition_point(|p| p.span.end < end);
    paragraph.saturating_sub(at)
}

fn words(view: &View<'_>, quotation: &Quotation) -> usize {
    quotation.tokens.range().filter(|&i| view.tokens[i].is_word()).count()
}

/// Whether a quotation stands as a sentence of its own: opened where a sentence starts, ended by a stop.
fn is_sentence(view: &View<'_>, quotation: &Quotation) -> bool {
    let open = quotation.open();
    let starts = view.sentence(open).start as usize == open || quotation.continues;
    let first = &view.tokens[quotation.tokens.start as usize];
    let capital = !first.is_word() || first.case != Case::Lower;
    let last = quotation.tokens.end as usize - 1;
    let stopped = view.is_kind(last, TokenKind::Stop)
        || matches!(view.kind(last), Some(TokenKind::Mark(_) | TokenKind::Dash))
        || view.tokens.get(quotation.end()).is_some_and(|t| t.kind == TokenKind::Stop)
        || !quotation.closed;
    starts && capital && stopped && quotation.tokens.len() > 1
}
