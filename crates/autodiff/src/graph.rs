//! The graph: nodes in the order they were added, each an operation on earlier nodes.

use crate::ops::Operation;
use crate::shape::{GraphError, Shape};
use kernels::Region;
use std::sync::Arc;

/// A node of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) usize);

impl NodeId {
    /// The same node in the graph that [`Graph::with_behind`] makes with an operation behind `node`.
    #[must_use]
    pub fn behind(self, node: NodeId) -> NodeId {
        if self > node { NodeId(self.0 + 1) } else { self }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) operation: Arc<dyn Operation>,
    pub(crate) inputs: Vec<NodeId>,
    pub(crate) shape: Shape,
}

/// Operations on feature maps, each on earlier ones. Cloning shares the operations and their weights.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
}

impl Graph {
    /// A graph without nodes.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// Adds an operation on earlier nodes.
    ///
    /// # Errors
    /// If the operation cannot take inputs of these shapes, or is given one node twice.
    pub fn add(&mut self, operation: impl Operation + 'static, inputs: &[NodeId]) -> Result<NodeId, GraphError> {
        self.add_shared(Arc::new(operation), inputs)
    }

    /// Adds an operation that another graph may hold too, so that its weights are kept once.
    ///
    /// # Errors
    /// As [`Graph::add`].
    pub fn add_shared(&mut self, operation: Arc<dyn Operation>, inputs: &[NodeId]) -> Result<NodeId, GraphError> {
        let shapes: Vec<Shape> = inputs.iter().map(|&i| self.shape(i)).collect();
        if inputs.len() == 2 && inputs[0] == inputs[1] {
            return Err(GraphError {
                operation: operation.name().to_owned(),
                expected: "two different inputs".to_owned(),
                found: "the same node twice".to_owned(),
            });
        }
        let shape = operation.output_shape(&shapes)?;
        self.nodes.push(Node { operation, inputs: inputs.to_vec(), shape });
        Ok(NodeId(self.nodes.len() - 1))
    }

    /// The graph with an operation behind a node: what read the node reads what the operation makes of it. A node that was
    /// added after it is the next one there.
    ///
    /// # Errors
    /// If the operation cannot take the node, or makes another shape of it.
    ///
    /// # Example
    /// ```
    /// use autodiff::ops::{Input, Relu, Translate};
    /// use autodiff::{Graph, Isa, Shape, Wanted};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut graph = Graph::new();
    /// let x = graph.add(Input { shape: Shape::new(1, 3, 1) }, &[])?;
    /// let relu = graph.add(Relu, &[x])?;
    /// let moved = graph.with_behind(x, Translate::moved((1, 3), (0, 1)))?;
    /// let relu = relu.behind(x);
    /// let given = [(x, &[4.0, -5.0, 6.0][..])];
    /// assert_eq!(moved.evaluate(Wanted::whole(&moved, relu), &given).value(Isa::best())?, [0.0, 4.0, 0.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_behind(&self, node: NodeId, operation: impl Operation + 'static) -> Result<Graph, GraphError> {
        let shape = operation.output_shape(&[self.shape(node)])?;
        if shape != self.shape(node) {
            return Err(GraphError {
                operation: operation.name().to_owned(),
                expected: format!("{:?} behind a node", self.shape(node)),
                found: format!("{shape:?}"),
            });
        }
        let mut graph = self.clone();
        let moved = graph.nodes.split_off(node.0 + 1);
        graph.nodes.push(Node { operation: Arc::new(operation), inputs: vec![node], shape });
        for mut later in moved {
            for input in &mut later.inputs {
                // Those that read the node read what is behind it, which is the next one too.
                if *input >= node {
                    *input = NodeId(input.0 + 1);
                }
            }
            graph.nodes.push(later);
        }
        Ok(graph)
    }

    /// The shape of a node.
    ///
    /// # Panics
    /// If the node is another graph's.
    pub fn shape(&self, node: NodeId) -> Shape {
        self.nodes[node.0].shape
    }

    /// The nodes that a node reads.
    ///
    /// # Panics
    /// If the node is another graph's.
    pub fn inputs(&self, node: NodeId) -> &[NodeId] {
        &self.nodes[node.0].inputs
    }

    /// The region of `input` that `region` of `node` depends on: its receptive field, padding included.
    ///
    /// Empty where `node` does not depend on `input`.
    ///
    /// # Panics
    /// If a node is another graph's.
    ///
    /// # Example
    /// ```
    /// use autodiff::ops::{Input, MaxPool};
    /// use autodiff::{Graph, Region, Shape, Sliding};
    ///
    /// # fn main() -> Result<(), autodiff::GraphError> {
    /// let mut graph = Graph::new();
    /// let image = graph.add(Input { shape: Shape::new(8, 8, 1) }, &[])?;
    /// let pool = MaxPool::new(Sliding::square(3, 2, 1));
    /// let once = graph.add(pool, &[image])?;
    /// let twice = graph.add(pool, &[once])?;
    /// // Three positions of the first pooling, the first of which is padding; they see seven pixels.
    /// assert_eq!(graph.receptive_field(twice, Region::position(0, 0), image), Region::between(-1, -1, 4, 4));
    /// assert_eq!(graph.receptive_field(twice, Region::position(1, 1), image), Region::between(1, 1, 8, 8));
    /// # Ok(())
    /// # }
    /// ```
    pub fn receptive_field(&self, node: NodeId, region: Region, input: NodeId) -> Region {
        let mut needed = vec![Region::EMPTY; self.nodes.len()];
        needed[node.0] = region;
        for at in (input.0 + 1..=node.0).rev() {
            let own = needed[at].intersection(&self.nodes[at].shape.region());
            for (slot, region) in self.needed_inputs(at, own) {
                needed[slot] = needed[slot].hull(&region);
            }
        }
        needed[input.0]
    }

    /// Which region of each input a region of node `at` needs.
    pub(crate) fn needed_inputs(&self, at: usize, region: Region) -> impl Iterator<Item = (usize, Region)> {
        let node = &self.nodes[at];
        let shapes: Vec<Shape> = node.inputs.iter().map(|&i| self.shape(i)).collect();
        node.inputs.iter().enumerate().map(move |(slot, input)| {
            let needed = if region.is_empty() {
                Region::EMPTY
            } else {
                node.operation.input_region(slot, region, &shapes, node.shape)
            };
            (input.0, needed)
        })
    }
}
