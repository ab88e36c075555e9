//! `onrecord evaluate`

use super::message::{note, rejected};
use super::style::{CONTENT, FAINT, RESET};
use super::{Failure, Outcome, PipelineOptions, home};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use onrecord::evaluation::corrections::Corrected;
use onrecord::evaluation::gold::{self, Case, Gold};
use onrecord::evaluation::mistake::{Mistake, sample};
use onrecord::evaluation::{Choice, Scores, evaluate};
use onrecord::format::{Problem, corrections};
use onrecord::home::Learner;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Flags of `evaluate`.
#[derive(Args, Debug)]
pub struct EvaluateOptions {
    /// Gold annotations (.jsonl, or .gold.json beside their documents), or folders of .gold.json; each is scored on its own
    #[arg(required_unless_present = "corrections", value_name = "GOLD")]
    paths: Vec<PathBuf>,
    /// Score the rows of a database against the corrections that readers made of them in the explorer
    #[arg(long, value_name = "FILE.sqlite", conflicts_with = "paths")]
    corrections: Option<PathBuf>,
    /// Print so many errors of each kind with the text around them and the rule that made them
    #[arg(long, default_value_t = 0, value_name = "N")]
    errors: usize,
    /// Write the figures as JSON, as shares and counts
    #[arg(long)]
    json: bool,
    /// Places: the kinds of gold that count; the others are neither wanted nor wrong; "all" for each
    #[arg(
        long,
        value_delimiter = ',',
        value_parser = NonEmptyStringValueParser::new(),
        default_value = "country,adm1,adm2,place",
        value_name = "A,B"
    )]
    kinds: Vec<String>,

    /// Places: count demonyms (Canadian, Texans) as names of places, as some gold does
    #[arg(long)]
    demonyms: bool,
    /// Sentences: what the id of a document must hold to count; "all" for each document
    #[arg(
        long,
        value_delimiter = ',',
        value_parser = NonEmptyStringValueParser::new(),
        default_value = "news,bio,court,academic,essay,interview,letter,speech,textbook,voyage,whow",
        value_name = "A,B"
    )]
    genres: Vec<String>,
    /// Learn where each outlet is at home from the documents of the gold: their `source`, or the host of their `url`
    #[arg(long, conflicts_with = "home")]
    learn_home: bool,
    #[command(flatten)]
    pipeline: PipelineOptions,
}

/// The figures of one of the paths.
#[derive(Serialize)]
struct Report<'a> {
    gold: String,
    #[serde(flatten)]
    scores: &'a Scores,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<&'a Mistake>,
}

/// Scores.
pub fn run(options: &EvaluateOptions) -> Result<Outcome, Failure> {
    if let Some(path) = &options.corrections {
        return corrected(path, options.json);
    }
    let mut pipeline = options.pipeline.pipeline()?;
    let chosen = |names: &[String]| (names != ["all"]).then(|| names.to_vec());
    let choice = Choice { kinds: chosen(&options.kinds), demonyms: options.demonyms, genres: chosen(&options.genres) };
    let mut lost = 0;
    let mut scored = Vec::new();
    for path in &options.paths {
        let (mut cases, mut problems) = gold::open(path);
        if let Some(reason) = no_such_kinds(&cases, &choice) {
            problems.push(Problem::new(path.display().to_string(), reason));
            cases.clear();
        }
        if options.learn_home {
            let mut learner = Learner::default();
            cases.iter().for_each(|case| learner.take(&case.document));
            home::set(&mut pipeline, learner, &mut note);
        }
        let (scores, failed) = evaluate(&pipeline, &cases, &choice);
        if scores.documents == 0 && failed.is_empty() && !cases.is_empty() {
            let reason = "no document is of these genres (--genres all takes each)".to_owned();
            problems.push(Problem::new(path.display().to_string(), reason));
        }
        problems.extend(failed);
        lost += problems.len();
        for problem in &problems {
            rejected(problem);
        }
        if scores.documents > 0 {
            scored.push((path.display().to_string(), scores));
        }
    }
    if scored.is_empty() {
        return Err(Failure::failed("no gold could be read"));
    }
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    let printed =
        if options.json { write_json(&mut out, &scored, options.errors) } else { print(&mut out, &scored, options.errors) };
    printed.and_then(|()| out.flush()).map_err(|error| Failure::io("<stdout>", &error))?;
    Ok(if lost > 0 { Outcome::SomeRejected } else { Outcome::Done })
}

/// What is wrong with kinds of places if gold has places, and none of them.
fn no_such_kinds(cases: &[Case], choice: &Choice) -> Option<String> {
    let kinds = choice.kinds.as_ref()?;
    let places = cases.iter().filter_map(|case| if let Gold::Places(places) = &case.gold { Some(places) } else { None });
    let known: BTreeSet<&str> = places.flat_map(|places| places.kinds()).collect();
    let listed = || known.iter().copied().collect::<Vec<_>>().join(", ");
    let strange = !known.is_empty() && kinds.iter().all(|kind| !known.contains(kind.as_str()));
    strange.then(|| format!("no place is of these kinds (there are {}; --kinds all takes each)", listed()))
}

/// Scores rows against what readers said of them.
fn corrected(path: &Path, json: bool) -> Result<Outcome, Failure> {
    let judged = corrections::open(path).map_err(Failure::failed)?;
    if judged.is_empty() {
        return Err(Failure::failed(format!("{}: no row has been corrected yet", path.display())));
    }
    let figures = Corrected::of(&judged);
    let mut out = io::stdout().lock();
    let printed = if json {
        serde_json::to_writer_pretty(&mut out, &figures).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else {
        writeln!(out, "{:<28} {:>6}  statement  speaker  places    all", "", "rows").and_then(|()| write!(out, "{figures}"))
    };
    printed.and_then(|()| out.flush()).map_err(|error| Failure::io("<stdout>", &error))?;
    Ok(Outcome::Done)
}

fn write_json(out: &mut dyn Write, scored: &[(String, Scores)], few: usize) -> io::Result<()> {
    let reports: Vec<Report<'_>> = scored
        .iter()
        .map(|(gold, scores)| {
            let errors = sample(&scores.mistakes, few).into_iter().flat_map(|(.., list)| list).collect();
            Report { gold: gold.clone(), scores, errors }
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &reports)?;
    writeln!(out)
}

fn print(out: &mut dyn Write, scored: &[(String, Scores)], few: usize) -> io::Result<()> {
    for (gold, scores) in scored {
        writeln!(out, "{gold}\n{scores}")?;
        if few == 0 {
            continue;
        }
        for (what, all, list) in sample(&scores.mistakes, few) {
            writeln!(out, "{what} ({all})")?;
            list.into_iter().try_for_each(|mistake| print_mistake(out, mistake))?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn print_mistake(out: &mut dyn Write, mistake: &Mistake) -> io::Result<()> {
    let Mistake { doc_id, before, words, after, .. } = mistake;
    let rule = mistake.rule.map_or(String::new(), |rule| format!(" [{rule}]"));
    writeln!(out, "  {FAINT}{doc_id}{rule}{RESET}")?;
    writeln!(out, "    {FAINT}{before}{RESET}>>{CONTENT}{words}{RESET}<<{FAINT}{after}{RESET}")?;
    let sides = [("gold", &mistake.gold), ("found", &mistake.found)];
    let sides: Vec<String> = sides.iter().filter_map(|(side, name)| Some(format!("{side}: {}", (*name).as_ref()?))).collect();
    if !sides.is_empty() {
        writeln!(out, "    {}", sides.join(" | "))?;
    }
    Ok(())
}
