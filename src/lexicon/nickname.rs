//! Short forms of given names.

use super::list::{self, ListError};
use crate::fold::fold;
use std::collections::HashMap;

/// Which given names in full a short form stands for.
pub struct Nicknames {
    full: HashMap<Box<str>, Vec<Box<str>>>,
}

impl Nicknames {
    /// The English short forms that the program ships.
    ///
    /// # Panics
    /// If the shipped list is malformed; a test reads it.
    pub fn english() -> Nicknames {
        let list = ("nicknames.txt", include_str!("../../gazetteers/language/en/nicknames.txt"));
        Nicknames::parse(list).unwrap_or_else(|error| panic!("a shipped language list is malformed: {error}"))
    }

    fn parse(list: (&str, &str)) -> Result<Nicknames, ListError> {
        let mut full: HashMap<Box<str>, Vec<Box<str>>> = HashMap::new();
        for entry in list::entries(list) {
            let entry = entry?;
            let names: Vec<Box<str>> = entry.attributes().map(|name| fold(name).into()).collect();
            if names.is_empty() {
                return Err(entry.error("a short form needs a name that it stands for"));
            }
            if full.insert(fold(entry.text).into(), names).is_some() {
                return Err(entry.error("the short form stands twice"));
            }
        }
        Ok(Nicknames { full })
    }

    /// The names in full that a folded short form stands for; none for any other name.
    pub fn full(&self, short: &str) -> &[Box<str>] {
        self.full.get(short).map_or(&[], Vec::as_slice)
    }

    /// Whether two folded given names may be one: a short form and what it stands for, or two short forms of one name.
    pub fn are_one(&self, a: &str, b: &str) -> bool {
        let (full_a, full_b) = (self.full(a), self.full(b));
        full_a.iter().any(|name| **name == *b || full_b.contains(name)) || full_b.iter().any(|name| **name == *a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_form_stands_for_its_names() {
        let nicknames = Nicknames::english();
        assert!(nicknames.are_one("bob", "robert") && nicknames.are_one("robert", "bob"));
        assert!(nicknames.are_one("bob", "bobby"), "two short forms of one name");
        assert!(!nicknames.are_one("robert", "richard") && !nicknames.are_one("bill", "bob"));
        assert!(nicknames.full("robert").is_empty());
    }

    #[test]
    fn a_malformed_line_is_named() {
        let error = |text| Nicknames::parse(("n.txt", text)).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error("Bob\tRobert\nBob\tRobin\n").starts_with("n.txt:2: the short form stands twice"));
        assert!(error("Bob\n").starts_with("n.txt:1: "));
    }
}
