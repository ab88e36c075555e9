//! Runs the cases of `tests/cases/<stage>/*.md`, each as a test of its own; `tests/cases/README.md` explains their form.
//!
//! `ONRECORD_UPDATE=1 cargo test --test cases` writes what the program prints into the files instead; read the diff.

use libtest_mimic::{Arguments, Failed, Trial};
use onrecord::Document;
use onrecord::format::rows::content;
use onrecord::pipeline::{Annotation, Cues, Options, Pipeline};
use onrecord::place::Home;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// The stages: the folder, and how a document is printed.
const STAGES: [(&str, Print); 6] = [
    ("sentence", sentences),
    ("matcher", matches),
    ("quotation", quotations),
    ("attribution", attributions),
    ("speaker", speakers),
    ("jurisdiction", jurisdictions),
];

type Print = fn(&Shown<'_>) -> Vec<String>;

/// What a stage prints from.
struct Shown<'a> {
    pipeline: &'a Pipeline,
    text: &'a str,
    annotation: Annotation,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // `ONRECORD_CASES` names another folder of cases, to try them before they go in.
    let shipped = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folder = std::env::var_os("ONRECORD_CASES").map_or_else(shipped, PathBuf::from);
    let files = match read(&folder) {
        Ok(files) => files,
        Err(reasons) => {
            for reason in reasons {
                eprintln!("error: {reason}");
            }
            return ExitCode::FAILURE;
        }
    };
    // Fresh pipelines take a moment: one for all cases with the same options.
    let mut pipelines: BTreeMap<Choice, Arc<Pipeline>> = BTreeMap::new();
    for case in files.iter().flat_map(|f| &f.cases) {
        if !pipelines.contains_key(&case.choice) {
            match case.choice.pipeline() {
                Ok(pipeline) => pipelines.insert(case.choice.clone(), Arc::new(pipeline)),
                Err(reason) => {
                    eprintln!("error: case `{}`: {reason}", case.name);
                    return ExitCode::FAILURE;
                }
            };
        }
    }
    if std::env::var_os("ONRECORD_UPDATE").is_some_and(|v| v == "1") {
        return update(&files, &pipelines);
    }
    let mut trials = refusals();
    for file in files {
        for case in file.cases {
            let name = format!("{}::{}::{}", file.stage.0, file.stem, case.name);
            let (pipeline, print) = (Arc::clone(&pipelines[&case.choice]), file.stage.1);
            trials.push(Trial::test(name, move || case.check(&pipeline, print)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Writes what the program prints into the files.
fn update(files: &[CaseFile], pipelines: &BTreeMap<Choice, Arc<Pipeline>>) -> ExitCode {
    for file in files {
        let mut lines: Vec<String> = file.source.lines().map(str::to_owned).collect();
        let mut changed = 0;
        for case in file.cases.iter().rev() {
            let printed = case.print(&pipelines[&case.choice], file.stage.1);
            if printed != case.expected {
                changed += 1;
                lines.splice(case.expected_at..case.expected_at + case.expected.len(), printed);
            }
        }
        if changed > 0 {
            println!("{}: {changed} cases changed", file.path.display());
            if let Err(error) = fs::write(&file.path, lines.join("\n") + "\n") {
                eprintln!("error: {}: {error}", file.path.display());
                return ExitCode::FAILURE;
            }
        }
    }
    println!("Read the diff: what is printed is not always what is right.");
    ExitCode::SUCCESS
}

// What cases are made of.

struct CaseFile {
    path: PathBuf,
    stem: String,
    stage: (&'static str, Print),
    source: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    choice: Choice,
    text: String,
    expected: Vec<String>,
    /// The line of the file, from 0, at which the expected lines start.
    expected_at: usize,
}

/// The options of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    home: Option<String>,
    all_cues: bool,
}

impl Choice {
    fn pipeline(&self) -> Result<Pipeline, String> {
        let cues = if self.all_cues { Cues::All } else { Cues::Speech };
        let mut pipeline = Pipeline::new(Options { cues, ..Options::default() });
        if let Some(home) = &self.home {
            let place = pipeline.annotate(&Document::new("home", home.as_str())).places.first().map(|p| Home(p.entry));
            pipeline.options.homes.of_all = Some(place.ok_or_else(|| format!("no place is called `{home}`"))?);
        }
        Ok(pipeline)
    }
}

impl Case {
    fn print(&self, pipeline: &Pipeline, print: Print) -> Vec<String> {
        let document = Document::new("case", self.text.as_str());
        let annotation = pipeline.annotate(&document);
        let printed = print(&Shown { pipeline, text: &self.text, annotation });
        if printed.is_empty() { vec!["-".to_owned()] } else { printed }
    }

    fn check(&self, pipeline: &Pipeline, print: Print) -> Result<(), Failed> {
        let printed = self.print(pipeline, print);
        if printed == self.expected {
            return Ok(());
        }
        let lines = |mark: &str, lines: &[String], other: &[String]| {
            let marked = |l: &String| format!("{}{l}\n", if other.contains(l) { "    " } else { mark });
            lines.iter().map(marked).collect::<String>()
        };
        let expected = lines("  - ", &self.expected, &printed);
        let printed = lines("  + ", &printed, &self.expected);
        Err(format!("{}\n\nexpected:\n{expected}\nprinted:\n{printed}", self.text).into())
    }
}

/// Reads all case files, or says what is wrong with them.
fn read(folder: &Path) -> Result<Vec<CaseFile>, Vec<String>> {
    let mut files = Vec::new();
    let mut wrong = Vec::new();
    for path in listed(folder).map_err(|reason| vec![reason])? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !path.is_dir() {
            if name != "README.md" {
                wrong.push(format!("{}: cases stand in the folder of their stage", path.display()));
            }
        } else if !STAGES.iter().any(|(stage, _)| *stage == name) {
            let known: Vec<&str> = STAGES.iter().map(|(stage, _)| *stage).collect();
            wrong.push(format!("{}: no stage has this name (known: {})", path.display(), known.join(", ")));
        }
    }
    for stage in STAGES {
        let before = files.len();
        for path in listed(&folder.join(stage.0)).unwrap_or_default() {
            match read_file(&path, stage) {
                Ok(file) => files.push(file),
                Err(reason) => wrong.push(reason),
            }
        }
        if files.len() == before {
            wrong.push(format!("the stage `{}` has no case", stage.0));
        }
    }
    if wrong.is_empty() { Ok(files) } else { Err(wrong) }
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let items = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths: Result<Vec<PathBuf>, _> = items.map(|item| item.map(|i| i.path())).collect();
    let mut paths = paths.map_err(|error| format!("{}: {error}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

fn read_file(path: &Path, stage: (&'static str, Print)) -> Result<CaseFile, String> {
    if path.extension().is_none_or(|e| e != "md") {
        return Err(format!("{}: a case file ends in .md", path.display()));
    }
    let source = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let cases = parse(&source).map_err(|(line, reason)| format!("{}:{line}: {reason}", path.display()))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(CaseFile { path: path.to_owned(), stem, stage, source, cases })
}

/// Where a reader of a case file is.
enum At {
    /// Before the first case, or behind a whole one.
    Between,
    /// Under the name of a case; whether only options have come so far.
    Heading { options: bool },
    /// Inside the block that holds the text.
    Text,
    /// Behind it.
    Waiting,
    /// Inside the block that holds what is expected.
    Expected,
}

/// The cases of a file; an error carries its line, from 1.
fn parse(source: &str) -> Result<Vec<Case>, (usize, String)> {
    let mut cases: Vec<Case> = Vec::new();
    let mut names = BTreeSet::new();
    let mut at = At::Between;
    let mut text: Vec<&str> = Vec::new();
    if !source.starts_with("# ") {
        return Err((1, "a case file starts with a title (`# …`)".into()));
    }
    for (number, line) in source.lines().enumerate() {
        let wrong = |reason: String| Err((number + 1, reason));
        at = match (at, line) {
            (At::Text, "```") => {
                if text.iter().all(|l| l.trim().is_empty()) {
                    return wrong("the text is empty".into());
                }
                last(&mut cases).text = text.join("\n");
                At::Waiting
            }
            (At::Text, _) => {
                text.push(line);
                At::Text
            }
            (At::Expected, "```") => {
                if last(&mut cases).expected.is_empty() {
                    return wrong("nothing is expected; a line `-` says that there is nothing".into());
                }
                At::Between
            }
            (At::Expected, _) => {
                last(&mut cases).expected.push(line.to_owned());
                At::Expected
            }
            (At::Heading { .. }, "```text") => {
                text.clear();
                At::Text
            }
            (At::Waiting, "```expected") => {
                last(&mut cases).expected_at = number + 1;
                At::Expected
            }
            (_, line) if line.starts_with("```") => {
                return wrong(format!(
                    "`{line}` does not belong here: a case is a name, a block ```text and a block ```expected"
                ));
            }
            (At::Waiting, line) if line.trim().is_empty() => At::Waiting,
            (At::Waiting, _) => return wrong("between ```text and ```expected stand blank lines alone".into()),
            (At::Heading { .. }, line) if line.starts_with('#') => return wrong(format!("the case before `{line}` has no text")),
            (At::Between, line) if line.starts_with("## ") => {
                let name = line[3..].trim().to_owned();
                if name.is_empty() || !names.insert(name.clone()) {
                    return wrong(format!("the name `{name}` is empty or stands twice"));
                }
                cases.push(Case { name, choice: Choice::default(), text: String::new(), expected: Vec::new(), expected_at: 0 });
                At::Heading { options: true }
            }
            (At::Between, line) if line.starts_with('#') && number > 0 => {
                return wrong(format!("`{line}`: a case is named by `## `"));
            }
            (At::Between, line) if !cases.is_empty() && !line.trim().is_empty() => {
                return wrong("words behind a case: they belong under the name of the next".into());
            }
            (At::Heading { options: true }, line)
                if option(&mut last(&mut cases).choice, line).map_err(|reason| (number + 1, reason))? =>
            {
                At::Heading { options: true }
            }
            (At::Heading { .. }, _) => At::Heading { options: false },
            (at, _) => at,
        };
    }
    let end = source.lines().count();
    match at {
        At::Between if cases.is_empty() => Err((end, "no case in this file".into())),
        At::Between => Ok(cases),
        _ => Err((end, "the last case is not finished".into())),
    }
}

fn last(cases: &mut [Case]) -> &mut Case {
    let end = cases.len() - 1;
    &mut cases[end]
}

/// Reads a line as an option of a case; returns whether it is one.
fn option(choice: &mut Choice, line: &str) -> Result<bool, String> {
    match line.split_once(": ") {
        Some(("home", place)) => choice.home = Some(place.trim().to_owned()),
        Some(("cues", "all")) => choice.all_cues = true,
        Some(("cues", "speech")) => choice.all_cues = false,
        Some(("cues", other)) => return Err(format!("`{other}`: cues are `all` or `speech`")),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The runner's own tests: what it must not let pass.
fn refusals() -> Vec<Trial> {
    const CASE: &str = "## a\n\n```text\nA b.\n```\n\n```expected\nA b.\n```\n";
    let whole = format!("# T\n\nProse.\n\n{CASE}");
    let broken: [(&str, String, &str); 12] = [
        ("an empty file", String::new(), "starts with a title"),
        ("a file without title", CASE.into(), "starts with a title"),
        ("a file without case", "# T\n\nProse.\n".into(), "no case"),
        ("a case without text", "# T\n\n## a\n\n## b\n".into(), "has no text"),
        ("a case with an empty text", whole.replace("```text\nA b.", "```text"), "the text is empty"),
        ("a case without expectation", "# T\n\n## a\n\n```text\nA.\n```\n".into(), "not finished"),
        ("a case that expects nothing", whole.replace("```expected\nA b.", "```expected"), "nothing is expected"),
        ("a block that does not end", "# T\n\n## a\n\n```text\nA.\n".into(), "not finished"),
        ("blocks in the wrong order", whole.replace("```text", "```expected"), "does not belong here"),
        ("a block of another kind", whole.replace("```text", "```json"), "does not belong here"),
        ("a name that stands twice", format!("{whole}\n{CASE}"), "stands twice"),
        ("an unknown value of an option", whole.replace("## a\n", "## a\ncues: some\n"), "`some`"),
    ];
    let mut trials: Vec<Trial> = broken
        .into_iter()
        .map(|(name, source, part)| {
            Trial::test(format!("runner::refuses::{name}"), move || match parse(&source) {
                Err((_, reason)) if reason.contains(part) => Ok(()),
                Err((line, reason)) => Err(format!("refused, but with `{reason}` at line {line}").into()),
                Ok(_) => Err("was let pass".into()),
            })
        })
        .collect();
    trials.push(Trial::test("runner::reads::name, options, text and expectation", move || {
        let source = whole.replace("## a\n", "## a\nhome: Dayton, Ohio\ncues: all\nhome: prose behind a line\n");
        let cases = parse(&source).map_err(|(_, reason)| reason)?;
        let [case] = cases.as_slice() else { return Err("one case was expected".into()) };
        let read = (case.name.as_str(), case.choice.all_cues, case.text.as_str(), case.expected.as_slice());
        if read != ("a", true, "A b.", &["A b.".to_owned()]) || source.lines().nth(case.expected_at) != Some("A b.") {
            return Err("the case was read wrongly".into());
        }
        Ok(())
    }));
    trials
}

// How each stage prints a document.

/// White space folded to single blanks.
fn folded(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The start of a content, enough to know it by.
fn start_of(words: &str) -> String {
    folded(words).chars().take(30).collect::<String>().trim_end().to_owned()
}

fn sentences(shown: &Shown<'_>) -> Vec<String> {
    let layout = &shown.annotation.layout;
    let paragraphs: Vec<Vec<String>> = (0..layout.paragraphs.len())
        .map(|p| layout.sentences_of(p).iter().map(|s| folded(s.span.of(shown.text))).collect())
        .collect();
    paragraphs.join(&String::new())
}

fn matches(shown: &Shown<'_>) -> Vec<String> {
    let (annotation, gazetteer) = (&shown.annotation, &shown.pipeline.gazetteer);
    let reading = onrecord::reading::Reading {
        lexicon: &shown.pipeline.lexicon,
        text: shown.text,
        tokens: &annotation.tokens,
        layout: &annotation.layout,
    };
    let places = annotation.places.iter().map(|p| (p.span, p.entry));
    let bodies = annotation.entities.list.iter().flat_map(|entity| {
        let names = entity.mentions.iter().filter_map(|&m| annotation.mentions.list[m as usize].name);
        entity.entry.into_iter().flat_map(move |entry| names.clone().map(move |name| (reading.span(name), entry)))
    });
    let mut found: Vec<_> = places.chain(bodies).collect();
    found.sort_by_key(|(span, _)| *span);
    found.into_iter().map(|(span, entry)| format!("{} = {}", folded(span.of(shown.text)), gazetteer.entry(entry).id())).collect()
}

fn quotations(shown: &Shown<'_>) -> Vec<String> {
    shown.annotation.quotations.iter().map(|q| folded(q.inner.of(shown.text))).collect()
}

fn attributions(shown: &Shown<'_>) -> Vec<String> {
    let rows = shown.annotation.attributions.iter();
    rows.map(|row| {
        let source = row.speaker.as_ref().and_then(|s| s.source).map_or("-", |s| s.of(shown.text));
        let cue = row.cue.map_or("-", |c| c.span.of(shown.text));
        let parts: Vec<String> = row.parts.iter().map(|p| folded(p.of(shown.text))).collect();
        format!("{} | {} | {} | {}", row.kind.name(), folded(source), folded(cue), parts.join(" … "))
    })
    .collect()
}

fn speakers(shown: &Shown<'_>) -> Vec<String> {
    let rows = shown.annotation.attributions.iter();
    rows.map(|row| {
        let content = start_of(&content(shown.text, &row.parts));
        let Some(speaker) = &row.speaker else { return format!("{content} | - | - | -") };
        let role = speaker.role.map_or("-".to_owned(), |role| {
            let (first, last) = (&shown.annotation.tokens[role.start as usize], &shown.annotation.tokens[role.end as usize - 1]);
            folded(first.span.cover(last.span).of(shown.text))
        });
        format!("{content} | {} | {} | {role}", folded(&speaker.name), speaker.sort.name())
    })
    .collect()
}

fn jurisdictions(shown: &Shown<'_>) -> Vec<String> {
    let rows = shown.annotation.attributions.iter();
    rows.flat_map(|row| {
        let content = start_of(&content(shown.text, &row.parts));
        if row.jurisdictions.is_empty() {
            return vec![format!("{content} | -")];
        }
        let named = |j: &onrecord::jurisdiction::Jurisdiction| {
            format!("{content} | {} {}", shown.pipeline.gazetteer.entry(j.entry).id(), j.basis.name())
        };
        row.jurisdictions.iter().map(named).collect()
    })
    .collect()
}
