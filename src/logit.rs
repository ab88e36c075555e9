//! Conditional logits: learned weights that make one score of what speaks for each candidate, and shares of the scores of all.
//!
//! What is looked at is a row of numbers a candidate; each stage names its own ([`crate::speaker::ANTECEDENT_FEATURES`],
//! [`crate::jurisdiction::FEATURES`]). The weights stand in `models/*.tsv`, a line each, and `training/logit.py` learns them.

/// Learned weights of `N` features.
#[derive(Clone, Debug, PartialEq)]
pub struct Logit<const N: usize> {
    names: &'static [&'static str; N],
    weights: [f32; N],
}

impl<const N: usize> Logit<N> {
    /// Weights from lines of a name, a tab and a number; `#` starts a comment. `None` if one is missing or unknown.
    pub fn parse(names: &'static [&'static str; N], text: &str) -> Option<Logit<N>> {
        let mut weights = [f32::NAN; N];
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, weight) = line.split_once('\t')?;
            let at = names.iter().position(|feature| *feature == name)?;
            weights[at] = weight.parse().ok()?;
        }
        weights.iter().all(|w| w.is_finite()).then_some(Logit { names, weights })
    }

    /// What speaks for a candidate, in the logs of odds.
    pub fn score(&self, features: &[f32; N]) -> f32 {
        features.iter().zip(&self.weights).map(|(x, w)| x * w).sum()
    }

    /// What speaks most for a candidate or against it, in the logs of odds, the strongest first.
    pub fn reasons(&self, features: &[f32; N]) -> Vec<(&'static str, f32)> {
        let worth = features.iter().zip(&self.weights).map(|(x, w)| x * w);
        let mut reasons: Vec<(&str, f32)> = self.names.iter().copied().zip(worth).filter(|(_, w)| w.abs() >= 0.05).collect();
        reasons.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        reasons
    }
}

/// A fact as a number: 1 or 0.
pub fn yes(fact: bool) -> f32 {
    f32::from(u8::from(fact))
}

/// Turns scores into shares that add up to 1.
pub fn shares(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::MIN, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - largest).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_named_once_each() {
        const NAMES: [&str; 2] = ["near", "far"];
        let logit = Logit::parse(&NAMES, "# learned\nfar\t-1.0\nnear\t2.0\n").unwrap();
        assert_eq!(logit.score(&[1.0, 3.0]), -1.0);
        assert_eq!(logit.reasons(&[1.0, 3.0]), [("far", -3.0), ("near", 2.0)]);
        assert_eq!(Logit::parse(&NAMES, "near\t2.0\n"), None);
        assert_eq!(Logit::parse(&NAMES, "near\t2.0\nfar\t1\nwide\t1\n"), None);
    }

    #[test]
    fn shares_add_up() {
        let mut scores = [1.0, 1.0, f32::MIN];
        shares(&mut scores);
        assert_eq!(scores, [0.5, 0.5, 0.0]);
        shares(&mut []);
    }
}
