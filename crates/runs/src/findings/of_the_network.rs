//! What the weights alone say of blocks and channels: what center neurons see, and which hidden channels are strong.

use crate::error::RunError;
use crate::plan::Study;
use crate::source::Loaded;
use report::{HiddenWeightRow, ReceptiveFieldRow};
use resnet::{Block, Role};

/// How many hidden channels of each channel are listed.
const STRONGEST: usize = 8;

/// What the center neuron of each role of each studied block sees.
///
/// # Errors
/// If the network lacks a site of a block that was studied.
pub(super) fn receptive_fields(loaded: &Loaded, studies: &[Study]) -> Result<Vec<ReceptiveFieldRow>, RunError> {
    let mut rows = Vec::new();
    for study in studies {
        for role in Role::ALL {
            let size = loaded.size();
            let seen = loaded.network.receptive_field(loaded.architecture().read_site(study.block, role), size);
            let seen = seen.map_err(|e| loaded.because(e))?;
            let (block, role) = (study.block.to_string(), role.name().to_owned());
            // No image has as many rows as a number of 64 bits.
            let place = |at: isize| i64::try_from(at).unwrap_or(i64::MIN);
            let (top, left) = (place(seen.top), place(seen.left));
            rows.push(ReceptiveFieldRow { block, role, top, left, height: seen.height, width: seen.width });
        }
    }
    Ok(rows)
}

/// The hidden channels with the strongest weights into each studied channel.
pub(super) fn hidden_weights(loaded: &Loaded, studies: &[Study]) -> Vec<HiddenWeightRow> {
    let of_study = |study: &Study| {
        let block = study.block;
        study.channels.clone().into_iter().flat_map(move |channel| of_channel(loaded, block, channel))
    };
    studies.iter().flat_map(of_study).collect()
}

fn of_channel(loaded: &Loaded, block: Block, channel: usize) -> Vec<HiddenWeightRow> {
    let last = loaded.architecture().layout(block).map(|layout| layout.last().weight());
    let Some(weights) = last.and_then(|last| loaded.tensors.get(&last)) else { return Vec::new() };
    let (hidden, window) = match *weights.shape() {
        [_, hidden, rows, columns] => (hidden, rows * columns),
        _ => return Vec::new(),
    };
    if hidden * window == 0 {
        return Vec::new();
    }
    let Some(of_channel) = weights.values().chunks_exact(hidden * window).nth(channel) else { return Vec::new() };
    let strongest = |of: &[f32]| of.iter().copied().fold(0.0_f32, |a, b| if b.abs() > a.abs() { b } else { a });
    let mut all: Vec<(usize, f32, &[f32])> =
        of_channel.chunks_exact(window).enumerate().map(|(at, of)| (at, strongest(of), of)).collect();
    // A stable sort: of equal ones the first stays first.
    all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let row = |(rank, (hidden, weight, of)): (usize, (usize, f32, &[f32]))| HiddenWeightRow {
        block: block.to_string(),
        channel,
        rank: rank + 1,
        hidden,
        weight: weight.into(),
        sum_abs: of.iter().map(|&w| f64::from(w).abs()).sum(),
    };
    all.into_iter().take(STRONGEST).enumerate().map(row).collect()
}
