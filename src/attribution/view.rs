//! What engines and rules look at: the input with look-ups by token.

use super::Input;
use crate::lexicon::Classes;
use crate::mention::Mention;
use crate::quotation::Quotation;
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use crate::token::TokenKind;
use std::ops::Deref;

/// The input with look-ups by token.
pub(super) struct View<'a> {
    pub reading: Reading<'a>,
    pub quotations: &'a [Quotation],
    pub mentions: &'a [Mention],
    /// By token: 1 + the index of the quotation that holds it, marks included; 0 for none.
    quotation: Vec<u32>,
    /// By token: 1 + the index of the longest mention that starts there.
    starts: Vec<u32>,
    /// By token: 1 + the index of the longest mention that ends before it.
    ends: Vec<u32>,
    /// By token: whether it is part of a name.
    pub named: Vec<bool>,
}

impl<'a> Deref for View<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        &self.reading
    }
}

impl<'a> View<'a> {
    pub fn new(input: Input<'a>) -> View<'a> {
        let n = input.reading.tokens.len();
        let (mut quotation, mut starts, mut ends, mut named) = (vec![0; n], vec![0; n + 1], vec![0; n + 1], vec![false; n]);
        for (i, q) in input.quotations.iter().enumerate() {
            quotation[q.open()..q.end()].fill(i as u32 + 1);
        }
        for (i, mention) in input.mentions.iter().enumerate() {
            if let Some(name) = mention.name {
                named[name.range()].fill(true);
            }
            let longer = |slot: u32| slot == 0 || input.mentions[slot as usize - 1].tokens.len() < mention.tokens.len();
            for slot in [&mut starts[mention.tokens.start as usize], &mut ends[mention.tokens.end as usize]] {
                if longer(*slot) {
                    *slot = i as u32 + 1;
                }
            }
        }
        View { reading: input.reading, quotations: input.quotations, mentions: input.mentions, quotation, starts, ends, named }
    }

    /// The quotation that holds a token, marks included.
    pub fn quotation_at(&self, at: usize) -> Option<usize> {
        self.quotation.get(at).and_then(|&q| q.checked_sub(1)).map(|q| q as usize)
    }

    /// The longest mention that starts with a token.
    pub fn mention_from(&self, at: usize) -> Option<&'a Mention> {
        self.starts.get(at).and_then(|&m| m.checked_sub(1)).map(|m| &self.mentions[m as usize])
    }

    /// The longest mention that ends right before a token.
    pub fn mention_to(&self, at: usize) -> Option<&'a Mention> {
        self.ends.get(at).and_then(|&m| m.checked_sub(1)).map(|m| &self.mentions[m as usize])
    }

    /// Some tokens with the beginning of the name that they end.
    pub fn whole_name(&self, tokens: TokenSpan) -> TokenSpan {
        let name = self.mention_to(tokens.end as usize).and_then(|mention| mention.name);
        match name.filter(|name| name.end == tokens.end && name.start < tokens.start) {
            Some(name) => name,
            None => tokens,
        }
    }

    /// Whether `that` at a token opens a clause, and is no pronoun: `said that taxes …`, not `said that is wrong`.
    pub fn opens_clause(&self, at: usize, limit: usize) -> bool {
        let pronoun = at + 1 < limit && self.is(at + 1, Classes::FINITE) && !self.is(at + 1, Classes::VERB_NOUN);
        self.is_word(at, "that") && !pronoun
    }

    /// Where `start..end` starts without the dateline of its paragraph.
    pub fn behind_dateline(&self, start: usize, end: usize) -> usize {
        let body = self.layout.paragraphs.get(self.paragraph_of(start)).map_or(0, |paragraph| paragraph.body as usize);
        if body < end { start.max(body) } else { start }
    }

    /// The content `start..end` as bytes: no dateline, no white space, comma or full stop at its ends, no mark that has no partner inside.
    pub fn content(&self, mut start: usize, mut end: usize) -> Option<Span> {
        start = self.behind_dateline(start, end);
        while start < end
            && matches!(
                self.tokens[start].kind,
                TokenKind::Comma | TokenKind::Dash | TokenKind::Colon | TokenKind::Semicolon | TokenKind::Stop | TokenKind::Close
            )
        {
            start += 1;
        }
        loop {
            if start >= end {
                return None;
            }
            match self.tokens[end - 1].kind {
                TokenKind::Comma | TokenKind::Dash | TokenKind::Semicolon | TokenKind::Colon | TokenKind::Open => end -= 1,
                TokenKind::Stop if !self.word(end - 1).starts_with(['?', '!']) => end -= 1,
                _ => break,
            }
        }
        // A quotation that is all of the content loses its marks.
        if let Some(q) = self.quotation_at(start) {
            let quotation = &self.quotations[q];
            if quotation.open() == start && quotation.end() >= end {
                return Some(quotation.inner);
            }
        }
        let words = (start..end).any(|i| self.tokens[i].is_word() || self.is_kind(i, TokenKind::Number));
        words.then(|| self.span(TokenSpan::new(start, end)))
    }

    /// `the boat`, `at dawn`: a word that is a verb elsewhere.
    fn is_noun_after_article(&self, at: usize) -> bool {
        self.is(at, Classes::VERB_NOUN) && self.is(at - 1, Classes::DETERMINER.or(Classes::POSSESSIVE).or(Classes::PREPOSITION))
    }

    /// Whether a verb that can carry a clause stands among the tokens.
    pub fn has_finite(&self, start: usize, end: usize) -> bool {
        (start..end).any(|i| {
            self.is(i, Classes::FINITE)
                || self.is_kind(i, TokenKind::Clitic) && !self.word(i).ends_with('s')
                || self.is(i, Classes::BASE) && i > start && !self.is_word(i - 1, "to") && !self.is_noun_after_article(i)
        })
    }
}
