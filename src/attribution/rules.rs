//! Ordered rules over tokens.
//!
//! Cues are found with their source first ([`cue`]); then the content of each, by the first rule of [`content::RULES`] that applies.

mod content;
mod cue;

use super::draft::Draft;
use super::view::View;

/// Finds the reports that have a cue, by the rules that are right at least so often.
pub(super) fn find(view: &View<'_>, least: f32, draft: &mut Draft) {
    let mut uses = cue::find(view);
    uses.retain(|u| !draft.holds(view.span(u.tokens)));
    content::find(view, &uses, least, draft);
}
