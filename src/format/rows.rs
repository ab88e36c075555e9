//! Rows as JSON Lines: the output contract.

use super::CodePoints;
use crate::document::Document;
use crate::pipeline::{Annotation, Pipeline};
use crate::span::Span;
use crate::statement::Attribution;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One attribution as rows hold it: offsets in code points, half-open; each `text` is the slice of the document it names.
#[derive(Debug, Serialize)]
pub struct Row<'a> {
    /// The document.
    pub doc_id: &'a str,
    /// `<document>#<number>`
    pub id: String,
    /// direct, mixed or indirect
    pub kind: &'static str,
    /// The whole extent of the content as it stands.
    pub text: &'a str,
    /// The parts, joined by a blank.
    pub content: Cow<'a, str>,
    /// Where `text` starts.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// The pieces of the content.
    pub parts: Vec<[u32; 2]>,
    /// The cue.
    pub cue: Option<RowCue<'a>>,
    /// Who speaks.
    pub speaker: Option<RowSpeaker<'a>>,
    /// What the statement is about.
    pub jurisdictions: Vec<RowJurisdiction<'a>>,
    /// Agencies and bodies that the content names.
    pub entities: Vec<RowEntity<'a>>,
    /// The sentence in which the content starts, from 0.
    pub sentence: u32,
    /// The paragraph in which the content starts, from 0.
    pub paragraph: u32,
    /// How likely cue, source and content are right.
    pub confidence: f64,
    /// The rule or model that found it.
    pub rule: &'static str,
    /// The document's date.
    pub date: Option<&'a str>,
    /// The document's outlet.
    pub source: Option<&'a str>,
    /// The document's headline.
    pub title: Option<&'a str>,
    /// The document's address.
    pub url: Option<&'a str>,
    /// Other fields of the document that were asked for; no field of the row if none were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

/// The cue of a row.
#[derive(Debug, Serialize)]
pub struct RowCue<'a> {
    /// The words.
    pub text: &'a str,
    /// Where they start.
    pub start: u32,
    /// Where they end.
    pub end: u32,
    /// speech or other
    pub class: &'static str,
}

/// The speaker of a row.
#[derive(Debug, Serialize)]
pub struct RowSpeaker<'a> {
    /// The fullest name in the document.
    pub name: &'a str,
    /// person, organization, group or unknown
    #[serde(rename = "type")]
    pub sort: &'static str,
    /// Title or office as the document gives it.
    pub role: Option<Cow<'a, str>>,
    /// The source beside the cue.
    pub text: Option<&'a str>,
    /// Where it starts.
    pub start: Option<u32>,
    /// Where it ends.
    pub end: Option<u32>,
    /// How likely the name is right.
    pub confidence: f64,
    /// The rule that decided.
    pub rule: &'static str,
}

/// A jurisdiction of a row.
#[derive(Debug, Serialize)]
pub struct RowJurisdiction<'a> {
    /// Open Civic Data division id, or `scheme:key`.
    pub id: &'a str,
    /// The usual English name.
    pub name: &'a str,
    /// country, state, county, city, neighborhood, supranational or other
    pub level: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// First-level division.
    pub admin1: Option<&'a str>,
    /// GeoNames id.
    pub geonames_id: Option<u32>,
    /// quote or context
    pub basis: &'static str,
    /// The words that name it.
    pub text: Option<&'a str>,
    /// Where they start.
    pub start: Option<u32>,
    /// Where they end.
    pub end: Option<u32>,
    /// How likely it is right.
    pub confidence: f64,
    /// The rule that decided.
    pub rule: &'static str,
}

/// A body of a row.
#[derive(Debug, Serialize)]
pub struct RowEntity<'a> {
    /// The entry of the gazetteer.
    pub id: &'a str,
    /// agency, organization or person
    #[serde(rename = "type")]
    pub sort: &'static str,
    /// Its name there.
    pub name: &'a str,
    /// The words.
    pub text: &'a str,
    /// Where they start.
    pub start: u32,
    /// Where they end.
    pub end: u32,
}

/// Appends the rows of a document.
pub fn write(pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) {
    let points = CodePoints::new(&document.text);
    for attribution in &annotation.attributions {
        let row = row(pipeline, document, annotation, attribution, &points);
        serde_json::to_writer(&mut *out, &row).expect("rows are plain data and memory takes all");
        out.push(b'\n');
    }
}

/// One attribution as a row.
pub fn row<'a>(
    pipeline: &'a Pipeline,
    document: &'a Document,
    annotation: &'a Annotation,
    attribution: &'a Attribution,
    points: &CodePoints<'_>,
) -> Row<'a> {
    let text = document.text.as_str();
    let at = |span: Span| (points.at(span.start), points.at(span.end));
    let (start, end) = at(attribution.span);
    let metadata = &document.metadata;
    Row {
        doc_id: &document.id,
        id: format!("{}#{}", document.id, attribution.number),
        kind: attribution.kind.name(),
        text: attribution.span.of(text),
        content: content(text, &attribution.parts),
        start,
        end,
        parts: attribution.parts.iter().map(|&p| at(p).into()).collect(),
        cue: attribution.cue.map(|cue| {
            let (start, end) = at(cue.span);
            RowCue { text: cue.span.of(text), start, end, class: cue.class.name() }
        }),
        speaker: attribution.speaker.as_ref().map(|speaker| RowSpeaker {
            name: &speaker.name,
            sort: speaker.sort.name(),
            role: speaker.role.map(|role| one_line(annotation.reading(pipeline, document).slice(role))),
            text: speaker.source.map(|s| s.of(text)),
            start: speaker.source.map(|s| points.at(s.start)),
            end: speaker.source.map(|s| points.at(s.end)),
            confidence: rounded(speaker.confidence),
            rule: speaker.rule,
        }),
        jurisdictions: attribution
            .jurisdictions
            .iter()
            .map(|jurisdiction| {
                let entry = pipeline.gazetteer.entry(jurisdiction.entry);
                RowJurisdiction {
                    id: entry.id(),
                    name: entry.name(),
                    level: entry.sort().name(),
                    country: some(entry.country()),
                    admin1: some(entry.admin1()),
                    geonames_id: entry.geonames_id(),
                    basis: jurisdiction.basis.name(),
                    text: jurisdiction.span.map(|s| s.of(text)),
                    start: jurisdiction.span.map(|s| points.at(s.start)),
                    end: jurisdiction.span.map(|s| points.at(s.end)),
                    confidence: rounded(jurisdiction.confidence),
                    rule: jurisdiction.rule,
                }
            })
            .collect(),
        entities: attribution
            .entities
            .iter()
            .map(|named| {
                let entry = pipeline.gazetteer.entry(named.entry);
                let (start, end) = at(named.span);
                RowEntity { id: entry.id(), sort: entry.sort().name(), name: entry.name(), text: named.span.of(text), start, end }
            })
            .collect(),
        sentence: attribution.sentence,
        paragraph: attribution.paragraph,
        confidence: rounded(attribution.confidence),
        rule: attribution.rule,
        date: metadata.date.as_deref(),
        source: metadata.source.as_deref(),
        title: metadata.title.as_deref(),
        url: metadata.url.as_deref(),
        metadata: metadata.kept.as_ref(),
    }
}

/// The parts of a content, joined by a blank.
pub fn content<'a>(text: &'a str, parts: &[Span]) -> Cow<'a, str> {
    match parts {
        [part] => Cow::Borrowed(part.of(text)),
        parts => Cow::Owned(parts.iter().map(|p| p.of(text)).collect::<Vec<_>>().join(" ")),
    }
}

/// `None` for an empty field.
pub(super) fn some(field: &str) -> Option<&str> {
    (!field.is_empty()).then_some(field)
}

/// Two decimals: more would claim a precision that no confidence has.
pub(super) fn rounded(confidence: f32) -> f64 {
    (f64::from(confidence) * 100.0).round() / 100.0
}

/// The words on one line: a role may run over a wrapped line.
pub(super) fn one_line(words: &str) -> Cow<'_, str> {
    if words.contains(['\n', '\r']) {
        Cow::Owned(words.split_whitespace().collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(words)
    }
}
