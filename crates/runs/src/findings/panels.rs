//! The statistics of figures 3, 4 and 9 (METHOD.md, section 3): weights, Block activations, tuning curves and
//! contributions against mix ratios.

use super::worth;
use analysis::statistics::{spearman, standard_error};
use analysis::{GroupComparison, clamped};
use report::registry::MEASURES;
use report::{ChannelRow, PanelRow};
use resnet::Block;

/// The panels of a run from this seed on, of the second block of each stage: of 1.1, 2.1 and 3.1, which the paper shows, and of 4.1, which it does
/// not, as its panel says; of all studied blocks where none is a second one.
pub(crate) fn panels(blocks: &[Block], channels: &[ChannelRow], seed: u64) -> Vec<PanelRow> {
    let second: Vec<&Block> = blocks.iter().filter(|b| b.index() == 1).collect();
    let shown = if second.is_empty() { blocks.iter().collect() } else { second };
    let mut panels = Vec::new();
    for measure in &MEASURES {
        for block in &shown {
            let name = block.to_string();
            let of_block = || channels.iter().filter(|c| c.block == name);
            let pairs: Vec<(f64, Option<f64>)> =
                of_block().filter_map(|c| Some((c.mix_ratio?, measure.of(c)))).collect();
            let means: Vec<(f64, f64)> =
                of_block().filter_map(|c| Some((c.mix_ratio_mean?, measure.over_seeds(c)?))).collect();
            let row = panel((measure.figure, name.clone(), measure.name), &pairs);
            panels.push(worth::panel_row(seed, &means, row));
        }
    }
    worth::adjust_panels(&mut panels);
    panels
}

/// The statistics of one panel, from mix ratios and the measure where it is defined.
fn panel((figure, block, measure): (u8, String, &str), pairs: &[(f64, Option<f64>)]) -> PanelRow {
    let (ratios, values): (Vec<f64>, Vec<Option<f64>>) = pairs.iter().copied().unzip();
    let defined: Vec<(f64, f64)> = pairs.iter().filter_map(|&(m, v)| Some((m, v?))).collect();
    let (clamped_ratios, defined_values): (Vec<f64>, Vec<f64>) = defined.iter().map(|&(m, v)| (clamped(m), v)).unzip();
    let correlation = spearman(&clamped_ratios, &defined_values).ok();
    let groups = GroupComparison::new(&ratios, &values).ok();
    let anova = groups.and_then(|g| g.anova.ok());
    let error = |overwrite: bool| {
        let of_group = defined.iter().filter(|p| analysis::is_overwrite_group(p.0) == overwrite);
        standard_error(&of_group.map(|p| p.1).collect::<Vec<f64>>()).ok()
    };
    PanelRow {
        figure,
        block,
        measure: measure.to_owned(),
        channels: defined.len(),
        left_out: pairs.len() - defined.len(),
        spearman_rho: correlation.map(|c| c.rho),
        spearman_p: correlation.map(|c| c.p),
        overwrite: groups.map_or(0, |g| g.overwrite),
        overwrite_mean: groups.and_then(|g| g.overwrite_mean.ok()),
        overwrite_standard_error: error(true),
        skip: groups.map_or(0, |g| g.skip),
        skip_mean: groups.and_then(|g| g.skip_mean.ok()),
        skip_standard_error: error(false),
        anova_f: anova.map(|a| a.f),
        anova_p: anova.map(|a| a.p),
        eta_squared: anova.map(|a| a.eta_squared),
        ..PanelRow::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(f64, Option<f64>)]) -> PanelRow {
        panel((4, "1.1".to_owned(), "tuning_curve_rho"), pairs)
    }

    #[test]
    fn groups_part_at_one_and_correlations_clamp_at_five() {
        let found = of(&[(0.5, Some(1.0)), (1.0, Some(2.0)), (6.0, Some(4.0)), (10.0, Some(3.0)), (2.0, None)]);
        assert_eq!((found.channels, found.left_out), (4, 1));
        assert_eq!((found.overwrite, found.skip), (1, 3));
        assert_eq!((found.overwrite_mean, found.skip_mean), (Some(1.0), Some(3.0)));
        // Ranks 1, 2, 3.5, 3.5 against 1, 2, 4, 3: r = 4.5 / sqrt(4.5 * 5).
        let rho = found.spearman_rho.unwrap();
        assert!((rho - 4.5 / 22.5_f64.sqrt()).abs() < 1e-15, "{rho}");
        // One value has no standard error, and three values 2, 4, 3 have one of 1 / sqrt(3).
        assert_eq!(found.overwrite_standard_error, None);
        let error = found.skip_standard_error.unwrap();
        assert!((error - 3.0_f64.sqrt().recip()).abs() < 1e-15, "{error}");
    }

    #[test]
    fn what_no_channel_has_is_not_defined() {
        let found = of(&[(0.5, None), (2.0, None)]);
        assert_eq!((found.channels, found.left_out), (0, 2));
        assert_eq!((found.spearman_rho, found.anova_f, found.skip_mean), (None, None, None));
    }
}
