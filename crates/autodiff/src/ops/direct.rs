//! A convolution by the sum of its definition, with what was fused behind it.
//!
//! Backward, with `g` the output's gradient: where the fused ReLU gave zero, g is zero; the residual receives g; the
//! batch norm multiplies g by its scale; the input receives the transposed convolution of g.

use super::apart::by_channels;
use super::fused::Fused;
use super::{Backward, Binding, Differentiable, Forward, Kernel};
use crate::shape::Shape;
use kernels::conv::ConvTask;
use kernels::matmul::PANEL;
use kernels::{Region, elementwise};

#[derive(Debug)]
pub(crate) struct BoundConvolution {
    fused: Fused,
    output: Shape,
    region: Region,
    gradient: Region,
}

impl BoundConvolution {
    pub(crate) fn new(fused: &Fused, binding: &Binding) -> BoundConvolution {
        let _ = fused.parts.forward();
        if !binding.gradient.is_empty() {
            let _ = fused.parts.gradient();
        }
        let Binding { output, region, gradient, .. } = *binding;
        BoundConvolution { fused: fused.clone(), output, region, gradient }
    }
}

impl Kernel for BoundConvolution {
    fn shared(&self) -> Option<Region> {
        Some(self.region)
    }

    fn scratch_floats(&self) -> usize {
        if self.gradient.is_empty() {
            return 0;
        }
        self.fused.parts.gradient().scratch()
    }

    /// By channels of a single group, where rows cannot be shared evenly: then each thread also reads only its own part of the weights.
    fn forward_apart(&self, step: &mut Forward<'_>) -> bool {
        let threads = 1 + step.more.len();
        let wanted = self.region.intersection(&step.output.region());
        let weights = self.fused.parts.forward();
        let largest_share = wanted.height.div_ceil(threads) * threads;
        let uneven = 20 * largest_share > 21 * wanted.height;
        let grouped = weights.channels().groups > 1;
        if grouped || !uneven || !weights.outputs().is_multiple_of(PANEL * threads) || wanted.is_empty() {
            return false;
        }
        let task = ConvTask { x: step.input(), wanted, epilogue: self.fused.epilogue(step.inputs[1]) };
        let isa = step.isa;
        by_channels(step, wanted, |y, _| weights.convolve_channels(isa, &task, y));
        true
    }

    fn forward(&self, mut step: Forward<'_>) {
        let wanted = step.output.clear_outside(self.output.region());
        let task = ConvTask { x: step.input(), wanted, epilogue: self.fused.epilogue(step.inputs[1]) };
        self.fused.parts.forward().convolve(step.isa, &task, &mut step.output);
    }
}

impl Differentiable for BoundConvolution {
    fn backward(&self, mut step: Backward<'_>) {
        let wanted = self.gradient;
        if self.fused.relu {
            elementwise::mask_by_relu(step.isa, wanted, step.output, &mut step.gradient);
        }
        let [input, residual] = &mut step.input_gradients;
        if let (true, Some(residual)) = (self.fused.residual, residual) {
            elementwise::accumulate(step.isa, wanted, step.gradient.as_window(), residual);
        }
        let Some(input) = input else { return };
        if let Some(scale) = self.fused.affine.as_ref().and_then(|a| a.scale.as_ref()) {
            elementwise::scale_channels(step.isa, wanted, scale, &mut step.gradient);
        }
        let gradient = step.gradient.as_window().part(wanted);
        self.fused.parts.gradient().add_input_gradient(step.isa, gradient, input, step.scratch);
    }
}
