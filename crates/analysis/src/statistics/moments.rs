//! Mean, median and standard error.

use super::NotDefined;

/// The arithmetic mean.
///
/// Taken about the first value, `x0 + sum(x - x0) / n`, so that the mean of equal values is exactly that value.
///
/// # Errors
/// If there are no values, or one of them or their sum is not finite.
///
/// ```
/// assert_eq!(analysis::statistics::mean(&[1.0, 2.0, 6.0]), Ok(3.0));
/// ```
pub fn mean(values: &[f64]) -> Result<f64, NotDefined> {
    let &first = values.first().ok_or(NotDefined::TooFew { needed: 1, found: 0 })?;
    let mean = first + values.iter().map(|v| v - first).sum::<f64>() / values.len() as f64;
    if mean.is_finite() { Ok(mean) } else { Err(NotDefined::NotFinite) }
}

/// The median: the middle value, or the mean of the middle two.
///
/// # Errors
/// If there are no values, or one of them is not finite.
///
/// ```
/// assert_eq!(analysis::statistics::median(&[9.0, 1.0, 2.0]), Ok(2.0));
/// assert_eq!(analysis::statistics::median(&[9.0, 1.0, 2.0, 3.0]), Ok(2.5));
/// ```
pub fn median(values: &[f64]) -> Result<f64, NotDefined> {
    if values.is_empty() {
        return Err(NotDefined::TooFew { needed: 1, found: 0 });
    }
    if values.iter().any(|v| !v.is_finite()) {
        return Err(NotDefined::NotFinite);
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    Ok(if sorted.len() % 2 == 1 { sorted[middle] } else { sorted[middle - 1].midpoint(sorted[middle]) })
}

/// The standard error of the mean, `sqrt(sum((x - mean)^2) / (n - 1)) / sqrt(n)`, as `scipy.stats.sem`.
///
/// # Errors
/// If there are fewer than two values, or one of them or their squares' sum is not finite.
///
/// ```
/// // Squares 1 + 1 + 1 + 1 about 2, over n - 1 = 3; the root of that over the root of n = 4.
/// let error = analysis::statistics::standard_error(&[1.0, 3.0, 1.0, 3.0])?;
/// assert_eq!(error, (4.0_f64 / 3.0).sqrt() / 2.0);
/// # Ok::<(), analysis::statistics::NotDefined>(())
/// ```
pub fn standard_error(values: &[f64]) -> Result<f64, NotDefined> {
    if values.len() < 2 {
        return Err(NotDefined::TooFew { needed: 2, found: values.len() });
    }
    let n = values.len() as f64;
    let error = (squares_about(values, mean(values)?) / (n - 1.0)).sqrt() / n.sqrt();
    if error.is_finite() { Ok(error) } else { Err(NotDefined::NotFinite) }
}

/// `sum((x - center)^2)`.
pub(super) fn squares_about(values: &[f64], center: f64) -> f64 {
    values.iter().map(|v| (v - center) * (v - center)).sum()
}
