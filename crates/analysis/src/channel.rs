//! All measures of one channel.

use crate::activations::NineActivations;
use crate::mix::{Category, FailedVisualization, mix_ratio};
use crate::scale::{ScaleMeasures, block_delta, input_delta};

/// What the activations of a channel say about it: a row of the table of channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelMeasures {
    /// M, not clamped.
    pub mix_ratio: f64,
    /// The category of M.
    pub category: Category,
    /// Whether M is a sentinel, because one of the two pictures does not excite the Output.
    pub sentinel: bool,
    /// dB and dI.
    pub scale: ScaleMeasures,
}

impl ChannelMeasures {
    /// The measures of a channel from its nine activations, B(enlarge I) and I(shrink B).
    ///
    /// # Errors
    /// If the channel has no mix ratio ([`mix_ratio`]).
    ///
    /// ```
    /// use analysis::{Category, ChannelMeasures, NineActivations};
    /// let nine = NineActivations {
    ///     o_o: 4.0, i_o: 1.0, b_o: 3.0,
    ///     o_i: 3.0, i_i: 2.0, b_i: 1.0,
    ///     o_b: 4.0, i_b: -1.0, b_b: 5.0,
    /// };
    /// let measures = ChannelMeasures::new(&nine, 2.0, 1.0)?;
    /// assert_eq!((measures.mix_ratio, measures.category), (0.75, Category::Mix));
    /// // (2 - 1) / 5 and (1 - 0) / 2.
    /// assert_eq!((measures.scale.block_delta, measures.scale.input_delta), (0.2, 0.5));
    /// assert!(measures.scale_invariant());
    /// # Ok::<(), analysis::FailedVisualization>(())
    /// ```
    pub fn new(
        nine: &NineActivations,
        b_enlarged_i: f64,
        i_shrunk_b: f64,
    ) -> Result<ChannelMeasures, FailedVisualization> {
        let mix_ratio = mix_ratio(nine.o_i, nine.o_b)?;
        Ok(ChannelMeasures {
            mix_ratio,
            category: Category::of(mix_ratio),
            sentinel: nine.o_i <= 0.0 || nine.o_b <= 0.0,
            scale: ScaleMeasures {
                block_delta: block_delta(b_enlarged_i, nine.b_i, nine.b_b),
                input_delta: input_delta(i_shrunk_b, nine.i_b, nine.i_i),
            },
        })
    }

    /// Whether the channel meets all of paper 1's criteria ([`ScaleMeasures::scale_invariant`]).
    #[must_use]
    pub fn scale_invariant(&self) -> bool {
        self.scale.scale_invariant(self.mix_ratio)
    }

    /// Whether the channel meets them but for that of the mix ratio ([`ScaleMeasures::scale_invariant_no_mix`]).
    #[must_use]
    pub fn scale_invariant_no_mix(&self) -> bool {
        self.scale.scale_invariant_no_mix()
    }

    /// Whether the channel meets paper 2's criterion ([`ScaleMeasures::scale_invariant_by_block`]).
    #[must_use]
    pub fn scale_invariant_by_block(&self) -> bool {
        self.scale.scale_invariant_by_block(self.mix_ratio)
    }
}
