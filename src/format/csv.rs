//! Rows as CSV: the output contract, flattened. Lists stand in one cell, joined by `|`.

use super::CodePoints;
use super::rows::{Row, row};
use crate::document::Document;
use crate::pipeline::{Annotation, Pipeline};
use std::fmt::Display;

/// The columns in order; behind them `metadata`, a JSON object, if other fields were asked for.
pub const COLUMNS: [&str; 38] = [
    "doc_id",
    "id",
    "kind",
    "text",
    "content",
    "start",
    "end",
    "parts",
    "cue_text",
    "cue_start",
    "cue_end",
    "cue_class",
    "speaker_name",
    "speaker_type",
    "speaker_role",
    "speaker_text",
    "speaker_start",
    "speaker_end",
    "speaker_confidence",
    "speaker_rule",
    "jurisdiction_ids",
    "jurisdiction_names",
    "jurisdiction_levels",
    "jurisdiction_countries",
    "jurisdiction_admin1s",
    "jurisdiction_geonames_ids",
    "jurisdiction_bases",
    "jurisdiction_confidences",
    "jurisdiction_rules",
    "entity_ids",
    "sentence",
    "paragraph",
    "confidence",
    "rule",
    "date",
    "source",
    "title",
    "url",
];

/// The line of column names; `kept` says whether other fields were asked for.
pub fn header(kept: bool) -> Vec<u8> {
    let mut out = COLUMNS.join(",").into_bytes();
    if kept {
        out.extend_from_slice(b",metadata");
    }
    out.push(b'\n');
    out
}

/// Appends the rows of a document.
pub fn write(pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) {
    let points = CodePoints::new(&document.text);
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    for attribution in &annotation.attributions {
        let row = row(pipeline, document, annotation, attribution, &points);
        writer.write_record(cells(&row)).expect("memory takes all, and every row has the same columns");
    }
    writer.flush().expect("memory takes all");
}

fn cells(row: &Row<'_>) -> Vec<String> {
    let cue = row.cue.as_ref();
    let speaker = row.speaker.as_ref();
    let about = &row.jurisdictions;
    let mut cells = vec![
        row.doc_id.to_owned(),
        row.id.clone(),
        row.kind.to_owned(),
        row.text.to_owned(),
        row.content.to_string(),
        row.start.to_string(),
        row.end.to_string(),
        list(row.parts.iter().map(|[s, e]| format!("{s}-{e}"))),
        cell(cue.map(|c| c.text)),
        cell(cue.map(|c| c.start)),
        cell(cue.map(|c| c.end)),
        cell(cue.map(|c| c.class)),
        cell(speaker.map(|s| s.name)),
        cell(speaker.map(|s| s.sort)),
        cell(speaker.and_then(|s| s.role.as_deref())),
        cell(speaker.and_then(|s| s.text)),
        cell(speaker.and_then(|s| s.start)),
        cell(speaker.and_then(|s| s.end)),
        cell(speaker.map(|s| s.confidence)),
        cell(speaker.map(|s| s.rule)),
        list(about.iter().map(|j| j.id)),
        list(about.iter().map(|j| j.name)),
        list(about.iter().map(|j| j.level)),
        list(about.iter().map(|j| j.country.unwrap_or_default())),
        list(about.iter().map(|j| j.admin1.unwrap_or_default())),
        list(about.iter().map(|j| cell(j.geonames_id))),
        list(about.iter().map(|j| j.basis)),
        list(about.iter().map(|j| j.confidence)),
        list(about.iter().map(|j| j.rule)),
        list(row.entities.iter().map(|e| e.id)),
        row.sentence.to_string(),
        row.paragraph.to_string(),
        row.confidence.to_string(),
        row.rule.to_owned(),
        cell(row.date),
        cell(row.source),
        cell(row.title),
        cell(row.url),
    ];
    debug_assert_eq!(cells.len(), COLUMNS.len());
    cells.extend(row.metadata.map(|kept| serde_json::to_string(kept).expect("words are plain data")));
    cells
}

fn cell(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

fn list(values: impl Iterator<Item = impl Display>) -> String {
    values.map(|v| v.to_string()).collect::<Vec<_>>().join("|")
}
