//! Cues: the words that report what somebody said or thinks, and the patterns that each takes.

use super::list::{Entry, ListError};

/// Whether a cue reports something voiced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CueClass {
    /// Voiced or written: say, announce.
    Speech,
    /// Thought, wish, plan, finding, decision: believe, hope, show.
    Other,
}

impl CueClass {
    /// The word that rows use.
    pub fn name(self) -> &'static str {
        match self {
            CueClass::Speech => "speech",
            CueClass::Other => "other",
        }
    }
}

/// What kind of word a cue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueSort {
    /// "said"
    Verb,
    /// "claim"
    Noun,
    /// "confident"
    Adjective,
    /// "according to"
    Phrase,
}

/// The form of a cue at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// say; also the form of nouns, adjectives and phrases.
    Base,
    /// says; also the plural of nouns.
    Third,
    /// said, finite
    Past,
    /// said, after have or be
    Participle,
    /// saying
    Ing,
}

/// The patterns that a cue takes; see the header of `cues.txt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames(u32);

macro_rules! frames {
    ($($name:ident $word:literal $bit:literal;)*) => {
        impl Frames {
            $(#[doc = concat!("`", $word, "`")] pub const $name: Frames = Frames(1 << $bit);)*

            fn parse(word: &str) -> Option<Frames> {
                match word {
                    $($word => Some(Frames::$name),)*
                    _ => None,
                }
            }
        }
    };
}

frames! {
    QUOTE "quote" 0;
    THAT "that" 1;
    BARE "bare" 2;
    OBJECT "object" 3;
    WH "wh" 4;
    INFINITIVE "infinitive" 5;
    NOUN "noun" 6;
    INVERTED "inverted" 7;
    AFTER "after" 8;
    OF "of" 9;
    ABOUT "about" 10;
    FOR "for" 11;
    ON "on" 12;
    TO "to" 13;
    AT "at" 14;
    AS "as" 15;
    WITH "with" 16;
    AGAINST "against" 17;
    INTO "into" 18;
    UPON "upon" 19;
    IN "in" 20;
}

impl Frames {
    /// Whether the sets share a pattern.
    pub fn any(self, other: Frames) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    pub const fn or(self, other: Frames) -> Frames {
        Frames(self.0 | other.0)
    }

    /// The pattern that a preposition opens.
    pub fn preposition(word: &str) -> Option<Frames> {
        match word {
            "of" | "about" | "for" | "on" | "to" | "at" | "as" | "with" | "against" | "into" | "upon" | "in" => {
                Frames::parse(word)
            }
            _ => None,
        }
    }
}

/// One cue of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueEntry {
    /// The base form, with its particle.
    pub lemma: Box<str>,
    /// Speech or other.
    pub class: CueClass,
    /// Verb, noun, adjective or phrase.
    pub sort: CueSort,
    /// The patterns it takes.
    pub frames: Frames,
}

/// A form of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CueForm {
    pub(super) entry: u16,
    /// Which form it is.
    pub form: Form,
}

impl CueEntry {
    pub(super) fn parse(entry: &Entry<'_>) -> Result<CueEntry, ListError> {
        let fields: Vec<&str> = entry.fields().collect();
        let [_, class, frames] = fields[..] else {
            return Err(entry.error("a cue has four fields: lemma, forms, class, frames"));
        };
        let mut class = class.split_whitespace();
        let speech = match class.next() {
            Some("speech") => CueClass::Speech,
            Some("other") => CueClass::Other,
            _ => return Err(entry.error("the class of a cue is speech or other")),
        };
        let sort = match class.next() {
            None => CueSort::Verb,
            Some("nominal") => CueSort::Noun,
            Some("adjective") => CueSort::Adjective,
            Some("phrase") => CueSort::Phrase,
            Some(other) => return Err(entry.unknown(other)),
        };
        let mut set = Frames::default();
        for word in frames.split_whitespace() {
            set = set.or(Frames::parse(word).ok_or_else(|| entry.unknown(word))?);
        }
        Ok(CueEntry { lemma: entry.text.into(), class: speech, sort, frames: set })
    }
}

/// The forms of an entry with their spelling (of the first word alone, for verbs with a particle).
pub(super) fn forms<'a>(entry: &Entry<'a>, cue: &CueEntry) -> Result<Vec<(Form, &'a str)>, ListError> {
    let spelled: Vec<&str> = entry.fields().next().unwrap_or("").split_whitespace().collect();
    match (cue.sort, &spelled[..]) {
        (CueSort::Verb, &[third, past, participle, ing]) => {
            let base = entry.text.split(' ').next().unwrap_or(entry.text);
            Ok(vec![
                (Form::Base, base),
                (Form::Third, third),
                (Form::Past, past),
                (Form::Participle, participle),
                (Form::Ing, ing),
            ])
        }
        (CueSort::Verb, _) => Err(entry.error("a verb has four forms: third person, past, participle, -ing")),
        (CueSort::Noun, &[plural]) => Ok(vec![(Form::Base, entry.text), (Form::Third, plural)]),
        (CueSort::Noun, _) => Err(entry.error("a noun has one form: its plural")),
        (_, []) => Ok(vec![(Form::Base, entry.text)]),
        _ => Err(entry.error("an adjective or a phrase has no forms")),
    }
}
