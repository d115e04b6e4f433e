//! The rows of the tables that say what the numbers are worth, beside those of seeds and variants: how findings hang on the
//! criteria, the steps and the pictures.

use crate::column::{Cell, Column, Row, row};
use serde::{Deserialize, Serialize};

row! {
    /// One row of `tables/curves.csv`: how many channels of a block would be scale-invariant by another criterion.
    pub struct CurveRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// What is not the papers': `mix tolerance`, 1.5 in the papers, or `scale factor`, 2 in the papers.
        pub curve: String => "name",
        /// The tolerance t, where a mix is 1/t < M < t, or the factor by which Input's picture is enlarged and Block's
        /// shrunk.
        pub at: f64 => "ratio",
        /// Rows and columns of the part that is enlarged to a whole picture, and of the shrunk picture: a picture's size over
        /// the factor, as near as equal margins of whole pixels allow. Empty along the mix tolerance.
        pub side: Option<usize> => "pixels",
        /// Channels that have a mix ratio at some seed.
        pub channels: usize => "channels",
        /// Percent of them that are scale-invariant, each counted by its share of the seeds; empty where there are none.
        pub percent: Option<f64> => "percent",
        /// The same at the first seed alone, of the channels that have a mix ratio there.
        pub percent_of_first: Option<f64> => "percent",
        /// The smallest such percent of any one seed.
        pub smallest: Option<f64> => "percent",
        /// The largest such percent of any one seed.
        pub largest: Option<f64> => "percent",
        /// The percent that chance gives, where the Block of another channel of the block stands beside each Input: the mean over
        /// 1,000 permutations. Empty where there are fewer than two channels.
        pub chance: Option<f64> => "percent",
        /// The 2.5th percentile of the permutations.
        pub chance_low: Option<f64> => "percent",
        /// The 97.5th percentile of the permutations.
        pub chance_high: Option<f64> => "percent",
        /// How surprising the percent is: (1 + permutations that give at least as much) / 1,001.
        pub p: Option<f64> => "probability",
        /// The same for as many tests as the table has, by Benjamini and Hochberg.
        pub q: Option<f64> => "probability",
    }
}

row! {
    /// One row of `tables/objectives.csv`: how far the objectives of a role's pictures have come after some of their steps.
    pub struct ObjectiveRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// Whose pictures: `input`, `block` or `output`.
        pub role: String => "name",
        /// The steps that the pictures are of: the run's, for all its channels at its first seed, or the most of those that
        /// some channels were looked at after.
        pub of_steps: usize => "steps",
        /// After how many of them.
        pub steps: usize => "steps",
        /// The site whose neurons are maximised.
        pub site: String => "name",
        /// Pictures whose objective is above zero at the end.
        pub pictures: usize => "pictures",
        /// Pictures whose objective is not, and of which no share is defined.
        pub left_out: usize => "pictures",
        /// Pictures whose objective is not above zero after this many steps: a start that is dead or late.
        pub dead: usize => "pictures",
        /// The share of the final objective, a median over pictures. Both are means over the last sixteenth of the steps so
        /// far, since each step sees the picture through an augmentation of its own.
        pub median: Option<f64> => "ratio",
        /// The 25th percentile.
        pub lower: Option<f64> => "ratio",
        /// The 75th percentile.
        pub upper: Option<f64> => "ratio",
    }
}

row! {
    /// One row of `tables/steps.csv`: one of the sixteen channels of a block that were looked at after other numbers of steps,
    /// from the first seed.
    pub struct StepRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// After how many steps.
        pub steps: usize => "steps",
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
        /// Whether it meets all criteria of scale invariance.
        pub scale_invariant: bool => "true or false",
        /// How often its Input and Block pictures were made again, from the seeds that follow.
        pub retries: u64 => "count",
    }
}

row! {
    /// One row of `tables/convergence.csv`: what the channels of a block that were looked at are after a number of steps, beside
    /// what they are after the most.
    pub struct ConvergenceRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// After how many steps.
        pub steps: usize => "steps",
        /// The most steps, which they are held against.
        pub of_steps: usize => "steps",
        /// Channels that have a mix ratio after this many.
        pub channels: usize => "channels",
        /// Channels whose visualization failed for good.
        pub failed: usize => "channels",
        /// Channels whose pictures were made again.
        pub retried: usize => "channels",
        /// Channels that the block overwrites.
        pub overwrite: usize => "channels",
        /// Channels that mix.
        pub mix: usize => "channels",
        /// Channels that skip.
        pub skip: usize => "channels",
        /// Their median mix ratio, clamped to 5.
        pub median_mix_ratio: Option<f64> => "ratio",
        /// The 25th percentile.
        pub lower_mix_ratio: Option<f64> => "ratio",
        /// The 75th percentile.
        pub upper_mix_ratio: Option<f64> => "ratio",
        /// Channels that have a mix ratio after the most steps too.
        pub compared: usize => "channels",
        /// The median distance of their mix ratios from those after the most steps, clamped to 5.
        pub median_moved: Option<f64> => "ratio",
        /// Spearman's correlation of their mix ratios with those after the most steps.
        pub spearman_rho: Option<f64> => "correlation",
        /// How many of them are in another category.
        pub category_changed: usize => "channels",
        /// Their median dB.
        pub median_block_delta: Option<f64> => "ratio",
        /// Their median dI.
        pub median_input_delta: Option<f64> => "ratio",
        /// Channels that meet all criteria of scale invariance.
        pub scale_invariant: usize => "channels",
        /// How many meet them in one of the two alone.
        pub scale_invariance_changed: usize => "channels",
    }
}

row! {
    /// One row of `tables/paths.csv`: how alike a unit's picture and photographs are at a layer on the way to it: the cosine of what
    /// the center neurons of all channels of a block's Output pass on.
    pub struct PathRow {
        /// The unit's block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// Its channel.
        pub channel: usize => "number",
        /// Its role: `input`, `block` or `output`.
        pub role: String => "name",
        /// The block at whose Output the two are compared, the unit's own or one before it.
        #[serde(with = "crate::block_name")]
        pub layer: String => "name",
        /// The cosine of the picture and the unit's top nine photographs, a mean over them.
        pub top_similarity: f64 => "cosine",
        /// The same with random photographs, a mean over all sets; empty where there are too few for a set.
        pub random_similarity: Option<f64> => "cosine",
        /// Random sets of nine other photographs, at most 99.
        pub sets: usize => "sets",
        /// How surprising it would be if the top nine were random: (1 + sets that are at least as alike) / (1 + sets). Empty
        /// with fewer than 19 sets.
        pub p: Option<f64> => "probability",
        /// The same for as many tests as there are such units at this layer, by Benjamini and Hochberg.
        pub q: Option<f64> => "probability",
        /// Whether p is above 0.05: the picture takes another way here than the photographs that its unit answers to most.
        pub another_way: Option<bool> => "true or false",
    }
}

row! {
    /// One row of `tables/path_layers.csv`: `paths.csv` over the channels of a role of a block.
    pub struct PathLayerRow {
        /// The units' block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// Their role: `input`, `block` or `output`.
        pub role: String => "name",
        /// The block at whose Output pictures and photographs are compared.
        #[serde(with = "crate::block_name")]
        pub layer: String => "name",
        /// How many units.
        pub units: usize => "units",
        /// The median cosine with their top nine photographs.
        pub median_top: Option<f64> => "cosine",
        /// The 25th percentile.
        pub lower_top: Option<f64> => "cosine",
        /// The 75th percentile.
        pub upper_top: Option<f64> => "cosine",
        /// The median cosine with random photographs.
        pub median_random: Option<f64> => "cosine",
        /// Units with enough photographs to tell.
        pub told: usize => "units",
        /// Those of them whose picture takes another way here.
        pub another_way: usize => "units",
        /// The same in percent.
        pub percent_another_way: Option<f64> => "percent",
    }
}

row! {
    /// One row of `tables/enlargement.csv`: a channel's Output on its own picture, enlarged as paper 2 enlarges its images.
    pub struct EnlargementRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// By how much, s, as paper 2 counts it: the central 2 - s of each side is seen.
        pub enlargement: f64 => "ratio",
        /// Rows and columns of that part.
        pub side: usize => "pixels",
        /// The Output's center activation, before its ReLU.
        pub output_activation: f64 => "activation",
        /// What it passes on, over the largest of the six; empty where it never passes anything on.
        pub normalised: Option<f64> => "ratio",
    }
}

row! {
    /// One row of `tables/enlargement_groups.csv`: the same over the scale-invariant channels of a block, and over its others.
    pub struct EnlargementGroupRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// `scale-invariant`, by paper 1's criteria at the first seed, or `other`.
        pub group: String => "name",
        /// By how much, as paper 2 counts it.
        pub enlargement: f64 => "ratio",
        /// Channels whose Output passes something on.
        pub channels: usize => "channels",
        /// The mean of what they pass on over their largest.
        pub mean: Option<f64> => "ratio",
        /// Its standard error.
        pub standard_error: Option<f64> => "ratio",
    }
}
