//! Where an outlet is at home by its name: the *Paris News*, lansingstatejournal.com, a host that ends in `.ie`.
//!
//! Many places share a name, and words of newspapers are names as well. So the name only proposes: what else the article names must lie
//! in the same division as the place that is chosen.

use super::name_and_host;
use crate::document::Document;
use crate::gazetteer::{Candidate, EntryId, EntryType, Gazetteer, NameKind};
use crate::lexicon::Lexicon;
use crate::mention::Mentions;
use crate::place::{Home, Place};
use crate::token::tokenize;
use std::collections::HashSet;
use std::sync::OnceLock;

/// A shorter or longer piece of a host names no place.
const PIECE: std::ops::RangeInclusive<usize> = 4..=40;
/// How much of other places in its division an article must name.
const ENOUGH: f32 = 0.5;
/// How much is enough for any.
const PLENTY: f32 = 3.0;
/// What ten times as many inhabitants speak for a place.
const SIZE: f32 = 0.8;
/// What a county, a state or a country loses to a town of its name.
const DIVISION: f32 = -2.5;
/// How sure it must be which place a name stands for.
const SURE: f32 = 0.8;
/// The ends of hosts that countries sell to all the world.
const SOLD: [&str; 12] = ["ai", "am", "cc", "co", "fm", "io", "la", "me", "nu", "to", "tv", "ws"];
/// What stands before a country's end of a host.
const SECOND: [&str; 8] = ["ac", "co", "com", "edu", "gov", "net", "org", "or"];

/// The home that the name of a document's outlet and the places of the document tell together.
pub(crate) fn home(
    lexicon: &Lexicon,
    gazetteer: &Gazetteer,
    document: &Document,
    mentions: &Mentions,
    places: &[Place],
) -> Option<Home> {
    let (name, host) = name_and_host(&document.metadata);
    let country = host.as_deref().and_then(|host| country(gazetteer, host));
    let mut proposals = Proposals { lexicon, gazetteer, found: Vec::new() };
    if let Some(name) = name {
        proposals.name(name);
    }
    if let Some(host) = host.filter(|_| proposals.found.is_empty()) {
        proposals.host(&host);
    }
    let mut proposed = proposals.found;
    if let Some(country) = country {
        proposed.retain(|&place| gazetteer.government(place, EntryType::Country) == Some(country));
    }
    let names = if proposed.is_empty() { Vec::new() } else { names(gazetteer, &document.text, mentions, places) };
    let supported = proposed.iter().map(|&place| (place, support(gazetteer, place, &proposed, &names)));
    let scored = supported.map(|(place, support)| {
        let entry = gazetteer.entry(place);
        let town = matches!(entry.sort(), EntryType::City | EntryType::Neighborhood);
        let size = SIZE * (entry.population().max(1) as f32).log10() + if town { 0.0 } else { DIVISION };
        (support.min(PLENTY) + size, support, place)
    });
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then(b.2.cmp(&a.2)));
    let enough = |&(_, support, _): &(f32, f32, EntryId)| support >= ENOUGH || country.is_some();
    best.filter(enough).map(|(_, _, place)| Home(place)).or(country.map(Home))
}

/// How much the names of a document, each once, speak for one of those that are proposed; their own names do not. A name speaks as much as
/// it tells: of towns in eight states that share it an eighth, all of it where the text leaves no doubt.
fn support(gazetteer: &Gazetteer, place: EntryId, proposed: &[EntryId], names: &[Name<'_>]) -> f32 {
    let entry = gazetteer.entry(place);
    let shares = |other: EntryId| {
        let other = gazetteer.entry(other);
        match entry.sort() {
            EntryType::Country => entry.shares_country(other),
            _ => !entry.admin1().is_empty() && entry.shares_admin1(other),
        }
    };
    let others = names.iter().filter(|name| name.candidates.iter().all(|c| !proposed.contains(&c.entry)));
    let speaks = |name: &Name<'_>| {
        let possible = if name.candidates.iter().any(|c| shares(c.entry)) { 1.0 / name.divisions as f32 } else { 0.0 };
        if shares(name.place.entry) && name.place.confidence > SURE { 1.0 } else { possible }
    };
    others.map(speaks).sum()
}

/// A name of a document, with the place that it was first taken for.
struct Name<'a> {
    place: &'a Place,
    candidates: &'a [Candidate],
    /// In how many divisions of countries its candidates lie.
    divisions: usize,
}

/// The names of a document that were taken for places, each once.
fn names<'a>(gazetteer: &Gazetteer, text: &str, mentions: &'a Mentions, places: &'a [Place]) -> Vec<Name<'a>> {
    let mut seen = HashSet::new();
    let once = places.iter().filter(|place| seen.insert(place.span.of(text)));
    let with_candidates = once.filter_map(|place| {
        let at = mentions.places.binary_search_by_key(&place.tokens, |name| name.tokens).ok()?;
        Some((place, &mentions.places[at].candidates[..]))
    });
    let counted = with_candidates.map(|(place, candidates)| {
        let division = |c: &Candidate| {
            let entry = gazetteer.entry(c.entry);
            (entry.country(), entry.admin1())
        };
        let divisions = candidates.iter().map(division).collect::<HashSet<_>>().len().max(1);
        Name { place, candidates, divisions }
    });
    counted.collect()
}

/// The places that are named in the name of an outlet.
struct Proposals<'a> {
    lexicon: &'a Lexicon,
    gazetteer: &'a Gazetteer,
    found: Vec<EntryId>,
}

impl Proposals<'_> {
    /// Those in a name in words: the *Paris News*, the *Irish Times*.
    fn name(&mut self, name: &str) {
        let tokens = tokenize(self.lexicon, name);
        let mut at = 0;
        while at < tokens.len() {
            let starts = Gazetteer::may_start(&tokens[at]);
            let longest = if starts { self.gazetteer.matches(name, &tokens, at).into_iter().next() } else { None };
            let of_outlets = |at: usize| words().contains(&tokens[at].span.of(name).to_lowercase()[..]);
            let Some(longest) = longest.filter(|m| m.len > 1 || !of_outlets(at)) else {
                at += 1;
                continue;
            };
            at += longest.len;
            let kinds = [NameKind::Name, NameKind::Alternate, NameKind::Adjective];
            let homes = longest.candidates.iter().filter(|c| kinds.contains(&c.kind)).map(|c| c.entry);
            self.found.extend(homes.filter(|&entry| {
                let entry = self.gazetteer.entry(entry);
                entry.sort().is_jurisdiction() && !entry.is_local()
            }));
        }
        self.found.sort_unstable();
        self.found.dedup();
    }

    /// Those in a host in small letters: `daytondailynews.com`, `chronicle.augusta.com`, `las-vegas-sun.example`.
    fn host(&mut self, host: &str) {
        let labels = host.rsplit_once('.').map_or("", |(labels, _)| labels);
        for label in labels.split('.') {
            let parts: Vec<&str> = label.split('-').collect();
            let whole: Vec<String> = parts.iter().map(|part| capitalised(part)).collect();
            self.name(&whole.join(" "));
            // `oakland` before `lancasterandmorecambe`
            for cut in [&parts, &parts.iter().flat_map(|part| part.split("and")).collect()] {
                if self.found.is_empty() {
                    cut.iter().for_each(|part| self.words_as_one(part));
                }
            }
        }
    }

    /// Those in words written as one, of which as few are taken away as needed: `lansingstatejournal`, `theparisnews`.
    fn words_as_one(&mut self, words_as_one: &str) {
        let before = self.found.len();
        let mut left = vec![words_as_one];
        let mut at = 0;
        while let Some(&part) = left.get(at).filter(|_| self.found.len() == before) {
            at += 1;
            if !PIECE.contains(&part.len()) || !part.is_ascii() {
                continue;
            }
            if !words().contains(part) {
                self.letters(part);
            }
            for (start, end) in (1..part.len()).map(|cut| part.split_at(cut)) {
                for (word, rest) in [(start, end), (end, start)] {
                    if words().contains(word) && !left.contains(&rest) {
                        left.push(rest);
                    }
                }
            }
            left[at..].sort_by_key(|part| std::cmp::Reverse(part.len()));
        }
    }

    /// Those that small letters stand for, with or without a blank between them: `paris`, `lasvegas`.
    fn letters(&mut self, letters: &str) {
        let before = self.found.len();
        self.name(&capitalised(letters));
        let two = |cut: usize| format!("{} {}", capitalised(&letters[..cut]), capitalised(&letters[cut..]));
        let known = |name: &String| self.gazetteer.named(self.lexicon, name).is_some();
        if self.found.len() == before
            && let Some(name) = (2..letters.len() - 1).map(two).find(known)
        {
            self.name(&name);
        }
    }
}

/// The country that the end of a host says.
fn country(gazetteer: &Gazetteer, host: &str) -> Option<EntryId> {
    let (rest, end) = host.rsplit_once('.')?;
    let sold =
        SOLD.contains(&end) && !rest.rsplit('.').next().is_some_and(|second| SECOND.contains(&second) && rest.contains('.'));
    let code = if end == "uk" { "GB".to_owned() } else { end.to_uppercase() };
    if sold || code.len() != 2 { None } else { gazetteer.government_with_code(EntryType::Country, &code) }
}

/// A word with a capital.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Words of which names of outlets are made.
fn words() -> &'static HashSet<&'static str> {
    static WORDS: OnceLock<HashSet<&str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let list = include_str!("../../gazetteers/language/en/outlets.txt");
        list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    })
}

#[cfg(test)]
mod tests {
    use crate::document::{Document, Metadata};
    use crate::pipeline::{Options, Pipeline};
    use crate::place::Home;

    fn home(pipeline: &Pipeline, source: Option<&str>, url: Option<&str>, text: &str) -> Option<String> {
        let [source, url] = [source, url].map(|s| s.map(str::to_owned));
        let metadata = Metadata { source, url, ..Metadata::default() };
        let annotation = pipeline.annotate(&Document { metadata, ..Document::new("a", text) });
        annotation.home.map(|Home(entry)| pipeline.gazetteer.entry(entry).id().into_owned())
    }

    #[test]
    fn names_of_outlets_and_what_an_article_names_tell_a_home() {
        let pipeline = Pipeline::new(Options::default());
        let texas = "Rain fell on Paris. Crews from Bonham, Texas, came.";
        let paris = Some("ocd-division/country:us/state:tx/place:paris");
        for (source, url) in [
            (Some("The Paris News"), None),
            (None, Some("https://www.theparisnews.com/story/1")),
            (None, Some("https://paris-news.example/a")),
            (None, Some("http://news.paris.example/a")),
        ] {
            assert_eq!(home(&pipeline, source, url, texas).as_deref(), paris, "{source:?} {url:?}");
        }
        let vegas = home(&pipeline, None, Some("https://lasvegassun.com/1"), "Crews came from Reno, Nevada.");
        assert_eq!(vegas.as_deref(), Some("ocd-division/country:us/state:nv/place:las_vegas"));
        assert_eq!(home(&pipeline, Some("The Paris News"), None, "Rain fell on Paris."), None, "nothing says which Paris");
        assert_eq!(home(&pipeline, Some("The Daily Post"), None, texas), None, "Post is a town of Texas");
    }

    #[test]
    fn the_end_of_a_host_tells_a_country() {
        let pipeline = Pipeline::new(Options::default());
        let text = "Rain fell on Richmond.";
        let of = |url: &str| home(&pipeline, None, Some(url), text);
        assert_eq!(of("https://www.independent.ie/a").as_deref(), Some("ocd-division/country:ie"));
        assert_eq!(of("https://star.example.co.uk/a").as_deref(), Some("ocd-division/country:gb"));
        assert_eq!(of("https://news.example.co/a"), None);
        assert_eq!(of("https://news.example/a"), None);
        let oakland =
            home(&pipeline, None, Some("https://OaklandTribune.example/a"), "Fire in Fremont, Calif., and in Hayward, Calif.");
        assert_eq!(oakland.as_deref(), Some("ocd-division/country:us/state:ca/place:oakland"));
        let long = format!("https://{}.example/a", "newsdaily".repeat(20_000));
        assert_eq!(of(&long), None);
        let lancaster = of("https://www.lancasterandmorecambecitizen.co.uk/a").unwrap_or_default();
        assert!(lancaster.starts_with("geonames:"), "{lancaster}");
    }
}
