//! The pipeline, and runs of it over files and tables.

use crate::records::{self, Texts};
use crate::table::{self, Gathered, Rows};
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use onrecord::Document;
use onrecord::attribution::Effort;
use onrecord::corpus::{self, Dedupe, Event, Found, Job, Sink, StoppedAtFirst, Summary};
use onrecord::format::input::{
    Container, Exports, Fields, Held, Keep, Limits, Named, Options, Source, Value, shared_names, sources,
};
use onrecord::format::{Format, Problem};
use onrecord::home::Learned;
use onrecord::pipeline::{Cues, Pipeline};
use onrecord::setup::{EngineName, Setup, SetupError};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use pyo3_arrow::input::AnyRecordBatch;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::thread;
use std::time::{Duration, Instant};

mod errors {
    pyo3::import_exception!(onrecord.errors, OptionError);
    pyo3::import_exception!(onrecord.errors, InputError);
}

/// How often signals are looked after, and progress is told.
const TICK: Duration = Duration::from_millis(100);

/// A pipeline with its options, and the homes of outlets that it learned.
#[pyclass(frozen, module = "onrecord._onrecord")]
pub struct Core {
    pipeline: RwLock<Pipeline>,
}

/// Rows, what was rejected, what is to be known, and counts.
type Extracted<'py> = (Rows, Vec<Py<PyAny>>, Vec<String>, Bound<'py, PyDict>);

/// A choice by its name.
fn chosen<T: Copy>(what: &str, name: &str, choices: &[(&str, T)]) -> PyResult<T> {
    let found = choices.iter().find(|(choice, _)| *choice == name).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let known: Vec<String> = choices.iter().map(|(choice, _)| format!("'{choice}'")).collect();
        errors::OptionError::new_err(format!("{what} is one of {}, not '{name}'", known.join(", ")))
    })
}

/// A value of a dictionary, if it is there and not None.
fn given<'py>(of: &Bound<'py, PyDict>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(of.get_item(name)?.filter(|value| !value.is_none()))
}

fn failed(error: impl std::fmt::Display) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}

#[pymethods]
impl Core {
    #[new]
    #[pyo3(signature = (engine, effort, cues, weights, home, gazetteers))]
    fn new(
        py: Python<'_>,
        engine: &str,
        effort: Option<&str>,
        cues: &str,
        weights: Option<PathBuf>,
        home: Option<String>,
        gazetteers: Vec<PathBuf>,
    ) -> PyResult<Core> {
        let engines = [("rules", EngineName::Rules), ("fast", EngineName::Fast), ("accurate", EngineName::Accurate)];
        let efforts = [("low", Effort::Low), ("normal", Effort::Normal), ("high", Effort::High)];
        let setup = Setup {
            engine: chosen("engine", engine, &engines)?,
            effort: effort.map(|effort| chosen("effort", effort, &efforts)).transpose()?,
            cues: chosen("cues", cues, &[("speech", Cues::Speech), ("all", Cues::All)])?,
            weights,
            home,
            gazetteers,
        };
        match py.detach(|| setup.pipeline()) {
            Ok(pipeline) => Ok(Core { pipeline: RwLock::new(pipeline) }),
            Err(SetupError::Usage(message)) => Err(errors::OptionError::new_err(message)),
            Err(SetupError::Failed(message)) => Err(errors::InputError::new_err(message)),
        }
    }

    /// The annotation of a text as JSON.
    fn annotate(&self, py: Python<'_>, text: &str, id: &str, metadata: &Bound<'_, PyDict>) -> PyResult<String> {
        let document = document(text, id, metadata)?;
        py.detach(|| line(&self.read(), &document))
    }

    /// The annotations of some texts as JSON, on so many threads; 0 for one a core.
    fn annotate_all(&self, py: Python<'_>, texts: Vec<String>, threads: usize) -> PyResult<Vec<String>> {
        py.detach(|| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(failed)?;
            let pipeline = self.read();
            let pipeline: &Pipeline = &pipeline;
            pool.install(|| texts.into_par_iter().map(|text| line(pipeline, &Document::new("text", text))).collect())
        })
    }

    /// Learns where outlets are at home; returns each with the id of its place, the articles that were read and the share that shows it.
    fn learn_homes(&self, py: Python<'_>, input: &Input) -> PyResult<Vec<(String, String, usize, f32)>> {
        let (sources, _) = input.sources();
        py.detach(|| {
            let learned = corpus::home_learner(&sources, &input.options, None).learn(&self.read());
            let mut pipeline = self.pipeline.write().unwrap_or_else(PoisonError::into_inner);
            let place = |l: &Learned| pipeline.gazetteer.entry(l.home.0).id().into_owned();
            let told = learned.iter().map(|l| (l.outlet.clone(), place(l), l.articles, l.share)).collect();
            pipeline.options.homes.outlets.extend(learned.into_iter().map(|l| (l.outlet, l.home)));
            Ok(told)
        })
    }

    /// Annotates all that is read: the rows, what was rejected (place and reason as a dictionary) and what is to be known, and the counts.
    fn extract<'py>(&self, py: Python<'py>, input: &Input, run: &Bound<'py, PyDict>) -> PyResult<Extracted<'py>> {
        let threads = given(run, "threads")?.map_or(Ok(0), |value| value.extract())?;
        let strict = given(run, "strict")?.map_or(Ok(false), |value| value.extract())?;
        let dedupe: Option<String> = given(run, "dedupe")?.map(|value| value.extract()).transpose()?;
        let dedupe =
            dedupe.map(|name| chosen("dedupe", &name, &[("exact", Dedupe::Exact), ("near", Dedupe::Near)])).transpose()?;
        let progress = given(run, "progress")?.map(Bound::unbind);
        let (sources, lost) = input.sources();
        let options = Options { shared: shared_names(&sources), ..input.options.clone() };
        let outcome = py.detach(|| {
            let mut job = Job::new(&sources, &options, Format::JsonLines);
            (job.threads, job.strict, job.dedupe) = (threads, strict, dedupe);
            run_interruptibly(&self.read(), job, lost, progress.as_ref())
        })?;
        let summary = PyDict::new(py);
        summary.set_item("documents", outcome.summary.documents)?;
        summary.set_item("rejected", outcome.rejects.len())?;
        summary.set_item("rows", outcome.summary.attributions)?;
        summary.set_item("bytes", outcome.summary.bytes)?;
        let rejects =
            outcome.rejects.iter().map(|problem| Ok(told(py, problem)?.into_any().unbind())).collect::<PyResult<_>>()?;
        Ok((outcome.rows, rejects, outcome.notes.iter().map(Problem::to_string).collect(), summary))
    }

    /// An empty table of the rows that a run would give.
    #[staticmethod]
    fn no_rows(keep: bool) -> Rows {
        let options = Options { keep: if keep { Keep::All } else { Keep::Nothing }, ..Options::default() };
        Rows::new(table::schema(&Job::new(&[], &options, Format::JsonLines).layout()), Vec::new())
    }
}

impl Core {
    fn read(&self) -> RwLockReadGuard<'_, Pipeline> {
        self.pipeline.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A document with its metadata, by name.
fn document(text: &str, id: &str, metadata: &Bound<'_, PyDict>) -> PyResult<Document> {
    let mut document = Document::new(id, text);
    let of = &mut document.metadata;
    for (name, field) in [("date", &mut of.date), ("source", &mut of.source), ("title", &mut of.title), ("url", &mut of.url)] {
        *field = metadata.get_item(name)?.map(|value| value.extract()).transpose()?.flatten();
    }
    Ok(document)
}

/// The annotation of a document as a line of JSON.
fn line(pipeline: &Pipeline, document: &Document) -> PyResult<String> {
    let mut bytes = Vec::new();
    Format::Annotations.write(pipeline, document, &pipeline.annotate(document), &mut bytes);
    String::from_utf8(bytes).map_err(failed)
}

/// What is read, and how: files, or what Python holds.
#[pyclass(frozen, module = "onrecord._onrecord")]
pub struct Input {
    from: From,
    options: Options,
}

enum From {
    Paths(Vec<PathBuf>),
    Held(Held),
}

impl Input {
    /// The sources, and what is wrong with paths.
    fn sources(&self) -> (Vec<Source>, Vec<Problem>) {
        match &self.from {
            From::Paths(paths) => {
                let Named { sources, problems, .. } = sources(paths, Container::Unknown);
                (sources, problems)
            }
            From::Held(held) => (vec![Source::Held(held.clone())], Vec::new()),
        }
    }
}

/// How it is read, by name.
fn options(how: &Bound<'_, PyDict>) -> PyResult<Options> {
    let text = given(how, "text")?.map(|value| value.extract()).transpose()?;
    let id = given(how, "id")?.map(|value| value.extract()).transpose()?;
    let keep = match given(how, "keep")? {
        None => Keep::Nothing,
        Some(value) if value.is_instance_of::<PyString>() && value.extract::<String>()? == "all" => Keep::All,
        Some(value) => Keep::Names(value.extract()?),
    };
    let exports: Option<String> = given(how, "exports")?.map(|value| value.extract()).transpose()?;
    let exports = exports.map_or(Ok(Exports::Shown), |name| {
        chosen("exports", &name, &[("shown", Exports::Shown), ("always", Exports::Always), ("never", Exports::Never)])
    })?;
    let mut limits = Limits::default();
    for (name, limit) in [
        ("max_document", &mut limits.document),
        ("max_ratio", &mut limits.ratio),
        ("max_unpacked", &mut limits.unpacked),
        ("max_members", &mut limits.members),
    ] {
        if let Some(value) = given(how, name)? {
            *limit = value.extract()?;
        }
    }
    Ok(Options { fields: Fields { text, id }, keep, exports, limits, retry: None, shared: BTreeSet::new() })
}

#[pymethods]
impl Input {
    /// Files, folders, patterns.
    #[staticmethod]
    fn paths(paths: Vec<PathBuf>, how: &Bound<'_, PyDict>) -> PyResult<Input> {
        Ok(Input { from: From::Paths(paths), options: options(how)? })
    }

    /// A list of texts, and their ids if there are some.
    #[staticmethod]
    fn texts(texts: &Bound<'_, PyAny>, ids: Option<&Bound<'_, PyAny>>, how: &Bound<'_, PyDict>) -> PyResult<Input> {
        // What is no text, or not one that can be written, is a document that is rejected.
        let text = |item: PyResult<Bound<'_, PyAny>>| -> PyResult<Value> {
            let item = item?;
            Ok(match item.cast::<PyString>() {
                Ok(words) => words.to_cow().map_or(Value::Nested, |words| Value::Text(words.into())),
                Err(_) if item.is_none() => Value::Null,
                Err(_) => Value::Nested,
            })
        };
        let id = |item: PyResult<Bound<'_, PyAny>>| -> PyResult<Value> {
            let item = item?;
            Ok(if item.is_none() { Value::Null } else { item.str()?.to_cow().map_or(Value::Nested, |id| Value::Text(id.into())) })
        };
        let texts = texts.try_iter()?.map(text).collect::<PyResult<Vec<_>>>()?;
        let ids = ids.map(|ids| ids.try_iter()?.map(id).collect::<PyResult<Vec<_>>>()).transpose()?;
        if let Some(ids) = ids.as_ref().filter(|ids| ids.len() != texts.len()) {
            return Err(errors::OptionError::new_err(format!("{} ids for {} texts", ids.len(), texts.len())));
        }
        let held = Held::new("<texts>", Arc::new(Texts { texts, ids }));
        let mut options = options(how)?;
        options.fields.text = Some("text".into());
        Ok(Input { from: From::Held(held), options })
    }

    /// A table of a library that hands on Arrow arrays.
    #[staticmethod]
    fn table(py: Python<'_>, table: AnyRecordBatch, how: &Bound<'_, PyDict>) -> PyResult<Input> {
        let reader = table.into_reader()?;
        let table = py.detach(|| records::collected(reader)).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Input { from: From::Held(Held::new("<table>", Arc::new(table))), options: options(how)? })
    }
}

/// What came of a run.
struct Outcome {
    rows: Rows,
    rejects: Vec<Problem>,
    notes: Vec<Problem>,
    summary: Summary,
}

/// Where batches of rows go until the table is made.
struct Collector<'a> {
    gathered: Gathered,
    cancelled: &'a AtomicBool,
}

impl Sink<Result<RecordBatch, ArrowError>> for Collector<'_> {
    fn start(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn take(&mut self, found: &Found<'_, Result<RecordBatch, ArrowError>>) -> io::Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match found.made {
            Ok(batch) => self.gathered.take(batch.clone()).map_err(io::Error::other),
            Err(error) => Err(io::Error::other(error.to_string())),
        }
    }

    fn reject(&mut self, _: &Problem) -> io::Result<()> {
        Ok(())
    }
}

/// Runs on threads of its own, while this one looks after signals and tells the progress; a signal that raises ends the run.
fn run_interruptibly(pipeline: &Pipeline, job: Job<'_>, lost: Vec<Problem>, progress: Option<&Py<PyAny>>) -> PyResult<Outcome> {
    if let Some(problem) = lost.first().filter(|_| job.strict) {
        return Err(rejected(problem));
    }
    let cancelled = AtomicBool::new(false);
    let job = Job { stop: Some(&cancelled), ..job };
    let schema = table::schema(&job.layout());
    let make = |lines: Vec<u8>| {
        let rows = lines.iter().filter(|byte| **byte == b'\n').count();
        table::batch(&schema, &lines, rows)
    };
    let mut collector = Collector { gathered: Gathered::default(), cancelled: &cancelled };
    let mut heard = Heard { rejects: lost, ..Heard::default() };
    let (send, receive) = channel();
    let total = job.sources.iter().map(Source::size).sum::<Option<u64>>();
    let (result, raised) = thread::scope(|scope| {
        let (job, collector) = (&job, &mut collector);
        let run = scope.spawn(move || {
            corpus::run_making(pipeline, job, &make, collector, &mut move |event| {
                // Nobody listens any more if a signal has raised.
                let _ = send.send(event);
            })
        });
        let raised = heard.listen(&receive, total, progress);
        if raised.is_err() {
            cancelled.store(true, Ordering::Relaxed);
        }
        (run.join(), raised)
    });
    raised?;
    let summary = match result {
        Ok(Ok(summary)) => summary,
        Ok(Err(error)) if error.get_ref().is_some_and(|inner| inner.is::<StoppedAtFirst>()) => {
            return Err(heard.rejects.last().map_or_else(|| failed(&error), rejected));
        }
        Ok(Err(error)) => return Err(failed(error)),
        Err(panic) => std::panic::resume_unwind(panic),
    };
    if let Some(problem) =
        heard.rejects.first().filter(|_| summary.documents == 0 && job.sources.iter().all(|s| s.path().is_some()))
    {
        return Err(rejected(problem));
    }
    let whole = |problem: &&Problem| problem.origin.record.is_none() && problem.origin.line.is_none();
    if let Some(problem) = heard.rejects.first().filter(whole).filter(|_| summary.documents == 0) {
        return Err(errors::OptionError::new_err(problem.reason.replace("--text-field", "text=")));
    }
    let batches = collector.gathered.finish().map_err(failed)?;
    Ok(Outcome { rows: Rows::new(schema, batches), rejects: heard.rejects, notes: heard.notes, summary })
}

/// What a run said.
#[derive(Default)]
struct Heard {
    rejects: Vec<Problem>,
    notes: Vec<Problem>,
    summary: Summary,
}

impl Heard {
    /// Listens until the run is over, or a signal or the progress raises an exception.
    fn listen(&mut self, receive: &Receiver<Event>, total: Option<u64>, progress: Option<&Py<PyAny>>) -> PyResult<()> {
        let mut last = Instant::now();
        loop {
            match receive.recv_timeout(TICK) {
                Ok(Event::Progress(summary)) => self.summary = summary,
                Ok(Event::Problem(problem)) => self.rejects.push(problem),
                Ok(Event::Note(note)) => self.notes.push(note),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if last.elapsed() >= TICK {
                last = Instant::now();
                Python::attach(|py| {
                    py.check_signals()?;
                    self.tell(py, total, progress)
                })?;
            }
        }
        Python::attach(|py| self.tell(py, total, progress))
    }

    fn tell(&self, py: Python<'_>, total: Option<u64>, progress: Option<&Py<PyAny>>) -> PyResult<()> {
        let Some(progress) = progress else { return Ok(()) };
        let Summary { documents, attributions, bytes, .. } = self.summary;
        progress.call1(py, (documents, attributions, bytes, total)).map(|_| ())
    }
}

/// A problem as a dictionary.
fn told<'py>(py: Python<'py>, problem: &Problem) -> PyResult<Bound<'py, PyDict>> {
    let told = PyDict::new(py);
    told.set_item("file", &problem.origin.file)?;
    told.set_item("member", &problem.origin.member)?;
    told.set_item("line", problem.origin.line)?;
    told.set_item("record", problem.origin.record)?;
    told.set_item("reason", &problem.reason)?;
    Ok(told)
}

/// A problem as an exception.
fn rejected(problem: &Problem) -> PyErr {
    let origin = &problem.origin;
    let arguments = (problem.reason.clone(), origin.file.clone(), origin.member.clone(), origin.line, origin.record);
    errors::InputError::new_err(arguments)
}
