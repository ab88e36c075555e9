//! What rows are searched and counted by, in memory: some 24 bytes a row.
//!
//! One pass over them answers a query with exact counts for every facet, in the time that a database needs to open an index. Words
//! alone are looked up in the database.

use super::query::{Order, Query};
use super::store::StoreError;
use crate::collation::{JurisdictionInRow, date_key};
use crate::gazetteer::EntryId;
use crate::summary::governments::Governments;
use rusqlite::Connection;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// What stands for a value that a row has not.
const NONE: u32 = u32::MAX;
/// How many rows a page shows.
pub(super) const PAGE: usize = 50;
/// How many values of a facet are shown.
const SHOWN: usize = 12;
/// The kinds of rows.
pub(super) const KINDS: [&str; 4] = ["direct", "mixed", "indirect", ""];

struct Row {
    number: i64,
    document: u32,
    name: u32,
    role: u32,
    /// Where its places start in `abouts`; the next row's is their end.
    abouts: u32,
    kind: u8,
    percent: u8,
}

struct Document {
    /// `20240131`, zeros where the date is less exact; 0 without a date.
    day: u32,
    source: u32,
}

/// A place that rows name, or one that holds it.
pub(super) struct Node {
    pub(super) id: String,
    pub(super) label: String,
}

/// The rows of a database by what they are searched for.
pub(super) struct Columns {
    rows: Vec<Row>,
    documents: Vec<Document>,
    names: Names,
    roles: Names,
    sources: Names,
    abouts: Vec<u32>,
    /// A place and all that hold it, as nodes, by jurisdiction.
    holders: Vec<Vec<u32>>,
    pub(super) nodes: Vec<Node>,
    node_of: FxHashMap<String, u32>,
}

/// Numbers for texts.
#[derive(Default)]
struct Names {
    ids: FxHashMap<String, u32>,
    list: Vec<String>,
}

impl Names {
    fn id(&mut self, text: Option<String>) -> u32 {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return NONE };
        let Names { ids, list } = self;
        *ids.entry(text).or_insert_with_key(|text| {
            list.push(text.clone());
            list.len() as u32 - 1
        })
    }

    /// The number that a query's text has; a text that nobody has is found nowhere.
    fn wanted(&self, text: &str) -> Option<u32> {
        (!text.is_empty()).then(|| self.ids.get(text).copied().unwrap_or(NONE - 1))
    }
}

/// A value of a facet, and in how many rows it is.
pub(super) type Counted<'a> = (&'a str, u64);

/// Counts that follow the query.
#[derive(Default)]
pub(super) struct Facets<'a> {
    pub(super) kinds: Vec<Counted<'a>>,
    pub(super) speakers: Vec<Counted<'a>>,
    pub(super) roles: Vec<Counted<'a>>,
    pub(super) sources: Vec<Counted<'a>>,
    pub(super) places: Vec<(&'a Node, u64)>,
    /// Year and month as `202401`, in order; months without rows are not there.
    pub(super) months: Vec<(u32, u64)>,
    pub(super) articles: u64,
}

impl Columns {
    /// Reads the columns of a database that `convert` or `extract` wrote.
    ///
    /// # Errors
    /// If it is none.
    pub(super) fn load(database: &Connection, governments: &Governments<'_>) -> Result<Columns, StoreError> {
        let mut sources = Names::default();
        let mut documents = Vec::new();
        let mut document_of = FxHashMap::default();
        let mut statement = database.prepare("SELECT number, date, source FROM documents ORDER BY number")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let date: Option<String> = row.get(1)?;
            document_of.insert(row.get::<_, i64>(0)?, documents.len() as u32);
            documents.push(Document { day: date.as_deref().map_or(0, day), source: sources.id(row.get(2)?) });
        }
        let (mut names, mut roles) = (Names::default(), Names::default());
        let mut speakers = FxHashMap::default();
        let mut statement = database.prepare("SELECT number, name, role FROM speakers ORDER BY number")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            speakers.insert(row.get::<_, i64>(0)?, (names.id(row.get(1)?), roles.id(row.get(2)?)));
        }
        let mut columns = Columns {
            rows: Vec::new(),
            documents,
            names,
            roles,
            sources,
            abouts: Vec::new(),
            holders: Vec::new(),
            nodes: Vec::new(),
            node_of: FxHashMap::default(),
        };
        let places = columns.load_places(database, governments)?;
        let mut abouts =
            database.prepare("SELECT attribution, jurisdiction FROM attribution_jurisdictions ORDER BY attribution")?;
        let mut abouts = abouts.query([])?;
        let mut next =
            abouts.next()?.map(|row| Ok::<_, rusqlite::Error>((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).transpose()?;
        let mut statement =
            database.prepare("SELECT number, document, speaker, kind, confidence FROM attributions ORDER BY number")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let number: i64 = row.get(0)?;
            let Some(&document) = document_of.get(&row.get::<_, i64>(1)?) else { continue };
            let (name, role) = row.get::<_, Option<i64>>(2)?.and_then(|id| speakers.get(&id).copied()).unwrap_or((NONE, NONE));
            let kind = row.get_ref(3)?.as_str().unwrap_or_default();
            let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len() - 1) as u8;
            let percent = (row.get::<_, f64>(4)?.clamp(0.0, 1.0) * 100.0).round() as u8;
            columns.rows.push(Row { number, document, name, role, abouts: columns.abouts.len() as u32, kind, percent });
            while let Some((attribution, jurisdiction)) = next.filter(|(attribution, _)| *attribution <= number) {
                if attribution == number {
                    columns.abouts.extend(places.get(&jurisdiction));
                }
                next = abouts.next()?.map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?))).transpose()?;
            }
        }
        Ok(columns)
    }

    /// Reads the places, each with all that hold it; gives back their places in `holders`.
    fn load_places(&mut self, database: &Connection, governments: &Governments<'_>) -> Result<FxHashMap<i64, u32>, StoreError> {
        let mut places = FxHashMap::default();
        let mut statement =
            database.prepare("SELECT number, id, name, level, country, admin1 FROM jurisdictions ORDER BY number")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let text = |at| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
            let jurisdiction = JurisdictionInRow {
                id: text(1)?,
                name: text(2)?,
                level: text(3)?,
                country: text(4)?,
                admin1: text(5)?,
                ..JurisdictionInRow::default()
            };
            let held = governments.of(&jurisdiction);
            let mut holders = vec![self.node(&jurisdiction.id, || governments.label_of_row(&jurisdiction))];
            let entry_id = |id: EntryId| governments.gazetteer().entry(id).id();
            for id in [held.county, held.state, held.country].into_iter().flatten() {
                let node = self.node(&entry_id(id), || governments.label(id));
                if !holders.contains(&node) {
                    holders.push(node);
                }
            }
            places.insert(row.get(0)?, self.holders.len() as u32);
            self.holders.push(holders);
        }
        Ok(places)
    }

    fn node(&mut self, id: &str, label: impl FnOnce() -> String) -> u32 {
        if let Some(&node) = self.node_of.get(id) {
            return node;
        }
        let node = self.nodes.len() as u32;
        self.node_of.insert(id.to_owned(), node);
        self.nodes.push(Node { id: id.to_owned(), label: label() });
        node
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether rows name a place with this id, or one that it holds.
    pub(super) fn has_place(&self, id: &str) -> bool {
        self.node_of.contains_key(id)
    }

    /// The label of a place by its id.
    pub(super) fn label<'a>(&'a self, place: &'a str) -> &'a str {
        self.node_of.get(place).map_or(place, |&node| &self.nodes[node as usize].label)
    }

    /// The rows that a query asks for, by their place in the table; `words` are the numbers of the rows with its words, in order.
    pub(super) fn matching(&self, query: &Query, words: Option<&[i64]>) -> Vec<u32> {
        let (name, role) = (self.names.wanted(&query.speaker), self.roles.wanted(&query.role));
        let source = self.sources.wanted(&query.source);
        let kind = KINDS[..3].iter().position(|kind| *kind == query.kind);
        let unknown_kind = !query.kind.is_empty() && kind.is_none();
        let node = (!query.place.is_empty()).then(|| self.node_of.get(&query.place).copied().unwrap_or(NONE));
        let inside: Option<Vec<bool>> = node.map(|node| self.holders.iter().map(|holders| holders.contains(&node)).collect());
        let (since, until) = (limit(&query.since, '0'), limit(&query.until, '9'));
        let takes = |at: u32| {
            let row = &self.rows[at as usize];
            let document = &self.documents[row.document as usize];
            !unknown_kind
                && name.is_none_or(|name| row.name == name)
                && role.is_none_or(|role| row.role == role)
                && kind.is_none_or(|kind| usize::from(row.kind) == kind)
                && row.percent >= query.sure
                && source.is_none_or(|source| document.source == source)
                && since.is_none_or(|since| document.day >= since)
                && until.is_none_or(|until| document.day > 0 && document.day <= until)
                && inside.as_ref().is_none_or(|inside| self.abouts_of(at).iter().any(|&about| inside[about as usize]))
        };
        match words {
            None => (0..self.rows.len() as u32).filter(|&at| takes(at)).collect(),
            Some(words) => {
                // Both are in order of the numbers.
                let mut at = 0;
                let mut found = Vec::new();
                for &number in words {
                    at += self.rows[at..].partition_point(|row| row.number < number);
                    if self.rows.get(at).is_some_and(|row| row.number == number) && takes(at as u32) {
                        found.push(at as u32);
                    }
                }
                found
            }
        }
    }

    fn abouts_of(&self, at: u32) -> &[u32] {
        let end = self.rows.get(at as usize + 1).map_or(self.abouts.len(), |row| row.abouts as usize);
        &self.abouts[self.rows[at as usize].abouts as usize..end]
    }

    /// Counts what rows have.
    pub(super) fn facets(&self, found: &[u32]) -> Facets<'_> {
        let mut kinds = vec![0; KINDS.len()];
        let mut names = vec![0; self.names.list.len()];
        let mut roles = vec![0; self.roles.list.len()];
        let mut sources = vec![0; self.sources.list.len()];
        let mut nodes = vec![(0u64, NONE); self.nodes.len()];
        let mut months: FxHashMap<u32, u64> = FxHashMap::default();
        let mut articles = vec![false; self.documents.len()];
        let count = |counts: &mut Vec<u64>, at: u32| {
            if let Some(count) = counts.get_mut(at as usize) {
                *count += 1;
            }
        };
        for &at in found {
            let row = &self.rows[at as usize];
            let document = &self.documents[row.document as usize];
            kinds[usize::from(row.kind)] += 1;
            count(&mut names, row.name);
            count(&mut roles, row.role);
            count(&mut sources, document.source);
            articles[row.document as usize] = true;
            if document.day > 0 {
                *months.entry(document.day / 100).or_default() += 1;
            }
            for node in self.abouts_of(at).iter().flat_map(|&about| &self.holders[about as usize]) {
                let (count, last) = &mut nodes[*node as usize];
                // A row about two places of a state is one row about the state.
                if *last != at {
                    *count += 1;
                    *last = at;
                }
            }
        }
        let kinds: Vec<Counted<'_>> =
            KINDS.into_iter().zip(kinds).filter(|(kind, count)| !kind.is_empty() && *count > 0).collect();
        let mut months: Vec<(u32, u64)> = months.into_iter().collect();
        months.sort_unstable();
        let places = largest(nodes.iter().enumerate().map(|(at, (count, _))| (at, *count)), |at| self.nodes[at].label.as_str());
        Facets {
            kinds,
            speakers: top(&self.names, &names),
            roles: top(&self.roles, &roles),
            sources: top(&self.sources, &sources),
            places: places.into_iter().map(|(at, count)| (&self.nodes[at], count)).collect(),
            months,
            articles: articles.iter().filter(|&&there| there).count() as u64,
        }
    }

    fn ordered(&self, found: &[u32], query: &Query) -> Vec<u32> {
        let mut found = found.to_vec();
        let day = |at: u32| self.documents[self.rows[at as usize].document as usize].day;
        match query.order {
            Order::Table => {}
            Order::Newest => found.sort_by_key(|&at| Reverse(day(at))),
            // Without a date: last.
            Order::Oldest => found.sort_by_key(|&at| day(at).wrapping_sub(1)),
        }
        found
    }

    /// The numbers of the rows on the query's page.
    pub(super) fn page(&self, found: &[u32], query: &Query) -> Vec<i64> {
        let start = query.page.saturating_sub(1).saturating_mul(PAGE).min(found.len());
        let numbers = |found: &[u32]| found.iter().skip(start).take(PAGE).map(|&at| self.rows[at as usize].number).collect();
        if query.order == Order::Table { numbers(found) } else { numbers(&self.ordered(found, query)) }
    }

    /// The numbers of all rows, in the query's order.
    pub(super) fn numbers(&self, found: &[u32], query: &Query) -> Vec<i64> {
        self.ordered(found, query).into_iter().map(|at| self.rows[at as usize].number).collect()
    }
}

/// The largest counts above none.
fn largest<'a>(counts: impl Iterator<Item = (usize, u64)>, name: impl Fn(usize) -> &'a str) -> Vec<(usize, u64)> {
    let mut counts: Vec<(usize, u64)> = counts.filter(|(_, count)| *count > 0).collect();
    let order = |a: &(usize, u64), b: &(usize, u64)| b.1.cmp(&a.1).then_with(|| name(a.0).cmp(name(b.0)));
    if counts.len() > SHOWN {
        counts.select_nth_unstable_by(SHOWN - 1, order);
        counts.truncate(SHOWN);
    }
    counts.sort_by(order);
    counts
}

fn top<'a>(names: &'a Names, counts: &[u64]) -> Vec<Counted<'a>> {
    let counts = counts.iter().copied().enumerate();
    largest(counts, |at| &names.list[at]).into_iter().map(|(at, count)| (names.list[at].as_str(), count)).collect()
}

/// A date as a number.
fn day(date: &str) -> u32 {
    let Some(key) = date_key(date) else { return 0 };
    let figures = |range: std::ops::Range<usize>| key.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let (month, day) = (figures(5..7), figures(8..10));
    if month > 12 || day > 31 { 0 } else { figures(0..4) * 10_000 + month * 100 + day }
}

/// A limit of dates as a number; what it leaves open is filled up.
fn limit(text: &str, filler: char) -> Option<u32> {
    let digits: String = text.chars().filter(char::is_ascii_digit).chain(std::iter::repeat_n(filler, 8)).take(8).collect();
    (!text.is_empty()).then(|| digits.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_limits_are_numbers_in_order() {
        assert_eq!(
            [day("2024-01-31T10:00"), day("20240131"), day("2024-01"), day("2024"), day("May 2024")],
            [20_240_131, 20_240_131, 20_240_100, 20_240_000, 0]
        );
        assert_eq!((limit("2024-02", '0'), limit("2024-02", '9'), limit("", '0')), (Some(20_240_200), Some(20_240_299), None));
    }
}
