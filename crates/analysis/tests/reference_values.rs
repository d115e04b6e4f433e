//! The statistics against SciPy's values, and the tails against mpmath's (`data/make.py`).

use analysis::statistics::{
    NotDefined, average_ranks, mean, median, one_way_anova, regularized_beta, spearman, standard_error,
};
use serde_json::Value;

/// The bound that is promised: SciPy's own last digits, and ours, lie far below it.
const TOLERANCE: f64 = 1e-10;
/// The promise for p-values too small for an absolute bound to mean anything.
const RELATIVE_TOLERANCE: f64 = 1e-6;

fn cases(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("data/statistics.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// Fails unless `found` is `expected`, or not defined where SciPy says NaN.
fn assert_statistic(found: Result<f64, NotDefined>, expected: f64, name: &str) {
    match found {
        Ok(found) if found == expected => {}
        Ok(found) => {
            let error = (found - expected).abs();
            let scale = expected.abs();
            assert!(error <= TOLERANCE * scale.max(1.0), "{name}: expected {expected:e}, found {found:e}");
            assert!(error <= RELATIVE_TOLERANCE * scale, "{name}: expected {expected:e}, found {found:e}");
        }
        Err(_) => assert!(expected.is_nan(), "{name}: expected {expected:e}, found not defined"),
    }
}

#[test]
fn spearman_is_scipys() {
    let cases = cases("spearman");
    assert_eq!(cases.len(), 13);
    for case in cases {
        let found = spearman(&numbers(&case["x"]), &numbers(&case["y"]));
        let name = case["name"].as_str().unwrap();
        // A correlation of zero comes out of SciPy as some 1e-17, which has no relative precision.
        let rho = number(&case["rho"]);
        let rho = if rho.abs() < 1e-15 { 0.0 } else { rho };
        assert_statistic(found.map(|s| s.rho), rho, name);
        assert_statistic(found.map(|s| s.p), number(&case["p"]), name);
    }
}

#[test]
fn one_way_anova_is_scipys() {
    let cases = cases("anova");
    assert_eq!(cases.len(), 12);
    for case in cases {
        let groups: Vec<Vec<f64>> = case["groups"].as_array().unwrap().iter().map(numbers).collect();
        let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
        let found = one_way_anova(&groups);
        let name = case["name"].as_str().unwrap();
        assert_statistic(found.map(|a| a.f), number(&case["f"]), name);
        assert_statistic(found.map(|a| a.p), number(&case["p"]), name);
    }
}

#[test]
fn moments_and_ranks_are_scipys() {
    let cases = cases("moments");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let values = numbers(&case["values"]);
        let name = case["name"].as_str().unwrap();
        assert_statistic(mean(&values), number(&case["mean"]), name);
        assert_statistic(median(&values), number(&case["median"]), name);
        // NumPy's mean of equal values need not be that value, which leaves it a standard error of about 1e-18.
        let error = number(&case["standard_error"]);
        assert_statistic(standard_error(&values), if error < 1e-16 { 0.0 } else { error }, name);
        assert_eq!(average_ranks(&values), numbers(&case["ranks"]), "{name}");
    }
}

#[test]
fn tails_hold_their_relative_precision_to_1e_minus_300() {
    let cases = cases("tails");
    assert_eq!(cases.len(), 257);
    let mut smallest = 1.0_f64;
    for case in cases {
        let [a, b, x, y, expected] = ["a", "b", "x", "y", "value"].map(|key| number(&case[key]));
        let found = regularized_beta([a, b], [x, y]);
        let error = (found - expected).abs();
        // A tail is e to the sum of three ln gamma, none above s ln s, and of logarithms that add up to about ln p;
        // each is rounded, and so are their sums: eight roundings of the largest bound the error of the
        // exponent. statrs's approximation of ln gamma is itself right to 2e-14 near these arguments, three
        // times. Above the mean the tail is that of the other side, taken from one.
        let s = a + b;
        let above = x >= (a + 1.0) / (s + 2.0);
        let tail = if above { 1.0 - expected } else { expected }.max(f64::MIN_POSITIVE);
        let exponent = 6e-14 + 8.0 * f64::EPSILON * (s * s.ln().abs() + tail.ln().abs() + 8.0);
        let bound = exponent * tail + if above { f64::EPSILON } else { 0.0 };
        assert!(error <= bound, "I_{x}({a}, {b}): expected {expected:e}, found {found:e}, off by {error:e}");
        smallest = smallest.min(expected);
    }
    assert!(smallest < 1e-300, "no case reaches 1e-300");
}
