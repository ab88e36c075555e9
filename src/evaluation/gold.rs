//! Gold: documents with what is right about them, as files hold them.
//!
//! A file of gold holds JSON objects: one a line (`.jsonl`), or any number in any layout (`.json`). The fields say what kind of
//! gold it is. A document's text stands in its object or, if there is none, in the file of the same name beside it: `a.gold.json`
//! is about `a.txt` or about the documents of `a.jsonl`. Gold that cannot be read is named with file, line and reason.

use super::{places, quotes, sentences, triples};
use crate::attribution;
use crate::document::{Document, Metadata};
use crate::format::Problem;
use crate::format::input::{Container, Exports, Item, Options, Source, is_gold, read};
use crate::span::Span;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What is right about one document.
#[derive(Clone, Debug)]
pub enum Gold {
    /// Who is reported to have said which words.
    Quotes(quotes::Gold),
    /// Who said what about which jurisdiction.
    Triples(triples::Gold),
    /// Which place a name is.
    Places(places::Gold),
    /// Where sentences end.
    Sentences(sentences::Gold),
}

/// A document and its gold.
#[derive(Clone, Debug)]
pub struct Case {
    /// The document.
    pub document: Document,
    /// What is right about it.
    pub gold: Gold,
}

/// The gold under a path, a file of it or a folder; also what is wrong with it.
pub fn open(path: &Path) -> (Vec<Case>, Vec<Problem>) {
    let mut reader = Reader::default();
    if path.is_dir() {
        let files = reader.walk(path);
        if files.is_empty() {
            reader.lose(path, None, "no gold in this folder (looked for .gold.json and .gold.jsonl)");
        }
        files.iter().for_each(|file| reader.file(file));
    } else {
        reader.file(path);
    }
    (reader.cases, reader.problems)
}

/// The fields of a JSON object.
pub(super) type Record = Map<String, Value>;

/// The bytes where the code points of a text start.
pub(super) struct Bytes(Vec<u32>);

impl Bytes {
    pub(super) fn new(text: &str) -> Bytes {
        Bytes(text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect())
    }

    /// The span of bytes from one code point to another.
    pub(super) fn span(&self, [start, end]: [usize; 2]) -> Result<Span, String> {
        match (self.0.get(start), self.0.get(end)) {
            (Some(&first), Some(&last)) if start <= end => Ok(Span { start: first, end: last }),
            _ => Err(format!("the span [{start}, {end}] is none of the text, which has {} characters", self.0.len() - 1)),
        }
    }

    pub(super) fn spans(&self, spans: &[[usize; 2]]) -> Result<Vec<Span>, String> {
        spans.iter().map(|&span| self.span(span)).collect()
    }
}

/// The items of a list of a record, each read on its own so that a message can say which one is wrong.
pub(super) fn items<T, U>(record: &Record, field: &str, one: impl Fn(T) -> Result<U, String>) -> Result<Vec<U>, String>
where
    T: DeserializeOwned,
{
    let Some(Value::Array(list)) = record.get(field) else { return Err(format!("the field `{field}` is no list")) };
    let read = |value: &Value| T::deserialize(value).map_err(|error| error.to_string()).and_then(&one);
    list.iter().enumerate().map(|(i, value)| read(value).map_err(|reason| format!("{field}[{i}]: {reason}"))).collect()
}

/// The kind of an attribution by its name.
pub(super) fn kind_named(name: &str) -> Result<attribution::Kind, String> {
    let kinds = [attribution::Kind::Direct, attribution::Kind::Mixed, attribution::Kind::Indirect];
    let kind = kinds.into_iter().find(|kind| kind.name() == name);
    kind.ok_or_else(|| format!("no kind `{name}` (known: direct, mixed, indirect)"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Quotes,
    Triples,
    Places,
    Sentences,
}

/// The kind of gold in a record; `None` for a document without attributions, which is gold of two kinds.
fn kind(record: &Record) -> Result<Option<Kind>, String> {
    if let Some(attributions) = record.get("attributions") {
        return match attributions.get(0) {
            Some(one) if one.get("content").is_some_and(Value::is_array) => Ok(Some(Kind::Quotes)),
            Some(one) if one.get("parts").is_some() || one.get("quote").is_some() => Ok(Some(Kind::Triples)),
            Some(_) => Err("attributions without `content`, `parts` or `quote`: their words are missing".into()),
            None => Ok(record.contains_key("discard").then_some(Kind::Quotes)),
        };
    }
    let fields = [("toponyms", Kind::Places), ("sentences", Kind::Sentences)];
    let known = fields.into_iter().find(|(field, _)| record.contains_key(*field)).map(|(_, kind)| Some(kind));
    known.ok_or_else(|| "no gold: none of the fields `attributions`, `toponyms`, `sentences`".into())
}

#[derive(Default)]
struct Reader {
    cases: Vec<Case>,
    problems: Vec<Problem>,
}

impl Reader {
    fn lose(&mut self, path: &Path, line: Option<u64>, reason: impl Into<String>) {
        self.problems.push(Problem::new(path.display().to_string(), reason).at_line(line));
    }

    /// The files of gold in a folder, in sorted order.
    fn walk(&mut self, folder: &Path) -> Vec<PathBuf> {
        let listed = std::fs::read_dir(folder).and_then(|items| items.map(|item| item.map(|i| i.path())).collect());
        let mut paths: Vec<PathBuf> = listed.unwrap_or_else(|error| {
            self.lose(folder, None, error.to_string());
            Vec::new()
        });
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            let hidden = path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with('.'));
            // A link to a folder could lead in a circle.
            if path.is_dir() && !hidden && !path.is_symlink() {
                files.extend(self.walk(&path));
            } else if is_gold(&path) && !hidden {
                files.push(path);
            }
        }
        files
    }

    fn file(&mut self, path: &Path) {
        let lines = match path.extension().and_then(|e| e.to_str()) {
            _ if !path.exists() => return self.lose(path, None, "no such file or folder"),
            Some("jsonl" | "ndjson") => true,
            Some("json") => false,
            _ => return self.lose(path, None, "unknown kind of file (known: .jsonl, .json)"),
        };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return self.lose(path, None, error.to_string()),
        };
        let before = self.problems.len();
        let values = if lines { self.each_line(path, &bytes) } else { self.stream(path, &bytes) };
        let mut records = Vec::new();
        for (line, value) in values {
            let Value::Object(record) = value else {
                self.lose(path, Some(line), "no JSON object");
                continue;
            };
            match kind(&record) {
                Ok(kind) => records.push((line, record, kind)),
                Err(reason) => self.lose(path, Some(line), reason),
            }
        }
        if records.is_empty() && self.problems.len() == before {
            return self.lose(path, None, "the file is empty");
        }
        // A document without attributions is what the others of its file are.
        let usual = records.iter().find_map(|(.., kind)| *kind).unwrap_or(Kind::Triples);
        let mut texts = None;
        let mut ids = HashSet::new();
        for (line, record, kind) in records {
            let result = self.case(path, line, record, kind.unwrap_or(usual), &mut texts);
            match result {
                Ok(case) if !ids.insert(case.document.id.clone()) => {
                    self.lose(path, Some(line), format!("the document `{}` stands twice in this file", case.document.id));
                }
                Ok(case) => self.cases.push(case),
                Err(reason) => self.lose(path, Some(line), reason),
            }
        }
    }

    fn each_line(&mut self, path: &Path, bytes: &[u8]) -> Vec<(u64, Value)> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut values = Vec::new();
        for (number, line) in (1..).zip(bytes.split(|&b| b == b'\n')) {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(value) => values.push((number, value)),
                Err(error) => self.lose(path, Some(number), broken(&error)),
            }
        }
        values
    }

    fn stream(&mut self, path: &Path, bytes: &[u8]) -> Vec<(u64, Value)> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut values = Vec::new();
        let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
        let (mut at, mut line) = (0, 1);
        loop {
            // An object stands where its first character does.
            let start = stream.byte_offset();
            let start = bytes[start..].iter().position(|b| !b.is_ascii_whitespace()).map_or(start, |skip| start + skip);
            line += memchr::memchr_iter(b'\n', &bytes[at..start]).count() as u64;
            at = start;
            match stream.next() {
                Some(Ok(value)) => values.push((line, value)),
                Some(Err(error)) => {
                    // Nothing behind broken JSON can be told apart.
                    self.lose(path, Some(error.line() as u64), broken(&error));
                    return values;
                }
                None => return values,
            }
        }
    }

    /// The case that a record stands for.
    fn case(
        &mut self,
        path: &Path,
        line: u64,
        mut record: Record,
        kind: Kind,
        texts: &mut Option<HashMap<String, String>>,
    ) -> Result<Case, String> {
        let id = match record.get("doc_id").or_else(|| record.get("id")) {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => format!("{}:{line}", path.file_stem().unwrap_or_default().to_string_lossy()),
        };
        let text = match record.remove("text") {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => {
                if texts.is_none() {
                    *texts = Some(self.texts_beside(path)?);
                }
                let text = texts.as_ref().and_then(|texts| texts.get(&id)).cloned();
                text.ok_or_else(|| format!("no field `text`, and no document `{id}` beside this file"))?
            }
            Some(_) => return Err("the field `text` is no text".into()),
        };
        if text.trim().is_empty() {
            return Err("the document is empty".into());
        }
        let bytes = Bytes::new(&text);
        let gold = match kind {
            Kind::Quotes => Gold::Quotes(quotes::Gold::read(&record, &text, &bytes)?),
            Kind::Triples => Gold::Triples(triples::Gold::read(&record, &text, &bytes)?),
            Kind::Places => Gold::Places(places::Gold::read(&record, &bytes)?),
            Kind::Sentences => Gold::Sentences(sentences::Gold::read(&record, &bytes)?),
        };
        let field = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        let [date, source, title, url] = ["date", "source", "title", "url"].map(field);
        let metadata = Metadata { date, source, title, url, ..Metadata::default() };
        Ok(Case { document: Document { id, text, metadata }, gold })
    }

    /// The texts of the documents beside a file of gold, by their ids.
    fn texts_beside(&mut self, path: &Path) -> Result<HashMap<String, String>, String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.strip_suffix(".gold.json").or_else(|| name.strip_suffix(".gold.jsonl"));
        let stem = stem.ok_or("no field `text` (only files called .gold.json or .gold.jsonl have their texts beside them)")?;
        let beside = [("txt", Container::Text), ("jsonl", Container::JsonLines)]
            .map(|(ending, container)| (path.with_file_name(format!("{stem}.{ending}")), container))
            .into_iter()
            .find(|(file, _)| file.exists());
        let Some((file, container)) = beside else {
            return Err(format!("no field `text`, and neither {stem}.txt nor {stem}.jsonl beside this file"));
        };
        let mut texts = HashMap::new();
        let options = Options { exports: Exports::Never, ..Options::default() };
        read(&Source::File(file, container), &options, &mut |item| {
            match item {
                Item::Document(document, _) => drop(texts.insert(document.id, document.text)),
                Item::Problem(problem) => self.problems.push(problem),
                Item::Note(_) => {}
            }
            true
        });
        Ok(texts)
    }
}

fn broken(error: &serde_json::Error) -> String {
    // The place is said by the message's file and line; within a line of JSON Lines it would be said twice, and differently.
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    format!("broken JSON in column {}: {message}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn opened(name: &str, content: impl AsRef<[u8]>) -> (Vec<Case>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        let (cases, problems) = open(&file);
        let place = format!("{}", folder.path().join("").display());
        (cases, problems.iter().map(|p| p.to_string().replace(&place, "")).collect())
    }

    #[test]
    fn the_fields_of_an_object_say_its_kind() {
        let lines = [
            json!({"doc_id": "a", "text": "Hi.", "attributions": [{"content": [[0, 2]], "source": [], "cue": [], "kind": "direct"}]}),
            json!({"doc_id": "b", "text": "Hi.", "attributions": []}),
            json!({"doc_id": 3, "text": "Hi.", "toponyms": []}),
            json!({"doc_id": "d", "text": "Hi.", "sentences": [[0, 3]]}),
            json!({"doc_id": "e", "text": "Hi.", "attributions": [{"kind": "direct", "quote": ["Hi"]}]}),
        ];
        let (cases, problems) = opened("a.jsonl", lines.map(|line| line.to_string()).join("\n"));
        assert_eq!(problems, [""; 0]);
        let kinds: String = cases
            .iter()
            .map(|case| match case.gold {
                Gold::Quotes(_) => 'q',
                Gold::Triples(_) => 't',
                Gold::Places(_) => 'p',
                Gold::Sentences(_) => 's',
            })
            .collect();
        assert_eq!(kinds, "qqpst");
        assert_eq!(cases[2].document.id, "3");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let (cases, problems) = opened(
            "a.jsonl",
            "{\n[]\n\n{\"text\": \"Hi.\"}\n{\"text\": \"é\", \"sentences\": [[0, 2]]}\n{\"sentences\": []}\n{\"text\": \"a\", \
             \"attributions\": [{\"parts\": [[0, 1]]}]}\n{\"text\": \" \", \"sentences\": []}\n",
        );
        assert!(cases.is_empty());
        let expected = [
            "a.jsonl:1: broken JSON in column 1: EOF while parsing an object",
            "a.jsonl:2: no JSON object",
            "a.jsonl:4: no gold: none of the fields `attributions`, `toponyms`, `sentences`",
            "a.jsonl:5: sentences[0]: the span [0, 2] is none of the text, which has 1 characters",
            "a.jsonl:6: no field `text` (only files called .gold.json or .gold.jsonl have their texts beside them)",
            "a.jsonl:7: attributions[0]: missing field `kind`",
            "a.jsonl:8: the document is empty",
        ];
        assert_eq!(problems, expected);
        assert_eq!(opened("a.jsonl", "").1, ["a.jsonl: the file is empty"]);
        assert_eq!(opened("a.txt", "x").1, ["a.txt: unknown kind of file (known: .jsonl, .json)"]);
    }

    #[test]
    fn objects_may_stand_in_any_layout_with_their_texts_beside() {
        let folder = tempfile::tempdir().unwrap();
        let b = "{\"doc_id\": \"b\", \"sentences\": []}";
        let gold = format!("{{\n\"doc_id\": \"a\",\n\"sentences\": []}}\n{b}\n{b}\n\n{{");
        std::fs::write(folder.path().join("x.gold.json"), gold).unwrap();
        std::fs::write(folder.path().join("x.jsonl"), "{\"id\": \"b\", \"text\": \"Hi.\"}\n").unwrap();
        let (cases, problems) = open(folder.path());
        assert_eq!(cases.iter().map(|case| case.document.text.as_str()).collect::<Vec<_>>(), ["Hi."]);
        let lines: Vec<_> = problems.iter().map(|p| (p.origin.line, p.reason.as_str())).collect();
        let expected = [
            (Some(7), "broken JSON in column 1: EOF while parsing an object"),
            (Some(1), "no field `text`, and no document `a` beside this file"),
            (Some(5), "the document `b` stands twice in this file"),
        ];
        assert_eq!(lines, expected);
    }
}
