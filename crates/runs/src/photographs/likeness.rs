//! Which channels go together over photographs, how their activations are spread, and what blocks do to a photograph.

use super::reading::{Photographs, Reading};
use crate::error::RunError;
use crate::queue::Queue;
use analysis::statistics::{Histogram, correlation, unit_deviations};
use report::{ActivationBinRow, AlikeRow, PhotographContributionRow};
use resnet::{Block, Role};
use std::collections::BTreeSet;

/// How many channels are listed as alike.
const ALIKE: usize = 8;
/// Bins of a histogram of activations.
const BINS: usize = 20;

impl Photographs {
    /// The channels of the run whose Outputs correlate most with each channel's. One that does not vary has none.
    pub(super) fn alike(&self, reading: &Reading<'_>) -> Result<Vec<AlikeRow>, RunError> {
        let studied = reading.studies.iter().flat_map(|s| s.channels.iter().map(|&channel| (s.block, channel)));
        let deviations = studied.filter_map(|(block, channel)| {
            let values: Vec<f64> = self.activations(block, Role::Output, channel).into_iter().map(f64::from).collect();
            Some(((block, channel), unit_deviations(&values).ok()?))
        });
        let all: Vec<((Block, usize), Vec<f64>)> = deviations.collect();
        let mut rows = Vec::new();
        let work = |(): &mut (), at: usize| {
            let others = all.iter().enumerate().filter(|(other, _)| *other != at);
            let mut others: Vec<(usize, f64)> =
                others.map(|(other, (_, v))| (other, correlation(&all[at].1, v))).collect();
            // A stable sort: of equal ones the first stays first.
            others.sort_by(|a, b| b.1.total_cmp(&a.1));
            others.truncate(ALIKE);
            Ok::<_, RunError>(others)
        };
        let take = |at: usize, others: Vec<(usize, f64)>| {
            let (block, channel) = all[at].0;
            rows.extend(others.into_iter().zip(1..).map(|((other, correlation), rank)| AlikeRow {
                block: block.to_string(),
                channel,
                rank,
                other_block: all[other].0.0.to_string(),
                other_channel: all[other].0.1,
                correlation,
            }));
            Ok(())
        };
        Queue::new(reading.threads, all.len()).without_limit().run(|| (), work, take)?;
        Ok(rows)
    }

    /// The bins of each role of each studied channel; none where an activation is not finite.
    pub(super) fn activation_bins(&self, reading: &Reading<'_>) -> Vec<ActivationBinRow> {
        let mut rows = Vec::new();
        for study in reading.studies {
            for &channel in &study.channels {
                for role in Role::ALL {
                    let values = self.activations(study.block, role, channel);
                    let values: Vec<f64> = values.into_iter().map(f64::from).collect();
                    let row = |from: f64, to: f64, count: usize| ActivationBinRow {
                        block: study.block.to_string(),
                        channel,
                        role: role.name().to_owned(),
                        from,
                        to,
                        count,
                    };
                    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    if low == high && values.iter().all(|v| v.is_finite()) {
                        rows.push(row(low, high, values.len()));
                    } else if values.iter().all(|v| v.is_finite())
                        && let Ok(bins) = Histogram::new(&values, low..=high, BINS)
                    {
                        let edges = bins.edges().windows(2).zip(bins.counts());
                        rows.extend(edges.map(|(edges, &count)| row(edges[0], edges[1], count)));
                    }
                }
            }
        }
        rows
    }

    /// What each studied block does to the photographs of these places, over all of its channels.
    pub(super) fn contributed(
        &self,
        places: &BTreeSet<usize>,
        reading: &Reading<'_>,
    ) -> Vec<PhotographContributionRow> {
        let mut rows = Vec::new();
        for study in reading.studies {
            for &at in places {
                let roles = Role::ALL.map(|role| {
                    let site = reading.loaded.architecture().read_site(study.block, role);
                    self.columns.of_site(&self.images[at], site)
                });
                let [input, block, output] = roles;
                let each = || input.iter().zip(block).map(|(&i, &b)| (f64::from(i).max(0.0), f64::from(b)));
                let mean = |sum: f64| sum / input.len() as f64;
                rows.push(PhotographContributionRow {
                    block: study.block.to_string(),
                    image: self.entries[at].name.clone(),
                    input_mean: mean(each().map(|(i, _)| i).sum()),
                    added_mean: mean(each().map(|(_, b)| b.max(0.0)).sum()),
                    taken_mean: mean(each().map(|(i, b)| i.min(-b).max(0.0)).sum()),
                    output_mean: mean(output.iter().map(|&o| f64::from(o).max(0.0)).sum()),
                });
            }
        }
        rows
    }
}
