//! The fully connected layer: `[1, 1, in] -> [1, 1, out]`. Backward: the transposed product.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::linear::LinearWeights;
use kernels::{Region, elementwise};
use std::any::Any;
use std::sync::Arc;

/// `y = W x + b`.
#[derive(Clone, Debug)]
pub struct Linear {
    weights: Arc<LinearWeights>,
    inputs: usize,
    outputs: usize,
}

impl Linear {
    /// With weights `[out, in]` and a bias `[out]`.
    ///
    /// # Errors
    /// If the weights are not as many as `in` for each bias.
    pub fn new(weights: &[f32], bias: &[f32], inputs: usize) -> Result<Linear, GraphError> {
        if weights.len() != inputs * bias.len() {
            return Err(GraphError {
                operation: "fully connected layer".to_owned(),
                expected: format!("{inputs} x {} weights", bias.len()),
                found: weights.len().to_string(),
            });
        }
        let outputs = bias.len();
        Ok(Linear { weights: Arc::new(LinearWeights::new(weights, bias, inputs)), inputs, outputs })
    }
}

impl Operation for Linear {
    fn name(&self) -> &'static str {
        "fully connected layer"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        let input = one_input("fully connected layer", inputs)?;
        if input != Shape::new(1, 1, self.inputs) {
            return shape_error("fully connected layer", Shape::new(1, 1, self.inputs).to_string(), inputs);
        }
        Ok(Shape::new(1, 1, self.outputs))
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        region
    }

    fn bind(&self, _: &Binding) -> Bound {
        self.clone().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Kernel for Linear {
    fn scratch_floats(&self) -> usize {
        self.inputs
    }

    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(Region::position(0, 0));
        self.weights.forward(step.isa, input.pixel(0, 0), step.output.pixel_mut(0, 0));
    }
}

impl Differentiable for Linear {
    fn backward(&self, mut step: Backward<'_>) {
        let Some(input) = &mut step.input_gradients[0] else {
            return;
        };
        let product = &mut step.scratch[..self.inputs];
        self.weights.input_gradient(step.isa, step.gradient.as_window().pixel(0, 0), product);
        let position = Region::position(0, 0);
        elementwise::accumulate(step.isa, position, kernels::Window::new(product, position, self.inputs), input);
    }
}
