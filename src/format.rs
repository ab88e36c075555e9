//! Formats: the only place that knows how documents come in and rows go out.
//!
//! [`input`] finds and reads documents; [`rows`], [`csv`] and [`annotations`] write what was found. Offsets become code points
//! here ([`CodePoints`]) and nowhere else. [`stored`] reads rows back, [`people`] a user's list, and [`collated`] writes what
//! rows of many documents have in common.

pub mod annotations;
pub mod collated;
pub mod counted;
pub mod csv;
pub mod decode;
pub mod input;
mod offsets;
pub mod origin;
pub mod people;
pub mod rows;
pub mod stored;

pub use offsets::CodePoints;
pub use origin::{Origin, Problem};

use crate::document::Document;
use crate::pipeline::{Annotation, Pipeline};

/// What a run writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One attribution a line, as JSON.
    #[default]
    JsonLines,
    /// One attribution a row, flattened.
    Csv,
    /// One document a line with every layer, as JSON.
    Annotations,
}

impl Format {
    /// What stands before the first row; `kept` says whether rows have fields that were asked for.
    pub fn header(self, kept: bool) -> Vec<u8> {
        match self {
            Format::Csv => csv::header(kept),
            Format::JsonLines | Format::Annotations => Vec::new(),
        }
    }

    /// Appends what was found in one document; returns the number of attributions.
    pub fn write(self, pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) -> usize {
        match self {
            Format::JsonLines => rows::write(pipeline, document, annotation, out),
            Format::Csv => csv::write(pipeline, document, annotation, out),
            Format::Annotations => annotations::write(pipeline, document, annotation, out),
        }
        annotation.attributions.len()
    }
}
