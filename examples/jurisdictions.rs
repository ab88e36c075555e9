//! Prints the names of the features of jurisdictions, then what may be the jurisdiction of each gold statement that names none, a statement a
//! line, and what each "the city" may stand for: for `training/logit.py`.
//!
//! `cargo run --release --example jurisdictions -- GOLD...`

use onrecord::attribution::Engine;
use onrecord::evaluation::gold::{self, Gold};
use onrecord::evaluation::triples::Given;
use onrecord::jurisdiction::{Candidate, FEATURES};
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
            let referred = pipeline.referred(&case.document, &annotation, &rows);
            let shown = |given: &Given, candidates: &[Candidate]| -> Vec<Value> {
                let right =
                    |c: &Candidate| c.entry.map_or(given.is_about_none(), |entry| given.is_about(&pipeline.gazetteer, entry));
                let name = |c: &Candidate| c.entry.map(|entry| pipeline.gazetteer.entry(entry).name());
                candidates.iter().map(|c| json!([name(c), right(c), c.features[..]])).collect()
            };
            for (given, referred) in given.iter().zip(&referred) {
                for candidates in referred {
                    let candidates = shown(given, candidates);
                    writeln!(out, "{}", json!({"doc_id": case.document.id, "reference": true, "candidates": candidates}))?;
                }
            }
            for (given, considered) in given.iter().zip(considered).filter_map(|(given, considered)| Some((given, considered?))) {
                let line = json!({
                    "doc_id": case.document.id,
                    "at": given.row.span.start,
                    "named": given.is_named(),
                    "topics": considered.topics,
                    "candidates": shown(given, &considered.candidates),
                });
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}
