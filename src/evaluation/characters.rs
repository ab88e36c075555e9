//! Letters and words, as the definitions of the figures take them.
//!
//! A letter is a character of Unicode's categories L and N. `char::is_alphanumeric` goes further: it takes vowel signs and circled
//! letters too, and a figure that counts letters would differ from what others measure.

use crate::span::Span;
use unicode_normalization::char::is_combining_mark;

/// Whether a character is a letter or a digit.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    c.is_alphanumeric() && !is_combining_mark(c) && !matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
}

/// Whether a character belongs to a word: a letter or an underscore.
pub fn is_word_character(c: char) -> bool {
    is_letter(c) || c == '_'
}

/// Whether a character is white space; the separators of ASCII are too.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Whether a character is an apostrophe.
pub fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// The words of a text: runs of letters, with single characters for which `joins` holds between two runs.
pub fn words(text: &str, joins: fn(char) -> bool) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_letter)?;
        let mut end = start;
        loop {
            end += text[end..].find(|c| !is_letter(c)).unwrap_or(text.len() - end);
            let mut rest = text[end..].chars();
            match (rest.next(), rest.next()) {
                (Some(joint), Some(next)) if joins(joint) && is_letter(next) => end += joint.len_utf8(),
                _ => break,
            }
        }
        at = end;
        Some(Span::new(start, end))
    })
}

/// The number of words, with apostrophes inside.
pub fn count_words(text: &str) -> usize {
    words(text, is_apostrophe).count()
}

/// A name as definitions compare it: without the `'s` of possessives; those that end a run of word characters.
pub fn without_possessives(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut rest = name.chars();
    while let Some(c) = rest.next() {
        if is_apostrophe(c) {
            let mut ahead = rest.clone();
            if ahead.next() == Some('s') && !ahead.clone().next().is_some_and(is_word_character) {
                rest = ahead;
                continue;
            }
        }
        kept.push(c);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_letters_and_digits_alone() {
        assert!("aZ0éß½²Ⅷ中".chars().all(is_letter));
        assert!(!"_ -’\u{301}\u{93f}Ⓐ".chars().any(is_letter));
    }

    #[test]
    fn words_hold_inner_apostrophes() {
        let text = "The mayor’s ’70s plan: 1,500 rock 'n' roll_fans don't";
        let found: Vec<&str> = words(text, is_apostrophe).map(|w| w.of(text)).collect();
        assert_eq!(found, ["The", "mayor’s", "70s", "plan", "1", "500", "rock", "n", "roll", "fans", "don't"]);
        assert_eq!(count_words("“…”"), 0);
    }

    #[test]
    fn possessives_go_and_other_apostrophes_stay() {
        assert_eq!(without_possessives("Reed's aide’s O’sullivan 's"), "Reed aide O’sullivan ");
    }
}
