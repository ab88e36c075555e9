//! Homes of outlets, as they are named or learned.

use super::Failure;
use super::message::counted;
use onrecord::Document;
use onrecord::format::input::{Item, Options, Source, read};
use onrecord::gazetteer::EntryType;
use onrecord::home::{Learned, Learner};
use onrecord::pipeline::Pipeline;
use onrecord::place::Home;

/// Learns the homes of outlets from the documents of some sources, in a pass of its own; what cannot be read is for the run to reject.
///
/// # Errors
/// If a source can be read once only.
pub fn learn_from(
    pipeline: &mut Pipeline,
    sources: &[Source],
    input: &Options,
    say: &mut dyn FnMut(String),
) -> Result<(), Failure> {
    let mut learner = Learner::default();
    for source in sources {
        if matches!(source, Source::Stdin(_)) {
            return Err(Failure::usage(format!(
                "--learn-home reads the documents twice, and {} can be read once",
                source.name()
            )));
        }
        read(source, input, &mut |item| {
            if let Item::Document(document, _) = item {
                learner.take(&document);
            }
            true
        });
    }
    set(pipeline, learner, say);
    Ok(())
}

/// Lets outlets be at home where their articles show it, and says where that is.
pub fn set(pipeline: &mut Pipeline, learner: Learner, say: &mut dyn FnMut(String)) {
    let learned = learner.learn(pipeline);
    for Learned { outlet, home: Home(entry), articles, share } in &learned {
        let place = pipeline.gazetteer.entry(*entry);
        let within = if place.admin1().is_empty() { String::new() } else { format!(", {}", place.admin1()) };
        let (name, id, articles, share) = (place.name(), place.id(), counted(*articles as u64, "article"), share * 100.0);
        say(format!("{outlet} is at home in {name}{within} ({id}), as {share:.0} % of {articles} show"));
    }
    if learned.is_empty() {
        say("no outlet shows where it is at home; a document names its outlet in `source`, or by the host of its `url`".into());
    }
    pipeline.options.homes.outlets = learned.into_iter().map(|l| (l.outlet, l.home)).collect();
}

/// The place that a home names.
pub fn find(pipeline: &Pipeline, home: &str) -> Result<Home, Failure> {
    if let Some(entry) = pipeline.gazetteer.find(home) {
        return Ok(Home(entry));
    }
    let document = Document::new("home", home);
    let places = pipeline.places(&document, None);
    let whole = places.first().filter(|p| p.span.start == 0 && pipeline.gazetteer.entry(p.entry).sort().is_jurisdiction());
    whole.map(|p| Home(p.entry)).ok_or_else(|| {
        let near = near_names(pipeline, home);
        let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
        Failure::usage(format!("no place is called `{home}`{hint}"))
    })
}

/// Names of places that begin alike or differ by a letter or two from a name.
fn near_names(pipeline: &Pipeline, name: &str) -> Vec<String> {
    let wanted = name.split(',').next().unwrap_or(name).trim().to_lowercase();
    let mut near: Vec<(usize, u32, String)> = pipeline
        .gazetteer
        .entries()
        .filter(|e| e.sort() <= EntryType::City && e.name().len().abs_diff(wanted.len()) <= 2)
        .map(|e| {
            (
                edits(&wanted, &e.name().to_lowercase()),
                u32::MAX - e.population(),
                format!("{}, {}", e.name(), if e.admin1().is_empty() { e.country() } else { e.admin1() }),
            )
        })
        .filter(|(edits, ..)| *edits <= 2)
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(.., name)| name).collect()
}

/// The Levenshtein distance of two short words.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}
