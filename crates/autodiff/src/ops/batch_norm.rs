//! Batch norm with fixed statistics: one scale and one shift a channel. Backward: the gradient times the scale.

use super::{Backward, Binding, Bound, Differentiable, Forward, Kernel, Operation, one_input, shape_error};
use crate::shape::{GraphError, Shape};
use kernels::batch_norm::BatchNormStatistics;
use kernels::elementwise::ChannelAffine;
use kernels::{Region, elementwise};
use std::any::Any;
use std::sync::Arc;

/// `y = fma(x, scale, shift)` for each channel.
#[derive(Clone, Debug)]
pub struct BatchNorm {
    parameters: Arc<(Vec<f32>, Vec<f32>)>,
}

impl BatchNorm {
    /// With one scale and one shift a channel; see [`kernels::batch_norm`] for how they follow from the trained statistics.
    ///
    /// # Errors
    /// If the two differ in length.
    pub fn new(scale: Vec<f32>, shift: Vec<f32>) -> Result<BatchNorm, GraphError> {
        if scale.len() != shift.len() {
            return Err(GraphError {
                operation: "batch norm".to_owned(),
                expected: "as many shifts as scales".to_owned(),
                found: format!("{} and {}", shift.len(), scale.len()),
            });
        }
        Ok(BatchNorm { parameters: Arc::new((scale, shift)) })
    }

    /// From trained statistics; see [`kernels::batch_norm`].
    ///
    /// # Errors
    /// If they differ in length.
    ///
    /// # Example
    /// ```
    /// use autodiff::ops::{BatchNorm, BatchNormStatistics};
    ///
    /// # fn main() -> Result<(), autodiff::GraphError> {
    /// let norm = BatchNorm::from_statistics(&BatchNormStatistics {
    ///     gamma: &[6.0],
    ///     beta: &[1.0],
    ///     mean: &[5.0],
    ///     variance: &[3.0],
    ///     epsilon: 1.0,
    /// })?;
    /// // 6 / sqrt(3 + 1), and 1 - 5 x 3.
    /// assert_eq!((norm.scale(), norm.shift()), (&[3.0][..], &[-14.0][..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_statistics(statistics: &BatchNormStatistics<'_>) -> Result<BatchNorm, GraphError> {
        let BatchNormStatistics { gamma, beta, mean, variance, .. } = *statistics;
        if [beta, mean, variance].iter().any(|values| values.len() != gamma.len()) {
            return Err(GraphError {
                operation: "batch norm".to_owned(),
                expected: format!("{} values of each statistic", gamma.len()),
                found: format!("{}, {} and {}", beta.len(), mean.len(), variance.len()),
            });
        }
        let (scale, shift) = statistics.scale_and_shift();
        BatchNorm::new(scale, shift)
    }

    /// What each channel is multiplied by.
    pub fn scale(&self) -> &[f32] {
        &self.parameters.0
    }

    /// What is then added to each channel.
    pub fn shift(&self) -> &[f32] {
        &self.parameters.1
    }
}

impl Operation for BatchNorm {
    fn name(&self) -> &'static str {
        "batch norm"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        let input = one_input("batch norm", inputs)?;
        if input.channels != self.scale().len() {
            return shape_error("batch norm", format!("{} channels", self.scale().len()), inputs);
        }
        Ok(input)
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        region
    }

    fn bind(&self, binding: &Binding) -> Bound {
        BoundBatchNorm { norm: self.clone(), region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct BoundBatchNorm {
    norm: BatchNorm,
    region: Region,
    gradient: Region,
}

impl Kernel for BoundBatchNorm {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        let affine = ChannelAffine { scale: self.norm.scale(), shift: self.norm.shift() };
        elementwise::scale_and_shift(step.isa, affine, input.part(self.region), &mut step.output);
    }
}

impl Differentiable for BoundBatchNorm {
    fn backward(&self, mut step: Backward<'_>) {
        elementwise::scale_channels(step.isa, self.gradient, self.norm.scale(), &mut step.gradient);
        if let Some(input) = &mut step.input_gradients[0] {
            elementwise::accumulate(step.isa, self.gradient, step.gradient.as_window(), input);
        }
    }
}
