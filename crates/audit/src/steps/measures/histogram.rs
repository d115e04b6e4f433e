//! The histogram of mix ratios.

use crate::comparison::{Comparison, Step, Witness};
use bounds::pseudo_random;

/// `k / 4 <= min(M, 5) < (k + 1) / 4`, and 5 in the last.
pub(super) fn comparison(counts: impl Fn(&[f64]) -> Vec<usize>) -> Comparison {
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

#[cfg(test)]
mod tests {
    use super::*;

    use analysis::mix_histogram;

    #[test]
    fn the_histogram_passes_and_others_fail() {
        assert!(comparison(|r| mix_histogram(r).counts().to_vec()).passed);
        let open = |ratios: &[f64]| {
            let mut counts = mix_histogram(ratios).counts().to_vec();
            counts[19] -= 1;
            counts
        };
        assert!(!comparison(open).passed && !comparison(|_| Vec::new()).passed);
    }
}
