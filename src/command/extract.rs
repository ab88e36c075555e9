//! `onrecord extract`

use super::files::{are_one_file, spare};
use super::progress::{Log, Progress};
use super::signals::asked_to_end;
use super::{Failure, Outcome, PipelineOptions, home};
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use onrecord::attribution::Engine;
use onrecord::corpus::{
    self, CannotResume, Dedupe, Event, Input, Job, Plan, RejectsTarget, Staging, StoppedAtFirst, Summary, Target,
};
use onrecord::format::input::{
    Container, Exports, Fields, Keep, Limits, Named, Options, Rejects, Source, listed, shared_names, sources,
};
use onrecord::format::output::file::{Output, beside, is_stream};
use onrecord::format::{Format, Problem};
use onrecord::pipeline::Pipeline;
use onrecord::place::Home;
use onrecord::setup::NO_HOME;
use rustc_hash::FxHasher;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::hash::Hasher;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most worker threads: each holds a few batches of text.
const THREADS: u64 = 256;

/// What is said when a run breaks that can go on.
const KEPT: &str = "what is done is kept, and --resume goes on from there";

/// What is said when a strict run stops that can go on.
const KEPT_STRICT: &str = "what is done is kept, and --resume without --strict goes on from there";

/// Flags of `extract`.
#[derive(Args, Debug)]
pub struct ExtractOptions {
    /// Files, folders of them, archives, patterns like 'news/*.gz', or - for standard input
    #[arg(required_unless_present_any = ["files_from", "retry"], value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Read the paths in a list, one a line, as well; - for standard input
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
    /// Write to a file (a folder with --shard-rows, brat and webanno), whole or not at all, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What to write [default: what the name of the output says, else jsonl]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// Write numbered files into the folder of -o, a new one after the document with which one has N rows
    #[arg(long, value_name = "N", requires = "output", value_parser = clap::value_parser!(u64).range(1..))]
    shard_rows: Option<u64>,
    /// Go on where an earlier run of the same command was cut off; start anew if there was none
    #[arg(long, requires = "output")]
    resume: bool,
    /// How often what was done is made durable, in seconds
    #[arg(long, default_value_t = 2.0, value_name = "SECONDS", value_parser = seconds)]
    checkpoint: f64,
    /// Mark copies of earlier documents in `duplicate_of`: those with the same words, or nearly the same
    #[arg(long, value_enum)]
    dedupe: Option<DedupeName>,
    #[command(flatten)]
    pipeline: PipelineOptions,
    #[command(flatten)]
    input: InputOptions,
    /// Learn where each outlet is at home from its articles, in a first pass over them: its `source`, or the host of its `url`
    #[arg(long, conflicts_with = "home")]
    learn_home: bool,
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
    /// How messages are written on standard error: for people, or a JSON object a line
    #[arg(long, value_enum, default_value_t = Log::Text)]
    log_format: Log,
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
            shared: Default::default(),
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
    /// One attribution a row, in columns
    Parquet,
    /// Attributions, documents, speakers and jurisdictions as tables of a database
    Sqlite,
    /// A folder with a text and its annotations for each document
    Brat,
    /// A folder with a WebAnno TSV file for each document, as INCEpTION reads it
    Webanno,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Format {
        match name {
            FormatName::Jsonl => Format::JsonLines,
            FormatName::Csv => Format::Csv,
            FormatName::Annotations => Format::Annotations,
            FormatName::Parquet => Format::Parquet,
            FormatName::Sqlite => Format::Sqlite,
            FormatName::Brat => Format::Brat,
            FormatName::Webanno => Format::WebAnno,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DedupeName {
    /// The same words
    Exact,
    /// Nearly the same words
    Near,
}

impl From<DedupeName> for Dedupe {
    fn from(name: DedupeName) -> Dedupe {
        match name {
            DedupeName::Exact => Dedupe::Exact,
            DedupeName::Near => Dedupe::Near,
        }
    }
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

/// A number of seconds from 0.
fn seconds(words: &str) -> Result<f64, String> {
    let seconds: f64 = words.parse().map_err(|_| "no number".to_owned())?;
    if (0.0..=1e6).contains(&seconds) { Ok(seconds) } else { Err("a number of seconds from 0".into()) }
}

/// Runs the pipeline over the paths.
pub fn run(options: &ExtractOptions) -> Result<Outcome, Failure> {
    extract(options).map_err(|failure| failure.logged(options.log_format))
}

fn extract(options: &ExtractOptions) -> Result<Outcome, Failure> {
    let format = options.format()?;
    let stop = asked_to_end()?;
    // The process ends with the run; taking lists and names apart before would take a tenth of a short one.
    let mut pipeline = ManuallyDrop::new(options.pipeline.pipeline()?);
    let mut input = options.input.options();
    for path in options.summary.iter().chain(&options.rejects).chain(&options.output) {
        if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(Failure::failed(format!("{}: there is no such folder", path.display())));
        }
    }
    let named = chosen(options, &mut input)?;
    let passed_over = named.note();
    let Named { sources, problems, .. } = named;
    let total = sources.iter().map(|s| s.size()).sum::<Option<u64>>();
    let mut progress = Progress::new(options.log_format, options.quiet, total);
    if let Some(Home(entry)) = pipeline.options.homes.of_all {
        progress.say(&format!("at home in {}", home::described(&pipeline.gazetteer, entry)));
    }
    if let Some(note) = passed_over {
        progress.say(&note);
    }
    input.shared = shared_names(&sources);
    if let Some(name) = input.shared.first() {
        progress.say(&format!("several files are called `{name}`: the ids of such files are their paths"));
    }
    if options.learn_home {
        home::learn_from(&mut pipeline, &sources, &input, Some(&stop), &mut |words| progress.say(&words))?;
    }
    let mut job = Job::new(&sources, &input, format);
    (job.threads, job.strict, job.dedupe) = (options.threads, options.strict, options.dedupe.map(Dedupe::from));
    job.stop = Some(&stop);
    let is_told = options.output.is_some() || options.summary.is_some();
    let plan = if is_told { options.plan(&job, &pipeline)? } else { BTreeMap::new() };
    let mut staging = open(options, &job, &problems, &plan)?;
    if let Some(path) = options.strangely_named() {
        progress.say(&format!("{} is written as JSON Lines, whatever its name says (--format chooses)", path.display()));
    }
    if let Some(earlier) = staging.resumed() {
        job.from = (earlier.reached, earlier.summary);
        progress.say(&format!("going on behind {}", super::message::counted(earlier.summary.documents, "document")));
    }
    let lost = problems.len() as u64;
    for problem in problems {
        // A run that goes on has written these down already.
        if staging.resumed().is_none() {
            corpus::Sink::reject(&mut staging, &problem).map_err(|error| Failure::failed(error.to_string()))?;
        }
        progress.take(Event::Problem(problem));
    }
    if options.strict && lost > 0 {
        return Err(broken(options, staging, &io::Error::other(StoppedAtFirst)));
    }
    let result = match staging.resumed() {
        Some(earlier) if earlier.complete => Ok(earlier.summary),
        _ => corpus::run(&pipeline, &job, &mut staging, &mut |event| progress.take(event)),
    };
    let mut summary = match result {
        Ok(summary) => summary,
        Err(error) => return Err(broken(options, staging, &error)),
    };
    summary.rejected += lost;
    let seconds = staging.seconds();
    if summary.stopped {
        return Err(stopped(options, staging, &summary));
    }
    // A run that read nothing leaves the file of an earlier one alone.
    let rejected = if summary.documents > 0 || summary.rejected == 0 {
        if staging.can_resume() {
            progress.say("all is read; the output is made")
        };
        let can_resume = staging.can_resume();
        match staging.finish() {
            Ok(rejected) => rejected,
            Err(error) => {
                let failure = Failure::io(&options.output_name(), &error);
                return Err(if can_resume { failure.with(KEPT) } else { failure });
            }
        }
    } else {
        abandon(staging, true)?
    };
    progress.finish(&summary, seconds);
    if let Some(path) = rejected.filter(|_| options.rejects.is_none() && !options.quiet) {
        progress.say(&format!("what was rejected stands in {} (--retry reads it again)", path.display()));
    }
    if let Some(path) = &options.summary {
        let written = write_summary(path, options, &plan, &pipeline, &summary, seconds);
        written.map_err(|error| Failure::io(&path.display().to_string(), &error))?;
    }
    match (summary.rejected, summary.documents) {
        (0, 1..) => Ok(Outcome::Done),
        (0, 0) if options.retry.is_some() => Ok(Outcome::Done),
        (_, 0) => Err(Failure::nothing_read(&sources)),
        _ => Ok(Outcome::SomeRejected),
    }
}

/// The output of a run.
fn open(
    options: &ExtractOptions,
    job: &Job<'_>,
    problems: &[Problem],
    plan: &BTreeMap<String, String>,
) -> Result<Staging, Failure> {
    let rejects = options.rejects_target();
    let Some(path) = &options.output else { return Ok(Staging::stream(BufWriter::new(io::stdout()), rejects)) };
    let failure = |error: io::Error| match error.get_ref().and_then(|inner| inner.downcast_ref::<CannotResume>()) {
        Some(reason) => Failure::failed(format!("{}: {reason}; without --resume it starts anew", path.display())),
        None => Failure::io(&path.display().to_string(), &error),
    };
    if is_stream(path) {
        let stream = File::options().append(true).open(path).map_err(failure)?;
        return Ok(Staging::stream(BufWriter::new(stream), rejects));
    }
    let inputs = job.sources.iter().map(Input::of).chain(problems.iter().map(Input::lost)).collect();
    let plan = Plan { program: String::new(), options: plan.clone(), inputs };
    let target = Target {
        path: path.clone(),
        format: job.format,
        layout: job.layout(),
        shard_rows: options.shard_rows,
        every: Duration::from_secs_f64(options.checkpoint),
    };
    Staging::files(target, plan, program, rejects, options.resume).map_err(failure)
}

/// The program by version and by its own bytes: the lists, names and weights that it holds decide about rows.
fn program() -> String {
    let own = std::env::current_exe().and_then(|path| checksum(&path));
    format!("{} {}", env!("CARGO_PKG_VERSION"), own.unwrap_or_else(|_| "of unknown build".into()))
}

/// A checksum of a file.
fn checksum(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = FxHasher::default();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(format!("{:016x}", hasher.finish())),
            bytes => hasher.write(&buffer[..bytes]),
        }
    }
}

fn abandon(staging: Staging, keep_rejects: bool) -> Result<Option<PathBuf>, Failure> {
    staging.abandon(keep_rejects).map_err(|error| Failure::failed(error.to_string()))
}

/// Why a run could not go on to its end, and what is left of it.
fn broken(options: &ExtractOptions, staging: Staging, error: &io::Error) -> Failure {
    let inner = error.get_ref();
    if let Some(reason) = inner.and_then(|inner| inner.downcast_ref::<CannotResume>()) {
        return Failure::failed(format!("{reason}; without --resume it starts anew"));
    }
    let failure = Failure::io(&options.output_name(), error);
    if staging.can_resume() {
        let is_strict = inner.is_some_and(|inner| inner.is::<StoppedAtFirst>());
        return failure.with(if is_strict { KEPT_STRICT } else { KEPT });
    }
    match staging.abandon(false) {
        Ok(_) => failure,
        Err(also) => failure.with(&also.to_string()),
    }
}

/// What is said of a run that a signal ended.
fn stopped(options: &ExtractOptions, mut staging: Staging, summary: &Summary) -> Failure {
    let done = super::message::counted(summary.documents, "document");
    let paused = staging.pause();
    match paused {
        Err(error) => Failure::io(&options.output_name(), &error),
        Ok(()) if staging.can_resume() => {
            let arguments: Vec<String> = std::env::args().filter(|argument| argument != "--resume").collect();
            // No argument holds a NUL, which alone cannot be quoted.
            let command = shlex::try_join(arguments.iter().map(String::as_str)).unwrap_or_else(|_| arguments.join(" "));
            Failure::failed(format!("stopped by a signal; {done} are done; to go on: {command} --resume"))
        }
        Ok(()) => Failure::failed(format!("stopped by a signal after {done}")),
    }
}

impl ExtractOptions {
    /// What is written.
    fn format(&self) -> Result<Format, Failure> {
        let shown = self.output.as_deref().and_then(Format::by_name);
        let format = self.format.map(Format::from).or(shown).unwrap_or_default();
        let path = self.output.as_deref().filter(|path| !is_stream(path));
        if format.is_assembled() && path.is_none() {
            return Err(Failure::usage(format!("--format {} goes to {}", format.name(), format.target())));
        }
        if self.shard_rows.is_some() && format.is_folder() {
            return Err(Failure::usage(format!(
                "--shard-rows does not go with --format {}: it is a folder as it is",
                format.name()
            )));
        }
        if path.is_none() && (self.resume || self.shard_rows.is_some()) {
            return Err(Failure::usage("--resume and --shard-rows go with an output that is no pipe or device"));
        }
        Ok(format)
    }

    /// The output if its name says that it is something, but nothing that is known.
    fn strangely_named(&self) -> Option<&Path> {
        let path =
            self.output.as_deref().filter(|path| self.format.is_none() && self.shard_rows.is_none() && !is_stream(path))?;
        let ending = path.extension()?.to_str()?;
        (Format::by_name(path).is_none() && !["json", "txt"].contains(&ending)).then_some(path)
    }

    /// What messages call the output.
    fn output_name(&self) -> String {
        self.output.as_ref().map_or_else(|| "<stdout>".into(), |path| path.display().to_string())
    }

    /// Where rejects are written: where it is said, else beside an output.
    fn rejects_target(&self) -> Option<RejectsTarget> {
        let beside = || {
            // Nothing lies beside a pipe or a device.
            self.output.as_ref().filter(|path| !is_stream(path)).map(|output| beside(output, ".rejects.jsonl"))
        };
        let path = self.rejects.clone().or_else(beside)?;
        Some(RejectsTarget { path, always: self.rejects.is_some() })
    }

    /// Every file that a run with these flags writes, or lays beside its output until that is whole.
    fn written(&self) -> Vec<PathBuf> {
        let mut written: Vec<PathBuf> = self.summary.iter().cloned().collect();
        if let Some(rejects) = self.rejects_target() {
            written.extend([beside(&rejects.path, ".partial"), rejects.path]);
        }
        if let Some(output) = &self.output {
            written.extend([".partial", ".building", ".manifest.jsonl"].map(|ending| beside(output, ending)));
            written.push(output.clone());
        }
        written
    }

    /// All that decides about the output beside the input and the program.
    fn plan(&self, job: &Job<'_>, pipeline: &Pipeline) -> Result<BTreeMap<String, String>, Failure> {
        let mut plan = BTreeMap::new();
        let mut add = |name: &str, value: String| plan.insert(name.to_owned(), value);
        add("--format", job.format.name().into());
        add("--engine", pipeline.options.engine.name().into());
        add("--cues", pipeline.options.cues.name().into());
        if let Some(network) = pipeline.options.engine.network() {
            add("--weights", format!("{:016x}", network.checksum()));
        }
        if let Engine::Accurate(_, effort) = &pipeline.options.engine {
            add("--effort", effort.name().into());
        }
        if let Some(home) = home_of_all(pipeline) {
            add("--home", home);
        }
        if self.learn_home {
            // The same articles show the same homes, and the input is checked on its own.
            add("--learn-home", "yes".into());
        }
        if let Some(rows) = self.shard_rows {
            add("--shard-rows", rows.to_string());
        }
        if let Some(dedupe) = job.dedupe {
            add("--dedupe", dedupe.name().into());
        }
        let Options { fields, keep, exports, limits, retry: _, shared: _ } = job.input;
        for (name, field) in [("--text-field", &fields.text), ("--id-field", &fields.id)] {
            if let Some(field) = field {
                add(name, field.clone());
            }
        }
        match keep {
            Keep::Nothing => {}
            Keep::Names(names) => drop(add("--keep", names.join(","))),
            Keep::All => drop(add("--keep", "all".into())),
        }
        add("--exports", format!("{exports:?}").to_lowercase());
        add("--max-document", limits.document.to_string());
        add("--max-ratio", limits.ratio.to_string());
        add("--max-unpacked", limits.unpacked.to_string());
        add("--max-members", limits.members.to_string());
        if job.sources.iter().any(|source| matches!(source, Source::Stdin(_))) {
            add("--stdin", format!("{:?}", self.input.stdin()).to_lowercase());
        }
        for (name, path) in
            self.pipeline.gazetteer.iter().map(|path| ("--gazetteer", path)).chain(self.retry.iter().map(|p| ("--retry", p)))
        {
            let sum = checksum(path).map_err(|error| Failure::io(&path.display().to_string(), &error))?;
            add(&format!("{name} {}", path.display()), sum);
        }
        Ok(plan)
    }
}

/// What the flags choose to be read, and what is wrong with it.
fn chosen(options: &ExtractOptions, input: &mut Options) -> Result<Named, Failure> {
    let mut named = named(options, input)?;
    let sources = &mut named.sources;
    let files = sources.iter().filter_map(|source| if let Source::File(path, _) = source { Some(path.as_path()) } else { None });
    let lists = options.retry.iter().chain(&options.files_from).chain(options.pipeline.files()).map(PathBuf::as_path);
    let rejects = options.rejects_target().map(|target| target.path);
    let outputs: Vec<&Path> = [&options.output, &rejects, &options.summary].into_iter().filter_map(Option::as_deref).collect();
    spare(files.chain(lists), &outputs)?;
    let folder = options.output.as_ref().filter(|output| output.is_dir()).and_then(|output| output.canonicalize().ok());
    let own = options.written();
    let is_own = |found: &Path| {
        let inside = || folder.as_ref().is_some_and(|folder| found.canonicalize().is_ok_and(|found| found.starts_with(folder)));
        own.iter().any(|own| own.file_name() == found.file_name() && are_one_file(own, found)) || inside()
    };
    // What an earlier run wrote is no input of this one.
    sources.retain(|source| !matches!(source, Source::Found(path, _) if is_own(path)));
    Ok(named)
}

/// What the paths lead to, or the list of what is to be read again.
fn named(options: &ExtractOptions, input: &mut Options) -> Result<Named, Failure> {
    if let Some(path) = &options.retry {
        let failure = |error: io::Error| Failure::io(&path.display().to_string(), &error);
        let rejects = Rejects::read(BufReader::new(File::open(path).map_err(failure)?)).map_err(failure)?;
        let (sources, problems) = rejects.sources();
        input.retry = Some(rejects);
        return Ok(Named { sources, problems, ..Named::default() });
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

/// Where all outlets are at home, as `--home` takes it.
fn home_of_all(pipeline: &Pipeline) -> Option<String> {
    let homes = &pipeline.options.homes;
    let id = |Home(entry)| pipeline.gazetteer.entry(entry).id().into_owned();
    homes.of_all.map(id).or_else(|| homes.text_alone.then(|| NO_HOME.to_owned()))
}

fn write_summary(
    path: &Path,
    options: &ExtractOptions,
    plan: &BTreeMap<String, String>,
    pipeline: &Pipeline,
    summary: &Summary,
    seconds: f64,
) -> io::Result<()> {
    let flags: BTreeMap<&str, &str> = plan.iter().map(|(name, value)| (name.trim_start_matches("--"), value.as_str())).collect();
    let mut run = json!({
        "program": "onrecord",
        "version": env!("CARGO_PKG_VERSION"),
        "engine": pipeline.options.engine.name(),
        "cues": pipeline.options.cues.name(),
        "home": home_of_all(pipeline),
        "options": flags,
        "paths": options.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "documents": summary.documents,
        "rejected": summary.rejected,
        "rows": summary.attributions,
        "attributions": summary.attributions,
        "same_id": summary.again,
        "not_english": summary.foreign,
        "bytes": summary.bytes,
        "seconds": (seconds * 1000.0).round() / 1000.0,
        "megabytes_per_second": (summary.bytes as f64 / 1e4 / seconds.max(1e-9)).round() / 100.0,
    });
    if let Some(dedupe) = options.dedupe {
        run["dedupe"] = Dedupe::from(dedupe).name().into();
        run["copies"] = summary.copies.into();
    }
    if let Some(network) = pipeline.options.engine.network() {
        run["weights"] = format!("{:016x}", network.checksum()).into();
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
