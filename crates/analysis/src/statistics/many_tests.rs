//! Many tests at once: p-values adjusted for how many there are.

/// Benjamini and Hochberg's adjusted p-values, in the order of the p-values, as
/// `statsmodels.stats.multitest.multipletests(method="fdr_bh")`: of m values in ascending order, the k-th becomes the
/// smallest of `p_j m / j` over j >= k, and at most 1. Calling significant what is at most q keeps the expected share of
/// false discoveries at most at q (Benjamini and Hochberg, 1995).
///
/// A NaN stays NaN and is none of the tests.
///
/// ```
/// // 0.01 x 3, 0.02 x 3 / 2, and 0.9.
/// assert_eq!(analysis::statistics::benjamini_hochberg(&[0.9, 0.01, 0.02]), [0.9, 0.03, 0.03]);
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&at| !p[at].is_nan()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let tests = order.len() as f64;
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut smallest = 1.0_f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        smallest = smallest.min(p[at] * tests / (rank + 1) as f64);
        adjusted[at] = smallest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_test_is_as_it_is_and_none_are_none() {
        assert_eq!(benjamini_hochberg(&[0.04]), [0.04]);
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn what_is_no_number_counts_as_no_test() {
        let adjusted = benjamini_hochberg(&[f64::NAN, 0.04, 0.5]);
        assert!(adjusted[0].is_nan());
        assert_eq!(adjusted[1..], [0.08, 0.5]);
    }
}
