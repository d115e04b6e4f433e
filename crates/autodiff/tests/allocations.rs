//! Executing a plan allocates nothing, forward or backward.

use autodiff::ops::{
    Convolution, Draw, Input, Jitter, MaxPool, Normalise, ReflectPad, Relu, Resize, Rotate, SpectralImage,
};
use autodiff::{Graph, Isa, Plan, Shape, Sliding, Wanted, Workspace, ops::Alignment};
use std::sync::Arc;
use testkit::pseudo_random;

#[test]
fn executing_a_plan_allocates_nothing() {
    let size = 48;
    let mut graph = Graph::new();
    let spectrum = graph.add(Input { shape: Shape::new(3 * size, size / 2 + 1, 2) }, &[]).unwrap();
    let mut node = graph.add(SpectralImage::new(size, size), &[spectrum]).unwrap();
    node = graph.add(ReflectPad::new(4), &[node]).unwrap();
    let jitter = graph.add(Jitter::below(4), &[node]).unwrap();
    node = graph.add(Resize::new((58, 58), Alignment::Corners), &[jitter]).unwrap();
    let rotated = graph.add(Rotate::within(5), &[node]).unwrap();
    node = graph.add(Normalise::imagenet(), &[rotated]).unwrap();
    let sliding = Sliding::square(7, 2, 3);
    let weights = pseudo_random(1, 20 * 3 * 49);
    node = graph.add(Convolution::new(weights, (20, 3), sliding, None).unwrap(), &[node]).unwrap();
    node = graph.add(Relu, &[node]).unwrap();
    node = graph.add(MaxPool::new(Sliding::square(3, 2, 1)), &[node]).unwrap();
    let plan = Plan::with_gradients(&graph, Wanted::center(&graph, node), &[spectrum]).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    workspace.set_input(spectrum, &pseudo_random(2, 3 * size * (size / 2 + 1) * 2));
    workspace.seed().data_mut().fill(1.0);
    let mut run = |degrees| {
        workspace.set_draw(jitter, Draw::Shift(3, 1));
        workspace.set_draw(rotated, Draw::Degrees(degrees));
        workspace.forward();
        workspace.backward();
    };
    run(-5);
    let counted = allocation_counter::measure(|| run(4));
    assert_eq!(counted.count_total, 0, "{counted:?}");
    // The counter itself counts.
    assert!(allocation_counter::measure(|| drop(std::hint::black_box(vec![0.0_f32; 9]))).count_total > 0);
}
