//! One region of one node, computed once: for whoever needs no plan of their own.

use crate::graph::{Graph, NodeId};
use crate::ops::Draw;
use crate::plan::{Plan, PlanError, Wanted};
use crate::workspace::Workspace;
use kernels::Isa;
use std::sync::Arc;

/// A region of a node that is to be computed from given inputs: see [`Graph::evaluate`].
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// What of it is computed.
    pub wanted: Wanted,
    /// Inputs, each with its whole map `[height, width, channels]`.
    pub given: &'a [(NodeId, &'a [f32])],
    /// What was drawn for nodes that draw something.
    pub draws: &'a [(NodeId, Draw)],
}

/// A value and what it changes by.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradients {
    /// The values of the wanted region, position by position.
    pub value: Vec<f32>,
    /// The gradient by each given input, in their order: whole maps, zero where the value does not depend on them.
    pub by_inputs: Vec<Vec<f32>>,
}

impl Graph {
    /// The evaluation of a region of a node, given whole maps of the inputs it depends on.
    ///
    /// # Example
    /// ```
    /// use autodiff::ops::{Input, Relu};
    /// use autodiff::{Graph, Isa, Shape, Wanted};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut graph = Graph::new();
    /// let x = graph.add(Input { shape: Shape::new(1, 3, 1) }, &[])?;
    /// let y = graph.add(Relu, &[x])?;
    /// let given = [(x, &[1.0, -2.0, 3.0][..])];
    /// let relu = graph.evaluate(Wanted::whole(&graph, y), &given);
    /// assert_eq!(relu.value(Isa::best())?, [1.0, 0.0, 3.0]);
    /// // The derivative of 10 y1 + 20 y2 + 30 y3.
    /// let found = relu.gradients(Isa::best(), &[10.0, 20.0, 30.0])?;
    /// assert_eq!(found.by_inputs, [[10.0, 0.0, 30.0]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn evaluate<'a>(&'a self, wanted: Wanted, given: &'a [(NodeId, &'a [f32])]) -> Evaluation<'a> {
        Evaluation { graph: self, wanted, given, draws: &[] }
    }
}

impl<'a> Evaluation<'a> {
    /// The same with what was drawn for some nodes.
    #[must_use]
    pub fn with_draws(self, draws: &'a [(NodeId, Draw)]) -> Evaluation<'a> {
        Evaluation { draws, ..self }
    }

    /// The values of the wanted region, position by position.
    ///
    /// # Errors
    /// If the region is empty or not inside the node's map.
    ///
    /// # Panics
    /// If an input that is given is not needed, or has not its shape's length.
    pub fn value(&self, isa: Isa) -> Result<Vec<f32>, PlanError> {
        let plan = Plan::forward(self.graph, &[self.wanted])?;
        Ok(self.values(&self.executed(plan, isa)))
    }

    /// The values, and the gradients by all given inputs of `sum of seed * value`: one number of the seed for each
    /// value.
    ///
    /// # Errors
    /// If the region is empty or not inside the node's map, or an input does not influence it.
    ///
    /// # Panics
    /// If an input has not its shape's length, or the seed not the region's.
    pub fn gradients(&self, isa: Isa, seed: &[f32]) -> Result<Gradients, PlanError> {
        let inputs: Vec<NodeId> = self.given.iter().map(|(input, _)| *input).collect();
        let plan = Plan::with_gradients(self.graph, self.wanted, &inputs)?;
        let mut workspace = self.executed(plan, isa);
        let value = self.values(&workspace);
        workspace.seed().data_mut().copy_from_slice(seed);
        workspace.backward();
        let by_inputs = inputs.into_iter().map(|input| workspace.gradient_map(input)).collect();
        Ok(Gradients { value, by_inputs })
    }

    fn values(&self, workspace: &Workspace) -> Vec<f32> {
        workspace.value(self.wanted.node).part(self.wanted.region).to_vec()
    }

    /// A workspace in which the forward half of a plan was executed.
    fn executed(&self, plan: Plan, isa: Isa) -> Workspace {
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        for &(input, map) in self.given {
            workspace.set_input(input, map);
        }
        for &(node, draw) in self.draws {
            workspace.set_draw(node, draw);
        }
        workspace.forward();
        workspace
    }
}
