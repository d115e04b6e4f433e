//! Sharing a convolution among threads by channels instead of rows: each then also reads only its own part of the
//! weights.

use super::Forward;
use kernels::Region;
use kernels::conv::SomeChannels;
use rayon::prelude::*;
use std::iter;

/// Computes `wanted` of a step's output on a thread for each scratch, each with as many of the channels, which it
/// writes to a matrix `[positions, channels]`.
pub(crate) fn by_channels(
    step: &mut Forward<'_>,
    wanted: Region,
    compute: impl Fn(SomeChannels<'_>, &mut [f32]) + Sync,
) {
    let channels = step.output.channels() / (1 + step.more.len());
    let scratch = iter::once(&mut *step.scratch).chain(step.more.iter_mut().map(Vec::as_mut_slice));
    let with_values = |scratch| (vec![0.0; wanted.positions() * channels], scratch);
    let mut parts: Vec<(Vec<f32>, &mut [f32])> = scratch.map(with_values).collect();
    parts.par_iter_mut().enumerate().for_each(|(part, (values, scratch))| {
        compute(SomeChannels { channels: part * channels..(part + 1) * channels, values }, scratch);
    });
    step.output.clear_outside(wanted);
    for (part, (values, _)) in parts.iter().enumerate() {
        let mut values = values.chunks_exact(channels);
        for y in wanted.top..wanted.bottom() {
            for (x, values) in (wanted.left..wanted.right()).zip(&mut values) {
                step.output.pixel_mut(y, x)[part * channels..][..channels].copy_from_slice(values);
            }
        }
    }
}
