//! Resamples of a block's channels, addressed by the run's first seed and the block: the same whatever else is computed.

use analysis::statistics::{Interval, RESAMPLES, Resamples};
use featviz::Draws;

/// The resamples of a block, of any number of channels.
#[derive(Clone, Debug)]
pub(super) struct BlockResamples {
    draws: Draws,
    /// Those that were drawn already: channels that lack a measure make fewer.
    drawn: Vec<Resamples>,
}

impl BlockResamples {
    /// Those of a block by its name.
    pub(super) fn new(seed: u64, block: &str) -> BlockResamples {
        BlockResamples { draws: Draws::new(seed, &format!("bootstrap:{block}")), drawn: Vec::new() }
    }

    /// The 95% interval of a statistic of so many values, given their places; `None` where it is not defined.
    pub(super) fn interval(&mut self, size: usize, statistic: impl FnMut(&[usize]) -> Option<f64>) -> Option<Interval> {
        let at = self.drawn.iter().position(|resamples| resamples.size() == size);
        let at = at.unwrap_or_else(|| {
            // One value has no interval, whatever is drawn.
            let count = if size < 2 { 0 } else { RESAMPLES };
            self.drawn.push(Resamples::draw(size, count, self.draws.numbers(0)));
            self.drawn.len() - 1
        });
        self.drawn[at].interval(statistic).ok()
    }

    /// That of the mean of values.
    pub(super) fn of_mean(&mut self, values: &[f64]) -> Option<Interval> {
        self.interval(values.len(), |at| Some(at.iter().map(|&k| values[k]).sum::<f64>() / at.len() as f64))
    }

    /// That of their median.
    pub(super) fn of_median(&mut self, values: &[f64]) -> Option<Interval> {
        let mut resampled = vec![0.0; values.len()];
        self.interval(values.len(), |at| {
            for (value, &k) in resampled.iter_mut().zip(at) {
                *value = values[k];
            }
            analysis::statistics::median(&resampled).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_depends_on_seed_block_and_values_and_not_on_what_was_asked_before() {
        let values: Vec<f64> = (0..9).map(|k| f64::from(k * k)).collect();
        let of = |seed, block| BlockResamples::new(seed, block).of_mean(&values).unwrap();
        let mut other = BlockResamples::new(3, "2.1");
        assert!(other.of_median(&values[..4]).is_some() && other.of_mean(&values[..7]).is_some());
        assert_eq!(other.of_mean(&values), Some(of(3, "2.1")));
        assert_ne!(of(3, "2.1"), of(4, "2.1"));
        assert_ne!(of(3, "2.1"), of(3, "2.0"));
        let Interval { low, high } = of(3, "2.1");
        assert!(low < 204.0 / 9.0 && 204.0 / 9.0 < high, "{low} to {high}");
        assert_eq!(other.of_mean(&values[..1]), None);
        assert_eq!(other.of_median(&[]), None);
    }
}
