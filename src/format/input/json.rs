//! JSON: a document a line, or the values of a file: one document, a list of them, or one behind the other.

use super::fields::{self, Record, Value};
use super::intake::{Flow, Intake, Once, Position};
use super::limit::{Line, read_line, reason, too_long};
use super::unmarked;
use crate::format::decode::{NotText, decode};
use serde_json::Value as Json;
use std::io::{self, BufRead};
use std::ops::ControlFlow;

/// Reads a document a line.
pub(super) fn read_lines(input: Box<dyn BufRead + '_>, intake: &mut Intake<'_>) -> Flow {
    let mut input = unmarked(input);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        let at = Position::Line(number);
        match read_line(&mut input, intake.options.limits.document, &mut line) {
            Err(error) => return intake.lost_rest(at, reason(&error)),
            Ok(Line::End) => break,
            Ok(Line::TooLong) => {
                intake.lost(at, too_long(intake.options.limits.document))?;
                continue;
            }
            Ok(Line::Read) if line.iter().all(u8::is_ascii_whitespace) => continue,
            Ok(Line::Read) => {}
        }
        match object(std::mem::take(&mut line), at, intake)? {
            Ok(record) if intake.is_empty() && is_row(&record, intake) => return intake.nothing(fields::ROWS),
            Ok(record) if intake.is_empty() && is_foreign(&record, intake) => {
                return intake.nothing(fields::no_text(&intake.options.fields));
            }
            Ok(record) => {
                let id = intake.numbered(number);
                intake.record(at, record, || id)?;
            }
            Err(reason) => intake.lost(at, reason)?,
        }
    }
    if intake.is_empty() { intake.nothing("the file is empty") } else { Flow::Continue(()) }
}

/// Reads the values of a file.
pub(super) fn read(input: Box<dyn BufRead + '_>, intake: &mut Intake<'_>) -> Flow {
    let mut values = Values { input: unmarked(input), list: false, limit: intake.options.limits.document };
    let mut number = 0;
    let mut next = values.next();
    loop {
        number += 1;
        let at = Position::Record(number);
        let bytes = match next {
            Err(error) => return intake.lost_rest(at, reason(&error)),
            Ok(None) => break,
            Ok(Some(Found::TooLong)) => {
                intake.lost(at, too_long(intake.options.limits.document))?;
                next = values.next();
                continue;
            }
            Ok(Some(Found::CutOff)) => return intake.lost_rest(at, "broken JSON: the end of the value is missing"),
            Ok(Some(Found::Value(bytes))) => bytes,
        };
        // A document that is alone in its file is named like it.
        next = values.next();
        let alone = number == 1 && !values.list && matches!(next, Ok(None));
        let at = if alone { Position::Whole } else { at };
        let id = if alone { intake.stem.clone() } else { intake.numbered(number) };
        let record = match object(bytes, at, intake)? {
            Ok(record) => record,
            Err(reason) => {
                intake.lost(at, reason)?;
                continue;
            }
        };
        if number == 1 && is_row(&record, intake) {
            return intake.nothing(fields::ROWS);
        }
        if number == 1 && is_foreign(&record, intake) {
            return intake.nothing(fields::no_text(&intake.options.fields));
        }
        intake.record(at, record, || id)?;
    }
    if intake.is_empty() { intake.nothing("the file is empty") } else { Flow::Continue(()) }
}

fn is_row(record: &Record, intake: &Intake<'_>) -> bool {
    fields::are_rows(record.iter().map(|(name, _)| name.as_str()), &intake.options.fields)
}

/// Whether a file that was only found starts with something that is no document.
fn is_foreign(record: &Record, intake: &Intake<'_>) -> bool {
    intake.is_found() && !fields::has_text(record, &intake.options.fields)
}

/// The fields of a JSON object.
fn object(bytes: Vec<u8>, at: Position, intake: &mut Intake<'_>) -> ControlFlow<(), Result<Record, String>> {
    let decoded = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(NotText) => return ControlFlow::Continue(Err("no text: the line holds NUL bytes".into())),
    };
    if let Some(encoding) = decoded.encoding {
        intake.note_once(Once::Encoding, at, || format!("read as {encoding}"))?;
    }
    ControlFlow::Continue(parsed(decoded.text.trim_end_matches(['\n', '\r'])))
}

fn parsed(text: &str) -> Result<Record, String> {
    match serde_json::from_str(text) {
        Err(error) => Err(broken(text, &error)),
        Ok(Json::Object(object)) => Ok(object.into_iter().map(|(name, value)| (name, plain(value))).collect()),
        Ok(_) => Err("the line holds no JSON object".into()),
    }
}

fn plain(value: Json) -> Value {
    match value {
        Json::String(words) => Value::Text(words),
        Json::Number(number) => Value::Scalar(number.to_string()),
        Json::Bool(truth) => Value::Scalar(truth.to_string()),
        Json::Null => Value::Null,
        Json::Array(_) | Json::Object(_) => Value::Nested,
    }
}

/// What is wrong with a piece of JSON, without the library's word on where.
pub(in crate::format) fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason).to_owned()
}

/// What is wrong with a piece of JSON, and at which character of its line; where that stands is said elsewhere.
pub(in crate::format) fn broken(text: &str, error: &serde_json::Error) -> String {
    let reason = without_place(error);
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = line.char_indices().take_while(|(at, _)| *at < error.column()).count();
    let within = if error.line() > 1 { format!("line {}, ", error.line()) } else { String::new() };
    format!("broken JSON at {within}column {}: {reason}", column.max(1))
}

/// The values of a file, one after another: found by their brackets, so that one that is broken inside does not hide the next.
struct Values<R> {
    input: R,
    /// Whether the file is one list.
    list: bool,
    limit: u64,
}

enum Found {
    Value(Vec<u8>),
    TooLong,
    CutOff,
}

impl<R: BufRead> Values<R> {
    fn next(&mut self) -> io::Result<Option<Found>> {
        let mut value = Scan::default();
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok(value.ended());
            }
            let mut taken = 0;
            let mut done = false;
            for &byte in buffer {
                taken += 1;
                if value.state == State::Before {
                    match byte {
                        b' ' | b'\n' | b'\r' | b'\t' | b',' => continue,
                        // A list is opened once, at the start; its end is passed over like a comma.
                        b'[' if !self.list => {
                            self.list = true;
                            continue;
                        }
                        b']' if self.list => continue,
                        _ => {}
                    }
                }
                if value.take(byte, self.limit) {
                    done = true;
                    break;
                }
            }
            self.input.consume(taken);
            if done {
                return Ok(value.ended());
            }
        }
    }
}

#[derive(Default)]
struct Scan {
    bytes: Vec<u8>,
    long: bool,
    depth: u64,
    state: State,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Before,
    Inside,
    String,
    Escape,
    After,
}

impl Scan {
    /// Takes a byte; returns whether the value is whole.
    fn take(&mut self, byte: u8, limit: u64) -> bool {
        if self.bytes.len() as u64 == limit {
            self.long = true;
            self.bytes = Vec::new();
        }
        // What is no object ends with its line, or where the next begins.
        let is_end = matches!(byte, b',' | b'\n' | b']' | b'}') && self.depth == 0 && !self.bytes.is_empty();
        if is_end && self.state == State::Inside {
            self.state = State::After;
            return true;
        }
        if !self.long {
            self.bytes.push(byte);
        }
        self.state = match (self.state, byte) {
            (State::String, b'\\') => State::Escape,
            (State::Escape, _) => State::String,
            (State::String, b'"') => State::Inside,
            (State::String, _) => State::String,
            (_, b'"') => State::String,
            (_, b'{' | b'[') => {
                self.depth += 1;
                State::Inside
            }
            (_, b'}' | b']') => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 { State::After } else { State::Inside }
            }
            _ => State::Inside,
        };
        self.state == State::After
    }

    fn ended(self) -> Option<Found> {
        match self.state {
            State::Before => None,
            _ if self.long => Some(Found::TooLong),
            State::After => Some(Found::Value(self.bytes)),
            _ if self.depth > 0 => Some(Found::CutOff),
            _ => Some(Found::Value(self.bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::super::fields::Made;
    use super::*;

    fn document(line: &str) -> Result<Made, String> {
        fields::document(parsed(line)?, || "f:3".into(), &Options::default())
    }

    #[test]
    fn a_line_becomes_a_document_with_its_metadata() {
        let line = r#"{"doc_id": 7, "text": "Hello.", "title": "T", "date": "2020-01-02", "other": [1]}"#;
        let made = document(line).unwrap();
        assert!(made.named);
        assert_eq!((made.document.id.as_str(), made.document.text.as_str()), ("7", "Hello."));
        assert_eq!(made.document.metadata.title.as_deref(), Some("T"));
        assert_eq!(document(r#"{"text": "x"}"#).unwrap().document.id, "f:3");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let error = |line: &str| document(line).err().unwrap();
        assert_eq!(error("{"), "broken JSON at column 1: EOF while parsing an object");
        assert_eq!(error("{\"é\": x}"), "broken JSON at column 7: expected value");
        assert_eq!(error("[]"), "the line holds no JSON object");
        assert_eq!(error(r#"{"text": 3}"#), "the field `text` is no text");
        assert_eq!(error(r#"{"text": " "}"#), "the document is empty");
        let long = format!(r#"{{"story": "{}"}}"#, "x".repeat(300));
        let expected = "no field `text`, `body`, `content` or `maintext` (long text stands in: story; choose with --text-field)";
        assert_eq!(error(&long), expected);
    }

    fn values(json: &str) -> Vec<String> {
        let mut values = Values { input: json.as_bytes(), list: false, limit: 40 };
        std::iter::from_fn(|| values.next().unwrap())
            .map(|found| match found {
                Found::Value(bytes) => String::from_utf8(bytes).unwrap().trim_end().to_owned(),
                Found::TooLong => "(too long)".into(),
                Found::CutOff => "(cut off)".into(),
            })
            .collect()
    }

    #[test]
    fn values_are_found_by_their_brackets() {
        assert_eq!(values(r#"[{"a": "]}"}, {"b": {"c": [1]}}]"#), [r#"{"a": "]}"}"#, r#"{"b": {"c": [1]}}"#]);
        assert_eq!(values("{}{} \n{\"a\": \"\\\"}\"}"), ["{}", "{}", "{\"a\": \"\\\"}\"}"]);
        assert_eq!(values("[{\"a\": x}, {}]"), ["{\"a\": x}", "{}"]);
        assert_eq!(values("[1, {}, \"x\""), ["1", "{}", "\"x\""]);
        assert_eq!(values("[{}, {\"a\": ["), ["{}", "(cut off)"]);
        assert_eq!(values(&format!("[{{\"a\": \"{}\"}}, {{}}]", "x".repeat(60))), ["(too long)", "{}"]);
        assert_eq!(values(""), [] as [&str; 0]);
    }
}
