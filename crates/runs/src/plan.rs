//! What a run consists of: blocks, their channels, and the picture of each role.

use crate::channels::{self, ChannelRange};
use crate::error::RunError;
use crate::source::Loaded;
use crate::unit::Unit;
use featviz::Objective;
use resnet::{Block, Role};

/// A block and the channels of it that are studied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
    /// The block.
    pub block: Block,
    /// Its channels, in order.
    pub channels: Vec<usize>,
}

/// The blocks to study, each with its channels: those asked for, or else every studied block that the weights allow.
///
/// # Errors
/// If no block can be, one that was asked for cannot be computed, or a channel is beyond a block's last.
pub(crate) fn studies(
    loaded: &Loaded,
    blocks: &[Block],
    ranges: &[ChannelRange],
) -> Result<Vec<Study>, RunError> {
    let architecture = loaded.network.architecture();
    let usable = |block: &Block| architecture.blocks().contains(block);
    if let Some(&block) = blocks.iter().find(|b| !usable(b)) {
        let because = architecture.missing_sentence().unwrap_or_default();
        return Err(RunError::Block { block, because });
    }
    let wanted = Block::ALL.into_iter().filter(|block| match blocks {
        [] => Block::studied().contains(block) && usable(block),
        _ => blocks.contains(block),
    });
    let study = |block| {
        let count = architecture.channels(block);
        Ok(Study {
            block,
            channels: channels::select(ranges, count, &format!("block {block}"))?,
        })
    };
    let studies: Vec<Study> = wanted.map(study).collect::<Result<_, RunError>>()?;
    if studies.is_empty() {
        return Err(RunError::NoBlock {
            path: loaded.source.path.clone(),
            because: architecture.missing_sentence().unwrap_or_default(),
        });
    }
    Ok(studies)
}

/// The picture of a role of a channel. The Input of a second block is the Output of the first: the same unit.
pub(crate) fn unit(
    block: Block,
    role: Role,
    channel: usize,
    objective: Objective,
    seed: u64,
) -> Unit {
    Unit {
        site: block.optimised_site(role),
        objective,
        channel,
        seed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
