//! Rows counted by dimensions that the user chooses.

use super::dimension::{Dimension, PlaceValue};
use super::filter::Filter;
use super::governments::Governments;
use super::{Count, Documents};
use crate::collation::{Statement, Texts};
use crate::gazetteer::EntryId;
use rustc_hash::FxHashMap;
use std::cmp::{Ordering, Reverse};

/// What stands for a value that a row has not.
const NONE: u32 = u32::MAX;

/// Counts rows by dimensions; what it holds grows with the number of different groups, not of rows.
pub struct Counts<'g> {
    governments: &'g Governments<'g>,
    by: Vec<Dimension>,
    filter: Filter,
    texts: Texts,
    /// What people read for an id: the first label, of the smallest if there are several.
    labels: FxHashMap<(usize, u32), u32>,
    /// The numbers of places that were met, whose labels are not made again.
    entries: FxHashMap<(usize, EntryId), u32>,
    groups: FxHashMap<Box<[u32]>, Count>,
    documents: Documents,
    rows: u64,
    statements: u64,
}

/// Rows that are alike in all dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Id and label, by dimension; `None` for rows that have no value there.
    pub values: Vec<Option<(String, String)>>,
    /// How many.
    pub count: Count,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Rows that were looked at.
    pub rows: u64,
    /// Those that counted.
    pub statements: u64,
    /// In so many documents.
    pub documents: u64,
    /// Some documents came in several places, so that the documents of a group may be counted more than once.
    pub scattered: bool,
    /// How many groups there are.
    pub all_groups: usize,
    /// The first of them, largest first; by time if the first dimension is one.
    pub groups: Vec<Group>,
}

impl<'g> Counts<'g> {
    /// Nothing counted yet.
    pub fn new(governments: &'g Governments<'g>, by: Vec<Dimension>, filter: Filter) -> Counts<'g> {
        Counts {
            governments,
            by,
            filter,
            texts: Texts::default(),
            labels: FxHashMap::default(),
            entries: FxHashMap::default(),
            groups: FxHashMap::default(),
            documents: Documents::default(),
            rows: 0,
            statements: 0,
        }
    }

    /// One more row. It counts once for each of its places where they differ in what is counted by.
    pub fn add(&mut self, row: &Statement) {
        self.rows += 1;
        let Some(places) = self.filter.places(self.governments, row) else { return };
        self.statements += 1;
        let document = self.documents.number(&row.document);
        let mut keys: Vec<Box<[u32]>> = vec![vec![NONE; self.by.len()].into(); places.len().max(1)];
        for at in 0..self.by.len() {
            let dimension = self.by[at];
            if dimension.is_of_place() {
                for (key, (jurisdiction, held)) in keys.iter_mut().zip(&places) {
                    key[at] = dimension.of_place(jurisdiction, held).map_or(NONE, |value| self.place_id(at, value));
                }
            } else if let Some(value) = dimension.of_row(row) {
                let id = self.id(at, &value.id, &value.label);
                keys.iter_mut().for_each(|key| key[at] = id);
            }
        }
        keys.sort();
        keys.dedup();
        // A row about a city and about its country has a county: the country, which has none, does not make it count as without.
        let placed = |key: &[u32]| self.by.iter().zip(key).any(|(by, &id)| by.is_of_place() && id != NONE);
        if keys.len() > 1 && keys.iter().any(|key| placed(key)) {
            keys.retain(|key| placed(key));
        }
        for key in keys {
            self.groups.entry(key).or_default().add(document);
        }
    }

    fn place_id(&mut self, at: usize, value: PlaceValue<'_>) -> u32 {
        let governments = self.governments;
        match value {
            PlaceValue::Word(word) => self.texts.id(word),
            PlaceValue::Own(jurisdiction) => self.id(at, &jurisdiction.id, &governments.label_of_row(jurisdiction)),
            PlaceValue::Entry(entry) => match self.entries.get(&(at, entry)) {
                Some(&id) => id,
                None => {
                    let id = self.id(at, &governments.gazetteer().entry(entry).id(), &governments.label(entry));
                    self.entries.insert((at, entry), id);
                    id
                }
            },
        }
    }

    fn id(&mut self, at: usize, id: &str, label: &str) -> u32 {
        let number = self.texts.id(id);
        if id != label {
            let label = self.texts.id(label);
            let texts = &self.texts;
            let kept = self.labels.entry((at, number)).or_insert(label);
            // No order of the rows changes the output.
            if texts.get(label) < texts.get(*kept) {
                *kept = label;
            }
        }
        number
    }

    /// The first groups in order; `usize::MAX` for all.
    pub fn finish(mut self, top: usize) -> Counted {
        // Groups are put in order as numbers: those that are left out need no texts.
        let mut groups: Vec<(Box<[u32]>, Count)> = std::mem::take(&mut self.groups).into_iter().collect();
        let all_groups = groups.len();
        let by_time = self.by.first().is_some_and(|by| by.is_time());
        let size = |count: &Count| Reverse((count.statements, count.documents));
        // What has no value is behind what has one.
        let text = |id: u32| (id == NONE, if id == NONE { "" } else { self.texts.get(id) });
        groups.sort_unstable_by(|(a, a_count), (b, b_count)| {
            let time = if by_time { text(a[0]).cmp(&text(b[0])) } else { Ordering::Equal };
            let texts = || a.iter().map(|&id| text(id)).cmp(b.iter().map(|&id| text(id)));
            time.then_with(|| size(a_count).cmp(&size(b_count))).then_with(texts)
        });
        groups.truncate(top);
        let value = |at: usize, id: u32| {
            let label = self.labels.get(&(at, id)).copied().unwrap_or(id);
            (id != NONE).then(|| (self.texts.get(id).to_owned(), self.texts.get(label).to_owned()))
        };
        let group = |(key, count): (Box<[u32]>, Count)| Group {
            values: key.iter().enumerate().map(|(at, &id)| value(at, id)).collect(),
            count,
        };
        Counted {
            rows: self.rows,
            statements: self.statements,
            documents: self.documents.len(),
            scattered: self.documents.scattered,
            all_groups,
            groups: groups.into_iter().map(group).collect(),
        }
    }
}
