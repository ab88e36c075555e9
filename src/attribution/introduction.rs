//! Quotations that their speaker introduces without a cue: `Voss: “We lost.”`, `Voss was angry: “We lost.”`, `Voss shook his head. “We lost.”`

use super::draft::Draft;
use super::follow::{is_sentence, words};
use super::view::View;
use super::{Kind, Reported};
use crate::lexicon::{Classes, Number};
use crate::mention::{Mention, MentionKind, MentionType};
use crate::quotation::Quotation;
use crate::token::TokenKind;

/// The fewest words that such a quotation has.
const WORDS: usize = 4;

/// Gives each whole quotation that no cue claimed to the person whom its sentence starts with, if it stands behind a colon, or else the sentence
/// before it, if nothing is reported there.
pub(super) fn find(view: &View<'_>, draft: &mut Draft) {
    let taken = draft.taken(view);
    for (i, quotation) in view.quotations.iter().enumerate() {
        let Some(last) = quotation.open().checked_sub(1).filter(|_| !draft.claimed[i]) else { continue };
        let sentence = view.sentence(last);
        let colon = view.is_kind(last, TokenKind::Colon);
        let introduced = colon && is_statement(view, quotation)
            || is_behind_sentence(view, quotation, last) && taken.count(sentence) == 0 && is_sentence(view, quotation);
        let source = || subject(view, sentence.start as usize, last);
        let Some(source) = introduced.then(source).flatten() else { continue };
        let report = Reported {
            cue: None,
            source: Some(view.span(source.tokens)),
            parts: vec![quotation.inner],
            kind: Kind::Direct,
            follows: None,
            rule: if colon { "quotation-behind-colon" } else { "quotation-behind-its-speaker" },
            confidence: 0.7,
            source_confidence: 0.9,
        };
        draft.add(view, report);
    }
}

/// Whether a quotation stands behind a sentence of its paragraph, of which `last` is the last token, and that sentence is no quotation.
fn is_behind_sentence(view: &View<'_>, quotation: &Quotation, last: usize) -> bool {
    view.paragraph_of(last) == quotation.paragraph as usize
        && view.is_kind(last, TokenKind::Stop)
        && view.quotation_at(last).is_none()
}

/// The person or pronoun at the start of a sentence.
fn subject<'a>(view: &View<'a>, start: usize, end: usize) -> Option<&'a Mention> {
    let speaks = |m: &&Mention| {
        let person = m.sort == MentionType::Person && m.number.is_none_or(|n| n == Number::Singular);
        // Surnames that are towns as well are not told apart before the colon.
        let named = m.kind == MentionKind::Named
            && (m.sort == MentionType::Unknown || m.sort == MentionType::Place && view.is(start, Classes::SURNAME));
        // `Voss's house burned`
        let owner = view.is_kind(m.tokens.end as usize, TokenKind::Clitic);
        m.tokens.end as usize <= end && (person || named) && !owner
    };
    view.mention_from(start).filter(speaks)
}

/// Whether a quotation is a closed sentence of some length.
fn is_statement(view: &View<'_>, quotation: &Quotation) -> bool {
    let last = quotation.tokens.end as usize - 1;
    quotation.closed && words(view, quotation) >= WORDS && view.is_kind(last, TokenKind::Stop)
}
