//! The manifest: what of a run is durable, beside its output while that is not whole.
//!
//! A file of JSON lines that only grows: the plan (program and options), a line an input, then a line each time that all before it
//! was made durable. A last line that was cut off is as if it were not there.

use super::{Reached, Summary};
use crate::format::Problem;
use crate::format::input::Source;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

/// What a run is to do: another plan makes another output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The program, by version and build.
    pub program: String,
    /// What the output depends on beside the input, by name.
    pub options: BTreeMap<String, String>,
    /// The inputs, in order.
    pub inputs: Vec<Input>,
}

/// An input, and what shows that it is still the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its name.
    input: String,
    /// Its size; none of a stream.
    bytes: Option<u64>,
    /// When it was last written, in nanoseconds from 1970.
    modified: Option<u64>,
}

impl Input {
    /// A source as it is now.
    pub fn of(source: &Source) -> Input {
        let metadata = source.path().and_then(|path| path.metadata().ok());
        let modified = metadata.as_ref().and_then(|m| m.modified().ok()?.duration_since(UNIX_EPOCH).ok());
        Input {
            input: source.name(),
            bytes: metadata.map(|m| m.len()),
            modified: modified.and_then(|time| u64::try_from(time.as_nanos()).ok()),
        }
    }
}

impl Input {
    /// An input that cannot be read, with the reason.
    pub fn lost(problem: &Problem) -> Input {
        Input { input: problem.to_string(), bytes: None, modified: None }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// How far the input was read.
    pub reached: Reached,
    /// What was done.
    pub summary: Summary,
    /// Output files that are whole.
    pub sealed: u64,
    /// Bytes of the file after those.
    pub staged: u64,
    /// Rows in it.
    pub rows: u64,
    /// Bytes of the rejects.
    pub rejects: u64,
    /// The seconds that it took.
    pub seconds: f64,
    /// Whether the input was read to its end.
    pub complete: bool,
}

#[derive(Serialize, Deserialize)]
struct Head {
    program: String,
    options: BTreeMap<String, String>,
    inputs: usize,
}

impl Plan {
    /// How this plan differs from that of an earlier run, if it does.
    pub fn difference(&self, earlier: &Plan) -> Option<String> {
        if self.program != earlier.program {
            return Some(format!("the program is another one ({} then, {} now)", earlier.program, self.program));
        }
        let names = self.options.keys().chain(earlier.options.keys());
        for name in names {
            let (now, then) = (self.options.get(name), earlier.options.get(name));
            if now != then {
                let said = |value: Option<&String>| value.map_or("not given", String::as_str).to_owned();
                return Some(format!("{name} is another one ({} then, {} now)", said(then), said(now)));
            }
        }
        for (now, then) in self.inputs.iter().zip(&earlier.inputs) {
            if now.input != then.input {
                return Some(format!("the inputs are others ({} where {} was)", now.input, then.input));
            }
            if now != then {
                let size = |input: &Input| input.bytes.map_or("gone".into(), |bytes| format!("{bytes} bytes"));
                let (then, size_now) = (size(then), size(now));
                let how = if then == size_now { "written anew".into() } else { format!("{then} then, {size_now} now") };
                return Some(format!("the input {} has changed ({how})", now.input));
            }
        }
        let (now, then) = (self.inputs.len(), earlier.inputs.len());
        (now != then).then(|| format!("the inputs are others ({then} files then, {now} now)"))
    }
}

/// A manifest that is being written.
#[derive(Debug)]
pub(super) struct Manifest(File);

impl Manifest {
    /// Writes the plan of a run.
    pub(super) fn create(path: &Path, plan: &Plan) -> io::Result<Manifest> {
        let mut out = BufWriter::new(File::create(path)?);
        let head = Head { program: plan.program.clone(), options: plan.options.clone(), inputs: plan.inputs.len() };
        line(&mut out, &head)?;
        for input in &plan.inputs {
            line(&mut out, input)?;
        }
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        crate::format::output::file::sync_folder(path)?;
        Ok(Manifest(file))
    }

    /// Adds how far the run is, and makes that durable.
    pub(super) fn add(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        let mut bytes = Vec::new();
        line(&mut bytes, checkpoint)?;
        self.0.write_all(&bytes)?;
        self.0.sync_data()
    }

    /// Reads the manifest of an earlier run, and opens it to go on; `None` if there is none, or it holds nothing yet.
    pub(super) fn open(path: &Path) -> io::Result<Option<(Manifest, Plan, Checkpoint)>> {
        let file = match OpenOptions::new().read(true).append(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut reader = BufReader::new(&file);
        let mut whole = 0;
        let Some(head) = next::<Head>(&mut reader, &mut whole)? else { return Ok(None) };
        let mut plan = Plan { program: head.program, options: head.options, inputs: Vec::new() };
        for _ in 0..head.inputs {
            let Some(input) = next(&mut reader, &mut whole)? else { return Ok(None) };
            plan.inputs.push(input);
        }
        let mut last = None;
        while let Some(checkpoint) = next(&mut reader, &mut whole)? {
            last = Some(checkpoint);
        }
        let Some(checkpoint) = last else { return Ok(None) };
        file.set_len(whole)?;
        Ok(Some((Manifest(file), plan, checkpoint)))
    }
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// The next line, if it is whole.
fn next<T: for<'a> Deserialize<'a>>(reader: &mut impl BufRead, whole: &mut u64) -> io::Result<Option<T>> {
    let mut line = String::new();
    match reader.read_line(&mut line) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(None),
        Err(error) => return Err(error),
    }
    let value = if line.ends_with('\n') { serde_json::from_str(&line).ok() } else { None };
    if value.is_some() {
        *whole += line.len() as u64;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(inputs: &[(&str, u64, u64)]) -> Plan {
        let input = |&(name, bytes, modified): &(&str, u64, u64)| Input {
            input: name.to_owned(),
            bytes: Some(bytes),
            modified: Some(modified),
        };
        let options = BTreeMap::from([("--engine".to_owned(), "fast".to_owned())]);
        Plan { program: "1".into(), options, inputs: inputs.iter().map(input).collect() }
    }

    #[test]
    fn what_is_not_the_same_is_named() {
        let then = plan(&[("a", 1, 1), ("b", 2, 2)]);
        assert_eq!(then.difference(&then), None);
        let said = |now: Plan| now.difference(&then).unwrap();
        assert_eq!(said(plan(&[("a", 1, 1), ("b", 3, 2)])), "the input b has changed (2 bytes then, 3 bytes now)");
        assert_eq!(said(plan(&[("a", 1, 9), ("b", 2, 2)])), "the input a has changed (written anew)");
        assert_eq!(said(plan(&[("a", 1, 1)])), "the inputs are others (2 files then, 1 now)");
        assert_eq!(said(plan(&[("c", 1, 1), ("b", 2, 2)])), "the inputs are others (c where a was)");
        let mut other = then.clone();
        other.options.insert("--home".into(), "Dayton".into());
        assert_eq!(said(other), "--home is another one (not given then, Dayton now)");
        assert_eq!(said(Plan { program: "2".into(), ..then.clone() }), "the program is another one (1 then, 2 now)");
    }

    #[test]
    fn a_line_that_was_cut_off_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        assert!(Manifest::open(&path).unwrap().is_none());
        let plan = plan(&[("a", 1, 1)]);
        let mut manifest = Manifest::create(&path, &plan).unwrap();
        assert!(Manifest::open(&path).unwrap().is_none());
        let first = Checkpoint { staged: 7, ..Checkpoint::default() };
        manifest.add(&first).unwrap();
        manifest.add(&Checkpoint { staged: 9, ..first }).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let second = whole.iter().rposition(|&byte| byte == b'{').unwrap();
        let start = whole[..second].iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
        for end in start..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let (mut manifest, earlier, checkpoint) = Manifest::open(&path).unwrap().unwrap();
            assert_eq!((earlier, checkpoint.staged), (plan.clone(), 7));
            manifest.add(&Checkpoint { staged: 11, ..first }).unwrap();
            assert_eq!(Manifest::open(&path).unwrap().unwrap().2.staged, 11);
        }
    }
}
