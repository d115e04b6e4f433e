//! Which buffers a plan needs, and what executing it allocates.

use autodiff::ops::{Add, Alignment, Convolution, Input, Linear, MaxPool, Operation, Relu, Resize, SpectralImage};
use autodiff::{Graph, Isa, NodeId, Plan, Shape, Sliding, Wanted, Workspace};
use kernels::conv::input_gradient_scratch;
use kernels::dft::WindowDft;
use kernels::resample::ResizePlan;
use std::sync::Arc;

const FLOAT: usize = size_of::<f32>();

fn input(graph: &mut Graph, shape: Shape) -> NodeId {
    graph.add(Input { shape }, &[]).unwrap()
}

fn bytes(plans: &[Plan]) -> usize {
    Plan::workspace_bytes(plans.iter())
}

#[test]
fn values_that_nobody_reads_any_more_give_their_buffers_back() {
    let mut graph = Graph::new();
    let image = input(&mut graph, Shape::new(5, 5, 2));
    let mut node = image;
    for _ in 0..6 {
        node = graph.add(Relu, &[node]).unwrap();
    }
    let last = Wanted::whole(&graph, node);
    // The input, and two others in turn.
    let plan = Plan::forward(&graph, &[last]).unwrap();
    assert_eq!(bytes(&[plan]), 3 * 50 * FLOAT);
    // A backward pass reads every value again; gradients come and go, but for the seed's and that asked for.
    let plan = Plan::with_gradients(&graph, last, &[image]).unwrap();
    assert_eq!(bytes(&[plan]), (7 + 3) * 50 * FLOAT);
}

#[test]
fn a_value_that_is_read_again_later_keeps_its_buffer() {
    let mut graph = Graph::new();
    let image = input(&mut graph, Shape::new(5, 5, 2));
    let first = graph.add(Relu, &[image]).unwrap();
    let mut node = first;
    for _ in 0..4 {
        node = graph.add(Relu, &[node]).unwrap();
    }
    let sum = graph.add(Add, &[node, first]).unwrap();
    let plan = Plan::forward(&graph, &[Wanted::whole(&graph, sum)]).unwrap();
    // The input, the first, and two in turn; the sum takes the one that is free.
    assert_eq!(bytes(&[plan]), 4 * 50 * FLOAT);
}

#[test]
fn a_workspace_for_several_plans_has_the_largest_of_each_buffer_and_scratch() {
    let pool = |size: usize, channels: usize| {
        let mut graph = Graph::new();
        let image = input(&mut graph, Shape::new(size, size, channels));
        let pooled = graph.add(MaxPool::new(Sliding::square(2, 2, 0)), &[image]).unwrap();
        Plan::forward(&graph, &[Wanted::whole(&graph, pooled)]).unwrap()
    };
    let sizes = [(8, 1), (4, 4), (2, 20)];
    let largest = |of: fn((usize, usize)) -> usize| sizes.map(of).into_iter().max().unwrap();
    let first = largest(|(size, channels)| size * size * channels);
    let second = largest(|(size, channels)| size * size / 4 * channels);
    assert_eq!(bytes(&sizes.map(|(s, c)| pool(s, c))), (first + second) * FLOAT);
}

#[test]
fn the_bytes_of_a_workspace_are_what_it_allocates() {
    // A picture, and a stem of a convolution with pooling: values, gradients, scratch and the transforms' memory.
    let mut graph = Graph::new();
    let spectrum = input(&mut graph, Shape::new(3 * 24, 13, 2));
    let image = graph.add(SpectralImage::new(24, 24), &[spectrum]).unwrap();
    let rectified = graph.add(Relu, &[image]).unwrap();
    let weights = testkit::pseudo_random(1, 5 * 3 * 9);
    let stem = Convolution::new(weights, (5, 3), Sliding::square(3, 1, 1), None).unwrap();
    let stem = graph.add(stem, &[rectified]).unwrap();
    let pooled = graph.add(MaxPool::new(Sliding::square(2, 2, 0)), &[stem]).unwrap();
    let wanted = Wanted::whole(&graph, pooled);
    for plan in [Plan::forward(&graph, &[wanted]).unwrap(), Plan::with_gradients(&graph, wanted, &[spectrum]).unwrap()]
    {
        let plan = Arc::new(plan);
        let expected = Plan::workspace_bytes([plan.as_ref()].into_iter()) as u64;
        let mut made = None;
        let allocated = allocation_counter::measure(|| made = Some(Workspace::new(Arc::clone(&plan), Isa::best())));
        // Beside: a list of buffers, draws and the seed.
        let seed = (graph.shape(pooled).len() * FLOAT) as u64;
        let found = allocated.bytes_current.unsigned_abs();
        assert!((expected..expected + seed + 1024).contains(&found), "{found} of {expected}");
    }
}

#[test]
fn going_back_to_a_plan_allocates_nothing() {
    let mut graph = Graph::new();
    let image = input(&mut graph, Shape::new(9, 9, 3));
    let first = graph.add(Relu, &[image]).unwrap();
    let weights = testkit::pseudo_random(1, 5 * 3 * 9);
    let convolution = Convolution::new(weights, (5, 3), Sliding::square(3, 1, 1), None).unwrap();
    let second = graph.add(convolution, &[first]).unwrap();
    let small = Plan::forward(&graph, &[Wanted::center(&graph, first)]).unwrap();
    let large = Plan::with_gradients(&graph, Wanted::whole(&graph, second), &[image]).unwrap();
    let [small, large] = [small, large].map(Arc::new);
    let mut workspace = Workspace::new(Arc::clone(&small), Isa::best());
    workspace.switch_to(&large);
    let counted = allocation_counter::measure(|| {
        workspace.switch_to(&small);
        workspace.forward();
        workspace.switch_to(&large);
        workspace.forward();
        workspace.backward();
    });
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

/// Bytes of a plan of one operation without gradients, and with them.
fn of_one(operation: impl Operation + 'static, shape: Shape) -> [usize; 2] {
    let mut graph = Graph::new();
    let from = input(&mut graph, shape);
    let node = graph.add(operation, &[from]).unwrap();
    let wanted = Wanted::whole(&graph, node);
    let forward = Plan::forward(&graph, &[wanted]).unwrap();
    [forward, Plan::with_gradients(&graph, wanted, &[from]).unwrap()].map(|plan| bytes(&[plan]))
}

#[test]
fn scratch_is_what_an_operation_computes_in_and_no_more() {
    let floats = |values: usize, scratch: usize| [(values + scratch) * FLOAT, (2 * values + scratch) * FLOAT];
    // One row of inputs, for the product that is then added to the gradient.
    let linear = Linear::new(&[0.0; 7 * 5], &[0.0; 5], 7).unwrap();
    assert_eq!(of_one(linear, Shape::new(1, 1, 7)), floats(7 + 5, 7));
    // A row of the input.
    let rows = ResizePlan::new((6, 9), (4, 5), Alignment::HalfPixel).part(autodiff::Region::whole(4, 5)).scratch(2);
    let resize = Resize::new((4, 5), Alignment::HalfPixel);
    assert_eq!(of_one(resize, Shape::new(6, 9, 2)), floats((54 + 20) * 2, rows));
    // A scaled plane of the spectrum, the three planes of the picture, and the transforms' own.
    let dft = WindowDft::new(6, 8, autodiff::Region::whole(6, 8)).scratch();
    let picture = floats(3 * 6 * 5 * 2 + 6 * 8 * 3, 6 * 5 * 2 + 3 * 6 * 8 + dft);
    assert_eq!(of_one(SpectralImage::new(6, 8), Shape::new(3 * 6, 5, 2)), picture);
    // Convolutions scatter the gradient of few channels; the sum itself needs no scratch.
    for channels in [3, 16] {
        let sliding = Sliding::square(3, 1, 0);
        let made = Convolution::new(vec![0.0; 5 * channels * 9], (5, channels), sliding, None);
        let [forward, backward] = of_one(made.unwrap(), Shape::new(6, 7, channels));
        let values = 6 * 7 * channels + 4 * 5 * 5;
        assert_eq!(forward, values * FLOAT);
        assert_eq!(backward, (2 * values + input_gradient_scratch(sliding, channels)) * FLOAT);
    }
    assert_eq!(of_one(Relu, Shape::new(3, 4, 5)), floats(120, 0));
}

#[test]
fn a_pooled_convolution_needs_the_rows_that_four_pooled_ones_see() {
    let mut graph = Graph::new();
    let image = input(&mut graph, Shape::new(30, 11, 2));
    let made = Convolution::new(vec![0.0; 5 * 2], (5, 2), Sliding::square(1, 1, 0), None).unwrap();
    let convolved = graph.add(made, &[image]).unwrap();
    for (kernel, stride) in [((3, 3), (2, 2)), ((2, 1), (3, 1)), ((5, 2), (1, 2))] {
        let mut graph = graph.clone();
        let pool = Sliding { kernel, stride, padding: (0, 0) };
        let pooled = graph.add(MaxPool::new(pool), &[convolved]).unwrap();
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, pooled)]).unwrap();
        let rows = 3 * stride.0 + kernel.0;
        let read = (graph.shape(pooled).height - 1) * stride.0 + kernel.0;
        let across = (graph.shape(pooled).width - 1) * stride.1 + kernel.1;
        let values = read * across * 2 + graph.shape(pooled).len();
        assert_eq!(bytes(&[plan]), (values + rows * 11 * 5) * FLOAT, "{pool:?}");
    }
}

#[test]
fn a_workspace_for_several_plans_has_the_scratch_of_the_one_that_needs_most() {
    let picture = |size: usize| {
        let mut graph = Graph::new();
        let spectrum = input(&mut graph, Shape::new(3 * size, size / 2 + 1, 2));
        let node = graph.add(SpectralImage::new(size, size), &[spectrum]).unwrap();
        Plan::forward(&graph, &[Wanted::whole(&graph, node)]).unwrap()
    };
    let [small, large] = [8, 12].map(picture);
    let alone = bytes(&[picture(12)]);
    assert!(bytes(&[picture(8)]) < alone);
    // All that the smaller one needs is less: its values, its scratch and its transforms.
    assert_eq!(bytes(&[small, large]), alone);
    assert_eq!(bytes(&[picture(12), picture(8), picture(12)]), alone);
}
