//! What is odd about documents as they are read, one beside the other: ids that come twice, fields that none has.

use crate::document::Document;
use crate::format::input::Keep;
use crate::format::{Origin, Problem};
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::collections::BTreeSet;
use std::hash::BuildHasher;

/// Watches the documents of a run.
pub(super) struct Watch {
    /// The hashes of the ids so far: eight bytes a document.
    ids: FxHashSet<u64>,
    /// How many documents had the id of an earlier one.
    again: u64,
    /// Fields to keep that no document has had so far.
    missing: BTreeSet<String>,
}

impl Watch {
    pub(super) fn new(keep: &Keep) -> Watch {
        let missing = if let Keep::Names(names) = keep { names.iter().cloned().collect() } else { BTreeSet::new() };
        Watch { ids: FxHashSet::default(), again: 0, missing }
    }

    /// Looks at one more document; returns what is to be said of it. Only the first id that comes twice is spoken of.
    pub(super) fn look(&mut self, document: &Document, origin: &Origin) -> Option<Problem> {
        if let Some(kept) = document.metadata.kept.as_ref().filter(|_| !self.missing.is_empty()) {
            self.missing.retain(|name| !kept.contains_key(name));
        }
        let is_new = self.ids.insert(FxBuildHasher.hash_one(&document.id));
        self.again += u64::from(!is_new);
        (!is_new && self.again == 1).then(|| {
            let reason = format!("the id `{}` is that of an earlier document: rows of the two cannot be told apart", document.id);
            Problem { origin: origin.clone(), ..Problem::new("", reason) }
        })
    }

    /// Documents with the id of an earlier one.
    pub(super) fn again(&self) -> u64 {
        self.again
    }

    /// The fields to keep that no document had, if there were documents.
    pub(super) fn missing(&self) -> impl Iterator<Item = &str> {
        self.missing.iter().map(String::as_str).filter(|_| !self.ids.is_empty())
    }
}
