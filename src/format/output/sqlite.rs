//! Rows as tables of an SQLite database.
//!
//! What several rows share stands once: documents, speakers, jurisdictions, each with a number, which is its key. The numbers go up
//! in the order of the rows, so that reading by number gives the rows as they were. An FTS5 index holds the words of contents and texts.
//! The same rows make the same bytes.

use crate::format::rows::{Row, RowEntity, RowJurisdiction, RowSpeaker};
use crate::format::schema::Layout;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags, params};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead};
use std::path::Path;
use std::time::Duration;

/// The tables; what only some tables have is put in for the names in braces.
const TABLES: &str = r#"
CREATE TABLE documents (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    date TEXT, source TEXT, title TEXT, url TEXT{duplicate_of}{metadata}
);
CREATE INDEX documents_id ON documents (id);
CREATE TABLE speakers (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL, type TEXT NOT NULL, role TEXT{key}{people_id}
);
CREATE INDEX speakers_name ON speakers (name, role);
CREATE TABLE jurisdictions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL, name TEXT NOT NULL, level TEXT NOT NULL, country TEXT, admin1 TEXT, geonames_id INTEGER
);
CREATE INDEX jurisdictions_id ON jurisdictions (id);
CREATE TABLE attributions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (number),
    kind TEXT NOT NULL, text TEXT NOT NULL, content TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, parts TEXT NOT NULL,
    cue_text TEXT, cue_start INTEGER, cue_end INTEGER, cue_class TEXT,
    speaker INTEGER REFERENCES speakers (number),
    speaker_text TEXT, speaker_start INTEGER, speaker_end INTEGER, speaker_confidence REAL, speaker_rule TEXT,
    sentence INTEGER NOT NULL, paragraph INTEGER NOT NULL, confidence REAL NOT NULL, rule TEXT NOT NULL
);
CREATE TABLE attribution_jurisdictions (
    attribution INTEGER NOT NULL REFERENCES attributions (number),
    position INTEGER NOT NULL,
    jurisdiction INTEGER NOT NULL REFERENCES jurisdictions (number),
    basis TEXT NOT NULL, text TEXT, start INTEGER, "end" INTEGER, confidence REAL NOT NULL, rule TEXT NOT NULL,
    PRIMARY KEY (attribution, position)
) WITHOUT ROWID;
CREATE TABLE attribution_entities (
    attribution INTEGER NOT NULL REFERENCES attributions (number),
    position INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    PRIMARY KEY (attribution, position)
) WITHOUT ROWID;
"#;

/// What is made once all rows are there.
const INDEXES: &str = r#"
CREATE INDEX attributions_id ON attributions (id);
CREATE INDEX attributions_document ON attributions (document);
CREATE INDEX attributions_speaker ON attributions (speaker);
CREATE INDEX attribution_jurisdictions_jurisdiction ON attribution_jurisdictions (jurisdiction);
CREATE INDEX attribution_entities_id ON attribution_entities (id);
CREATE VIRTUAL TABLE attributions_fts USING fts5 (
    content, text, content="attributions", content_rowid="number", tokenize="unicode61 remove_diacritics 2"
);
INSERT INTO attributions_fts (attributions_fts) VALUES ('rebuild');
INSERT INTO attributions_fts (attributions_fts) VALUES ('optimize');
"#;

/// Columns that only some tables have, and their types.
const EXTRAS: [(&str, &str); 4] = [("duplicate_of", "TEXT"), ("metadata", "TEXT"), ("key", "TEXT"), ("people_id", "TEXT")];

/// Writes the rows of some lines.
pub(super) fn write(layout: &Layout, lines: &mut dyn BufRead, target: &Path) -> io::Result<()> {
    let database = Connection::open_with_flags(target, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    database.set_prepared_statement_cache_capacity(32);
    // The file has another name until it is whole, so nothing need be undone in it; 16 MB of pages are held.
    let pragmas = "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
        PRAGMA temp_store = FILE; PRAGMA locking_mode = EXCLUSIVE; PRAGMA application_id = 1331851847;";
    database.execute_batch(pragmas).map_err(failed)?;
    let mut tables = TABLES.to_owned();
    for (name, sort) in EXTRAS {
        let column = if layout.has_extra(name) { format!(", {name} {sort}") } else { String::new() };
        tables = tables.replace(&format!("{{{name}}}"), &column);
    }
    database.execute_batch(&format!("BEGIN; {tables}")).map_err(failed)?;
    let mut number = 0;
    super::each_line(lines, &mut |line| {
        number += 1;
        let row: Row<'_> = serde_json::from_str(line)?;
        add(&database, layout, number, &row).map_err(failed)
    })?;
    database.execute_batch(&format!("{INDEXES} COMMIT;")).map_err(failed)?;
    database.close().map_err(|(_, error)| failed(error))?;
    File::open(target)?.sync_all()
}

/// What a file system said, where it did; else what the library says.
fn failed(error: rusqlite::Error) -> io::Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => io::Error::from(io::ErrorKind::StorageFull),
        _ => io::Error::other(format!("SQLite: {error}")),
    }
}

/// Adds a row.
fn add(database: &Connection, layout: &Layout, number: i64, row: &Row<'_>) -> rusqlite::Result<()> {
    // All fields are named: one that is added to rows has to be thought of here.
    let Row { doc_id, id, kind, text, content, start, end, parts, cue, speaker, jurisdictions, entities, .. } = row;
    let Row { sentence, paragraph, confidence, rule, date, source, title, url, duplicate_of, metadata, .. } = row;
    let mut document: Vec<(&str, Cell)> = vec![
        ("id", text_cell(doc_id)),
        ("date", optional(date)),
        ("source", optional(source)),
        ("title", optional(title)),
        ("url", optional(url)),
    ];
    if layout.has_extra("duplicate_of") {
        document.push(("duplicate_of", optional(duplicate_of.0.as_ref().unwrap_or(&None))));
    }
    if layout.has_extra("metadata") {
        let kept = metadata.0.as_ref().map(|kept| serde_json::to_string(kept).expect("words are plain data"));
        document.push(("metadata", kept.into()));
    }
    let document = shared(database, "documents", &document)?;
    let said = speaker.as_ref().map(|speaker| add_speaker(database, layout, speaker)).transpose()?;
    let mut insert = database.prepare_cached(
        "INSERT INTO attributions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let parts = serde_json::to_string(parts).expect("numbers are plain data");
    insert.execute(params![
        number,
        id,
        document,
        kind,
        text,
        content,
        start,
        end,
        parts,
        cue.as_ref().map(|cue| &cue.text),
        cue.as_ref().map(|cue| cue.start),
        cue.as_ref().map(|cue| cue.end),
        cue.as_ref().map(|cue| &cue.class),
        said,
        speaker.as_ref().and_then(|speaker| speaker.text.as_ref()),
        speaker.as_ref().and_then(|speaker| speaker.start),
        speaker.as_ref().and_then(|speaker| speaker.end),
        speaker.as_ref().map(|speaker| speaker.confidence),
        speaker.as_ref().map(|speaker| &speaker.rule),
        sentence,
        paragraph,
        confidence,
        rule,
    ])?;
    for (position, about) in jurisdictions.iter().enumerate() {
        let RowJurisdiction { id, name, level, country, admin1, geonames_id, basis, text, start, end, confidence, rule } = about;
        let jurisdiction = [
            ("id", text_cell(id)),
            ("name", text_cell(name)),
            ("level", text_cell(level)),
            ("country", optional(country)),
            ("admin1", optional(admin1)),
            ("geonames_id", geonames_id.map(i64::from).into()),
        ];
        let jurisdiction = shared(database, "jurisdictions", &jurisdiction)?;
        let mut insert = database.prepare_cached("INSERT INTO attribution_jurisdictions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
        insert.execute(params![number, position as i64, jurisdiction, basis, text, start, end, confidence, rule])?;
    }
    for (position, entity) in entities.iter().enumerate() {
        let RowEntity { id, sort, name, text, start, end } = entity;
        let mut insert = database.prepare_cached("INSERT INTO attribution_entities VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
        insert.execute(params![number, position as i64, id, sort, name, text, start, end])?;
    }
    Ok(())
}

fn add_speaker(database: &Connection, layout: &Layout, speaker: &RowSpeaker<'_>) -> rusqlite::Result<i64> {
    let mut cells =
        vec![("name", text_cell(&speaker.name)), ("type", text_cell(&speaker.sort)), ("role", optional(&speaker.role))];
    for (name, extra) in [("key", &speaker.key), ("people_id", &speaker.people_id)] {
        if layout.has_extra(name) {
            cells.push((name, optional(extra.0.as_ref().unwrap_or(&None))));
        }
    }
    shared(database, "speakers", &cells)
}

fn text_cell(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn optional(text: &Option<std::borrow::Cow<'_, str>>) -> Cell {
    text.as_ref().map(|text| text.to_string()).into()
}

/// The number of the line of a table that has these cells; one is added if there is none.
fn shared(database: &Connection, table: &str, cells: &[(&str, Cell)]) -> rusqlite::Result<i64> {
    let values = || rusqlite::params_from_iter(cells.iter().map(|(_, cell)| cell));
    let same: Vec<String> = cells.iter().map(|(name, _)| format!("{name} IS ?")).collect();
    let mut find = database.prepare_cached(&format!("SELECT number FROM {table} WHERE {}", same.join(" AND ")))?;
    let mut found = find.query(values())?;
    if let Some(row) = found.next()? {
        return row.get(0);
    }
    drop(found);
    let names: Vec<&str> = cells.iter().map(|(name, _)| *name).collect();
    let places = vec!["?"; cells.len()].join(", ");
    let insert = format!("INSERT INTO {table} ({}) VALUES ({places})", names.join(", "));
    database.prepare_cached(&insert)?.execute(values())?;
    Ok(database.last_insert_rowid())
}

/// Reads the rows of a database in order; `take` returns `false` to stop.
///
/// # Errors
/// If it is none that this program wrote.
pub(in crate::format) fn read(path: &Path, take: &mut dyn FnMut(u64, Value) -> bool) -> Result<(), String> {
    read_rows(path, take).map_err(|error| match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => format!("no database of rows: {message}"),
        error => format!("no database of rows: {error}"),
    })
}

/// How long another program that is writing is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens a database to read it, or to write into it as well. It may be somebody else's: what its schema calls of its own accord must be
/// harmless.
///
/// # Errors
/// If there is no such file.
pub fn connect(path: &Path, write: bool) -> rusqlite::Result<Connection> {
    let access = if write { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let database = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    database.busy_timeout(PATIENCE)?;
    database.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    Ok(database)
}

fn read_rows(path: &Path, take: &mut dyn FnMut(u64, Value) -> bool) -> rusqlite::Result<()> {
    let database = connect(path, false)?;
    let mut record = 0;
    each_row(&database, None, &mut |_, row| {
        record += 1;
        take(record, row)
    })
}

/// Which extra fields the rows of a database have.
///
/// # Errors
/// If the database is none that this program wrote.
pub fn layout(database: &Connection) -> rusqlite::Result<Layout> {
    let mut layout = Layout::default();
    for (name, _) in EXTRAS {
        let sql = "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?";
        let has = |table: &str| database.query_row(sql, [table, name], |row| row.get::<_, i64>(0));
        if has("documents")? + has("speakers")? > 0 {
            layout = layout.with(name);
        }
    }
    Ok(layout)
}

/// Where a row stands in a database: its number, and its document's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The row's.
    pub attribution: i64,
    /// The document's.
    pub document: i64,
}

/// Reads rows of a database: those with these numbers, in this order, or all; `take` returns `false` to stop.
///
/// # Errors
/// If the database is none that this program wrote.
pub fn each_row(
    database: &Connection,
    chosen: Option<&[i64]>,
    take: &mut dyn FnMut(Numbers, Value) -> bool,
) -> rusqlite::Result<()> {
    let has = |table: &str, column: &str| {
        database
            .query_row("SELECT count(*) FROM pragma_table_info(?) WHERE name = ?", [table, column], |row| row.get(0))
            .map(|count: i64| count > 0)
    };
    let [duplicates, kept] = [has("documents", "duplicate_of")?, has("documents", "metadata")?];
    let keys = [("key", has("speakers", "key")?), ("people_id", has("speakers", "people_id")?)];
    let (from, order) = match chosen {
        None => ("attributions a", "a.number"),
        Some(_) => ("json_each(?) chosen CROSS JOIN attributions a ON a.number = chosen.value", "chosen.key"),
    };
    let mut rows = database.prepare(&format!(
        "SELECT a.*, d.*, s.* FROM {from} JOIN documents d ON d.number = a.document
            LEFT JOIN speakers s ON s.number = a.speaker ORDER BY {order}"
    ))?;
    let names: Vec<String> = rows.column_names().map(|name| name.to_string()).collect();
    // Columns of the same name: the first stands in `attributions`, the others behind it.
    let at = |table: usize, name: &str| {
        let starts: Vec<usize> = (0..names.len()).filter(|&at| names[at] == "number").collect();
        let start = starts.get(table).copied().unwrap_or(0);
        start + names[start..].iter().position(|n| n == name).unwrap_or(0)
    };
    let mut jurisdictions = database.prepare(
        "SELECT j.id, j.name, j.level, j.country, j.admin1, j.geonames_id, a.basis, a.text, a.start, a.\"end\", a.confidence, a.rule
            FROM attribution_jurisdictions a JOIN jurisdictions j ON j.number = a.jurisdiction WHERE a.attribution = ? ORDER BY a.position",
    )?;
    let mut entities = database.prepare(
        "SELECT id, type, name, text, start, \"end\" FROM attribution_entities WHERE attribution = ? ORDER BY position",
    )?;
    let mut found = match chosen {
        None => rows.query([])?,
        Some(chosen) => rows.query([serde_json::to_string(chosen).expect("numbers are plain data")])?,
    };
    while let Some(row) = found.next()? {
        let own = |name: &str| row.get(at(0, name)).map(json_of);
        let document = |name: &str| row.get(at(1, name)).map(json_of);
        let speaker = |name: &str| row.get(at(2, name)).map(json_of);
        let number: i64 = row.get(at(0, "number"))?;
        let parts: String = row.get(at(0, "parts"))?;
        let mut value = json!({
            "doc_id": document("id")?,
            "cue": null,
            "speaker": null,
            "parts": serde_json::from_str::<Value>(&parts).unwrap_or_default(),
            "jurisdictions": list(&mut jurisdictions, number)?,
            "entities": list(&mut entities, number)?,
        });
        for name in ["id", "kind", "text", "content", "start", "end", "sentence", "paragraph", "confidence", "rule"] {
            value[name] = own(name)?;
        }
        for name in ["date", "source", "title", "url"] {
            value[name] = document(name)?;
        }
        if !own("cue_start")?.is_null() {
            value["cue"] =
                json!({"text": own("cue_text")?, "start": own("cue_start")?, "end": own("cue_end")?, "class": own("cue_class")?});
        }
        if !own("speaker")?.is_null() {
            let mut said = json!({"name": speaker("name")?, "type": speaker("type")?, "role": speaker("role")?});
            for name in ["text", "start", "end", "confidence", "rule"] {
                said[name] = own(&format!("speaker_{name}"))?;
            }
            for (name, _) in keys.iter().filter(|(_, there)| *there) {
                said[*name] = speaker(name)?;
            }
            value["speaker"] = said;
        }
        if duplicates {
            value["duplicate_of"] = document("duplicate_of")?;
        }
        if kept && let Value::String(words) = document("metadata")? {
            value["metadata"] = serde_json::from_str(&words).unwrap_or_default();
        }
        let document = row.get(at(0, "document"))?;
        if !take(Numbers { attribution: number, document }, value) {
            return Ok(());
        }
    }
    Ok(())
}

/// The lines that belong to a row, each an object by the names of its columns.
fn list(statement: &mut rusqlite::Statement<'_>, number: i64) -> rusqlite::Result<Vec<Value>> {
    let names: Vec<String> = statement.column_names().map(|name| name.to_string()).collect();
    let lines = statement.query_map([number], |row| {
        let cells = names.iter().enumerate().map(|(at, name)| Ok((name.clone(), json_of(row.get(at)?))));
        cells.collect::<rusqlite::Result<serde_json::Map<_, _>>>().map(Value::Object)
    })?;
    lines.collect()
}

fn json_of(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => number.into(),
        Cell::Real(number) => number.into(),
        Cell::Text(text) => text.into(),
        Cell::Blob(bytes) => String::from_utf8_lossy(&bytes).into(),
    }
}
