//! Quotations that a colon introduces: `Voss: “We lost.”`, `Voss was angry: “We lost.”`

use super::draft::Draft;
use super::follow::words;
use super::view::View;
use super::{Kind, Reported};
use crate::lexicon::{Classes, Number};
use crate::mention::{Mention, MentionKind, MentionType};
use crate::quotation::Quotation;
use crate::token::TokenKind;

/// The fewest words that such a quotation has.
const WORDS: usize = 4;

/// Gives each whole quotation behind a colon, that no cue claimed, to the person whom its sentence starts with.
pub(super) fn find(view: &View<'_>, draft: &mut Draft) {
    for (i, quotation) in view.quotations.iter().enumerate() {
        let open = quotation.open();
        let colon = open > 0 && view.is_kind(open - 1, TokenKind::Colon);
        if draft.claimed[i] || !colon || !is_statement(view, quotation) {
            continue;
        }
        let sentence = view.sentence(open - 1);
        let Some(source) = subject(view, sentence.start as usize, open - 1) else { continue };
        let report = Reported {
            cue: None,
            source: Some(view.span(source.tokens)),
            parts: vec![quotation.inner],
            kind: Kind::Direct,
            follows: None,
            rule: "quotation-behind-colon",
            confidence: 0.7,
            source_confidence: 0.9,
        };
        draft.add(view, report);
    }
}

/// The person or pronoun at the start of a sentence.
fn subject<'a>(view: &View<'a>, start: usize, end: usize) -> Option<&'a Mention> {
    let speaks = |m: &&Mention| {
        let person = m.sort == MentionType::Person && m.number.is_none_or(|n| n == Number::Singular);
        // Surnames that are towns as well are not told apart before the colon.
        let named = m.kind == MentionKind::Named
            && (m.sort == MentionType::Unknown || m.sort == MentionType::Place && view.is(start, Classes::SURNAME));
        m.tokens.end as usize <= end && (person || named)
    };
    view.mention_from(start).filter(speaks)
}

/// Whether a quotation is a closed sentence of some length.
fn is_statement(view: &View<'_>, quotation: &Quotation) -> bool {
    let last = quotation.tokens.end as usize - 1;
    quotation.closed && words(view, quotation) >= WORDS && view.is_kind(last, TokenKind::Stop)
}
