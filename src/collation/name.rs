//! Names across documents: their parts, and which of them may be one person's.

use crate::fold::fold;
use crate::lexicon::{Classes, Lexicon, Nicknames};
use crate::mention::{PARTICLES, is_suffix};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name cut into the words that tell it from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name without what is no part of it, as written.
    pub shown: String,
    /// Its words, folded, without marks, accents and suffix.
    pub words: Vec<String>,
    /// The word at which the surname starts.
    pub surname: usize,
    /// `jr`, `iii`
    pub suffix: Option<String>,
}

/// How two names of one person differ; `None` of this where they cannot be one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// One has a middle name that the other leaves out, or an initial for it.
    Middle,
    /// An initial or a short form for the given name.
    Given,
    /// One has a suffix.
    Suffix,
}

impl Name {
    /// A person's name: titles and stray words before it are dropped (`Secretary of State Ana B. Ruiz`, `Even Ana Ruiz`) where
    /// a given name and more is left.
    pub fn person(lexicon: &Lexicon, written: &str) -> Name {
        let mut parts: Vec<&str> = written.split_whitespace().collect();
        let mut suffix = None;
        while let [.., _, last] = parts[..] {
            if !is_suffix(last.trim_matches(',')) {
                break;
            }
            suffix = suffix.or(Some(plain(last)));
            parts.pop();
        }
        parts.drain(..stray_words(lexicon, &parts));
        let words: Vec<String> = parts.iter().filter(|p| !is_set_apart(p)).flat_map(|p| name_words(p)).collect();
        let mut surname = words.len().saturating_sub(1);
        while surname > 1 && PARTICLES.contains(&words[surname - 1].as_str()) {
            surname -= 1;
        }
        let mut shown = parts.join(" ").trim_end_matches([',', ';']).to_owned();
        for possessive in ["’s", "'s"] {
            shown.truncate(shown.strip_suffix(possessive).map_or(shown.len(), str::len));
        }
        if suffix.is_some() {
            let written_suffix = written.split_whitespace().next_back().unwrap_or_default();
            shown = format!("{} {written_suffix}", shown.trim_end_matches(','));
        }
        Name { shown, words, surname, suffix }
    }

    /// The name of a body: without article, with abbreviations as one word (`F.B.I.` as `FBI`) and one spelling of -isation.
    pub fn body(written: &str) -> Name {
        let mut parts: Vec<&str> = written.split_whitespace().collect();
        if parts.len() > 1 && parts[0].eq_ignore_ascii_case("the") {
            parts.remove(0);
        }
        // `Quibble Pump Office (QPO)`
        if parts.len() > 1 && parts.last().is_some_and(|last| last.starts_with('(') && last.ends_with(')')) {
            parts.pop();
        }
        let words: Vec<String> = parts.iter().flat_map(|p| p.split('-')).map(body_word).filter(|w| !w.is_empty()).collect();
        Name { shown: parts.join(" "), surname: words.len().saturating_sub(1), words, suffix: None }
    }

    /// What two spellings of the same name share.
    pub fn key(&self) -> String {
        let mut key = self.words.join(" ");
        if let Some(suffix) = &self.suffix {
            key.push(' ');
            key.push_str(suffix);
        }
        key
    }

    /// The name as a part of an address: `ana-b-ruiz`.
    pub fn slug(&self) -> String {
        self.key().replace(' ', "-")
    }

    /// The given name; `None` for a bare surname.
    pub fn given(&self) -> Option<&str> {
        (self.surname > 0).then(|| self.words[0].as_str())
    }

    /// The last word, by which a bare surname is found.
    pub fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    fn middle(&self) -> &[String] {
        self.words.get(1..self.surname).unwrap_or_default()
    }
}

/// How two full names differ, if they may be one person's; the largest difference counts.
pub fn difference(nicknames: &Nicknames, a: &Name, b: &Name) -> Option<Difference> {
    let (given_a, given_b) = (a.given()?, b.given()?);
    if a.words[a.surname..] != b.words[b.surname..] || !middles_agree(a.middle(), b.middle()) {
        return None;
    }
    let given = given_a == given_b;
    if !given && !is_initial_of(given_a, given_b) && !nicknames.are_one(given_a, given_b) {
        return None;
    }
    match (&a.suffix, &b.suffix) {
        (Some(x), Some(y)) if x != y => None,
        (Some(_), None) | (None, Some(_)) => Some(Difference::Suffix),
        _ if given => Some(Difference::Middle),
        _ => Some(Difference::Given),
    }
}

/// Whether two persons' names may be one person's, a bare surname included.
pub fn may_be_one(nicknames: &Nicknames, a: &Name, b: &Name) -> bool {
    if a.given().is_none() || b.given().is_none() {
        return a.last() == b.last();
    }
    difference(nicknames, a, b).is_some()
}

fn middles_agree(a: &[String], b: &[String]) -> bool {
    a.is_empty() || b.is_empty() || a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || is_initial_of(a, b))
}

fn is_initial_of(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.chars().count() == 1 && long.starts_with(short)
}

/// How many words before a person's name are no part of it: those before a given name, if the first of them is an ordinary
/// word or holds a figure, and no name itself.
fn stray_words(lexicon: &Lexicon, parts: &[&str]) -> usize {
    let classes = |part: &str| lexicon.classes(lexicon.word(part.trim_end_matches([',', '.'])));
    let is_given = |part: &str| classes(part).any(Classes::GIVEN_NAME);
    let is_stray = |part: &str| {
        let ordinary = Classes::COMMON.or(Classes::ROLE).or(Classes::HONORIFIC);
        // `Even` is a name somewhere, but no paper means it.
        let small = Classes::ADVERB.or(Classes::CONJUNCTION).or(Classes::SUBORDINATOR).or(Classes::PREPOSITION);
        let figure = part.contains(|c: char| c.is_ascii_digit());
        figure || classes(part).any(small) || !is_given(part) && classes(part).any(ordinary)
    };
    if !parts.first().is_some_and(|first| is_stray(first)) {
        return 0;
    }
    let start = (1..parts.len().saturating_sub(1)).find(|&i| is_given(parts[i]));
    // `aide to Ana Ruiz`, `of Silver Cliff`: a name behind a preposition is somebody else's.
    start.filter(|&i| !classes(parts[i - 1]).any(Classes::PREPOSITION)).unwrap_or(0)
}

/// Whether a part is set apart from the name: `“Bo”`, `(R-Ohio)`.
fn is_set_apart(part: &str) -> bool {
    part.starts_with(['"', '“', '(', '‘']) && part.ends_with(['"', '”', ')', '’', ','])
}

/// The words of one part of a person's name: `Jean-Luc` and `J.D.` are two.
fn name_words(part: &str) -> impl Iterator<Item = String> {
    part.split(['-', '‐', '–', '.']).map(plain).filter(|w| !w.is_empty())
}

/// A word folded, without possessive, accents and marks.
fn plain(word: &str) -> String {
    let folded = fold(word);
    let folded = folded.strip_suffix("'s").unwrap_or(&folded);
    if folded.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return folded.to_owned();
    }
    folded.nfd().filter(|c| !is_combining_mark(*c) && c.is_alphanumeric()).collect()
}

fn body_word(word: &str) -> String {
    let mut word = plain(word);
    for (british, american) in [("isation", "ization"), ("isations", "izations")] {
        if let Some(stem) = word.strip_suffix(british).filter(|stem| stem.len() > 2) {
            word = format!("{stem}{american}");
        }
    }
    word
}

/// The initials of a name, if a word is an abbreviation that may be made of them.
pub fn is_acronym_of(acronym: &str, name: &Name) -> bool {
    const SMALL: [&str; 6] = ["of", "the", "and", "for", "in", "on"];
    let initials: String = name.words.iter().filter(|w| !SMALL.contains(&w.as_str())).filter_map(|w| w.chars().next()).collect();
    let all: String = name.words.iter().filter_map(|w| w.chars().next()).collect();
    name.words.len() > 1 && (plain(acronym) == initials || plain(acronym) == all)
}

/// Whether a word is written as an abbreviation: `FBI`, `F.B.I.`
pub fn is_acronym(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    (2..=7).contains(&letters) && word.chars().all(|c| c.is_uppercase() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(written: &str) -> Name {
        Name::person(&Lexicon::english(), written)
    }

    #[test]
    fn a_name_is_cut_into_its_parts() {
        let cut = name("José B. Muñoz Jr.");
        assert_eq!((cut.key().as_str(), cut.given(), cut.last()), ("jose b munoz jr", Some("jose"), "munoz"));
        assert_eq!(cut.shown, "José B. Muñoz Jr.");
        let cut = name("Ruth van der Berg");
        assert_eq!(cut.words[cut.surname..].join(" "), "van der berg");
        assert_eq!(name("J.D. O’Hara").key(), name("J. D. O'Hara").key());
        assert_eq!(name("Robert “Bo” Hale").key(), "robert hale");
        assert_eq!(name("Voss").given(), None);
        assert_eq!(name("").key(), "");
    }

    #[test]
    fn stray_words_before_a_name_are_dropped() {
        for (written, shown) in [
            ("Even Irene Voss", "Irene Voss"),
            ("Secretary of State John F. Hale", "John F. Hale"),
            ("8:47PM Irene Voss", "Irene Voss"),
            ("Will Hale", "Will Hale"),
            ("Irene Voss’s", "Irene Voss"),
            ("Even Voss", "Even Voss"),
        ] {
            assert_eq!(name(written).shown, shown);
        }
    }

    #[test]
    fn names_that_may_be_one_differ_in_one_of_three_ways() {
        let nicknames = Nicknames::english();
        let differ = |a: &str, b: &str| difference(&nicknames, &name(a), &name(b));
        assert_eq!(differ("Irene Voss", "Irene K. Voss"), Some(Difference::Middle));
        assert_eq!(differ("Irene Kay Voss", "Irene K. Voss"), Some(Difference::Middle));
        assert_eq!(differ("Bob Hale", "Robert Hale"), Some(Difference::Given));
        assert_eq!(differ("R. Hale", "Robert A. Hale"), Some(Difference::Given));
        assert_eq!(differ("Robert Hale", "Robert Hale Jr."), Some(Difference::Suffix));
        for (a, b) in [
            ("Irene J. Voss", "Irene K. Voss"),
            ("Robert Hale Jr.", "Robert Hale III"),
            ("Robert Hale", "Roberta Hale"),
            ("Ruth Berg", "Ruth van der Berg"),
            ("Hale", "Robert Hale"),
        ] {
            assert_eq!(differ(a, b), None, "{a}, {b}");
        }
    }

    #[test]
    fn spellings_of_a_body_are_one() {
        assert_eq!(Name::body("The World Pump Organisation").key(), Name::body("World Pump Organization").key());
        assert_eq!(Name::body("F.B.I.").key(), Name::body("the FBI").key());
        assert!(is_acronym("F.B.I.") && !is_acronym("Fbi") && !is_acronym("I"));
        assert!(is_acronym_of("QPO", &Name::body("Quibble Pump Office")));
        assert!(is_acronym_of("OPQ", &Name::body("Office for the Pumps of Quibble")));
    }
}
