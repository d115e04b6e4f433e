//! Drawing everything that an output folder's tables, manifest and pictures show.

use crate::canvas;
use crate::error::ReportError;
use crate::exemplars;
use crate::mix_ratios::MixRatios;
use crate::page;
use crate::scale_invariance::ScaleInvariance;
use crate::schema::{
    BlockRow, ChannelRow, ExemplarRow, HistogramRow, Manifest, layout, read_table, write_file,
};
use std::path::{Path, PathBuf};

/// A figure, without the extension of its two files, and what it shows.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) path: String,
    pub(crate) caption: String,
    /// In units, of which bitmaps have two pixels each.
    pub(crate) width: u32,
}

/// Everything that the page shows.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) manifest: Manifest,
    pub(crate) blocks: Vec<BlockRow>,
    pub(crate) channels: Vec<ChannelRow>,
    pub(crate) figures: Vec<Shown>,
}

/// Draws the figures and `index.html` of an output folder from its tables, manifest and pictures; the page's path.
///
/// # Errors
/// If a table or picture is missing or damaged, or a file cannot be written.
pub fn render(folder: &Path) -> Result<PathBuf, ReportError> {
    let manifest = Manifest::read(folder)?;
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS))?;
    let channels: Vec<ChannelRow> = read_table(&folder.join(layout::CHANNELS))?;
    let bins: Vec<HistogramRow> = read_table(&folder.join(layout::HISTOGRAM))?;
    let rows: Vec<ExemplarRow> = read_table(&folder.join(layout::EXEMPLARS))?;
    let mut figures = Vec::new();
    for block in &blocks {
        let path = format!("figures/fig1_exemplars_{}", block.block);
        if let Some(width) =
            exemplars::save(folder, &block.block, &rows, &with_name(folder, &path))?
        {
            let caption = format!(
                "Figure 1, block {}: what exemplary channels respond to.",
                block.block
            );
            figures.push(Shown {
                path,
                caption,
                width,
            });
        }
    }
    let path = "figures/fig2_mix_ratios".to_owned();
    let width = canvas::save(
        &MixRatios {
            blocks: &blocks,
            bins: &bins,
        },
        &folder.join(&path),
    )?;
    let caption = "Figure 2: mix ratios of each block, in bins of 0.25. Below 1 the block overwrites, above 1 the input skips to the \
                   output; the dashed line is at 1.";
    figures.push(Shown {
        path,
        caption: caption.to_owned(),
        width,
    });
    let path = "figures/fig5_scale_invariance".to_owned();
    let width = canvas::save(&ScaleInvariance { blocks: &blocks }, &folder.join(&path))?;
    let caption = "Figure 5: percent of channels that are scale-invariant: Block answers to the enlarged Input picture, Input to \
                   the shrunk Block picture, and, for all criteria, the mix ratio lies between 1/1.5 and 1.5.";
    figures.push(Shown {
        path,
        caption: caption.to_owned(),
        width,
    });
    let index = folder.join(layout::INDEX);
    let contents = Contents {
        manifest,
        blocks,
        channels,
        figures,
    };
    write_file(&index, page::page(&contents).as_bytes())?;
    Ok(index)
}

/// A path whose last dot is no extension: block names have dots.
fn with_name(folder: &Path, path: &str) -> PathBuf {
    folder.join(format!("{path}.x"))
}
