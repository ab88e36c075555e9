//! Messages on standard error, in colour on a terminal.

use super::style::{FAINT, RESET, WARNING};
use std::fmt::Display;

/// Says what is lost.
pub fn rejected(problem: impl Display) {
    anstream::eprintln!("{WARNING}rejected:{RESET} {}", harmless(&problem.to_string()));
}

/// Says something that is good to know.
pub fn note(message: impl Display) {
    anstream::eprintln!("{FAINT}note:{RESET} {}", harmless(&message.to_string()));
}

/// Text of somebody else as a terminal may have it: what would steer the terminal, or turn the direction of writing, is replaced.
pub fn harmless(text: &str) -> String {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if steers(c) || turns(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// `1 row`, `2 rows`
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_replaced() {
        assert_eq!(harmless("a\u{1b}]0;b\u{7}\u{202e}c\té\n"), "a\u{fffd}]0;b\u{fffd}\u{fffd}c\té\n");
    }
}
