//! The lexicon: what the language lists say about words.
//!
//! The lists are text files under `gazetteers/language/<language>/`; each explains its format in its own header, and
//! [`list`] reads the format that all share. The long ones (dictionary, verbs, names of persons) are compiled when the program is built,
//! the others are read at each start. A stage asks the lexicon three kinds of question: what
//! [classes](Classes) a word belongs to, whether a [phrase](Phrases) starts at a token (a role, a body, a cue), and where the
//! quotation [marks](Marks) of a text are.

#[cfg(test)]
mod bulk;
mod class;
pub mod cue;
pub mod list;
mod mark;
mod nickname;
mod phrase;
mod word;

pub use class::Classes;
pub use cue::{CueClass, CueEntry, CueForm, CueSort, Form, Frames};
pub use mark::{Direction, Mark, MarkLevel, Marks};
pub use nickname::Nicknames;
pub use phrase::Phrases;
pub use word::WordId;

use crate::fold::fold_hash;
use crate::token::{TokenKind, tokenize};
use list::{Entry, ListError};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use word::Words;

/// What may follow an abbreviation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abbreviation {
    /// A capitalised name follows; the stop does not end a sentence then.
    pub before_name: bool,
    /// A number follows; the stop does not end a sentence then.
    pub before_number: bool,
    /// Practically never the last word of a sentence.
    pub inner: bool,
    /// May well be the last word of a sentence.
    pub last: bool,
    /// The same letters without the stop are an ordinary word.
    pub word: bool,
}

/// What an honorific says about the person named behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Honorific {
    /// The gender it states.
    pub gender: Option<Gender>,
    /// The office it abbreviates, in full.
    pub role: Option<Box<str>>,
    /// Two or more names follow.
    pub plural: bool,
    /// The word is a common name as well.
    pub also_name: bool,
}

/// Grammatical gender of persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gender {
    /// He.
    Male,
    /// She.
    Female,
}

/// The level of jurisdiction that an office governs or speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Governs {
    /// City, town, village.
    City,
    /// County or equivalent.
    County,
    /// State, province.
    State,
    /// Country.
    Country,
    /// A union of countries.
    Supranational,
    /// A school or other special district.
    District,
}

impl Governs {
    /// The level that the lists of words call so.
    fn named(level: &str) -> Option<Governs> {
        Some(match level {
            "city" => Governs::City,
            "county" => Governs::County,
            "state" => Governs::State,
            "country" => Governs::Country,
            "supranational" => Governs::Supranational,
            "district" => Governs::District,
            _ => return None,
        })
    }
}

/// A noun for a person: "mayor", "spokeswoman", "officials".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The singular.
    pub lemma: Box<str>,
    /// Whether this form is the plural (or may be).
    pub plural: bool,
    /// Whether this form is the singular (or may be).
    pub singular: bool,
    /// The gender that the word states.
    pub gender: Option<Gender>,
    /// The level it governs.
    pub governs: Option<Governs>,
    /// Heads companies and clubs as well: it governs nothing where it says of what, unless that is a jurisdiction.
    pub bodies: bool,
    /// Capitalised before a name as a title.
    pub office: bool,
    /// A tie to another person (mother, colleague).
    pub relation: bool,
    /// The word is something else in most texts; it needs a determiner and a cue beside it.
    pub weak: bool,
}

/// What a body noun stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyType {
    /// An organisation.
    Organization,
    /// Several persons.
    Group,
    /// Something written: a report, a study.
    Document,
}

/// A noun for a body or a document: "police", "agency", "study".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The singular.
    pub lemma: Box<str>,
    /// Whether this form is a plural.
    pub plural: bool,
    /// What it stands for.
    pub sort: BodyType,
    /// The level it governs.
    pub governs: Option<Governs>,
    /// The word is something else in most texts; it needs a determiner and a cue beside it.
    pub weak: bool,
}

/// Grammatical number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// One.
    Singular,
    /// Several.
    Plural,
}

/// A pronoun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pronoun {
    /// First, second or third person.
    pub person: u8,
    /// Singular or plural; `None` where it may be either (you).
    pub number: Option<Number>,
    /// he: male, she: female; `None` for any or neuter.
    pub gender: Option<Gender>,
    /// it, its.
    pub neuter: bool,
    /// May stand as a subject.
    pub subject: bool,
    /// May stand as an object.
    pub object: bool,
    /// my, her (before a noun).
    pub possessive: bool,
    /// who, which, that.
    pub relative: bool,
    /// someone, many, others.
    pub indefinite: bool,
    /// this, those.
    pub demonstrative: bool,
    /// May stand for somebody who speaks.
    pub speaker: bool,
}

/// The level that a local reference stands for ("the city"), or that a type word gives ("X County").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlaceLevel {
    /// A union of countries.
    Supranational,
    /// A country.
    Country,
    /// A first-level division.
    State,
    /// A second-level division.
    County,
    /// A populated place.
    City,
    /// A part of a city.
    Neighborhood,
    /// None of these.
    Other,
}

#[derive(Default)]
struct IdentityHasher(u64);

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("only u64 and u32 keys are hashed here");
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

type Hashed = BuildHasherDefault<IdentityHasher>;

/// What the lists of one language say; see the [module](self).
pub struct Lexicon {
    words: Words,
    marks: Marks,
    abbreviations: HashMap<Box<str>, Abbreviation>,
    honorifics: HashMap<WordId, Honorific, Hashed>,
    pronouns: HashMap<WordId, Pronoun, Hashed>,
    place_levels: HashMap<WordId, PlaceLevel, Hashed>,
    countries: HashMap<WordId, Box<[Box<str>]>, Hashed>,
    roles: Phrases<Role>,
    bodies: Phrases<Body>,
    cues: Phrases<CueForm>,
    cue_entries: Vec<CueEntry>,
    organizations: Phrases<Classes>,
}

macro_rules! shipped {
    ($file:literal) => {
        ($file, include_str!(concat!("../gazetteers/language/en/", $file)))
    };
}

impl Lexicon {
    /// The English lexicon that the program ships.
    ///
    /// # Panics
    /// If a shipped list is malformed; a test reads them all.
    pub fn english() -> Lexicon {
        Lexicon::parse_english().unwrap_or_else(|error| panic!("a shipped language list is malformed: {error}"))
    }

    fn parse_english() -> Result<Lexicon, ListError> {
        let mut lexicon = Lexicon {
            words: Words::shipped(),
            marks: Marks::parse(shipped!("quotation-marks.txt"))?,
            abbreviations: HashMap::new(),
            honorifics: HashMap::default(),
            pronouns: HashMap::default(),
            place_levels: HashMap::default(),
            countries: HashMap::default(),
            roles: Phrases::default(),
            bodies: Phrases::default(),
            cues: Phrases::default(),
            cue_entries: Vec::new(),
            organizations: Phrases::default(),
        };
        // Abbreviations first: the entries of the other lists are cut by the tokenizer, which asks for them.
        lexicon.read_abbreviations(shipped!("abbreviations.txt"))?;
        lexicon.read_function_words(shipped!("function-words.txt"))?;
        lexicon.read_pronouns(shipped!("pronouns.txt"))?;
        lexicon.read_honorifics(shipped!("honorifics.txt"))?;
        lexicon.read_roles(shipped!("roles.txt"))?;
        lexicon.read_bodies(shipped!("bodies.txt"))?;
        lexicon.read_organizations(shipped!("organizations.txt"))?;
        lexicon.read_place_words(shipped!("place-words.txt"))?;
        lexicon.read_country_words(shipped!("country-words.txt"))?;
        lexicon.read_cues(shipped!("cues.txt"))?;
        Ok(lexicon)
    }

    /// The word with this folded hash, or [`WordId::UNKNOWN`].
    pub fn word_by_hash(&self, hash: u64) -> WordId {
        self.words.find(hash)
    }

    /// The word with this spelling, or [`WordId::UNKNOWN`].
    pub fn word(&self, spelling: &str) -> WordId {
        self.word_by_hash(fold_hash(spelling))
    }

    /// The classes of a word.
    pub fn classes(&self, word: WordId) -> Classes {
        self.words.classes(word)
    }

    /// The quotation marks of the language.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The abbreviation written so, full stop included; a form in capitals (`CALIF.`) stands for the usual one.
    pub fn abbreviation(&self, written: &str) -> Option<&Abbreviation> {
        self.abbreviations.get(written).or_else(|| {
            let capitals = written.len() > 2 && written.bytes().all(|b| b == b'.' || b.is_ascii_uppercase());
            if !capitals {
                return None;
            }
            let mut usual = written.to_ascii_lowercase();
            usual[..1].make_ascii_uppercase();
            self.abbreviations.get(usual.as_str())
        })
    }

    /// What an honorific says, if the word is one.
    pub fn honorific(&self, word: WordId) -> Option<&Honorific> {
        self.honorifics.get(&word)
    }

    /// The pronoun, if the word is one.
    pub fn pronoun(&self, word: WordId) -> Option<Pronoun> {
        self.pronouns.get(&word).copied()
    }

    /// The gender that a given name has for at least nine bearers of ten.
    pub fn given_name_gender(&self, word: WordId) -> Option<Gender> {
        match self.words.men(word) {
            90..=100 => Some(Gender::Male),
            ..=10 => Some(Gender::Female),
            _ => None,
        }
    }

    /// How many people of the 2020 US census bear the word as a surname; 0 if it is rare or none.
    pub fn surname_count(&self, word: WordId) -> u32 {
        self.words.bearers(word)
    }

    /// The countries, as ISO 3166-1 codes, of whose news a word is typical; none for most words.
    pub fn countries(&self, word: WordId) -> &[Box<str>] {
        self.countries.get(&word).map_or(&[], |countries| countries)
    }

    /// The level of a local reference (`city`) or of a type word (`county`).
    pub fn place_level(&self, word: WordId) -> Option<PlaceLevel> {
        self.place_levels.get(&word).copied()
    }

    /// Nouns for persons.
    pub fn roles(&self) -> &Phrases<Role> {
        &self.roles
    }

    /// Nouns for bodies and documents.
    pub fn bodies(&self) -> &Phrases<Body> {
        &self.bodies
    }

    /// The forms of all cues.
    pub fn cues(&self) -> &Phrases<CueForm> {
        &self.cues
    }

    /// The cue that a form belongs to.
    pub fn cue(&self, form: CueForm) -> &CueEntry {
        &self.cue_entries[form.entry as usize]
    }

    /// Full names of organisations that their words do not give away.
    pub fn organizations(&self) -> &Phrases<Classes> {
        &self.organizations
    }

    fn add_word(&mut self, spelling: &str, classes: Classes) -> WordId {
        self.words.add(fold_hash(spelling), classes)
    }

    /// The words of a phrase, cut as a text is; `first` is added to the classes of the first.
    fn add_phrase(&mut self, phrase: &str, first: Classes) -> Vec<WordId> {
        let hashes: Vec<u64> = match plain_words(phrase) {
            Some(words) => words.map(fold_hash).collect(),
            None => tokenize(self, phrase).iter().map(|token| token.hash).collect(),
        };
        let classes = |i| if i == 0 { first } else { Classes::default() };
        hashes.iter().enumerate().map(|(i, &hash)| self.words.add(hash, classes(i))).collect()
    }

    fn read_abbreviations(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let mut abbreviation = Abbreviation::default();
            for attribute in entry.attributes() {
                match attribute {
                    "before-name" => abbreviation.before_name = true,
                    "before-number" => abbreviation.before_number = true,
                    "inner" => abbreviation.inner = true,
                    "final" => abbreviation.last = true,
                    "word" => abbreviation.word = true,
                    _ => return Err(entry.unknown(attribute)),
                }
            }
            if !entry.text.ends_with('.') {
                return Err(entry.error("an abbreviation ends with a full stop"));
            }
            self.abbreviations.insert(entry.text.into(), abbreviation);
        }
        Ok(())
    }

    fn read_function_words(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            if entry.text.contains(' ') {
                continue; // The classes are those of single words; longer ones are there for readers and later rules.
            }
            let mut classes = Classes::COMMON;
            for attribute in entry.attributes() {
                classes = classes.or(match attribute {
                    "determiner" => Classes::DETERMINER,
                    "preposition" => Classes::PREPOSITION,
                    "conjunction" => Classes::CONJUNCTION,
                    "subordinator" => Classes::SUBORDINATOR,
                    "auxiliary" => Classes::AUXILIARY.or(Classes::FINITE),
                    "modal" => Classes::MODAL.or(Classes::FINITE),
                    "negation" => Classes::NEGATION,
                    "adverb" => Classes::ADVERB,
                    "wh" => Classes::WH,
                    "number" => Classes::NUMBER,
                    "time" => Classes::TIME,
                    "quantifier" => Classes::QUANTIFIER,
                    "month" => Classes::MONTH,
                    "weekday" => Classes::WEEKDAY,
                    "possessive" => Classes::POSSESSIVE,
                    "particle" => Classes::PARTICLE,
                    "opener" => Classes::OPENER,
                    "interjection" => Classes::INTERJECTION,
                    "mid" => Classes::ADVERB,
                    _ => return Err(entry.unknown(attribute)),
                });
            }
            self.add_word(entry.text, classes);
        }
        Ok(())
    }

    fn read_pronouns(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let mut pronoun = Pronoun {
                person: 3,
                number: None,
                gender: None,
                neuter: false,
                subject: false,
                object: false,
                possessive: false,
                relative: false,
                indefinite: false,
                demonstrative: false,
                speaker: false,
            };
            for attribute in entry.attributes() {
                match attribute.split_once('=') {
                    Some(("person", "1")) => pronoun.person = 1,
                    Some(("person", "2")) => pronoun.person = 2,
                    Some(("person", "3") | ("gender", "any")) => {}
                    Some(("number", "singular")) => pronoun.number = Some(Number::Singular),
                    Some(("number", "plural")) => pronoun.number = Some(Number::Plural),
                    Some(("number", "any" | "singular,plural" | "plural,singular")) => {}
                    Some(("gender", "m")) => pronoun.gender = Some(Gender::Male),
                    Some(("gender", "f")) => pronoun.gender = Some(Gender::Female),
                    Some(("gender", "n")) => pronoun.neuter = true,
                    Some(("case", cases)) => {
                        for case in cases.split(',') {
                            match case {
                                "subject" => pronoun.subject = true,
                                "object" => pronoun.object = true,
                                "possessive" => pronoun.possessive = true,
                                "reflexive" => {}
                                _ => return Err(entry.unknown(attribute)),
                            }
                        }
                    }
                    None if attribute == "relative" => pronoun.relative = true,
                    None if attribute == "indefinite" => pronoun.indefinite = true,
                    None if attribute == "demonstrative" => pronoun.demonstrative = true,
                    None if attribute == "speaker" => pronoun.speaker = true,
                    None if matches!(
                        attribute,
                        "dialect" | "archaic" | "interrogative" | "reciprocal" | "contraction" | "expletive" | "standalone"
                    ) => {}
                    _ => return Err(entry.unknown(attribute)),
                }
            }
            let possessive = if pronoun.possessive { Classes::POSSESSIVE } else { Classes::default() };
            let word = self.add_word(entry.text, Classes::PRONOUN.or(Classes::COMMON).or(possessive));
            self.pronouns.insert(word, pronoun);
        }
        Ok(())
    }

    fn read_honorifics(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let mut honorific = Honorific::default();
            for attribute in entry.attributes() {
                match attribute.split_once('=') {
                    Some(("gender", gender)) => honorific.gender = Some(entry.gender(gender)?),
                    Some(("role", role)) => honorific.role = Some(role.replace('_', " ").into()),
                    None if attribute == "plural" => honorific.plural = true,
                    None if attribute == "also-name" => honorific.also_name = true,
                    None if attribute == "british" => {}
                    _ => return Err(entry.unknown(attribute)),
                }
            }
            let word = self.add_word(entry.text, Classes::HONORIFIC);
            self.honorifics.insert(word, honorific);
        }
        Ok(())
    }

    fn read_roles(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let mut role = Role {
                lemma: entry.text.into(),
                plural: false,
                singular: true,
                gender: None,
                governs: None,
                bodies: false,
                office: false,
                relation: false,
                weak: false,
            };
            let mut plurals = Vec::new();
            for attribute in entry.attributes() {
                match attribute.split_once('=') {
                    Some(("plural", forms)) => plurals = forms.split(',').map(|f| f.replace('_', " ")).collect(),
                    Some(("gender", gender)) => role.gender = Some(entry.gender(gender)?),
                    Some(("governs", level)) => {
                        role.governs = Some(Governs::named(level).ok_or_else(|| entry.unknown(attribute))?);
                    }
                    None if attribute == "bodies" => role.bodies = true,
                    None if attribute == "office" => role.office = true,
                    None if attribute == "relation" => role.relation = true,
                    None if attribute == "weak" => role.weak = true,
                    _ => return Err(entry.unknown(attribute)),
                }
            }
            role.plural = plurals.iter().any(|p| *p == entry.text);
            for form in hyphen_variants(entry.text) {
                let words = self.add_phrase(&form, Classes::ROLE);
                self.roles.insert(words, role.clone());
            }
            for plural in plurals.iter().filter(|p| *p != entry.text) {
                let role = Role { plural: true, singular: false, ..role.clone() };
                for form in hyphen_variants(plural) {
                    let words = self.add_phrase(&form, Classes::ROLE.or(Classes::ROLE_PLURAL));
                    self.roles.insert(words, role.clone());
                }
            }
        }
        Ok(())
    }

    fn read_bodies(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let mut body =
                Body { lemma: entry.text.into(), plural: false, sort: BodyType::Organization, governs: None, weak: false };
            let mut plurals = Vec::new();
            for attribute in entry.attributes() {
                match attribute.split_once('=') {
                    Some(("plural", forms)) => plurals = forms.split(',').map(|f| f.replace('_', " ")).collect(),
                    Some(("type", "organization")) => body.sort = BodyType::Organization,
                    Some(("type", "group")) => body.sort = BodyType::Group,
                    Some(("type", "document")) => body.sort = BodyType::Document,
                    Some(("number", "plural")) => body.plural = true,
                    Some(("governs", level)) => {
                        body.governs = Some(Governs::named(level).ok_or_else(|| entry.unknown(attribute))?);
                    }
                    None if attribute == "weak" => body.weak = true,
                    None if attribute == "place" => {}
                    _ => return Err(entry.unknown(attribute)),
                }
            }
            let words = self.add_phrase(entry.text, Classes::BODY);
            self.bodies.insert(words, body.clone());
            for plural in plurals.iter().filter(|p| *p != entry.text) {
                let words = self.add_phrase(plural, Classes::BODY.or(Classes::ROLE_PLURAL));
                self.bodies.insert(words, Body { plural: true, ..body.clone() });
            }
        }
        Ok(())
    }

    fn read_organizations(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let mut classes = Classes::default();
            let mut name = false;
            for attribute in entry.attributes() {
                classes = classes.or(match attribute {
                    "first" => Classes::ORGANIZATION_FIRST,
                    "last" => Classes::ORGANIZATION_LAST,
                    "media" => Classes::MEDIA,
                    "government" => Classes::GOVERNMENT,
                    "team" => Classes::TEAM,
                    "also-place" => Classes::ALSO_PLACE,
                    "also-common" => Classes::ALSO_COMMON,
                    "school" | "company" | "party" => Classes::default(),
                    "name" => {
                        name = true;
                        Classes::default()
                    }
                    _ => return Err(entry.unknown(attribute)),
                });
            }
            let words = self.add_phrase(entry.text, if name { Classes::ORGANIZATION_NAME } else { Classes::default() });
            if name || words.len() > 1 {
                let shared = words.len() == 1 && classes.any(Classes::ALSO_PLACE);
                let shared = if shared { Classes::ALSO_PLACE } else { Classes::default() };
                self.words.add_classes(words[0], Classes::ORGANIZATION_NAME.or(shared));
                self.organizations.insert(words, classes);
            } else {
                self.add_word(entry.text, classes);
            }
        }
        Ok(())
    }

    fn read_place_words(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let mut classes = Classes::default();
            let mut level = None;
            for attribute in entry.attributes() {
                match attribute.split_once('=') {
                    Some(("level", name)) => {
                        level = Some(match name {
                            "country" => PlaceLevel::Country,
                            "state" => PlaceLevel::State,
                            "county" => PlaceLevel::County,
                            "city" => PlaceLevel::City,
                            "neighborhood" | "district" => PlaceLevel::Neighborhood,
                            "supranational" => PlaceLevel::Supranational,
                            "other" => PlaceLevel::Other,
                            _ => return Err(entry.unknown(attribute)),
                        });
                    }
                    Some(("weight", "weak")) => classes = classes.or(Classes::WEAK_PREPOSITION),
                    Some(("weight", "strong")) => {}
                    Some(_) => return Err(entry.unknown(attribute)),
                    None => {
                        classes = classes.or(match attribute {
                            "type-before" => Classes::PLACE_TYPE_BEFORE,
                            "type-after" => Classes::PLACE_TYPE_AFTER,
                            "in" => Classes::PLACE_PREPOSITION,
                            "direction" => Classes::DIRECTION,
                            "feature-after" => Classes::FEATURE_AFTER,
                            "feature-before" => Classes::FEATURE_BEFORE,
                            "local-reference" => Classes::LOCAL_REFERENCE,
                            "also-place" => Classes::ALSO_PLACE,
                            "level-word" => Classes::LEVEL_WORD,
                            "person-after" => Classes::PERSON_AFTER,
                            "facility" | "street" | "water" | "land" | "british" => Classes::default(),
                            _ => return Err(entry.unknown(attribute)),
                        });
                    }
                }
            }
            // Of a longer entry ("high school") the last word says what it is; the rules look from there.
            let last = entry.text.rsplit(' ').next().unwrap_or(entry.text);
            let word = self.add_word(last, classes);
            if let Some(level) = level {
                self.place_levels.insert(word, level);
            }
        }
        Ok(())
    }

    fn read_country_words(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let countries: Box<[Box<str>]> = entry.attributes().map(Into::into).collect();
            if let Some(code) = countries.iter().find(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_uppercase())) {
                return Err(entry.error(format!("`{code}` is no country code of two capitals")));
            }
            if countries.is_empty() {
                return Err(entry.error("no country"));
            }
            let word = self.add_word(entry.text, Classes::COUNTRY_WORD);
            self.countries.insert(word, countries);
        }
        Ok(())
    }

    fn read_cues(&mut self, list: (&str, &str)) -> Result<(), ListError> {
        for entry in list::entries(list) {
            let entry = entry?;
            let cue = CueEntry::parse(&entry)?;
            let index = u16::try_from(self.cue_entries.len()).map_err(|_| entry.error("too many cues"))?;
            let particle = cue.lemma.split_once(' ').map_or("", |(_, particle)| particle).to_owned();
            for (form, spelling) in cue::forms(&entry, &cue)? {
                let phrase = if particle.is_empty() || cue.sort == CueSort::Phrase {
                    spelling.to_owned()
                } else {
                    format!("{spelling} {particle}")
                };
                let mut classes = Classes::CUE.or(Classes::COMMON);
                if cue.sort == CueSort::Verb {
                    classes = classes.or(Classes::VERB).or(match form {
                        Form::Base => Classes::BASE,
                        Form::Third => Classes::FINITE,
                        Form::Past => Classes::FINITE.or(Classes::PAST),
                        Form::Participle => Classes::PAST,
                        Form::Ing => Classes::PARTICIPLE_ING,
                    });
                }
                let words = self.add_phrase(&phrase, classes);
                self.cues.insert(words, CueForm { entry: index, form });
            }
            self.cue_entries.push(cue);
        }
        Ok(())
    }
}

/// The words of a phrase that has nothing but ASCII letters and single blanks: the tokenizer cuts it there, and takes longer to.
fn plain_words(phrase: &str) -> Option<impl Iterator<Item = &str>> {
    let plain = phrase.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ') && !phrase.contains("  ");
    plain.then(|| phrase.split(' '))
}

/// A phrase as it stands, and joined by hyphens ("vice president", "vice-president").
fn hyphen_variants(phrase: &str) -> Vec<String> {
    if phrase.matches(' ').count() == 1 { vec![phrase.to_owned(), phrase.replace(' ', "-")] } else { vec![phrase.to_owned()] }
}

impl Entry<'_> {
    fn gender(&self, letter: &str) -> Result<Gender, ListError> {
        match letter {
            "m" => Ok(Gender::Male),
            "f" => Ok(Gender::Female),
            _ => Err(self.error("gender is m or f")),
        }
    }
}

/// Whether tokens of this kind may be part of a phrase of the lexicon.
fn in_phrase(kind: TokenKind) -> bool {
    !matches!(kind, TokenKind::Stop | TokenKind::Mark(_) | TokenKind::Comma)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_lists_parse() {
        let lexicon = Lexicon::english();
        assert!(lexicon.classes(lexicon.word("The")).any(Classes::DETERMINER));
        assert!(lexicon.classes(lexicon.word("said")).any(Classes::CUE));
        assert!(lexicon.abbreviation("Mr.").is_some_and(|a| a.before_name));
        assert!(lexicon.abbreviation("CALIF.").is_some());
        assert_eq!(lexicon.given_name_gender(lexicon.word("Mary")), Some(Gender::Female));
        assert_eq!(lexicon.word("qwertzuiop"), WordId::UNKNOWN);
    }

    #[test]
    fn phrases_are_cut_as_texts_are() {
        let lexicon = Lexicon::english();
        let lists = [shipped!("roles.txt"), shipped!("bodies.txt"), shipped!("organizations.txt"), shipped!("cues.txt")];
        let phrases = lists.into_iter().flat_map(list::entries).map(|entry| entry.unwrap().text);
        let mut count = 0;
        for (phrase, words) in phrases.filter_map(|phrase| plain_words(phrase).map(|words| (phrase, words))) {
            let tokens: Vec<u64> = tokenize(&lexicon, phrase).iter().map(|token| token.hash).collect();
            assert_eq!(words.map(fold_hash).collect::<Vec<_>>(), tokens, "{phrase}");
            count += 1;
        }
        assert!(count > 1000, "{count}");
        assert!(plain_words("vice-president").is_none() && plain_words("two  blanks").is_none());
    }

    #[test]
    fn phrases_match_the_longest_form() {
        let lexicon = Lexicon::english();
        for (text, words) in [("attorney general", 2), ("attorneys general", 2), ("attorney", 1), ("vice-president", 3)] {
            let tokens = tokenize(&lexicon, text);
            assert_eq!(lexicon.roles().longest(&tokens, 0).map(|(_, n)| n), Some(words), "{text}");
        }
    }
}
