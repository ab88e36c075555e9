//! `onrecord extract`

use super::progress::Progress;
use super::{Failure, Outcome, PipelineOptions};
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use onrecord::attribution::Engine;
use onrecord::corpus::{self, Event, Job, Summary};
use onrecord::format::input::{Container, Exports, Fields, Keep, Limits, Options, Rejects, Source, listed, sources};
use onrecord::format::output::file::Output;
use onrecord::format::{Format, Problem};
use onrecord::pipeline::Pipeline;
use onrecord::place::Home;
use serde_json::json;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The most worker threads: each holds a few batches of text.
const THREADS: u64 = 256;

/// Flags of `extract`.
#[derive(Args, Debug)]
pub struct ExtractOptions {
    /// Files, folders of them, archives, patterns like 'news/*.gz', or - for standard input
    #[arg(required_unless_present_any = ["files_from", "retry"], value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Read the paths in a list, one a line, as well; - for standard input
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
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
    /// Write what could not be read to a file, as JSON Lines: file, member, line or record, reason
    /// [default: OUTPUT.rejects.jsonl, if there is any]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Read only what an earlier run wrote to its file of rejects
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "files_from"])]
    retry: Option<PathBuf>,
    /// Stop at the first that cannot be read
    #[arg(long)]
    strict: bool,
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
    /// The field or column that holds the text [default: text, else body, content, maintext]
    #[arg(long, value_name = "NAME")]
    text_field: Option<String>,
    /// The field or column that holds the id [default: id, else doc_id]
    #[arg(long, value_name = "NAME")]
    id_field: Option<String>,
    /// Keep these fields in the `metadata` of each row, or all
    #[arg(long, value_name = "NAME,NAME|all", value_delimiter = ',')]
    keep: Vec<String>,
    /// Whether .txt files are exports of Nexis or Factiva, with many documents
    #[arg(long, value_enum, default_value_t = ExportsName::Shown)]
    exports: ExportsName,
    /// The longest document, as it stands in its file: a number of bytes, or of KB, MB, GB
    #[arg(long, default_value = "64MB", value_name = "SIZE", value_parser = bytes)]
    max_document: u64,
    /// How many times its own size a compressed file may unpack to
    #[arg(long, default_value_t = Limits::default().ratio, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_ratio: u64,
    /// How much a compressed file or an archive may unpack to
    #[arg(long, default_value = "1TB", value_name = "SIZE", value_parser = bytes)]
    max_unpacked: u64,
    /// How many members an archive may have
    #[arg(long, default_value_t = Limits::default().members, value_name = "N")]
    max_members: u64,
    /// What standard input holds
    #[arg(long, value_enum, default_value_t = StdinName::Jsonl)]
    stdin: StdinName,
}

impl InputOptions {
    /// How documents are read.
    pub fn options(&self) -> Options {
        Options {
            fields: Fields { text: self.text_field.clone(), id: self.id_field.clone() },
            keep: match self.keep.as_slice() {
                [] => Keep::Nothing,
                [all] if all == "all" => Keep::All,
                names => Keep::Names(names.to_vec()),
            },
            exports: match self.exports {
                ExportsName::Shown => Exports::Shown,
                ExportsName::Always => Exports::Always,
                ExportsName::Never => Exports::Never,
            },
            limits: Limits {
                document: self.max_document,
                ratio: self.max_ratio,
                unpacked: self.max_unpacked,
                members: self.max_members,
                ..Limits::default()
            },
            retry: None,
        }
    }

    /// What standard input holds.
    pub fn stdin(&self) -> Container {
        match self.stdin {
            StdinName::Jsonl => Container::JsonLines,
            StdinName::Text => Container::Text,
            StdinName::Json => Container::Json,
            StdinName::Csv => Container::Csv,
            StdinName::Tsv => Container::Tsv,
            StdinName::Html => Container::Html,
            StdinName::Xml => Container::Xml,
            StdinName::Warc => Container::Warc,
            StdinName::Parquet => Container::Parquet,
            StdinName::Tar => Container::Tar,
            StdinName::Zip => Container::Zip,
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
    /// One plain text, or an export with many
    Text,
    /// A JSON document, or many
    Json,
    /// A table separated by commas
    Csv,
    /// A table separated by tabs
    Tsv,
    /// A web page
    Html,
    /// News items: NITF or NewsML
    Xml,
    /// A web archive
    Warc,
    /// A table in columns
    Parquet,
    /// An archive
    Tar,
    /// An archive
    Zip,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExportsName {
    /// Where their structure shows it
    Shown,
    /// All of them
    Always,
    /// None of them
    Never,
}

/// A number of bytes, with KB, MB, GB or TB behind it if one likes.
fn bytes(words: &str) -> Result<u64, String> {
    let words = words.trim().to_ascii_uppercase();
    let (digits, unit) = words.split_at(words.find(|c: char| !c.is_ascii_digit()).unwrap_or(words.len()));
    let unit: u64 = match unit.trim() {
        "" | "B" => 1,
        "K" | "KB" => 1 << 10,
        "M" | "MB" => 1 << 20,
        "G" | "GB" => 1 << 30,
        "T" | "TB" => 1 << 40,
        _ => return Err("a number of bytes, KB, MB, GB or TB".into()),
    };
    let number: u64 = digits.parse().map_err(|_| "a number of bytes, KB, MB, GB or TB".to_owned())?;
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(|| "out of range".into())
}

/// Runs the pipeline over the paths.
pub fn run(options: &ExtractOptions) -> Result<Outcome, Failure> {
    let pipeline = options.pipeline.pipeline()?;
    let mut input = options.input.options();
    let (sources, problems) = chosen(options, &mut input)?;
    let total = sources.iter().map(|s| s.size()).sum::<Option<u64>>();
    let mut progress = Progress::new(options.quiet, total);
    let mut rejects = RejectsFile::new(options);
    let lost = problems.len() as u64;
    for problem in problems {
        rejects.take(&problem);
        progress.take(Event::Problem(problem));
    }
    if options.strict && lost > 0 {
        return Err(Failure::failed("stopped at the first that cannot be read (--strict)"));
    }
    let format = match options.format {
        FormatName::Jsonl => Format::JsonLines,
        FormatName::Csv => Format::Csv,
        FormatName::Annotations => Format::Annotations,
    };
    let job = Job { sources: &sources, input: &input, format, threads: options.threads, strict: options.strict };
    let mut on_event = |event| {
        if let Event::Problem(problem) = &event {
            rejects.take(problem);
        }
        progress.take(event);
    };
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
    rejects.finish(options.quiet)?;
    if let Some(path) = &options.summary {
        write_summary(path, options, &pipeline, &summary).map_err(|error| Failure::io(&path.display().to_string(), &error))?;
    }
    match (summary.rejected, summary.documents) {
        (0, 1..) => Ok(Outcome::Done),
        (0, 0) if options.retry.is_some() => Ok(Outcome::Done),
        (_, 0) => Err(Failure::failed("no document could be read")),
        _ => Ok(Outcome::SomeRejected),
    }
}

/// What the flags choose to be read, and what is wrong with it.
fn chosen(options: &ExtractOptions, input: &mut Options) -> Result<(Vec<Source>, Vec<Problem>), Failure> {
    if let Some(path) = &options.retry {
        let failure = |error: io::Error| Failure::io(&path.display().to_string(), &error);
        let rejects = Rejects::read(BufReader::new(File::open(path).map_err(failure)?)).map_err(failure)?;
        let chosen = rejects.sources();
        input.retry = Some(rejects);
        return Ok(chosen);
    }
    let mut paths = options.paths.clone();
    if let Some(list) = &options.files_from {
        let is_stdin = list.as_os_str() == "-";
        if is_stdin && paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(Failure::usage("standard input is the list of files or a file, not both"));
        }
        let listed = if is_stdin { listed(io::stdin()) } else { File::open(list).and_then(listed) };
        paths.extend(listed.map_err(|error| Failure::io(&list.display().to_string(), &error))?);
    }
    Ok(sources(&paths, options.input.stdin()))
}

/// Where rejects are written: a file that appears when the run is over.
struct RejectsFile {
    path: Option<PathBuf>,
    /// Whether the file was asked for: then it is there even if nothing was rejected.
    is_named: bool,
    written: Option<Result<BufWriter<Output>, io::Error>>,
}

impl RejectsFile {
    fn new(options: &ExtractOptions) -> RejectsFile {
        let beside = || {
            let output = options.output.as_ref()?;
            // Nothing lies beside a pipe or a device.
            let is_stream = output.starts_with("/dev") || output.metadata().is_ok_and(|m| !m.is_file());
            let mut name = output.clone().into_os_string();
            name.push(".rejects.jsonl");
            (!is_stream).then(|| PathBuf::from(name))
        };
        let is_named = options.rejects.is_some();
        RejectsFile { path: options.rejects.clone().or_else(beside), is_named, written: None }
    }

    fn take(&mut self, problem: &Problem) {
        let Some(path) = &self.path else { return };
        let written = self.written.get_or_insert_with(|| Output::open(path).map(BufWriter::new));
        if let Ok(out) = written {
            let line = serde_json::to_writer(&mut *out, problem).map_err(io::Error::from);
            if let Err(error) = line.and_then(|()| out.write_all(b"\n")) {
                *written = Err(error);
            }
        }
    }

    /// Gives the file its name. One of an earlier run that lies beside the output goes if nothing was rejected.
    fn finish(self, quiet: bool) -> Result<(), Failure> {
        let Some(path) = &self.path else { return Ok(()) };
        let failure = |error: io::Error| Failure::io(&path.display().to_string(), &error);
        let out = match self.written {
            Some(out) => out.map_err(failure)?,
            None if self.is_named => BufWriter::new(Output::open(path).map_err(failure)?),
            None => {
                return match std::fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failure(error)),
                    _ => Ok(()),
                };
            }
        };
        out.into_inner().map_err(|error| failure(error.into_error()))?.keep().map_err(failure)?;
        if !quiet && !self.is_named {
            eprintln!("what was rejected stands in {} (--retry reads it again)", path.display());
        }
        Ok(())
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
    for (name, path) in [("files_from", &options.files_from), ("retry", &options.retry)] {
        if let Some(path) = path {
            run[name] = path.display().to_string().into();
        }
    }
    if let Engine::Accurate(_, effort) = &pipeline.options.engine {
        run["effort"] = effort.name().into();
    }
    let mut out = Output::open(path)?;
    serde_json::to_writer_pretty(&mut out, &run)?;
    out.write_all(b"\n")?;
    out.keep()
}
