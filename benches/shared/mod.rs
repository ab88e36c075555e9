//! The stages, each as something that can be called again and again, for benchmarks and the roofline table.

use onrecord::Document;
use onrecord::attribution::{self, Cues, Effort, Engine};
use onrecord::coreference;
use onrecord::encoder::{Encoder, WeightsError};
use onrecord::format::Format;
use onrecord::format::input::{Container, Item, Options as InputOptions, Source, read};
use onrecord::gazetteer::Gazetteer;
use onrecord::mention;
use onrecord::pipeline::{Annotation, Options, Pipeline};
use onrecord::place;
use onrecord::quotation;
use onrecord::sentence;
use onrecord::speaker;
use onrecord::token;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;

/// The documents that all stages read, and what the stages before each made of them.
pub struct Bench {
    /// The pipeline with the fast engine.
    pub pipeline: Pipeline,
    engines: [Engine; 3],
    documents: Vec<Document>,
    annotations: Vec<Annotation>,
    reports: Vec<Vec<attribution::Reported>>,
    json: tempfile::NamedTempFile,
    /// Bytes of text in all documents.
    pub bytes: usize,
}

/// A stage, run over all documents; what it returns only keeps the work from being left out.
pub struct Stage {
    /// Its name in the tables.
    pub name: &'static str,
    /// Whether it is part of a run with the fast engine and of no other stage here; those parts make the whole.
    pub part: bool,
    /// The work.
    pub run: fn(&Bench) -> usize,
}

/// All stages in the order of the pipeline, the whole last.
pub const STAGES: [Stage; 17] = [
    Stage { name: "read-json", part: true, run: Bench::read },
    Stage { name: "token", part: true, run: |b| b.each(|b, i| token::tokenize(&b.pipeline.lexicon, b.text(i)).len()) },
    Stage {
        name: "sentence",
        part: true,
        run: |b| b.each(|b, i| sentence::split(&b.pipeline.lexicon, b.text(i), &b.annotations[i].tokens).sentences.len()),
    },
    Stage { name: "quotation", part: true, run: |b| b.each(|b, i| quotation::find(b.reading(i)).len()) },
    Stage {
        name: "mention",
        part: true,
        run: |b| b.each(|b, i| mention::find(b.reading(i), &b.pipeline.gazetteer, None).list.len()),
    },
    Stage { name: "names-look-up", part: false, run: |b| b.each(Bench::look_up) },
    Stage { name: "attribution-rules", part: false, run: |b| b.each(|b, i| b.attribution(0, i)) },
    Stage { name: "attribution-fast", part: true, run: |b| b.each(|b, i| b.attribution(1, i)) },
    Stage { name: "attribution-accurate", part: false, run: |b| b.each(|b, i| b.attribution(2, i)) },
    Stage {
        name: "coreference",
        part: true,
        run: |b| {
            let gazetteer = &b.pipeline.gazetteer;
            b.each(|b, i| coreference::resolve(b.reading(i), gazetteer, &b.annotations[i].mentions.list).list.len())
        },
    },
    Stage { name: "place", part: true, run: |b| b.each(Bench::places) },
    Stage { name: "speaker", part: false, run: |b| b.each(Bench::speakers) },
    Stage {
        name: "rows",
        part: true,
        run: |b| b.each(|b, i| b.pipeline.rows(&b.documents[i], &b.annotations[i], &b.reports[i]).len()),
    },
    Stage { name: "write-jsonl", part: true, run: |b| b.write(Format::JsonLines) },
    Stage { name: "write-csv", part: false, run: |b| b.write(Format::Csv) },
    Stage { name: "write-annotations", part: false, run: |b| b.write(Format::Annotations) },
    Stage { name: "annotate-fast", part: false, run: |b| b.each(|b, i| b.pipeline.annotate(&b.documents[i]).attributions.len()) },
];

fn accurate() -> Result<Engine, WeightsError> {
    Ok(Engine::accurate(Encoder::large()?, Effort::Normal))
}

impl Bench {
    /// The sample articles, and a file of JSON Lines that holds them.
    ///
    /// # Panics
    /// If they cannot be read: there is nothing to measure then.
    pub fn new() -> Bench {
        let engines = [
            Engine::Rules,
            Engine::fast().expect("a processor that reads the weights"),
            accurate().expect("built with the feature `accurate`"),
        ];
        let pipeline = Pipeline::new(Options { engine: engines[1].clone(), ..Options::default() });
        let mut documents = Vec::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut paths: Vec<_> =
            std::fs::read_dir(&folder).expect("the folder corpus").filter_map(|file| Some(file.ok()?.path())).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "txt")) {
            documents.push(Document::new(path.to_string_lossy(), std::fs::read_to_string(path).expect("an article")));
        }
        let mut json = tempfile::NamedTempFile::new().expect("a temporary file");
        for document in &documents {
            let line = serde_json::json!({"id": document.id, "text": document.text});
            writeln!(json, "{line}").expect("room for it");
        }
        let annotations: Vec<Annotation> = documents.iter().map(|d| pipeline.annotate(d)).collect();
        let bytes = documents.iter().map(|d| d.text.len()).sum();
        let mut bench = Bench { pipeline, engines, documents, annotations, reports: Vec::new(), json, bytes };
        bench.reports = (0..bench.documents.len()).map(|i| bench.found(1, i)).collect();
        bench
    }

    fn each(&self, stage: impl Fn(&Bench, usize) -> usize) -> usize {
        (0..self.documents.len()).map(|i| black_box(stage(self, i))).sum()
    }

    fn text(&self, i: usize) -> &str {
        &self.documents[i].text
    }

    fn reading(&self, i: usize) -> onrecord::reading::Reading<'_> {
        self.annotations[i].reading(&self.pipeline, &self.documents[i])
    }

    fn read(&self) -> usize {
        let mut count = 0;
        let source = Source::File(self.json.path().to_owned(), Container::JsonLines);
        read(&source, &InputOptions::default(), &mut |item| {
            count += usize::from(matches!(black_box(item), Item::Document(..)));
            true
        });
        count
    }

    fn look_up(&self, i: usize) -> usize {
        let (text, tokens) = (self.text(i), &self.annotations[i].tokens);
        let starts = (0..tokens.len()).filter(|&at| Gazetteer::may_start(&tokens[at]));
        starts.map(|at| self.pipeline.gazetteer.matches(text, tokens, at).len()).sum()
    }

    fn found(&self, engine: usize, i: usize) -> Vec<attribution::Reported> {
        let input = self.annotations[i].attribution_input(&self.pipeline, &self.documents[i]);
        attribution::find(&self.engines[engine], Cues::Speech, input)
    }

    fn attribution(&self, engine: usize, i: usize) -> usize {
        self.found(engine, i).len()
    }

    fn places(&self, i: usize) -> usize {
        let (gazetteer, mentions) = (&self.pipeline.gazetteer, &self.annotations[i].mentions);
        place::resolve(place::Input { reading: self.reading(i), gazetteer, home: None, mentions }).len()
    }

    fn speakers(&self, i: usize) -> usize {
        let Annotation { mentions, entities, .. } = &self.annotations[i];
        let ranking = &self.pipeline.antecedents;
        speaker::resolve(self.reading(i), ranking, &mentions.list, entities, &self.reports[i]).len()
    }

    fn write(&self, format: Format) -> usize {
        self.each(|b, i| {
            let mut out: Vec<u8> = Vec::new();
            format.write(&b.pipeline, &b.documents[i], &b.annotations[i], &mut out)
        })
    }
}
