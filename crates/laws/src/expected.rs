//! What is expected, how far a result may be from it, and what is found wrong.

use crate::{Claims, Float, claims::gamma};
use std::cmp::Ordering;
use std::fmt;

/// What a plain computation in double precision gives, and how far a kernel's result may be from each value.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The values.
    pub values: Vec<f64>,
    /// The bounds; infinite where nothing is claimed, as where a sum may overflow on the way.
    pub bounds: Vec<f64>,
}

impl Expected {
    /// Values that have to be met exactly.
    pub fn exact(values: Vec<f64>) -> Expected {
        Expected { bounds: vec![0.0; values.len()], values }
    }

    /// Sums of `n` terms, given with the sums of the terms' magnitudes:
    ///
    /// ```text
    /// |found - value| <= (e_n + 2 g_n) S (1 + 2 g_n) + n tiny
    /// ```
    ///
    /// `e_n` is what the kernel's claims allow ([`Claims::error`]), `g_n` the gamma of double precision for the
    /// twin's own sums and for S, and `tiny` the smallest number, of which an operation that underflows loses at most
    /// one half. Where S exceeds the largest number an intermediate sum may overflow, depending on the order: nothing is
    /// claimed. Where an operand is infinite or NaN, the value is infinite or NaN in any order, and has to be met.
    pub fn sums<T: Float>(values: Vec<f64>, sums: &[f64], n: usize, claims: &Claims) -> Expected {
        let twin = 2.0 * gamma::<f64>(n + 2);
        let relative = (claims.error::<T>(n) + twin) * (1.0 + twin);
        let bound = |(value, sum): (&f64, &f64)| {
            if !value.is_finite() && !sum.is_finite() {
                return 0.0;
            }
            match sum * (1.0 + relative) < T::LARGEST {
                true => relative * sum + n as f64 * T::SMALLEST,
                false => f64::INFINITY,
            }
        };
        let bounds = values.iter().zip(sums).map(bound).collect();
        Expected { values, bounds }
    }

    /// The largest fraction of its bound that an error uses.
    ///
    /// # Errors
    /// At the first value that is beyond its bound: NaN equals NaN alone, infinities must be equal.
    pub fn compare<T: Float>(&self, found: &[T]) -> Verdict {
        if found.len() != self.values.len() {
            return Err(Finding::new(format!("{} values", self.values.len()), format!("{}", found.len())));
        }
        let mut worst = 0.0_f64;
        for (at, found) in found.iter().enumerate() {
            let (value, bound, found) = (self.values[at], self.bounds[at], found.wide());
            if bound == f64::INFINITY || value == found || value.is_nan() && found.is_nan() {
                continue;
            }
            let error = (value - found).abs();
            if exceeds(error, bound) || !value.is_finite() {
                let finding = Finding::new(format!("{value:e}"), format!("{found:e}"));
                return Err(Finding { at: Some(at), bound: Some(bound), ..finding });
            }
            worst = worst.max(error / bound);
        }
        Ok(worst)
    }
}

/// How much of its bound the worst value uses: zero where bits are compared. Or what is wrong.
pub type Verdict = Result<f64, Finding>;

/// Something that a law forbids.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which output, if it is one.
    pub at: Option<usize>,
    /// What the law asks for.
    pub expected: String,
    /// What the kernel did.
    pub found: String,
    /// How far from it it might have been, if the law leaves room.
    pub bound: Option<f64>,
}

impl Finding {
    /// That something else was found than expected.
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Finding {
        Finding { at: None, expected: expected.into(), found: found.into(), bound: None }
    }

    /// The same of an output.
    #[must_use]
    pub fn of_output(self, at: usize) -> Finding {
        Finding { at: Some(at), ..self }
    }
}

/// Whether an error is beyond a bound; NaN on either side is.
pub(crate) fn exceeds(error: f64, bound: f64) -> bool {
    error.partial_cmp(&bound).is_none_or(Ordering::is_gt)
}

/// Bits as they are compared: NaN of any payload is the same.
pub fn same_bits<T: Float>(found: &[T], expected: &[T], whose: &str) -> Verdict {
    if found.len() != expected.len() {
        return Err(Finding::new(format!("{} values of {whose}", expected.len()), format!("{}", found.len())));
    }
    match found.iter().zip(expected).position(|(f, e)| !f.same_bits(*e)) {
        None => Ok(0.0),
        Some(at) => {
            Err(Finding::new(format!("{} of {whose}", with_bits(expected[at])), with_bits(found[at])).of_output(at))
        }
    }
}

fn with_bits<T: Float>(value: T) -> String {
    match value.is_poison() {
        true => "what was there before".to_owned(),
        false => format!("{value:e} ({:#x})", value.bits()),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            writeln!(f, "  output    {at}")?;
        }
        writeln!(f, "  expected  {}", self.expected)?;
        write!(f, "  found     {}", self.found)?;
        if let Some(bound) = self.bound {
            write!(f, "\n  bound     {bound:e}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(found: f32, value: f64, bound: f64) -> Option<f64> {
        Expected { values: vec![0.0, value], bounds: vec![0.0, bound] }.compare(&[0.0, found]).ok()
    }

    #[test]
    fn a_bound_holds_up_to_its_end_on_either_side_and_nothing_swallows_nan() {
        assert_eq!(within(1.5, 1.25, 0.25), Some(1.0));
        assert_eq!(within(1.0, 1.25, 0.25), Some(1.0));
        assert_eq!(within(1.5, 1.25, 0.2), None);
        assert_eq!(within(1e-40, 0.0, 0.0), None);
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        assert_eq!([within(f32::NAN, nan, 0.0), within(f32::INFINITY, inf, 0.0)], [Some(0.0); 2]);
        for (found, value) in [(f32::NAN, 1.0), (1.0, nan), (f32::INFINITY, -inf), (1.0, inf), (f32::INFINITY, 1.0)] {
            assert_eq!(within(found, value, 1e300), None, "{found} for {value}");
        }
        assert_eq!(within(1.0, 2.0, nan), None);
        assert_eq!(within(1.0, 2.0, inf), Some(0.0));
    }

    #[test]
    fn another_number_of_values_is_a_finding() {
        assert!(Expected::exact(vec![]).compare(&[0.0_f32]).is_err());
        assert!(same_bits(&[0.0_f32], &[], "nothing").is_err());
    }

    #[test]
    fn bits_tell_zeros_and_neighbours_apart() {
        let same = |a: f32, b: f32| same_bits(&[a], &[b], "values").is_ok();
        assert!(same(1.0, 1.0) && same(f32::NAN, -f32::NAN));
        assert!(!same(0.0, -0.0) && !same(1.0, 1.0 + f32::EPSILON) && !same(f32::NAN, 1.0));
    }

    #[test]
    fn what_may_overflow_on_the_way_is_not_judged() {
        let claims = Claims::plain();
        let of = |value: f64, sum: f64| Expected::sums::<f32>(vec![value], &[sum], 3, &claims).bounds[0];
        assert_eq!(of(0.0, 4e38), f64::INFINITY);
        assert_eq!([of(f64::NAN, f64::NAN), of(f64::INFINITY, f64::INFINITY), of(f64::NAN, f64::INFINITY)], [0.0; 3]);
        assert!(of(1.0, 1.0) >= gamma::<f32>(3) && of(1.0, 1.0) < 1.001 * gamma::<f32>(3));
        // Double precision has no wider twin: its bound leaves room for both.
        let double = Expected::sums::<f64>(vec![1.0], &[1.0], 3, &claims).bounds[0];
        assert!(double > 2.0 * gamma::<f64>(3) && double < 5.0 * gamma::<f64>(3));
    }
}
