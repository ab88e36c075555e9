//! Which country, first-level division and US county hold a jurisdiction of a row.

use crate::collation::JurisdictionInRow;
use crate::gazetteer::{EntryId, EntryType, Gazetteer};
use rustc_hash::FxBuildHasher;
use std::borrow::Cow;
use std::collections::HashMap;

/// The governments that hold a place; a government holds itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The place itself, if the gazetteer has it.
    pub place: Option<EntryId>,
    /// The country.
    pub country: Option<EntryId>,
    /// The first-level division.
    pub state: Option<EntryId>,
    /// The US county; an independent city is its own.
    pub county: Option<EntryId>,
}

/// Places by their ids.
pub struct Governments<'g> {
    gazetteer: &'g Gazetteer,
    by_id: HashMap<Cow<'g, str>, EntryId, FxBuildHasher>,
}

impl<'g> Governments<'g> {
    /// The places of a gazetteer.
    pub fn new(gazetteer: &'g Gazetteer) -> Governments<'g> {
        let places = gazetteer.ids().filter(|&id| gazetteer.entry(id).sort().is_place());
        Governments { gazetteer, by_id: places.map(|id| (gazetteer.entry(id).id(), id)).collect() }
    }

    /// The gazetteer.
    pub fn gazetteer(&self) -> &'g Gazetteer {
        self.gazetteer
    }

    /// The place with an id.
    pub fn find(&self, id: &str) -> Option<EntryId> {
        self.by_id.get(id).copied()
    }

    /// What holds a jurisdiction: as the gazetteer has it, and for a place that it has not, as far as the row and the id tell.
    pub fn of(&self, jurisdiction: &JurisdictionInRow) -> Held {
        let gazetteer = self.gazetteer;
        if let Some(place) = self.find(&jurisdiction.id) {
            let level = |level| gazetteer.government(place, level);
            return Held {
                place: Some(place),
                country: level(EntryType::Country),
                state: level(EntryType::State),
                county: level(EntryType::County),
            };
        }
        let (country, admin1) = (jurisdiction.country.to_uppercase(), jurisdiction.admin1.to_uppercase());
        let coded = |level, code: String, known: bool| known.then(|| gazetteer.government_with_code(level, &code)).flatten();
        let country_known = !country.is_empty();
        let county = jurisdiction.id.split('/').position(|part| part.starts_with("county:")).and_then(|at| {
            let id: Vec<&str> = jurisdiction.id.split('/').take(at + 1).collect();
            self.find(&id.join("/"))
        });
        Held {
            place: None,
            country: coded(EntryType::Country, country.clone(), country_known),
            state: coded(EntryType::State, format!("{country}.{admin1}"), country_known && !admin1.is_empty()),
            county,
        }
    }

    /// The name of a place with what tells it from its namesakes: `Toledo, OH`, `Maryland, US`, `Lyon, France`.
    pub fn label(&self, place: EntryId) -> String {
        let entry = self.gazetteer.entry(place);
        if entry.sort() == EntryType::State && entry.country() == "US" {
            return format!("{}, US", entry.name());
        }
        self.label_of(entry.name(), entry.sort().name(), entry.country(), entry.admin1())
    }

    /// The label of a jurisdiction as its row gives it.
    pub fn label_of_row(&self, jurisdiction: &JurisdictionInRow) -> String {
        match self.find(&jurisdiction.id) {
            Some(place) => self.label(place),
            None => {
                let JurisdictionInRow { id, name, level, country, admin1, .. } = jurisdiction;
                self.label_of(if name.is_empty() { id } else { name }, level, country, admin1)
            }
        }
    }

    fn label_of(&self, name: &str, level: &str, country: &str, admin1: &str) -> String {
        match (level, country, admin1) {
            ("country" | "supranational", ..) | (_, "", _) => name.to_owned(),
            (_, "US", "") => format!("{name}, US"),
            (_, "US", state) => format!("{name}, {state}"),
            _ => {
                let code = self.gazetteer.government_with_code(EntryType::Country, country);
                format!("{name}, {}", code.map_or(country, |id| self.gazetteer.entry(id).name()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: &str, country: &str, admin1: &str) -> JurisdictionInRow {
        JurisdictionInRow { id: id.into(), country: country.into(), admin1: admin1.into(), ..JurisdictionInRow::default() }
    }

    #[test]
    fn a_city_lies_in_its_county_state_and_country() {
        let gazetteer = Gazetteer::shipped();
        let governments = Governments::new(&gazetteer);
        let labels = |jurisdiction: JurisdictionInRow| {
            let Held { country, state, county, .. } = governments.of(&jurisdiction);
            [country, state, county].map(|id| id.map_or_else(String::new, |id| governments.label(id)))
        };
        let chicago = labels(place("ocd-division/country:us/state:il/place:chicago", "US", "IL"));
        assert_eq!(chicago, ["United States", "Illinois, US", "Cook County, IL"]);
        assert_eq!(labels(place("ocd-division/country:fr", "FR", "")), ["France", "", ""]);
        // A place of the user's own, which the shipped gazetteer has not.
        let own = labels(place("ocd-division/country:us/state:il/county:cook/place:our_corner", "US", "IL"));
        assert_eq!(own, ["United States", "Illinois, US", "Cook County, IL"]);
        assert_eq!(labels(place("mine:1", "", "")), ["", "", ""]);
    }
}
