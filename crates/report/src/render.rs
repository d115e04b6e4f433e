//! Drawing everything that an output folder's tables, manifest and pictures show.

use crate::canvas::{self, Figure};
use crate::claims;
use crate::error::ReportError;
use crate::exemplars;
use crate::files::{read_table, write_file};
use crate::layout;
use crate::manifest::Manifest;
use crate::mix_ratios::MixRatios;
use crate::page::{self, Contents, Shown};
use crate::panels::{Measure, Panels};
use crate::scale_invariance::ScaleInvariance;
use crate::scale_tuning::ScaleTuning;
use crate::schema::{BlockRow, ChannelRow, ClaimRow, ExemplarRow, ExtremeRow, HistogramRow, PanelRow, ScaleTuningRow};
use std::path::{Path, PathBuf};

/// Draws the figures and `index.html` of an output folder from its tables, manifest and pictures; the page's path.
///
/// # Errors
/// If a table or picture is missing or damaged, or a file cannot be written.
pub fn render(folder: &Path) -> Result<PathBuf, ReportError> {
    let mut paths = render_all(folder)?;
    Ok(paths.pop().unwrap_or_default())
}

/// As [`render`]; the path of every file that was written, the page's last.
///
/// # Errors
/// As [`render`].
pub fn render_all(folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let manifest = Manifest::read(folder)?;
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS))?;
    let channels: Vec<ChannelRow> = read_table(&folder.join(layout::CHANNELS))?;
    let bins: Vec<HistogramRow> = read_table(&folder.join(layout::HISTOGRAM))?;
    let rows: Vec<ExemplarRow> = read_table(&folder.join(layout::EXEMPLARS))?;
    let panels: Vec<PanelRow> = read_table(&folder.join(layout::PANELS))?;
    let tuning: Vec<ScaleTuningRow> = read_table(&folder.join(layout::SCALE_TUNING))?;
    let claims: Vec<ClaimRow> = read_table(&folder.join(layout::CLAIMS))?;
    let extremes: Vec<ExtremeRow> = match manifest.images {
        Some(_) => read_table(&folder.join(layout::EXTREMES))?,
        None => Vec::new(),
    };
    let mut figures = exemplar_grids(folder, 1, &blocks, (&rows, &manifest))?;
    let ratios = MixRatios { blocks: &blocks, bins: &bins };
    figures.push(drawn(folder, "fig2_mix_ratios", MIX_RATIOS, &ratios)?);
    let drawn_panels = |number, name, caption| {
        let figure = panels_of(number, &panels, &channels, &manifest);
        match figure.panels.is_empty() {
            true => Ok(None),
            false => drawn(folder, name, caption, &figure).map(Some),
        }
    };
    figures.extend(drawn_panels(3, "fig3_weights", WEIGHTS)?);
    figures.extend(drawn_panels(4, "fig4_block_and_tuning", TUNING)?);
    let invariance = ScaleInvariance { blocks: &blocks };
    figures.push(drawn(folder, "fig5_scale_invariance", SCALE, &invariance)?);
    figures.extend(exemplar_grids(folder, 6, &blocks, (&rows, &manifest))?);
    if manifest.images.is_some() {
        figures.extend(drawn_panels(9, "fig9_contributions", CONTRIBUTIONS)?);
    }
    for BlockRow { block, .. } in &blocks {
        let curves = ScaleTuning { block, exemplars: with_curves(block, &rows), rows: &tuning };
        if !curves.exemplars.is_empty() {
            let name = format!("fig10_scale_tuning_{block}");
            figures.push(drawn(folder, &name, SCALE_TUNING, &curves)?);
        }
    }
    let markdown = claims::markdown(&claims);
    let beside = folder.join(layout::CLAIMS_MARKDOWN);
    write_file(&beside, markdown.as_bytes())?;
    let mut written = vec![beside];
    for Shown { path, .. } in &figures {
        let both = ["svg", "png"].map(|kind| with_name(folder, path).with_extension(kind));
        written.extend(both);
    }
    let index = folder.join(layout::INDEX);
    let contents = Contents { manifest, blocks, channels, claims, exemplars: rows, extremes, figures };
    write_file(&index, page::page(&contents).as_bytes())?;
    written.push(index);
    Ok(written)
}

/// The exemplars of a block whose curves are drawn: those that the paper names, then those with the largest scale
/// metric, each once.
fn with_curves<'a>(block: &str, rows: &'a [ExemplarRow]) -> Vec<&'a ExemplarRow> {
    let mut shown: Vec<&ExemplarRow> = Vec::new();
    let of_block = || rows.iter().filter(|e| e.block == block);
    let named = of_block().filter(|e| e.in_paper);
    for exemplar in named.chain(of_block().filter(|e| e.figure == 6)) {
        if shown.iter().all(|e| e.channel != exemplar.channel) {
            shown.push(exemplar);
        }
    }
    shown
}

/// Draws a figure.
fn drawn(folder: &Path, name: &str, caption: &str, figure: &impl Figure) -> Result<Shown, ReportError> {
    let path = format!("figures/{name}");
    let width = canvas::save(figure, &with_name(folder, &path))?;
    Ok(Shown { path, caption: caption.to_owned(), width })
}

/// The grids of a figure, one for each block that has exemplars for it.
fn exemplar_grids(
    folder: &Path,
    figure: u8,
    blocks: &[BlockRow],
    (rows, manifest): (&[ExemplarRow], &Manifest),
) -> Result<Vec<Shown>, ReportError> {
    let map = match manifest.images {
        Some(_) => INHIBITION,
        None => "",
    };
    let mut shown = Vec::new();
    for BlockRow { block, .. } in blocks {
        let (path, caption) = if figure == 1 {
            let caption = format!("Figure 1, block {block}: what exemplary channels respond to.{map}");
            (format!("figures/fig1_exemplars_{block}"), caption)
        } else {
            let caption = format!(
                "Figures 6 to 8 of the paper, block {block}: the channels with the largest scale metric dB + dI. First come those that meet \
                 all criteria of scale invariance, then, up to three, those that meet the two without the mix ratio, then the rest; each says \
                 which it is. Channels whose B(B) or I(I) is not positive have no place in the ranking.{map}"
            );
            (format!("figures/fig6_scale_{block}"), caption)
        };
        let to = with_name(folder, &path);
        if let Some(width) = exemplars::save(folder, (figure, block), (rows, manifest), &to)? {
            shown.push(Shown { path, caption, width });
        }
    }
    Ok(shown)
}

const INHIBITION: &str = " Block's part of the top nine images is colored on the photograph in grey: red where Block takes away from a positive Input, blue \
                          where it adds; full color is as much as the largest Input or Block anywhere in that photograph.";
const MIX_RATIOS: &str = "Figure 2: mix ratios of each block, in bins of 0.25; the last, from 4.75, holds everything above too. Up to 1/1.5 the block overwrites what enters it, from 1.5 on the input \
                          skips to the output, between them the two mix; the dashed line is at 1.";
const SCALE: &str = "Figure 5: percent of channels that are scale-invariant: Block answers to the enlarged Input picture, Input to \
                     the shrunk Block picture, and, for all criteria, the mix ratio lies between 1/1.5 and 1.5. The table of blocks says how many count only \
                     because a denominator is not positive.";
const CONTRIBUTIONS: &str = "Figure 9 (not in the paper): who contributes, over all photographs. Above: the Input's part of what each channel passes on, \
                             where its Output is positive; the rest is the Block's, and beyond 1 the Block takes away. Below: how often the \
                             Block is negative where the Input is positive. The maps below the top nine images of figure 1 show where.";
const SCALE_TUNING: &str = "Figure 10 (not in the paper): answers at sizes from half to double, of the channels that the paper names and those of figures 6 to 8. The Output is drawn wide and pale behind the other \
                            two, which it equals where the third is zero. The two-point criterion reads \
                            Block on the Input's picture at 1 and 2 (left), and Input on the Block's picture at 0.5 and 1 (middle).";
const WEIGHTS: &str = "Figure 3: weight magnitudes against mix ratio, a dot for each channel: the scale of the block's last batch norm \
                       above, the mean magnitude of its last convolution's weights below. \u{3c1} is Spearman's correlation. The paper shows \
                       blocks 1.1, 2.1 and 3.1.";
const TUNING: &str = "Figure 4: what the Block contributes on the Input picture (above), and how Input and Block go together over images \
                      (below), against mix ratio. Red lines are the means of the channels below 1 and from 1 on, with their numbers above each panel; F compares the two. \
                      The paper shows blocks 1.1, 2.1 and 3.1.";
const FOLDED: &str =
    "Batch norm is folded into the\nconvolution: |bn2.weight| cannot\nbe recovered from these weights.";
const NO_IMAGES: &str = "Not defined: tuning curves are\nmeasured on images, and there were\nnone, or too few.";

/// The two rows of figure 3, 4 or 9.
fn panels_of<'a>(figure: u8, panels: &'a [PanelRow], channels: &'a [ChannelRow], manifest: &Manifest) -> Panels<'a> {
    let folded = manifest.network.batch_norm == "folded";
    let convolution = if folded { "mean |conv2.weight|, folded" } else { "mean |conv2.weight|" };
    let measure = |name, label, of, missing, groups| Measure { name, label, of, missing, groups };
    let (title, rows) = match figure {
        3 => (
            "Figure 3. Weight magnitudes against mix ratio",
            [
                measure("bn2_weight_abs", "|bn2.weight|", |c| c.bn2_weight_abs, FOLDED, false),
                measure("conv2_weight_mean_abs", convolution, |c| c.conv2_weight_mean_abs, "no weights", false),
            ],
        ),
        4 => (
            "Figure 4. Block on the Input picture, and tuning curves, against mix ratio",
            [
                measure("block_on_input", "B(I)", |c| Some(c.b_i), "no channels", true),
                measure("tuning_curve_rho", "correlation of I and B", |c| c.tuning_curve_rho, NO_IMAGES, true),
            ],
        ),
        _ => (
            "Figure 9. Who contributes on photographs, against mix ratio",
            [
                measure("photo_input_share", "share of the Input", |c| c.photo_input_share, NO_IMAGES, false),
                measure(
                    "photo_inhibited_percent",
                    "% of images with B < 0",
                    |c| c.photo_inhibited_percent,
                    NO_IMAGES,
                    false,
                ),
            ],
        ),
    };
    Panels { title, rows, panels: panels.iter().filter(|p| p.figure == figure).collect(), channels }
}

/// A path whose last dot is no extension: block names have dots.
fn with_name(folder: &Path, path: &str) -> PathBuf {
    folder.join(format!("{path}.x"))
}
