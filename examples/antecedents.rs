//! Prints the names of the features of antecedents, then who the source of each gold report is resolved to, and the candidates of pronouns
//! with their features, a report a line: for `training/antecedents.py`.
//!
//! `cargo run --release --example antecedents -- GOLD.jsonl`

mod shared;

use onrecord::attribution::Reported;
use onrecord::pipeline::{Options, Pipeline};
use onrecord::span::Span;
use onrecord::speaker;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = std::env::args().nth(1) else { return Err("usage: antecedents GOLD.jsonl".into()) };
    let pipeline = Pipeline::new(Options::default());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", json!({"features": speaker::ANTECEDENT_FEATURES}))?;
    let gold = BufReader::new(std::fs::File::open(&path)?).lines();
    for (document, line) in shared::documents(path.as_ref())?.into_iter().zip(gold) {
        let gold: Value = serde_json::from_str(&line?)?;
        let annotation = pipeline.annotate(&document);
        let reading = annotation.reading(&pipeline, &document);
        let bytes: Vec<usize> = document.text.char_indices().map(|(at, _)| at).chain([document.text.len()]).collect();
        let span = |v: &Value| Some(Span::new(bytes[v[0].as_u64()? as usize], bytes[v[1].as_u64()? as usize]));
        // PolNeAR lists pieces of a source, our own gold has one mention.
        let whole = |v: &Value| {
            let pieces = v.as_array().filter(|a| a.first().is_some_and(Value::is_array));
            pieces.map_or_else(|| span(v), |p| p.iter().filter_map(span).reduce(Span::cover))
        };
        let mut reports: Vec<(Reported, &Value)> = Vec::new();
        for attribution in gold["attributions"].as_array().into_iter().flatten() {
            let source = whole(&attribution["source"]).or_else(|| whole(&attribution["mention"]));
            let contents = if attribution["parts"].is_array() { &attribution["parts"] } else { &attribution["content"] };
            let parts: Vec<Span> = contents.as_array().into_iter().flatten().filter_map(span).collect();
            if parts.is_empty() {
                continue;
            }
            let cue = whole(&attribution["cue"]);
            let report = Reported::given(&document.text, &annotation.quotations, parts, source, cue);
            reports.push((report, attribution));
        }
        reports.sort_by_key(|(report, _)| report.parts[0].start);
        let (reports, gold): (Vec<Reported>, Vec<&Value>) = reports.into_iter().unzip();
        let speakers =
            speaker::resolve(reading, &pipeline.antecedents, &annotation.mentions.list, &annotation.entities, &reports);
        for ((report, gold), speaker) in reports.iter().zip(gold).zip(speakers) {
            let name = |entity: u32| annotation.entities.list[entity as usize].name.of(&document.text);
            let candidates = |s: &speaker::Speaker| -> Vec<Value> {
                s.candidates.iter().map(|c| json!([name(c.entity), c.likelihood, c.features])).collect()
            };
            let line = json!({
                "doc_id": document.id,
                "at": report.source.or(report.cue.map(|c| c.span)).map(|s| s.start),
                "source": report.source.map(|s| s.of(&document.text)),
                "gold": gold.get("speaker").or(gold.get("speaker_name_silver")),
                "method": gold.get("silver_method"),
                "found": speaker.as_ref().map(|s| &s.name),
                "rule": speaker.as_ref().map(|s| s.rule),
                "candidates": speaker.as_ref().map(candidates),
            });
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
