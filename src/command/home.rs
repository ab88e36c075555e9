//! Homes of outlets, as they are learned.

use super::Failure;
use super::message::counted;
use onrecord::corpus;
use onrecord::format::input::{Options, Source};
use onrecord::gazetteer::{EntryId, Gazetteer};
use onrecord::home::{Learned, Learner, with_holder};
use onrecord::pipeline::Pipeline;
use onrecord::place::Home;
use std::sync::atomic::AtomicBool;

/// Learns the homes of outlets from the documents of some sources, in a pass of its own; what cannot be read is for the run to reject.
///
/// # Errors
/// If a source can be read once only.
pub fn learn_from(
    pipeline: &mut Pipeline,
    sources: &[Source],
    input: &Options,
    stop: Option<&AtomicBool>,
    say: &mut dyn FnMut(String),
) -> Result<(), Failure> {
    if let Some(source) = sources.iter().find(|source| !source.can_be_read_again()) {
        return Err(Failure::usage(format!("--learn-home reads the documents twice, and {} can be read once", source.name())));
    }
    set(pipeline, corpus::home_learner(sources, input, stop), say);
    Ok(())
}

/// A place with what holds it and its id.
pub fn described(gazetteer: &Gazetteer, entry: EntryId) -> String {
    let place = gazetteer.entry(entry);
    format!("{} ({})", with_holder(place), place.id())
}

/// Lets outlets be at home where their articles show it, and says where that is.
pub fn set(pipeline: &mut Pipeline, learner: Learner, say: &mut dyn FnMut(String)) {
    let learned = learner.learn(pipeline);
    for Learned { outlet, home: Home(entry), articles, share } in &learned {
        let (place, articles, share) =
            (described(&pipeline.gazetteer, *entry), counted(*articles as u64, "article"), share * 100.0);
        say(format!("{outlet} is at home in {place}, as {share:.0} % of {articles} show"));
    }
    if learned.is_empty() {
        say("no outlet shows where it is at home; a document names its outlet in `source`, or by the host of its `url`".into());
    }
    pipeline.options.homes.outlets = learned.into_iter().map(|l| (l.outlet, l.home)).collect();
}
