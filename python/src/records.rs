//! What Python holds, as records: a list of texts, or a table of any library that hands on Arrow arrays.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};
use onrecord::format::decode::decode;
use onrecord::format::input::{Records, Value};
use parquet::record::Field;

/// Texts, with ids if there are some.
pub struct Texts {
    /// The texts; `None` for what is no text.
    pub texts: Vec<Value>,
    /// Their ids.
    pub ids: Option<Vec<Value>>,
}

impl Records for Texts {
    fn names(&self) -> Vec<String> {
        ["text", "id"][..if self.ids.is_some() { 2 } else { 1 }].iter().map(|&name| name.into()).collect()
    }

    fn each(&self, fields: &[usize], take: &mut dyn FnMut(Vec<Value>) -> bool) {
        for (number, text) in self.texts.iter().enumerate() {
            let value = |field: &usize| match (field, &self.ids) {
                (1, Some(ids)) => ids.get(number).cloned().unwrap_or(Value::Null),
                _ => text.clone(),
            };
            if !take(fields.iter().map(value).collect()) {
                return;
            }
        }
    }

    fn size(&self) -> Option<u64> {
        Some(self.texts.iter().map(|text| if let Value::Text(words) = text { words.len() as u64 } else { 0 }).sum())
    }
}

/// A table. Columns that hold lists or structures are passed over.
pub struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    columns: Vec<usize>,
}

impl Table {
    /// A table of batches of a schema.
    pub fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Table {
        let columns = (0..schema.fields().len()).filter(|&at| is_plain(schema.field(at).data_type())).collect();
        Table { schema, batches, columns }
    }
}

fn is_plain(of: &DataType) -> bool {
    match of {
        DataType::Dictionary(_, of) => is_plain(of),
        DataType::RunEndEncoded(_, of) => is_plain(of.data_type()),
        of => !of.is_nested(),
    }
}

impl Records for Table {
    fn names(&self) -> Vec<String> {
        self.columns.iter().map(|&at| self.schema.field(at).name().clone()).collect()
    }

    fn each(&self, fields: &[usize], take: &mut dyn FnMut(Vec<Value>) -> bool) {
        for batch in &self.batches {
            let cells: Vec<Cells> = fields.iter().map(|&field| Cells::new(batch.column(self.columns[field]))).collect();
            for row in 0..batch.num_rows() {
                if !take(cells.iter().map(|cells| cells.value(row)).collect()) {
                    return;
                }
            }
        }
    }
}

/// A column in one of the shapes that values are taken from.
enum Cells {
    /// Text.
    Text(ArrayRef),
    /// Bytes that may be text.
    Bytes(ArrayRef),
    /// Numbers and times, which are written as a Parquet file with them is read.
    Scalar(ArrayRef, fn(&ArrayRef, usize) -> String),
    /// What has no words.
    Nothing,
}

impl Cells {
    fn new(column: &ArrayRef) -> Cells {
        let as_type = |of: DataType, shape: fn(ArrayRef) -> Cells| match cast(column, &of) {
            Ok(column) => shape(column),
            Err(_) => Cells::Nothing,
        };
        match column.data_type() {
            DataType::Dictionary(_, of) => as_type((**of).clone(), |column| Cells::new(&column)),
            DataType::RunEndEncoded(_, of) => as_type(of.data_type().clone(), |column| Cells::new(&column)),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => as_type(DataType::LargeUtf8, Cells::Text),
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                as_type(DataType::LargeBinary, Cells::Bytes)
            }
            DataType::Null => Cells::Nothing,
            DataType::Float16 | DataType::Float32 => as_type(DataType::Float32, |column| {
                Cells::Scalar(column, |column, row| {
                    Field::Float(column.as_primitive::<arrow_array::types::Float32Type>().value(row)).to_string()
                })
            }),
            DataType::Float64 => Cells::Scalar(column.clone(), |column, row| {
                Field::Double(column.as_primitive::<arrow_array::types::Float64Type>().value(row)).to_string()
            }),
            DataType::Date32 | DataType::Date64 => as_type(DataType::Date32, |column| {
                Cells::Scalar(column, |column, row| Field::Date(column.as_primitive::<Date32Type>().value(row)).to_string())
            }),
            DataType::Timestamp(..) => as_type(DataType::Timestamp(TimeUnit::Microsecond, None), |column| {
                Cells::Scalar(column, |column, row| {
                    Field::TimestampMicros(column.as_primitive::<TimestampMicrosecondType>().value(row)).to_string()
                })
            }),
            _ => as_type(DataType::LargeUtf8, |column| {
                Cells::Scalar(column, |column, row| column.as_string::<i64>().value(row).to_owned())
            }),
        }
    }

    fn value(&self, row: usize) -> Value {
        match self {
            Cells::Text(column) if column.is_valid(row) => Value::Text(column.as_string::<i64>().value(row).to_owned()),
            Cells::Bytes(column) if column.is_valid(row) => match decode(column.as_binary::<i64>().value(row).to_vec()) {
                Ok(decoded) => Value::Text(decoded.text),
                Err(_) => Value::Nested,
            },
            Cells::Scalar(column, words) if column.is_valid(row) => Value::Scalar(words(column, row)),
            _ => Value::Null,
        }
    }
}

/// All batches of a reader, which may be large: they are not copied.
///
/// # Errors
/// If the library that makes them fails.
pub fn collected(reader: Box<dyn arrow_array::RecordBatchReader + Send>) -> Result<Table, ArrowError> {
    let schema = reader.schema();
    Ok(Table::new(schema, reader.collect::<Result<_, _>>()?))
}
