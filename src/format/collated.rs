//! What rows of many documents have in common, as JSON Lines and CSV.

use crate::collation::quotations::{Group, Quotations};
use crate::collation::speakers::Speaker;
use serde::Serialize;

#[derive(Serialize)]
struct SpeakerLine<'a> {
    key: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    sort: &'static str,
    known_by: &'static str,
    people_id: Option<&'a str>,
    statements: u64,
    documents: u64,
    first: Option<&'a str>,
    last: Option<&'a str>,
    variants: Vec<Variant<'a>>,
    roles: Vec<RoleCount<'a>>,
    jurisdictions: Vec<JurisdictionCount<'a>>,
}

#[derive(Serialize)]
struct Variant<'a> {
    name: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct RoleCount<'a> {
    role: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct JurisdictionCount<'a> {
    id: &'a str,
    name: &'a str,
    count: u64,
}

/// Appends a speaker as a line of JSON.
pub fn write_speaker(speaker: &Speaker, out: &mut Vec<u8>) {
    let line = SpeakerLine {
        key: &speaker.key,
        name: &speaker.name,
        sort: speaker.sort.name(),
        known_by: speaker.known_by.name(),
        people_id: speaker.people_id.as_deref(),
        statements: speaker.statements,
        documents: speaker.documents,
        first: speaker.first.as_deref(),
        last: speaker.last.as_deref(),
        variants: speaker.variants.iter().map(|(name, count)| Variant { name, count: *count }).collect(),
        roles: speaker.roles.iter().map(|(role, count)| RoleCount { role, count: *count }).collect(),
        jurisdictions: speaker
            .jurisdictions
            .iter()
            .map(|(id, name, count)| JurisdictionCount { id, name, count: *count })
            .collect(),
    };
    write_line(&line, out);
}

/// The columns of speakers in order.
pub const SPEAKER_COLUMNS: [&str; 16] = [
    "key",
    "name",
    "type",
    "known_by",
    "people_id",
    "statements",
    "documents",
    "first",
    "last",
    "variants",
    "variant_counts",
    "roles",
    "role_counts",
    "jurisdiction_ids",
    "jurisdiction_names",
    "jurisdiction_counts",
];

/// The line of column names of speakers.
pub fn speaker_header() -> Vec<u8> {
    let mut out = SPEAKER_COLUMNS.join(",").into_bytes();
    out.push(b'\n');
    out
}

/// Appends a speaker as a record of CSV; lists stand in one cell, joined by `|`.
pub fn write_speaker_csv(speaker: &Speaker, out: &mut Vec<u8>) {
    let names = |list: &[(String, u64)]| joined(list.iter().map(|(name, _)| name.as_str()));
    let counts = |list: &[(String, u64)]| joined(list.iter().map(|(_, count)| count));
    let about = &speaker.jurisdictions;
    let record = [
        speaker.key.clone(),
        speaker.name.clone(),
        speaker.sort.name().to_owned(),
        speaker.known_by.name().to_owned(),
        speaker.people_id.clone().unwrap_or_default(),
        speaker.statements.to_string(),
        speaker.documents.to_string(),
        speaker.first.clone().unwrap_or_default(),
        speaker.last.clone().unwrap_or_default(),
        names(&speaker.variants),
        counts(&speaker.variants),
        names(&speaker.roles),
        counts(&speaker.roles),
        joined(about.iter().map(|(id, ..)| id)),
        joined(about.iter().map(|(_, name, _)| name)),
        joined(about.iter().map(|(.., count)| count)),
    ];
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    writer.write_record(record).and_then(|()| writer.flush().map_err(Into::into)).expect("memory takes all");
}

fn joined(list: impl Iterator<Item = impl ToString>) -> String {
    list.map(|item| item.to_string()).collect::<Vec<_>>().join("|")
}

#[derive(Serialize)]
struct GroupLine<'a> {
    id: &'a str,
    content: &'a str,
    speaker: Option<GroupSpeaker<'a>>,
    documents: usize,
    first: First<'a>,
    rows: Vec<GroupRow<'a>>,
}

#[derive(Serialize)]
struct GroupSpeaker<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    sort: &'static str,
}

#[derive(Serialize)]
struct First<'a> {
    doc_id: &'a str,
    id: Option<&'a str>,
    date: Option<&'a str>,
    source: Option<&'a str>,
}

#[derive(Serialize)]
struct GroupRow<'a> {
    id: Option<&'a str>,
    doc_id: &'a str,
    date: Option<&'a str>,
    source: Option<&'a str>,
    title: Option<&'a str>,
    content: &'a str,
    share: f64,
    cut: &'static str,
}

/// Appends a group of quotations as a line of JSON.
pub fn write_group(quotations: &Quotations, group: &Group, out: &mut Vec<u8>) {
    let row = |number: usize| quotations.row(number);
    let first = row(group.versions[0].row);
    let line = GroupLine {
        id: &group.id,
        content: row(group.fullest).content,
        speaker: group.speaker.and_then(|at| row(at).speaker).map(|(name, sort)| GroupSpeaker { name, sort: sort.name() }),
        documents: group.documents,
        first: First { doc_id: first.document, id: first.id, date: first.date, source: first.source },
        rows: group
            .versions
            .iter()
            .map(|version| {
                let row = row(version.row);
                GroupRow {
                    id: row.id,
                    doc_id: row.document,
                    date: row.date,
                    source: row.source,
                    title: row.title,
                    content: row.content,
                    share: (version.share * 100.0).round() / 100.0,
                    cut: version.cut.name(),
                }
            })
            .collect(),
    };
    write_line(&line, out);
}

fn write_line(line: &impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, line).expect("lines are plain data and memory takes all");
    out.push(b'\n');
}
