//! Spearman's rank correlation.

use super::{NotDefined, average_ranks, regularized_beta};

/// A rank correlation and how surprising it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spearman {
    /// The correlation of the ranks, from -1 to 1.
    pub rho: f64,
    /// The two-sided p-value: of |rho| or more if the two were independent.
    pub p: f64,
    /// How many pairs were correlated.
    pub pairs: usize,
}

/// Spearman's correlation with average ranks for ties, as `scipy.stats.spearmanr`.
///
/// rho is Pearson's correlation of the ranks. Its p-value takes `t = rho sqrt(d / (1 - rho^2))` for Student's t with
/// `d = n - 2` degrees of freedom; as `d / (d + t^2) = 1 - rho^2`, it is `I_(1 - rho^2)(d / 2, 1 / 2)`, without t.
///
/// # Errors
/// If the samples differ in length, have fewer than three values, hold a NaN, or one of them is constant.
///
/// ```
/// let falling = analysis::statistics::spearman(&[1.0, 2.0, 3.0], &[9.0, 4.0, 1.0])?;
/// assert_eq!((falling.rho, falling.p), (-1.0, 0.0));
/// # Ok::<(), analysis::statistics::NotDefined>(())
/// ```
pub fn spearman(x: &[f64], y: &[f64]) -> Result<Spearman, NotDefined> {
    let n = x.len();
    if n != y.len() {
        return Err(NotDefined::UnequalLengths { first: n, second: y.len() });
    }
    if n < 3 {
        return Err(NotDefined::TooFew { needed: 3, found: n });
    }
    if x.iter().chain(y).any(|v| v.is_nan()) {
        return Err(NotDefined::NotFinite);
    }
    // Twice a rank is an integer, and so is its distance from the middle: these sums are exact below 2^53, that is up
    // to 300,000 pairs, whatever their order.
    let centered = |values: &[f64]| -> Vec<f64> {
        average_ranks(values).into_iter().map(|rank| 2.0 * rank - (n + 1) as f64).collect()
    };
    let (x, y) = (centered(x), centered(y));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (xx, yy, xy) = (dot(&x, &x), dot(&y, &y), dot(&x, &y));
    if xx == 0.0 || yy == 0.0 {
        return Err(NotDefined::Constant);
    }
    let rho = (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0);
    let freedom = (n - 2) as f64;
    let p = regularized_beta([freedom / 2.0, 0.5], [(1.0 - rho) * (1.0 + rho), rho * rho]);
    Ok(Spearman { rho, p, pairs: n })
}
