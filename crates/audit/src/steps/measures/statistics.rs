//! The statistics, against SciPy's.

use crate::comparison::{Comparison, Held, Step, Witness};
use analysis::statistics::{NotDefined, average_ranks, mean, median, one_way_anova, spearman, standard_error};
use serde_json::Value;

/// What SciPy and mpmath say of the same data: ties, constants, single points, empty groups.
const SCIPY: &str = include_str!("../../../../analysis/tests/data/statistics.json");

/// The largest error of one kind of statistic, as a fraction of what is promised.
#[derive(Default)]
pub(super) struct Promise {
    values: usize,
    error: f64,
    used: f64,
}

impl Promise {
    /// 1e-10, and for what is small 1e-6 of it; where SciPy says NaN, it must be not defined.
    pub(super) fn add(&mut self, found: Result<f64, NotDefined>, expected: f64) {
        self.values += 1;
        let used = match found {
            Ok(found) if found == expected => 0.0,
            Ok(found) => {
                let error = (found - expected).abs();
                let relative = error / expected.abs();
                self.error = self.error.max(relative);
                (error / (1e-10 * expected.abs().max(1.0))).max(relative / 1e-6)
            }
            Err(_) if expected.is_nan() => 0.0,
            Err(_) => f64::INFINITY,
        };
        self.used = bounds::worse(self.used, used);
    }

    pub(super) fn comparison(self, what: &str) -> Comparison {
        let words = "1e-10, and 1e-6 relative; NaN is “not defined”";
        let mut line = Step::Statistics.against(Witness::SciPy, what).held(
            self.values,
            Held { error: self.used, bound: 1.0 },
            words,
        );
        (line.relative, line.error) = (Some(self.error), None);
        line
    }
}

pub(super) fn number(value: &Value) -> f64 {
    let text = || value.as_str().and_then(|s| s.parse().ok());
    value.as_f64().or_else(text).unwrap_or(f64::NAN)
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().map(number).collect()
}

/// Correlation, analysis of variance, moments.
pub(super) fn comparisons() -> Vec<Comparison> {
    let all: Value = serde_json::from_str(SCIPY).unwrap_or_default();
    let cases = |kind: &str| all[kind].as_array().cloned().unwrap_or_default();
    let (mut correlation, mut variance, mut moments) = (Promise::default(), Promise::default(), Promise::default());
    for case in cases("spearman") {
        let found = spearman(&numbers(&case["x"]), &numbers(&case["y"]));
        // A correlation of zero comes out of SciPy as some 1e-17, which has no relative precision.
        let rho = number(&case["rho"]);
        let rho = if rho.abs() < 1e-15 { 0.0 } else { rho };
        correlation.add(found.map(|s| s.rho), rho);
        correlation.add(found.map(|s| s.p), number(&case["p"]));
    }
    for case in cases("anova") {
        let groups: Vec<Vec<f64>> = case["groups"].as_array().into_iter().flatten().map(numbers).collect();
        let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
        let found = one_way_anova(&groups);
        variance.add(found.map(|a| a.f), number(&case["f"]));
        variance.add(found.map(|a| a.p), number(&case["p"]));
    }
    for case in cases("moments") {
        let values = numbers(&case["values"]);
        moments.add(mean(&values), number(&case["mean"]));
        moments.add(median(&values), number(&case["median"]));
        // NumPy's mean of equal values need not be that value, which leaves it a standard error of about 1e-18.
        let error = number(&case["standard_error"]);
        moments.add(standard_error(&values), if error < 1e-16 { 0.0 } else { error });
        for (found, expected) in average_ranks(&values).into_iter().zip(numbers(&case["ranks"])) {
            moments.add(Ok(found), expected);
        }
    }
    vec![
        correlation.comparison("Spearman's rho and p, average ranks"),
        variance.comparison("one-way analysis of variance, F and p"),
        moments.comparison("mean, median, standard error, average ranks"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statistic_beyond_its_promise_or_wrongly_defined_fails() {
        let line = |found: Result<f64, NotDefined>, expected: f64| {
            let mut promise = Promise::default();
            promise.add(found, expected);
            promise.add(Ok(1.0), 1.0);
            promise.comparison("statistic").passed
        };
        assert!(line(Ok(2.0 + 1e-12), 2.0) && line(Err(NotDefined::NotFinite), f64::NAN));
        assert!(!line(Ok(2.0 + 1e-9), 2.0));
        assert!(!line(Ok(1.1e-12), 1e-12));
        assert!(!line(Err(NotDefined::NotFinite), 2.0));
        assert!(!line(Ok(f64::NAN), 2.0) && !line(Ok(2.0), f64::NAN));
    }
}
