//! Top and bottom images: where a channel's activation is largest and smallest (METHOD.md, section 3).

use std::cmp::Ordering;

/// The indices of the `count` largest activations, largest first; all of them if there are fewer.
///
/// Equal activations stand in the order of their index, which is the order of the files; -0 equals 0, and NaN is left
/// out.
///
/// ```
/// assert_eq!(analysis::largest(&[1.0, 3.0, 3.0, f64::NAN], 2), [1, 2]);
/// ```
#[must_use]
pub fn largest<T: Copy + Into<f64>>(activations: &[T], count: usize) -> Vec<usize> {
    first(activations, count, |a, b| b.total_cmp(a))
}

/// The indices of the `count` smallest activations, smallest first, otherwise as [`largest`].
#[must_use]
pub fn smallest<T: Copy + Into<f64>>(activations: &[T], count: usize) -> Vec<usize> {
    first(activations, count, f64::total_cmp)
}

fn first<T: Copy + Into<f64>>(activations: &[T], count: usize, order: impl Fn(&f64, &f64) -> Ordering) -> Vec<usize> {
    // Adding zero turns -0 into 0, so that the total order ties them.
    let mut ranked: Vec<(f64, usize)> =
        activations.iter().enumerate().map(|(k, &a)| (a.into() + 0.0, k)).filter(|(a, _)| !a.is_nan()).collect();
    // With the index no two are equal, so an unstable selection has but one outcome.
    let before = |a: &(f64, usize), b: &(f64, usize)| order(&a.0, &b.0).then(a.1.cmp(&b.1));
    if count < ranked.len() {
        ranked.select_nth_unstable_by(count, before);
        ranked.truncate(count);
    }
    ranked.sort_unstable_by(before);
    ranked.into_iter().map(|(_, k)| k).collect()
}
