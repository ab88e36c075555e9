//! Rows and annotations as they go out, a format a file.
//!
//! A run puts **lines** aside as it goes: of JSON Lines, CSV and annotations the very bytes of the output, of all other formats a JSON
//! line a row or a document, from which [`assemble`] makes the output at the end. So what is durable in the middle of a run is
//! bytes of a plain file for every format, and a file that was cut off and went on is the same as one that was not.

pub mod annotations;
mod brat;
pub mod csv;
pub mod file;
mod folder;
mod parquet;
pub mod sqlite;
mod webanno;

pub(super) use parquet::read as read_parquet;
pub(super) use sqlite::read as read_sqlite;

use super::rows::{self, Row};
use super::schema::{Layout, Typed};
use crate::document::Document;
use crate::pipeline::{Annotation, Pipeline};
use serde_json::Value;
use std::io::{self, BufRead, Write};
use std::path::Path;

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
    /// One attribution a row, in columns.
    Parquet,
    /// Attributions, documents, speakers and jurisdictions as tables of a database.
    Sqlite,
    /// A folder with a text and its annotations for each document, as brat reads them.
    Brat,
    /// A folder with a file for each document, as INCEpTION reads them.
    WebAnno,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 7] =
        [Format::JsonLines, Format::Csv, Format::Annotations, Format::Parquet, Format::Sqlite, Format::Brat, Format::WebAnno];

    /// The format that the name of a file shows.
    pub fn by_name(path: &Path) -> Option<Format> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "jsonl" | "ndjson" => Format::JsonLines,
            "csv" => Format::Csv,
            "parquet" => Format::Parquet,
            "sqlite" | "sqlite3" | "db" => Format::Sqlite,
            _ => return None,
        })
    }

    /// Its name, as flags have it.
    pub fn name(self) -> &'static str {
        match self {
            Format::JsonLines => "jsonl",
            Format::Csv => "csv",
            Format::Annotations => "annotations",
            Format::Parquet => "parquet",
            Format::Sqlite => "sqlite",
            Format::Brat => "brat",
            Format::WebAnno => "webanno",
        }
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Annotations => "annotations.jsonl",
            other => other.name(),
        }
    }

    /// Whether it is a folder, a file or two a document.
    pub fn is_folder(self) -> bool {
        matches!(self, Format::Brat | Format::WebAnno)
    }

    /// Where it goes if not to standard output, in words.
    pub fn target(self) -> &'static str {
        if self.is_folder() { "a folder: -o FOLDER" } else { "a file: -o FILE" }
    }

    /// Whether the lines of a run are not the output yet.
    pub fn is_assembled(self) -> bool {
        !matches!(self, Format::JsonLines | Format::Csv | Format::Annotations)
    }

    /// Whether it is a table, a row an attribution, from which all other tables can be made.
    pub fn is_table(self) -> bool {
        !self.is_folder() && self != Format::Annotations
    }

    /// What stands before the first line.
    pub fn header(self, layout: &Layout) -> Vec<u8> {
        match self {
            Format::Csv => csv::header(layout),
            _ => Vec::new(),
        }
    }

    /// Appends what was found in one document as lines; returns the number of attributions.
    pub fn write(self, pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) -> usize {
        match self {
            Format::JsonLines | Format::Parquet | Format::Sqlite => rows::write(pipeline, document, annotation, out),
            Format::Csv => csv::write(pipeline, document, annotation, out),
            Format::Annotations => annotations::write(pipeline, document, annotation, out),
            Format::Brat => brat::write(pipeline, document, annotation, out),
            Format::WebAnno => webanno::write(pipeline, document, annotation, out),
        }
        annotation.attributions.len()
    }
}

/// Makes an output of the lines of a run, or of rows as JSON Lines: a file that is there and empty, or a folder that is.
///
/// # Errors
/// If the lines are none, or the output cannot be written.
pub fn assemble(format: Format, layout: &Layout, lines: &mut dyn BufRead, target: &Path) -> io::Result<()> {
    match format {
        Format::Parquet => parquet::write(layout, lines, target),
        Format::Sqlite => sqlite::write(layout, lines, target),
        Format::Brat => folder::write(&brat::FILES, lines, target),
        Format::WebAnno => folder::write(&webanno::FILES, lines, target),
        Format::JsonLines | Format::Csv | Format::Annotations => {
            let mut out = io::BufWriter::new(std::fs::OpenOptions::new().write(true).open(target)?);
            write_lines(format, layout, lines, &mut out)?;
            out.flush()
        }
    }
}

/// Writes rows that are JSON Lines as another format of lines.
///
/// # Errors
/// If the lines are no rows, or the output cannot be written.
pub fn write_lines(format: Format, layout: &Layout, lines: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&format.header(layout))?;
    if format != Format::Csv {
        return each_line(lines, &mut |line| out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")));
    }
    let mut out = csv::writer(out);
    each_line(lines, &mut |line| csv::write_row(&serde_json::from_str(line)?, layout, &mut out).map_err(csv::plain))?;
    out.flush()
}

/// Hands on each line without its end.
fn each_line(lines: &mut dyn BufRead, take: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        take(line.trim_end_matches('\n'))?;
    }
}

/// The row that a line holds, if tables have a place for it.
///
/// # Errors
/// If it is none, or a field that every row has is missing or of another type.
pub fn table_row(line: &str) -> Result<Value, serde_json::Error> {
    let row: Row<'_> = serde_json::from_str(line)?;
    serde_json::to_value(row)
}

/// The names of those members of a line for which only JSON has a place.
pub fn unknown_fields(line: &str) -> Vec<String> {
    serde_json::from_str(line).map_or_else(|_| Vec::new(), |row: Value| super::schema::unknown(&row, Row::TYPE))
}
