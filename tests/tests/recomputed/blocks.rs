//! `blocks.csv` and `mix_histogram.csv`: counted and averaged from `channels.csv`.

use crate::ledger::{Ledger, exactly, text, within};
use crate::measures::clamped;
use crate::run::Run;
use crate::statistics::{mean, median};
use crate::worth;

/// Compares both tables.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let (mut blocks, mut histogram) = (Vec::new(), Vec::new());
    for ((block, _), of_worth) in run.blocks.iter().zip(worth::of_blocks(run)) {
        let rows = run.channel_rows(*block);
        let table = &run.channels;
        let values = |column: &str| -> Vec<f64> { rows.iter().filter_map(|&row| table.number(row, column)).collect() };
        let is = |row: usize, column: &str, what: &str| table.text(row, column) == what;
        let count = |column: &str, what: &str| rows.iter().filter(|&&row| is(row, column, what)).count();
        let answers = |row: usize, column: &str| table.number(row, column).unwrap() > 0.0;
        let sound: Vec<usize> = rows.iter().copied().filter(|&row| !is(row, "mix_ratio", "")).collect();
        let never = |column: &str| sound.iter().filter(|&&row| !answers(row, column)).count();
        let by_denominator =
            |row: usize| is(row, "scale_invariant_no_mix", "true") && !(answers(row, "b_b") && answers(row, "i_i"));
        let ratios: Vec<f64> = values("mix_ratio").into_iter().map(clamped).collect();
        let photo_ratios: Vec<f64> = values("photo_mix_ratio").into_iter().map(clamped).collect();
        let percent = |count: usize, of: usize| exactly((of > 0).then(|| 100.0 * count as f64 / of as f64));
        let invariant = ["scale_invariant", "scale_invariant_no_mix", "scale_invariant_by_block"]
            .map(|column| count(column, "true"));
        let photo_invariant = count("photo_scale_invariant", "true");
        let with_photographs = |value: usize| match run.photographs {
            Some(_) => text(value),
            None => text(""),
        };
        let mut cells = vec![
            ("block", text(block)),
            ("channels", text(run.width(*block))),
            ("studied", text(sound.len())),
            ("failed", text(rows.len() - sound.len())),
            ("overwrite", text(count("category", "overwrite"))),
            ("mix", text(count("category", "mix"))),
            ("skip", text(count("category", "skip"))),
            ("never_from_input", text(never("o_i"))),
            ("never_from_block", text(never("o_b"))),
            ("median_mix_ratio", within(median(&ratios))),
            ("mean_scale_metric", within(mean(&values("scale_metric")))),
            ("scale_invariant", text(invariant[0])),
            ("percent_scale_invariant", percent(invariant[0], sound.len())),
            ("scale_invariant_no_mix", text(invariant[1])),
            ("percent_scale_invariant_no_mix", percent(invariant[1], sound.len())),
            ("no_mix_by_denominator", text(rows.iter().filter(|&&row| by_denominator(row)).count())),
            ("scale_invariant_by_block", text(invariant[2])),
            ("percent_scale_invariant_by_block", percent(invariant[2], sound.len())),
            ("photo_channels", with_photographs(photo_ratios.len())),
            ("photo_median_mix_ratio", within(median(&photo_ratios))),
            ("photo_scale_invariant", with_photographs(photo_invariant)),
            ("photo_percent_scale_invariant", percent(photo_invariant, photo_ratios.len())),
            ("photo_mean_input_share", within(mean(&values("photo_input_share")))),
            ("photo_mean_inhibited_percent", within(mean(&values("photo_inhibited_percent")))),
        ];
        cells.extend(of_worth);
        blocks.push(cells);
        let bins = worth::of_bins(run, *block);
        for (bin, over_seeds) in bins.into_iter().enumerate() {
            // Quarters: a clamped ratio of 5 is in the last bin, which is closed.
            let of_bin = |ratio: &&f64| (**ratio * 4.0).floor().min(19.0) == bin as f64;
            let mut cells = vec![
                ("block", text(block)),
                ("from", exactly(Some(bin as f64 / 4.0))),
                ("to", exactly(Some((bin + 1) as f64 / 4.0))),
                ("count", text(ratios.iter().filter(of_bin).count())),
            ];
            cells.extend(over_seeds);
            histogram.push(cells);
        }
    }
    ledger.table("blocks.csv", &run.table("blocks.csv"), &blocks);
    ledger.table("mix_histogram.csv", &run.table("mix_histogram.csv"), &histogram);
}
