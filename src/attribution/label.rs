//! Transcripts and interviews: paragraphs that a label gives to their speaker (`MR. SMITH:`, `A:`).

use super::draft::Draft;
use super::view::View;
use super::{Kind, Reported};
use crate::span::Span;
use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A label: capitals, or a name, before a colon; `Q` and `A` also before a full stop. What says who that is may stand behind the name:
/// `GWEN HART, HOST:`, `SEN. ED FOX (D-N.M.):`.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^["“]?(?:(?P<letter>[QA])[:.]|(?P<capitals>[A-Z][A-Z.'’\- ]{1,40}[A-Z.])(?:, [A-Z][A-Z.,'’\- ]{1,60})?(?: \([^)]{1,40}\))?:|(?P<name>\p{Lu}[\w.'’-]+(?: \p{Lu}[\w.'’-]*){0,3}):)\s+"#)
        .expect("the pattern is a constant")
});

/// Labels of those who ask.
const QUESTIONS: [&str; 2] = ["Q", "QUESTION"];

/// The fewest labelled paragraphs that make a transcript.
const LABELS: usize = 4;

/// Reads a transcript, if the document is one.
pub(super) fn find(view: &View<'_>, draft: &mut Draft) {
    let text = view.text;
    let paragraphs = &view.layout.paragraphs;
    if paragraphs.len() < LABELS {
        return;
    }
    // Few texts have so many: the others need no pattern.
    if paragraphs.iter().filter(|paragraph| may_be_labelled(paragraph.span.of(text))).nth(LABELS - 1).is_none() {
        return;
    }
    let mut labels: Vec<Option<(Span, Span)>> = Vec::with_capacity(paragraphs.len());
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for paragraph in paragraphs {
        let slice = paragraph.span.of(text);
        let found = LABEL.captures(slice).and_then(|c| {
            let whole = c.get(0)?;
            let name = c.name("letter").or_else(|| c.name("capitals")).or_else(|| c.name("name"))?;
            let start = paragraph.span.start as usize;
            let label = Span::new(start + name.start(), start + name.end());
            // A transcript may stand in quotation marks.
            let end = slice.trim_end_matches(['"', '”']).len().max(whole.end());
            Some((label, Span::new(start + whole.end(), start + end)))
        });
        if let Some((label, _)) = found {
            *counts.entry(surname(label.of(text))).or_default() += 1;
        }
        labels.push(found);
    }
    // A label speaks more than once, by the whole name first; a word before a colon does not.
    let speaks = |label: Span| counts.get(surname(label.of(text))).is_some_and(|&n| n > 1);
    let labelled = labels.iter().flatten().filter(|(label, _)| speaks(*label)).count();
    // Some speak once where others speak more often: `MODERATOR:`, `PARK:`, `SANDOVAL:`, `MODERATOR:`; `WHAT:`, `WHEN:`, `WHERE:` are no speakers.
    let capitals = labels.iter().flatten().filter(|(label, _)| is_in_capitals(label.of(text))).count();
    let several = labelled > 1 && capitals >= LABELS && capitals * 2 >= paragraphs.len();
    if (labelled < LABELS || labelled * 4 < paragraphs.len()) && !several {
        return;
    }
    let mut speaker: Option<(usize, bool)> = None;
    for (paragraph, found) in paragraphs.iter().zip(&labels) {
        match found.filter(|(label, _)| speaks(*label) || is_in_capitals(label.of(text))) {
            Some((label, content)) => {
                let question = QUESTIONS.contains(&label.of(text));
                speaker = Some((draft.reports.len(), question));
                if !question && !content.trim(text).is_empty() {
                    let rule = if label.of(text) == "A" { "interview-answer" } else { "transcript-label" };
                    draft.add_turn(view, report(content.trim(text), Some(label), None, rule));
                }
            }
            // A further paragraph of the same turn.
            None => {
                if let Some((first, false)) = speaker.filter(|&(first, _)| first < draft.reports.len()) {
                    draft.add_turn(view, report(paragraph.span, None, Some(first as u32), "transcript-continues"));
                }
            }
        }
    }
}

fn is_in_capitals(label: &str) -> bool {
    !label.chars().any(char::is_lowercase)
}

/// The last word of a label: `BELL` of `ANNA BELL`.
fn surname(label: &str) -> &str {
    label.rsplit(' ').next().unwrap_or(label)
}

/// Whether the paper asks there itself, in an interview.
pub(super) fn is_question(view: &View<'_>, report: &Reported) -> bool {
    report.source.is_some_and(|source| QUESTIONS.contains(&source.of(view.text)))
}

/// Whether a paragraph can start with a label: it has a colon, or `Q.` or `A.` in front.
fn may_be_labelled(paragraph: &str) -> bool {
    paragraph.contains(':') || paragraph.trim_start_matches(['"', '“']).starts_with(['Q', 'A'])
}

fn report(content: Span, source: Option<Span>, follows: Option<u32>, rule: &'static str) -> Reported {
    Reported {
        cue: None,
        source,
        parts: vec![content],
        kind: Kind::Direct,
        follows,
        rule,
        confidence: 0.9,
        source_confidence: 0.95,
    }
}
