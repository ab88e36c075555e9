//! Maps: shapes filled by how many statements are about a place.
//!
//! A table of shapes has a place a line: its code and an SVG path of whole numbers. `shapes/README.md` says where they come from.

use super::html::{Plain, number};
use crate::summary::overview::PlaceFigure;
use maud::{Markup, html};
use std::collections::HashMap;

/// The shapes of a map.
pub(super) struct Shapes {
    /// Tells the map's elements from those of others.
    pub name: &'static str,
    /// The part of the plane that is shown.
    view: &'static str,
    shapes: &'static str,
    /// Outlines under shapes that are drawn only where something is.
    ground: Option<&'static str>,
}

/// Countries, in the projection Equal Earth.
pub(super) const WORLD: Shapes =
    Shapes { name: "world", view: "150 20 4600 2120", shapes: include_str!("shapes/world.tsv"), ground: None };
/// US states, in Albers' projection.
pub(super) const US_STATES: Shapes =
    Shapes { name: "states", view: "-240 40 4090 2400", shapes: include_str!("shapes/us-states.tsv"), ground: None };
/// US counties.
pub(super) const US_COUNTIES: Shapes = Shapes {
    name: "counties",
    view: "-240 40 4090 2400",
    shapes: include_str!("shapes/us-counties.tsv"),
    ground: Some(include_str!("shapes/us-states.tsv")),
};

/// Classes of a map: each is up to its number, inclusive.
pub(super) struct Classes(Vec<u64>);

/// How many colours there are, for the classes above none.
const COLOURS: usize = 5;

impl Classes {
    /// Classes whose limits grow by a factor, so that one large place does not make all others look alike.
    pub(super) fn of(most: u64) -> Classes {
        let limit = |class: usize| round((most as f64).powf(class as f64 / COLOURS as f64));
        let mut limits: Vec<u64> = (1..COLOURS).map(limit).filter(|&limit| limit < most).collect();
        limits.push(most);
        limits.dedup();
        Classes(limits)
    }

    /// The class of a count: 0 for none, then 1 to 5. Few classes take the darker colours.
    pub(super) fn class(&self, count: u64) -> usize {
        if count == 0 { 0 } else { self.colour(self.0.partition_point(|&limit| limit < count)) }
    }

    fn colour(&self, class: usize) -> usize {
        (class + 1 + COLOURS - self.0.len()).min(COLOURS)
    }

    /// The colours and what each stands for.
    pub(super) fn legend(&self) -> Vec<(usize, String)> {
        let mut from = 1;
        let mut legend = vec![(0, "none".to_owned())];
        for (class, &limit) in self.0.iter().enumerate() {
            let label = if from == limit { number(from) } else { format!("{}–{}", number(from), number(limit)) };
            legend.push((self.colour(class), label));
            from = limit + 1;
        }
        legend
    }
}

/// A number of one digit that counts: 1, 2, 5, 10, 20, 50, …
fn round(value: f64) -> u64 {
    let power = 10f64.powf(value.max(1.0).log10().floor());
    let head = value / power;
    let head = if head < 1.5 {
        1.0
    } else if head < 3.5 {
        2.0
    } else if head < 7.5 {
        5.0
    } else {
        10.0
    };
    (head * power) as u64
}

/// A map and its legend, and how many places have no shape on it.
pub(super) fn draw(shapes: &Shapes, places: &[PlaceFigure], label: &str) -> (Markup, usize) {
    let by_code: HashMap<&str, &PlaceFigure> = places.iter().map(|place| (place.code.as_str(), place)).collect();
    let classes = Classes::of(places.iter().map(|place| place.count.statements).max().unwrap_or(1));
    let lines = || shapes.shapes.lines().filter_map(|line| line.split_once('\t'));
    let shapeless = by_code.len() - lines().filter(|(code, _)| by_code.contains_key(code)).count();
    let markup = html! {
        svg.map.(shapes.name) viewBox=(shapes.view) role="img" aria-label=(label) {
            @for (_, path) in shapes.ground.into_iter().flat_map(str::lines).filter_map(|line| line.split_once('\t')) {
                path.c0 d=(path) {}
            }
            @for (code, path) in lines() {
                @match by_code.get(code) {
                    Some(place) => {
                        path.{ "c" (classes.class(place.count.statements)) } d=(path) {
                            title { (Plain(&place.label)) ": " (number(place.count.statements)) }
                        }
                    }
                    None if shapes.ground.is_none() => path.c0 d=(path) {},
                    None => {}
                }
            }
        }
        (legend(&classes, "statements"))
    };
    (markup, shapeless)
}

/// What the colours stand for.
pub(super) fn legend(classes: &Classes, what: &str) -> Markup {
    html! {
        ul.legend aria-label={ "Colours: " (what) } {
            @for (colour, label) in classes.legend() {
                li { span.swatch.{ "c" (colour) } aria-hidden="true" {} (label) }
            }
            li.what aria-hidden="true" { (what) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_shape_has_one_code_and_a_path() {
        for (shapes, least) in [(WORLD, 230), (US_STATES, 51), (US_COUNTIES, 3142)] {
            let lines: Vec<(&str, &str)> =
                shapes.shapes.lines().map(|line| line.split_once('\t').expect("two columns")).collect();
            assert!(lines.len() >= least, "{}: {}", shapes.name, lines.len());
            let codes: HashSet<&str> = lines.iter().map(|(code, _)| *code).collect();
            assert_eq!(codes.len(), lines.len());
            assert!(lines.iter().all(|(_, path)| path.starts_with('M') && path.ends_with('z')));
            assert!(lines.iter().all(|(_, path)| path.chars().all(|c| c.is_ascii_digit() || "Mlaz -".contains(c))));
        }
    }

    #[test]
    fn classes_grow_by_a_factor() {
        let labels = |most| Classes::of(most).legend().into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(1), ["none", "1"]);
        assert_eq!(labels(4), ["none", "1", "2", "3–4"]);
        assert_eq!(labels(100_000), ["none", "1–10", "11–100", "101–1,000", "1,001–10,000", "10,001–100,000"]);
        let classes = Classes::of(100_000);
        assert_eq!([0, 1, 10, 11, 100_000].map(|count| classes.class(count)), [0, 1, 1, 2, 5]);
        assert_eq!(Classes::of(1).class(1), 5);
    }
}
