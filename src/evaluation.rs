//! Evaluation: gold against what the pipeline finds, in the figures that are usual for each kind of gold.
//!
//! [`gold`] reads documents with what is right about them; [`evaluate`] runs the pipeline over them and counts. A kind of gold is a
//! variant of [`Gold`] and a module that knows how it is read, what is counted and how the figures are printed. Spans are bytes
//! here as everywhere; gold files count code points.
//!
//! ```text
//!  gold files ─ gold ─▶ Case { document, Gold } ─ pipeline ─▶ quotes | triples | places | sentences ─▶ Scores
//!                                                   what they share: characters, naming, ranges, regions, pairing, tally
//! ```

mod characters;
pub mod corrections;
pub mod gold;
pub mod mistake;
mod naming;
mod pairing;
pub mod places;
pub mod quotes;
mod ranges;
mod regions;
pub mod sentences;
pub mod tally;
pub mod triples;

use crate::document::Document;
use crate::format::Problem;
use crate::pipeline::{Annotation, Pipeline};
use gold::{Case, Gold};
use mistake::Mistake;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Annotations that are held at once.
const BATCH: usize = 64;

/// Which of the gold counts.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Kinds of places that count; gold of other kinds is neither wanted nor wrong. `None` for all.
    pub kinds: Option<Vec<String>>,
    /// Whether demonyms count as names of places.
    pub demonyms: bool,
    /// Sentence ends count in documents whose id holds one of these. `None` for all.
    pub genres: Option<Vec<String>>,
}

impl Choice {
    fn takes(&self, case: &Case) -> bool {
        match (&case.gold, &self.genres) {
            (Gold::Sentences(_), Some(genres)) => genres.iter().any(|genre| case.document.id.contains(genre)),
            _ => true,
        }
    }
}

/// A document and what the pipeline found in it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The document.
    pub document: &'a Document,
    /// What was found.
    pub annotation: &'a Annotation,
}

/// The figures of some gold; a kind that did not occur has none.
#[derive(Debug, Default, Serialize)]
pub struct Scores {
    /// The documents that were counted.
    pub documents: usize,
    /// Who is reported to have said which words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotes: Option<quotes::Scores>,
    /// Who said what about which jurisdiction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triples: Option<triples::Scores>,
    /// Which place a name is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<places::Scores>,
    /// Where sentences end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentences: Option<sentences::Scores>,
    /// All that is wrong, in the order of the documents.
    #[serde(skip)]
    pub mistakes: Vec<Mistake>,
}

impl Scores {
    fn take(&mut self, seen: Seen<'_>, gold: &Gold, choice: &Choice) {
        self.documents += 1;
        let mistakes = &mut self.mistakes;
        match gold {
            Gold::Quotes(gold) => self.quotes.get_or_insert_default().take(seen, gold, mistakes),
            Gold::Triples(gold) => self.triples.get_or_insert_default().take(seen, gold, mistakes),
            Gold::Places(gold) => self.places.get_or_insert_default().take(seen, gold, choice, mistakes),
            Gold::Sentences(gold) => self.sentences.get_or_insert_default().take(seen, gold, mistakes),
        }
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: [Option<&dyn fmt::Display>; 4] = [
            self.quotes.as_ref().map(|s| s as _),
            self.triples.as_ref().map(|s| s as _),
            self.places.as_ref().map(|s| s as _),
            self.sentences.as_ref().map(|s| s as _),
        ];
        parts.into_iter().flatten().try_for_each(|part| part.fmt(f))
    }
}

/// Runs the pipeline over the documents of some gold and counts; also the documents that it failed on.
///
/// Documents are annotated in parallel and counted in order: the figures are the same for any number of threads.
pub fn evaluate(pipeline: &Pipeline, cases: &[Case], choice: &Choice) -> (Scores, Vec<Problem>) {
    let mut scores = Scores::default();
    let mut problems = Vec::new();
    let cases: Vec<&Case> = cases.iter().filter(|case| choice.takes(case)).collect();
    for batch in cases.chunks(BATCH) {
        let annotate = |case: &&Case| catch_unwind(AssertUnwindSafe(|| pipeline.annotate(&case.document))).ok();
        let annotations: Vec<Option<Annotation>> = batch.par_iter().map(annotate).collect();
        for (case, annotation) in batch.iter().zip(&annotations) {
            match annotation {
                Some(annotation) => scores.take(Seen { pipeline, document: &case.document, annotation }, &case.gold, choice),
                None => {
                    let reason = "the program failed on this document; please report it".to_owned();
                    problems.push(Problem::new(format!("document {}", case.document.id), reason));
                }
            }
        }
    }
    (scores, problems)
}
