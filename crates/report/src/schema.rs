//! The rows of the tables of an output folder. This crate owns them: whoever writes tables fills these types.
//!
//! An empty cell of a table means "not defined" or "not computed"; the field says which, and why.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One row of `tables/channels.csv`: a channel of a block (METHOD.md, section 3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelRow {
    /// The block, such as `1.1`.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// Output's center activation on the Output picture, and so on: the role read, then the picture.
    pub o_o: f64,
    /// Input on the Output picture.
    pub i_o: f64,
    /// Block on the Output picture.
    pub b_o: f64,
    /// Output on the Input picture.
    pub o_i: f64,
    /// Input on the Input picture.
    pub i_i: f64,
    /// Block on the Input picture.
    pub b_i: f64,
    /// Output on the Block picture.
    pub o_b: f64,
    /// Input on the Block picture.
    pub i_b: f64,
    /// Block on the Block picture.
    pub b_b: f64,
    /// O(I) / O(B), 10 or 0; empty where the visualization failed for good.
    pub mix_ratio: Option<f64>,
    /// `overwrite`, `mix` or `skip`; empty where the mix ratio is.
    pub category: Option<String>,
    /// dB; empty where its denominator is zero or the visualization failed for good.
    pub block_delta: Option<f64>,
    /// dI; empty where its denominator is zero or the visualization failed for good.
    pub input_delta: Option<f64>,
    /// dB + dI; empty where either is.
    pub scale_metric: Option<f64>,
    /// Whether it meets all criteria of scale invariance.
    pub scale_invariant: bool,
    /// Whether it meets those without the mix ratio.
    pub scale_invariant_no_mix: bool,
    /// Whether it meets paper 2's criterion: dB > 0, and the mix ratio of a mix.
    pub scale_invariant_by_block: bool,
    /// |bn2.weight|; empty where batch norm is folded.
    pub bn2_weight_abs: Option<f64>,
    /// The mean of |conv2.weight| over the channel's weights, folded with batch norm where that is folded.
    pub conv2_weight_mean_abs: Option<f64>,
    /// Spearman correlation of Input and Block over images; empty where not computed or not defined.
    pub tuning_curve_rho: Option<f64>,
    /// As `o_o`, on photographs: the mean over the nine images that the Output answers to most, rectified before. This
    /// and all that follows of photographs is empty where there were no images.
    pub photo_o_o: Option<f64>,
    /// Input on the Output's top nine images.
    pub photo_i_o: Option<f64>,
    /// Block on the Output's top nine images.
    pub photo_b_o: Option<f64>,
    /// Output on the Input's top nine images, rectified.
    pub photo_o_i: Option<f64>,
    /// Input on the Input's top nine images.
    pub photo_i_i: Option<f64>,
    /// Block on the Input's top nine images.
    pub photo_b_i: Option<f64>,
    /// Output on the Block's top nine images, rectified.
    pub photo_o_b: Option<f64>,
    /// Input on the Block's top nine images.
    pub photo_i_b: Option<f64>,
    /// Block on the Block's top nine images.
    pub photo_b_b: Option<f64>,
    /// The mix ratio of these; empty where neither O(I) nor O(B) is positive.
    pub photo_mix_ratio: Option<f64>,
    /// dB on the top nine images: in its numerator each is clipped at zero before the mean is taken, in its
    /// denominator, B(B), none is.
    pub photo_block_delta: Option<f64>,
    /// dI on the top nine images, clipped as in dB; its denominator is I(I).
    pub photo_input_delta: Option<f64>,
    /// Their sum.
    pub photo_scale_metric: Option<f64>,
    /// Whether the measures on photographs meet all criteria of scale invariance.
    pub photo_scale_invariant: Option<bool>,
    /// The Input's share of the sum, over all images whose Output is positive; the Block's is the rest, so it is above
    /// 1 where Block on the whole takes away.
    pub photo_input_share: Option<f64>,
    /// The Block's share.
    pub photo_block_share: Option<f64>,
    /// Percent of the images with a positive Input in which Block is negative.
    pub photo_inhibited_percent: Option<f64>,
    /// Percent of the images with a positive Input in which the Output is not positive.
    pub photo_silenced_percent: Option<f64>,
    /// How often its pictures were made again.
    pub retries: u64,
}

/// One row of `tables/blocks.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockRow {
    /// The block, such as `1.1`.
    pub block: String,
    /// Channels of the block.
    pub channels: usize,
    /// Channels that were studied and whose mix ratio is defined.
    pub studied: usize,
    /// Studied channels whose visualization failed for good.
    pub failed: usize,
    /// How many are overwritten.
    pub overwrite: usize,
    /// How many are mixed.
    pub mix: usize,
    /// How many are skipped.
    pub skip: usize,
    /// How many have the mix ratio 0 because O(I) is not positive.
    pub never_from_input: usize,
    /// How many have the mix ratio 10 because O(B) is not positive.
    pub never_from_block: usize,
    /// Median mix ratio, clamped to 5; empty where no channel has one.
    pub median_mix_ratio: Option<f64>,
    /// Mean of the finite scale metrics; empty where there is none.
    pub mean_scale_metric: Option<f64>,
    /// How many meet all criteria of scale invariance.
    pub scale_invariant: usize,
    /// The same in percent.
    pub percent_scale_invariant: Option<f64>,
    /// How many meet those without the mix ratio.
    pub scale_invariant_no_mix: usize,
    /// The same in percent.
    pub percent_scale_invariant_no_mix: Option<f64>,
    /// How many of these have a B(B) or I(I) that is not positive. Divided by it, a loss counts as a gain, so that
    /// they say nothing of scale.
    pub no_mix_by_denominator: usize,
    /// How many meet paper 2's criterion: dB > 0, and the mix ratio of a mix.
    pub scale_invariant_by_block: usize,
    /// The same in percent.
    pub percent_scale_invariant_by_block: Option<f64>,
    /// Studied channels with a mix ratio on photographs. This and what follows is empty where there were no images.
    pub photo_channels: Option<usize>,
    /// Their median mix ratio, clamped to 5.
    pub photo_median_mix_ratio: Option<f64>,
    /// How many channels meet all criteria of scale invariance on photographs.
    pub photo_scale_invariant: Option<usize>,
    /// The same in percent of those with a mix ratio on photographs.
    pub photo_percent_scale_invariant: Option<f64>,
    /// The Input's share of what channels pass on, a mean over those where it is defined.
    pub photo_mean_input_share: Option<f64>,
    /// Percent of the images with a positive Input in which Block is negative, a mean over channels.
    pub photo_mean_inhibited_percent: Option<f64>,
}

/// One row of `tables/mix_histogram.csv`: a bin of figure 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistogramRow {
    /// The block.
    pub block: String,
    /// Where the bin begins.
    pub from: f64,
    /// Where it ends; the last bin holds this too.
    pub to: f64,
    /// Channels in it.
    pub count: usize,
}

/// One row of `tables/exemplars.csv`: a channel that figure 1, or 6 to 8, shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExemplarRow {
    /// The block.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// The figure: 1, or 6 for the channels with the largest scale metric.
    pub figure: u8,
    /// What it is an example of; in figure 6, which of the criteria of scale invariance it meets: `scale-invariant`,
    /// `scale-invariant but for the mix` or `not scale-invariant`.
    pub example_of: String,
    /// Whether the paper names it.
    pub in_paper: bool,
    /// Its mix ratio.
    pub mix_ratio: Option<f64>,
    /// Whether that is no ratio but stands for an activation that is not positive: 0 for O(I), 10 for O(B). A ratio
    /// may be 10 too.
    pub sentinel: bool,
    /// Its scale metric.
    pub scale_metric: Option<f64>,
}

/// One row of `tables/extremes.csv`: an image at either end of a role of a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtremeRow {
    /// The block.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// `input`, `block` or `output`; the Output is read before its ReLU.
    pub role: String,
    /// `top` or `bottom`.
    pub end: String,
    /// From 1, the image furthest out.
    pub rank: usize,
    /// The image, as in `activations/images.txt`.
    pub image: String,
    /// The center activation.
    pub activation: f64,
}

/// One row of `tables/scale_tuning.csv`: what a channel answers to a picture, or to nine photographs, at a size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleTuningRow {
    /// The block.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// `picture`, or `photographs`: then activations are means over nine, each clipped at zero before.
    pub stimulus: String,
    /// Whose picture or top photographs are seen: `input`, `block` or `output`.
    pub seen: String,
    /// How large it is seen: 1 as it is, 2 is its enlarged central half, 0.5 is shrunk to half and padded by
    /// reflection.
    pub scale: f64,
    /// Input's center activation.
    pub input_activation: f64,
    /// Block's.
    pub block_activation: f64,
    /// Output's, before its ReLU.
    pub output_activation: f64,
}

/// What came of checking a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Our result agrees.
    #[serde(rename = "holds")]
    Holds,
    /// Our result disagrees.
    #[serde(rename = "does not hold")]
    DoesNotHold,
    /// It cannot be decided; the reason says why.
    #[serde(rename = "not checked")]
    NotChecked,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Holds => "holds",
            Verdict::DoesNotHold => "does not hold",
            Verdict::NotChecked => "not checked",
        })
    }
}

/// One row of `tables/claims.csv`: a claim of the papers, and what this run says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// A name for it, which never changes.
    pub id: String,
    /// The claim.
    pub claim: String,
    /// Where it is made.
    pub source: String,
    /// The paper's value; empty where it was not at hand.
    pub paper: String,
    /// Our value; empty where there is none.
    pub ours: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// Why it could not be checked, or what limits the verdict.
    pub reason: String,
}

/// One row of `tables/panels.csv`: the statistics of a panel of figure 3, 4 or 9. What is not defined is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PanelRow {
    /// The figure.
    pub figure: u8,
    /// The block.
    pub block: String,
    /// What is held against the mix ratio: `bn2_weight_abs`, `conv2_weight_mean_abs`, `block_on_input`,
    /// `tuning_curve_rho`, `photo_input_share` or `photo_inhibited_percent`.
    pub measure: String,
    /// Channels that have it.
    pub channels: usize,
    /// Channels for which it is not defined.
    pub left_out: usize,
    /// Spearman's correlation with the mix ratio, clamped to 5.
    pub spearman_rho: Option<f64>,
    /// Its two-sided p-value.
    pub spearman_p: Option<f64>,
    /// Channels with a mix ratio below 1.
    pub overwrite: usize,
    /// Their mean.
    pub overwrite_mean: Option<f64>,
    /// Its standard error.
    pub overwrite_standard_error: Option<f64>,
    /// Channels with a mix ratio of 1 or more.
    pub skip: usize,
    /// Their mean.
    pub skip_mean: Option<f64>,
    /// Its standard error.
    pub skip_standard_error: Option<f64>,
    /// F of a one-way analysis of variance between the two groups.
    pub anova_f: Option<f64>,
    /// Its p-value.
    pub anova_p: Option<f64>,
}
