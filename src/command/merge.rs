//! `onrecord merge`

use super::files::{write_bytes, write_styled};
use super::message::counted;
use super::stored::{RowsOptions, cut, take_rows};
use super::style::{CONTENT, FAINT, RESET, SOURCE};
use super::{Failure, Outcome};
use clap::{Args, ValueEnum};
use onrecord::collation::quotations::{Cut, Group, Quotations, collate};
use onrecord::format::collated::write_group;
use onrecord::lexicon::{Lexicon, Nicknames};

/// Flags of `merge`.
#[derive(Args, Debug)]
pub struct MergeOptions {
    #[command(flatten)]
    input: RowsOptions,
    /// What to write [default: what the name of the output says, else jsonl]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// A group a line, as JSON
    Jsonl,
    /// For reading
    Table,
}

/// Finds the same quotations over documents.
pub fn run(options: &MergeOptions) -> Result<Outcome, Failure> {
    options.input.spare_inputs(None, None)?;
    let mut quotations = Quotations::default();
    let taken = take_rows(&options.input.paths, options.input.quiet, &mut |row, _| {
        quotations.add(row);
        Ok(())
    })?;
    let groups = collate(&Lexicon::english(), &Nicknames::english(), &quotations);
    let path = options.input.output.as_deref();
    match options.input.format(options.format, FormatName::Jsonl) {
        FormatName::Jsonl => {
            let mut out = Vec::new();
            groups.iter().for_each(|group| write_group(&quotations, group, &mut out));
            write_bytes(path, &out)?;
        }
        FormatName::Table => {
            let table: String = groups.iter().map(|group| table(&quotations, group)).collect();
            write_styled(path, table.as_bytes())?;
        }
    }
    if !options.input.quiet {
        let grouped: usize = groups.iter().map(|group| group.versions.len()).sum();
        eprintln!("{}, {} of {}", taken.line(), counted(groups.len() as u64, "group"), counted(grouped as u64, "row"));
    }
    Ok(taken.outcome())
}

/// A group for reading: the fullest version and who said it, then its rows.
fn table(quotations: &Quotations, group: &Group) -> String {
    let content = cut(quotations.row(group.fullest).content, 200);
    let speaker = group.speaker.and_then(|row| quotations.row(row).speaker).map_or("nobody", |(name, _)| name);
    let mut out = format!("{CONTENT}{content}{RESET}\n  {SOURCE}{speaker}{RESET} {FAINT}{}{RESET}\n", group.id);
    for version in &group.versions {
        let row = quotations.row(version.row);
        let kept = match version.cut {
            Cut::None => String::new(),
            cut => format!("  {:.0} % (cut: {})", version.share * 100.0, cut.name()),
        };
        let (date, outlet) = (row.date.unwrap_or("-"), row.source.unwrap_or("-"));
        let id = row.id.unwrap_or(row.document);
        out.push_str(&format!("  {date}  {outlet}  {id}  {}{kept}\n", cut(row.title.unwrap_or("-"), 60)));
    }
    out.push('\n');
    out
}
