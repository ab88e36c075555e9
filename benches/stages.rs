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

#[divan::bench(args = STAGES.iter().map(|stage| stage.name))]
fn stage(bencher: Bencher<'_, '_>, name: &str) {
    let Some(stage) = STAGES.iter().find(|stage| stage.name == name) else { return };
    bencher.counter(BytesCount::new(BENCH.bytes)).bench_local(|| (stage.run)(&BENCH));
}
