//! Parquet: a document a row. A page of each column that is needed is in memory, of one row group at a time.

use super::fields::{self, Record, Value};
use super::intake::{Flow, Intake, Once, Position};
use super::limit::{size, too_long};
use super::{Keep, table};
use crate::format::decode::decode;
use parquet::basic::Repetition;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::{Type, TypePtr};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rows that are read at once.
const ROWS: usize = 64;

/// The largest column of a row group, unpacked.
const COLUMN: i64 = 2 << 30;

/// Reads a table in columns.
pub(super) fn read(file: File, intake: &mut Intake<'_>) -> Flow {
    // The library takes a damaged file for a mistake of the program in some places.
    let opened = guarded(|| SerializedFileReader::new(file).map_err(|error| error.to_string()));
    let reader = match opened {
        Ok(reader) => reader,
        Err(reason) => return intake.lost_rest(Position::Whole, format!("damaged: {reason}")),
    };
    let schema = reader.metadata().file_metadata().schema_descr().root_schema().clone();
    let plain: Vec<TypePtr> = schema.get_fields().iter().filter(|field| is_plain(field)).cloned().collect();
    let names = plain.iter().map(|field| field.name().to_owned()).collect();
    let names = match table::renamed(names, intake) {
        Ok(names) => names,
        Err(reason) => return intake.nothing(reason),
    };
    if let Some(name) = table::guessed(&names, intake) {
        intake.note_once(Once::Guess, Position::Whole, || {
            format!("the text is read from the column `{name}` (choose with --text-field)")
        })?;
    }
    let wanted: Vec<usize> = (0..plain.len()).filter(|&at| is_wanted(&names, at, intake)).collect();
    let columns: Vec<TypePtr> = wanted.iter().map(|&at| plain[at].clone()).collect();
    let names: Vec<String> = wanted.iter().map(|&at| names[at].clone()).collect();
    let mut before = 0u64;
    for group in 0..reader.num_row_groups() {
        let rows = u64::try_from(reader.metadata().row_group(group).num_rows()).unwrap_or(0);
        row_group(&reader, group, schema.name(), &columns, &names, before, intake)?;
        before = before.saturating_add(rows);
    }
    if intake.is_empty() { intake.nothing("the table has no rows") } else { Flow::Continue(()) }
}

/// Whether a column holds words or scalars, one a row.
fn is_plain(field: &Type) -> bool {
    let info = field.get_basic_info();
    field.is_primitive() && !(info.has_repetition() && info.repetition() == Repetition::REPEATED)
}

fn is_wanted(names: &[String], at: usize, intake: &Intake<'_>) -> bool {
    let name = names[at].as_str();
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

fn row_group(
    reader: &SerializedFileReader<File>,
    group: usize,
    schema: &str,
    columns: &[TypePtr],
    names: &[String],
    before: u64,
    intake: &mut Intake<'_>,
) -> Flow {
    let first = Position::Record(before + 1);
    let chunks = reader.metadata().row_group(group).columns();
    let largest = chunks.iter().filter(|chunk| columns.iter().any(|c| c.name() == chunk.column_path().string()));
    if largest.map(|chunk| chunk.uncompressed_size()).max().is_some_and(|bytes| bytes > COLUMN) {
        let limit = size(COLUMN as u64);
        return intake.lost_rest(first, format!("row group {}: a column is larger than {limit}", group + 1));
    }
    let projection = Type::group_type_builder(schema).with_fields(columns.to_vec()).build();
    let opened = guarded(|| reader.get_row_group(group).map_err(|error| error.to_string()));
    let (projection, group_reader) = match (projection, opened) {
        (Ok(projection), Ok(group_reader)) => (projection, group_reader),
        (Err(error), _) => return intake.lost_rest(first, error.to_string()),
        (_, Err(reason)) => return intake.lost_rest(first, format!("damaged: {reason}")),
    };
    let rows = guarded(|| {
        RowIter::from_row_group(Some(projection), group_reader.as_ref())
            .map(|rows| rows.with_batch_size(ROWS))
            .map_err(|error| error.to_string())
    });
    let mut rows = match rows {
        Ok(rows) => rows,
        Err(reason) => return intake.lost_rest(first, format!("damaged: {reason}")),
    };
    let mut number = before;
    loop {
        number += 1;
        let at = Position::Record(number);
        match guarded(|| rows.next().transpose().map_err(|error| error.to_string())) {
            Err(reason) => return intake.lost_rest(at, format!("row group {}: damaged: {}", group + 1, short(&reason))),
            Ok(None) => return Flow::Continue(()),
            Ok(Some(row)) => take(row, names, number, intake)?,
        }
    }
}

/// A message of the library may hold the whole text it stumbled on.
fn short(reason: &str) -> String {
    reason.chars().take(200).collect()
}

/// What a call of the library returns; a panic is an error.
fn guarded<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err("it makes no sense".into()))
}

fn take(row: Row, names: &[String], number: u64, intake: &mut Intake<'_>) -> Flow {
    let at = Position::Record(number);
    let mut record = Record::with_capacity(names.len());
    for (name, (_, field)) in names.iter().zip(row.into_columns()) {
        let value = match field {
            Field::Null => Value::Null,
            Field::Str(words) => Value::Text(words),
            Field::Bytes(bytes) => match decode(bytes.data().to_vec()) {
                Ok(decoded) => Value::Text(decoded.text),
                Err(_) => Value::Nested,
            },
            other => match guarded(|| Ok(other.to_string())) {
                Ok(words) => Value::Scalar(words),
                Err(_) => Value::Null,
            },
        };
        if matches!(&value, Value::Text(words) if words.len() as u64 > intake.options.limits.document) {
            return intake.lost(at, too_long(intake.options.limits.document));
        }
        record.push((name.clone(), value));
    }
    let id = intake.numbered(number);
    intake.record(at, record, || id)
}
