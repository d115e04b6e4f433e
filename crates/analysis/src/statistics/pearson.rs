//! Pearson's correlation, for many samples that are each held against all others.

use super::{NotDefined, mean};

/// A sample as the vector of its deviations from its mean, of length 1: the correlation of two samples is the product of
/// theirs, `sum(u v)`, as [`correlation`] has it.
///
/// # Errors
/// If there are fewer than two values, all are the same, or one of them is not finite.
///
/// ```
/// use analysis::statistics::{correlation, unit_deviations};
/// let u = unit_deviations(&[1.0, 2.0, 3.0])?;
/// let v = unit_deviations(&[30.0, 20.0, 10.0])?;
/// assert!((correlation(&u, &v) + 1.0).abs() < 1e-15);
/// # Ok::<(), analysis::statistics::NotDefined>(())
/// ```
pub fn unit_deviations(values: &[f64]) -> Result<Vec<f64>, NotDefined> {
    if values.len() < 2 {
        return Err(NotDefined::TooFew { needed: 2, found: values.len() });
    }
    let mean = mean(values)?;
    let length = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>().sqrt();
    if !length.is_finite() {
        return Err(NotDefined::NotFinite);
    }
    if length == 0.0 {
        return Err(NotDefined::Constant);
    }
    Ok(values.iter().map(|v| (v - mean) / length).collect())
}

/// Pearson's correlation of two samples of the same length, from their [`unit_deviations`]: within -1 and 1.
#[must_use]
pub fn correlation(u: &[f64], v: &[f64]) -> f64 {
    u.iter().zip(v).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correlation_is_scipys() {
        // scipy.stats.pearsonr([1, 2, 4, 8], [3, 1, 4, 1]).statistic
        let [u, v] = [[1.0, 2.0, 4.0, 8.0], [3.0, 1.0, 4.0, 1.0]].map(|x| unit_deviations(&x).unwrap());
        // The sum of products is -4.75, the squares are 28.75 and 6.75. Each of some twenty roundings is at most an epsilon.
        let expected = -4.75 / (28.75_f64 * 6.75).sqrt();
        assert!((correlation(&u, &v) - expected).abs() <= 20.0 * f64::EPSILON);
        assert!((correlation(&u, &u) - 1.0).abs() <= 20.0 * f64::EPSILON);
    }

    #[test]
    fn what_does_not_vary_or_is_not_finite_has_no_correlation() {
        assert_eq!(unit_deviations(&[1.0]), Err(NotDefined::TooFew { needed: 2, found: 1 }));
        assert_eq!(unit_deviations(&[0.1; 7]), Err(NotDefined::Constant));
        assert_eq!(unit_deviations(&[1.0, f64::NAN]), Err(NotDefined::NotFinite));
        assert_eq!(unit_deviations(&[1e200, -1e200]), Err(NotDefined::NotFinite));
    }
}
