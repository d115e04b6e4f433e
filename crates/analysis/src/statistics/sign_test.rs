//! The exact sign test.

use super::{NotDefined, regularized_beta};

/// What the signs of differences say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignTest {
    /// How many differences are above zero.
    pub above: usize,
    /// How many are below zero. Those that are zero say nothing and are left out.
    pub below: usize,
    /// The two-sided p-value: of counts as uneven as these if either sign were as likely.
    pub p: f64,
}

/// The exact two-sided sign test, as `scipy.stats.binomtest(above, above + below)`: twice the binomial tail beyond the
/// larger count k of n, `2 I_(1/2)(k, n - k + 1)`, and at most 1 (Abramowitz & Stegun 26.5.24).
///
/// # Errors
/// If no difference is above or below zero, or one is NaN.
///
/// ```
/// // Four of four: 2 / 16.
/// let test = analysis::statistics::sign_test(&[1.0, 2.0, 0.5, 3.0, 0.0])?;
/// assert_eq!((test.above, test.below), (4, 0));
/// assert!((test.p - 0.125).abs() < 1e-12);
/// # Ok::<(), analysis::statistics::NotDefined>(())
/// ```
pub fn sign_test(differences: &[f64]) -> Result<SignTest, NotDefined> {
    if differences.iter().any(|d| d.is_nan()) {
        return Err(NotDefined::NotFinite);
    }
    let above = differences.iter().filter(|&&d| d > 0.0).count();
    let below = differences.iter().filter(|&&d| d < 0.0).count();
    let (n, more) = (above + below, above.max(below));
    if n == 0 {
        return Err(NotDefined::Constant);
    }
    let tail = regularized_beta([more as f64, (n - more + 1) as f64], [0.5, 0.5]);
    Ok(SignTest { above, below, p: (2.0 * tail).min(1.0) })
}
