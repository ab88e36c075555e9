//! What an earlier run rejected, to be read again by itself.

use super::{Container, Origin, Problem, Source};
use crate::format::origin::Extent;
use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead};
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The rejects of a run, by file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejects {
    files: Vec<String>,
    by_file: HashMap<String, HashMap<Option<String>, Wanted>>,
}

/// What is read of a file or of the member of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// All of it.
    whole: bool,
    /// The lines or records with these numbers.
    ones: HashSet<u64>,
    /// All from one number to another.
    ranges: Vec<RangeInclusive<u64>>,
}

impl Rejects {
    /// Reads a file of rejects: a JSON object a line.
    ///
    /// # Errors
    /// If it cannot be read, or a line is no reject.
    pub fn read(reader: impl BufRead) -> io::Result<Rejects> {
        let mut rejects = Rejects::default();
        for (number, line) in reader.lines().enumerate() {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            let problem: Problem = serde_json::from_str(&line).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("line {}: no reject: {error}", number + 1))
            })?;
            let Problem { origin, lost, until, .. } = problem;
            if !rejects.by_file.contains_key(&origin.file) {
                rejects.files.push(origin.file.clone());
            }
            let wanted = rejects.by_file.entry(origin.file).or_default().entry(origin.member).or_default();
            match (origin.line.or(origin.record), lost) {
                (None, _) => wanted.whole = true,
                (Some(number), Extent::One) => drop(wanted.ones.insert(number)),
                (Some(number), Extent::Rest) => wanted.ranges.push(number..=until.unwrap_or(u64::MAX)),
            }
        }
        Ok(rejects)
    }

    /// The files that they are in, and what cannot be read again.
    pub fn sources(&self) -> (Vec<Source>, Vec<Problem>) {
        let mut sources = Vec::new();
        let mut problems = Vec::new();
        for file in &self.files {
            let path = PathBuf::from(file);
            if file == "<stdin>" {
                problems.push(Problem::new(file, "standard input cannot be read again"));
            } else if !path.exists() {
                problems.push(Problem::new(file, "no such file or folder"));
            } else {
                sources.push(Source::File(path, Container::by_name(file).unwrap_or(Container::Unknown)));
            }
        }
        (sources, problems)
    }

    /// Whether what stands at an origin was rejected; `around` are the archives around it, with the member's number in each.
    pub(super) fn want(&self, origin: &Origin, around: &[(Option<String>, u64)]) -> bool {
        let Some(members) = self.by_file.get(&origin.file) else { return false };
        let is_wanted = |member: &Option<String>, number: Option<u64>| {
            members.get(member).is_some_and(|wanted| {
                let listed = |number| wanted.ones.contains(&number) || wanted.ranges.iter().any(|range| range.contains(&number));
                wanted.whole || number.is_some_and(listed)
            })
        };
        is_wanted(&origin.member, origin.line.or(origin.record))
            || around.iter().any(|(archive, number)| is_wanted(archive, Some(*number)))
    }
}
