//! The subcommands: each turns its flags into a call of the library.

pub mod convert;
pub mod evaluate;
pub mod explore;
pub mod extract;
mod files;
mod filter;
pub mod gazetteer;
mod home;
pub mod merge;
mod message;
mod progress;
pub mod report;
pub mod show;
mod signals;
pub mod speakers;
pub mod stats;
mod stored;
pub mod style;

use clap::{Args, Parser, Subcommand, ValueEnum};
use onrecord::attribution::Effort;
use onrecord::format::input::{Container, Source};
use onrecord::pipeline::{Cues, Pipeline};
use onrecord::setup::{self, Setup, SetupError};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Who said what about which jurisdiction: quotations, speakers and places in news text, as a table.
#[derive(Debug, Parser)]
#[command(
    name = "onrecord",
    version,
    after_help = "Exit codes: 0 all well, 1 failed, 2 wrong usage, 3 finished with some documents or rows rejected."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write one row an attribution: who said what about which jurisdiction
    Extract(extract::ExtractOptions),
    /// Print documents with coloured spans, and for each row its speaker, jurisdictions and rules
    Show(show::ShowOptions),
    /// The same speaker over articles: names, roles, places, counts, from rows that extract wrote
    Speakers(speakers::SpeakersOptions),
    /// The same quotation over articles, whole or cut, from rows that extract wrote
    Merge(merge::MergeOptions),
    /// Count rows by speaker, place, outlet, time and the like: tables with bars, CSV, JSON
    Stats(stats::StatsOptions),
    /// One page of figures to look at, with maps, from rows that extract wrote
    Report(report::ReportOptions),
    /// Write rows as another table: JSON Lines, CSV, Parquet, SQLite
    Convert(convert::ConvertOptions),
    /// Search rows, read them in their articles and correct them, in a browser on this machine
    Explore(explore::ExploreOptions),
    /// Score against gold annotations: per kind, per stage and per rule
    Evaluate(evaluate::EvaluateOptions),
    /// Build the gazetteer, or look a name up
    Gazetteer(gazetteer::GazetteerOptions),
}

/// Options of the pipeline, the same for all subcommands.
#[derive(Args, Clone, Debug)]
pub struct PipelineOptions {
    /// The engine that finds who said what
    #[arg(long, value_enum, default_value_t = EngineName::Fast)]
    engine: EngineName,
    /// Weights for the network of the engine instead of its own
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// How deep the accurate engine reads: less is faster [default: normal]
    #[arg(long, value_enum)]
    effort: Option<EffortName>,
    /// Which reports become rows: what is voiced or written, or thoughts, wishes and plans as well
    #[arg(long, value_enum, default_value_t = CuesName::Speech)]
    cues: CuesName,
    /// Where the outlet is at home, which tells Springfield from Springfield: a name ("Dayton, Ohio") or an id; "none" if its
    /// own name, in `source` or `url`, is not to tell it
    #[arg(long, value_name = "PLACE")]
    home: Option<String>,
    /// Add names from a table (columns id, type, name; see gazetteers/README.md); may be given several times
    #[arg(long, value_name = "FILE.tsv")]
    gazetteer: Vec<PathBuf>,
}

impl PipelineOptions {
    /// The files that they name.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.weights.iter().chain(&self.gazetteer)
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EngineName {
    /// Rules over tokens alone
    Rules,
    /// The surest rules, then a small network
    Fast,
    /// A large network: more is found, more slowly
    Accurate,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EffortName {
    /// No paragraph to the end
    Low,
    /// A paragraph until its reports are settled
    Normal,
    /// Every paragraph to the end
    High,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CuesName {
    /// say, announce, according to
    Speech,
    /// believe, hope, plan, decide as well
    All,
}

impl PipelineOptions {
    /// The pipeline that the options ask for.
    pub fn pipeline(&self) -> Result<Pipeline, Failure> {
        let setup = Setup {
            engine: match self.engine {
                EngineName::Rules => setup::EngineName::Rules,
                EngineName::Fast => setup::EngineName::Fast,
                EngineName::Accurate => setup::EngineName::Accurate,
            },
            effort: self.effort.map(|effort| match effort {
                EffortName::Low => Effort::Low,
                EffortName::Normal => Effort::Normal,
                EffortName::High => Effort::High,
            }),
            cues: match self.cues {
                CuesName::Speech => Cues::Speech,
                CuesName::All => Cues::All,
            },
            weights: self.weights.clone(),
            home: self.home.clone(),
            gazetteers: self.gazetteer.clone(),
        };
        setup.pipeline().map_err(|error| match error {
            SetupError::Usage(message) => Failure::usage(message),
            SetupError::Failed(message) => Failure::failed(message),
        })
    }
}

/// How a run that finished went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All well.
    Done,
    /// Some documents were rejected.
    SomeRejected,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::SomeRejected => ExitCode::from(3),
        }
    }
}

/// Why a run did not finish.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
    closed_pipe: bool,
    log: progress::Log,
}

impl Failure {
    /// The run failed.
    pub fn failed(message: impl Into<String>) -> Failure {
        Failure { code: 1, message: message.into(), closed_pipe: false, log: progress::Log::Text }
    }

    /// The flags make no sense.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { code: 2, message: message.into(), closed_pipe: false, log: progress::Log::Text }
    }

    /// There was no document in some sources.
    pub fn nothing_read(sources: &[Source]) -> Failure {
        let failure = Failure::failed("no document could be read");
        if sources.iter().any(|source| matches!(source, Source::Stdin(Container::JsonLines))) {
            return failure.with("standard input is read as JSON Lines, with --stdin text as an article");
        }
        failure
    }

    /// An input or output error at a file.
    pub fn io(file: &str, error: &io::Error) -> Failure {
        Failure { closed_pipe: error.kind() == io::ErrorKind::BrokenPipe, ..Failure::failed(format!("{file}: {error}")) }
    }

    /// The same with something more to say.
    pub fn with(mut self, more: &str) -> Failure {
        self.message = format!("{}; {more}", self.message);
        self
    }

    /// The same as a log has it.
    pub fn logged(mut self, log: progress::Log) -> Failure {
        self.log = log;
        self
    }

    /// Says it on standard error.
    pub fn say(&self) {
        match self.log {
            progress::Log::Text => anstream::eprintln!("{}error:{} {self}", style::ERROR, style::RESET),
            progress::Log::Json => progress::log_json(serde_json::json!({"event": "error", "message": self.message})),
        }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// Whether the reader of the output went away, which is no failure.
    pub fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
