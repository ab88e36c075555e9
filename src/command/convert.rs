//! `onrecord convert`

use super::filter::FilterOptions;
use super::message::note;
use super::stored::{RowsOptions, Spool, take_rows};
use super::{Failure, Outcome};
use clap::{Args, ValueEnum};
use onrecord::collation::Statement;
use onrecord::format::corrections::Changes;
use onrecord::format::output::file::Output;
use onrecord::format::output::{Format, assemble, unknown_fields, write_lines};
use onrecord::format::stored::{statement, without_unsure_places};
use onrecord::gazetteer::Gazetteer;
use onrecord::summary::filter::Filter;
use onrecord::summary::governments::Governments;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Flags of `convert`.
#[derive(Args, Debug)]
pub struct ConvertOptions {
    #[command(flatten)]
    input: RowsOptions,
    /// What to write [default: what the name of the output says, else jsonl]
    #[arg(long, value_enum)]
    format: Option<TableName>,
    /// Apply what readers said in the explorer: rows that are wrong go, edited ones change
    #[arg(long, value_name = "FILE.sqlite")]
    corrections: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TableName {
    /// An attribution a line, as JSON
    Jsonl,
    /// An attribution a row, flattened
    Csv,
    /// An attribution a row, in columns
    Parquet,
    /// Attributions, documents, speakers and jurisdictions as tables of a database
    Sqlite,
}

impl ConvertOptions {
    fn format(&self) -> Result<Format, Failure> {
        Ok(match (self.format, &self.input.output) {
            (Some(TableName::Jsonl), _) | (None, None) => Format::JsonLines,
            (Some(TableName::Csv), _) => Format::Csv,
            (Some(TableName::Parquet), _) => Format::Parquet,
            (Some(TableName::Sqlite), _) => Format::Sqlite,
            (None, Some(path)) => Format::by_name(path).ok_or_else(|| {
                let path = path.display();
                Failure::usage(format!("{path}: its name does not say what to write (.jsonl .csv .parquet .sqlite, or --format)"))
            })?,
        })
    }
}

/// What becomes of rows between one table and the other.
struct Sieve<'g> {
    changes: Option<Changes<'g>>,
    filter: Option<(Filter, &'g Governments<'g>)>,
    /// How many rows went as wrong, and how many the filter left out.
    wrong: u64,
    left_out: u64,
}

impl Sieve<'_> {
    /// The line of a row as it is written; `None` if it is not.
    fn pass<'r>(&mut self, row: &Statement, line: &'r str) -> Option<Cow<'r, str>> {
        let mut line = Cow::Borrowed(line);
        let mut changed = None;
        if let Some(changes) = &self.changes {
            let Some(new) = changes.apply(row.id.as_deref(), &line) else {
                self.wrong += 1;
                return None;
            };
            changed = statement(&new).ok();
            line = Cow::Owned(new);
        }
        if let Some((filter, governments)) = &self.filter {
            if filter.places(governments, changed.as_ref().unwrap_or(row)).is_none() {
                self.left_out += 1;
                return None;
            }
            if let Some(least) = filter.min_confidence {
                line = Cow::Owned(without_unsure_places(&line, least));
            }
        }
        Some(line)
    }

    /// What the last line of the command says of them.
    fn told(&self) -> String {
        let mut told = String::new();
        if self.changes.is_some() {
            told += &format!(", {} left out as wrong", self.wrong);
        }
        if self.filter.is_some() {
            told += &format!(", {} do not match", self.left_out);
        }
        told
    }
}

/// Writes rows as another table.
pub fn run(options: &ConvertOptions) -> Result<Outcome, Failure> {
    let format = options.format()?;
    options.input.spare_inputs(options.corrections.as_deref(), None)?;
    if options.input.output.is_none() && format.is_assembled() {
        return Err(Failure::usage(format!("--format {} goes to {}", format.name(), format.target())));
    }
    let mut spool = Spool::new()?;
    let mut said = BTreeSet::new();
    let asks = options.corrections.is_some() || options.filter.is_given();
    let gazetteer = asks.then(Gazetteer::shipped);
    let governments = gazetteer.as_ref().map(Governments::new);
    let mut sieve = Sieve { changes: None, filter: None, wrong: 0, left_out: 0 };
    if let Some(governments) = &governments {
        let open = |path: &PathBuf| Changes::open(path, governments).map_err(Failure::failed);
        sieve.changes = options.corrections.as_ref().map(open).transpose()?;
        let filter = options.filter.is_given().then(|| options.filter.filter(governments)).transpose()?;
        sieve.filter = filter.map(|filter| (filter, governments));
    }
    let taken = take_rows(&options.input.paths, options.input.quiet, &mut |row, line| {
        let Some(line) = sieve.pass(row, line) else { return Ok(()) };
        if format == Format::JsonLines {
            return spool.add(&line);
        }
        if spool.add_to_table(row, &line)? {
            for name in unknown_fields(&line) {
                if said.insert(name.clone()) && !options.input.quiet {
                    note(format_args!("`{name}` is no field of rows: only JSON Lines can carry it"));
                }
            }
        }
        Ok(())
    })?;
    let (mut lines, layout, taken) = spool.finish(taken)?;
    match &options.input.output {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            let written = write_lines(format, &layout, &mut lines, &mut out).and_then(|()| out.flush());
            written.map_err(|error| Failure::io("<stdout>", &error))?;
        }
        Some(path) => {
            let failure = |error: io::Error| Failure::io(&path.display().to_string(), &error);
            match Output::open(path).map_err(failure)? {
                Output::Through(_) if format.is_assembled() => {
                    return Err(Failure::usage(format!("{}: {} goes to a file", path.display(), format.name())));
                }
                Output::Through(stream) => {
                    let mut out = BufWriter::new(stream);
                    write_lines(format, &layout, &mut lines, &mut out).and_then(|()| out.flush()).map_err(failure)?;
                }
                Output::Replaced(file, target) => {
                    assemble(format, &layout, &mut lines, file.path()).map_err(failure)?;
                    Output::Replaced(file, target).keep().map_err(failure)?;
                }
            }
        }
    }
    if !options.input.quiet {
        eprintln!("{}{}", taken.line(), sieve.told());
    }
    Ok(taken.outcome())
}
