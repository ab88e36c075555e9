//! Signed quotations: `“We lost a friend.” — Ana Ruiz, neighbor`.

use super::draft::Draft;
use super::view::View;
use super::{Kind, Reported};
use crate::mention::MentionKind;
use crate::token::TokenKind;

/// The longest signature, in tokens.
const LENGTH: usize = 16;

/// Gives each quotation that a dash and a name follow, up to the end of the paragraph, to that name.
pub(super) fn find(view: &View<'_>, draft: &mut Draft) {
    for (i, quotation) in view.quotations.iter().enumerate() {
        let dash = quotation.end();
        let end = view.layout.paragraphs[quotation.paragraph as usize].tokens.end as usize;
        if draft.claimed[i] || !view.is_kind(dash, TokenKind::Dash) || dash + 1 >= end || end - dash > LENGTH {
            continue;
        }
        let Some(name) = view.mention_from(dash + 1).filter(|m| m.kind == MentionKind::Named) else { continue };
        let report = Reported {
            cue: None,
            source: Some(view.span(name.tokens)),
            parts: vec![quotation.inner],
            kind: Kind::Direct,
            follows: None,
            rule: "signed-quotation",
            confidence: 0.85,
            source_confidence: 0.95,
        };
        draft.add(view, report);
    }
}
