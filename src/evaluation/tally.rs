//! Tallies: what figures are made of.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

/// How much of what was found is right, and how much of the gold was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Found and right.
    pub right: usize,
    /// Found.
    pub found: usize,
    /// To be found.
    pub gold: usize,
}

impl Tally {
    /// The share of what was found that is right.
    pub fn precision(self) -> f64 {
        share(self.right, self.found).unwrap_or(0.0)
    }

    /// The share of the gold that was found.
    pub fn recall(self) -> f64 {
        share(self.right, self.gold).unwrap_or(0.0)
    }

    /// The harmonic mean of both.
    pub fn f1(self) -> f64 {
        self.f1_of(1.0)
    }

    /// Precision, recall and their harmonic mean in percent.
    pub fn percents(self) -> [f64; 3] {
        [100.0 * self.precision(), 100.0 * self.recall(), self.f1_of(100.0)]
    }

    /// The harmonic mean as parts of a whole. A percentage is not computed from a share, which would round a tie another way.
    fn f1_of(self, whole: f64) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if self.right == 0 { 0.0 } else { 2.0 * whole * precision * recall / (precision + recall) }
    }
}

/// The heading of lines of tallies.
pub const HEADING: &str = "precision  recall      F1    right    found     gold";

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [precision, recall, f1] = self.percents();
        write!(f, "{precision:9.1} {recall:7.1} {f1:7.1} {:8} {:8} {:8}", self.right, self.found, self.gold)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.right += other.right;
        self.found += other.found;
        self.gold += other.gold;
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Tally", 6)?;
        fields.serialize_field("precision", &self.precision())?;
        fields.serialize_field("recall", &self.recall())?;
        fields.serialize_field("f1", &self.f1())?;
        fields.serialize_field("right", &self.right)?;
        fields.serialize_field("found", &self.found)?;
        fields.serialize_field("gold", &self.gold)?;
        fields.end()
    }
}

/// How many of some are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that are right.
    pub right: usize,
    /// All.
    pub of: usize,
}

impl Share {
    /// Counts one more.
    pub fn count(&mut self, right: bool) {
        self.right += usize::from(right);
        self.of += 1;
    }

    /// The share; `None` of nothing.
    pub fn share(self) -> Option<f64> {
        share(self.right, self.of)
    }

    /// In percent; 0 of nothing.
    pub fn percent(self) -> f64 {
        if self.of > 0 { 100.0 * self.right as f64 / self.of as f64 } else { 0.0 }
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Share", 3)?;
        fields.serialize_field("share", &self.share())?;
        fields.serialize_field("right", &self.right)?;
        fields.serialize_field("of", &self.of)?;
        fields.end()
    }
}

/// What became of what a rule found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Made {
    /// What it found.
    pub found: usize,
    /// That stands in the gold.
    pub matched: usize,
    /// That is right in all that is asked.
    pub right: usize,
}

/// What became of what each rule found.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Rules {
    /// By the rule's name.
    pub made: BTreeMap<&'static str, Made>,
}

impl Rules {
    /// Counts something that a rule found.
    pub fn count(&mut self, rule: &'static str, matched: bool, right: bool) {
        let made = self.made.entry(rule).or_default();
        made.found += 1;
        made.matched += usize::from(matched);
        made.right += usize::from(right);
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list: Vec<_> = self.made.iter().collect();
        list.sort_by_key(|(rule, made)| (usize::MAX - made.found, **rule));
        writeln!(f, "  {:40}    found   in gold     right", "rule")?;
        for (rule, made) in list {
            let percent = |part| Share { right: part, of: made.found }.percent();
            writeln!(f, "  {rule:40} {:8} {:7.1} % {:7.1} %", made.found, percent(made.matched), percent(made.right))?;
        }
        Ok(())
    }
}

fn share(part: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_nothing_are_zero() {
        assert_eq!(Tally::default().f1(), 0.0);
        let tally = Tally { right: 2, found: 4, gold: 8 };
        assert_eq!((tally.precision(), tally.recall()), (0.5, 0.25));
        assert!((tally.f1() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(Share::default().share(), None);
        assert_eq!(Share::default().percent(), 0.0);
    }

    #[test]
    fn percentages_are_rounded_once() {
        let tally = Tally { right: 1, found: 8, gold: 16 };
        assert_eq!(tally.to_string(), "     12.5     6.2     8.3        1        8       16");
        assert_eq!(HEADING.len(), tally.to_string().len());
    }

    #[test]
    fn rules_are_listed_by_what_they_found() {
        let mut rules = Rules::default();
        rules.count("b", true, true);
        rules.count("a", true, false);
        rules.count("c", false, false);
        rules.count("c", true, true);
        let printed = rules.to_string();
        let order: Vec<&str> = printed.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(order, ["c", "a", "b"]);
        assert!(printed.contains("100.0 %     0.0 %"));
    }
}
