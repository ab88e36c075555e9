//! Quote regions: the text inside quotation marks, as the definitions of the figures take it.
//!
//! These are no quotations of the pipeline, on purpose: gold and prediction are cut by the same fixed rules, whatever the pipeline
//! learns about marks.
//!
//! 1. A region lies in one line.
//! 2. Double marks are “ ” „ ‟ « » " `` and ''. A mark that points opens where nothing is open and closes where something is; one
//!    that points the wrong way for where it stands is passed over, but a closing mark where only an opening one can stand opens. A
//!    straight mark opens or closes by what is open. One in opening position while a straight one is open starts again; while a
//!    pointing one is open, it is passed over.
//! 3. A line that ends while a mark is open is quoted to its end if the mark is its first character or the next line that is not
//!    blank starts with a mark; else the mark is a stray one.
//! 4. Single marks count outside of double ones. They enclose two words at least, and the closing one is no plural's apostrophe
//!    (`the voters’ plan`) as long as another may close.

use super::characters::{count_words, is_letter, is_space};
use crate::span::Span;

/// The insides of the quote regions of a text, line by line; in a line in the order of their marks.
pub fn quote_regions(text: &str) -> Vec<Span> {
    let lines: Vec<Span> = lines(text).filter(|line| !line.of(text).chars().all(is_space)).collect();
    let mut regions = Vec::new();
    for (i, &line) in lines.iter().enumerate() {
        let goes_on = lines.get(i + 1).is_some_and(|next| starts_with_mark(next.of(text)));
        let line = Line::new(text, line);
        let double = line.double_regions(goes_on);
        let mut found = line.single_regions(&double);
        found.extend(double);
        found.sort_unstable_by_key(|region| region.open);
        regions.extend(found.iter().map(|region| Span::new(line.byte(region.start), line.byte(region.end))));
    }
    regions
}

/// What some spans have inside of quote regions: each piece that holds a word, once, in order.
pub fn segments(text: &str, spans: &[Span], regions: &[Span]) -> Vec<Span> {
    let mut pieces = Vec::new();
    for span in spans {
        let first = regions.partition_point(|region| region.end <= span.start);
        for region in regions[first..].iter().take_while(|region| region.start < span.end) {
            let (start, end) = (region.start.max(span.start), region.end.min(span.end));
            let piece = Span { start, end };
            if start < end && count_words(piece.of(text)) > 0 {
                pieces.push(piece);
            }
        }
    }
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let span = Span::new(start, start + line.len());
        start = span.end as usize + 1;
        span
    })
}

fn starts_with_mark(line: &str) -> bool {
    let line = line.trim_start_matches(is_space);
    line.starts_with("``") || line.starts_with("''") || line.starts_with(|c| opens(c) || closes(c) || c == '"')
}

fn opens(c: char) -> bool {
    matches!(c, '“' | '„' | '‟' | '«')
}

fn closes(c: char) -> bool {
    matches!(c, '”' | '»')
}

/// A dash or a bracket, behind which a mark opens.
fn leads_in(c: char) -> bool {
    is_space(c) || matches!(c, '(' | '[' | '—' | '–' | '-')
}

/// Where a double mark points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Open,
    Close,
    Straight,
}

struct Mark {
    /// Its first character and one past its last, as indices into the line.
    start: usize,
    end: usize,
    direction: Direction,
}

/// A region, as indices into the characters of a line: with its marks from `open` to `close`, without from `start` to `end`.
#[derive(Clone, Copy)]
struct Region {
    open: usize,
    start: usize,
    end: usize,
    close: usize,
}

/// The characters of a line, each with the byte where it stands.
struct Line {
    characters: Vec<(usize, char)>,
    end: usize,
}

impl Line {
    fn new(text: &str, span: Span) -> Line {
        let start = span.start as usize;
        Line { characters: span.of(text).char_indices().map(|(at, c)| (start + at, c)).collect(), end: span.end as usize }
    }

    fn len(&self) -> usize {
        self.characters.len()
    }

    fn byte(&self, at: usize) -> usize {
        self.characters.get(at).map_or(self.end, |c| c.0)
    }

    /// The character at an index; beyond the line is white space.
    fn char(&self, at: usize) -> char {
        self.characters.get(at).map_or(' ', |c| c.1)
    }

    /// The character before an index.
    fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or(' ', |at| self.char(at))
    }

    fn double_marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut at = 0;
        while at < self.len() {
            let twice = self.char(at) == self.char(at + 1);
            let (length, direction) = match self.char(at) {
                c if opens(c) => (1, Direction::Open),
                c if closes(c) => (1, Direction::Close),
                '"' => (1, Direction::Straight),
                '`' if twice => (2, Direction::Open),
                '\'' if twice => (2, Direction::Straight),
                _ => {
                    at += 1;
                    continue;
                }
            };
            marks.push(Mark { start: at, end: at + length, direction });
            at += length;
        }
        marks
    }

    fn double_regions(&self, goes_on: bool) -> Vec<Region> {
        let mut regions = Vec::new();
        let mut open: Option<Mark> = None;
        for mark in self.double_marks() {
            let (before, after) = (self.before(mark.start), self.char(mark.end));
            let before_words = |also: &[char]| is_letter(after) || also.contains(&after);
            let Some(opener) = &open else {
                let may_open = match mark.direction {
                    Direction::Open => true,
                    Direction::Close => leads_in(before) && before_words(&['[', '$', '‘', '\'']),
                    // Behind a word and before none it closes nothing: inches, or a stray mark.
                    Direction::Straight => leads_in(before) || matches!(before, '/' | '‘' | '\'') || is_letter(after),
                };
                open = may_open.then_some(mark);
                continue;
            };
            let opening = leads_in(before) && before_words(&['[', '$', '‘', '\'', '…']);
            match (mark.direction, opener.direction) {
                (Direction::Open, _) => {}
                (Direction::Straight, Direction::Straight) if opening => open = Some(mark),
                (Direction::Straight, Direction::Open) if opening => {}
                _ => {
                    regions.push(Region { open: opener.start, start: opener.end, end: mark.start, close: mark.end });
                    open = None;
                }
            }
        }
        if let Some(opener) = open {
            let first = (0..opener.start).all(|at| is_space(self.char(at)));
            if goes_on || first {
                let end = (opener.end..self.len()).rev().find(|&at| !is_space(self.char(at))).map_or(opener.end, |at| at + 1);
                regions.push(Region { open: opener.start, start: opener.end, end, close: end });
            }
        }
        regions
    }

    fn single_regions(&self, double: &[Region]) -> Vec<Region> {
        let mut regions = Vec::new();
        let mut ahead = double.iter().peekable();
        let mut at = 0;
        while at < self.len() {
            while ahead.next_if(|region| region.close <= at).is_some() {}
            if let Some(region) = ahead.peek().filter(|region| region.open <= at) {
                at = region.close;
                continue;
            }
            let limit = ahead.peek().map_or(self.len(), |region| region.open);
            let close = if self.opens_single(at) { self.closing_single(at + 2, limit) } else { None };
            match close.filter(|&close| self.holds_two_words(at + 1, close)) {
                Some(close) => {
                    regions.push(Region { open: at, start: at + 1, end: close, close: close + 1 });
                    at = close + 1;
                }
                None => at += 1,
            }
        }
        regions
    }

    fn opens_single(&self, at: usize) -> bool {
        let (before, after) = (self.before(at), self.char(at + 1));
        match self.char(at) {
            '‘' | '‛' => !is_letter(before),
            '\'' => !is_letter(before) && before != '\'' && (is_letter(after) || matches!(after, '[' | '(' | '$')),
            _ => false,
        }
    }

    /// The first mark that can close, from an index up to a limit; a plural's apostrophe only if no other follows.
    fn closing_single(&self, from: usize, limit: usize) -> Option<usize> {
        let mut last = None;
        for at in from..limit {
            if !matches!(self.char(at), '’' | '\'') || is_space(self.char(at - 1)) || is_letter(self.char(at + 1)) {
                continue;
            }
            last = Some(at);
            let plural = matches!(self.char(at - 1), 's' | 'S') && self.char(at + 1) == ' ' && self.char(at + 2).is_lowercase();
            if !plural {
                break;
            }
        }
        last
    }

    fn holds_two_words(&self, start: usize, end: usize) -> bool {
        let inside: String = self.characters[start..end].iter().map(|c| c.1).collect();
        count_words(&inside) >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(text: &str) -> Vec<&str> {
        quote_regions(text).into_iter().map(|region| region.of(text)).collect()
    }

    #[test]
    fn marks_of_each_style_enclose() {
        assert_eq!(inside("He said “go on” and «va» and „los“, ``now'' and ''then''"), ["go on", "va", "los“, ``now", "then"]);
        assert_eq!(inside(r#"A "b c" d "e f" g"#), ["b c", "e f"]);
        assert_eq!(inside("“One ”two” three"), ["One "]);
    }

    #[test]
    fn a_mark_that_points_the_wrong_way_may_open() {
        assert_eq!(inside("She called it ”odd” twice"), ["odd"]);
        assert_eq!(inside("A stray”mark and ” another"), [""; 0]);
    }

    #[test]
    fn straight_marks_start_again_and_inches_open_nothing() {
        assert_eq!(inside(r#"A 6" board and "a nail""#), ["a nail"]);
        assert_eq!(inside(r#"A "stray one and "a b" end"#), ["a b"]);
        assert_eq!(inside(r#"“A "b" c” d"#), ["A \"b"]);
    }

    #[test]
    fn an_open_line_is_quoted_if_it_begins_so_or_the_next_goes_on() {
        assert_eq!(inside("“One two.  \n\n “Three,” he said."), ["One two.", "Three,"]);
        assert_eq!(inside("He said: “One two.\n\n“Three,” he said."), ["One two.", "Three,"]);
        assert_eq!(inside("He said: “One two.\n\nThree."), [""; 0]);
        assert_eq!(inside("“One two.\n\nThree."), ["One two."]);
    }

    #[test]
    fn apostrophes_are_no_single_marks() {
        assert_eq!(inside("It’s the ’70s, Reed's and the owners' plan, rock 'n' roll"), [""; 0]);
        assert_eq!(inside("He said ‘the voters’ plan is mine’ and left"), ["the voters’ plan is mine"]);
        assert_eq!(inside("He said ‘all the voters’ today"), ["all the voters"]);
        assert_eq!(inside("She wrote 'not in (my) town' to him; ‘one’ word"), ["not in (my) town"]);
        assert_eq!(inside("“A ‘b c’ d” ‘e f’"), ["A ‘b c’ d", "e f"]);
    }

    #[test]
    fn segments_are_cut_to_the_marks_and_hold_words() {
        let text = "He said the plan was “a — mess” and “…” or “so”";
        let regions = quote_regions(text);
        let spans = [Span::new(0, text.len()), Span::new(0, text.len())];
        assert_eq!(segments(text, &spans, &regions).iter().map(|s| s.of(text)).collect::<Vec<_>>(), ["a — mess", "so"]);
    }
}
