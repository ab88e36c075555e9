//! Reading: every container and compression, what is broken, what is too much, and arbitrary bytes.

use bytes::{bzip2, gzip, page, parquet, response, table, tar, xz, zip, zstd};
use onrecord::corpus::{self, Job};
use onrecord::format::input::{Container, Exports, Fields, Item, Keep, Limits, Named, Options, Source, read, sources};
use onrecord::format::{Format, Problem};
use onrecord::pipeline::{self, Pipeline};
use onrecord::{Document, attribution::Engine};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

#[path = "reading/bytes.rs"]
mod bytes;

static PIPELINE: LazyLock<Pipeline> =
    LazyLock::new(|| Pipeline::new(pipeline::Options { engine: Engine::Rules, ..pipeline::Options::default() }));

/// What a file gave.
#[derive(Default)]
struct Found {
    documents: Vec<Document>,
    problems: Vec<String>,
    notes: Vec<String>,
    rejects: Vec<Problem>,
}

impl Found {
    fn ids(&self) -> Vec<&str> {
        self.documents.iter().map(|d| d.id.as_str()).collect()
    }

    fn texts(&self) -> Vec<&str> {
        self.documents.iter().map(|d| d.text.as_str()).collect()
    }

    /// There is no problem.
    #[track_caller]
    fn whole(self) -> Found {
        assert!(self.problems.is_empty(), "{:?}", self.problems);
        self
    }

    #[track_caller]
    fn says(self, part: &str) -> Found {
        assert!(self.problems.iter().any(|p| p.contains(part)), "`{part}` is not in {:?}", self.problems);
        self
    }

    #[track_caller]
    fn notes(self, part: &str) -> Found {
        assert!(self.notes.iter().any(|p| p.contains(part)), "`{part}` is not in {:?}", self.notes);
        self
    }
}

fn read_source(source: &Source, options: &Options) -> Found {
    let mut found = Found::default();
    let folder = Path::new(&source.name()).parent().map(|p| format!("{}/", p.display())).unwrap_or_default();
    read(source, options, &mut |item| {
        match item {
            Item::Document(document, _) => found.documents.push(document),
            Item::Problem(problem) => {
                found.problems.push(problem.to_string().replace(&folder, ""));
                found.rejects.push(problem);
            }
            Item::Note(note) => found.notes.push(note.to_string().replace(&folder, "")),
        }
        true
    });
    found
}

/// Reads bytes as a file with a name.
fn opened_with(name: &str, content: impl AsRef<[u8]>, options: &Options) -> Found {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("written");
    let Named { sources, problems, .. } = sources(&[path], Container::Text);
    match sources.first() {
        Some(source) => read_source(source, options),
        None => Found { problems: problems.iter().map(|p| p.reason.clone()).collect(), ..Found::default() },
    }
}

fn opened(name: &str, content: impl AsRef<[u8]>) -> Found {
    opened_with(name, content, &Options::default())
}

// The same rows from every container.

/// The sample corpus: ids and texts.
static CORPUS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let Named { sources, .. } = sources(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")], Container::Text);
    let documents = sources.iter().flat_map(|source| read_source(source, &Options::default()).documents);
    documents.map(|document| (document.id, document.text)).collect()
});

fn lines(documents: &[(String, String)]) -> String {
    documents.iter().map(|(id, text)| format!("{}\n", json!({"id": id, "text": text}))).collect()
}

/// The rows of a file, as bytes.
fn rows(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("written");
    rows_of(&[path])
}

fn rows_of(paths: &[PathBuf]) -> String {
    let Named { sources, problems, .. } = sources(paths, Container::Text);
    assert!(problems.is_empty(), "{problems:?}");
    let options = Options::default();
    let job = Job { threads: 2, strict: true, ..Job::new(&sources, &options, Format::JsonLines) };
    let mut out = Vec::new();
    corpus::run(&PIPELINE, &job, &mut out, &mut |event| {
        if let corpus::Event::Problem(problem) = event {
            panic!("{problem}");
        }
    })
    .expect("all is read");
    String::from_utf8(out).expect("rows are UTF-8")
}

#[test]
fn the_same_rows_from_every_container_that_holds_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = lines(&CORPUS);
    let expected = rows(&folder, "a.jsonl", &lines);
    assert!(expected.lines().count() > 300);
    let list: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let gz = gzip(&lines);
    let containers: Vec<(&str, Vec<u8>)> = vec![
        ("a.ndjson", lines.clone().into_bytes()),
        ("a.json", serde_json::to_vec(&list).expect("JSON")),
        ("pretty.json", serde_json::to_vec_pretty(&list).expect("JSON")),
        ("a.csv", table(b',', &CORPUS)),
        ("semicolon.csv", table(b';', &CORPUS)),
        ("a.tsv", table(b'\t', &CORPUS)),
        ("a.parquet", parquet(&CORPUS, 7)),
        ("a.jsonl.zst", zstd(&lines)),
        ("a.jsonl.bz2", bzip2(&lines)),
        ("a.jsonl.xz", xz(&lines)),
        ("twice.jsonl.gz", gzip(&gz)),
        ("a.csv.gz", gzip(table(b',', &CORPUS))),
        ("a.parquet.gz", gzip(parquet(&CORPUS, 100))),
        ("a.tar", tar(&[("in/a.jsonl", lines.as_bytes())])),
        ("a.tar.gz", gzip(tar(&[("in/a.jsonl", lines.as_bytes())]))),
        ("a.tgz", gzip(tar(&[("in/a.jsonl.gz", &gz)]))),
        ("a.zip", zip(&[("in/a.jsonl", lines.as_bytes())])),
        ("nested.zip", zip(&[("in/a.tar", &tar(&[("a.parquet", &parquet(&CORPUS, 9))]))])),
        ("in.tar", tar(&[("in.zip", &zip(&[("a.json", &serde_json::to_vec(&list).expect("JSON"))]))])),
        ("nothing-said", gz.clone()),
    ];
    for (name, content) in containers {
        assert!(rows(&folder, name, content) == expected, "{name} gives other rows");
    }
    // Gzip of several members, as `cat a.gz b.gz` makes it.
    let two = lines.as_bytes().chunks(lines.len() / 2).flat_map(gzip).collect::<Vec<u8>>();
    assert!(rows(&folder, "two.jsonl.gz", two) == expected);
}

#[test]
fn the_same_rows_from_files_and_from_archives_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<(String, &[u8])> = CORPUS.iter().map(|(id, text)| (format!("{id}.txt"), text.as_bytes())).collect();
    let members: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let expected = rows(&folder, "a.jsonl", lines(&CORPUS));
    for (name, content) in [("b.zip", zip(&members)), ("b.tar.gz", gzip(tar(&members))), ("b.txz", xz(tar(&members)))] {
        let found = rows(&folder, name, content).replace("\"doc_id\":\"b/", "\"doc_id\":\"").replace("\"id\":\"b/", "\"id\":\"");
        assert!(found == expected, "{name} gives other rows");
    }
}

/// Rows without what a page knows and a text does not.
fn bare(rows: &str) -> Vec<Value> {
    let bare = |line: &str| {
        let mut row: Value = serde_json::from_str(line).expect("rows are JSON");
        for field in ["doc_id", "id", "title", "date", "source", "url"] {
            row[field] = Value::Null;
        }
        row
    };
    rows.lines().map(bare).collect()
}

#[test]
fn the_same_rows_from_pages_and_web_archives() {
    let folder = tempfile::tempdir().expect("a folder");
    // A page knows paragraphs and no other line ends.
    let flat = |text: &str| {
        let paragraphs = text.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
        paragraphs.filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n\n")
    };
    let corpus: Vec<(String, String)> = CORPUS.iter().map(|(id, text)| (id.clone(), flat(text))).collect();
    let expected = bare(&rows(&folder, "a.jsonl", lines(&corpus)));
    let pages: Vec<String> = corpus.iter().map(|(id, text)| page(id, text)).collect();
    let records: Vec<Vec<u8>> = pages.iter().map(|page| response("http://x.example/", "text/html", page)).collect();
    assert!(bare(&rows(&folder, "a.warc", records.concat())) == expected);
    assert!(bare(&rows(&folder, "a.warc.gz", records.iter().map(gzip).collect::<Vec<_>>().concat())) == expected);
    let members: Vec<(String, &[u8])> =
        corpus.iter().zip(&pages).map(|((id, _), p)| (format!("{id}.html"), p.as_bytes())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, page)| (name.as_str(), *page)).collect();
    assert!(bare(&rows(&folder, "pages.zip", zip(&members))) == expected);
}

// Fields.

#[test]
fn the_text_is_guessed_once_and_said() {
    let found = opened(
        "a.jsonl",
        "{\"id\": 1, \"body\": \"One.\"}\n{\"id\": 2, \"maintext\": \"Two.\"}\n{\"id\": 3, \"text\": \"Three.\"}\n",
    )
    .whole();
    assert_eq!(found.texts(), ["One.", "Two.", "Three."]);
    assert_eq!(found.notes, ["a.jsonl:1: the text is read from the field `body` (choose with --text-field)"]);
    let found = opened("a.csv", "Id,Content,Title\n7,One.,T\n").whole().notes("the column `content`");
    assert_eq!((found.ids(), found.texts()), (vec!["7"], vec!["One."]));
    assert_eq!(found.documents[0].metadata.title.as_deref(), Some("T"));
}

#[test]
fn fields_are_chosen_and_kept() {
    let fields = Fields { text: Some("story".into()), id: Some("slug".into()) };
    let kept = |keep: Keep, name: &str, content: &[u8]| {
        let options = Options { keep, fields: fields.clone(), ..Options::default() };
        let mut found = opened_with(name, content, &options).whole();
        let document = found.documents.remove(0);
        assert_eq!((document.id.as_str(), document.text.as_str()), ("s", "One."));
        let kept = document.metadata.kept.expect("asked for");
        kept.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    let json = br#"{"slug": "s", "story": "One.", "page": 3, "front": true, "desk": "metro", "tags": ["a"], "none": null}"#;
    assert_eq!(kept(Keep::All, "a.json", json), "desk=metro front=true page=3");
    assert_eq!(kept(Keep::Names(vec!["page".into(), "tags".into(), "nope".into()]), "a.jsonl", json), "page=3");
    assert_eq!(kept(Keep::All, "a.csv", b"slug,story,page,none\ns,One.,3,\n"), "page=3");
    assert_eq!(
        opened_with("a.jsonl", json, &Options { fields: fields.clone(), ..Options::default() }).documents[0].metadata.kept,
        None
    );
}

#[test]
fn a_table_without_text_is_named() {
    opened("a.csv", "date,figure\n1,2\n")
        .says("no column `text`, `body`, `content` or `maintext` (the columns are `date`, `figure`");
    opened("a.csv", "").says("a.csv: the file is empty");
    opened("a.csv", "id,text\n").says("a.csv: the table has no rows");
    let found = opened("a.csv", "id,text\n1,One.\n2\n3,\"Three,\n3.\"\n4,\n").says("record 2: 1 cells, but 2 columns");
    assert_eq!(found.texts(), ["One.", "Three,\n3."]);
    found.says("record 4: the document is empty");
}

#[test]
fn a_table_in_a_legacy_encoding_or_utf_16_is_read() {
    let found = opened("a.csv", b"id,text\n1,Jos\xe9 Mu\xf1oz of Bogot\xe1.\n").whole().notes("windows-1252");
    assert_eq!(found.texts(), ["José Muñoz of Bogotá."]);
    let wide: Vec<u8> = "\u{feff}id\ttext\n1\tJosé.\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(opened("a.tsv", wide).whole().texts(), ["José."]);
}

#[test]
fn json_comes_alone_in_lists_and_one_behind_the_other() {
    let found = opened("a.json", "{\n \"text\": \"One.\"}\n").whole();
    assert_eq!((found.ids(), found.notes.len()), (vec!["a"], 0));
    assert_eq!(opened("a.json", r#"[{"text": "One."}, {"text": "Two."}]"#).whole().ids(), ["a:1", "a:2"]);
    assert_eq!(opened("a.json", "{\"text\": \"One.\"}{\"text\": \"Two.\"}").whole().ids(), ["a:1", "a:2"]);
    let found = opened("a.json", "[{\"text\": \"One.\"}, {\"text\": x}, 7, {\"text\": \"Four.\"}, {\"text\": \"Fi");
    assert_eq!(found.texts(), ["One.", "Four."]);
    let found = found.says("a.json, record 2: broken JSON at column 10").says("record 3: the line holds no JSON object");
    found.says("record 5: broken JSON: the end of the value is missing");
    let deep = format!("{}{}", "{\"text\":".repeat(10_000), "}".repeat(10_000));
    opened("a.json", deep).says("recursion limit exceeded");
}

// Pages, news items, web archives, exports.

#[test]
fn a_page_gives_its_text_and_what_its_head_says() {
    let text = "Toledo lost its pump in May, and nobody was told of it until the water had gone.\n\n“It failed,” said Mayor Irene Voss of the pump, which had served for forty years.";
    let options = Options { keep: Keep::Names(vec!["language".into()]), ..Options::default() };
    let found = opened_with("pump.html", page("The pump", text), &options).whole();
    assert_eq!(found.texts(), [text]);
    let metadata = &found.documents[0].metadata;
    assert_eq!(metadata.title.as_deref(), Some("The pump"));
    assert_eq!(metadata.date.as_deref(), Some("2020-05-01T08:00:00Z"));
    assert_eq!(metadata.source.as_deref(), Some("Evening News"));
    assert_eq!(metadata.url.as_deref(), Some("https://paper.example/The pump"));
    assert_eq!(metadata.kept.as_ref().and_then(|k| k.get("language")).map(String::as_str), Some("en"));
}

#[test]
fn a_page_names_its_encoding() {
    let page = page("Pump", "Mayor José Muñoz said the pump of the old town failed in the night of the storm.");
    let latin: Vec<u8> = page.replace("<head>", "<head><meta charset=\"iso-8859-1\">").chars().map(|c| c as u8).collect();
    assert!(opened("a.html", &latin).whole().texts()[0].contains("José Muñoz"));
    assert!(opened("a.html", page.as_bytes()).whole().texts()[0].contains("José Muñoz"));
    opened("a.html", "").says("the document is empty");
    // Ends that belong to nothing hide no depth.
    for nest in ["<div>", "<div></x>", "<td><table>", "<p><b>", "<li><ul>", "<a id=x><p>"] {
        opened("a.html", format!("<html><body>{}The pump failed.", nest.repeat(20_000))).says("deep in each other");
        opened("a.html", format!("<html><body>{}The pump failed.", nest.repeat(400)));
    }
    opened("a.html", "<br>".repeat(300_000)).says("more than 200000 elements");
}

#[test]
fn news_items_are_read() {
    let nitf = |id: &str, title: &str| {
        format!(
            "<nitf><head><title>{title}, tagged</title><docdata><doc-id id-string=\"{id}\"/><date.issue norm=\"20200501\"/></docdata>\
             <pubdata name=\"Harlan News\"/></head><body><body.head><hedline><hl1>{title}</hl1></hedline><byline>By Otto Hale</byline>\
             </body.head><body.content><media><media-caption>A pump.</media-caption></media><block><p>Toledo &amp; Dayton lost\n their \
             <em>pumps</em>.</p><p>“It failed,” said Mayor Irene Voss.</p></block></body.content><body.end>End.</body.end></body></nitf>"
        )
    };
    let text = "Toledo & Dayton lost their pumps.\n\n“It failed,” said Mayor Irene Voss.";
    let options = Options { keep: Keep::All, ..Options::default() };
    let found = opened_with(
        "a.xml",
        format!("<?xml version=\"1.0\"?>\n<!DOCTYPE nitf SYSTEM \"x.dtd\">\n{}", nitf("n1", "A pump")),
        &options,
    )
    .whole();
    assert_eq!((found.ids(), found.texts()), (vec!["n1"], vec![text]));
    let metadata = &found.documents[0].metadata;
    assert_eq!((metadata.title.as_deref(), metadata.date.as_deref()), (Some("A pump"), Some("20200501")));
    assert_eq!(metadata.source.as_deref(), Some("Harlan News"));
    assert_eq!(metadata.kept.as_ref().and_then(|k| k.get("author")).map(String::as_str), Some("By Otto Hale"));
    // Several, one behind the other or in a list; the second NewsML holds NITF.
    assert_eq!(opened("a.xml", nitf("n1", "A") + &nitf("n2", "B")).whole().ids(), ["n1", "n2"]);
    let item = |id: &str, content: &str| {
        format!(
            "<newsItem guid=\"{id}\"><itemMeta><provider literal=\"Wire\"/><versionCreated>2020-05-01T08:00:00Z</versionCreated></itemMeta>\
             <contentMeta><headline>A <b>pump</b></headline></contentMeta><contentSet><inlineXML>{content}</inlineXML></contentSet></newsItem>"
        )
    };
    let xhtml =
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>no</title></head><body><p>One.</p><p>Two.</p></body></html>";
    let message = format!("<newsMessage><itemSet>{}{}</itemSet></newsMessage>", item("g1", xhtml), item("g2", &nitf("n3", "C")));
    let found = opened("a.xml", message).whole();
    assert_eq!((found.ids(), found.texts()), (vec!["g1", "g2"], vec!["One.\n\nTwo.", text]));
    assert_eq!(found.documents[0].metadata.title.as_deref(), Some("A pump"));
    assert_eq!(found.documents[0].metadata.source.as_deref(), Some("Wire"));
    // Broken ones.
    opened("a.xml", "<rss><item>x</item></rss>").says("a.xml: no news item (NITF or NewsML) in this file");
    opened("a.xml", &nitf("n1", "A")[..300]).says("record 1: cut off: the end of the item is missing");
    let cut = opened("a.xml", nitf("n1", "A") + "<nitf><body><body.content><p>x<").says("record 2: ");
    assert_eq!(cut.ids(), ["n1"]);
    opened("a.xml", format!("<nitf>{}", "<a>".repeat(1000))).says("deep in each other");
    let latin = [
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><nitf><body><body.content><p>Jos\xe9 spoke.</p>" as &[u8],
        b"</body.content></body></nitf>",
    ];
    assert_eq!(opened("a.xml", latin.concat()).whole().texts(), ["José spoke."]);
}

#[test]
fn a_web_archive_gives_its_pages_and_passes_over_the_rest() {
    let text = "Toledo lost its pump in May, and nobody was told of it until the water had gone from the pipes.";
    let good = page("Pump", text);
    let plain = page("Pump", text).replace("rel=\"canonical\"", "rel=\"x\"");
    let records = [
        b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n".to_vec(),
        response("http://x.example/a", "text/html; charset=utf-8", &good),
        response("http://x.example/b.png", "image/png", "no"),
        b"garbage\r\n".to_vec(),
        response("http://x.example/c", "text/html", &plain),
        b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nOne.\r\n\r\n".to_vec(),
        response("http://x.example/d", "text/html", ""),
    ];
    let found = opened("a.warc", records.concat()).says("record 7: the document is empty").says("record 4: what stands here");
    assert_eq!(found.texts(), [text, text, "One."]);
    assert_eq!(found.ids(), ["a:2", "a:5", "a:6"]);
    assert_eq!(found.documents[1].metadata.url.as_deref(), Some("http://x.example/c"));
    let all = records.concat();
    let cut = opened("a.warc", &all[..all.len() - 60 - good.len()]).says("cut off: the end is missing");
    assert!(!cut.documents.is_empty());
    opened("a.warc", "WARC/1.0\r\n\r\n").says("a record without Content-Length");
    opened("a.warc", "").says("no page in this web archive");
}

#[test]
fn exports_of_news_databases_are_many_documents() {
    let nexis = "\n                               1 of 2 DOCUMENTS\n\n                         Harlan News\n\n                    May 1, 2020 Friday\n\n\
        A pump fails\n\nBYLINE: Otto Hale\n\nLENGTH: 12 words\n\nToledo lost its pump in May. Nobody\nwas told.\n\n“It failed,” said Irene Voss.\n\n\
        LOAD-DATE: May 2, 2020\n\nLANGUAGE: ENGLISH\n\n            Copyright 2020 Harlan News\n\n                               2 of 2 DOCUMENTS\n\n\
        Harlan News\n\nMay 2, 2020\n\nA pump is lent\n\nLENGTH: 4 words\n\nDayton lent its pump.\n\nLOAD-DATE: May 3, 2020\n";
    let found = opened("a.txt", nexis).whole().notes("read as an export of Nexis");
    assert_eq!(found.ids(), ["a:1", "a:2"]);
    assert_eq!(
        found.texts(),
        ["Toledo lost its pump in May. Nobody was told.\n\n“It failed,” said Irene Voss.", "Dayton lent its pump."]
    );
    let metadata = &found.documents[0].metadata;
    assert_eq!((metadata.title.as_deref(), metadata.source.as_deref()), (Some("A pump fails"), Some("Harlan News")));
    assert_eq!(metadata.date.as_deref(), Some("May 1, 2020 Friday"));
    let uni = |title: &str| {
        format!(
            "{title}\n\nHarlan News\n\nMay 1, 2020 Friday\n\nCopyright 2020 Harlan News\n\nLength: 12 words\n\nBody\n\nToledo lost it.\n\nLoad-Date: May 2, 2020\n\nEnd of Document\n\n"
        )
    };
    let found = opened("a.txt", uni("A pump") + &uni("Two pumps")).whole();
    assert_eq!(found.texts(), ["Toledo lost it.", "Toledo lost it."]);
    assert_eq!(found.documents[1].metadata.title.as_deref(), Some("Two pumps"));
    let factiva = "HD          A pump fails\nBY          Otto Hale\nWC          12 words\nPD          1 May 2020\nSN          Harlan News\n\
        LP          \nToledo lost its pump.\n\nTD          \nNobody was told.\n\nAN          Document HARL000020200501eg5100001\n\n";
    let found = opened("a.txt", factiva.repeat(2)).whole().notes("Factiva");
    assert_eq!(found.texts(), ["Toledo lost its pump.\n\nNobody was told."; 2]);
    assert_eq!(found.ids()[0], "HARL000020200501eg5100001");
    let displayed = "A pump fails\nBy Otto Hale\n12 words\n1 May 2020\nHarlan News\nHARL\nEnglish\nCopyright 2020 Harlan News\n\nToledo lost its pump.\n\nNobody was told.\n\nDocument HARL000020200501eg5100001\n\n";
    let found = opened("a.txt", displayed.repeat(2)).whole();
    assert_eq!(found.texts(), ["Toledo lost its pump.\n\nNobody was told."; 2]);
    assert_eq!(found.documents[0].metadata.title.as_deref(), Some("A pump fails"));
    // Without evidence, or if one says so, a text is a text.
    assert_eq!(opened("a.txt", "He read 3 of 9 documents.\n\n1 of 9 DOCUMENTS\n").whole().ids(), ["a"]);
    let never = Options { exports: Exports::Never, ..Options::default() };
    assert_eq!(opened_with("a.txt", nexis, &never).ids(), ["a"]);
}

// What a name says and what a file is.

#[test]
fn the_first_bytes_decide_where_the_name_is_wrong() {
    assert_eq!(opened("a.txt.gz", "One.").whole().notes("not compressed, whatever its name says (gzip)").ids(), ["a"]);
    assert_eq!(opened("a.txt.gz", zstd("One.")).whole().notes("compressed with zstd").ids(), ["a"]);
    opened("a.txt.gz", [1, 0, 2, 0].repeat(50)).says("a.txt.gz: not gzip: its first bytes are not those of its name");
    assert_eq!(opened("a.jsonl", zip(&[("x.txt", b"One.")])).whole().notes("read as zip").ids(), ["a/x"]);
    assert_eq!(opened("dump", "{\"text\": \"One.\"}").whole().ids(), ["dump"]);
    assert_eq!(opened("dump.dat", zip(&[("x.txt", b"One.")])).whole().ids(), ["dump.dat/x"]);
    assert_eq!(opened("dump.gz", gzip("<nitf><body.content><p>One.</p></body.content></nitf>")).whole().texts(), ["One."]);
    opened("dump.gz", gzip("One.")).says("unknown kind of file");
    opened("a.pdf", "no").says("unknown kind of file (known: .txt,");
    opened("a.zip", "no zip").says("a.zip: damaged: ");
    opened("a.parquet", "no parquet").says("a.parquet: damaged: ");
    let archive = tar(&[("x.txt", b"One."), ("y.txt", b"Two.")]);
    assert_eq!(opened("a.tar", &archive[..1024]).whole().notes("no mark at its end").ids(), ["a/x"]);
    assert_eq!(opened("a.tar", &archive).whole().notes.len(), 0);
    opened("a.tar", "no tar at all".repeat(100)).says("a.tar, record 1: ");
}

#[test]
fn archives_without_documents_are_named_and_what_is_none_is_passed_over() {
    opened("a.zip", zip(&[])).says("a.zip: no documents in this archive");
    opened("a.tar", tar(&[])).says("a.tar: no documents in this archive");
    opened("a.zip", zip(&[("x.png", b"no")])).says("no documents in this archive");
    let members: [(&str, &[u8]); 7] = [
        ("x.txt", b"One."),
        ("x.png", b"no"),
        (".y.txt", b"no"),
        ("__MACOSX/x.txt", b"no"),
        ("x.gold.json", b"{}"),
        ("t.csv", b"a,b\n1,2\n"),
        ("e.txt", b""),
    ];
    for archive in [("a.zip", zip(&members)), ("a.tar", tar(&members))] {
        let found =
            opened(archive.0, archive.1).notes("t.csv: passed over: no column `text`").says("e.txt: the document is empty");
        assert_eq!((found.ids(), found.problems.len()), (vec!["a/x"], 1));
    }
}

#[test]
fn paths_of_members_are_names_and_nothing_else() {
    let members: [(&str, &[u8]); 3] = [("../../evil.txt", b"One."), ("/etc/evil.txt", b"Two."), ("a/./b/../c.txt", b"Three.")];
    assert_eq!(opened("a.zip", zip(&members)).whole().ids(), ["a/evil", "a/etc/evil", "a/a/b/c"]);
}

#[test]
fn what_is_cut_off_gives_what_stands_before() {
    let text: String =
        (0..2000).map(|n| format!("{}\n", json!({"id": n, "text": format!("Sentence {n} of {}.", n * 7919)}))).collect();
    for (name, content) in
        [("a.jsonl.gz", gzip(&text)), ("a.jsonl.zst", zstd(&text)), ("a.jsonl.bz2", bzip2(&text)), ("a.jsonl.xz", xz(&text))]
    {
        let found = opened(name, &content[..content.len() * 3 / 4]);
        assert_eq!(found.problems.len(), 1, "{name}: {:?}", found.problems);
        assert!(found.problems[0].starts_with(&format!("{name}:")), "{:?}", found.problems);
        assert!(!name.contains("gz") || !found.documents.is_empty(), "{name}");
    }
    let archive = tar(&[("a.jsonl", text.as_bytes()), ("b.txt", b"One.")]);
    let found = opened("a.tar", &archive[..archive.len() / 2]).says("a.tar: a.jsonl:");
    assert!(!found.documents.is_empty());
    let archive = zip(&[("a.jsonl", text.as_bytes())]);
    opened("a.zip", &archive[..archive.len() / 2]).says("a.zip: damaged");
    let parquet = parquet(&CORPUS, 10);
    opened("a.parquet", &parquet[..parquet.len() / 2]).says("a.parquet: damaged");
}

// Limits.

#[test]
fn a_bomb_stops_at_its_limit() {
    let zeros = "x".repeat(40 << 20);
    for (name, content) in
        [("a.txt.gz", gzip(&zeros)), ("a.txt.zst", zstd(&zeros)), ("a.txt.bz2", bzip2(&zeros)), ("a.txt.xz", xz(&zeros))]
    {
        opened(name, content).says(&format!("{name}: unpacks to more than 200 times its size"));
    }
    let bomb = zip(&[("a.txt", b"One."), ("b.txt", zeros.as_bytes()), ("c.txt", b"Three.")]);
    let found = opened("a.zip", bomb)
        .says("a.zip: b.txt: unpacks to more than 200 times")
        .says("a.zip, record 3: nothing more is unpacked");
    assert_eq!(found.ids(), ["a/a"]);
    let options = Options { limits: Limits { unpacked: 1000, ..Limits::default() }, ..Options::default() };
    opened_with("a.txt.gz", gzip("x".repeat(2000)), &options).says("unpacks to more than 1000 bytes (--max-unpacked");
}

#[test]
fn a_document_that_is_too_long_is_passed_over() {
    let options = Options { limits: Limits { document: 1000, ..Limits::default() }, ..Options::default() };
    let corpus: Vec<(String, String)> = [("one", "One.".to_owned()), ("two", "x".repeat(2000)), ("three", "Three.".to_owned())]
        .map(|(id, t)| (id.to_owned(), t))
        .into();
    let list: Vec<Value> = corpus.iter().map(|(id, text)| json!({"id": id, "text": text})).collect();
    for (name, content) in [
        ("a.jsonl", lines(&corpus).into_bytes()),
        ("a.json", serde_json::to_vec(&list).expect("JSON")),
        ("a.parquet", parquet(&corpus, 10)),
    ] {
        let found = opened_with(name, content, &options).says("longer than 1000 bytes (--max-document allows more)");
        assert_eq!(found.ids(), ["one", "three"], "{name}");
    }
    for name in ["a.txt", "a.html"] {
        opened_with(name, "x".repeat(2000), &options).says("longer than 1000 bytes");
    }
    let warc = [response("http://x/", "text/html", &"x".repeat(2000)), response("http://x/", "text/html", "")].concat();
    opened_with("a.warc", warc, &options).says("record 1: longer than").says("record 2: the document is empty");
    let nitf = format!("<nitf><body.content><p>{}</p></body.content></nitf>", "x".repeat(2000));
    opened_with("a.xml", nitf, &options).says("longer than 1000 bytes");
    // A mark that is never closed makes one row of the rest.
    let open = format!("id,text\n1,One.\n2,\"{}", "x\n".repeat(200_000));
    let found = opened_with("a.csv", open, &options).says("record 2: a row is longer than 1000 bytes");
    assert_eq!(found.ids(), ["1"]);
}

#[test]
fn a_cell_that_is_never_closed_is_no_text() {
    let options = Options::default();
    let open = "id,text\n1,One.\n2,\"Two.\n3,Three.\n";
    let found = opened_with("a.csv", open, &options)
        .says("record 2: a mark of quotation that opens in the row of line 3 is never closed");
    assert_eq!(found.ids(), ["1"]);
    // Marks inside cells, and cells of several lines, are no mistake.
    let closed = "id,text\n1,A 5\" pipe.\n2,\"Two\nlines.\"\n3,A 6\" pipe.\n";
    assert_eq!(opened_with("a.csv", closed, &options).ids(), ["1", "2", "3"]);
}

#[test]
fn rows_are_no_documents() {
    let row = "{\"doc_id\":\"a\",\"id\":\"a#0\",\"kind\":\"direct\",\"text\":\"No.\",\"content\":\"No.\",\"sentence\":0,\"rule\":\"label\"}\n";
    for (name, rows) in [("a.jsonl", row), ("a.csv", "doc_id,id,kind,text,content,sentence,rule\na,a#0,direct,No.,No.,0,label\n")]
    {
        assert!(opened_with(name, rows, &Options::default()).says("these are rows of onrecord").documents.is_empty());
    }
    let mut options = Options::default();
    options.fields.text = Some("content".into());
    assert_eq!(opened_with("a.jsonl", row, &options).documents.len(), 1);
}

#[test]
fn archives_have_so_many_members_and_lie_so_deep_in_each_other() {
    let options = Options { limits: Limits { members: 2, ..Limits::default() }, ..Options::default() };
    let members: [(&str, &[u8]); 3] = [("a.txt", b"One."), ("b.txt", b"Two."), ("c.txt", b"Three.")];
    for (name, content) in [("a.zip", zip(&members)), ("a.tar", tar(&members))] {
        let found = opened_with(name, content, &options).says("record 3: more than 2 members (--max-members allows more)");
        assert_eq!(found.documents.len(), 2);
    }
    let mut nested = zip(&[("a.txt", b"One.")]);
    for _ in 0..5 {
        nested = zip(&[("in.zip", &nested)]);
    }
    opened("a.zip", nested).says("archives more than 4 deep in each other");
    let deep = (0..6).fold(b"One.".to_vec(), |inner, _| gzip(inner));
    opened("a.txt.gz", deep).says("compressed more than 4 times over");
}

// Rejects.

#[test]
fn rejects_are_read_again_by_themselves() {
    use onrecord::format::input::Rejects;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.zip");
    let broken = |text: &str| text.replace("Three.\"}", "Three.");
    let lines = "{\"id\": 1, \"text\": \"One.\"}\n{\"id\": 2, \"text\": \"Two.\"}\n{\"id\": 3, \"text\": \"Three.\"}\n";
    fs::write(&path, zip(&[("x.jsonl", broken(lines).as_bytes()), ("y.txt", b""), ("z.txt", b"Four.")])).expect("written");
    let source = Source::File(path.clone(), Container::Zip);
    let first = read_source(&source, &Options::default());
    assert_eq!((first.ids(), first.problems.len()), (vec!["1", "2", "a/z"], 2));
    let file: String = first.rejects.iter().map(|problem| serde_json::to_string(problem).expect("plain data") + "\n").collect();
    fs::write(&path, zip(&[("x.jsonl", lines.as_bytes()), ("y.txt", b"Five."), ("z.txt", b"Four.")])).expect("written");
    let retry = Rejects::read(file.as_bytes()).expect("rejects");
    let (sources, problems) = retry.sources();
    assert_eq!((&sources, problems.len()), (&vec![source], 0));
    let again = read_source(&sources[0], &Options { retry: Some(retry), ..Options::default() }).whole();
    assert_eq!(again.ids(), ["3", "a/y"]);
    assert!(Rejects::read(b"nonsense\n" as &[u8]).is_err());
}

#[test]
fn what_was_cut_off_is_read_again_to_its_end() {
    use onrecord::format::input::Rejects;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.tar");
    let long = |word: &str| word.repeat(2000);
    let texts = [long("One. "), long("Two. "), long("Three. ")];
    let whole = tar(&[("1.txt", texts[0].as_bytes()), ("2.txt", texts[1].as_bytes()), ("3.txt", texts[2].as_bytes())]);
    fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    let source = Source::File(path.clone(), Container::Tar);
    let first = read_source(&source, &Options::default());
    assert_eq!(first.ids(), ["a/1"]);
    let file: String = first.rejects.iter().map(|problem| serde_json::to_string(problem).expect("plain data") + "\n").collect();
    fs::write(&path, whole).expect("written");
    let retry = Rejects::read(file.as_bytes()).expect("rejects");
    let again = read_source(&source, &Options { retry: Some(retry), ..Options::default() }).whole();
    assert_eq!(again.ids(), ["a/2", "a/3"]);
}

#[test]
fn a_damaged_row_group_does_not_hide_the_next() {
    use onrecord::format::input::Rejects;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.parquet");
    let whole = parquet(&CORPUS[..9], 3);
    // The text of the fourth document stands in the second group, packed.
    let second = memchr::memmem::find(&whole, CORPUS[3].0.as_bytes()).expect("its id");
    let mut damaged = whole.clone();
    damaged[second + 200..second + 1200].fill(0xff);
    fs::write(&path, damaged).expect("written");
    let source = Source::File(path.clone(), Container::Parquet);
    let first = read_source(&source, &Options::default()).says("row group 2: damaged");
    assert!(first.documents.len() >= 6 && first.documents.len() < 9, "{:?}", first.ids());
    fs::write(&path, whole).expect("written");
    let file: String = first.rejects.iter().map(|problem| serde_json::to_string(problem).expect("plain data") + "\n").collect();
    let retry = Rejects::read(file.as_bytes()).expect("rejects");
    let again = read_source(&source, &Options { retry: Some(retry), ..Options::default() }).whole();
    let mut all: Vec<&str> = first.ids().into_iter().chain(again.ids()).collect();
    all.sort();
    let mut expected: Vec<&str> = CORPUS[..9].iter().map(|(id, _)| id.as_str()).collect();
    expected.sort();
    assert_eq!(all, expected);
}

// Arbitrary bytes.

/// A valid file of each kind.
static FILES: LazyLock<Vec<(&'static str, Vec<u8>)>> = LazyLock::new(|| {
    let corpus = &CORPUS[..3];
    let lines = lines(corpus);
    let page = page("Pump", &corpus[0].1);
    let nitf =
        "<nitf><head><title>A</title></head><body><body.content><p>One &amp; two.</p></body.content></body></nitf>".to_owned();
    let nexis = "1 of 2 DOCUMENTS\n\nX\n\nMay 1, 2020\n\nT\n\nLENGTH: 2 words\n\nOne.\n\nLOAD-DATE: x\n\n2 of 2 DOCUMENTS\n\nLENGTH: 1 words\n\nTwo.\n";
    vec![
        ("a.txt", corpus[0].1.clone().into_bytes()),
        ("nexis.txt", nexis.as_bytes().to_vec()),
        ("a.jsonl", lines.clone().into_bytes()),
        ("a.json", format!("[{}]", lines.trim_end().replace('\n', ",")).into_bytes()),
        ("a.csv", table(b',', corpus)),
        ("a.tsv", table(b'\t', corpus)),
        ("a.parquet", parquet(corpus, 2)),
        ("a.html", page.clone().into_bytes()),
        ("a.xml", nitf.into_bytes()),
        ("a.warc", [response("http://x/", "text/html", &page), response("http://y/", "text/html", &page)].concat()),
        ("a.tar", tar(&[("a.txt", b"One."), ("b/b.jsonl", lines.as_bytes())])),
        ("a.zip", zip(&[("a.txt", b"One."), ("b/b.jsonl", lines.as_bytes())])),
        ("a.jsonl.gz", gzip(&lines)),
        ("a.jsonl.zst", zstd(&lines)),
        ("a.jsonl.bz2", bzip2(&lines)),
        ("a.jsonl.xz", xz(&lines)),
    ]
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reader_fails_on_arbitrary_bytes(content in prop::collection::vec(any::<u8>(), 0..2000)) {
        for (name, valid) in FILES.iter() {
            opened(name, &content);
            // Behind a start that is right.
            opened(name, [&valid[..valid.len().min(64)], &content].concat());
        }
    }

    #[test]
    fn no_reader_fails_on_damaged_files(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<Option<prop::sample::Index>>()) {
        for (name, valid) in FILES.iter() {
            let mut content = valid.clone();
            for (at, byte) in &flips {
                let at = at.index(content.len());
                content[at] = *byte;
            }
            if let Some(cut) = cut {
                content.truncate(cut.index(valid.len()));
            }
            opened(name, content);
        }
    }
}
