//! A graph in which nothing is fused: behind every operation stands one that hands on its value and its gradient.

use crate::random::{Node, RandomGraph, in_a_graph};
use autodiff::ops::{
    Add, Backward, BatchNorm, Binding, Bound, Convolution, Differentiable, Draw, Forward, Input, Kernel, Operation,
    Relu,
};
use autodiff::{Graph, GraphError, NodeId, Region, Shape};
use std::any::Any;
use std::sync::Arc;

/// Hands on its input.
#[derive(Clone, Debug)]
struct Pass {
    region: Region,
    gradient: Region,
}

impl Operation for Pass {
    fn name(&self) -> &'static str {
        "pass"
    }

    fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, GraphError> {
        Ok(inputs[0])
    }

    fn input_region(&self, _: usize, region: Region, _: &[Shape], _: Shape) -> Region {
        region
    }

    fn bind(&self, binding: &Binding) -> Bound {
        Pass { region: binding.region, gradient: binding.gradient }.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn positions(region: Region) -> impl Iterator<Item = (isize, isize)> {
    (region.top..region.bottom()).flat_map(move |y| (region.left..region.right()).map(move |x| (y, x)))
}

impl Kernel for Pass {
    fn forward(&self, mut step: Forward<'_>) {
        let input = step.input();
        step.output.clear_outside(self.region);
        for (y, x) in positions(self.region) {
            step.output.pixel_mut(y, x).copy_from_slice(input.pixel(y, x));
        }
    }
}

impl Differentiable for Pass {
    fn backward(&self, mut step: Backward<'_>) {
        let Some(input) = &mut step.input_gradients[0] else {
            return;
        };
        for (y, x) in positions(self.gradient) {
            let own = step.gradient.as_window();
            for (sum, addend) in input.pixel_mut(y, x).iter_mut().zip(own.pixel(y, x)) {
                *sum += addend;
            }
        }
    }
}

/// Where each node of a graph is executed in a plan with gradients: at its own place or, if it is fused to a
/// convolution, at that of the last one fused.
///
/// What is fused is told by the rule: after a convolution, where nobody else reads the value in between, first a batch
/// norm (if the convolution has no bias), then an addition (once; of two convolutions the later one's; not of the
/// convolution's own input), then a ReLU.
fn executed_at(nodes: &[Node]) -> Vec<usize> {
    let mut at: Vec<usize> = (0..nodes.len()).collect();
    let mut has_addend = vec![false; nodes.len()];
    for start in (0..nodes.len()).rev().filter(|&i| nodes[i].is::<Convolution>()) {
        let mut members = vec![start];
        let only_reader = |of: usize| {
            let mut readers = (0..nodes.len()).filter(|&i| nodes[i].inputs.contains(&of));
            readers.next().filter(|_| readers.next().is_none())
        };
        let next = |members: &[usize]| only_reader(members[members.len() - 1]);
        if let Some(norm) = next(&members).filter(|&n| nodes[n].is::<BatchNorm>() && !nodes[start].biased) {
            members.push(norm);
        }
        if let Some(add) = next(&members)
            .filter(|&n| nodes[n].is::<Add>() && !has_addend[n] && !nodes[n].inputs.contains(&nodes[start].inputs[0]))
        {
            has_addend[add] = true;
            members.push(add);
        }
        if let Some(relu) = next(&members).filter(|&n| nodes[n].is::<Relu>()) {
            members.push(relu);
        }
        for &member in &members {
            at[member] = members[members.len() - 1];
        }
    }
    at
}

/// The same graph with nothing fused, its nodes in the order in which they are executed; and by node of `random` the
/// node with its value.
pub(crate) fn unfused(random: &RandomGraph) -> (Graph, Vec<NodeId>, Vec<(NodeId, Draw)>) {
    let at = executed_at(&random.nodes);
    let mut order: Vec<usize> = (0..at.len()).collect();
    order.sort_by_key(|&i| (at[i], i));
    let mut nodes: Vec<Node> = Vec::new();
    let mut value = vec![0; at.len()];
    let mut drawn = Vec::new();
    for from in order {
        let node = &random.nodes[from];
        nodes.push(Node { inputs: node.inputs.iter().map(|&i| value[i]).collect(), ..node.clone() });
        drawn.push((nodes.len() - 1, node.draw));
        if !node.is::<Input>() {
            let pass = Pass { region: Region::EMPTY, gradient: Region::EMPTY };
            nodes.push(Node {
                operation: Arc::new(pass),
                inputs: vec![nodes.len() - 1],
                draw: Draw::None,
                biased: false,
                grouped: false,
            });
        }
        value[from] = nodes.len() - 1;
    }
    let (graph, ids) = in_a_graph(&nodes);
    let value = value.into_iter().map(|i| ids[i]).collect();
    let drawn = drawn.into_iter().map(|(i, draw)| (ids[i], draw)).collect();
    (graph, value, drawn)
}
