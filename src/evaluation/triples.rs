//! Triples: who said what about which jurisdiction.
//!
//! | figure | a row counts |
//! |---|---|
//! | what | if it shares half its characters with the gold; marks at its ends do not matter |
//! | who | if, of these, its speaker is the same person, or a body of the same word or acronym |
//! | about | each of the jurisdictions of these, if it is the same place of the same level |
//! | triple | once for each jurisdiction, if what, who and about are right; once if there is none and none is right |

use super::Seen;
use super::characters::{is_letter, is_word_character};
use super::gold::{Bytes, Record, items, kind_named};
use super::mistake::{Mistake, speaker_and_rule};
use super::naming::{normal, same_speaker};
use super::pairing::{half_alike, one_to_one};
use super::ranges::{Ranges, Ruler};
use super::tally::{HEADING, Rules, Share, Tally};
use crate::attribution::{Kind, Reported};
use crate::document::Document;
use crate::gazetteer::{EntryId, EntryType, Gazetteer};
use crate::jurisdiction::{Basis, Jurisdiction};
use crate::pipeline::{Annotation, Pipeline};
use crate::quotation::Quotation;
use crate::span::Span;
use crate::statement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What is right about a document.
#[derive(Clone, Debug)]
pub struct Gold {
    attributions: Vec<Attribution>,
}

#[derive(Clone, Debug)]
struct Attribution {
    kind: Kind,
    parts: Vec<Span>,
    cue: Option<Span>,
    mention: Option<Span>,
    speaker: Option<String>,
    is_person: bool,
    about: Vec<About>,
}

/// An attribution as files hold it: its words as offsets or themselves.
#[derive(Deserialize)]
struct Line {
    kind: String,
    #[serde(default)]
    parts: Vec<[usize; 2]>,
    #[serde(default)]
    quote: Vec<String>,
    #[serde(default)]
    cue: Option<Words>,
    #[serde(default)]
    mention: Option<Words>,
    #[serde(default)]
    speaker: Option<String>,
    #[serde(default)]
    speaker_type: Option<String>,
    #[serde(default)]
    about: Option<Vec<About>>,
}

/// Words of the text: where they stand, or themselves.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    At([usize; 2]),
    Written(String),
}

/// A jurisdiction of the gold.
#[derive(Clone, Debug, Deserialize)]
struct About {
    name: String,
    level: String,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    state: Option<String>,
    basis: String,
}

impl Gold {
    pub(super) fn read(record: &Record, text: &str, bytes: &Bytes) -> Result<Gold, String> {
        let lines = items(record, "attributions", |line: Line| {
            let parts = bytes.spans(&line.parts)?;
            Ok((parts, kind_named(&line.kind)?, line))
        })?;
        let mut attributions = Vec::with_capacity(lines.len());
        let mut at = 0;
        for (i, (mut parts, kind, line)) in lines.into_iter().enumerate() {
            if parts.is_empty() {
                parts = find(text, at, &line.quote).map_err(|reason| format!("attributions[{i}]: {reason}"))?;
            }
            at = parts[0].start as usize;
            let place = |words: Option<Words>| match words {
                Some(Words::At(range)) => bytes.spans(&[range]).map(|spans| spans.first().copied()),
                Some(Words::Written(words)) => Ok(nearest(text, &words, &parts)),
                None => Ok(None),
            };
            let (cue, mention) = (place(line.cue)?, place(line.mention)?);
            let is_person = line.speaker_type.as_deref() == Some("person");
            attributions.push(Attribution {
                kind,
                parts,
                cue,
                mention,
                speaker: line.speaker,
                is_person,
                about: line.about.unwrap_or_default(),
            });
        }
        Ok(Gold { attributions })
    }

    /// The reports of the gold as an engine would find them, in text order.
    fn reports(&self, text: &str, quotations: &[Quotation]) -> Vec<(Reported, &Attribution)> {
        let report = |one: &Attribution| Reported::given(text, quotations, one.parts.clone(), one.mention, one.cue);
        let mut reports: Vec<_> = self.attributions.iter().map(|one| (report(one), one)).collect();
        reports.sort_by_key(|(report, _)| report.parts[0].start);
        reports
    }

    /// What is made of the gold's own statements and sources, and what would be right.
    pub fn given(&self, pipeline: &Pipeline, document: &Document, annotation: &Annotation) -> Vec<Given<'_>> {
        let (reports, gold): (Vec<_>, Vec<_>) = self.reports(&document.text, &annotation.quotations).into_iter().unzip();
        let rows = pipeline.rows(document, annotation, &reports);
        rows.into_iter().zip(gold).map(|(row, gold)| Given { row, gold }).collect()
    }
}

/// A statement of the gold, with the speaker and the jurisdictions that are found when its words and its source are given.
#[derive(Debug)]
pub struct Given<'a> {
    /// The row.
    pub row: statement::Attribution,
    gold: &'a Attribution,
}

impl Given<'_> {
    /// Whether the gold says that the words name what the statement is about.
    pub fn is_named(&self) -> bool {
        self.gold.about.iter().any(|about| about.basis == Basis::Quote.name())
    }

    /// Whether the gold says that it is about no place.
    pub fn is_about_none(&self) -> bool {
        self.gold.about.is_empty()
    }

    /// Whether a place is one of the gold.
    pub fn is_about(&self, gazetteer: &Gazetteer, entry: EntryId) -> bool {
        let found = Found::of(gazetteer, entry);
        self.gold.about.iter().any(|about| is_same(about, &found))
    }
}

/// Where words stand that are nearest to a content.
fn nearest(text: &str, words: &str, parts: &[Span]) -> Option<Span> {
    let whole = parts.iter().copied().reduce(Span::cover)?;
    let (start, end) = (whole.start as usize, whole.end as usize);
    let distance = |at: usize| if at < start { start - at } else { at.saturating_sub(end) };
    let found = text.match_indices(words).filter(|_| !words.is_empty()).map(|(at, _)| at);
    found.min_by_key(|&at| distance(at)).map(|at| Span::new(at, at + words.len()))
}

/// Where some words stand, one behind the other: those that come first after a byte, else the first in the text.
fn find(text: &str, mut at: usize, quote: &[String]) -> Result<Vec<Span>, String> {
    let mut parts = Vec::new();
    for words in quote.iter().filter(|words| !words.is_empty()) {
        let start = text[at..].find(words.as_str()).map(|skip| at + skip).or_else(|| text.find(words.as_str()));
        let start = start.ok_or_else(|| format!("`{words}` does not stand in the text"))?;
        at = start + words.len();
        parts.push(Span::new(start, at));
    }
    if parts.is_empty() { Err("neither `parts` nor words in `quote`".into()) } else { Ok(parts) }
}

/// The figures of triples.
#[derive(Debug, Default, Serialize)]
pub struct Scores {
    /// The documents.
    pub documents: usize,
    /// Half the characters of both.
    pub what: Tally,
    /// Of these, the right speaker.
    pub who: Tally,
    /// The jurisdictions of what is right, whoever says it.
    pub about: Tally,
    /// What, who and one jurisdiction, or none.
    pub triple: Tally,
    /// The speakers of what is right.
    pub speakers: Share,
    /// The jurisdictions that a content of the gold names.
    pub named: Share,
    /// The jurisdiction, or none, of statements that name none, given the words and the source of the gold.
    pub context: Share,
    /// By kind of the gold.
    pub kinds: BTreeMap<&'static str, KindScores>,
    /// What became of each rule's rows.
    pub rules: Rules,
}

/// What became of one kind of gold.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct KindScores {
    /// Found.
    pub what: Share,
    /// Found with the right speaker.
    pub who: Share,
}

/// A jurisdiction of a row.
struct Found<'a> {
    name: &'a str,
    level: Level,
    country: &'a str,
    state: &'a str,
}

impl<'a> Found<'a> {
    fn of(gazetteer: &'a Gazetteer, entry: EntryId) -> Found<'a> {
        let entry = gazetteer.entry(entry);
        Found { name: entry.name(), level: Level::of(entry.sort()), country: entry.country(), state: entry.admin1() }
    }
}

impl Scores {
    pub(super) fn take(&mut self, seen: Seen<'_>, gold: &Gold, mistakes: &mut Vec<Mistake>) {
        let text = seen.document.text.as_str();
        let rows = &seen.annotation.attributions;
        let ruler = Ruler::code_points(text);
        let wanted: Vec<Ranges> = gold.attributions.iter().map(|one| trimmed(text, &ruler, &one.parts)).collect();
        let found: Vec<Ranges> = rows.iter().map(|row| trimmed(text, &ruler, &row.parts)).collect();
        let pairs = one_to_one(half_alike(&wanted.iter().collect::<Vec<_>>(), &found.iter().collect::<Vec<_>>(), |_| [0.0; 2]));
        let mut row_of: Vec<Option<usize>> = vec![None; gold.attributions.len()];
        let mut fates = vec![(false, false); rows.len()];
        pairs.iter().for_each(|pair| row_of[pair.gold] = Some(pair.found));

        self.documents += 1;
        for given in gold.given(seen.pipeline, seen.document, seen.annotation).iter().filter(|given| !given.is_named()) {
            let found: Vec<EntryId> = given.row.jurisdictions.iter().map(|j| j.entry).collect();
            let right = match found[..] {
                [] => given.is_about_none(),
                [entry] => given.is_about(&seen.pipeline.gazetteer, entry),
                _ => false,
            };
            self.context.count(right);
        }
        for (one, row) in gold.attributions.iter().zip(row_of) {
            let fate = self.count(seen, one, row.map(|j| &rows[j]), mistakes);
            if let Some(j) = row {
                fates[j] = (true, fate);
            }
        }
        for (row, (matched, right)) in rows.iter().zip(fates) {
            self.what.found += 1;
            self.who.found += 1;
            self.about.found += row.jurisdictions.len();
            self.triple.found += row.jurisdictions.len().max(1);
            self.rules.count(row.rule, matched, right);
            if !matched {
                mistakes.push(Mistake::new("triples: what, not in the gold", seen.document, row.span).by(row.rule));
            }
        }
    }

    /// Counts an attribution of the gold and the row that stands for it; whether the speaker is right.
    fn count(
        &mut self,
        seen: Seen<'_>,
        gold: &Attribution,
        row: Option<&statement::Attribution>,
        mistakes: &mut Vec<Mistake>,
    ) -> bool {
        let span = gold.parts.iter().copied().reduce(Span::cover).unwrap_or_default();
        let named: Vec<&About> = gold.about.iter().filter(|about| about.basis == Basis::Quote.name()).collect();
        self.what.gold += 1;
        self.who.gold += 1;
        self.about.gold += gold.about.len();
        self.triple.gold += gold.about.len().max(1);
        self.named.of += named.len();
        let kind = self.kinds.entry(gold.kind.name()).or_default();
        kind.what.count(row.is_some());
        let Some(row) = row else {
            kind.who.count(false);
            let name = gold.speaker.as_deref().unwrap_or("nobody");
            mistakes.push(Mistake { gold: Some(name.to_owned()), ..Mistake::new("triples: what, missed", seen.document, span) });
            return false;
        };
        let speaker = row.speaker.as_ref();
        let is_right = same_speaker(gold.speaker.as_deref(), gold.is_person, speaker.map(|s| s.name.as_str()));
        kind.who.count(is_right);
        self.speakers.count(is_right);
        self.what.right += 1;
        self.who.right += usize::from(is_right);

        let place = |jurisdiction: &Jurisdiction| Found::of(&seen.pipeline.gazetteer, jurisdiction.entry);
        let places: Vec<Found<'_>> = row.jurisdictions.iter().map(place).collect();
        let right = count_same(&gold.about.iter().collect::<Vec<_>>(), &places);
        self.named.right += count_same(&named, &places);
        self.about.right += right;
        self.triple.right += match (is_right, gold.about.is_empty()) {
            (false, _) => 0,
            (true, false) => right,
            (true, true) => usize::from(places.is_empty()),
        };
        if !is_right {
            let mistake = Mistake::new("triples: who", seen.document, row.span).by(row.rule);
            mistakes.push(mistake.with(gold.speaker.as_deref().unwrap_or("nobody"), speaker_and_rule(speaker)));
        }
        if right < gold.about.len() || places.len() > gold.about.len() {
            let wanted = gold.about.iter().map(|a| listed(&a.name, a.state.as_deref(), a.country.as_deref()));
            let places = places.iter().map(|p| listed(p.name, Some(p.state), Some(p.country)));
            let found = places.zip(&row.jurisdictions).map(|(place, j)| format!("{place} [{}]", j.rule));
            let (wanted, found) = (wanted.collect::<Vec<_>>().join("; "), found.collect::<Vec<_>>().join("; "));
            mistakes.push(Mistake::new("triples: about", seen.document, row.span).by(row.rule).with(wanted, found));
        }
        is_right
    }
}

fn listed(name: &str, state: Option<&str>, country: Option<&str>) -> String {
    let parts = [Some(name), state, country].into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

/// The characters of some spans, each from its first letter to its last.
fn trimmed(text: &str, ruler: &Ruler, spans: &[Span]) -> Ranges {
    ruler.ranges(spans.iter().filter_map(|span| {
        let words = span.of(text);
        let first = words.find(is_letter)?;
        let end = words.trim_end_matches(|c| !is_letter(c)).len();
        Some(Span::new(span.start as usize + first, span.start as usize + end))
    }))
}

/// What a jurisdiction is, as far as figures tell levels apart: a city may be a town or a quarter, and is no county.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Country,
    State,
    County,
    Place,
    Supranational,
    Other,
}

impl Level {
    fn of(sort: EntryType) -> Level {
        Level::named(sort.name())
    }

    fn named(name: &str) -> Level {
        match name {
            "country" => Level::Country,
            "state" | "province" | "admin1" => Level::State,
            "county" | "parish" | "admin2" => Level::County,
            "city" | "town" | "village" | "borough" | "neighborhood" | "place" => Level::Place,
            "supranational" => Level::Supranational,
            _ => Level::Other,
        }
    }
}

/// How many of the gold are found, one to one.
fn count_same(gold: &[&About], found: &[Found<'_>]) -> usize {
    let mut used = vec![false; found.len()];
    let mut take = |about: &About| {
        let at = (0..found.len()).find(|&i| !used[i] && is_same(about, &found[i]));
        at.inspect(|&i| used[i] = true).is_some()
    };
    gold.iter().filter(|about| take(about)).count()
}

fn is_same(gold: &About, found: &Found<'_>) -> bool {
    let level = Level::named(&gold.level);
    let country = gold.country.as_deref().unwrap_or_default();
    let levels = [level, found.level];
    let is_country = levels.contains(&Level::Country);
    if country.to_uppercase() != found.country.to_uppercase() && !levels.contains(&Level::Supranational) {
        return false;
    }
    if is_country {
        return level == found.level;
    }
    if (level == Level::County) != (found.level == Level::County) || bare_name(&gold.name) != bare_name(found.name) {
        return false;
    }
    match gold.state.as_deref().filter(|state| !state.is_empty() && country == "US" && level != Level::State) {
        Some(state) => state.to_uppercase() == found.state.to_uppercase().replace("US-", ""),
        None => true,
    }
}

/// The name of a jurisdiction without the words that say what it is.
fn bare_name(name: &str) -> String {
    let name = normal(name);
    let before = ["city", "town", "village", "county", "borough", "state", "province", "district", "republic", "kingdom"];
    let behind = ["county", "parish", "city", "town", "borough", "village", "township", "region"];
    let name = before.iter().find_map(|word| name.strip_prefix(word)?.strip_prefix(" of ")).unwrap_or(&name);
    let is_word_end = |rest: &&str| !rest.ends_with(is_word_character);
    let name = behind.iter().find_map(|word| name.strip_suffix(word).filter(is_word_end)).unwrap_or(name);
    let saint = ["st ", "st. ", "saint "].iter().find_map(|word| name.strip_prefix(word)).map(|rest| format!("saint{rest}"));
    let name = saint.unwrap_or_else(|| name.strip_prefix("the ").unwrap_or(name).to_owned());
    name.chars().filter(|&c| is_letter(c)).collect()
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "triples: {} documents, {} rows", self.documents, self.what.found)?;
        writeln!(f, "  {:20}{HEADING}", "")?;
        let lines = [("what", self.what), ("who said what", self.who), ("about", self.about), ("triple", self.triple)];
        for (name, tally) in lines {
            writeln!(f, "  {name:20}{tally}")?;
        }
        let [speakers, named, context] = [self.speakers, self.named, self.context].map(Share::percent);
        writeln!(f, "  speakers of what is found {speakers:.1}, jurisdictions named in the gold's words {named:.1}")?;
        writeln!(
            f,
            "  jurisdiction or none where the gold's words name none, statement and source given {context:.1} (of {})",
            self.context.of
        )?;
        for (kind, scores) in &self.kinds {
            let (what, who) = (scores.what.percent(), scores.who.percent());
            writeln!(f, "  {kind}: {} in the gold, found {what:.1} %, with speaker {who:.1} %", scores.what.of)?;
        }
        self.rules.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(name: &str, level: &str, country: &str, state: Option<&str>) -> About {
        let filled = |s: &str| Some(s.to_owned());
        About {
            name: name.into(),
            level: level.into(),
            country: filled(country),
            state: state.and_then(filled),
            basis: "quote".into(),
        }
    }

    fn found<'a>(name: &'a str, level: Level, country: &'a str, state: &'a str) -> Found<'a> {
        Found { name, level, country, state }
    }

    #[test]
    fn bare_names_drop_what_places_are() {
        let bare: Vec<String> =
            ["City of Toledo", "Lucas County", "St. Louis", "Saint-Denis", "the Bronx", "Bay City", "Gramercity", "Reed's Town"]
                .iter()
                .map(|name| bare_name(name))
                .collect();
        assert_eq!(bare, ["toledo", "lucas", "saintlouis", "saintdenis", "bronx", "bay", "gramercity", "reed"]);
    }

    #[test]
    fn places_are_the_same_by_country_level_name_and_state() {
        let toledo = about("Toledo", "city", "US", Some("OH"));
        assert!(is_same(&toledo, &found("City of Toledo", Level::Place, "US", "oh")));
        assert!(!is_same(&toledo, &found("Toledo", Level::Place, "US", "WA")));
        assert!(!is_same(&toledo, &found("Toledo", Level::County, "US", "OH")));
        assert!(!is_same(&toledo, &found("Toledo", Level::Place, "ES", "OH")));
        assert!(is_same(&about("Spain", "country", "ES", None), &found("Kingdom", Level::Country, "ES", "")));
        assert!(!is_same(&about("Spain", "country", "ES", None), &found("Spain", Level::Place, "ES", "")));
        assert!(is_same(
            &about("European Union", "supranational", "", None),
            &found("European Union", Level::Supranational, "EU", "")
        ));
        let twice = [&toledo, &toledo];
        assert_eq!(count_same(&twice, &[found("Toledo", Level::Place, "US", "OH")]), 1);
    }

    #[test]
    fn words_are_found_in_order_and_marks_at_the_ends_do_not_count() {
        let text = "“No,” he said. “No.” She said no.";
        let words = |quote: &[&str], at| find(text, at, &quote.iter().map(|q| q.to_string()).collect::<Vec<_>>());
        let starts = |spans: Vec<Span>| spans.iter().map(|span| &text[span.start as usize..]).map(str::len).collect::<Vec<_>>();
        let first = words(&["No", "No"], 0).unwrap();
        assert_eq!(starts(first.clone()), [text.len() - 3, text.rfind("No").map(|at| text.len() - at).unwrap()]);
        assert!(words(&["Yes"], 0).unwrap_err().contains("`Yes`") && words(&[], 0).is_err());
        let ruler = Ruler::code_points(text);
        let marks = Span::new(0, text.find(" he").unwrap());
        assert_eq!(trimmed(text, &ruler, &[marks]), ruler.ranges([first[0]]));
        assert!(trimmed(text, &ruler, &[Span::new(0, 3)]).is_empty());
    }
}
