//! The rules of the method beyond a channel's own measures: histogram, tuning curves, photographs, weights,
//! contributions.

use crate::comparison::{Comparison, Held, Step, Witness};
use crate::twin::bounded::{DOUBLE, gamma};
use analysis::statistics::NotDefined;
use analysis::{block_delta_of_photographs, input_delta_of_photographs, mix_histogram, tuning_curve_correlation};
use runs::{Contributions, Loaded, bn2_weight_abs, contributions, conv2_weight_mean_abs};
use testkit::pseudo_random;

/// All comparisons about them.
pub(crate) fn comparisons(loaded: &Loaded) -> Vec<Comparison> {
    vec![
        histogram(|ratios| mix_histogram(ratios).counts().to_vec()),
        tuning(|input, block| tuning_curve_correlation(input, block).map(|s| s.rho)),
        photographs(block_delta_of_photographs, "dB"),
        photographs(input_delta_of_photographs, "dI"),
        weights(loaded),
        split(contributions),
    ]
}

/// Numbers in double precision and how much of their bounds they take; what is not defined must not be for both.
#[derive(Default)]
struct Worst {
    values: usize,
    used: f64,
}

impl Worst {
    fn add(&mut self, found: Option<f64>, exact: Option<f64>, bound: f64) {
        self.values += 1;
        let used = match (found, exact) {
            (None, None) => 0.0,
            (Some(found), Some(exact)) if found == exact => 0.0,
            (Some(found), Some(exact)) => (found - exact).abs() / bound,
            _ => f64::INFINITY,
        };
        // NaN is never within a bound, and `max` would lose it.
        self.used = if used.is_nan() { f64::INFINITY } else { self.used.max(used) };
    }

    fn comparison(self, step: Step, what: &str, words: &str) -> Comparison {
        step.against(Witness::Identity, what).held(self.values, Held { error: self.used, bound: 1.0 }, words)
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// `k / 4 <= min(M, 5) < (k + 1) / 4`, and 5 in the last.
fn histogram(counts: impl Fn(&[f64]) -> Vec<usize>) -> Comparison {
    let mut ratios: Vec<f64> = (0..=48).map(|i| f64::from(i) / 8.0).collect();
    ratios.extend([10.0, 4.999_999, 5.000_001, 0.25_f64.next_down(), 4.75_f64.next_down()]);
    ratios.extend(pseudo_random(71, 300).iter().map(|v| 3.0 * f64::from(v.abs())));
    let found = counts(&ratios);
    let in_bin = |bin: u8| {
        let of_bin = ratios.iter().filter(|&&m| {
            let above = m < (f64::from(bin) + 1.0) / 4.0 || bin == 19;
            m >= f64::from(bin) / 4.0 && above
        });
        of_bin.count()
    };
    let expected: Vec<usize> = (0..20).map(in_bin).collect();
    let pairs = found.iter().zip(&expected).filter(|(a, b)| a != b);
    let differ = pairs.count() + usize::from(found.len() != 20);
    let what = "20 bins of a quarter up to 5, the last closed, of clamped mix ratios";
    Step::Histogram.against(Witness::Identity, what).equal(ratios.len(), differ)
}

/// Pearson's correlation of average ranks, over the images whose Input is positive. Ranks and their sums are multiples
/// of a half or a quarter: only products, roots and quotient round.
fn tuning(correlation: impl Fn(&[f64], &[f64]) -> Result<f64, NotDefined>) -> Comparison {
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

/// Nine photographs in each place: each clipped at zero, then the mean; the denominator's are not clipped.
fn photographs(delta: impl Fn(&[f64], &[f64], &[f64]) -> Result<f64, NotDefined>, name: &str) -> Comparison {
    let mut worst = Worst::default();
    for case in 0..40 {
        let n = if case == 0 { 0 } else { 9 };
        let nine = |seed: u64| wide(&pseudo_random(seed + 3 * case, n));
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

/// `|bn2.weight|`, and the mean of `|conv2.weight|` over inputs and taps, of every channel.
fn weights(loaded: &Loaded) -> Comparison {
    let mut worst = Worst::default();
    for &block in loaded.network.architecture().blocks() {
        let of = |name: &str| loaded.tensors.get(&format!("{}.{name}.weight", block.module()));
        let Some(convolution) = of("conv2") else {
            continue;
        };
        let shape = convolution.shape();
        let each = shape[1] * shape[2] * shape[3];
        for channel in 0..shape[0] {
            let mut sum = 0.0;
            for tap in 0..each {
                sum += f64::from(convolution.values()[channel * each + tap]).abs();
            }
            let exact = sum / each as f64;
            let largest = convolution.values().iter().fold(0.0_f32, |m, w| m.max(w.abs()));
            let bound = gamma(3 * each + 4, DOUBLE) * (exact + f64::from(largest));
            worst.add(conv2_weight_mean_abs(loaded, block, channel), Some(exact), bound);
            // Where batch norm is folded away there is none to be had.
            let norm = of("bn2").map(|w| f64::from(w.values()[channel].abs()));
            worst.add(bn2_weight_abs(loaded, block, channel), norm, 0.0);
        }
    }
    let what = "|bn2.weight| and mean |conv2.weight| of every channel";
    worst.comparison(Step::Weights, what, "gamma(3 k + 4) of mean and largest, double precision")
}

/// Shares of what is passed on, and how often Block takes away. All numbers are multiples of 1/64: sums are exact.
fn split(contributions: impl Fn(&[f32], &[f32], &[f32]) -> Contributions) -> Comparison {
    let mut worst = Worst::default();
    for case in 0..30_u64 {
        let n = if case == 0 { 0 } else { 40 };
        let coarse = |seed: u64, up: f32| -> Vec<f32> {
            let values = pseudo_random(seed + 2 * case, n);
            values.iter().map(|v| ((v + up) * 64.0).round() / 64.0).collect()
        };
        // In every sixth case nothing is ever positive.
        let down = if case % 6 == 0 { 2.5 } else { 0.0 };
        let (input, block) = (coarse(500, 0.5 - down), coarse(501, -down / 4.0));
        let output: Vec<f32> = input.iter().zip(&block).map(|(i, b)| i + b).collect();
        let found = contributions(&input, &block, &output);
        let (mut i_sum, mut b_sum, mut passed) = (0.0, 0.0, 0);
        let (mut excited, mut inhibited, mut silenced) = (0, 0, 0);
        for k in 0..n {
            let (i, b) = (f64::from(input[k]), f64::from(block[k]));
            if i + b > 0.0 {
                passed += 1;
                i_sum += i;
                b_sum += b;
            }
            if i > 0.0 {
                excited += 1;
                inhibited += i32::from(b < 0.0);
                silenced += i32::from(i + b <= 0.0);
            }
        }
        let share = |of: f64| (passed > 0).then(|| of / (i_sum + b_sum));
        let percent = |of: i32| (excited > 0).then(|| f64::from(100 * of) / f64::from(excited));
        worst.add(found.input_share, share(i_sum), 0.0);
        worst.add(found.block_share, share(b_sum), 0.0);
        worst.add(found.inhibited_percent, percent(inhibited), 0.0);
        worst.add(found.silenced_percent, percent(silenced), 0.0);
        let whole = found.input_share.zip(found.block_share).map(|(i, b)| i + b);
        // Two quotients and their sum are rounded.
        let bound = 2.0 * DOUBLE * (i_sum.abs() + b_sum.abs()) / (i_sum + b_sum) + DOUBLE;
        worst.add(whole, (passed > 0).then_some(1.0), bound);
    }
    let what = "shares of Input and Block, together one; percent inhibited and silenced";
    worst.comparison(Step::Contributions, what, "0; of the sum of both shares 2^-52")
}

#[cfg(test)]
mod tests {
    use super::*;
    use analysis::statistics;

    #[test]
    fn the_rules_of_the_method_pass() {
        assert!(histogram(|r| mix_histogram(r).counts().to_vec()).passed);
        assert!(tuning(|i, b| tuning_curve_correlation(i, b).map(|s| s.rho)).passed);
        assert!(photographs(block_delta_of_photographs, "dB").passed);
        assert!(split(contributions).passed);
    }

    #[test]
    fn other_rules_fail() {
        let open = |ratios: &[f64]| {
            let mut counts = mix_histogram(ratios).counts().to_vec();
            counts[19] -= 1;
            counts
        };
        assert!(!histogram(open).passed && !histogram(|_| Vec::new()).passed);
        let silent_too = |i: &[f64], b: &[f64]| statistics::spearman(i, b).map(|s| s.rho);
        assert!(!tuning(silent_too).passed);
        let clip = |v: f64| v.max(0.0);
        let averaged_first = |a: &[f64], b: &[f64], c: &[f64]| {
            let of = |v| statistics::mean(v).map(clip);
            Ok((of(a)? - of(b)?) / statistics::mean(c)?)
        };
        assert!(!photographs(averaged_first, "dB").passed);
        let swapped = |i: &[f32], b: &[f32], o: &[f32]| contributions(b, i, o);
        assert!(!split(swapped).passed);
    }

    #[test]
    fn what_is_not_defined_must_not_be_for_both() {
        let used = |found, exact| {
            let mut worst = Worst::default();
            worst.add(found, exact, 1.0);
            worst.add(Some(1.0), Some(1.5), 1.0);
            worst.used
        };
        assert_eq!(used(None, None), 0.5);
        assert_eq!(used(None, Some(1.0)), f64::INFINITY);
        assert_eq!(used(Some(1.0), None), f64::INFINITY);
        assert_eq!(used(Some(f64::NAN), Some(1.0)), f64::INFINITY);
    }
}
