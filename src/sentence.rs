//! Paragraphs and sentences.
//!
//! A blank line ends a paragraph; so does a line break, unless the text is hard-wrapped. Within a paragraph a sentence ends at a
//! stop (with the marks and brackets that close behind it) before something that can start a sentence, unless the stop belongs to
//! an abbreviation, an initial or a list number, or the attribution of a quotation follows (`“Why?” Jones asked.`).

use crate::lexicon::{Classes, Direction, Form, Frames, Lexicon};
use crate::span::{Span, TokenSpan};
use crate::token::{Case, Gap, Token, TokenKind, abbreviation};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// A paragraph of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Its bytes.
    pub span: Span,
    /// Its tokens.
    pub tokens: TokenSpan,
    /// Its first sentence and one past its last, as indices into [`Layout::sentences`].
    pub sentences: (u32, u32),
    /// Its first token behind the dateline (`BALTIMORE (AP) —`), if it has one; else its first token.
    pub body: u32,
}

/// A sentence of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its bytes.
    pub span: Span,
    /// Its tokens; never empty.
    pub tokens: TokenSpan,
    /// The index of its paragraph.
    pub paragraph: u32,
}

/// How a document is divided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The paragraphs in text order.
    pub paragraphs: Vec<Paragraph>,
    /// The sentences in text order; together they hold every token.
    pub sentences: Vec<Sentence>,
}

impl Layout {
    /// The index of the sentence that holds a token.
    pub fn sentence_of(&self, token: usize) -> usize {
        self.sentences.partition_point(|s| s.tokens.end as usize <= token)
    }

    /// The index of the paragraph that holds a token.
    pub fn paragraph_of(&self, token: usize) -> usize {
        self.paragraphs.partition_point(|p| p.tokens.end as usize <= token)
    }

    /// The sentences of a paragraph.
    pub fn sentences_of(&self, paragraph: usize) -> &[Sentence] {
        let (first, end) = self.paragraphs[paragraph].sentences;
        &self.sentences[first as usize..end as usize]
    }
}

/// The most tokens that a sentence has: a table or a list without stops is cut, so that no later stage looks further.
const LONGEST: usize = 400;

/// Divides a document into paragraphs and sentences.
pub fn split(lexicon: &Lexicon, text: &str, tokens: &[Token]) -> Layout {
    let mut layout = Layout::default();
    let splitter = Splitter { lexicon, text, tokens };
    let mut start = 0;
    for break_at in splitter.paragraph_breaks() {
        let first = layout.sentences.len() as u32;
        let paragraph = layout.paragraphs.len() as u32;
        let mut sentence = start;
        let mut at = start;
        while at < break_at {
            let overlong = (at - sentence >= LONGEST).then_some(at);
            let last = splitter.end_at(at, sentence, break_at).or(overlong);
            if let Some(last) = last.filter(|&last| last + 1 < break_at) {
                layout.sentences.push(Sentence {
                    span: splitter.span(sentence, last + 1),
                    tokens: TokenSpan::new(sentence, last + 1),
                    paragraph,
                });
                sentence = last + 1;
                at = last;
            }
            at += 1;
        }
        if sentence < break_at {
            layout.sentences.push(Sentence {
                span: splitter.span(sentence, break_at),
                tokens: TokenSpan::new(sentence, break_at),
                paragraph,
            });
        }
        layout.paragraphs.push(Paragraph {
            span: splitter.span(start, break_at),
            tokens: TokenSpan::new(start, break_at),
            sentences: (first, layout.sentences.len() as u32),
            body: splitter.dateline_end(start, break_at) as u32,
        });
        start = break_at;
    }
    layout
}

/// A place in capitals, perhaps what holds it, a date and the agency, then a dash: `TOLEDO, Ohio, March 3 (Lakes Wire) —`.
///
/// It reads what [`plain`] makes of a text: classes of Unicode's letters, forty times over, would take 20 ms to compile.
static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)^[A-Z\x80][A-Z\x80.' -]{2,40}(?:, [A-Z\x80][A-Za-z\x80\x81. ]{1,20})?(?:, [A-Z][a-z]{2,8}\.? [0-9]{1,2})?(?:,? ?\([^()]{2,30}\))? ?(?:\x82|--?)\s").expect("the pattern is a constant")
});

/// The characters of a text as bytes: ASCII as it is; of all others capitals 0x80, small letters 0x81, dashes 0x82, blanks a tab.
fn plain(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        '\0'..='\x7f' => c as u8,
        '’' => b'\'',
        '—' | '–' => 0x82,
        _ if c.is_uppercase() => 0x80,
        _ if c.is_alphabetic() => 0x81,
        _ if c.is_whitespace() => b'\t',
        _ => 0x83,
    };
    text.chars().map(byte).collect()
}

/// Where the dateline ends with which a text starts, the blank behind its dash included.
fn dateline_len(text: &str) -> Option<usize> {
    let end = DATELINE.find(&plain(text))?.end();
    Some(text.chars().take(end).map(char::len_utf8).sum())
}

struct Splitter<'a> {
    lexicon: &'a Lexicon,
    text: &'a str,
    tokens: &'a [Token],
}

impl Splitter<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span { start: self.tokens[start].span.start, end: self.tokens[end - 1].span.end }
    }

    fn classes(&self, at: usize) -> Classes {
        self.tokens[at].classes
    }

    /// The first token behind a dateline at the start of a paragraph.
    fn dateline_end(&self, start: usize, end: usize) -> usize {
        let two = start + 1 < end && self.tokens[start].case == Case::Upper;
        if !two {
            return start;
        }
        let from = self.tokens[start].span.start as usize;
        let to = self.tokens[(start + 24).min(end) - 1].span.end as usize;
        match dateline_len(&self.text[from..to]) {
            Some(length) => (start..end).find(|&i| self.tokens[i].span.start as usize >= from + length).unwrap_or(start),
            None => start,
        }
    }

    /// The tokens at which paragraphs end (one past their last).
    fn paragraph_breaks(&self) -> Vec<usize> {
        let lines: Vec<usize> = (1..self.tokens.len()).filter(|&i| self.tokens[i].gap == Gap::Line).collect();
        let wrapped = self.is_wrapped(&lines);
        let width = if wrapped { self.line_width(&lines) } else { 0 };
        let mut breaks = Vec::new();
        let mut line_start = 0;
        for i in 1..self.tokens.len() {
            let broken = match self.tokens[i].gap {
                Gap::Blank => true,
                Gap::Line if !wrapped || self.tokens[i].kind == TokenKind::Bullet => true,
                // The last line of a wrapped paragraph is short and ends a sentence.
                Gap::Line => {
                    let length = (self.tokens[i - 1].span.end - self.tokens[line_start].span.start) as usize;
                    length * 10 < width * 7 && self.closes_sentence(i - 1)
                }
                _ => false,
            };
            if self.tokens[i].gap >= Gap::Line {
                line_start = i;
            }
            if broken {
                breaks.push(i);
            }
        }
        if !self.tokens.is_empty() {
            breaks.push(self.tokens.len());
        }
        breaks
    }

    /// Whether single line breaks are mere wrapping: many of them cut a sentence before a small letter.
    fn is_wrapped(&self, lines: &[usize]) -> bool {
        let cut = lines.iter().filter(|&&i| self.tokens[i].case == Case::Lower && !self.closes_sentence(i - 1)).count();
        cut >= 2 && cut * 10 >= lines.len() * 3 || cut == 1 && self.is_one_paragraph(lines)
    }

    /// Whether two or three lines are one paragraph: all but the last of one width, none of them at the end of a sentence.
    fn is_one_paragraph(&self, lines: &[usize]) -> bool {
        let starts = std::iter::once(0).chain(lines.iter().copied());
        let widths: Vec<u32> =
            starts.zip(lines).map(|(start, &end)| self.tokens[end - 1].span.end - self.tokens[start].span.start).collect();
        let (least, most) = (widths.iter().min().copied().unwrap_or(0), widths.iter().max().copied().unwrap_or(0));
        widths.len() <= 2
            && (40..=90).contains(&most)
            && least * 10 >= most * 8
            && lines.iter().all(|&i| !self.closes_sentence(i - 1))
    }

    /// The usual width of the lines, in bytes: that of the longest tenth.
    fn line_width(&self, lines: &[usize]) -> usize {
        let mut widths: Vec<usize> =
            lines.windows(2).map(|w| (self.tokens[w[1] - 1].span.end - self.tokens[w[0]].span.start) as usize).collect();
        widths.sort_unstable();
        widths.get(widths.len() * 9 / 10).copied().unwrap_or(0)
    }

    /// Whether the token, or what it closes, is a stop.
    fn closes_sentence(&self, mut at: usize) -> bool {
        for _ in 0..4 {
            if at > 0 && matches!(self.tokens[at].kind, TokenKind::Mark(_) | TokenKind::Close) {
                at -= 1;
            }
        }
        matches!(self.tokens[at].kind, TokenKind::Stop)
    }

    /// If a sentence that began at `start` ends with the stop at `at`: its last token.
    fn end_at(&self, at: usize, start: usize, limit: usize) -> Option<usize> {
        let token = &self.tokens[at];
        if !matches!(token.kind, TokenKind::Stop | TokenKind::Abbreviation | TokenKind::Initial) || at + 1 >= limit {
            return None;
        }
        let last = self.closers_end(at, limit);
        let next = last + 1;
        if next >= limit {
            return None;
        }
        if self.tokens[next].gap == Gap::None && !self.lost_blank(at, next) {
            return None;
        }
        if !self.can_start(next) {
            return None;
        }
        let ends = match token.kind {
            TokenKind::Stop => self.stop_ends(at, start, last, next, limit),
            TokenKind::Abbreviation => self.abbreviation_ends(at, last, next, limit),
            _ => self.initial_ends(at, next),
        };
        ends.then_some(last)
    }

    /// The last of the marks, brackets and footnote numbers that close right behind a stop.
    fn closers_end(&self, at: usize, limit: usize) -> usize {
        let mut last = at;
        while last + 1 < limit {
            let touches = self.tokens[last + 1].gap == Gap::None;
            match self.tokens[last + 1].kind {
                TokenKind::Open if last + 3 < limit && self.is_footnote(last + 1) => last += 3,
                TokenKind::Mark(mark) if touches && mark.direction != Direction::Open => last += 1,
                TokenKind::Close if touches => last += 1,
                _ => break,
            }
        }
        last
    }

    /// `[12]`
    fn is_footnote(&self, open: usize) -> bool {
        self.text[self.tokens[open].span.range()] == *"["
            && self.tokens[open].gap < Gap::Line
            && self.tokens[open + 1].kind == TokenKind::Number
            && self.tokens[open + 2].kind == TokenKind::Close
    }

    /// Whether a blank was lost between two sentences: `he said.The mayor`.
    fn lost_blank(&self, at: usize, next: usize) -> bool {
        let (before, after) = (&self.tokens[at.saturating_sub(1)], &self.tokens[next]);
        self.tokens[at].kind == TokenKind::Stop
            && before.kind == TokenKind::Word
            && before.case == Case::Lower
            && before.span.len() > 1
            && after.kind == TokenKind::Word
            && after.case == Case::Capital
            && self.tokens[next + 1..].first().is_none_or(|t| t.gap != Gap::None || t.kind == TokenKind::Clitic)
    }

    /// Whether a sentence may start with this token.
    fn can_start(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        match token.kind {
            TokenKind::Word | TokenKind::Abbreviation | TokenKind::Initial => !matches!(token.case, Case::Lower),
            TokenKind::Number | TokenKind::Address | TokenKind::Bullet => true,
            TokenKind::Mark(mark) => mark.direction != Direction::Close && self.follows_capital(at),
            TokenKind::Open => self.follows_capital(at),
            TokenKind::Symbol => self.text[token.span.range()].starts_with(['$', '£', '€', '#', '§']),
            TokenKind::Dash => token.gap == Gap::Line,
            TokenKind::Stop => self.text[token.span.range()].starts_with(['…', '.']) && self.follows_capital(at),
            _ => false,
        }
    }

    /// Whether the next word behind marks, brackets and dots has a capital, or is a number.
    fn follows_capital(&self, at: usize) -> bool {
        self.tokens[at + 1..]
            .iter()
            .take(3)
            .find(|t| !matches!(t.kind, TokenKind::Mark(_) | TokenKind::Open | TokenKind::Stop))
            .is_some_and(|t| t.is_word() && t.case != Case::Lower || t.kind == TokenKind::Number)
    }

    fn stop_ends(&self, at: usize, start: usize, last: usize, next: usize, limit: usize) -> bool {
        // The number of a list item: `1. Open the box`.
        if at == start + 1 && self.tokens[start].kind == TokenKind::Number && self.text[self.tokens[at].span.range()] == *"." {
            return false;
        }
        // `I … I don't know`: the pronoun has its capital anywhere.
        let ellipsis = self.text[self.tokens[at].span.range()].contains(['…']) || self.tokens[at].span.len() == 3;
        if ellipsis && last == at && self.text[self.tokens[next].span.range()] == *"I" {
            return false;
        }
        let closes_quotation = last > at && matches!(self.tokens[last].kind, TokenKind::Mark(_));
        let full_stop = self.text[self.tokens[at].span.range()] == *".";
        !(closes_quotation && !full_stop && self.is_attribution(next, limit))
    }

    /// Whether an attribution starts here: a name or pronoun, then a verb that reports (`Jones asked`, `Ms. Lee of Ohio said`).
    fn is_attribution(&self, next: usize, limit: usize) -> bool {
        for at in next..limit.min(next + 7) {
            let token = &self.tokens[at];
            if !token.is_word() && token.kind != TokenKind::Hyphen {
                return false;
            }
            let reports = |forms: &[crate::lexicon::CueForm]| {
                forms.iter().any(|&f| matches!(f.form, Form::Past | Form::Third) && self.lexicon.cue(f).frames.any(Frames::QUOTE))
            };
            if token.case == Case::Lower && self.lexicon.cues().longest(self.tokens, at).is_some_and(|(forms, _)| reports(forms))
            {
                // `He said no` goes on; an attribution stops here or names its listener.
                let after = self.tokens.get(at + 1).filter(|_| at + 1 < limit);
                return at > next
                    && after.is_none_or(|t| {
                        matches!(t.kind, TokenKind::Stop | TokenKind::Comma)
                            || t.classes.any(Classes::TIME.or(Classes::PREPOSITION).or(Classes::ADVERB))
                    });
            }
        }
        false
    }

    fn abbreviation_ends(&self, at: usize, last: usize, next: usize, limit: usize) -> bool {
        let kind = abbreviation(self.lexicon, self.text, &self.tokens[at]).copied().unwrap_or_default();
        let next_token = &self.tokens[next];
        if kind.inner && !kind.last {
            return false;
        }
        if kind.before_number && next_token.kind == TokenKind::Number {
            return false;
        }
        // `He voted no. “Children will pay,” he said.`
        if kind.before_number && kind.word && !kind.before_name && !self.classes(next).any(Classes::NUMBER) {
            return true;
        }
        if kind.before_name && !kind.last && next_token.is_word() {
            return false;
        }
        if last > at && matches!(self.tokens[last].kind, TokenKind::Close | TokenKind::Mark(_)) {
            // `(Smith & Co.) The`, `“… in the U.S.” The`: a bracket says nothing, a mark nearly all.
            return matches!(self.tokens[last].kind, TokenKind::Mark(_)) && !self.is_attribution(next, limit)
                || self.opens_sentence(next);
        }
        match next_token.kind {
            TokenKind::Mark(_) | TokenKind::Open => self.opens_sentence(next + 1),
            TokenKind::Word if self.is_clock(at) => !self.classes(next).any(Classes::TIME) && next_token.case != Case::Upper,
            TokenKind::Word => self.opens_sentence(next),
            TokenKind::Number | TokenKind::Symbol => false,
            _ => next_token.gap >= Gap::Line,
        }
    }

    /// `a.m.`, `p.m.`
    fn is_clock(&self, at: usize) -> bool {
        matches!(&self.text[self.tokens[at].span.range()], "a.m." | "p.m." | "A.M." | "P.M.")
    }

    /// Whether a capitalised word is one that gets its capital from the start of a sentence: a function word.
    fn opens_sentence(&self, at: usize) -> bool {
        const STARTERS: Classes = Classes::DETERMINER
            .or(Classes::PREPOSITION)
            .or(Classes::CONJUNCTION)
            .or(Classes::SUBORDINATOR)
            .or(Classes::PRONOUN)
            .or(Classes::POSSESSIVE)
            .or(Classes::WH)
            .or(Classes::QUANTIFIER)
            .or(Classes::ADVERB)
            .or(Classes::MODAL);
        self.tokens.get(at).is_some_and(|t| {
            t.case == Case::Capital && self.classes(at).any(STARTERS) && !self.classes(at).any(Classes::DIRECTION)
        })
    }

    fn initial_ends(&self, at: usize, next: usize) -> bool {
        // `vitamin C. The` ends, `Harry S. Truman` does not.
        let before = at.checked_sub(1).filter(|&b| self.tokens[b].is_capitalised() && self.tokens[at].gap == Gap::Space);
        // `Plan B.` is no name.
        let in_name = before.is_some_and(|b| {
            let classes = self.classes(b);
            !classes.any(Classes::COMMON) || classes.any(Classes::GIVEN_NAME.or(Classes::SURNAME))
        });
        // `Mia R. She`, `George V. It`: no surname is a pronoun.
        let pronoun = self.lexicon.pronoun(self.tokens[next].word).is_some_and(|p| p.subject && !p.indefinite && !p.relative);
        self.opens_sentence(next) && (!in_name || pronoun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dateline_is_read_as_its_pattern_in_unicode_is() {
        let unicode = regex::Regex::new(r"^\p{Lu}[\p{Lu}.'’ -]{2,40}(?:, \p{Lu}[\p{L}. ]{1,20})?(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?(?:,? ?\([^()]{2,30}\))? ?(?:—|–|--?)\s").unwrap();
        let datelines = [
            "TOLEDO, Ohio, March 3 (Lakes Wire) — The",
            "COEUR D’ALENE, Idaho – The",
            "ZÜRICH (Reuters) - The",
            "SÃO PAULO, São Paulo -- Ten",
            "ÉVRY-COURCOURONNES —\u{a0}The",
            "ST. PAUL, Minn., Sept. 12 — The",
        ];
        let others = ["TOLEDO — a", "TO — a", "Toledo — a", "TOLEDO, ohio — a", "TOLEDO—a", "TOLEDO (a(b)) — a", "", "ÅÄÖ, x"];
        for text in datelines {
            assert!(dateline_len(text).is_some(), "{text}");
        }
        for text in datelines.into_iter().chain(others) {
            assert_eq!(dateline_len(text), unicode.find(text).map(|found| found.end()), "{text}");
        }
    }
}
