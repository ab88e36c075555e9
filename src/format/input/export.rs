//! Exports of news databases (Nexis, Factiva): one text with many documents, told apart by lines that nothing else has.

use super::fields::{self, Record, Value};
use super::intake::{Flow, Intake, Once, Position};
use super::limit::{Line, read_line, reason, too_long};
use crate::format::decode::{NotText, decode};
use regex::Regex;
use std::io::BufRead;
use std::sync::LazyLock;

/// Whose export it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Nexis: `3 of 100 DOCUMENTS` before each document, or `End of Document` behind it.
    Nexis,
    /// Factiva: `Document` and its number behind each document.
    Factiva,
}

static OF_DOCUMENTS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s*\d+ of \d+ DOCUMENTS?\s*$").expect("a constant"));
static ACCESSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(?:AN\s+)?Document ([A-Z]{2,}[A-Z0-9]*\d{8}[a-z0-9]{6,})\s*$").expect("a constant"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^([A-Z][A-Za-z-]{2,20}): ?(.*)$").expect("a constant"));
static CODED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^([A-Z]{2,3})(?:\s{2,}|\t|$)(.*)$").expect("a constant"));
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let months = "January|February|March|April|May|June|July|August|September|October|November|December";
    Regex::new(&format!(r"^(?:(?:{months}) \d{{1,2}}, \d{{4}}|\d{{1,2}} (?:{months}) \d{{4}}).{{0,40}}$")).expect("a constant")
});

/// Whose export a text is, if its start leaves no doubt.
pub(super) fn style(start: &[u8]) -> Option<Style> {
    let text = String::from_utf8_lossy(start);
    let first = text.trim_start_matches('\u{feff}').lines().find(|line| !line.trim().is_empty())?;
    if OF_DOCUMENTS.is_match(first) {
        return Some(Style::Nexis);
    }
    let has = |name: &str| text.lines().any(|line| line.trim_end() == name);
    let starts = |name: &str| text.lines().any(|line| line.trim_start().starts_with(name));
    if has("Body") && has("End of Document") && starts("Length:") && starts("Load-Date:") {
        return Some(Style::Nexis);
    }
    let counted = text.lines().any(|line| {
        let line = line.trim();
        let words = line.strip_prefix("WC").unwrap_or(line).strip_suffix(" words").map(str::trim);
        words.is_some_and(|words| !words.is_empty() && words.chars().all(|c| c.is_ascii_digit() || c == ','))
    });
    (counted && text.lines().any(|line| ACCESSION.is_match(line))).then_some(Style::Factiva)
}

/// Reads the documents of an export.
pub(super) fn read(input: &mut dyn BufRead, style: Style, intake: &mut Intake<'_>) -> Flow {
    let limit = intake.options.limits.document;
    intake.note(Position::Whole, format!("read as an export of {style:?} (--exports never reads it as one text)"))?;
    let (mut lines, mut size, mut long): (Vec<String>, u64, bool) = (Vec::new(), 0, false);
    let (mut bytes, mut number) = (Vec::new(), 0);
    loop {
        let line = match read_line(input, limit, &mut bytes) {
            Err(error) => return intake.lost_rest(Position::Record(number + 1), reason(&error)),
            Ok(Line::End) => None,
            Ok(Line::TooLong) => {
                long = true;
                continue;
            }
            Ok(Line::Read) => match decode(std::mem::take(&mut bytes)) {
                Err(NotText) => return intake.lost_rest(Position::Record(number + 1), "no text: the file is binary"),
                Ok(decoded) => {
                    if let Some(encoding) = decoded.encoding {
                        intake.note_once(Once::Encoding, Position::Whole, || format!("read as {encoding}"))?;
                    }
                    Some(decoded.text.trim_end().to_owned())
                }
            },
        };
        let starts = line.as_deref().is_some_and(|line| style == Style::Nexis && OF_DOCUMENTS.is_match(line));
        let ends = line.as_deref().is_none_or(|line| match style {
            Style::Nexis => line == "End of Document",
            Style::Factiva => ACCESSION.is_match(line),
        });
        let is_mark = starts || (ends && style == Style::Nexis);
        if let Some(line) = line.as_ref().filter(|_| !is_mark) {
            size += line.len() as u64 + 1;
            if size > limit {
                long = true;
                lines.clear();
            }
            if !long {
                lines.push(line.clone());
            }
        }
        if starts || ends {
            if long || lines.iter().any(|line| !line.is_empty()) {
                take(std::mem::take(&mut lines), long, style, &mut number, intake)?;
            }
            (lines, size, long) = (Vec::new(), 0, false);
        }
        if line.is_none() {
            return if intake.is_empty() { intake.lost(Position::Whole, "the document is empty") } else { Flow::Continue(()) };
        }
    }
}

fn take(lines: Vec<String>, long: bool, style: Style, number: &mut u64, intake: &mut Intake<'_>) -> Flow {
    let parted = if long { None } else { Some(part(&lines, style)) };
    // What stands before the first document (a list of what was searched) and behind the last is none.
    if let Some(Parted { text, known }) = &parted
        && text.is_empty()
        && known.is_empty()
    {
        return Flow::Continue(());
    }
    *number += 1;
    let at = Position::Record(*number);
    let Some(Parted { text, known }) = parted else {
        return intake.lost(at, too_long(intake.options.limits.document));
    };
    if text.is_empty() {
        return intake.lost(at, "no text in this document");
    }
    let id = intake.numbered(*number);
    match fields::assemble(text, known, || id, intake.options, false) {
        Ok((document, _)) => intake.document(at, document),
        Err(reason) => intake.lost(at, reason),
    }
}

struct Parted {
    text: String,
    known: Record,
}

fn part(lines: &[String], style: Style) -> Parted {
    let codes = |code: &str| lines.iter().any(|line| CODED.captures(line).is_some_and(|found| &found[1] == code));
    match style {
        Style::Factiva if codes("LP") || codes("TD") => coded(lines),
        Style::Factiva => displayed(lines),
        Style::Nexis => nexis(lines),
    }
}

/// The document's paragraphs: blank lines stay, and lines that a printer broke are joined.
fn joined(lines: &[String]) -> String {
    let blocks = lines.split(|line| line.trim().is_empty()).filter(|block| !block.is_empty());
    let block = |lines: &[String]| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    blocks.map(block).collect::<Vec<_>>().join("\n\n")
}

fn known(pairs: Vec<(&str, String)>) -> Record {
    let pairs = pairs.into_iter().filter(|(_, words)| !words.trim().is_empty());
    pairs.map(|(name, words)| (name.to_owned(), Value::Text(words.trim().to_owned()))).collect()
}

/// Nexis: outlet, date, headline; named lines; the body; named lines.
fn nexis(lines: &[String]) -> Parted {
    let is_named = |line: &str| NAMED.is_match(line.trim_start());
    let named = |name: &str| {
        lines.iter().find_map(|line| {
            let found = NAMED.captures(line.trim_start())?;
            found[1].eq_ignore_ascii_case(name).then(|| found[2].to_owned())
        })
    };
    let body_line = lines.iter().position(|line| line.trim() == "Body");
    // The body begins behind `Body`, else behind the length, the last of the lines before it.
    let start = body_line.map(|at| at + 1).or_else(|| {
        let length = |line: &String| line.trim_start().to_ascii_uppercase().starts_with("LENGTH:");
        lines.iter().position(length).map(|at| at + 1)
    });
    let Some(start) = start else { return Parted { text: String::new(), known: Vec::new() } };
    const TAIL: [&str; 10] = [
        "LOAD-DATE",
        "LANGUAGE",
        "GRAPHIC",
        "PUBLICATION-TYPE",
        "SUBJECT",
        "CORRECTION-DATE",
        "URL",
        "DOCUMENT-TYPE",
        "JOURNAL-CODE",
        "ACC-NO",
    ];
    let is_tail = |line: &String| {
        let line = line.trim();
        let name = NAMED.captures(line).map(|found| found[1].to_ascii_uppercase());
        name.is_some_and(|name| TAIL.contains(&name.as_str()))
            || line == "Classification"
            || (line.starts_with("Copyright ") && line.len() < 120)
    };
    let end = lines[start..].iter().position(is_tail).map_or(lines.len(), |at| start + at);
    // Before the named lines: outlet, date and headline, a block each.
    let before: Vec<String> = lines[..start].iter().take_while(|line| !is_named(line)).cloned().collect();
    let blocks: Vec<String> = before
        .split(|line| line.trim().is_empty())
        .flat_map(|block| {
            if block.len() > 1 && block.iter().any(|l| DATE.is_match(l.trim())) { block.chunks(1).collect() } else { vec![block] }
        })
        .map(|block| block.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
        .filter(|block| !block.is_empty())
        .collect();
    let date_at = blocks.iter().position(|block| DATE.is_match(block));
    let date = date_at.map(|at| blocks[at].clone());
    let is_copyright = |block: &&String| block.starts_with("Copyright") || block.starts_with("All Rights Reserved");
    let others: Vec<&String> =
        blocks.iter().enumerate().filter(|(at, b)| Some(*at) != date_at && !is_copyright(b)).map(|(_, b)| b).collect();
    // Nexis prints the outlet first; Nexis Uni prints the headline first, with the outlet behind it.
    let (title, source) = match (body_line, date_at) {
        (Some(_), Some(_)) => (others.first(), others.get(1)),
        (None, Some(_)) => (others.last().filter(|_| others.len() > 1), others.first()),
        (_, None) => (others.last(), None),
    };
    let title = title.map(|t| t.to_string()).or_else(|| named("HEADLINE")).unwrap_or_default();
    let pairs = vec![
        ("title", title),
        ("source", source.map(|s| s.to_string()).unwrap_or_default()),
        ("date", date.unwrap_or_default()),
        ("author", named("BYLINE").unwrap_or_default()),
        ("section", named("SECTION").unwrap_or_default()),
        ("loaded", named("LOAD-DATE").unwrap_or_default()),
    ];
    Parted { text: joined(&lines[start..end]), known: known(pairs) }
}

/// Factiva with codes of two letters before the fields.
fn coded(lines: &[String]) -> Parted {
    const CODES: [&str; 30] = [
        "SE", "HD", "CR", "BY", "WC", "PD", "ET", "SN", "SC", "ED", "PG", "VOL", "LA", "CY", "LP", "TD", "CT", "RF", "CO", "IN",
        "NS", "RE", "IPC", "IPD", "PUB", "AN", "ART", "CLM", "DLN", "NGC",
    ];
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines {
        match CODED.captures(line).filter(|found| CODES.contains(&&found[1])) {
            Some(found) => fields.push((found[1].to_owned(), vec![found[2].to_owned()])),
            None => {
                if let Some((_, words)) = fields.last_mut() {
                    words.push(line.clone());
                }
            }
        }
    }
    let field = |code: &str| fields.iter().find(|(c, _)| c == code).map(|(_, lines)| lines.as_slice()).unwrap_or_default();
    let flat = |code: &str| joined(field(code)).replace("\n\n", " ");
    let text: Vec<String> = [field("LP"), &[String::new()], field("TD")].concat();
    let id = flat("AN").trim_start_matches("Document ").to_owned();
    let pairs = vec![
        ("id", id),
        ("title", flat("HD")),
        ("source", flat("SN")),
        ("date", flat("PD")),
        ("author", flat("BY")),
        ("language", flat("LA")),
        ("section", flat("SE")),
    ];
    Parted { text: joined(&text), known: known(pairs) }
}

/// Factiva as it is displayed: headline, author, length, date, outlet, code, language, copyright; the body; the number.
fn displayed(lines: &[String]) -> Parted {
    let id = lines.iter().rev().find_map(|line| ACCESSION.captures(line)).map(|found| found[1].to_owned());
    let is_length =
        |line: &str| line.trim().strip_suffix(" words").is_some_and(|n| n.chars().all(|c| c.is_ascii_digit() || c == ','));
    let Some(length) = lines.iter().position(|line| is_length(line)) else {
        return Parted { text: String::new(), known: known(vec![("id", id.unwrap_or_default())]) };
    };
    let head: Vec<&String> = lines[..length].iter().filter(|line| !line.trim().is_empty()).collect();
    let by = head.iter().position(|line| line.trim_start().starts_with("By ")).unwrap_or(head.len());
    let title = head[..by].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let author = head[by..].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    // The body begins behind the copyright, else behind the first blank line.
    let rest = &lines[length + 1..];
    let about = rest.iter().position(|line| line.trim().is_empty()).unwrap_or(rest.len());
    let copyright = |line: &String| line.contains("Copyright") || line.contains('©') || line.contains("(c)");
    let start = rest[..rest.len().min(24)].iter().rposition(copyright).map_or(about, |at| at + 1);
    let facts: Vec<&str> = rest[..start.max(about)].iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let date = facts.iter().position(|line| DATE.is_match(line));
    let source =
        date.and_then(|at| facts[at + 1..].iter().find(|line| !line.ends_with("AM") && !line.ends_with("PM") && line.len() > 3));
    let end = rest.iter().rposition(|line| ACCESSION.is_match(line)).unwrap_or(rest.len()).max(start);
    let pairs = vec![
        ("id", id.unwrap_or_default()),
        ("title", title),
        ("author", author),
        ("date", date.map(|at| facts[at].to_owned()).unwrap_or_default()),
        ("source", source.map(|s| (*s).to_owned()).unwrap_or_default()),
    ];
    Parted { text: joined(&rest[start..end]), known: known(pairs) }
}
