//! A corpus: many documents, read by one thread, annotated by all cores, written in order.
//!
//! The reader hands batches of documents to the workers of a rayon pool; the writer puts their output back into the order of the
//! input. The number of batches between reader and writer is bounded, so memory does not grow with the corpus, and the bytes
//! written are the same for any number of threads. [`Staging`] is a writer whose output is durable as it goes. Who wants something
//! else than bytes has the workers make it of them ([`run_making`]).

mod copies;
mod manifest;
mod staging;
mod watch;

pub use copies::{Dedupe, EXACT, NAMES, NEAR};
pub use manifest::{Checkpoint, Input, Plan};
pub use staging::{CannotResume, RejectsTarget, Staging, Target};

use crate::document::Document;
use crate::format::input::{Item, Keep, Options, Source, read};
use crate::format::origin::Extent;
use crate::format::schema::Layout;
use crate::format::{Format, Problem};
use crate::home::Learner;
use crate::pipeline::Pipeline;
use copies::Copies;
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hasher;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use watch::Watch;

/// The text of a batch, in bytes: enough to keep a worker busy, little enough to share out.
const BATCH: usize = 128 << 10;

/// What the run tells while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Documents were written.
    Progress(Summary),
    /// Something in the input is lost.
    Problem(Problem),
    /// Something in the input to know.
    Note(Problem),
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Documents written.
    pub documents: u64,
    /// Attributions found in them.
    pub attributions: u64,
    /// Bytes of their text.
    pub bytes: u64,
    /// Documents and files that could not be read.
    pub rejected: u64,
    /// Documents that are copies of others, if copies were asked for.
    pub copies: u64,
    /// Documents with the id of an earlier one.
    #[serde(default)]
    pub again: u64,
    /// Documents with hardly an English word.
    #[serde(default)]
    pub foreign: u64,
    /// Whether the run was stopped before the end of its input.
    pub stopped: bool,
}

impl Summary {
    fn add(&mut self, other: &Summary) {
        self.documents += other.documents;
        self.attributions += other.attributions;
        self.bytes += other.bytes;
        self.rejected += other.rejected;
        self.copies += other.copies;
        self.foreign += other.foreign;
    }
}

/// How far the input was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The source.
    pub source: u64,
    /// Documents and problems in it.
    pub items: u64,
    /// A hash of them, which shows whether they are still the same.
    pub checksum: u64,
}

/// What was found in a batch of documents.
pub struct Found<'a, M = Vec<u8>> {
    /// Lines of output, or what was made of them.
    pub made: &'a M,
    /// The documents that they are of.
    pub pieces: &'a [Piece],
    /// How far the input was read with this.
    pub reached: Reached,
    /// What was done with this.
    pub summary: Summary,
}

/// The part of the output that is of one document.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Where it ends.
    pub end: usize,
    /// The rows in it.
    pub rows: u64,
}

/// Where what was found goes, in the order of the input.
pub trait Sink<M = Vec<u8>>: Send {
    /// Takes what stands before everything else.
    ///
    /// # Errors
    /// If it cannot be written.
    fn start(&mut self, header: &[u8]) -> io::Result<()>;

    /// Takes what was found.
    ///
    /// # Errors
    /// If it cannot be written.
    fn take(&mut self, found: &Found<'_, M>) -> io::Result<()>;

    /// Takes what could not be read.
    ///
    /// # Errors
    /// If it cannot be written.
    fn reject(&mut self, problem: &Problem) -> io::Result<()>;
}

impl<W: Write + Send> Sink for W {
    fn start(&mut self, header: &[u8]) -> io::Result<()> {
        self.write_all(header)
    }

    fn take(&mut self, found: &Found<'_>) -> io::Result<()> {
        self.write_all(found.made)
    }

    fn reject(&mut self, _: &Problem) -> io::Result<()> {
        Ok(())
    }
}

/// The error of a strict run that came to something that cannot be read.
#[derive(Clone, Copy, Debug)]
pub struct StoppedAtFirst;

impl fmt::Display for StoppedAtFirst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped at the first that cannot be read (--strict)")
    }
}

impl std::error::Error for StoppedAtFirst {}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// Where the documents are.
    pub sources: &'a [Source],
    /// How they are read.
    pub input: &'a Options,
    /// What to write.
    pub format: Format,
    /// The number of workers; 0 for one a core.
    pub threads: usize,
    /// Whether the first problem ends the run.
    pub strict: bool,
    /// Which documents are marked as copies of others.
    pub dedupe: Option<Dedupe>,
    /// Where the run goes on; the start if it is a new one.
    pub from: (Reached, Summary),
    /// What stops the run, once it is true: batches that are being read are finished.
    pub stop: Option<&'a AtomicBool>,
}

impl<'a> Job<'a> {
    /// A run over all of some sources, on all cores.
    pub fn new(sources: &'a [Source], input: &'a Options, format: Format) -> Job<'a> {
        Job { sources, input, format, threads: 0, strict: false, dedupe: None, from: Default::default(), stop: None }
    }
}

impl Job<'_> {
    /// Which extra fields the rows have.
    pub fn layout(&self) -> Layout {
        let layout = Layout::default();
        let layout = if self.input.keep == Keep::Nothing { layout } else { layout.with("metadata") };
        if self.dedupe.is_none() { layout } else { layout.with("duplicate_of") }
    }
}

struct Batch {
    number: u64,
    items: Vec<Item>,
    tickets: usize,
    reached: Reached,
    /// Documents so far with the id of an earlier one.
    again: u64,
}

struct Written<M> {
    number: u64,
    tickets: usize,
    /// Whether nothing was done, as the run is to stop.
    skipped: bool,
    made: M,
    pieces: Vec<Piece>,
    events: Vec<Event>,
    reached: Reached,
    again: u64,
    summary: Summary,
}

/// Runs the pipeline over a corpus and writes what it finds.
///
/// # Errors
/// If writing fails, no thread can be started, the job is strict and there is a problem ([`StoppedAtFirst`]), or the input is not the one
/// with which an earlier run began ([`CannotResume`]). Else problems of the input are events and no errors.
pub fn run(
    pipeline: &Pipeline,
    job: &Job<'_>,
    out: &mut dyn Sink,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> io::Result<Summary> {
    run_making(pipeline, job, &|lines| lines, out, on_event)
}

/// Runs the pipeline over a corpus; the workers make something of the lines of each batch, which goes to the sink in order.
///
/// # Errors
/// As [`run`].
pub fn run_making<M: Send>(
    pipeline: &Pipeline,
    job: &Job<'_>,
    make: &(dyn Fn(Vec<u8>) -> M + Sync),
    out: &mut dyn Sink<M>,
    on_event: &mut (dyn FnMut(Event) + Send),
) -> io::Result<Summary> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build().map_err(io::Error::other)?;
    let in_flight = 4 * pool.current_num_threads() + 2;
    // A batch takes a ticket when it is read and gives it back when it is written; one with a long document takes as many as it is
    // batches long, so that long documents are not all in memory at once.
    let (take_ticket, give_ticket) = sync_channel::<()>(in_flight);
    let (send, receive) = channel::<Written<M>>();
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let stop = &stop;
        let writer = threads.spawn(move || {
            let result = write_in_order(job, out, on_event, &receive, &give_ticket);
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
                // Wake a reader that waits for a ticket, and let the workers finish.
                while give_ticket.recv().is_ok() {}
            }
            result
        });
        let read = pool.in_place_scope(|scope| {
            read_batches(job, &take_ticket, in_flight, stop, &mut |batch: Batch| {
                let send = send.clone();
                scope.spawn(move |_| annotate(pipeline, job, batch, make, stop, &send));
            })
        });
        drop(send);
        drop(take_ticket);
        let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer stopped")))?;
        Ok(Summary { stopped: read? || written.stopped, ..written })
    })
}

/// What the documents of some sources show about the homes of their outlets, in a pass of its own, which ends early once `stop` is true;
/// what cannot be read is left to the run.
pub fn home_learner(sources: &[Source], input: &Options, stop: Option<&AtomicBool>) -> Learner {
    let mut learner = Learner::default();
    let goes_on = || !stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
    for source in sources {
        if goes_on() {
            read(source, input, &mut |item| {
                if let Item::Document(document, _) = item {
                    learner.take(&document);
                }
                goes_on()
            });
        }
    }
    learner
}

/// Reads all sources and hands on batches until the writer fails; returns whether the run was stopped.
///
/// What an earlier run has done is passed over: whole sources are not opened, of the one in which it stopped the first items are
/// read and nothing else. Only if copies are to be found, all is read once more, to know what came before.
fn read_batches(
    job: &Job<'_>,
    ticket: &SyncSender<()>,
    most: usize,
    failed: &AtomicBool,
    hand_on: &mut dyn FnMut(Batch),
) -> io::Result<bool> {
    let (from, _) = job.from;
    let is_stopped = || failed.load(Ordering::Relaxed) || job.stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
    let mut copies = job.dedupe.map(Copies::new);
    let mut watch = Watch::new(&job.input.keep);
    let mut items = Vec::new();
    let mut size = 0;
    let mut number = 0;
    let mut flush = |items: &mut Vec<Item>, size: &mut usize, reached: Reached, again: u64| {
        let tickets = (*size / BATCH).clamp(1, most);
        if items.is_empty() || (0..tickets).any(|_| ticket.send(()).is_err()) || failed.load(Ordering::Relaxed) {
            return;
        }
        hand_on(Batch { number, items: std::mem::take(items), tickets, reached, again });
        number += 1;
        *size = 0;
    };
    let mut at = Reached::default();
    for (source_number, source) in job.sources.iter().enumerate() {
        at = Reached { source: source_number as u64, ..Reached::default() };
        if at.source < from.source && copies.is_none() {
            continue;
        }
        let mut changed = false;
        read(source, job.input, &mut |mut item| {
            if !matches!(item, Item::Note(_)) {
                at.items += 1;
                at.checksum = checksum(at.checksum, &item);
            }
            if let (Some(copies), Item::Document(document, _)) = (&mut copies, &mut item) {
                document.metadata.duplicate_of = Some(copies.first(document));
            }
            if !from.is_start() && (at.source, at.items) <= (from.source, from.items) {
                changed = (at.source, at.items) == (from.source, from.items) && at.checksum != from.checksum;
                return !changed && !is_stopped();
            }
            size += if let Item::Document(document, _) = &item { document.text.len() } else { 64 };
            if let Item::Document(document, origin) = &item {
                items.extend(watch.look(document, origin).map(Item::Note));
            }
            items.push(item);
            if size >= BATCH {
                flush(&mut items, &mut size, at, watch.again());
            }
            !is_stopped()
        });
        if is_stopped() {
            return Ok(true);
        }
        if changed || (at.source == from.source && at.items < from.items) {
            let reason =
                format!("the run cannot go on: the input {} has changed before the place where it stopped", source.name());
            return Err(io::Error::other(CannotResume(reason)));
        }
    }
    // A run that goes on has not seen all documents.
    let missing = watch.missing().filter(|_| from.is_start()).map(|name| format!("no document has a field `{name}` to keep"));
    items.extend(missing.map(|reason| Item::Note(Problem::new("", reason))));
    flush(&mut items, &mut size, at, watch.again());
    Ok(false)
}

impl Reached {
    fn is_start(&self) -> bool {
        *self == Reached::default()
    }
}

/// The checksum of the items of a source with one more.
fn checksum(before: u64, item: &Item) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(before);
    match item {
        Item::Document(document, _) => {
            hasher.write(document.id.as_bytes());
            hasher.write(document.text.as_bytes());
        }
        Item::Problem(problem) | Item::Note(problem) => hasher.write(problem.reason.as_bytes()),
    }
    hasher.finish()
}

fn annotate<M>(
    pipeline: &Pipeline,
    job: &Job<'_>,
    batch: Batch,
    make: &(dyn Fn(Vec<u8>) -> M + Sync),
    failed: &AtomicBool,
    send: &Sender<Written<M>>,
) {
    let Batch { number, tickets, reached, again, .. } = batch;
    let (made, pieces, events, summary) = (Vec::new(), Vec::new(), Vec::new(), Summary::default());
    // A batch that was begun is finished: what is written ends with whole batches.
    let skipped = job.stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
    let mut written = Written { number, tickets, skipped, made, pieces, events, reached, again, summary };
    for item in if skipped { Vec::new() } else { batch.items } {
        // Nobody waits for more.
        if failed.load(Ordering::Relaxed) {
            return;
        }
        match item {
            Item::Document(document, origin) => match annotate_one(pipeline, job.format, &document, &mut written.made) {
                Some((attributions, is_english)) => {
                    written.summary.documents += 1;
                    written.summary.attributions += attributions as u64;
                    written.summary.bytes += document.text.len() as u64;
                    written.summary.foreign += u64::from(!is_english);
                    written.summary.copies += u64::from(matches!(document.metadata.duplicate_of, Some(Some(_))));
                    written.pieces.push(Piece { end: written.made.len(), rows: attributions as u64 });
                }
                None => {
                    written.summary.rejected += 1;
                    let reason = format!("the program failed on the document {}; please report it", document.id);
                    written.events.push(Event::Problem(Problem { origin, lost: Extent::One, until: None, reason }));
                }
            },
            Item::Problem(problem) => {
                written.summary.rejected += 1;
                written.events.push(Event::Problem(problem));
            }
            Item::Note(note) => written.events.push(Event::Note(note)),
        }
    }
    let Written { made, pieces, events, summary, .. } = written;
    // The writer is gone only if it failed; its error is what the run returns.
    let _ = send.send(Written { number, tickets, skipped, made: make(made), pieces, events, reached, again, summary });
}

/// Annotates a document and appends its output; how many rows it has, and whether it is in English; `None`, and nothing appended, if the program
/// fails on it.
fn annotate_one(pipeline: &Pipeline, format: Format, document: &Document, bytes: &mut Vec<u8>) -> Option<(usize, bool)> {
    let before = bytes.len();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let annotation = pipeline.annotate(document);
        (format.write(pipeline, document, &annotation, bytes), annotation.is_english())
    }));
    match result {
        Ok(made) => Some(made),
        Err(_) => {
            bytes.truncate(before);
            None
        }
    }
}

fn write_in_order<M>(
    job: &Job<'_>,
    out: &mut dyn Sink<M>,
    on_event: &mut dyn FnMut(Event),
    receive: &Receiver<Written<M>>,
    ticket: &Receiver<()>,
) -> io::Result<Summary> {
    let mut total = job.from.1;
    let mut waiting: BTreeMap<u64, Written<M>> = BTreeMap::new();
    let mut next = 0;
    out.start(&job.format.header(&job.layout()))?;
    while let Ok(written) = receive.recv() {
        waiting.insert(written.number, written);
        while let Some(written) = waiting.remove(&next) {
            next += 1;
            // Every batch that was sent holds its tickets.
            for _ in 0..written.tickets {
                let _ = ticket.recv();
            }
            // What other workers did behind a batch that was not read is for the run that goes on.
            total.stopped |= written.skipped;
            if total.stopped {
                continue;
            }
            for event in written.events {
                let is_problem = if let Event::Problem(problem) = &event { out.reject(problem).map(|()| true)? } else { false };
                on_event(event);
                if job.strict && is_problem {
                    return Err(io::Error::other(StoppedAtFirst));
                }
            }
            total.add(&written.summary);
            total.again = job.from.1.again + written.again;
            out.take(&Found { made: &written.made, pieces: &written.pieces, reached: written.reached, summary: total })?;
            on_event(Event::Progress(total));
        }
    }
    Ok(total)
}
