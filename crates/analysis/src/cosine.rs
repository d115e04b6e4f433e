//! How alike two patterns of activations are.

/// The cosine between what two patterns pass on: activations below zero count as zero. A pattern of nothing but zeros is like
/// none: 0.
///
/// ```
/// assert_eq!(analysis::cosine_of_rectified(&[3.0, -7.0, 4.0], &[3.0, 0.0, 4.0]), 1.0);
/// assert_eq!(analysis::cosine_of_rectified(&[1.0, 0.0], &[0.0, 2.0]), 0.0);
/// assert_eq!(analysis::cosine_of_rectified(&[-1.0, -1.0], &[1.0, 2.0]), 0.0);
/// ```
#[must_use]
pub fn cosine_of_rectified(a: &[f32], b: &[f32]) -> f64 {
    let positive = |value: &f32| f64::from(*value).max(0.0);
    let (mut product, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().map(positive).zip(b.iter().map(positive)) {
        product += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    if of_a > 0.0 && of_b > 0.0 { product / (of_a * of_b).sqrt() } else { 0.0 }
}
