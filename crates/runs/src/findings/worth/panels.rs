//! The columns of `tables/panels.csv` that say what the others are worth.

use super::resamples::BlockResamples;
use analysis::is_overwrite_group;
use analysis::statistics::{benjamini_hochberg, one_way_anova, spearman};
use report::PanelRow;

/// A panel's row with the intervals of its statistics, of the means over seeds: pairs of a mix ratio, clamped, and the
/// measure.
pub(in crate::findings) fn panel_row(seed: u64, means: &[(f64, f64)], row: PanelRow) -> PanelRow {
    let mut resamples = BlockResamples::new(seed, &row.block);
    let all: Vec<usize> = (0..means.len()).collect();
    let correlation = |at: &[usize]| rho(means, at);
    let comparison = |at: &[usize]| f(means, at);
    let of_rho = resamples.interval(means.len(), correlation);
    let of_f = resamples.interval(means.len(), comparison);
    PanelRow {
        spearman_rho_over_seeds: correlation(&all),
        spearman_rho_low: of_rho.map(|i| i.low),
        spearman_rho_high: of_rho.map(|i| i.high),
        anova_f_over_seeds: comparison(&all),
        anova_f_low: of_f.map(|i| i.low),
        anova_f_high: of_f.map(|i| i.high),
        ..row
    }
}

fn rho(means: &[(f64, f64)], at: &[usize]) -> Option<f64> {
    let (ratios, values): (Vec<f64>, Vec<f64>) = at.iter().map(|&k| means[k]).unzip();
    spearman(&ratios, &values).ok().map(|s| s.rho)
}

fn f(means: &[(f64, f64)], at: &[usize]) -> Option<f64> {
    let drawn = at.iter().map(|&k| means[k]);
    let (overwrite, skip): (Vec<_>, Vec<_>) = drawn.partition(|&(ratio, _)| is_overwrite_group(ratio));
    let [overwrite, skip] = [overwrite, skip].map(|group| group.into_iter().map(|(_, v)| v).collect::<Vec<f64>>());
    one_way_anova(&[&overwrite, &skip]).ok().map(|a| a.f).filter(|f| f.is_finite())
}

/// Adjusts the p-values of each figure for how many it has.
pub(in crate::findings) fn adjust(rows: &mut [PanelRow]) {
    for of_figure in rows.chunk_by_mut(|a, b| a.figure == b.figure) {
        let adjusted = |p: fn(&PanelRow) -> Option<f64>, rows: &[PanelRow]| {
            benjamini_hochberg(&rows.iter().map(|row| p(row).unwrap_or(f64::NAN)).collect::<Vec<f64>>())
        };
        let spearman = adjusted(|row| row.spearman_p, of_figure);
        let anova = adjusted(|row| row.anova_p, of_figure);
        for (row, (spearman, anova)) in of_figure.iter_mut().zip(spearman.into_iter().zip(anova)) {
            row.spearman_q = Some(spearman).filter(|q| !q.is_nan());
            row.anova_q = Some(anova).filter(|q| !q.is_nan());
        }
    }
}
