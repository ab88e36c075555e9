//! Mistakes: what is wrong, where, and which rule made it.

use crate::document::Document;
use crate::span::Span;
use crate::speaker::Speaker;
use serde::Serialize;

/// Characters of the text that are shown on each side.
const AROUND: usize = 60;
/// Characters of the words themselves, at their start and at their end.
const WITHIN: usize = 100;

/// Something that was missed, made up or taken for something else.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    /// What is the matter, in a few words.
    pub what: &'static str,
    /// The document.
    pub doc_id: String,
    /// The text before the words.
    pub before: String,
    /// The words in question.
    pub words: String,
    /// The text behind them.
    pub after: String,
    /// What is right, where the words do not say it.
    pub gold: Option<String>,
    /// What was found instead, with the rules that decided.
    pub found: Option<String>,
    /// The rule that found the row or the place.
    pub rule: Option<&'static str>,
}

impl Mistake {
    /// A mistake about a span of a document.
    pub fn new(what: &'static str, document: &Document, span: Span) -> Mistake {
        let text = document.text.as_str();
        let (start, end) = (span.start as usize, span.end as usize);
        Mistake {
            what,
            doc_id: document.id.clone(),
            before: one_line(last(&text[..start], AROUND)),
            words: one_line_shortened(span.of(text)),
            after: one_line(first(&text[end..], AROUND)),
            gold: None,
            found: None,
            rule: None,
        }
    }

    /// With what is right and what was found instead.
    pub fn with(mut self, gold: impl Into<String>, found: impl Into<String>) -> Mistake {
        self.gold = Some(gold.into());
        self.found = Some(found.into());
        self
    }

    /// With the rule that made it.
    pub fn by(mut self, rule: &'static str) -> Mistake {
        self.rule = Some(rule);
        self
    }
}

/// Who is said to speak, and by which rule.
pub(super) fn speaker_and_rule(speaker: Option<&Speaker>) -> String {
    speaker.map_or("nobody".to_owned(), |speaker| format!("{} [{}]", speaker.name, speaker.rule))
}

/// A few mistakes of each sort, from all over the documents; with each sort how many there are.
pub fn sample(mistakes: &[Mistake], few: usize) -> Vec<(&'static str, usize, Vec<&Mistake>)> {
    let mut sorts: Vec<(&'static str, Vec<&Mistake>)> = Vec::new();
    for mistake in mistakes {
        match sorts.iter_mut().find(|(what, _)| *what == mistake.what) {
            Some((_, list)) => list.push(mistake),
            None => sorts.push((mistake.what, vec![mistake])),
        }
    }
    sorts.sort_by_key(|(what, _)| *what);
    let sample = |(what, list): (_, Vec<_>)| {
        let (all, step) = (list.len(), (list.len() / few.max(1)).max(1));
        (what, all, list.into_iter().step_by(step).take(few).collect())
    };
    sorts.into_iter().map(sample).collect()
}

fn first(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at])
}

fn last(text: &str, characters: usize) -> &str {
    let from = characters.checked_sub(1).and_then(|n| text.char_indices().rev().nth(n));
    from.map_or(text, |(at, _)| &text[at..])
}

/// On one line: line ends become blanks.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

fn one_line_shortened(text: &str) -> String {
    let (start, end) = (first(text, WITHIN), last(text, WITHIN));
    if start.len() + end.len() < text.len() { format!("{} … {}", one_line(start), one_line(end)) } else { one_line(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_shows_the_text_around_it() {
        let document = Document::new("a", format!("{}“Né\nà Metz,” {}", "x".repeat(100), "y".repeat(100)));
        let start = document.text.find('N').unwrap();
        let mistake = Mistake::new("missed", &document, Span::new(start, start + "Né\nà Metz".len()));
        assert_eq!(
            (mistake.words.as_str(), mistake.before.chars().count(), mistake.after.chars().count()),
            ("Né à Metz", 60, 60)
        );
        let whole = Mistake::new("missed", &document, Span::new(0, document.text.len()));
        assert!(whole.words.contains(" … ") && whole.before.is_empty() && whole.after.is_empty());
    }

    #[test]
    fn a_sample_is_spread_over_all() {
        let document = Document::new("a", "0123456789");
        let all: Vec<Mistake> = (0..10).map(|i| Mistake::new("missed", &document, Span::new(i, i + 1))).collect();
        let [("missed", 10, few)] = &sample(&all, 2)[..] else { panic!("one sort") };
        assert_eq!(few.iter().map(|m| m.words.as_str()).collect::<Vec<_>>(), ["0", "5"]);
        assert!(sample(&all, 0)[0].2.is_empty());
    }
}
