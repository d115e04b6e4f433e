//! What a network consists of: its convolutions with the batch norms behind them, and the tensors of each.

use crate::block::Block;
use crate::part::Part;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvolutionLayout {
    /// Name of the convolution, such as `layer1.0.conv1`.
    pub name: String,
    /// Name of the batch norm, such as `layer1.0.bn1`.
    pub norm: String,
    /// Channels that it makes.
    pub outputs: usize,
    /// Channels that it reads.
    pub inputs: usize,
    /// Into how many groups both are divided; an output reads the inputs of its own group.
    pub groups: usize,
    /// How its window slides.
    pub sliding: Sliding,
}

impl ConvolutionLayout {
    /// Name of the weights.
    pub fn weight(&self) -> String {
        format!("{}.weight", self.name)
    }

    /// Every tensor of it with its shape; the weights first.
    pub(crate) fn tensors(&self, state: BatchNormState) -> Vec<(String, Vec<usize>)> {
        let (height, width) = self.sliding.kernel;
        let mut tensors = vec![(self.weight(), vec![self.outputs, self.inputs / self.groups.max(1), height, width])];
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

/// The stem: a convolution, batch norm, ReLU, and in most networks a max pooling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stem {
    /// The convolution.
    pub convolution: ConvolutionLayout,
    /// The pooling behind the ReLU, where there is one.
    pub pooling: Option<Sliding>,
}

impl Stem {
    /// The stem whose convolution has a kernel of so many rows and columns, and makes `width` channels: 7 is that for
    /// large images, which it halves, and then pools; 3 that for small ones, which keeps their size.
    pub(crate) fn of(kernel: usize, width: usize) -> Stem {
        let pooled = kernel != 3;
        let sliding = if pooled { Sliding::square(7, 2, 3) } else { Sliding::square(3, 1, 1) };
        let (name, norm) = ("conv1".to_owned(), "bn1".to_owned());
        Stem {
            convolution: ConvolutionLayout { name, norm, outputs: width, inputs: 3, groups: 1, sliding },
            pooling: pooled.then(|| Sliding::square(3, 2, 1)),
        }
    }
}

/// What hands the stream to a block's sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Nothing: the stream as it is.
    Identity,
    /// A convolution and its batch norm.
    Projection(ConvolutionLayout),
    /// Every `stride`-th row and column, zero channels before and after: option A of He et al. (2015), which has no
    /// tensors.
    Padded {
        /// How many rows and columns become one.
        stride: usize,
        /// Zero channels before those of the stream.
        before: usize,
    },
}

/// A block: a branch of convolutions, and what hands the stream to its sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockLayout {
    /// Which one.
    pub block: Block,
    /// The branch: two convolutions of a basic block, three of a bottleneck. The batch norm of the last one is the Block; behind
    /// the others is a ReLU.
    pub branch: Vec<ConvolutionLayout>,
    /// The shortcut.
    pub shortcut: Shortcut,
    /// What the last batch norm of the branch is called.
    pub(crate) last_norm: Part,
}

impl BlockLayout {
    /// Every convolution, those of the branch first.
    pub fn convolutions(&self) -> impl Iterator<Item = &ConvolutionLayout> {
        let projection = match &self.shortcut {
            Shortcut::Projection(projection) => Some(projection),
            Shortcut::Identity | Shortcut::Padded { .. } => None,
        };
        self.branch.iter().chain(projection)
    }

    /// The last convolution of the branch, behind whose batch norm is the Block.
    #[expect(clippy::expect_used, reason = "a branch is made of two or three convolutions")]
    pub fn last(&self) -> &ConvolutionLayout {
        self.branch.last().expect("a branch of at least one convolution")
    }

    /// Channels of Input, Block and Output.
    pub fn channels(&self) -> usize {
        self.last().outputs
    }

    /// Rows and columns of the stream that become one.
    pub fn stride(&self) -> usize {
        self.branch.iter().map(|convolution| convolution.sliding.stride.0).product()
    }
}
