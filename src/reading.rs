//! A document as the first stages read it: what every later stage looks at, token by token.

use crate::lexicon::{Classes, Lexicon};
use crate::sentence::Layout;
use crate::span::{Span, TokenSpan};
use crate::token::{Gap, Token, TokenKind};

/// The text of a document with its tokens and its layout, and the lists that say what its words are.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The language lists.
    pub lexicon: &'a Lexicon,
    /// The text.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: &'a [Token],
    /// Its paragraphs and sentences.
    pub layout: &'a Layout,
}

impl<'a> Reading<'a> {
    /// The classes of a token's word; none behind the last token.
    pub fn classes(&self, at: usize) -> Classes {
        self.tokens.get(at).map_or_else(Classes::default, |t| t.classes)
    }

    /// Whether a token's word has one of the classes.
    pub fn is(&self, at: usize, classes: Classes) -> bool {
        self.classes(at).any(classes)
    }

    /// What a token is; `None` behind the last.
    pub fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// Whether a token is of a kind.
    pub fn is_kind(&self, at: usize, kind: TokenKind) -> bool {
        self.kind(at) == Some(kind)
    }

    /// Whether a token is a quotation mark.
    pub fn is_mark(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(TokenKind::Mark(_)))
    }

    /// A token as it is written; empty behind the last.
    pub fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |t| t.span.of(self.text))
    }

    /// Whether a token is this word, in small or capital letters.
    pub fn is_word(&self, at: usize, word: &str) -> bool {
        self.word(at).eq_ignore_ascii_case(word)
    }

    /// Whether a word with a capital follows on what ends before a token, as in a longer name.
    pub fn goes_on(&self, end: usize) -> bool {
        self.tokens.get(end).is_some_and(|next| next.gap <= Gap::Space && next.is_capitalised())
    }

    /// The bytes from the first to the last of some tokens; there must be one.
    pub fn span(&self, tokens: TokenSpan) -> Span {
        Span { start: self.tokens[tokens.start as usize].span.start, end: self.tokens[tokens.end as usize - 1].span.end }
    }

    /// The slice that some tokens cover; there must be one.
    pub fn slice(&self, tokens: TokenSpan) -> &'a str {
        self.span(tokens).of(self.text)
    }

    /// The first token that does not end before a byte; the number of tokens if there is none.
    pub fn token_at(&self, byte: u32) -> usize {
        self.tokens.partition_point(|t| t.span.end <= byte)
    }

    /// The tokens that a span touches.
    pub fn tokens_in(&self, span: Span) -> TokenSpan {
        let start = self.token_at(span.start);
        TokenSpan::new(start, self.tokens.partition_point(|t| t.span.start < span.end).max(start))
    }

    /// The index of the sentence that holds a token.
    pub fn sentence_of(&self, token: usize) -> usize {
        self.layout.sentence_of(token)
    }

    /// The tokens of the sentence that holds a token.
    pub fn sentence(&self, token: usize) -> TokenSpan {
        self.layout.sentences[self.sentence_of(token)].tokens
    }

    /// The index of the paragraph that holds a token.
    pub fn paragraph_of(&self, token: usize) -> usize {
        self.layout.paragraph_of(token)
    }
}
