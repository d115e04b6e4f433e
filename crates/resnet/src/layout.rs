//! Which tensors ResNet18 consists of: torchvision's names, and the shapes that its widths give them.

use crate::block::Block;
use autodiff::Sliding;

/// How the file keeps batch norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchNormState {
    /// As tensors of its own: `bn1.weight`, `bn1.bias`, `bn1.running_mean`, `bn1.running_var`.
    Separate,
    /// Folded into the convolutions, which have biases instead.
    Folded,
}

impl BatchNormState {
    /// `separate` or `folded`.
    pub fn name(self) -> &'static str {
        match self {
            BatchNormState::Separate => "separate",
            BatchNormState::Folded => "folded",
        }
    }
}

/// A convolution with the batch norm behind it.
#[derive(Clone, Debug)]
pub(crate) struct ConvolutionLayout {
    /// Name of the convolution, such as `layer1.0.conv1`.
    pub(crate) name: String,
    /// Name of the batch norm, such as `layer1.0.bn1`.
    pub(crate) norm: String,
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    pub(crate) sliding: Sliding,
}

impl ConvolutionLayout {
    /// Name of the weights.
    pub(crate) fn weight(&self) -> String {
        format!("{}.weight", self.name)
    }

    /// Every tensor of it with its shape; the weights first.
    pub(crate) fn tensors(&self, state: BatchNormState) -> Vec<(String, Vec<usize>)> {
        let (height, width) = self.sliding.kernel;
        let mut tensors = vec![(self.weight(), vec![self.outputs, self.inputs, height, width])];
        let each = vec![self.outputs];
        match state {
            BatchNormState::Folded => tensors.push((format!("{}.bias", self.name), each)),
            BatchNormState::Separate => {
                let parts = ["weight", "bias", "running_mean", "running_var"];
                tensors.extend(parts.map(|part| (format!("{}.{part}", self.norm), each.clone())));
            }
        }
        tensors
    }
}

/// The convolutions of a block.
#[derive(Clone, Debug)]
pub(crate) struct BlockLayout {
    pub(crate) first: ConvolutionLayout,
    pub(crate) second: ConvolutionLayout,
    pub(crate) projection: Option<ConvolutionLayout>,
}

impl BlockLayout {
    pub(crate) fn convolutions(&self) -> impl Iterator<Item = &ConvolutionLayout> {
        [&self.first, &self.second].into_iter().chain(&self.projection)
    }
}

/// The stem: a 7x7 convolution of stride 2.
pub(crate) fn stem(width: usize) -> ConvolutionLayout {
    let (name, norm) = ("conv1".to_owned(), "bn1".to_owned());
    ConvolutionLayout { name, norm, outputs: width, inputs: 3, sliding: Sliding::square(7, 2, 3) }
}

/// A block, given the channels of the four stages.
pub(crate) fn block(block: Block, widths: [usize; 4]) -> BlockLayout {
    let prefix = format!("{}.", block.module());
    let width = widths[block.stage() - 1];
    let enters = if block.has_projection() { widths[block.stage() - 2] } else { width };
    let stride = if block.has_projection() { 2 } else { 1 };
    let layout = |conv: &str, norm: &str, inputs, sliding| {
        let [name, norm] = [conv, norm].map(|part| format!("{prefix}{part}"));
        ConvolutionLayout { name, norm, outputs: width, inputs, sliding }
    };
    BlockLayout {
        first: layout("conv1", "bn1", enters, Sliding::square(3, stride, 1)),
        second: layout("conv2", "bn2", width, Sliding::square(3, 1, 1)),
        projection: block
            .has_projection()
            .then(|| layout("downsample.0", "downsample.1", enters, Sliding::square(1, stride, 0))),
    }
}

/// The max pooling behind the stem.
pub(crate) fn pooling() -> Sliding {
    Sliding::square(3, 2, 1)
}
