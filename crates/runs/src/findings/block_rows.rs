//! The rows of `tables/blocks.csv` and `tables/mix_histogram.csv`: counts, means and medians over a block's channels.

use crate::pictures::Channel;
use analysis::{BlockSummary, clamped, statistics};
use report::{BlockRow, ChannelRow, HistogramRow};
use resnet::Block;

/// A block's row, of `all` channels of which some were studied.
pub(super) fn block_row(
    (block, all): (Block, usize),
    summary: &BlockSummary,
    of_block: &[(&Channel, &ChannelRow)],
) -> BlockRow {
    let defined =
        |of: fn(&ChannelRow) -> Option<f64>| -> Vec<f64> { of_block.iter().filter_map(|(_, row)| of(row)).collect() };
    let mean = |of| statistics::mean(&defined(of)).ok();
    let percent = |count: usize, of: usize| (of > 0).then(|| 100.0 * count as f64 / of as f64);
    // Every studied channel is measured on photographs, or none is.
    let with_images = of_block.iter().any(|(_, row)| row.photo_o_o.is_some());
    let mut ratios = defined(|row| row.photo_mix_ratio);
    ratios.iter_mut().for_each(|m| *m = clamped(*m));
    let on_photographs = of_block.iter().filter(|(_, row)| row.photo_scale_invariant == Some(true)).count();
    BlockRow {
        block: block.to_string(),
        channels: all,
        studied: summary.channels,
        failed: summary.failed,
        overwrite: summary.overwrite,
        mix: summary.mix,
        skip: summary.skip,
        never_from_input: summary.sentinel_overwritten,
        never_from_block: summary.sentinel_skipped,
        median_mix_ratio: summary.mix_ratio.median.ok(),
        mean_scale_metric: mean(|row| row.scale_metric),
        scale_invariant: summary.scale_invariant,
        percent_scale_invariant: summary.percent_scale_invariant().ok(),
        scale_invariant_no_mix: summary.scale_invariant_no_mix,
        percent_scale_invariant_no_mix: summary.percent_scale_invariant_no_mix().ok(),
        no_mix_by_denominator: of_block
            .iter()
            .filter(|(c, row)| row.scale_invariant_no_mix && !c.has_positive_denominators())
            .count(),
        scale_invariant_by_block: summary.scale_invariant_by_block,
        percent_scale_invariant_by_block: percent(summary.scale_invariant_by_block, summary.channels),
        photo_channels: with_images.then_some(ratios.len()),
        photo_median_mix_ratio: statistics::median(&ratios).ok(),
        photo_scale_invariant: with_images.then_some(on_photographs),
        photo_percent_scale_invariant: percent(on_photographs, ratios.len()),
        photo_mean_input_share: mean(|row| row.photo_input_share),
        photo_mean_inhibited_percent: mean(|row| row.photo_inhibited_percent),
        ..BlockRow::default()
    }
}

/// A block's bins.
pub(super) fn histogram_rows(block: Block, summary: &BlockSummary) -> impl Iterator<Item = HistogramRow> {
    let bins = summary.histogram.edges().windows(2).zip(summary.histogram.counts());
    bins.map(move |(edges, &count)| HistogramRow {
        block: block.to_string(),
        from: edges[0],
        to: edges[1],
        count,
        ..HistogramRow::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::channel_rows::channel_row;
    use analysis::NineActivations;
    use std::path::Path;

    /// A channel whose dB and dI are gains of 1 divided by B(B) and I(I).
    fn channel(channel: usize, b_b: f64, i_i: f64) -> Channel {
        Channel {
            block: "1.1".parse().unwrap(),
            channel,
            measured: crate::Measured {
                activations: NineActivations {
                    o_o: 1.0,
                    i_o: 1.0,
                    b_o: 1.0,
                    o_i: 1.0,
                    i_i,
                    b_i: 0.0,
                    o_b: 1.0,
                    i_b: 0.0,
                    b_b,
                },
                block_on_enlarged_input: 1.0,
                input_on_shrunk_block: 1.0,
            },
            beside: crate::Beside::default(),
            retries: 0,
        }
    }

    #[test]
    fn a_block_counts_gains_by_a_denominator_and_means_leave_infinities_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, None).load().unwrap();
        // Scale metrics 2 and 4, one that is infinite, and one with a loss.
        let channels = [channel(0, 1.0, 1.0), channel(1, 0.5, 0.5), channel(2, 0.0, 1.0), channel(3, 1.0, -1.0)];
        let rows: Vec<ChannelRow> = channels.iter().map(|c| channel_row(&loaded, c, None)).collect();
        let of_block: Vec<(&Channel, &ChannelRow)> = channels.iter().zip(&rows).collect();
        let measures: Vec<_> = channels.iter().map(Channel::measures).collect();
        let block = channels[0].block;
        let row = block_row((block, 16), &BlockSummary::new(&measures), &of_block);
        assert_eq!((row.scale_invariant_no_mix, row.no_mix_by_denominator), (3, 1));
        // (2 + 4 + 0) / 3.
        assert_eq!(row.mean_scale_metric, Some(2.0));
        assert_eq!(row.scale_invariant_by_block, 4);
        assert_eq!(row.percent_scale_invariant_by_block, Some(100.0));
        assert_eq!((row.photo_channels, row.photo_scale_invariant), (None, None));
    }
}
