//! Classes of words.

/// A set of word classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes(pub(super) u64);

macro_rules! classes {
    ($($name:ident = $bit:expr, $doc:expr;)*) => {
        impl Classes {
            $(#[doc = $doc] pub const $name: Classes = Classes(1 << $bit);)*
        }
    };
}

classes! {
    DETERMINER = 0, "the, a, this";
    PREPOSITION = 1, "of, in, after";
    CONJUNCTION = 2, "and, or, but";
    SUBORDINATOR = 3, "because, that, whether";
    AUXILIARY = 4, "is, has, did, isn't";
    MODAL = 5, "will, could, won't";
    NEGATION = 6, "not, never";
    ADVERB = 7, "also, recently, reportedly";
    WH = 8, "who, what, why";
    NUMBER = 9, "one, hundred, dozen";
    TIME = 10, "Monday, March, yesterday, week";
    QUANTIFIER = 11, "many, several, both";
    PRONOUN = 12, "she, them, someone";
    POSSESSIVE = 13, "her, their (before a noun)";
    CUE = 14, "A cue starts here, or may";
    ROLE = 15, "A role starts here, or may";
    BODY = 16, "A body starts here, or may";
    HONORIFIC = 17, "Mr., Sen., Dame";
    ORGANIZATION_FIRST = 18, "University (of X)";
    ORGANIZATION_LAST = 19, "(X) Department";
    ORGANIZATION_NAME = 20, "The full name of an organisation starts here, or may";
    GIVEN_NAME = 21, "A given name";
    SURNAME = 22, "A surname";
    COMMON = 23, "A dictionary has the word in lower case";
    VERB = 24, "A form of a verb (cues included)";
    DIRECTION = 25, "north, downtown, greater";
    PLACE_TYPE_BEFORE = 26, "city (of X)";
    PLACE_TYPE_AFTER = 27, "(X) County";
    FEATURE_AFTER = 28, "(X) Street, Airport, River";
    FEATURE_BEFORE = 29, "Lake (X)";
    LOCAL_REFERENCE = 30, "the city, the state";
    PLACE_PREPOSITION = 31, "in, near, across";
    MEDIA = 32, "(The X) Times";
    FINITE = 33, "A verb form that is finite as a rule (says, went, is), or a modal";
    PAST = 34, "A past form of a verb";
    PARTICIPLE_ING = 35, "An -ing form of a verb";
    VERB_NOUN = 36, "A verb form that is more often a noun";
    BASE = 37, "The base form of a verb";
    MONTH = 38, "January, Jan.";
    WEEKDAY = 39, "Monday";
    TEAM = 40, "A team's nickname";
    GOVERNMENT = 41, "A head word of public bodies";
    ROLE_PLURAL = 42, "A plural role or body starts here, or may";
    ALSO_PLACE = 43, "A feature or head word that many towns have in their names (Fort, Park)";
    ALSO_COMMON = 44, "An organisation's head word that is an ordinary word as well (Heat, Center)";
    PARTICLE = 45, "up, out; the to of an infinitive";
    OPENER = 46, "An adverb that opens a sentence (meanwhile)";
    WEAK_PREPOSITION = 47, "A preposition that stands before places, and before much else (to, of)";
    PERSON_AFTER = 48, "A word before persons or bodies that looks like a place word";
    INTERJECTION = 49, "yes, oh, well";
    LEVEL_WORD = 50, "A word of one level's government (council, statehouse, federal)";
    COUNTRY_WORD = 51, "A word by which a text shows in which country it is at home (sheriff, councillors)";
}

impl Classes {
    /// Whether the sets share a class.
    pub fn any(self, other: Classes) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    pub const fn or(self, other: Classes) -> Classes {
        Classes(self.0 | other.0)
    }
}
