//! The figures of a run.

use super::tables::{
    BLOCKS, CHANNELS, CONVERGENCE as CONVERGENCE_TABLE, CURVES as CURVE_TABLE, ENLARGEMENT_GROUPS,
    EXEMPLARS as EXEMPLAR_TABLE, HISTOGRAM, OBJECTIVES, PANELS, PATH_LAYERS, SCALE_TUNING as CURVES,
};
use std::path::{Path, PathBuf};

/// A figure, or one for each block.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its number.
    pub number: u8,
    /// Its name, between the number and the block in the name of its file.
    pub name: &'static str,
    /// Whether there is one for each block.
    pub of_each_block: bool,
    /// The tables that it was made from.
    pub made_from: &'static [&'static str],
    /// Whether it shows the pictures of the exemplars of its number.
    pub shows_exemplars: bool,
    /// Whether it is drawn only where there were images.
    pub needs_images: bool,
    /// What stands above it; `{block}` is its block.
    pub title: &'static str,
    /// What the page says below it; `{block}` is its block.
    pub caption: &'static str,
    /// What the page adds where there were images.
    pub caption_with_images: &'static str,
}

impl Figure {
    /// What the name of its file begins with, below an output folder.
    pub fn stem(&self) -> String {
        format!("figures/fig{}_{}", self.number, self.name)
    }

    /// Its place below an output folder, without its extension.
    pub fn path(&self, block: Option<&str>) -> String {
        block.map_or_else(|| self.stem(), |block| format!("{}_{block}", self.stem()))
    }

    /// Its file below a folder, without an extension that may be replaced: block names have dots.
    pub fn file(&self, folder: &Path, block: Option<&str>) -> PathBuf {
        folder.join(format!("{}.x", self.path(block)))
    }

    /// What stands above that of a block, or of all.
    pub fn title(&self, block: Option<&str>) -> String {
        self.title.replace("{block}", block.unwrap_or_default())
    }

    /// What the page says below that of a block, or of all.
    pub fn caption(&self, block: Option<&str>, with_images: bool) -> String {
        let more = if with_images { self.caption_with_images } else { "" };
        self.caption.replace("{block}", block.unwrap_or_default()) + more
    }
}

/// The figure that a file below an output folder is of.
pub(crate) fn figure_of(file: &str) -> Option<&'static Figure> {
    FIGURES.iter().find(|figure| file.starts_with(&format!("figures/fig{}_", figure.number)))
}

const MAPS: &str = " Block's part of the top nine images is colored on the photograph in grey: red where Block takes away from a positive Input, blue \
                    where it adds; full color is as much as the largest Input or Block anywhere in that photograph.";

/// What exemplary channels respond to.
pub const EXEMPLARS: Figure = Figure {
    number: 1,
    name: "exemplars",
    of_each_block: true,
    made_from: &[BLOCKS.path, EXEMPLAR_TABLE.path],
    shows_exemplars: true,
    needs_images: false,
    title: "Figure 1. Block {block}: exemplary channels",
    caption: "Figure 1, block {block}: what exemplary channels respond to.",
    caption_with_images: MAPS,
};

/// Histograms of mix ratios.
pub const MIX_RATIOS: Figure = Figure {
    number: 2,
    name: "mix_ratios",
    of_each_block: false,
    made_from: &[BLOCKS.path, HISTOGRAM.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 2. Mix ratios O(I) / O(B) of each block's channels",
    caption: "Figure 2: mix ratios of each block, in bins of 0.25; the last, from 4.75, holds everything above too. Up to 1/1.5 the block overwrites what enters it, from 1.5 on the input \
              skips to the output, between them the two mix; the dashed line is at 1. Of several seeds, a bar is the mean count, and its line reaches from the fewest to \
              the most.",
    caption_with_images: "",
};

/// Weights against mix ratios.
pub const WEIGHTS: Figure = Figure {
    number: 3,
    name: "weights",
    of_each_block: false,
    made_from: &[PANELS.path, CHANNELS.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 3. Weight magnitudes against mix ratio",
    caption: "Figure 3: weight magnitudes against mix ratio, a dot for each channel: the scale of the block's last batch norm \
              above, the mean magnitude of its last convolution's weights below. \u{3c1} is Spearman's correlation, p says how surprising it is, and q the same for as many tests as the figure has. The paper shows \
              blocks 1.1, 2.1 and 3.1.",
    caption_with_images: "",
};

/// Block and tuning curves against mix ratios.
pub const TUNING: Figure = Figure {
    number: 4,
    name: "block_and_tuning",
    of_each_block: false,
    made_from: &[PANELS.path, CHANNELS.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 4. Block on the Input picture, and tuning curves, against mix ratio",
    caption: "Figure 4: what the Block contributes on the Input picture (above), and how Input and Block go together over images \
              (below), against mix ratio. Red lines are the means of the channels below 1 and from 1 on, with their numbers above each panel; F compares the two, p says how surprising it is, and q the same for as many tests as the figure has. \
              The paper shows blocks 1.1, 2.1 and 3.1.",
    caption_with_images: "",
};

/// How many channels are scale-invariant.
pub const SCALE_INVARIANCE: Figure = Figure {
    number: 5,
    name: "scale_invariance",
    of_each_block: false,
    made_from: &[BLOCKS.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 5. Scale-invariant channels",
    caption: "Figure 5: percent of channels that are scale-invariant: Block answers to the enlarged Input picture, Input to \
              the shrunk Block picture, and, for all criteria, the mix ratio lies between 1/1.5 and 1.5. The table of blocks says how many count only \
              because a denominator is not positive. Of several seeds, a channel counts by its share of them. Black lines: in 95% of resamples of the channels the percent lies there. \
              Red lines: what chance gives, where the Block of another channel of the block stands beside each Input; p says how surprising the percent is (all criteria above, without the \
              mix criterion below), and q is the same for as many tests as there are blocks.",
    caption_with_images: "",
};

/// What the channels with the largest scale metric respond to: figures 6 to 8 of the paper.
pub const SCALE_METRICS: Figure = Figure {
    number: 6,
    name: "scale",
    of_each_block: true,
    made_from: &[BLOCKS.path, EXEMPLAR_TABLE.path],
    shows_exemplars: true,
    needs_images: false,
    title: "Figures 6 to 8. Block {block}: largest scale metrics",
    caption: "Figures 6 to 8 of the paper, block {block}: the channels with the largest scale metric dB + dI. First come those that meet \
              all criteria of scale invariance, then, up to three, those that meet the two without the mix ratio, then the rest; each says \
              which it is. Channels whose B(B) or I(I) is not positive have no place in the ranking.",
    caption_with_images: MAPS,
};

/// Who contributes on photographs.
pub const CONTRIBUTIONS: Figure = Figure {
    number: 9,
    name: "contributions",
    of_each_block: false,
    made_from: &[PANELS.path, CHANNELS.path],
    shows_exemplars: false,
    needs_images: true,
    title: "Figure 9. Who contributes on photographs, against mix ratio",
    caption: "Figure 9 (not in the paper): who contributes, over all photographs. Above: the Input's part of what each channel passes on, \
              where its Output is positive; the rest is the Block's, and beyond 1 the Block takes away. Below: how often the \
              Block is negative where the Input is positive. The maps below the top nine images of figure 1 show where.",
    caption_with_images: "",
};

/// Answers at sizes from half to double.
pub const SCALE_TUNING: Figure = Figure {
    number: 10,
    name: "scale_tuning",
    of_each_block: true,
    made_from: &[BLOCKS.path, EXEMPLAR_TABLE.path, CURVES.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 10. Block {block}: scale tuning",
    caption: "Figure 10 (not in the paper): answers at sizes from half to double, of the channels that the paper names and those of figures 6 to 8. The Output is drawn wide and pale behind the other \
              two, which it equals where the third is zero. The two-point criterion reads \
              Block on the Input's picture at 1 and 2 (left), and Input on the Block's picture at 0.5 and 1 (middle).",
    caption_with_images: "",
};

/// How the percent of scale-invariant channels hangs on the criteria.
pub const CRITERIA: Figure = Figure {
    number: 11,
    name: "criteria",
    of_each_block: false,
    made_from: &[BLOCKS.path, CURVE_TABLE.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 11. Scale-invariant channels by other criteria",
    caption: "Figure 11 (not in the paper): percent of channels that would be scale-invariant with another mix tolerance (left) and with pictures enlarged and shrunk \
              by another factor (right); the thin line is at the papers' choice. Blue: a channel counts by its share of the seeds, and the band reaches from the lowest to the highest of them. Red: what chance \
              gives, where the Block of another channel of the block stands beside each Input, and where almost all permutations lie. The table of scale invariance by other criteria has p and q of each point.",
    caption_with_images: "",
};

/// What fewer steps cost.
pub const CONVERGENCE: Figure = Figure {
    number: 12,
    name: "convergence",
    of_each_block: false,
    made_from: &[BLOCKS.path, OBJECTIVES.path, CONVERGENCE_TABLE.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 12. What fewer steps cost",
    caption: "Figure 12 (not in the paper): how far the objectives of pictures have come after some of their steps, as a share of where they end (left; lines are medians over pictures, bands reach from \
              quartile to quartile), and, where some channels of each block were looked at after other numbers of steps (--convergence), how their mix ratios move (right). The tables of objectives on their \
              way and of what fewer steps cost have the numbers, with starts that are dead and pictures that were made again.",
    caption_with_images: "",
};

/// Whether pictures take the way of photographs.
pub const PATHS: Figure = Figure {
    number: 13,
    name: "paths",
    of_each_block: false,
    made_from: &[BLOCKS.path, PATH_LAYERS.path],
    shows_exemplars: false,
    needs_images: true,
    title: "Figure 13. Pictures and photographs on their way through the network",
    caption: "Figure 13 (not in the paper): do pictures take the same way through the network as the photographs that their units answer to most? For the Output of each studied block up to a unit's own, by its place \
              among them, the cosine of what all channels pass on at their center neurons: of a picture and its unit's top nine photographs (blue; a median over units), and of the picture and random ones (red). \
              A picture that is no more like the former than like random sets takes another way; the table of pictures and photographs on their way lists which do, and where.",
    caption_with_images: "",
};

/// Outputs on enlarged pictures.
pub const ENLARGEMENT: Figure = Figure {
    number: 14,
    name: "enlargement",
    of_each_block: false,
    made_from: &[BLOCKS.path, ENLARGEMENT_GROUPS.path],
    shows_exemplars: false,
    needs_images: false,
    title: "Figure 14. Outputs on their own pictures, enlarged",
    caption: "Figure 14 (after paper two): what channels' Outputs pass on as their own pictures are enlarged, each over its largest: means over the scale-invariant channels of a block and over its others, \
              with standard errors. Enlargement is counted as that paper does: the central part of each side that is two minus it is seen.",
    caption_with_images: "",
};

/// All of them, in the order of the page.
pub const FIGURES: [Figure; 12] = [
    EXEMPLARS,
    MIX_RATIOS,
    WEIGHTS,
    TUNING,
    SCALE_INVARIANCE,
    SCALE_METRICS,
    CONTRIBUTIONS,
    SCALE_TUNING,
    CRITERIA,
    CONVERGENCE,
    PATHS,
    ENLARGEMENT,
];
