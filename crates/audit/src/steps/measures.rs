//! The measures, recomputed from their equations, and the statistics against SciPy's.

use crate::comparison::{Comparison, Held, Step, Witness};
use analysis::statistics::{NotDefined, average_ranks, mean, median, one_way_anova, spearman, standard_error};
use analysis::{
    CLAMP, Category, MIX_HIGH, MIX_LOW, ScaleMeasures, block_delta, clamped, input_delta, largest, mix_ratio, smallest,
};
use serde_json::Value;
use testkit::pseudo_random;

/// What SciPy and mpmath say of the same data: ties, constants, single points, empty groups.
const SCIPY: &str = include_str!("../../../analysis/tests/data/statistics.json");

/// All comparisons about measures and statistics.
pub(crate) fn comparisons() -> Vec<Comparison> {
    let mut comparisons = measures();
    comparisons.push(ranks());
    comparisons.extend(statistics());
    comparisons
}

/// Activations of all signs and sizes, zeros among them.
fn activations() -> Vec<f64> {
    let mut values: Vec<f64> = pseudo_random(21, 60).into_iter().map(|v| f64::from(v) * 20.0).collect();
    values.extend([0.0, -0.0, 1.0, 1.5, -1.0, f64::MIN_POSITIVE, 1e300]);
    values
}

fn measures() -> Vec<Comparison> {
    let values = activations();
    let pairs = || values.iter().flat_map(|&a| values.iter().map(move |&b| (a, b)));
    let (mut count, mut differ) = ([0; 4], [0; 4]);
    let mut compare = |at: usize, same: bool| {
        count[at] += 1;
        differ[at] += usize::from(!same);
    };
    for (o_i, o_b) in pairs() {
        // Method section 3: M = O(I) / O(B); 10 where O(B) is not positive, else 0 where O(I) is not; both: failed.
        let expected = match (o_i > 0.0, o_b > 0.0) {
            (false, false) => None,
            (true, false) => Some(10.0),
            (false, true) => Some(0.0),
            (true, true) => Some(o_i / o_b),
        };
        let found = mix_ratio(o_i, o_b).ok();
        compare(0, found.map(f64::to_bits) == expected.map(f64::to_bits));
        if let Some(m) = found {
            // Strictly between 1/1.5 and 1.5 it is a mix; for histograms it is clamped to 5.
            let expected = match m {
                m if m >= 1.5 => Category::Skip,
                m if m * 1.5 > 1.0 && m > 1.0 / 1.5 => Category::Mix,
                _ => Category::Overwrite,
            };
            let ends = MIX_LOW == 1.0 / 1.5 && MIX_HIGH == 1.5 && CLAMP == 5.0;
            compare(1, Category::of(m) == expected && clamped(m) == m.min(5.0) && ends);
        }
    }
    for (a, b) in pairs() {
        for denominator in [3.0, -2.0, 0.7] {
            let expected = (a.max(0.0) - b.max(0.0)) / denominator;
            let (d_b, d_i) = (block_delta(a, b, denominator), input_delta(a, b, denominator));
            let scale = ScaleMeasures { block_delta: d_b, input_delta: d_i };
            let both = d_b > 0.0 && d_i > 0.0;
            let criteria = scale.scale_invariant_no_mix() == both
                && scale.scale_invariant(1.49) == both
                && !scale.scale_invariant(1.5)
                && !scale.scale_invariant(1.0 / 1.5);
            compare(2, d_b == expected && d_i == expected && criteria);
            let other = scale.input_delta + 0.25;
            let unequal = ScaleMeasures { block_delta: d_b, input_delta: other };
            // The sum of two doubles has one rounding, and IEEE says which.
            compare(3, unequal.scale_metric().to_bits() == (d_b + other).to_bits());
        }
    }
    let names = [
        (Step::MixRatio, "O(I) / O(B), 10, 0, or failed"),
        (Step::Category, "strictly within 1/1.5 and 1.5; clamped to 5"),
        (Step::ScaleMeasures, "dB, dI and both criteria"),
        (Step::ScaleMetric, "dB + dI"),
    ];
    let mut comparisons = Vec::new();
    for (i, (step, what)) in names.into_iter().enumerate() {
        comparisons.push(step.against(Witness::Identity, what).equal(count[i], differ[i]));
    }
    comparisons
}

/// The nine largest and smallest by sorting all; equal ones in their order.
fn ranks() -> Comparison {
    let values: Vec<f32> = pseudo_random(31, 400).into_iter().map(|v| (v * 8.0).round() / 8.0).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let top = order[..9].to_vec();
    order.sort_unstable();
    order.sort_by(|&a, &b| (values[a] + 0.0).total_cmp(&(values[b] + 0.0)));
    let differ = usize::from(largest(&values, 9) != top) + usize::from(smallest(&values, 9) != order[..9]);
    Step::TopImages.against(Witness::Identity, "nine largest and smallest of 400, with ties").equal(18, differ)
}

/// The largest error of one kind of statistic, as a fraction of what is promised.
#[derive(Default)]
struct Promise {
    values: usize,
    error: f64,
    used: f64,
}

impl Promise {
    /// 1e-10, and for what is small 1e-6 of it; where SciPy says NaN, it must be not defined.
    fn add(&mut self, found: Result<f64, NotDefined>, expected: f64) {
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
        self.used = if used.is_nan() { f64::INFINITY } else { self.used.max(used) };
    }

    fn comparison(self, what: &str) -> Comparison {
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

fn number(value: &Value) -> f64 {
    let text = || value.as_str().and_then(|s| s.parse().ok());
    value.as_f64().or_else(text).unwrap_or(f64::NAN)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().map(number).collect()
}

fn statistics() -> Vec<Comparison> {
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
    fn every_line_about_measures_passes() {
        let comparisons = comparisons();
        assert!(comparisons.iter().all(|line| line.passed), "{comparisons:?}");
        assert_eq!(comparisons.len(), 8);
    }

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
