//! Which channels go together over photographs, and what blocks do to a photograph.

use super::channels::OfChannel;
use super::reading::{Photographs, Reading};
use crate::error::RunError;
use crate::plan::Study;
use crate::queue::Queue;
use analysis::statistics::{Correlating, Deviation};
use report::{AlikeRow, PhotographContributionRow};
use resnet::{Block, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// How many channels are listed as alike.
const ALIKE: usize = 8;
/// Images of which the activations of all channels are in memory at once.
const IMAGES: usize = 128;
/// Bytes that sums of pairs of channels may take.
const SUMS: usize = 128 << 20;
/// Channels that a thread takes at once.
const BAND: usize = 16;

/// A studied channel whose Output varies.
struct Varying {
    block: Block,
    channel: usize,
    deviation: Deviation,
}

impl Photographs {
    /// The channels of the run whose Outputs correlate most with each channel's. One that does not vary has none.
    ///
    /// Of every pair the products of deviations are summed up in the order of the images, a few images at a time: as many
    /// channels as there is room for go through the images together.
    pub(super) fn alike(
        &self,
        channels: &BTreeMap<(Block, usize), OfChannel>,
        reading: &Reading<'_>,
    ) -> Result<Vec<AlikeRow>, RunError> {
        let studied = reading.studies.iter().flat_map(|s| s.channels.iter().map(|&channel| (s.block, channel)));
        let varying = |(block, channel)| {
            let deviation = channels.get(&(block, channel))?.deviation?;
            Some(Varying { block, channel, deviation })
        };
        let all: Vec<Varying> = studied.filter_map(varying).collect();
        let mut rows = Vec::new();
        let together = (SUMS / (8 * all.len().max(1))).max(1);
        for first in (0..all.len()).step_by(together) {
            let some = first..all.len().min(first + together);
            for (own, sums) in some.clone().zip(self.correlate(&all, some, reading)?) {
                let others = sums.correlations().into_iter().enumerate().filter(|(other, _)| *other != own);
                rows.extend(most_alike(&all, own, others.collect()));
            }
        }
        Ok(rows)
    }

    /// The correlations of some channels with all.
    fn correlate(
        &self,
        all: &[Varying],
        some: Range<usize>,
        reading: &Reading<'_>,
    ) -> Result<Vec<Correlating>, RunError> {
        let bands = some.clone().step_by(BAND).map(|first| first..some.end.min(first + BAND));
        let bands: Vec<(Range<usize>, Mutex<Vec<Correlating>>)> =
            bands.map(|band| (band.clone(), Mutex::new(vec![Correlating::with(all.len()); band.len()]))).collect();
        for first in (0..self.images()).step_by(IMAGES) {
            let deviations = self.deviations(all, first..self.images().min(first + IMAGES), reading)?;
            let work = |(): &mut (), at: usize| {
                let (band, sums) = &bands[at];
                let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
                for (own, sums) in band.clone().zip(sums.iter_mut()) {
                    for image in deviations.chunks_exact(all.len()) {
                        sums.add(image[own], image);
                    }
                }
                Ok::<_, RunError>(())
            };
            Queue::new(reading.threads, bands.len()).without_limit().run(|| (), work, |_, ()| Ok(()))?;
        }
        let sums = bands.into_iter().map(|(_, sums)| sums.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(sums.flatten().collect())
    }

    /// How far the Outputs of channels are from their means in some images, `[images, channels]`.
    fn deviations(&self, all: &[Varying], images: Range<usize>, reading: &Reading<'_>) -> Result<Vec<f64>, RunError> {
        let mut deviations = vec![0.0; images.len() * all.len()];
        for Study { block, .. } in reading.studies {
            let rows = self.rows(*block, Role::Output);
            let values = rows.of_images(images.clone())?;
            let of_images = deviations.chunks_exact_mut(all.len().max(1)).zip(values.chunks_exact(rows.channels()));
            for (deviations, values) in of_images {
                let of_block = all.iter().zip(deviations).filter(|(varying, _)| varying.block == *block);
                for (varying, deviation) in of_block {
                    *deviation = varying.deviation.unit(values[varying.channel].into());
                }
            }
        }
        Ok(deviations)
    }

    /// What each studied block does to the photographs of these places, over all of its channels.
    pub(super) fn contributed(
        &self,
        places: &BTreeSet<usize>,
        reading: &Reading<'_>,
    ) -> Result<Vec<PhotographContributionRow>, RunError> {
        let mut rows = Vec::new();
        for study in reading.studies {
            let of = |role, at: usize| self.rows(study.block, role).of_images(at..at + 1);
            for &at in places {
                let (input, block, output) = (of(Role::Input, at)?, of(Role::Block, at)?, of(Role::Output, at)?);
                let each = || input.iter().zip(&block).map(|(&i, &b)| (f64::from(i).max(0.0), f64::from(b)));
                let mean = |sum: f64| sum / input.len() as f64;
                rows.push(PhotographContributionRow {
                    block: study.block.to_string(),
                    image: self.entries.entry(at).name,
                    input_mean: mean(each().map(|(i, _)| i).sum()),
                    added_mean: mean(each().map(|(_, b)| b.max(0.0)).sum()),
                    taken_mean: mean(each().map(|(i, b)| i.min(-b).max(0.0)).sum()),
                    output_mean: mean(output.iter().map(|&o| f64::from(o).max(0.0)).sum()),
                });
            }
        }
        Ok(rows)
    }
}

/// The rows of a channel, of its correlations with others.
fn most_alike(all: &[Varying], own: usize, mut others: Vec<(usize, f64)>) -> Vec<AlikeRow> {
    // A stable sort: of equal ones the first stays first.
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    others.truncate(ALIKE);
    let row = |((other, correlation), rank): ((usize, f64), usize)| AlikeRow {
        block: all[own].block.to_string(),
        channel: all[own].channel,
        rank,
        other_block: all[other].block.to_string(),
        other_channel: all[other].channel,
        correlation,
    };
    others.into_iter().zip(1..).map(row).collect()
}
