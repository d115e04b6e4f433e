//! The table that figure 2 is drawn from, counted again.

use report::{BlockRow, ChannelRow, HistogramRow, layout, read_table};
use std::path::Path;

/// `tables/mix_histogram.csv` counts the mix ratios of `tables/channels.csv`: bins of a quarter from 0 to 5, what is
/// above clamped to 5, the last bin closed.
pub(crate) fn bins_count_mix_ratios(folder: &Path) {
    let channels: Vec<ChannelRow> = read_table(&folder.join(layout::CHANNELS)).unwrap();
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let bins: Vec<HistogramRow> = read_table(&folder.join(layout::HISTOGRAM)).unwrap();
    assert_eq!(bins.len(), 20 * blocks.len());
    for (block, bins) in blocks.iter().zip(bins.chunks(20)) {
        for (i, bin) in bins.iter().enumerate() {
            assert_eq!(bin.block, block.block);
            let (from, to) = (i as f64 / 4.0, (i + 1) as f64 / 4.0);
            assert_eq!((bin.from, bin.to), (from, to));
            let within = |m: f64| (from <= m && m < to) || (i == 19 && m >= to);
            let of_block = channels.iter().filter(|c| c.block == block.block);
            let count = of_block.filter(|c| c.mix_ratio.is_some_and(within)).count();
            assert_eq!(bin.count, count, "bin {from} of block {}", block.block);
        }
    }
}
