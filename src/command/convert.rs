//! `onrecord convert`

use super::message::note;
use super::stored::{RowsOptions, Spool, take_rows};
use super::{Failure, Outcome};
use clap::{Args, ValueEnum};
use onrecord::format::corrections::Changes;
use onrecord::format::output::file::Output;
use onrecord::format::output::{Format, assemble, unknown_fields, write_lines};
use onrecord::gazetteer::Gazetteer;
use onrecord::summary::governments::Governments;
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

/// Writes rows as another table.
pub fn run(options: &ConvertOptions) -> Result<Outcome, Failure> {
    let format = options.format()?;
    if options.input.output.is_none() && format.is_assembled() {
        return Err(Failure::usage(format!("--format {} goes to {}", format.name(), format.target())));
    }
    let mut spool = Spool::new()?;
    let mut said = BTreeSet::new();
    let mut dropped = 0;
    let gazetteer = options.corrections.as_ref().map(|_| Gazetteer::shipped());
    let governments = gazetteer.as_ref().map(Governments::new);
    let changes =
        options.corrections.as_ref().zip(governments.as_ref()).map(|(path, governments)| Changes::open(path, governments));
    let changes = changes.transpose().map_err(Failure::failed)?;
    let taken = take_rows(&options.input.paths, options.input.quiet, &mut |row, line| {
        let changed = changes.as_ref().map(|changes| changes.apply(row.id.as_deref(), line));
        let line = match &changed {
            Some(None) => {
                dropped += 1;
                return Ok(());
            }
            Some(Some(line)) => line,
            None => line,
        };
        if format == Format::JsonLines {
            return spool.add(line);
        }
        if spool.add_to_table(row, line)? {
            for name in unknown_fields(line) {
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
        let dropped = if changes.is_some() { format!(", {dropped} left out as wrong") } else { String::new() };
        eprintln!("{}{dropped}", taken.line());
    }
    Ok(taken.outcome())
}
