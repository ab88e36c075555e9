//! Compression: gzip, zstd, bzip2 and xz, recognised by their first bytes.

use super::limit::{Limits, Meter, Packed, Unpacked, too_much};
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

/// The largest dictionary of an xz file, in KB: 64 MB is what `xz -9` uses.
const XZ_MEMORY: u32 = 80 << 10;

/// The largest window of a zstd file, as a power of two: 128 MB is what `zstd --long` uses.
const ZSTD_WINDOW: u32 = 27;

/// How many bytes of a file are looked at to see what it is.
pub(super) const HEAD: usize = 1024;

impl Compression {
    /// The compression that first bytes show.
    pub(super) fn of(head: &[u8]) -> Option<Compression> {
        if head.starts_with(&[0x1f, 0x8b, 8]) {
            Some(Compression::Gzip)
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Some(Compression::Zstd)
        } else if head.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]) {
            Some(Compression::Xz)
        } else if head.starts_with(b"BZh") && matches!(head.get(4..10), Some(b"1AY&SY" | b"\x17\x72\x45\x38\x50\x90")) {
            Some(Compression::Bzip2)
        } else {
            None
        }
    }

    /// The compression that a file's ending names, and the name without it.
    pub(super) fn by_name(name: &str) -> Option<(Compression, String)> {
        let (stem, ending) = name.rsplit_once('.')?;
        let compression = match ending.to_ascii_lowercase().as_str() {
            "gz" | "gzip" | "tgz" => Compression::Gzip,
            "zst" | "zstd" | "tzst" => Compression::Zstd,
            "bz2" | "bzip2" | "tbz" | "tbz2" => Compression::Bzip2,
            "xz" | "txz" => Compression::Xz,
            _ => return None,
        };
        let tar = ending.to_ascii_lowercase().starts_with('t');
        Some((compression, if tar { format!("{stem}.tar") } else { stem.to_owned() }))
    }

    /// The name for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
        }
    }

    fn open<'r>(self, packed: impl BufRead + 'r) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
            Compression::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, XZ_MEMORY)),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                Box::new(decoder)
            }
        })
    }
}

/// A file without its compressions.
pub(super) struct Peeled<'r> {
    pub(super) input: Box<dyn BufRead + 'r>,
    /// The first bytes of what is inside.
    pub(super) head: Vec<u8>,
    /// What was taken off.
    pub(super) layers: Vec<Compression>,
}

/// Takes off all compressions.
///
/// # Errors
/// If nothing can be read, or the compressions lie deeper in each other than the limit.
pub(super) fn peel<'r>(input: Box<dyn Read + 'r>, limits: &Limits, total: &Rc<Cell<u64>>) -> io::Result<Peeled<'r>> {
    let mut layers = Vec::new();
    let (mut head, mut input) = headed(input)?;
    while let Some(compression) = Compression::of(&head) {
        if layers.len() == limits.depth {
            return Err(too_much(format!("compressed more than {} times over", limits.depth)));
        }
        let meter = Meter::new(limits, Rc::clone(total));
        let packed = BufReader::with_capacity(1 << 16, Packed(input, meter.clone()));
        (head, input) = headed(Box::new(Unpacked(compression.open(packed)?, meter)))?;
        layers.push(compression);
    }
    Ok(Peeled { input: Box::new(BufReader::with_capacity(1 << 16, input)), head, layers })
}

/// The first bytes of an input, and the whole of it.
fn headed<'r>(mut input: Box<dyn Read + 'r>) -> io::Result<(Vec<u8>, Box<dyn Read + 'r>)> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(input))))
}
