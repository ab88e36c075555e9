//! Rows read back, from JSON Lines as [`rows`](super::rows) writes them or any other table, whoever has edited them since.
//!
//! `doc_id` must be there; every other field may be missing or null. A line that cannot be read is told with its reason, and the
//! rest goes on.

use super::Problem;
use super::input::json::{broken, without_place};
use super::output;
use super::rows::Row;
use super::schema::{self, Type, Typed};
use crate::collation::{EntityInRow, JurisdictionInRow, SpeakerInRow, Statement};
use crate::speaker::SpeakerType;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// What a reader of rows yields.
#[derive(Debug)]
pub enum Item<'a> {
    /// A row, and its line of JSON without the line end.
    Row(Box<Statement>, &'a str),
    /// Something that is lost.
    Problem(Problem),
}

#[derive(Deserialize)]
struct StoredRow<'a> {
    #[serde(borrow, default)]
    doc_id: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    id: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    speaker: Option<StoredSpeaker<'a>>,
    #[serde(borrow, default)]
    jurisdictions: Option<Vec<StoredJurisdiction<'a>>>,
    #[serde(borrow, default)]
    entities: Option<Vec<StoredEntity<'a>>>,
    #[serde(default)]
    confidence: Option<f64>,
    #[serde(borrow, default)]
    rule: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    cue: Option<StoredCue<'a>>,
    #[serde(borrow, default)]
    date: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    source: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    title: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    url: Option<Scalar<'a>>,
    /// A document of the annotations has these and is no row.
    #[serde(borrow, default)]
    attributions: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct StoredCue<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct StoredSpeaker<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "type")]
    sort: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    role: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(default)]
    confidence: Option<f64>,
    #[serde(borrow, default)]
    rule: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    key: Option<Scalar<'a>>,
}

#[derive(Deserialize)]
struct StoredJurisdiction<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    level: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    country: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    admin1: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    basis: Option<Cow<'a, str>>,
    #[serde(default)]
    confidence: Option<f64>,
    #[serde(borrow, default)]
    rule: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct StoredEntity<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
}

/// A text, or what another program made of one (the id `7`, a date in milliseconds).
struct Scalar<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor).map(Scalar)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }
}

/// What messages call a file of rows.
pub fn name(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The kinds of tables that hold rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Lines,
    Csv,
    Parquet,
    Sqlite,
}

/// The table that first bytes show: anything that is none of the others is lines of JSON, or is told to be no row.
fn shown(head: &[u8]) -> Table {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if head.starts_with(b"PAR1") {
        Table::Parquet
    } else if head.starts_with(b"SQLite format 3\0") {
        Table::Sqlite
    } else if text.starts_with(b"doc_id,") || text.starts_with(b"\"doc_id\",") {
        Table::Csv
    } else {
        Table::Lines
    }
}

/// Reads the rows of a file, of standard input for `-`; `take` returns `false` to stop.
///
/// JSON Lines, CSV, Parquet and SQLite are told apart by their first bytes; of each row a line of JSON is made, if it is none.
pub fn read(path: &Path, take: &mut dyn FnMut(Item<'_>) -> bool) {
    let name = name(path);
    let opened: io::Result<Box<dyn Read>> =
        if is_stdin(path) { Ok(Box::new(io::stdin())) } else { File::open(path).map(|file| Box::new(file) as Box<dyn Read>) };
    let result = opened.and_then(|input| {
        let mut input = BufReader::with_capacity(1 << 16, input);
        let table = shown(input.fill_buf()?);
        match table {
            Table::Lines => read_lines(input, &name, take),
            Table::Csv => read_csv(input, &name, take),
            Table::Parquet | Table::Sqlite => {
                // These are read at any place, so what comes through a pipe is laid down first.
                let spooled = if is_stdin(path) { Some(tempfile::NamedTempFile::new()?) } else { None };
                if let Some(file) = &spooled {
                    io::copy(&mut input, &mut file.as_file())?;
                }
                let path = spooled.as_ref().map_or(path, |file| file.path());
                let mut one = |record, row| take_row(&name, record, row, take);
                let read = if table == Table::Parquet {
                    output::read_parquet(path, &mut one)
                } else {
                    output::read_sqlite(path, &mut one)
                };
                if let Err(reason) = read {
                    take(Item::Problem(Problem::new(&name, reason)));
                }
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        take(Item::Problem(Problem::new(name, error.to_string())));
    }
}

/// Hands on the row of a table as the line of JSON that it would be.
fn take_row(name: &str, record: u64, row: Value, take: &mut dyn FnMut(Item<'_>) -> bool) -> bool {
    let line = line_of(row);
    match statement(&line) {
        Ok(row) => take(Item::Row(Box::new(row), &line)),
        Err(reason) => take(Item::Problem(Problem::new(name, reason).at_record(record))),
    }
}

/// The line of JSON that the row of a table would be.
pub fn line_of(mut row: Value) -> String {
    without_absent(&mut row, Row::TYPE);
    let mut line = Vec::new();
    schema::write_json(&row, Row::TYPE, &mut line);
    String::from_utf8(line).expect("JSON is UTF-8")
}

/// Takes away nulls of extra fields that are never null: in a table they stand for rows without the field.
fn without_absent(row: &mut Value, shape: &Type) {
    if let Value::Object(members) = row {
        members.retain(|name, value| {
            let field = shape.fields().iter().find(|field| field.name == name);
            !(value.is_null() && field.is_some_and(|field| field.extra && !matches!(field.of, Type::Optional(_))))
        });
    }
}

fn read_csv(input: impl BufRead, name: &str, take: &mut dyn FnMut(Item<'_>) -> bool) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let names: Vec<String> = match reader.headers() {
        Ok(names) => names.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect(),
        Err(error) => {
            take(Item::Problem(Problem::new(name, error.to_string())));
            return;
        }
    };
    let mut cells = csv::StringRecord::new();
    for record in 1u64.. {
        let line = reader.position().line();
        let row = match reader.read_record(&mut cells) {
            Ok(false) => return,
            Ok(true) if cells.len() != names.len() => Err(format!("{} cells, but {} columns", cells.len(), names.len())),
            Ok(true) => output::csv::read_row(&names, &cells),
            Err(error) if error.is_io_error() => {
                take(Item::Problem(Problem::new(name, error.to_string())));
                return;
            }
            Err(error) => Err(error.to_string()),
        };
        let goes_on = match row {
            Ok(row) => take_row(name, record, row, take),
            Err(reason) => take(Item::Problem(Problem::new(name, reason).at_line(Some(line)))),
        };
        if !goes_on {
            return;
        }
    }
}

fn read_lines(mut reader: impl BufRead, name: &str, take: &mut dyn FnMut(Item<'_>) -> bool) {
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        let problem = |line: Option<u64>, reason: String| Item::Problem(Problem::new(name, reason).at_line(line));
        match reader.read_until(b'\n', &mut line) {
            Err(error) => {
                take(problem((number > 1).then_some(number), error.to_string()));
                return;
            }
            Ok(0) => return,
            Ok(_) => {}
        }
        let bytes = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line);
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let row = std::str::from_utf8(bytes).map_err(|error| format!("no UTF-8 at byte {}", error.valid_up_to() + 1));
        let row = row.map(|line| line.trim_end_matches(['\n', '\r'])).and_then(|line| Ok((statement(line)?, line)));
        let goes_on = match row {
            Ok((row, line)) => take(Item::Row(Box::new(row), line)),
            Err(reason) => take(problem(Some(number), reason)),
        };
        if !goes_on {
            return;
        }
    }
}

/// What a line says, or why it is no row.
///
/// # Errors
/// The reason, if it is none.
pub fn statement(line: &str) -> Result<Statement, String> {
    if !line.trim_start().starts_with('{') {
        let other = serde_json::from_str::<&RawValue>(line).is_ok();
        let reason = if other { "the line holds no JSON object" } else { "no row: rows are what onrecord extract writes" };
        return Err(reason.into());
    }
    let row: StoredRow<'_> = serde_json::from_str(line).map_err(|error| match error.classify() {
        Category::Data => format!("no row: {}", without_place(&error)),
        _ => broken(line, &error),
    })?;
    if row.attributions.is_some() {
        return Err("a document with its annotations, no row (extract writes rows with --format jsonl)".into());
    }
    let Some(document) = row.doc_id else { return Err("no field `doc_id`: rows are what onrecord extract writes".into()) };
    Ok(Statement {
        document: document.0.into_owned(),
        id: owned(row.id),
        kind: text(row.kind),
        content: text(row.content),
        speaker: row.speaker.and_then(speaker),
        jurisdictions: row.jurisdictions.unwrap_or_default().into_iter().filter_map(jurisdiction).collect(),
        entities: row.entities.unwrap_or_default().into_iter().map(entity).collect(),
        confidence: row.confidence.unwrap_or(1.0),
        rule: text(row.rule),
        cue: row.cue.and_then(|cue| cue.text).map(Cow::into_owned),
        date: owned(row.date),
        source: owned(row.source),
        title: owned(row.title),
        url: owned(row.url),
    })
}

fn owned(scalar: Option<Scalar<'_>>) -> Option<String> {
    scalar.map(|scalar| scalar.0.into_owned())
}

fn text(text: Option<Cow<'_, str>>) -> String {
    text.map_or_else(String::new, Cow::into_owned)
}

/// The speaker, if it has a name.
fn speaker(stored: StoredSpeaker<'_>) -> Option<SpeakerInRow> {
    let name = text(stored.name);
    let sort = match stored.sort.as_deref() {
        Some("person") => SpeakerType::Person,
        Some("organization") => SpeakerType::Organization,
        Some("group") => SpeakerType::Group,
        _ => SpeakerType::Unknown,
    };
    (!name.trim().is_empty()).then(|| SpeakerInRow {
        name,
        sort,
        role: stored.role.map(Cow::into_owned),
        text: stored.text.map(Cow::into_owned),
        confidence: stored.confidence.unwrap_or(1.0),
        rule: text(stored.rule),
        key: owned(stored.key),
    })
}

/// The jurisdiction, if it has an id.
fn jurisdiction(stored: StoredJurisdiction<'_>) -> Option<JurisdictionInRow> {
    let id = text(stored.id);
    (!id.is_empty()).then(|| JurisdictionInRow {
        id,
        name: text(stored.name),
        level: text(stored.level),
        country: text(stored.country),
        admin1: text(stored.admin1),
        basis: text(stored.basis),
        confidence: stored.confidence.unwrap_or(1.0),
        rule: text(stored.rule),
    })
}

fn entity(stored: StoredEntity<'_>) -> EntityInRow {
    EntityInRow { name: text(stored.name), text: text(stored.text) }
}

#[derive(Deserialize)]
struct SpeakerAlone<'a> {
    #[serde(borrow, default)]
    speaker: Option<&'a RawValue>,
}

/// The members of a JSON object, in order.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// A row's line with `speaker.key` and `speaker.people_id` at the end of its speaker, in place of any that stand there; all
/// else stays, byte for byte. A row without speaker stays as it is.
pub fn with_key(line: &str, key: Option<&str>, people_id: Option<&str>) -> String {
    let alone = serde_json::from_str::<SpeakerAlone<'_>>(line).ok().and_then(|row| row.speaker);
    let Some(speaker) = alone.map(RawValue::get) else { return line.to_owned() };
    let Ok(Members(members)) = serde_json::from_str::<Members<'_>>(speaker) else { return line.to_owned() };
    let quoted = |text: Option<&str>| serde_json::to_string(&text).expect("a text is JSON");
    let added = format!("\"key\":{},\"people_id\":{}", quoted(key), quoted(people_id));
    // The speaker is a part of the line: where it starts is how far its address lies behind the line's.
    let start = speaker.as_ptr() as usize - line.as_ptr() as usize;
    let (before, behind) = (&line[..start], &line[start + speaker.len()..]);
    if !members.iter().any(|(name, _)| is_added(name)) {
        let comma = if members.is_empty() { "" } else { "," };
        return format!("{before}{}{comma}{added}}}{behind}", &speaker[..speaker.len() - 1]);
    }
    let kept = members.iter().filter(|(name, _)| !is_added(name));
    let kept: String = kept.map(|(name, value)| format!("{}:{},", quoted(Some(name)), value.get())).collect();
    format!("{before}{{{kept}{added}}}{behind}")
}

#[derive(Deserialize)]
struct JurisdictionsAlone<'a> {
    #[serde(borrow, default)]
    jurisdictions: Option<&'a RawValue>,
}

/// A row's line without the jurisdictions that are less sure than `least`; all else stays, byte for byte.
pub fn without_unsure_places(line: &str, least: f64) -> String {
    let alone = serde_json::from_str::<JurisdictionsAlone<'_>>(line).ok().and_then(|row| row.jurisdictions);
    let Some(list) = alone.map(RawValue::get) else { return line.to_owned() };
    let Ok(all) = serde_json::from_str::<Vec<&RawValue>>(list) else { return line.to_owned() };
    let is_sure = |place: &&&RawValue| {
        let stored = serde_json::from_str::<StoredJurisdiction<'_>>(place.get());
        stored.is_ok_and(|place| place.confidence.unwrap_or(1.0) >= least)
    };
    let sure: Vec<&str> = all.iter().filter(is_sure).map(|place| place.get()).collect();
    if sure.len() == all.len() {
        return line.to_owned();
    }
    let start = list.as_ptr() as usize - line.as_ptr() as usize;
    format!("{}[{}]{}", &line[..start], sure.join(","), &line[start + list.len()..])
}

fn is_added(name: &str) -> bool {
    name == "key" || name == "people_id"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_null_fields_are_tolerated() {
        let row = statement(r#"{"doc_id": 7, "speaker": null, "jurisdictions": [{"id": "x"}], "date": null, "other": [1]}"#);
        let row = row.unwrap();
        assert_eq!((row.document.as_str(), row.speaker, row.confidence), ("7", None, 1.0));
        assert_eq!(row.jurisdictions[0].id, "x");
        let row = statement(r#"{"doc_id": "a", "speaker": {"name": "Jos\u00e9 Vega"}, "content": "He \"ran\""}"#).unwrap();
        let speaker = row.speaker.unwrap();
        assert_eq!((speaker.name.as_str(), speaker.sort), ("José Vega", SpeakerType::Unknown));
        assert_eq!(row.content, "He \"ran\"");
        assert_eq!(statement(r#"{"doc_id": "a", "speaker": {"name": " "}}"#).unwrap().speaker, None);
    }

    #[test]
    fn what_is_no_row_is_told() {
        let error = |line: &str| statement(line).unwrap_err();
        assert_eq!(error("[1]"), "the line holds no JSON object");
        assert_eq!(error("{}"), "no field `doc_id`: rows are what onrecord extract writes");
        assert!(error("{\"doc_id\": ").starts_with("broken JSON at column 11: EOF"));
        assert!(error("{\"doc_id\": \"a\", \"content\": 5}").starts_with("no row: invalid type: integer `5`"));
        assert!(error(r#"{"doc_id": "a", "attributions": []}"#).contains("--format jsonl"));
    }

    #[test]
    fn unsure_places_go_and_all_else_stays() {
        let line =
            r#"{"a": 1.50, "jurisdictions": [ {"id":"x","confidence":0.4}, {"id":"y"},{"id":"z","confidence":0.9} ] , "b":[ ]}"#;
        assert_eq!(without_unsure_places(line, 0.4), line);
        assert_eq!(
            without_unsure_places(line, 0.5),
            r#"{"a": 1.50, "jurisdictions": [{"id":"y"},{"id":"z","confidence":0.9}] , "b":[ ]}"#
        );
        assert_eq!(without_unsure_places(r#"{"jurisdictions":null}"#, 1.0), r#"{"jurisdictions":null}"#);
    }

    #[test]
    fn a_key_is_added_and_all_else_stays() {
        let with = |line: &str| with_key(line, Some("irene-voss"), None);
        let added = r#""key":"irene-voss","people_id":null"#;
        assert_eq!(
            with(r#"{"a": 1.50, "speaker": {"name":"V\u00e9ga"} , "b":[ ]}"#),
            format!(r#"{{"a": 1.50, "speaker": {{"name":"V\u00e9ga",{added}}} , "b":[ ]}}"#)
        );
        assert_eq!(with(r#"{"speaker":{}}"#), format!(r#"{{"speaker":{{{added}}}}}"#));
        assert_eq!(with(r#"{"speaker":null}"#), r#"{"speaker":null}"#);
        assert_eq!(with(r#"{"speaker":"x"}"#), r#"{"speaker":"x"}"#);
        let again = with_key(&with(r#"{"speaker":{"name":"x","rule":"y"}}"#), Some("k"), Some("Q1"));
        assert_eq!(again, r#"{"speaker":{"name":"x","rule":"y","key":"k","people_id":"Q1"}}"#);
    }
}
