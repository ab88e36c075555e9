//! Progress on standard error: a bar on a terminal, a line every few seconds elsewhere, nothing if asked.

use super::message::{counted, note, rejected};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use onrecord::corpus::{Event, Summary};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often a log gets a line.
const INTERVAL: Duration = Duration::from_secs(5);

/// Tells how a run goes on.
pub struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    start: Instant,
    last: Instant,
}

impl Progress {
    /// Progress over so many bytes of input, if that is known.
    pub fn new(quiet: bool, total: Option<u64>) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        let bar = (!quiet && terminal).then(|| {
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
            let template = if total.is_some() { "{bar:30} {msg} ({eta} left)" } else { "{spinner} {msg}" };
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let now = Instant::now();
        Progress { bar, quiet, start: now, last: now }
    }

    /// Takes an event of the run.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Problem(problem) => self.aside(|| rejected(problem)),
            Event::Note(something) if !self.quiet => self.aside(|| note(something)),
            Event::Note(_) => {}
            Event::Progress(summary) => {
                if let Some(bar) = &self.bar {
                    bar.set_position(summary.bytes);
                    bar.set_message(self.line(&summary));
                } else if !self.quiet && self.last.elapsed() >= INTERVAL {
                    self.last = Instant::now();
                    eprintln!("{}", self.line(&summary));
                }
            }
        }
    }

    /// Prints a message without tearing the bar.
    fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Ends the bar and says what was done.
    pub fn finish(self, summary: &Summary) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if !self.quiet {
            let rejected = if summary.rejected > 0 { format!(", {} rejected", summary.rejected) } else { String::new() };
            eprintln!("{}{rejected}, {}", self.line(summary), counted(summary.attributions, "attribution"));
        }
    }

    fn line(&self, summary: &Summary) -> String {
        let seconds = self.start.elapsed().as_secs_f64().max(1e-9);
        let megabytes = summary.bytes as f64 / 1e6;
        format!("{}, {megabytes:.1} MB, {:.1} MB/s", counted(summary.documents, "document"), megabytes / seconds)
    }
}
