//! Rows as CSV: the output contract, flattened, and back again.
//!
//! The fields of `cue` and `speaker` are columns `cue_text`, `speaker_name`; those of the lists `jurisdictions` and `entities`
//! are columns `jurisdiction_ids`, `entity_names`, with an item for each in one cell, joined by `|`. In an item `\|` is a bar and
//! `\\` a backslash; `\-` is an empty text where an empty cell or item is null.

use crate::document::Document;
use crate::format::CodePoints;
use crate::format::rows::{Row, row};
use crate::format::schema::{Field, Layout, Type, Typed};
use crate::pipeline::{Annotation, Pipeline};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::io::{self, Write};

/// What stands for an empty text where nothing stands for null.
const EMPTY: &str = "\\-";

/// The columns in order.
pub fn columns(layout: &Layout) -> Vec<String> {
    let mut columns = Vec::new();
    for field in fields(Row::TYPE, layout) {
        match field.of {
            Type::List(of) if !of.fields().is_empty() && is_record(of) => {
                columns.extend(fields(of, layout).map(|inner| format!("{}_{}", singular(field.name), plural(inner.name))));
            }
            of if !of.fields().is_empty() => {
                columns.extend(fields(of, layout).map(|inner| format!("{}_{}", field.name, inner.name)));
            }
            _ => columns.push(field.name.to_owned()),
        }
    }
    columns
}

/// The fields of a shape that a table has.
fn fields(of: &Type, layout: &Layout) -> impl Iterator<Item = &'static Field> {
    of.fields().iter().filter(|field| layout.has(field))
}

fn is_record(of: &Type) -> bool {
    matches!(of, Type::Record(_))
}

/// `jurisdictions`, `entities` → `jurisdiction`, `entity`
fn singular(name: &str) -> String {
    match name.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => name.strip_suffix('s').unwrap_or(name).to_owned(),
    }
}

/// `id`, `country`, `basis` → `ids`, `countries`, `bases`
fn plural(name: &str) -> String {
    match (name.strip_suffix('y'), name.strip_suffix("is")) {
        (Some(stem), _) => format!("{stem}ies"),
        (_, Some(stem)) => format!("{stem}es"),
        _ => format!("{name}s"),
    }
}

/// The line of column names.
pub fn header(layout: &Layout) -> Vec<u8> {
    let mut out = columns(layout).join(",").into_bytes();
    out.push(b'\n');
    out
}

/// Appends the rows of a document.
pub fn write(pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) {
    let points = CodePoints::new(&document.text);
    let mut writer = writer(out);
    for attribution in &annotation.attributions {
        let row = row(pipeline, document, annotation, attribution, &points);
        let row = serde_json::to_value(row).expect("rows are plain data");
        write_row(&row, &Layout::of(&row, Row::TYPE), &mut writer).expect(MEMORY);
    }
    writer.flush().expect(MEMORY);
}

/// Why nothing fails.
const MEMORY: &str = "memory takes all, and every row has the same columns";

/// What writes rows behind a header.
pub(super) fn writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().has_headers(false).from_writer(out)
}

/// Appends a row; fields that it lacks are empty cells.
///
/// # Errors
/// If the output cannot be written.
pub(super) fn write_row<W: Write>(row: &Value, layout: &Layout, out: &mut csv::Writer<W>) -> csv::Result<()> {
    for field in fields(Row::TYPE, layout) {
        let value = &row[field.name];
        match field.of {
            Type::List(of) if is_record(of) => {
                let items = value.as_array().map_or(&[][..], Vec::as_slice);
                for inner in fields(of, layout) {
                    let list: Vec<Cow<'_, str>> = items.iter().map(|item| item_of(&item[inner.name], inner.of)).collect();
                    match &list[..] {
                        [item] => out.write_field(item.as_bytes())?,
                        _ => out.write_field(list.join("|"))?,
                    }
                }
            }
            of if !of.fields().is_empty() => {
                for inner in fields(of, layout) {
                    out.write_field(cell(&value[inner.name], inner.of).as_bytes())?;
                }
            }
            of => out.write_field(cell(value, of).as_bytes())?,
        }
    }
    out.write_record(None::<&[u8]>)
}

/// The error of what is written to, if it is one: a closed pipe stays one.
pub(super) fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A value as a cell.
fn cell<'v>(value: &'v Value, of: &Type) -> Cow<'v, str> {
    match (value, of) {
        (Value::String(text), Type::Optional(_)) if text.is_empty() => EMPTY.into(),
        (Value::String(text), Type::Optional(_)) if text.starts_with('\\') => format!("\\{text}").into(),
        (Value::String(text), _) => text.into(),
        (Value::Null, _) => "".into(),
        // Parts: each a start and an end.
        (Value::Array(parts), _) => {
            let ends =
                |part: &Value| part.as_array().map_or_else(String::new, |ends| join(ends.iter().map(Value::to_string), "-"));
            join(parts.iter().map(ends), "|").into()
        }
        (Value::Number(number), Type::Number) => number.as_f64().unwrap_or_default().to_string().into(),
        (other, _) => other.to_string().into(),
    }
}

/// A value as an item of a list in a cell.
fn item_of<'v>(value: &'v Value, of: &Type) -> Cow<'v, str> {
    match (value, of) {
        (Value::String(text), Type::Optional(_)) if text.is_empty() => EMPTY.into(),
        (Value::String(text), _) if text.contains(['\\', '|']) => text.replace('\\', "\\\\").replace('|', "\\|").into(),
        (Value::String(text), _) => text.into(),
        _ => cell(value, of),
    }
}

fn join(items: impl Iterator<Item = String>, by: &str) -> String {
    items.collect::<Vec<_>>().join(by)
}

/// The row that the cells of a record hold, by the names of the columns.
///
/// # Errors
/// If a cell does not hold what its column does.
pub(in crate::format) fn read_row(names: &[String], cells: &csv::StringRecord) -> Result<Value, String> {
    let find = |name: &str| names.iter().position(|n| n == name).and_then(|at| cells.get(at));
    let mut row = Map::new();
    let mut used = Vec::new();
    for field in Row::TYPE.fields() {
        let value = match field.of {
            Type::List(of) if is_record(of) => {
                let inner: Vec<(&Field, String)> =
                    of.fields().iter().map(|f| (f, format!("{}_{}", singular(field.name), plural(f.name)))).collect();
                used.extend(inner.iter().map(|(_, name)| name.clone()));
                Some(records(&inner, &find)?)
            }
            of if !of.fields().is_empty() => {
                let inner: Vec<(&Field, String)> =
                    of.fields().iter().map(|f| (f, format!("{}_{}", field.name, f.name))).collect();
                used.extend(inner.iter().map(|(_, name)| name.clone()));
                Some(one_record(&inner, &find)?)
            }
            of => {
                used.push(field.name.to_owned());
                find(field.name).map(|cell| value(cell, of, field.name)).transpose()?
            }
        };
        if let Some(value) = value.filter(|value| is_there(value, field)) {
            row.insert(field.name.to_owned(), value);
        }
    }
    // Columns of somebody else are kept as far as JSON can.
    for (name, cell) in names.iter().zip(cells).filter(|(name, _)| !used.contains(name)) {
        row.insert(name.clone(), Value::from(cell));
    }
    Ok(Value::Object(row))
}

/// Whether a value is to be written: a null for a field that is never null is an absent one.
fn is_there(value: &Value, field: &Field) -> bool {
    !value.is_null() || !field.extra || matches!(field.of, Type::Optional(_))
}

/// A record whose fields stand in columns of their own; null if all are empty.
fn one_record<'c>(inner: &[(&Field, String)], find: &dyn Fn(&str) -> Option<&'c str>) -> Result<Value, String> {
    if inner.iter().all(|(_, name)| find(name).is_none_or(str::is_empty)) {
        return Ok(Value::Null);
    }
    let mut record = Map::new();
    for (field, name) in inner {
        if let Some(cell) = find(name) {
            record.insert(field.name.to_owned(), value(cell, field.of, name)?);
        }
    }
    Ok(Value::Object(record))
}

/// The records whose fields stand in columns of lists.
fn records<'c>(inner: &[(&Field, String)], find: &dyn Fn(&str) -> Option<&'c str>) -> Result<Value, String> {
    let columns: Vec<(&Field, &String, Vec<String>)> =
        inner.iter().filter_map(|(field, name)| Some((*field, name, items(find(name)?)))).collect();
    if columns.iter().all(|(_, _, items)| items.iter().all(String::is_empty)) {
        return Ok(Value::Array(Vec::new()));
    }
    let count = columns.iter().map(|(_, _, items)| items.len()).max().unwrap_or(0);
    let mut records = vec![Map::new(); count];
    for (field, name, items) in columns {
        if items.len() != count {
            return Err(format!("the column `{name}` has {} items where others of the row have {count}", items.len()));
        }
        for (record, item) in records.iter_mut().zip(items) {
            record.insert(field.name.to_owned(), item_value(&item, field.of, name)?);
        }
    }
    Ok(Value::Array(records.into_iter().map(Value::Object).collect()))
}

/// The items of a cell, still with their backslashes.
fn items(cell: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut escaped = false;
    for character in cell.chars() {
        if character == '|' && !escaped {
            items.push(String::new());
            continue;
        }
        escaped = character == '\\' && !escaped;
        items.last_mut().expect("there is one").push(character);
    }
    items
}

fn item_value(item: &str, of: &Type, name: &str) -> Result<Value, String> {
    match of {
        Type::Optional(_) if item.is_empty() => Ok(Value::Null),
        Type::Optional(Type::Text) if item == EMPTY => Ok(Value::from("")),
        Type::Text | Type::Optional(Type::Text) => {
            let mut text = String::new();
            let mut characters = item.chars();
            while let Some(character) = characters.next() {
                text.push(if character == '\\' { characters.next().unwrap_or('\\') } else { character });
            }
            Ok(Value::from(text))
        }
        of => value(item, of, name),
    }
}

/// What a cell holds.
fn value(cell: &str, of: &Type, name: &str) -> Result<Value, String> {
    let wrong = |what: &str| format!("the column `{name}` holds no {what}: {}", cell.chars().take(40).collect::<String>());
    match of {
        Type::Optional(_) if cell.is_empty() => Ok(Value::Null),
        Type::Optional(Type::Text) => Ok(Value::from(match cell {
            EMPTY => "",
            _ if cell.starts_with("\\\\") => &cell[1..],
            _ => cell,
        })),
        Type::Optional(of) => value(cell, of, name),
        Type::Text => Ok(Value::from(cell)),
        Type::Whole => cell.parse::<u32>().map(Value::from).map_err(|_| wrong("whole number")),
        Type::Number => cell.parse::<f64>().map(Value::from).map_err(|_| wrong("number")),
        Type::Words if cell.is_empty() => Ok(Value::Null),
        Type::Words => serde_json::from_str(cell).map_err(|_| wrong("JSON object")),
        Type::List(_) => {
            let ends =
                |part: &str| part.split('-').map(|end| end.parse::<u32>().ok().map(Value::from)).collect::<Option<Vec<_>>>();
            let parts = cell.split('|').filter(|part| !part.is_empty());
            let parts: Option<Vec<Value>> = parts.map(|part| ends(part).map(Value::from)).collect();
            parts.map(Value::from).ok_or_else(|| wrong("list of ranges"))
        }
        Type::Record(_) => Err(wrong("record")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_of_columns_are_one_and_many() {
        let columns = columns(&Layout::default());
        for name in ["speaker_type", "jurisdiction_countries", "jurisdiction_bases", "entity_ids", "parts", "url"] {
            assert!(columns.iter().any(|column| column == name), "{name} is not in {columns:?}");
        }
    }

    #[test]
    fn bars_backslashes_and_empty_texts_come_back() {
        let place = |text: Value, id: &str| {
            json!({"id": id, "name": "A|B\\", "level": "city", "country": null, "admin1": "",
            "geonames_id": 7, "basis": "quote", "text": text, "start": 1, "end": 2, "confidence": 1.0, "rule": "r"})
        };
        for about in [json!([]), json!([place(json!("a|b\\|"), "x")]), json!([place(Value::Null, "x"), place(json!(""), "y|")])] {
            for title in [Value::Null, json!(""), json!("\\"), json!("\\-"), json!("a|b")] {
                let row = json!({"doc_id": "a", "id": "a#0", "kind": "direct", "text": "t,\"\r\n", "content": "\\", "start": 0, "end": 9,
                    "parts": [[0, 3], [5, 9]], "cue": null, "speaker": null, "jurisdictions": about, "entities": [], "sentence": 0,
                    "paragraph": 0, "confidence": 0.5, "rule": "r", "date": null, "source": "s", "title": title, "url": null});
                let mut writer = writer(Vec::new());
                write_row(&row, &Layout::default(), &mut writer).unwrap();
                let line = writer.into_inner().unwrap();
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&line[..]);
                let cells = reader.records().next().unwrap().unwrap();
                assert_eq!(read_row(&columns(&Layout::default()), &cells).unwrap(), row);
            }
        }
    }

    #[test]
    fn a_cell_that_does_not_fit_is_named() {
        let names = ["doc_id".to_owned(), "start".to_owned()];
        let error = read_row(&names, &csv::StringRecord::from(vec!["a", "x"])).unwrap_err();
        assert_eq!(error, "the column `start` holds no whole number: x");
    }
}
