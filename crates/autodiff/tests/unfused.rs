//! Operations that no convolution takes up: their own values and gradients, in whole numbers.

use autodiff::ops::{Add, BatchNorm, Input, Relu};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use std::sync::Arc;

#[test]
fn a_gradient_goes_through_both_sides_of_an_addition() {
    // y = relu(x) + (scale x + shift), so dx = [x > 0] dy + scale dy.
    let (scale, shift) = ([3.0, -2.0], [10.0, 20.0]);
    let mut graph = Graph::new();
    let shape = Shape::new(1, 3, 2);
    let x = graph.add(Input { shape }, &[]).unwrap();
    let rectified = graph.add(Relu, &[x]).unwrap();
    let norm = BatchNorm::new(scale.to_vec(), shift.to_vec()).unwrap();
    let scaled = graph.add(norm, &[x]).unwrap();
    let sum = graph.add(Add, &[rectified, scaled]).unwrap();
    let plan = Plan::with_gradients(&graph, Wanted::whole(&graph, sum), &[x]).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    workspace.set_input(x, &[1.0, 2.0, -3.0, 0.0, 5.0, -6.0]);
    let dy = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0];
    workspace.seed().data_mut().copy_from_slice(&dy);
    workspace.forward();
    workspace.backward();
    assert_eq!(workspace.value(sum).data(), [14.0, 18.0, 1.0, 20.0, 30.0, 32.0]);
    assert_eq!(workspace.gradient(x).data(), [4.0, -10.0, 6.0, -40.0, 12.0, -60.0]);
}
