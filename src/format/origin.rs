//! Where something stands in the input, and what is the matter with it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where something stands in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The file, or `<stdin>`.
    pub file: String,
    /// The path inside an archive; archives in archives are joined by `/`.
    #[serde(default)]
    pub member: Option<String>,
    /// The line, from 1.
    #[serde(default)]
    pub line: Option<u64>,
    /// The record of a table, an array, a WARC or the member of an archive, from 1.
    #[serde(default)]
    pub record: Option<u64>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(member) = &self.member {
            write!(f, ": {member}")?;
        }
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        Ok(())
    }
}

/// How much is lost with a problem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// What stands there; the rest was read.
    #[default]
    One,
    /// All from there to the end of the file, or of the member of an archive.
    Rest,
}

/// Something in the input that could not be read, or that a reader should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where it stands.
    #[serde(flatten)]
    pub origin: Origin,
    /// How much is lost.
    #[serde(default)]
    pub lost: Extent,
    /// The last record that is lost, if the rest of the file can be read behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// What is the matter.
    #[serde(default)]
    pub reason: String,
}

impl Problem {
    /// A problem with a whole file; of all the input, if that is empty.
    pub fn new(file: impl Into<String>, reason: impl Into<String>) -> Problem {
        let origin = Origin { file: file.into(), ..Origin::default() };
        Problem { origin, lost: Extent::One, until: None, reason: reason.into() }
    }

    /// The problem at a line, if that is known.
    pub fn at_line(mut self, line: Option<u64>) -> Problem {
        self.origin.line = line;
        self
    }

    /// The problem at a record of a table.
    pub fn at_record(mut self, record: u64) -> Problem {
        self.origin.record = Some(record);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin == Origin::default() {
            return f.write_str(&self.reason);
        }
        write!(f, "{}: {}", self.origin, self.reason)
    }
}
