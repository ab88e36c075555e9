//! Sets of letters or of characters, as ranges of their numbers.
//!
//! Spans are compared by what they hold: the letters alone, or the characters between the first and the last letter. A [`Ruler`]
//! numbers these in a text; what some spans hold is then a few [`Ranges`] of numbers, however long they are.

use super::characters::is_letter;
use crate::span::Span;

/// How many of the characters that count stand before each byte of a text.
pub struct Ruler {
    before: Vec<u32>,
}

impl Ruler {
    /// Numbers the characters for which `counts` holds.
    pub fn new(text: &str, counts: fn(char) -> bool) -> Ruler {
        let mut before = Vec::with_capacity(text.len() + 1);
        let mut count = 0;
        for c in text.chars() {
            before.resize(before.len() + c.len_utf8(), count);
            count += u32::from(counts(c));
        }
        before.push(count);
        Ruler { before }
    }

    /// Numbers the letters.
    pub fn letters(text: &str) -> Ruler {
        Ruler::new(text, is_letter)
    }

    /// Numbers the code points.
    pub fn code_points(text: &str) -> Ruler {
        Ruler::new(text, |_| true)
    }

    /// The number of the first that counts at or after a byte.
    pub fn at(&self, byte: u32) -> u32 {
        self.before[byte as usize]
    }

    /// What some spans hold together.
    pub fn ranges(&self, spans: impl IntoIterator<Item = Span>) -> Ranges {
        Ranges::new(spans.into_iter().map(|span| (self.at(span.start), self.at(span.end))))
    }
}

/// A set of numbers: ranges in order that neither overlap nor touch, so that equal sets are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    list: Vec<(u32, u32)>,
}

impl Ranges {
    /// The set of what half-open ranges hold together; they may come in any order and overlap.
    pub fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Ranges {
        let mut all: Vec<(u32, u32)> = ranges.into_iter().filter(|(start, end)| start < end).collect();
        all.sort_unstable();
        let mut list: Vec<(u32, u32)> = Vec::with_capacity(all.len());
        for (start, end) in all {
            match list.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => list.push((start, end)),
            }
        }
        Ranges { list }
    }

    /// What any of some sets holds.
    pub fn union<'a>(sets: impl IntoIterator<Item = &'a Ranges>) -> Ranges {
        Ranges::new(sets.into_iter().flat_map(|set| set.list.iter().copied()))
    }

    /// Its ranges, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.list.iter().copied()
    }

    /// How many numbers it holds.
    pub fn size(&self) -> u32 {
        self.list.iter().map(|(start, end)| end - start).sum()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Its least number.
    pub fn first(&self) -> Option<u32> {
        self.list.first().map(|range| range.0)
    }

    /// Whether it holds a number.
    pub fn has(&self, number: u32) -> bool {
        let at = self.list.partition_point(|range| range.1 <= number);
        self.list.get(at).is_some_and(|range| range.0 <= number)
    }

    /// How many numbers two sets share.
    pub fn shared(&self, other: &Ranges) -> u32 {
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while let (Some(a), Some(b)) = (self.list.get(i), other.list.get(j)) {
            shared += a.1.min(b.1).saturating_sub(a.0.max(b.0));
            if a.1 <= b.1 { i += 1 } else { j += 1 }
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_hold_the_same_letters_are_equal() {
        let text = "“Nö way,” she said.";
        let ruler = Ruler::letters(text);
        let span = |words: &str| text.find(words).map(|at| Span::new(at, at + words.len())).unwrap();
        assert_eq!(ruler.ranges([span("“Nö way,”")]), ruler.ranges([span("Nö"), span("way")]));
        assert_eq!(ruler.ranges([span("Nö way")]).size(), 5);
        assert!(ruler.ranges([span(",” ")]).is_empty());
        assert_eq!(Ruler::code_points(text).ranges([span("Nö way")]).size(), 6);
    }

    #[test]
    fn sets_count_what_they_share() {
        let a = Ranges::new([(8, 9), (0, 3), (2, 5)]);
        let b = Ranges::new([(4, 9)]);
        assert_eq!(a.iter().collect::<Vec<_>>(), [(0, 5), (8, 9)]);
        assert_eq!((a.size(), a.shared(&b), b.shared(&a)), (6, 2, 2));
        assert_eq!(Ranges::union([&a, &b]), Ranges::new([(0, 9)]));
        assert_eq!([0, 4, 5, 8, 9].map(|n| a.has(n)), [true, true, false, true, false]);
        assert_eq!(a.first(), Some(0));
    }
}
