//! Quotations: the stretches of a document that stand between quotation marks.
//!
//! Marks are paired within a paragraph. A mark that faces one way keeps it where that is possible; a straight one is an opener or
//! a closer as its neighbours tell. A quotation may run over several paragraphs, each opened anew and only the last closed. Inner
//! quotations are part of the outer one. Whether a quotation is somebody's words, a title or a scare quote is not decided here.

use crate::lexicon::{Direction, Mark, MarkLevel};
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use crate::token::{Case, Gap, TokenKind};

/// A stretch of text between quotation marks, within one paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotation {
    /// With its marks.
    pub span: Span,
    /// Without them.
    pub inner: Span,
    /// The tokens inside the marks.
    pub tokens: TokenSpan,
    /// The paragraph.
    pub paragraph: u32,
    /// Whether it has a closing mark.
    pub closed: bool,
    /// Whether it goes on with an earlier quotation that was not closed.
    pub continues: bool,
    /// Main or inner marks.
    pub level: MarkLevel,
}

impl Quotation {
    /// The token of the opening mark.
    pub fn open(&self) -> usize {
        self.tokens.start as usize - 1
    }

    /// One past the last token, the closing mark included.
    pub fn end(&self) -> usize {
        self.tokens.end as usize + usize::from(self.closed)
    }
}

/// The quotations of a document in text order; they do not overlap.
pub fn find(reading: Reading<'_>) -> Vec<Quotation> {
    let layout = reading.layout;
    let mut finder = Finder { reading, found: Vec::new() };
    let Some(primary) = finder.primary_level() else { return Vec::new() };
    let mut open_before = false;
    for paragraph in 0..layout.paragraphs.len() {
        open_before = match primary {
            MarkLevel::Double => finder.doubles(paragraph, open_before),
            MarkLevel::Single => finder.singles_first(paragraph),
        };
    }
    finder.found
}

/// How far the partner of a mark is looked for, in tokens, where nothing but the partner ends the search.
const LONGEST: usize = 1000;

struct Finder<'a> {
    reading: Reading<'a>,
    found: Vec<Quotation>,
}

impl Finder<'_> {
    fn mark(&self, at: usize) -> Option<Mark> {
        match self.reading.tokens.get(at)?.kind {
            TokenKind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// The level of the document's main marks: British papers quote with single ones. `None` if it has no marks.
    fn primary_level(&self) -> Option<MarkLevel> {
        let (mut doubles, mut singles) = (0, 0);
        for at in 0..self.reading.tokens.len() {
            if let Some(mark) = self.mark(at) {
                match mark.level {
                    MarkLevel::Double => doubles += 1,
                    MarkLevel::Single if mark.direction != Direction::Close && self.can_open(at) => singles += 1,
                    MarkLevel::Single => {}
                }
            }
        }
        match (doubles, singles) {
            (0, 0) => None,
            _ if singles > doubles || singles > 0 && self.doubles_are_nested() => Some(MarkLevel::Single),
            _ => Some(MarkLevel::Double),
        }
    }

    /// Whether every double mark stands in an open quotation of single ones, that ends as a quotation does.
    fn doubles_are_nested(&self) -> bool {
        let mut open = false;
        for at in 0..self.reading.tokens.len() {
            let Some(mark) = self.mark(at) else { continue };
            match mark.level {
                MarkLevel::Double if !open => return false,
                MarkLevel::Double => {}
                MarkLevel::Single if self.can_open(at) && self.opens_word(at) => open = true,
                MarkLevel::Single => {
                    open &= at == 0 || !matches!(self.reading.tokens[at - 1].kind, TokenKind::Stop | TokenKind::Comma)
                }
            }
        }
        !open
    }

    fn attached_before(&self, at: usize) -> bool {
        self.reading.tokens[at].gap == Gap::None
            && at > 0
            && !matches!(self.reading.tokens[at - 1].kind, TokenKind::Open | TokenKind::Dash)
    }

    fn attached_after(&self, at: usize) -> bool {
        self.reading.tokens.get(at + 1).is_some_and(|t| t.gap == Gap::None)
    }

    /// Whether the mark stands as an opener does: blank (or bracket, dash) before, word behind.
    fn can_open(&self, at: usize) -> bool {
        !self.attached_before(at) && self.attached_after(at)
    }

    /// Whether the mark stands as a closer does.
    fn can_close(&self, at: usize) -> bool {
        self.reading.tokens[at].gap == Gap::None
    }

    /// Pairs the double marks of a paragraph, then the single ones between them. Returns whether the last one stays open.
    fn doubles(&mut self, paragraph: usize, open_before: bool) -> bool {
        let range = self.reading.layout.paragraphs[paragraph].tokens.range();
        let mut regions: Vec<(usize, usize, bool, bool)> = Vec::new(); // opener, end of content, closed, continues
        let mut open: Option<(usize, bool)> = None;
        for at in range.clone() {
            let Some(mark) = self.mark(at).filter(|m| m.level == MarkLevel::Double) else { continue };
            match open {
                None => {
                    let opens = match mark.direction {
                        Direction::Open => true,
                        // A closing glyph in an opener's place is a typing error.
                        Direction::Close => self.can_open(at) && self.opens_word(at),
                        Direction::Either => !self.attached_before(at) && !self.is_inches(at) || self.can_open(at),
                    };
                    if opens {
                        let first = at == range.start;
                        open = Some((at, first && open_before));
                    }
                }
                Some((start, continues)) => {
                    let reopens = self.can_open(at) && self.opens_word(at) && mark.direction != Direction::Close;
                    if !reopens {
                        // `„…“`, `“…“`: an opening glyph in a closer's place.
                        let next = self.reading.kind(at + 1);
                        let stopped = matches!(next, Some(TokenKind::Comma | TokenKind::Stop));
                        let closes = self.attached_before(at) && (stopped || !self.attached_after(at));
                        if mark.direction != Direction::Open || closes {
                            regions.push((start, at, true, continues));
                            open = None;
                        }
                        continue;
                    }
                    // An opener behind a full sentence: the paragraphs of a long quotation, their breaks lost.
                    let ends_sentence = at > start + 3 && self.reading.tokens[at - 1].kind == TokenKind::Stop;
                    if ends_sentence {
                        regions.push((start, at, false, continues));
                        open = Some((at, true));
                    } else if mark.direction == Direction::Either
                        && matches!(self.mark(start), Some(m) if m.direction == Direction::Either)
                    {
                        open = Some((at, false));
                    }
                }
            }
        }
        let mut stays_open = false;
        if let Some((start, continues)) = open {
            let goes_on = self.next_paragraph_opens(paragraph);
            let introduced =
                start > range.start && matches!(self.reading.tokens[start - 1].kind, TokenKind::Comma | TokenKind::Colon);
            if goes_on || start == range.start || introduced {
                regions.push((start, range.end, false, continues));
                stays_open = goes_on;
            }
        }
        let first = self.found.len();
        for (start, end, closed, continues) in regions {
            self.push(paragraph, start, end, closed, continues, MarkLevel::Double);
        }
        let between = self.found[first..].to_vec();
        self.singles_between(paragraph, &between);
        self.found[first..].sort_by_key(|q| q.span.start);
        stays_open
    }

    /// `a 12" pipe`
    fn is_inches(&self, at: usize) -> bool {
        at > 0
            && self.reading.tokens[at - 1].kind == TokenKind::Number
            && self.reading.tokens[at].gap == Gap::None
            && !self.attached_after(at)
    }

    fn opens_word(&self, at: usize) -> bool {
        self.reading.tokens.get(at + 1).is_some_and(|t| {
            t.is_word()
                || matches!(
                    t.kind,
                    TokenKind::Number | TokenKind::Symbol | TokenKind::Open | TokenKind::Mark(_) | TokenKind::Address
                )
                || self.reading.text[t.span.range()].starts_with(['…', '.'])
        })
    }

    fn next_paragraph_opens(&self, paragraph: usize) -> bool {
        let Some(next) = self.reading.layout.paragraphs.get(paragraph + 1) else { return false };
        matches!(self.mark(next.tokens.start as usize), Some(mark) if mark.level == MarkLevel::Double)
    }

    /// Single marks in a document that quotes with double ones: headlines and quoted terms.
    fn singles_between(&mut self, paragraph: usize, doubles: &[Quotation]) {
        let range = self.reading.layout.paragraphs[paragraph].tokens.range();
        let mut at = range.start;
        let mut next_double = 0;
        while at < range.end {
            while next_double < doubles.len() && doubles[next_double].end() <= at {
                next_double += 1;
            }
            let limit = doubles.get(next_double).map_or(range.end, Quotation::open);
            if at == limit {
                at = doubles[next_double].end().max(at + 1);
                continue;
            }
            at = self.single_from(paragraph, at, limit).unwrap_or(at + 1);
        }
    }

    /// A document that quotes with single marks; double ones are inner there, or stand alone.
    fn singles_first(&mut self, paragraph: usize) -> bool {
        let range = self.reading.layout.paragraphs[paragraph].tokens.range();
        let mut at = range.start;
        while at < range.end {
            let double = self.mark(at).is_some_and(|m| m.level == MarkLevel::Double && m.direction != Direction::Close);
            at = if double && self.can_open(at) {
                match (at + 1..range.end.min(at + LONGEST))
                    .find(|&i| self.mark(i).is_some_and(|m| m.level == MarkLevel::Double && m.direction != Direction::Open))
                {
                    Some(end) => {
                        self.push(paragraph, at, end, true, false, MarkLevel::Double);
                        end + 1
                    }
                    None => at + 1,
                }
            } else {
                self.single_from(paragraph, at, range.end).unwrap_or(at + 1)
            };
        }
        false
    }

    /// If a quotation in single marks opens at `at`: records it and returns where it ends.
    fn single_from(&mut self, paragraph: usize, at: usize, limit: usize) -> Option<usize> {
        let mark = self.mark(at).filter(|m| m.level == MarkLevel::Single && m.direction != Direction::Close)?;
        let opens = match mark.direction {
            Direction::Open => !self.attached_before(at),
            _ => self.can_open(at) && self.opens_word(at),
        };
        if !opens || self.is_decade(at + 1) {
            return None;
        }
        let mut close = None;
        for i in at + 2..limit.min(at + LONGEST) {
            let Some(mark) = self.mark(i).filter(|m| m.level == MarkLevel::Single) else { continue };
            if mark.direction == Direction::Open && !self.attached_before(i) {
                // The next paragraph of a quotation whose breaks are lost.
                if self.reading.tokens[i - 1].kind == TokenKind::Stop {
                    close = close.or(Some((i, false)));
                }
                break;
            }
            let ends_word =
                self.can_close(i) && !self.reading.tokens.get(i + 1).is_some_and(|t| t.gap == Gap::None && t.is_word());
            if mark.direction == Direction::Open || !ends_word {
                continue;
            }
            if self.is_plural_possessive(i) {
                close = close.or(Some((i, true)));
                continue;
            }
            close = Some((i, true));
            break;
        }
        let (end, closed) = match close {
            Some(found) => found,
            // The paragraph of a longer quotation that is closed in a later one.
            None if mark.direction == Direction::Open && at == self.reading.layout.paragraphs[paragraph].tokens.range().start => {
                (limit, false)
            }
            None => return None,
        };
        let words = self.reading.tokens[at + 1..end].iter().filter(|t| t.is_word() || t.kind == TokenKind::Number).count();
        if words < 2 {
            return None;
        }
        self.push(paragraph, at, end, closed, false, MarkLevel::Single);
        Some(end + usize::from(closed))
    }

    /// `’70s`
    fn is_decade(&self, at: usize) -> bool {
        let word = self.reading.word(at).as_bytes();
        matches!(word, [b'0'..=b'9', b'0', b's'])
    }

    /// `the voters’ plan`: an `s` before the mark, a small letter behind it.
    fn is_plural_possessive(&self, at: usize) -> bool {
        let s = at > 0 && self.reading.text[self.reading.tokens[at - 1].span.range()].ends_with(['s', 'S', 'z', 'x']);
        s && self
            .reading
            .tokens
            .get(at + 1)
            .is_some_and(|t| t.gap == Gap::Space && (t.case == Case::Lower || t.kind == TokenKind::Number))
    }

    fn push(&mut self, paragraph: usize, open: usize, end: usize, closed: bool, continues: bool, level: MarkLevel) {
        let last = if closed { end } else { end - 1 };
        let inner = Span {
            start: self.reading.tokens[open].span.end,
            end: if closed { self.reading.tokens[end].span.start } else { self.reading.tokens[end - 1].span.end },
        };
        let inner = inner.trim(self.reading.text);
        if inner.is_empty() || end <= open + 1 {
            return;
        }
        self.found.push(Quotation {
            span: Span { start: self.reading.tokens[open].span.start, end: self.reading.tokens[last].span.end },
            inner,
            tokens: TokenSpan::new(open + 1, end),
            paragraph: paragraph as u32,
            closed,
            continues,
            level,
        });
    }
}
