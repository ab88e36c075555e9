//! Runs that are cut off and go on: killed, stopped by a signal, at the end of a disk.
#![cfg(unix)]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// All formats: the flag and the name of the output.
const FORMATS: [(&str, &str); 7] = [
    ("jsonl", "out.jsonl"),
    ("csv", "out.csv"),
    ("annotations", "out.json"),
    ("parquet", "out.parquet"),
    ("sqlite", "out.sqlite"),
    ("brat", "out"),
    ("webanno", "out"),
];

/// A folder with so many documents of the sample corpus, over and over, some lines broken.
fn with_documents(count: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut paths: Vec<PathBuf> = fs::read_dir(corpus).expect("the corpus").map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    paths.sort();
    let texts: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).expect("UTF-8")).collect();
    for (name, part) in [("one.jsonl", 0..count / 2), ("two.jsonl", count / 2..count)] {
        let mut lines = String::new();
        for number in part {
            // Every third is a copy of one that is there.
            let text = if number % 3 == 0 {
                texts[number % 7].clone()
            } else {
                format!("{}\n\nNumber {number}.", texts[number % texts.len()])
            };
            lines += &json!({"id": format!("d{number}"), "text": text, "desk": "metro"}).to_string();
            lines += if number % 50 == 7 { "\n{broken\n" } else { "\n" };
        }
        fs::write(folder.path().join(name), lines).expect("written");
    }
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
    let shared = ["extract", "one.jsonl", "two.jsonl", "--engine", "rules", "--threads", "2", "--checkpoint", "0"];
    command.current_dir(folder).args(shared).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[track_caller]
fn exits(output: &Output, code: i32) -> String {
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{err}");
    err
}

/// All files below a path that are of an output, and what they hold.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for file in fs::read_dir(next).expect("a folder") {
            let path = file.expect("a file").path();
            let name = path.strip_prefix(folder).expect("below").display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name.starts_with("out") {
                found.insert(name, fs::read(path).expect("readable"));
            }
        }
    }
    found
}

fn clear(folder: &Path) {
    for name in files(folder).keys() {
        let _ = fs::remove_file(folder.join(name));
    }
    let _ = fs::remove_dir_all(folder.join("out"));
}

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most.max(1)
    }
}

/// Kills runs at random moments until so many were killed, and lets each end; the bytes are those of a run that was not killed.
fn killed(arguments: &[&str], kills: u64, dice: &mut Dice) -> u64 {
    let folder = with_documents(if kills > 10 { 800 } else { 200 });
    let start = Instant::now();
    exits(&command(folder.path(), arguments).output().expect("runs"), 3);
    let whole = start.elapsed().as_micros() as u64;
    let expected = files(folder.path());
    assert!(expected.len() >= 2 && expected.keys().all(|name| !name.contains("partial") && !name.contains("manifest")));
    let mut resume = arguments.to_vec();
    resume.push("--resume");
    let (mut killed, mut went_on) = (0, 0);
    while killed < kills {
        clear(folder.path());
        // Up to four kills in one run, which goes on each time.
        for _ in 0..(kills - killed).min(1 + dice.below(4)) {
            let mut child = command(folder.path(), &resume).stderr(Stdio::null()).spawn().expect("starts");
            std::thread::sleep(Duration::from_micros(dice.below(whole)));
            child.kill().expect("killed");
            if child.wait().expect("ended").signal() != Some(9) {
                break;
            }
            killed += 1;
        }
        let output = command(folder.path(), &resume).output().expect("runs");
        let err = String::from_utf8_lossy(&output.stderr);
        // A run may have been killed behind its last step; a folder that is whole is not written again.
        assert!(output.status.code() == Some(3) || err.contains("the folder is not empty"), "{arguments:?}: {err}");
        went_on += u64::from(err.contains("going on behind"));
        let found = files(folder.path());
        let names: Vec<&String> = found.keys().collect();
        assert!(names == expected.keys().collect::<Vec<_>>(), "{arguments:?}: {names:?}");
        for (name, bytes) in &found {
            assert!(*bytes == expected[name], "{arguments:?}: {name} differs");
        }
    }
    went_on
}

#[test]
fn runs_that_are_killed_go_on_to_the_same_bytes() {
    // A few of each format here; `ONRECORD_KILLS=100 cargo test --test resume` for more.
    let kills = std::env::var("ONRECORD_KILLS").ok().and_then(|number| number.parse().ok()).unwrap_or(2);
    let mut dice = Dice(std::process::id().into());
    let mut went_on = 0;
    for (format, name) in FORMATS {
        let on = killed(&["--format", format, "-o", name, "--keep", "all"], kills, &mut dice);
        println!("{format}: {kills} of {kills} identical, {on} runs went on in the middle");
        went_on += on;
    }
    went_on += killed(&["-o", "out", "--shard-rows", "150", "--format", "parquet"], kills, &mut dice);
    went_on += killed(&["-o", "out", "--shard-rows", "150"], kills, &mut dice);
    went_on += killed(&["-o", "out.jsonl", "--dedupe", "near"], kills, &mut dice);
    // With few kills all may have come before anything was durable.
    assert!(went_on > 0 || kills < 10, "no run was cut off in its middle");
}

/// A run of which the input comes through a pipe, stopped in the middle.
fn fed(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
    command
        .current_dir(folder)
        .args(["extract", "-", "--engine", "rules", "--threads", "1", "--checkpoint", "0"])
        .args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

fn wait_for(path: &Path) {
    let start = Instant::now();
    // A manifest says something once it has a line of how far the run is.
    let is_partial = path.extension().is_some_and(|ending| ending == "partial");
    let is_there = || fs::read_to_string(path).is_ok_and(|lines| is_partial || lines.contains("reached"));
    while !is_there() {
        assert!(start.elapsed() < Duration::from_secs(60), "{} does not appear", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_finishes_the_documents_in_hand_and_says_how_to_go_on() {
    let folder = with_documents(200);
    let input = fs::read(folder.path().join("one.jsonl")).expect("there");
    let mut child = fed(folder.path(), &["-o", "whole.jsonl", "-q"]);
    child.stdin.take().expect("a pipe").write_all(&input).expect("written");
    exits(&child.wait_with_output().expect("ended"), 3);
    for (name, ending) in [("INT", "out.jsonl"), ("TERM", "out-term.jsonl")] {
        let out = folder.path().join(ending);
        let mut child = fed(folder.path(), &["-o", ending]);
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(&input[..input.len() - 200]).expect("written");
        wait_for(&folder.path().join(format!("{ending}.manifest.jsonl")));
        signal(&child, name);
        // The reader waits for more; what comes is read, and nothing after it.
        std::thread::sleep(Duration::from_millis(50));
        let _ = pipe.write_all(&input[input.len() - 200..]);
        drop(pipe);
        let err = exits(&child.wait_with_output().expect("ended"), 1);
        assert!(err.contains("stopped by a signal;") && err.contains(&format!("-o {ending} --resume")), "{err}");
        assert!(!out.exists() && folder.path().join(format!("{ending}.partial")).exists());
        let mut child = fed(folder.path(), &["-o", ending, "--resume", "--log-format", "json"]);
        child.stdin.take().expect("a pipe").write_all(&input).expect("written");
        let err = exits(&child.wait_with_output().expect("ended"), 3);
        let log: Vec<Value> = err.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
        assert!(
            log.iter().any(|line| line["reason"].as_str().is_some_and(|reason| reason.starts_with("going on behind"))),
            "{err}"
        );
        assert_eq!((&log[log.len() - 2]["event"], &log[log.len() - 2]["documents"]), (&json!("done"), &json!(100)));
        assert!(fs::read(&out).expect("there") == fs::read(folder.path().join("whole.jsonl")).expect("there"));
        assert!(!folder.path().join(format!("{ending}.manifest.jsonl")).exists());
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let folder = with_documents(2);
    let mut child = fed(folder.path(), &["-o", "out.jsonl"]);
    wait_for(&folder.path().join("out.jsonl.partial"));
    // Two that come while the program has no turn are one.
    while child.try_wait().expect("a child").is_none() {
        signal(&child, "INT");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(child.wait().expect("ended").code(), Some(130));
}

/// A run of `one.jsonl` and `two.jsonl` in a folder, whose files may not grow beyond so many blocks of 1024 bytes: that stands in for a
/// full disk.
fn with_little_room(folder: &Path, blocks: u64, format: &str, name: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_onrecord");
    let script = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec {program} extract one.jsonl two.jsonl --engine rules --threads 2 --checkpoint 0 \
            --format {format} -o {name}"
    );
    Command::new("bash").current_dir(folder).args(["-c", &script]).output().expect("bash runs")
}

/// A folder in which a run stopped after its first checkpoints, for want of room.
fn with_half_a_run() -> TempDir {
    let folder = with_documents(400);
    exits(&with_little_room(folder.path(), 1200, "jsonl", "out.jsonl"), 1);
    folder
}

#[test]
fn what_is_not_as_it_was_is_named() {
    let refused = |folder: &TempDir, arguments: &[&str], says: &str| {
        let err = exits(&command(folder.path(), arguments).output().expect("runs"), 1);
        assert!(err.contains(says) && err.contains("without --resume it starts anew"), "{err}");
    };
    let folder = with_half_a_run();
    refused(&folder, &["-o", "out.jsonl", "--resume", "--keep", "all"], "--keep is another one (not given then, all now)");
    refused(&folder, &["-o", "out.jsonl", "--resume", "a.txt"], "the inputs are others (2 files then, 3 now)");
    let two = folder.path().join("two.jsonl");
    let mut longer = fs::read(&two).expect("there");
    longer.extend_from_slice(b"{}\n");
    fs::write(&two, longer).expect("written");
    refused(&folder, &["-o", "out.jsonl", "--resume"], "the input two.jsonl has changed");
    // Another program: the manifest says so.
    let manifest = folder.path().join("out.jsonl.manifest.jsonl");
    let other = fs::read_to_string(&manifest).expect("there").replacen(env!("CARGO_PKG_VERSION"), "0.0.7", 1);
    fs::write(&manifest, other).expect("written");
    refused(&folder, &["-o", "out.jsonl", "--resume"], "the program is another one (0.0.7");
    // Without --resume all starts anew.
    exits(&command(folder.path(), &["-o", "out.jsonl"]).output().expect("runs"), 3);
    assert!(!manifest.exists());
}

#[test]
fn a_stream_that_is_another_one_is_named() {
    let folder = with_documents(200);
    let input = fs::read(folder.path().join("one.jsonl")).expect("there");
    let mut child = fed(folder.path(), &["-o", "out.jsonl"]);
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(&input).expect("written");
    wait_for(&folder.path().join("out.jsonl.manifest.jsonl"));
    child.kill().expect("killed");
    child.wait().expect("ended");
    let mut child = fed(folder.path(), &["-o", "out.jsonl", "--resume"]);
    let other = String::from_utf8(input).expect("UTF-8").replace("\"d3\"", "\"other\"");
    let _ = child.stdin.take().expect("a pipe").write_all(other.as_bytes());
    let err = exits(&child.wait_with_output().expect("ended"), 1);
    assert!(err.contains("the input <stdin> has changed before the place where it stopped"), "{err}");
}

#[test]
fn a_full_disk_is_said_and_the_run_goes_on_once_there_is_room() {
    for (format, name) in FORMATS.into_iter().filter(|(format, _)| ["jsonl", "csv", "parquet", "sqlite"].contains(format)) {
        let folder = with_documents(240);
        exits(&command(folder.path(), &["--format", format, "-o", name]).output().expect("runs"), 3);
        let expected = files(folder.path());
        clear(folder.path());
        let output = with_little_room(folder.path(), 1200, format, name);
        let err = exits(&output, 1);
        assert!(err.contains(name) && err.contains("too large") && err.contains("--resume goes on"), "{format}: {err}");
        assert!(!folder.path().join(name).exists());
        let err = exits(&command(folder.path(), &["--format", format, "-o", name, "--resume"]).output().expect("runs"), 3);
        assert!(err.contains("going on behind"), "{err}");
        assert!(files(folder.path()) == expected, "{format} differs");
    }
}

#[test]
fn a_disk_that_is_full_when_all_is_read_loses_nothing() {
    let folder = with_documents(2);
    let size = |name: &str| fs::metadata(folder.path().join(name)).expect("there").len();
    exits(&command(folder.path(), &["-o", "out.jsonl"]).output().expect("runs"), 0);
    exits(&command(folder.path(), &["-o", "out.sqlite"]).output().expect("runs"), 0);
    let (lines, database) = (size("out.jsonl"), size("out.sqlite"));
    // Of few rows a database is mostly empty pages.
    assert!(database > lines + 4096, "the database of {database} bytes needs more room than the lines of {lines}");
    let expected = files(folder.path()).remove("out.sqlite");
    clear(folder.path());
    let err = exits(&with_little_room(folder.path(), (lines + database) / 2048, "sqlite", "out.sqlite"), 1);
    assert!(err.contains("out.sqlite") && err.contains("--resume goes on"), "{err}");
    assert!(!folder.path().join("out.sqlite").exists());
    let err = exits(&command(folder.path(), &["-o", "out.sqlite", "--resume"]).output().expect("runs"), 0);
    assert!(err.contains("the output is made"), "{err}");
    assert!(files(folder.path()).remove("out.sqlite") == expected, "another database");
}

#[test]
fn one_run_at_a_time_writes_an_output() {
    let folder = with_documents(200);
    let mut first = fed(folder.path(), &["-o", "out.jsonl"]);
    let input = fs::read(folder.path().join("one.jsonl")).expect("there");
    first.stdin.as_mut().expect("a pipe").write_all(&input).expect("written");
    wait_for(&folder.path().join("out.jsonl.manifest.jsonl"));
    let err = exits(&command(folder.path(), &["-o", "out.jsonl"]).output().expect("runs"), 1);
    assert!(err.contains("another run is writing it"), "{err}");
    first.kill().expect("killed");
    first.wait().expect("ended");
}

#[test]
fn a_strict_run_that_cannot_start_leaves_what_was_done() {
    let folder = with_documents(800);
    fs::remove_file(folder.path().join("two.jsonl")).expect("removed");
    exits(&with_little_room(folder.path(), 1200, "jsonl", "out.jsonl"), 1);
    let before: Vec<String> = files(folder.path()).into_keys().collect();
    assert!(before.iter().any(|name| name.ends_with(".manifest.jsonl")), "{before:?}");
    let err = exits(&command(folder.path(), &["-o", "out.jsonl", "--resume", "--strict"]).output().expect("runs"), 1);
    assert!(err.contains("two.jsonl") && err.contains("--resume without --strict"), "{err}");
    assert_eq!(files(folder.path()).into_keys().collect::<Vec<_>>(), before);
    let err = exits(&command(folder.path(), &["-o", "out.jsonl", "--resume"]).output().expect("runs"), 3);
    assert!(err.contains("going on behind"), "{err}");
}

#[test]
fn numbered_files_hold_whole_documents_and_all_rows() {
    let folder = with_documents(60);
    let rows = |name: &str| fs::read_to_string(folder.path().join(name)).expect("there");
    exits(&command(folder.path(), &["-o", "out.jsonl"]).output().expect("runs"), 3);
    exits(&command(folder.path(), &["-o", "out/", "--shard-rows", "100"]).output().expect("runs"), 3);
    let names: Vec<String> = files(&folder.path().join("out/..")).into_keys().filter(|name| name.starts_with("out/")).collect();
    assert!(names.len() > 3 && names[0] == "out/rows-00001.jsonl", "{names:?}");
    assert!(names.iter().map(|name| rows(name)).collect::<String>() == rows("out.jsonl"));
    let documents = |name: &String| {
        let first: Vec<Value> = rows(name).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        (first[0]["doc_id"].clone(), first[first.len() - 1]["doc_id"].clone(), first.len())
    };
    for pair in names.windows(2) {
        assert_ne!(documents(&pair[0]).1, documents(&pair[1]).0, "a document lies in two files");
        assert!(documents(&pair[0]).2 >= 100);
    }
    let err = exits(&command(folder.path(), &["-o", "out", "--shard-rows", "100"]).output().expect("runs"), 1);
    assert!(err.contains("the folder is not empty"), "{err}");
}

#[test]
fn copies_are_marked_for_any_number_of_threads() {
    let folder = with_documents(60);
    for (kind, copies) in [("exact", 13), ("near", 0)] {
        let mut outputs = Vec::new();
        for threads in ["1", "2"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
            let arguments =
                ["extract", "one.jsonl", "two.jsonl", "--engine", "rules", "-q", "--dedupe", kind, "--threads", threads];
            outputs.push(command.current_dir(folder.path()).args(arguments).output().expect("runs").stdout);
        }
        assert!(outputs[0] == outputs[1]);
        let rows: Vec<Value> = outputs[0]
            .split(|&b| b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("JSON"))
            .collect();
        let first = |id: &str| rows.iter().find(|row| row["doc_id"] == id).map(|row| row["duplicate_of"].clone());
        assert_eq!(first("d0"), Some(Value::Null));
        assert_eq!(first("d21"), Some(json!("d0")));
        let marked: std::collections::BTreeSet<&str> =
            rows.iter().filter(|row| !row["duplicate_of"].is_null()).filter_map(|row| row["doc_id"].as_str()).collect();
        // Of the twenty that are copies, the first of each of seven texts is none; near copies are those with a number at the end as well.
        assert!(if kind == "exact" { marked.len() == copies } else { marked.len() > 13 }, "{marked:?}");
    }
}
