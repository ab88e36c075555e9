//! The roofline table, as TSV: for each stage the bytes of text that go in, megabytes a second on one thread, and the share of the time of a
//! run with the fast engine. A stage that is within another, or of another engine, has no share.
//!
//! `cargo run --release --example roofline [ROUNDS]`; the best of the rounds counts, which stand interleaved so that all stages meet the same noise.

#[path = "../benches/shared/mod.rs"]
mod shared;

use shared::{Bench, STAGES};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(10), |n| n.parse())?;
    let bench = Bench::new();
    let mut best = [f64::INFINITY; STAGES.len()];
    for _ in 0..rounds.max(1) {
        for (stage, best) in STAGES.iter().zip(&mut best) {
            let start = Instant::now();
            black_box((stage.run)(&bench));
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    let whole: f64 = STAGES.iter().zip(&best).filter(|(stage, _)| stage.part).map(|(_, seconds)| seconds).sum();
    println!("stage\tbytes\tmilliseconds\tMB/s\tshare");
    let row = |name: &str, seconds: f64, share: String| {
        println!("{name}\t{}\t{:.3}\t{:.1}\t{share}", bench.bytes, seconds * 1e3, bench.bytes as f64 / 1e6 / seconds);
    };
    for (stage, &seconds) in STAGES.iter().zip(&best) {
        row(stage.name, seconds, if stage.part { format!("{:.1}%", 100.0 * seconds / whole) } else { "-".into() });
    }
    row("whole-fast", whole, "100.0%".into());
    Ok(())
}
