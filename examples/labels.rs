//! Prints what the encoder makes of documents, a window a line, and how long reading took: for `training/encoder/compare.py` and
//! `speed.py`.
//!
//! `cargo run --release --example labels -- WEIGHTS FILE.jsonl`

mod shared;

use onrecord::Document;
use onrecord::attribution::network::{self, Window};
use onrecord::encoder::{CUES, Encoder, Piece, States};
use onrecord::pipeline::{Options, Pipeline};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};

/// Windows that are read at once.
const BATCH: usize = 16;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(weights), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("usage: labels WEIGHTS FILE.jsonl".into());
    };
    let encoder = Encoder::from_bytes(&std::fs::read(weights)?)?;
    let last = encoder.heads() - 1;
    let pipeline = Pipeline::new(Options::default());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut time, mut pieces) = (Duration::ZERO, 0);
    for document in shared::documents(path.as_ref())? {
        let annotation = pipeline.annotate(&document);
        let input = annotation.attribution_input(&pipeline, &document);
        let windows = network::windows(&encoder, input);
        for batch in windows.chunks(BATCH) {
            let read: Vec<&[Piece]> = batch.iter().map(|w| &w.pieces[..]).collect();
            let start = Instant::now();
            let mut states = encoder.begin(&read);
            encoder.deepen(&mut states, last);
            let cues: Vec<Vec<[f32; CUES]>> = (0..batch.len()).map(|index| encoder.cues(&states, last, index)).collect();
            time += start.elapsed();
            pieces += read.iter().map(|w| w.len() + 2).sum::<usize>();
            for (index, (window, cues)) in batch.iter().zip(&cues).enumerate() {
                writeln!(out, "{}", line(&encoder, &mut states, index, window, cues, &document))?;
            }
        }
    }
    eprintln!("{pieces} pieces in {:.3} s", time.as_secs_f64());
    Ok(())
}

/// What the encoder makes of one of the windows that it has read.
fn line(
    encoder: &Encoder,
    states: &mut States,
    index: usize,
    window: &Window,
    cues: &[[f32; CUES]],
    document: &Document,
) -> Value {
    let last = encoder.heads() - 1;
    let label = |row: &[f32]| (0..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best });
    let labels: Vec<usize> = cues.iter().map(|row| label(row)).collect();
    // Roles are asked for each run of pieces that are likelier a cue than not.
    let begins = |at: usize| labels[at] % 2 == 1 || labels[at] > 0 && (at == 0 || labels[at - 1] == 0);
    let runs: Vec<(usize, usize)> = (0..labels.len())
        .filter(|&at| begins(at))
        .map(|at| (at, at + labels[at + 1..].iter().take_while(|&&l| l > 0 && l % 2 == 0).count()))
        .collect();
    let roles: Vec<Value> = runs
        .iter()
        .zip(encoder.roles(states, last, index, &runs).chunks_exact(window.pieces.len()))
        .map(|((a, b), scores)| json!([a, b, rounded(scores)]))
        .collect();
    let of = |feature: fn(&Piece) -> u32| window.pieces.iter().map(feature).collect::<Vec<u32>>();
    json!({
        "doc_id": document.id,
        "ids": of(|p| p.id),
        "case": of(|p| p.case.into()),
        "structure": of(|p| p.structure.into()),
        "text": window.spans.iter().map(|s| s.of(&document.text)).collect::<Vec<_>>(),
        "core": [window.core.start, window.core.end],
        "cues": rounded(cues),
        "roles": roles,
    })
}

/// Three decimals: enough to tell labels apart, and a third of the file.
fn rounded<const N: usize>(scores: &[[f32; N]]) -> Vec<Vec<f64>> {
    scores.iter().map(|row| row.iter().map(|x| (f64::from(*x) * 1e3).round() / 1e3).collect()).collect()
}
