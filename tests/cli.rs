//! The command line: flags, messages, exit codes, what is written where.

use assert_cmd::Command;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ARTICLE: &str =
    "Toledo, Ohio, lost its pump in May. “Nobody was told,” said Mayor Irene Voss. She said Dayton would lend one.\n";

// The parts of a test.

/// A folder to work in, gone at the end of the test.
struct Place(TempDir);

/// What a run of the command left behind.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A folder with one article, `a.txt`.
    fn with_article() -> Place {
        Place::new().file("a.txt", ARTICLE)
    }

    fn file(self, name: &str, content: impl AsRef<[u8]>) -> Place {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with("", arguments)
    }

    fn run_with(&self, stdin: impl Into<Vec<u8>>, arguments: &[&str]) -> Run {
        let mut command = onrecord();
        finished(command.current_dir(self.0.path()).args(arguments).write_stdin(stdin))
    }
}

fn onrecord() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").timeout(Duration::from_secs(120));
    command
}

fn finished(command: &mut Command) -> Run {
    let output = command.output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
    Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

impl Run {
    /// The exit code is this one; an error says itself and is no panic.
    #[track_caller]
    fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    fn says(self, part: &str) -> Run {
        assert!(self.err.contains(part), "`{part}` is not in:\n{}", self.err);
        self
    }

    #[track_caller]
    fn stays_silent(self) -> Run {
        assert_eq!(self.err, "");
        self
    }

    #[track_caller]
    fn wrote(self, lines: usize) -> Run {
        assert_eq!(self.out.lines().count(), lines, "{}", self.out);
        self
    }

    fn rows(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }

    /// One field of each row.
    fn field(&self, pointer: &str) -> Vec<String> {
        let value = |row: &Value| row.pointer(pointer).map_or("-".into(), |v| v.as_str().map_or(v.to_string(), str::to_owned));
        self.rows().iter().map(value).collect()
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[track_caller]
fn check(found: &str, expected: Expect) {
    expected.assert_eq(found);
}

// Help and usage.

#[test]
fn help_names_the_commands_and_exit_codes() {
    let run = Place::new().run(&["--help"]).exits(0).stays_silent();
    for word in ["extract", "show", "speakers", "merge", "evaluate", "gazetteer", "Exit codes: 0"] {
        assert!(run.out.contains(word), "{word}");
    }
}

#[test]
fn help_of_extract_names_every_flag_of_the_readme() {
    let run = Place::new().run(&["extract", "--help"]).exits(0).stays_silent();
    let readme = fs::read_to_string(repository("README.md")).expect("a README");
    let told: BTreeSet<&str> = run.out.split_whitespace().filter(|word| word.starts_with("--")).collect();
    assert!(told.len() > 30, "{told:?}");
    for flag in told.iter().map(|flag| flag.trim_end_matches([',', ')', ']', '.'])) {
        let usual = ["--output", "--quiet", "--help"].contains(&flag);
        assert!(usual || readme.contains(flag), "the README does not name {flag}");
    }
}

#[test]
fn the_row_of_the_readme_is_what_comes_out() {
    let readme = fs::read_to_string(repository("README.md")).expect("a README");
    let shown = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a row");
    let shown: Value = serde_json::from_str(shown).expect("JSON");
    let articles = repository("corpus");
    let rows = Place::new().run(&["extract", articles.to_str().expect("UTF-8")]).exits(0).rows();
    let row = rows.iter().find(|row| row["id"] == shown["id"]).expect("the row");
    assert_eq!(*row, shown);
}

#[test]
fn version_is_that_of_the_package() {
    let run = Place::new().run(&["--version"]).exits(0).stays_silent();
    assert_eq!(run.out, format!("onrecord {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_exits_2() {
    let place = Place::with_article();
    for arguments in [
        &[] as &[&str],
        &["nope"],
        &["extract"],
        &["extract", "--nope", "a.txt"],
        &["extract", "--format", "xml", "a.txt"],
        &["extract", "--cues", "some", "a.txt"],
        &["extract", "--engine", "slow", "a.txt"],
        &["extract", "--threads", "-1", "a.txt"],
        &["extract", "--threads", "many", "a.txt"],
        &["extract", "--threads", "100000", "a.txt"],
        &["extract", "--effort", "low", "a.txt"],
        &["extract", "--home", "a.txt"],
        &["show"],
        &["speakers"],
        &["speakers", "a.txt", "--format", "annotations"],
        &["speakers", "a.txt", "--min-confidence", "2"],
        &["speakers", "a.txt", "--min-confidence", "high"],
        &["speakers", "a.txt", "--min-confidence", "nan"],
        &["speakers", "a.txt", "--top", "-1"],
        &["speakers", "a.txt", "--engine", "fast"],
        &["merge"],
        &["merge", "a.txt", "--format", "csv"],
        &["merge", "a.txt", "--people", "a.txt"],
        &["gazetteer", "find"],
    ] {
        let run = place.run(arguments).exits(2);
        assert_eq!(run.out, "", "{arguments:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_wrong_value_is_answered_with_the_right_ones() {
    Place::with_article().run(&["extract", "--format", "xml", "a.txt"]).exits(2).says("jsonl, csv, annotations");
}

// What goes in.

#[test]
fn a_file_becomes_rows() {
    let run = Place::with_article().run(&["extract", "a.txt"]).exits(0).wrote(2).says("1 document,").says("2 attributions");
    assert_eq!(run.field("/doc_id"), ["a", "a"]);
    assert_eq!(run.field("/id"), ["a#0", "a#1"]);
    assert_eq!(run.field("/content"), ["Nobody was told,", "Dayton would lend one"]);
    assert_eq!(run.field("/speaker/name"), ["Irene Voss", "Irene Voss"]);
}

#[test]
fn a_folder_is_walked_in_sorted_order_without_gold_and_hidden_files() {
    let place = Place::new()
        .file("in/b.txt", ARTICLE)
        .file("in/a/z.txt", ARTICLE)
        .file("in/c.jsonl", format!("{}\n", json!({"id": "line", "text": ARTICLE})))
        .file("in/b.gold.json", "{}")
        .file("in/c.gold.jsonl", "{}\n")
        .file("in/.hidden.txt", ARTICLE)
        .file("in/notes.pdf", "no");
    let mut ids = place.run(&["extract", "in"]).exits(0).field("/doc_id");
    ids.dedup();
    assert_eq!(ids, ["z", "b", "line"]);
}

#[test]
fn a_missing_path_is_named() {
    Place::new().run(&["extract", "nowhere.txt"]).exits(1).says("nowhere.txt: no such file or folder");
}

#[test]
fn a_missing_path_does_not_stop_the_rest() {
    Place::with_article().run(&["extract", "nowhere.txt", "a.txt"]).exits(3).wrote(2).says("nowhere.txt").says("1 rejected");
}

#[test]
fn a_folder_without_documents_is_named() {
    let place = Place::new().file("in/notes.pdf", "no");
    place.run(&["extract", "in"]).exits(1).says("in: no documents in this folder");
}

#[test]
fn an_unknown_kind_of_file_is_named() {
    Place::new().file("a.pdf", "no").run(&["extract", "a.pdf"]).exits(1).says("a.pdf: unknown kind of file (known: .txt, .jsonl");
}

#[test]
fn empty_files_are_named() {
    let place = Place::with_article().file("e.txt", "").file("b.txt", " \n\n").file("e.jsonl", "").file("b.jsonl", "\n \n");
    let run = place.run(&["extract", "e.txt", "b.txt", "e.jsonl", "b.jsonl", "a.txt"]).exits(3).wrote(2).says("4 rejected");
    let run = run.says("e.txt: the document is empty").says("b.txt: the document is empty");
    run.says("e.jsonl: the file is empty").says("b.jsonl: the file is empty");
}

#[test]
fn an_empty_standard_input_is_named() {
    let place = Place::new();
    place.run(&["extract", "-"]).exits(1).says("<stdin>: the file is empty");
    place.run(&["extract", "-", "--stdin", "text"]).exits(1).says("<stdin>: the document is empty");
}

#[test]
fn standard_input_holds_json_lines_or_one_text() {
    let place = Place::new();
    let line = json!({"doc_id": 7, "text": ARTICLE}).to_string();
    assert_eq!(place.run_with(line, &["extract", "-"]).exits(0).field("/doc_id"), ["7", "7"]);
    assert_eq!(place.run_with(ARTICLE, &["extract", "-", "--stdin", "text"]).exits(0).field("/doc_id"), ["stdin", "stdin"]);
}

#[test]
fn a_broken_line_is_named_and_the_rest_processed() {
    let good = |id: &str| json!({"id": id, "text": ARTICLE}).to_string();
    let lines =
        [good("one"), "{\"id\": \"two\", \"text\": ".into(), good("three"), "[1, 2]".into(), "{\"text\": 5}".into()].join("\n");
    let run = Place::new().file("a.jsonl", lines).run(&["extract", "a.jsonl"]).exits(3).wrote(4);
    assert_eq!(run.field("/doc_id"), ["one", "one", "three", "three"]);
    let run = run
        .says("a.jsonl:2: broken JSON at column 22: EOF while parsing a value")
        .says("a.jsonl:4: the line holds no JSON object");
    run.says("a.jsonl:5: the field `text` is no text").says("3 rejected");
}

#[test]
fn a_missing_text_field_is_answered_with_a_hint() {
    let line = json!({"id": "one", "story": ARTICLE.repeat(4)}).to_string();
    let place = Place::new().file("a.jsonl", &line);
    place.run(&["extract", "a.jsonl"]).exits(1).says(
        "a.jsonl:1: no field `text`, `body`, `content` or `maintext` (long text stands in: story; choose with --text-field)",
    );
    place.run(&["extract", "a.jsonl", "--text-field", "story"]).exits(0);
}

#[test]
fn a_missing_id_field_is_named_and_a_document_without_id_gets_one() {
    let place = Place::new().file("a.jsonl", json!({"slug": "s", "text": ARTICLE}).to_string());
    assert_eq!(place.run(&["extract", "a.jsonl"]).exits(0).says("--id-field").field("/doc_id"), ["a:1", "a:1"]);
    assert_eq!(place.run(&["extract", "a.jsonl", "--id-field", "slug"]).exits(0).field("/doc_id"), ["s", "s"]);
    place.run(&["extract", "a.jsonl", "--id-field", "key"]).exits(1).says("a.jsonl:1: no field `key`");
}

#[test]
fn metadata_passes_through() {
    let line = json!({"id": "one", "text": ARTICLE, "date": "2020-05-01", "source": "Harlan News", "title": "No pump", "url": "u", "other": [1]});
    let run = Place::new().file("a.jsonl", line.to_string()).run(&["extract", "a.jsonl"]).exits(0);
    for (field, value) in [("/date", "2020-05-01"), ("/source", "Harlan News"), ("/title", "No pump"), ("/url", "u")] {
        assert_eq!(run.field(field), [value, value]);
    }
}

#[test]
fn legacy_encodings_are_read_and_said() {
    let place = Place::new().file("a.txt", b"\x93We lost,\x94 said Mayor Jos\xe9 Mu\xf1oz.");
    let run = place.run(&["extract", "a.txt"]).exits(0).says("note: a.txt: read as windows-1252");
    assert_eq!(run.field("/speaker/name"), ["José Muñoz"]);
    assert_eq!(run.field("/start"), ["1"]);
}

#[test]
fn a_line_in_a_legacy_encoding_is_read_and_said() {
    let place = Place::new().file("a.jsonl", b"{\"id\": \"one\", \"text\": \"Mayor Jos\xe9 Mu\xf1oz said we lost.\"}\n");
    let run = place.run(&["extract", "a.jsonl"]).exits(0).says("note: a.jsonl:1: read as windows-1252");
    assert_eq!(run.field("/speaker/name"), ["José Muñoz"]);
}

#[test]
fn utf_16_with_a_mark_is_read_and_said() {
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(ARTICLE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    Place::new().file("a.txt", bytes).run(&["extract", "a.txt"]).exits(0).wrote(2).says("read as UTF-16LE");
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_text() {
    let place = Place::new().file("a.txt", "\u{feff}Irene Voss said it failed.").file("b.txt", "Irene Voss said it failed.");
    let starts = place.run(&["extract", "a.txt", "b.txt"]).exits(0).field("/start");
    assert_eq!(starts[0], starts[1]);
}

#[test]
fn windows_line_ends_are_part_of_the_text() {
    let text = "The pump is old.\r\n\r\nIrene Voss said it failed.\r\n";
    let run = Place::new().file("a.txt", text).run(&["extract", "a.txt"]).exits(0);
    assert_eq!(run.field("/start"), [text.find("it failed").expect("stands there").to_string()]);
    assert_eq!(run.field("/paragraph"), ["1"]);
}

#[test]
fn a_binary_file_is_named() {
    let place = Place::with_article().file("z.txt", vec![0; 100_000]).file("z.jsonl", vec![0; 100_000]);
    let run = place.run(&["extract", "z.txt", "z.jsonl", "a.txt"]).exits(3).wrote(2);
    run.says("z.txt: no text: the file is binary").says("z.jsonl:1: no text");
}

#[test]
fn bytes_that_are_no_encoding_do_no_harm() {
    let bytes: Vec<u8> = (0..60_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).map(|b| b.max(1)).collect();
    Place::new().file("a.txt", bytes).run(&["extract", "a.txt"]).exits(0).says("read as");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_article().file("secret.txt", ARTICLE);
    fs::set_permissions(place.path("secret.txt"), fs::Permissions::from_mode(0o000)).expect("set");
    if fs::read(place.path("secret.txt")).is_ok() {
        // Nothing is unreadable for root.
        return;
    }
    place.run(&["extract", "secret.txt", "a.txt"]).exits(3).wrote(2).says("secret.txt: Permission denied");
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_ends() {
    let place = Place::new().file("in/a.txt", ARTICLE);
    std::os::unix::fs::symlink(place.path("in"), place.path("in/again")).expect("linked");
    place.run(&["extract", "in"]).exits(0).wrote(2);
}

#[test]
fn a_folder_named_like_a_file_is_a_folder() {
    Place::new().file("in.txt/a.txt", ARTICLE).run(&["extract", "in.txt"]).exits(0).wrote(2);
}

#[test]
fn patterns_are_filled_in_and_lists_are_read() {
    let place =
        Place::new().file("in/a.txt", ARTICLE).file("in/b.txt", ARTICLE).file("in/deep/c.txt", ARTICLE).file("in/d.pdf", "no");
    let ids = |arguments: &[&str], stdin: &str| {
        let mut ids = place.run_with(stdin, &[&["extract"], arguments].concat()).exits(0).field("/doc_id");
        ids.dedup();
        ids.join(" ")
    };
    assert_eq!(ids(&["in/*.txt"], ""), "a b");
    assert_eq!(ids(&["in/**/*.txt"], ""), "a b c");
    assert_eq!(ids(&["in/[ab].*"], ""), "a b");
    assert_eq!(ids(&["--files-from", "-"], "in/b.txt\r\n\nin/deep\n"), "b c");
    assert_eq!(ids(&["--files-from", "-"], "in/b.txt\0in/a.txt\0"), "b a");
    place.run(&["extract", "in/*.csv"]).exits(1).says("in/*.csv: no document has a name like this");
    let place = place.file("list", "in/a.txt\nnowhere.txt\n");
    place.run(&["extract", "--files-from", "list"]).exits(3).wrote(2).says("nowhere.txt: no such file or folder");
    place.run(&["extract", "--files-from", "no-list"]).exits(1).says("no-list: ");
    place.run(&["extract", "--files-from", "-", "-"]).exits(2).says("not both");
}

#[test]
fn standard_input_holds_what_is_said_compressed_or_not() {
    let place = Place::new();
    let table = format!("id,text\none,\"{ARTICLE}\"\n");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, table.as_bytes()).expect("memory takes all");
    let packed = packed.finish().expect("memory takes all");
    for stdin in [table.clone().into_bytes(), packed] {
        assert_eq!(place.run_with(stdin, &["extract", "-", "--stdin", "csv"]).exits(0).field("/doc_id"), ["one", "one"]);
    }
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("in/a.txt", zip::write::SimpleFileOptions::default()).expect("memory takes all");
    std::io::Write::write_all(&mut zip, ARTICLE.as_bytes()).expect("memory takes all");
    let zip = zip.finish().expect("memory takes all").into_inner();
    assert_eq!(place.run_with(zip, &["extract", "-", "--stdin", "zip"]).exits(0).field("/doc_id")[0], "stdin/in/a");
}

#[test]
fn kept_fields_are_in_the_rows_and_only_if_asked_for() {
    let line = json!({"id": "one", "text": ARTICLE, "desk": "metro", "page": 3, "tags": ["a"]}).to_string();
    let place = Place::new().file("a.jsonl", &line).file("b.txt", ARTICLE);
    assert!(!place.run(&["extract", "a.jsonl"]).exits(0).out.contains("metadata"));
    let run = place.run(&["extract", "a.jsonl", "b.txt", "--keep", "all"]).exits(0);
    assert_eq!(run.rows()[0]["metadata"], json!({"desk": "metro", "page": "3"}));
    assert_eq!(run.rows()[2]["metadata"], json!({}));
    assert_eq!(
        place.run(&["extract", "a.jsonl", "--keep", "desk,nope"]).exits(0).rows()[0]["metadata"],
        json!({"desk": "metro"})
    );
    let run = place.run(&["extract", "a.jsonl", "b.txt", "--keep", "page", "--format", "csv"]).exits(0);
    let mut reader = csv::Reader::from_reader(run.out.as_bytes());
    assert_eq!(reader.headers().expect("a header").iter().next_back(), Some("metadata"));
    let cells: Vec<String> =
        reader.records().filter_map(|r| r.expect("all columns").iter().next_back().map(str::to_owned)).collect();
    assert_eq!(cells, [r#"{"page":"3"}"#, r#"{"page":"3"}"#, "{}", "{}"]);
}

#[test]
fn a_folder_with_tables_of_other_things_is_read_without_them() {
    let place = Place::new().file("in/a.txt", ARTICLE).file("in/figures.csv", "a,b\n1,2\n").file("in/package.json", "{}");
    let run = place.run(&["extract", "in"]).exits(0).wrote(2);
    run.says("note: in/figures.csv: passed over: no column `text`").says("note: in/package.json: passed over: no field `text`");
    place.run(&["extract", "in/figures.csv"]).exits(1).says("no column `text`");
}

// Rejects.

#[test]
fn rejects_lie_beside_the_output_and_can_be_read_again() {
    let good = |id: &str| json!({"id": id, "text": ARTICLE}).to_string();
    let place = Place::new().file("a.jsonl", [good("one"), "{".into(), good("three")].join("\n")).file("b.txt", "");
    let run = place.run(&["extract", "a.jsonl", "b.txt", "-o", "rows.jsonl"]).exits(3);
    run.says("what was rejected stands in rows.jsonl.rejects.jsonl");
    let rejects = fs::read_to_string(place.path("rows.jsonl.rejects.jsonl")).expect("written");
    check(
        &rejects,
        expect![[r#"
            {"file":"a.jsonl","member":null,"line":2,"record":null,"lost":"one","reason":"broken JSON at column 1: EOF while parsing an object"}
            {"file":"b.txt","member":null,"line":null,"record":null,"lost":"one","reason":"the document is empty"}
        "#]],
    );
    // Mended, they alone are read.
    let place = place.file("a.jsonl", [good("one"), good("two"), good("three")].join("\n")).file("b.txt", ARTICLE);
    let run = place.run(&["extract", "--retry", "rows.jsonl.rejects.jsonl"]).exits(0);
    assert_eq!(run.field("/doc_id"), ["two", "two", "b", "b"]);
    // A run without rejects takes the old ones away, and makes no file of its own unless one is asked for.
    place.run(&["extract", "a.jsonl", "-o", "rows.jsonl"]).exits(0);
    assert!(!place.path("rows.jsonl.rejects.jsonl").exists());
    place.run(&["extract", "a.jsonl", "--rejects", "none.jsonl"]).exits(0);
    assert_eq!(fs::read_to_string(place.path("none.jsonl")).expect("written"), "");
    place.run(&["extract", "--retry", "none.jsonl"]).exits(0).wrote(0);
    place.run(&["extract", "--retry", "a.jsonl"]).exits(1).says("a.jsonl: line 1: no reject");
    place.run(&["extract", "--retry", "nowhere.jsonl"]).exits(1).says("nowhere.jsonl");
    place.run(&["extract", "--retry", "none.jsonl", "a.jsonl"]).exits(2);
}

#[test]
fn a_strict_run_stops_at_the_first_and_leaves_no_output() {
    let good = json!({"id": "one", "text": ARTICLE}).to_string();
    let place = Place::new().file("a.jsonl", [good.as_str(), "{", good.as_str(), "["].join("\n")).file("rows.jsonl", "old\n");
    let run = place.run(&["extract", "a.jsonl", "--strict", "-o", "rows.jsonl"]).exits(1);
    assert_eq!(run.err.matches("rejected:").count(), 1, "{}", run.err);
    run.says("a.jsonl:2: broken JSON").says("--strict");
    assert_eq!(fs::read_to_string(place.path("rows.jsonl")).expect("there"), "old\n");
    assert!(!place.path("rows.jsonl.rejects.jsonl").exists());
    place.run(&["extract", "nowhere.txt", "a.jsonl", "--strict"]).exits(1).wrote(0).says("nowhere.txt");
    place.run(&["extract", "rows.jsonl", "--strict", "--threads", "1"]).exits(1);
}

#[test]
fn limits_are_sizes() {
    let place = Place::with_article();
    place.run(&["extract", "a.txt", "--max-document", "1KB"]).exits(0);
    place.run(&["extract", "a.txt", "--max-document", "20"]).exits(1).says("a.txt: longer than 20 bytes");
    for wrong in ["0", "x", "1XB", "99999999999TB"] {
        place.run(&["extract", "a.txt", "--max-document", wrong]).exits(2);
    }
}

// Large and strange input. How time grows is for `linear.rs`; here it must end, and soon.

/// Runs over one text file and says how long it took.
fn timed(text: String) -> (Run, Duration) {
    let place = Place::new().file("a.txt", text);
    let start = Instant::now();
    let run = place.run(&["extract", "a.txt"]).exits(0);
    (run, start.elapsed())
}

/// The fastest of three runs.
fn fastest(text: impl Fn() -> String) -> Duration {
    (0..3).map(|_| timed(text()).1).min().expect("three runs")
}

#[test]
fn a_million_quotation_marks() {
    for mark in ["\"", "“", "'"] {
        let (run, time) = timed(mark.repeat(1_000_000));
        assert_eq!(run.out, "", "nobody said anything");
        assert!(time < Duration::from_secs(30), "{time:?}");
    }
}

#[test]
fn a_million_brackets() {
    let (run, time) = timed("(".repeat(1_000_000));
    assert_eq!(run.out, "");
    assert!(time < Duration::from_secs(30), "{time:?}");
}

#[test]
fn words_without_a_stop_take_linear_time() {
    let (n, four_n) = (fastest(|| "water ".repeat(100_000)), fastest(|| "water ".repeat(400_000)));
    // Starting the command is part of the first: what grows more than linearly is far above.
    assert!(four_n <= 8 * n + Duration::from_millis(200), "100,000 words take {n:?}, 400,000 {four_n:?}");
}

/// One JSON line with a text of about so many bytes, in which every third sentence reports.
fn long_line(bytes: usize) -> (String, usize) {
    let sentences = "Mayor Irene Voss said the pump in Toledo failed. The board met on Monday. Nobody was hurt in May. ";
    let times = bytes / sentences.len();
    (format!("{}\n", json!({"id": "long", "text": sentences.repeat(times)})), times)
}

#[test]
fn a_line_of_5_mb() {
    let (line, times) = long_line(5_000_000);
    let place = Place::with_article().file("a.jsonl", line);
    let start = Instant::now();
    let run = place.run(&["extract", "a.jsonl", "a.txt", "--engine", "rules"]).exits(0).wrote(times + 2);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    let last: Value = serde_json::from_str(run.out.lines().nth(times - 1).expect("a row")).expect("JSON");
    assert_eq!(last["content"], "the pump in Toledo failed");
    assert_eq!(last["speaker"]["name"], "Irene Voss");
}

#[test]
#[ignore = "a quarter of a minute and two gigabytes in the dev profile"]
fn a_line_of_50_mb() {
    let (line, times) = long_line(50_000_000);
    Place::new().file("a.jsonl", line).run(&["extract", "a.jsonl", "--engine", "rules"]).exits(0).wrote(times);
}

// What comes out.

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    for arguments in [["extract", "corpus", "--quiet"], ["extract", "corpus", "--format=csv"], ["show", "corpus", "--cues=all"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_onrecord"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command runs");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
        assert!(!first.is_empty());
        let status = child.wait().expect("it ends");
        let mut err = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("messages");
        assert_eq!(status.code(), Some(0), "{arguments:?}: {err}");
        assert!(!err.contains("error"), "{arguments:?}: {err}");
    }
}

#[test]
fn output_goes_to_a_file_and_nothing_to_standard_output() {
    let place = Place::with_article();
    let rows = place.run(&["extract", "a.txt"]).out;
    let run = place.run(&["extract", "a.txt", "-o", "rows.jsonl"]).exits(0);
    assert_eq!(run.out, "");
    assert_eq!(fs::read_to_string(place.path("rows.jsonl")).expect("written"), rows);
}

#[test]
fn an_output_file_is_replaced_whole() {
    let place = Place::with_article().file("rows.jsonl", "old\n".repeat(10_000));
    place.run(&["extract", "a.txt", "-o", "rows.jsonl"]).exits(0);
    assert_eq!(fs::read_to_string(place.path("rows.jsonl")).expect("written").lines().count(), 2);
}

#[test]
fn a_run_that_reads_no_document_leaves_an_older_output_alone() {
    let place = Place::new().file("empty.txt", "").file("rows.jsonl", "old\n");
    place.run(&["extract", "empty.txt", "-o", "rows.jsonl"]).exits(1);
    assert_eq!(fs::read_to_string(place.path("rows.jsonl")).expect("there"), "old\n");
    place.run(&["extract", "empty.txt", "-o", "new.jsonl"]).exits(1);
    assert!(!place.path("new.jsonl").exists());
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_stays_one() {
    use std::os::unix::fs::symlink;
    let place = Place::with_article().file("folder/rows.jsonl", "old\n");
    for (link, target) in [("link.jsonl", "folder/rows.jsonl"), ("dangling.jsonl", "folder/new.jsonl")] {
        symlink(target, place.path(link)).expect("made");
        place.run(&["extract", "a.txt", "-o", link]).exits(0);
        assert!(place.path(link).symlink_metadata().expect("there").is_symlink());
        assert_eq!(fs::read_to_string(place.path(target)).expect("written").lines().count(), 2);
    }
    assert_eq!(fs::read_dir(place.path("folder")).expect("listed").count(), 2);
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_pipe_or_a_device_is_written_through() {
    let place = Place::with_article();
    let rows = place.run(&["extract", "a.txt"]).out;
    assert_eq!(place.run(&["extract", "a.txt", "-o", "/dev/stdout"]).exits(0).out, rows);
    place.run(&["extract", "a.txt", "-o", "/dev/null"]).exits(0);
    let pipe = place.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("read")
    });
    place.run(&["extract", "a.txt", "-o", "pipe"]).exits(0);
    assert_eq!(reader.join().expect("it ends"), rows);
    assert!(!pipe.metadata().expect("there").is_file());
}

#[cfg(unix)]
#[test]
fn standard_output_that_is_a_file_is_written_behind_what_it_holds() {
    let place = Place::with_article().file("log", "first\n");
    let log = fs::OpenOptions::new().append(true).open(place.path("log")).expect("opened");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_onrecord"));
    let status = command.current_dir(place.path("")).args(["extract", "a.txt", "-q", "-o", "/dev/stdout"]).stdout(log).status();
    assert!(status.expect("it runs").success());
    let log = fs::read_to_string(place.path("log")).expect("read");
    assert!(log.starts_with("first\n") && log.lines().count() == 3, "{log}");
}

#[test]
fn an_output_that_cannot_be_written_leaves_nothing() {
    let place = Place::with_article();
    place.run(&["extract", "a.txt", "-o", "nowhere/rows.jsonl"]).exits(1).says("nowhere/rows.jsonl");
    // A folder cannot be replaced by a file.
    fs::create_dir(place.path("taken")).expect("made");
    fs::write(place.path("taken/x"), "x").expect("written");
    place.run(&["extract", "a.txt", "-o", "taken"]).exits(1).says("taken");
    let mut left: Vec<_> = fs::read_dir(place.0.path()).expect("listed").map(|f| f.expect("a file").file_name()).collect();
    left.sort();
    assert_eq!(left, ["a.txt", "taken"]);
}

#[cfg(unix)]
#[test]
fn an_output_folder_that_is_closed_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_article().file("closed/old.jsonl", "old\n");
    fs::set_permissions(place.path("closed"), fs::Permissions::from_mode(0o555)).expect("set");
    if fs::write(place.path("closed/try"), "x").is_ok() {
        // No folder is closed to root.
        return;
    }
    place.run(&["extract", "a.txt", "-o", "closed/old.jsonl"]).exits(1).says("closed/old.jsonl");
    assert_eq!(fs::read_to_string(place.path("closed/old.jsonl")).expect("there"), "old\n");
    assert_eq!(fs::read_dir(place.path("closed")).expect("listed").count(), 1);
    fs::set_permissions(place.path("closed"), fs::Permissions::from_mode(0o755)).expect("set");
}

#[test]
fn csv_has_a_header_and_a_line_a_row() {
    let place = Place::with_article();
    let rows = place.run(&["extract", "a.txt"]).rows();
    let run = place.run(&["extract", "a.txt", "--format", "csv"]).exits(0);
    let mut reader = csv::Reader::from_reader(run.out.as_bytes());
    check(
        &reader.headers().expect("a header").iter().collect::<Vec<_>>().join(" "),
        expect![[
            r#"doc_id id kind text content start end parts cue_text cue_start cue_end cue_class speaker_name speaker_type speaker_role speaker_text speaker_start speaker_end speaker_confidence speaker_rule jurisdiction_ids jurisdiction_names jurisdiction_levels jurisdiction_countries jurisdiction_admin1s jurisdiction_geonames_ids jurisdiction_bases jurisdiction_texts jurisdiction_starts jurisdiction_ends jurisdiction_confidences jurisdiction_rules entity_ids entity_types entity_names entity_texts entity_starts entity_ends sentence paragraph confidence rule date source title url"#
        ]],
    );
    let records: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("every record has all columns")).collect();
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(&rows) {
        assert_eq!(record[1], *row["id"].as_str().expect("an id"));
        assert_eq!(record[4], *row["content"].as_str().expect("a content"));
        assert_eq!(record[12], *row["speaker"]["name"].as_str().expect("a speaker"));
    }
}

#[test]
fn csv_of_a_corpus_has_as_many_rows_as_its_json() {
    let place = Place::new();
    let corpus = repository("corpus").display().to_string();
    let rows = place.run(&["extract", &corpus, "--quiet"]).exits(0).out.lines().count();
    let run = place.run(&["extract", &corpus, "--quiet", "--format", "csv"]).exits(0);
    assert_eq!(csv::Reader::from_reader(run.out.as_bytes()).records().filter(Result::is_ok).count(), rows);
    assert!(rows > 300);
}

#[test]
fn csv_without_rows_is_its_header() {
    let place = Place::new().file("a.txt", "The pump is old.\n");
    let run = place.run(&["extract", "a.txt", "--format", "csv"]).exits(0).wrote(1);
    assert!(run.out.starts_with("doc_id,id,kind,"));
}

#[test]
fn annotations_are_a_document_a_line_with_every_layer() {
    let place = Place::with_article().file("b.txt", "The pump is old.\n");
    let run = place.run(&["extract", "a.txt", "b.txt", "--format", "annotations"]).exits(0).wrote(2);
    let documents = run.rows();
    let text: Vec<char> = ARTICLE.chars().collect();
    let sentences = documents[0]["sentences"].as_array().expect("sentences");
    let slice = |s: &Value| {
        text[s[0].as_u64().expect("a start") as usize..s[1].as_u64().expect("an end") as usize].iter().collect::<String>()
    };
    assert_eq!(sentences.iter().map(slice).collect::<Vec<_>>().join(" "), ARTICLE.trim_end());
    let places = documents[0]["places"].as_array().expect("places");
    assert_eq!(places.iter().map(|p| p["text"].as_str().expect("a text")).collect::<Vec<_>>(), ["Toledo", "Ohio", "Dayton"]);
    assert_eq!(documents[0]["demonyms"], json!([]));
    assert_eq!(documents[0]["people"][0]["name"], "Irene Voss");
    assert_eq!(documents[0]["attributions"].as_array().map(Vec::len), Some(2));
    assert_eq!(documents[1]["doc_id"], "b");
    assert_eq!(documents[1]["attributions"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_attributions_of_annotations_are_the_rows() {
    let place = Place::with_article();
    let rows = place.run(&["extract", "a.txt"]).rows();
    let annotations = place.run(&["extract", "a.txt", "--format", "annotations"]).rows();
    assert_eq!(annotations[0]["attributions"], Value::from(rows));
}

#[test]
fn a_row_has_the_fields_of_the_contract() {
    let row = Place::with_article().run(&["extract", "a.txt"]).rows().remove(1);
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ");
    let listed = [keys(&row), keys(&row["cue"]), keys(&row["speaker"]), keys(&row["jurisdictions"][0])].join("\n");
    check(
        &listed,
        expect![[r#"
            confidence content cue date doc_id end entities id jurisdictions kind paragraph parts rule sentence source speaker start text title url
            class end start text
            confidence end name role rule start text type
            admin1 basis confidence country end geonames_id id level name rule start text"#]],
    );
}

#[test]
fn quiet_says_nothing_but_what_is_lost() {
    let place = Place::with_article().file("l.txt", b"Jos\xe9 Vega said it failed.");
    place.run(&["extract", "a.txt", "l.txt", "--quiet"]).exits(0).stays_silent();
    let run = place.run(&["extract", "a.txt", "nowhere.txt", "-q"]).exits(3);
    assert_eq!(run.err, "rejected: nowhere.txt: no such file or folder\n");
}

#[test]
fn messages_to_a_file_have_no_colours_and_no_bar() {
    let run = Place::with_article().run(&["extract", "a.txt", "nowhere.txt"]).exits(3);
    assert!(!run.err.contains('\u{1b}') && !run.err.contains('\r'), "{:?}", run.err);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let place = Place::new();
    let corpus = repository("corpus").display().to_string();
    let one = place.run(&["extract", &corpus, "--quiet", "--threads", "1"]).exits(0).out;
    for threads in ["0", "2", "7"] {
        assert!(place.run(&["extract", &corpus, "--quiet", "--threads", threads]).exits(0).out == one, "{threads} threads");
    }
}

#[cfg(feature = "accurate")]
#[test]
fn the_accurate_engine_needs_nothing_but_the_binary() {
    let place = Place::with_article();
    let run = place.run(&["extract", "a.txt", "--engine", "accurate"]).exits(0);
    assert!(run.out.contains(r#""content":"Nobody was told,""#) && run.out.contains(r#""rule":"network""#), "{}", run.out);
    let two = place.run(&["extract", "a.txt", "--engine", "accurate", "--threads", "2"]).exits(0);
    assert_eq!(run.out, two.out);
}

#[test]
fn weights_that_are_none_are_named_and_no_other_engine_steps_in() {
    let place = Place::with_article().file("bad.bin", "nonsense").file("cut.bin", b"ONRENC3\n and too short");
    for (file, reason) in [("bad.bin", "no weights of an encoder"), ("cut.bin", "damaged"), ("none.bin", "No such file")] {
        let run = place.run(&["extract", "a.txt", "--engine", "accurate", "--weights", file]).exits(1);
        assert!(run.out.is_empty() && run.err.contains(file) && run.err.contains(reason), "{}", run.err);
    }
}

#[test]
fn a_summary_says_what_was_run() {
    let place = Place::with_article();
    place.run(&["extract", "a.txt", "-o", "rows.jsonl", "--summary", "run.json"]).exits(0);
    let run: Value = serde_json::from_slice(&fs::read(place.path("run.json")).expect("written")).expect("JSON");
    let rows = fs::read_to_string(place.path("rows.jsonl")).expect("written").lines().count();
    assert_eq!((&run["engine"], &run["version"]), (&json!("fast"), &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!((&run["documents"], &run["attributions"]), (&json!(1), &json!(rows)));
}

#[test]
fn all_cues_make_more_rows() {
    let place = Place::new().file("a.txt", "Irene Voss said the pump failed. Otto Hale believes the pump is new.\n");
    place.run(&["extract", "a.txt"]).exits(0).wrote(1);
    let run = place.run(&["extract", "a.txt", "--cues", "all"]).exits(0).wrote(2);
    assert_eq!(run.field("/cue/class"), ["speech", "other"]);
}

// Home and gazetteers.

const SPRINGFIELD: &str = "Mayor Irene Voss said Springfield had lost its pump.\n";

#[test]
fn the_home_tells_one_springfield_from_another() {
    let place = Place::new().file("a.txt", SPRINGFIELD);
    for (home, state) in
        [("Dayton, Ohio", "OH"), ("Boston, Mass.", "MA"), ("ocd-division/country:us/state:or/place:eugene", "OR")]
    {
        let run = place.run(&["extract", "a.txt", "--home", home]).exits(0);
        assert_eq!(run.field("/jurisdictions/0/admin1"), [state], "{home}");
    }
}

#[test]
fn homes_are_learned_from_the_articles_of_each_outlet() {
    let article = |source: &str, text: &str| json!({ "source": source, "text": text }).to_string();
    let valley = [
        "The Paris council met. Crews from Bonham, Texas, and Sulphur Springs came to help.",
        "Rain fell on Paris and on Clarksville, Texas, on Friday.",
        "A Paris woman won the raffle of a church in Honey Grove, Texas.",
        "Irene Voss said Paris would rebuild the pier.",
    ];
    let mut lines: Vec<String> = valley.iter().map(|text| article("Valley Sower", text)).collect();
    lines.push(article("Seine Courier", "Otto Hale said the pier in Paris would be rebuilt."));
    let place = Place::new().file("a.jsonl", lines.join("\n"));
    let run = place.run(&["extract", "a.jsonl", "--learn-home"]).exits(0);
    let ids = ["ocd-division/country:us/state:tx/place:paris", "geonames:2988507"];
    assert_eq!(run.field("/jurisdictions/0/id"), ids);
    assert!(
        run.err.contains("Valley Sower is at home in Paris, TX (ocd-division/country:us/state:tx/place:paris)"),
        "{}",
        run.err
    );
    assert!(!run.err.contains("Seine Courier"), "{}", run.err);
    assert_eq!(place.run(&["extract", "a.jsonl", "--learn-home", "--threads", "4", "--quiet"]).exits(0).out, run.out);
    let run = place.run_with(lines.join("\n"), &["extract", "-", "--learn-home"]).exits(2);
    assert!(run.err.contains("--learn-home reads the documents twice"), "{}", run.err);
    place.run(&["extract", "a.jsonl", "--learn-home", "--home", "Dayton, Ohio"]).exits(2);
    let run = place.run(&["evaluate", &repository("corpus").to_string_lossy(), "--learn-home", "--engine", "rules"]).exits(0);
    assert!(run.err.contains("no outlet shows where it is at home"), "{}", run.err);
}

#[test]
fn an_unknown_home_is_answered_with_near_names() {
    let place = Place::with_article();
    place
        .run(&["extract", "a.txt", "--home", "Springfeld"])
        .exits(2)
        .says("no place is called `Springfeld`; did you mean Springfield");
    place.run(&["extract", "a.txt", "--home", "Xqzzyx"]).exits(2).says("no place is called `Xqzzyx`");
    place.run(&["extract", "a.txt", "--home", ""]).exits(2);
    place.run(&["extract", "a.txt", "--home", "Portland, Marylnd"]).exits(2).says("no place is called `Portland, Marylnd`");
    place.run(&["extract", "a.txt", "--home", "dayton, ohio"]).exits(0).says("at home in Dayton, OH");
}

#[test]
fn the_name_of_an_outlet_tells_its_home_unless_it_is_not_to() {
    let article = json!({
        "url": "https://www.lancastercitizen.example.co.uk/1",
        "text": "The roof of the old mill in Lancaster leaked, Lena Brandt said.",
    });
    let place = Place::new().file("a.jsonl", article.to_string());
    let countries = |flags: &[&str]| {
        place.run(&[&["extract", "a.jsonl", "--engine", "rules"], flags].concat()).exits(0).field("/jurisdictions/0/country")
    };
    assert_eq!(countries(&[]), ["GB"]);
    assert_eq!(countries(&["--home", "none"]), ["US"]);
    assert_eq!(countries(&["--home", "Lancaster, Pa."]), ["US"]);
    place.run(&["extract", "a.jsonl", "--home", "none", "--summary", "run.json"]).exits(0);
    let summary = fs::read_to_string(place.path("run.json")).expect("a summary");
    assert!(summary.contains(r#""home": "none""#), "{summary}");
}

#[test]
fn what_a_run_wrote_is_no_input_of_the_next() {
    let place = Place::with_article().file("more/b.txt", SPRINGFIELD);
    for _ in 0..2 {
        place.run(&["extract", ".", "-o", "rows.jsonl"]).exits(0).says("2 documents");
    }
    let first = fs::read_to_string(place.path("rows.jsonl")).expect("written").lines().count();
    assert!(first > 1, "{first}");
    // Another run's rows are no documents either, unless they are asked for.
    place
        .run(&["extract", ".", "-o", "again.jsonl"])
        .exits(0)
        .says("2 documents")
        .says("rows.jsonl: passed over: these are rows of onrecord");
    place.run(&["extract", "rows.jsonl", "-o", "again.jsonl"]).exits(1).says("these are rows of onrecord");
    let asked = ["extract", "rows.jsonl", "--text-field", "content", "-o", "again.jsonl"];
    place.run(&asked).exits(0).says(&format!("{first} documents"));
}

#[test]
fn files_that_a_folder_passes_over_are_counted() {
    let place = Place::with_article().file("b.md", "x").file("c.pdf", "x").file("d.pdf", "x");
    let run = place.run(&["extract", "."]).exits(0);
    run.says("3 files passed over, for what their names end with (1 .md, 2 .pdf)");
    place.run(&["extract", ".", "--quiet"]).exits(0).stays_silent();
}

#[test]
fn a_folder_of_tables_is_read_as_one() {
    let place = Place::with_article();
    let corpus = repository("corpus");
    let corpus = corpus.to_str().expect("UTF-8");
    place.run(&["extract", corpus, "--engine", "rules", "--shard-rows", "100", "-o", "rows"]).exits(0);
    place.run(&["extract", corpus, "--engine", "rules", "-o", "rows.jsonl"]).exits(0);
    assert!(fs::read_dir(place.path("rows")).expect("a folder").count() > 1);
    let counted = |rows: &str| place.run(&["stats", rows, "--by", "kind", "--format", "json", "-q"]).exits(0).out;
    assert_eq!(counted("rows"), counted("rows.jsonl"));
}

#[test]
fn files_of_one_name_in_different_folders_keep_apart() {
    let place = Place::new().file("a/x.txt", SPRINGFIELD).file("b/x.txt", SPRINGFIELD).file("b/y.txt", SPRINGFIELD);
    let run = place.run(&["extract", "a", "b"]).exits(0);
    assert_eq!(run.field("/doc_id"), ["a/x.txt", "b/x.txt", "y"]);
    assert!(run.err.contains("several files are called `x`"), "{}", run.err);
    let run = place.run(&["extract", "b"]).exits(0);
    assert_eq!(run.field("/doc_id"), ["x", "y"]);
    assert!(!run.err.contains("are called"), "{}", run.err);
}

#[test]
fn what_is_odd_about_documents_is_said_once() {
    let spanish = "El alcalde dijo el lunes que la carretera estaba abierta y que el gobierno no tenía dinero para pagar las obras que se habían hecho \
                   durante el año pasado en la región, según dijo a los periodistas en una rueda de prensa celebrada en el ayuntamiento de su ciudad.";
    let line = |id: &str, text: &str| format!("{}\n", serde_json::json!({"id": id, "text": text, "desk": "metro"}));
    let lines = [line("a", SPRINGFIELD), line("a", SPRINGFIELD), line("a", SPRINGFIELD), line("b", spanish)].concat();
    let place = Place::new().file("in.jsonl", &lines);
    let run = place.run(&["extract", "in.jsonl", "--keep", "desk,nope"]).exits(0);
    assert_eq!(run.err.matches("the id `a` is that of an earlier document").count(), 1, "{}", run.err);
    assert!(run.err.contains("in.jsonl:2: the id"), "{}", run.err);
    assert!(run.err.contains("no document has a field `nope` to keep") && !run.err.contains("`desk`"), "{}", run.err);
    assert!(
        run.err.contains("4 documents") && run.err.contains("2 with the id of an earlier one, 1 not in English"),
        "{}",
        run.err
    );
    place.run(&["extract", "in.jsonl", "--summary", "s.json", "--quiet"]).exits(0);
    let summary = std::fs::read_to_string(place.path("s.json")).unwrap();
    assert!(summary.contains("\"same_id\": 2") && summary.contains("\"not_english\": 1"), "{summary}");
}

#[test]
fn an_article_on_standard_input_is_answered_with_the_flag_for_it() {
    let place = Place::new();
    for command in ["extract", "show"] {
        place.run_with(SPRINGFIELD, &[command, "-"]).exits(1).says("with --stdin text as an article");
        place.run_with(SPRINGFIELD, &[command, "-", "--stdin", "text"]).exits(0);
    }
}

#[test]
fn a_folder_that_is_not_there_is_said_before_the_work() {
    let place = Place::with_article();
    for flag in ["--summary", "--rejects"] {
        place
            .run(&["extract", "a.txt", "-o", "rows.jsonl", flag, "no/such.json"])
            .exits(1)
            .says("no/such.json: there is no such folder");
        assert!(!place.path("rows.jsonl").exists());
    }
}

#[test]
fn a_table_of_the_user_adds_names() {
    let place =
        Place::new().file("a.txt", "Mayor Irene Voss of Quibbleton said Quibbleton would sue the Quibble Pump Office.\n").file(
            "own.tsv",
            "id\ttype\tname\tcountry\tadmin1\nmy:1\tcity\tQuibbleton\tUS\tOH\nmy:2\tagency\tQuibble Pump Office\tUS\t\n",
        );
    let before = place.run(&["extract", "a.txt"]).exits(0);
    assert_eq!(before.field("/jurisdictions/0/id"), ["-"]);
    let run = place.run(&["extract", "a.txt", "--gazetteer", "own.tsv"]).exits(0);
    assert_eq!(run.field("/jurisdictions/0/id"), ["my:1"]);
    assert_eq!(run.field("/entities/0/id"), ["my:2"]);
}

#[test]
fn a_table_of_the_user_overrides_where_it_says_so() {
    let table = |word: &str| format!("id\ttype\tname\tcountry\tadmin1\toverride\nmy:1\tcity\tToledo\tUS\tOR\t{word}\n");
    let place = Place::new()
        .file("a.txt", "Irene Voss said Toledo would sue.\n")
        .file("over.tsv", table("yes"))
        .file("beside.tsv", table("no"));
    let ids = |flag: &str| place.run(&["extract", "a.txt", "--gazetteer", flag]).exits(0).field("/jurisdictions/0/id");
    assert_eq!(ids("over.tsv"), ["my:1"]);
    assert_eq!(ids("beside.tsv"), ["ocd-division/country:us/state:oh/place:toledo"]);
}

#[test]
fn several_tables_may_be_given() {
    let table = |id: u8, name: &str| format!("id\ttype\tname\nmy:{id}\tcity\t{name}\n");
    let place = Place::new()
        .file("a.txt", "Irene Voss said Quibbleton and Zorbville would sue.\n")
        .file("one.tsv", table(1, "Quibbleton"))
        .file("two.tsv", table(2, "Zorbville"));
    let run = place.run(&["extract", "a.txt", "--gazetteer", "one.tsv", "--gazetteer", "two.tsv"]).exits(0);
    assert_eq!(run.field("/jurisdictions/0/id"), ["my:1"]);
    assert_eq!(run.field("/jurisdictions/1/id"), ["my:2"]);
}

#[test]
fn a_bad_table_is_named_with_its_line() {
    let place = Place::with_article()
        .file("type.tsv", "id\ttype\tname\nmy:1\tcity\tX\nmy:2\ttown\tY\n")
        .file("fields.tsv", "id\ttype\tname\nmy:1\tcity\n")
        .file("columns.tsv", "id\ttype\nmy:1\tcity\n")
        .file("twice.tsv", "id\ttype\tname\nmy:1\tcity\tX\nmy:1\tcity\tY\n");
    for (table, message) in [
        ("type.tsv", "type.tsv:3: unknown type `town` (known: country, state"),
        ("fields.tsv", "fields.tsv:2: 2 fields, the first line has 3"),
        ("columns.tsv", "columns.tsv:1: no column `name`"),
        ("twice.tsv", "twice.tsv:3: the id `my:1` stands twice"),
        ("nowhere.tsv", "nowhere.tsv: "),
    ] {
        place.run(&["extract", "a.txt", "--gazetteer", table]).exits(2).says(message).wrote(0);
    }
}

#[test]
fn the_compiled_gazetteer_is_what_the_tables_make() {
    let mut command = onrecord();
    finished(command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["gazetteer", "build", "--check"])).exits(0);
}

#[test]
fn a_gazetteer_file_that_is_not_what_the_tables_make_is_refused() {
    let place = Place::new()
        .file("g/places/own.tsv", "id\ttype\tname\nmy:1\tcity\tQuibbleton\n")
        .file("g/agencies/own.tsv", "id\ttype\tname\nmy:2\tagency\tQuibble Pump Office\n");
    place.run(&["gazetteer", "build", "g", "--check"]).exits(1).says("gazetteer.bin");
    place.run(&["gazetteer", "build", "g"]).exits(0).says("2 entries");
    place.run(&["gazetteer", "build", "g", "--check"]).exits(0);
    let place = place.file("g/places/own.tsv", "id\ttype\tname\nmy:1\tcity\tZorbville\n");
    place.run(&["gazetteer", "build", "g", "--check"]).exits(1).says("is not what the tables make");
    let place = place.file("g/places/own.tsv", "id\ttype\tname\nmy:1\ttown\tZorbville\n");
    place.run(&["gazetteer", "build", "g"]).exits(1).says("own.tsv:2: unknown type");
    place.run(&["gazetteer", "build", "nowhere"]).exits(1).says("nowhere");
}

#[test]
fn find_lists_what_a_name_may_stand_for() {
    let place = Place::new();
    let run = place.run(&["gazetteer", "find", "Springfield"]).exits(0);
    for state in ["il", "mo", "ma", "oh"] {
        assert!(run.out.contains(&format!("state:{state}/place:springfield\tcity\t")), "{state}");
    }
    assert!(place.run(&["gazetteer", "find", "FBI"]).exits(0).out.contains("agency:us/federal-bureau-of-investigation"));
    place.run(&["gazetteer", "find", "Xqzzyx"]).exits(1).says("`Xqzzyx`");
    place.run(&["gazetteer", "find", ""]).exits(1);
}

// Show.

#[test]
fn show_prints_the_text_and_each_row_with_its_rules() {
    let place = Place::with_article();
    let run = place.run(&["show", "a.txt"]).exits(0);
    for part in [
        "=== a ===",
        "“Nobody was told,” said Mayor Irene Voss.",
        "#0 direct",
        "#1 indirect",
        "Irene Voss",
        "Dayton",
        "named-source",
    ] {
        assert!(run.out.contains(part), "`{part}` is not in:\n{}", run.out);
    }
    assert!(!run.out.contains('\u{1b}'), "no terminal, no colours");
}

#[test]
fn show_says_why() {
    let place = Place::new()
        .file("a.txt", "Ruth Inman met Ella Marsh in Toledo, Ohio. Inman said the roof leaks. She said the wall is wet.");
    let plain = place.run(&["show", "a.txt"]).exits(0).out;
    let why = place.run(&["show", "a.txt", "--why"]).exits(0).out;
    assert!(!plain.contains("spoke-last"));
    for words in ["cue “said” (speech)", "from “She”", "Ruth Inman: ", "Ella Marsh: ", "spoke-last +"] {
        assert!(why.contains(words), "{words} in {why}");
    }
}

#[test]
fn show_has_colours_if_asked_and_none_if_forbidden() {
    let place = Place::with_article();
    let show = |variable: &str| {
        let mut command = onrecord();
        finished(command.env(variable, "1").current_dir(place.0.path()).args(["show", "a.txt"])).exits(0).out
    };
    assert!(!show("NO_COLOR").contains('\u{1b}'));
    assert!(show("CLICOLOR_FORCE").contains("\u{1b}["));
}

#[test]
fn show_picks_a_document_by_its_id() {
    let lines: String = ["one", "two"].iter().map(|id| format!("{}\n", json!({"id": id, "text": ARTICLE}))).collect();
    let place = Place::new().file("a.jsonl", lines);
    let run = place.run(&["show", "a.jsonl", "--id", "two"]).exits(0);
    assert!(run.out.contains("=== two ===") && !run.out.contains("=== one ==="));
    place.run(&["show", "a.jsonl", "--id", "three"]).exits(1).says("no document has the id `three`");
    place.run(&["show", "nowhere.txt"]).exits(1).says("nowhere.txt: no such file or folder");
}

// Rows over documents: speakers and merge.

const SAID: &str = "We will dig a new well behind the old mill before the first snow falls";

/// A row as extract writes it, with a speaker and a content.
fn row(document: &str, number: u32, name: &str, content: &str) -> String {
    let row = json!({
        "doc_id": document, "id": format!("{document}#{number}"), "kind": "direct", "content": content, "confidence": 0.9,
        "speaker": {"name": name, "type": "person", "role": "Mayor", "text": null, "confidence": 0.8, "rule": "named-source"},
        "jurisdictions": [], "entities": [], "date": format!("2020-05-0{number}"), "source": "Harlan News", "title": "No pump",
    });
    format!("{row}\n")
}

fn with_rows() -> Place {
    let rows = [row("a", 1, "Irene Voss", SAID), row("b", 2, "Irene K. Voss", &SAID[..46]), row("c", 3, "Otto Hale", "No.")];
    Place::new().file("rows.jsonl", rows.concat())
}

#[test]
fn rows_of_extract_become_speakers() {
    let place = Place::with_article().file("b.txt", ARTICLE);
    place.run(&["extract", "a.txt", "b.txt", "-o", "rows.jsonl"]).exits(0);
    let run = place.run(&["speakers", "rows.jsonl"]).exits(0).wrote(1).says("4 rows, 1 speaker");
    assert_eq!(run.field("/key"), ["irene-voss"]);
    assert_eq!(run.field("/roles/0/role"), ["Mayor"]);
    assert_eq!((run.field("/documents"), run.field("/statements")), (vec!["2".to_owned()], vec!["4".to_owned()]));
    let run = place.run(&["merge", "rows.jsonl"]).exits(0);
    assert_eq!(run.field("/content"), ["Nobody was told,"]);
}

#[test]
fn speakers_have_the_fields_that_the_readme_lists() {
    let run = with_rows().run(&["speakers", "rows.jsonl"]).exits(0).wrote(2);
    check(
        run.out.lines().next().expect("a line"),
        expect![[
            r#"{"key":"irene-k-voss","name":"Irene K. Voss","type":"person","known_by":"name","people_id":null,"statements":2,"documents":2,"first":"2020-05-01","last":"2020-05-02","variants":[{"name":"Irene K. Voss","count":1},{"name":"Irene Voss","count":1}],"roles":[{"role":"Mayor","count":2}],"jurisdictions":[]}"#
        ]],
    );
}

#[test]
fn speakers_are_written_as_csv_and_as_a_table() {
    let place = with_rows();
    let run = place.run(&["speakers", "rows.jsonl", "--format", "csv"]).exits(0).wrote(3);
    check(
        &run.out,
        expect![[r#"
            key,name,type,known_by,people_id,statements,documents,first,last,variants,variant_counts,roles,role_counts,jurisdiction_ids,jurisdiction_names,jurisdiction_counts
            irene-k-voss,Irene K. Voss,person,name,,2,2,2020-05-01,2020-05-02,Irene K. Voss|Irene Voss,1|1,Mayor,2,,,
            otto-hale,Otto Hale,person,name,,1,1,2020-05-03,2020-05-03,Otto Hale,1,Mayor,1,,,
        "#]],
    );
    let run = place.run(&["speakers", "rows.jsonl", "--format", "table"]).exits(0).wrote(3);
    assert!(run.out.contains("Irene K. Voss") && !run.out.contains('\u{1b}'), "{}", run.out);
    place.run(&["speakers", "rows.jsonl", "--format", "table", "-o", "table.txt"]).exits(0).wrote(0);
    assert_eq!(fs::read_to_string(place.path("table.txt")).expect("written"), run.out);
}

#[test]
fn speakers_and_groups_have_colours_if_asked_and_none_if_forbidden() {
    let place = with_rows();
    for command in ["speakers", "merge"] {
        let table = |variable: &str| {
            let mut run = onrecord();
            let run = run.env(variable, "1").current_dir(place.0.path()).args([command, "rows.jsonl", "--format", "table"]);
            finished(run).exits(0).out
        };
        assert!(!table("NO_COLOR").contains('\u{1b}'));
        assert!(table("CLICOLOR_FORCE").contains("\u{1b}["));
    }
}

#[test]
fn top_all_and_min_confidence_choose() {
    let police = row("d", 4, "police", "No.").replace("named-source", "description").replace("0.9", "0.4");
    let place = with_rows().file("more.jsonl", police);
    let run =
        |flags: &[&str]| place.run(&[&["speakers", "rows.jsonl", "more.jsonl", "-q"], flags].concat()).exits(0).field("/key");
    assert_eq!(run(&[]), ["irene-k-voss", "otto-hale"]);
    assert_eq!(run(&["--top", "1"]), ["irene-k-voss"]);
    assert_eq!(run(&["--top", "0"]), [""; 0]);
    assert_eq!(run(&["--all"]), ["irene-k-voss", "otto-hale", "unnamed:police"]);
    assert_eq!(run(&["--all", "--min-confidence", "0.5"]), ["irene-k-voss", "otto-hale"]);
    assert_eq!(run(&["--min-confidence", "0.85"]), [""; 0], "the speaker's confidence counts as well");
}

#[test]
fn rows_get_the_keys_of_their_speakers_and_nothing_else_changes() {
    let nobody = r#"{"doc_id": "e", "speaker": null, "x": 1.50}"#;
    let place = with_rows().file("more.jsonl", format!("{nobody}\n\n"));
    place.run(&["speakers", "rows.jsonl", "more.jsonl", "--rows", "keyed.jsonl", "-o", "speakers.jsonl"]).exits(0).wrote(0);
    let keyed = fs::read_to_string(place.path("keyed.jsonl")).expect("written");
    let rows = fs::read_to_string(place.path("rows.jsonl")).expect("there");
    assert_eq!(keyed.lines().count(), 4);
    assert_eq!(keyed.lines().last(), Some(nobody));
    let bare =
        keyed.replace(r#","key":"irene-k-voss","people_id":null"#, "").replace(r#","key":"otto-hale","people_id":null"#, "");
    assert_eq!(bare, format!("{rows}{nobody}\n"));
    // Again: the same rows, the keys stand once.
    place.run(&["speakers", "keyed.jsonl", "--rows", "again.jsonl", "-o", "speakers2.jsonl"]).exits(0);
    assert_eq!(fs::read_to_string(place.path("again.jsonl")).expect("written"), keyed);
    assert_eq!(fs::read(place.path("speakers.jsonl")).ok(), fs::read(place.path("speakers2.jsonl")).ok());
}

#[test]
fn rows_and_speakers_cannot_be_one_file() {
    let place = with_rows();
    let run = place.run(&["speakers", "rows.jsonl", "-o", "x.jsonl", "--rows", "./x.jsonl"]).exits(2);
    run.says("x.jsonl: two outputs cannot be one file");
    assert!(!place.path("x.jsonl").exists());
}

#[test]
fn a_list_of_people_links_speakers() {
    let place = with_rows().file(
        "people.tsv",
        "id\tname\taliases\trole\nQ1\tIrene Voss\tIrene K. Voss\tmayor\nQ2\tOtto Hale\t\t\nQ3\tOtto Hale\t\t\n",
    );
    let run = place.run(&["speakers", "rows.jsonl", "--people", "people.tsv"]).exits(0);
    assert_eq!(run.field("/people_id"), ["Q1", "null"]);
    run.says("note: Otto Hale may be Q2 or Q3: 1 statement not linked").says("2 speakers, 1 of them linked");
}

#[test]
fn a_bad_list_of_people_is_named_with_its_lines() {
    let place = with_rows().file("people.tsv", "id\tname\nQ1\t\nQ2\tA B\nQ2\tC D\n").file("columns.tsv", "id\tnom\n");
    let run = place.run(&["speakers", "rows.jsonl", "--people", "people.tsv"]).exits(2).wrote(0);
    run.says("people.tsv:2: a person needs an id and a name").says("people.tsv:4: the id `Q2` stands in line 3 as well");
    place.run(&["speakers", "rows.jsonl", "--people", "columns.tsv"]).exits(2).says("columns.tsv:1: no column `name`");
    place.run(&["speakers", "rows.jsonl", "--people", "nowhere.tsv"]).exits(2).says("nowhere.tsv: ");
}

#[test]
fn merge_groups_a_quotation_with_what_each_article_keeps() {
    let place = with_rows();
    let run = place.run(&["merge", "rows.jsonl"]).exits(0).wrote(1).says("3 rows, 1 group of 2 rows");
    let group = &run.rows()[0];
    assert_eq!(group["content"], SAID);
    assert_eq!(group["speaker"], json!({"name": "Irene K. Voss", "type": "person"}));
    assert_eq!(group["first"], json!({"doc_id": "a", "id": "a#1", "date": "2020-05-01", "source": "Harlan News"}));
    assert_eq!(
        group["rows"][1],
        json!({"id": "b#2", "doc_id": "b", "date": "2020-05-02", "source": "Harlan News", "title": "No pump",
               "content": &SAID[..46], "share": 0.67, "cut": "end"})
    );
    let table = place.run(&["merge", "rows.jsonl", "--format", "table"]).exits(0).out;
    assert!(table.contains("67 % (cut: end)") && table.contains(SAID), "{table}");
}

#[test]
fn bad_lines_of_rows_are_named_and_the_rest_goes_on() {
    let good = row("a", 1, "Irene Voss", SAID);
    let lines = [
        good.as_bytes(),
        b"{\"doc_id\": \n",
        b"[1]\n",
        b"{\"id\": 1}\n",
        b"\xff\xfe\n",
        b"{\"doc_id\": \"z\", \"speaker\": 5}\n",
    ];
    let place = with_rows().file("bad.jsonl", lines.concat());
    for command in ["speakers", "merge"] {
        let run = place.run(&[command, "bad.jsonl", "rows.jsonl"]).exits(3).says("4 rows, 5 rejected");
        let run = run.says("bad.jsonl:2: broken JSON at column 11").says("bad.jsonl:3: the line holds no JSON object");
        let run = run.says("bad.jsonl:4: no field `doc_id`").says("bad.jsonl:5: no UTF-8 at byte 1");
        run.says("bad.jsonl:6: no row: invalid type: integer `5`");
        place.run(&[command, "nowhere.jsonl", "rows.jsonl"]).exits(3).says("rejected: nowhere.jsonl: ");
        place.run(&[command, "nowhere.jsonl"]).exits(1).wrote(0).says("no row could be read");
        place.run(&[command, "bad.jsonl", "-o", "out"]).exits(3);
    }
}

#[test]
fn the_name_of_an_output_says_what_commands_on_rows_write() {
    let place = Place::with_article();
    place.run(&["extract", "a.txt", "-o", "rows.jsonl"]).exits(0);
    let written = |arguments: &[&str], name: &str| {
        let run = place.run(&[arguments, &["-o", name]].concat()).exits(0);
        (fs::read_to_string(place.path(name)).unwrap(), run.err.contains("whatever its name says"))
    };
    let (speakers, noted) = written(&["speakers", "rows.jsonl"], "s.csv");
    assert!(speakers.starts_with("key,") && !noted, "{speakers}");
    let (counts, noted) = written(&["stats", "rows.jsonl", "--by", "kind"], "s.json");
    assert!(counts.starts_with('{') && !noted, "{counts}");
    assert!(written(&["merge", "rows.jsonl"], "m.parquet").1);
    assert!(!written(&["merge", "rows.jsonl"], "m.jsonl").1);
}

#[test]
fn what_is_read_is_never_written_over() {
    let rejected = json!({"file": "a.txt", "reason": "broken"}).to_string();
    let place = Place::with_article()
        .file("people.tsv", "id\tname\n")
        .file("names.tsv", "id\ttype\tname\nx:1\tagency\tHarbor Board\n")
        .file("list.txt", "a.txt\n")
        .file("old.jsonl", "")
        .file("said.sqlite", "")
        .file("old.jsonl.rejects.jsonl", rejected);
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.txt", place.path("link.jsonl")).expect("linked");
    assert_eq!(place.run(&["extract", "a.txt", "-o", "rows.jsonl"]).code, 0);
    let rows = fs::read(place.path("rows.jsonl")).unwrap();
    for arguments in [
        &["extract", "a.txt", "-o", "./a.txt"][..],
        &["extract", "a.txt", "-o", "x.jsonl", "--rejects", "a.txt"],
        &["speakers", "rows.jsonl", "-o", "rows.jsonl"],
        &["merge", "rows.jsonl", "-o", "rows.jsonl"],
        &["stats", "rows.jsonl", "--by", "kind", "-o", "rows.jsonl"],
        &["report", "rows.jsonl", "-o", "rows.jsonl"],
        &["convert", "rows.jsonl", "-o", "rows.jsonl"],
        &["convert", "rows.jsonl", "--corrections", "said.sqlite", "-o", "said.sqlite"],
        &["speakers", "rows.jsonl", "--people", "people.tsv", "-o", "people.tsv"],
        &["speakers", "rows.jsonl", "--rows", "rows.jsonl"],
        &["extract", "a.txt", "--gazetteer", "names.tsv", "-o", "names.tsv"],
        &["extract", "--files-from", "list.txt", "-o", "list.txt"],
        &["extract", "--retry", "old.jsonl.rejects.jsonl", "-o", "a.txt"],
        &["extract", "--retry", "old.jsonl.rejects.jsonl", "-o", "old.jsonl"],
        #[cfg(unix)]
        &["extract", "a.txt", "-o", "link.jsonl"],
    ] {
        let run = place.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.err);
        assert!(run.err.contains("the output would replace what is read"), "{}", run.err);
    }
    for arguments in [["-o", "two.jsonl", "--summary", "two.jsonl"], ["-o", "two.jsonl", "--rejects", "./two.jsonl"]] {
        place.run(&[&["extract", "a.txt"][..], &arguments].concat()).exits(2).says("two.jsonl: two outputs cannot be one file");
    }
    assert_eq!(fs::read_to_string(place.path("a.txt")).unwrap(), ARTICLE);
    assert_eq!(fs::read(place.path("rows.jsonl")).unwrap(), rows);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_not_waited_for() {
    let place = Place::with_article();
    let made = std::process::Command::new("mkfifo").arg(place.path("b.txt")).status().expect("mkfifo");
    assert!(made.success());
    let run = place.run(&["extract", "."]);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn a_failed_run_on_rows_leaves_an_earlier_file_alone() {
    let place = with_rows().file("old.jsonl", "old").file("garbage.jsonl", b"\x00\x01\x02");
    for command in ["speakers", "merge"] {
        place.run(&[command, "garbage.jsonl", "-o", "old.jsonl"]).exits(1).says("garbage.jsonl:1: ");
        assert_eq!(fs::read_to_string(place.path("old.jsonl")).expect("there"), "old");
        place.run(&[command, "rows.jsonl", "-o", "nowhere/out.jsonl"]).exits(1).says("nowhere/out.jsonl: ");
    }
}

#[test]
fn no_rows_are_no_failure() {
    let place = Place::new().file("none.jsonl", "").file("blank.jsonl", "\n \n");
    for command in ["speakers", "merge"] {
        place.run(&[command, "none.jsonl", "blank.jsonl"]).exits(0).wrote(0).says("note: none.jsonl: no rows").says("0 rows");
        place.run_with("", &[command, "-", "-q"]).exits(0).wrote(0).stays_silent();
    }
}

#[test]
fn rows_come_from_standard_input() {
    let rows = [row("a", 1, "Irene Voss", SAID), row("b", 2, "Irene Voss", SAID)].concat();
    let place = Place::new();
    assert_eq!(place.run_with(rows.clone(), &["speakers", "-", "--rows", "k.jsonl"]).exits(0).field("/statements"), ["2"]);
    assert_eq!(fs::read_to_string(place.path("k.jsonl")).expect("written").lines().count(), 2);
    assert_eq!(place.run_with(rows.replace('\n', "\r\n"), &["merge", "-"]).exits(0).field("/documents"), ["2"]);
    assert_eq!(place.run_with(format!("\u{feff}{rows}"), &["merge", "-"]).exits(0).field("/documents"), ["2"]);
}

#[test]
fn annotations_are_no_rows_and_said_so() {
    let place = Place::with_article();
    place.run(&["extract", "a.txt", "--format", "annotations", "-o", "a.jsonl"]).exits(0);
    place.run(&["speakers", "a.jsonl"]).exits(1).says("a.jsonl:1: a document with its annotations, no row");
}

#[test]
fn the_order_of_files_of_rows_changes_no_speaker() {
    let place = with_rows().file("more.jsonl", row("d", 4, "Voss", "Yes.") + &row("d", 5, "Irene Voss", "Yes."));
    let one = place.run(&["speakers", "rows.jsonl", "more.jsonl"]).exits(0).out;
    assert_eq!(place.run(&["speakers", "more.jsonl", "rows.jsonl"]).exits(0).out, one);
}

#[test]
fn a_closed_pipe_is_no_failure_for_rows() {
    let people: String = (0..40_000).map(|i| row(&format!("d{i}"), 1, &format!("Irene Voss{i}"), SAID)).collect();
    let place = Place::with_article().file("people.jsonl", people);
    let rows = place.run(&["extract", "a.txt", "-q"]).exits(0).out.repeat(1000);
    let place = place.file("rows.jsonl", rows);
    for arguments in [&["speakers", "people.jsonl"][..], &["convert", "rows.jsonl"], &["convert", "rows.jsonl", "--format=csv"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_onrecord"))
            .args(arguments)
            .arg("-q")
            .current_dir(place.0.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        assert!(child.wait().expect("it ends").success(), "{arguments:?}");
    }
}
