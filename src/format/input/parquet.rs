//! Parquet: a document a row. A page of each column that is needed is in memory, of one row group at a time.

use super::fields::{Record, Value};
use super::intake::{Flow, Intake, Position};
use super::limit::{size, too_long};
use super::table;
use crate::format::decode::decode;
use parquet::basic::{LogicalType, Repetition, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::{Type, TypePtr};
use std::fs::File;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rows that are read at once.
const ROWS: usize = 64;

/// The largest column of a row group, unpacked.
const COLUMN: i64 = 2 << 30;

/// Reads a table in columns.
pub(super) fn read(file: File, intake: &mut Intake<'_>) -> Flow {
    // The library takes a damaged file for a mistake of the program in some places.
    let opened = guarded(|| SerializedFileReader::new(file).map_err(|error| format!("damaged: {error}")));
    let reader = match opened {
        Ok(reader) => reader,
        Err(reason) => return intake.lost_rest(Position::Whole, reason),
    };
    let schema = reader.metadata().file_metadata().schema_descr().root_schema().clone();
    let plain: Vec<TypePtr> = schema.get_fields().iter().filter(|field| is_plain(field)).cloned().collect();
    let names = plain.iter().map(|field| field.name().to_owned()).collect();
    let names = match table::renamed(names, intake) {
        Ok(names) => names,
        Err(reason) => return intake.nothing(reason),
    };
    table::note_guess(&names, intake)?;
    let wanted: Vec<usize> = (0..plain.len()).filter(|&at| table::is_wanted(&names[at], intake)).collect();
    let columns: Vec<TypePtr> = wanted.iter().map(|&at| plain[at].clone()).collect();
    let names: Vec<String> = wanted.iter().map(|&at| names[at].clone()).collect();
    let mut before = 0u64;
    for group in 0..reader.num_row_groups() {
        let rows = u64::try_from(reader.metadata().row_group(group).num_rows()).unwrap_or(0);
        let mut done = before;
        if let Err(reason) = row_group(&reader, group, schema.name(), &columns, &names, &mut done, intake)? {
            let at = Position::Record(done + 1);
            let until = before.saturating_add(rows).max(done + 1);
            intake.lost_until(at, until, format!("row group {}: {reason}", group + 1))?;
        }
        before = before.saturating_add(rows);
    }
    if intake.is_empty() { intake.nothing("the table has no rows") } else { Flow::Continue(()) }
}

/// Whether a column holds words or scalars, one a row.
fn is_plain(field: &Type) -> bool {
    let info = field.get_basic_info();
    field.is_primitive() && !(info.has_repetition() && info.repetition() == Repetition::REPEATED)
}

/// Reads the rows of a group; `done` counts them. Says what is wrong with those behind.
fn row_group(
    reader: &SerializedFileReader<File>,
    group: usize,
    schema: &str,
    columns: &[TypePtr],
    names: &[String],
    done: &mut u64,
    intake: &mut Intake<'_>,
) -> ControlFlow<(), Result<(), String>> {
    let chunks = reader.metadata().row_group(group).columns();
    let largest = chunks.iter().filter(|chunk| columns.iter().any(|c| c.name() == chunk.column_path().string()));
    if largest.map(|chunk| chunk.uncompressed_size()).max().is_some_and(|bytes| bytes > COLUMN) {
        return ControlFlow::Continue(Err(format!("a column is larger than {}", size(COLUMN as u64))));
    }
    let damaged = |error: ParquetError| format!("damaged: {}", error.to_string().chars().take(200).collect::<String>());
    let projection = match Type::group_type_builder(schema).with_fields(columns.to_vec()).build() {
        Ok(projection) => projection,
        Err(error) => return ControlFlow::Continue(Err(damaged(error))),
    };
    let group = match guarded(|| reader.get_row_group(group).map_err(damaged)) {
        Ok(group) => group,
        Err(reason) => return ControlFlow::Continue(Err(reason)),
    };
    let rows = guarded(|| RowIter::from_row_group(Some(projection), group.as_ref()).map_err(damaged));
    let mut rows = match rows {
        Ok(rows) => rows.with_batch_size(ROWS),
        Err(reason) => return ControlFlow::Continue(Err(reason)),
    };
    loop {
        match guarded(|| rows.next().transpose().map_err(damaged)) {
            Err(reason) => return ControlFlow::Continue(Err(reason)),
            Ok(None) => return ControlFlow::Continue(Ok(())),
            Ok(Some(row)) => {
                *done += 1;
                take(row, columns, names, *done, intake)?;
            }
        }
    }
}

/// Whether a column holds nanoseconds from the epoch, which the library gives as plain numbers.
fn is_nanoseconds(column: &Type) -> bool {
    matches!(column.get_basic_info().logical_type_ref(), Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS)
}

/// What a call of the library returns; a panic is an error.
fn guarded<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err("damaged: it makes no sense".into()))
}

fn take(row: Row, columns: &[TypePtr], names: &[String], number: u64, intake: &mut Intake<'_>) -> Flow {
    let at = Position::Record(number);
    let mut record = Record::with_capacity(names.len());
    for ((name, column), (_, field)) in names.iter().zip(columns).zip(row.into_columns()) {
        let field = match field {
            Field::Long(time) if is_nanoseconds(column) => Field::TimestampMicros(time.div_euclid(1000)),
            field => field,
        };
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
