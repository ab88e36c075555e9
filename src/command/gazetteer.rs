//! `onrecord gazetteer`

use super::{Failure, Outcome};
use clap::{Args, Subcommand};
use onrecord::format::output::file::Output;
use onrecord::gazetteer::{EntryId, Gazetteer, Match, compile};
use onrecord::lexicon::Lexicon;
use std::io::Write;
use std::path::PathBuf;

/// Flags of `gazetteer`.
#[derive(Args, Debug)]
pub struct GazetteerOptions {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Compile the tables of a folder into one file, which the next build embeds
    Build {
        /// The folder with `places` and `agencies`
        #[arg(default_value = "gazetteers")]
        folder: PathBuf,
        /// The file to write [default: gazetteer.bin in the folder]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Write nothing; fail if the file is not what the tables make
        #[arg(long)]
        check: bool,
    },
    /// Print what a name may stand for, or what has an id
    Find {
        /// The name, or the id
        name: String,
    },
}

/// Builds or looks up.
pub fn run(options: &GazetteerOptions) -> Result<Outcome, Failure> {
    match &options.action {
        Action::Build { folder, output, check } => {
            let output = output.clone().unwrap_or_else(|| folder.join("gazetteer.bin"));
            let (bytes, report) = compile(&Lexicon::english(), folder).map_err(|error| Failure::failed(error.to_string()))?;
            let failure = |error: std::io::Error| Failure::io(&output.display().to_string(), &error);
            if *check {
                let old = std::fs::read(&output).map_err(failure)?;
                return if old == bytes {
                    Ok(Outcome::Done)
                } else {
                    Err(Failure::failed(format!("{} is not what the tables make; build it anew", output.display())))
                };
            }
            let mut file = Output::open(&output).map_err(failure)?;
            file.write_all(&bytes).map_err(failure)?;
            file.keep().map_err(failure)?;
            for (table, rows, names) in &report.tables {
                eprintln!("{table}: {rows} rows, {names} new names");
            }
            eprintln!(
                "{}: {} entries, {} names, {:.1} MB",
                output.display(),
                report.entries,
                report.names,
                bytes.len() as f64 / 1e6
            );
            Ok(Outcome::Done)
        }
        Action::Find { name } => {
            let gazetteer = Gazetteer::shipped();
            let by_id = gazetteer.find(name).map(|entry| vec![(entry, "Id".to_owned())]);
            let kinds = |found: Match| found.candidates.iter().map(|c| (c.entry, format!("{:?}", c.kind))).collect();
            let by_name = || gazetteer.named(&Lexicon::english(), name).map(kinds);
            let none = || Failure::failed(format!("no entry has the name or id `{name}`"));
            let found: Vec<(EntryId, String)> = by_id.or_else(by_name).ok_or_else(none)?;
            let mut out = std::io::stdout().lock();
            for (id, kind) in found {
                let entry = gazetteer.entry(id);
                let place = entry.position().map_or(String::new(), |(lat, lon)| format!("{lat:.2},{lon:.2}"));
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}\t{}\t{}\t{place}\t{kind}",
                    entry.id(),
                    entry.sort().name(),
                    entry.name(),
                    entry.country(),
                    entry.admin1(),
                    entry.population(),
                )
                .map_err(|error| Failure::io("<stdout>", &error))?;
            }
            Ok(Outcome::Done)
        }
    }
}
