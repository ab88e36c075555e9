//! Summaries: how many rows say what, by speaker, place, outlet and time.
//!
//! [`governments`] knows what lies in what, so that a row about Baltimore counts for Maryland and the United States as well;
//! [`filter`] says which rows and places count; [`counts`] counts by [`dimension`]s that the user chooses, and [`overview`] makes
//! all figures of the report in one pass. Rows come one by one and are not kept: what grows is the number of different
//! speakers, places and outlets.

pub mod counts;
pub mod dimension;
pub mod filter;
pub mod governments;
pub mod overview;

use std::collections::HashSet;
use std::hash::BuildHasher;

/// Counts documents by their rows, which stand together in what `extract` writes.
#[derive(Default)]
struct Documents {
    current: String,
    number: u32,
    seen: HashSet<u64, rustc_hash::FxBuildHasher>,
    scattered: bool,
}

impl Documents {
    /// The number of the document of a row, from 1. A document that comes again behind others gets a new one.
    fn number(&mut self, document: &str) -> u32 {
        if self.number == 0 || document != self.current {
            self.current.clear();
            self.current.push_str(document);
            self.number += 1;
            self.scattered |= !self.seen.insert(rustc_hash::FxBuildHasher.hash_one(document));
        }
        self.number
    }

    /// How many documents there are.
    fn len(&self) -> u64 {
        self.seen.len() as u64
    }
}

/// In how many statements, and in how many documents, something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Statements.
    pub statements: u64,
    /// Documents.
    pub documents: u64,
    last: u32,
}

impl Count {
    /// One more statement, of this document.
    fn add(&mut self, document: u32) {
        self.statements += 1;
        self.documents += u64::from(self.last != document);
        self.last = document;
    }
}
