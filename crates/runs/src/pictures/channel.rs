//! A channel of a block, and what follows from its pictures.

use super::measure::Measured;
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
    /// How often its pictures were made again.
    pub retries: u64,
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
