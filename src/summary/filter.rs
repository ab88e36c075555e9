//! Which rows count, and which of their places.

use super::governments::{Governments, Held};
use crate::collation::{JurisdictionInRow, Statement, date_key};
use crate::gazetteer::{EntryId, EntryType};
use std::fmt;

/// A place with everything inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    id: String,
    place: EntryId,
}

/// A place that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlace(String);

impl fmt::Display for UnknownPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no place `{}`: give an id as rows have it, or codes such as us, us/md, us/md/baltimore, fr", self.0)
    }
}

impl Within {
    /// The place that an id or a path of codes names: `us`, `us/md`, `us/md/baltimore`, `ca/on`, `geonames:2996944`.
    ///
    /// # Errors
    /// If there is no such place.
    pub fn parse(governments: &Governments<'_>, text: &str) -> Result<Within, UnknownPlace> {
        let path: Vec<String> = text.trim().trim_matches('/').split('/').map(str::to_lowercase).collect();
        let gazetteer = governments.gazetteer();
        let place = governments.find(text.trim()).or_else(|| match &path[..] {
            [country] => gazetteer.government_with_code(EntryType::Country, &country.to_uppercase()),
            [country, state] => gazetteer.government_with_code(EntryType::State, &format!("{country}.{state}").to_uppercase()),
            [country, state, place] => ["state", "territory", "district"].iter().find_map(|division| {
                let stem = format!("ocd-division/country:{country}/{division}:{state}");
                let slug = place.replace([' ', '-'], "_");
                let kinds = ["place", "county", "parish", "borough"];
                kinds.iter().find_map(|kind| governments.find(&format!("{stem}/{kind}:{slug}")))
            }),
            _ => None,
        });
        let place = place.ok_or_else(|| UnknownPlace(text.to_owned()))?;
        Ok(Within { id: gazetteer.entry(place).id().into_owned(), place })
    }

    /// The place's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether a jurisdiction is the place or lies in it.
    pub fn holds(&self, jurisdiction: &JurisdictionInRow, held: &Held) -> bool {
        let inside = |id: &str| id.strip_prefix(&self.id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let Held { place, country, state, county } = *held;
        [place, country, state, county].contains(&Some(self.place)) || inside(&jurisdiction.id)
    }
}

/// What counts.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Rows about one of these places; none: all rows.
    pub within: Vec<Within>,
    /// Rows, and places of rows, that are at least so sure; the row is as sure as its speaker.
    pub min_confidence: Option<f64>,
    /// Rows of this date or later: a year, a month or a day.
    pub since: Option<String>,
    /// Rows of this date or earlier; a month or a year to its end.
    pub until: Option<String>,
}

impl Filter {
    /// Whether a row counts, as far as its places do not matter.
    pub fn takes(&self, row: &Statement) -> bool {
        let speaker = row.speaker.as_ref().map_or(1.0, |speaker| speaker.confidence);
        if self.min_confidence.is_some_and(|least| row.confidence.min(speaker) < least) {
            return false;
        }
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        // A date is compared as far as the limit goes: 2016-05-31 is not behind 2016-05.
        let Some(date) = row.date.as_deref().and_then(date_key) else { return false };
        let cut = |limit: &str| date.get(..limit.len()).unwrap_or(&date).to_owned();
        self.since.as_deref().is_none_or(|since| cut(since).as_str() >= since)
            && self.until.as_deref().is_none_or(|until| cut(until).as_str() <= until)
    }

    /// The places of a row that count, with what holds them; `None` if the row does not count.
    pub fn places<'r>(&self, governments: &Governments<'_>, row: &'r Statement) -> Option<Vec<(&'r JurisdictionInRow, Held)>> {
        if !self.takes(row) {
            return None;
        }
        let sure = row.jurisdictions.iter().filter(|j| self.min_confidence.is_none_or(|least| j.confidence >= least));
        let mut places: Vec<_> = sure.map(|j| (j, governments.of(j))).collect();
        if !self.within.is_empty() {
            places.retain(|(j, held)| self.within.iter().any(|within| within.holds(j, held)));
            if places.is_empty() {
                return None;
            }
        }
        Some(places)
    }
}

/// A limit of dates: a year, a month or a day.
///
/// # Errors
/// If the text is none of these.
pub fn date_limit(text: &str) -> Result<String, String> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let number = |at: usize, length: usize| text.get(at..at + length).and_then(|part| part.parse().ok()).unwrap_or(1);
    let (year, month, day): (u32, u32, u32) = (number(0, 4), number(5, 2), number(8, 2));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    match shape.as_str() {
        "0000" | "0000-00" | "0000-00-00" if (1..=12).contains(&month) && (1..=days).contains(&day) => Ok(text.to_owned()),
        "0000" | "0000-00" | "0000-00-00" => Err("no such day".into()),
        _ => Err("no year (2016), month (2016-05) or day (2016-05-01)".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gazetteer::Gazetteer;

    #[test]
    fn codes_and_ids_name_places() {
        let gazetteer = Gazetteer::shipped();
        let governments = Governments::new(&gazetteer);
        let id = |text: &str| Within::parse(&governments, text).map(|within| within.id().to_owned());
        assert_eq!(id("us").unwrap(), "ocd-division/country:us");
        assert_eq!(id("US/MD").unwrap(), "ocd-division/country:us/state:md");
        assert_eq!(id("us/il/Cook").unwrap(), "ocd-division/country:us/state:il/county:cook");
        assert_eq!(id("us/oh/new-boston").unwrap(), "ocd-division/country:us/state:oh/place:new_boston");
        assert_eq!(id("ocd-division/country:fr").unwrap(), "ocd-division/country:fr");
        assert!(id("us/zz").unwrap_err().to_string().starts_with("no place `us/zz`: give an id"));
    }

    #[test]
    fn a_place_holds_what_lies_in_it_and_no_neighbour() {
        let gazetteer = Gazetteer::shipped();
        let governments = Governments::new(&gazetteer);
        let holds = |within: &str, id: &str| {
            let jurisdiction = JurisdictionInRow { id: id.into(), ..JurisdictionInRow::default() };
            Within::parse(&governments, within).unwrap().holds(&jurisdiction, &governments.of(&jurisdiction))
        };
        let chicago = "ocd-division/country:us/state:il/place:chicago";
        assert!(["us", "us/il", "us/il/cook", "us/il/chicago"].iter().all(|within| holds(within, chicago)));
        assert!(!["us/in", "ca", "us/il/lake"].iter().any(|within| holds(within, chicago)));
        // Brooklyn has a GeoNames id, which does not say where it lies.
        assert!(holds("us/ny", "geonames:5110302"));
    }

    #[test]
    fn limits_of_dates_hold_whole_months_and_years() {
        let row = |date: &str| Statement { date: Some(date.into()), confidence: 1.0, ..Statement::default() };
        let filter = Filter { since: Some("2016-05".into()), until: Some("2017".into()), ..Filter::default() };
        assert!(["2016-05-01", "20160531", "2017-12-31T23:59:59Z"].iter().all(|date| filter.takes(&row(date))));
        assert!(!["2016-04-30", "2018-01-01", "May 2016"].iter().any(|date| filter.takes(&row(date))));
        assert!(!filter.takes(&Statement::default()));
        assert_eq!(date_limit("2016-05"), Ok("2016-05".into()));
        assert!(["2016-12-31", "2016-02-29", "2000-02-29", "2024"].iter().all(|day| date_limit(day).is_ok()));
        assert!(
            ["last year", "2016-13", "2015-02-29", "1900-02-29", "2016-04-31", "2016-00"]
                .iter()
                .all(|day| date_limit(day).is_err())
        );
    }
}
