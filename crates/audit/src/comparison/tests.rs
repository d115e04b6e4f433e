//! What comparisons say of errors and bounds.

use super::*;
use crate::comparison::tally::unit_in_the_last_place;

fn of_triples(pairs: &[(f32, f64, f64)]) -> Comparison {
    let mut tally = Tally::default();
    for &(found, exact, bound) in pairs {
        tally.add(found, exact, bound);
    }
    tally.comparison(Step::Layer.against(Witness::Twin, "what"), "bound")
}

#[test]
fn errors_are_held_to_their_own_bounds_and_counted_in_last_places() {
    let passed = of_triples(&[(1.0, 1.0, 0.0), (2.0 + 2.0_f32.powi(-22), 2.0, 1e-6)]);
    assert!(passed.passed && passed.values == 2);
    assert_eq!(passed.ulps, Some(1.0));
    assert!((passed.used.unwrap() - 2.0_f64.powi(-22) / 1e-6).abs() < 1e-12);
}

#[test]
fn the_relative_error_is_the_largest_one_and_its_floor_the_root_mean_square() {
    let values = [(3.0, 3.0, 1.0), (4.5, 4.0, 1.0)];
    assert_eq!(of_triples(&values).relative, Some(0.125));
    // 0.1 beside sqrt((0 + 3^2 + 4^2) / 3).
    let cancelled = of_triples(&[(0.1_f32, 0.0, 1.0), (3.0, 3.0, 0.0), (4.0, 4.0, 0.0)]);
    let expected = f64::from(0.1_f32) / (25.0_f64 / 3.0).sqrt();
    assert!((cancelled.relative.unwrap() - expected).abs() < 1e-12);
    assert_eq!((cancelled.l2, cancelled.error), (None, None));
}

#[test]
fn every_number_stands_in_a_column_that_says_what_it_is() {
    let mut levels = Tally::of("levels");
    levels.add(9.0, 7.0, 4.0);
    let levels = levels.comparison(Step::Layer.against(Witness::Pillow, "w"), "b");
    assert_eq!((levels.ulps, levels.relative), (None, None));
    assert_eq!((levels.error_in_words(), levels.used), ("2 levels".to_owned(), Some(0.5)));
    let number = Step::Layer.against(Witness::Identity, "w").held(1, Held { error: 2e-7, bound: 1.0 }, "b");
    assert_eq!((number.relative, number.error_in_words().as_str()), (None, "2.0e-7"));
    let norm = number.in_l2();
    assert_eq!((norm.error, norm.l2), (None, Some(2e-7)));
    assert_eq!(norm.error_in_words(), "2.0e-7 L2");
    let equal = Step::Layer.against(Witness::Identity, "w").equal(5, 2);
    assert_eq!((equal.used, equal.error_in_words().as_str()), (None, "2 differ"));
}

#[test]
fn what_was_skipped_or_only_shown_neither_passes_nor_fails() {
    let skipped = Step::Layer.against(Witness::PyTorch, "w").skipped("no values");
    assert!(!skipped.passed && !skipped.failed());
    let beyond = || Step::Layer.against(Witness::Identity, "w").held(1, Held { error: 2.0, bound: 1.0 }, "b");
    assert!(beyond().failed() && beyond().verdict() == "FAIL");
    let shown = beyond().for_information("no bound");
    assert!(!shown.passed && !shown.failed() && shown.used.is_none());
}

#[test]
fn a_value_beyond_its_bound_no_number_and_no_value_at_all_fail() {
    assert!(!of_triples(&[(1.0, 1.1, 0.05)]).passed);
    assert!(!of_triples(&[(1.0, 1.0 + 1e-9, 0.0)]).passed);
    assert!(!of_triples(&[(f32::NAN, 1.0, 1.0), (1.0, 1.0, 1.0)]).passed);
    assert!(!of_triples(&[(1.0, f64::NAN, 1.0), (1.0, 1.0, 1.0)]).passed);
    assert!(of_triples(&[(f32::NAN, f64::NAN, 0.0)]).passed);
    assert!(!of_triples(&[]).passed);
    assert!(!Step::Layer.against(Witness::Identity, "w").equal(3, 1).passed);
    assert!(!Step::Layer.against(Witness::Identity, "w").held(1, Held { error: f64::NAN, bound: 1.0 }, "b").passed);
}

#[test]
fn one_value_beyond_its_bound_fails_at_any_place_on_either_side() {
    // A bound that is no float has no value exactly at it.
    let bound = 0.25 * (1.0 - f64::EPSILON);
    for (found, exact, bound, passes) in [
        (1.25, 1.0, 0.25, true),
        (0.75, 1.0, 0.25, true),
        (1.25, 1.0, bound, false),
        (0.75, 1.0, bound, false),
        (-1.25, -1.0, bound, false),
        (1e-40, 0.0, 0.0, false),
        (0.0, 1e-40, 0.0, false),
        (-0.0, 0.0, 0.0, true),
        (f32::NAN, 1.0, f64::INFINITY, false),
        (1.0, f64::NAN, f64::INFINITY, false),
        (1.25, 1.0, f64::NAN, false),
        (f32::INFINITY, 1.0, f64::MAX, false),
        (f32::INFINITY, f64::INFINITY, 0.0, true),
        (f32::NEG_INFINITY, f64::INFINITY, f64::MAX, false),
    ] {
        for place in 0..4 {
            let mut triples = [(2.0, 2.0, 0.5); 4];
            triples[place] = (found, exact, bound);
            let line = of_triples(&triples);
            assert_eq!((line.passed, line.values), (passes, 4), "{triples:?}");
            assert_eq!(line.failed(), !passes);
            assert_eq!(line.used.unwrap() <= 1.0, passes, "{line:?}");
        }
    }
}

#[test]
fn slices_are_compared_value_by_value_and_must_be_of_one_length() {
    let mut tally = Tally::default();
    tally.add_all(&[1.0, 2.0, 3.0], &[1.0, 2.5, 3.0], &[1.0, 1.0, 1.0]);
    let line = tally.comparison(Step::Layer.against(Witness::Twin, "w"), "b");
    assert_eq!((line.values, line.used, line.passed), (3, Some(0.5), true));
    for (found, exact, bound) in [(2, 3, 3), (3, 2, 3), (3, 3, 2), (2, 2, 3)] {
        let of = |n: usize| vec![1.0; n];
        let compared = std::panic::catch_unwind(|| {
            Tally::default().add_all(&vec![1.0; found], &of(exact), &of(bound));
        });
        assert!(compared.is_err(), "{found} {exact} {bound}");
    }
}

#[test]
fn a_number_is_held_to_its_bound_to_the_last_bit_and_to_having_values() {
    let number =
        |values, error, bound| Step::Layer.against(Witness::Identity, "w").held(values, Held { error, bound }, "words");
    let line = number(3, 0.5, 0.5);
    assert_eq!((line.passed, line.used, line.values), (true, Some(1.0), 3));
    assert_eq!((line.bound.as_str(), line.verdict()), ("words", "pass"));
    assert!(!number(3, 0.5_f64.next_up(), 0.5).passed);
    assert!(!number(0, 0.0, 0.5).passed);
    // No error is within any bound, and any other beyond none.
    assert!(number(1, 0.0, 0.0).passed && !number(1, 1e-300, 0.0).passed);
    assert!(!number(1, f64::INFINITY, 1.0).passed && !number(1, 1.0, f64::NAN).passed);
    let equal = |values, differ| Step::Layer.against(Witness::Identity, "w").equal(values, differ);
    assert!(equal(1, 0).passed && !equal(1, 1).passed && !equal(0, 0).passed);
    assert_eq!((equal(7, 3).values, equal(7, 3).verdict()), (7, "FAIL"));
}

#[test]
fn numbers_are_short() {
    for (value, said) in [
        (None, ""),
        (Some(0.0), "0"),
        (Some(3.0), "3"),
        (Some(99_999.0), "99999"),
        (Some(100_000.0), "1.0e5"),
        (Some(-2.0), "-2"),
        (Some(0.01), "0.01"),
        (Some(0.009), "9.0e-3"),
        (Some(-1.25), "-1.25"),
        (Some(9_999.5), "9999.50"),
        (Some(10_000.5), "1.0e4"),
    ] {
        assert_eq!(short(value), said, "{value:?}");
    }
}

#[test]
fn last_places_are_those_around_the_value_and_never_smaller_than_the_least_normal_ones() {
    for (value, place) in [(1.0, -23), (1.99, -23), (2.0, -22), (-4.0, -21), (0.5, -24), (0.0, -149), (1e-45, -149)] {
        assert_eq!(unit_in_the_last_place(value), 2_f64.powi(place), "{value}");
    }
}
