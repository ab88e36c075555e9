//! Tables as text: a line of names, then a document a row.

use super::fields::{self, Value};
use super::intake::{Flow, Intake, Once, Position};
use super::limit::{Allowance, Leash, reason, too_long};
use super::{Keep, unmarked};
use crate::format::decode::{NotText, decode};
use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// The longest line of names.
const NAMES: u64 = 1 << 20;

/// How far the reader of tables reads ahead.
const AHEAD: u64 = 1 << 16;

/// Reads a table whose cells are separated by `delimiter`; semicolons are recognised in the place of commas.
pub(super) fn read(input: Box<dyn BufRead + '_>, delimiter: u8, intake: &mut Intake<'_>) -> Flow {
    let limit = intake.options.limits.document;
    let mut input = unmarked(input);
    let delimiter = match input.fill_buf() {
        Err(error) => return intake.lost_rest(Position::Whole, reason(&error)),
        Ok(start) => {
            let names = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
            if delimiter == b',' && !names.contains(&b',') && names.contains(&b';') { b';' } else { delimiter }
        }
    };
    // A mark of quotation that is never closed would make one record of the rest.
    let allowance = Allowance::default();
    allowance.set(NAMES + AHEAD);
    let marks = Rc::new(Cell::new(0));
    let input = Marks { inner: input, count: Rc::clone(&marks) };
    let leash = Leash::new(input, allowance.clone(), format!("a row is {}", too_long(limit)));
    let mut builder = ReaderBuilder::new();
    let mut reader = builder.delimiter(delimiter).flexible(true).buffer_capacity(AHEAD as usize).from_reader(leash);
    let names: Vec<String> = match reader.byte_headers() {
        Err(error) => return intake.lost_rest(Position::Whole, said(&error)),
        Ok(names) => {
            let cell = |bytes: &[u8]| decode(bytes.to_vec()).map_or_else(|_| String::new(), |d| d.text);
            names.iter().map(cell).collect()
        }
    };
    if names.iter().all(|name| name.is_empty()) {
        return intake.lost(Position::Whole, "the file is empty");
    }
    let names = match renamed(names, intake) {
        Ok(names) => names,
        Err(reason) => return intake.nothing(reason),
    };
    note_guess(&names, intake)?;
    let (mut row, mut next) = (ByteRecord::new(), ByteRecord::new());
    let mut number = 0;
    loop {
        allowance.set(limit.saturating_add(AHEAD));
        let more = reader.read_byte_record(&mut next);
        // The last row ends with the file, whether its marks do or not.
        let last = matches!(more, Ok(false));
        match unclosed(&row).filter(|_| last && marks.get() % 2 == 1) {
            Some(reason) => intake.lost(Position::Record(number), reason)?,
            None if number > 0 => take(&row, &names, number, intake)?,
            None => {}
        }
        number += 1;
        match more {
            Err(error) => return intake.lost_rest(Position::Record(number), said(&error)),
            Ok(false) => break,
            Ok(true) => std::mem::swap(&mut row, &mut next),
        }
    }
    if intake.is_empty() { intake.nothing("the table has no rows") } else { Flow::Continue(()) }
}

/// The names of the columns: that of the text and those of known fields as the flags or the program write them.
///
/// # Errors
/// If there is no text.
pub(super) fn renamed(mut names: Vec<String>, intake: &Intake<'_>) -> Result<Vec<String>, String> {
    let wanted = &intake.options.fields;
    if fields::are_rows(names.iter().map(String::as_str), wanted) {
        return Err(fields::ROWS.into());
    }
    if fields::text_among(names.iter().map(String::as_str), wanted).is_none() {
        let known = names.iter().take(20).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let no = fields::no_text(wanted).replace("no field", "no column");
        return Err(format!("{no} (the columns are {known}; choose with --text-field)"));
    }
    let known = ["title", "date", "source", "url", "id", "doc_id"];
    let text = wanted.text.iter().map(String::as_str).chain(wanted.text.is_none().then_some(fields::TEXTS).into_iter().flatten());
    for name in text.chain(wanted.id.as_deref()).chain(known) {
        if let Some(at) = fields::among(names.iter().map(String::as_str), name) {
            names[at] = name.to_owned();
        }
    }
    Ok(names)
}

/// Whether a column is of use.
pub(super) fn is_wanted(name: &str, intake: &Intake<'_>) -> bool {
    let wanted = &intake.options.fields;
    let kept = match &intake.options.keep {
        Keep::Nothing => false,
        Keep::Names(kept) => kept.iter().any(|k| k == name),
        Keep::All => true,
    };
    let text = match &wanted.text {
        Some(text) => text == name,
        None => fields::TEXTS.contains(&name),
    };
    kept || text || wanted.id.as_deref() == Some(name) || ["id", "doc_id", "title", "date", "source", "url"].contains(&name)
}

/// Says which column holds the text, if it was guessed and is not `text`.
pub(super) fn note_guess(names: &[String], intake: &mut Intake<'_>) -> Flow {
    let wanted = &intake.options.fields;
    let text = fields::text_among(names.iter().map(String::as_str), wanted).map(|at| &names[at]);
    match text.filter(|name| wanted.text.is_none() && *name != fields::TEXTS[0]) {
        Some(name) => intake.note_once(Once::Guess, Position::Whole, || {
            format!("the text is read from the column `{name}` (choose with --text-field)")
        }),
        None => Flow::Continue(()),
    }
}

fn take(row: &ByteRecord, names: &[String], number: u64, intake: &mut Intake<'_>) -> Flow {
    let at = Position::Record(number);
    if row.len() != names.len() {
        return intake.lost(at, format!("{} cells, but {} columns", row.len(), names.len()));
    }
    let mut record = Vec::with_capacity(names.len());
    for (name, bytes) in names.iter().zip(row) {
        let value = match decode(bytes.to_vec()) {
            Err(NotText) => return intake.lost(at, format!("no text: the column `{name}` holds NUL bytes")),
            Ok(decoded) => {
                if let Some(encoding) = decoded.encoding {
                    intake.note_once(Once::Encoding, at, || format!("read as {encoding}"))?;
                }
                decoded.text
            }
        };
        // An empty cell is none, but an empty text is an empty text.
        let is_text = fields::text_among(std::iter::once(name.as_str()), &intake.options.fields).is_some();
        record.push((name.clone(), if value.is_empty() && !is_text { Value::Null } else { Value::Text(value) }));
    }
    let id = intake.numbered(number);
    intake.record(at, record, || id)
}

/// What is wrong with a last row if the marks of quotation in the file are odd in number: a cell of several lines that no mark closed.
fn unclosed(row: &ByteRecord) -> Option<String> {
    let lines = row.iter().any(|cell| cell.contains(&b'\n'));
    let line = row.position().map_or(0, csv::Position::line);
    lines.then(|| {
        format!(
            "a mark of quotation that opens in the row of line {line} is never closed: the rows behind it cannot be told apart"
        )
    })
}

/// Counts the marks of quotation in what it reads.
struct Marks<R> {
    inner: R,
    count: Rc<Cell<usize>>,
}

impl<R: Read> Read for Marks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.count.set(self.count.get() + memchr::memchr_iter(b'"', &buffer[..bytes]).count());
        Ok(bytes)
    }
}

fn said(error: &csv::Error) -> String {
    match error.kind() {
        ErrorKind::Io(error) => reason(error),
        _ => error.to_string(),
    }
}
