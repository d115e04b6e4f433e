//! A small graph of numerical operations, plans that execute part of it, and reverse mode.
//!
//! - A [`Graph`] is built node by node; each node is an operation ([`ops`]) with a shape `[height, width, channels]`.
//! - A [`Plan`] is compiled once from a graph, the values that are wanted (a node and a [`kernels::Region`] of it) and,
//!   if gradients are wanted, the inputs they are taken for. It computes of every node exactly the region that the
//!   wanted values depend on, forward and backward: the cone of a neuron, not the network. Because every operation
//!   gives the same bits for any region, this changes no value.
//! - A [`Workspace`] holds the buffers of one plan. Executing a plan in it allocates nothing.
//! - Who wants one value or gradient once asks [`Graph::evaluate`].
//!
//! Reverse mode, in one line: with `g[n]` the gradient of the objective by node n, every node adds
//! `(d n / d input)^T g[n]` to the gradients of its inputs, last node first (Griewank & Walther, *Evaluating
//! Derivatives*, section 3.2). The additions into one gradient have a fixed order: consumers in reverse graph order.
//! What was fused to a convolution stands where the last operation of it stands.
//!
//! Invariant: this crate knows no network and no file, and a plan never depends on what was executed before.
#![forbid(unsafe_code)]

mod compile;
mod evaluation;
mod fuse;
mod graph;
pub mod ops;
mod plan;
mod shape;
mod spinning;
mod workspace;

pub use evaluation::{Evaluation, Gradients};
pub use graph::{Graph, NodeId};
pub use plan::{Plan, PlanError, Wanted};
pub use shape::{GraphError, Shape};
pub use workspace::Workspace;

pub use kernels::conv::{Channels, Sliding};
pub use kernels::{Isa, IsaError, Region, Window};
pub use rayon::{ThreadPool, ThreadPoolBuilder};
