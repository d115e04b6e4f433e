//! Which channels the exemplar grids show (method section 4: figures 1 and 6 to 8).

use crate::attempts::Channel;
use crate::paper;
use crate::plan::Study;
use crate::source::Loaded;
use analysis::{Category, SKIPPED};
use report::ExemplarRow;
use resnet::Block;
use std::fmt;

/// How many channels of a block at most are shown as exemplars where they were named by the user.
const NAMED_EXEMPLARS: usize = 6;
/// How many channels of a block are shown for their scale metric.
const LARGEST_SCALE_METRICS: usize = 3;

/// A channel that figure 1 shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exemplar {
    /// The block.
    pub block: Block,
    /// The channel.
    pub channel: usize,
    /// What it is an example of.
    pub example_of: Example,
    /// Its mix ratio.
    pub mix_ratio: f64,
    /// Its scale metric, where it is defined.
    pub scale_metric: Option<f64>,
}

/// What a channel is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// Its mix ratio: figure 1.
    Mix(Category),
    /// What the paper shows it for: figure 1.
    Named(&'static str),
    /// Its scale metric, among the largest of the block: figures 6 to 8.
    Scale(Criteria),
}

/// Which of paper 1's criteria of scale invariance a channel meets. The first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criteria {
    /// All of them.
    All,
    /// dB > 0 and dI > 0, but its mix ratio is not that of a mix.
    WithoutMix,
    /// Not even these two.
    NotMet,
}

impl Example {
    fn figure(self) -> u8 {
        match self {
            Example::Mix(_) | Example::Named(_) => 1,
            Example::Scale(_) => 6,
        }
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Example::Mix(category) => category.fmt(f),
            Example::Named(called) => write!(f, "{called} in the paper"),
            Example::Scale(Criteria::All) => f.write_str("scale-invariant"),
            Example::Scale(Criteria::WithoutMix) => f.write_str("scale-invariant but for the mix"),
            Example::Scale(Criteria::NotMet) => f.write_str("not scale-invariant"),
        }
    }
}

impl Exemplar {
    /// Its row of the table.
    pub(crate) fn row(&self) -> ExemplarRow {
        ExemplarRow {
            block: self.block.to_string(),
            channel: self.channel,
            figure: self.example_of.figure(),
            example_of: self.example_of.to_string(),
            in_paper: matches!(self.example_of, Example::Named(_)),
            mix_ratio: Some(self.mix_ratio),
            scale_metric: self.scale_metric,
        }
    }
}

impl Channel {
    /// What it is an example of by its mix ratio; nothing where the visualization failed.
    fn exemplar(&self) -> Option<Exemplar> {
        let measures = self.measures().ok()?;
        Some(Exemplar {
            block: self.block,
            channel: self.channel,
            example_of: Example::Mix(Category::of(measures.mix_ratio)),
            mix_ratio: measures.mix_ratio,
            scale_metric: Some(measures.scale.scale_metric()).filter(|m| m.is_finite()),
        })
    }

    /// Its scale metric and the criteria it meets. Where B(B) or I(I) is not positive it has no place in a ranking: the quotient's sign is
    /// turned around, so that a loss counts as a gain.
    fn ranked(&self) -> Option<(Criteria, f64)> {
        let measures = self.measures().ok()?;
        let metric = measures.scale.scale_metric();
        if !self.has_positive_denominators() || !metric.is_finite() {
            return None;
        }
        let criteria = if measures.scale_invariant() {
            Criteria::All
        } else if measures.scale_invariant_no_mix() {
            Criteria::WithoutMix
        } else {
            Criteria::NotMet
        };
        Some((criteria, metric))
    }

    /// Whether B(B) and I(I), which dB and dI are divided by, are both positive.
    pub(crate) fn has_positive_denominators(&self) -> bool {
        let nine = &self.measured.activations;
        nine.b_b > 0.0 && nine.i_i > 0.0
    }
}

/// The channels that the exemplar grids show: those that the paper names, where its network is studied; of all channels, the
/// clearest overwrite, mix and skip of each block; of channels that the user named, the first of them. Then of each block
/// those with the largest scale metric.
pub(crate) fn choose(
    loaded: &Loaded,
    studies: &[Study],
    channels: &[Channel],
    all: bool,
) -> Vec<Exemplar> {
    let (mut found, papers_network) = (Vec::new(), paper::is_papers(loaded));
    for &Study { block, .. } in studies {
        let of_block = || channels.iter().filter(|c| c.block == block);
        let sound: Vec<Exemplar> = of_block().filter_map(Channel::exemplar).collect();
        let mut shown: Vec<Exemplar> = Vec::new();
        if papers_network {
            let name = block.to_string();
            for (_, channel, called) in paper::NAMED.iter().filter(|(b, ..)| *b == name) {
                let named = sound.iter().find(|e| e.channel == *channel);
                shown.extend(named.map(|&e| Exemplar {
                    example_of: Example::Named(called),
                    ..e
                }));
            }
        }
        let ours = if all {
            clearest(&sound)
        } else {
            sound.iter().take(NAMED_EXEMPLARS).copied().collect()
        };
        for exemplar in ours {
            if shown.iter().all(|e| e.channel != exemplar.channel) {
                shown.push(exemplar);
            }
        }
        found.extend(shown);
        found.extend(largest_scale_metrics(of_block()));
    }
    found
}

/// The clearest overwrite, mix and skip. The sentinels 0 and 10 say less than a ratio between them; of equally clear ones
/// the first is taken.
fn clearest(sound: &[Exemplar]) -> Vec<Exemplar> {
    let of = |category: Category, distance: fn(f64) -> f64| {
        let of_category = sound
            .iter()
            .filter(|e| e.example_of == Example::Mix(category));
        of_category.min_by(|a, b| distance(a.mix_ratio).total_cmp(&distance(b.mix_ratio)))
    };
    let overwrite = of(Category::Overwrite, |m| if m > 0.0 { m } else { f64::MAX });
    let mix = of(Category::Mix, |m| (m - 1.0).abs());
    let skip = of(Category::Skip, |m| if m < SKIPPED { -m } else { f64::MAX });
    [overwrite, mix, skip]
        .into_iter()
        .flatten()
        .copied()
        .collect()
}

/// The channels with the largest scale metric: first of those that meet all criteria, as the papers show them, then, where these are fewer
/// than three, of those that meet the two without the mix ratio, then of the rest. Of equal ones the first channel is taken.
fn largest_scale_metrics<'a>(channels: impl Iterator<Item = &'a Channel>) -> Vec<Exemplar> {
    let mut ranked: Vec<(Criteria, f64, Exemplar)> = channels
        .filter_map(|c| {
            let (criteria, metric) = c.ranked()?;
            Some((criteria, metric, c.exemplar()?))
        })
        .collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let largest = ranked.into_iter().take(LARGEST_SCALE_METRICS);
    largest
        .map(|(criteria, _, e)| Exemplar {
            example_of: Example::Scale(criteria),
            ..e
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Measured;
    use analysis::NineActivations;

    /// A channel with dB = `deltas.0`, dI = `deltas.1` and M = `ratio` where B(B) = I(I) = 1; they are `denominators`.
    fn channel(channel: usize, ratio: f64, deltas: (f64, f64), (b_b, i_i): (f64, f64)) -> Channel {
        let activations = NineActivations {
            o_o: 1.0,
            i_o: 1.0,
            b_o: 1.0,
            o_i: ratio,
            i_i,
            b_i: 2.0,
            o_b: 1.0,
            i_b: 2.0,
            b_b,
        };
        Channel {
            block: "3.1".parse().unwrap(),
            channel,
            measured: Measured {
                activations,
                block_on_enlarged_input: 2.0 + deltas.0,
                input_on_shrunk_block: 2.0 + deltas.1,
            },
            retries: 0,
        }
    }

    fn shown(channels: &[Channel]) -> Vec<(usize, Criteria)> {
        let found = largest_scale_metrics(channels.iter());
        let of = |e: &Exemplar| match e.example_of {
            Example::Scale(criteria) => (e.channel, criteria),
            other => panic!("{other:?}"),
        };
        found.iter().map(of).collect()
    }

    #[test]
    fn channels_that_meet_all_criteria_come_before_larger_scale_metrics() {
        let sound = (1.0, 1.0);
        let channels = [
            channel(0, 1.0, (1.75, -0.25), sound),
            channel(1, 3.0, (0.5, 0.5), sound),
            channel(2, 1.0, (0.125, 0.125), sound),
            channel(3, 1.0, (0.25, 0.125), sound),
            channel(4, 3.0, (0.75, 0.5), sound),
        ];
        use Criteria::{All, NotMet, WithoutMix};
        assert_eq!(shown(&channels), [(3, All), (2, All), (4, WithoutMix)]);
        let [a, b, c, ..] = channels;
        assert_eq!(shown(&[a, b, c]), [(2, All), (1, WithoutMix), (0, NotMet)]);
    }

    #[test]
    fn a_denominator_that_is_not_positive_leaves_a_channel_out_of_the_ranking() {
        let channels = [
            // A loss divided by -1 and by -1: two gains for the formula, and the mix ratio of a mix.
            channel(0, 1.0, (-1.0, -1.0), (-1.0, -1.0)),
            channel(1, 1.0, (0.5, 0.5), (1.0, 0.0)),
            channel(2, 1.0, (-0.5, -0.5), (1.0, 1.0)),
        ];
        assert!(channels[0].measures().unwrap().scale_invariant());
        assert_eq!(shown(&channels), [(2, Criteria::NotMet)]);
    }
}
