//! `onrecord extract`

use super::output::Output;
use super::progress::Progress;
use super::{Failure, Outcome, PipelineOptions};
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use onrecord::attribution::Engine;
use onrecord::corpus::{self, Event, Job, Summary};
use onrecord::format::Format;
use onrecord::format::input::{Container, Fields, sources};
use onrecord::pipeline::Pipeline;
use onrecord::place::Home;
use serde_json::json;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The most worker threads: each holds a few batches of text.
const THREADS: u64 = 256;

/// Flags of `extract`.
#[derive(Args, Debug)]
pub struct ExtractOptions {
    /// Files (.txt, .jsonl), folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write to a file, whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = FormatName::Jsonl)]
    format: FormatName,
    #[command(flatten)]
    pipeline: PipelineOptions,
    #[command(flatten)]
    input: InputOptions,
    /// The number of worker threads, at most 256; 0 for one a core
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(..=THREADS))]
    threads: usize,
    /// Write what was run and what came of it to a file, as JSON: version, engine, options, counts
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Say nothing but what is lost
    #[arg(short, long)]
    quiet: bool,
}

/// Flags that say how documents are read.
#[derive(Args, Clone, Debug)]
pub struct InputOptions {
    /// The field of JSON documents that holds the text
    #[arg(long, default_value = "text", value_name = "NAME")]
    text_field: String,
    /// The field of JSON documents that holds the id [default: id, else doc_id]
    #[arg(long, value_name = "NAME")]
    id_field: Option<String>,
    /// What standard input holds
    #[arg(long, value_enum, default_value_t = StdinName::Jsonl)]
    stdin: StdinName,
}

impl InputOptions {
    /// The names of the fields.
    pub fn fields(&self) -> Fields {
        Fields { text: self.text_field.clone(), id: self.id_field.clone() }
    }

    /// What standard input holds.
    pub fn stdin(&self) -> Container {
        match self.stdin {
            StdinName::Jsonl => Container::JsonLines,
            StdinName::Text => Container::Text,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// One attribution a line, as JSON
    Jsonl,
    /// One attribution a row, flattened
    Csv,
    /// One document a line with every layer, as JSON
    Annotations,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StdinName {
    /// A JSON document a line
    Jsonl,
    /// One plain text
    Text,
}

/// Runs the pipeline over the paths.
pub fn run(options: &ExtractOptions) -> Result<Outcome, Failure> {
    let pipeline = options.pipeline.pipeline()?;
    let (sources, problems) = sources(&options.paths, options.input.stdin());
    let total = sources.iter().map(|s| s.size()).sum::<Option<u64>>();
    let mut progress = Progress::new(options.quiet, total);
    let lost = problems.len() as u64;
    for problem in problems {
        progress.take(Event::Problem(problem));
    }
    let format = match options.format {
        FormatName::Jsonl => Format::JsonLines,
        FormatName::Csv => Format::Csv,
        FormatName::Annotations => Format::Annotations,
    };
    let fields = options.input.fields();
    let job = Job { sources: &sources, fields: &fields, format, threads: options.threads };
    let mut on_event = |event| progress.take(event);
    let mut summary = match &options.output {
        None => {
            let mut out = BufWriter::new(io::stdout());
            corpus::run(&pipeline, &job, &mut out, &mut on_event).map_err(|error| Failure::io("<stdout>", &error))?
        }
        Some(path) => {
            let failure = |error: io::Error| Failure::io(&path.display().to_string(), &error);
            let mut out = BufWriter::new(Output::open(path).map_err(failure)?);
            let summary = corpus::run(&pipeline, &job, &mut out, &mut on_event).map_err(failure)?;
            let output = out.into_inner().map_err(|error| failure(error.into_error()))?;
            // A run that fails leaves the file of an earlier one alone.
            if summary.documents > 0 || summary.rejected + lost == 0 {
                output.keep().map_err(failure)?;
            }
            summary
        }
    };
    summary.rejected += lost;
    progress.finish(&summary);
    if let Some(path) = &options.summary {
        write_summary(path, options, &pipeline, &summary).map_err(|error| Failure::io(&path.display().to_string(), &error))?;
    }
    match (summary.rejected, summary.documents) {
        (0, _) => Ok(Outcome::Done),
        (_, 0) => Err(Failure::failed("no document could be read")),
        _ => Ok(Outcome::SomeRejected),
    }
}

fn write_summary(path: &Path, options: &ExtractOptions, pipeline: &Pipeline, summary: &Summary) -> io::Result<()> {
    let mut run = json!({
        "program": "onrecord",
        "version": env!("CARGO_PKG_VERSION"),
        "engine": pipeline.options.engine.name(),
        "cues": pipeline.options.cues.name(),
        "home": pipeline.options.home.map(|Home(entry)| pipeline.gazetteer.entry(entry).id()),
        "paths": options.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "documents": summary.documents,
        "rejected": summary.rejected,
        "attributions": summary.attributions,
        "bytes": summary.bytes,
    });
    if let Engine::Fast(encoder) | Engine::Accurate(encoder, _) = &pipeline.options.engine {
        run["weights"] = format!("{:016x}", encoder.checksum()).into();
    }
    if let Engine::Accurate(_, effort) = &pipeline.options.engine {
        run["effort"] = effort.name().into();
    }
    let mut out = Output::open(path)?;
    serde_json::to_writer_pretty(&mut out, &run)?;
    out.write_all(b"\n")?;
    out.keep()
}
