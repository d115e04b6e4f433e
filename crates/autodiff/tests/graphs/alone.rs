//! A graph computed one operation at a time, each in a graph of its own on whole maps: no plan of more than one step.

use crate::random::{Node, RandomGraph};
use autodiff::ops::Input;
use autodiff::{Graph, Isa, NodeId, Plan, Wanted, Workspace};
use std::sync::Arc;

/// A graph of one operation and its inputs.
struct Alone {
    graph: Graph,
    inputs: Vec<NodeId>,
    node: NodeId,
}

impl Alone {
    fn new(random: &RandomGraph, node: &Node) -> Alone {
        let mut graph = Graph::new();
        let shapes = node.inputs.iter().map(|&i| random.shape(i));
        let inputs = shapes.map(|shape| graph.add(Input { shape }, &[]).unwrap());
        let inputs: Vec<NodeId> = inputs.collect();
        let node = graph.add_shared(Arc::clone(&node.operation), &inputs).unwrap();
        Alone { graph, inputs, node }
    }

    fn run(&self, plan: Plan, node: &Node, values: &[Vec<f32>]) -> Workspace {
        let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
        for (&input, &from) in self.inputs.iter().zip(&node.inputs) {
            workspace.set_input(input, &values[from]);
        }
        workspace.set_draw(self.node, node.draw);
        workspace.forward();
        workspace
    }
}

/// The value of every node, whole.
pub(crate) fn values(random: &RandomGraph) -> Vec<Vec<f32>> {
    let mut values = random.given.clone();
    for (at, node) in random.nodes.iter().enumerate().filter(|(_, n)| !n.is::<Input>()) {
        let alone = Alone::new(random, node);
        let plan = Plan::forward(&alone.graph, &[Wanted::whole(&alone.graph, alone.node)]);
        let workspace = alone.run(plan.unwrap(), node, &values);
        values[at] = workspace.value(alone.node).data().to_vec();
    }
    values
}

/// The gradient by every node, whole, where that by the last one is `seed`. Only of whole numbers is it independent of
/// the order of sums.
pub(crate) fn gradients(random: &RandomGraph, values: &[Vec<f32>], seed: &[f32]) -> Vec<Vec<f32>> {
    let mut gradients: Vec<Vec<f32>> = values.iter().map(|v| vec![0.0; v.len()]).collect();
    gradients[random.last()].copy_from_slice(seed);
    for (at, node) in random.nodes.iter().enumerate().rev().filter(|(_, n)| !n.is::<Input>()) {
        let alone = Alone::new(random, node);
        let wanted = Wanted::whole(&alone.graph, alone.node);
        let plan = Plan::with_gradients(&alone.graph, wanted, &alone.inputs).unwrap();
        let mut workspace = alone.run(plan, node, values);
        workspace.seed().data_mut().copy_from_slice(&gradients[at]);
        workspace.backward();
        for (&input, &from) in alone.inputs.iter().zip(&node.inputs) {
            let shape = random.shape(from);
            let gradient = workspace.gradient(input);
            for (position, sums) in gradients[from].chunks_exact_mut(shape.channels).enumerate() {
                let (y, x) = (position / shape.width, position % shape.width);
                let held = gradient.region();
                let (y, x) = (y.cast_signed(), x.cast_signed());
                if !held.contains(&autodiff::Region::position(y, x)) {
                    continue;
                }
                for (sum, addend) in sums.iter_mut().zip(gradient.pixel(y, x)) {
                    *sum += addend;
                }
            }
        }
    }
    gradients
}
