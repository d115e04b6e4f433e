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
    /// An interval in which the exact value lies.
    Enclosure,
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
            Witness::Enclosure => "exact enclosure",
        })
    }
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Errors were held to a bound.
    Checked,
    /// Nothing was compared, and `bound` says why: skipped is not passed.
    Skipped,
    /// A difference that analysis gives no useful bound for. It is shown, and decides nothing.
    Information,
}

/// An error that is best said in a unit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Absolute {
    /// How large it is.
    pub value: f64,
    /// Of what, such as levels of 255; empty for what the values themselves are counted in.
    pub unit: &'static str,
}

/// A line of the audit. A column that makes no sense for what was compared is empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The step of the computation.
    pub step: &'static str,
    /// What of it.
    pub what: String,
    /// What it was compared with.
    pub witness: Witness,
    /// Whether it was held to a bound.
    pub kind: Kind,
    /// How many values were compared.
    pub values: usize,
    /// The largest error in units of the last place of the exact value, or of all exact values' root mean square where
    /// that is larger (what cancels has no last place of its own); nothing where values are no single precision.
    pub ulps: Option<f64>,
    /// The largest error as a fraction of the exact value, or of all exact values' root mean square where that is
    /// larger.
    pub relative: Option<f64>,
    /// `||found - exact|| / ||exact||`, where the bound is one for that.
    pub l2: Option<f64>,
    /// The largest error itself, where it has another unit or stands alone.
    pub error: Option<Absolute>,
    /// What the bound is.
    pub bound: String,
    /// The largest fraction of its bound that an error takes; nothing where things must be equal.
    pub used: Option<f64>,
    /// Whether there were values, and every error is within its bound.
    pub passed: bool,
}

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
        // NaN is never within a bound, and `max` would lose it.
        self.used = if used.is_nan() { f64::INFINITY } else { self.used.max(used) };
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

    /// The line.
    pub(crate) fn line(
        self,
        step: &'static str,
        what: impl Into<String>,
        witness: Witness,
        bound: impl Into<String>,
    ) -> Line {
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
        Line {
            step,
            what: what.into(),
            witness,
            kind: Kind::Checked,
            values: self.errors.len(),
            ulps: in_single(largest(&|error, size| error / unit_in_the_last_place(size))),
            relative: in_single(largest(&|error, size| error / size)),
            l2: None,
            error: self.unit.map(|unit| Absolute { value: largest(&|error, _| error), unit }),
            bound: bound.into(),
            used: Some(finite(self.used)),
            passed: !self.errors.is_empty() && self.used <= 1.0,
        }
    }
}

/// JSON knows neither infinities nor NaN.
fn finite(used: f64) -> f64 {
    if used.is_finite() { used } else { f64::MAX }
}

/// The distance of single-precision numbers around a value.
fn unit_in_the_last_place(value: f64) -> f64 {
    let exponent = value.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
    (exponent - 23.0).exp2()
}

impl Line {
    /// A line about one error and its bound, both in what the values are counted in.
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
            error: Some(Absolute { value: finite(error), unit: "" }),
            bound: words.into(),
            used: Some(finite(used)),
            passed: values > 0 && used <= 1.0,
            ..Line::empty(step, what, witness, values)
        }
    }

    /// The same, its error being `||found - exact|| / ||exact||`.
    pub(crate) fn in_l2(mut self) -> Line {
        self.l2 = self.error.take().map(|error| error.value);
        self
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
            error: Some(Absolute { value: differ as f64, unit: "differ" }),
            bound: "equal".to_owned(),
            passed: values > 0 && differ == 0,
            ..Line::empty(step, what, witness, values)
        }
    }

    /// A line about what could not be compared, and why.
    pub(crate) fn skipped(
        step: &'static str,
        what: impl Into<String>,
        witness: Witness,
        why: impl Into<String>,
    ) -> Line {
        Line { kind: Kind::Skipped, bound: why.into(), ..Line::empty(step, what, witness, 0) }
    }

    /// The same, deciding nothing.
    pub(crate) fn for_information(mut self, words: impl Into<String>) -> Line {
        self.kind = Kind::Information;
        self.bound = words.into();
        (self.used, self.passed) = (None, false);
        self
    }

    fn empty(step: &'static str, what: impl Into<String>, witness: Witness, values: usize) -> Line {
        Line {
            step,
            what: what.into(),
            witness,
            kind: Kind::Checked,
            values,
            ulps: None,
            relative: None,
            l2: None,
            error: None,
            bound: String::new(),
            used: None,
            passed: false,
        }
    }

    /// Whether an error is beyond its bound, or there was nothing to hold to it.
    pub fn failed(&self) -> bool {
        self.kind == Kind::Checked && !self.passed
    }

    /// `pass`, `FAIL`, `skipped` or `info`.
    pub fn verdict(&self) -> &'static str {
        match self.kind {
            Kind::Skipped => "skipped",
            Kind::Information => "info",
            Kind::Checked if self.passed => "pass",
            Kind::Checked => "FAIL",
        }
    }

    /// The error as it is printed: relative, or that of the whole (`L2`), or in its unit.
    pub fn error_in_words(&self) -> String {
        match (self.relative, self.l2, self.error) {
            (Some(relative), ..) => short(Some(relative)),
            (_, Some(l2), _) => format!("{} L2", short(Some(l2))),
            (.., Some(Absolute { value, unit })) => format!("{} {unit}", short(Some(value))).trim_end().to_owned(),
            _ => String::new(),
        }
    }
}

/// Three digits, or nothing.
pub fn short(value: Option<f64>) -> String {
    match value {
        None => String::new(),
        Some(v) if v.fract() == 0.0 && v.abs() < 1e5 => format!("{v:.0}"),
        Some(v) if v.abs() >= 0.01 && v.abs() < 1e4 => format!("{v:.2}"),
        Some(v) => format!("{v:.1e}"),
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
        assert!((passed.used.unwrap() - 2.0_f64.powi(-22) / 1e-6).abs() < 1e-12);
    }

    #[test]
    fn the_relative_error_is_the_largest_one_and_its_floor_the_root_mean_square() {
        let values = [(3.0, 3.0, 1.0), (4.5, 4.0, 1.0)];
        assert_eq!(line(&values).relative, Some(0.125));
        // 0.1 beside sqrt((0 + 3^2 + 4^2) / 3).
        let cancelled = line(&[(0.1_f32, 0.0, 1.0), (3.0, 3.0, 0.0), (4.0, 4.0, 0.0)]);
        let expected = f64::from(0.1_f32) / (25.0_f64 / 3.0).sqrt();
        assert!((cancelled.relative.unwrap() - expected).abs() < 1e-12);
        assert_eq!((cancelled.l2, cancelled.error), (None, None));
    }

    #[test]
    fn every_number_stands_in_a_column_that_says_what_it_is() {
        let mut levels = Tally::of("levels");
        levels.add(9.0, 7.0, 4.0);
        let levels = levels.line("s", "w", Witness::Pillow, "b");
        assert_eq!((levels.ulps, levels.relative), (None, None));
        assert_eq!((levels.error_in_words(), levels.used), ("2 levels".to_owned(), Some(0.5)));
        let number = Line::number("s", "w", Witness::Identity, 1, (2e-7, 1.0), "b");
        assert_eq!((number.relative, number.error_in_words().as_str()), (None, "2.0e-7"));
        let norm = number.in_l2();
        assert_eq!((norm.error, norm.l2), (None, Some(2e-7)));
        assert_eq!(norm.error_in_words(), "2.0e-7 L2");
        let equal = Line::equal("s", "w", Witness::Identity, 5, 2);
        assert_eq!((equal.used, equal.error_in_words().as_str()), (None, "2 differ"));
    }

    #[test]
    fn what_was_skipped_or_only_shown_neither_passes_nor_fails() {
        let skipped = Line::skipped("s", "w", Witness::PyTorch, "no values");
        assert!(!skipped.passed && !skipped.failed());
        let beyond = || Line::number("s", "w", Witness::Identity, 1, (2.0, 1.0), "b");
        assert!(beyond().failed() && beyond().verdict() == "FAIL");
        let shown = beyond().for_information("no bound");
        assert!(!shown.passed && !shown.failed() && shown.used.is_none());
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
                let line = line(&triples);
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
        let line = tally.line("s", "w", Witness::Twin, "b");
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
        let number = |values, error, bound| Line::number("s", "w", Witness::Identity, values, (error, bound), "words");
        let line = number(3, 0.5, 0.5);
        assert_eq!((line.passed, line.used, line.values), (true, Some(1.0), 3));
        assert_eq!((line.bound.as_str(), line.verdict()), ("words", "pass"));
        assert!(!number(3, 0.5_f64.next_up(), 0.5).passed);
        assert!(!number(0, 0.0, 0.5).passed);
        // No error is within any bound, and any other beyond none.
        assert!(number(1, 0.0, 0.0).passed && !number(1, 1e-300, 0.0).passed);
        assert!(!number(1, f64::INFINITY, 1.0).passed && !number(1, 1.0, f64::NAN).passed);
        let equal = |values, differ| Line::equal("s", "w", Witness::Identity, values, differ);
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
        for (value, place) in [(1.0, -23), (1.99, -23), (2.0, -22), (-4.0, -21), (0.5, -24), (0.0, -149), (1e-45, -149)]
        {
            assert_eq!(unit_in_the_last_place(value), 2_f64.powi(place), "{value}");
        }
    }
}
