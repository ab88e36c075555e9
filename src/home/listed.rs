//! Outlets whose home a list says, whatever their names say (`gazetteers/outlets.tsv`): the host `freep.com`, *The Plain Dealer*.

use super::name_and_host;
use crate::document::Document;
use crate::gazetteer::{EntryId, EntryType, Gazetteer};
use crate::lexicon::Lexicon;
use crate::place::Home;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// Where an outlet is at home: a town, or a state or a country where that is all to be said.
#[derive(Clone, Copy)]
struct Seat {
    /// The town, or nothing.
    place: &'static str,
    country: &'static str,
    admin1: &'static str,
}

/// The list, by hosts and by names in small letters without "the".
#[derive(Default)]
struct Outlets {
    by_host: FxHashMap<&'static str, Seat>,
    by_name: FxHashMap<String, Seat>,
}

/// The home of a document's outlet, if the list has the outlet.
pub(crate) fn home(lexicon: &Lexicon, gazetteer: &Gazetteer, document: &Document) -> Option<Home> {
    let (name, host) = name_and_host(&document.metadata);
    place(lexicon, gazetteer, name, host.as_deref()).map(Home)
}

/// The place where an outlet is at home, by its name or by its host in small letters.
fn place(lexicon: &Lexicon, gazetteer: &Gazetteer, name: Option<&str>, host: Option<&str>) -> Option<EntryId> {
    let by_name = || outlets().by_name.get(&plain(name?));
    // `sports.freep.com`
    let parents = || std::iter::successors(host, |host| Some(host.split_once('.')?.1));
    let seat = by_name().or_else(|| parents().find_map(|host| outlets().by_host.get(host)))?;
    let in_seat = |id: &EntryId| {
        let entry = gazetteer.entry(*id);
        let division = seat.admin1.is_empty() || entry.admin1() == seat.admin1;
        matches!(entry.sort(), EntryType::City | EntryType::Neighborhood) && entry.country() == seat.country && division
    };
    if !seat.place.is_empty() {
        let towns = gazetteer.named(lexicon, seat.place)?.candidates.into_iter().map(|c| c.entry).filter(in_seat);
        return towns.max_by_key(|&town| gazetteer.entry(town).population());
    }
    match seat.admin1 {
        "" => gazetteer.government_with_code(EntryType::Country, seat.country),
        admin1 => gazetteer.government_with_code(EntryType::State, &[seat.country, ".", admin1].concat()),
    }
}

fn outlets() -> &'static Outlets {
    static OUTLETS: OnceLock<Outlets> = OnceLock::new();
    OUTLETS.get_or_init(|| {
        let mut outlets = Outlets::default();
        for line in include_str!("../../gazetteers/outlets.tsv").lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [host, name, place, country, admin1] = cells[..] else { continue };
            let seat = Seat { place, country, admin1 };
            outlets.by_host.insert(host, seat);
            if !name.is_empty() {
                outlets.by_name.insert(plain(name), seat);
            }
        }
        outlets
    })
}

/// A name in small letters without "the".
fn plain(name: &str) -> String {
    let name = name.to_lowercase();
    name.strip_prefix("the ").unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outlet_of_the_list_is_at_home_somewhere() {
        let (lexicon, gazetteer) = (Lexicon::english(), Gazetteer::shipped());
        let list = include_str!("../../gazetteers/outlets.tsv");
        for line in list.lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 5, "{line}");
            assert!(place(&lexicon, &gazetteer, None, Some(cells[0])).is_some(), "{line}");
            assert_eq!(cells[0], cells[0].to_lowercase());
        }
        let cleveland = place(&lexicon, &gazetteer, Some("Plain Dealer"), None).map(|id| gazetteer.entry(id).name().to_owned());
        assert_eq!(cleveland.as_deref(), Some("Cleveland"));
        assert!(place(&lexicon, &gazetteer, None, Some("sports.freep.com")).is_some());
        assert!(place(&lexicon, &gazetteer, Some("The Toledo Owl"), Some("owl.example")).is_none());
    }
}
