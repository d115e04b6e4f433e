//! Normalisation of an image's three channels: `(x - mean) / std`. Backward: the gradient divided by std.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::Region;
use kernels::color::Normalisation;
use std::any::Any;

/// `(x - mean) / std` of each channel.
#[derive(Clone, Copy, Debug)]
pub struct Normalise {
    colors: Normalisation,
}

impl Normalise {
    /// By the mean and the standard deviation of each color.
    pub fn new(mean: [f32; 3], std: [f32; 3]) -> Normalise {
        Normalise { colors: Normalisation { mean, std } }
    }

    /// With the statistics of ImageNet, for images in [0, 1] (METHOD.md, section 1).
    pub fn imagenet() -> Normalise {
        Normalise::new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    }
}

impl Operation for Normalise {
    fn name(&self) -> &'static str {
        "normalisation"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        match one_input("normalisation", inputs)? {
            image if image.channels == 3 => Ok(image),
            _ => shape_error("normalisation", "an image of 3 channels", inputs),
        }
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        region
    }

    fn bind(&self, binding: &Binding) -> Bound {
        BoundNormalise { colors: self.colors, region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundNormalise {
    colors: Normalisation,
    region: Region,
    gradient: Region,
}

impl Kernel for BoundNormalise {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        self.colors.apply(step.isa, self.region, input, &mut step.output);
    }
}

impl Differentiable for BoundNormalise {
    fn backward(&self, mut step: Backward<'_>) {
        if let Some(dx) = &mut step.input_gradients[0] {
            self.colors.gradient(step.isa, self.gradient, step.gradient.as_window(), dx);
        }
    }
}
