//! Formats: the only place that knows how documents come in and rows go out.
//!
//! [`input`] finds and reads documents; [`rows`], [`csv`] and [`annotations`] write what was found. Offsets become code points
//! here ([`CodePoints`]) and nowhere else. [`stored`] reads rows back, [`people`] a user's list, and [`collated`] writes what
//! rows of many documents have in common.

pub mod annotations;
pub mod collated;
pub mod csv;
pub mod decode;
pub mod input;
mod offsets;
pub mod people;
pub mod rows;
pub mod stored;

pub use offsets::CodePoints;

use crate::document::Document;
use crate::pipeline::{Annotation, Pipeline};
use std::fmt;

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
    /// What stands before the first row.
    pub fn header(self) -> Vec<u8> {
        match self {
            Format::Csv => csv::header(),
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

/// Something in the input that could not be read, or that a reader should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or `<stdin>`.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u64>,
    /// What is the matter.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}
