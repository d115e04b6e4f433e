//! Comparisons that fail a test: bit for bit, and within a derived bound.

use bounds::worst_fraction_of_bound;

/// Asserts `|actual - expected| <= bound` for every value. NaN equals NaN alone; infinities must be equal.
///
/// # Panics
/// If not, naming the worst value; or if the slices differ in length or are empty.
#[track_caller]
pub fn assert_within_bound(actual: &[f32], expected: &[f64], bound: &[f64], what: &str) {
    let (fraction, at) = worst_fraction_of_bound(actual, expected, bound);
    assert!(
        fraction <= 1.0,
        "{what}: at {at} of {}: expected {:e} within {:e}, found {:e}: {fraction} of the bound",
        actual.len(),
        expected[at],
        bound[at],
        actual[at]
    );
}

/// Asserts that two results are the same bits; NaN equals NaN of any payload.
///
/// # Panics
/// If not, naming the first difference; or if the slices differ in length or are empty.
#[track_caller]
pub fn assert_same_bits(actual: &[f32], expected: &[f32], what: &str) {
    assert!(!actual.is_empty(), "{what}: nothing to compare");
    assert_eq!(actual.len(), expected.len(), "{what}: lengths");
    let differ = |(a, e): (&f32, &f32)| a.to_bits() != e.to_bits() && !(a.is_nan() && e.is_nan());
    if let Some(at) = actual.iter().zip(expected).position(differ) {
        let (a, e) = (actual[at], expected[at]);
        panic!(
            "{what}: at {at} of {}: expected {e:e} ({:#x}), found {a:e} ({:#x})",
            actual.len(),
            e.to_bits(),
            a.to_bits()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    fn within(actual: &[f32], expected: &[f64], bound: &[f64]) -> bool {
        let (a, e, b) = (actual.to_vec(), expected.to_vec(), bound.to_vec());
        catch_unwind(move || assert_within_bound(&a, &e, &b, "values")).is_ok()
    }

    fn same(actual: &[f32], expected: &[f32]) -> bool {
        let (a, e) = (actual.to_vec(), expected.to_vec());
        catch_unwind(move || assert_same_bits(&a, &e, "values")).is_ok()
    }

    #[test]
    fn a_bound_holds_up_to_its_end_and_fails_beyond_on_either_side() {
        assert!(within(&[1.0, 1.5], &[1.0, 1.25], &[0.0, 0.25]));
        assert!(!within(&[1.0, 1.5], &[1.0, 1.25], &[0.0, 0.2]));
        assert!(!within(&[1.0], &[1.25], &[0.2]));
        assert!(!within(&[1e-40], &[0.0], &[0.0]));
    }

    #[test]
    fn nan_and_infinity_equal_only_themselves() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        assert!(within(&[f32::NAN, f32::INFINITY], &[nan, inf], &[0.0, 0.0]));
        for (a, e) in [(f32::NAN, 1.0), (1.0, nan), (f32::INFINITY, -inf), (1.0, inf), (f32::INFINITY, 1.0)] {
            assert!(!within(&[0.0, a], &[0.0, e], &[inf, inf]), "{a} for {e}");
        }
        assert!(!within(&[1.0], &[2.0], &[nan]));
    }

    #[test]
    fn empty_and_unequal_lengths_fail() {
        assert!(!within(&[], &[], &[]));
        assert!(!within(&[1.0], &[1.0, 1.0], &[0.0]));
        assert!(!within(&[1.0], &[1.0], &[]));
        assert!(!same(&[], &[]) && !same(&[1.0], &[1.0, 2.0]));
    }

    #[test]
    fn bits_tell_zeros_and_neighbours_apart() {
        assert!(same(&[1.0, f32::NAN], &[1.0, -f32::NAN]));
        assert!(!same(&[0.0], &[-0.0]) && !same(&[1.0], &[1.0 + f32::EPSILON]) && !same(&[f32::NAN], &[1.0]));
    }
}
