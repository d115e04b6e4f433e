//! The correlation of the tuning curves of Input and Block.

use crate::comparison::{Comparison, Step};
use crate::steps::measures::worst::Worst;
use crate::twin::bounded::DOUBLE;
use analysis::statistics::NotDefined;
use bounds::pseudo_random;

/// Pearson's correlation of average ranks, over the images whose Input is positive. Ranks and their sums are multiples
/// of a half or a quarter: only products, roots and quotient round.
pub(super) fn comparison(correlation: impl Fn(&[f64], &[f64]) -> Result<f64, NotDefined>) -> Comparison {
    let mut worst = Worst::default();
    for case in 0..40_u32 {
        let n = usize::try_from(case % 12 * 4).unwrap_or(0);
        let coarse = |seed: u32| -> Vec<f64> {
            let values = pseudo_random(seed.into(), n);
            values.iter().map(|v| f64::from((v * 8.0).round()) / 8.0).collect()
        };
        let input = coarse(200 + case);
        // Every fifth case a Block that is constant.
        let block = if case % 5 == 0 { vec![1.0; n] } else { coarse(300 + case) };
        let pairs = input.iter().zip(&block).filter(|(i, _)| **i > 0.0);
        let (i, b): (Vec<f64>, Vec<f64>) = pairs.map(|(&i, &b)| (i, b)).unzip();
        let expected = if i.len() < 3 { None } else { pearson(&ranks(&i), &ranks(&b)) };
        worst.add(correlation(&input, &block).ok(), expected, 16.0 * DOUBLE);
    }
    let what = "Spearman's rho over images with a positive Input; of fewer than three or constants not defined";
    worst.comparison(Step::TuningCurve, what, "2^-49")
}

/// As many as are smaller, and half of those that are equal, counted from one.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |v: &f64| {
        let below = values.iter().filter(|o| *o < v).count();
        let equal = values.iter().filter(|o| *o == v).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let middle = (x.len() as f64 + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - middle) * (b - middle)).sum() };
    let (xx, yy) = (product(x, x), product(y, y));
    (xx > 0.0 && yy > 0.0).then(|| product(x, y) / (xx * yy).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    use analysis::{statistics, tuning_curve_correlation};

    #[test]
    fn the_correlation_passes_and_one_over_silent_images_too_fails() {
        assert!(comparison(|i, b| tuning_curve_correlation(i, b).map(|s| s.rho)).passed);
        let silent_too = |i: &[f64], b: &[f64]| statistics::spearman(i, b).map(|s| s.rho);
        assert!(!comparison(silent_too).passed);
    }
}
