//! The measures and statistics, a file each.

mod channel;
mod contributions;
mod histogram;
mod photographs;
mod statistics;
mod top_images;
mod tuning_curve;
mod weights;
mod worst;
mod worth;

use crate::comparison::Comparison;
use analysis::{block_delta_of_photographs, input_delta_of_photographs, mix_histogram, tuning_curve_correlation};
use runs::Loaded;

/// All comparisons of measures and statistics.
pub(crate) fn comparisons(loaded: &Loaded) -> Vec<Comparison> {
    let mut comparisons = of_any_weights();
    comparisons.extend([
        histogram::comparison(|ratios| mix_histogram(ratios).counts().to_vec()),
        tuning_curve::comparison(|input, block| tuning_curve_correlation(input, block).map(|s| s.rho)),
        photographs::comparison(block_delta_of_photographs, "dB"),
        photographs::comparison(input_delta_of_photographs, "dI"),
        weights::comparison(loaded),
        contributions::comparison(runs::contributions),
    ]);
    comparisons
}

/// The measures of a channel, and the statistics.
fn of_any_weights() -> Vec<Comparison> {
    let mut comparisons = channel::comparisons();
    comparisons.push(top_images::comparison());
    comparisons.extend(statistics::comparisons());
    comparisons.extend(worth::comparisons());
    comparisons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_about_measures_passes() {
        let comparisons = of_any_weights();
        assert!(comparisons.iter().all(|line| line.passed), "{comparisons:?}");
        assert_eq!(comparisons.len(), 14);
    }
}
