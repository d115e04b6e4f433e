//! A convolution by Winograd's algorithm, with what was fused behind it; for plans without a backward pass.

use super::convolution::by_channels;
use super::{Backward, Binding, Forward, Fused, Kernel};
use kernels::Region;
use kernels::conv::{WinogradWeights, winograd_channels, winograd_rows};
use kernels::matmul::PANEL;

/// From how many bytes of transformed weights on threads share the channels: then each reads only its own part of them.
const LARGE: usize = 2 << 20;

/// A convolution with what was fused to it.
#[derive(Debug)]
pub(crate) struct BoundWinograd {
    fused: Fused,
    /// Rows and columns of the map.
    map: (usize, usize),
    region: Region,
}

impl BoundWinograd {
    /// `None` if the algorithm does not suit the weights.
    pub(crate) fn new(fused: &Fused, binding: &Binding) -> Option<BoundWinograd> {
        fused.winograd()?;
        Some(BoundWinograd {
            fused: fused.clone(),
            map: (binding.output.height, binding.output.width),
            region: binding.region,
        })
    }

    #[expect(clippy::expect_used, reason = "`new` has looked: weights are transformed once, or never")]
    fn weights(&self) -> &WinogradWeights {
        self.fused.winograd().expect("transformed weights")
    }
}

impl Kernel for BoundWinograd {
    fn shared(&self) -> Option<Region> {
        Some(self.region)
    }

    fn rows_together(&self) -> usize {
        self.weights().tile().size()
    }

    fn scratch_floats(&self) -> usize {
        self.weights().scratch(self.weights().outputs())
    }

    fn forward_apart(&self, step: &mut Forward<'_>) -> bool {
        let wanted = self.region.intersection(&step.output.region());
        let (weights, threads) = (self.weights(), 1 + step.more.len());
        let even = weights.outputs().is_multiple_of(PANEL * threads);
        if threads < 2 || !even || weights.bytes() < LARGE || wanted.is_empty() {
            return false;
        }
        let (input, epilogue, isa) = (step.input(), self.fused.epilogue(step.inputs[1]), step.isa);
        by_channels(step, wanted, |channels, y, scratch| {
            let (what, floats) = ((wanted, channels), &mut scratch.floats);
            winograd_channels(isa, input, weights, &epilogue, what, y, floats);
        });
        true
    }

    fn forward(&self, mut step: Forward<'_>) {
        let map = Region::whole(self.map.0, self.map.1);
        step.output.clear_outside(map);
        let wanted = step.output.region().intersection(&map);
        winograd_rows(
            step.isa,
            step.input(),
            self.weights(),
            &self.fused.epilogue(step.inputs[1]),
            wanted,
            &mut step.output,
            &mut step.scratch.floats,
        );
    }

    /// Is in no plan that has a backward pass.
    fn backward(&self, _: Backward<'_>) {}
}
