//! Any text through the whole pipeline and every writer; rows say what stands in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onrecord::Document;
use onrecord::format::Format;
use onrecord::pipeline::{Options, Pipeline};
use std::sync::LazyLock;

static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| Pipeline::new(Options::default()));

fuzz_target!(|text: &str| {
    let document = Document::new("a", text);
    let annotation = PIPELINE.annotate(&document);
    for attribution in &annotation.attributions {
        assert!(text.get(attribution.span.range()).is_some());
        assert!(attribution.parts.iter().all(|part| text.get(part.range()).is_some()));
    }
    for format in Format::ALL {
        format.write(&PIPELINE, &document, &annotation, &mut Vec::new());
    }
});
