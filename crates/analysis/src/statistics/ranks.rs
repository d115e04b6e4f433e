//! Ranks, with ties sharing the average of theirs.

/// The rank of each value among all, from 1, ties sharing their average rank, as `scipy.stats.rankdata`.
///
/// -0 and 0 tie, infinities rank at the ends, and NaN beyond them, each apart.
///
/// ```
/// assert_eq!(analysis::statistics::average_ranks(&[5.0, 1.0, 5.0]), [2.5, 1.0, 2.5]);
/// ```
#[must_use]
pub fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut begin = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let end = begin + tied.len();
        // The ranks begin + 1 to end; their average is a half-integer and exact.
        let rank = (begin + 1 + end) as f64 / 2.0;
        for &k in tied {
            ranks[k] = rank;
        }
        begin = end;
    }
    ranks
}
