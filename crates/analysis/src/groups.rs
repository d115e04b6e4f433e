//! The overwrite and the skip group of a block, compared (paper 1, figure 4).

use crate::mix::is_overwrite_group;
use crate::statistics::{Anova, NotDefined, mean, one_way_anova};

/// A measure of the channels with M < 1 against that of the channels with M >= 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupComparison {
    /// Channels with M < 1 that have the measure.
    pub overwrite: usize,
    /// Channels with M >= 1 that have the measure.
    pub skip: usize,
    /// Channels left out, because the measure is not defined for them.
    pub left_out: usize,
    /// The overwrite group's mean.
    pub overwrite_mean: Result<f64, NotDefined>,
    /// The skip group's mean.
    pub skip_mean: Result<f64, NotDefined>,
    /// One-way analysis of variance between the two.
    pub anova: Result<Anova, NotDefined>,
}

/// There is not one value for each mix ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a value for each of {mix_ratios} mix ratios, found {values}")]
pub struct UnequalLengths {
    /// How many mix ratios were given.
    pub mix_ratios: usize,
    /// How many values were given.
    pub values: usize,
}

impl GroupComparison {
    /// Compares `values[c]` between the channels c of the two groups; `None` is left out and counted.
    ///
    /// # Errors
    /// If `mix_ratios` and `values` differ in length.
    pub fn new(mix_ratios: &[f64], values: &[Option<f64>]) -> Result<GroupComparison, UnequalLengths> {
        if mix_ratios.len() != values.len() {
            return Err(UnequalLengths { mix_ratios: mix_ratios.len(), values: values.len() });
        }
        let defined = mix_ratios.iter().zip(values).filter_map(|(&m, &v)| v.map(|v| (m, v)));
        let (overwrite, skip): (Vec<_>, Vec<_>) = defined.partition(|&(m, _)| is_overwrite_group(m));
        let [overwrite, skip] = [overwrite, skip].map(|group| group.into_iter().map(|(_, v)| v).collect::<Vec<f64>>());
        Ok(GroupComparison {
            overwrite: overwrite.len(),
            skip: skip.len(),
            left_out: values.len() - overwrite.len() - skip.len(),
            overwrite_mean: mean(&overwrite),
            skip_mean: mean(&skip),
            anova: one_way_anova(&[&overwrite, &skip]),
        })
    }
}
