//! Operations that no convolution takes up: their own values and gradients, in whole numbers.

use autodiff::ops::{Add, BatchNorm, Input, Relu};
use autodiff::{Graph, Isa, Shape, Wanted};

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
    let given = [(x, &[1.0, 2.0, -3.0, 0.0, 5.0, -6.0][..])];
    let dy = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0];
    let found = graph.evaluate(Wanted::whole(&graph, sum), &given).gradients(Isa::best(), &dy).unwrap();
    assert_eq!(found.value, [14.0, 18.0, 1.0, 20.0, 30.0, 32.0]);
    assert_eq!(found.by_inputs, [[4.0, -10.0, 6.0, -40.0, 12.0, -60.0]]);
}
