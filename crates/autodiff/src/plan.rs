//! A plan: which steps to run, on which regions, in which buffers.

use crate::graph::{Graph, NodeId};
use crate::ops::Bound;
use crate::shape::Shape;
use kernels::Region;

/// A region of a node's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The node.
    pub node: NodeId,
    /// Which positions of it.
    pub region: Region,
}

impl Wanted {
    /// The center neuron of every channel: the position (height / 2, width / 2).
    pub fn center(graph: &Graph, node: NodeId) -> Wanted {
        Wanted { node, region: graph.shape(node).center() }
    }

    /// All positions.
    pub fn whole(graph: &Graph, node: NodeId) -> Wanted {
        Wanted { node, region: graph.shape(node).region() }
    }
}

/// Why a plan cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A wanted region is empty or reaches outside its node's map.
    #[error("a plan wants {region:?} of a map of {shape}: expected a region inside it")]
    Outside {
        /// The region.
        region: Region,
        /// The node's shape.
        shape: Shape,
    },
    /// An input for which a gradient is asked does not influence the objective.
    #[error("a plan asks for the gradient by an input of {shape}, which the objective does not depend on")]
    Independent {
        /// The input's shape.
        shape: Shape,
    },
}

/// A value that the plan stores: a region of a node's map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub(crate) region: Region,
    pub(crate) channels: usize,
    /// Which buffer holds it.
    pub(crate) buffer: usize,
}

impl Stored {
    pub(crate) fn len(&self) -> usize {
        self.region.positions() * self.channels
    }
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) node: usize,
    pub(crate) inputs: [Option<usize>; 2],
    pub(crate) kernel: Bound,
    /// Whether the backward pass runs it.
    pub(crate) backward: bool,
    /// Nodes whose gradients begin with this step's backward pass, and are set to zero before it.
    pub(crate) cleared: Vec<usize>,
}

/// What to compute, in which order and where: compiled once, executed in any number of [`crate::Workspace`]s.
///
/// # Example
/// ```
/// use autodiff::ops::{Input, Relu};
/// use autodiff::{Graph, Isa, Plan, Region, Shape, Wanted, Workspace};
/// use std::sync::Arc;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut graph = Graph::new();
/// let x = graph.add(Input { shape: Shape::new(3, 3, 1) }, &[])?;
/// let y = graph.add(Relu, &[x])?;
/// let plan = Arc::new(Plan::with_gradients(&graph, Wanted::center(&graph, y), &[x])?);
/// // Of the input, too, nothing but the center is looked at.
/// assert_eq!(plan.region(x), Region::position(1, 1));
/// let mut workspace = Workspace::new(plan, Isa::best());
/// for (center, gradient) in [(2.0, 10.0), (-2.0, 0.0)] {
///     workspace.set_input(x, &[0.0, 0.0, 0.0, 0.0, center, 0.0, 0.0, 0.0, 0.0]);
///     workspace.seed().data_mut().fill(10.0);
///     workspace.forward();
///     workspace.backward();
///     assert_eq!(workspace.gradient(x).data(), [gradient]);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Plan {
    pub(crate) shapes: Vec<Shape>,
    pub(crate) steps: Vec<Step>,
    /// By node: where its value is stored, if it is.
    pub(crate) values: Vec<Option<Stored>>,
    /// By node: where its gradient is stored, if it has one.
    pub(crate) gradients: Vec<Option<Stored>>,
    /// Lengths of the buffers of values and of gradients.
    pub(crate) value_buffers: Vec<usize>,
    pub(crate) gradient_buffers: Vec<usize>,
    pub(crate) objective: Option<Wanted>,
}

impl Plan {
    /// The region of a node that the plan computes or, for an input, needs; padding included. Empty if none.
    pub fn region(&self, node: NodeId) -> Region {
        self.values[node.0].map_or(Region::EMPTY, |v| v.region)
    }

    /// The region of a node inside its map that the plan computes or needs.
    pub fn region_inside(&self, node: NodeId) -> Region {
        self.region(node).intersection(&self.shapes[node.0].region())
    }

    /// The most floats of scratch that a step needs.
    pub(crate) fn scratch_floats(&self) -> usize {
        let floats = self.steps.iter().map(|s| s.kernel.kernel().scratch_floats());
        floats.max().unwrap_or(0)
    }

    /// Bytes of the buffers of a workspace that takes up all of these plans in turn.
    pub fn workspace_bytes<'a>(plans: impl Iterator<Item = &'a Plan>) -> usize {
        let (mut values, mut gradients) = (Vec::new(), Vec::new());
        let mut scratch = 0;
        let grow = |largest: &mut Vec<usize>, lengths: &[usize]| {
            largest.resize(largest.len().max(lengths.len()), 0);
            for (largest, &length) in largest.iter_mut().zip(lengths) {
                *largest = length.max(*largest);
            }
        };
        for plan in plans {
            grow(&mut values, &plan.value_buffers);
            grow(&mut gradients, &plan.gradient_buffers);
            scratch = plan.scratch_floats().max(scratch);
        }
        let floats = values.iter().chain(&gradients).sum::<usize>() + scratch;
        floats * size_of::<f32>()
    }
}
