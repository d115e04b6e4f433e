//! Every comparison fails on everything that it must fail on, wherever that stands among what is right.

use std::panic::catch_unwind;
use testkit::{
    assert_same_bits, assert_still_poisoned, assert_within_bound, gamma, is_poison, max_abs_error, poisoned,
    relative_l2, underflow_slack, worst_fraction_of_bound,
};

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

fn within(actual: &[f32], expected: &[f64], bound: &[f64]) -> bool {
    catch_unwind(|| assert_within_bound(actual, expected, bound, "values")).is_ok()
}

fn same(actual: &[f32], expected: &[f32]) -> bool {
    catch_unwind(|| assert_same_bits(actual, expected, "values")).is_ok()
}

/// A triple that must fail, at each place among four that are right.
fn at_each_place(fails: impl Fn(&[f32], &[f64], &[f64]), (a, e, b): (f32, f64, f64)) {
    for place in 0..5 {
        let (mut actual, mut expected, mut bound) = (vec![1.0_f32; 5], vec![1.0; 5], vec![0.0; 5]);
        (actual[place], expected[place], bound[place]) = (a, e, b);
        fails(&actual, &expected, &bound);
    }
}

/// What is beyond its bound: an error of either sign, what should be zero, and what is no number on either side.
fn beyond() -> Vec<(f32, f64, f64)> {
    let least = f64::from(f32::from_bits(1));
    vec![
        (1.5, 1.0, 0.499),
        (0.5, 1.0, 0.499),
        (-1.5, -1.0, 0.499),
        (-0.5, -1.0, 0.499),
        (1.0, -1.0, 1.999),
        (f32::MIN_POSITIVE, 0.0, 0.0),
        (-f32::MIN_POSITIVE, 0.0, 0.0),
        (f32::from_bits(1), 0.0, 0.0),
        (f32::from_bits(2), 0.0, least),
        (0.0, least, 0.0),
        (1.0, 1.0 + f64::EPSILON, 0.0),
        (1.5, 1.0, -1.0),
        (f32::NAN, 1.0, INFINITY),
        (1.0, NAN, INFINITY),
        (f32::NAN, 0.0, 0.0),
        (0.0, NAN, 0.0),
        (1.5, 1.0, NAN),
        (f32::INFINITY, 1.0, INFINITY),
        (1.0, INFINITY, INFINITY),
        (f32::INFINITY, -INFINITY, INFINITY),
        (f32::NEG_INFINITY, INFINITY, INFINITY),
        (f32::MAX, INFINITY, INFINITY),
        (f32::INFINITY, NAN, INFINITY),
    ]
}

#[test]
fn whatever_is_beyond_its_bound_fails_at_any_place() {
    for triple in beyond() {
        let fails = |a: &[f32], e: &[f64], b: &[f64]| {
            assert!(!within(a, e, b), "{triple:?}");
            let (fraction, at) = worst_fraction_of_bound(a, e, b);
            assert!(fraction.is_nan() || fraction > 1.0, "{triple:?}: {fraction}");
            // The place is that of the value that is wrong.
            assert!(a[at].to_bits() != 1.0_f32.to_bits() || e[at] != 1.0, "{triple:?}");
        };
        at_each_place(fails, triple);
    }
}

#[test]
fn whatever_is_within_its_bound_passes_at_any_place() {
    for triple in [
        (1.5, 1.0, 0.5),
        (0.5, 1.0, 0.5),
        (-1.5, -1.0, 0.5),
        (0.0, -0.0, 0.0),
        (-0.0, 0.0, 0.0),
        (f32::NAN, NAN, 0.0),
        (f32::INFINITY, INFINITY, 0.0),
        (f32::NEG_INFINITY, -INFINITY, 0.0),
        (f32::from_bits(1), 0.0, underflow_slack(1)),
        (1.0, 1.0, NAN),
    ] {
        let passes = |a: &[f32], e: &[f64], b: &[f64]| {
            assert!(within(a, e, b), "{triple:?}");
            assert!(worst_fraction_of_bound(a, e, b).0 <= 1.0);
        };
        at_each_place(passes, triple);
    }
}

#[test]
fn the_fraction_is_the_errors_and_its_place_the_first_of_the_largest() {
    let expected = [0.0, 10.0, -10.0, 0.0];
    let bound = [2.0, 4.0, 8.0, 4.0];
    assert_eq!(worst_fraction_of_bound(&[1.0, 11.0, -16.0, 3.0], &expected, &bound), (0.75, 2));
    assert_eq!(worst_fraction_of_bound(&[0.0, 13.0, -10.0, -3.0], &expected, &bound), (0.75, 1));
    assert_eq!(worst_fraction_of_bound(&[0.0, 10.0, -10.0, 0.0], &expected, &bound), (0.0, 0));
    let (infinite, at) = worst_fraction_of_bound(&[0.0, 1.0], &[0.0, 0.0], &[0.0, 0.0]);
    assert_eq!((infinite, at), (INFINITY, 1));
    // The first that is no number ends the search.
    let (fraction, at) = worst_fraction_of_bound(&[9.0, f32::NAN, f32::NAN], &[0.0; 3], &[1.0; 3]);
    assert!(fraction.is_nan() && at == 1);
}

#[test]
fn bits_that_differ_in_any_one_place_fail_whatever_they_stand_for() {
    let values =
        [0.0, -0.0, 1.0, -1.0, f32::MIN_POSITIVE, f32::from_bits(1), f32::MAX, f32::INFINITY, f32::NEG_INFINITY];
    assert!(same(&values, &values));
    for place in 0..values.len() {
        for bit in 0..32 {
            let mut other = values;
            other[place] = f32::from_bits(other[place].to_bits() ^ (1 << bit));
            assert!(!same(&other, &values) && !same(&values, &other), "{place}, bit {bit}");
        }
        let mut other = values;
        other[place] = f32::NAN;
        assert!(!same(&other, &values) && !same(&values, &other));
        // Any NaN is any other.
        let mut another = values;
        another[place] = f32::from_bits(0xffc0_0001);
        assert!(same(&other, &another));
    }
}

#[test]
fn nothing_and_other_lengths_fail_in_every_comparison() {
    let fails = |compare: &(dyn Fn() + std::panic::RefUnwindSafe)| catch_unwind(compare).is_err();
    for (a, e) in [(0, 0), (0, 1), (1, 0), (1, 2), (2, 1)] {
        let (actual, expected, bound) = (vec![1.0_f32; a], vec![1.0; e], vec![1.0; a]);
        assert!(!within(&actual, &expected, &bound), "{a} {e}");
        assert!(fails(&|| {
            worst_fraction_of_bound(&actual, &expected, &bound);
        }));
        assert!(fails(&|| {
            relative_l2(&actual, &expected);
        }));
        assert!(fails(&|| {
            max_abs_error(&actual, &expected);
        }));
        assert!(!same(&actual, &vec![1.0; e]));
    }
    for bounds in [0, 1, 3] {
        assert!(!within(&[1.0, 1.0], &[1.0, 1.0], &vec![1.0; bounds]), "{bounds}");
    }
    assert!(fails(&|| assert_still_poisoned(&[], "buffer")));
}

#[test]
fn an_error_in_one_number_is_that_of_either_sign_and_no_number_where_there_is_none() {
    assert_eq!(max_abs_error(&[1.0, 2.0, 3.0], &[1.0, 2.5, 3.25]), 0.5);
    assert_eq!(max_abs_error(&[1.0, 3.0, 3.0], &[1.0, 2.5, 3.25]), 0.5);
    assert_eq!(max_abs_error(&[0.0, -0.0], &[-0.0, 0.0]), 0.0);
    assert_eq!(relative_l2(&[3.0, 0.0], &[3.0, 4.0]), 0.8);
    assert_eq!(relative_l2(&[3.0, 8.0], &[3.0, 4.0]), 0.8);
    assert_eq!(relative_l2(&[-3.0, -4.0], &[3.0, 4.0]), 2.0);
    assert_eq!(relative_l2(&[1.0], &[1.0]), 0.0);
    // What is expected to be zero has no relative error.
    assert!(relative_l2(&[0.0, 0.0], &[0.0, 0.0]).is_nan());
    assert_eq!(relative_l2(&[1e-30], &[0.0]), INFINITY);
    for place in 0..3 {
        let (mut actual, mut expected) = ([1.0_f32, 2.0, 3.0], [1.0, 2.0, 3.0]);
        actual[place] = f32::NAN;
        assert!(max_abs_error(&actual, &expected).is_nan());
        assert!(relative_l2(&actual, &expected).is_nan());
        actual[place] = 9.0;
        expected[place] = NAN;
        assert!(max_abs_error(&actual, &expected).is_nan());
        assert!(relative_l2(&actual, &expected).is_nan());
    }
    assert_eq!(max_abs_error(&[f32::INFINITY], &[1.0]), INFINITY);
    assert!(max_abs_error(&[f32::INFINITY], &[INFINITY]).is_nan());
}

#[test]
fn what_was_written_shows_at_any_place_whatever_it_is() {
    for place in 0..4 {
        for value in [
            0.0,
            -0.0,
            1.0,
            f32::INFINITY,
            f32::NAN,
            -f32::NAN,
            f32::from_bits(0x7fed_caff),
            f32::from_bits(0xffed_cafe),
        ] {
            let mut values = poisoned(4);
            values[place] = value;
            assert!(!is_poison(value));
            assert!(catch_unwind(|| assert_still_poisoned(&values, "buffer")).is_err());
        }
    }
    assert!(poisoned(4).iter().all(|&v| is_poison(v) && v.is_nan()));
    assert_eq!((poisoned(0).len(), poisoned(7).len()), (0, 7));
    assert_still_poisoned(&poisoned(1), "buffer");
}

#[test]
fn bounds_are_those_of_the_literature() {
    let unit = 2_f64.powi(-24);
    // n u / (1 - n u), in exact fractions: u / (1 - u) = 1 / (2^24 - 1).
    assert_eq!(gamma(1), 1.0 / 16_777_215.0);
    assert_eq!(gamma(1 << 23), 1.0);
    assert_eq!(gamma(3 << 22), 3.0);
    assert!(gamma(2) > 2.0 * unit && gamma(2) < 2.0 * unit * (1.0 + 4.0 * unit));
    assert_eq!(underflow_slack(0), 0.0);
    assert_eq!(underflow_slack(5), 5.0 * 2_f64.powi(-149));
}

#[test]
fn a_failure_names_the_worst_value_and_both_sides() {
    let message =
        |work: &(dyn Fn() + std::panic::RefUnwindSafe)| *catch_unwind(work).unwrap_err().downcast::<String>().unwrap();
    let said = message(&|| assert_within_bound(&[1.0, 2.0, 4.0], &[1.0, 1.5, 2.0], &[1.0; 3], "map"));
    assert_eq!(said, "map: at 2 of 3: expected 2e0 within 1e0, found 4e0: 2 of the bound");
    let said = message(&|| assert_same_bits(&[1.0, 0.0, 0.0], &[1.0, -0.0, 1.0], "map"));
    assert_eq!(said, "map: at 1 of 3: expected -0e0 (0x80000000), found 0e0 (0x0)");
    let mut values = poisoned(3);
    values[2] = 7.0;
    let said = message(&|| assert_still_poisoned(&values, "map"));
    assert_eq!(said, "map: 7 was written at 2 of 3");
}
