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
    ///
    /// ```
    /// use analysis::GroupComparison;
    /// let values = [Some(1.0), Some(3.0), Some(5.0), Some(7.0), None];
    /// let compared = GroupComparison::new(&[0.5, 0.9, 1.0, 2.0, 3.0], &values)?;
    /// assert_eq!((compared.overwrite, compared.skip, compared.left_out), (2, 2, 1));
    /// assert_eq!((compared.overwrite_mean, compared.skip_mean), (Ok(2.0), Ok(6.0)));
    /// // Between the groups 16 with 1 degree of freedom, within them 4 with 2.
    /// assert_eq!(compared.anova.map(|anova| anova.f), Ok(8.0));
    /// # Ok::<(), analysis::UnequalLengths>(())
    /// ```
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
