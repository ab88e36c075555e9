//! From scores to labels.

use crate::encoder::{CUES, ROLES};

/// Where the labels of a source begin: begin, inside, end, single.
pub(super) const SOURCE: usize = 1;
/// Where the labels of content begin.
pub(super) const CONTENT: usize = 5;
/// The score of what must not be.
const NEVER: f32 = -1e9;

/// A cue among the pieces of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cue {
    pub first: usize,
    pub last: usize,
    /// Whether it reports something voiced.
    pub speech: bool,
    /// The log of the odds that it is one.
    pub score: f32,
}

/// Some pieces in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub first: usize,
    pub last: usize,
}

/// The cues: runs of pieces that likelier are part of one than not, when `threshold` is added to the score of not.
pub(super) fn cues(scores: &[[f32; CUES]], threshold: f32) -> Vec<Cue> {
    let label = |row: &[f32; CUES]| {
        let mut best = (row[0] + threshold, 0);
        for (label, &score) in row.iter().enumerate().skip(1) {
            if score > best.0 {
                best = (score, label);
            }
        }
        best.1
    };
    let labels: Vec<usize> = scores.iter().map(label).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < labels.len() {
        if labels[at] > 0 {
            let inside = labels[at + 1..].iter().take_while(|&&l| l == 2 || l == 4).count();
            let none = normalised(&scores[at])[0].exp();
            let none = none.clamp(1e-6, 1.0 - 1e-6);
            let score = ((1.0 - none) / none).ln();
            found.push(Cue { first: at, last: at + inside, speech: labels[at] <= 2, score });
            at += inside;
        }
        at += 1;
    }
    found
}

/// The labels of all pieces for a cue.
pub(super) struct Roles<'a> {
    labels: Vec<u8>,
    scores: &'a [[f32; ROLES]],
}

/// Labels at which no run is open.
const CLOSED: [usize; 5] = [0, 3, 4, 7, 8];
/// Labels that need no open run: nothing, begin, single.
const FRESH: [usize; 5] = [0, 1, 4, 5, 8];

/// The likeliest labels in which every run that begins also ends (Viterbi).
pub(super) fn roles(scores: &[[f32; ROLES]]) -> Roles<'_> {
    let mut total = [NEVER; ROLES];
    total[0] = 0.0;
    let mut back: Vec<[u8; ROLES]> = Vec::with_capacity(scores.len());
    let better = |total: &[f32; ROLES], a: usize, b: usize| if total[b] > total[a] { b } else { a };
    for row in scores {
        let mut origin = [0u8; ROLES];
        // What starts anew follows the best that is closed; inside and end go on with what is open.
        let closed = CLOSED[1..].iter().fold(0, |best, &label| better(&total, best, label));
        for label in FRESH {
            origin[label] = closed as u8;
        }
        for base in [SOURCE, CONTENT] {
            let open = better(&total, base, base + 1) as u8;
            (origin[base + 1], origin[base + 2]) = (open, open);
        }
        total = std::array::from_fn(|label| total[usize::from(origin[label])] + row[label]);
        back.push(origin);
    }
    let mut state = CLOSED[1..].iter().fold(0, |best, &label| better(&total, best, label));
    let mut labels = vec![0; scores.len()];
    for at in (0..scores.len()).rev() {
        labels[at] = state as u8;
        state = usize::from(back[at][state]);
    }
    Roles { labels, scores }
}

impl Roles<'_> {
    /// The runs of source or of content, in order.
    pub fn runs(&self, base: usize) -> impl Iterator<Item = Run> {
        let mut start = 0;
        self.labels.iter().enumerate().filter_map(move |(at, &label)| match usize::from(label).wrapping_sub(base) {
            0 => {
                start = at;
                None
            }
            2 => Some(Run { first: start, last: at }),
            3 => Some(Run { first: at, last: at }),
            _ => None,
        })
    }

    /// The log of the probability of the ends of the runs: that is where they are wrong.
    pub fn score(&self, base: usize) -> f32 {
        let sure = |at: usize| normalised(&self.scores[at])[usize::from(self.labels[at])];
        self.runs(base).map(|run| if run.first == run.last { sure(run.first) } else { sure(run.first) + sure(run.last) }).sum()
    }
}

/// Scores as logs of probabilities.
fn normalised<const N: usize>(scores: &[f32; N]) -> [f32; N] {
    let largest = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = scores.iter().map(|s| (s - largest).exp()).sum();
    let log = sum.ln() + largest;
    scores.map(|s| s - log)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: usize) -> [f32; ROLES] {
        std::array::from_fn(|l| if l == label { 4.0 } else { 0.0 })
    }

    #[test]
    fn runs_end_and_keep_apart() {
        let scores = [1, 3, 0, 5, 6, 7, 8, 0].map(row);
        let roles = roles(&scores);
        assert_eq!(roles.runs(SOURCE).collect::<Vec<_>>(), [Run { first: 0, last: 1 }]);
        assert_eq!(roles.runs(CONTENT).collect::<Vec<_>>(), [Run { first: 3, last: 5 }, Run { first: 6, last: 6 }]);
    }

    #[test]
    fn what_must_not_be_is_mended() {
        // Inside without begin, begin without end.
        let scores = [0, 6, 6, 7, 0, 1].map(row);
        let mended = roles(&scores);
        assert_eq!(mended.runs(CONTENT).count(), 1);
        assert!(mended.runs(SOURCE).all(|run| run.last < 6));
        assert_eq!(roles(&[]).runs(CONTENT).count(), 0);
    }

    #[test]
    fn cues_go_on_over_inside_labels_and_obey_the_threshold() {
        let cue = |label: usize| -> [f32; CUES] { std::array::from_fn(|l| if l == label { 2.0 } else { 0.0 }) };
        let scores = [0, 1, 2, 0, 3].map(cue);
        let found = cues(&scores, 0.0);
        assert_eq!(found.iter().map(|f| (f.first, f.last, f.speech)).collect::<Vec<_>>(), [(1, 2, true), (4, 4, false)]);
        assert!(cues(&scores, 3.0).is_empty());
    }
}
