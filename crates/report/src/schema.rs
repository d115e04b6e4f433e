//! The rows of the tables of an output folder. This crate owns them: whoever writes tables fills these types.
//!
//! The measures are those of METHOD.md, section 3. An empty cell of a table means "not defined" or "not computed"; the
//! field says which, and why. What stands here is what the data dictionary of a run says of its columns.

use crate::column::{Cell, Column, Row, row};
use serde::{Deserialize, Serialize};
use std::fmt;

row! {
    /// One row of `tables/channels.csv`: a channel of a block.
    pub struct ChannelRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// Output's center activation on the Output picture, and so on: the role read, then the picture.
        pub o_o: f64 => "activation",
        /// Input on the Output picture.
        pub i_o: f64 => "activation",
        /// Block on the Output picture.
        pub b_o: f64 => "activation",
        /// Output on the Input picture.
        pub o_i: f64 => "activation",
        /// Input on the Input picture.
        pub i_i: f64 => "activation",
        /// Block on the Input picture.
        pub b_i: f64 => "activation",
        /// Output on the Block picture.
        pub o_b: f64 => "activation",
        /// Input on the Block picture.
        pub i_b: f64 => "activation",
        /// Block on the Block picture.
        pub b_b: f64 => "activation",
        /// O(I) / O(B), 10 or 0; empty where the visualization failed for good.
        pub mix_ratio: Option<f64> => "ratio",
        /// `overwrite`, `mix` or `skip`; empty where the mix ratio is.
        pub category: Option<String> => "name",
        /// dB; empty where its denominator is zero or the visualization failed for good.
        pub block_delta: Option<f64> => "ratio",
        /// dI; empty where its denominator is zero or the visualization failed for good.
        pub input_delta: Option<f64> => "ratio",
        /// dB + dI; empty where either is.
        pub scale_metric: Option<f64> => "ratio",
        /// Whether it meets all criteria of scale invariance.
        pub scale_invariant: bool => "true or false",
        /// Whether it meets those without the mix ratio.
        pub scale_invariant_no_mix: bool => "true or false",
        /// Whether it meets paper 2's criterion: dB > 0, and the mix ratio of a mix.
        pub scale_invariant_by_block: bool => "true or false",
        /// |w| of the last batch norm of the block's branch, which is bn2 of a basic block and bn3 of a bottleneck; empty where
        /// batch norm is folded.
        pub bn2_weight_abs: Option<f64> => "weight",
        /// The mean of |w| over the channel's weights of the last convolution of the block's branch (conv2, or conv3 of a bottleneck), folded with batch norm where that is folded.
        pub conv2_weight_mean_abs: Option<f64> => "weight",
        /// Spearman correlation of Input and Block over images; empty where not computed or not defined.
        pub tuning_curve_rho: Option<f64> => "correlation",
        /// As `o_o`, on photographs: the mean over the nine images that the Output answers to most, rectified before.
        /// This and all that follows of photographs is empty where there were no images.
        pub photo_o_o: Option<f64> => "activation",
        /// Input on the Output's top nine images.
        pub photo_i_o: Option<f64> => "activation",
        /// Block on the Output's top nine images.
        pub photo_b_o: Option<f64> => "activation",
        /// Output on the Input's top nine images, rectified.
        pub photo_o_i: Option<f64> => "activation",
        /// Input on the Input's top nine images.
        pub photo_i_i: Option<f64> => "activation",
        /// Block on the Input's top nine images.
        pub photo_b_i: Option<f64> => "activation",
        /// Output on the Block's top nine images, rectified.
        pub photo_o_b: Option<f64> => "activation",
        /// Input on the Block's top nine images.
        pub photo_i_b: Option<f64> => "activation",
        /// Block on the Block's top nine images.
        pub photo_b_b: Option<f64> => "activation",
        /// The mix ratio of these; empty where neither O(I) nor O(B) is positive.
        pub photo_mix_ratio: Option<f64> => "ratio",
        /// dB on the top nine images: in its numerator each is clipped at zero before the mean is taken, in its
        /// denominator, B(B), none is.
        pub photo_block_delta: Option<f64> => "ratio",
        /// dI on the top nine images, clipped as in dB; its denominator is I(I).
        pub photo_input_delta: Option<f64> => "ratio",
        /// Their sum.
        pub photo_scale_metric: Option<f64> => "ratio",
        /// Whether the measures on photographs meet all criteria of scale invariance.
        pub photo_scale_invariant: Option<bool> => "true or false",
        /// The Input's share of the sum, over all images whose Output is positive; the Block's is the rest, so it is
        /// above 1 where Block on the whole takes away.
        pub photo_input_share: Option<f64> => "share",
        /// The Block's share.
        pub photo_block_share: Option<f64> => "share",
        /// Percent of the images with a positive Input in which Block is negative.
        pub photo_inhibited_percent: Option<f64> => "percent",
        /// Percent of the images with a positive Input in which the Output is not positive.
        pub photo_silenced_percent: Option<f64> => "percent",
        /// How often its pictures were made again.
        pub retries: u64 => "count",
        /// The columns of this row that hold `NaN`, `inf` or `-inf`, since activations went beyond what single precision
        /// holds, with a space between them; `scale_tuning` where rows of the channel in `scale_tuning.csv` do. Empty where
        /// all is finite.
        pub not_finite: Option<String> => "names",
        /// How many seeds gave the channel a mix ratio. All that follows is over these, and all before of the first seed.
        #[serde(default)]
        pub seeds: usize => "count",
        /// The mean of B(I) over seeds.
        pub b_i_mean: Option<f64> => "activation",
        /// The mean of the mix ratios over seeds, each clamped to 5.
        pub mix_ratio_mean: Option<f64> => "ratio",
        /// Their standard deviation, with n - 1; empty where there is one seed, as all deviations are.
        pub mix_ratio_deviation: Option<f64> => "ratio",
        /// The smallest.
        pub mix_ratio_smallest: Option<f64> => "ratio",
        /// The largest.
        pub mix_ratio_largest: Option<f64> => "ratio",
        /// The mean of dB over seeds; it and what follows of dB is empty where one of them is not finite.
        pub block_delta_mean: Option<f64> => "ratio",
        /// Their standard deviation.
        pub block_delta_deviation: Option<f64> => "ratio",
        /// The smallest.
        pub block_delta_smallest: Option<f64> => "ratio",
        /// The largest.
        pub block_delta_largest: Option<f64> => "ratio",
        /// The mean of dI over seeds; empty as those of dB are.
        pub input_delta_mean: Option<f64> => "ratio",
        /// Their standard deviation.
        pub input_delta_deviation: Option<f64> => "ratio",
        /// The smallest.
        pub input_delta_smallest: Option<f64> => "ratio",
        /// The largest.
        pub input_delta_largest: Option<f64> => "ratio",
        /// The mean of the scale metric over seeds; empty as those of dB are.
        pub scale_metric_mean: Option<f64> => "ratio",
        /// Their standard deviation.
        pub scale_metric_deviation: Option<f64> => "ratio",
        /// The smallest.
        pub scale_metric_smallest: Option<f64> => "ratio",
        /// The largest.
        pub scale_metric_largest: Option<f64> => "ratio",
        /// The share of the seeds at which it is overwritten.
        pub overwrite_share: Option<f64> => "share",
        /// The share at which it is mixed.
        pub mix_share: Option<f64> => "share",
        /// The share at which it is skipped.
        pub skip_share: Option<f64> => "share",
        /// The share of the seeds at which it meets all criteria of scale invariance.
        pub scale_invariant_share: Option<f64> => "share",
        /// The share at which it meets those without the mix ratio.
        pub scale_invariant_no_mix_share: Option<f64> => "share",
        /// The share at which it meets paper 2's.
        pub scale_invariant_by_block_share: Option<f64> => "share",
    }
}

row! {
    /// One row of `tables/blocks.csv`.
    pub struct BlockRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// Channels of the block that have an Input: all, but where a shortcut without parameters adds zero channels.
        pub channels: usize => "channels",
        /// Channels that were studied and whose mix ratio is defined.
        pub studied: usize => "channels",
        /// Studied channels whose visualization failed for good.
        pub failed: usize => "channels",
        /// How many are overwritten.
        pub overwrite: usize => "channels",
        /// How many are mixed.
        pub mix: usize => "channels",
        /// How many are skipped.
        pub skip: usize => "channels",
        /// How many have the mix ratio 0 because O(I) is not positive.
        pub never_from_input: usize => "channels",
        /// How many have the mix ratio 10 because O(B) is not positive.
        pub never_from_block: usize => "channels",
        /// Median mix ratio, clamped to 5; empty where no channel has one.
        pub median_mix_ratio: Option<f64> => "ratio",
        /// Mean of the finite scale metrics; empty where there is none.
        pub mean_scale_metric: Option<f64> => "ratio",
        /// How many meet all criteria of scale invariance.
        pub scale_invariant: usize => "channels",
        /// The same in percent.
        pub percent_scale_invariant: Option<f64> => "percent",
        /// How many meet those without the mix ratio.
        pub scale_invariant_no_mix: usize => "channels",
        /// The same in percent.
        pub percent_scale_invariant_no_mix: Option<f64> => "percent",
        /// How many of these have a B(B) or I(I) that is not positive. Divided by it, a loss counts as a gain, so that
        /// they say nothing of scale.
        pub no_mix_by_denominator: usize => "channels",
        /// How many meet paper 2's criterion: dB > 0, and the mix ratio of a mix.
        pub scale_invariant_by_block: usize => "channels",
        /// The same in percent.
        pub percent_scale_invariant_by_block: Option<f64> => "percent",
        /// Studied channels with a mix ratio on photographs. This and what follows is empty where there were no images.
        pub photo_channels: Option<usize> => "channels",
        /// Their median mix ratio, clamped to 5.
        pub photo_median_mix_ratio: Option<f64> => "ratio",
        /// How many channels meet all criteria of scale invariance on photographs.
        pub photo_scale_invariant: Option<usize> => "channels",
        /// The same in percent of those with a mix ratio on photographs.
        pub photo_percent_scale_invariant: Option<f64> => "percent",
        /// The Input's share of what channels pass on, a mean over those where it is defined.
        pub photo_mean_input_share: Option<f64> => "share",
        /// Percent of the images with a positive Input in which Block is negative, a mean over channels.
        pub photo_mean_inhibited_percent: Option<f64> => "percent",
        /// How many seeds there were. All that follows is over these, a channel's seeds averaged first, and all before of the
        /// first seed.
        #[serde(default)]
        pub seeds: usize => "count",
        /// Percent of channels that meet all criteria of scale invariance: the mean of their shares of seeds.
        pub percent_scale_invariant_over_seeds: Option<f64> => "percent",
        /// The lower end of its 95% interval: percentiles of 10,000 resamples of the channels. Empty where there are fewer than two.
        pub percent_scale_invariant_low: Option<f64> => "percent",
        /// The upper end.
        pub percent_scale_invariant_high: Option<f64> => "percent",
        /// The same of those without the mix ratio.
        pub percent_scale_invariant_no_mix_over_seeds: Option<f64> => "percent",
        /// The lower end of its 95% interval: percentiles of 10,000 resamples of the channels. Empty where there are fewer than two.
        pub percent_scale_invariant_no_mix_low: Option<f64> => "percent",
        /// The upper end.
        pub percent_scale_invariant_no_mix_high: Option<f64> => "percent",
        /// The same of paper 2's.
        pub percent_scale_invariant_by_block_over_seeds: Option<f64> => "percent",
        /// The lower end of its 95% interval: percentiles of 10,000 resamples of the channels. Empty where there are fewer than two.
        pub percent_scale_invariant_by_block_low: Option<f64> => "percent",
        /// The upper end.
        pub percent_scale_invariant_by_block_high: Option<f64> => "percent",
        /// Median over channels of the mean mix ratio over seeds, each clamped to 5.
        pub median_mix_ratio_over_seeds: Option<f64> => "ratio",
        /// The lower end of its 95% interval: percentiles of 10,000 resamples of the channels. Empty where there are fewer than two.
        pub median_mix_ratio_low: Option<f64> => "ratio",
        /// The upper end.
        pub median_mix_ratio_high: Option<f64> => "ratio",
        /// The lower end of the same interval of the median mix ratio on photographs.
        pub photo_median_mix_ratio_low: Option<f64> => "ratio",
        /// The upper end.
        pub photo_median_mix_ratio_high: Option<f64> => "ratio",
        /// The lower end of the same interval of the percent that is scale-invariant on photographs.
        pub photo_percent_scale_invariant_low: Option<f64> => "percent",
        /// The upper end.
        pub photo_percent_scale_invariant_high: Option<f64> => "percent",
        /// Percent of channels that would meet all criteria of scale invariance by chance: the mean of 1,000 permutations of which channel's
        /// Block stands beside which Input; the mix ratio stays the Input's channel's. Empty where there are fewer than two channels.
        pub pairing_percent: Option<f64> => "percent",
        /// What at most one in twenty of the permutations exceeds.
        pub pairing_upper: Option<f64> => "percent",
        /// How surprising the percent over seeds is: (1 + permutations that give as much) / 1,001.
        pub pairing_p: Option<f64> => "probability",
        /// The same, adjusted for the number of blocks (Benjamini and Hochberg).
        pub pairing_q: Option<f64> => "probability",
        /// Percent of channels that would meet those without the mix ratio by chance: the mean of 1,000 permutations of which channel's
        /// Block stands beside which Input; the mix ratio stays the Input's channel's. Empty where there are fewer than two channels.
        pub pairing_no_mix_percent: Option<f64> => "percent",
        /// What at most one in twenty of the permutations exceeds.
        pub pairing_no_mix_upper: Option<f64> => "percent",
        /// How surprising the percent over seeds is: (1 + permutations that give as much) / 1,001.
        pub pairing_no_mix_p: Option<f64> => "probability",
        /// The same, adjusted for the number of blocks (Benjamini and Hochberg).
        pub pairing_no_mix_q: Option<f64> => "probability",
    }
}

row! {
    /// One row of `tables/mix_histogram.csv`: a bin of figure 2.
    pub struct HistogramRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// Where the bin begins.
        pub from: f64 => "ratio",
        /// Where it ends; the last bin holds this too.
        pub to: f64 => "ratio",
        /// Channels in it.
        pub count: usize => "channels",
        /// The same, a mean over seeds.
        #[serde(default)]
        pub count_over_seeds: f64 => "channels",
        /// The fewest that a seed has in it.
        #[serde(default)]
        pub count_smallest: usize => "channels",
        /// The most.
        #[serde(default)]
        pub count_largest: usize => "channels",
    }
}

row! {
    /// One row of `tables/seeds.csv`: a channel at a seed, as `tables/channels.csv` has it of the first one.
    pub struct SeedRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// The seed from which its pictures were made.
        pub seed: u64 => "number",
        /// Output on the Output picture, and so on: the role read, then the picture.
        pub o_o: f64 => "activation",
        /// Input on the Output picture.
        pub i_o: f64 => "activation",
        /// Block on the Output picture.
        pub b_o: f64 => "activation",
        /// Output on the Input picture.
        pub o_i: f64 => "activation",
        /// Input on the Input picture.
        pub i_i: f64 => "activation",
        /// Block on the Input picture.
        pub b_i: f64 => "activation",
        /// Output on the Block picture.
        pub o_b: f64 => "activation",
        /// Input on the Block picture.
        pub i_b: f64 => "activation",
        /// Block on the Block picture.
        pub b_b: f64 => "activation",
        /// Block on the enlarged Input picture.
        pub block_on_enlarged_input: f64 => "activation",
        /// Input on the shrunk Block picture.
        pub input_on_shrunk_block: f64 => "activation",
        /// O(I) / O(B), 10 or 0; empty where the visualization failed for good.
        pub mix_ratio: Option<f64> => "ratio",
        /// `overwrite`, `mix` or `skip`; empty where the mix ratio is.
        pub category: Option<String> => "name",
        /// dB; empty where its denominator is zero or the visualization failed for good.
        pub block_delta: Option<f64> => "ratio",
        /// dI; empty where its denominator is zero or the visualization failed for good.
        pub input_delta: Option<f64> => "ratio",
        /// dB + dI; empty where either is.
        pub scale_metric: Option<f64> => "ratio",
        /// Whether it meets all criteria of scale invariance.
        pub scale_invariant: bool => "true or false",
        /// Whether it meets those without the mix ratio.
        pub scale_invariant_no_mix: bool => "true or false",
        /// Whether it meets paper 2's criterion.
        pub scale_invariant_by_block: bool => "true or false",
        /// How often its Input and Block pictures were made again, from the seeds that follow.
        pub retries: u64 => "count",
    }
}

row! {
    /// One row of `tables/exemplars.csv`: a channel that figure 1, or 6 to 8, shows.
    pub struct ExemplarRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// The figure: 1, or 6 for the channels with the largest scale metric.
        pub figure: u8 => "number",
        /// What it is an example of; in figure 6, which of the criteria of scale invariance it meets:
        /// `scale-invariant`, `scale-invariant but for the mix` or `not scale-invariant`.
        pub example_of: String => "words",
        /// Whether the paper names it.
        pub in_paper: bool => "true or false",
        /// Its mix ratio.
        pub mix_ratio: Option<f64> => "ratio",
        /// Whether that is no ratio but stands for an activation that is not positive: 0 for O(I), 10 for O(B). A ratio
        /// may be 10 too.
        pub sentinel: bool => "true or false",
        /// Its scale metric.
        pub scale_metric: Option<f64> => "ratio",
    }
}

row! {
    /// One row of `tables/extremes.csv`: an image at either end of a role of a channel.
    pub struct ExtremeRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// `input`, `block` or `output`; the Output is read before its ReLU.
        pub role: String => "name",
        /// `top` or `bottom`.
        pub end: String => "name",
        /// From 1, the image furthest out.
        pub rank: usize => "number",
        /// The image, as in `activations/images.txt`.
        pub image: String => "name",
        /// The center activation.
        pub activation: f64 => "activation",
    }
}

row! {
    /// One row of `tables/scale_tuning.csv`: what a channel answers to a picture, or to nine photographs, at a size.
    pub struct ScaleTuningRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// `picture`, or `photographs`: then activations are means over nine, each clipped at zero before.
        pub stimulus: String => "name",
        /// Whose picture or top photographs are seen: `input`, `block` or `output`.
        pub seen: String => "name",
        /// How large it is seen: 1 as it is, 2 is its enlarged central half, 0.5 is shrunk to half and padded by
        /// reflection.
        pub scale: f64 => "factor",
        /// Input's center activation.
        pub input_activation: f64 => "activation",
        /// Block's.
        pub block_activation: f64 => "activation",
        /// Output's, before its ReLU.
        pub output_activation: f64 => "activation",
    }
}

/// What came of checking a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Our result agrees.
    #[serde(rename = "holds")]
    Holds,
    /// Our result disagrees.
    #[serde(rename = "does not hold")]
    DoesNotHold,
    /// It cannot be decided; the reason says why.
    #[default]
    #[serde(rename = "not checked")]
    NotChecked,
}

impl Cell for Verdict {
    fn number(&self) -> Option<f64> {
        None
    }
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

row! {
    /// One row of `tables/claims.csv`: a claim of the papers, and what this run says of it.
    pub struct ClaimRow {
        /// A name for it, which never changes.
        pub id: String => "name",
        /// The claim.
        pub claim: String => "words",
        /// Where it is made.
        pub source: String => "words",
        /// The paper's value; empty where it was not available.
        pub paper: String => "words",
        /// Our value; empty where there is none.
        pub ours: String => "words",
        /// Whether it holds.
        pub verdict: Verdict => "words",
        /// Why it could not be checked, or what limits the verdict.
        pub reason: String => "words",
    }
}

row! {
    /// One row of `tables/panels.csv`: the statistics of a panel of figure 3, 4 or 9. What is not defined is empty.
    pub struct PanelRow {
        /// The figure.
        pub figure: u8 => "number",
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// What is held against the mix ratio: `bn2_weight_abs`, `conv2_weight_mean_abs`, `block_on_input`,
        /// `tuning_curve_rho`, `photo_input_share` or `photo_inhibited_percent`.
        pub measure: String => "name",
        /// Channels that have it.
        pub channels: usize => "channels",
        /// Channels for which it is not defined.
        pub left_out: usize => "channels",
        /// Spearman's correlation with the mix ratio, clamped to 5.
        pub spearman_rho: Option<f64> => "correlation",
        /// Its two-sided p-value.
        pub spearman_p: Option<f64> => "probability",
        /// Channels with a mix ratio below 1.
        pub overwrite: usize => "channels",
        /// Their mean.
        pub overwrite_mean: Option<f64> => "the measure's",
        /// Its standard error.
        pub overwrite_standard_error: Option<f64> => "the measure's",
        /// Channels with a mix ratio of 1 or more.
        pub skip: usize => "channels",
        /// Their mean.
        pub skip_mean: Option<f64> => "the measure's",
        /// Its standard error.
        pub skip_standard_error: Option<f64> => "the measure's",
        /// F of a one-way analysis of variance between the two groups.
        pub anova_f: Option<f64> => "ratio",
        /// Its p-value.
        pub anova_p: Option<f64> => "probability",
        /// The p-value of Spearman's correlation, adjusted for all of them in the figure (Benjamini and Hochberg).
        pub spearman_q: Option<f64> => "probability",
        /// That of the analysis of variance, likewise.
        pub anova_q: Option<f64> => "probability",
        /// The share of the variance that lies between the two groups.
        pub eta_squared: Option<f64> => "share",
        /// Spearman's correlation with the mean mix ratio over seeds, of the mean of the measure over seeds where it depends on them.
        pub spearman_rho_over_seeds: Option<f64> => "correlation",
        /// The lower end of its 95% interval: percentiles of 10,000 resamples of the channels.
        pub spearman_rho_low: Option<f64> => "correlation",
        /// The upper end.
        pub spearman_rho_high: Option<f64> => "correlation",
        /// F of the same means.
        pub anova_f_over_seeds: Option<f64> => "ratio",
        /// The lower end of its 95% interval; empty where a group is empty in more than one of twenty resamples.
        pub anova_f_low: Option<f64> => "ratio",
        /// The upper end.
        pub anova_f_high: Option<f64> => "ratio",
    }
}

row! {
    /// One row of `tables/receptive_fields.csv`: what the center neuron of a role sees of the image. Rows and columns
    /// outside of the image are padding.
    pub struct ReceptiveFieldRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// `input`, `block` or `output`.
        pub role: String => "name",
        /// The first row; negative where it begins above the image.
        pub top: i64 => "pixels",
        /// The first column; negative where it begins left of the image.
        pub left: i64 => "pixels",
        /// Rows.
        pub height: usize => "pixels",
        /// Columns.
        pub width: usize => "pixels",
    }
}

row! {
    /// One row of `tables/hidden_weights.csv`: a hidden channel of the block, between its convolutions, whose weights into
    /// a channel are among the strongest.
    pub struct HiddenWeightRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// From 1, the hidden channel with the largest weight; of equal ones the first comes first.
        pub rank: usize => "number",
        /// The hidden channel.
        pub hidden: usize => "number",
        /// Of its weights in the block's last convolution, the one of largest magnitude, folded with batch norm where that is
        /// folded.
        pub weight: f64 => "weight",
        /// The sum of the magnitudes of its weights there.
        pub sum_abs: f64 => "weight",
    }
}

row! {
    /// One row of `tables/activation_histogram.csv`: how many photographs have a center activation in a bin. The bins are
    /// equally wide, from the smallest to the largest; where all are the same there is one.
    pub struct ActivationBinRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// `input`, `block` or `output`; the Output is read before its ReLU.
        pub role: String => "name",
        /// Where the bin begins.
        pub from: f64 => "activation",
        /// Where it ends; the last bin holds this too.
        pub to: f64 => "activation",
        /// Photographs in it.
        pub count: usize => "images",
    }
}

row! {
    /// One row of `tables/alike.csv`: a channel of the run whose Output goes together with a channel's over photographs.
    pub struct AlikeRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// From 1, the channel most alike; of equal ones the first of the table of channels comes first.
        pub rank: usize => "number",
        /// The other channel's block.
        #[serde(with = "crate::block_name")]
        pub other_block: String => "name",
        /// The other channel.
        pub other_channel: usize => "number",
        /// Pearson's correlation of the two Outputs' center activations, before their ReLUs, over all photographs.
        pub correlation: f64 => "correlation",
    }
}

row! {
    /// One row of `tables/photograph_contributions.csv`: what a block adds to a photograph that is in `extremes.csv`, and takes
    /// from it. Each number is a mean over all channels of the block, of center activations.
    pub struct PhotographContributionRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The photograph, as in `activations/images.txt`.
        pub image: String => "name",
        /// What enters: Input, where it is positive.
        pub input_mean: f64 => "activation",
        /// What Block adds: Block, where it is positive.
        pub added_mean: f64 => "activation",
        /// What Block takes away: the smaller of Input and -Block, where both are positive.
        pub taken_mean: f64 => "activation",
        /// What leaves: Output after its ReLU.
        pub output_mean: f64 => "activation",
    }
}
