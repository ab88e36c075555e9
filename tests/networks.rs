//! The engines that have a network, with the weights in the binary.

#![cfg(feature = "accurate")]

use onrecord::Document;
use onrecord::attribution::{Effort, Engine, network};
use onrecord::encoder::{Encoder, Level};
use onrecord::pipeline::{Annotation, Cues, Options, Pipeline};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

fn pipeline(effort: Effort) -> Pipeline {
    let engine = Encoder::large().map(|large| Engine::accurate(large, effort)).expect("weights are in the binary");
    Pipeline::new(Options { engine, ..Options::default() })
}

static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| pipeline(Effort::Normal));

const ARTICLE: &str = "\
DAYTON, Ohio — The city will close two of its five pools this summer, Mayor Lena Ortiz said Monday.

“We cannot find lifeguards,” Ortiz told reporters. “I have called everybody I know.”

Councilman Theo Brandt was not convinced. He accused the mayor of hiding the bill for repairs, and warned that families would drive to Kettering.

The pools opened in 1961. They were painted blue in 1988.
";

/// Kind, speaker and content of each row.
fn rows(annotation: &Annotation, document: &Document) -> Vec<(&'static str, String, String)> {
    annotation
        .attributions
        .iter()
        .map(|row| {
            let content = row.parts.iter().map(|part| part.of(&document.text)).collect::<Vec<_>>().join(" … ");
            (row.kind.name(), row.speaker.as_ref().map(|s| s.name.clone()).unwrap_or_default(), content)
        })
        .collect()
}

#[test]
fn it_finds_who_said_what() {
    let document = Document::new("pools", ARTICLE);
    let found = rows(&PIPELINE.annotate(&document), &document);
    let has = |kind: &str, speaker: &str, content: &str| {
        found.iter().any(|(k, s, c)| *k == kind && s == speaker && c.contains(content))
    };
    assert!(has("indirect", "Lena Ortiz", "The city will close two of its five pools this summer"), "{found:?}");
    assert!(has("direct", "Lena Ortiz", "We cannot find lifeguards, … I have called everybody I know."), "{found:?}");
    assert!(has("indirect", "Theo Brandt", "families would drive to Kettering"), "{found:?}");
    assert!(found.iter().all(|(.., content)| !content.contains("painted blue") && !content.starts_with("that ")), "{found:?}");
}

#[test]
fn what_was_not_said_makes_no_row_but_among_all_cues() {
    let document = Document::new("pools", format!("{ARTICLE}\nOrtiz did not say whether the pools would open again in June.\n"));
    for engine in [Engine::fast().expect("weights are in the binary"), PIPELINE.options.engine.clone()] {
        let negated = |cues: Cues| {
            let pipeline = Pipeline::new(Options { engine: engine.clone(), cues, ..Options::default() });
            rows(&pipeline.annotate(&document), &document).iter().any(|(.., content)| content.contains("open again in June"))
        };
        assert!(!negated(Cues::Speech) && negated(Cues::All), "{}", engine.name());
    }
}

#[test]
fn a_source_is_a_whole_name_and_a_question_of_the_paper_is_no_row() {
    let text = "Questions for Otto Hale-Brandt of the Kettering water board.\n\nQ: You told the mayor that the pump was old. Was it?\n\n\
        A: It was.\n\nQ: Who said so?\n\nA: Theo did.\n\nQ: Will the board pay?\n\nA: It will.\n";
    let document = Document::new("pump", text);
    let pipeline = Pipeline::new(Options { engine: Engine::fast().expect("weights are in the binary"), ..Options::default() });
    let found = rows(&pipeline.annotate(&document), &document);
    let answers: Vec<_> =
        found.iter().filter(|(_, speaker, _)| speaker == "Otto Hale-Brandt").map(|(.., c)| c.as_str()).collect();
    assert_eq!(answers, ["It was.", "Theo did.", "It will."], "{found:?}");
    assert!(found.iter().all(|(_, speaker, _)| speaker != "Q"), "{found:?}");
}

#[test]
fn a_text_without_paragraphs_is_cut_where_nobody_speaks_on() {
    let said =
        "“The pool is old. It leaks at both ends. Nobody has mended it since May,” Mayor Lena Ortiz said. “It will close.” ";
    let document = Document::new("pools", said.repeat(30));
    let annotation = PIPELINE.annotate(&document);
    let encoder = PIPELINE.options.engine.network().expect("a network");
    let windows = network::windows(encoder, annotation.attribution_input(&PIPELINE, &document));
    assert!(windows.len() > 10, "{}", windows.len());
    for window in &windows {
        let core = &window.spans[window.core.clone()];
        assert!(core.len() <= 88, "{}", core.len());
        assert_eq!(core.len(), window.pieces.len(), "what others say is no context");
        let start = &document.text[core[0].start as usize..];
        assert!(start.starts_with("“The pool is old"), "{start:.40}");
    }
    let rows = rows(&annotation, &document);
    assert_eq!(rows.len(), 30);
    let other: Vec<_> = rows.iter().filter(|(.., content)| !content.ends_with("since May, … It will close.")).collect();
    assert!(other.is_empty(), "{other:?}");
}

#[test]
fn every_effort_gives_rows_and_the_highest_reads_all() {
    let document = Document::new("pools", ARTICLE);
    for effort in [Effort::Low, Effort::Normal, Effort::High] {
        let found = rows(&pipeline(effort).annotate(&document), &document);
        assert!(found.len() >= 3, "{effort:?}: {found:?}");
    }
}

#[test]
fn all_processors_score_alike() {
    let document = Document::new("pools", ARTICLE);
    let pipeline = Pipeline::new(Options::default());
    let annotation = pipeline.annotate(&document);
    let input = annotation.attribution_input(&pipeline, &document);
    for make in [Encoder::small, Encoder::middle, Encoder::large] {
        let scores: Vec<_> = [Level::Vnni, Level::Avx2, Level::Portable]
            .into_iter()
            .filter_map(|level| make().expect("weights are in the binary").with_level(level))
            .map(|encoder| network::candidates(&encoder, input, encoder.heads() - 1, 0.0))
            .collect();
        assert!(!scores[0].is_empty());
        assert!(scores.iter().all(|other| *other == scores[0]), "{scores:?}");
    }
}

#[test]
fn the_fast_engine_finds_what_its_rules_do_not_cover() {
    let document = Document::new("pools", ARTICLE);
    let engine = Engine::fast().expect("weights are in the binary");
    let pipeline = Pipeline::new(Options { engine, ..Options::default() });
    let annotation = pipeline.annotate(&document);
    let rules: Vec<&str> = annotation.attributions.iter().map(|row| row.rule).collect();
    assert!(rules.contains(&"network") && rules.contains(&"quotation-before-cue"), "{rules:?}");
    let mut cues: Vec<_> = annotation.attributions.iter().filter_map(|row| row.cue).map(|cue| cue.span).collect();
    let count = cues.len();
    cues.dedup();
    assert_eq!(cues.len(), count, "a cue has one row");
}

#[test]
fn nothing_is_refused_and_nothing_takes_more_than_linear_time() {
    let fast = Pipeline::new(Options { engine: Engine::fast().expect("weights are in the binary"), ..Options::default() });
    for (pipeline, pieces) in [(&*PIPELINE, 1), (&fast, 4)] {
        let time = |text: String| {
            let document = Document::new("long", text);
            let start = Instant::now();
            let annotation = pipeline.annotate(&document);
            for row in &annotation.attributions {
                assert!(row.parts.iter().all(|part| document.text.get(part.range()).is_some()));
            }
            start.elapsed()
        };
        // One paragraph, one sentence, one word, letters that are words: each piece of text with a cue, so that it is read.
        for (piece, count) in
            [("the mayor of the town said that ", 200), ("said. The water rose. ", 200), ("said日本", 500), ("saida", 2_000)]
        {
            let count = count * pieces;
            let (short, long) = (time(piece.repeat(count)), time(piece.repeat(count * 6)));
            assert!(long < short * 6 * 3 + Duration::from_millis(500), "{piece:?}: {short:?} against {long:?}");
        }
    }
}
