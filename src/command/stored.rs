//! What the commands on rows share: reading them, and writing what was found.

use super::message::{counted, note, rejected};
use super::{Failure, Outcome};
use anstream::{AutoStream, StripStream};
use clap::Args;
use onrecord::collation::Statement;
use onrecord::format::output::file::Output;
use onrecord::format::stored::{Item, name, read};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use unicode_segmentation::UnicodeSegmentation;

/// How the reading of rows went.
#[derive(Clone, Copy, Default)]
pub struct Taken {
    /// Rows that were read.
    pub rows: u64,
    /// Lines and files that were not.
    pub rejected: u64,
}

impl Taken {
    /// How the run ended.
    pub fn outcome(self) -> Outcome {
        if self.rejected == 0 { Outcome::Done } else { Outcome::SomeRejected }
    }

    /// `12 rows, 1 rejected`
    pub fn line(self) -> String {
        let rejected = if self.rejected > 0 { format!(", {} rejected", self.rejected) } else { String::new() };
        format!("{}{rejected}", counted(self.rows, "row"))
    }
}

/// Flags of the commands on rows.
#[derive(Args, Debug)]
pub struct RowsOptions {
    /// Files of rows that extract wrote, in any table, or - for standard input
    #[arg(required = true, value_name = "ROWS")]
    pub paths: Vec<PathBuf>,
    /// Write to a file, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Say nothing but what is lost
    #[arg(short, long)]
    pub quiet: bool,
}

/// Reads the rows of all files; names what cannot be read.
///
/// # Errors
/// If `take` fails, or nothing could be read and something is wrong.
pub fn take_rows(
    paths: &[PathBuf],
    quiet: bool,
    take: &mut dyn FnMut(&Statement, &str) -> Result<(), Failure>,
) -> Result<Taken, Failure> {
    let mut taken = Taken::default();
    let mut result = Ok(());
    for path in paths {
        let before = (taken.rows, taken.rejected);
        read(path, &mut |item| {
            match item {
                Item::Row(row, line) => {
                    taken.rows += 1;
                    result = take(&row, line);
                }
                Item::Problem(problem) => {
                    taken.rejected += 1;
                    rejected(problem);
                }
            }
            result.is_ok()
        });
        std::mem::replace(&mut result, Ok(()))?;
        if before == (taken.rows, taken.rejected) && !quiet {
            note(format_args!("{}: no rows", name(path)));
        }
    }
    match taken {
        Taken { rows: 0, rejected: 1.. } => Err(Failure::failed("no row could be read")),
        _ => Ok(taken),
    }
}

/// Writes bytes to a file, whole or not at all, or to standard output.
///
/// # Errors
/// If that is not possible.
pub fn write_bytes(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = io::stdout().lock();
        return out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::io("<stdout>", &error));
    };
    write_file(path, |out| out.write_all(bytes))
}

/// Writes text with colours: to a terminal with them, to anything else without.
///
/// # Errors
/// If that is not possible.
pub fn write_styled(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = AutoStream::auto(io::stdout().lock());
        return out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::io("<stdout>", &error));
    };
    let mut plain = StripStream::new(Vec::new());
    plain.write_all(bytes).expect("memory takes all");
    write_file(path, |out| out.write_all(&plain.into_inner()))
}

/// Writes a file, whole or not at all.
///
/// # Errors
/// If that is not possible.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let write_and_keep = || {
        let mut out = BufWriter::new(Output::open(path)?);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.keep()
    };
    write_and_keep().map_err(|error| Failure::io(&path.display().to_string(), &error))
}

/// Whether two paths lead to one file, there or not.
pub fn are_one_file(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(folder.canonicalize().ok()?.join(path.file_name()?))
        })
    };
    a == b || matches!((whole(a), whole(b)), (Some(a), Some(b)) if a == b)
}

/// Text cut to so many characters, on one line.
pub fn cut(text: &str, width: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let characters: Vec<&str> = line.graphemes(true).collect();
    if characters.len() <= width { line } else { format!("{}…", characters[..width.saturating_sub(1)].concat()) }
}

/// A share between 0 and 1.
///
/// # Errors
/// If the text is none.
pub fn confidence(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "no number".to_owned())?;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err("not between 0 and 1".into()) }
}
