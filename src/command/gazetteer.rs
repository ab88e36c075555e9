//! `onrecord gazetteer`

use super::{Failure, Outcome};
use clap::{Args, Subcommand};
use onrecord::format::output::file::Output;
use onrecord::gazetteer::{Gazetteer, compile};
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
    /// Print what a name may stand for
    Find {
        /// The name
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
            let lexicon = Lexicon::english();
            let gazetteer = Gazetteer::shipped();
            let Some(found) = gazetteer.named(&lexicon, name) else {
                return Err(Failure::failed(format!("no entry has the name `{name}`")));
            };
            let mut out = std::io::stdout().lock();
            for candidate in found.candidates {
                let entry = gazetteer.entry(candidate.entry);
                let place = entry.position().map_or(String::new(), |(lat, lon)| format!("{lat:.2},{lon:.2}"));
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}\t{}\t{}\t{place}\t{:?}",
                    entry.id(),
                    entry.sort().name(),
                    entry.name(),
                    entry.country(),
                    entry.admin1(),
                    entry.population(),
                    candidate.kind
                )
                .map_err(|error| Failure::io("<stdout>", &error))?;
            }
            Ok(Outcome::Done)
        }
    }
}
