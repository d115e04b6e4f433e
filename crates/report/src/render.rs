//! Drawing everything that an output folder's tables, manifest and pictures show.

use crate::canvas;
use crate::error::ReportError;
use crate::exemplars;
use crate::mix_ratios::MixRatios;
use crate::page;
use crate::panels::{Measure, Panels};
use crate::scale_invariance::ScaleInvariance;
use crate::schema::{
    BlockRow, ChannelRow, ExemplarRow, HistogramRow, Manifest, PanelRow, layout, read_table,
    write_file,
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
    let panels: Vec<PanelRow> = read_table(&folder.join(layout::PANELS))?;
    let mut figures = exemplar_grids(folder, 1, &blocks, &rows)?;
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
    for (number, name, caption) in [
        (3, "fig3_weights", WEIGHTS),
        (4, "fig4_block_and_tuning", TUNING),
    ] {
        let figure = panels_of(number, &panels, &channels, &manifest);
        if !figure.panels.is_empty() {
            let path = format!("figures/{name}");
            let width = canvas::save(&figure, &folder.join(&path))?;
            let caption = caption.to_owned();
            figures.push(Shown {
                path,
                caption,
                width,
            });
        }
    }
    let path = "figures/fig5_scale_invariance".to_owned();
    let width = canvas::save(&ScaleInvariance { blocks: &blocks }, &folder.join(&path))?;
    let caption = "Figure 5: percent of channels that are scale-invariant: Block answers to the enlarged Input picture, Input to \
                   the shrunk Block picture, and, for all criteria, the mix ratio lies between 1/1.5 and 1.5.";
    figures.push(Shown {
        path,
        caption: caption.to_owned(),
        width,
    });
    figures.extend(exemplar_grids(folder, 6, &blocks, &rows)?);
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

/// The grids of a figure, one for each block that has exemplars for it.
fn exemplar_grids(
    folder: &Path,
    figure: u8,
    blocks: &[BlockRow],
    rows: &[ExemplarRow],
) -> Result<Vec<Shown>, ReportError> {
    let mut shown = Vec::new();
    for BlockRow { block, .. } in blocks {
        let (path, caption) = if figure == 1 {
            let caption = format!("Figure 1, block {block}: what exemplary channels respond to.");
            (format!("figures/fig1_exemplars_{block}"), caption)
        } else {
            let caption = format!(
                "Figures 6 to 8, block {block}: the channels with the largest scale metric dB + dI."
            );
            (format!("figures/fig6_scale_{block}"), caption)
        };
        let to = with_name(folder, &path);
        if let Some(width) = exemplars::save(folder, (figure, block), rows, &to)? {
            shown.push(Shown {
                path,
                caption,
                width,
            });
        }
    }
    Ok(shown)
}

const WEIGHTS: &str = "Figure 3: weight magnitudes against mix ratio, a dot for each channel: the scale of the block's last batch norm \
                       above, the mean magnitude of its last convolution's weights below. \u{3c1} is Spearman's correlation.";
const TUNING: &str = "Figure 4: what the Block contributes on the Input picture (above), and how Input and Block go together over images \
                      (below), against mix ratio. Red lines are the means of the channels below and above 1; F compares the two.";
const FOLDED: &str = "Batch norm is folded into the\nconvolution: |bn2.weight| cannot\nbe recovered from these weights.";
const NO_IMAGES: &str =
    "Not defined: tuning curves are\nmeasured on images, and there were\nnone, or too few.";

/// The two rows of figure 3 or 4.
fn panels_of<'a>(
    figure: u8,
    panels: &'a [PanelRow],
    channels: &'a [ChannelRow],
    manifest: &Manifest,
) -> Panels<'a> {
    let folded = manifest.network.batch_norm == "folded";
    let convolution = if folded {
        "mean |conv2.weight|, folded"
    } else {
        "mean |conv2.weight|"
    };
    let (title, rows) = if figure == 3 {
        let norm = Measure {
            name: "bn2_weight_abs",
            label: "|bn2.weight|",
            of: |c| c.bn2_weight_abs,
            missing: FOLDED,
            groups: false,
        };
        let convolution = Measure {
            name: "conv2_weight_mean_abs",
            label: convolution,
            of: |c| c.conv2_weight_mean_abs,
            missing: "no weights",
            groups: false,
        };
        ("Weight magnitudes against mix ratio", [norm, convolution])
    } else {
        let block = Measure {
            name: "block_on_input",
            label: "B(I)",
            of: |c| Some(c.b_i),
            missing: "no channels",
            groups: true,
        };
        let tuning = Measure {
            name: "tuning_curve_rho",
            label: "correlation of I and B",
            of: |c| c.tuning_curve_rho,
            missing: NO_IMAGES,
            groups: true,
        };
        (
            "Block on the Input picture, and tuning curves, against mix ratio",
            [block, tuning],
        )
    };
    Panels {
        title,
        rows,
        panels: panels.iter().filter(|p| p.figure == figure).collect(),
        channels,
    }
}

/// A path whose last dot is no extension: block names have dots.
fn with_name(folder: &Path, path: &str) -> PathBuf {
    folder.join(format!("{path}.x"))
}
