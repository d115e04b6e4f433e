//! What a run consists of: blocks, their channels, and the picture of each role.

use crate::channels::{self, ChannelRange};
use crate::checkpoints::Checkpoints;
use crate::error::RunError;
use crate::findings::Exemplar;
use crate::options::Options;
use crate::pictures::Variant;
use crate::seeds::Seeds;
use crate::source::Loaded;
use crate::store::Unit;
use featviz::Objective;
use resnet::{Architecture, Block, Role};
use std::collections::BTreeSet;

/// A block and the channels of it that are studied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
    /// The block.
    pub block: Block,
    /// Its channels, in order.
    pub channels: Vec<usize>,
}

/// The blocks, channels and seeds of a run, and how channels were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) studies: Vec<Study>,
    /// What the manifest says that was asked for; nothing where it is all channels.
    pub(crate) channels: Vec<String>,
    pub(crate) seeds: Seeds,
    /// In order, each once.
    pub(crate) variants: Vec<Variant>,
    /// After how many steps some channels are looked at too.
    pub(crate) convergence: Option<Checkpoints>,
    /// Whether whole-channel pictures are made of every channel, and not of exemplars alone.
    pub(crate) whole_channels: bool,
}

impl Plan {
    /// The channels of which whole-channel pictures are made, each once.
    pub(crate) fn shown_whole(&self, exemplars: &[Exemplar]) -> BTreeSet<(Block, usize)> {
        let every = self.studies.iter().filter(|_| self.whole_channels);
        let every = every.flat_map(|study| study.channels.iter().map(|&channel| (study.block, channel)));
        every.chain(exemplars.iter().map(|e| (e.block, e.channel))).collect()
    }
}

/// The blocks to study, each with its channels: those asked for, or else every studied block that the weights allow.
///
/// # Errors
/// If no block can be, one that was asked for cannot be computed, or a channel is beyond a block's last.
pub(crate) fn studies(loaded: &Loaded, blocks: &[Block], ranges: &[ChannelRange]) -> Result<Vec<Study>, RunError> {
    let architecture = loaded.network.architecture();
    let usable = |block: &Block| architecture.blocks().contains(block);
    if let Some(&block) = blocks.iter().find(|b| !usable(b)) {
        let because = match architecture.layout(block) {
            Some(_) => architecture.missing_sentence().unwrap_or_default(),
            None => {
                let names: Vec<String> = architecture.all_blocks().map(|of| of.block.to_string()).collect();
                let (first, last) = (names.first().cloned(), names.last().cloned());
                let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
                format!("expected a block from {first} to {last} of {}", architecture.description())
            }
        };
        return Err(RunError::Block { block, because });
    }
    let wanted = architecture.blocks().iter().filter(|block| match blocks {
        [] => architecture.studied().contains(block),
        _ => blocks.contains(block),
    });
    let study = |&block: &Block| {
        let count = architecture.channels(block);
        let mut channels = channels::select(ranges, count, &format!("block {block}"))?;
        channels.retain(|channel| architecture.studied_channels(block).contains(channel));
        Ok(Study { block, channels })
    };
    let mut studies: Vec<Study> = wanted.map(study).collect::<Result<_, RunError>>()?;
    let blocks_wanted = studies.clone();
    studies.retain(|study| !study.channels.is_empty());
    if let (Some(first), []) = (blocks_wanted.first(), studies.as_slice()) {
        let sentence = without_input(architecture, first.block).unwrap_or_default();
        return Err(RunError::Site { sentence: format!("--channels: none of these can be studied; {sentence}") });
    }
    if studies.is_empty() {
        return Err(RunError::NoBlock {
            path: loaded.source.path.clone(),
            because: architecture.missing_sentence().unwrap_or_default(),
        });
    }
    Ok(studies)
}

/// The same, as the manifest says it.
///
/// # Errors
/// As [`studies`].
pub(crate) fn of(loaded: &Loaded, options: &Options) -> Result<Plan, RunError> {
    let Options { blocks, channels: ranges, seeds, variants, .. } = options;
    let variants: Vec<Variant> = Variant::ALL.into_iter().filter(|variant| variants.contains(variant)).collect();
    let channels = ranges.iter().map(ChannelRange::to_string).collect();
    let (seeds, convergence) = (seeds.clone(), options.convergence.clone());
    let whole_channels = options.whole_channels;
    Ok(Plan { studies: studies(loaded, blocks, ranges)?, channels, seeds, variants, convergence, whole_channels })
}

/// The pictures of the roles of a channel of a block. The Input of a second block is the Output of the first: the same unit.
pub(crate) fn roles(
    architecture: &Architecture,
    (block, channel): (Block, usize),
    objective: Objective,
    seed: u64,
) -> [Unit; 3] {
    Role::ALL.map(|role| Unit { site: architecture.optimised_site(block, role), objective, channel, seed })
}

/// The center-neuron pictures of every channel, from every seed.
pub(crate) fn neuron_units(architecture: &Architecture, studies: &[Study], seeds: &Seeds) -> Vec<Unit> {
    let mut units = Vec::new();
    for &seed in seeds.all() {
        for Study { block, channels } in studies {
            let of = |&c: &usize| roles(architecture, (*block, c), Objective::Neuron, seed);
            units.extend(channels.iter().flat_map(of));
        }
    }
    units
}

/// What is said of a block that has channels without an Input, which are not studied (METHOD.md, section 7).
pub(crate) fn without_input(architecture: &Architecture, block: Block) -> Option<String> {
    let all = architecture.channels(block);
    let studied = architecture.studied_channels(block);
    let others: Vec<usize> = (0..all).filter(|channel| !studied.contains(channel)).collect();
    (!others.is_empty()).then(|| {
        format!(
            "block {block}: {} of {all} channels ({}) have no Input, as the shortcut hands them zeros: they are not studied",
            others.len(),
            channels::ranges(&others).join(", ")
        )
    })
}

/// How many channels of each block are looked at on their way.
const SAMPLE: usize = 16;

/// Sixteen of the channels of each study, evenly spread: the k-th is that at k / 16 of their list. All where there are no
/// more.
pub(crate) fn sample(studies: &[Study]) -> Vec<Study> {
    let of = |study: &Study| {
        let count = study.channels.len();
        let some = (0..SAMPLE.min(count)).map(|k| study.channels[k * count / SAMPLE.min(count)]);
        Study { block: study.block, channels: some.collect() }
    };
    studies.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_channels_are_spread_over_all_and_fewer_are_all() {
        let of = |channels: Vec<usize>| {
            let study = Study { block: "1.1".parse().unwrap(), channels };
            sample(&[study]).swap_remove(0).channels
        };
        assert_eq!(of((0..64).collect()), (0..16).map(|k| 4 * k).collect::<Vec<_>>());
        assert_eq!(of(vec![3, 7, 9]), [3, 7, 9]);
        let some = of((100..117).collect());
        assert_eq!((some.len(), some[0], some[15]), (16, 100, 115));
    }
    use std::path::Path;

    #[test]
    fn all_blocks_are_the_papers_seven_and_others_are_studied_where_they_are_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, None).load().unwrap();
        let names = |blocks: &[&str]| -> Vec<String> {
            let blocks: Vec<Block> = blocks.iter().map(|b| b.parse().unwrap()).collect();
            let studies = studies(&loaded, &blocks, &[]).unwrap();
            studies.iter().map(|s| s.block.to_string()).collect()
        };
        let seven = ["1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];
        assert_eq!(names(&[]), seven);
        assert_eq!(names(&["3.1", "1.0"]), ["1.0", "3.1"]);
    }

    #[test]
    fn channels_are_those_of_each_block_and_one_behind_its_last_names_the_block() {
        let loaded = crate::testing::load(32);
        let blocks: Vec<Block> = ["1.1", "2.0"].map(|b| b.parse().unwrap()).to_vec();
        let ranges: Vec<ChannelRange> = ["14..16", "3"].map(|r| r.parse().unwrap()).to_vec();
        let found = studies(&loaded, &blocks, &ranges).unwrap();
        assert!(found.iter().all(|s| s.channels == [3, 14, 15]));
        let all = studies(&loaded, &blocks, &[]).unwrap();
        let counts: Vec<usize> = all.iter().map(|s| s.channels.len()).collect();
        assert_eq!(counts, [16, 32]);
        let said = studies(&loaded, &blocks, &["16".parse().unwrap()]).unwrap_err().to_string();
        assert_eq!(said, "--channels 16: expected channels from 0 to 15 at block 1.1");
    }

    #[test]
    fn a_block_that_weights_do_not_allow_is_refused_by_name_and_without_any_there_is_no_run() {
        let mut loaded = crate::testing::load(32);
        let without = |loaded: &Loaded, tensor: &str| {
            let others = loaded.tensors.iter().filter(|t| t.name() != tensor).cloned();
            let tensors = weights::TensorSet::new("w", others).unwrap();
            resnet::Network::new(&tensors).unwrap()
        };
        let names = |loaded: &Loaded| -> Vec<String> {
            let studies = studies(loaded, &[], &[]).unwrap();
            studies.iter().map(|s| s.block.to_string()).collect()
        };
        loaded.network = without(&loaded, "layer2.1.bn2.bias");
        assert_eq!(names(&loaded), ["1.1", "2.0"]);
        let blocks: Vec<Block> = ["2.0", "3.0"].map(|b| b.parse().unwrap()).to_vec();
        let said = studies(&loaded, &blocks, &[]).unwrap_err().to_string();
        let sentence = "2.1, 3.0, 3.1, 4.0, 4.1 and fc cannot be computed: missing layer2.1.bn2.bias";
        assert_eq!(said, format!("--blocks 3.0: {sentence}"));
        // Block 1.0 can be named, and is none of those that are studied otherwise.
        loaded.network = without(&loaded, "layer1.1.bn2.bias");
        let error = studies(&loaded, &[], &[]).unwrap_err();
        assert!(matches!(error, RunError::NoBlock { .. }), "{error}");
        assert!(studies(&loaded, &["1.0".parse().unwrap()], &[]).is_ok());
    }
}
