//! What to reproduce.

use crate::channels::ChannelRange;
use crate::checkpoints::Checkpoints;
use crate::pictures::Variant;
use crate::seeds::Seeds;
use crate::source::Source;
use featviz::Preset;
use resnet::{Block, Isa};
use std::num::NonZero;
use std::path::PathBuf;

/// What to reproduce.
#[derive(Clone, Debug)]
pub struct Options {
    /// The network.
    pub source: Source,
    /// The folder of images that tuning curves are measured on, if any.
    pub images: Option<PathBuf>,
    /// Blocks to study; none stands for all that the weights allow.
    pub blocks: Vec<Block>,
    /// Channels to study in each block; none stands for all.
    pub channels: Vec<ChannelRange>,
    /// The preset that was named.
    pub preset: Preset,
    /// Steps for each picture.
    pub steps: usize,
    /// The seeds of every draw: each picture is made from each.
    pub seeds: Seeds,
    /// Variants of the study to make beside the published one.
    pub variants: Vec<Variant>,
    /// After how many steps some channels are looked at too, where that is asked for.
    pub convergence: Option<Checkpoints>,
    /// Whether whole-channel pictures are made of every channel, and not of exemplars alone.
    pub whole_channels: bool,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
    /// The folder to write to.
    pub out: PathBuf,
    /// Whether the run of another command that is there may be replaced: its files are deleted once this one's are
    /// written, and those of the same command are neither more nor fewer than it says.
    pub replace: bool,
}
