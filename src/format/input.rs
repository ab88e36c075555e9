//! Documents from files, folders and standard input.
//!
//! `.txt` is one document (its id is the file's name without extension), `.jsonl` one a line. Folders are walked in sorted order;
//! files with other endings in them are passed over, as are gold annotations (`*.gold.json`, `*.gold.jsonl`).

use super::Problem;
use super::decode::{NotText, decode};
use crate::document::{Document, Metadata};
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest document: offsets are 32 bits wide.
const LONGEST: usize = u32::MAX as usize - 1;

/// The names of the fields of JSON documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The text.
    pub text: String,
    /// The identifier; `None` for `id`, else `doc_id`.
    pub id: Option<String>,
}

impl Default for Fields {
    fn default() -> Self {
        Fields { text: "text".into(), id: None }
    }
}

/// How a file holds documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// One document, plain text.
    Text,
    /// One JSON document a line.
    JsonLines,
}

/// Something to read documents from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf, Container),
    /// Standard input.
    Stdin(Container),
}

impl Source {
    /// The name for messages.
    pub fn name(&self) -> String {
        match self {
            Source::File(path, _) => path.display().to_string(),
            Source::Stdin(_) => "<stdin>".into(),
        }
    }

    /// The size in bytes, where it is known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Source::File(path, _) => path.metadata().ok().map(|m| m.len()),
            Source::Stdin(_) => None,
        }
    }
}

/// What a reader yields.
#[derive(Debug)]
pub enum Item {
    /// A document.
    Document(Document),
    /// Something that is lost.
    Problem(Problem),
    /// Something to know; nothing is lost.
    Note(Problem),
}

/// The sources that paths name: files as they are, folders walked, `-` for standard input. Also what is wrong with them.
pub fn sources(paths: &[PathBuf], stdin: Container) -> (Vec<Source>, Vec<Problem>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.push(Source::Stdin(stdin));
        } else if path.is_dir() {
            let before = found.len();
            walk(path, &mut found, &mut problems);
            if found.len() == before {
                problems.push(problem(path, "no documents in this folder (looked for .txt and .jsonl)"));
            }
        } else if !path.exists() {
            problems.push(problem(path, "no such file or folder"));
        } else {
            match container(path) {
                Some(container) => found.push(Source::File(path.clone(), container)),
                None => problems.push(problem(path, "unknown kind of file (known: .txt, .jsonl)")),
            }
        }
    }
    (found, problems)
}

fn problem(path: &Path, reason: impl Into<String>) -> Problem {
    Problem { file: path.display().to_string(), line: None, reason: reason.into() }
}

fn container(path: &Path) -> Option<Container> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "txt" => Some(Container::Text),
        "jsonl" | "ndjson" => Some(Container::JsonLines),
        _ => None,
    }
}

/// Whether a file holds gold annotations, not documents.
pub fn is_gold(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.ends_with(".gold.jsonl") || n.ends_with(".gold.json"))
}

fn walk(folder: &Path, found: &mut Vec<Source>, problems: &mut Vec<Problem>) {
    let mut paths = Vec::new();
    match std::fs::read_dir(folder) {
        Ok(items) => {
            for item in items {
                match item {
                    Ok(item) => paths.push(item.path()),
                    Err(error) => problems.push(problem(folder, error.to_string())),
                }
            }
        }
        Err(error) => return problems.push(problem(folder, error.to_string())),
    }
    paths.sort();
    for path in paths {
        let hidden = path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with('.'));
        // A link to a folder could lead in a circle.
        let is_link = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
        if hidden || is_gold(&path) {
            continue;
        }
        if path.is_dir() {
            if !is_link {
                walk(&path, found, problems);
            }
        } else if let Some(container) = container(&path) {
            found.push(Source::File(path, container));
        }
    }
}

/// Reads a source from start to end; `take` returns `false` to stop.
pub fn read(source: &Source, fields: &Fields, take: &mut dyn FnMut(Item) -> bool) {
    let name = source.name();
    let (reader, container, stem): (io::Result<Box<dyn Read>>, Container, String) = match source {
        Source::File(path, container) => {
            let stem = path.file_stem().map_or_else(|| name.clone(), |s| s.to_string_lossy().into_owned());
            (File::open(path).map(|f| Box::new(f) as Box<dyn Read>), *container, stem)
        }
        Source::Stdin(container) => (Ok(Box::new(io::stdin())), *container, "stdin".into()),
    };
    match reader {
        Err(error) => {
            take(Item::Problem(Problem { file: name, line: None, reason: error.to_string() }));
        }
        Ok(reader) => match container {
            Container::Text => read_text(reader, &name, stem, take),
            Container::JsonLines => read_lines(reader, &name, &stem, fields, take),
        },
    }
}

fn read_text(mut reader: impl Read, name: &str, stem: String, take: &mut dyn FnMut(Item) -> bool) {
    let lost = |reason: String| Item::Problem(Problem { file: name.to_owned(), line: None, reason });
    let mut bytes = Vec::new();
    if let Err(error) = reader.read_to_end(&mut bytes) {
        take(lost(error.to_string()));
        return;
    }
    if bytes.len() > LONGEST {
        take(lost("the document is longer than 4 GB".into()));
        return;
    }
    match decode(bytes) {
        Err(NotText) => {
            take(lost("no text: the file is binary".into()));
        }
        Ok(decoded) if decoded.text.trim().is_empty() => {
            take(lost("the document is empty".into()));
        }
        Ok(decoded) => {
            if let Some(encoding) = decoded.encoding {
                let note = Problem { file: name.to_owned(), line: None, reason: format!("read as {encoding}") };
                if !take(Item::Note(note)) {
                    return;
                }
            }
            take(Item::Document(Document::new(stem, decoded.text)));
        }
    }
}

fn read_lines(reader: impl Read, name: &str, stem: &str, fields: &Fields, take: &mut dyn FnMut(Item) -> bool) {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut number = 0u64;
    let mut documents = 0u64;
    let mut legacy = false;
    let mut unnamed = false;
    let mut problems = 0u64;
    loop {
        let mut line = Vec::new();
        number += 1;
        match reader.read_until(b'\n', &mut line) {
            Err(error) => {
                take(Item::Problem(Problem { file: name.to_owned(), line: Some(number), reason: error.to_string() }));
                return;
            }
            Ok(0) => break,
            Ok(_) => {}
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let mut notes = Vec::new();
        let item = match decode(line) {
            Err(NotText) => Err("no text: the line holds NUL bytes".to_owned()),
            Ok(decoded) => {
                if let Some(encoding) = decoded.encoding.filter(|_| !legacy) {
                    legacy = true;
                    notes.push(format!("read as {encoding}"));
                }
                document(&decoded.text, stem, number, fields).map(|(document, named)| {
                    if !named && !unnamed {
                        unnamed = true;
                        notes.push(
                            "no field `id` or `doc_id`: documents are named by file and line (choose a field with --id-field)"
                                .into(),
                        );
                    }
                    document
                })
            }
        };
        for reason in notes {
            if !take(Item::Note(Problem { file: name.to_owned(), line: Some(number), reason })) {
                return;
            }
        }
        let item = match item {
            Ok(document) => {
                documents += 1;
                Item::Document(document)
            }
            Err(reason) => {
                problems += 1;
                Item::Problem(Problem { file: name.to_owned(), line: Some(number), reason })
            }
        };
        if !take(item) {
            return;
        }
    }
    if documents == 0 && problems == 0 {
        take(Item::Problem(Problem { file: name.to_owned(), line: None, reason: "the file is empty".into() }));
    }
}

/// What is wrong with a line of JSON, and at which character; the line's number in its file stands elsewhere.
pub(super) fn broken(line: &str, error: &serde_json::Error) -> String {
    let message = error.to_string();
    let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
    let column = line.char_indices().take_while(|(at, _)| *at < error.column()).count();
    format!("broken JSON at column {}: {reason}", column.max(1))
}

/// The document that a line of JSON holds, and whether it names itself.
fn document(line: &str, stem: &str, number: u64, fields: &Fields) -> Result<(Document, bool), String> {
    let line = line.trim_end_matches(['\n', '\r']);
    let value: Value = serde_json::from_str(line).map_err(|error| broken(line, &error))?;
    let Value::Object(mut object) = value else { return Err("the line holds no JSON object".into()) };
    let text = match object.remove(&fields.text) {
        Some(Value::String(text)) => text,
        Some(Value::Null) | None => {
            let others: Vec<&str> =
                object.iter().filter(|(_, v)| v.as_str().is_some_and(|s| s.len() > 200)).map(|(k, _)| k.as_str()).collect();
            let hint = if others.is_empty() {
                String::new()
            } else {
                format!(" (long text stands in: {}; choose with --text-field)", others.join(", "))
            };
            return Err(format!("no field `{}`{hint}", fields.text));
        }
        Some(_) => return Err(format!("the field `{}` is no text", fields.text)),
    };
    if text.len() > LONGEST {
        return Err("the document is longer than 4 GB".into());
    }
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let mut scalar = |name: &str| match object.remove(name) {
        Some(Value::String(s)) => Some(s),
        Some(Value::Number(n)) => Some(n.to_string()),
        Some(Value::Bool(b)) => Some(b.to_string()),
        _ => None,
    };
    let id = match &fields.id {
        Some(field) => Some(scalar(field).ok_or_else(|| format!("no field `{field}`"))?),
        None => scalar("id").or_else(|| scalar("doc_id")),
    };
    let metadata = Metadata { date: scalar("date"), source: scalar("source"), title: scalar("title"), url: scalar("url") };
    if text.trim().is_empty() {
        return Err("the document is empty".into());
    }
    let named = id.is_some();
    Ok((Document { id: id.unwrap_or_else(|| format!("{stem}:{number}")), text, metadata }, named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_document_with_its_metadata() {
        let line = r#"{"doc_id": 7, "text": "Hello.", "title": "T", "date": "2020-01-02", "other": [1]}"#;
        let (document, named) = document(line, "f", 3, &Fields::default()).unwrap();
        assert!(named);
        assert_eq!((document.id.as_str(), document.text.as_str()), ("7", "Hello."));
        assert_eq!(document.metadata.title.as_deref(), Some("T"));
        assert_eq!(super::document(r#"{"text": "x"}"#, "f", 3, &Fields::default()).unwrap().0.id, "f:3");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let error = |line: &str| document(line, "f", 1, &Fields::default()).unwrap_err();
        assert_eq!(error("{\n"), "broken JSON at column 1: EOF while parsing an object");
        assert_eq!(error("{\"é\": x}"), "broken JSON at column 7: expected value");
        assert_eq!(error("[]"), "the line holds no JSON object");
        assert_eq!(error(r#"{"text": 3}"#), "the field `text` is no text");
        assert_eq!(error(r#"{"text": " "}"#), "the document is empty");
        let long = format!(r#"{{"body": "{}"}}"#, "x".repeat(300));
        assert_eq!(error(&long), "no field `text` (long text stands in: body; choose with --text-field)");
    }
}
