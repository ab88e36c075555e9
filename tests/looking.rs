//! Counting rows and looking at them: `stats` and `report`. All names and words are invented.

use assert_cmd::Command;
use base64::Engine;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use sha2::Digest;
use std::fs;
use tempfile::TempDir;

// The parts of a test.

/// A row: document, speaker, ids of places, more fields.
fn row(document: &str, speaker: &str, places: &[&str], more: Value) -> Value {
    let places: Vec<Value> =
        places.iter().map(|id| json!({"id": id, "name": name(id), "level": level(id), "country": "US"})).collect();
    let mut row = json!({"doc_id": document, "content": "Words were said", "kind": "direct", "confidence": 0.9,
        "speaker": {"name": speaker, "type": "person", "rule": "named-source"}, "jurisdictions": places});
    row.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    row
}

fn name(id: &str) -> String {
    id.rsplit([':', '/']).next().unwrap_or(id).to_owned()
}

fn level(id: &str) -> &'static str {
    ["place:", "county:", "state:"]
        .iter()
        .zip(["city", "county", "state"])
        .find(|(mark, _)| id.contains(*mark))
        .map_or("country", |(_, l)| l)
}

const US: &str = "ocd-division/country:us";
const ILLINOIS: &str = "ocd-division/country:us/state:il";
const CHICAGO: &str = "ocd-division/country:us/state:il/place:chicago";
const TOLEDO: &str = "ocd-division/country:us/state:oh/place:toledo";

fn rows() -> Vec<Value> {
    vec![
        row("a", "Irene Voss", &[TOLEDO], json!({"date": "2024-01-05", "source": "Lake Wire"})),
        row("a", "Irene Voss", &[TOLEDO, US], json!({"date": "2024-01-05", "source": "Lake Wire", "kind": "indirect"})),
        row("b", "Otto Hale", &[CHICAGO], json!({"date": "2024-02-01", "source": "Plains Post"})),
        row("b", "Otto Hale", &[ILLINOIS], json!({"date": "2024-02-01", "source": "Plains Post", "confidence": 0.3})),
        row("c", "Otto Hale", &[], json!({"speaker": null})),
    ]
}

struct Place(TempDir);

impl Place {
    fn with(rows: &[Value]) -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        fs::write(folder.path().join("rows.jsonl"), lines).expect("written");
        Place(folder)
    }

    /// Exit code, output, errors.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
        let output = command.current_dir(self.0.path()).args(arguments).output().expect("the command runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn prints(&self, arguments: &[&str], expected: Expect) {
        let (code, out, err) = self.run(arguments);
        assert_eq!(code, 0, "{err}");
        expected.assert_eq(&out);
    }
}

// Counts.

#[test]
fn a_row_about_a_city_counts_for_its_state_and_country() {
    let place = Place::with(&rows());
    place.prints(
        &["stats", "rows.jsonl", "--by", "state", "-q"],
        expect![[r#"
            state         statements  documents
            Illinois, US           2          1  ████████████████████████
            Ohio, US               2          1  ████████████████████████
            (none)                 1          1  ████████████
        "#]],
    );
    place.prints(
        &["stats", "rows.jsonl", "--by", "country,kind", "-q", "--format", "csv"],
        expect![[r#"
            country,country_id,kind,statements,documents
            United States,ocd-division/country:us,direct,3,2
            United States,ocd-division/country:us,indirect,1,1
            ,,direct,1,1
        "#]],
    );
}

#[test]
fn within_takes_what_lies_inside_and_no_other_place_of_the_row() {
    let place = Place::with(&rows());
    place.prints(
        &["stats", "rows.jsonl", "--by", "jurisdiction", "-q", "--format", "csv", "--within", "us/oh"],
        expect![[r#"
            jurisdiction,jurisdiction_id,statements,documents
            "Toledo, OH",ocd-division/country:us/state:oh/place:toledo,2,1
        "#]],
    );
    let (code, _, err) = place.run(&["stats", "rows.jsonl", "--by", "speaker", "--within", "atlantis"]);
    assert_eq!(code, 2);
    assert!(err.contains("no place `atlantis`: give an id"), "{err}");
}

#[test]
fn filters_of_confidence_and_date_leave_rows_out() {
    let place = Place::with(&rows());
    place.prints(
        &["stats", "rows.jsonl", "--by", "speaker", "-q", "--format", "csv", "--min-confidence", "0.5", "--since", "2024-02"],
        expect![[r#"
            speaker,speaker_id,statements,documents
            Otto Hale,Otto Hale,1,1
        "#]],
    );
}

#[test]
fn months_are_in_order_and_undated_rows_last() {
    Place::with(&rows()).prints(
        &["stats", "rows.jsonl", "--by", "month", "-q", "--format", "json"],
        expect![[r#"
            {
              "all_groups": 3,
              "by": [
                "month"
              ],
              "documents": 3,
              "documents_scattered": false,
              "groups": [
                {
                  "documents": 1,
                  "month": "2024-01",
                  "statements": 2
                },
                {
                  "documents": 1,
                  "month": "2024-02",
                  "statements": 2
                },
                {
                  "documents": 1,
                  "month": null,
                  "statements": 1
                }
              ],
              "rows": 5,
              "statements": 5
            }
        "#]],
    );
}

#[test]
fn no_order_of_the_rows_changes_counts_or_the_page() {
    let mut rows = rows();
    let outputs = |rows: &[Value]| {
        let place = Place::with(rows);
        let stats = place.run(&["stats", "rows.jsonl", "--by", "speaker,jurisdiction,source", "-q", "--format", "csv"]).1;
        (stats, place.run(&["report", "rows.jsonl", "-q"]).1)
    };
    let before = outputs(&rows);
    // Documents stay whole, in another order.
    rows.rotate_left(2);
    assert_eq!(outputs(&rows), before);
}

#[test]
fn documents_in_several_places_are_told() {
    let mut rows = rows();
    rows.push(row("a", "Irene Voss", &[], json!({})));
    let (code, _, err) = Place::with(&rows).run(&["stats", "rows.jsonl", "--by", "speaker"]);
    assert_eq!(code, 0);
    assert!(err.contains("some documents stand in several places"), "{err}");
    assert!(err.contains("6 rows, 6 statements of 3 documents counted, 3 groups"), "{err}");
}

#[test]
fn wrong_flags_and_broken_rows_are_told() {
    let place = Place::with(&rows());
    let (code, _, err) = place.run(&["stats", "rows.jsonl", "--by", "weather"]);
    assert_eq!(code, 2);
    assert!(err.contains("is none of speaker, type, role"), "{err}");
    assert_eq!(place.run(&["stats", "rows.jsonl", "--by", "kind,kind"]).0, 2);
    fs::write(place.0.path().join("broken.jsonl"), "{\"doc_id\": \"a\"}\nno row\n").expect("written");
    let (code, _, err) = place.run(&["report", "broken.jsonl", "-o", "page.html"]);
    assert_eq!(code, 3);
    assert!(err.contains("broken.jsonl:2"), "{err}");
    let (code, _, err) = place.run(&["stats", "rows.jsonl", "--by", "kind", "--since", "2017", "--until", "2016-05"]);
    assert_eq!(code, 2);
    assert!(err.contains("--since 2017 is later than --until 2016-05"), "{err}");
    assert_eq!(place.run(&["stats", "rows.jsonl", "--by", "kind", "--since", "2016-05", "--until", "2016"]).0, 0);
}

#[test]
fn a_file_without_rows_is_told_in_a_few_lines() {
    let place = Place::with(&rows());
    fs::write(place.0.path().join("article.jsonl"), "no row\n".repeat(1000)).expect("written");
    let (code, _, err) = place.run(&["stats", "article.jsonl", "--by", "kind"]);
    assert_eq!(code, 1);
    assert_eq!(err.lines().count(), 22, "{err}");
    assert!(err.contains("article.jsonl: 980 more like these, before any row"), "{err}");
}

// The page.

#[test]
fn the_page_loads_nothing_and_its_policy_allows_its_own_style_alone() {
    let page = Place::with(&rows()).run(&["report", "rows.jsonl", "-q"]).1;
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a style");
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    assert!(page.contains(&format!("content=\"default-src 'none'; style-src 'sha256-{hash}'; ")), "{}", &page[..600]);
    for forbidden in ["<script", "<link", "<img", "<iframe", "src=", "http://", "https://", " style=", "url(", "@import"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_page_shows_the_figures() {
    let page = Place::with(&rows()).run(&["report", "rows.jsonl", "-q", "--title", "Lakes & plains"]).1;
    let text = [
        "<title>Lakes &amp; plains</title>",
        "<dt>statements</dt><dd>5</dd>",
        "<title>Ohio, US: 2</title>",
        "2024-01-05",
        "Irene Voss",
    ];
    for text in text {
        assert!(page.contains(text), "{text}");
    }
    // Lucas County, Ohio, holds Toledo; Cook County, Illinois, Chicago.
    assert!(page.contains("<title>Lucas County, OH: 2</title>") && page.contains("<title>Cook County, IL: 1</title>"));
}

#[test]
fn a_hostile_corpus_stays_text() {
    let script = "<script>alert(1)</script>";
    let long = "x".repeat(1 << 20);
    let attribute = "\"><svg onload=alert(2)>\u{202e}\u{0}";
    let mut hostile = row(
        script,
        attribute,
        &[script],
        json!({"date": script, "source": script, "title": attribute, "url": "javascript:alert(3)"}),
    );
    hostile["content"] = json!(script);
    hostile["speaker"]["role"] = json!(script);
    let mut huge = row("b", &long, &["mine:1"], json!({"title": long, "source": long}));
    huge["content"] = json!(long);
    let page = Place::with(&[hostile, huge]).run(&["report", "rows.jsonl", "-q", "--title", script]).1;
    assert!(page.contains("&lt;script&gt;"));
    let elements = page.split('<').skip(1).map(|rest| rest.split(['>', ' ', '/']).find(|name| !name.is_empty()).unwrap_or(""));
    assert!(elements.clone().all(|name| name != "script"), "a script");
    assert!(
        !page.contains("<svg onload") && !page.contains('\u{0}') && !page.contains('\u{202e}') && !page.contains("javascript:")
    );
    assert!(page.len() < 500_000, "{}", page.len());
}

#[test]
fn no_rows_make_a_page_that_says_so() {
    let place = Place::with(&[]);
    let (code, page, _) = place.run(&["report", "rows.jsonl", "-q"]);
    assert_eq!(code, 0);
    assert!(page.contains("There is no statement to show."));
}
