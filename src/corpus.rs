//! A corpus: many documents, read by one thread, annotated by all cores, written in order.
//!
//! The reader hands batches of documents to the workers of a rayon pool; the writer puts their output back into the order of the
//! input. The number of batches between reader and writer is bounded, so memory does not grow with the corpus, and the bytes
//! written are the same for any number of threads.

use crate::document::Document;
use crate::format::input::{Item, Keep, Options, Source, read};
use crate::format::origin::Extent;
use crate::format::schema::Layout;
use crate::format::{Format, Problem};
use crate::pipeline::Pipeline;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Documents written.
    pub documents: u64,
    /// Attributions found in them.
    pub attributions: u64,
    /// Bytes of their text.
    pub bytes: u64,
    /// Documents and files that could not be read.
    pub rejected: u64,
}

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
}

impl Job<'_> {
    /// Which extra fields the rows have.
    pub fn layout(&self) -> Layout {
        let layout = Layout::default();
        if self.input.keep == Keep::Nothing { layout } else { layout.with("metadata") }
    }
}

struct Batch {
    number: u64,
    items: Vec<Item>,
    tickets: usize,
}

struct Written {
    number: u64,
    tickets: usize,
    bytes: Vec<u8>,
    events: Vec<Event>,
    summary: Summary,
}

/// Runs the pipeline over a corpus and writes what it finds.
///
/// # Errors
/// If writing fails, no thread can be started, or the job is strict and there is a problem. Else problems of the input are events
/// and no errors.
pub fn run(
    pipeline: &Pipeline,
    job: &Job<'_>,
    out: &mut (dyn Write + Send),
    on_event: &mut (dyn FnMut(Event) + Send),
) -> io::Result<Summary> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build().map_err(io::Error::other)?;
    let in_flight = 4 * pool.current_num_threads() + 2;
    // A batch takes a ticket when it is read and gives it back when it is written; one with a long document takes as many as it is
    // batches long, so that long documents are not all in memory at once.
    let (take_ticket, give_ticket) = sync_channel::<()>(in_flight);
    let (send, receive) = channel::<Written>();
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
        pool.in_place_scope(|scope| {
            read_batches(job, &take_ticket, in_flight, stop, &mut |batch: Batch| {
                let send = send.clone();
                scope.spawn(move |_| annotate(pipeline, job.format, batch, &send));
            });
        });
        drop(send);
        drop(take_ticket);
        writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer stopped")))
    })
}

/// Reads all sources and hands on batches until the writer fails.
fn read_batches(job: &Job<'_>, ticket: &SyncSender<()>, most: usize, stop: &AtomicBool, hand_on: &mut dyn FnMut(Batch)) {
    let mut items = Vec::new();
    let mut size = 0;
    let mut number = 0;
    let mut flush = |items: &mut Vec<Item>, size: &mut usize| {
        let tickets = (*size / BATCH).clamp(1, most);
        if items.is_empty() || (0..tickets).any(|_| ticket.send(()).is_err()) || stop.load(Ordering::Relaxed) {
            return;
        }
        hand_on(Batch { number, items: std::mem::take(items), tickets });
        number += 1;
        *size = 0;
    };
    for source in job.sources {
        read(source, job.input, &mut |item| {
            size += if let Item::Document(document, _) = &item { document.text.len() } else { 64 };
            items.push(item);
            if size >= BATCH {
                flush(&mut items, &mut size);
            }
            !stop.load(Ordering::Relaxed)
        });
        if stop.load(Ordering::Relaxed) {
            return;
        }
    }
    flush(&mut items, &mut size);
}

fn annotate(pipeline: &Pipeline, format: Format, batch: Batch, send: &Sender<Written>) {
    let (number, tickets) = (batch.number, batch.tickets);
    let mut written = Written { number, tickets, bytes: Vec::new(), events: Vec::new(), summary: Summary::default() };
    for item in batch.items {
        match item {
            Item::Document(document, origin) => match annotate_one(pipeline, format, &document, &mut written.bytes) {
                Some(attributions) => {
                    written.summary.documents += 1;
                    written.summary.attributions += attributions as u64;
                    written.summary.bytes += document.text.len() as u64;
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
    // The writer is gone only if it failed; its error is what the run returns.
    let _ = send.send(written);
}

/// Annotates a document and appends its output; `None`, and nothing appended, if the program fails on it.
fn annotate_one(pipeline: &Pipeline, format: Format, document: &Document, bytes: &mut Vec<u8>) -> Option<usize> {
    let before = bytes.len();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let annotation = pipeline.annotate(document);
        format.write(pipeline, document, &annotation, bytes)
    }));
    match result {
        Ok(attributions) => Some(attributions),
        Err(_) => {
            bytes.truncate(before);
            None
        }
    }
}

fn write_in_order(
    job: &Job<'_>,
    out: &mut dyn Write,
    on_event: &mut dyn FnMut(Event),
    receive: &Receiver<Written>,
    ticket: &Receiver<()>,
) -> io::Result<Summary> {
    let mut total = Summary::default();
    let mut waiting: BTreeMap<u64, Written> = BTreeMap::new();
    let mut next = 0;
    out.write_all(&job.format.header(&job.layout()))?;
    while let Ok(written) = receive.recv() {
        waiting.insert(written.number, written);
        while let Some(written) = waiting.remove(&next) {
            next += 1;
            // Every batch that was sent holds its tickets.
            for _ in 0..written.tickets {
                let _ = ticket.recv();
            }
            for event in written.events {
                let is_problem = matches!(event, Event::Problem(_));
                on_event(event);
                if job.strict && is_problem {
                    return Err(io::Error::other("stopped at the first that cannot be read (--strict)"));
                }
            }
            out.write_all(&written.bytes)?;
            total.documents += written.summary.documents;
            total.attributions += written.summary.attributions;
            total.bytes += written.summary.bytes;
            total.rejected += written.summary.rejected;
            on_event(Event::Progress(total));
        }
    }
    out.flush()?;
    Ok(total)
}
