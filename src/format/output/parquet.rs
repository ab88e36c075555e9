//! Rows as Parquet: the fields of a row as columns, nested ones as structures and lists, packed with zstd.
//!
//! A row is taken apart by its shape into values and levels of each leaf (the levels say how deep a null or an empty list lies, and
//! where a list starts anew). A row group is in memory while it is gathered, so its size is bounded.

use crate::format::rows::Row;
use crate::format::schema::{Field, Layout, Type, Typed};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field as Cell;
use parquet::record::reader::RowIter;
use parquet::schema::types::{Type as Node, TypePtr};
use serde_json::{Map, Value};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// The most rows of a row group.
const ROWS: usize = 20_000;

/// The most text of a row group, in bytes of its lines, but for the last row.
const BYTES: usize = 24 << 20;

/// Writes the rows of some lines.
pub(super) fn write(layout: &Layout, lines: &mut dyn BufRead, target: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(target)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(io::Error::other)?))
        .set_created_by(format!("onrecord {}", env!("CARGO_PKG_VERSION")))
        .build();
    let schema = schema(layout).map_err(io::Error::other)?;
    let mut out = SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?;
    let mut group = Group::new(layout);
    super::each_line(lines, &mut |line| {
        group.add(&serde_json::from_str(line)?, line.len());
        if group.is_full() { group.write(&mut out).map_err(failed) } else { Ok(()) }
    })?;
    if group.rows > 0 {
        group.write(&mut out).map_err(failed)?;
    }
    out.close().map(|_| ()).map_err(failed)
}

/// An error of writing as what it was: the library wraps that of a full disk.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

/// The schema of a table.
fn schema(layout: &Layout) -> Result<TypePtr, ParquetError> {
    let fields = nodes(Row::TYPE, layout)?;
    Node::group_type_builder("attributions").with_fields(fields).build().map(Arc::new)
}

fn nodes(of: &Type, layout: &Layout) -> Result<Vec<TypePtr>, ParquetError> {
    of.fields()
        .iter()
        .filter(|field| layout.has(field))
        .map(|field| node(field.name, field.of, is_optional(field), layout))
        .collect()
}

/// Whether a column may be null.
fn is_optional(field: &Field) -> bool {
    field.extra || matches!(field.of, Type::Optional(_))
}

fn node(name: &str, of: &Type, optional: bool, layout: &Layout) -> Result<TypePtr, ParquetError> {
    let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let primitive = |physical, logical| {
        let builder = Node::primitive_type_builder(name, physical).with_logical_type(logical);
        builder.with_repetition(repetition).build()
    };
    let group = |logical, fields| {
        Node::group_type_builder(name).with_logical_type(logical).with_repetition(repetition).with_fields(fields).build()
    };
    let repeated = |name: &str, fields| {
        Node::group_type_builder(name).with_repetition(Repetition::REPEATED).with_fields(fields).build().map(Arc::new)
    };
    let node = match of {
        Type::Optional(of) => return node(name, of, optional, layout),
        Type::Text => primitive(Physical::BYTE_ARRAY, Some(LogicalType::String)),
        // Signed, so that an end less a start never wraps around.
        Type::Whole => primitive(Physical::INT64, None),
        Type::Number => primitive(Physical::DOUBLE, None),
        Type::Record(_) => group(None, nodes(of, layout)?),
        Type::List(of) => {
            let element = node("element", of, matches!(of, Type::Optional(_)), layout)?;
            group(Some(LogicalType::List), vec![repeated("list", vec![element])?])
        }
        Type::Words => {
            let words = |name| node(name, &Type::Text, false, layout);
            group(Some(LogicalType::Map), vec![repeated("key_value", vec![words("key")?, words("value")?])?])
        }
    };
    node.map(Arc::new)
}

/// The values of a leaf.
enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Number(Vec<f64>),
}

/// A column of values at the end of a path through the fields.
struct Leaf {
    values: Values,
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

/// The rows that become a row group.
struct Group<'a> {
    layout: &'a Layout,
    leaves: Vec<Leaf>,
    rows: usize,
    bytes: usize,
}

impl Group<'_> {
    fn new(layout: &Layout) -> Group<'_> {
        let mut group = Group { layout, leaves: Vec::new(), rows: 0, bytes: 0 };
        group.leaves = group.empty_leaves(Row::TYPE);
        group
    }

    /// The leaves of a shape, in the order of the schema.
    fn empty_leaves(&self, of: &Type) -> Vec<Leaf> {
        let leaf = |values| vec![Leaf { values, definition: Vec::new(), repetition: Vec::new() }];
        match of {
            Type::Text => leaf(Values::Text(Vec::new())),
            Type::Whole => leaf(Values::Whole(Vec::new())),
            Type::Number => leaf(Values::Number(Vec::new())),
            Type::Words => (0..2).flat_map(|_| leaf(Values::Text(Vec::new()))).collect(),
            Type::List(of) | Type::Optional(of) => self.empty_leaves(of),
            Type::Record(fields) => {
                fields.iter().filter(|field| self.layout.has(field)).flat_map(|field| self.empty_leaves(field.of)).collect()
            }
        }
    }

    fn is_full(&self) -> bool {
        self.rows >= ROWS || self.bytes >= BYTES
    }

    fn add(&mut self, row: &Value, bytes: usize) {
        let mut leaves = std::mem::take(&mut self.leaves);
        take_apart(row, Row::TYPE, Levels::default(), self.layout, &mut leaves);
        self.leaves = leaves;
        self.rows += 1;
        self.bytes += bytes;
    }

    /// Writes the row group and starts another.
    fn write(&mut self, out: &mut SerializedFileWriter<File>) -> Result<(), ParquetError> {
        let mut group = out.next_row_group()?;
        for leaf in &self.leaves {
            let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("no column for a leaf".into()))?;
            let levels = (Some(leaf.definition.as_slice()), Some(leaf.repetition.as_slice()));
            match (column.untyped(), &leaf.values) {
                (ColumnWriter::ByteArrayColumnWriter(column), Values::Text(values)) => {
                    column.write_batch(values, levels.0, levels.1)?
                }
                (ColumnWriter::Int64ColumnWriter(column), Values::Whole(values)) => {
                    column.write_batch(values, levels.0, levels.1)?
                }
                (ColumnWriter::DoubleColumnWriter(column), Values::Number(values)) => {
                    column.write_batch(values, levels.0, levels.1)?
                }
                _ => return Err(ParquetError::General("a leaf and its column differ".into())),
            };
            column.close()?;
        }
        group.close()?;
        self.leaves = self.empty_leaves(Row::TYPE);
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

/// How deep a value lies in optional and repeated fields.
#[derive(Clone, Copy, Default)]
struct Levels {
    /// How many of the optional and repeated fields above it are there.
    definition: i16,
    /// The list that it is a further item of, counted from outside; 0 in a new row.
    repetition: i16,
    /// How many lists it lies in.
    lists: i16,
}

impl Levels {
    /// Levels within an optional field that is there.
    fn defined(self) -> Levels {
        Levels { definition: self.definition + 1, ..self }
    }

    /// Levels of an item of a list.
    fn item(self, number: usize) -> Levels {
        let lists = self.lists + 1;
        Levels { definition: self.definition + 1, repetition: if number == 0 { self.repetition } else { lists }, lists }
    }
}

/// Appends a value to the leaves of its shape, and returns the leaves behind those.
fn take_apart<'l>(value: &Value, of: &Type, at: Levels, layout: &Layout, leaves: &'l mut [Leaf]) -> &'l mut [Leaf] {
    match of {
        Type::Optional(_) if value.is_null() => absent(of, at, layout, leaves),
        Type::Optional(of) => take_apart(value, of, at.defined(), layout, leaves),
        Type::Text | Type::Whole | Type::Number => {
            let (leaf, rest) = leaves.split_first_mut().expect("a leaf for each value");
            match &mut leaf.values {
                Values::Text(values) => values.push(value.as_str().unwrap_or_default().into()),
                Values::Whole(values) => values.push(value.as_i64().unwrap_or_default()),
                Values::Number(values) => values.push(value.as_f64().unwrap_or_default()),
            }
            leaf.definition.push(at.definition);
            leaf.repetition.push(at.repetition);
            rest
        }
        Type::Record(fields) => {
            let mut leaves = leaves;
            for field in fields.iter().filter(|field| layout.has(field)) {
                let value = &value[field.name];
                leaves = match field.of {
                    Type::Optional(_) => take_apart(value, field.of, at, layout, leaves),
                    of if field.extra && value.is_null() => absent(of, at, layout, leaves),
                    of if field.extra => take_apart(value, of, at.defined(), layout, leaves),
                    of => take_apart(value, of, at, layout, leaves),
                };
            }
            leaves
        }
        Type::List(inner) => match value.as_array().filter(|items| !items.is_empty()) {
            None => absent(of, at, layout, leaves),
            Some(items) => {
                for (number, item) in items.iter().enumerate() {
                    take_apart(item, inner, at.item(number), layout, leaves);
                }
                let count = count(of, layout);
                &mut leaves[count..]
            }
        },
        Type::Words => match value.as_object().filter(|words| !words.is_empty()) {
            None => absent(of, at, layout, leaves),
            Some(words) => {
                for (number, (key, value)) in words.iter().enumerate() {
                    let rest = take_apart(&Value::from(key.as_str()), &Type::Text, at.item(number), layout, leaves);
                    take_apart(value, &Type::Text, at.item(number), layout, rest);
                }
                &mut leaves[2..]
            }
        },
    }
}

/// Notes in all leaves of a shape that there is no value.
fn absent<'l>(of: &Type, at: Levels, layout: &Layout, leaves: &'l mut [Leaf]) -> &'l mut [Leaf] {
    let (those, rest) = leaves.split_at_mut(count(of, layout));
    for leaf in those {
        leaf.definition.push(at.definition);
        leaf.repetition.push(at.repetition);
    }
    rest
}

/// The number of leaves of a shape.
fn count(of: &Type, layout: &Layout) -> usize {
    match of {
        Type::Text | Type::Whole | Type::Number => 1,
        Type::Words => 2,
        Type::List(of) | Type::Optional(of) => count(of, layout),
        Type::Record(fields) => fields.iter().filter(|field| layout.has(field)).map(|field| count(field.of, layout)).sum(),
    }
}

/// Reads the rows of a table in columns; `take` returns `false` to stop.
///
/// # Errors
/// If the file is damaged.
pub(in crate::format) fn read(path: &Path, take: &mut dyn FnMut(u64, Value) -> bool) -> Result<(), String> {
    let damaged = |error: ParquetError| format!("damaged: {}", error.to_string().chars().take(200).collect::<String>());
    let file = File::open(path).map_err(|error| error.to_string())?;
    // The library takes a damaged file for a mistake of the program in some places.
    let guarded = |call: &mut dyn FnMut() -> Result<Option<(u64, Value)>, String>| {
        catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err("damaged: it makes no sense".into()))
    };
    let mut reader = None;
    guarded(&mut || {
        reader = Some(SerializedFileReader::new(file.try_clone().map_err(|error| error.to_string())?).map_err(damaged)?);
        Ok(None)
    })?;
    let Some(reader) = reader else { return Ok(()) };
    let mut record = 0;
    for number in 0..reader.num_row_groups() {
        let group = reader.get_row_group(number).map_err(damaged)?;
        let mut rows = RowIter::from_row_group(None, group.as_ref()).map_err(damaged)?.with_batch_size(64);
        while let Some((record, row)) = guarded(&mut || {
            record += 1;
            let row = rows.next().transpose().map_err(damaged)?;
            Ok(row.map(|row| (record, json_of(Cell::Group(row)))))
        })? {
            if !take(record, row) {
                return Ok(());
            }
        }
        record -= 1;
    }
    Ok(())
}

/// A cell as JSON.
fn json_of(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => value.into(),
        Cell::Byte(number) => number.into(),
        Cell::Short(number) => number.into(),
        Cell::Int(number) => number.into(),
        Cell::Long(number) => number.into(),
        Cell::UByte(number) => number.into(),
        Cell::UShort(number) => number.into(),
        Cell::UInt(number) => number.into(),
        Cell::ULong(number) => number.into(),
        Cell::Float(number) => number.into(),
        Cell::Double(number) => number.into(),
        Cell::Str(text) => text.into(),
        Cell::Group(row) => {
            row.into_columns().into_iter().map(|(name, cell)| (name, json_of(cell))).collect::<Map<_, _>>().into()
        }
        Cell::ListInternal(list) => list.elements().iter().map(|cell| json_of(cell.clone())).collect::<Vec<_>>().into(),
        Cell::MapInternal(map) => {
            let words = map.entries().iter().map(|(key, value)| match key {
                Cell::Str(key) => (key.clone(), json_of(value.clone())),
                other => (other.to_string(), json_of(value.clone())),
            });
            words.collect::<Map<_, _>>().into()
        }
        other => other.to_string().into(),
    }
}
