//! Web archives: the pages among the responses, and the plain texts among the conversions (WET).

use super::fields::{Record, Value};
use super::intake::{Flow, Intake, Position};
use super::limit::{Exactly, Line, read_all, read_line, reason, too_long};
use super::{html, text};
use std::io::{self, BufRead, Read};

/// The longest line of a head.
const HEADER: u64 = 64 << 10;

/// The most lines of a head.
const HEADERS: usize = 1000;

/// The lines of a head, by their names in small letters.
struct Head(Vec<(String, String)>);

impl Head {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Why a record is no document.
enum Lost {
    /// It is none of the kinds that hold text.
    Other,
    /// It is broken or too long, and the next one can be read.
    One(String),
    /// Nothing more can be read.
    Rest(String),
}

impl From<io::Error> for Lost {
    fn from(error: io::Error) -> Lost {
        Lost::Rest(reason(&error))
    }
}

/// Reads the records of a web archive.
pub(super) fn read(mut input: Box<dyn BufRead + '_>, intake: &mut Intake<'_>) -> Flow {
    let mut number = 0;
    loop {
        let head = match start(&mut input) {
            Ok(Some(head)) => head,
            Ok(None) => break,
            Err(Lost::Rest(reason)) => return intake.lost_rest(Position::Record(number + 1), reason),
            Err(Lost::One(reason)) => {
                number += 1;
                intake.lost(Position::Record(number), reason)?;
                continue;
            }
            Err(Lost::Other) => continue,
        };
        let (head, is_first) = head;
        if !is_first {
            number += 1;
            intake.lost(Position::Record(number), "what stands here is no record")?;
        }
        number += 1;
        let at = Position::Record(number);
        let Some(length) = head.get("content-length").and_then(|length| length.parse::<u64>().ok()) else {
            intake.lost(at, "a record without Content-Length")?;
            continue;
        };
        let mut block = Exactly::new(&mut input, length);
        let flow = match record(&head, &mut block, intake.options.limits.document) {
            Ok(body) => take(body, &head, number, intake),
            Err(Lost::Other) => Flow::Continue(()),
            Err(Lost::One(reason)) => intake.lost(at, reason),
            Err(Lost::Rest(reason)) => return intake.lost_rest(at, reason),
        };
        flow?;
        if let Err(error) = io::copy(&mut block, &mut io::sink()) {
            return intake.lost_rest(at, reason(&error));
        }
    }
    if intake.is_empty() { intake.nothing("no page in this web archive") } else { Flow::Continue(()) }
}

/// Goes to the next record and reads its head, and says whether nothing else stands before it; `None` at the end.
fn start(input: &mut dyn BufRead) -> Result<Option<(Head, bool)>, Lost> {
    let mut line = Vec::new();
    let mut lost = false;
    loop {
        match read_line(input, HEADER, &mut line)? {
            Line::End if lost => return Err(Lost::Rest("what stands here is no record".into())),
            Line::End => return Ok(None),
            Line::Read if line.starts_with(b"WARC/") => break,
            Line::Read if line.iter().all(u8::is_ascii_whitespace) => {}
            Line::Read | Line::TooLong => lost = true,
        }
    }
    let head = lines(input)?;
    Ok(Some((head, !lost)))
}

/// The lines of a head, up to the empty one.
fn lines(input: &mut dyn BufRead) -> Result<Head, Lost> {
    let mut head: Vec<(String, String)> = Vec::new();
    let mut line = Vec::new();
    for _ in 0..HEADERS {
        match read_line(input, HEADER, &mut line)? {
            Line::End => return Err(Lost::Rest("cut off: the end is missing".into())),
            Line::TooLong => return Err(Lost::One("a head with a line that is too long".into())),
            Line::Read => {}
        }
        let words = String::from_utf8_lossy(&line);
        let words = words.trim_end_matches(['\r', '\n']);
        if words.is_empty() {
            return Ok(Head(head));
        }
        match words.split_once(':') {
            _ if words.starts_with([' ', '\t']) => {
                if let Some((_, value)) = head.last_mut() {
                    value.push_str(words);
                }
            }
            Some((name, value)) => head.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
            None => {}
        }
    }
    Err(Lost::One(format!("a head of more than {HEADERS} lines")))
}

/// What a record holds.
struct Body {
    bytes: Vec<u8>,
    charset: Option<String>,
    is_page: bool,
}

/// The page or the text of a record.
fn record(head: &Head, block: &mut dyn Read, limit: u64) -> Result<Body, Lost> {
    let content = head.get("content-type").unwrap_or_default().to_ascii_lowercase();
    match head.get("warc-type") {
        Some("conversion") if content.starts_with("text/plain") => {
            let bytes = read_all(block, limit)?.ok_or_else(|| Lost::One(too_long(limit)))?;
            Ok(Body { bytes, charset: None, is_page: false })
        }
        Some("response") if content.starts_with("application/http") || content.is_empty() => response(block, limit),
        Some("resource") if is_page(&content) => {
            let bytes = read_all(block, limit)?.ok_or_else(|| Lost::One(too_long(limit)))?;
            Ok(Body { bytes, charset: charset(&content), is_page: true })
        }
        _ => Err(Lost::Other),
    }
}

fn is_page(content: &str) -> bool {
    content.starts_with("text/html") || content.starts_with("application/xhtml+xml")
}

fn charset(content: &str) -> Option<String> {
    let (_, rest) = content.split_once("charset=")?;
    Some(rest.split([';', ' ', ',']).next()?.trim_matches(['"', '\'']).to_owned())
}

/// The page of a response over HTTP.
fn response(block: &mut dyn Read, limit: u64) -> Result<Body, Lost> {
    let mut block = io::BufReader::new(block);
    let mut status = Vec::new();
    if read_line(&mut block, HEADER, &mut status)? != Line::Read {
        return Err(Lost::One("a response without a status".into()));
    }
    let status = String::from_utf8_lossy(&status).into_owned();
    let mut words = status.split_whitespace();
    if !words.next().is_some_and(|protocol| protocol.starts_with("HTTP/")) {
        return Err(Lost::One("a response that is not HTTP".into()));
    }
    let is_fine = words.next() == Some("200");
    let head = lines(&mut block)?;
    let content = head.get("content-type").unwrap_or_default().to_ascii_lowercase();
    if !is_fine || !is_page(&content) {
        return Err(Lost::Other);
    }
    let mut bytes = read_all(&mut block, limit)?.ok_or_else(|| Lost::One(too_long(limit)))?;
    // Most archives hold bodies as browsers see them, whatever the head says.
    if head.get("transfer-encoding").is_some_and(|t| t.eq_ignore_ascii_case("chunked")) {
        bytes = unchunked(&bytes).unwrap_or(bytes);
    }
    let packed = match head.get("content-encoding").map(str::to_ascii_lowercase).as_deref() {
        Some("gzip" | "x-gzip") if bytes.starts_with(&[0x1f, 0x8b]) => {
            read_all(&mut flate2::read::MultiGzDecoder::new(bytes.as_slice()), limit)
        }
        Some("deflate") => match read_all(&mut flate2::read::ZlibDecoder::new(bytes.as_slice()), limit) {
            Ok(unpacked) => Ok(unpacked),
            Err(_) => Ok(Some(bytes.clone())),
        },
        Some("zstd") if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => {
            zstd::stream::read::Decoder::new(bytes.as_slice()).and_then(|mut decoder| read_all(&mut decoder, limit))
        }
        Some("br") if std::str::from_utf8(&bytes).is_err() => {
            return Err(Lost::One("a page that is compressed with brotli".into()));
        }
        _ => Ok(Some(bytes.clone())),
    };
    let bytes = packed.map_err(|error| Lost::One(reason(&error)))?.ok_or_else(|| Lost::One(too_long(limit)))?;
    Ok(Body { bytes, charset: charset(&content), is_page: true })
}

/// The pieces of a body, joined; `None` if it is not in pieces.
fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = memchr::memmem::find(bytes.get(..64.min(bytes.len()))?, b"\r\n")?;
        let size = std::str::from_utf8(&bytes[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        bytes = &bytes[end + 2..];
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(bytes.get(..size)?);
        bytes = bytes.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fn take(body: Body, head: &Head, number: u64, intake: &mut Intake<'_>) -> Flow {
    let at = Position::Record(number);
    let known = [("url", "warc-target-uri"), ("crawled", "warc-date"), ("record", "warc-record-id")];
    let known: Record = known
        .into_iter()
        .filter_map(|(name, line)| Some((name.to_owned(), Value::Text(head.get(line)?.trim_matches(['<', '>']).to_owned()))))
        .collect();
    let id = intake.numbered(number);
    if body.is_page {
        html::page(&body.bytes, body.charset.as_deref(), known, at, id, intake)
    } else {
        text::document(body.bytes, at, known, id, intake)
    }
}
