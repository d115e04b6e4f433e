//! What lies at the edges of maps, regions and fusion: cases that no network has, and that random graphs found.

use autodiff::ops::{
    Add, Algorithm, Convolution, GlobalAveragePool, Input, Linear, MaxPool, Operation, Relu, Translate,
};
use autodiff::{Graph, Isa, NodeId, Plan, Region, Shape, Sliding, Wanted, Workspace};
use std::sync::Arc;
use testkit::{assert_same_bits, pseudo_random};

fn input(graph: &mut Graph, shape: Shape) -> NodeId {
    graph.add(Input { shape }, &[]).unwrap()
}

fn convolution(outputs: usize, inputs: usize) -> Convolution {
    let weights = pseudo_random(7, outputs * inputs * 9);
    let sliding = Sliding::square(3, 1, 1);
    Convolution::new(weights, (outputs, inputs), sliding, None).unwrap()
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

#[test]
fn what_has_entered_from_outside_the_map_is_zero_and_needs_no_input() {
    let mut graph = Graph::new();
    let image = input(&mut graph, Shape::new(3, 3, 1));
    let padded = graph.add(Translate::zero_pad((3, 3), (2, 2)), &[image]).unwrap();
    let corner = Wanted { node: padded, region: Region::between(0, 0, 2, 5) };
    let plan = Plan::forward(&graph, &[corner]).unwrap();
    assert!(plan.region(image).is_empty());
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    workspace.forward();
    assert_eq!(workspace.value(padded).data(), [0.0; 10]);
}

#[test]
fn a_convolution_of_x_added_to_x_itself_has_both_gradients() {
    // y = w x + x, with w = 2 in the middle of the window and 1 to its left.
    let mut graph = Graph::new();
    let image = input(&mut graph, Shape::new(1, 3, 1));
    let weights = vec![0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0];
    let twice = Convolution::new(weights, (1, 1), Sliding::square(3, 1, 1), None).unwrap();
    let twice = graph.add(twice, &[image]).unwrap();
    for inputs in [[twice, image], [image, twice]] {
        let mut graph = graph.clone();
        let sum = graph.add(Add, &inputs).unwrap();
        let wanted = Wanted::whole(&graph, sum);
        let given = [(image, &[1.0, 10.0, 100.0][..])];
        let found = graph.evaluate(wanted, &given).gradients(Isa::best(), &[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(found.value, [3.0, 31.0, 310.0]);
        assert_eq!(found.by_inputs, [[5.0, 9.0, 9.0]]);
    }
}

#[test]
fn a_convolution_before_max_pooling_is_computed_by_its_algorithm() {
    for algorithm in Algorithm::ALL {
        let mut graph = Graph::new();
        let image = input(&mut graph, Shape::new(9, 10, 16));
        let convolution = convolution(16, 16).computed(algorithm);
        let convolved = graph.add(convolution, &[image]).unwrap();
        let pooled = graph.add(MaxPool::new(Sliding::square(2, 2, 0)), &[convolved]).unwrap();
        let values = |wanted: &[NodeId]| {
            let wanted: Vec<Wanted> = wanted.iter().map(|&n| Wanted::whole(&graph, n)).collect();
            let plan = Plan::forward(&graph, &wanted).unwrap();
            let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
            workspace.set_input(image, &pseudo_random(8, 9 * 10 * 16));
            workspace.forward();
            workspace.value(pooled).data().to_vec()
        };
        let apart = values(&[convolved, pooled]);
        assert_same_bits(&values(&[pooled]), &apart, algorithm.name());
    }
}
