//! A convolution by Winograd's algorithm, with what was fused behind it; for plans without a backward pass.

use super::apart::by_channels;
use super::{Binding, Forward, Fused, Kernel};
use kernels::Region;
use kernels::conv::{ConvTask, WinogradWeights};
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
        let task = ConvTask { x: step.input(), wanted, epilogue: self.fused.epilogue(step.inputs[1]) };
        let isa = step.isa;
        by_channels(step, wanted, |y, scratch| weights.convolve_channels(isa, &task, y, scratch));
        true
    }

    fn forward(&self, mut step: Forward<'_>) {
        let map = Region::whole(self.map.0, self.map.1);
        let wanted = step.output.clear_outside(map);
        let task = ConvTask { x: step.input(), wanted, epilogue: self.fused.epilogue(step.inputs[1]) };
        self.weights().convolve(step.isa, &task, &mut step.output, step.scratch);
    }
}
