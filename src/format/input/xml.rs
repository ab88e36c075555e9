//! News items in XML: NITF, NewsML-G2 and NewsML 1, one or many a file.
//!
//! An item is an `nitf`, a `newsItem` or a `NewsItem`, whichever lies around the others. Its text is what stands in `body.content`
//! (NITF) or in inline content (NewsML), a paragraph an element `p`.

use super::fields::{self, Record, Value};
use super::intake::{Flow, Intake, Position};
use super::limit::{Allowance, Leash, reason, too_long};
use encoding_rs::{Encoding, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;
use quick_xml::Reader;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesStart, Event};
use std::io::{BufRead, BufReader};

/// How deep elements may lie in each other.
const DEPTH: usize = 256;

/// How far the reader of XML reads ahead.
const AHEAD: u64 = 1 << 16;

/// Elements that are items.
const ITEMS: [&str; 3] = ["nitf", "newsItem", "NewsItem"];

/// Elements that hold the text of an item, if no `body.content` does.
const CONTENT: [&str; 4] = ["inlineXML", "inlineData", "DataContent", "body.content"];

/// Elements whose words are no part of the text.
const ASIDE: [&str; 12] =
    ["media", "media-caption", "head", "style", "script", "object", "note", "body.end", "figure", "figcaption", "footer", "nav"];

/// Elements that begin and end a paragraph.
const BLOCKS: [&str; 19] = [
    "p",
    "block",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hl1",
    "hl2",
    "li",
    "tr",
    "div",
    "blockquote",
    "bq",
    "pre",
    "table",
    "ul",
    "ol",
];

/// Reads the items of a file; `head` are its first bytes.
pub(super) fn read(input: Box<dyn BufRead + '_>, head: &[u8], intake: &mut Intake<'_>) -> Flow {
    let limit = intake.options.limits.document;
    let mut decoder = DecodeReaderBytesBuilder::new();
    let decoded = decoder.encoding(Some(declared(head).unwrap_or(UTF_8))).bom_override(true).strip_bom(true).build(input);
    let allowance = Allowance::default();
    let leash = Leash::new(decoded, allowance.clone(), too_long(limit));
    let mut reader = Reader::from_reader(BufReader::with_capacity(AHEAD as usize, leash));
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut state = Reading { limit, ..Reading::default() };
    let mut buffer = Vec::new();
    let mut number = 1;
    loop {
        allowance.set(limit.saturating_add(AHEAD));
        buffer.clear();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => return intake.lost_rest(Position::Record(number), reason(&error)),
            Err(error) => return intake.lost_rest(Position::Record(number), format!("broken XML: {error}")),
        };
        let ended = match event {
            Event::Eof => break,
            Event::Start(element) => state.start(&element).map(|()| None),
            Event::Empty(element) => state.start(&element).map(|()| state.end()),
            Event::End(_) => Ok(state.end()),
            Event::Text(text) => state.words(&text).map(|()| None),
            Event::CData(text) => state.words(&text).map(|()| None),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                let words = character.or_else(|| resolve_html5_entity(&reference).map(str::to_owned));
                state.words(words.as_deref().unwrap_or_default()).map(|()| None)
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Ok(None),
        };
        match ended {
            Err(reason) => return intake.lost_rest(Position::Record(number), reason),
            Ok(None) => {}
            Ok(Some(item)) => {
                take(item, number, intake)?;
                number += 1;
            }
        }
    }
    if state.item.is_some() {
        return intake.lost_rest(Position::Record(number), "cut off: the end of the item is missing");
    }
    if intake.is_empty() { intake.nothing("no news item (NITF or NewsML) in this file") } else { Flow::Continue(()) }
}

/// The encoding that the first line names, unless a byte order mark says better.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let line = head.split(|byte| *byte == b'>').next()?;
    let rest = &line[memchr::memmem::find(line, b"encoding")? + "encoding".len()..];
    let quoted = rest.split(|byte| matches!(byte, b'"' | b'\'')).nth(1)?;
    Encoding::for_label(quoted)
}

fn take(item: Item, number: u64, intake: &mut Intake<'_>) -> Flow {
    let at = Position::Record(number);
    let text = item.paragraphs.join("\n\n");
    if text.is_empty() {
        return intake.lost(at, "no text in this item");
    }
    let record: Record = item.known.into_iter().map(|(name, (_, words))| (name.to_owned(), Value::Text(words))).collect();
    let id = if number == 1 { intake.stem.clone() } else { intake.numbered(number) };
    match fields::assemble(text, record, || id, intake.options, false) {
        Ok((document, _)) => intake.document(at, document),
        Err(reason) => intake.lost(at, reason),
    }
}

/// An item that is being read.
#[derive(Default)]
struct Item {
    paragraphs: Vec<String>,
    /// What is known of it, with how good the element is that says it: the least number wins.
    known: Vec<(&'static str, (u8, String))>,
    size: u64,
}

impl Item {
    fn know(&mut self, name: &'static str, rank: u8, words: &str) {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            return;
        }
        match self.known.iter_mut().find(|(n, _)| *n == name) {
            Some((_, (best, value))) if rank < *best => (*best, *value) = (rank, words),
            Some(_) => {}
            None => self.known.push((name, (rank, words))),
        }
    }
}

/// Where the reader stands.
#[derive(Default)]
struct Reading {
    /// The elements that are open.
    open: Vec<String>,
    item: Option<Item>,
    /// How many elements are open around the item.
    outside: usize,
    /// The depth of the element that holds the text.
    content: Option<usize>,
    /// The depth of the element that is passed over.
    aside: Option<usize>,
    /// The words of the paragraph, or of the element that says something about the item.
    words: String,
    limit: u64,
}

/// What an element says about its item, and how well.
fn says(name: &str, parent: &str) -> Option<(&'static str, u8)> {
    Some(match name {
        "hl1" => ("title", 0),
        "headline" | "HeadLine" => ("title", 1),
        "title" if parent == "head" => ("title", 2),
        "byline" | "by" | "ByLine" => ("author", 0),
        "contentCreated" => ("date", 1),
        "versionCreated" | "FirstCreated" => ("date", 2),
        "creditline" | "CreditLine" => ("credit", 0),
        "slugline" | "SlugLine" => ("slugline", 0),
        "dateline" | "DateLine" => ("dateline", 0),
        _ => return None,
    })
}

impl Reading {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let name = element.local_name().as_ref().to_owned();
        if self.open.len() == DEPTH {
            return Err(format!("elements more than {DEPTH} deep in each other"));
        }
        if ITEMS.contains(&name.as_str()) {
            if self.item.is_none() {
                self.item = Some(Item::default());
                self.outside = self.open.len();
                self.words.clear();
            }
            if name == "nitf" {
                // Its own body says where the text is.
                self.content = None;
            }
        }
        self.open.push(name);
        let depth = self.open.len();
        let name = self.open[depth - 1].as_str();
        let Some(item) = &mut self.item else { return Ok(()) };
        attributes(name, element, item);
        if self.content.is_none() && CONTENT.contains(&name) {
            self.content = Some(depth);
            self.words.clear();
        } else if self.content.is_some() {
            if self.aside.is_none() && ASIDE.contains(&name) {
                self.aside = Some(depth);
            }
            if BLOCKS.contains(&name) {
                self.paragraph();
            } else if name == "br" {
                self.words.push(' ');
            }
        } else if says(name, self.parent()).is_some() {
            self.words.clear();
        }
        Ok(())
    }

    fn parent(&self) -> &str {
        self.open.len().checked_sub(2).map_or("", |at| &self.open[at])
    }

    fn words(&mut self, words: &str) -> Result<(), String> {
        if let (Some(item), None) = (&mut self.item, self.aside) {
            item.size += words.len() as u64;
            if item.size > self.limit {
                return Err(too_long(self.limit));
            }
            self.words.push_str(words);
        }
        Ok(())
    }

    /// Ends the paragraph that is being read.
    fn paragraph(&mut self) {
        let words = self.words.split_whitespace().collect::<Vec<_>>().join(" ");
        self.words.clear();
        if let (Some(item), false) = (&mut self.item, words.is_empty()) {
            item.paragraphs.push(words);
        }
    }

    /// Ends the element that is open; returns the item that ends with it.
    fn end(&mut self) -> Option<Item> {
        let depth = self.open.len();
        let said = self.open.last().and_then(|name| says(name, self.parent()));
        let name = self.open.pop()?;
        if self.aside == Some(depth) {
            self.aside = None;
        } else if self.content == Some(depth) {
            self.paragraph();
            self.content = None;
        } else if self.content.is_some() && BLOCKS.contains(&name.as_str()) {
            self.paragraph();
        } else if let (None, Some((field, rank)), Some(item)) = (self.content, said, &mut self.item) {
            item.know(field, rank, &self.words);
            self.words.clear();
        }
        if self.item.is_some() && depth == self.outside + 1 {
            self.content = None;
            self.aside = None;
            return self.item.take();
        }
        None
    }
}

/// What the attributes of an element say about its item.
fn attributes(name: &str, element: &BytesStart<'_>, item: &mut Item) {
    let attribute = |wanted: &str| {
        let found = element.attributes().flatten().find(|a| a.key.local_name().as_ref() == wanted)?;
        Some(quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), |v| v.into_owned()))
    };
    let (field, rank, value) = match name {
        "newsItem" => ("id", 0, attribute("guid")),
        "doc-id" => ("id", 1, attribute("id-string")),
        "date.issue" => ("date", 0, attribute("norm")),
        "pubdata" => ("source", 0, attribute("name")),
        "infoSource" | "provider" => ("source", 1, attribute("literal")),
        "language" => ("language", 0, attribute("tag")),
        _ => return,
    };
    if let Some(value) = value {
        item.know(field, rank, &value);
    }
}
