//! Corrections of rows, as the explorer keeps them in a database.

use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
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
    let problem = |reason: String| format!("{}: {reason}", path.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || -> rusqlite::Result<Vec<Judged>> {
        let database = Connection::open_with_flags(path, flags)?;
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
    read().map_err(|error| match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) if message.contains("no such table: corrections") => {
            problem("no corrections: onrecord explore keeps them with --corrections".into())
        }
        error => problem(format!("no database of rows: {error}")),
    })
}
