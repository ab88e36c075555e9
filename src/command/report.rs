//! `onrecord report`

use super::files::write_bytes;
use super::filter::FilterOptions;
use super::message::counted;
use super::stored::{RowsOptions, take_rows};
use super::{Failure, Outcome};
use clap::Args;
use onrecord::gazetteer::Gazetteer;
use onrecord::look::report::page;
use onrecord::summary::governments::Governments;
use onrecord::summary::overview::Overview;
use std::io::{IsTerminal, stdout};

/// Flags of `report`.
#[derive(Args, Debug)]
pub struct ReportOptions {
    #[command(flatten)]
    input: RowsOptions,
    /// The heading of the page
    #[arg(long, value_name = "TEXT", default_value = "On record")]
    title: String,
    /// How many statements are shown, drawn by lot
    #[arg(long, value_name = "N", default_value_t = 40)]
    sample: usize,
    #[command(flatten)]
    filter: FilterOptions,
}

/// Makes the page.
pub fn run(options: &ReportOptions) -> Result<Outcome, Failure> {
    options.input.spare_inputs(None, None)?;
    let output = options.input.output.as_deref();
    if output.is_none() && stdout().is_terminal() {
        return Err(Failure::usage("a page is no text for a terminal: -o report.html writes it to a file"));
    }
    let gazetteer = Gazetteer::shipped();
    let governments = Governments::new(&gazetteer);
    let mut overview = Overview::new(&governments, options.filter.filter(&governments)?, options.sample);
    let taken = take_rows(&options.input.paths, options.input.quiet, &mut |row, _| {
        overview.add(row);
        Ok(())
    })?;
    let figures = overview.finish();
    write_bytes(output, page(&options.title, &figures).as_bytes())?;
    if !options.input.quiet {
        eprintln!("{}, {} shown", taken.line(), counted(figures.statements, "statement"));
    }
    Ok(taken.outcome())
}
