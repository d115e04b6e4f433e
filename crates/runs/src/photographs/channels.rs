//! What each channel does over all photographs: one channel's activations are in memory at a time, for each thread.

use super::contributions::{Contributions, contributions};
use super::reading::{Photographs, Reading};
use super::transposed::Transposed;
use crate::error::RunError;
use crate::plan::Study;
use crate::queue::Queue;
use analysis::statistics::{Deviation, Histogram};
use analysis::tuning_curve_correlation;
use report::ActivationBinRow;
use resnet::{Block, Role};
use std::collections::BTreeMap;
use std::num::NonZero;

/// Bins of a histogram of activations.
const BINS: usize = 20;

/// What a channel does over all photographs.
#[derive(Clone, Debug)]
pub(crate) struct OfChannel {
    /// Spearman's correlation of Input and Block center activations over the images whose Input is positive, where it is
    /// defined.
    pub(crate) tuning: Option<f64>,
    /// What Input and Block contribute.
    pub(crate) contributions: Contributions,
    /// How the activations of each role are spread.
    pub(super) bins: Vec<ActivationBinRow>,
    /// What makes correlations of the Output's activations; none where they do not vary.
    pub(super) deviation: Option<Deviation>,
}

/// Of every studied channel.
///
/// # Errors
/// If activations cannot be read back.
pub(super) fn over_channels(
    photographs: &Photographs,
    reading: &Reading<'_>,
) -> Result<BTreeMap<(Block, usize), OfChannel>, RunError> {
    let mut found = BTreeMap::new();
    for Study { block, channels } in reading.studies {
        let of_role = |role| Transposed::of(photographs.rows(*block, role), reading.journals);
        let sites = [of_role(Role::Input)?, of_role(Role::Block)?, of_role(Role::Output)?];
        let work = |(): &mut (), at: usize| {
            let [input, added, output] = &sites;
            let roles = [input.channel(channels[at])?, added.channel(channels[at])?, output.channel(channels[at])?];
            Ok::<_, RunError>(of_channel((*block, channels[at]), &roles))
        };
        let take = |at: usize, of| {
            found.insert((*block, channels[at]), of);
            Ok(())
        };
        let threads = threads(reading.threads, photographs.images());
        Queue::new(threads, channels.len()).run(|| (), work, take)?;
    }
    Ok(found)
}

/// Bytes an image that a channel takes: three activations in single precision, those of the images that excite it and
/// their ranks in double.
const OF_AN_IMAGE: usize = 60;
/// Bytes that all threads together may take for their channels.
const ROOM: usize = 256 << 20;

/// How many channels may be in memory at once.
fn threads(most: NonZero<usize>, images: usize) -> NonZero<usize> {
    let room = ROOM / (OF_AN_IMAGE * images.max(1));
    most.min(NonZero::new(room).unwrap_or(NonZero::<usize>::MIN))
}

fn of_channel(of: (Block, usize), roles: &[Vec<f32>; 3]) -> OfChannel {
    let [input, added, output] = roles;
    let tuning = tuning_curve_correlation(input, added).ok().map(|correlation| correlation.rho);
    let contributions = contributions(input, added, output);
    let mut bins = Vec::new();
    let mut deviation = None;
    for (role, values) in Role::ALL.into_iter().zip(roles) {
        let values: Vec<f64> = values.iter().copied().map(f64::from).collect();
        bins.extend(activation_bins(of, role, &values));
        if role == Role::Output {
            deviation = Deviation::of(&values).ok();
        }
    }
    OfChannel { tuning, contributions, bins, deviation }
}

/// The bins of a role of a channel; none where an activation is not finite.
fn activation_bins((block, channel): (Block, usize), role: Role, values: &[f64]) -> Vec<ActivationBinRow> {
    let row = |from: f64, to: f64, count: usize| ActivationBinRow {
        block: block.to_string(),
        channel,
        role: role.name().to_owned(),
        from,
        to,
        count,
    };
    if !values.iter().all(|v| v.is_finite()) {
        return Vec::new();
    }
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low == high {
        return vec![row(low, high, values.len())];
    }
    Histogram::new(values, low..=high, BINS).map_or_else(
        |_| Vec::new(),
        |bins| {
            let edges = bins.edges().windows(2).zip(bins.counts());
            edges.map(|(edges, &count)| row(edges[0], edges[1], count)).collect()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_channels_are_in_memory_than_there_is_room_for() {
        let at_most = |most, images| threads(NonZero::new(most).unwrap(), images).get();
        assert_eq!((at_most(64, 500), at_most(1, 500)), (64, 1));
        for images in [0, 1, 1_000_000, 1_281_167, 5_000_000, usize::MAX / 100] {
            let threads = at_most(1000, images);
            assert!(threads == 1 || threads * OF_AN_IMAGE * images <= ROOM, "{images}");
        }
    }
}
