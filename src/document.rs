//! A document: what the readers hand to the pipeline. It owns its text, and the text is never altered.

use std::collections::BTreeMap;

/// One article as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The identifier that every row made from the document carries.
    pub id: String,
    /// The text; all offsets point into it.
    pub text: String,
    /// What is known about the text from outside.
    pub metadata: Metadata,
}

/// Facts about a document that pass through to its rows, for people to group by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// When it was published, as the input wrote it.
    pub date: Option<String>,
    /// The outlet.
    pub source: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The address.
    pub url: Option<String>,
    /// The document that this one is a copy of, if copies were asked for: `Some(None)` for one that is no copy.
    pub duplicate_of: Option<Option<String>>,
    /// Other fields that were asked for, by name; `None` if none were.
    pub kept: Option<BTreeMap<String, String>>,
}

impl Document {
    /// A document without metadata.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Document {
        Document { id: id.into(), text: text.into(), metadata: Metadata::default() }
    }
}
