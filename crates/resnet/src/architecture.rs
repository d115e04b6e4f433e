//! The one description of a network: stem, stages of blocks, shortcuts, batch norm, class scores, and what is missing.

use crate::block::Block;
use crate::layout::{BatchNormState, BlockLayout, Shortcut, Stem};
use crate::part::{Part, Words};
use std::ops::Range;

/// What cannot be computed for want of tensors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The block, or `None` for the class scores.
    pub block: Option<Block>,
    /// What it is called: the block, or the layer of the class scores.
    pub name: String,
    /// Names of its missing tensors; empty where only an earlier block is incomplete.
    pub tensors: Vec<String>,
}

/// Blocks of one width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its number, from 1.
    pub number: usize,
    /// How many blocks it has.
    pub blocks: usize,
    /// Channels of their Inputs, Blocks and Outputs.
    pub width: usize,
    /// Channels of the convolution before the last.
    pub inner: usize,
    /// Groups of that convolution.
    pub groups: usize,
    /// Rows and columns that its first block makes one of.
    pub stride: usize,
}

/// The network that a set of tensors describes. Everything that depends on what a network is made of reads it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Architecture {
    pub(crate) stem: Stem,
    /// Every block, usable or not.
    pub(crate) layouts: Vec<BlockLayout>,
    pub(crate) usable: Vec<Block>,
    pub(crate) words: Words,
    pub(crate) classes: Option<usize>,
    pub(crate) has_classifier: bool,
    pub(crate) batch_norm: BatchNormState,
    pub(crate) missing: Vec<Missing>,
}

impl Architecture {
    /// The stem.
    pub fn stem(&self) -> &Stem {
        &self.stem
    }

    /// What each usable block is made of, in the order of computation.
    pub fn layouts(&self) -> &[BlockLayout] {
        &self.layouts[..self.usable.len()]
    }

    /// What every block is made of, usable or not.
    pub fn all_blocks(&self) -> impl Iterator<Item = &BlockLayout> {
        self.layouts.iter()
    }

    /// What a block is made of; `None` where the network has none of this name.
    pub fn layout(&self, block: Block) -> Option<&BlockLayout> {
        self.layouts.iter().find(|layout| layout.block == block)
    }

    /// The stages, with those blocks that lack tensors.
    pub fn stages(&self) -> Vec<Stage> {
        let of_stage = |number: usize| {
            let mut blocks = self.layouts.iter().filter(|layout| layout.block.stage() == number);
            let first = blocks.next()?;
            let before_last = &first.branch[first.branch.len().saturating_sub(2)];
            Some(Stage {
                number,
                blocks: 1 + blocks.count(),
                width: first.channels(),
                inner: before_last.outputs,
                groups: before_last.groups,
                stride: first.stride(),
            })
        };
        (1..).map_while(of_stage).collect()
    }

    /// Channels of the stages; zero for a stage of which there is no tensor.
    pub fn widths(&self) -> Vec<usize> {
        self.stages().iter().map(|stage| stage.width).collect()
    }

    /// Channels of a block's Input, Block and Output; zero where the network has no such block.
    pub fn channels(&self, block: Block) -> usize {
        self.layout(block).map_or(0, BlockLayout::channels)
    }

    /// The channels of a block that have an Input: all, but where a shortcut adds zero channels.
    ///
    /// The others receive nothing from the stream, and their mix ratio would say nothing: they are not studied (METHOD.md,
    /// section 7).
    pub fn studied_channels(&self, block: Block) -> Range<usize> {
        match self.layout(block) {
            Some(BlockLayout { shortcut: Shortcut::Padded { before, .. }, branch, .. }) => {
                *before..before + branch.first().map_or(0, |first| first.inputs)
            }
            _ => 0..self.channels(block),
        }
    }

    /// How many classes the last layer tells apart; `None` where it is missing.
    pub fn classes(&self) -> Option<usize> {
        self.classes
    }

    /// Whether batch norm is separate or folded.
    pub fn batch_norm(&self) -> BatchNormState {
        self.batch_norm
    }

    /// The usable blocks: all before the first that lacks a tensor.
    pub fn blocks(&self) -> &[Block] {
        &self.usable
    }

    /// The blocks that are studied where none are named: those that are usable but the network's first, whose Input stands
    /// behind the stem's ReLU and pooling (METHOD.md, section 7).
    pub fn studied(&self) -> &[Block] {
        self.usable.get(1..).unwrap_or_default()
    }

    /// The block before another, if there is one.
    pub fn previous(&self, block: Block) -> Option<Block> {
        let at = self.layouts.iter().position(|layout| layout.block == block)?;
        at.checked_sub(1).map(|at| self.layouts[at].block)
    }

    /// What is not usable, in order.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Whether all blocks are usable, and the class scores where there is a tensor of them.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether every block is usable, and so what follows them.
    pub(crate) fn reaches_the_end(&self) -> bool {
        self.usable.len() == self.layouts.len()
    }

    /// What the layer of the class scores is called.
    pub fn classes_part(&self) -> Part {
        self.words.classes
    }

    /// Whose names the tensors have.
    pub fn words(&self) -> Words {
        self.words
    }

    /// Whether its blocks have three convolutions instead of two.
    pub fn is_bottleneck(&self) -> bool {
        self.layouts.iter().any(|layout| layout.branch.len() > 2)
    }

    /// One sentence about what cannot be computed and which tensors are missing, if anything is.
    pub fn missing_sentence(&self) -> Option<String> {
        let names: Vec<String> = self.missing.iter().map(|m| m.name.clone()).collect();
        let tensors: Vec<String> = self.missing.iter().flat_map(|m| m.tensors.clone()).collect();
        let (last, rest) = names.split_last()?;
        let names = if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
        Some(format!("{names} cannot be computed: missing {}", tensors.join(", ")))
    }

    /// What the network is called: `resnet18`, `wide_resnet50_2`, `resnext50_32x4d`, whatever its number of classes. The number is
    /// that of its convolutions and its last layer, projections not counted.
    pub fn name(&self) -> String {
        let stages = self.stages();
        let depth = self.layouts.iter().map(|layout| layout.branch.len()).sum::<usize>() + 2;
        let Some(first) = stages.first().filter(|_| self.is_bottleneck()) else {
            return format!("resnet{depth}");
        };
        // What torchvision's ResNets have: the branch is a quarter as wide as the stream.
        let narrow = (first.width / 4).max(1);
        match (first.groups, first.inner / narrow) {
            (1, 0 | 1) => format!("resnet{depth}"),
            (1, factor) => format!("wide_resnet{depth}_{factor}"),
            (groups, _) => format!("resnext{depth}_{groups}x{}d", first.inner / groups),
        }
    }

    /// What it is, as a phrase: its name, and what the name does not say.
    pub fn description(&self) -> String {
        let kind = if self.is_bottleneck() { "bottlenecks" } else { "basic blocks" };
        let stages = self.stages();
        let list = |of: fn(&Stage) -> usize| stages.iter().map(|s| of(s).to_string()).collect::<Vec<_>>().join(", ");
        let stem = match self.stem.pooling {
            Some(_) => "a 7 x 7 stem of stride 2 and max pooling",
            None => "a 3 x 3 stem without pooling",
        };
        let is_padded = |layout: &BlockLayout| matches!(layout.shortcut, Shortcut::Padded { .. });
        let shortcuts = match self.layouts.iter().any(is_padded) {
            true => ", shortcuts without parameters (option A)",
            false => "",
        };
        let blocks = list(|s| s.blocks);
        format!("{}: {stem}, stages of {blocks} {kind} with {} channels{shortcuts}", self.name(), list(|s| s.width))
    }

    /// Whether it is what the papers study, at whatever widths: two basic blocks in each of four stages behind a stem
    /// that pools, by torchvision's names.
    pub fn is_resnet18(&self) -> bool {
        let blocks: Vec<usize> = self.stages().iter().map(|stage| stage.blocks).collect();
        blocks == [2; 4] && !self.is_bottleneck() && self.stem.pooling.is_some() && self.words == Words::TORCHVISION
    }
}
