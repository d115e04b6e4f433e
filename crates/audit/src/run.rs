//! The pictures and tables of a finished run, and the budgets of its mix ratios.

use crate::Options;
use crate::budget::MixRatioBudget;
use crate::error::AuditError;
use crate::line::{Line, Witness};
use crate::twin::{SINGLE, TwinNetwork, normalised};
use rayon::prelude::*;
use report::{ChannelRow, Manifest, layout, read_table};
use resnet::Block;
use runs::Loaded;
use std::path::{Path, PathBuf};

/// A role's picture of a channel: where it is, and its pixels.
pub(crate) fn picture(
    folder: &Path,
    block: &str,
    role: &str,
    channel: usize,
) -> Result<(PathBuf, Vec<u8>), AuditError> {
    let path = folder.join(layout::feature(block, role, channel));
    let pixels = images::decode(&path)?.into_pixels();
    Ok((path, pixels))
}

/// Refuses a run of other weights or images of another size.
pub(crate) fn check(folder: &Path, loaded: &Loaded) -> Result<(), AuditError> {
    let network = Manifest::read(folder)?.network;
    let found = format!(
        "{} at {} pixels",
        network.weights_digest, network.input_size
    );
    let expected = format!("{} at {} pixels", loaded.digest, loaded.source.input_size);
    if found == expected {
        return Ok(());
    }
    Err(AuditError::Absent {
        path: folder.join(layout::MANIFEST),
        expected: format!("a run of the weights {expected}"),
        found,
    })
}

/// Of each block up to `options.channels` channels, evenly over the block.
pub(crate) fn budgets(
    folder: &Path,
    loaded: &Loaded,
    twin: &TwinNetwork,
    options: &Options,
) -> Result<Vec<MixRatioBudget>, AuditError> {
    let rows: Vec<ChannelRow> = read_table(&folder.join(layout::CHANNELS))?;
    let mut chosen: Vec<(Block, &ChannelRow)> = Vec::new();
    for (block, ..) in &twin.blocks {
        let name = block.to_string();
        let of_block: Vec<&ChannelRow> = rows
            .iter()
            .filter(|r| r.block == name && r.mix_ratio.is_some())
            .collect();
        let step = of_block.len().div_ceil(options.channels.max(1)).max(1);
        chosen.extend(of_block.into_iter().step_by(step).map(|row| (*block, row)));
    }
    let budget = |&(block, row): &(Block, &ChannelRow)| {
        let of = |role: &str| {
            let (_, pixels) = picture(folder, &row.block, role, row.channel)?;
            let image = normalised(&pixels, loaded.source.input_size, SINGLE);
            Ok::<_, AuditError>(twin.budget(&image, block, row.channel))
        };
        let ratio = row.mix_ratio.unwrap_or(f64::NAN);
        let at = (block, row.channel);
        Ok(MixRatioBudget::new(at, ratio, of("input")?, of("block")?))
    };
    let pool = autodiff::ThreadPoolBuilder::new()
        .num_threads(options.threads.get())
        .build()
        .map_err(|e| AuditError::Threads(e.to_string()))?;
    pool.install(|| chosen.par_iter().map(budget).collect())
}

/// The line about them: none may have another category in double precision.
pub(crate) fn line(budgets: &[MixRatioBudget]) -> Line {
    let flips = budgets.iter().filter(|b| b.flips).count();
    let open = budgets.iter().filter(|b| b.open).count();
    let rounding = budgets
        .iter()
        .map(MixRatioBudget::rounding)
        .fold(0.0, f64::max);
    let what = format!(
        "categories in double precision, {} channels; {open} lie within the first-order bound of an end of their category",
        budgets.len()
    );
    let mut line = Line::equal("error budget", what, Witness::Twin, budgets.len(), flips);
    line.relative = Some(rounding);
    line
}
