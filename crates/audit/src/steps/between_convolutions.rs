//! What stands between convolutions: ReLU, pooling, batch norm, addition, and the fully connected layer behind them.

use crate::comparison::{Comparison, Pass, Step, Tally, Witness};
use crate::error::AuditError;
use crate::rounding::singles;
use crate::steps::operations::{Adjoint, Chain, Exact, Subject, Twin, Words, of_map, one};
use crate::twin::bounded::steps;
use crate::twin::layer::Affine;
use autodiff::ops::{Add, BatchNorm, Draw, GlobalAveragePool, Input, Linear, MaxPool, Relu};
use autodiff::{Graph, Isa, Plan, Shape, Sliding, Wanted, Workspace};
use bounds::{gamma, pseudo_random, underflow_slack};
use reference::Map;
use resnet::Part;
use std::sync::Arc;
use weights::{Tensor, TensorSet};

/// The maximum pooling behind the stem of a network for large images.
const POOLING: Sliding = Sliding { kernel: (3, 3), stride: (2, 2), padding: (1, 1) };

/// What stands between convolutions, on an activation of the first block; `classes` is what the last layer is called.
///
/// # Errors
/// If an operation refuses it.
pub(crate) fn comparisons(
    x: &Map,
    (tensors, classes): (&TensorSet, Part),
    isa: Isa,
) -> Result<Vec<Comparison>, AuditError> {
    let mut comparisons = relu(x, isa)?;
    comparisons.extend(max_pool(x, isa)?);
    comparisons.extend(global_average_pool(x, isa)?);
    let of_classes = |part: &str| tensors.get(&format!("{classes}.{part}"));
    if let (Some(weight), Some(bias)) = (of_classes("weight"), of_classes("bias")) {
        comparisons.extend(fully_connected(weight, bias, isa)?);
    }
    comparisons.extend(addition(x, isa)?);
    Ok(comparisons)
}

/// An operation, and what it reads.
struct Layer {
    what: &'static str,
    chain: Chain<'static>,
    shape: (usize, usize, usize),
    input: Vec<f32>,
    linear: bool,
}

impl Layer {
    fn compare(self, twin: Twin<'_>, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let Layer { what, chain, shape, input, linear } = self;
        Subject { step: Step::Layer, what: what.to_owned(), chain, shape, input, linear, twin }.compare(isa)
    }
}

fn exact(map: Map) -> Exact {
    let bound = Map::zeros(map.shape());
    (map, bound)
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

fn relu(x: &Map, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let values = singles(&x.data);
    // Half of the values below zero.
    let signed: Vec<f32> = values.iter().zip(pseudo_random(9, values.len())).map(|(v, r)| v * r).collect();
    let twin = Twin {
        forward: &|x| exact(reference::relu(x)),
        backward: &|x, dy| exact(reference::relu_gradient(x, dy)),
        words: Words { forward: "0", backward: "0" },
    };
    Layer { what: "ReLU", chain: one(Relu, Draw::None), shape: x.shape(), input: signed, linear: false }
        .compare(twin, isa)
}

fn max_pool(x: &Map, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let backward = |x: &Map, dy: &Map| -> Exact {
        let gradient = |dy: &Map| reference::max_pool_gradient(x, dy, steps(POOLING));
        let bound = gradient(&dy.map(f64::abs)).map(|s| gamma(9) * s);
        (gradient(dy), bound)
    };
    let twin = Twin {
        forward: &|x| exact(reference::max_pool(x, steps(POOLING))),
        backward: &backward,
        words: Words { forward: "0", backward: "gamma(9) sum |dy|" },
    };
    let chain = one(MaxPool::new(POOLING), Draw::None);
    Layer { what: "max pool", chain, shape: x.shape(), input: singles(&x.data), linear: false }.compare(twin, isa)
}

fn global_average_pool(x: &Map, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let positions = x.height * x.width;
    let size = (x.height, x.width);
    let forward = |x: &Map| -> Exact {
        let shape = (1, 1, x.channels);
        let sums = reference::global_average_pool(&x.map(f64::abs));
        let bound = sums.iter().map(|s| gamma(positions + 1) * s + underflow_slack(1));
        (Map::new(shape, reference::global_average_pool(x)), Map::new(shape, bound.collect()))
    };
    let backward = |_: &Map, dy: &Map| -> Exact {
        let dx = reference::global_average_pool_gradient(&dy.data, size);
        let bound = dx.map(|v| gamma(2) * v.abs());
        (dx, bound)
    };
    let words = Words { forward: "gamma(H W + 1) sum |x| / (H W)", backward: "gamma(2) |dy| / (H W)" };
    let chain = one(GlobalAveragePool, Draw::None);
    Layer { what: "global average pool", chain, shape: x.shape(), input: singles(&x.data), linear: true }
        .compare(Twin { forward: &forward, backward: &backward, words }, isa)
}

fn fully_connected(weight: &Tensor, bias: &Tensor, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let (outputs, inputs) = (weight.shape()[0], weight.shape()[1]);
    let (w, b) = (wide(weight.values()), wide(bias.values()));
    let magnitudes = |values: &[f64]| -> Vec<f64> { values.iter().map(|v| v.abs()).collect() };
    let row = |values: Vec<f64>| Map::new((1, 1, values.len()), values);
    let forward = |x: &Map| -> Exact {
        let sums = reference::linear(&magnitudes(&x.data), &magnitudes(&w), &magnitudes(&b));
        let bound = sums.iter().map(|s| gamma(inputs + 1) * s + underflow_slack(inputs));
        (row(reference::linear(&x.data, &w, &b)), row(bound.collect()))
    };
    let backward = |_: &Map, dy: &Map| -> Exact {
        let sums = reference::linear_gradient(&magnitudes(&dy.data), &magnitudes(&w), inputs);
        let bound = sums.iter().map(|s| gamma(outputs) * s + underflow_slack(outputs));
        (row(reference::linear_gradient(&dy.data, &w, inputs)), row(bound.collect()))
    };
    let words = Words { forward: "gamma(k + 1) (sum |w x| + |b|)", backward: "gamma(k) sum |w dy|" };
    let chain = one(Linear::new(weight.values(), bias.values(), inputs)?, Draw::None);
    Layer { what: "fc", chain, shape: (1, 1, inputs), input: pseudo_random(11, inputs), linear: true }
        .compare(Twin { forward: &forward, backward: &backward, words }, isa)
}

/// A batch norm by itself, of these scales and shifts, on a map of the size of `x`.
pub(crate) fn norm(
    norm: BatchNorm,
    Affine { scale, shift }: &Affine,
    x: &Map,
    isa: Isa,
) -> Result<Vec<Comparison>, AuditError> {
    let channels = scale.len();
    let forward = |x: &Map| -> Exact {
        let y = Map::from_fn(x.shape(), |i, j, c| scale[c] * x.at(i, j, c) + shift[c]);
        // Scale and shift are rounded when they are made, and the fused multiply-add rounds.
        let bound = Map::from_fn(x.shape(), |i, j, c| gamma(2) * ((scale[c] * x.at(i, j, c)).abs() + shift[c].abs()));
        (y, bound)
    };
    let backward = |_: &Map, dy: &Map| -> Exact {
        let dx = Map::from_fn(dy.shape(), |i, j, c| scale[c] * dy.at(i, j, c));
        let bound = dx.map(|v| gamma(2) * v.abs() + underflow_slack(1));
        (dx, bound)
    };
    let words = Words { forward: "gamma(2) (|s x| + |t|)", backward: "gamma(2) |s dy|" };
    let shape = (x.height, x.width, channels);
    let input = pseudo_random(12, shape.0 * shape.1 * channels);
    Layer { what: "batch norm", chain: one(norm, Draw::None), shape, input, linear: true }
        .compare(Twin { forward: &forward, backward: &backward, words }, isa)
}

/// The sum of two maps: its gradient is both inputs'. `<a + b, y> = <a, y> + <b, y>`.
fn addition(x: &Map, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let mut graph = Graph::new();
    let shape = Shape::new(x.height, x.width, x.channels);
    let inputs = [graph.add(Input { shape }, &[])?, graph.add(Input { shape }, &[])?];
    let node = graph.add(Add, &inputs)?;
    let plan = Plan::with_gradients(&graph, Wanted::whole(&graph, node), &inputs)?;
    let mut workspace = Workspace::new(Arc::new(plan), isa);
    let terms: [Vec<f32>; 2] = [singles(&x.data), pseudo_random(13, shape.len())];
    for (&input, values) in inputs.iter().zip(&terms) {
        workspace.set_input(input, values);
    }
    let dy = pseudo_random(14, shape.len());
    workspace.seed().data_mut().copy_from_slice(&dy);
    workspace.forward();
    let y = workspace.value(node).data().to_vec();
    workspace.backward();
    let gradients: Vec<f32> = inputs.iter().flat_map(|&input| of_map(workspace.gradient(input), shape)).collect();
    let (a, b, seed) = (wide(&terms[0]), wide(&terms[1]), wide(&dy));
    let exact: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
    let bound: Vec<f64> = exact.iter().map(|v| gamma(1) * v.abs()).collect();
    let mut forward = Tally::default();
    forward.add_all(&y, &exact, &bound);
    let mut backward = Tally::default();
    let (both, nothing) = ([seed.clone(), seed.clone()].concat(), vec![0.0; 2 * y.len()]);
    backward.add_all(&gradients, &both, &nothing);
    let adjoint = Adjoint {
        forward: &y,
        constant: &nothing[..y.len()],
        y: &seed,
        x: &[a, b].concat(),
        backward: &gradients,
        forward_bound: &bound,
        backward_bound: &nothing,
    };
    Ok(vec![
        forward.comparison(Step::Layer.against(Witness::Twin, ("addition", Pass::Forward)), "gamma(1) |a + b|"),
        backward.comparison(Step::Layer.against(Witness::Twin, ("addition", Pass::Backward)), "0"),
        adjoint.comparison("addition"),
    ])
}
