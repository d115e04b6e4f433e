//! Permutations, and how surprising an observation is among those of permuted data.

/// A permutation of `0..n`, all equally likely (the shuffle of Fisher and Yates); `draw` gives a number below the one that
/// it is handed, all of them equally often.
///
/// ```
/// // Drawing the largest each time leaves everything in its place.
/// assert_eq!(analysis::statistics::permutation(4, |n| n - 1), [0, 1, 2, 3]);
/// assert_eq!(analysis::statistics::permutation(4, |_| 0), [1, 2, 3, 0]);
/// ```
pub fn permutation(n: usize, mut draw: impl FnMut(usize) -> usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, draw(last + 1));
    }
    order
}

/// The p-value of an observation among what permutations gave: `(1 + how many are at least as large) / (1 + n)`. The
/// observation itself is one of the possible outcomes, so it is never zero (Phipson and Smyth, 2010).
///
/// ```
/// assert_eq!(analysis::statistics::permutation_p(3.0, &[1.0, 2.0, 3.0]), 0.5);
/// ```
#[must_use]
pub fn permutation_p(observed: f64, permuted: &[f64]) -> f64 {
    let at_least = permuted.iter().filter(|&&value| value >= observed).count();
    (1 + at_least) as f64 / (1 + permuted.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_permutation_comes_once_from_every_sequence_of_draws() {
        // 4 x 3 x 2 sequences of draws, and as many permutations.
        let mut seen: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        for code in 0..24 {
            let mut rest = code;
            let order = permutation(4, |n| {
                let drawn = rest % n;
                rest /= n;
                drawn
            });
            *seen.entry(order).or_default() += 1;
        }
        assert_eq!(seen.len(), 24);
        assert!(seen.values().all(|&count| count == 1));
    }

    #[test]
    fn nothing_has_one_order() {
        assert!(permutation(0, |_| unreachable!()).is_empty());
        assert_eq!(permutation(1, |_| unreachable!()), [0]);
    }
}
