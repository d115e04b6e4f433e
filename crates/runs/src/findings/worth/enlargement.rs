//! The rows of `tables/enlargement.csv` and `tables/enlargement_groups.csv`: Outputs on their own pictures, enlarged.

use crate::pictures::Channel;
use crate::pictures::enlargement::{ENLARGEMENTS, part};
use analysis::ChannelMeasures;
use analysis::statistics::{mean, standard_error};
use report::{EnlargementGroupRow, EnlargementRow};
use resnet::Block;
use std::collections::BTreeMap;

/// What a channel's Output answers at each enlargement, by channel.
pub(in crate::findings) type Enlarged = BTreeMap<(Block, usize), Vec<f64>>;

/// What of its largest answer each is, both at least zero; nothing where none is above zero.
fn normalised(answers: &[f64]) -> Option<Vec<f64>> {
    let passed: Vec<f64> = answers.iter().map(|a| a.max(0.0)).collect();
    let largest = passed.iter().copied().fold(0.0, f64::max);
    (largest > 0.0 && largest.is_finite()).then(|| passed.iter().map(|a| a / largest).collect())
}

/// A row for each channel and enlargement; pictures are of `size` rows and columns.
pub(in crate::findings) fn enlargement_rows(
    channels: &[Channel],
    enlarged: &Enlarged,
    size: usize,
) -> Vec<EnlargementRow> {
    let of = |channel: &Channel| {
        let answers = enlarged.get(&(channel.block, channel.channel)).cloned().unwrap_or_default();
        let parts = normalised(&answers);
        let row = |(at, (&enlargement, &output)): (usize, (&f64, &f64))| EnlargementRow {
            block: channel.block.to_string(),
            channel: channel.channel,
            enlargement,
            side: part(enlargement, size),
            output_activation: output,
            normalised: parts.as_ref().map(|parts| parts[at]),
        };
        ENLARGEMENTS.iter().zip(&answers).enumerate().map(row).collect::<Vec<_>>()
    };
    channels.iter().flat_map(of).collect()
}

/// The mean of the scale-invariant channels of a block, and of its other ones, at each enlargement.
pub(in crate::findings) fn group_rows(
    channels: &[Channel],
    enlarged: &Enlarged,
    block: Block,
) -> Vec<EnlargementGroupRow> {
    let sound = || channels.iter().filter(|c| c.block == block).filter_map(|c| Some((c, c.measures().ok()?)));
    let mut rows = Vec::new();
    for (group, invariant) in [("scale-invariant", true), ("other", false)] {
        let of_group = sound().filter(|(_, m)| ChannelMeasures::scale_invariant(m) == invariant);
        let parts: Vec<Vec<f64>> =
            of_group.filter_map(|(c, _)| normalised(enlarged.get(&(c.block, c.channel))?)).collect();
        rows.extend(ENLARGEMENTS.into_iter().enumerate().map(|(at, enlargement)| {
            let values: Vec<f64> = parts.iter().map(|parts| parts[at]).collect();
            EnlargementGroupRow {
                block: block.to_string(),
                group: group.to_owned(),
                enlargement,
                channels: values.len(),
                mean: mean(&values).ok(),
                standard_error: standard_error(&values).ok(),
            }
        }));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_divided_by_its_largest_and_one_that_never_answers_has_none() {
        assert_eq!(normalised(&[1.0, 4.0, -2.0]), Some(vec![0.25, 1.0, 0.0]));
        assert_eq!(normalised(&[-1.0, 0.0]), None);
    }
}
