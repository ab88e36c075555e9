//! Tables: the same rows as JSON Lines, CSV, Parquet and SQLite, and as other programs read them.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const TABLES: [&str; 4] = ["jsonl", "csv", "parquet", "sqlite"];

fn onrecord(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
    let output = command.current_dir(folder).args(arguments).output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn done(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = onrecord(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    out
}

/// A folder with the rows of the sample corpus: `plain.jsonl`, and `keyed.jsonl` with keys and metadata.
fn with_rows() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let corpus = corpus.to_str().expect("UTF-8");
    done(folder.path(), &["extract", corpus, "--engine", "rules", "-q", "-o", "plain.jsonl"]);
    let odd = r#"{"id": "odd|\\", "text": "“Never|ever \\ again,” said Ana Ruiz, the mayor of Toledo, Ohio. “A\tB\r\nC, \"so\" it goes.”", "title": "", "n": 7, "url": "\\-"}"#;
    fs::write(folder.path().join("odd.jsonl"), odd).expect("written");
    done(folder.path(), &["extract", corpus, "odd.jsonl", "--engine", "rules", "--keep", "all", "-q", "-o", "kept.jsonl"]);
    done(folder.path(), &["speakers", "kept.jsonl", "--rows", "keyed.jsonl", "-q", "-o", "speakers.jsonl"]);
    folder
}

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).expect("the file is there")
}

#[test]
fn every_table_becomes_every_other_and_comes_back_byte_for_byte() {
    let folder = with_rows();
    for rows in ["plain", "keyed"] {
        let name = |ending: &str| format!("{rows}.{ending}");
        for ending in &TABLES[1..] {
            done(folder.path(), &["convert", &name("jsonl"), "-q", "-o", &name(ending)]);
        }
        for from in TABLES {
            for to in TABLES {
                let there = format!("there.{to}");
                done(folder.path(), &["convert", &name(from), "-q", "-o", &there]);
                assert!(read(&folder, &there) == read(&folder, &name(to)), "{rows}: {from} to {to} differs");
            }
        }
    }
}

#[test]
fn the_commands_on_rows_read_every_table() {
    let folder = with_rows();
    let speakers = done(folder.path(), &["speakers", "keyed.jsonl", "-q"]);
    let groups = done(folder.path(), &["merge", "keyed.jsonl", "-q"]);
    assert!(speakers.lines().count() > 100);
    for ending in &TABLES[1..] {
        let table = format!("keyed.{ending}");
        done(folder.path(), &["convert", "keyed.jsonl", "-q", "-o", &table]);
        assert!(done(folder.path(), &["speakers", &table, "-q", "--rows", "again.jsonl"]) == speakers, "{table}");
        assert!(read(&folder, "again.jsonl") == read(&folder, "keyed.jsonl"), "{table}");
        assert!(done(folder.path(), &["merge", &table, "-q"]) == groups, "{table}");
        let piped = Command::new(env!("CARGO_BIN_EXE_onrecord"))
            .args(["speakers", "-", "-q"])
            .write_stdin(read(&folder, &table))
            .output()
            .expect("the command runs");
        assert!(piped.stdout == speakers.as_bytes(), "{table} through a pipe");
    }
}

#[test]
fn what_a_table_cannot_carry_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "{\"doc_id\":\"a\",\"id\":\"a#0\",\"kind\":\"direct\",\"text\":\"x\",\"content\":\"x\",\"start\":0,\"end\":1,\"parts\":[[0,1]],\
        \"cue\":null,\"speaker\":null,\"jurisdictions\":[],\"entities\":[],\"sentence\":0,\"paragraph\":0,\"confidence\":1.0,\
        \"rule\":\"r\",\"date\":null,\"source\":null,\"title\":null,\"url\":null,\"mine\":7}\n";
    fs::write(folder.path().join("rows.jsonl"), format!("{line}{{\"doc_id\":\"b\"}}\nnonsense\n")).expect("written");
    let (code, _, err) = onrecord(folder.path(), &["convert", "rows.jsonl", "-o", "rows.parquet"]);
    assert_eq!(code, 3);
    assert!(err.contains("`mine` is no field of rows: only JSON Lines can carry it"), "{err}");
    assert!(err.contains("row b: missing field `id`"), "{err}");
    assert!(err.contains("rows.jsonl:3: no row: rows are what onrecord extract writes"), "{err}");
    assert!(err.contains("1 row, 2 rejected"), "{err}");
    let (code, out, _) = onrecord(folder.path(), &["convert", "rows.jsonl", "-q"]);
    assert_eq!((code, out.as_str()), (3, &*format!("{line}{{\"doc_id\":\"b\"}}\n")));
}

#[test]
fn damaged_tables_are_named() {
    let folder = with_rows();
    for (ending, says) in [("parquet", "damaged"), ("sqlite", "no database of rows")] {
        let table = format!("plain.{ending}");
        done(folder.path(), &["convert", "plain.jsonl", "-q", "-o", &table]);
        let mut bytes = read(&folder, &table);
        bytes.truncate(bytes.len() / 2);
        fs::write(folder.path().join(&table), bytes).expect("written");
        let (code, _, err) = onrecord(folder.path(), &["merge", &table]);
        assert!((code == 1 || code == 3) && err.contains(&table) && err.contains(says), "{code}: {err}");
    }
    fs::write(folder.path().join("bad.csv"), "doc_id,id,start\na,a#0,x\n\"b\n").expect("written");
    let (code, _, err) = onrecord(folder.path(), &["convert", "bad.csv"]);
    assert_eq!(code, 1);
    assert!(err.contains("bad.csv:2: the column `start` holds no whole number: x"), "{err}");
}

#[test]
fn rows_that_are_asked_for_stay_as_they_are() {
    let folder = with_rows();
    let plain = done(folder.path(), &["convert", "plain.jsonl", "-q"]);
    let asked = |flags: &[&str]| done(folder.path(), &[&["convert", "plain.jsonl", "-q"], flags].concat());
    let about = asked(&["--within", "us/pa"]);
    let all: Vec<&str> = plain.lines().collect();
    assert!(!about.is_empty() && about.lines().count() < all.len());
    for line in &all {
        let row: serde_json::Value = serde_json::from_str(line).expect("a row");
        let places = row["jurisdictions"].as_array().expect("a list");
        let here = |place: &serde_json::Value| place["country"] == "US" && place["admin1"] == "PA";
        assert_eq!(about.lines().any(|other| other == *line), places.iter().any(here), "{line}");
    }
    let sure: Vec<serde_json::Value> =
        asked(&["--min-confidence", "0.7"]).lines().map(|line| serde_json::from_str(line).expect("a row")).collect();
    let is_sure = |what: &serde_json::Value| what["confidence"].as_f64().is_some_and(|share| share >= 0.7);
    assert!(!sure.is_empty() && sure.len() < all.len());
    assert!(sure.iter().all(|row| is_sure(row) && row["jurisdictions"].as_array().expect("a list").iter().all(is_sure)));
    let (code, _, err) = onrecord(folder.path(), &["convert", "plain.jsonl", "--until", "1066"]);
    assert_eq!((code, err.trim()), (0, format!("{0} rows, {0} do not match", all.len()).as_str()));
}

#[test]
fn wrong_usage_of_convert_exits_2() {
    let folder = with_rows();
    for (arguments, says) in [
        (&["convert", "plain.jsonl", "-o", "rows.xlsx"][..], "rows.xlsx: its name does not say what to write"),
        (&["convert", "plain.jsonl", "--format", "parquet"][..], "--format parquet goes to a file"),
        (&["convert", "plain.jsonl", "--within", "us/zz"][..], "no place `us/zz`"),
    ] {
        let (code, _, err) = onrecord(folder.path(), arguments);
        assert!(code == 2 && err.contains(says), "{code}: {err}");
    }
}

/// What other programs find in the tables; a library that is not there is passed over, and said so.
const SCRIPT: &str = r#"
import json, sqlite3, sys
rows = [json.loads(line) for line in open("keyed.jsonl", encoding="utf-8")]
wanted = (len(rows), sum(1 for r in rows if r["speaker"]), sum(len(r["jurisdictions"]) for r in rows), sum(r["end"] - r["start"] for r in rows))
c = sqlite3.connect("keyed.sqlite")
assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
assert c.execute("PRAGMA foreign_key_check").fetchall() == []
found = c.execute('SELECT count(*), count(speaker), (SELECT count(*) FROM attribution_jurisdictions), sum("end" - start) FROM attributions').fetchone()
assert found == wanted, (found, wanted)
hits = c.execute("SELECT count(*) FROM attributions_fts WHERE attributions_fts MATCH 'city'").fetchone()[0]
assert hits > 10, hits
names = c.execute("SELECT s.name, j.name FROM attributions a JOIN speakers s ON s.number = a.speaker JOIN attribution_jurisdictions l ON l.attribution = a.number JOIN jurisdictions j ON j.number = l.jurisdiction ORDER BY a.number, l.position").fetchall()
assert names == [(r["speaker"]["name"], j["name"]) for r in rows if r["speaker"] for j in r["jurisdictions"]]
print("read by sqlite3")
try:
    import duckdb
    found = duckdb.sql('SELECT count(*), count(speaker.name), sum(len(jurisdictions))::INT, sum("end" - start)::INT FROM \'keyed.parquet\'').fetchall()[0]
    assert found == wanted, (found, wanted)
    assert [p for p, in duckdb.sql("SELECT parts FROM 'keyed.parquet'").fetchall()] == [r["parts"] for r in rows]
    assert [m for m, in duckdb.sql("SELECT metadata FROM 'keyed.parquet'").fetchall()] == [r["metadata"] for r in rows]
    print("read by duckdb")
except ImportError:
    print("skipped: no duckdb")
try:
    import pandas, pyarrow
    table = pandas.read_parquet("keyed.parquet")
    assert list(table["content"]) == [r["content"] for r in rows]
    assert [s and s["key"] for s in table["speaker"]] == [r["speaker"] and r["speaker"]["key"] for r in rows]
    assert len(pandas.read_csv("keyed.csv")) == len(rows)
    print("read by pandas")
except ImportError:
    print("skipped: no pandas with pyarrow")
try:
    import polars
    table = polars.read_parquet("keyed.parquet")
    assert [[j["id"] for j in about] for about in table["jurisdictions"].to_list()] == [[j["id"] for j in r["jurisdictions"]] for r in rows]
    print("read by polars")
except ImportError:
    print("skipped: no polars")
"#;

#[test]
fn other_programs_read_the_tables() {
    let python = std::env::var("ONRECORD_PYTHON").unwrap_or_else(|_| "python3".into());
    let folder = with_rows();
    for ending in &TABLES[1..] {
        done(folder.path(), &["convert", "keyed.jsonl", "-q", "-o", &format!("keyed.{ending}")]);
    }
    match std::process::Command::new(&python).current_dir(folder.path()).args(["-c", SCRIPT]).output() {
        Err(error) => println!("skipped: no {python} ({error})"),
        Ok(output) => {
            print!("{}", String::from_utf8_lossy(&output.stdout));
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
