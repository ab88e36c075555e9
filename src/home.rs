//! Homes: where outlets are at home, given or learned from what they write about.
//!
//! A paper of Paris, Texas writes `Paris` and means its own town. Its other articles say where it is: they name places of northeast Texas again
//! and again. So a first pass reads some articles of each outlet twice: once to find the state or country that most of them are about, and once,
//! with that as a home, to find the town.

mod listed;
mod outlet;

use crate::document::{Document, Metadata};
use crate::gazetteer::{Entry, EntryId, EntryType, NameKind};
use crate::pipeline::Pipeline;
use crate::place::{Home, Place, contains};
use crate::span::start_of;
pub(crate) use listed::home as listed;
pub(crate) use outlet::home as of_outlet;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Articles of an outlet that are read.
const ARTICLES: usize = 40;
/// Bytes of an article that are read: its headline, its lead and some of what follows.
const BYTES: usize = 2_000;
/// Bytes of all outlets together.
const MEMORY: usize = 64 << 20;
/// Articles that must agree.
const AGREE: usize = 3;
/// The share of an outlet's articles that must be about its state or country, and about its town.
const SHARES: (f32, f32) = (0.4, 0.25);

/// Where outlets are at home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Homes {
    /// Of every outlet that is not listed.
    pub of_all: Option<Home>,
    /// Whether the names of outlets say nothing.
    pub text_alone: bool,
    /// By name of the outlet; see [`outlet`].
    pub outlets: BTreeMap<String, Home>,
}

impl Homes {
    /// The home of a document's outlet.
    pub fn of(&self, document: &Document) -> Option<Home> {
        outlet(&document.metadata).and_then(|outlet| self.outlets.get(outlet)).copied().or(self.of_all)
    }
}

/// The outlet of a document: its source, else the host of its address without `www.`
pub fn outlet(metadata: &Metadata) -> Option<&str> {
    source(metadata).or_else(|| host(metadata))
}

/// The name of a document's outlet, or what stands in its place.
fn source(metadata: &Metadata) -> Option<&str> {
    metadata.source.as_deref().map(str::trim).filter(|source| !source.is_empty())
}

/// The host of a document's address without `www.`
fn host(metadata: &Metadata) -> Option<&str> {
    let (_, rest) = metadata.url.as_deref()?.split_once("://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    Some(host.strip_prefix("www.").unwrap_or(host)).filter(|host| !host.is_empty())
}

/// The name of a document's outlet, and the host of its address in small letters. Some archives write the host where the name should be.
fn name_and_host(metadata: &Metadata) -> (Option<&str>, Option<String>) {
    let source = source(metadata);
    let is_host = |name: &&str| name.contains('.') && !name.contains(char::is_whitespace);
    let host = host(metadata).or(source.filter(is_host)).map(str::to_lowercase);
    (source.filter(|name| !is_host(name)), host)
}

/// The place that the name or id of a home stands for: of several of that name the one with the most people, unless what holds it is named
/// as well (`Dayton, Ohio`).
pub fn find(pipeline: &Pipeline, name: &str) -> Option<Home> {
    let Pipeline { gazetteer, lexicon, .. } = pipeline;
    if let Some(entry) = gazetteer.find(name) {
        return Some(Home(entry));
    }
    let name = if name.chars().any(char::is_uppercase) { name.trim().to_owned() } else { capitalised(name.trim()) };
    if let Some(whole) = gazetteer.named(lexicon, &name) {
        let places = whole.candidates.into_iter().filter(|c| !c.kind.is_demonym() && c.kind != NameKind::Seat);
        let places = places.map(|c| c.entry).filter(|&entry| gazetteer.entry(entry).sort().is_jurisdiction());
        return places.max_by_key(|&entry| (gazetteer.entry(entry).population(), Reverse(entry))).map(Home);
    }
    let places = pipeline.places(&Document::new("home", &*name), None);
    let (first, others) = places.split_first().filter(|(first, _)| first.span.start == 0)?;
    // Every word must be part of it: what is misspelled would choose another place.
    let mut end = first.span.end;
    for other in others {
        let between = &name[end as usize..other.span.start as usize];
        let holds = other.entry == first.entry || contains(gazetteer, other.entry, first.entry);
        if !holds || between.chars().any(char::is_alphanumeric) {
            return None;
        }
        end = other.span.end;
    }
    let rest = name[end as usize..].chars().any(char::is_alphanumeric);
    (!rest && gazetteer.entry(first.entry).sort().is_jurisdiction()).then_some(Home(first.entry))
}

/// A place with the code of what holds it: `Dayton, OH`.
pub fn with_holder(place: Entry<'_>) -> String {
    format!("{}, {}", place.name(), if place.admin1().is_empty() { place.country() } else { place.admin1() })
}

/// Words in small letters as names are written.
fn capitalised(words: &str) -> String {
    let mut start = true;
    let letters = words.chars().map(|c| {
        let letter = if start { c.to_uppercase().next().unwrap_or(c) } else { c };
        start = !c.is_alphanumeric();
        letter
    });
    letters.collect()
}

/// A home that was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// The outlet.
    pub outlet: String,
    /// Its home.
    pub home: Home,
    /// How many of its articles were read.
    pub articles: usize,
    /// The share of them that are most about the home, of its level.
    pub share: f32,
}

/// Gathers articles of outlets, at most 64 MiB of them.
#[derive(Debug, Default)]
pub struct Learner {
    outlets: BTreeMap<String, Vec<Document>>,
    bytes: usize,
}

impl Learner {
    /// Takes an article, if it is of use.
    pub fn take(&mut self, document: &Document) {
        // What is full takes no outlets without articles either.
        let Some(outlet) = outlet(&document.metadata).filter(|_| self.bytes < MEMORY) else { return };
        let articles = self.outlets.entry(outlet.to_owned()).or_default();
        if articles.len() < ARTICLES {
            let text = start_of(&document.text, BYTES);
            self.bytes += text.len();
            articles.push(Document::new(document.id.clone(), text));
        }
    }

    /// The homes that the articles show, by name of the outlet; an outlet whose articles do not agree has none.
    pub fn learn(self, pipeline: &Pipeline) -> Vec<Learned> {
        let outlets: Vec<(String, Vec<Document>)> = self.outlets.into_iter().collect();
        outlets.into_par_iter().filter_map(|(outlet, articles)| learn(pipeline, outlet, &articles)).collect()
    }
}

fn learn(pipeline: &Pipeline, outlet: String, articles: &[Document]) -> Option<Learned> {
    let gazetteer = &pipeline.gazetteer;
    let level = |level: EntryType| move |entry: EntryId| gazetteer.government(entry, level);
    let found = |home: Home, votes: usize| {
        let share = votes as f32 / articles.len() as f32;
        Learned { outlet: outlet.clone(), home, articles: articles.len(), share }
    };
    let enough = |votes: usize, share: f32| votes >= AGREE && votes as f32 >= share * articles.len() as f32;
    let places = |home: Option<Home>| articles.iter().map(|a| pipeline.places(a, home)).collect::<Vec<_>>();

    let first = places(None);
    let Some((state, votes)) = elect(&first, level(EntryType::State)).filter(|&(_, votes)| enough(votes, SHARES.0)) else {
        let (country, votes) = elect(&first, level(EntryType::Country)).filter(|&(_, votes)| enough(votes, SHARES.0))?;
        return Some(found(Home(country), votes));
    };
    let second = places(Some(Home(state)));
    let is_town = |entry: EntryId| {
        let town = gazetteer.entry(entry);
        (town.sort() == EntryType::City && gazetteer.government(entry, EntryType::State) == Some(state)).then_some(entry)
    };
    match elect(&second, is_town).filter(|&(_, votes)| enough(votes, SHARES.1)) {
        Some((town, votes)) => Some(found(Home(town), votes)),
        None => Some(found(Home(state), votes)),
    }
}

/// What most articles are most about, and how many; `what` says for which of the candidates a place speaks.
fn elect(articles: &[Vec<Place>], what: impl Fn(EntryId) -> Option<EntryId>) -> Option<(EntryId, usize)> {
    let mut votes: BTreeMap<EntryId, usize> = BTreeMap::new();
    for places in articles {
        let mut weights: BTreeMap<EntryId, f32> = BTreeMap::new();
        for (rank, place) in places.iter().filter(|p| !p.kind.is_demonym()).enumerate() {
            if let Some(candidate) = what(place.entry) {
                // What is named first says where a story is.
                *weights.entry(candidate).or_default() += 1.0 + 1.0 / (1.0 + rank as f32);
            }
        }
        let best = weights.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let Some((best, _)) = best {
            *votes.entry(best).or_default() += 1;
        }
    }
    votes.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))
}

/// Names of places that begin alike or differ by a letter or two from a name.
pub fn near_names(pipeline: &Pipeline, name: &str) -> Vec<String> {
    let wanted = name.split(',').next().unwrap_or(name).trim().to_lowercase();
    let mut near: Vec<(usize, u32, String)> = pipeline
        .gazetteer
        .entries()
        .filter(|e| e.sort() <= EntryType::City && e.name().len().abs_diff(wanted.len()) <= 2)
        .map(|e| (edits(&wanted, &e.name().to_lowercase()), u32::MAX - e.population(), with_holder(e)))
        .filter(|(edits, ..)| *edits <= 2.min(wanted.len() / 3))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Options;

    fn article(outlet: &str, text: &str) -> Document {
        let metadata = Metadata { source: Some(outlet.to_owned()), ..Metadata::default() };
        Document { metadata, ..Document::new("a", text) }
    }

    #[test]
    fn an_outlet_is_its_source_or_its_host() {
        let of = |source: Option<&str>, url: Option<&str>| {
            let [source, url] = [source, url].map(|s| s.map(str::to_owned));
            outlet(&Metadata { source, url, ..Metadata::default() }).map(str::to_owned)
        };
        assert_eq!(of(Some("The Sun"), Some("https://sun.example/a")).as_deref(), Some("The Sun"));
        assert_eq!(of(Some(" "), Some("https://www.sun.example:80/a?b")).as_deref(), Some("sun.example"));
        assert_eq!(of(None, Some("no address")), None);
    }

    #[test]
    fn a_home_is_a_name_with_what_holds_it_or_the_largest_of_that_name() {
        let pipeline = Pipeline::new(Options::default());
        let id = |name: &str| find(&pipeline, name).map(|home| pipeline.gazetteer.entry(home.0).id().into_owned());
        for (name, expected) in [
            ("Dayton, Ohio", "ocd-division/country:us/state:oh/place:dayton"),
            ("dayton, ohio", "ocd-division/country:us/state:oh/place:dayton"),
            ("Springfield, Ill.", "ocd-division/country:us/state:il/place:springfield"),
            ("Paris", "geonames:2988507"),
            ("new york", "ocd-division/country:us/state:ny"),
            ("ohio", "ocd-division/country:us/state:oh"),
            ("Cook County, Illinois", "ocd-division/country:us/state:il/county:cook"),
            ("ocd-division/country:us/state:md", "ocd-division/country:us/state:md"),
        ] {
            assert_eq!(id(name).as_deref(), Some(expected), "{name}");
        }
        for name in ["Springfield, Narnia", "Portland, Marylnd", "Dayton, France", "Springfeld", "", "the", "Dayton Ohioo"] {
            assert_eq!(id(name), None, "{name}");
        }
    }

    #[test]
    fn a_town_is_learned_from_its_neighbours() {
        let pipeline = Pipeline::new(Options::default());
        let mut learner = Learner::default();
        for text in [
            "The Paris council met. Crews from Bonham, Texas, and Sulphur Springs came to help the Paris police.",
            "Rain fell on Paris and on Clarksville, Texas, on Friday. In Paris the creek rose.",
            "A Paris woman won the raffle of a church in Honey Grove, Texas. She lives in Paris.",
            "Paris and Cooper, Texas, will share an ambulance.",
        ] {
            learner.take(&article("The Valley Sower", text));
            learner.take(&article("Two Words", "Nothing is named here."));
        }
        let learned = learner.learn(&pipeline);
        assert_eq!(learned.len(), 1);
        assert_eq!(learned[0].outlet, "The Valley Sower");
        assert_eq!(pipeline.gazetteer.entry(learned[0].home.0).id(), "ocd-division/country:us/state:tx/place:paris");
        assert_eq!(learned[0].articles, 4);
    }
}
