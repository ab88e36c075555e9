//! Collation: rows of many documents laid side by side.
//!
//! The pipeline reads one document at a time, so its speakers and quotations end with the document. Here rows that were written
//! meet again: [`speakers`] finds the same person or body in several documents (and [`people`] in a list of the user's),
//! [`quotations`] the same words in several documents. A wrong merge is worse than a missed one: without evidence two stay two.
//!
//! Plain data goes in and comes out, nothing here fails, and no order of the input files changes what belongs together.

pub mod name;
pub mod people;
pub mod quotations;
pub mod speakers;

use crate::speaker::SpeakerType;
use std::cmp::Ordering;
use std::collections::HashMap;

/// A statement, as far as collation asks: what one row says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// The document.
    pub document: String,
    /// The row's own id, if it has one.
    pub id: Option<String>,
    /// direct, mixed or indirect; empty where the row does not say
    pub kind: String,
    /// The reported words.
    pub content: String,
    /// Who speaks.
    pub speaker: Option<SpeakerInRow>,
    /// The jurisdictions that it is about.
    pub jurisdictions: Vec<JurisdictionInRow>,
    /// The public bodies that the content names.
    pub entities: Vec<EntityInRow>,
    /// How likely the row is right; 1 where it does not say.
    pub confidence: f64,
    /// The rule that found it; empty where the row does not say.
    pub rule: String,
    /// The words that report, if there are any.
    pub cue: Option<String>,
    /// The document's date, as written.
    pub date: Option<String>,
    /// The outlet.
    pub source: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The address.
    pub url: Option<String>,
}

/// The speaker of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeakerInRow {
    /// The fullest name in its document, or the words that describe the speaker.
    pub name: String,
    /// What the speaker is.
    pub sort: SpeakerType,
    /// Title or office.
    pub role: Option<String>,
    /// The words beside the cue.
    pub text: Option<String>,
    /// How likely the name is right; 1 where the row does not say.
    pub confidence: f64,
    /// The rule that found the speaker; empty where the row does not say.
    pub rule: String,
    /// What tells the speaker from all others, if `speakers` gave the rows keys.
    pub key: Option<String>,
}

impl SpeakerInRow {
    /// Whether somebody is named, not described ("two officials") or called by nothing but a word ("the clerk").
    pub fn is_named(&self) -> bool {
        matches!(self.sort, SpeakerType::Person | SpeakerType::Organization)
            && self.rule != "description"
            && self.name.chars().next().is_some_and(char::is_uppercase)
    }
}

/// A jurisdiction of one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JurisdictionInRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// country, state, county, city and so on
    pub level: String,
    /// ISO 3166-1 alpha-2, or empty.
    pub country: String,
    /// First-level division, or empty.
    pub admin1: String,
    /// quote or context; empty where the row does not say
    pub basis: String,
    /// How likely it is right; 1 where the row does not say.
    pub confidence: f64,
    /// The rule that found it.
    pub rule: String,
}

/// A public body that a row's content names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntityInRow {
    /// Its name in full.
    pub name: String,
    /// The words of the content.
    pub text: String,
}

/// What orders dates: `2016`, `2016-05`, `2016-05-01`, `2016/05/01`, `20160501`, each with whatever stands behind; `None` for
/// anything else ("May 1, 2016"), which cannot be put in order.
pub fn date_key(date: &str) -> Option<String> {
    let date = date.trim();
    let digits = date.bytes().take_while(u8::is_ascii_digit).count();
    let (figures, rest) = date.split_at(digits);
    match digits {
        4 if rest.is_empty() || rest.starts_with(['-', '/']) => Some(date.replace('/', "-")),
        8 => Some(format!("{}-{}-{}{rest}", &figures[..4], &figures[4..6], &figures[6..])),
        _ => None,
    }
}

/// Dates in order, those that cannot be ordered last.
pub fn by_date(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a.and_then(date_key), b.and_then(date_key)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// Numbers for texts, in order of first use.
#[derive(Default)]
pub(crate) struct Texts {
    ids: HashMap<String, u32>,
    list: Vec<String>,
}

impl Texts {
    pub(crate) fn id(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.list.len() as u32;
        self.list.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        id
    }

    pub(crate) fn get(&self, id: u32) -> &str {
        &self.list[id as usize]
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(String::as_str)
    }
}

/// Things joined into sets, each told by one of its members.
pub(crate) struct Sets(Vec<usize>);

impl Sets {
    pub(crate) fn new(size: usize) -> Sets {
        Sets((0..size).collect())
    }

    /// The member that tells the set of `i`.
    pub(crate) fn of(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        // The smaller index leads, whatever the order of joins.
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_several_forms_are_put_in_order() {
        let mut dates = [None, Some("2016 May 1"), Some("2016-05-01T10:00"), Some("20160430"), Some("2016/05/01"), Some("2015")];
        dates.sort_by(|a, b| by_date(*a, *b));
        assert_eq!(dates[..4], [Some("2015"), Some("20160430"), Some("2016/05/01"), Some("2016-05-01T10:00")]);
    }

    #[test]
    fn joined_things_are_one_set() {
        let mut sets = Sets::new(5);
        sets.join(4, 2);
        sets.join(2, 1);
        assert_eq!((0..5).map(|i| sets.of(i)).collect::<Vec<_>>(), [0, 1, 1, 3, 1]);
    }
}
