//! The operations. Each file holds one: its shape, the region of its inputs that a region of its output needs, and how
//! its forward and backward kernels are called.

mod add;
mod apart;
mod batch_norm;
mod convolution;
mod direct;
mod fused;
mod global_average_pool;
mod input;
mod linear;
mod max_pool;
mod normalise;
mod pad_channels;
mod pooled_convolution;
mod reflect_pad;
mod relu;
mod resize;
mod rotate;
mod spectral_image;
mod translate;
mod winograd;

pub use add::Add;
pub use batch_norm::BatchNorm;
pub use convolution::{Algorithm, Convolution};
pub use global_average_pool::GlobalAveragePool;
pub use input::Input;
pub use linear::Linear;
pub use max_pool::MaxPool;
pub use normalise::Normalise;
pub use pad_channels::PadChannels;
pub use reflect_pad::ReflectPad;
pub use relu::Relu;
pub use resize::Resize;
pub use rotate::Rotate;
pub use spectral_image::SpectralImage;
pub use translate::{Jitter, Translate};

pub use kernels::batch_norm::BatchNormStatistics;
pub use kernels::resample::Alignment;

pub(crate) use convolution::bind;
pub(crate) use fused::Fused;
pub(crate) use pooled_convolution::PooledConvolution;

use crate::shape::{GraphError, Shape};
use kernels::{Isa, Region, Window, WindowMut};
use std::any::Any;
use std::fmt::Debug;

/// An operation: what it makes of its inputs' shapes and regions.
pub trait Operation: Debug + Send + Sync {
    /// Its name, for messages.
    fn name(&self) -> &'static str;

    /// The shape of its output.
    ///
    /// # Errors
    /// If it cannot take inputs of these shapes.
    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError>;

    /// The region of input `slot` that `region` of the output needs. It may reach beyond the input's map where the
    /// operation reads padding. `region` is not empty and lies inside the output's map.
    fn input_region(&self, slot: usize, region: Region, inputs: &[Shape], output: Shape) -> Region;

    /// The operation made ready for one plan's shapes and regions. Where positions receive a gradient, it has a backward
    /// pass.
    fn bind(&self, binding: &Binding) -> Bound;

    /// The concrete operation, so that plans can recognise those that they fuse.
    fn as_any(&self) -> &dyn Any;
}

/// What a plan asks of an operation.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Shapes of the inputs.
    pub inputs: Vec<Shape>,
    /// Shape of the output.
    pub output: Shape,
    /// The positions to compute: inside the output's map.
    pub region: Region,
    /// The positions that receive a gradient: inside the output's map, empty in a plan without gradients.
    pub gradient: Region,
}

/// What is drawn anew for every execution, such as an angle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Draw {
    /// Nothing was drawn.
    #[default]
    None,
    /// An angle in degrees.
    Degrees(i32),
    /// A shift down and to the right.
    Shift(usize, usize),
}

/// Inputs and output of a step that is executed forward.
#[derive(Debug)]
pub struct Forward<'a> {
    /// The instruction set to use.
    pub isa: Isa,
    /// The inputs' values.
    pub inputs: [Option<Window<'a>>; 2],
    /// The output, to be written: its region may reach beyond the map, and is zero there.
    pub output: WindowMut<'a>,
    /// Memory to compute in: at least as many floats as the kernel asked for; any step may have written them.
    pub scratch: &'a mut [f32],
    /// Memory for further threads, one each where a pool shares the work.
    pub more: &'a mut [Vec<f32>],
    /// What was drawn for this node.
    pub draw: Draw,
}

/// Values and gradients of a step that is executed backward.
#[derive(Debug)]
pub struct Backward<'a> {
    /// The instruction set to use.
    pub isa: Isa,
    /// The inputs' values.
    pub inputs: [Option<Window<'a>>; 2],
    /// The output's value.
    pub output: Window<'a>,
    /// The output's gradient, complete; the kernel may overwrite it. Beyond the map it holds no meaning.
    pub gradient: WindowMut<'a>,
    /// The inputs' gradients, to be added to; `None` for an input that needs none.
    pub input_gradients: [Option<WindowMut<'a>>; 2],
    /// Memory to compute in: at least as many floats as the kernel asked for; any step may have written them.
    pub scratch: &'a mut [f32],
    /// What was drawn for this node.
    pub draw: Draw,
}

impl<'a> Forward<'a> {
    /// The value of the first input.
    ///
    /// # Panics
    /// If the operation has no inputs.
    #[expect(clippy::expect_used, reason = "the plan gives every operation the inputs it was added with")]
    pub fn input(&self) -> Window<'a> {
        self.inputs[0].expect("an operation with an input")
    }
}

/// An operation made ready for one plan.
#[derive(Debug)]
pub enum Bound {
    /// It can be executed forward and backward.
    BothWays(Box<dyn Differentiable>),
    /// It has no backward pass, and so no place in the backward half of a plan.
    Forward(Box<dyn Kernel>),
}

impl Bound {
    /// What computes its output.
    pub fn kernel(&self) -> &dyn Kernel {
        match self {
            Bound::BothWays(kernel) => kernel.as_ref(),
            Bound::Forward(kernel) => kernel.as_ref(),
        }
    }

    /// What computes its inputs' gradients, if it has a backward pass.
    pub fn differentiable(&self) -> Option<&dyn Differentiable> {
        match self {
            Bound::BothWays(kernel) => Some(kernel.as_ref()),
            Bound::Forward(_) => None,
        }
    }
}

impl<K: Differentiable + 'static> From<K> for Bound {
    fn from(kernel: K) -> Bound {
        Bound::BothWays(Box::new(kernel))
    }
}

/// How the output of an operation is computed.
pub trait Kernel: Debug + Send + Sync {
    /// How many floats of scratch it needs.
    fn scratch_floats(&self) -> usize {
        0
    }

    /// If it can compute any rows of its output alone: the positions among which threads share its work.
    fn shared(&self) -> Option<Region> {
        None
    }

    /// How many rows, counted from the map's first, cost as much as one of them: threads share whole groups of that
    /// many.
    fn rows_together(&self) -> usize {
        1
    }

    /// Computes the output's region in a way of its own, with a thread for each scratch, if it has a better way than by
    /// rows; whether it did.
    fn forward_apart(&self, step: &mut Forward<'_>) -> bool {
        let _ = step;
        false
    }

    /// Computes the output's region from the inputs. The region given is the plan's, or some rows of it if the kernel
    /// splits.
    fn forward(&self, step: Forward<'_>);
}

/// A kernel that has a backward pass.
pub trait Differentiable: Kernel {
    /// Adds to the inputs' gradients.
    fn backward(&self, step: Backward<'_>);
}

/// An error about the number or shapes of inputs.
fn shape_error<T>(operation: &str, expected: impl Into<String>, found: &[Shape]) -> Result<T, GraphError> {
    let found: Vec<String> = found.iter().map(Shape::to_string).collect();
    Err(GraphError { operation: operation.to_owned(), expected: expected.into(), found: found.join(" and ") })
}

/// The only input's shape.
fn one_input(operation: &str, inputs: &[Shape]) -> Result<Shape, GraphError> {
    match inputs {
        [shape] => Ok(*shape),
        _ => shape_error(operation, "one input", inputs),
    }
}
