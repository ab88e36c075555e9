//! What the names of a document say for each other's places: how much of the rest lies in the same country, in the same division, near by.

use super::Weighed;
use crate::gazetteer::{Entry, EntryType};
use rustc_hash::FxHashMap;

/// Where a candidate lies: its country, its division and its cell of one degree, as [`Ground`] numbers them.
#[derive(Clone, Copy, Default)]
pub(super) struct Site {
    country: Option<u32>,
    division: Option<u32>,
    cell: Option<u32>,
}

/// All countries, divisions and cells in which candidates of a document lie.
#[derive(Default)]
pub(super) struct Ground<'a> {
    countries: FxHashMap<[u8; 2], u32>,
    divisions: FxHashMap<([u8; 2], &'a str), u32>,
    cells: FxHashMap<(i16, i16), u32>,
}

impl<'a> Ground<'a> {
    /// Where an entry lies. Only what is small lies in a cell.
    pub fn site(&mut self, entry: Entry<'a>) -> Site {
        let Some(country) = entry.country_code() else { return Site::default() };
        let division = Some(entry.admin1()).filter(|code| !code.is_empty() && entry.sort() != EntryType::Country);
        let small = matches!(entry.sort(), EntryType::City | EntryType::County | EntryType::Neighborhood);
        let cell = entry.position().filter(|_| small).map(|(lat, lon)| (lat.floor() as i16, lon.floor() as i16));
        Site {
            country: Some(number(&mut self.countries, country)),
            division: division.map(|code| number(&mut self.divisions, (country, code))),
            cell: cell.map(|cell| number(&mut self.cells, cell)),
        }
    }

    /// What each cell has around it and in it, cell by cell, in one order.
    pub fn neighbours(&self) -> Vec<Vec<u32>> {
        let mut neighbours = vec![Vec::new(); self.cells.len()];
        for (&(row, column), &cell) in &self.cells {
            let around = (row - 1..=row + 1).flat_map(|i| (column - 1..=column + 1).map(move |j| (i, j)));
            neighbours[cell as usize] = around.filter_map(|cell| self.cells.get(&cell).copied()).collect();
        }
        neighbours
    }
}

fn number<K: std::hash::Hash + Eq>(numbers: &mut FxHashMap<K, u32>, key: K) -> u32 {
    let next = numbers.len() as u32;
    *numbers.entry(key).or_insert(next)
}

/// What the places of a document add up to.
pub(super) struct Support<'a> {
    neighbours: &'a [Vec<u32>],
    countries: Vec<f32>,
    divisions: Vec<f32>,
    cells: Vec<f32>,
    /// The same without one name, where that has candidates; of cells with what is around them.
    without: (Vec<f32>, Vec<f32>, Vec<f32>),
}

impl<'a> Support<'a> {
    /// Nothing yet.
    pub fn new(ground: &Ground<'_>, neighbours: &'a [Vec<u32>]) -> Support<'a> {
        let zeros = || (vec![0.0; ground.countries.len()], vec![0.0; ground.divisions.len()], vec![0.0; ground.cells.len()]);
        let (countries, divisions, cells) = zeros();
        Support { neighbours, countries, divisions, cells, without: zeros() }
    }

    /// Adds a candidate that some weight believes in.
    pub fn add(&mut self, site: Site, weight: f32) {
        if weight < 1e-3 {
            return;
        }
        let add = |sums: &mut [f32], at: Option<u32>| at.into_iter().for_each(|at| sums[at as usize] += weight);
        add(&mut self.countries, site.country);
        add(&mut self.divisions, site.division);
        add(&mut self.cells, site.cell);
    }

    /// What the other names of the document say for each candidate of one; its own name, which weighs so much, does not count.
    pub fn of(&mut self, own: &[Weighed], weight: f32) -> Vec<f32> {
        let (countries, divisions, near) = &mut self.without;
        for Weighed { site, .. } in own {
            site.country.into_iter().for_each(|at| countries[at as usize] = self.countries[at as usize]);
            site.division.into_iter().for_each(|at| divisions[at as usize] = self.divisions[at as usize]);
            let around = |at: u32| self.neighbours[at as usize].iter().map(|&cell| self.cells[cell as usize]).sum();
            site.cell.into_iter().for_each(|at| near[at as usize] = around(at));
        }
        for &Weighed { site, share, .. } in own {
            let part = share * weight;
            site.country.into_iter().for_each(|at| countries[at as usize] -= part);
            site.division.into_iter().for_each(|at| divisions[at as usize] -= part);
            let around = site.cell.into_iter().flat_map(|at| &self.neighbours[at as usize]);
            around.for_each(|&cell| near[cell as usize] -= part);
        }
        let said = |sums: &[f32], at: Option<u32>| at.map_or(0.0, |at| sums[at as usize].max(0.0).ln_1p());
        let of = |Weighed { site, .. }: &Weighed| {
            1.2 * said(countries, site.country) + 1.8 * said(divisions, site.division) + 2.0 * said(near, site.cell)
        };
        own.iter().map(of).collect()
    }
}
