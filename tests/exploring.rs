//! The explorer: what its pages show, and what nobody can do to it. All names and words are invented.

mod served;

use assert_cmd::Command;
use serde_json::{Value, json};
use served::Explorer;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

// The parts of a test.

const TEXT: &str = "“The flood wall holds,” said Mayor Irene Voss of Toledo. Ana Ruiz said the bridge is closed.";

/// A row of a document as `extract` writes it; words are found in the document's text.
fn row(
    number: usize,
    document: &str,
    text: &str,
    content: &str,
    source: Option<&str>,
    place: Option<&str>,
    more: Value,
) -> Value {
    let at = |words: &str| {
        let byte = text.find(words).unwrap_or_else(|| panic!("{words:?} in {text:?}"));
        let start = text[..byte].chars().count();
        (start, start + words.chars().count())
    };
    let (start, end) = at(content);
    let speaker = source.map(|source| {
        let (start, end) = at(source);
        json!({"name": source, "type": "person", "role": null, "text": source, "start": start, "end": end, "confidence": 0.8, "rule": "named-source"})
    });
    let places: Vec<Value> = place.map(|id| json!({"id": id, "name": id.rsplit(':').next(), "level": "city", "country": "US", "admin1": "OH",
        "geonames_id": null, "basis": "context", "text": null, "start": null, "end": null, "confidence": 0.7, "rule": "place-of-office"})).into_iter().collect();
    let mut row = json!({"doc_id": document, "id": format!("{document}#{number}"), "kind": "direct", "text": content, "content": content,
        "start": start, "end": end, "parts": [[start, end]], "cue": null, "speaker": speaker, "jurisdictions": places, "entities": [],
        "sentence": 0, "paragraph": 0, "confidence": 0.9, "rule": "quotation-before-cue",
        "date": "2024-01-05", "source": "Lake Wire", "title": "Walls and bridges", "url": null});
    row.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    row
}

const TOLEDO: &str = "ocd-division/country:us/state:oh/place:toledo";

fn rows() -> Vec<Value> {
    let mut rows = vec![
        row(0, "a", TEXT, "The flood wall holds,", Some("Irene Voss"), Some(TOLEDO), json!({})),
        row(1, "a", TEXT, "the bridge is closed", Some("Ana Ruiz"), None, json!({"kind": "indirect", "confidence": 0.5})),
    ];
    let words = "the ferry sails";
    rows.extend((0..120).map(|at| {
        row(
            0,
            &format!("b{at}"),
            words,
            words,
            None,
            None,
            json!({"date": format!("2023-{:02}-01", at % 12 + 1), "source": "Plains Post", "title": null}),
        )
    }));
    rows
}

/// A folder with a database of rows, `rows.sqlite`.
fn folder(rows: &[Value]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(folder.path().join("rows.jsonl"), lines).expect("written");
    onrecord(folder.path(), &["convert", "rows.jsonl", "-q", "-o", "rows.sqlite"]);
    folder
}

fn onrecord(folder: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_onrecord")).current_dir(folder).args(arguments).output().expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn has(page: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(page.contains(wanted), "{wanted:?} in\n{page}");
    }
}

/// How many rows a page says were found.
fn found(page: &str) -> String {
    page.split("role=\"status\"")
        .nth(1)
        .and_then(|rest| rest.split("</strong>").next())
        .and_then(|rest| rest.rsplit('>').next())
        .expect("a count")
        .to_owned()
}

// Pages.

#[test]
fn words_facets_and_pages_narrow_what_is_shown() {
    let folder = folder(&rows());
    let explorer = Explorer::start(folder.path(), &["rows.sqlite"]);
    let all = explorer.page("/");
    has(
        &all,
        &[
            "of 122 statements",
            "Page 1 of 3",
            "<bdi>Toledo, OH</bdi>",
            "<bdi>United States</bdi>",
            "<bdi>Plains Post</bdi>",
            "2023-01",
        ],
    );
    for (query, count) in [
        ("q=flood", "1"),
        ("q=FLO*+wall", "1"),
        ("q=%22wall+flood%22", "0"),
        ("q=%22+OR+(", "0"),
        ("speaker=Ana+Ruiz", "1"),
        ("speaker=Nobody", "0"),
        ("place=ocd-division%2Fcountry%3Aus", "1"),
        ("place=nowhere", "0"),
        ("kind=indirect", "1"),
        ("kind=sung", "0"),
        ("source=Lake+Wire&sure=60", "1"),
        ("since=2023-03&until=2023", "100"),
        ("until=2024-01-05", "122"),
        ("q=ferry&since=2023-12", "10"),
    ] {
        assert_eq!(found(&explorer.page(&format!("/?{query}"))), count, "{query}");
    }
    let newest = explorer.page("/?order=newest");
    assert!(newest.find("flood wall").expect("the newest") < newest.find("ferry").expect("an older one"));
    has(&explorer.page("/?page=3"), &["Page 3 of 3", "rel=\"prev\" href=\"/?page=2\""]);
    has(&explorer.page("/?page=99999999"), &["Nothing is found."]);
}

#[test]
fn an_article_shows_its_spans_with_and_without_its_text() {
    let folder = folder(&rows());
    fs::write(folder.path().join("a.txt"), TEXT).expect("written");
    let without = Explorer::start(folder.path(), &["rows.sqlite"]).page("/article/1");
    has(&without, &["[…]", "The flood wall holds,", "quotation-before-cue, 90 %", "class=\"mark source\"", "Ana Ruiz"]);
    assert!(!without.contains("said Mayor"));
    let fields = json!({"id": "a", "text": TEXT}).to_string();
    fs::write(folder.path().join("articles.jsonl"), fields).expect("written");
    let with = Explorer::start(folder.path(), &["rows.jsonl", "--articles", "articles.jsonl"]).page("/article/1");
    has(&with, &[" said Mayor ", "data-rows=\"0\"", "title=\"speaker: named-source, 80 %\""]);
    assert!(!with.contains("[…]") && !with.contains("<form"));
}

#[test]
fn what_is_found_can_be_taken_away() {
    let folder = folder(&rows());
    let explorer = Explorer::start(folder.path(), &["rows.sqlite"]);
    let (status, head, body) = explorer.request("GET", "/rows.jsonl?q=ferry", &[], "");
    assert_eq!((status, body.lines().count()), (200, 120));
    assert!(head.contains("content-disposition: attachment; filename=\"rows.jsonl\""), "{head}");
    let line: Value = serde_json::from_str(explorer.page("/rows.jsonl?q=flood").trim()).expect("a row");
    assert_eq!(line, rows()[0]);
    assert_eq!(explorer.page("/rows.csv?q=ferry").lines().count(), 121);
    assert!(explorer.request("GET", "/rows.parquet?q=flood", &[], "").2.starts_with("PAR1"));
}

// Corrections.

fn correct(explorer: &Explorer, body: &str) -> (u16, String, String) {
    let origin = format!("http://127.0.0.1:{}", explorer.port);
    let headers = [("Origin", origin.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    explorer.request("POST", "/correct", &headers, body)
}

#[test]
fn corrections_are_kept_shown_and_scored() {
    let folder = folder(&rows());
    let explorer = Explorer::start(folder.path(), &["rows.sqlite", "--corrections", "--author", "Kim"]);
    let (status, head, _) = correct(&explorer, "attribution=1&verdict=right");
    assert_eq!(status, 303);
    assert!(head.contains("location: /article/1#row-1"), "{head}");
    assert_eq!(correct(&explorer, "attribution=2&verdict=edited&speaker=Ana+Ruiz&jurisdictions=us%2Foh%2Ftoledo").0, 303);
    assert_eq!(correct(&explorer, "attribution=3&verdict=wrong").0, 303);
    assert_eq!(correct(&explorer, "attribution=4&verdict=wrong").0, 303);
    assert_eq!(correct(&explorer, "attribution=4&verdict=withdrawn").0, 303);
    assert_eq!(correct(&explorer, "attribution=2&verdict=edited&jurisdictions=atlantis").0, 400);
    assert_eq!(correct(&explorer, "attribution=2&verdict=perhaps").0, 400);
    assert_eq!(correct(&explorer, "attribution=99999&verdict=right").0, 400);
    has(&explorer.page("/article/1"), &["✓ right", "Kim", TOLEDO, "value=\"withdrawn\""]);
    drop(explorer);
    let scores: Value =
        serde_json::from_str(&onrecord(folder.path(), &["evaluate", "--corrections", "rows.sqlite", "--json"])).expect("JSON");
    assert_eq!(scores["total"], json!({"rows": 3, "statements": 2, "speaker": 2, "places": 1, "all": 1}));
    assert_eq!(scores["kinds"]["indirect"]["places"], 0);
    assert!(
        onrecord(folder.path(), &["evaluate", "--corrections", "rows.sqlite"])
            .contains("all rows looked at                3       66.7")
    );
    // Applied: the wrong row goes, the edited one changes, all others stay.
    let applied = onrecord(folder.path(), &["convert", "rows.sqlite", "-q", "--corrections", "rows.sqlite"]);
    let applied: Vec<Value> = applied.lines().map(|line| serde_json::from_str(line).expect("a row")).collect();
    let mut wanted = rows();
    wanted.remove(2);
    wanted[1]["jurisdictions"] = json!([{"id": TOLEDO, "name": "Toledo", "level": "city", "country": "US", "admin1": "OH",
        "geonames_id": 5174035, "basis": "context", "text": null, "start": null, "end": null, "confidence": 1.0, "rule": "corrected"}]);
    assert_eq!(applied, wanted);
    // A database with corrections is one of rows as before.
    assert_eq!(onrecord(folder.path(), &["convert", "rows.sqlite", "-q"]).lines().count(), 122);
}

#[test]
fn without_leave_nothing_is_written() {
    let folder = folder(&rows());
    let before = fs::read(folder.path().join("rows.sqlite")).expect("read");
    let explorer = Explorer::start(folder.path(), &["rows.sqlite"]);
    assert_eq!(correct(&explorer, "attribution=1&verdict=right").0, 403);
    assert!(!explorer.page("/article/1").contains("<form"));
    drop(explorer);
    assert_eq!(fs::read(folder.path().join("rows.sqlite")).expect("read"), before);
}

// What nobody can do.

#[test]
fn other_hosts_and_origins_are_refused() {
    let folder = folder(&rows());
    let explorer = Explorer::start(folder.path(), &["rows.sqlite", "--corrections"]);
    for host in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example"] {
        let (status, _, body) = explorer.request("GET", "/", &[("Host", host)], "");
        assert_eq!(status, 421, "{host}");
        assert!(!body.contains("flood"));
    }
    let local = format!("localhost:{}", explorer.port);
    assert_eq!(explorer.request("GET", "/", &[("Host", &local)], "").0, 200);
    for origin in [&[][..], &[("Origin", "http://evil.example")], &[("Origin", "null")]] {
        assert_eq!(explorer.request("POST", "/correct", origin, "attribution=1&verdict=wrong").0, 403);
    }
    assert!(!explorer.page("/article/1").contains("✗"));
}

#[test]
fn no_path_leads_to_the_disk_and_every_answer_has_a_strict_policy() {
    let folder = folder(&rows());
    let explorer = Explorer::start(folder.path(), &["rows.sqlite"]);
    let long = "/article/".to_owned() + &"9".repeat(5000);
    for target in [
        "/rows.sqlite",
        "/../rows.jsonl",
        "/%2e%2e/rows.jsonl",
        "//etc/passwd",
        "/article/../1",
        "/article/-1",
        "/article/1%20OR%201",
        &long,
    ] {
        let (status, head, body) = explorer.request("GET", target, &[], "");
        assert_eq!(status, 404, "{target}: {body}");
        assert!(head.contains("content-security-policy: default-src 'none'; style-src 'self'; script-src 'self';"), "{head}");
    }
    for target in ["/", "/style.css", "/script.js", "/article/1", "/rows.csv"] {
        let (status, head, _) = explorer.request("GET", target, &[], "");
        assert_eq!(status, 200);
        for header in
            ["default-src 'none'", "frame-ancestors 'none'", "x-content-type-options: nosniff", "referrer-policy: same-origin"]
        {
            assert!(head.contains(header), "{target}: {head}");
        }
    }
    assert_eq!(explorer.request("DELETE", "/", &[], "").0, 405);
}

#[test]
fn a_hostile_corpus_stays_text() {
    let script = "<script>alert(1)</script>";
    let sly = "\"><img src=x onerror=alert(2)>\u{202e}";
    let long = "x".repeat(1 << 20);
    let mut hostile = vec![
        row(
            0,
            script,
            script,
            script,
            Some(script),
            Some(script),
            json!({"title": script, "source": sly, "date": script, "url": "javascript:alert(3)", "rule": script}),
        ),
        row(
            1,
            script,
            sly,
            sly,
            Some(sly),
            Some(sly),
            json!({"title": script, "source": sly, "date": script, "url": "javascript:alert(3)"}),
        ),
        row(0, "long", &long, &long, Some(&long), None, json!({"title": long, "source": long})),
        row(
            0,
            "far",
            "word",
            "word",
            None,
            None,
            json!({"start": 4_000_000_000u32, "end": 4_000_000_004u32, "parts": [[4_000_000_000u32, 4_000_000_004u32], [9, 3]]}),
        ),
    ];
    hostile[1]["speaker"]["role"] = json!("a\u{0}b");
    let folder = folder(&hostile);
    let explorer = Explorer::start(folder.path(), &["rows.sqlite", "--corrections", "--title", script]);
    for target in [
        "/",
        "/?q=%3Cscript%3E",
        "/?speaker=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/article/1",
        "/article/2",
        "/article/3",
        "/article/999",
    ] {
        let (status, _, body) = explorer.request("GET", target, &[], "");
        assert!(status == 200 || target.ends_with("999"), "{target}: {body}");
        let scripts = body.matches("<script").count();
        assert_eq!(scripts, body.matches("<script src=\"/script.js\" defer></script>").count(), "{target}");
        assert!(
            !body.contains("<img")
                && !body.contains("href=\"javascript")
                && !body.contains('\u{202e}')
                && !body.contains('\u{0}'),
            "{target}"
        );
        assert!(body.len() < 3_000_000, "{target}: {}", body.len());
    }
}
