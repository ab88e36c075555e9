//! Phrases: entries of one or more words, found at a token.

use super::{Hashed, WordId, in_phrase};
use crate::token::{Gap, Token};
use std::collections::HashMap;

/// The words behind the first, and the values.
type Phrase<T> = (Box<[WordId]>, Vec<T>);

/// A set of phrases, each with one or more values.
pub struct Phrases<T> {
    /// By the first word: the other words and the values, longest phrase first.
    by_first: HashMap<WordId, Vec<Phrase<T>>, Hashed>,
}

impl<T> Default for Phrases<T> {
    fn default() -> Self {
        Phrases { by_first: HashMap::default() }
    }
}

impl<T> Phrases<T> {
    /// Adds a value to a phrase.
    pub(super) fn insert(&mut self, words: Vec<WordId>, value: T) {
        let Some((&first, rest)) = words.split_first() else { return };
        let phrases = self.by_first.entry(first).or_default();
        match phrases.iter_mut().find(|(words, _)| **words == *rest) {
            Some((_, values)) => values.push(value),
            None => {
                phrases.push((rest.into(), vec![value]));
                phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
            }
        }
    }

    /// The values of the longest phrase that starts at token `at`, and its length in tokens.
    pub fn longest<'a>(&'a self, tokens: &'a [Token], at: usize) -> Option<(&'a [T], usize)> {
        self.all(tokens, at).next()
    }

    /// The values and lengths of all phrases that start at token `at`, longest first.
    pub fn all<'a>(&'a self, tokens: &'a [Token], at: usize) -> impl Iterator<Item = (&'a [T], usize)> {
        let phrases = match tokens[at].word {
            WordId::UNKNOWN => None,
            word => self.by_first.get(&word),
        };
        phrases.into_iter().flatten().filter_map(move |(rest, values)| {
            let end = at + 1 + rest.len();
            let matches = end <= tokens.len()
                && rest.iter().zip(&tokens[at + 1..end]).all(|(&word, token)| {
                    word != WordId::UNKNOWN && token.word == word && token.gap < Gap::Blank && in_phrase(token.kind)
                });
            matches.then_some((&values[..], rest.len() + 1))
        })
    }
}
