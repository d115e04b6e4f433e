//! Which channels the exemplar grids show (method section 4: figures 1 and 6 to 8).

use crate::paper;
use crate::plan::Study;
use crate::reproduce::Channel;
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
    Scale,
}

impl Example {
    fn figure(self) -> u8 {
        match self {
            Example::Mix(_) | Example::Named(_) => 1,
            Example::Scale => 6,
        }
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Example::Mix(category) => category.fmt(f),
            Example::Named(called) => write!(f, "{called} in the paper"),
            Example::Scale => f.write_str("scale"),
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
        let sound: Vec<Exemplar> = channels
            .iter()
            .filter(|c| c.block == block)
            .filter_map(Channel::exemplar)
            .collect();
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
        found.extend(largest_scale_metrics(sound));
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

/// The channels with the largest scale metric, the largest first; of equal ones the first channel.
fn largest_scale_metrics(sound: Vec<Exemplar>) -> impl Iterator<Item = Exemplar> {
    let mut by_scale: Vec<(f64, Exemplar)> = sound
        .into_iter()
        .filter_map(|e| Some((e.scale_metric?, e)))
        .collect();
    by_scale.sort_by(|a, b| b.0.total_cmp(&a.0));
    let largest = by_scale.into_iter().take(LARGEST_SCALE_METRICS);
    largest.map(|(_, e)| Exemplar {
        example_of: Example::Scale,
        ..e
    })
}
