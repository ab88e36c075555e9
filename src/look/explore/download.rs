//! What is shown, as a table to take away.

use super::Response;
use super::store::{Store, StoreError};
use crate::format::output::sqlite::{connect, each_row, layout};
use crate::format::output::{Format, assemble, write_lines};
use crate::format::schema::Layout;
use crate::format::stored::line_of;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::PathBuf;

/// How many rows are asked for at once.
const CHUNK: usize = 500;

/// Rows by their numbers, in the format of the path's ending.
pub(super) fn table(store: &Store, numbers: Vec<i64>, path: &str) -> Result<Response, StoreError> {
    let (format, sort) = match path {
        "/rows.csv" => (Format::Csv, "text/csv; charset=utf-8"),
        "/rows.parquet" => (Format::Parquet, "application/vnd.apache.parquet"),
        _ => (Format::JsonLines, "application/x-ndjson"),
    };
    let layout = store.read(None, |database| Ok(layout(database)?))?;
    let rows = Rows { path: store.path().to_owned(), numbers };
    let failed = |error: io::Error| StoreError::Database(format!("the download: {error}"));
    let body = laid_down(&rows, format, &layout).map_err(failed)?;
    let name = format!("attachment; filename=\"{}\"", path.trim_start_matches('/'));
    let headers = vec![("Content-Type", sort.to_owned()), ("Content-Disposition", name)];
    Ok(Response { status: 200, headers, body: Box::new(body) })
}

/// Rows of a database, which are read with a connection of their own: however many there are, no search waits.
struct Rows {
    path: PathBuf,
    numbers: Vec<i64>,
}

impl Rows {
    /// Writes the rows as lines of JSON.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let database = connect(&self.path, false).map_err(io::Error::other)?;
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

/// The rows in a file that has no name any more, whole: what cannot be read is told before anything is sent.
fn laid_down(rows: &Rows, format: Format, layout: &Layout) -> io::Result<File> {
    let mut lines = tempfile::tempfile()?;
    rows.write(&mut BufWriter::new(&mut lines))?;
    lines.rewind()?;
    if format == Format::JsonLines {
        return Ok(lines);
    }
    let mut lines = BufReader::new(lines);
    if format.is_assembled() {
        let file = tempfile::NamedTempFile::new()?;
        assemble(format, layout, &mut lines, file.path())?;
        // The name goes, the bytes stay as long as somebody reads.
        return file.reopen();
    }
    let mut file = tempfile::tempfile()?;
    let mut out = BufWriter::new(&mut file);
    write_lines(format, layout, &mut lines, &mut out).and_then(|()| out.flush())?;
    drop(out);
    file.rewind()?;
    Ok(file)
}
