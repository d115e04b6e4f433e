//! dB and dI of photographs.

use crate::comparison::{Comparison, Step};
use crate::steps::measures::worst::Worst;
use crate::twin::bounded::{DOUBLE, gamma};
use analysis::statistics::NotDefined;
use bounds::{pseudo_random, widened};

/// Nine photographs in each place: each clipped at zero, then the mean; the denominator's are not clipped.
pub(super) fn comparison(delta: impl Fn(&[f64], &[f64], &[f64]) -> Result<f64, NotDefined>, name: &str) -> Comparison {
    let mut worst = Worst::default();
    for case in 0..40 {
        let n = if case == 0 { 0 } else { 9 };
        let nine = |seed: u64| widened(&pseudo_random(seed + 3 * case, n));
        let (changed, plain, own) = (nine(400), nine(401), nine(402));
        let clipped = |values: &[f64]| values.iter().map(|&v| if v > 0.0 { v } else { 0.0 }).sum();
        let (a, b): (f64, f64) = (clipped(&changed), clipped(&plain));
        let total: f64 = own.iter().sum();
        let magnitudes: f64 = own.iter().map(|v| v.abs()).sum();
        let exact = (a - b) / total;
        // Each mean: n differences to the first, as many sums, a quotient and the first; ours n sums. Values differ by
        // at most twice the largest, one.
        let roundings = gamma(3 * 9 + 4, DOUBLE);
        let each = roundings * (2.0 * 9.0 + a.abs() + b.abs()) / total.abs();
        let below = roundings * (2.0 * 9.0 + magnitudes) / total.abs() * exact.abs();
        let expected = (n > 0).then_some(exact);
        worst.add(delta(&changed, &plain, &own).ok(), expected, 1.01 * (each + below));
    }
    let what = format!("{name} of nine, each clipped before the mean; of none not defined");
    worst.comparison(Step::Photographs, &what, "gamma(31) of all magnitudes, double precision")
}

#[cfg(test)]
mod tests {
    use super::*;

    use analysis::{block_delta_of_photographs, statistics};

    #[test]
    fn clipping_each_photograph_passes_and_clipping_their_mean_fails() {
        assert!(comparison(block_delta_of_photographs, "dB").passed);
        let clip = |v: f64| v.max(0.0);
        let averaged_first = |a: &[f64], b: &[f64], c: &[f64]| {
            let of = |v| statistics::mean(v).map(clip);
            Ok((of(a)? - of(b)?) / statistics::mean(c)?)
        };
        assert!(!comparison(averaged_first, "dB").passed);
    }
}
