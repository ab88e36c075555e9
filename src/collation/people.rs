//! A user's own list of people: whom of them a name may be.

use super::JurisdictionInRow;
use super::name::Name;
use crate::lexicon::Lexicon;
use std::collections::{BTreeSet, HashMap};

/// A person, or a body, of the user's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The user's id, or Wikidata's.
    pub id: String,
    /// The name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Title or office, or empty.
    pub role: String,
    /// A place by its id or name, or empty.
    pub jurisdiction: String,
}

/// What a name and what goes with it say about the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nobody of the list has the name.
    None,
    /// This one.
    One(usize),
    /// Several, and nothing tells them apart.
    Ambiguous(Vec<usize>),
}

/// What stands beside a name in a document.
pub struct Evidence<'a> {
    /// The heads of the roles.
    pub heads: &'a BTreeSet<String>,
    /// The places that the statements are about.
    pub places: &'a [&'a JurisdictionInRow],
    /// The places whose office the speaker holds.
    pub seats: &'a [&'a JurisdictionInRow],
}

/// A list of people, looked up by name.
pub struct People<'a> {
    list: &'a [Listed],
    heads: Vec<BTreeSet<String>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl<'a> People<'a> {
    /// The list by its names; `heads` gives the heads of a role.
    pub fn new(lexicon: &Lexicon, list: &'a [Listed], heads: impl Fn(&str) -> BTreeSet<String>) -> People<'a> {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, person) in list.iter().enumerate() {
            let names = std::iter::once(&person.name).chain(&person.aliases);
            let keys: BTreeSet<String> =
                names.flat_map(|name| [Name::person(lexicon, name).key(), Name::body(name).key()]).collect();
            for key in keys {
                by_name.entry(key).or_default().push(i);
            }
        }
        People { list, heads: list.iter().map(|person| heads(&person.role)).collect(), by_name }
    }

    /// Whom of the list a name is: by name or alias alone if one has it and lives nowhere else, by role and jurisdiction if
    /// several have it.
    pub fn link(&self, name: &Name, evidence: &Evidence<'_>) -> Link {
        let Some(candidates) = self.by_name.get(&name.key()) else { return Link::None };
        let candidates: Vec<usize> = candidates.iter().copied().filter(|&i| !self.is_elsewhere(i, evidence)).collect();
        let scores: Vec<usize> = candidates.iter().map(|&i| self.score(i, evidence)).collect();
        let best = scores.iter().copied().max().unwrap_or(0);
        match candidates[..] {
            [] => Link::None,
            [one] => Link::One(one),
            _ if scores.iter().filter(|&&s| s == best).count() == 1 => {
                let at = scores.iter().position(|&s| s == best).unwrap_or(0);
                Link::One(candidates[at])
            }
            _ => Link::Ambiguous(candidates),
        }
    }

    fn score(&self, i: usize, evidence: &Evidence<'_>) -> usize {
        let place = &self.list[i].jurisdiction;
        let shares_role = self.heads[i].iter().any(|head| evidence.heads.contains(head));
        let shares_place = !place.is_empty() && evidence.places.iter().any(|p| agrees(place, p));
        usize::from(shares_role) + usize::from(shares_place)
    }

    /// Whether the speaker holds an office, and each in another place than the list says.
    fn is_elsewhere(&self, i: usize, evidence: &Evidence<'_>) -> bool {
        let place = &self.list[i].jurisdiction;
        let is_id = place.starts_with("ocd-division/");
        let fits = |seat: &JurisdictionInRow| agrees(place, seat) || within(place, &seat.id);
        is_id && !evidence.seats.is_empty() && !evidence.seats.iter().any(|seat| fits(seat))
    }
}

/// Whether a place of the list is a place of a row, lies in it, or holds it; a name must be the same.
fn agrees(listed: &str, place: &JurisdictionInRow) -> bool {
    // All of a country's places share the country: that tells nobody apart.
    let is_country = |id: &str| id.matches('/').count() < 2;
    listed == place.id
        || listed.eq_ignore_ascii_case(&place.name)
        || within(&place.id, listed)
        || within(listed, &place.id) && !is_country(&place.id)
}

/// Whether a division lies in another, by their ids.
fn within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: &str, name: &str, aliases: &[&str], role: &str, jurisdiction: &str) -> Listed {
        Listed {
            id: id.into(),
            name: name.into(),
            aliases: aliases.iter().map(|a| (*a).into()).collect(),
            role: role.into(),
            jurisdiction: jurisdiction.into(),
        }
    }

    fn place(id: &str, name: &str) -> JurisdictionInRow {
        JurisdictionInRow { id: id.into(), name: name.into(), ..JurisdictionInRow::default() }
    }

    const OHIO: &str = "ocd-division/country:us/state:oh";

    #[test]
    fn a_name_or_alias_links_and_evidence_tells_two_apart() {
        let lexicon = Lexicon::english();
        let list = [
            listed("p:1", "Irene Voss", &["I. K. Voss"], "mayor", OHIO),
            listed("p:2", "Otto Hale", &[], "mayor", OHIO),
            listed("p:3", "Otto Hale", &[], "sheriff", "Kansas"),
        ];
        let people = People::new(&lexicon, &list, |role| [role.to_owned()].into());
        let link = |name: &str, heads: &[&str], places: &[&JurisdictionInRow], seats: &[&JurisdictionInRow]| {
            let heads = heads.iter().map(|h| (*h).to_owned()).collect();
            people.link(&Name::person(&lexicon, name), &Evidence { heads: &heads, places, seats })
        };
        let (toledo, kansas) = (place(&format!("{OHIO}/place:toledo"), "Toledo"), place("x", "Kansas"));
        assert_eq!(link("Irene Voss", &[], &[], &[]), Link::One(0));
        assert_eq!(link("I.K. Voss", &[], &[], &[]), Link::One(0));
        assert_eq!(link("Irene Voss", &[], &[], &[&kansas]), Link::None, "she governs elsewhere");
        assert_eq!(link("Irene Voss", &[], &[], &[&toledo]), Link::One(0));
        assert_eq!(link("Otto Hale", &[], &[], &[]), Link::Ambiguous(vec![1, 2]));
        assert_eq!(link("Otto Hale", &["sheriff"], &[], &[]), Link::One(2));
        assert_eq!(link("Otto Hale", &[], &[&toledo], &[]), Link::One(1));
        assert_eq!(link("Otto Hale", &[], &[&kansas], &[]), Link::One(2));
        assert_eq!(link("Otto Hale", &["sheriff"], &[&toledo], &[]), Link::Ambiguous(vec![1, 2]));
        assert_eq!(link("Nobody Else", &[], &[], &[]), Link::None);
    }
}
