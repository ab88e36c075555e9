//! Progress on standard error: a bar on a terminal, a line every few seconds elsewhere, nothing if asked.

use super::message::{counted, note, rejected};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use onrecord::corpus::{Event, Summary};
use onrecord::format::Problem;
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often a log gets a line.
const INTERVAL: Duration = Duration::from_secs(5);

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// For people
    Text,
    /// For programs: a JSON object a line, of which `event` says what it is
    Json,
}

/// Writes a line of a log.
pub fn log_json(line: Value) {
    eprintln!("{line}");
}

/// Tells how a run goes on.
pub struct Progress {
    bar: Option<ProgressBar>,
    log: Log,
    quiet: bool,
    start: Instant,
    last: Instant,
}

impl Progress {
    /// Progress over so many bytes of input, if that is known.
    pub fn new(log: Log, quiet: bool, total: Option<u64>) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        let bar = (!quiet && terminal && log == Log::Text).then(|| {
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
            let template = if total.is_some() { "{bar:30} {msg} ({eta} left)" } else { "{spinner} {msg}" };
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let now = Instant::now();
        Progress { bar, log, quiet, start: now, last: now }
    }

    /// Takes an event of the run.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Problem(problem) if self.log == Log::Json => log_problem("rejected", &problem),
            Event::Problem(problem) => self.aside(|| rejected(problem)),
            Event::Note(_) if self.quiet => {}
            Event::Note(something) if self.log == Log::Json => log_problem("note", &something),
            Event::Note(something) => self.aside(|| note(something)),
            Event::Progress(summary) => {
                if let Some(bar) = &self.bar {
                    bar.set_position(summary.bytes);
                    bar.set_message(self.line(&summary, self.start.elapsed().as_secs_f64()));
                } else if !self.quiet && self.last.elapsed() >= INTERVAL {
                    self.last = Instant::now();
                    let seconds = self.start.elapsed().as_secs_f64();
                    match self.log {
                        Log::Text => eprintln!("{}", self.line(&summary, seconds)),
                        Log::Json => log_json(counts("progress", &summary, seconds)),
                    }
                }
            }
        }
    }

    /// Says something that is good to know, if anything is to be said.
    pub fn say(&self, message: &str) {
        match self.log {
            _ if self.quiet => {}
            Log::Text => self.aside(|| eprintln!("{message}")),
            Log::Json => log_json(json!({"event": "note", "reason": message})),
        }
    }

    /// Prints a message without tearing the bar.
    fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Ends the bar and says what was done in how many seconds.
    pub fn finish(&self, summary: &Summary, seconds: f64) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        match self.log {
            _ if self.quiet => {}
            Log::Json => log_json(counts("done", summary, seconds)),
            Log::Text => {
                let part = |number: u64, what: &str| if number > 0 { format!(", {number} {what}") } else { String::new() };
                let parts = [
                    part(summary.rejected, "rejected"),
                    part(summary.copies, if summary.copies == 1 { "copy" } else { "copies" }),
                    part(summary.again, "with the id of an earlier one"),
                    part(summary.foreign, "not in English"),
                ]
                .concat();
                eprintln!("{}{parts}, {}", self.line(summary, seconds), counted(summary.attributions, "attribution"));
            }
        }
    }

    fn line(&self, summary: &Summary, seconds: f64) -> String {
        let megabytes = summary.bytes as f64 / 1e6;
        format!("{}, {megabytes:.1} MB, {:.1} MB/s", counted(summary.documents, "document"), megabytes / seconds.max(1e-9))
    }
}

fn log_problem(event: &str, problem: &Problem) {
    let mut line = serde_json::to_value(problem).expect("plain data");
    line["event"] = event.into();
    log_json(line);
}

fn counts(event: &str, summary: &Summary, seconds: f64) -> Value {
    json!({
        "event": event,
        "documents": summary.documents,
        "rejected": summary.rejected,
        "rows": summary.attributions,
        "copies": summary.copies,
        "same_id": summary.again,
        "not_english": summary.foreign,
        "bytes": summary.bytes,
        "seconds": (seconds * 1000.0).round() / 1000.0,
    })
}
