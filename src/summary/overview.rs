//! All figures of the report, made in one pass over the rows.

use super::dimension::date;
use super::filter::Filter;
use super::governments::{Governments, Held};
use super::{Count, Documents};
use crate::collation::{JurisdictionInRow, Statement, Texts};
use crate::gazetteer::EntryId;
use crate::speaker::SpeakerType;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BinaryHeap;
use std::hash::BuildHasher;

/// How many speakers and places are listed.
const LISTED: usize = 20;
/// How many speakers the matrix has, and how many places.
const MATRIX: (usize, usize) = (14, 10);
/// How many outlets have a row of their own in the timeline.
const OUTLETS: usize = 8;
/// So many points of time are drawn at most.
const PERIODS: usize = 150;
/// Up to so many days, months are too coarse.
const DAYS: usize = 62;
/// Dates that one in so many statements has are no exception.
const COARSE_SHARE: u64 = 20;
/// Classes of confidence.
const CLASSES: usize = 10;

/// Who speaks, as far as rows tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voices {
    /// A person by name.
    pub person: u64,
    /// A body by name.
    pub organization: u64,
    /// Somebody described: police, two officials.
    pub described: u64,
    /// Nobody who could be told.
    pub nobody: u64,
}

/// A speaker of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeakerFigure {
    /// The name.
    pub name: String,
    /// The most frequent role.
    pub role: Option<String>,
    /// How often.
    pub count: Count,
}

/// A place of the list or of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceFigure {
    /// What shapes of maps are called: `FR`, `MD`, `24510`; for the list the id.
    pub code: String,
    /// What people read.
    pub label: String,
    /// country, state, county, city and so on
    pub level: String,
    /// How often.
    pub count: Count,
}

/// Who is quoted about which place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// The speakers, most statements first.
    pub speakers: Vec<String>,
    /// The places that these speakers speak about, most statements first.
    pub places: Vec<String>,
    /// Statements, by speaker and place.
    pub cells: Vec<Vec<u64>>,
}

/// Statements over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// day, month or year
    pub unit: &'static str,
    /// The points of time, in order and without a gap.
    pub periods: Vec<String>,
    /// All outlets, then each of the largest, then the rest: the name, the statements by period.
    pub series: Vec<(String, Vec<u64>)>,
    /// Statements without a date that can be put in order.
    pub undated: u64,
    /// Statements before the first period: there are too many periods to draw.
    pub earlier: u64,
}

/// A row of the sample.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// The date as the row has it.
    pub date: Option<String>,
    /// The outlet.
    pub source: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The document.
    pub document: String,
    /// The row.
    pub id: Option<String>,
    /// Who speaks.
    pub speaker: Option<String>,
    /// Title or office.
    pub role: Option<String>,
    /// The reported words.
    pub content: String,
    /// Whether they are quoted.
    pub direct: bool,
    /// The places.
    pub places: Vec<String>,
    /// The confidence in percent.
    pub percent: u8,
}

/// The figures of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Rows that were looked at.
    pub rows: u64,
    /// Those that counted.
    pub statements: u64,
    /// In so many documents.
    pub documents: u64,
    /// Some documents came in several places and may be counted more than once in lists.
    pub scattered: bool,
    /// Outlets.
    pub outlets: u64,
    /// Speakers by name.
    pub speakers: u64,
    /// Places.
    pub places: u64,
    /// Statements that are about no place.
    pub placeless: u64,
    /// The earliest date.
    pub first: Option<String>,
    /// The latest date.
    pub last: Option<String>,
    /// direct, mixed and indirect, and what does not say.
    pub kinds: [u64; 4],
    /// Who speaks.
    pub voices: Voices,
    /// How sure the rows are, in tenths.
    pub confidence: [u64; CLASSES],
    /// Who speaks most.
    pub top_speakers: Vec<SpeakerFigure>,
    /// What most is about.
    pub top_places: Vec<PlaceFigure>,
    /// Statements by country, with everything inside it.
    pub by_country: Vec<PlaceFigure>,
    /// Statements by US state, with everything inside it.
    pub by_state: Vec<PlaceFigure>,
    /// Statements by US county, with everything inside it.
    pub by_county: Vec<PlaceFigure>,
    /// Who is quoted about which place.
    pub matrix: Matrix,
    /// Statements over time.
    pub timeline: Timeline,
    /// Some of the rows, by date.
    pub sample: Vec<Sample>,
}

#[derive(Default)]
struct Voice {
    count: Count,
    name: u32,
    roles: FxHashMap<u32, u64>,
}

struct Place {
    count: Count,
    level: u32,
    label: String,
}

/// Gathers the figures; what it holds grows with the number of different speakers, places and days, not of rows.
pub struct Overview<'g> {
    governments: &'g Governments<'g>,
    filter: Filter,
    sampled: usize,
    texts: Texts,
    documents: Documents,
    voices: FxHashMap<u32, Voice>,
    places: FxHashMap<u32, Place>,
    held: [FxHashMap<EntryId, Count>; 3],
    pairs: FxHashMap<(u32, u32), u64>,
    /// Statements by day (as exact as it is) and outlet.
    days: FxHashMap<(String, Option<u32>), u64>,
    sample: BinaryHeap<(u64, Sample)>,
    figures: Figures,
}

impl<'g> Overview<'g> {
    /// Nothing gathered yet; `sampled` rows are to be kept as examples.
    pub fn new(governments: &'g Governments<'g>, filter: Filter, sampled: usize) -> Overview<'g> {
        Overview {
            governments,
            filter,
            sampled,
            texts: Texts::default(),
            documents: Documents::default(),
            voices: FxHashMap::default(),
            places: FxHashMap::default(),
            held: Default::default(),
            pairs: FxHashMap::default(),
            days: FxHashMap::default(),
            sample: BinaryHeap::new(),
            figures: Figures::default(),
        }
    }

    /// One more row.
    pub fn add(&mut self, row: &Statement) {
        self.figures.rows += 1;
        let governments = self.governments;
        let Some(places) = self.filter.places(governments, row) else { return };
        self.figures.statements += 1;
        let document = self.documents.number(&row.document);
        let kind = ["direct", "mixed", "indirect"].iter().position(|kind| *kind == row.kind).unwrap_or(3);
        self.figures.kinds[kind] += 1;
        let class = (row.confidence.clamp(0.0, 1.0) * CLASSES as f64) as usize;
        self.figures.confidence[class.min(CLASSES - 1)] += 1;
        let voice = self.add_voice(row, document);
        let abouts = self.add_places(&places, document);
        if let Some(voice) = voice {
            abouts.iter().for_each(|&about| *self.pairs.entry((voice, about)).or_default() += 1);
        }
        self.add_date(row);
        self.add_sample(row, &places);
    }

    fn add_voice(&mut self, row: &Statement, document: u32) -> Option<u32> {
        let voices = &mut self.figures.voices;
        let Some(speaker) = &row.speaker else {
            voices.nobody += 1;
            return None;
        };
        if !speaker.is_named() {
            voices.described += 1;
            return None;
        }
        match speaker.sort {
            SpeakerType::Person => voices.person += 1,
            _ => voices.organization += 1,
        }
        let id = self.texts.id(speaker.key.as_deref().unwrap_or(&speaker.name));
        let name = self.texts.id(&speaker.name);
        let role = speaker.role.as_deref().map(|role| self.texts.id(role));
        let voice = self.voices.entry(id).or_default();
        // Rows with keys may call one speaker by several names: the fullest.
        let longer = |a: &str, b: &str| (Reverse(a.len()), a) < (Reverse(b.len()), b);
        if voice.count.statements == 0 || longer(self.texts.get(name), self.texts.get(voice.name)) {
            voice.name = name;
        }
        voice.count.add(document);
        if let Some(role) = role {
            *voice.roles.entry(role).or_default() += 1;
        }
        Some(id)
    }

    fn add_places(&mut self, places: &[(&JurisdictionInRow, Held)], document: u32) -> Vec<u32> {
        self.figures.placeless += u64::from(places.is_empty());
        let mut abouts: Vec<u32> = Vec::with_capacity(places.len());
        let mut holders: [Vec<EntryId>; 3] = Default::default();
        for (jurisdiction, held) in places {
            let id = self.texts.id(&jurisdiction.id);
            if abouts.contains(&id) {
                continue;
            }
            abouts.push(id);
            let level = self.texts.id(&jurisdiction.level);
            let governments = self.governments;
            let new = || Place { count: Count::default(), level, label: governments.label_of_row(jurisdiction) };
            self.places.entry(id).or_insert_with(new).count.add(document);
            for (holders, holder) in holders.iter_mut().zip([held.country, held.state, held.county]) {
                holders.extend(holder.filter(|holder| !holders.contains(holder)));
            }
        }
        for (counts, holders) in self.held.iter_mut().zip(holders) {
            holders.into_iter().for_each(|holder| counts.entry(holder).or_default().add(document));
        }
        abouts
    }

    fn add_date(&mut self, row: &Statement) {
        let outlet = row.source.as_deref().filter(|source| !source.is_empty()).map(|source| self.texts.id(source));
        let day = [10, 7, 4].into_iter().find_map(|length| date(row, length)).filter(|day| is_in_calendar(day));
        *self.days.entry((day.unwrap_or_default(), outlet)).or_default() += 1;
    }

    /// Keeps the rows with the smallest hashes: as good as drawn by lot, and the same for any order of the rows.
    fn add_sample(&mut self, row: &Statement, places: &[(&JurisdictionInRow, Held)]) {
        let hash = FxBuildHasher.hash_one((&row.document, &row.id, &row.content)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if self.sampled == 0 || self.sample.len() == self.sampled && self.sample.peek().is_some_and(|(most, _)| *most <= hash) {
            return;
        }
        let sample = Sample {
            date: row.date.clone(),
            source: row.source.clone(),
            title: row.title.clone(),
            document: row.document.clone(),
            id: row.id.clone(),
            speaker: row.speaker.as_ref().map(|speaker| speaker.name.clone()),
            role: row.speaker.as_ref().and_then(|speaker| speaker.role.clone()),
            content: row.content.clone(),
            direct: row.kind == "direct",
            places: places.iter().map(|(place, _)| self.governments.label_of_row(place)).collect(),
            percent: (row.confidence.clamp(0.0, 1.0) * 100.0).round() as u8,
        };
        self.sample.push((hash, sample));
        if self.sample.len() > self.sampled {
            self.sample.pop();
        }
    }

    /// The figures.
    pub fn finish(mut self) -> Figures {
        let mut figures = std::mem::take(&mut self.figures);
        figures.documents = self.documents.len();
        figures.scattered = self.documents.scattered;
        figures.speakers = self.voices.len() as u64;
        figures.places = self.places.len() as u64;
        let voices = self.ranked_voices();
        figures.top_speakers = voices.iter().take(LISTED).map(|&id| self.speaker(id)).collect();
        figures.matrix = self.matrix(&voices);
        figures.top_places = self.top_places();
        let us = |entry: EntryId| self.governments.gazetteer().entry(entry).country() == "US";
        figures.by_country = self.map(0, |_| true);
        figures.by_state = self.map(1, us);
        figures.by_county = self.map(2, us);
        let outlets = self.outlets();
        figures.outlets = outlets.len() as u64;
        (figures.first, figures.last) = self.dates();
        figures.timeline = self.timeline(&outlets);
        figures.sample = self.sample.into_iter().map(|(_, sample)| sample).collect();
        figures.sample.sort();
        figures
    }

    fn ranked_voices(&self) -> Vec<u32> {
        let mut voices: Vec<u32> = self.voices.keys().copied().collect();
        voices.sort_by_key(|id| (Reverse(self.voices[id].count.statements), self.texts.get(*id)));
        voices
    }

    fn speaker(&self, id: u32) -> SpeakerFigure {
        let Voice { count, name, roles } = &self.voices[&id];
        let role = roles.iter().max_by_key(|(role, count)| (**count, Reverse(self.texts.get(**role))));
        SpeakerFigure {
            name: self.texts.get(*name).to_owned(),
            role: role.map(|(role, _)| self.texts.get(*role).to_owned()),
            count: *count,
        }
    }

    fn top_places(&self) -> Vec<PlaceFigure> {
        let figure = |(&id, place): (&u32, &Place)| PlaceFigure {
            code: self.texts.get(id).to_owned(),
            label: place.label.clone(),
            level: self.texts.get(place.level).to_owned(),
            count: place.count,
        };
        let mut places: Vec<PlaceFigure> = self.places.iter().map(figure).collect();
        sort_places(&mut places);
        places.truncate(LISTED);
        places
    }

    fn map(&self, level: usize, counts: impl Fn(EntryId) -> bool) -> Vec<PlaceFigure> {
        let figure = |(&id, &count): (&EntryId, &Count)| {
            let entry = self.governments.gazetteer().entry(id);
            let code = [entry.country(), entry.admin1(), entry.admin2()][level].to_owned();
            PlaceFigure { code, label: self.governments.label(id), level: entry.sort().name().to_owned(), count }
        };
        let mut places: Vec<PlaceFigure> = self.held[level].iter().filter(|(id, _)| counts(**id)).map(figure).collect();
        sort_places(&mut places);
        places
    }

    fn matrix(&self, voices: &[u32]) -> Matrix {
        let voices = &voices[..voices.len().min(MATRIX.0)];
        let mut sums: FxHashMap<u32, u64> = FxHashMap::default();
        for ((voice, place), count) in &self.pairs {
            if voices.contains(voice) {
                *sums.entry(*place).or_default() += count;
            }
        }
        let mut places: Vec<u32> = sums.keys().copied().collect();
        places.sort_by_key(|place| (Reverse(sums[place]), self.texts.get(*place)));
        places.truncate(MATRIX.1);
        let cell = |voice: u32, place: u32| self.pairs.get(&(voice, place)).copied().unwrap_or(0);
        Matrix {
            speakers: voices.iter().map(|&voice| self.speaker(voice).name).collect(),
            places: places.iter().map(|place| self.places[place].label.clone()).collect(),
            cells: voices.iter().map(|&voice| places.iter().map(|&place| cell(voice, place)).collect()).collect(),
        }
    }

    /// The outlets, most statements first.
    fn outlets(&self) -> Vec<u32> {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for ((_, outlet), count) in &self.days {
            if let Some(outlet) = outlet {
                *counts.entry(*outlet).or_default() += count;
            }
        }
        let mut outlets: Vec<u32> = counts.keys().copied().collect();
        outlets.sort_by_key(|outlet| (Reverse(counts[outlet]), self.texts.get(*outlet)));
        outlets
    }

    fn dates(&self) -> (Option<String>, Option<String>) {
        let dated = || self.days.keys().map(|(day, _)| day).filter(|day| !day.is_empty());
        (dated().min().cloned(), dated().max().cloned())
    }

    fn timeline(&self, outlets: &[u32]) -> Timeline {
        let all: u64 = self.days.values().sum();
        let exactly =
            |length: usize| -> u64 { self.days.iter().filter(|((day, _), _)| day.len() == length).map(|(_, count)| count).sum() };
        let dated = all - exactly(0);
        // Years alone make the timeline one of years, unless they are few: those count as undated.
        let exact = [4, 7, 10].into_iter().find(|&length| exactly(length) * COARSE_SHARE >= dated).unwrap_or(10);
        let fine = || self.days.iter().filter(move |((day, _), _)| day.len() >= exact);
        let (Some(first), Some(last)) = (fine().map(|((day, _), _)| day).min(), fine().map(|((day, _), _)| day).max()) else {
            return Timeline { undated: all, ..Timeline::default() };
        };
        let undated = all - fine().map(|(_, count)| count).sum::<u64>();
        let days = if exact == 10 { periods(first, last, DAYS + 1) } else { Vec::new() };
        let months = if exact >= 7 { periods(&first[..7], &last[..7], PERIODS + 1) } else { Vec::new() };
        let (unit, length, periods) = if (1..=DAYS).contains(&days.len()) {
            ("day", 10, days)
        } else if (1..=PERIODS).contains(&months.len()) {
            ("month", 7, months)
        } else {
            let start = last[..4].parse::<usize>().unwrap_or(0).saturating_sub(PERIODS - 1);
            ("year", 4, periods(&format!("{start:04}").max(first[..4].to_owned()), &last[..4], PERIODS))
        };
        let shown = &outlets[..outlets.len().min(OUTLETS)];
        let mut series: Vec<(String, Vec<u64>)> = vec![("All outlets".to_owned(), vec![0; periods.len()])];
        series.extend(shown.iter().map(|&outlet| (self.texts.get(outlet).to_owned(), vec![0; periods.len()])));
        let rest = series.len();
        series.push((if outlets.is_empty() { "No outlet given" } else { "Others" }.to_owned(), vec![0; periods.len()]));
        let mut earlier = 0;
        for ((day, outlet), count) in fine() {
            let Ok(at) = periods.binary_search_by(|period| period.as_str().cmp(&day[..length])) else {
                earlier += count;
                continue;
            };
            series[0].1[at] += count;
            let own = outlet.and_then(|outlet| shown.iter().position(|&other| other == outlet));
            series[own.map_or(rest, |own| own + 1)].1[at] += count;
        }
        series.retain(|(_, counts)| counts.iter().any(|&count| count > 0));
        // The rest, where it is all there is, is the same once more.
        if series.len() == 2 {
            series.remove(0);
        }
        Timeline { unit, periods, series, undated, earlier }
    }
}

fn sort_places(places: &mut [PlaceFigure]) {
    places
        .sort_by(|a, b| (Reverse(a.count.statements), &a.label, &a.code).cmp(&(Reverse(b.count.statements), &b.label, &b.code)));
}

/// Whether a date's month and day exist.
fn is_in_calendar(date: &str) -> bool {
    let number = |part: Option<&str>| part.map_or(1, |part| part.parse::<u32>().unwrap_or(0));
    let mut parts = date.split('-');
    let year = number(parts.next());
    let month = number(parts.next());
    let day = number(parts.next());
    (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The points of time from one to another, both alike in length; no more than `most`.
pub(crate) fn periods(first: &str, last: &str, most: usize) -> Vec<String> {
    let mut parts: Vec<u32> = first.split('-').map(|part| part.parse().unwrap_or(1)).collect();
    let mut periods = Vec::new();
    let write = |parts: &[u32]| {
        let rest: String = parts[1..].iter().map(|part| format!("-{part:02}")).collect();
        format!("{:04}{rest}", parts[0])
    };
    while periods.len() < most {
        let period = write(&parts);
        if period.as_str() > last {
            break;
        }
        periods.push(period);
        match parts.len() {
            1 => parts[0] += 1,
            2 => next_month(&mut parts),
            _ => {
                parts[2] += 1;
                if parts[2] > days_in(parts[0], parts[1]) {
                    parts[2] = 1;
                    next_month(&mut parts);
                }
            }
        }
    }
    periods
}

fn next_month(parts: &mut [u32]) {
    parts[1] += 1;
    if parts[1] > 12 {
        parts[1] = 1;
        parts[0] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_no_gap() {
        assert_eq!(periods("2023-11", "2024-02", 9), ["2023-11", "2023-12", "2024-01", "2024-02"]);
        assert_eq!(periods("2024-02-28", "2024-03-01", 9), ["2024-02-28", "2024-02-29", "2024-03-01"]);
        assert_eq!(periods("1999", "2001", 9), ["1999", "2000", "2001"]);
        assert_eq!(periods("1999", "2001", 2).len(), 2);
    }

    #[test]
    fn dates_that_do_not_exist_are_none() {
        assert!(["2024-02-29", "2024-12", "0001"].iter().all(|date| is_in_calendar(date)));
        assert!(!["2023-02-29", "2024-13", "2024-00-10", "2024-04-31"].iter().any(|date| is_in_calendar(date)));
    }
}
