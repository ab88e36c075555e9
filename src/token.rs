//! Tokens: words, numbers, marks and punctuation, in text order.
//!
//! The tokenizer decides once what every later stage asks again and again: what a word is in lower case (as a hash), how it is
//! capitalised, what white space stands before it, and whether a full stop belongs to it (`U.S.`, `Mr.`, an initial).

use crate::fold::{fold_hash, is_zero_width};
use crate::lexicon::{Abbreviation, Classes, Lexicon, Mark, WordId};
use crate::span::{Span, start_of};
use unicode_segmentation::UnicodeSegmentation;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word, also with digits in it (`don't`, `Mi'kmaq`, `G20`).
    Word,
    /// A number, with the separators inside it (`1,000`, `3.5`, `7:35`, `9/11`).
    Number,
    /// A single capital letter with its full stop (`J.`).
    Initial,
    /// A short form with its full stop (`Mr.`, `U.S.`, `a.m.`); what may follow it is in the lexicon.
    Abbreviation,
    /// What is left of a word behind an apostrophe, with the apostrophe (`'s`, `'ll`).
    Clitic,
    /// A quotation mark, or what may be one.
    Mark(Mark),
    /// A hyphen inside or between words.
    Hyphen,
    /// A dash: `–`, `—`, `--`, or a hyphen between blanks.
    Dash,
    /// `.`, `!`, `?` or `…`, or a run of them.
    Stop,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `;`
    Semicolon,
    /// `(`, `[` or `{`
    Open,
    /// `)`, `]` or `}`
    Close,
    /// A bullet at which a list item starts.
    Bullet,
    /// An address: URL, e-mail, `@handle`, `#tag`.
    Address,
    /// Any other character.
    Symbol,
}

/// How a word is capitalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// No letter, or a script without case.
    None,
    /// All small letters.
    Lower,
    /// The first letter alone is a capital (also `I` and other single capitals).
    Capital,
    /// All capitals, two or more.
    Upper,
    /// Anything else (`McKay`, `iPhone`, `DeSantis`); `first` says whether it starts with a capital.
    Mixed {
        /// Whether the first letter is a capital.
        first: bool,
    },
}

impl Case {
    /// Whether the first letter is a capital.
    pub fn is_capital(self) -> bool {
        matches!(self, Case::Capital | Case::Upper | Case::Mixed { first: true })
    }
}

/// The white space before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// None: the token touches the one before it.
    None,
    /// Blanks.
    Space,
    /// One line break.
    Line,
    /// A blank line, or the start of the text.
    Blank,
}

/// One token of a document.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// The hash of its folded form ([`fold_hash`]).
    pub hash: u64,
    /// The word in the lexicon, or [`WordId::UNKNOWN`].
    pub word: WordId,
    /// The classes that the lexicon gives to the word: here, as every stage asks for them.
    pub classes: Classes,
    /// What it is.
    pub kind: TokenKind,
    /// How it is capitalised.
    pub case: Case,
    /// What stands before it.
    pub gap: Gap,
}

impl Token {
    /// Whether the token is a word, an initial or an abbreviation.
    pub fn is_word(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Initial | TokenKind::Abbreviation)
    }

    /// Whether the token is a word that starts with a capital.
    pub fn is_capitalised(&self) -> bool {
        self.is_word() && self.case.is_capital()
    }
}

/// Cuts a text into tokens.
///
/// Every character that is neither white space, nor a control character, nor of zero width lies in exactly one token.
pub fn tokenize(lexicon: &Lexicon, text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let has_mail = memchr::memchr(b'@', bytes).is_some();
    let mut tokenizer = Tokenizer { lexicon, text, bytes, has_mail, tokens: Vec::with_capacity(text.len() / 5 + 8) };
    tokenizer.run();
    let mut tokens = tokenizer.tokens;
    // All at once, so that the look-ups, most of them in memory far away, wait for it together.
    for token in &mut tokens {
        token.word = lexicon.word_by_hash(token.hash);
    }
    for token in &mut tokens {
        token.classes = lexicon.classes(token.word);
    }
    tokens
}

const SMALL: u8 = 1;
const CAPITAL: u8 = 2;
const LETTER: u8 = SMALL | CAPITAL;
const DIGIT: u8 = 4;
const SPACE: u8 = 8;
const HIGH: u8 = 16;

/// The class of each byte, one bit; 0 is ASCII punctuation.
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            b'0'..=b'9' => DIGIT,
            0..=b' ' | 0x7f => SPACE,
            0x80.. => HIGH,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// How far it is looked where a word outside ASCII ends, in bytes: each letter of a word that goes on and on asks again.
const LONGEST_WORD: usize = 128;

struct Tokenizer<'a> {
    lexicon: &'a Lexicon,
    text: &'a str,
    bytes: &'a [u8],
    /// Whether an @ stands anywhere.
    has_mail: bool,
    tokens: Vec<Token>,
}

impl Tokenizer<'_> {
    fn run(&mut self) {
        let marks = self.lexicon.marks();
        let mut at = 0;
        let mut lines = 2;
        let mut blank = true;
        while at < self.bytes.len() {
            let class = CLASS[self.bytes[at] as usize];
            if class == SPACE {
                blank = true;
                match self.bytes[at] {
                    b'\n' => lines += 1,
                    b'\r' if self.bytes.get(at + 1) != Some(&b'\n') => lines += 1,
                    _ => {}
                }
                at += 1;
                continue;
            }
            if class == HIGH {
                let c = self.char_at(at);
                if is_zero_width(c) || c.is_whitespace() || c.is_control() {
                    blank |= !is_zero_width(c);
                    lines += u32::from(c == '\u{2028}') + 2 * u32::from(c == '\u{2029}');
                    at += c.len_utf8();
                    continue;
                }
            }
            let gap = match (lines, blank) {
                (2.., _) => Gap::Blank,
                (1, _) => Gap::Line,
                (_, true) => Gap::Space,
                _ => Gap::None,
            };
            (lines, blank) = (0, false);
            at = match marks.at(self.text, at) {
                Some((span, _)) if self.is_clitic(span) => self.clitic(span, gap),
                Some((span, kind)) => {
                    self.push(span, TokenKind::Mark(kind), gap);
                    span.end as usize
                }
                _ if class & LETTER != 0 || class == HIGH && is_word_char(self.char_at(at)) => self.word(at, gap),
                _ if class == DIGIT => self.number(at, gap),
                _ => self.punctuation(at, gap),
            };
        }
    }

    fn char_at(&self, at: usize) -> char {
        self.text[at..].chars().next().unwrap_or('\0')
    }

    fn char_before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b' ')
    }

    fn push(&mut self, span: Span, kind: TokenKind, gap: Gap) {
        let slice = span.of(self.text);
        let hash = fold_hash(slice);
        let case = if matches!(kind, TokenKind::Word | TokenKind::Initial | TokenKind::Abbreviation) {
            case_of(slice)
        } else {
            Case::None
        };
        self.tokens.push(Token { span, hash, word: WordId::UNKNOWN, classes: Classes::default(), kind, case, gap });
    }

    /// Whether the single mark at `span` is the apostrophe of a clitic: `Jones’s`, `they'll`.
    ///
    /// A bare one behind a word (`Jones'`) looks like a closing mark; the quotation stage tells them apart.
    fn is_clitic(&self, span: Span) -> bool {
        let slice = span.of(self.text);
        if !matches!(slice, "'" | "’" | "&#39;" | "&rsquo;" | "&#8217;") {
            return false;
        }
        let follows_word = self.char_before(span.start as usize).is_some_and(|c| c.is_alphanumeric() || c == '.');
        follows_word && clitic_len(&self.text[span.end as usize..]).is_some()
    }

    fn clitic(&mut self, apostrophe: Span, gap: Gap) -> usize {
        let length = clitic_len(&self.text[apostrophe.end as usize..]).unwrap_or(0);
        let end = apostrophe.end as usize + length;
        self.push(Span::new(apostrophe.start as usize, end), TokenKind::Clitic, gap);
        if apostrophe.of(self.text).starts_with('&')
            && let Some(token) = self.tokens.last_mut()
        {
            // One hash whatever the apostrophe's spelling (`&#39;s`).
            let mut folded = String::from("'");
            folded.push_str(&self.text[apostrophe.end as usize..end]);
            token.hash = fold_hash(&folded);
        }
        end
    }

    fn word(&mut self, start: usize, gap: Gap) -> usize {
        if let Some(end) = self.address_end(start) {
            self.push(Span::new(start, end), TokenKind::Address, gap);
            return end;
        }
        let mut end = self.letters_end(start);
        if self.byte(end) == b'.'
            && let Some((stop, kind)) = self.dotted(start, end)
        {
            self.push(Span::new(start, stop), kind, gap);
            return stop;
        }
        // An apostrophe inside a word: a clitic is cut off, anything else is part of the word.
        loop {
            let apostrophe = self.apostrophe_len(end);
            if apostrophe == 0 || !self.text[end + apostrophe..].starts_with(is_word_char) {
                break;
            }
            if clitic_len(&self.text[end + apostrophe..]).is_some() {
                break;
            }
            end = self.letters_end(end + apostrophe);
        }
        self.push(Span::new(start, end), TokenKind::Word, gap);
        end
    }

    /// The length of an apostrophe at this place, 0 for none.
    fn apostrophe_len(&self, at: usize) -> usize {
        match self.byte(at) {
            b'\'' => 1,
            0xe2 if self.text[at..].starts_with('’') => '’'.len_utf8(),
            _ => 0,
        }
    }

    /// The end of a run of letters and digits from `start`.
    fn letters_end(&self, start: usize) -> usize {
        let mut at = start;
        loop {
            at += self.bytes[at..].iter().take_while(|&&b| CLASS[b as usize] & (LETTER | DIGIT) != 0).count();
            match CLASS[self.byte(at) as usize] {
                HIGH => {
                    let c = self.char_at(at);
                    if !is_word_char(c) && !is_zero_width(c) && !is_combining(c) {
                        return at;
                    }
                    // Outside ASCII, Unicode's word boundaries say where a word ends (combining marks, scripts without blanks).
                    let bound =
                        start_of(&self.text[at..], LONGEST_WORD).split_word_bounds().next().map_or(c.len_utf8(), str::len);
                    let run: usize = self.text[at..at + bound]
                        .chars()
                        .take_while(|&c| is_word_char(c) || is_combining(c) || is_zero_width(c))
                        .map(char::len_utf8)
                        .sum();
                    at += run.max(c.len_utf8());
                    if !c.is_lowercase() && !c.is_uppercase() && !is_zero_width(c) && !is_combining(c) {
                        return at;
                    }
                }
                _ => return at,
            }
        }
    }

    /// A word with the full stop at `end` as part of it: `U.S.`, `a.m.`, `Ph.D.`, `Mr.`, `J.`
    fn dotted(&self, start: usize, end: usize) -> Option<(usize, TokenKind)> {
        let mut stop = end + 1;
        if end - start <= 2 {
            // Letters and stops in turn.
            let mut parts = 1;
            let mut at = end + 1;
            loop {
                let next = self.letters_end(at);
                let letters = &self.text[at..next];
                if !(1..=2).contains(&letters.len())
                    || !letters.bytes().all(|b| b.is_ascii_alphabetic())
                    || self.byte(next) != b'.'
                {
                    // `U.S` without its last stop, before white space: `the U.S economy`.
                    break;
                }
                parts += 1;
                at = next + 1;
                stop = at;
            }
            if parts > 1 {
                return Some((stop, TokenKind::Abbreviation));
            }
        }
        if self.lexicon.abbreviation(&self.text[start..stop]).is_some() {
            return Some((stop, TokenKind::Abbreviation));
        }
        let single = self.text[start..end].chars().count() == 1 && self.text[start..end].chars().all(char::is_uppercase);
        let attached = CLASS[self.byte(stop) as usize] & LETTER != 0;
        (single && (!attached || self.byte(stop).is_ascii_uppercase())).then_some((stop, TokenKind::Initial))
    }

    fn number(&mut self, start: usize, gap: Gap) -> usize {
        let mut at = start;
        loop {
            match CLASS[self.byte(at) as usize] {
                DIGIT => at += 1,
                SMALL | CAPITAL => at = self.letters_end(at),
                _ => {
                    let joins = matches!(self.byte(at), b',' | b'.' | b':' | b'/') && self.byte(at + 1).is_ascii_digit();
                    if !joins {
                        break;
                    }
                    at += 1;
                }
            }
        }
        let kind =
            if self.bytes[start..at].iter().all(|&b| !b.is_ascii_alphabetic()) { TokenKind::Number } else { TokenKind::Word };
        self.push(Span::new(start, at), kind, gap);
        at
    }

    fn punctuation(&mut self, start: usize, gap: Gap) -> usize {
        let c = self.char_at(start);
        let mut end = start + c.len_utf8();
        let kind = match c {
            '.' | '!' | '?' | '…' => {
                while matches!(self.byte(end), b'.' | b'!' | b'?') || self.text[end..].starts_with('…') {
                    end += self.char_at(end).len_utf8();
                }
                TokenKind::Stop
            }
            ',' => TokenKind::Comma,
            ':' => TokenKind::Colon,
            ';' => TokenKind::Semicolon,
            '(' | '[' | '{' => TokenKind::Open,
            ')' | ']' | '}' => TokenKind::Close,
            '–' | '—' | '―' => TokenKind::Dash,
            '-' | '‐' | '‑' | '−' => {
                while self.byte(end) == b'-' {
                    end += 1;
                }
                let after_blank = gap != Gap::None;
                let before_blank = end == self.bytes.len() || CLASS[self.byte(end) as usize] == SPACE;
                if end - start > c.len_utf8() || after_blank && before_blank { TokenKind::Dash } else { TokenKind::Hyphen }
            }
            '•' | '·' | '▪' | '■' | '●' | '►' | '*' if gap >= Gap::Line => TokenKind::Bullet,
            '@' | '#' => {
                let run = self.letters_or(start + 1, |b| b == b'_');
                if run > start + 1 {
                    end = run;
                    TokenKind::Address
                } else {
                    TokenKind::Symbol
                }
            }
            '&' => match entity_len(&self.bytes[start..]) {
                Some(length) => {
                    end = start + length;
                    TokenKind::Symbol
                }
                None => TokenKind::Symbol,
            },
            _ => TokenKind::Symbol,
        };
        self.push(Span::new(start, end), kind, gap);
        end
    }

    fn letters_or(&self, mut at: usize, also: impl Fn(u8) -> bool) -> usize {
        while CLASS[self.byte(at) as usize] & (LETTER | DIGIT) != 0 || also(self.byte(at)) {
            at += 1;
        }
        at
    }

    /// Whether an e-mail address starts here. Before its @ stand at most 64 characters.
    fn starts_mail(&self, start: usize) -> bool {
        let run = (start..start + 65).find(|&i| {
            CLASS[self.byte(i) as usize] & (LETTER | DIGIT) == 0 && !matches!(self.byte(i), b'.' | b'_' | b'+' | b'-')
        });
        run.is_some_and(|run| self.byte(run) == b'@' && run > start && self.byte(run + 1).is_ascii_alphanumeric())
    }

    /// The end of a URL or an e-mail address that starts here.
    fn address_end(&self, start: usize) -> Option<usize> {
        let rest = &self.bytes[start..];
        let url = match self.bytes[start] {
            b'h' => rest.starts_with(b"http://") || rest.starts_with(b"https://"),
            b'w' | b'W' => rest.get(..4).is_some_and(|b| b.eq_ignore_ascii_case(b"www.")),
            _ => false,
        };
        let mail = !url && self.has_mail && self.starts_mail(start);
        if !url && !mail {
            return None;
        }
        let length = rest
            .iter()
            .position(|&b| CLASS[b as usize] == SPACE || matches!(b, b'<' | b'>' | b'"' | b')') || b >= 0x80)
            .unwrap_or(rest.len());
        let trailing =
            rest[..length].iter().rev().take_while(|b| matches!(b, b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'')).count();
        Some(start + (length - trailing).max(1))
    }
}

/// The length of an HTML entity such as `&amp;` at the start of `bytes`.
fn entity_len(bytes: &[u8]) -> Option<usize> {
    let length = bytes.iter().take(10).position(|&b| b == b';')?;
    let name = &bytes[1..length];
    (!name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#')).then_some(length + 1)
}

/// The length in bytes of what a clitic holds behind its apostrophe; `rest` starts behind the apostrophe.
fn clitic_len(rest: &str) -> Option<usize> {
    let letters = rest.bytes().take(3).take_while(u8::is_ascii_alphabetic).count();
    let ends = !rest[letters..].starts_with(is_word_char);
    let known = ["s", "d", "m", "ll", "ve", "re"].iter().any(|c| rest[..letters].eq_ignore_ascii_case(c));
    (ends && known).then_some(letters)
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric()
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}

fn case_of(word: &str) -> Case {
    // Most words by far.
    if let [first, rest @ ..] = word.as_bytes()
        && rest.iter().fold(SMALL, |classes, &b| classes | CLASS[b as usize]) == SMALL
    {
        match CLASS[*first as usize] {
            SMALL => return Case::Lower,
            CAPITAL => return Case::Capital,
            _ => {}
        }
    }
    let mut letters = 0;
    let mut capitals = 0;
    let mut first = None;
    for c in word.chars() {
        let (upper, lower) = (c.is_uppercase(), c.is_lowercase());
        if upper || lower {
            letters += 1;
            capitals += u32::from(upper);
            first.get_or_insert(upper);
        }
    }
    match first {
        None => Case::None,
        Some(_) if capitals == 0 => Case::Lower,
        Some(true) if capitals == 1 => Case::Capital,
        Some(true) if capitals == letters => Case::Upper,
        Some(first) => Case::Mixed { first },
    }
}

/// What the lexicon says of an abbreviation token; `None` for any other token and for forms that are not listed (`X.Y.`).
pub fn abbreviation<'a>(lexicon: &'a Lexicon, text: &str, token: &Token) -> Option<&'a Abbreviation> {
    if token.kind == TokenKind::Abbreviation { lexicon.abbreviation(token.span.of(text)) } else { None }
}
