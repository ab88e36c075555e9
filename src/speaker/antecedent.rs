//! Antecedents: whom `he` or `she` stands for.
//!
//! Everybody named before is a candidate. What speaks for each is a row of numbers ([`FEATURES`]); weights that were learned
//! (`training/antecedents.py`, `models/antecedent.tsv`) make one score of them, and the scores of all candidates make shares that add up to 1: a
//! conditional logit.

use super::Resolver;
use crate::lexicon::{Classes, Gender};
use crate::logit::{self, Logit, yes};
use crate::mention::MentionType;
use crate::span::TokenSpan;

/// What is looked at, by the names that the file of weights uses.
pub const FEATURES: [&str; 20] = [
    "gender-fits",
    "no-name-of-a-person",
    "sentences-between",
    "log-sentences-between",
    "same-sentence",
    "same-paragraph",
    "log-paragraphs-between",
    "starts-sentence",
    "starts-paragraph",
    "spoke-last",
    "spoke-before-last",
    "spoke-last-by-pronoun",
    "log-mentions",
    "other-side-of-content",
    "possessive",
    "behind-preposition",
    "nearest",
    "share-of-nearness",
    "in-lead",
    "with-role",
];

/// Candidates that are looked at, the nearest first.
const CANDIDATES: usize = 12;
/// Sentences that are looked back over.
const SENTENCES: usize = 12;
/// Sentences of a lead.
const LEAD: usize = 3;
/// Mentions that are looked back over.
const MENTIONS: usize = 60;

/// Somebody whom a pronoun may stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The entity.
    pub entity: u32,
    /// How likely it is meant.
    pub likelihood: f32,
    /// What speaks for it, as [`FEATURES`] names it.
    pub features: [f32; FEATURES.len()],
}

/// What the features are worth.
pub type Ranking = Logit<{ FEATURES.len() }>;

/// The weights that the binary holds.
pub fn shipped() -> Ranking {
    Logit::parse(&FEATURES, include_str!("../../models/antecedent.tsv")).expect("a test reads the file")
}

/// The persons whom a pronoun at a token may stand for, the likeliest first.
pub(super) fn find(resolver: &Resolver<'_>, at: usize, gender: Gender) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for near in references(resolver, at) {
        let known = resolver.gender(near.entity);
        let person = matches!(resolver.entities.list[near.entity].sort, MentionType::Person | MentionType::Unknown);
        let new = found.iter().all(|c| c.entity as usize != near.entity);
        if new && person && known.is_none_or(|known| known == gender) && found.len() < CANDIDATES {
            let features = features(resolver, at, found.len(), near, known.is_some());
            found.push(Candidate { entity: near.entity as u32, likelihood: 0.0, features });
        }
    }
    let mut likelihoods: Vec<f32> = found.iter().map(|c| resolver.ranking.score(&c.features)).collect();
    logit::shares(&mut likelihoods);
    found.iter_mut().zip(likelihoods).for_each(|(candidate, likelihood)| candidate.likelihood = likelihood);
    // Stable: of equals the nearest.
    found.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood));
    found
}

/// Words that stand for an entity.
#[derive(Clone, Copy)]
struct Reference {
    tokens: TokenSpan,
    entity: usize,
    with_role: bool,
}

/// The mentions and the sources of reports before a token, the nearest first: also pronouns and names that were understood only as somebody
/// spoke.
fn references(resolver: &Resolver<'_>, at: usize) -> Vec<Reference> {
    let mentioned = resolver.before(at).take(MENTIONS).map(|(mention, entity, _)| {
        let found = &resolver.mentions[mention];
        Reference { tokens: found.tokens, entity, with_role: found.role.is_some() }
    });
    let spoken = resolver.spoken.iter().rev().take(CANDIDATES).filter(|s| (s.source.start as usize) < at);
    let spoken = spoken.map(|s| Reference { tokens: s.source, entity: s.entity as usize, with_role: false });
    let sentence = resolver.sentence_of(at);
    let near = |r: &Reference| sentence.saturating_sub(resolver.sentence_of(r.tokens.start as usize)) <= SENTENCES;
    let mut all: Vec<Reference> = mentioned.chain(spoken).filter(near).collect();
    all.sort_by_key(|r| (std::cmp::Reverse(r.tokens.start), !r.with_role));
    all
}

/// What speaks for an entity, given with its nearest reference before a pronoun; `rank` candidates are nearer.
fn features(resolver: &Resolver<'_>, at: usize, rank: usize, near: Reference, fits: bool) -> [f32; FEATURES.len()] {
    let entity = &resolver.entities.list[near.entity];
    let start = near.tokens.start as usize;
    let end = resolver.span(near.tokens).end as usize;
    let distance = resolver.sentence_of(at).saturating_sub(resolver.sentence_of(start)) as f32;
    let (paragraph, own) = (resolver.paragraph_of(at), resolver.paragraph_of(start));
    let first_of = |first: u32| start <= first as usize + 1;
    let mut spoken = resolver.spoken.iter().rev();
    let last = spoken.next();
    let spoke_last = last.is_some_and(|s| s.entity as usize == near.entity);
    let starts = |&mention: &u32| resolver.mentions[mention as usize].tokens.start as usize;
    let so_far = entity.mentions.partition_point(|m| starts(m) < at);
    [
        yes(fits),
        yes(entity.sort == MentionType::Unknown),
        distance,
        distance.ln_1p(),
        yes(distance == 0.0),
        yes(paragraph == own),
        (paragraph.saturating_sub(own) as f32).ln_1p(),
        yes(first_of(resolver.sentence(start).start)),
        yes(first_of(resolver.layout.paragraphs[own].tokens.start)),
        yes(spoke_last),
        yes(!spoke_last && spoken.take(2).any(|s| s.entity as usize == near.entity)),
        yes(spoke_last && last.is_some_and(|s| s.by_pronoun)),
        (so_far as f32).ln_1p(),
        yes(resolver.in_content[start] != resolver.in_content[at]),
        yes(["'s", "’s", "'", "’"].iter().any(|mark| resolver.text[end..].starts_with(mark))),
        yes(start > 0 && resolver.is(start - 1, Classes::PREPOSITION)),
        yes(rank == 0),
        1.0 / (1.0 + rank as f32),
        yes(entity.mentions.first().is_some_and(|m| resolver.sentence_of(starts(m)) < LEAD)),
        yes(near.with_role),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_name_every_feature() {
        assert!(shipped().score(&[1.0; FEATURES.len()]).is_finite());
    }
}
