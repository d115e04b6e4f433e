//! The measures of channels that figures hold against mix ratios.

use crate::column::{Column, Row};
use crate::schema::ChannelRow;

/// A measure of a channel: a row of panels of a figure, with statistics in `tables/panels.csv`. What it is, and in what
/// unit, is said by its column of `tables/channels.csv`.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its name in `tables/panels.csv`.
    pub name: &'static str,
    /// The figure that shows it.
    pub figure: u8,
    /// Its column of `tables/channels.csv`.
    pub column: &'static str,
    /// The column of its mean over seeds, which is the same where it does not depend on them.
    pub column_over_seeds: &'static str,
    /// What its axis says.
    pub axis: &'static str,
    /// The same where batch norm is folded into the convolution before it.
    pub axis_where_folded: &'static str,
    /// What its panel says where no channel has a value.
    pub missing: &'static str,
    /// What its panel says of all channels.
    pub compared: Compared,
}

/// How a measure is compared with the mix ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// By Spearman's correlation.
    Correlation,
    /// By the means of the channels below 1 and from 1 on, and their analysis of variance.
    Groups,
}

impl Measure {
    /// The value of a channel, where it is defined and finite.
    pub fn of(&self, channel: &ChannelRow) -> Option<f64> {
        channel.number(self.column).filter(|value| value.is_finite())
    }

    /// The mean over the seeds of a channel, where it is defined and finite.
    pub fn over_seeds(&self, channel: &ChannelRow) -> Option<f64> {
        channel.number(self.column_over_seeds).filter(|value| value.is_finite())
    }

    /// Its column: unit and definition.
    pub fn described(&self) -> Option<&'static Column> {
        ChannelRow::COLUMNS.iter().find(|column| column.name == self.column)
    }
}

const FOLDED: &str =
    "Batch norm is folded into the\nconvolution: |bn2.weight| cannot\nbe recovered from these weights.";
const NO_IMAGES: &str = "Not defined: tuning curves are\nmeasured on images, and there were\nnone, or too few.";

/// All of them, a figure after another, the upper row of each first.
pub const MEASURES: [Measure; 6] = [
    Measure {
        name: "bn2_weight_abs",
        figure: 3,
        column: "bn2_weight_abs",
        column_over_seeds: "bn2_weight_abs",
        axis: "|bn2.weight|",
        axis_where_folded: "|bn2.weight|",
        missing: FOLDED,
        compared: Compared::Correlation,
    },
    Measure {
        name: "conv2_weight_mean_abs",
        figure: 3,
        column: "conv2_weight_mean_abs",
        column_over_seeds: "conv2_weight_mean_abs",
        axis: "mean |conv2.weight|",
        axis_where_folded: "mean |conv2.weight|, folded",
        missing: "no weights",
        compared: Compared::Correlation,
    },
    Measure {
        name: "block_on_input",
        figure: 4,
        column: "b_i",
        column_over_seeds: "b_i_mean",
        axis: "B(I)",
        axis_where_folded: "B(I)",
        missing: "no channels",
        compared: Compared::Groups,
    },
    Measure {
        name: "tuning_curve_rho",
        figure: 4,
        column: "tuning_curve_rho",
        column_over_seeds: "tuning_curve_rho",
        axis: "correlation of I and B",
        axis_where_folded: "correlation of I and B",
        missing: NO_IMAGES,
        compared: Compared::Groups,
    },
    Measure {
        name: "photo_input_share",
        figure: 9,
        column: "photo_input_share",
        column_over_seeds: "photo_input_share",
        axis: "share of the Input",
        axis_where_folded: "share of the Input",
        missing: NO_IMAGES,
        compared: Compared::Correlation,
    },
    Measure {
        name: "photo_inhibited_percent",
        figure: 9,
        column: "photo_inhibited_percent",
        column_over_seeds: "photo_inhibited_percent",
        axis: "% of images with B < 0",
        axis_where_folded: "% of images with B < 0",
        missing: NO_IMAGES,
        compared: Compared::Correlation,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_a_column_of_numbers_and_no_two_have_a_name_in_common() {
        for (at, measure) in MEASURES.iter().enumerate() {
            assert!(measure.described().is_some(), "{}", measure.name);
            let over_seeds = ChannelRow::COLUMNS.iter().find(|column| column.name == measure.column_over_seeds);
            assert_eq!(over_seeds.map(|column| column.unit), measure.described().map(|column| column.unit));
            assert!(MEASURES[..at].iter().all(|other| other.name != measure.name), "{}", measure.name);
        }
    }
}
