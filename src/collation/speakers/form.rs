//! What a name in a row is, before documents are compared: a name, one word of one, or words; and the head of a role.

use super::KnownBy;
use super::gathered::Gathered;
use crate::collation::SpeakerInRow;
use crate::collation::name::{Name, may_be_one};
use crate::lexicon::{Classes, Governs, Lexicon, Nicknames, Role};
use crate::mention::PARTICLES;
use crate::speaker::SpeakerType;
use crate::token::tokenize;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The head of a role: `senator` of "Texas Sen.", `chairman` of "chairman of the Senate committee".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) lemma: String,
    pub(super) governs: Option<Governs>,
    /// A title.
    pub(super) office: bool,
}

/// The head of a role, if it is more than a tie to somebody else or a form of address.
pub(super) fn head(lexicon: &Lexicon, role: &str) -> Option<Head> {
    let tokens = tokenize(lexicon, role);
    let classes = |i: usize| tokens[i].classes;
    let mut found = None;
    let mut at = 0;
    while at < tokens.len() {
        if let Some((roles, length)) = lexicon.roles().longest(&tokens, at) {
            found = roles.iter().find(|r| !r.weak).or(roles.first()).map(of_role);
            at += length;
            continue;
        }
        if let Some(short) = lexicon.honorific(tokens[at].word).and_then(|h| h.role.as_deref()) {
            found = Some(of_short_form(lexicon, short));
        } else if found.is_some() && classes(at).any(Classes::PREPOSITION.or(Classes::CONJUNCTION)) {
            break;
        }
        at += 1;
    }
    found.flatten().filter(|head| head.lemma != "doctor")
}

fn of_role(role: &Role) -> Option<Head> {
    // A secretary of labor is a labor secretary.
    let lemma = role.lemma.split_once(" of ").map_or(role.lemma.to_string(), |(head, field)| format!("{field} {head}"));
    (!role.relation).then_some(Head { lemma, governs: role.governs, office: role.office })
}

fn of_short_form(lexicon: &Lexicon, role: &str) -> Option<Head> {
    let tokens = tokenize(lexicon, role);
    let whole = lexicon.roles().longest(&tokens, 0).filter(|(_, length)| *length == tokens.len());
    whole.and_then(|(roles, _)| of_role(roles.first()?))
}

/// What a name is, before documents are compared.
#[derive(Clone)]
pub(in crate::collation) struct Form {
    pub(super) known_by: KnownBy,
    pub(super) sort: SpeakerType,
    pub(in crate::collation) name: Name,
    pub(in crate::collation) key: String,
}

/// The form of a name in rows.
pub(super) fn form(lexicon: &Lexicon, written: &str, sort: SpeakerType, described: bool) -> Form {
    let (known_by, name) = match sort {
        SpeakerType::Group => (KnownBy::Words, Name::body(written)),
        SpeakerType::Person | SpeakerType::Unknown if described && has_given_name(lexicon, written) => {
            (KnownBy::Name, Name::person(lexicon, written))
        }
        SpeakerType::Organization if names_body(lexicon, written) && (!described || is_all_capital(written)) => {
            (KnownBy::Name, Name::body(written))
        }
        _ if described => (KnownBy::Words, Name::body(written)),
        SpeakerType::Person | SpeakerType::Unknown if names_person(lexicon, written) => {
            let name = Name::person(lexicon, written);
            (if name.given().is_some() { KnownBy::Name } else { KnownBy::BareName }, name)
        }
        _ => (KnownBy::Words, Name::body(written)),
    };
    let key = name.key();
    // What holds no letter at all names nobody.
    let known_by = if key.is_empty() { KnownBy::Words } else { known_by };
    Form { known_by, sort, name, key }
}

fn is_capital(word: &str) -> bool {
    word.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase)
}

/// Whether at least two words, and all but the small ones, have capitals.
fn is_all_capital(written: &str) -> bool {
    let parts: Vec<&str> = written.split_whitespace().collect();
    parts.len() > 1 && parts.iter().all(|part| is_capital(part) || part.len() <= 3)
}

/// Whether words are shaped like a person's name: capitals but for particles, and no role at the end.
fn names_person(lexicon: &Lexicon, written: &str) -> bool {
    let name = Name::person(lexicon, written);
    let parts: Vec<&str> = name.shown.split_whitespace().collect();
    let shaped = parts.iter().all(|p| is_capital(p) || PARTICLES.contains(p) || p.contains("al-") || p.contains("el-"));
    let (true, Some(last)) = (shaped && parts.len() <= 6 && !name.shown.contains(','), parts.last()) else { return false };
    let classes = lexicon.classes(lexicon.word(last));
    !classes.any(Classes::ROLE.or(Classes::BODY)) || classes.any(Classes::SURNAME) && parts.len() > 1
}

/// Whether words are shaped like a full name and start with a given name: surer than the rule that took them for a description.
fn has_given_name(lexicon: &Lexicon, written: &str) -> bool {
    let name = Name::person(lexicon, written);
    let first = name.shown.split_whitespace().next().unwrap_or_default();
    let given = lexicon.classes(lexicon.word(first)).any(Classes::GIVEN_NAME);
    given && name.given().is_some() && names_person(lexicon, written)
}

/// Whether words name a body: they start with a capital of their own, and are more than a noun ("City Council").
fn names_body(lexicon: &Lexicon, written: &str) -> bool {
    let name = Name::body(written);
    let tokens = tokenize(lexicon, &name.shown);
    let Some(first) = tokens.first() else { return false };
    let known = lexicon.organizations().longest(&tokens, 0).is_some_and(|(_, length)| length == tokens.len());
    if known && is_capital(&name.shown) {
        return true;
    }
    let classes = first.classes;
    let grammar =
        [Classes::DETERMINER, Classes::QUANTIFIER, Classes::NUMBER, Classes::PRONOUN, Classes::PREPOSITION, Classes::WH];
    let noun = lexicon.bodies().longest(&tokens, 0).is_some_and(|(_, length)| length == tokens.len());
    let parts: Vec<&str> = name.shown.split_whitespace().collect();
    is_capital(&name.shown)
        && !noun
        && !grammar.iter().any(|&c| classes.any(c))
        && parts.len() <= 10
        && (parts.len() == 1
            || is_all_capital(&name.shown)
            || !classes.any(Classes::COMMON) && parts.len() <= 4 && !name.shown.contains(','))
}

/// A name whose type a document leaves open takes the type that others give it, if they agree.
pub(super) fn settle_types(forms: &mut [Form]) {
    let mut sorts: HashMap<String, BTreeSet<&'static str>> = HashMap::new();
    let named = |form: &Form| form.known_by == KnownBy::Name;
    for form in forms.iter().filter(|form| named(form) && form.sort != SpeakerType::Unknown) {
        sorts.entry(form.key.clone()).or_default().insert(form.sort.name());
    }
    for form in forms.iter_mut().filter(|form| form.known_by != KnownBy::Words && form.sort == SpeakerType::Unknown) {
        match sorts.get(&form.key).map(|sorts| sorts.iter().copied().collect::<Vec<_>>()).as_deref() {
            Some(["person"]) => form.sort = SpeakerType::Person,
            Some(["organization"]) => (form.sort, form.known_by) = (SpeakerType::Organization, KnownBy::Name),
            _ => {}
        }
    }
}

/// Words of which a document does not say what they are, but for a person of that surname in it, are that surname.
pub(super) fn settle_surnames(forms: &mut [Form], lexicon: &Lexicon, gathered: &Gathered) {
    let units = || gathered.units.iter();
    let persons = forms.iter().zip(units()).filter(|(f, _)| f.known_by == KnownBy::Name && f.sort == SpeakerType::Person);
    let surnames: HashSet<(u32, String)> = persons.map(|(f, unit)| (unit.document, f.name.last().to_owned())).collect();
    for (form, unit) in forms.iter_mut().zip(units()) {
        let one_word = form.name.words.len() == 1 && is_capital(&form.name.shown);
        let open = form.known_by == KnownBy::Words && form.sort == SpeakerType::Unknown;
        if open && one_word && surnames.contains(&(unit.document, form.name.words[0].clone())) {
            let name = Name::person(lexicon, gathered.names.get(unit.name));
            *form = Form { known_by: KnownBy::BareName, sort: form.sort, key: name.key(), name };
        }
    }
}

impl Form {
    /// The form of a row's speaker.
    pub(in crate::collation) fn of(lexicon: &Lexicon, speaker: &SpeakerInRow) -> Form {
        form(lexicon, speaker.name.trim(), speaker.sort, speaker.rule == "description")
    }

    /// Whether it names somebody; others may be anybody.
    pub(in crate::collation) fn is_named(&self) -> bool {
        self.known_by != KnownBy::Words && self.sort != SpeakerType::Unknown
    }

    /// Whether two speakers may be one: persons by their names, bodies by theirs; a body speaks through a person.
    pub(in crate::collation) fn may_be(&self, nicknames: &Nicknames, other: &Form) -> bool {
        match (self.sort == SpeakerType::Person, other.sort == SpeakerType::Person) {
            _ if !self.is_named() || !other.is_named() => true,
            (true, true) => self.key == other.key || may_be_one(nicknames, &self.name, &other.name),
            (false, false) => self.key == other.key,
            _ => true,
        }
    }

    /// Whether both are named, and alike to the last word of the name.
    pub(in crate::collation) fn shares_surname(&self, other: &Form) -> bool {
        self.is_named() && other.is_named() && self.sort == other.sort && self.name.last() == other.name.last()
    }
}
