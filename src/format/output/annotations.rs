//! Annotations: a document a line with every layer, for evaluation, debugging and other tools.

use crate::document::Document;
use crate::format::CodePoints;
use crate::format::rows::{Row, rounded, row, some};
use crate::mention::MentionType;
use crate::pipeline::{Annotation, Pipeline};
use crate::place::Place;
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
struct Line<'a> {
    doc_id: &'a str,
    paragraphs: Vec<[u32; 2]>,
    sentences: Vec<[u32; 2]>,
    quotations: Vec<[u32; 2]>,
    /// Names of places.
    places: Vec<PlaceLine<'a>>,
    /// Words for what or who comes from a place.
    demonyms: Vec<PlaceLine<'a>>,
    people: Vec<Person<'a>>,
    attributions: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct PlaceLine<'a> {
    start: u32,
    end: u32,
    text: &'a str,
    id: Cow<'a, str>,
    name: &'a str,
    level: &'static str,
    country: Option<&'a str>,
    admin1: Option<&'a str>,
    geonames_id: Option<u32>,
    lat: Option<f32>,
    lon: Option<f32>,
    confidence: f64,
    rule: &'static str,
}

#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    sort: &'static str,
    role: Option<&'a str>,
    mentions: Vec<[u32; 2]>,
}

/// Appends the line of a document.
pub fn write(pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) {
    let text = document.text.as_str();
    let reading = annotation.reading(pipeline, document);
    let points = CodePoints::new(text);
    let at = |span: crate::span::Span| [points.at(span.start), points.at(span.end)];
    let places = &annotation.places;
    let place = |place: &Place| {
        let entry = pipeline.gazetteer.entry(place.entry);
        let [start, end] = at(place.span);
        PlaceLine {
            start,
            end,
            text: place.span.of(text),
            id: entry.id(),
            name: entry.name(),
            level: entry.sort().name(),
            country: some(entry.country()),
            admin1: some(entry.admin1()),
            geonames_id: entry.geonames_id(),
            lat: entry.position().map(|p| p.0),
            lon: entry.position().map(|p| p.1),
            confidence: rounded(place.confidence),
            rule: place.rule,
        }
    };
    let line = Line {
        doc_id: &document.id,
        paragraphs: annotation.layout.paragraphs.iter().map(|p| at(p.span)).collect(),
        sentences: annotation.layout.sentences.iter().map(|s| at(s.span)).collect(),
        quotations: annotation.quotations.iter().map(|q| at(q.inner)).collect(),
        places: places.iter().filter(|p| !p.kind.is_demonym()).map(place).collect(),
        demonyms: places.iter().filter(|p| p.kind.is_demonym()).map(place).collect(),
        people: annotation
            .entities
            .list
            .iter()
            .map(|entity| Person {
                name: entity.name.of(text),
                sort: match entity.sort {
                    MentionType::Person => "person",
                    MentionType::Organization => "organization",
                    MentionType::Group => "group",
                    _ => "unknown",
                },
                role: entity.role.map(|r| reading.slice(r)),
                mentions: entity
                    .mentions
                    .iter()
                    .map(|&m| at(reading.span(annotation.mentions.list[m as usize].tokens)))
                    .collect(),
            })
            .collect(),
        attributions: annotation.attributions.iter().map(|a| row(pipeline, document, annotation, a, &points)).collect(),
    };
    serde_json::to_writer(&mut *out, &line).expect("annotations are plain data and memory takes all");
    out.push(b'\n');
}
