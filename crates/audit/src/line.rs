//! One comparison of the audit: what with what, on how many values, how far apart, and how far they may be.

use serde::Serialize;
use std::fmt;

/// What a step is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Witness {
    /// The same operation in double precision, from its definition.
    Twin,
    /// What PyTorch, Lucent or kornia computed.
    PyTorch,
    /// What Pillow computed.
    Pillow,
    /// What SciPy computed.
    SciPy,
    /// Central differences in double precision.
    Differences,
    /// Something that must be the same by definition.
    Identity,
    /// Another product of matrices.
    SecondOpinion,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Witness::Twin => "f64 twin",
            Witness::PyTorch => "PyTorch",
            Witness::Pillow => "Pillow",
            Witness::SciPy => "SciPy",
            Witness::Differences => "central differences",
            Witness::Identity => "identity",
            Witness::SecondOpinion => "matrixmultiply",
        })
    }
}

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The step of the computation.
    pub step: &'static str,
    /// What of it.
    pub what: String,
    /// What it was compared with.
    pub witness: Witness,
    /// How many values were compared.
    pub values: usize,
    /// The largest error in units of the last place of the exact value, or of all exact values' root mean square where that is larger
    /// (what cancels has no last place of its own); nothing where values are no single precision.
    pub ulps: Option<f64>,
    /// `||found - exact|| / ||exact||`, where that is defined.
    pub relative: Option<f64>,
    /// What the bound is.
    pub bound: String,
    /// The largest fraction of its bound that an error takes.
    pub used: f64,
    /// Whether every error is within its bound.
    pub passed: bool,
}

/// Errors as they are found, value by value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Error and magnitude of the exact value.
    errors: Vec<(f64, f64)>,
    used: f64,
}

impl Tally {
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
        // NaN is never within a bound, and `max` would lose it.
        self.used = if used.is_nan() {
            f64::INFINITY
        } else {
            self.used.max(used)
        };
        self.errors.push((error, exact.abs()));
    }

    /// Adds whole slices.
    pub(crate) fn add_all(&mut self, found: &[f32], exact: &[f64], bound: &[f64]) {
        assert_eq!(found.len(), exact.len(), "values that were compared");
        for ((&found, &exact), &bound) in found.iter().zip(exact).zip(bound) {
            self.add(found, exact, bound);
        }
    }

    /// The line.
    pub(crate) fn line(
        self,
        step: &'static str,
        what: impl Into<String>,
        witness: Witness,
        bound: impl Into<String>,
    ) -> Line {
        let squares = |part: fn(&(f64, f64)) -> f64| -> f64 {
            self.errors.iter().map(part).map(|v| v * v).sum()
        };
        let (of_errors, of_values) = (squares(|e| e.0), squares(|e| e.1));
        let relative = (of_errors / of_values).sqrt();
        let mean = (of_values / self.errors.len() as f64).sqrt();
        let ulps = self.errors.iter().map(|&(error, exact)| match error {
            0.0 => 0.0,
            error => error / unit_in_the_last_place(exact.max(mean)),
        });
        Line {
            step,
            what: what.into(),
            witness,
            values: self.errors.len(),
            ulps: Some(ulps.fold(0.0, f64::max)),
            relative: relative.is_finite().then_some(relative),
            bound: bound.into(),
            used: self.used,
            passed: !self.errors.is_empty() && self.used <= 1.0,
        }
    }
}

/// The distance of single-precision numbers around a value.
fn unit_in_the_last_place(value: f64) -> f64 {
    let exponent = value.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
    (exponent - 23.0).exp2()
}

impl Line {
    /// A line about one number and its bound.
    pub(crate) fn number(
        step: &'static str,
        what: impl Into<String>,
        witness: Witness,
        values: usize,
        (error, bound): (f64, f64),
        words: impl Into<String>,
    ) -> Line {
        let used = if error == 0.0 { 0.0 } else { error / bound };
        Line {
            step,
            what: what.into(),
            witness,
            values,
            ulps: None,
            relative: Some(error).filter(|e| e.is_finite()),
            bound: words.into(),
            used: if used.is_finite() { used } else { f64::MAX },
            passed: values > 0 && used <= 1.0,
        }
    }

    /// A line about things that must be equal: how many are not.
    pub(crate) fn equal(
        step: &'static str,
        what: impl Into<String>,
        witness: Witness,
        values: usize,
        differ: usize,
    ) -> Line {
        Line {
            step,
            what: what.into(),
            witness,
            values,
            ulps: None,
            relative: None,
            bound: "equal".to_owned(),
            used: differ as f64,
            passed: values > 0 && differ == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(pairs: &[(f32, f64, f64)]) -> Line {
        let mut tally = Tally::default();
        for &(found, exact, bound) in pairs {
            tally.add(found, exact, bound);
        }
        tally.line("step", "what", Witness::Twin, "bound")
    }

    #[test]
    fn errors_are_held_to_their_own_bounds_and_counted_in_last_places() {
        let passed = line(&[(1.0, 1.0, 0.0), (2.0 + 2.0_f32.powi(-22), 2.0, 1e-6)]);
        assert!(passed.passed && passed.values == 2);
        assert_eq!(passed.ulps, Some(1.0));
        assert!((passed.used - 2.0_f64.powi(-22) / 1e-6).abs() < 1e-12);
    }

    #[test]
    fn a_value_beyond_its_bound_no_number_and_no_value_at_all_fail() {
        assert!(!line(&[(1.0, 1.1, 0.05)]).passed);
        assert!(!line(&[(1.0, 1.0 + 1e-9, 0.0)]).passed);
        assert!(!line(&[(f32::NAN, 1.0, 1.0), (1.0, 1.0, 1.0)]).passed);
        assert!(!line(&[(1.0, f64::NAN, 1.0), (1.0, 1.0, 1.0)]).passed);
        assert!(line(&[(f32::NAN, f64::NAN, 0.0)]).passed);
        assert!(!line(&[]).passed);
        assert!(!Line::equal("s", "w", Witness::Identity, 3, 1).passed);
        assert!(!Line::number("s", "w", Witness::Identity, 1, (f64::NAN, 1.0), "b").passed);
    }
}
