//! Names as the definitions of the figures compare them.
//!
//! There are two ways, each fixed by the definition that it belongs to: quotations compare the last word of a name, triples whole
//! names, of persons otherwise than of bodies.

use super::characters::{is_apostrophe, is_space, is_word_character, without_possessives, words};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Words that are no name.
const PRONOUNS: &str = " he she they it i we you him her them his hers their its who which that one me us my our himself herself \
                        themselves this these those some many others ";
/// What may stand behind a name.
const SUFFIXES: &str = " jr sr ii iii iv md phd esq ";
/// Words that end the head of a noun phrase.
const HEAD_ENDS: &str = " of who whose which that from at for in on with and to by as ";
/// Words that tell no names apart.
const EMPTY: &str = " the of a an and for in mr mrs ms dr sir dame lord lady gov sen rep jr sr iii ii ";

/// Whether a word stands in a list.
fn is_in(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|w| w == word)
}

/// The last word of a name in lower case, without "Jr." and the like; `None` for pronouns and where there is no word.
pub fn last_name(name: &str) -> Option<String> {
    let name = without_plural_apostrophes(&without_possessives(name));
    let joins = |c| is_apostrophe(c) || matches!(c, '-' | '.');
    let mut words: Vec<String> = words(&name, joins).map(|word| word.of(&name).to_lowercase()).collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_in(SUFFIXES, word.trim_matches('.'))) {
        words.pop();
    }
    words.pop().filter(|word| !is_in(PRONOUNS, word))
}

/// Without the apostrophes of plurals (`the Joneses' son`): those behind an `s` and before no word.
fn without_plural_apostrophes(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(c) = characters.next() {
        let plural = is_apostrophe(c) && before == 's' && !characters.peek().is_some_and(|&next| is_word_character(next));
        if !plural {
            kept.push(c);
        }
        before = c;
    }
    kept
}

/// The start of a noun phrase up to what ends its head: "the mayor" of "the mayor of Toledo, Ana Ruiz".
pub fn head(phrase: &str) -> &str {
    let phrase = phrase.trim_matches(is_space);
    let ends_head = |at: usize, c: char| -> bool {
        let (before, from) = (phrase[..at].chars().next_back(), &phrase[at..]);
        if matches!(c, ',' | ';' | ':' | '(' | '—' | '–' | '“' | '"') {
            return true;
        }
        if c == '-' {
            return before.is_some_and(is_space) && from[1..].starts_with(is_space);
        }
        let word = &from[..from.find(|c| !is_word_character(c)).unwrap_or(from.len())];
        !before.is_some_and(is_word_character) && is_in(HEAD_ENDS, &word.to_lowercase())
    };
    // What a phrase begins with is its head, whatever it is.
    phrase.char_indices().skip(1).find(|&(at, c)| ends_head(at, c)).map_or(phrase, |(at, _)| &phrase[..at])
}

/// A name without diacritics, possessives and case.
pub fn normal(name: &str) -> String {
    let plain: String = name.nfkd().filter(|&c| canonical_combining_class(c) == 0).collect();
    without_possessives(&plain).to_lowercase().replace('ß', "ss").replace('ς', "σ")
}

/// Whether two names are of the same speaker; the gold's type says whether of a person.
pub fn same_speaker(gold: Option<&str>, is_person: bool, found: Option<&str>) -> bool {
    let filled = |name: Option<&'_ str>| name.is_some_and(|name| !name.is_empty());
    if !filled(gold) || !filled(found) {
        return filled(gold) == filled(found);
    }
    let (gold, found) = (gold.unwrap_or_default(), found.unwrap_or_default());
    let (ours, theirs) = (telling_words(gold), telling_words(found));
    let ([first, .., last], [other_first, .., other_last]) = (&pad(&ours)[..], &pad(&theirs)[..]) else {
        return normal(gold) == normal(found);
    };
    if is_person {
        return last == other_last && (ours.len() < 2 || theirs.len() < 2 || same_given_name(first, other_first));
    }
    ours.iter().any(|word| theirs.contains(word))
        || acronym(gold) == normal(found).replace('.', "")
        || acronym(found) == normal(gold).replace('.', "")
}

/// The only word of a list twice, so that it has a first and a last one.
fn pad(words: &[String]) -> Vec<&String> {
    if words.len() == 1 { vec![&words[0], &words[0]] } else { words.iter().collect() }
}

/// Whether two given names may be one: the same, the same three letters at their start, or an initial.
fn same_given_name(a: &str, b: &str) -> bool {
    let start = |name: &str, n| name.chars().take(n).collect::<String>();
    let is_initial = |name: &str| name.chars().count() == 1;
    start(a, 3) == start(b, 3) || ((is_initial(a) || is_initial(b)) && start(a, 1) == start(b, 1))
}

fn telling_words(name: &str) -> Vec<String> {
    let name = normal(name);
    name.split(|c| !is_word_character(c)).filter(|word| !word.is_empty() && !is_in(EMPTY, word)).map(str::to_owned).collect()
}

/// The first capital of each word.
fn acronym(name: &str) -> String {
    let words = name.split(|c| !is_word_character(c));
    words.filter_map(|word| word.chars().find(char::is_ascii_uppercase)).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_names_are_without_suffixes_and_possessives() {
        let last = |name| last_name(name).unwrap_or_default();
        assert_eq!(last("Ana Ruiz-Lopez Jr."), "ruiz-lopez");
        assert_eq!(last("Amos O’Neil’s"), "o’neil");
        assert_eq!(last("the Joneses'-led group of the Joneses'"), "joneses");
        assert_eq!(last("Jr."), "jr");
        assert_eq!(last_name("She"), None);
        assert_eq!(last_name(" — "), None);
    }

    #[test]
    fn the_head_of_a_phrase_ends_at_what_follows_it() {
        assert_eq!(head("the mayor of Toledo"), "the mayor ");
        assert_eq!(head(" Ana Ruiz, who sails "), "Ana Ruiz");
        assert_eq!(head("Ana Ruiz - By The Sea"), "Ana Ruiz ");
        assert_eq!(head("co-owner Forbes"), "co-owner Forbes");
        assert_eq!(head("For All By-law Group"), "For All ");
        assert_eq!(head("“Red” Ruiz"), "“Red” Ruiz");
        assert_eq!(head(""), "");
    }

    #[test]
    fn persons_agree_in_their_last_and_first_names() {
        let same = |a, b| same_speaker(Some(a), true, Some(b));
        assert!(same("Ana Ruiz", "Ruiz") && same("José Müller", "jose muller’s") && same("Eva Ruiz", "E. B. Ruiz"));
        assert!(same("Benjamin Ode", "Ben Ode") && same("Mayor's", "Mayor"));
        assert!(!same("Ana Ruiz", "Eva Ruiz") && !same("Ana Ruiz", "Ana Lopez"));
        assert!(same_speaker(None, true, None) && same_speaker(None, true, Some("")) && !same_speaker(None, true, Some("Ana")));
    }

    #[test]
    fn bodies_agree_in_a_word_or_their_acronym() {
        let same = |a, b| same_speaker(Some(a), false, Some(b));
        assert!(
            same("Port of Toledo", "Toledo Harbor Board")
                && same("Toledo Harbor Board", "T.H.B.")
                && same("THB", "Toledo Harbor Board")
        );
        assert!(!same("the police", "the mayor") && same("The", "the") && !same("The", "of"));
    }
}
