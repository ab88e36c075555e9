//! What holds for every text, whatever it says: nothing panics, every span is a slice of the text, the layers agree with each
//! other, and the output depends neither on the number of threads nor on what stands around a document.

use onrecord::attribution::Engine;
use onrecord::corpus::{self, Event, Job, Summary};
use onrecord::format::input::{self, Container, Item, Named, Source, read, sources};
use onrecord::format::{CodePoints, Format};
use onrecord::pipeline::{Annotation, Cues, Options, Pipeline};
use onrecord::span::Span;
use onrecord::{Document, Metadata};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// All cues: whatever holds for more rows holds for fewer.
static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| {
    Pipeline::new(Options { engine: Engine::fast().expect("weights are in the binary"), cues: Cues::All, ..Options::default() })
});

static CORPUS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let mut documents = Vec::new();
    let Named { sources, problems, .. } = sources(&[corpus_folder()], Container::Text);
    assert!(problems.is_empty(), "{problems:?}");
    for source in &sources {
        read(source, &input::Options::default(), &mut |item| {
            match item {
                Item::Document(document, _) => documents.push(document),
                other => panic!("the sample corpus has a problem: {other:?}"),
            }
            true
        });
    }
    assert!(documents.len() >= 40);
    documents
});

fn corpus_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

// Texts.

/// Pieces that mean something to one stage or another, and some that mean trouble.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    // words and names
    "the", "a", "mayor", "police", "said", "says", "told", "according to", "asked", "whether", "that", "she", "He", "they", "who", "adding", "Mayor",
    "Irene", "Voss", "Ana de la Cruz", "Al-Nouri", "Mr.", "Dr.", "J.", "U.S.", "US", "us", "Toledo", "Ohio", "Springfield", "Ill.", "Georgia", "Georgia Tech",
    "Paris", "Jordan", "New York City", "Cook County", "American", "Texans", "FBI", "ICE", "the city", "our country", "Tern Shipping Inc.", "Q:", "A:", "MR. HALE:",
    "TOLEDO, Ohio (LW) —", "1.", "No.", "4.6", "$3.2", "p.m.", "St.", "not", "did", "is", "was", "would", "to", "of", "in", "and", "but",
    // marks
    "“", "”", "\"", "'", "‘", "’", "«", "»", "„", "``", "''", "&quot;", "&ldquo;", "&#8220;", "&amp;", "(", ")", "[", "]", "{", "<b>", "‹", "›",
    // stops and breaks
    ".", "!", "?", "…", "...", "?!", ",", ";", ":", "-", "--", "—", "–", "/", "•", "*", "\n", "\n\n", "\r\n", "\r", "\t", " ", "  ", "\u{2028}", "\u{2029}",
    // what makes offsets go wrong
    "é", "e\u{301}", "ß", "ﬁ", "İ", "ǅ", "日本", "東京", "Москва", "Αθήνα", "القاهرة", "ไทย", "👩‍👩‍👧", "🇺🇸", "\u{200b}", "\u{200d}", "\u{feff}", "\u{ad}", "\u{a0}", "\u{3000}",
    "\u{0}", "\u{7}", "\u{1b}[31m", "\u{202e}", "\u{fffd}", "\u{10ffff}", "’s", "'ll", "@voss", "#pump", "http://example.org/a", "x@example.org", "½", "²", "№",
];

/// Pieces in any order, glued or apart.
fn mixture() -> impl Strategy<Value = String> {
    prop::collection::vec((select(PIECES), prop::bool::weighted(0.7)), 0..120)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, apart)| format!("{piece}{}", if apart { " " } else { "" })).collect())
}

/// A few pieces again and again: what runs into the limits of rules that look ahead or back.
fn repetition() -> impl Strategy<Value = String> {
    let piece = (select(PIECES), prop::bool::weighted(0.7));
    (prop::collection::vec(piece, 1..5), 1..600usize).prop_map(|(pieces, times)| {
        let once: String = pieces.into_iter().map(|(piece, apart)| format!("{piece}{}", if apart { " " } else { "" })).collect();
        once.repeat(times)
    })
}

/// Any characters at all.
fn anything() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,300}", prop::collection::vec(any::<char>(), 0..300).prop_map(String::from_iter)]
}

/// A change to a text: what to do, where, and with what.
type Edit = (u8, Index, Index, &'static str);

/// A sample article with some of it cut out, doubled, moved, or overwritten.
fn mutation() -> impl Strategy<Value = String> {
    let edit = (0..5u8, any::<Index>(), any::<Index>(), select(PIECES));
    (any::<Index>(), prop::collection::vec(edit, 1..12)).prop_map(|(document, edits)| {
        let mut text = document.get(&CORPUS).text.clone();
        for edit in edits {
            text = edited(&text, edit);
        }
        text
    })
}

fn edited(text: &str, (what, a, b, piece): Edit) -> String {
    let at = |index: Index| {
        text.char_indices().map(|(i, _)| i).chain([text.len()]).nth(index.index(text.chars().count() + 1)).unwrap_or(0)
    };
    let (a, b) = (at(a), at(b));
    let (start, end) = (a.min(b), a.max(b));
    let (before, inside, behind) = (&text[..start], &text[start..end], &text[end..]);
    match what {
        0 => format!("{before}{behind}"),
        1 => format!("{before}{piece}{inside}{piece}{behind}"),
        2 if inside.len() < 2000 => format!("{before}{inside}{inside}{behind}"),
        3 => format!("{behind}{inside}{before}"),
        _ => before.to_owned(),
    }
}

// What holds.

/// Checks all layers of one text against each other.
fn check(text: &str) -> Result<(), TestCaseError> {
    let document = Document::new("d", text);
    let annotation = PIPELINE.annotate(&document);
    check_layout(text, &annotation)?;
    check_spans(text, &annotation)?;
    check_rows(&document, &annotation)?;
    // A map that is iterated in its own order would show here.
    let again = PIPELINE.annotate(&document);
    prop_assert_eq!(written(&document, &annotation, Format::Annotations), written(&document, &again, Format::Annotations));
    Ok(())
}

fn written(document: &Document, annotation: &Annotation, format: Format) -> String {
    let mut bytes = Vec::new();
    format.write(&PIPELINE, document, annotation, &mut bytes);
    String::from_utf8(bytes).expect("output is UTF-8")
}

fn slice(text: &str, span: Span) -> Result<&str, TestCaseError> {
    text.get(span.range()).ok_or_else(|| TestCaseError::fail(format!("{span:?} is no slice of the text")))
}

/// Tokens hold every visible character, sentences and paragraphs every token, each once and in order.
fn check_layout(text: &str, annotation: &Annotation) -> Result<(), TestCaseError> {
    let mut end = 0;
    for token in &annotation.tokens {
        prop_assert!(!slice(text, token.span)?.is_empty());
        prop_assert!(token.span.start >= end, "tokens overlap at {:?}", token.span);
        check_gap(slice(text, Span { start: end, end: token.span.start })?)?;
        end = token.span.end;
    }
    check_gap(slice(text, Span { start: end, end: text.len() as u32 })?)?;
    let layout = &annotation.layout;
    let mut token = 0;
    for sentence in &layout.sentences {
        prop_assert_eq!(sentence.tokens.start, token, "sentences leave a token out, or share one");
        prop_assert!(!sentence.tokens.is_empty());
        token = sentence.tokens.end;
        let (first, last) = (&annotation.tokens[sentence.tokens.start as usize], &annotation.tokens[token as usize - 1]);
        prop_assert_eq!(sentence.span, first.span.cover(last.span));
    }
    prop_assert_eq!(token as usize, annotation.tokens.len());
    let (mut token, mut sentence) = (0, 0);
    for (number, paragraph) in layout.paragraphs.iter().enumerate() {
        prop_assert_eq!(paragraph.tokens.start, token);
        prop_assert_eq!(paragraph.sentences.0, sentence);
        prop_assert!(paragraph.sentences.0 < paragraph.sentences.1);
        prop_assert!((paragraph.tokens.start..=paragraph.tokens.end).contains(&paragraph.body));
        prop_assert!(layout.sentences_of(number).iter().all(|s| s.paragraph as usize == number));
        (token, sentence) = (paragraph.tokens.end, paragraph.sentences.1);
    }
    prop_assert_eq!((token as usize, sentence as usize), (annotation.tokens.len(), layout.sentences.len()));
    Ok(())
}

/// Between tokens there is nothing to see.
fn check_gap(gap: &str) -> Result<(), TestCaseError> {
    let invisible = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    };
    prop_assert!(gap.chars().all(invisible), "{gap:?} lies in no token");
    Ok(())
}

/// Every span of every layer is a slice; quotations and rows are in order.
fn check_spans(text: &str, annotation: &Annotation) -> Result<(), TestCaseError> {
    let mut end = 0;
    for quotation in &annotation.quotations {
        slice(text, quotation.span)?;
        prop_assert!(!slice(text, quotation.inner)?.is_empty());
        prop_assert!(quotation.span.contains(quotation.inner));
        prop_assert!(quotation.span.start >= end, "quotations overlap at {:?}", quotation.span);
        end = quotation.span.end;
    }
    for mention in &annotation.mentions.list {
        prop_assert!(!mention.tokens.is_empty() && mention.tokens.end as usize <= annotation.tokens.len());
        prop_assert!(mention.name.is_none_or(|n| !n.is_empty() && mention.tokens.contains(n)));
    }
    for entity in &annotation.entities.list {
        prop_assert!(!slice(text, entity.name)?.is_empty());
        prop_assert!(entity.mentions.windows(2).all(|m| m[0] < m[1]));
        prop_assert!(
            !entity.mentions.is_empty() && entity.mentions.iter().all(|&m| (m as usize) < annotation.mentions.list.len())
        );
    }
    for place in &annotation.places {
        prop_assert!(!slice(text, place.span)?.is_empty());
        prop_assert!(PIPELINE.gazetteer.entry(place.entry).sort().is_place());
        prop_assert!((0.0..=1.0).contains(&place.confidence));
    }
    prop_assert!(annotation.places.windows(2).all(|p| p[0].span.start <= p[1].span.start));
    prop_assert!(annotation.attributions.windows(2).all(|a| a[0].span.start <= a[1].span.start));
    Ok(())
}

/// Rows hold what the contract says: offsets are code points, and every text is the slice that they name.
fn check_rows(document: &Document, annotation: &Annotation) -> Result<(), TestCaseError> {
    let points: Vec<char> = document.text.chars().collect();
    let slice = |start: &Value, end: &Value| -> Result<String, TestCaseError> {
        let range = (start.as_u64().unwrap_or(u64::MAX) as usize, end.as_u64().unwrap_or(u64::MAX) as usize);
        let found =
            points.get(range.0..range.1).ok_or_else(|| TestCaseError::fail(format!("{range:?} is no range of code points")))?;
        Ok(found.iter().collect())
    };
    let lines = written(document, annotation, Format::JsonLines);
    prop_assert_eq!(lines.lines().count(), annotation.attributions.len());
    for (number, line) in lines.lines().enumerate() {
        let row: Value = serde_json::from_str(line).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&row["id"], &Value::from(format!("d#{number}")));
        prop_assert_eq!(&Value::from(slice(&row["start"], &row["end"])?), &row["text"]);
        prop_assert!(matches!(row["kind"].as_str(), Some("direct" | "mixed" | "indirect")));
        let parts = row["parts"].as_array().cloned().unwrap_or_default();
        let mut at = row["start"].as_u64();
        let mut words = Vec::new();
        prop_assert_eq!(parts.first().map(|p| p[0].as_u64()), Some(row["start"].as_u64()));
        prop_assert_eq!(parts.last().map(|p| p[1].as_u64()), Some(row["end"].as_u64()));
        for part in &parts {
            prop_assert!(part[0].as_u64() >= at && part[1].as_u64() > part[0].as_u64(), "parts overlap or are empty: {parts:?}");
            at = part[1].as_u64();
            words.push(slice(&part[0], &part[1])?);
        }
        prop_assert_eq!(&Value::from(words.join(" ")), &row["content"]);
        let optional = |value: &Value| -> Result<(), TestCaseError> {
            if !value["text"].is_null() {
                prop_assert_eq!(&Value::from(slice(&value["start"], &value["end"])?), &value["text"]);
            }
            if let Some(confidence) = value["confidence"].as_f64() {
                prop_assert!((0.0..=1.0).contains(&confidence));
            }
            Ok(())
        };
        optional(&row)?;
        optional(&row["cue"])?;
        optional(&row["speaker"])?;
        for list in ["jurisdictions", "entities"] {
            let items = row[list].as_array().cloned().unwrap_or_default();
            items.iter().try_for_each(optional)?;
        }
        // A jurisdiction that the content names is named in the content.
        for jurisdiction in row["jurisdictions"].as_array().into_iter().flatten().filter(|j| j["basis"] == "quote") {
            let inside = |part: &Value| {
                part[0].as_u64() <= jurisdiction["start"].as_u64() && jurisdiction["end"].as_u64() <= part[1].as_u64()
            };
            prop_assert!(parts.iter().any(inside));
        }
        let sentence = row["sentence"].as_u64().unwrap_or(u64::MAX) as usize;
        let paragraph = annotation.layout.sentences.get(sentence).map(|s| u64::from(s.paragraph));
        prop_assert_eq!(paragraph, row["paragraph"].as_u64());
    }
    Ok(())
}

/// So many texts, or as many as `PROPTEST_CASES` says.
fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, max_shrink_iters: 1000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn any_characters(text in anything()) {
        check(&text)?;
    }

    #[test]
    fn any_mixture_of_words_and_marks(text in mixture()) {
        check(&text)?;
    }

    #[test]
    fn code_points_are_counted_at_every_character(text in prop_oneof![anything(), mixture()]) {
        let points = CodePoints::new(&text);
        for (count, (byte, _)) in text.char_indices().enumerate() {
            prop_assert_eq!(points.at(byte as u32), count as u32);
        }
    }

    #[test]
    fn metadata_changes_no_row(text in mixture(), title in "\\PC{0,40}", date in "\\PC{0,12}") {
        let plain = Document::new("d", text.as_str());
        let metadata = Metadata { title: Some(title), date: Some(date), source: Some("“X,” said Y.".into()), url: Some("u".into()), ..Metadata::default() };
        let told = Document { metadata, ..plain.clone() };
        let of = |document: &Document| rows(written(document, &PIPELINE.annotate(document), Format::JsonLines).as_bytes());
        prop_assert_eq!(of(&plain), of(&told));
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn any_damage_to_an_article(text in mutation()) {
        check(&text)?;
    }

    #[test]
    fn any_repetition(text in repetition()) {
        check(&text)?;
    }
}

#[test]
fn the_sample_corpus() {
    for document in CORPUS.iter() {
        check(&document.text).unwrap_or_else(|error| panic!("{}: {error}", document.id));
    }
}

// Threads and batches.

/// The bytes of a run, and what it counted.
fn output(sources: &[Source], format: Format, threads: usize) -> (Vec<u8>, Summary) {
    let mut bytes = Vec::new();
    let options = input::Options::default();
    let job = Job { threads, ..Job::new(sources, &options, format) };
    let mut problems = Vec::new();
    let mut on_event = |event| {
        if let Event::Problem(problem) = event {
            problems.push(problem);
        }
    };
    let summary = corpus::run(&PIPELINE, &job, &mut bytes, &mut on_event).expect("memory takes all");
    assert!(problems.is_empty(), "{problems:?}");
    (bytes, summary)
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let Named { sources, .. } = sources(&[corpus_folder()], Container::Text);
    for format in Format::ALL {
        let one = output(&sources, format, 1);
        assert!(one.0.len() > 10_000);
        for threads in [2, 5] {
            assert!(one == output(&sources, format, threads), "{format:?}: {threads} threads differ from one");
        }
    }
}

#[test]
fn the_order_of_documents_changes_no_row() {
    // By document, the rows it gets when it is alone.
    let alone: BTreeMap<&str, Vec<Value>> =
        CORPUS.iter().map(|d| (d.id.as_str(), rows(written(d, &PIPELINE.annotate(d), Format::JsonLines).as_bytes()))).collect();
    for seed in [7u64, 11, 13] {
        let mut order: Vec<&Document> = CORPUS.iter().cycle().take(3 * CORPUS.len()).collect();
        order.sort_by_cached_key(|d| onrecord::fold::fold_hash(&format!("{seed} {}", d.text)));
        let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a temporary file");
        for document in &order {
            writeln!(file, "{}", serde_json::json!({"id": document.id, "text": document.text})).expect("written");
        }
        file.flush().expect("written");
        let sources = [Source::File(file.path().to_owned(), Container::JsonLines)];
        let (bytes, summary) = output(&sources, Format::JsonLines, 1);
        assert_eq!(summary.documents as usize, order.len());
        let expected: Vec<Value> = order.iter().flat_map(|d| alone[d.id.as_str()].clone()).collect();
        assert!(rows(&bytes) == expected, "a document gets other rows among others");
        for threads in [2, 5] {
            assert!(output(&sources, Format::JsonLines, threads).0 == bytes, "{threads} threads differ from one");
        }
    }
}

/// Rows without what only the reader of a file knows.
fn rows(lines: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(lines).expect("output is UTF-8").lines();
    lines
        .map(|line| {
            let mut row: Value = serde_json::from_str(line).expect("rows are JSON");
            for field in ["title", "date", "source", "url"] {
                row[field] = Value::Null;
            }
            row
        })
        .collect()
}
