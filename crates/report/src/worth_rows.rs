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
