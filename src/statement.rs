//! Statements: the answers of the stages joined into rows.

use crate::attribution::{Cue, Kind, Reported};
use crate::coreference::Entities;
use crate::gazetteer::EntryId;
use crate::jurisdiction::{Finder, Jurisdiction, Statement};
use crate::reading::Reading;
use crate::span::Span;
use crate::speaker::{Speaker, SpeakerType};

/// One row of output, with byte spans.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Its number in the document.
    pub number: u32,
    /// How the content is given.
    pub kind: Kind,
    /// From the first to the last of the content, with the marks around it and what stands between.
    pub span: Span,
    /// The pieces of the content.
    pub parts: Vec<Span>,
    /// The cue, if there is one.
    pub cue: Option<Cue>,
    /// The speaker; `None` where nobody can be named.
    pub speaker: Option<Speaker>,
    /// The jurisdictions that the statement is about.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Agencies and other bodies of the gazetteer that the content names.
    pub entities: Vec<Named>,
    /// The sentence in which the content starts.
    pub sentence: u32,
    /// The paragraph in which the content starts.
    pub paragraph: u32,
    /// How likely cue, source and content are right.
    pub confidence: f32,
    /// The rule or model that found it.
    pub rule: &'static str,
}

/// A body of the gazetteer named in a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// The entry.
    pub entry: EntryId,
    /// Where it is named.
    pub span: Span,
}

/// Joins reports and their speakers with what they are about.
pub fn join(
    reading: Reading<'_>,
    entities: &Entities,
    reports: &[Reported],
    speakers: Vec<Option<Speaker>>,
    finder: &Finder<'_>,
    bodies: &[Named],
) -> Vec<Attribution> {
    reports
        .iter()
        .zip(speakers)
        .enumerate()
        .map(|(number, (report, speaker))| {
            let span = report.parts.iter().copied().reduce(Span::cover).unwrap_or_default();
            let sentence = reading.sentence_of(reading.token_at(span.start).min(reading.tokens.len() - 1));
            let mut row = Attribution {
                number: number as u32,
                kind: report.kind,
                span,
                parts: report.parts.clone(),
                cue: report.cue,
                speaker,
                jurisdictions: Vec::new(),
                entities: report.parts.iter().flat_map(|&part| named_in(part, bodies)).collect(),
                sentence: sentence as u32,
                paragraph: reading.layout.sentences[sentence].paragraph,
                confidence: report.confidence,
                rule: report.rule,
            };
            row.jurisdictions = finder.about(statement(&row, entities));
            row
        })
        .collect()
}

/// A row as far as it decides about jurisdictions.
pub fn statement<'a>(row: &'a Attribution, entities: &Entities) -> Statement<'a> {
    let speaker = row.speaker.as_ref();
    let source = speaker.and_then(|s| s.source);
    let entity = speaker.and_then(|s| s.entity).map(|e| &entities.list[e as usize]);
    Statement {
        parts: &row.parts,
        quoted: row.kind != Kind::Indirect,
        source: [source.unwrap_or_default(), entity.map_or(Span::default(), |entity| entity.name)],
        role: speaker.and_then(|s| s.role),
        agency: entity.and_then(|entity| entity.entry),
        is_person: speaker.is_some_and(|s| s.sort == SpeakerType::Person),
        extent: [source, row.cue.map(|c| c.span)].into_iter().flatten().fold(row.span, Span::cover),
    }
}

/// The bodies, which are in text order, that a part of a content names.
fn named_in(part: Span, bodies: &[Named]) -> impl Iterator<Item = Named> {
    let first = bodies.partition_point(|b| b.span.start < part.start);
    bodies[first..].iter().copied().take_while(move |b| b.span.start < part.end).filter(move |b| part.contains(b.span))
}
