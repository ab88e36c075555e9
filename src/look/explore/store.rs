//! The database behind the pages: words are looked up in it, rows read from it, corrections kept in it.
//!
//! Readers open it for reading alone, and a search that takes too long is interrupted. Nothing that a browser sends is ever part of
//! a statement: all of it is bound.

use super::columns::Columns;
use super::query::Query;
use crate::document::Document;
use crate::format::output::sqlite::{Numbers, connect, each_row};
use crate::format::rows::Row;
use crate::format::stored::line_of;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// How long a search may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// After so many steps of SQLite the clock is looked at.
const STEPS: i32 = 10_000;
/// The most rows of an article that are shown.
const ROWS: usize = 2_000;

/// What went wrong with the database, or with what was sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// A search took too long.
    TooSlow,
    /// What was sent makes no sense.
    Words(String),
    /// The database.
    Database(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::TooSlow => f.write_str("the search took too long"),
            StoreError::Words(reason) | StoreError::Database(reason) => f.write_str(reason),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => StoreError::TooSlow,
            _ => StoreError::Database(format!("the database: {error}")),
        }
    }
}

/// What a reader says about a row. The last word on a row counts.
const CORRECTIONS: &str = "CREATE TABLE IF NOT EXISTS corrections (
    number INTEGER PRIMARY KEY,
    attribution INTEGER NOT NULL,
    attribution_id TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong', 'edited', 'withdrawn')),
    speaker TEXT,
    jurisdictions TEXT,
    author TEXT NOT NULL,
    time TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS corrections_attribution ON corrections (attribution);";

/// A correction of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Correction {
    pub(super) attribution: i64,
    /// right, wrong, edited or withdrawn
    pub(super) verdict: String,
    /// The speaker as it should be; empty for nobody.
    pub(super) speaker: String,
    /// The ids of the jurisdictions as they should be, in one text, with blanks between.
    pub(super) jurisdictions: String,
    pub(super) author: String,
    pub(super) time: String,
}

impl Correction {
    /// The correction that a form sends.
    pub(super) fn parse(body: &str) -> Result<Correction, StoreError> {
        let mut correction = Correction::default();
        for (name, value) in form_urlencoded::parse(body.as_bytes()) {
            let value = value.trim().to_owned();
            match &*name {
                "attribution" => correction.attribution = value.parse().unwrap_or(0),
                "verdict" => correction.verdict = value,
                "speaker" => correction.speaker = value,
                "jurisdictions" => correction.jurisdictions = value,
                _ => {}
            }
        }
        if !["right", "wrong", "edited", "withdrawn"].contains(&correction.verdict.as_str()) {
            return Err(StoreError::Words("A correction is one of right, wrong, edited, withdrawn.".into()));
        }
        Ok(correction)
    }

    /// The ids, each alone.
    pub(super) fn places(&self) -> Vec<&str> {
        self.jurisdictions.split_whitespace().map(|id| id.trim_matches(['|', ',', ';'])).filter(|id| !id.is_empty()).collect()
    }
}

/// A row with the numbers under which pages know it.
pub(super) struct Numbered {
    pub(super) numbers: Numbers,
    pub(super) row: Row<'static>,
}

/// An article with its rows.
pub(super) struct Article {
    pub(super) id: String,
    pub(super) date: Option<String>,
    pub(super) source: Option<String>,
    pub(super) title: Option<String>,
    pub(super) url: Option<String>,
    /// The whole text, if the explorer was given the articles.
    pub(super) text: Option<String>,
    /// The rows, in their order.
    pub(super) rows: Vec<Numbered>,
    /// Whether there are more rows.
    pub(super) more: bool,
    /// The last word on each row.
    pub(super) corrections: HashMap<i64, Correction>,
}

/// The texts of articles, in a database of their own that is gone with the run.
struct Texts {
    /// Held so that it lies there.
    _file: NamedTempFile,
    connection: Mutex<Connection>,
}

/// A database of rows.
pub struct Store {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    writer: Option<Mutex<Connection>>,
    texts: Option<Texts>,
}

impl Store {
    /// Opens a database; for writing alone if corrections are to be kept in it.
    ///
    /// # Errors
    /// If that is not possible, or it is no database of rows.
    pub fn open(path: &Path, corrections: bool) -> Result<Store, StoreError> {
        let writer = if corrections {
            let writer = connect(path, true)?;
            writer.execute_batch(CORRECTIONS)?;
            Some(Mutex::new(writer))
        } else {
            None
        };
        let store = Store { path: path.to_owned(), readers: Mutex::new(Vec::new()), writer, texts: None };
        store.read(None, |database| {
            Ok(database.query_row("SELECT count(*) FROM attributions_fts LIMIT 0", [], |_| Ok(())).optional()?)
        })?;
        Ok(store)
    }

    /// Reads with one of the connections; interrupts what takes longer than it may.
    pub(super) fn read<T>(
        &self,
        patience: Option<Duration>,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = lock(&self.readers).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, false)?,
        };
        let end = patience.map(|patience| Instant::now() + patience);
        let too_late = end.map(|end| move || Instant::now() > end);
        connection.progress_handler(STEPS, too_late)?;
        let result = read(&connection);
        connection.progress_handler(0, None::<fn() -> bool>)?;
        lock(&self.readers).push(connection);
        result
    }

    /// Where the database lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The columns that rows are searched by.
    pub(super) fn columns(&self, governments: &crate::summary::governments::Governments<'_>) -> Result<Columns, StoreError> {
        self.read(None, |database| Columns::load(database, governments))
    }

    /// Whether corrections are kept.
    pub(super) fn takes_corrections(&self) -> bool {
        self.writer.is_some()
    }

    /// Keeps the text of an article, if there are rows of it; says whether there are.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn add_text(&mut self, document: &Document) -> Result<bool, StoreError> {
        if self.texts.is_none() {
            let file = NamedTempFile::new().map_err(|error| StoreError::Database(format!("a temporary file: {error}")))?;
            let connection = Connection::open(file.path())?;
            let start = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; CREATE TABLE texts (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;";
            connection.execute_batch(start)?;
            self.texts = Some(Texts { _file: file, connection: Mutex::new(connection) });
        }
        let sql = "SELECT 1 FROM documents WHERE id = ?";
        let known = self.read(None, |database| {
            Ok(database.prepare_cached(sql)?.query_row([&document.id], |_| Ok(())).optional()?.is_some())
        })?;
        if let (true, Some(texts)) = (known, &self.texts) {
            lock(&texts.connection)
                .prepare_cached("INSERT OR IGNORE INTO texts VALUES (?, ?)")?
                .execute([&document.id, &document.text])?;
        }
        Ok(known)
    }

    /// Ends the adding of texts.
    ///
    /// # Errors
    /// If they cannot be kept.
    pub fn keep_texts(&mut self) -> Result<(), StoreError> {
        if let Some(texts) = &self.texts {
            lock(&texts.connection).execute_batch("COMMIT;")?;
        }
        Ok(())
    }

    /// The rows that a query asks for.
    pub(super) fn find(&self, columns: &Columns, query: &Query) -> Result<Vec<u32>, StoreError> {
        let words = match query.match_expression() {
            None => None,
            Some(expression) => Some(self.read(Some(PATIENCE), |database| {
                let sql = "SELECT rowid FROM attributions_fts WHERE attributions_fts MATCH ? ORDER BY rowid";
                let mut statement = database.prepare_cached(sql)?;
                let numbers = statement.query_map([expression], |row| row.get(0))?;
                Ok(numbers.collect::<rusqlite::Result<Vec<i64>>>()?)
            })?),
        };
        Ok(columns.matching(query, words.as_deref()))
    }

    /// Rows by their numbers, in this order.
    pub(super) fn rows(&self, numbers: &[i64]) -> Result<Vec<Numbered>, StoreError> {
        self.read(Some(PATIENCE), |database| rows(database, numbers))
    }

    /// An article with its rows, if there is one of this number.
    pub(super) fn article(&self, number: i64) -> Result<Option<Article>, StoreError> {
        let article = self.read(Some(PATIENCE), |database| {
            let sql = "SELECT id, date, source, title, url FROM documents WHERE number = ?";
            let article = database.prepare_cached(sql)?.query_row([number], |row| {
                let [id, date, source, title, url]: [Option<String>; 5] =
                    [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
                Ok(Article {
                    id: id.unwrap_or_default(),
                    date,
                    source,
                    title,
                    url,
                    text: None,
                    rows: Vec::new(),
                    more: false,
                    corrections: HashMap::new(),
                })
            });
            let Some(mut article) = article.optional()? else { return Ok(None) };
            let sql = "SELECT number FROM attributions WHERE document = ? ORDER BY number LIMIT ?";
            let mut statement = database.prepare_cached(sql)?;
            let numbers = statement.query_map(params![number, ROWS as i64 + 1], |row| row.get(0))?;
            let mut numbers = numbers.collect::<rusqlite::Result<Vec<i64>>>()?;
            article.more = numbers.len() > ROWS;
            numbers.truncate(ROWS);
            article.rows = rows(database, &numbers)?;
            if self.takes_corrections() {
                article.corrections = corrections(database, number)?;
            }
            Ok(Some(article))
        })?;
        let Some(mut article) = article else { return Ok(None) };
        if let Some(texts) = &self.texts {
            let connection = lock(&texts.connection);
            let mut statement = connection.prepare_cached("SELECT text FROM texts WHERE id = ?")?;
            article.text = statement.query_row([&article.id], |row| row.get(0)).optional()?;
        }
        Ok(Some(article))
    }

    /// Keeps a correction; gives back the address of the row.
    pub(super) fn correct(&self, correction: &Correction, author: &str) -> Result<String, StoreError> {
        let Some(writer) = &self.writer else { return Err(StoreError::Words("No corrections are taken.".into())) };
        let writer = lock(writer);
        let sql = "SELECT id, document FROM attributions WHERE number = ?";
        let found = writer.query_row(sql, [correction.attribution], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
        let Some((id, document)) = found.optional()? else {
            return Err(StoreError::Words("There is no such row.".into()));
        };
        let edited = correction.verdict == "edited";
        let speaker = edited.then_some(&correction.speaker);
        let places = edited.then(|| serde_json::to_string(&correction.places()).expect("texts are plain data"));
        writer.execute(
            "INSERT INTO corrections (attribution, attribution_id, verdict, speaker, jurisdictions, author, time)
                VALUES (?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
            params![correction.attribution, id, correction.verdict, speaker, places, author],
        )?;
        Ok(format!("/article/{document}#row-{}", correction.attribution))
    }
}

/// A thread that panicked left nothing half done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn rows(database: &Connection, numbers: &[i64]) -> Result<Vec<Numbered>, StoreError> {
    let mut rows = Vec::with_capacity(numbers.len());
    let mut broken = None;
    each_row(database, Some(numbers), &mut |numbers, row| {
        match serde_json::from_str(&line_of(row)) {
            Ok(row) => rows.push(Numbered { numbers, row }),
            Err(error) => broken = Some(format!("row {}: {error}", numbers.attribution)),
        }
        broken.is_none()
    })?;
    broken.map_or(Ok(rows), |reason| Err(StoreError::Database(reason)))
}

/// The last word on each row of an article.
fn corrections(database: &Connection, document: i64) -> Result<HashMap<i64, Correction>, StoreError> {
    let mut statement = database.prepare_cached(
        "SELECT c.attribution, c.verdict, c.speaker, c.jurisdictions, c.author, c.time FROM corrections c
            JOIN attributions a ON a.number = c.attribution WHERE a.document = ? ORDER BY c.number",
    )?;
    let found = statement.query_map([document], |row| {
        let places: Option<String> = row.get(3)?;
        let places: Vec<String> = places.and_then(|places| serde_json::from_str(&places).ok()).unwrap_or_default();
        Ok(Correction {
            attribution: row.get(0)?,
            verdict: row.get(1)?,
            speaker: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            jurisdictions: places.join(" "),
            author: row.get(4)?,
            time: row.get(5)?,
        })
    })?;
    let mut last = HashMap::new();
    for correction in found {
        let correction = correction?;
        last.insert(correction.attribution, correction);
    }
    last.retain(|_, correction| correction.verdict != "withdrawn");
    Ok(last)
}
