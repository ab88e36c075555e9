//! Attribution: who is reported to have said which words.
//!
//! This is the one stage that exists more than once. An engine takes what the earlier stages found and returns, for each report
//! in the text, its cue, its source and its content; nothing behind this seam can tell which engine ran. Who the source *is*,
//! what the statement is about, and how a row looks are for later stages.

mod draft;
mod follow;
mod introduction;
mod label;
pub mod network;
mod rules;
mod signature;
mod view;

pub use network::Effort;
use network::Stage;

use crate::encoder::{Encoder, WeightsError};
use crate::lexicon::{Classes, CueClass};
use crate::mention::Mention;
use crate::quotation::Quotation;
use crate::reading::Reading;
use crate::span::Span;
use draft::Draft;
use std::sync::Arc;
use view::View;

/// How the content is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Quoted words alone.
    Direct,
    /// Quoted and other words.
    Mixed,
    /// No quoted words.
    Indirect,
}

impl Kind {
    /// The word that rows use.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Direct => "direct",
            Kind::Mixed => "mixed",
            Kind::Indirect => "indirect",
        }
    }
}

/// The words that report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Where they stand.
    pub span: Span,
    /// Whether they report something voiced.
    pub class: CueClass,
}

/// One report: the plain data that every engine returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// The cue; `None` for a quotation without one.
    pub cue: Option<Cue>,
    /// The words that stand for the speaker beside the cue.
    pub source: Option<Span>,
    /// The content, in text order: quoted parts without their outer marks.
    pub parts: Vec<Span>,
    /// How the content is given.
    pub kind: Kind,
    /// The report whose source speaks here too, as an index into the list: set for quotations without a cue.
    pub follows: Option<u32>,
    /// The rule or model that made it.
    pub rule: &'static str,
    /// How likely the content is right.
    pub confidence: f32,
    /// How likely the source is right, if the content is.
    pub source_confidence: f32,
}

impl Reported {
    /// A report that somebody marked in a text: sure in all its parts.
    pub fn given(text: &str, quotations: &[Quotation], parts: Vec<Span>, source: Option<Span>, cue: Option<Span>) -> Reported {
        Reported {
            cue: cue.map(|span| Cue { span, class: CueClass::Speech }),
            source,
            kind: kind_of(text, &parts, quotations),
            parts,
            follows: None,
            rule: "given",
            confidence: 1.0,
            source_confidence: 1.0,
        }
    }

    /// How likely content and source are both right.
    pub fn likelihood(&self) -> f32 {
        self.confidence * self.source_confidence
    }
}

/// Which reports become rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cues {
    /// What is reported as voiced or written.
    #[default]
    Speech,
    /// Thoughts, wishes and plans as well.
    All,
}

impl Cues {
    /// The word that options and summaries use.
    pub fn name(self) -> &'static str {
        match self {
            Cues::Speech => "speech",
            Cues::All => "all",
        }
    }
}

/// What an engine works on: one document, as the earlier stages read it.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The text, its tokens and its layout.
    pub reading: Reading<'a>,
    /// Its quotations.
    pub quotations: &'a [Quotation],
    /// Its mentions.
    pub mentions: &'a [Mention],
}

/// Which engine finds the reports.
#[derive(Clone, Default)]
pub enum Engine {
    /// Rules over tokens alone.
    #[default]
    Rules,
    /// The rules that are sure, then a small network for what they leave.
    Fast(Arc<Encoder>),
    /// A large network, near the agreement of two human annotators.
    Accurate(Arc<Accurate>, Effort),
}

/// The networks of the accurate engine.
pub struct Accurate {
    /// The network itself.
    large: Encoder,
    /// The one that settles what is easy; `None` if it is not asked, is not in the binary, or cuts words otherwise.
    middle: Option<Encoder>,
}

impl Engine {
    /// The fast engine, with the network in the binary.
    ///
    /// # Errors
    /// If the processor cannot read its weights.
    pub fn fast() -> Result<Engine, WeightsError> {
        Ok(Engine::Fast(Arc::new(Encoder::small()?)))
    }

    /// The accurate engine, with a large network; the middle one goes before it where the binary has that.
    pub fn accurate(large: Encoder, effort: Effort) -> Engine {
        let middle = if effort == Effort::High { None } else { Encoder::middle().ok() };
        let middle = middle.filter(|middle| middle.vocabulary() == large.vocabulary());
        Engine::Accurate(Arc::new(Accurate { large, middle }), effort)
    }

    /// The network that decides; `None` where rules do.
    pub fn network(&self) -> Option<&Encoder> {
        match self {
            Engine::Rules => None,
            Engine::Fast(small) => Some(small),
            Engine::Accurate(networks, _) => Some(&networks.large),
        }
    }

    /// The word that options and manifests use.
    pub fn name(&self) -> &'static str {
        match self {
            Engine::Rules => "rules",
            Engine::Fast(_) => "fast",
            Engine::Accurate(..) => "accurate",
        }
    }
}

/// The least confidence of the rules that go before the network of the fast engine.
const SURE: f32 = 0.75;

/// Finds the reports of a document, in the order of their content.
pub fn find(engine: &Engine, cues: Cues, input: Input<'_>) -> Vec<Reported> {
    let view = View::new(input);
    let mut draft = Draft::new(&view);
    label::find(&view, &mut draft);
    signature::find(&view, &mut draft);
    match engine {
        Engine::Rules => rules::find(&view, 0.0, &mut draft),
        Engine::Fast(encoder) => {
            rules::find(&view, SURE, &mut draft);
            network::find(&[Stage::whole(encoder)], cues, &view, &mut draft);
        }
        Engine::Accurate(networks, effort) => {
            network::find(&effort.stages(networks.middle.as_ref(), &networks.large), cues, &view, &mut draft);
        }
    }
    if !draft.has_turns() {
        introduction::find(&view, &mut draft);
        follow::find(&view, &mut draft);
    }
    let mut reports = draft.finish();
    // Quoted words are always somebody's.
    let speech = |r: &Reported| r.kind != Kind::Indirect || r.cue.is_none_or(|c| c.class == CueClass::Speech);
    let says = |r: &Reported| speech(r) && !is_negated(&view, r) && !keeps_silent(&view, r);
    keep(&mut reports, |r| (cues == Cues::All || says(r)) && !label::is_question(&view, r));
    reports
}

/// Whether a report says that something was not said: `did not say whether`.
fn is_negated(view: &View<'_>, report: &Reported) -> bool {
    let Some(cue) = report.cue.filter(|_| report.kind == Kind::Indirect) else { return false };
    let tokens = view.tokens_in(cue.span).range();
    let negation = |i: usize| view.is(i, Classes::NEGATION);
    tokens.clone().any(negation) || tokens.start.checked_sub(1).is_some_and(negation)
}

/// Verbs of those who say nothing: `declined to comment`.
const TALK: [&str; 8] = ["answer", "comment", "disclose", "discuss", "elaborate", "respond", "say", "speak"];
/// What those ask not to be who do not want their names told.
const TOLD: [&str; 3] = ["identified", "named", "quoted"];

/// Whether a report says that somebody would not speak, or not by name: `declined to comment`, `asked not to be named`, `responded to a request
/// for comment`.
fn keeps_silent(view: &View<'_>, report: &Reported) -> bool {
    let (Some(cue), Kind::Indirect) = (report.cue, report.kind) else { return false };
    let at = view.tokens_in(report.parts[0]).start as usize;
    let to = if view.is_word(at, "not") { at + 1 } else { at };
    let refuses = ["declin", "refus"].iter().any(|stem| cue.span.of(view.text).contains(stem));
    let request = |at: usize| {
        (view.is_word(at, "request") || view.is_word(at, "requests"))
            && view.is_word(at + 1, "for")
            && (view.is_word(at + 2, "comment") || view.is_word(at + 2, "comments"))
    };
    // `a request`, `several requests`, `to requests`
    (at..at + 3).any(request)
        || view.is_word(to, "to")
            && (refuses && TALK.contains(&view.word(to + 1)) || view.is_word(to + 1, "be") && TOLD.contains(&view.word(to + 2)))
}

/// Keeps some of the reports.
fn keep(reports: &mut Vec<Reported>, which: impl Fn(&Reported) -> bool) {
    let kept: Vec<bool> = reports.iter().map(which).collect();
    let mut place = Vec::with_capacity(kept.len());
    let mut next = 0u32;
    for &kept in &kept {
        place.push(next);
        next += u32::from(kept);
    }
    let mut still = kept.iter();
    reports.retain(|_| still.next() == Some(&true));
    for report in reports {
        report.follows = report.follows.filter(|&f| kept[f as usize]).map(|f| place[f as usize]);
    }
}

/// The kind of some content: direct if nine tenths of its letters and digits are quoted, mixed if any word is.
pub fn kind_of(text: &str, parts: &[Span], quotations: &[Quotation]) -> Kind {
    let (mut quoted, mut all) = (0usize, 0usize);
    for part in parts {
        let first = quotations.partition_point(|q| q.inner.end <= part.start);
        let inside = quotations[first..].iter().take_while(|q| q.inner.start < part.end).map(|q| {
            let (start, end) = (q.inner.start.max(part.start), q.inner.end.min(part.end));
            letters(&text[start as usize..end as usize])
        });
        quoted += inside.sum::<usize>();
        all += letters(part.of(text));
    }
    match (quoted * 10, all * 9) {
        (0, _) => Kind::Indirect,
        (quoted, all) if quoted >= all => Kind::Direct,
        _ => Kind::Mixed,
    }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}
