//! The pictures and the table of a finished run, and the budgets of its mix ratios.

use crate::Options;
use crate::budget::MixRatioBudget;
use crate::error::AuditError;
use crate::line::{Line, Witness};
use crate::twin::{SINGLE, TwinNetwork, normalised};
use rayon::prelude::*;
use report::{ChannelRow, Manifest, layout, read_table};
use resnet::{Block, Role};
use runs::Loaded;
use std::path::{Path, PathBuf};

/// A finished run of the same weights.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
    /// Rows and columns of its pictures.
    size: usize,
    /// The rows of the table of channels, each of a channel that the network has.
    rows: Vec<(Block, ChannelRow)>,
}

/// A picture of a run.
pub(crate) struct Picture {
    /// Where it is, from the run's folder on.
    pub(crate) name: PathBuf,
    /// Its file.
    pub(crate) bytes: Vec<u8>,
    pub(crate) pixels: Vec<u8>,
}

impl Run {
    /// Refuses a run of other weights, of images of another size, or with a table of other channels.
    pub(crate) fn open(folder: &Path, loaded: &Loaded) -> Result<Run, AuditError> {
        let manifest = Manifest::read(folder)?;
        let network = &manifest.network;
        let size = loaded.source.input_size;
        let expected = format!("{} at {size} pixels", loaded.digest);
        let found = format!(
            "{} at {} pixels",
            network.weights_digest, network.input_size
        );
        if found != expected {
            return Err(AuditError::Absent {
                path: folder.join(layout::MANIFEST),
                expected: format!("a run of the weights {expected}"),
                found,
            });
        }
        let table = folder.join(layout::CHANNELS);
        let architecture = loaded.network.architecture();
        let known = |row: ChannelRow| {
            let block = row.block.parse().ok();
            match block.filter(|b| architecture.blocks().contains(b)) {
                Some(block) if row.channel < architecture.channels(block) => Ok((block, row)),
                _ => Err(AuditError::Absent {
                    path: table.clone(),
                    expected: "channels of the network".to_owned(),
                    found: format!("channel {} of block {}", row.channel, row.block),
                }),
            }
        };
        let rows: Vec<ChannelRow> = read_table(&table)?;
        Ok(Run {
            folder: folder.to_owned(),
            manifest,
            size,
            rows: rows.into_iter().map(known).collect::<Result<_, _>>()?,
        })
    }

    /// What the table says of a channel.
    pub(crate) fn row(&self, block: Block, channel: usize) -> Result<&ChannelRow, AuditError> {
        let mut rows = self.rows.iter();
        let found = rows.find(|(of, row)| *of == block && row.channel == channel);
        let (_, row) = found.ok_or_else(|| AuditError::Absent {
            path: self.folder.join(layout::CHANNELS),
            expected: format!("channel {channel} of block {block}"),
            found: "no row of it".to_owned(),
        })?;
        Ok(row)
    }

    /// A role's picture of a channel.
    pub(crate) fn picture(&self, row: &ChannelRow, role: Role) -> Result<Picture, AuditError> {
        let name = layout::feature(&row.block, role.name(), row.channel);
        let path = self.folder.join(&name);
        let bytes = std::fs::read(&path).map_err(|source| report::ReportError::Read {
            path: path.clone(),
            source,
        })?;
        let picture = images::decode_bytes(&bytes, &path)?;
        let (width, height) = (picture.width(), picture.height());
        if (width, height) != (self.size, self.size) {
            return Err(AuditError::Absent {
                path,
                expected: format!("a picture of {0}x{0} pixels", self.size),
                found: format!("one of {width}x{height}"),
            });
        }
        Ok(Picture {
            name,
            bytes,
            pixels: picture.into_pixels(),
        })
    }

    /// The budgets of up to `options.channels` channels of each block, evenly over the block.
    pub(crate) fn budgets(
        &self,
        twin: &TwinNetwork,
        options: &Options,
    ) -> Result<Vec<MixRatioBudget>, AuditError> {
        let mut chosen: Vec<&(Block, ChannelRow)> = Vec::new();
        for (block, ..) in &twin.blocks {
            let defined = |(of, row): &&(Block, ChannelRow)| of == block && row.mix_ratio.is_some();
            let of_block: Vec<_> = self.rows.iter().filter(defined).collect();
            let step = of_block.len().div_ceil(options.channels.max(1)).max(1);
            chosen.extend(of_block.into_iter().step_by(step));
        }
        let budget = |&(block, row): &&(Block, ChannelRow)| {
            let of = |role| {
                let image = normalised(&self.picture(row, role)?.pixels, self.size, SINGLE);
                let walk = twin.walk(&image, *block);
                Ok::<_, AuditError>(walk.budget(Role::Output, row.channel))
            };
            let ratio = row.mix_ratio.unwrap_or(f64::NAN);
            let (o_i, o_b) = (of(Role::Input)?, of(Role::Block)?);
            Ok(MixRatioBudget::new((*block, row.channel), ratio, o_i, o_b))
        };
        let pool = autodiff::ThreadPoolBuilder::new()
            .num_threads(options.threads.get())
            .build()
            .map_err(|e| AuditError::Threads(e.to_string()))?;
        pool.install(|| chosen.par_iter().map(budget).collect())
    }
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
