//! The columns of `tables/blocks.csv` and `tables/mix_histogram.csv` that say what the others are worth.

use super::pairing::Nulls;
use super::repeated::Repeated;
use super::resamples::BlockResamples;
use crate::pictures::Channel;
use analysis::statistics::{Interval, benjamini_hochberg, mean, median};
use analysis::{CriteriaShares, OverSeeds, PairingNull, clamped, mix_histogram};
use report::{BlockRow, ChannelRow, HistogramRow};

/// A block's row with what its percentages and medians are worth; its channels are those at `places`.
pub(in crate::findings) fn block_row(
    repeated: &Repeated<'_>,
    places: &[usize],
    rows: &[ChannelRow],
    row: BlockRow,
) -> BlockRow {
    let over: Vec<OverSeeds> = places.iter().map(|&place| repeated.over_seeds(place)).collect();
    let percents = |of: fn(&CriteriaShares) -> f64| -> Vec<f64> {
        over.iter().filter_map(|o| o.criteria.as_ref().map(|c| 100.0 * of(c))).collect()
    };
    let ratios: Vec<f64> = over.iter().filter_map(|o| o.mix_ratio.ok().map(|m| m.mean)).collect();
    let [all, no_mix, by_block] = [percents(|c| c.all), percents(|c| c.no_mix), percents(|c| c.by_block)];
    let mut resamples = BlockResamples::new(repeated.seed, &row.block);
    let [of_all, of_no_mix, of_by_block] = [&all, &no_mix, &by_block].map(|values| resamples.of_mean(values));
    let of_ratios = resamples.of_median(&ratios);
    let photographs = || places.iter().filter_map(|&place| rows.get(place));
    let photo_ratios: Vec<f64> = photographs().filter_map(|row| row.photo_mix_ratio.map(clamped)).collect();
    let invariant = photographs().filter(|row| row.photo_mix_ratio.is_some());
    let invariant: Vec<f64> =
        invariant.map(|row| if row.photo_scale_invariant == Some(true) { 100.0 } else { 0.0 }).collect();
    let [photo_median, photo_percent] = [resamples.of_median(&photo_ratios), resamples.of_mean(&invariant)];
    let sound: Vec<usize> = places.iter().copied().filter(|&place| repeated.at(place).any(Channel::is_sound)).collect();
    let nulls = Nulls::of(repeated, &sound, &row.block);
    let chance = |null: &Option<PairingNull>| null.as_ref().and_then(|null| null.mean().ok());
    let upper = |null: &Option<PairingNull>| null.as_ref().and_then(PairingNull::upper);
    let p = |null: &Option<PairingNull>| null.as_ref().map(PairingNull::p);
    let low = |interval: Option<Interval>| interval.map(|i| i.low);
    let high = |interval: Option<Interval>| interval.map(|i| i.high);
    BlockRow {
        seeds: repeated.seeds(),
        percent_scale_invariant_over_seeds: mean(&all).ok(),
        percent_scale_invariant_low: low(of_all),
        percent_scale_invariant_high: high(of_all),
        percent_scale_invariant_no_mix_over_seeds: mean(&no_mix).ok(),
        percent_scale_invariant_no_mix_low: low(of_no_mix),
        percent_scale_invariant_no_mix_high: high(of_no_mix),
        percent_scale_invariant_by_block_over_seeds: mean(&by_block).ok(),
        percent_scale_invariant_by_block_low: low(of_by_block),
        percent_scale_invariant_by_block_high: high(of_by_block),
        median_mix_ratio_over_seeds: median(&ratios).ok(),
        median_mix_ratio_low: low(of_ratios),
        median_mix_ratio_high: high(of_ratios),
        photo_median_mix_ratio_low: low(photo_median),
        photo_median_mix_ratio_high: high(photo_median),
        photo_percent_scale_invariant_low: low(photo_percent),
        photo_percent_scale_invariant_high: high(photo_percent),
        pairing_percent: chance(&nulls.all),
        pairing_upper: upper(&nulls.all),
        pairing_p: p(&nulls.all),
        pairing_no_mix_percent: chance(&nulls.no_mix),
        pairing_no_mix_upper: upper(&nulls.no_mix),
        pairing_no_mix_p: p(&nulls.no_mix),
        ..row
    }
}

/// Adjusts the p-values of all blocks for how many there are.
pub(in crate::findings) fn adjust(rows: &mut [BlockRow]) {
    let adjusted = |p: fn(&BlockRow) -> Option<f64>, rows: &[BlockRow]| {
        benjamini_hochberg(&rows.iter().map(|row| p(row).unwrap_or(f64::NAN)).collect::<Vec<f64>>())
    };
    let [all, no_mix] = [adjusted(|row| row.pairing_p, rows), adjusted(|row| row.pairing_no_mix_p, rows)];
    for (row, (all, no_mix)) in rows.iter_mut().zip(all.into_iter().zip(no_mix)) {
        row.pairing_q = Some(all).filter(|q| !q.is_nan());
        row.pairing_no_mix_q = Some(no_mix).filter(|q| !q.is_nan());
    }
}

/// A block's bins with the counts of all seeds.
pub(in crate::findings) fn histogram_rows(
    repeated: &Repeated<'_>,
    places: &[usize],
    bins: impl Iterator<Item = HistogramRow>,
) -> Vec<HistogramRow> {
    let of_seed = |channels: &[Channel]| {
        let sound = places.iter().filter_map(|&place| channels.get(place)?.measures().ok());
        mix_histogram(&sound.map(|m| m.mix_ratio).collect::<Vec<f64>>())
    };
    let histograms: Vec<_> = repeated.each().map(of_seed).collect();
    let spread = |(bin, row): (usize, HistogramRow)| {
        let counts = || histograms.iter().map(|h| h.counts()[bin]);
        HistogramRow {
            count_over_seeds: counts().sum::<usize>() as f64 / histograms.len() as f64,
            count_smallest: counts().min().unwrap_or(0),
            count_largest: counts().max().unwrap_or(0),
            ..row
        }
    };
    bins.enumerate().map(spread).collect()
}
