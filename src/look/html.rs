//! Text from a corpus on a page.

use crate::span::start_of;
use maud::{Escaper, PreEscaped, Render};
use std::fmt::Write;

/// The longest text that a page shows, in bytes; a corpus may hold words of a megabyte.
const LONGEST: usize = 4000;

/// Text of a corpus: escaped, its own direction of writing kept from what stands around it, without characters that no page may
/// hold, and not endless.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a>(pub &'a str);

impl Render for Said<'_> {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str("<bdi>");
        Plain(self.0).render_to(buffer);
        buffer.push_str("</bdi>");
    }
}

/// The same for attributes and titles, where there is no element for the direction.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a>(pub &'a str);

impl Render for Plain<'_> {
    fn render_to(&self, buffer: &mut String) {
        let (shown, rest) = cut(self.0, LONGEST);
        let mut escaper = Escaper::new(buffer);
        for piece in shown.split_inclusive(is_unfit) {
            let fit = piece.strip_suffix(is_unfit);
            let written = escaper
                .write_str(fit.unwrap_or(piece))
                .and_then(|()| if fit.is_some() { escaper.write_char('\u{fffd}') } else { Ok(()) });
            written.expect("memory takes all");
        }
        if rest {
            buffer.push('…');
        }
    }
}

/// Controls that HTML forbids, and those that turn the direction of what follows.
fn is_unfit(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t' | '\r')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

/// The start of a text, and whether something is left out.
pub fn cut(text: &str, longest: usize) -> (&str, bool) {
    (start_of(text, longest), text.len() > longest)
}

/// `1,234,567`
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in percent: `0 %`, `<1 %`, `12 %`.
pub fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    if part > 0 && share < 0.5 { "<1 %".to_owned() } else { format!("{share:.0} %") }
}

/// What a style sheet may not hold is checked by its tests: it is ours.
pub(super) fn style(css: &'static str) -> PreEscaped<&'static str> {
    PreEscaped(css)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_corpus_holds_stays_text() {
        let html = |text: &str| Said(text).render().into_string();
        assert_eq!(html("<script>alert(1)</script>"), "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>");
        assert_eq!(html("\" onload='x' & \0\u{202e}b"), "<bdi>&quot; onload='x' &amp; \u{fffd}\u{fffd}b</bdi>");
        let long = html(&"é".repeat(1_000_000));
        assert!(long.len() < 5000 && long.ends_with("…</bdi>"), "{}", long.len());
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([number(7), number(1234), number(1_234_567)], ["7", "1,234", "1,234,567"]);
        assert_eq!([percent(0, 9), percent(1, 900), percent(1, 3), percent(0, 0)], ["0 %", "<1 %", "33 %", "0 %"]);
    }
}
