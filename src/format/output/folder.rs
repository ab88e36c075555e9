//! Formats that are a folder, a file or two for each document.
//!
//! A file is called by the number of its document in the run and by its id, of which only letters, digits, `-`, `.` and `_` of ASCII
//! are taken: no input chooses where a file lies.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufRead, Write};
use std::path::Path;

/// The longest part of an id in the name of a file.
const LONGEST: usize = 80;

/// The files of a format.
pub(super) struct Files {
    /// The endings of the files of a document, in the order of its texts.
    pub(super) endings: &'static [&'static str],
    /// A file that lies in the folder beside those: its name and what it holds.
    pub(super) beside: Option<(&'static str, &'static str)>,
}

/// What a run puts aside for a document.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    files: Vec<Cow<'a, str>>,
}

/// Appends the line of a document.
pub(super) fn put_aside(id: &str, files: Vec<Cow<'_, str>>, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, &Line { id: id.into(), files }).expect("plain data, and memory takes all");
    out.push(b'\n');
}

/// Writes the files of all documents.
pub(super) fn write(files: &Files, lines: &mut dyn BufRead, folder: &Path) -> io::Result<()> {
    let mut number = 0u64;
    super::each_line(lines, &mut |line| {
        let line: Line<'_> = serde_json::from_str(line)?;
        number += 1;
        let name = format!("{number:06}-{}", safe(&line.id));
        for (ending, text) in files.endings.iter().zip(&line.files) {
            write_file(&folder.join(format!("{name}.{ending}")), text)?;
        }
        Ok(())
    })?;
    if let Some((name, text)) = files.beside {
        write_file(&folder.join(name), text)?;
    }
    make_durable(folder)
}

/// Makes all files of a folder durable: at once, since one by one takes longer than writing them.
#[cfg(target_os = "linux")]
fn make_durable(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Makes all files of a folder durable.
#[cfg(not(target_os = "linux"))]
fn make_durable(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        File::open(file?.path())?.sync_all()?;
    }
    Ok(())
}

fn write_file(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// What of an id may stand in the name of a file.
fn safe(id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' };
    id.chars().take(LONGEST).map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_leads_out_of_the_folder() {
        assert_eq!(safe("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(safe("a b\0é"), "a_b__");
        assert_eq!(safe(&"x".repeat(500)).len(), LONGEST);
    }
}
