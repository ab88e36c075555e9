//! Corrections of rows, as the explorer keeps them in a database.

use super::output::sqlite::connect;
use super::stored::line_of;
use crate::gazetteer::{EntryId, Gazetteer};
use crate::summary::governments::Governments;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// What a reader said about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of it is right.
    Right,
    /// It is no statement.
    Wrong,
    /// It is one, but these of its parts are wrong.
    Edited {
        /// The speaker is another, or nobody.
        speaker: bool,
        /// The places are others, or none.
        places: bool,
    },
}

/// A row that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// direct, mixed or indirect
    pub kind: String,
    /// The rule that found it.
    pub rule: String,
    /// The confidence in percent.
    pub percent: u8,
    /// What was said.
    pub verdict: Verdict,
}

/// The last word of readers on each row, without what was taken back.
const LAST: &str = "
SELECT a.kind, a.rule, a.confidence, c.verdict, c.speaker, c.jurisdictions, s.name,
    (SELECT json_group_array(j.id) FROM attribution_jurisdictions x JOIN jurisdictions j ON j.number = x.jurisdiction
        WHERE x.attribution = a.number)
FROM corrections c
JOIN attributions a ON a.number = c.attribution
LEFT JOIN speakers s ON s.number = a.speaker
WHERE c.number = (SELECT max(number) FROM corrections WHERE attribution = a.number) AND c.verdict <> 'withdrawn'
ORDER BY a.number";

/// The rows of a database that readers have looked at.
///
/// # Errors
/// A message with the file and the reason, if there is no database of rows with corrections.
pub fn open(path: &Path) -> Result<Vec<Judged>, String> {
    let read = || -> rusqlite::Result<Vec<Judged>> {
        let database = connect(path, false)?;
        let mut statement = database.prepare(LAST)?;
        let rows = statement.query_map([], |row| {
            let verdict: String = row.get(3)?;
            let text = |at| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
            let places = |ids: String| serde_json::from_str::<BTreeSet<String>>(&ids).unwrap_or_default();
            let verdict = match verdict.as_str() {
                "right" => Verdict::Right,
                "wrong" => Verdict::Wrong,
                _ => {
                    Verdict::Edited { speaker: text(4)?.trim() != text(6)?.trim(), places: places(text(5)?) != places(text(7)?) }
                }
            };
            let percent = (row.get::<_, f64>(2)?.clamp(0.0, 1.0) * 100.0).round() as u8;
            Ok(Judged { kind: row.get(0)?, rule: row.get(1)?, percent, verdict })
        })?;
        rows.collect()
    };
    read().map_err(|error| failed(path, &error))
}

/// What went wrong with a database of corrections.
fn failed(path: &Path, error: &rusqlite::Error) -> String {
    let path = path.display();
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) if message.contains("no such table: corrections") => {
            format!("{path}: no corrections: onrecord explore keeps them with --corrections")
        }
        error => format!("{path}: no database of rows: {error}"),
    }
}

/// What becomes of a row.
enum Change {
    Drop,
    /// The speaker and the ids of the places as they are to be; an empty name is nobody.
    Edit(String, Vec<String>),
}

/// Corrections that are applied to rows, which are known by their ids.
pub struct Changes<'g> {
    governments: &'g Governments<'g>,
    by_id: HashMap<String, Change>,
}

impl<'g> Changes<'g> {
    /// The last word of readers on the rows of a database.
    ///
    /// # Errors
    /// A message with the file and the reason, if there is no database of rows with corrections.
    pub fn open(path: &Path, governments: &'g Governments<'g>) -> Result<Changes<'g>, String> {
        let read = || -> rusqlite::Result<HashMap<String, Change>> {
            let database = connect(path, false)?;
            let sql = "SELECT attribution_id, verdict, speaker, jurisdictions FROM corrections ORDER BY number";
            let mut statement = database.prepare(sql)?;
            let mut rows = statement.query([])?;
            let mut by_id = HashMap::new();
            while let Some(row) = rows.next()? {
                let (id, verdict): (String, String) = (row.get(0)?, row.get(1)?);
                match verdict.as_str() {
                    "wrong" => by_id.insert(id, Change::Drop),
                    "edited" => {
                        let speaker: Option<String> = row.get(2)?;
                        let places: Option<String> = row.get(3)?;
                        let places = places.and_then(|places| serde_json::from_str(&places).ok()).unwrap_or_default();
                        by_id.insert(id, Change::Edit(speaker.unwrap_or_default(), places))
                    }
                    _ => by_id.remove(&id),
                };
            }
            Ok(by_id)
        };
        Ok(Changes { governments, by_id: read().map_err(|error| failed(path, &error))? })
    }

    /// A line with the change of its row; `None` if the row is to go.
    pub fn apply(&self, id: Option<&str>, line: &str) -> Option<String> {
        match id.and_then(|id| self.by_id.get(id)) {
            None => Some(line.to_owned()),
            Some(Change::Drop) => None,
            Some(Change::Edit(speaker, places)) => {
                let Ok(mut row) = serde_json::from_str::<Value>(line) else { return Some(line.to_owned()) };
                edit_speaker(&mut row, speaker);
                self.edit_places(&mut row, places);
                Some(line_of(row))
            }
        }
    }

    /// Places that the row has keep what it says of them; the others are as the gazetteer has them.
    fn edit_places(&self, row: &mut Value, places: &[String]) {
        let old = row["jurisdictions"].take();
        let old = old.as_array().map_or(&[][..], Vec::as_slice);
        let place = |id: &String| {
            let kept = old.iter().find(|place| place["id"] == id.as_str()).cloned();
            kept.unwrap_or_else(|| place(self.governments.gazetteer(), self.governments.find(id), id))
        };
        row["jurisdictions"] = places.iter().map(place).collect();
    }
}

/// Whoever is called by another name is another: what the row said of the old speaker goes.
fn edit_speaker(row: &mut Value, name: &str) {
    if row["speaker"]["name"] == name {
        return;
    }
    let sort = row["speaker"].get("type").cloned().unwrap_or_else(|| "unknown".into());
    row["speaker"] = if name.is_empty() {
        Value::Null
    } else {
        json!({"name": name, "type": sort, "role": null, "text": null, "start": null, "end": null, "confidence": 1.0, "rule": RULE})
    };
}

/// The rule that rows give for what a reader said.
const RULE: &str = "corrected";

fn place(gazetteer: &Gazetteer, found: Option<EntryId>, id: &str) -> Value {
    let entry = found.map(|found| gazetteer.entry(found));
    let code = |code: &str| (!code.is_empty()).then(|| code.to_owned());
    json!({
        "id": id, "name": entry.map_or(id, |entry| entry.name()), "level": entry.map_or("other", |entry| entry.sort().name()),
        "country": entry.and_then(|entry| code(entry.country())), "admin1": entry.and_then(|entry| code(entry.admin1())),
        "geonames_id": entry.and_then(|entry| entry.geonames_id()), "basis": "context",
        "text": null, "start": null, "end": null, "confidence": 1.0, "rule": RULE,
    })
}
