//! One-way analysis of variance.

use super::moments::squares_about;
use super::{NotDefined, mean, regularized_beta};

/// How much of the variance lies between groups, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anova {
    /// Variance between the groups over variance within them; infinite where there is none within.
    pub f: f64,
    /// The p-value: of F or more if the groups had the same mean.
    pub p: f64,
    /// How much of the variance lies between the groups: `SB / (SB + SW)`, from 0 to 1.
    pub eta_squared: f64,
    /// Degrees of freedom between the groups, k - 1.
    pub between: usize,
    /// Degrees of freedom within the groups, n - k.
    pub within: usize,
}

/// One-way analysis of variance of k groups with n values in all, as `scipy.stats.f_oneway`.
///
/// `F = (SB / (k - 1)) / (SW / (n - k))` with SB the sum of n_g (mean_g - mean)^2 and SW that of (x - mean_g)^2; its
/// p-value is `I_(SW / (SW + SB))((n - k) / 2, (k - 1) / 2)`.
///
/// # Errors
/// If there are fewer than two groups, one is empty, all have one value only, all values are the same, or one of
/// them or their squares' sum is not finite.
///
/// ```
/// // Means 1 and 4 about 2.5: 9 between the groups; 4 within them, with 4 degrees of freedom.
/// let anova = analysis::statistics::one_way_anova(&[&[0.0, 1.0, 2.0], &[3.0, 4.0, 5.0]])?;
/// assert_eq!((anova.f, anova.between, anova.within), (13.5, 1, 4));
/// assert_eq!((anova.p * 1000.0).round(), 21.0);
/// # Ok::<(), analysis::statistics::NotDefined>(())
/// ```
pub fn one_way_anova(groups: &[&[f64]]) -> Result<Anova, NotDefined> {
    let k = groups.len();
    if k < 2 {
        return Err(NotDefined::TooFew { needed: 2, found: k });
    }
    // `mean` refuses an empty group and values that are not finite.
    let means = groups.iter().map(|group| mean(group)).collect::<Result<Vec<f64>, _>>()?;
    let all: Vec<f64> = groups.concat();
    let n = all.len();
    if n == k {
        return Err(NotDefined::TooFew { needed: k + 1, found: n });
    }
    let middle = mean(&all)?;
    let between: f64 = groups.iter().zip(&means).map(|(g, m)| g.len() as f64 * (m - middle) * (m - middle)).sum();
    let within: f64 = groups.iter().zip(&means).map(|(group, &m)| squares_about(group, m)).sum();
    let total = between + within;
    if !total.is_finite() {
        return Err(NotDefined::NotFinite);
    }
    if total == 0.0 {
        return Err(NotDefined::Constant);
    }
    let freedom = [(k - 1) as f64, (n - k) as f64];
    Ok(Anova {
        f: (between / freedom[0]) / (within / freedom[1]),
        p: regularized_beta([freedom[1] / 2.0, freedom[0] / 2.0], [within / total, between / total]),
        eta_squared: between / total,
        between: k - 1,
        within: n - k,
    })
}
