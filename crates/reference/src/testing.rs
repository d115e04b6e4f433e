//! Values for the unit tests.

use crate::Map;

/// Whole numbers from -5 to 5: `((7 i + 5 seed) mod 11) - 5`, which the script behind the expected numbers makes too.
pub(crate) fn pattern(len: usize, seed: u32) -> Vec<f64> {
    let mut state = f64::from(5 * seed % 11);
    let mut values = Vec::with_capacity(len);
    for _ in 0..len {
        values.push(state - 5.0);
        state = (state + 7.0) % 11.0;
    }
    values
}

/// A map of the [`pattern`].
pub(crate) fn map((height, width, channels): (usize, usize, usize), seed: u32) -> Map {
    Map::new((height, width, channels), pattern(height * width * channels, seed))
}

/// Asserts that values are within a few roundings of f64 of the expected ones.
///
/// The expected numbers were computed in f64 by another order of at most 40 operations on values below 64, so each side
/// is off by at most 40 * 2^-53 * 40 * 64 < 2^-36.
#[track_caller]
pub(crate) fn assert_close(actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len());
    for (at, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert!((a - e).abs() <= 2_f64.powi(-36), "at {at}: expected {e}, found {a}");
    }
}

/// Asserts `<A x, y> = <x, A' y>` for coefficients of A no larger than `largest`.
///
/// Both are sums of at most `n = len x * len y` products of a coefficient, an x and a y, so rounding moves each by at
/// most `gamma(n + 4) * largest * |x|_1 * |y|_1`.
#[track_caller]
pub(crate) fn assert_adjoint((ax, y): (&[f64], &[f64]), (x, aty): (&[f64], &[f64]), largest: f64) {
    assert!(ax.len() == y.len() && x.len() == aty.len() && !x.is_empty() && !y.is_empty());
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let norm = |a: &[f64]| a.iter().map(|v| v.abs()).sum::<f64>();
    let roundings = (x.len() * y.len() + 4) as f64 * 2_f64.powi(-53);
    let bound = 2.0 * roundings / (1.0 - roundings) * largest * norm(x) * norm(y);
    let (left, right) = (inner(ax, y), inner(x, aty));
    assert!(left != 0.0, "the maps say nothing about the adjoint");
    assert!((left - right).abs() <= bound, "<Ax, y> = {left}, <x, A'y> = {right}, bound {bound:e}");
}
