//! Rows as Arrow arrays, by the declaration that all tables go by, and a table of them that hands them on without copying.

use arrow_array::{Array, RecordBatch, StructArray};
use arrow_json::ReaderBuilder;
use arrow_json::reader::Decoder;
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use onrecord::format::rows::Row;
use onrecord::format::schema::{self, Layout, Type, Typed};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use std::sync::Arc;

/// The schema of rows: that of a Parquet file of them, but that what lies in a structure which may be null may be null too: libraries
/// hold its values to be null then.
pub fn schema(layout: &Layout) -> SchemaRef {
    Arc::new(Schema::new(fields(Row::TYPE.fields(), false, layout)))
}

fn fields(of: &[schema::Field], optional: bool, layout: &Layout) -> Fields {
    let present = of.iter().filter(|field| layout.has(field));
    present.map(|field| self::field(field.name, field.of, optional || field.extra, layout)).collect()
}

fn field(name: &str, of: &Type, optional: bool, layout: &Layout) -> Field {
    let data = match of {
        Type::Optional(of) => return field(name, of, true, layout),
        Type::Text => DataType::Utf8,
        // Signed, so that an end less a start never wraps around.
        Type::Whole => DataType::Int64,
        Type::Number => DataType::Float64,
        Type::Record(of) => DataType::Struct(fields(of, optional, layout)),
        Type::List(of) => DataType::List(Arc::new(field("element", of, false, layout))),
        Type::Words => {
            let words = |name| field(name, &Type::Text, false, layout);
            let entries = Fields::from(vec![words("key"), words("value")]);
            DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(entries), false)), false)
        }
    };
    Field::new(name, data, optional)
}

/// The rows of some lines.
///
/// # Errors
/// If they are no rows.
pub fn batch(schema: &SchemaRef, lines: &[u8], rows: usize) -> Result<RecordBatch, ArrowError> {
    let mut decoder: Decoder = ReaderBuilder::new(Arc::clone(schema)).with_batch_size(rows.max(1)).build_decoder()?;
    let taken = decoder.decode(lines)?;
    match decoder.flush()? {
        Some(batch) if taken == lines.len() && batch.num_rows() == rows => Ok(batch),
        None if lines.is_empty() => Ok(RecordBatch::new_empty(Arc::clone(schema))),
        _ => Err(ArrowError::JsonError("lines and rows do not agree".into())),
    }
}

/// Rows in columns, which any library that reads Arrow takes without a copy.
#[pyclass(frozen, module = "onrecord._onrecord")]
pub struct Rows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Rows {
    /// A table of batches of a schema.
    pub fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Rows {
        Rows { schema, batches }
    }
}

#[pymethods]
impl Rows {
    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// Bytes of the columns in memory.
    #[getter]
    fn nbytes(&self) -> usize {
        self.batches.iter().map(RecordBatch::get_array_memory_size).sum()
    }

    /// Rows from one to another, without a copy.
    fn slice(&self, start: usize, end: usize) -> Rows {
        let mut before = 0;
        let mut batches = Vec::new();
        for batch in &self.batches {
            let rows = batch.num_rows();
            let (from, to) = (start.clamp(before, before + rows) - before, end.clamp(before, before + rows) - before);
            if from < to {
                batches.push(batch.slice(from, to - from));
            }
            before += rows;
        }
        Rows::new(Arc::clone(&self.schema), batches)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let of: FieldRef = Arc::new(Field::new_struct("", self.schema.fields().clone(), false));
        let arrays: Vec<_> =
            self.batches.iter().map(|batch| Ok(Arc::new(StructArray::from(batch.clone())) as Arc<dyn Array>)).collect();
        Ok(to_stream_pycapsule(py, Box::new(ArrayIterator::new(arrays, of)), requested_schema)?)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.schema.as_ref())?)
    }

    /// The rows as JSON Lines, as bytes: those that the command writes, up to the blanks and the digits of numbers.
    fn json_lines(&self, py: Python<'_>) -> PyResult<Vec<u8>> {
        py.detach(|| {
            let mut out = arrow_json::writer::WriterBuilder::new()
                .with_explicit_nulls(true)
                .build::<_, arrow_json::writer::LineDelimited>(Vec::new());
            for batch in &self.batches {
                out.write(batch)?;
            }
            out.finish()?;
            Ok::<_, ArrowError>(out.into_inner())
        })
        .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))
    }
}

/// Joins small batches into larger ones, so that whoever takes the table has few to go through.
#[derive(Default)]
pub struct Gathered {
    done: Vec<RecordBatch>,
    small: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

/// Rows of a batch.
const ROWS: usize = 16_384;

/// Bytes of a batch: offsets into the text of a column are 31 bits wide.
const BYTES: usize = 64 << 20;

impl Gathered {
    /// Takes a batch.
    ///
    /// # Errors
    /// If it is of another schema.
    pub fn take(&mut self, batch: RecordBatch) -> Result<(), ArrowError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows();
        self.bytes += batch.get_array_memory_size();
        self.small.push(batch);
        if self.rows >= ROWS || self.bytes >= BYTES { self.join() } else { Ok(()) }
    }

    fn join(&mut self) -> Result<(), ArrowError> {
        let small = std::mem::take(&mut self.small);
        (self.rows, self.bytes) = (0, 0);
        if let Some(first) = small.first() {
            self.done.push(arrow_select::concat::concat_batches(&first.schema(), &small)?);
        }
        Ok(())
    }

    /// All that was taken.
    ///
    /// # Errors
    /// As [`Gathered::take`].
    pub fn finish(mut self) -> Result<Vec<RecordBatch>, ArrowError> {
        self.join()?;
        Ok(self.done)
    }
}
