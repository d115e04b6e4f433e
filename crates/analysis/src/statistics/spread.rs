//! How far values that should be the same are apart.

use super::moments::squares_about;
use super::{NotDefined, mean};

/// Mean and spread of a measure that was taken several times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The arithmetic mean.
    pub mean: f64,
    /// The standard deviation, with n - 1; none of a single value.
    pub deviation: Option<f64>,
    /// The smallest value.
    pub smallest: f64,
    /// The largest value.
    pub largest: f64,
}

impl Spread {
    /// That of some values.
    ///
    /// # Errors
    /// If there are none, or one of them or their squares' sum is not finite.
    ///
    /// ```
    /// // Squares 4 + 1 + 1 + 4 about 3, over n - 1 = 3.
    /// let spread = analysis::statistics::Spread::of(&[1.0, 2.0, 4.0, 5.0])?;
    /// assert_eq!((spread.mean, spread.smallest, spread.largest), (3.0, 1.0, 5.0));
    /// assert_eq!(spread.deviation, Some((10.0_f64 / 3.0).sqrt()));
    /// # Ok::<(), analysis::statistics::NotDefined>(())
    /// ```
    pub fn of(values: &[f64]) -> Result<Spread, NotDefined> {
        let mean = mean(values)?;
        let deviation = match values.len() {
            1 => None,
            n => Some((squares_about(values, mean) / (n - 1) as f64).sqrt()),
        };
        if deviation.is_some_and(|d| !d.is_finite()) {
            return Err(NotDefined::NotFinite);
        }
        let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Rounding may take the mean of values that are nearly the same beyond them.
        Ok(Spread { mean: mean.clamp(smallest, largest), deviation, smallest, largest })
    }
}
