//! Rows against the corrections of readers: how many of those looked at are right, by kind, by rule and by engine's own confidence.
//!
//! A reader who calls a row right has said so of its words, its speaker and its places; one who edits it, that the words stand and
//! that the speaker, the places or both were wrong; one who calls it wrong, that it is no statement at all. Only rows that were
//! looked at count, so this is a precision, and as fair as the choice of the rows.

use crate::format::corrections::{Judged, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// How many rows were looked at, and how many of them are right in what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Rows that were looked at.
    pub rows: u64,
    /// Those that are statements.
    pub statements: u64,
    /// Those that have the right speaker as well.
    pub speaker: u64,
    /// Statements that have the right places.
    pub places: u64,
    /// Right in all.
    pub all: u64,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        let (statement, speaker, places) = match verdict {
            Verdict::Right => (true, true, true),
            Verdict::Wrong => (false, false, false),
            Verdict::Edited { speaker, places } => (true, !speaker, !places),
        };
        self.rows += 1;
        self.statements += u64::from(statement);
        self.speaker += u64::from(speaker);
        self.places += u64::from(places);
        self.all += u64::from(speaker && places);
    }
}

/// The tallies of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Corrected {
    /// All rows that were looked at.
    pub total: Tally,
    /// By kind.
    pub kinds: BTreeMap<String, Tally>,
    /// By rule.
    pub rules: BTreeMap<String, Tally>,
    /// By confidence, in tenths: `0.9` is from 0.9 on.
    pub confidence: BTreeMap<String, Tally>,
}

impl Corrected {
    /// The tallies of rows that were looked at.
    pub fn of(rows: &[Judged]) -> Corrected {
        let mut corrected = Corrected::default();
        for row in rows {
            let class = format!("0.{}", (row.percent / 10).min(9));
            corrected.total.add(row.verdict);
            corrected.kinds.entry(row.kind.clone()).or_default().add(row.verdict);
            corrected.rules.entry(row.rule.clone()).or_default().add(row.verdict);
            corrected.confidence.entry(class).or_default().add(row.verdict);
        }
        corrected
    }
}

impl fmt::Display for Corrected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
        let mut line = |name: &str, tally: &Tally| {
            let Tally { rows, statements, speaker, places, all } = *tally;
            let [statements, speaker, places, all] = [statements, speaker, places, all].map(|part| share(part, rows));
            writeln!(f, "{name:<28} {rows:>6}  {statements:>9.1}  {speaker:>7.1}  {places:>6.1}  {all:>5.1}")
        };
        line("all rows looked at", &self.total)?;
        for tallies in [&self.kinds, &self.confidence, &self.rules] {
            for (name, tally) in tallies {
                line(&format!("  {name}"), tally)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_counted_by_what_is_right() {
        let row = |kind: &str, verdict| Judged { kind: kind.into(), rule: "r".into(), percent: 95, verdict };
        let corrected = Corrected::of(&[
            row("direct", Verdict::Right),
            row("direct", Verdict::Wrong),
            row("indirect", Verdict::Edited { speaker: true, places: false }),
        ]);
        assert_eq!(corrected.total, Tally { rows: 3, statements: 2, speaker: 1, places: 2, all: 1 });
        assert_eq!(corrected.kinds["indirect"], Tally { rows: 1, statements: 1, speaker: 0, places: 1, all: 0 });
        assert_eq!(corrected.confidence["0.9"].rows, 3);
        assert!(
            corrected.to_string().starts_with("all rows looked at                3       66.7     33.3    66.7   33.3"),
            "{corrected}"
        );
    }
}
