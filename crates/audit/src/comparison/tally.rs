//! Errors, value by value.

use crate::comparison::topic::{Topic, finite};
use crate::comparison::{Absolute, Comparison};

/// Errors as they are found, value by value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Error and magnitude of the exact value.
    errors: Vec<(f64, f64)>,
    used: f64,
    /// The unit of the values, where they are no single precision.
    unit: Option<&'static str>,
}

impl Tally {
    /// For values that are counted in a unit, such as levels, and have neither last places nor relative errors.
    pub(crate) fn of(unit: &'static str) -> Tally {
        Tally { unit: Some(unit), ..Tally::default() }
    }

    /// Adds a value, the exact one, and how far they may be apart.
    pub(crate) fn add(&mut self, found: f32, exact: f64, bound: f64) {
        let error = if f64::from(found) == exact || (found.is_nan() && exact.is_nan()) {
            0.0
        } else {
            (f64::from(found) - exact).abs()
        };
        let used = match error {
            0.0 => 0.0,
            error if bound > 0.0 => error / bound,
            _ => f64::INFINITY,
        };
        self.used = bounds::worse(self.used, used);
        self.errors.push((error, exact.abs()));
    }

    /// Adds whole slices.
    pub(crate) fn add_all(&mut self, found: &[f32], exact: &[f64], bound: &[f64]) {
        assert_eq!(found.len(), exact.len(), "values that were compared");
        assert_eq!(found.len(), bound.len(), "values that have a bound");
        for ((&found, &exact), &bound) in found.iter().zip(exact).zip(bound) {
            self.add(found, exact, bound);
        }
    }

    /// The comparison that it is; `bound` are the bound's words.
    pub(crate) fn comparison(self, topic: Topic, bound: impl Into<String>) -> Comparison {
        let squares: f64 = self.errors.iter().map(|e| e.1 * e.1).sum();
        let mean = (squares / self.errors.len() as f64).sqrt();
        let largest = |of: &dyn Fn(f64, f64) -> f64| {
            let errors = self.errors.iter().map(|&(error, exact)| match error {
                0.0 => 0.0,
                error => of(error, exact.max(mean)),
            });
            // NaN is larger than any number, and `max` would lose it.
            errors.fold(0.0, |a: f64, b| if b.is_nan() { b } else { b.max(a) })
        };
        let in_single = |value: f64| Some(value).filter(|v| self.unit.is_none() && v.is_finite());
        Comparison {
            ulps: in_single(largest(&|error, size| error / unit_in_the_last_place(size))),
            relative: in_single(largest(&|error, size| error / size)),
            error: self.unit.map(|unit| Absolute { value: largest(&|error, _| error), unit }),
            bound: bound.into(),
            used: Some(finite(self.used)),
            passed: !self.errors.is_empty() && self.used <= 1.0,
            ..topic.of(self.errors.len())
        }
    }
}

/// The distance of single-precision numbers around a value.
pub(super) fn unit_in_the_last_place(value: f64) -> f64 {
    let exponent = value.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
    (exponent - 23.0).exp2()
}
