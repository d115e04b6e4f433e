//! A plan for a center neuron computes its cone alone. That it gives the bits of the whole is said of random graphs (`graphs`).

use autodiff::ops::{Add, Convolution, Input, MaxPool, Relu};
use autodiff::{Graph, NodeId, Plan, Region, Shape, Sliding, Wanted};

fn layer(graph: &mut Graph, (outputs, inputs): (usize, usize), sliding: Sliding, from: NodeId) -> NodeId {
    let weights = vec![0.0; outputs * inputs * sliding.kernel.0 * sliding.kernel.1];
    graph.add(Convolution::new(weights, (outputs, inputs), sliding, None).unwrap(), &[from]).unwrap()
}

/// A stem with pooling and a block of two convolutions, as in ResNet18: the graph, the image and the block's sum.
fn block(size: usize) -> (Graph, NodeId, NodeId) {
    let mut graph = Graph::new();
    let image = graph.add(Input { shape: Shape::new(size, size, 3) }, &[]).unwrap();
    let stem = layer(&mut graph, (5, 3), Sliding::square(7, 2, 3), image);
    let pooled = graph.add(MaxPool::new(Sliding::square(3, 2, 1)), &[stem]).unwrap();
    let projected = layer(&mut graph, (17, 5), Sliding::square(1, 2, 0), pooled);
    let hidden = layer(&mut graph, (17, 5), Sliding::square(3, 2, 1), pooled);
    let hidden = graph.add(Relu, &[hidden]).unwrap();
    let contribution = layer(&mut graph, (17, 17), Sliding::square(3, 1, 1), hidden);
    let sum = graph.add(Add, &[contribution, projected]).unwrap();
    (graph, image, sum)
}

#[test]
fn a_plan_computes_no_more_than_its_cone() {
    let (graph, image, sum) = block(224);
    let plan = Plan::with_gradients(&graph, Wanted::center(&graph, sum), &[image]).unwrap();
    // 3x3 at stride 1 and 3x3 at stride 2 need 7x7 of the pooled map, 15x15 of the stem, 35x35 of the image.
    let region = plan.region(image);
    assert_eq!((region.height, region.width), (35, 35));
    assert_eq!(region, graph.receptive_field(sum, graph.shape(sum).center(), image));
}

#[test]
fn a_region_outside_the_map_is_an_error() {
    let (graph, _, sum) = block(40);
    let wanted = Wanted { node: sum, region: Region::position(5, 0) };
    let message = Plan::forward(&graph, &[wanted]).unwrap_err().to_string();
    assert!(message.contains("5 x 5 x 17"), "{message}");
}
