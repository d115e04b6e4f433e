//! Which channels the exemplar grids show (METHOD.md, section 4: figures 1 and 6 to 8).

use super::paper;
use crate::pictures::Channel;
use crate::plan::Study;
use analysis::Category;
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
    /// Whether that is no ratio but a sentinel: 10 where O(B) is not positive, else 0 where O(I) is not. A ratio may
    /// be as large.
    pub sentinel: bool,
    /// Its scale metric, where it is defined.
    pub scale_metric: Option<f64>,
}

/// What a channel is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// Its mix ratio: figure 1.
    Mix(Category),
    /// What the paper shows it for, and what it is here: figure 1.
    Named(&'static str, Here),
    /// Its scale metric, among the largest of the block: figures 6 to 8.
    Scale(Criteria),
}

/// What a channel is here that the paper calls something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// Where the paper speaks of its mix ratio.
    Mix(Category),
    /// Where the paper calls it scale-invariant: whether it is.
    ScaleInvariant(bool),
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
            Example::Mix(_) | Example::Named(..) => 1,
            Example::Scale(_) => 6,
        }
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Example::Mix(category) => category.fmt(f),
            Example::Named(called, Here::ScaleInvariant(true)) => {
                write!(f, "{called} in the paper and here")
            }
            Example::Named(called, Here::ScaleInvariant(false)) => {
                write!(f, "{called} in the paper, not here")
            }
            Example::Named(called, Here::Mix(category)) if *called == category.to_string() => {
                write!(f, "{called} in the paper and here")
            }
            Example::Named(called, Here::Mix(category)) => {
                write!(f, "{called} in the paper, {category} here")
            }
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
            in_paper: matches!(self.example_of, Example::Named(..)),
            mix_ratio: Some(self.mix_ratio),
            sentinel: self.sentinel,
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
            sentinel: measures.sentinel,
            scale_metric: Some(measures.scale.scale_metric()).filter(|m| m.is_finite()),
        })
    }

    /// As an example of what the paper calls it.
    fn named(&self, called: &'static str) -> Option<Exemplar> {
        let measures = self.measures().ok()?;
        let here = match called {
            paper::CALLED_SCALE_INVARIANT => Here::ScaleInvariant(measures.scale_invariant()),
            _ => Here::Mix(Category::of(measures.mix_ratio)),
        };
        Some(Exemplar { example_of: Example::Named(called, here), ..self.exemplar()? })
    }

    /// Its scale metric and the criteria it meets. Where B(B) or I(I) is not positive it has no place in a ranking: the
    /// quotient's sign is turned around, so that a loss counts as a gain.
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
}

/// The channels that the exemplar grids show: those that the paper names, where its network is studied; of blocks of which
/// `whole` says that all channels are studied, the clearest overwrite, mix and skip; of others, the first of the channels
/// that the user named. Then of each block those with the largest scale metric.
pub(crate) fn choose(
    papers_network: bool,
    studies: &[Study],
    channels: &[Channel],
    whole: impl Fn(&Study) -> bool,
) -> Vec<Exemplar> {
    let mut found = Vec::new();
    for study in studies {
        let block = study.block;
        let of_block = || channels.iter().filter(|c| c.block == block);
        let sound: Vec<Exemplar> = of_block().filter_map(Channel::exemplar).collect();
        let mut shown: Vec<Exemplar> = Vec::new();
        if papers_network {
            let name = block.to_string();
            for (_, channel, called) in paper::NAMED.iter().filter(|(b, ..)| *b == name) {
                let mut of_block = of_block();
                let named = of_block.find(|c| c.channel == *channel);
                shown.extend(named.and_then(|c| c.named(called)));
            }
        }
        let ours = if whole(study) { clearest(&sound) } else { sound.iter().take(NAMED_EXEMPLARS).copied().collect() };
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

/// The clearest overwrite, mix and skip: the smallest ratio, the one nearest 1, the largest. The sentinels 0 and 10 say
/// less than any ratio, a larger one too; of equally clear ones the first is taken.
fn clearest(sound: &[Exemplar]) -> Vec<Exemplar> {
    let of = |category: Category, distance: fn(f64) -> f64| {
        let of_category = sound.iter().filter(|e| e.example_of == Example::Mix(category));
        of_category.min_by(|a, b| {
            let nearer = || distance(a.mix_ratio).total_cmp(&distance(b.mix_ratio));
            a.sentinel.cmp(&b.sentinel).then_with(nearer)
        })
    };
    let overwrite = of(Category::Overwrite, |m| m);
    let mix = of(Category::Mix, |m| (m - 1.0).abs());
    let skip = of(Category::Skip, |m| -m);
    [overwrite, mix, skip].into_iter().flatten().copied().collect()
}

/// The channels with the largest scale metric: first of those that meet all criteria, as the papers show them, then,
/// where these are fewer than three, of those that meet the two without the mix ratio, then of the rest. Of equal ones
/// the first channel is taken.
fn largest_scale_metrics<'a>(channels: impl Iterator<Item = &'a Channel>) -> Vec<Exemplar> {
    let mut ranked: Vec<(Criteria, f64, Exemplar)> = channels
        .filter_map(|c| {
            let (criteria, metric) = c.ranked()?;
            Some((criteria, metric, c.exemplar()?))
        })
        .collect();
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let largest = ranked.into_iter().take(LARGEST_SCALE_METRICS);
    largest.map(|(criteria, _, e)| Exemplar { example_of: Example::Scale(criteria), ..e }).collect()
}

#[cfg(test)]
mod tests;
