//! Reports that a network finds: it reads each paragraph, finds the cues, and for each cue its source and its content.
//!
//! What it reads is laid out in `window`; its scores become labels in `decode`. Here labels become reports: pieces become tokens,
//! runs become parts without their outer marks, scores become a confidence.

mod claim;
mod decode;
mod window;

use super::draft::{Draft, Taken};
use super::view::View;
use super::{Cue, Cues, Input, Kind, Reported, kind_of};
use crate::encoder::{Calibration, Encoder, Piece, Scores, States};
use crate::lexicon::CueClass;
use crate::span::{Span, TokenSpan};
use decode::{CONTENT, SOURCE};
use std::ops::Range;
pub use window::Window;

/// How many pieces are read at once: enough to keep weights in the cache, few enough to keep states there.
const BATCH: usize = 320;

/// How much is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// No window to the end.
    Low,
    /// A window is read on until its reports are settled.
    #[default]
    Normal,
    /// Every window to the end.
    High,
}

impl Effort {
    /// The word that options and summaries use.
    pub fn name(self) -> &'static str {
        match self {
            Effort::Low => "low",
            Effort::Normal => "normal",
            Effort::High => "high",
        }
    }

    /// What reads: the middle network first, and the large one what that leaves open.
    pub(super) fn stages<'a>(self, middle: Option<&'a Encoder>, large: &'a Encoder) -> Vec<Stage<'a>> {
        let count = large.heads();
        let heads = match self {
            Effort::Low => 0..(count - 1).max(1),
            Effort::Normal => 0..count,
            Effort::High => return vec![Stage { encoder: large, heads: count - 1..count }],
        };
        middle.map(Stage::whole).into_iter().chain([Stage { encoder: large, heads }]).collect()
    }
}

/// A network, and which of its heads are asked, one after the other.
pub(super) struct Stage<'a> {
    encoder: &'a Encoder,
    heads: Range<usize>,
}

impl<'a> Stage<'a> {
    /// A network with all its heads.
    pub fn whole(encoder: &'a Encoder) -> Stage<'a> {
        Stage { encoder, heads: 0..encoder.heads() }
    }
}

/// The windows in which the encoder reads a document.
pub fn windows(encoder: &Encoder, input: Input<'_>) -> Vec<Window> {
    let view = View::new(input);
    let taken = Draft::new(&view).taken(&view);
    window::cut(&view, encoder.vocabulary(), Cues::All, &taken)
}

/// Every report that a head of the encoder considers, likely or not, for calibration; `threshold` is added to the score of what is no cue.
pub fn candidates(encoder: &Encoder, input: Input<'_>, head: usize, threshold: f32) -> Vec<(Reported, Scores)> {
    let view = View::new(input);
    let taken = Draft::new(&view).taken(&view);
    let reader = Reader { view: &view, windows: &window::cut(&view, encoder.vocabulary(), Cues::All, &taken) };
    let all: Vec<usize> = (0..reader.windows.len()).collect();
    let mut found = Vec::new();
    for batch in reader.batches(&all) {
        let mut states = reader.begin(encoder, batch);
        encoder.deepen(&mut states, head);
        for (index, &window) in batch.iter().enumerate() {
            found.extend(reader.reports(encoder, &mut states, head, index, window, threshold));
        }
        encoder.end(states);
    }
    found
}

/// Finds reports that have a cue, where the draft has none yet. The networks of all stages have one vocabulary.
pub(super) fn find(stages: &[Stage<'_>], cues: Cues, view: &View<'_>, draft: &mut Draft) {
    let taken = draft.taken(view);
    let reader = Reader { view, windows: &window::cut(view, stages[0].encoder.vocabulary(), cues, &taken) };
    let mut read: Vec<Read> = reader.windows.iter().map(|_| Read::default()).collect();
    let mut open: Vec<usize> = (0..read.len()).collect();
    for stage in stages {
        open = reader.read(stage, &open, &mut read);
    }
    for Read { threshold, mut found } in read {
        found.retain(|(report, _)| report.likelihood() >= threshold);
        claim::settle(view, &mut found);
        for (report, _) in found {
            if !is_taken(view, &taken, &report) {
                draft.add(view, report);
            }
        }
    }
}

/// Whether other reports have the cue of a report, or a third of its content.
fn is_taken(view: &View<'_>, taken: &Taken, report: &Reported) -> bool {
    let count = |span| taken.count(view.tokens_in(span));
    let content: u32 = report.parts.iter().map(|&part| count(part)).sum();
    let all: usize = report.parts.iter().map(|&part| view.tokens_in(part).len()).sum();
    report.cue.is_some_and(|cue| count(cue.span) > 0) || 3 * content as usize > all
}

/// Reports with the scores that made them.
type Found = Vec<(Reported, Scores)>;

/// What was found in a window by the head that read it last, and how likely it must be.
#[derive(Default)]
struct Read {
    threshold: f32,
    found: Found,
}

/// A document that is being read.
struct Reader<'a> {
    view: &'a View<'a>,
    windows: &'a [Window],
}

impl Reader<'_> {
    /// Some windows, in order, as they are read at once; at least one each time.
    fn batches<'w>(&self, windows: &'w [usize]) -> Vec<&'w [usize]> {
        let mut batches = Vec::new();
        let (mut start, mut pieces) = (0, 0);
        for (at, &window) in windows.iter().enumerate() {
            let size = self.windows[window].pieces.len();
            if at > start && pieces + size > BATCH {
                batches.push(&windows[start..at]);
                (start, pieces) = (at, 0);
            }
            pieces += size;
        }
        if start < windows.len() {
            batches.push(&windows[start..]);
        }
        batches
    }

    fn begin(&self, encoder: &Encoder, windows: &[usize]) -> States {
        let pieces: Vec<&[Piece]> = windows.iter().map(|&w| &self.windows[w].pieces[..]).collect();
        encoder.begin(&pieces)
    }

    /// Reads some windows, each deeper until all its reports are settled; returns those in which some are not.
    fn read(&self, stage: &Stage<'_>, windows: &[usize], read: &mut [Read]) -> Vec<usize> {
        let encoder = stage.encoder;
        let mut left = Vec::new();
        for batch in self.batches(windows) {
            let mut open = batch.to_vec();
            let mut states = self.begin(encoder, batch);
            for head in stage.heads.clone() {
                encoder.deepen(&mut states, head);
                let calibration = encoder.calibration(head);
                let mut unsettled = Vec::with_capacity(open.len());
                for (index, &window) in open.iter().enumerate() {
                    let found = self.reports(encoder, &mut states, head, index, window, calibration.cue_threshold());
                    unsettled.push(!found.iter().all(|(r, _)| calibration.is_settled(r.likelihood())));
                    read[window] = Read { threshold: calibration.report_threshold(), found };
                }
                let mut still = unsettled.iter();
                open.retain(|_| still.next() == Some(&true));
                if open.is_empty() {
                    break;
                }
                if head + 1 < stage.heads.end {
                    states.keep(&unsettled);
                }
            }
            left.extend(open);
            encoder.end(states);
        }
        left
    }

    /// The reports of a window, whose place among the states is `index`.
    fn reports(&self, encoder: &Encoder, states: &mut States, head: usize, index: usize, window: usize, threshold: f32) -> Found {
        let window = &self.windows[window];
        let mut cues = decode::cues(&encoder.cues(states, head, index)[window.core.clone()], threshold);
        for cue in &mut cues {
            cue.first += window.core.start;
            cue.last += window.core.start;
        }
        let places: Vec<(usize, usize)> = cues.iter().map(|c| (c.first, c.last)).collect();
        let roles = encoder.roles(states, head, index, &places);
        let calibration = encoder.calibration(head);
        cues.iter()
            .zip(roles.chunks_exact(window.pieces.len()))
            .filter_map(|(cue, roles)| report(calibration, self.view, window, cue, &decode::roles(roles)))
            .collect()
    }
}

/// The report that a cue and the roles of the pieces around it make; none without content.
fn report(
    calibration: Calibration<'_>,
    view: &View<'_>,
    window: &Window,
    cue: &decode::Cue,
    roles: &decode::Roles,
) -> Option<(Reported, Scores)> {
    let tokens =
        |first: usize, last: usize| view.tokens_in(Span { start: window.spans[first].start, end: window.spans[last].end });
    let cue_tokens = tokens(cue.first, cue.last);
    let source = roles.runs(SOURCE).max_by_key(|run| (run.last - run.first, usize::MAX - run.first));
    // A source ends where its sentence does.
    let in_sentence = |run: TokenSpan| {
        let sentence = view.sentence(cue_tokens.start as usize);
        let (start, end) = (run.start.max(sentence.start), run.end.min(sentence.end));
        if start < end { TokenSpan { start, end } } else { run }
    };
    let runs: Vec<TokenSpan> = roles.runs(CONTENT).map(|run| tokens(run.first, run.last)).collect();
    let behind_cue = |run: &TokenSpan| run.start >= cue_tokens.end;
    let parts: Vec<Span> = joined(view, runs)
        .into_iter()
        .filter_map(|run| {
            let (start, end) = (run.start as usize, run.end as usize);
            let start = if behind_cue(&run) && view.opens_clause(start, end) { start + 1 } else { start };
            view.content(start, end)
        })
        .collect();
    let parts = without_strays(view, apart(parts), cue_tokens);
    if parts.is_empty() {
        return None;
    }
    let kind = kind_of(view.text, &parts, view.quotations);
    let scores = Scores { cue: cue.score, source: source.map(|_| roles.score(SOURCE)), content: roles.score(CONTENT) };
    let (confidence, source_confidence) = calibration.confidence(kind as usize, scores);
    let report = Reported {
        cue: Some(Cue { span: view.span(cue_tokens), class: if cue.speech { CueClass::Speech } else { CueClass::Other } }),
        source: source.map(|run| view.span(view.whole_name(in_sentence(tokens(run.first, run.last))))),
        parts,
        kind,
        follows: None,
        rule: "network",
        confidence,
        source_confidence,
    };
    Some((report, scores))
}

/// Parts without overlaps: two runs may end in one word, or one may have grown to its quotation.
fn apart(parts: Vec<Span>) -> Vec<Span> {
    let mut apart: Vec<Span> = Vec::with_capacity(parts.len());
    for part in parts {
        match apart.last_mut() {
            Some(last) if part.start < last.end => *last = last.cover(part),
            _ => apart.push(part),
        }
    }
    apart
}

/// Drops unquoted parts of other sentences, if the sentence of the cue has content: only quotations go on behind it.
fn without_strays(view: &View<'_>, mut parts: Vec<Span>, cue: TokenSpan) -> Vec<Span> {
    let sentence = view.span(view.sentence(cue.start as usize));
    if parts.iter().any(|part| part.overlaps(sentence)) {
        parts.retain(|&part| part.overlaps(sentence) || kind_of(view.text, &[part], view.quotations) != Kind::Indirect);
    }
    parts
}

/// Runs between which no word stands are one.
fn joined(view: &View<'_>, runs: Vec<TokenSpan>) -> Vec<TokenSpan> {
    let mut joined: Vec<TokenSpan> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(last) if (last.end..run.start).all(|i| !view.tokens[i as usize].is_word()) => last.end = run.end,
            _ => joined.push(run),
        }
    }
    joined
}
