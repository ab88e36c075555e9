//! Rows as JSON Lines: the output contract.

use super::CodePoints;
use super::schema::{Extra, record};
use crate::document::Document;
use crate::pipeline::{Annotation, Pipeline};
use crate::span::Span;
use crate::statement::Attribution;
use std::borrow::Cow;
use std::collections::BTreeMap;

record! {
    /// One attribution as rows hold it: offsets in code points, half-open; each `text` is the slice of the document it names.
    pub struct Row<'a> {
        /// The document.
        pub doc_id: Cow<'a, str>,
        /// `<document>#<number>`
        pub id: Cow<'a, str>,
        /// direct, mixed or indirect
        pub kind: Cow<'a, str>,
        /// The whole extent of the content as it stands.
        pub text: Cow<'a, str>,
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
        pub rule: Cow<'a, str>,
        /// The document's date.
        pub date: Option<Cow<'a, str>>,
        /// The document's outlet.
        pub source: Option<Cow<'a, str>>,
        /// The document's headline.
        pub title: Option<Cow<'a, str>>,
        /// The document's address.
        pub url: Option<Cow<'a, str>>,
        /// The document that this one is a copy of, if copies were asked for.
        #[serde(default, skip_serializing_if = "Extra::is_absent")]
        pub duplicate_of: Extra<Option<Cow<'a, str>>>,
        /// Other fields of the document, if some were asked for.
        #[serde(default, skip_serializing_if = "Extra::is_absent")]
        pub metadata: Extra<Cow<'a, BTreeMap<String, String>>>,
    }
}

record! {
    /// The cue of a row.
    pub struct RowCue<'a> {
        /// The words.
        pub text: Cow<'a, str>,
        /// Where they start.
        pub start: u32,
        /// Where they end.
        pub end: u32,
        /// speech or other
        pub class: Cow<'a, str>,
    }
}

record! {
    /// The speaker of a row.
    pub struct RowSpeaker<'a> {
        /// The fullest name in the document.
        pub name: Cow<'a, str>,
        /// person, organization, group or unknown
        pub sort as "type": Cow<'a, str>,
        /// Title or office as the document gives it.
        pub role: Option<Cow<'a, str>>,
        /// The source beside the cue.
        pub text: Option<Cow<'a, str>>,
        /// Where it starts.
        pub start: Option<u32>,
        /// Where it ends.
        pub end: Option<u32>,
        /// How likely the name is right.
        pub confidence: f64,
        /// The rule that decided.
        pub rule: Cow<'a, str>,
        /// The key of the speaker over documents, if the rows have been collated.
        #[serde(default, skip_serializing_if = "Extra::is_absent")]
        pub key: Extra<Option<Cow<'a, str>>>,
        /// The id in the user's list of people, if the rows have been collated.
        #[serde(default, skip_serializing_if = "Extra::is_absent")]
        pub people_id: Extra<Option<Cow<'a, str>>>,
    }
}

record! {
    /// A jurisdiction of a row.
    pub struct RowJurisdiction<'a> {
        /// Open Civic Data division id, or `scheme:key`.
        pub id: Cow<'a, str>,
        /// The usual English name.
        pub name: Cow<'a, str>,
        /// country, state, county, city, neighborhood, supranational or other
        pub level: Cow<'a, str>,
        /// ISO 3166-1 alpha-2.
        pub country: Option<Cow<'a, str>>,
        /// First-level division.
        pub admin1: Option<Cow<'a, str>>,
        /// GeoNames id.
        pub geonames_id: Option<u32>,
        /// quote or context
        pub basis: Cow<'a, str>,
        /// The words that name it.
        pub text: Option<Cow<'a, str>>,
        /// Where they start.
        pub start: Option<u32>,
        /// Where they end.
        pub end: Option<u32>,
        /// How likely it is right.
        pub confidence: f64,
        /// The rule that decided.
        pub rule: Cow<'a, str>,
    }
}

record! {
    /// A body of a row.
    pub struct RowEntity<'a> {
        /// The entry of the gazetteer.
        pub id: Cow<'a, str>,
        /// agency, organization or person
        pub sort as "type": Cow<'a, str>,
        /// Its name there.
        pub name: Cow<'a, str>,
        /// The words.
        pub text: Cow<'a, str>,
        /// Where they start.
        pub start: u32,
        /// Where they end.
        pub end: u32,
    }
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
        doc_id: document.id.as_str().into(),
        id: format!("{}#{}", document.id, attribution.number).into(),
        kind: attribution.kind.name().into(),
        text: attribution.span.of(text).into(),
        content: content(text, &attribution.parts),
        start,
        end,
        parts: attribution.parts.iter().map(|&p| at(p).into()).collect(),
        cue: attribution.cue.map(|cue| {
            let (start, end) = at(cue.span);
            RowCue { text: cue.span.of(text).into(), start, end, class: cue.class.name().into() }
        }),
        speaker: attribution.speaker.as_ref().map(|speaker| RowSpeaker {
            name: speaker.name.as_str().into(),
            sort: speaker.sort.name().into(),
            role: speaker.role.map(|role| one_line(annotation.reading(pipeline, document).slice(role))),
            text: speaker.source.map(|s| s.of(text).into()),
            start: speaker.source.map(|s| points.at(s.start)),
            end: speaker.source.map(|s| points.at(s.end)),
            confidence: rounded(speaker.confidence),
            rule: speaker.rule.into(),
            key: Extra(None),
            people_id: Extra(None),
        }),
        jurisdictions: attribution
            .jurisdictions
            .iter()
            .map(|jurisdiction| {
                let entry = pipeline.gazetteer.entry(jurisdiction.entry);
                RowJurisdiction {
                    id: entry.id(),
                    name: entry.name().into(),
                    level: entry.sort().name().into(),
                    country: some(entry.country()).map(Cow::from),
                    admin1: some(entry.admin1()).map(Cow::from),
                    geonames_id: entry.geonames_id(),
                    basis: jurisdiction.basis.name().into(),
                    text: jurisdiction.span.map(|s| s.of(text).into()),
                    start: jurisdiction.span.map(|s| points.at(s.start)),
                    end: jurisdiction.span.map(|s| points.at(s.end)),
                    confidence: rounded(jurisdiction.confidence),
                    rule: jurisdiction.rule.into(),
                }
            })
            .collect(),
        entities: attribution
            .entities
            .iter()
            .map(|named| {
                let entry = pipeline.gazetteer.entry(named.entry);
                let (start, end) = at(named.span);
                let text = named.span.of(text).into();
                RowEntity { id: entry.id(), sort: entry.sort().name().into(), name: entry.name().into(), text, start, end }
            })
            .collect(),
        sentence: attribution.sentence,
        paragraph: attribution.paragraph,
        confidence: rounded(attribution.confidence),
        rule: attribution.rule.into(),
        date: metadata.date.as_deref().map(Cow::from),
        source: metadata.source.as_deref().map(Cow::from),
        title: metadata.title.as_deref().map(Cow::from),
        url: metadata.url.as_deref().map(Cow::from),
        duplicate_of: Extra(metadata.duplicate_of.as_ref().map(|first| first.as_deref().map(Cow::from))),
        metadata: Extra(metadata.kept.as_ref().map(Cow::Borrowed)),
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
