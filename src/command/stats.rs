//! `onrecord stats`

use super::files::{write_bytes, write_styled};
use super::filter::FilterOptions;
use super::message::{counted, note};
use super::stored::{RowsOptions, cut, take_rows};
use super::style::{FAINT, RESET, SOURCE};
use super::{Failure, Outcome};
use clap::{Args, ValueEnum};
use onrecord::format::counted::{Counting, write_csv, write_json};
use onrecord::gazetteer::Gazetteer;
use onrecord::summary::counts::{Counted, Counts};
use onrecord::summary::dimension::Dimension;
use onrecord::summary::governments::Governments;

/// Flags of `stats`.
#[derive(Args, Debug)]
pub struct StatsOptions {
    #[command(flatten)]
    input: RowsOptions,
    /// Count by these, each by each: speaker, type, role, jurisdiction, level, country, state, county, basis, source, document,
    /// year, month, day, kind, cue, rule
    #[arg(
        long,
        required = true,
        value_delimiter = ',',
        value_parser = dimension,
        value_name = "A,B",
        hide_possible_values = true
    )]
    by: Vec<Dimension>,
    /// What to write [default: what the name of the output says, else table]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// Only the first N groups
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    #[command(flatten)]
    filter: FilterOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// For reading, with bars
    Table,
    /// A group a row
    Csv,
    /// One object
    Json,
}

/// A dimension by its name.
fn dimension(name: &str) -> Result<Dimension, String> {
    let names = || Dimension::ALL.map(Dimension::name).join(", ");
    Dimension::ALL.into_iter().find(|dimension| dimension.name() == name).ok_or_else(|| format!("is none of {}", names()))
}

/// Counts.
pub fn run(options: &StatsOptions) -> Result<Outcome, Failure> {
    options.input.spare_inputs(None, None)?;
    let mut by = Vec::new();
    for &dimension in &options.by {
        if by.contains(&dimension) {
            return Err(Failure::usage(format!("--by names {} twice", dimension.name())));
        }
        by.push(dimension);
    }
    let gazetteer = Gazetteer::shipped();
    let governments = Governments::new(&gazetteer);
    let mut counts = Counts::new(&governments, by.clone(), options.filter.filter(&governments)?);
    let taken = take_rows(&options.input.paths, options.input.quiet, &mut |row, _| {
        counts.add(row);
        Ok(())
    })?;
    let found = counts.finish(options.top.unwrap_or(usize::MAX));
    let groups = found.all_groups;
    let path = options.input.output.as_deref();
    let counting = Counting { by: &by, counted: &found };
    match options.input.format(options.format, FormatName::Table) {
        FormatName::Table => write_styled(path, table(&by, &found).as_bytes())?,
        FormatName::Csv => write_bytes(path, &write_csv(&counting))?,
        FormatName::Json => write_bytes(path, &write_json(&counting))?,
    }
    if !options.input.quiet {
        if found.scattered {
            note("some documents stand in several places of the rows: the documents of a group may be counted more than once");
        }
        let (statements, documents) = (counted(found.statements, "statement"), counted(found.documents, "document"));
        let shown = if groups > found.groups.len() { format!(", the first {} shown", found.groups.len()) } else { String::new() };
        eprintln!("{}, {statements} of {documents} counted, {}{shown}", taken.line(), counted(groups as u64, "group"));
    }
    Ok(taken.outcome())
}

/// The widest column of values, in characters.
const WIDEST: usize = 34;
/// The longest bar, in characters.
const BAR: usize = 24;

/// The groups for reading: a group a line, with a bar.
fn table(by: &[Dimension], counted: &Counted) -> String {
    let lines: Vec<Vec<String>> = counted
        .groups
        .iter()
        .map(|group| {
            let label =
                |value: &Option<(String, String)>| value.as_ref().map_or("(none)".to_owned(), |(_, label)| cut(label, WIDEST));
            group.values.iter().map(label).collect()
        })
        .collect();
    let width = |at: usize| {
        let values = lines.iter().map(|line| line[at].chars().count());
        values.chain([by[at].name().len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..by.len()).map(width).collect();
    let most = counted.groups.iter().map(|group| group.count.statements).max().unwrap_or(1);
    let padded = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ")
    };
    let head = padded(&mut by.iter().map(|dimension| dimension.name()));
    let mut out = format!("{FAINT}{head}  statements  documents{RESET}\n");
    for (line, group) in lines.iter().zip(&counted.groups) {
        let (statements, documents) = (group.count.statements, group.count.documents);
        let values = padded(&mut line.iter().map(String::as_str));
        out.push_str(&format!("{values}  {statements:>10}  {documents:>9}  {SOURCE}{}{RESET}\n", bar(statements, most)));
    }
    out
}

/// A bar in eighths of a character; nothing that counts is without one.
fn bar(count: u64, most: u64) -> String {
    let eighths = ((count as f64 * BAR as f64 * 8.0 / most as f64).round() as usize).max(1);
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{part}", "█".repeat(eighths / 8))
}
