//! A channel of a block, and what follows from its pictures.

use super::measure::{Beside, Measured};
use super::variants::Variant;
use analysis::{ChannelMeasures, FailedVisualization};
use resnet::Block;

/// A channel of a block after its pictures were made and measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// The block.
    pub block: Block,
    /// The channel.
    pub channel: usize,
    /// What was measured on its pictures.
    pub measured: Measured,
    /// What the block's other channels answer to the same pictures.
    pub beside: Beside,
    /// How often its pictures were made again.
    pub retries: u64,
}

/// All channels of a run from one of its seeds.
#[derive(Clone, Debug)]
pub(crate) struct AtSeed {
    pub(crate) seed: u64,
    /// In the order of those of the first seed.
    pub(crate) channels: Vec<Channel>,
}

/// All channels of a run in a variant, from its first seed.
#[derive(Clone, Debug)]
pub(crate) struct InVariant {
    pub(crate) variant: Variant,
    /// In the order of those that are as published.
    pub(crate) channels: Vec<Channel>,
}

impl Channel {
    /// What follows from the activations.
    ///
    /// # Errors
    /// If the visualization failed: neither the Input nor the Block picture makes the Output positive.
    pub fn measures(&self) -> Result<ChannelMeasures, FailedVisualization> {
        let m = &self.measured;
        ChannelMeasures::new(&m.activations, m.block_on_enlarged_input, m.input_on_shrunk_block)
    }

    /// Whether the visualization succeeded.
    pub fn is_sound(&self) -> bool {
        self.measures().is_ok()
    }

    /// Whether B(B) and I(I), which dB and dI are divided by, are both positive.
    pub(crate) fn has_positive_denominators(&self) -> bool {
        let nine = &self.measured.activations;
        nine.b_b > 0.0 && nine.i_i > 0.0
    }
}
