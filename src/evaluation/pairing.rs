//! Pairing: which of what was found stands for which of the gold, one to one.

use super::ranges::Ranges;

/// Two sets that share something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The index of the gold.
    pub gold: usize,
    /// The index of what was found.
    pub found: usize,
    /// How much they share.
    pub shared: u32,
}

/// Something found that stands for a gold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The index of the gold.
    pub gold: usize,
    /// The index of what was found.
    pub found: usize,
}

/// A possible pair.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Lower comes first; what ties is decided by the next figure, at last by the indices.
    pub order: [f64; 3],
    /// The pair.
    pub pair: Pair,
}

/// All pairs of sets that share something.
///
/// Time is linear in the ranges and in the overlaps, but for a logarithm.
pub fn overlaps(gold: &[&Ranges], found: &[&Ranges]) -> Vec<Overlap> {
    // The ranges of all gold in order, with the furthest end so far: behind that, nothing before it can reach.
    let mut ranges: Vec<(u32, u32, usize)> =
        gold.iter().enumerate().flat_map(|(i, set)| set.iter().map(move |(start, end)| (start, end, i))).collect();
    ranges.sort_unstable();
    let mut furthest: Vec<u32> = ranges.iter().map(|range| range.1).collect();
    for i in 1..furthest.len() {
        furthest[i] = furthest[i].max(furthest[i - 1]);
    }
    let mut all = Vec::new();
    for (j, set) in found.iter().enumerate() {
        let before = all.len();
        for (start, end) in set.iter() {
            let first = furthest.partition_point(|&reach| reach <= start);
            for &(s, e, i) in ranges[first..].iter().take_while(|range| range.0 < end) {
                let shared = e.min(end).saturating_sub(s.max(start));
                if shared > 0 {
                    all.push(Overlap { gold: i, found: j, shared });
                }
            }
        }
        // A pair shares what any of its ranges share.
        all[before..].sort_unstable_by_key(|o| o.gold);
        let mut kept = before;
        for at in before..all.len() {
            let next = all[at];
            if kept > before && all[kept - 1].gold == next.gold {
                all[kept - 1].shared += next.shared;
            } else {
                all[kept] = next;
                kept += 1;
            }
        }
        all.truncate(kept);
    }
    all
}

/// The pairs whose Jaccard index is at least a half, as candidates: best first, then by what `tie` says of the pair.
pub fn half_alike(gold: &[&Ranges], found: &[&Ranges], tie: impl Fn(Pair) -> [f64; 2]) -> Vec<Candidate> {
    overlaps(gold, found)
        .into_iter()
        .filter_map(|Overlap { gold: i, found: j, shared }| {
            let all = gold[i].size() + found[j].size() - shared;
            let pair = Pair { gold: i, found: j };
            let [first, second] = tie(pair);
            (2 * shared >= all).then(|| Candidate { order: [-f64::from(shared) / f64::from(all), first, second], pair })
        })
        .collect()
}

/// Takes candidates in order, each if neither side is taken yet.
pub fn one_to_one(mut candidates: Vec<Candidate>) -> Vec<Pair> {
    candidates.sort_by(|a, b| {
        let order = a.order.iter().zip(&b.order).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne());
        order.unwrap_or_else(|| (a.pair.gold, a.pair.found).cmp(&(b.pair.gold, b.pair.found)))
    });
    let mut pairs: Vec<Pair> = Vec::new();
    let side = |of: fn(&Pair) -> usize| candidates.iter().map(|c| of(&c.pair) + 1).max().unwrap_or(0);
    let mut gold = vec![false; side(|p| p.gold)];
    let mut found = vec![false; side(|p| p.found)];
    for Candidate { pair, .. } in candidates {
        if !gold[pair.gold] && !found[pair.found] {
            gold[pair.gold] = true;
            found[pair.found] = true;
            pairs.push(pair);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(sets: &[&[(u32, u32)]]) -> Vec<Ranges> {
        sets.iter().map(|set| Ranges::new(set.iter().copied())).collect()
    }

    fn all(sets: &[Ranges]) -> Vec<&Ranges> {
        sets.iter().collect()
    }

    #[test]
    fn overlaps_add_up_over_the_ranges_of_a_pair() {
        let gold = sets(&[&[(0, 100)], &[(10, 20), (30, 40)], &[(50, 60)]]);
        let found = sets(&[&[(15, 35)], &[(60, 70)], &[]]);
        let shared = overlaps(&all(&gold), &all(&found));
        let shared: Vec<_> = shared.iter().map(|o| (o.gold, o.found, o.shared)).collect();
        assert_eq!(shared, [(0, 0, 20), (1, 0, 10), (0, 1, 10)]);
    }

    #[test]
    fn the_best_pair_comes_first_and_a_half_is_enough() {
        let gold = sets(&[&[(0, 10)], &[(0, 8)]]);
        let found = sets(&[&[(0, 8)], &[(0, 5)], &[(20, 30)]]);
        let pairs = one_to_one(half_alike(&all(&gold), &all(&found), |_| [0.0; 2]));
        assert_eq!(pairs, [Pair { gold: 1, found: 0 }, Pair { gold: 0, found: 1 }]);
        assert!(one_to_one(half_alike(&all(&gold[..1]), &all(&sets(&[&[(0, 4)]])), |_| [0.0; 2])).is_empty());
    }
}
