//! Prints every report that a head of the encoder considers, with its scores, a document a line: for `training/encoder/calibrate.py`.
//!
//! `cargo run --release --example candidates -- WEIGHTS FILE.jsonl HEAD THRESHOLD`

mod shared;

use onrecord::attribution::network;
use onrecord::encoder::Encoder;
use onrecord::format::CodePoints;
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
    for document in shared::documents(path.as_ref())? {
        let annotation = pipeline.annotate(&document);
        let input = annotation.attribution_input(&pipeline, &document);
        // Code points, as the gold has them.
        let points = CodePoints::new(&document.text);
        let place = |s: Span| [points.at(s.start), points.at(s.end)];
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
        writeln!(out, "{}", json!({"doc_id": document.id, "reports": reports}))?;
    }
    Ok(())
}
