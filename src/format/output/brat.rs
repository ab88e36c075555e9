//! Documents as brat reads them: a text, and beside it spans and what holds between them.
//!
//! Each attribution is a `Content` of its parts, with `said_with` to its `Cue`, `said_by` to its `Source` and `about` to each `Place`
//! that is named. The kind is an attribute; the name of the speaker and the id of the jurisdiction are notes. Offsets are code
//! points. A span that runs over the end of a line is cut there, as brat wants it.

use super::folder::{Files, put_aside};
use crate::document::Document;
use crate::format::CodePoints;
use crate::format::rows::row;
use crate::pipeline::{Annotation, Pipeline};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

/// A text, its annotations, and for all of them what may be annotated.
pub(super) const FILES: Files = Files { endings: &["txt", "ann"], beside: Some(("annotation.conf", CONFIGURATION)) };

const CONFIGURATION: &str = "\
[entities]
Content
Cue
Source
Place

[relations]
said_with\tArg1:Content, Arg2:Cue
said_by\tArg1:Content, Arg2:Source
about\tArg1:Content, Arg2:Place
<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>

[events]

[attributes]
Kind\tArg:Content, Value:direct|mixed|indirect
";

/// Appends the line of a document.
pub(super) fn write(pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) {
    let points = CodePoints::new(&document.text);
    let mut page = Page { characters: Characters::new(&document.text), lines: String::new(), spans: HashMap::new(), others: 0 };
    for attribution in &annotation.attributions {
        let row = row(pipeline, document, annotation, attribution, &points);
        let Some(content) = page.span("Content", &row.parts) else { continue };
        page.other('A', &format!("Kind {content} {}", row.kind));
        if let Some(cue) = row.cue.as_ref().and_then(|cue| page.span("Cue", &[[cue.start, cue.end]])) {
            page.other('R', &format!("said_with Arg1:{content} Arg2:{cue}"));
        }
        if let Some(speaker) = &row.speaker {
            let source = speaker.start.zip(speaker.end).and_then(|(start, end)| page.span("Source", &[[start, end]]));
            if let Some(source) = &source {
                page.other('R', &format!("said_by Arg1:{content} Arg2:{source}"));
            }
            let role = speaker.role.as_ref().map_or_else(String::new, |role| format!(" ({role})"));
            page.note(source.as_ref().unwrap_or(&content), &format!("{}{role}", speaker.name));
        }
        for about in &row.jurisdictions {
            let place = about.start.zip(about.end).and_then(|(start, end)| page.span("Place", &[[start, end]]));
            if let Some(place) = &place {
                page.other('R', &format!("about Arg1:{content} Arg2:{place}"));
            }
            page.note(place.as_ref().unwrap_or(&content), &format!("{} {} ({})", about.id, about.name, about.basis));
        }
    }
    put_aside(&document.id, vec![Cow::Borrowed(&document.text), page.lines.into()], out);
}

/// The characters of a text by their number.
struct Characters<'a> {
    text: &'a str,
    starts: Vec<u32>,
}

impl<'a> Characters<'a> {
    fn new(text: &'a str) -> Characters<'a> {
        let starts = text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        Characters { text, starts }
    }

    fn slice(&self, start: u32, end: u32) -> &'a str {
        &self.text[self.starts[start as usize] as usize..self.starts[end as usize] as usize]
    }
}

/// The annotations of a document.
struct Page<'a> {
    characters: Characters<'a>,
    lines: String,
    /// The names of spans by sort and place: what several attributions share is marked once.
    spans: HashMap<String, String>,
    others: usize,
}

impl Page<'_> {
    /// Adds a span of several pieces; returns its name, or nothing if there is nothing to mark.
    fn span(&mut self, sort: &str, pieces: &[[u32; 2]]) -> Option<String> {
        let mut places = Vec::new();
        let mut words = Vec::new();
        for &[start, end] in pieces {
            let mut at = start;
            for line in self.characters.slice(start, end).split(['\n', '\r']) {
                let length = line.chars().count() as u32;
                let before = line.chars().take_while(|c| c.is_whitespace()).count() as u32;
                let marked = line.trim();
                if !marked.is_empty() {
                    places.push(format!("{} {}", at + before, at + before + marked.chars().count() as u32));
                    words.push(marked);
                }
                at += length + 1;
            }
        }
        if places.is_empty() {
            return None;
        }
        let name = format!("T{}", self.spans.len() + 1);
        let key = format!("{sort} {}", places.join(";"));
        let known = self.spans.entry(key.clone()).or_insert_with(|| name.clone()).clone();
        if known == name {
            writeln!(self.lines, "{name}\t{key}\t{}", words.join(" ")).expect("memory takes all");
        }
        Some(known)
    }

    /// Adds an attribute or a relation.
    fn other(&mut self, letter: char, what: &str) {
        self.others += 1;
        writeln!(self.lines, "{letter}{}\t{what}", self.others).expect("memory takes all");
    }

    /// Adds a note to a span.
    fn note(&mut self, span: &str, words: &str) {
        self.others += 1;
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(self.lines, "#{}\tAnnotatorNotes {span}\t{words}", self.others).expect("memory takes all");
    }
}
