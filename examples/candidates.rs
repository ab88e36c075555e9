//! Prints every report that a head of the encoder considers, with its scores, a document a line: for `training/encoder/calibrate.py`.
//!
//! `cargo run --release --example candidates -- WEIGHTS FILE.jsonl HEAD THRESHOLD`

use onrecord::Document;
use onrecord::attribution::{Input, network};
use onrecord::encoder::Encoder;
use onrecord::pipeline::{Options, Pipeline};
use onrecord::span::Span;
use serde_json::{Value, json};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [weights, path, head, threshold] = &arguments[..] else {
        return Err("usage: candidates WEIGHTS FILE.jsonl HEAD THRESHOLD".into());
    };
    let (head, threshold) = (head.parse()?, threshold.parse()?);
    let encoder = Encoder::from_bytes(&std::fs::read(weights)?)?;
    let pipeline = Pipeline::new(Options::default());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::fs::read_to_string(path)?.lines() {
        let fields: Value = serde_json::from_str(line)?;
        let (Some(id), Some(text)) = (fields["doc_id"].as_str(), fields["text"].as_str()) else {
            return Err("a document has doc_id and text".into());
        };
        let document = Document::new(id, text);
        let annotation = pipeline.annotate(&document);
        let reading = annotation.reading(&pipeline, &document);
        let input = Input { reading, quotations: &annotation.quotations, mentions: &annotation.mentions.list };
        // Code points, as the gold has them.
        let before: Vec<usize> = (0..=text.len())
            .scan((0, text), |(count, text), byte| {
                let now = *count;
                *count += usize::from(byte < text.len() && text.is_char_boundary(byte));
                Some(now)
            })
            .collect();
        let place = |s: Span| [before[s.start as usize], before[s.end as usize]];
        let reports: Vec<Value> = network::candidates(&encoder, input, head, threshold)
            .into_iter()
            .map(|(r, scores)| {
                json!({
                    "kind": r.kind.name(),
                    "parts": r.parts.iter().map(|&p| place(p)).collect::<Vec<_>>(),
                    "source": r.source.map(place),
                    "cue": r.cue.map(|c| place(c.span)),
                    "speech": r.cue.is_some_and(|c| c.class == onrecord::lexicon::CueClass::Speech),
                    "scores": [scores.cue, scores.source, scores.content],
                })
            })
            .collect();
        writeln!(out, "{}", json!({"doc_id": id, "reports": reports}))?;
    }
    Ok(())
}
