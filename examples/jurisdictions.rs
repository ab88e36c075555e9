//! Prints the names of the features of jurisdictions, then what may be the jurisdiction of each gold statement that names none, a statement a
//! line: for `training/logit.py`.
//!
//! `cargo run --release --example jurisdictions -- GOLD...`

use onrecord::attribution::Engine;
use onrecord::evaluation::gold::{self, Gold};
use onrecord::jurisdiction::FEATURES;
use onrecord::pipeline::{Options, Pipeline};
use onrecord::statement::Attribution;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pipeline = Pipeline::new(Options { engine: Engine::Rules, ..Options::default() });
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}", json!({"features": FEATURES[..]}))?;
    for path in std::env::args().skip(1) {
        let (cases, problems) = gold::open(Path::new(&path));
        if let Some(problem) = problems.first() {
            return Err(problem.to_string().into());
        }
        for case in cases {
            let Gold::Triples(gold) = &case.gold else { continue };
            let annotation = pipeline.annotate(&case.document);
            let given = gold.given(&pipeline, &case.document, &annotation);
            let rows: Vec<Attribution> = given.iter().map(|given| given.row.clone()).collect();
            let considered = pipeline.considered(&case.document, &annotation, &rows);
            for (given, considered) in given.iter().zip(considered).filter(|(_, considered)| !considered.is_empty()) {
                let candidates: Vec<Value> = considered
                    .iter()
                    .map(|c| {
                        let right = c.entry.map_or(given.is_about_none(), |entry| given.is_about(&pipeline.gazetteer, entry));
                        json!([c.entry.map(|entry| pipeline.gazetteer.entry(entry).name()), right, c.features[..]])
                    })
                    .collect();
                let line = json!({
                    "doc_id": case.document.id,
                    "at": given.row.span.start,
                    "named": given.is_named(),
                    "candidates": candidates,
                });
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}
