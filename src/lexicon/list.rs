//! The format that all language lists share.
//!
//! UTF-8 lines; `#` starts a comment line; an entry is its text, then fields after tabs. A field holds attributes separated by
//! blanks.

use std::fmt;

/// One line of a list.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The first field.
    pub text: &'a str,
    rest: &'a str,
    file: &'a str,
    line: usize,
}

impl<'a> Entry<'a> {
    /// The fields behind the first.
    pub fn fields(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        // A plain search, as in [`entries`]: that is what an array asks for.
        self.rest.split(['\t'])
    }

    /// The attributes of all fields behind the first.
    pub fn attributes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.rest.split_whitespace()
    }

    /// An error at this line.
    pub fn error(&self, reason: impl Into<String>) -> ListError {
        ListError { file: self.file.into(), line: self.line, reason: reason.into() }
    }

    /// The error for an attribute that the list does not have.
    pub fn unknown(&self, attribute: &str) -> ListError {
        self.error(format!("unknown attribute `{attribute}`"))
    }
}

/// A malformed line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    file: String,
    line: usize,
    reason: String,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

impl std::error::Error for ListError {}

/// The entries of a list, given as its name and its text.
pub fn entries<'a>((file, text): (&'a str, &'a str)) -> impl Iterator<Item = Result<Entry<'a>, ListError>> {
    lines(text).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).map(move |(number, line)| {
        // Fields are short: a plain search is quicker than a clever one, and thousands of lines are read at each start.
        let tab = line.bytes().position(|b| b == b'\t');
        let (text, rest) = tab.map_or((line, ""), |at| (&line[..at], &line[at + 1..]));
        let entry = Entry { text, rest, file, line: number + 1 };
        let framed = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_graphic());
        let clean = framed(text.bytes().next()) && framed(text.bytes().next_back());
        if !clean && (text.trim() != text || text.is_empty()) {
            Err(entry.error("the entry is empty or has blanks around it"))
        } else {
            Ok(entry)
        }
    })
}

/// The lines of a text, as [`str::lines`] gives them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(end) => (rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]), &rest[end + 1..]),
            None => (rest, ""),
        };
        rest = behind;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_standard_library() {
        for text in ["", "a", "a\n", "a\n\nb", "a\r\nb\r\n", "a\rb\r", "\n", "é\n—\n"] {
            assert_eq!(lines(text).collect::<Vec<_>>(), text.lines().collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn comments_and_empty_lines_are_passed_over_and_errors_name_the_line() {
        let list = ("x.txt", "# head\n\nmayor\tplural=mayors office\n bad\n");
        let read: Vec<_> = entries(list).collect();
        assert_eq!(read.len(), 2);
        let entry = read[0].as_ref().unwrap();
        assert_eq!((entry.text, entry.attributes().count()), ("mayor", 2));
        assert_eq!(read[1].as_ref().unwrap_err().to_string(), "x.txt:4: the entry is empty or has blanks around it");
        assert_eq!(entry.unknown("y").to_string(), "x.txt:3: unknown attribute `y`");
    }
}
