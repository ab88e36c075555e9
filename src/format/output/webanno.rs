//! Documents as INCEpTION reads them: WebAnno TSV 3.3, a line a token.
//!
//! One layer of spans, `webanno.custom.Attribution`, with the features `role` (content, cue, source, place), `row` (the number of the
//! attribution, the same for all that belongs to it; several for what they share), `kind` (of a content) and `name` (of a source the speaker, of a place the id).
//! A number in brackets joins the tokens of one span. Offsets are UTF-16 units, as Java counts.

use super::folder::{Files, put_aside};
use crate::document::Document;
use crate::pipeline::{Annotation, Pipeline};
use crate::span::Span;
use std::collections::HashMap;
use std::fmt::Write;

/// A file a document.
pub(super) const FILES: Files = Files { endings: &["tsv"], beside: None };

/// A span of the layer.
struct Marked {
    /// The first token and the one behind the last.
    tokens: (usize, usize),
    features: [Option<String>; 4],
}

/// Appends the line of a document.
pub(super) fn write(pipeline: &Pipeline, document: &Document, annotation: &Annotation, out: &mut Vec<u8>) {
    let page = page(pipeline, document, annotation);
    put_aside(&document.id, vec![page.into()], out);
}

fn page(pipeline: &Pipeline, document: &Document, annotation: &Annotation) -> String {
    let marked = marked(pipeline, annotation);
    let mut of_token: Vec<Vec<usize>> = vec![Vec::new(); annotation.tokens.len()];
    for (number, span) in marked.iter().enumerate() {
        (span.tokens.0..span.tokens.1).for_each(|token| of_token[token].push(number));
    }
    let units = Units::new(&document.text);
    let mut page = "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Attribution|role|row|kind|name\n\n".to_owned();
    let mut sentences = 0;
    for sentence in &annotation.layout.sentences {
        let within = |token: &(usize, Span)| sentence.span.start <= token.1.start && token.1.end <= sentence.span.end;
        let first = annotation.tokens.partition_point(|token| token.span.start < sentence.span.start);
        let tokens: Vec<(usize, Span)> =
            annotation.tokens.iter().enumerate().skip(first).map(|(at, token)| (at, token.span)).take_while(within).collect();
        let (Some((_, start)), Some((_, end))) = (tokens.first(), tokens.last()) else { continue };
        sentences += 1;
        let text = start.cover(*end).of(&document.text);
        writeln!(page, "\n#Text={}", text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t"))
            .expect("memory takes all");
        for (number, (at, span)) in tokens.iter().enumerate() {
            let (start, end) = (units.at(span.start), units.at(span.end));
            write!(page, "{sentences}-{}\t{start}-{end}\t{}\t", number + 1, span.of(&document.text)).expect("memory takes all");
            for feature in 0..4 {
                let values: Vec<String> = of_token[*at].iter().map(|&span| value(&marked[span], span, feature)).collect();
                page.push_str(&if values.is_empty() { "_".to_owned() } else { values.join("|") });
                page.push('\t');
            }
            page.push('\n');
        }
    }
    page
}

fn value(marked: &Marked, number: usize, feature: usize) -> String {
    format!("{}[{}]", marked.features[feature].as_deref().map_or_else(|| "*".into(), escaped), number + 1)
}

fn escaped(words: &str) -> String {
    let mut escaped = String::new();
    for character in words.chars() {
        match character {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\\' | '[' | ']' | '|' | '_' | ';' | '*' => escaped.extend(['\\', character]),
            other => escaped.push(other),
        }
    }
    escaped.replace("->", "\\->")
}

/// All that is marked, in the order of the rows.
fn marked(pipeline: &Pipeline, annotation: &Annotation) -> Vec<Marked> {
    let mut marked: Vec<Marked> = Vec::new();
    let mut shared = HashMap::new();
    let mut mark = |span: Span, row: u32, role: &str, kind: Option<&str>, name: Option<&str>| {
        let first = annotation.tokens.partition_point(|token| token.span.end <= span.start);
        let behind = annotation.tokens.partition_point(|token| token.span.start < span.end);
        if first < behind {
            let features = [Some(role.to_owned()), Some(row.to_string()), kind.map(str::to_owned), name.map(str::to_owned)];
            let key = (first, behind, role.to_owned(), name.map(str::to_owned));
            match shared.get(&key).filter(|_| role != "content") {
                Some(&at) => {
                    let rows = &mut marked[at as usize].features[1];
                    *rows = Some(format!("{} {row}", rows.as_deref().unwrap_or_default()));
                }
                None => {
                    shared.insert(key, marked.len() as u32);
                    marked.push(Marked { tokens: (first, behind), features });
                }
            }
        }
    };
    for attribution in &annotation.attributions {
        let row = attribution.number;
        for &part in &attribution.parts {
            mark(part, row, "content", Some(attribution.kind.name()), None);
        }
        if let Some(cue) = attribution.cue {
            mark(cue.span, row, "cue", None, None);
        }
        if let Some((speaker, source)) = attribution.speaker.as_ref().and_then(|speaker| Some((speaker, speaker.source?))) {
            mark(source, row, "source", None, Some(&speaker.name));
        }
        for about in &attribution.jurisdictions {
            if let Some(span) = about.span {
                mark(span, row, "place", None, Some(&pipeline.gazetteer.entry(about.entry).id()));
            }
        }
    }
    marked
}

/// UTF-16 units before each character that starts at a byte.
struct Units(Vec<(u32, u32)>);

impl Units {
    /// Notes where both counts drift apart.
    fn new(text: &str) -> Units {
        let mut drift = 0;
        let mut marks = vec![(0, 0)];
        for (at, character) in text.char_indices().filter(|(_, c)| !c.is_ascii()) {
            drift += (character.len_utf8() - character.len_utf16()) as u32;
            marks.push(((at + character.len_utf8()) as u32, drift));
        }
        Units(marks)
    }

    fn at(&self, byte: u32) -> u32 {
        let behind = self.0.partition_point(|(at, _)| *at <= byte);
        byte - self.0[behind - 1].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_utf_16_units() {
        let text = "aé“\u{1F600}b";
        let units = Units::new(text);
        for (at, _) in text.char_indices() {
            assert_eq!(units.at(at as u32) as usize, text[..at].encode_utf16().count(), "at byte {at}");
        }
    }

    #[test]
    fn what_means_something_is_escaped() {
        assert_eq!(escaped("a_b|c[1]->*"), "a\\_b\\|c\\[1\\]\\->\\*");
    }
}
