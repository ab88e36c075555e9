//! Each stage, and the whole, over the sample articles: `cargo bench --bench stages`, or with the name of one behind `--`.

#[path = "shared/mod.rs"]
mod shared;

use divan::Bencher;
use divan::counter::BytesCount;
use shared::{Bench, STAGES};
use std::sync::LazyLock;

static BENCH: LazyLock<Bench> = LazyLock::new(Bench::new);

fn main() {
    divan::main();
}

/// Those that make up a run with the fast engine.
#[divan::bench(args = names(true))]
fn part(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, name);
}

/// What lies within others, other engines and formats, and the whole.
#[divan::bench(args = names(false))]
fn aside(bencher: Bencher<'_, '_>, name: &str) {
    bench(bencher, name);
}

fn names(part: bool) -> impl Iterator<Item = &'static str> {
    STAGES.iter().filter(move |stage| stage.part == part).map(|stage| stage.name)
}

fn bench(bencher: Bencher<'_, '_>, name: &str) {
    let Some(stage) = STAGES.iter().find(|stage| stage.name == name) else { return };
    bencher.counter(BytesCount::new(BENCH.bytes)).bench_local(|| (stage.run)(&BENCH));
}
