//! Bounds of rounding, and errors beside them.

/// Unit roundoff of single precision.
const UNIT_ROUNDOFF: f64 = 1.0 / 16_777_216.0;

/// `gamma_n = n u / (1 - n u)` with u = 2^-24: the relative error of n roundings (Higham, *Accuracy and Stability*,
/// lemma 3.1).
///
/// ```
/// // Two roundings: a little more than twice 2^-24.
/// assert!(bounds::gamma(2) > 2.0 / 16_777_216.0 && bounds::gamma(2) < 2.000_001 / 16_777_216.0);
/// ```
pub fn gamma(n: usize) -> f64 {
    gamma_of(n, UNIT_ROUNDOFF)
}

/// The same for any unit roundoff u, as of double precision, 2^-53.
pub fn gamma_of(n: usize, unit_roundoff: f64) -> f64 {
    let nu = n as f64 * unit_roundoff;
    nu / (1.0 - nu)
}

/// What n operations may lose where results are denormal: n times half the smallest denormal, rounded up to `n 2^-149`.
pub fn underflow_slack(n: usize) -> f64 {
    n as f64 * 2_f64.powi(-149)
}

/// The largest `|actual - expected| / bound`, and where: 0 / 0 counts as 0. NaN where one side alone is NaN.
///
/// # Panics
/// If the slices differ in length or are empty.
///
/// ```
/// // Errors of a half and of one, against bounds of one and of four: the first uses more of its bound.
/// assert_eq!(bounds::worst_fraction_of_bound(&[1.5, 3.0], &[1.0, 2.0], &[1.0, 4.0]), (0.5, 0));
/// ```
pub fn worst_fraction_of_bound(actual: &[f32], expected: &[f64], bound: &[f64]) -> (f64, usize) {
    assert!(!actual.is_empty(), "nothing to compare");
    assert!(
        actual.len() == expected.len() && actual.len() == bound.len(),
        "{} values, {} expected, {} bounds",
        actual.len(),
        expected.len(),
        bound.len()
    );
    let mut worst = (0.0, 0);
    for (at, ((&a, &e), &b)) in actual.iter().zip(expected).zip(bound).enumerate() {
        let fraction = fraction_of_bound(f64::from(a), e, b);
        if fraction.is_nan() {
            return (fraction, at);
        }
        if fraction > worst.0 {
            worst = (fraction, at);
        }
    }
    worst
}

fn fraction_of_bound(actual: f64, expected: f64, bound: f64) -> f64 {
    if actual.is_nan() || expected.is_nan() {
        return if actual.is_nan() && expected.is_nan() { 0.0 } else { f64::NAN };
    }
    if actual == expected {
        return 0.0;
    }
    if actual.is_infinite() || expected.is_infinite() || bound.is_nan() {
        return f64::NAN;
    }
    let error = (actual - expected).abs();
    if bound > 0.0 { error / bound } else { f64::INFINITY }
}

/// `|actual - expected|_2 / |expected|_2`. NaN where any value is NaN, or everything expected is zero.
///
/// # Panics
/// If the slices differ in length or are empty.
///
/// ```
/// assert_eq!(bounds::relative_l2(&[3.0, 5.0], &[3.0, 4.0]), 0.2);
/// ```
pub fn relative_l2(actual: &[f32], expected: &[f64]) -> f64 {
    assert!(
        !actual.is_empty() && actual.len() == expected.len(),
        "{} values, {} expected",
        actual.len(),
        expected.len()
    );
    let error: f64 = actual.iter().zip(expected).map(|(&a, e)| (f64::from(a) - e).powi(2)).sum();
    (error / expected.iter().map(|e| e * e).sum::<f64>()).sqrt()
}

/// The larger of two errors, infinity where either is NaN: NaN is within no bound, and `f64::max` would lose it.
///
/// ```
/// assert_eq!(bounds::worse(0.5, 2.0), 2.0);
/// assert_eq!([0.5, f64::NAN, 2.0].into_iter().fold(0.0, bounds::worse), f64::INFINITY);
/// ```
pub fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// The largest `|actual - expected|`; NaN where any difference is NaN.
///
/// # Panics
/// If the slices differ in length or are empty.
pub fn max_abs_error(actual: &[f32], expected: &[f64]) -> f64 {
    assert!(
        !actual.is_empty() && actual.len() == expected.len(),
        "{} values, {} expected",
        actual.len(),
        expected.len()
    );
    let errors = actual.iter().zip(expected).map(|(&a, e)| (f64::from(a) - e).abs());
    errors.fold(0.0, |worst, error| if error > worst || error.is_nan() { error } else { worst })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn what_is_empty_or_of_another_length_is_not_compared() {
        assert!(catch_unwind(|| worst_fraction_of_bound(&[], &[], &[])).is_err());
        assert!(catch_unwind(|| worst_fraction_of_bound(&[1.0], &[1.0], &[])).is_err());
        assert!(
            catch_unwind(|| relative_l2(&[], &[])).is_err() && catch_unwind(|| max_abs_error(&[1.0], &[])).is_err()
        );
    }

    #[test]
    fn a_bound_of_zero_holds_what_is_the_same_and_nothing_else() {
        let worst = |actual: f32, bound: f64| fraction_of_bound(f64::from(actual), 0.0, bound);
        assert_eq!([worst(0.0, 0.0), worst(-0.0, 0.0), worst(1e-45, 0.0)], [0.0, 0.0, f64::INFINITY]);
        // Nor does one below it hold anything.
        assert_eq!([worst(1.0, -1.0), worst(1.0, 2.0)], [f64::INFINITY, 0.5]);
    }

    #[test]
    fn errors_in_one_number_show_nan_anywhere() {
        assert_eq!(relative_l2(&[3.0, 4.0], &[3.0, 0.0]), 4.0 / 3.0);
        assert_eq!(max_abs_error(&[1.0, -2.0], &[1.5, 1.0]), 3.0);
        assert!(
            relative_l2(&[1.0, f32::NAN], &[1.0, 1.0]).is_nan()
                && max_abs_error(&[f32::NAN, 9.0], &[0.0, 0.0]).is_nan()
        );
    }

    #[test]
    fn nan_is_worse_than_any_number_on_either_side() {
        assert_eq!((worse(f64::NAN, 1.0), worse(1.0, f64::NAN)), (f64::INFINITY, f64::INFINITY));
        assert_eq!((worse(3.0, 1.0), worse(1.0, 3.0), worse(0.0, f64::INFINITY)), (3.0, 3.0, f64::INFINITY));
    }

    #[test]
    fn gamma_grows_a_little_faster_than_n_roundings() {
        assert_eq!(gamma(0), 0.0);
        assert!(gamma(1000) > 1000.0 * UNIT_ROUNDOFF && gamma(1000) < 1001.0 * UNIT_ROUNDOFF);
    }

    #[test]
    fn the_worst_fraction_names_its_place_and_stops_at_nan() {
        let worst = |actual: &[f32]| worst_fraction_of_bound(actual, &[0.0, 0.0, 0.0], &[1.0, 4.0, 1.0]);
        assert_eq!(worst(&[0.25, -2.0, 0.25]), (0.5, 1));
        assert_eq!(worst(&[0.0, 0.0, -3.0]), (3.0, 2));
        let (fraction, at) = worst(&[9.0, f32::NAN, 0.0]);
        assert!(fraction.is_nan() && at == 1);
    }

    #[test]
    fn underflow_slack_counts_smallest_denormals() {
        assert_eq!(underflow_slack(3), 3.0 * f64::from(f32::from_bits(1)));
    }
}
