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
    let of = Deviation::of(values)?;
    Ok(values.iter().map(|&v| of.unit(v)).collect())
}

/// What makes [`unit_deviations`] of the values of a sample, one by one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The mean of the sample.
    pub mean: f64,
    /// The length of the vector of its deviations from it.
    pub length: f64,
}

impl Deviation {
    /// That of a sample.
    ///
    /// # Errors
    /// As [`unit_deviations`].
    pub fn of(values: &[f64]) -> Result<Deviation, NotDefined> {
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
        Ok(Deviation { mean, length })
    }

    /// How far a value of the sample is from the mean, in lengths.
    #[must_use]
    pub fn unit(self, value: f64) -> f64 {
        (value - self.mean) / self.length
    }
}

/// The correlations of one sample with many, from the unit deviations of a few images after another: [`correlation`]s with
/// the same bits, for sums go through the images in their order.
///
/// ```
/// use analysis::statistics::{Correlating, correlation};
/// let mut sums = Correlating::with(2);
/// sums.add(0.6, &[0.8, 0.6]);
/// sums.add(0.8, &[0.6, -0.8]);
/// assert_eq!(sums.correlations()[0], correlation(&[0.6, 0.8], &[0.8, 0.6]));
/// ```
#[derive(Clone, Debug)]
pub struct Correlating {
    sums: Vec<f64>,
}

impl Correlating {
    /// With so many samples, of no image yet.
    #[must_use]
    pub fn with(samples: usize) -> Self {
        // What a sum begins with: it tells apart whether products are all -0.
        Correlating { sums: vec![std::iter::empty::<f64>().sum(); samples] }
    }

    /// Takes the unit deviation of an image, and those of the other samples there.
    pub fn add(&mut self, own: f64, others: &[f64]) {
        for (sum, other) in self.sums.iter_mut().zip(others) {
            *sum += own * other;
        }
    }

    /// The correlation with each.
    #[must_use]
    pub fn correlations(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum.clamp(-1.0, 1.0)).collect()
    }
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

    #[test]
    fn correlations_of_images_that_come_one_after_another_are_those_of_whole_samples_bit_for_bit() {
        let sample = |by: f64| (0..100).map(|k| (by * f64::from(k)).sin()).collect::<Vec<f64>>();
        let samples: Vec<Vec<f64>> =
            [0.3, 0.7, 1.9].iter().map(|&by| unit_deviations(&sample(by)).unwrap()).chain([vec![-0.0; 100]]).collect();
        let mut sums = Correlating::with(samples.len());
        for k in 0..100 {
            let others: Vec<f64> = samples.iter().map(|s| s[k]).collect();
            sums.add(samples[0][k], &others);
        }
        for (found, other) in sums.correlations().iter().zip(&samples) {
            assert_eq!(found.to_bits(), correlation(&samples[0], other).to_bits());
        }
        assert_eq!(Correlating::with(1).correlations()[0].to_bits(), correlation(&[], &[]).to_bits());
    }
}
