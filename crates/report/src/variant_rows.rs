//! The rows of the tables of variants: the published study with one thing changed.

use crate::column::{Cell, Column, Row, row};
use serde::{Deserialize, Serialize};

row! {
    /// One row of `tables/variants.csv`: a channel in a variant of the study, from the first seed.
    pub struct VariantRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The channel.
        pub channel: usize => "number",
        /// The variant: what is not as published.
        pub variant: String => "name",
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
    /// One row of `tables/churn.csv`: how many channels of a block a change to the study makes something else, and how many
    /// another seed does.
    pub struct ChurnRow {
        /// The block, such as `layer1.1`; commands and pages call it 1.1.
        #[serde(with = "crate::block_name")]
        pub block: String => "name",
        /// The variant: what is not as published.
        pub variant: String => "name",
        /// Channels that have a mix ratio in it and as published, from the first seed.
        pub channels: usize => "channels",
        /// How many of them are in another category.
        pub category_changed: usize => "channels",
        /// The same in percent; empty where there are none.
        pub percent_category_changed: Option<f64> => "percent",
        /// Percent of channels that another seed puts in another category: the mean over the other seeds, each against the
        /// first. Empty where there is one seed.
        pub seeds_percent_category_changed: Option<f64> => "percent",
        /// How many of them meet all criteria of scale invariance in one of the two alone.
        pub scale_invariance_changed: usize => "channels",
        /// The same in percent; empty where there are none.
        pub percent_scale_invariance_changed: Option<f64> => "percent",
        /// Percent of channels of which another seed does so: the mean over the other seeds. Empty where there is one seed.
        pub seeds_percent_scale_invariance_changed: Option<f64> => "percent",
        /// Percent of the block's channels that meet all criteria in the variant; empty where none has a mix ratio.
        pub percent_scale_invariant: Option<f64> => "percent",
        /// Their median mix ratio, clamped to 5.
        pub median_mix_ratio: Option<f64> => "ratio",
    }
}
