//! What is shown, as a table to take away. Lines go out as they are read; a Parquet file is laid down first.

use super::Response;
use super::store::{Store, StoreError};
use crate::format::output::sqlite::{each_row, layout};
use crate::format::output::{Format, assemble, write_lines};
use crate::format::schema::Layout;
use crate::format::stored::line_of;
use rusqlite::{Connection, OpenFlags};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::PathBuf;

/// How many rows are asked for at once.
const CHUNK: usize = 500;

/// Rows by their numbers, in the format of the path's ending.
pub(super) fn stream(store: &Store, numbers: Vec<i64>, path: &str) -> Result<Response, StoreError> {
    let (format, sort) = match path {
        "/rows.csv" => (Format::Csv, "text/csv; charset=utf-8"),
        "/rows.parquet" => (Format::Parquet, "application/vnd.apache.parquet"),
        _ => (Format::JsonLines, "application/x-ndjson"),
    };
    let layout = store.read(None, |database| Ok(layout(database)?))?;
    let rows = Rows { path: store.path().to_owned(), numbers };
    let failed = |error: io::Error| StoreError::Database(format!("the download: {error}"));
    let body: Box<dyn Read + Send> = match format {
        Format::Parquet => Box::new(parquet(&rows, &layout).map_err(failed)?),
        _ => Box::new(lines(rows, format, layout).map_err(failed)?),
    };
    let name = format!("attachment; filename=\"{}\"", path.trim_start_matches('/'));
    let headers = vec![("Content-Type", sort.to_owned()), ("Content-Disposition", name)];
    Ok(Response { status: 200, headers, body })
}

/// Rows of a database, which are read with a connection of their own: they may take as long as the reader of them.
struct Rows {
    path: PathBuf,
    numbers: Vec<i64>,
}

impl Rows {
    /// Writes the rows as lines of JSON.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(&self.path, flags).map_err(io::Error::other)?;
        for chunk in self.numbers.chunks(CHUNK) {
            let mut written = Ok(());
            let read = each_row(&database, Some(chunk), &mut |_, row| {
                written = out.write_all(line_of(row).as_bytes()).and_then(|()| out.write_all(b"\n"));
                written.is_ok()
            });
            read.map_err(io::Error::other)?;
            written?;
        }
        out.flush()
    }
}

/// Lines as they are read. Who goes away closes the pipe, and the writing ends.
fn lines(rows: Rows, format: Format, layout: Layout) -> io::Result<impl Read + Send> {
    let (reader, writer) = io::pipe()?;
    let from_rows = move |writer: io::PipeWriter| rows.write(&mut BufWriter::new(writer));
    if format == Format::JsonLines {
        std::thread::spawn(move || from_rows(writer));
    } else {
        let (json, lines) = io::pipe()?;
        std::thread::spawn(move || from_rows(lines));
        std::thread::spawn(move || {
            let mut out = BufWriter::new(writer);
            write_lines(format, &layout, &mut BufReader::new(json), &mut out).and_then(|()| out.flush())
        });
    }
    Ok(reader)
}

fn parquet(rows: &Rows, layout: &Layout) -> io::Result<impl Read + Send + use<>> {
    let mut spool = tempfile::tempfile()?;
    rows.write(&mut BufWriter::new(&mut spool))?;
    spool.rewind()?;
    let file = tempfile::NamedTempFile::new()?;
    assemble(Format::Parquet, layout, &mut BufReader::new(spool), file.path())?;
    // The name goes, the bytes stay as long as somebody reads.
    file.reopen()
}
