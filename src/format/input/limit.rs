//! Limits: how much is read before it is called too much.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// What an input may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest document, in bytes as it stands in the file: its line, record, page or member.
    pub document: u64,
    /// How many times its own size a file may unpack to.
    pub ratio: u64,
    /// How many bytes a file may unpack to.
    pub unpacked: u64,
    /// How many members an archive may have.
    pub members: u64,
    /// How deep archives and compressed files may lie in each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { document: 64 << 20, ratio: 200, unpacked: 1 << 40, members: 10_000_000, depth: 4 }
    }
}

/// Below this many bytes nothing is a bomb: short files of few words are packed very tightly.
const HARMLESS: u64 = 16 << 20;

/// What came out of one packed file, beside what went in.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    packed: Rc<Cell<u64>>,
    unpacked: Rc<Cell<u64>>,
    total: Rc<Cell<u64>>,
    limits: Limits,
}

impl Meter {
    /// A meter for a packed file; `total` goes on over all layers of an input.
    pub(super) fn new(limits: &Limits, total: Rc<Cell<u64>>) -> Meter {
        Meter { packed: Rc::default(), unpacked: Rc::default(), total, limits: limits.clone() }
    }

    /// Counts what goes in.
    pub(super) fn packed(&self, bytes: u64) {
        self.packed.set(self.packed.get().saturating_add(bytes));
    }

    /// Counts what came out.
    ///
    /// # Errors
    /// If it is too much.
    fn unpacked(&self, bytes: u64) -> io::Result<()> {
        let unpacked = self.unpacked.get().saturating_add(bytes);
        self.unpacked.set(unpacked);
        let total = self.total.get().saturating_add(bytes);
        self.total.set(total);
        if unpacked > HARMLESS && unpacked > self.limits.ratio.saturating_mul(self.packed.get().max(1)) {
            let ratio = self.limits.ratio;
            return Err(too_much(format!("unpacks to more than {ratio} times its size: a bomb? (--max-ratio allows more)")));
        }
        if total > self.limits.unpacked {
            let limit = size(self.limits.unpacked);
            return Err(too_much(format!("unpacks to more than {limit} (--max-unpacked allows more)")));
        }
        Ok(())
    }

    /// Whether the limit is reached.
    pub(super) fn is_full(&self) -> bool {
        self.unpacked(0).is_err()
    }
}

/// An error that says what limit was reached.
pub(super) fn too_much(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, reason)
}

/// A number of bytes for people.
pub(super) fn size(bytes: u64) -> String {
    for (unit, name) in [(1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")] {
        if bytes >= unit && bytes.is_multiple_of(unit) {
            return format!("{} {name}", bytes / unit);
        }
    }
    format!("{bytes} bytes")
}

/// Counts what is taken from a packed file.
pub(super) struct Packed<R>(pub(super) R, pub(super) Meter);

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.0.read(buffer)?;
        self.1.packed(bytes as u64);
        Ok(bytes)
    }
}

/// Counts what comes out of it, and ends in an error at a limit.
pub(super) struct Unpacked<R>(pub(super) R, pub(super) Meter);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.0.read(buffer)?;
        self.1.unpacked(bytes as u64)?;
        Ok(bytes)
    }
}

/// How far a reader that others drive may still read.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowance {
    bytes: Rc<Cell<u64>>,
    ended: Rc<Cell<bool>>,
}

impl Allowance {
    /// From here, so many bytes more.
    pub(super) fn set(&self, bytes: u64) {
        self.bytes.set(bytes);
    }

    /// Whether the reader came to the end of what it reads from.
    pub(super) fn is_at_end(&self) -> bool {
        self.ended.get()
    }
}

/// A reader that ends in an error where its allowance does.
pub(super) struct Leash<R> {
    inner: R,
    allowance: Allowance,
    reason: String,
}

impl<R: Read> Leash<R> {
    pub(super) fn new(inner: R, allowance: Allowance, reason: String) -> Leash<R> {
        Leash { inner, allowance, reason }
    }
}

impl<R: Read> Read for Leash<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.bytes.get();
        if left == 0 {
            return Err(too_much(self.reason.clone()));
        }
        let longest = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let bytes = self.inner.read(&mut buffer[..longest])?;
        self.allowance.bytes.set(left - bytes as u64);
        if bytes == 0 && longest > 0 {
            self.allowance.ended.set(true);
        }
        Ok(bytes)
    }
}

/// Reads so many bytes; fewer are an error.
pub(super) struct Exactly<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Exactly<R> {
    pub(super) fn new(inner: R, bytes: u64) -> Exactly<R> {
        Exactly { inner, left: bytes }
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let longest = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let bytes = self.inner.read(&mut buffer[..longest])?;
        if bytes == 0 && longest > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= bytes as u64;
        Ok(bytes)
    }
}

/// What is wrong with a document that is longer than a limit.
pub(super) fn too_long(limit: u64) -> String {
    format!("longer than {} (--max-document allows more)", size(limit))
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It was read.
    Read,
    /// It was passed over: it is longer than the limit.
    TooLong,
    /// There is none.
    End,
}

/// Reads a line with its end into an empty buffer; what is longer than a limit is passed over.
///
/// # Errors
/// If the input cannot be read.
pub(super) fn read_line(reader: &mut dyn BufRead, limit: u64, line: &mut Vec<u8>) -> io::Result<Line> {
    let mut some = false;
    let mut long = false;
    line.clear();
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            break;
        }
        some = true;
        let end = memchr::memchr(b'\n', buffer);
        let length = end.map_or(buffer.len(), |at| at + 1);
        if (line.len() + length) as u64 > limit {
            long = true;
            line.clear();
            line.shrink_to(1 << 16);
        } else if !long {
            line.extend_from_slice(&buffer[..length]);
        }
        reader.consume(length);
        if end.is_some() {
            break;
        }
    }
    Ok(match (some, long) {
        (false, _) => Line::End,
        (true, false) => Line::Read,
        (true, true) => Line::TooLong,
    })
}

/// Reads all that is left, up to a limit; `None` if there is more.
///
/// # Errors
/// If the input cannot be read.
pub(super) fn read_all(reader: &mut dyn Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// What an error of reading says.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "cut off: the end is missing".into(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => format!("damaged: {error}"),
        _ => error.to_string(),
    }
}
