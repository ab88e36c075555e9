//! Messages on standard error, in colour on a terminal.

use super::style::{FAINT, RESET, WARNING};
use std::fmt::Display;

/// Says what is lost.
pub fn rejected(problem: impl Display) {
    anstream::eprintln!("{WARNING}rejected:{RESET} {problem}");
}

/// Says something that is good to know.
pub fn note(message: impl Display) {
    anstream::eprintln!("{FAINT}note:{RESET} {message}");
}

/// `1 row`, `2 rows`
pub fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
