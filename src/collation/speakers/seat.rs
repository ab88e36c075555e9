//! Where offices are held, and which of them one person can hold.

use std::collections::{BTreeMap, BTreeSet};

/// Where an office is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat {
    pub(super) country: String,
    pub(super) admin1: String,
    /// The office and the place, where it governs less than a state.
    pub(super) local: Option<(String, String)>,
}

impl Seat {
    fn agrees(&self, other: &Seat) -> bool {
        let alike = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
        let local = match (&self.local, &other.local) {
            (Some((office, place)), Some((other_office, other_place))) => office != other_office || place == other_place,
            _ => true,
        };
        alike(&self.country, &other.country) && alike(&self.admin1, &other.admin1) && local
    }

    /// `us-oh`
    pub(super) fn label(&self) -> String {
        let label = format!("{}-{}", self.country, self.admin1).to_lowercase();
        label.trim_matches('-').to_owned()
    }
}

/// Whether offices speak against one holder: each pair is in different places.
pub(super) fn seats_conflict(a: &BTreeSet<Seat>, b: &BTreeSet<Seat>) -> bool {
    !a.is_empty() && !b.is_empty() && !a.iter().any(|x| b.iter().any(|y| x.agrees(y)))
}

/// Seats in groups, one a state (a country where no state is known), or one a town for one office in a state; a seat that fits
/// several groups is in none.
pub(super) fn seat_groups(seats: &BTreeSet<Seat>) -> Vec<Vec<&Seat>> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Seat>> = BTreeMap::new();
    for seat in seats.iter().filter(|seat| !seat.admin1.is_empty()) {
        groups.entry((&seat.country, &seat.admin1)).or_default().push(seat);
    }
    let countries: BTreeSet<String> = groups.keys().map(|(country, _)| (*country).to_owned()).collect();
    for seat in seats.iter().filter(|seat| seat.admin1.is_empty() && !countries.contains(&seat.country)) {
        groups.entry((&seat.country, "")).or_default().push(seat);
    }
    groups.into_values().flat_map(towns).collect()
}

/// Seats in one state, parted by town if one office is held in several.
fn towns(seats: Vec<&Seat>) -> Vec<Vec<&Seat>> {
    let clash = seats.iter().any(|a| seats.iter().any(|b| !a.agrees(b)));
    if !clash {
        return vec![seats];
    }
    let mut by_town: BTreeMap<&str, Vec<&Seat>> = BTreeMap::new();
    for seat in seats {
        if let Some((_, place)) = &seat.local {
            by_town.entry(place).or_default().push(seat);
        }
    }
    by_town.into_values().collect()
}
