//! Places: which names are places, and which place each is.
//!
//! *Recognition* compares spans: exactly, or any that overlap, one to one. *Resolution* asks of each pair how far apart the two
//! places are: nothing if their GeoNames ids agree, as coordinates drift between releases, else the great circle. *End to end*, a
//! place is right if its name is recognised and it is within 161 kilometres (100 miles) of the gold; gold that is nowhere does not
//! count there. A demonym ("Canadian") is no name of a place unless [`Choice::demonyms`] says so: gold differs there.

use super::gold::{Bytes, Record, items};
use super::mistake::Mistake;
use super::pairing::{Candidate, Overlap, Pair, one_to_one, overlaps};
use super::ranges::{Ranges, Ruler};
use super::tally::{Rules, Share, Tally};
use super::{Choice, Seen};
use crate::gazetteer::{self, Entry};
use crate::span::Span;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// The mean radius of the earth.
const RADIUS_KM: f64 = 6371.009;
/// As far apart as two places can be.
const FURTHEST_KM: f64 = 20039.0;
/// As far as a place may be from the right one: 100 miles.
const NEAR_KM: f64 = 161.0;
/// Sorts of names that are no places, where gold lists them too.
const NO_PLACES: [&str; 3] = ["Non_Toponym", "Literal_Expression", "Non_Lit_Expression"];

/// What is right about a document.
#[derive(Clone, Debug)]
pub struct Gold {
    toponyms: Vec<Toponym>,
}

/// A name of a place, and which one it is: of the gold or found.
#[derive(Clone, Debug)]
struct Toponym {
    span: Span,
    id: Option<String>,
    position: Option<(f64, f64)>,
    kind: Option<String>,
    /// The rule that found it.
    rule: &'static str,
    name: String,
}

/// A toponym as files hold it.
#[derive(Deserialize)]
struct Line {
    start: usize,
    end: usize,
    #[serde(default)]
    geonames_id: Value,
    #[serde(default)]
    lat: Option<f64>,
    #[serde(default)]
    lon: Option<f64>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default, rename = "type")]
    sort: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

impl Gold {
    /// The kinds of its names, as the gold calls them.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.toponyms.iter().filter_map(|toponym| toponym.kind.as_deref())
    }

    pub(super) fn read(record: &Record, bytes: &Bytes) -> Result<Gold, String> {
        let toponyms = items(record, "toponyms", |line: Line| {
            let is_place = line.sort.as_deref().is_none_or(|sort| !NO_PLACES.contains(&sort));
            let id = match line.geonames_id {
                Value::Null => None,
                Value::String(id) => Some(id).filter(|id| !id.is_empty()),
                Value::Number(id) => Some(id.to_string()),
                _ => return Err("the field `geonames_id` is neither text nor number".to_owned()),
            };
            let toponym = Toponym {
                span: bytes.span([line.start, line.end])?,
                id,
                position: line.lat.zip(line.lon),
                kind: line.kind.or(line.sort),
                rule: "",
                name: line.name.unwrap_or_default(),
            };
            Ok(is_place.then_some(toponym))
        })?;
        Ok(Gold { toponyms: toponyms.into_iter().flatten().collect() })
    }
}

impl Toponym {
    fn is_somewhere(&self) -> bool {
        self.position.is_some() || self.id.is_some()
    }

    /// How far a place that was found is from this one; `None` if it cannot be said.
    fn distance(&self, found: &Toponym) -> Option<f64> {
        if self.id.is_some() && self.id == found.id {
            return Some(0.0);
        }
        self.position.zip(found.position).map(|(a, b)| great_circle(a, b))
    }
}

/// The kilometres between two places in degrees.
fn great_circle(from: (f64, f64), to: (f64, f64)) -> f64 {
    let radians = |degrees: f64| degrees * (std::f64::consts::PI / 180.0);
    let [(lat, lon), (other_lat, other_lon)] = [from, to].map(|(lat, lon)| (radians(lat), radians(lon)));
    let haversine = |angle: f64| (angle / 2.0).sin().powi(2);
    let h = haversine(other_lat - lat) + lat.cos() * other_lat.cos() * haversine(other_lon - lon);
    2.0 * RADIUS_KM * h.sqrt().min(1.0).asin()
}

/// The figures of places.
#[derive(Debug, Default)]
pub struct Scores {
    documents: usize,
    gold: usize,
    found: usize,
    ignored: usize,
    exact: Way,
    overlap: Way,
    /// The names of the gold that are somewhere and that the gazetteer knows as names of the right place.
    known: Share,
    rules: Rules,
}

/// What is counted for one way to compare spans.
#[derive(Debug, Default)]
struct Way {
    recognition: Tally,
    end_to_end: Tally,
    /// Of each pair whose gold has coordinates: the distance, and the kind of the gold.
    distances: Vec<(Option<f64>, String)>,
    ids: Share,
}

/// How well names were resolved, over the pairs whose gold has coordinates.
#[derive(Clone, Debug, Serialize)]
pub struct Resolution {
    /// The pairs.
    pub pairs: usize,
    /// Those whose distance is known.
    pub placed: usize,
    /// The same id, where both have one.
    pub acc_id: Share,
    /// Within 161 kilometres, of all pairs.
    pub acc161: Share,
    /// Within 161 kilometres, of those whose distance is known.
    pub acc161_given: Share,
    /// The mean distance.
    pub mean_km: Option<f64>,
    /// The median distance.
    pub median_km: Option<f64>,
    /// The area under the curve of logarithms of distances: 0 is best, 1 worst.
    pub auc: Option<f64>,
    /// The same, with those of unknown distance at the far end of the earth.
    pub auc_all: Option<f64>,
    /// Within 161 kilometres, by kind of place, the most frequent first.
    pub acc161_by_kind: Vec<(String, Share)>,
}

impl Way {
    fn take(&mut self, gold: &[Toponym], found: &[Toponym], pairs: &[Pair], ignored: usize) {
        let wrong = found.len() - pairs.len() - ignored;
        self.recognition += Tally { right: pairs.len(), found: pairs.len() + wrong, gold: gold.len() };
        let somewhere = gold.iter().filter(|toponym| toponym.is_somewhere()).count();
        let mut end_to_end = Tally { right: 0, found: wrong, gold: somewhere };
        for pair in pairs {
            let (wanted, found) = (&gold[pair.gold], &found[pair.found]);
            if !wanted.is_somewhere() {
                continue;
            }
            let distance = wanted.distance(found);
            end_to_end.found += 1;
            end_to_end.right += usize::from(is_near(distance));
            if wanted.position.is_some() {
                self.distances.push((distance, wanted.kind.clone().unwrap_or_else(|| "-".into())));
            }
            if wanted.id.is_some() && found.id.is_some() {
                self.ids.count(wanted.id == found.id);
            }
        }
        self.end_to_end += end_to_end;
    }

    fn resolution(&self) -> Resolution {
        let known: Vec<f64> = self.distances.iter().filter_map(|(distance, _)| *distance).collect();
        let near = known.iter().filter(|&&distance| distance <= NEAR_KM).count();
        let mut sorted = known.clone();
        sorted.sort_by(f64::total_cmp);
        let mut all = known.clone();
        all.resize(self.distances.len(), FURTHEST_KM);
        let mut kinds: Vec<(String, Share)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (distance, kind) in &self.distances {
            let at = *places.entry(kind).or_insert_with(|| {
                kinds.push((kind.clone(), Share::default()));
                kinds.len() - 1
            });
            kinds[at].1.count(is_near(*distance));
        }
        kinds.sort_by_key(|(_, share)| usize::MAX - share.of);
        let half = sorted.len() / 2;
        Resolution {
            pairs: self.distances.len(),
            placed: known.len(),
            acc_id: self.ids,
            acc161: Share { right: near, of: self.distances.len() },
            acc161_given: Share { right: near, of: known.len() },
            mean_km: (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64),
            median_km: match sorted.len() {
                0 => None,
                n if n % 2 == 1 => Some(sorted[half]),
                _ => Some((sorted[half - 1] + sorted[half]) / 2.0),
            },
            auc: area_under_curve(&known),
            auc_all: area_under_curve(&all),
            acc161_by_kind: kinds,
        }
    }
}

fn is_near(distance: Option<f64>) -> bool {
    distance.is_some_and(|km| km <= NEAR_KM)
}

/// The area under the sorted logarithms of some distances, as a share of the worst.
fn area_under_curve(distances: &[f64]) -> Option<f64> {
    let worst = (1.0 + FURTHEST_KM).ln();
    let mut heights: Vec<f64> = distances.iter().map(|km| (1.0 + km.min(FURTHEST_KM)).ln()).collect();
    heights.sort_by(f64::total_cmp);
    match heights[..] {
        [] => None,
        [one] => Some(one / worst),
        _ => {
            let area: f64 = heights.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).sum();
            Some(area / (worst * (heights.len() - 1) as f64))
        }
    }
}

/// One toponym a span, the first that is somewhere, in order.
fn one_a_span(mut toponyms: Vec<Toponym>) -> Vec<Toponym> {
    toponyms.sort_by_key(|toponym| (toponym.span, !toponym.is_somewhere()));
    toponyms.dedup_by_key(|toponym| toponym.span);
    toponyms
}

/// Pairs of toponyms that overlap: those that agree best first, then the longer, then the first.
fn overlapping(ruler: &Ruler, gold: &[Toponym], found: &[Toponym]) -> Vec<Pair> {
    let sets = |toponyms: &[Toponym]| toponyms.iter().map(|toponym| ruler.ranges([toponym.span])).collect::<Vec<_>>();
    let (wanted, found) = (sets(gold), sets(found));
    let all = overlaps(&wanted.iter().collect::<Vec<_>>(), &found.iter().collect::<Vec<_>>());
    let candidate = |Overlap { gold: i, found: j, shared }: Overlap| {
        let share = f64::from(shared) / f64::from(Ranges::union([&wanted[i], &found[j]]).size());
        let order = [-share, -f64::from(shared), f64::from(wanted[i].first().unwrap_or_default())];
        Candidate { order, pair: Pair { gold: i, found: j } }
    };
    one_to_one(all.into_iter().map(candidate).collect())
}

/// Pairs of toponyms with the same span.
fn exact(gold: &[Toponym], found: &[Toponym]) -> Vec<Pair> {
    let at: HashMap<Span, usize> = gold.iter().enumerate().map(|(i, toponym)| (toponym.span, i)).collect();
    let pairs = found.iter().enumerate().filter_map(|(j, toponym)| Some(Pair { gold: *at.get(&toponym.span)?, found: j }));
    pairs.collect()
}

impl Scores {
    pub(super) fn take(&mut self, seen: Seen<'_>, gold: &Gold, choice: &Choice, mistakes: &mut Vec<Mistake>) {
        let ruler = Ruler::code_points(&seen.document.text);
        let kinds = choice.kinds.as_deref();
        let counts = |toponym: &Toponym| kinds.is_none_or(|kinds| toponym.kind.as_ref().is_some_and(|kind| kinds.contains(kind)));
        let (wanted, aside): (Vec<_>, Vec<_>) = gold.toponyms.iter().cloned().partition(counts);
        let (wanted, aside, found) = (one_a_span(wanted), one_a_span(aside), one_a_span(found(seen, choice.demonyms)));
        self.documents += 1;
        self.gold += wanted.len();
        self.found += found.len();
        let ignored = |pairs: &[Pair]| {
            let mut rest = vec![true; found.len()];
            pairs.iter().for_each(|pair| rest[pair.found] = false);
            let rest_at: Vec<usize> = (0..found.len()).filter(|&j| rest[j]).collect();
            let rest: Vec<Toponym> = rest_at.iter().map(|&j| found[j].clone()).collect();
            overlapping(&ruler, &aside, &rest).iter().map(|pair| rest_at[pair.found]).collect::<Vec<_>>()
        };
        for toponym in wanted.iter().filter(|toponym| toponym.is_somewhere()) {
            self.known.count(is_known(seen, toponym));
        }
        let pairs = exact(&wanted, &found);
        let dropped = ignored(&pairs);
        self.ignored += dropped.len();
        self.exact.take(&wanted, &found, &pairs, dropped.len());
        let loose = overlapping(&ruler, &wanted, &found);
        self.overlap.take(&wanted, &found, &loose, ignored(&loose).len());
        self.count_rules(seen, [&wanted, &found], &pairs, &dropped, mistakes);
    }

    fn count_rules(
        &mut self,
        seen: Seen<'_>,
        [wanted, found]: [&[Toponym]; 2],
        pairs: &[Pair],
        dropped: &[usize],
        mistakes: &mut Vec<Mistake>,
    ) {
        let mut gold_of = vec![None; found.len()];
        let mut is_found = vec![false; wanted.len()];
        for pair in pairs {
            gold_of[pair.found] = Some(&wanted[pair.gold]);
            is_found[pair.gold] = true;
        }
        let mistake = |what, toponym: &Toponym| Mistake::new(what, seen.document, toponym.span);
        for (j, place) in found.iter().enumerate().filter(|(j, _)| !dropped.contains(j)) {
            let distance = gold_of[j].and_then(|gold| gold.distance(place));
            self.rules.count(place.rule, gold_of[j].is_some(), is_near(distance));
            match gold_of[j] {
                None => mistakes.push(Mistake {
                    found: Some(place.name.clone()),
                    ..mistake("places: not in the gold", place).by(place.rule)
                }),
                Some(gold) if gold.is_somewhere() && !is_near(distance) => {
                    mistakes
                        .push(mistake("places: wrong place", place).with(gold.name.as_str(), place.name.as_str()).by(place.rule));
                }
                Some(_) => {}
            }
        }
        let missed = wanted.iter().zip(is_found).filter(|(_, found)| !found);
        mistakes.extend(missed.map(|(gold, _)| Mistake { gold: Some(gold.name.clone()), ..mistake("places: missed", gold) }));
    }

    /// Spans that agree exactly, and spans that overlap.
    fn ways(&self) -> [(&'static str, &Way); 2] {
        [("exact", &self.exact), ("overlap", &self.overlap)]
    }
}

/// Whether the gazetteer has a name at a name of the gold, or over it, that may stand for the right place.
fn is_known(seen: Seen<'_>, gold: &Toponym) -> bool {
    let gazetteer = &seen.pipeline.gazetteer;
    let tokens = &seen.annotation.tokens;
    let is_right =
        |candidate: &gazetteer::Candidate| is_near(gold.distance(&toponym(gazetteer.entry(candidate.entry), gold.span, "")));
    let at = tokens.partition_point(|token| token.span.end <= gold.span.start);
    let matches = gazetteer.matches(&seen.document.text, tokens, at);
    // `Marion`, where the gold has it as the county of `Marion County`.
    matches.iter().any(|found| tokens[at].span.start <= gold.span.end && found.candidates.iter().any(is_right))
}

/// The places that the pipeline found by name, or by any word for them.
fn found(seen: Seen<'_>, demonyms: bool) -> Vec<Toponym> {
    let places = seen.annotation.places.iter().filter(|place| demonyms || !place.kind.is_demonym());
    places.map(|place| toponym(seen.pipeline.gazetteer.entry(place.entry), place.span, place.rule)).collect()
}

/// An entry of the gazetteer as what a name stands for.
fn toponym(entry: Entry<'_>, span: Span, rule: &'static str) -> Toponym {
    let within = [entry.name(), entry.admin1(), entry.country()];
    Toponym {
        span,
        id: entry.geonames_id().map(|id| id.to_string()),
        position: entry.position().map(|(lat, lon)| (as_written(lat), as_written(lon))),
        kind: None,
        rule,
        name: within.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", "),
    }
}

/// The number that stands in the output for a coordinate: 39.95, where the nearest of 32 bits is 39.9500008.
fn as_written(degrees: f32) -> f64 {
    degrees.to_string().parse().unwrap_or_else(|_| f64::from(degrees))
}

impl Serialize for Scores {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Figures<'a> {
            documents: usize,
            gold: usize,
            found: usize,
            ignored: usize,
            recognition_exact: Tally,
            recognition_overlap: Tally,
            end_to_end_exact: Tally,
            end_to_end_overlap: Tally,
            resolution_exact: Resolution,
            resolution_overlap: Resolution,
            known: Share,
            rules: &'a Rules,
        }
        let figures = Figures {
            documents: self.documents,
            gold: self.gold,
            found: self.found,
            ignored: self.ignored,
            recognition_exact: self.exact.recognition,
            recognition_overlap: self.overlap.recognition,
            end_to_end_exact: self.exact.end_to_end,
            end_to_end_overlap: self.overlap.end_to_end,
            resolution_exact: self.exact.resolution(),
            resolution_overlap: self.overlap.resolution(),
            known: self.known,
            rules: &self.rules,
        };
        figures.serialize(serializer)
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scores { documents, gold, found, ignored, .. } = self;
        writeln!(
            f,
            "places: {documents} documents, {gold} in the gold, {found} found, {ignored} of these neither wanted nor wrong"
        )?;
        writeln!(f, "  {:24}precision  recall      F1    right    found     gold", "")?;
        for (name, way) in self.ways() {
            for (what, tally) in [("recognition", way.recognition), ("end to end", way.end_to_end)] {
                let (precision, recall, f1) = (tally.precision(), tally.recall(), tally.f1());
                let Tally { right, found, gold } = tally;
                let label = format!("{what}, {name}");
                writeln!(f, "  {label:24}{precision:9.4} {recall:7.4} {f1:7.4} {right:8} {found:8} {gold:8}")?;
            }
        }
        let Share { right, of } = self.known;
        writeln!(f, "  the gazetteer knows the right place by the name of {right} of {of}: {:.1} %", self.known.percent())?;
        let figure = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
        for (name, way) in self.ways() {
            let r = way.resolution();
            writeln!(f, "  resolution, {name}: {} pairs, {} placed", r.pairs, r.placed)?;
            writeln!(
                f,
                "    same id {} of {}; within 161 km {}, of those placed {}; km mean {}, median {}; auc {}, of all {}",
                figure(r.acc_id.share()),
                r.acc_id.of,
                figure(r.acc161.share()),
                figure(r.acc161_given.share()),
                figure(r.mean_km),
                figure(r.median_km),
                figure(r.auc),
                figure(r.auc_all),
            )?;
            let kind = |(kind, share): &(String, Share)| format!("{kind} {:.3} (of {})", share.share().unwrap_or(0.0), share.of);
            writeln!(f, "    by kind: {}", r.acc161_by_kind.iter().map(kind).collect::<Vec<_>>().join(", "))?;
        }
        self.rules.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toponym(start: usize, end: usize, id: Option<&str>, position: Option<(f64, f64)>) -> Toponym {
        let id = id.map(str::to_owned);
        Toponym { span: Span::new(start, end), id, position, kind: None, rule: "", name: String::new() }
    }

    #[test]
    fn distances_are_great_circles_and_ids_win() {
        assert!((great_circle((51.5074, -0.1278), (48.8566, 2.3522)) - 343.5).abs() < 1.0);
        assert!((great_circle((0.0, 0.0), (0.0, 180.0)) - std::f64::consts::PI * RADIUS_KM).abs() < 1e-3);
        let there = toponym(0, 1, Some("7"), Some((1.0, 1.0)));
        assert_eq!(there.distance(&toponym(0, 1, Some("7"), Some((50.0, 1.0)))), Some(0.0));
        assert_eq!(there.distance(&toponym(0, 1, Some("8"), None)), None);
        assert_eq!(toponym(0, 1, None, None).distance(&toponym(0, 1, None, None)), None);
    }

    #[test]
    fn the_area_is_between_best_and_worst() {
        assert_eq!(area_under_curve(&[]), None);
        assert_eq!(area_under_curve(&[0.0, 0.0]), Some(0.0));
        assert_eq!(area_under_curve(&[FURTHEST_KM]), Some(1.0));
        assert_eq!(area_under_curve(&[FURTHEST_KM, 0.0]), Some(0.5));
    }

    #[test]
    fn spans_pair_exactly_or_by_what_they_share() {
        let text = "x".repeat(40);
        let ruler = Ruler::code_points(&text);
        let gold = [toponym(0, 5, None, None), toponym(10, 20, None, None)];
        let found = [toponym(0, 5, None, None), toponym(4, 11, None, None), toponym(12, 20, None, None)];
        assert_eq!(exact(&gold, &found), [Pair { gold: 0, found: 0 }]);
        assert_eq!(overlapping(&ruler, &gold, &found), [Pair { gold: 0, found: 0 }, Pair { gold: 1, found: 2 }]);
        let twice = one_a_span(vec![toponym(3, 4, None, None), toponym(3, 4, Some("7"), None), toponym(1, 2, None, None)]);
        assert_eq!((twice.len(), twice[1].id.as_deref()), (2, Some("7")));
    }

    #[test]
    fn coordinates_are_taken_as_they_are_written() {
        assert_eq!(as_written(39.95_f32), 39.95);
        assert_ne!(f64::from(39.95_f32), 39.95);
    }
}
