//! `panels.csv`: from `channels.csv`.

use crate::ledger::{Ledger, text, within};
use crate::measures::clamped;
use crate::run::Run;
use crate::statistics::{anova, mean, spearman, standard_error};
use crate::worth;

/// Figure, name and column of every measure.
const MEASURES: [(u8, &str, &str); 6] = [
    (3, "bn2_weight_abs", "bn2_weight_abs"),
    (3, "conv2_weight_mean_abs", "conv2_weight_mean_abs"),
    (4, "block_on_input", "b_i"),
    (4, "tuning_curve_rho", "tuning_curve_rho"),
    (9, "photo_input_share", "photo_input_share"),
    (9, "photo_inhibited_percent", "photo_inhibited_percent"),
];

/// Compares the table.
pub(crate) fn check(run: &Run, ledger: &mut Ledger) {
    let second = run.blocks.iter().any(|(block, _)| block.1 == 1);
    let mut rows = Vec::new();
    for (figure, measure, column) in MEASURES {
        for (block, _) in run.blocks.iter().filter(|(block, _)| block.1 == 1 || !second) {
            let of_block = run.channel_rows(*block);
            let ratio = |&row: &usize| Some((run.channels.number(row, "mix_ratio")?, row));
            let sound: Vec<(f64, usize)> = of_block.iter().filter_map(ratio).collect();
            let pairs: Vec<(f64, f64)> =
                sound.iter().filter_map(|&(ratio, row)| Some((ratio, run.channels.number(row, column)?))).collect();
            let (ratios, values): (Vec<f64>, Vec<f64>) =
                pairs.iter().map(|&(ratio, value)| (clamped(ratio), value)).unzip();
            let group = |overwrite: bool| -> Vec<f64> {
                let of_group = pairs.iter().filter(|(ratio, _)| (*ratio < 1.0) == overwrite);
                of_group.map(|(_, value)| *value).collect()
            };
            let (overwrite, skip) = (group(true), group(false));
            let (rho, rho_p) = spearman(&ratios, &values).unzip();
            let (f, p) = anova(&overwrite, &skip).unzip();
            let mut cells = vec![
                ("figure", text(figure)),
                ("block", text(block)),
                ("measure", text(measure)),
                ("channels", text(pairs.len())),
                ("left_out", text(sound.len() - pairs.len())),
                ("spearman_rho", within(rho)),
                ("spearman_p", within(rho_p)),
                ("overwrite", text(overwrite.len())),
                ("overwrite_mean", within(mean(&overwrite))),
                ("overwrite_standard_error", within(standard_error(&overwrite))),
                ("skip", text(skip.len())),
                ("skip_mean", within(mean(&skip))),
                ("skip_standard_error", within(standard_error(&skip))),
                ("anova_f", within(f)),
                ("anova_p", within(p)),
            ];
            cells.extend(worth::of_panel(run, (figure, *block), column, rows.len()));
            rows.push(cells);
        }
    }
    ledger.table("panels.csv", &run.table("panels.csv"), &rows);
}
