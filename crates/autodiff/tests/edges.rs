//! The edges of a map of a single position, which no network has.

use autodiff::ops::{Convolution, GlobalAveragePool, Input, Linear, Operation, Relu};
use autodiff::{Graph, Isa, NodeId, Plan, Shape, Sliding, Wanted, Workspace};
use std::sync::Arc;

fn input(graph: &mut Graph, shape: Shape) -> NodeId {
    graph.add(Input { shape }, &[]).unwrap()
}

#[test]
fn the_padding_around_a_single_position_is_zero() {
    // The mean of a map, and a layer behind it: the 3 x 3 window around either sees eight positions of padding.
    let linear = Linear::new(&[2.0, 0.0, 0.0, 3.0], &[1.0, 1.0], 2).unwrap();
    let last: [Vec<Arc<dyn Operation>>; 2] =
        [vec![Arc::new(GlobalAveragePool)], vec![Arc::new(GlobalAveragePool), Arc::new(linear)]];
    for (operations, expected) in last.into_iter().zip([30.0, 92.0]) {
        let mut graph = Graph::new();
        let image = input(&mut graph, Shape::new(2, 2, 2));
        let mut node = image;
        for operation in operations {
            node = graph.add_shared(operation, &[node]).unwrap();
        }
        let ones = Convolution::new(vec![1.0; 18], (1, 2), Sliding::square(3, 1, 1), None);
        let sum = graph.add(ones.unwrap(), &[node]).unwrap();
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, sum)]).unwrap();
        // Another plan has left its values in all buffers.
        let mut other = Graph::new();
        let wide = input(&mut other, Shape::new(9, 9, 2));
        let doubled = other.add(Relu, &[wide]).unwrap();
        let pooled = other.add(Relu, &[doubled]).unwrap();
        let all = [wide, doubled, pooled].map(|node| Wanted::whole(&other, node));
        let mut workspace = Workspace::new(Arc::new(Plan::forward(&other, &all).unwrap()), Isa::best());
        workspace.set_input(wide, &[5.0; 162]);
        workspace.forward();
        workspace.switch_to(&Arc::new(plan));
        workspace.set_input(image, &[0.0, 0.0, 0.0, 40.0, 0.0, 0.0, 0.0, 80.0]);
        workspace.forward();
        assert_eq!(workspace.value(sum).data(), [expected]);
    }
}
