//! Web pages: their main text, paragraphs apart, and what their heads say of it.

use super::fields::{Record, Value};
use super::intake::{Flow, Intake, Position};
use super::limit::{read_all, reason, too_long};
use super::{fields, intake};
use dom_smoothie::{Config, Readability, TextMode};
use encoding_rs::Encoding;
use std::borrow::Cow;
use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most elements of a page: what builds its tree takes longer than linear time in some of them.
const ELEMENTS: usize = 200_000;

/// How deep elements may lie in each other: their tree is walked by recursion in places.
const DEPTH: usize = 512;

/// How much of a page is searched for the name of its encoding.
const CHARSET: usize = 4096;

/// Elements that have no end.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements that may be left open: the next one closes them.
const CLOSED: [&str; 8] = ["p", "li", "td", "tr", "th", "dt", "dd", "option"];

/// Reads a page.
pub(super) fn read(mut input: Box<dyn BufRead + '_>, intake: &mut Intake<'_>) -> Flow {
    let limit = intake.options.limits.document;
    match read_all(&mut input, limit) {
        Err(error) => intake.lost_rest(Position::Whole, reason(&error)),
        Ok(None) => intake.lost(Position::Whole, too_long(limit)),
        Ok(Some(bytes)) => {
            let id = intake.stem.clone();
            page(&bytes, None, Vec::new(), Position::Whole, id, intake)
        }
    }
}

/// Takes a page; `charset` is what its server says, `known` what is known of it from outside.
pub(super) fn page(
    bytes: &[u8],
    charset: Option<&str>,
    known: Record,
    at: Position,
    id: String,
    intake: &mut Intake<'_>,
) -> Flow {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return intake.lost(at, "the document is empty");
    }
    let (html, encoding) = decoded(bytes, charset);
    if html.contains('\0') {
        return intake.lost(at, "no text: the file is binary");
    }
    // The library is made for pages that people wrote; what it fails on is a page that nobody did.
    let article = catch_unwind(AssertUnwindSafe(|| article(&html))).unwrap_or_else(|_| Err("broken HTML".into()));
    let (text, mut record) = match article {
        Ok(article) => article,
        Err(reason) => return intake.lost(at, reason),
    };
    // What the page says itself goes before what is known from outside.
    for (name, value) in known {
        if !record.iter().any(|(n, _)| *n == name) {
            record.push((name, value));
        }
    }
    match fields::assemble(text, record, || id, intake.options, false) {
        Err(reason) => intake.lost(at, reason),
        Ok((document, _)) => {
            if let Some(encoding) = encoding {
                intake.note_once(intake::Once::Encoding, at, || format!("read as {encoding}"))?;
            }
            intake.document(at, document)
        }
    }
}

/// The page as text, and its encoding if that was guessed.
fn decoded<'b>(bytes: &'b [u8], charset: Option<&str>) -> (Cow<'b, str>, Option<&'static str>) {
    let named = Encoding::for_bom(bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| charset.and_then(|name| Encoding::for_label(name.trim().as_bytes())));
    if let Some(encoding) = named {
        return (encoding.decode(bytes).0, None);
    }
    // Pages that say that they are something else are UTF-8 more often than the other way round.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), None);
    }
    match meta_charset(&bytes[..bytes.len().min(CHARSET)]) {
        Some(encoding) => (encoding.decode(bytes).0, None),
        None => match crate::format::decode::decode(bytes.to_vec()) {
            Ok(decoded) => (Cow::Owned(decoded.text), decoded.encoding),
            Err(_) => (Cow::Borrowed("\0"), None),
        },
    }
}

/// The encoding that `<meta charset=…>` or `content="text/html; charset=…"` names.
fn meta_charset(start: &[u8]) -> Option<&'static Encoding> {
    let start = start.to_ascii_lowercase();
    memchr::memmem::find_iter(&start, b"charset").find_map(|at| {
        let rest = start[at + "charset".len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_:.".contains(byte))?;
        Encoding::for_label(&rest[..end])
    })
}

/// The main text of a page, and what its head says.
fn article(html: &str) -> Result<(String, Record), String> {
    check(html)?;
    let config = Config { text_mode: TextMode::Formatted, max_elements_to_parse: ELEMENTS, ..Config::default() };
    let mut readability = Readability::new(html, None, Some(config)).map_err(|error| format!("broken HTML: {error}"))?;
    if is_too_deep(&readability) {
        return Err(too_deep());
    }
    let attribute = |selector: &str, name: &str| {
        readability.doc.try_select(selector).and_then(|found| found.attr(name)).map(|value| value.trim().to_owned())
    };
    let url = attribute("link[rel='canonical']", "href").or_else(|| attribute("meta[property='og:url']", "content"));
    let date = ["article:published_time", "datePublished", "date", "pubdate", "dc.date", "DC.date.issued", "parsely-pub-date"]
        .iter()
        .find_map(|name| {
            ["property", "name", "itemprop"].iter().find_map(|kind| attribute(&format!("meta[{kind}='{name}']"), "content"))
        })
        .or_else(|| attribute("time[datetime]", "datetime"));
    let article = readability.parse().map_err(|_| "no main text in this page".to_owned())?;
    let known = [
        ("title", Some(article.title)),
        ("date", article.published_time.or(date)),
        ("source", article.site_name),
        ("url", url),
        ("author", article.byline),
        ("description", article.excerpt),
        ("language", article.lang),
        ("modified", article.modified_time),
    ];
    let some = |(name, value): (&str, Option<String>)| {
        let value = value.map(|v| v.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|v| !v.is_empty())?;
        Some((name.to_owned(), Value::Text(value)))
    };
    let record = known.into_iter().filter_map(some).collect();
    let text = paragraphs(&article.text_content);
    if text.is_empty() { Err("no main text in this page".into()) } else { Ok((text, record)) }
}

/// Paragraphs with one blank line between them.
fn paragraphs(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let blocks = lines.split(|line| line.is_empty()).filter(|block| !block.is_empty());
    blocks.map(|block| block.join("\n")).collect::<Vec<_>>().join("\n\n")
}

/// Whether a page is one that a tree can be made of: an element that is closed closes all that were opened in it.
fn check(html: &str) -> Result<(), String> {
    let bytes = html.as_bytes();
    let mut elements = 0;
    let mut open: Vec<String> = Vec::new();
    for at in memchr::memchr_iter(b'<', bytes) {
        let is_end = bytes.get(at + 1) == Some(&b'/');
        let rest = &bytes[at + 1 + usize::from(is_end)..];
        if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let end = rest.iter().take(64).position(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t' | b'/' | b'>'));
        let name = String::from_utf8_lossy(&rest[..end.unwrap_or(rest.len().min(64))]).to_ascii_lowercase();
        if is_end {
            if let Some(at) = open.iter().rposition(|open| *open == name) {
                open.truncate(at);
            }
            continue;
        }
        elements += 1;
        if !VOID.contains(&name.as_str()) && !CLOSED.contains(&name.as_str()) {
            open.push(name);
        }
        if elements > ELEMENTS {
            return Err(format!("more than {ELEMENTS} elements in this page"));
        }
        if open.len() > DEPTH {
            return Err(too_deep());
        }
    }
    Ok(())
}

fn too_deep() -> String {
    format!("elements more than {DEPTH} deep in each other")
}

/// Whether the tree of a page is deeper than its tags let one think: some are opened again by others.
fn is_too_deep(readability: &Readability) -> bool {
    let root = readability.doc.root();
    let (mut node, mut depth) = (root, 0);
    loop {
        if let Some(child) = node.first_child() {
            node = child;
            depth += 1;
            if depth > 2 * DEPTH {
                return true;
            }
            continue;
        }
        loop {
            if let Some(sibling) = node.next_sibling() {
                node = sibling;
                break;
            }
            match node.parent() {
                Some(parent) if depth > 0 => node = parent,
                _ => return false,
            }
            depth -= 1;
        }
    }
}
