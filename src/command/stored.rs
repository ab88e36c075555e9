//! What the commands on rows share: their flags, the reading of rows, and where rows wait.

use super::files::spare;
use super::message::{counted, harmless, note, rejected};
use super::{Failure, Outcome};
use clap::{Args, ValueEnum};
use onrecord::collation::Statement;
use onrecord::format::Format;
use onrecord::format::output::file::is_stream;
use onrecord::format::output::table_row;
use onrecord::format::rows::Row;
use onrecord::format::schema::{Layout, Typed};
use onrecord::format::stored::{Item, name, read};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
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
    /// Files of rows that extract wrote, in any table, folders of them, or - for standard input
    #[arg(required = true, value_name = "ROWS")]
    pub paths: Vec<PathBuf>,
    /// Write to a file, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Say nothing but what is lost
    #[arg(short, long)]
    pub quiet: bool,
}

/// How many problems are shown of a file that has had no row.
const SHOWN: u64 = 20;

impl RowsOptions {
    /// Refuses to write over what is read, be it rows or another file, or twice to one file.
    ///
    /// # Errors
    /// If an output is one of the inputs, or another output.
    pub fn spare_inputs(&self, read: Option<&Path>, written: Option<&Path>) -> Result<(), Failure> {
        let outputs: Vec<&Path> = self.output.as_deref().into_iter().chain(written).collect();
        spare(self.paths.iter().map(PathBuf::as_path).chain(read), &outputs)
    }

    /// The format to write: the chosen one, else what the name of the output says, else the usual one.
    pub fn format<F: ValueEnum + Copy>(&self, chosen: Option<F>, usual: F) -> F {
        let path = self.output.as_deref().filter(|path| chosen.is_none() && !is_stream(path));
        let ending = path.and_then(|path| path.extension()?.to_str());
        let named = ending.and_then(|ending| F::from_str(ending, true).ok());
        let usual_name = usual.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        let fits = |ending: &&str| if usual_name == "table" { *ending == "txt" } else { ["json", "jsonl"].contains(ending) };
        let strange = ending.filter(|ending| named.is_none() && !fits(ending)).zip(path);
        if let (Some((_, path)), false) = (strange, self.quiet) {
            note(format_args!("{} is written as {usual_name}, whatever its name says (--format chooses)", path.display()));
        }
        chosen.or(named).unwrap_or(usual)
    }
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
    for path in &paths.iter().flat_map(|path| tables_in(path)).collect::<Vec<_>>() {
        let before = (taken.rows, taken.rejected);
        // What has problems alone is another sort of file: a few of them show that, and the rest are counted.
        let mut more = 0;
        read(path, &mut |item| {
            match item {
                Item::Row(row, line) => {
                    taken.rows += 1;
                    result = take(&row, line);
                }
                Item::Problem(problem) => {
                    taken.rejected += 1;
                    if taken.rows > before.0 || taken.rejected - before.1 <= SHOWN { rejected(problem) } else { more += 1 }
                }
            }
            result.is_ok()
        });
        if more > 0 {
            rejected(format_args!("{}: {more} more like these, before any row", name(path)));
        }
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

/// The tables of a folder, such as the numbered files of `--shard-rows`, by their names; anything else is what it is.
fn tables_in(path: &Path) -> Vec<PathBuf> {
    let is_table = |file: &PathBuf| Format::by_name(file).is_some_and(Format::is_table) && file.is_file();
    let inside = std::fs::read_dir(path).into_iter().flatten().filter_map(|file| Some(file.ok()?.path()));
    let mut tables: Vec<PathBuf> = inside.filter(is_table).collect();
    tables.sort();
    if tables.is_empty() { vec![path.to_owned()] } else { tables }
}

/// Rows as lines of JSON in a temporary file: which columns there are is known once all have been seen, and standard input is read but once.
pub struct Spool {
    lines: BufWriter<File>,
    layout: Layout,
    unfit: u64,
}

impl Spool {
    /// A spool without rows.
    ///
    /// # Errors
    /// If no temporary file can be made.
    pub fn new() -> Result<Spool, Failure> {
        let lines = BufWriter::new(tempfile::tempfile().map_err(temporary)?);
        Ok(Spool { lines, layout: Layout::default(), unfit: 0 })
    }

    /// Takes a row as it is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, line: &str) -> Result<(), Failure> {
        writeln!(self.lines, "{line}").map_err(temporary)
    }

    /// Takes a row for a table, and says whether it fits into one; one that does not is rejected.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add_to_table(&mut self, row: &Statement, line: &str) -> Result<bool, Failure> {
        match table_row(line) {
            Ok(value) => {
                self.layout.add(&value, Row::TYPE);
                self.add(line).map(|()| true)
            }
            Err(error) => {
                self.unfit += 1;
                rejected(format_args!("row {}: {error}", row.id.as_deref().unwrap_or(&row.document)));
                Ok(false)
            }
        }
    }

    /// The lines from the first, the columns, and how the reading went with the rows that did not fit counted as rejected.
    ///
    /// # Errors
    /// If they cannot be read again.
    pub fn finish(self, taken: Taken) -> Result<(BufReader<File>, Layout, Taken), Failure> {
        let mut lines = self.lines.into_inner().map_err(|error| temporary(error.into_error()))?;
        lines.rewind().map_err(temporary)?;
        let taken = Taken { rows: taken.rows - self.unfit, rejected: taken.rejected + self.unfit };
        Ok((BufReader::with_capacity(1 << 16, lines), self.layout, taken))
    }
}

/// The failure of a temporary file.
pub fn temporary(error: io::Error) -> Failure {
    Failure::io("a temporary file", &error)
}

/// Text cut to so many characters, on one line, as a terminal may have it.
pub fn cut(text: &str, width: usize) -> String {
    let line = harmless(&text.split_whitespace().collect::<Vec<_>>().join(" "));
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
