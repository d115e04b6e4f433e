//! Every layer of the network, forward and backward, on what a real image makes it read.

use crate::error::AuditError;
use crate::line::{Line, Tally, Witness};
use crate::operations::{Exact, Subject, of_map};
use crate::twin::{Bounded, SINGLE, TwinLayer, TwinNetwork, steps};
use autodiff::ops::{
    Algorithm, BatchNorm, Convolution, Draw, GlobalAveragePool, Input, Linear, MaxPool, Relu,
};
use autodiff::{Graph, Isa, Plan, Shape, Sliding, Wanted, Workspace};
use rayon::prelude::*;
use reference::{Filters, Map};
use resnet::Block;
use std::sync::Arc;
use testkit::{gamma, pseudo_random, underflow_slack};
use weights::TensorSet;

/// A layer and what it reads, in single precision.
struct Reading {
    layer: TwinLayer,
    x: Map,
}

/// Two lines for each convolution with its batch norm, and those of the operations between them.
///
/// # Errors
/// If a layer cannot be built from its tensors.
pub(crate) fn lines(
    twin: &TwinNetwork,
    image: &Bounded,
    (tensors, last): (&TensorSet, Block),
    isa: Isa,
) -> Result<Vec<Line>, AuditError> {
    let mut readings = Vec::new();
    twin.run(image, last, SINGLE, &mut |layer, x| {
        readings.push(Reading {
            layer: layer.clone(),
            x: x.value.map(|v| f64::from(single(v))),
        });
    });
    let of_layers: Result<Vec<Vec<Line>>, AuditError> = readings
        .par_iter()
        .map(|reading| reading.lines(isa))
        .collect();
    let mut lines: Vec<Line> = of_layers?.into_iter().flatten().collect();
    if let Some(second) = readings.iter().find(|r| r.layer.name == "layer1.0.conv2") {
        lines.extend(between(&second.x, tensors, isa)?);
    }
    Ok(lines)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the layer is given single-precision values; from here on they are exact"
)]
fn single(value: f64) -> f32 {
    value as f32
}

impl Reading {
    fn lines(&self, isa: Isa) -> Result<Vec<Line>, AuditError> {
        let TwinLayer {
            name,
            outputs,
            inputs,
            sliding,
            weights,
            bias,
            norm,
            ..
        } = &self.layer;
        let mut graph = Graph::new();
        let shape = Shape::new(self.x.height, self.x.width, self.x.channels);
        let input = graph.add(Input { shape }, &[])?;
        let convolution =
            Convolution::new(weights.clone(), (*outputs, *inputs), *sliding, bias.clone())?;
        let mut node = graph.add(convolution, &[input])?;
        if let Some(norm) = self.norm()? {
            node = graph.add(norm, &[node])?;
        }
        let plan = Plan::with_gradients(&graph, Wanted::whole(&graph, node), &[input])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        let x: Vec<f32> = self.x.data.iter().map(|&v| single(v)).collect();
        workspace.set_input(input, &x);
        let output = graph.shape(node);
        let dy = pseudo_random(5, output.len());
        workspace.seed().data_mut().copy_from_slice(&dy);
        workspace.forward();
        let y = workspace.value(node).data().to_vec();
        workspace.backward();

        let exact = self.layer.apply(&Bounded::exact(self.x.clone()), SINGLE);
        let slack = underflow_slack(self.layer.terms());
        let bound: Vec<f64> = exact.error.data.iter().map(|e| e + slack).collect();
        let mut forward = Tally::default();
        forward.add_all(&y, &exact.value.data, &bound);
        let exact_sums = exact.value;

        let wide: Vec<f64> = weights.iter().copied().map(f64::from).collect();
        let magnitudes: Vec<f64> = wide.iter().map(|w| w.abs()).collect();
        let filters = |values| Filters {
            outputs: *outputs,
            inputs: *inputs,
            kernel: sliding.kernel,
            values,
        };
        let factor = |c: usize| norm.as_ref().map_or(1.0, |(scale, _)| scale[c]);
        let seed = Map::from_f32((output.height, output.width, output.channels), &dy);
        let seed = Map::from_fn(seed.shape(), |i, j, c| seed.at(i, j, c) * factor(c));
        let size = (self.x.height, self.x.width);
        let gradient = |dy: &Map, values| {
            reference::conv2d_input_gradient(dy, filters(values), steps(*sliding), size)
        };
        let exact = gradient(&seed, &wide);
        let sums = gradient(&seed.map(f64::abs), &magnitudes);
        // Every output that reads a position, and the scale and its product.
        let terms = outputs * sliding.kernel.0 * sliding.kernel.1;
        let bound: Vec<f64> = sums
            .data
            .iter()
            .map(|s| gamma(terms + 2) * s + underflow_slack(terms))
            .collect();
        let mut backward = Tally::default();
        let dx = of_map(workspace.gradient(input), shape);
        backward.add_all(&dx, &exact.data, &bound);
        let normed = if norm.is_some() { ", batch norm" } else { "" };
        let mut lines = vec![
            forward.line(
                "layer",
                format!("{name}{normed}, forward"),
                Witness::Twin,
                "gamma(k + 1) (sum |w x| + |b|)",
            ),
            backward.line(
                "layer",
                format!("{name}{normed}, backward"),
                Witness::Twin,
                "gamma(k + 2) sum |w dy|",
            ),
        ];
        if let Some(tally) = self.winograd(&exact_sums, isa)? {
            lines.push(tally.line(
                "Winograd",
                format!("{name}{normed}, forward"),
                Witness::Twin,
                "gamma(in + 10 or 14) (|A'| sum (|GgG'| (|B'| |d| |B|)) |A| + |b|)",
            ));
        }
        Ok(lines)
    }

    /// The same layer by Winograd's algorithm, if that is how `activations` may compute it; `exact` is what it should give.
    fn winograd(&self, exact: &Map, isa: Isa) -> Result<Option<Tally>, AuditError> {
        let TwinLayer {
            outputs,
            inputs,
            sliding,
            weights,
            bias,
            norm,
            ..
        } = &self.layer;
        let size = (*outputs, *inputs);
        let convolution = Convolution::new(weights.clone(), size, *sliding, bias.clone())?
            .computed(Algorithm::Winograd);
        let Some(tile) = convolution.tile() else {
            return Ok(None);
        };
        let mut graph = Graph::new();
        let shape = Shape::new(self.x.height, self.x.width, self.x.channels);
        let input = graph.add(Input { shape }, &[])?;
        let mut node = graph.add(convolution, &[input])?;
        if let Some(norm) = self.norm()? {
            node = graph.add(norm, &[node])?;
        }
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, node)])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        let x: Vec<f32> = self.x.data.iter().map(|&v| single(v)).collect();
        workspace.set_input(input, &x);
        workspace.forward();
        let values: Vec<f64> = weights.iter().copied().map(f64::from).collect();
        let filters = Filters {
            outputs: *outputs,
            inputs: *inputs,
            kernel: sliding.kernel,
            values: &values,
        };
        let found = reference::winograd(&self.x, filters, steps(*sliding), tile.size());
        let magnitude = found.magnitude;
        // The algorithm's own roundings, one for each of scale and shift, one to apply them.
        let n = tile.roundings(*inputs) + 3;
        let bound = magnitude.data.iter().enumerate().map(|(at, m)| {
            let o = at % outputs;
            let shift = bias.as_ref().map_or(0.0, |b| f64::from(b[o]).abs());
            let (scale, shift) = norm.as_ref().map_or((1.0, shift), |(scale, shift)| {
                (scale[o].abs(), shift[o].abs())
            });
            gamma(n) * (m * scale + shift) + underflow_slack(1 << 20)
        });
        let mut tally = Tally::default();
        let found = workspace.value(node);
        tally.add_all(found.data(), &exact.data, &bound.collect::<Vec<_>>());
        Ok(Some(tally))
    }

    /// The batch norm behind the convolution, where it is separate.
    fn norm(&self) -> Result<Option<BatchNorm>, AuditError> {
        let rounded = |values: &[f64]| values.iter().map(|&v| single(v)).collect();
        let norm = self.layer.norm.as_ref();
        let norm = norm.map(|(scale, shift)| BatchNorm::new(rounded(scale), rounded(shift)));
        Ok(norm.transpose()?)
    }
}

/// What stands between convolutions, on an activation of the first block.
fn between(x: &Map, tensors: &TensorSet, isa: Isa) -> Result<Vec<Line>, AuditError> {
    let values: Vec<f32> = x.data.iter().map(|&v| single(v)).collect();
    let exact = |map: Map| -> Exact {
        let bound = Map::zeros(map.shape());
        (map, bound)
    };
    // Half of the values below zero.
    let signed: Vec<f32> = values
        .iter()
        .zip(pseudo_random(9, values.len()))
        .map(|(v, r)| v * r)
        .collect();
    let mut lines = Subject {
        step: "layer",
        what: "ReLU".to_owned(),
        operation: Arc::new(Relu),
        draw: Draw::None,
        shape: x.shape(),
        input: signed,
        linear: false,
        forward: &|x| exact(reference::relu(x)),
        backward: &|x, dy| exact(reference::relu_gradient(x, dy)),
        bounds: ("0", "0"),
    }
    .lines(isa)?;
    let sliding = Sliding::square(3, 2, 1);
    let pooled = |x: &Map, dy: &Map| -> Exact {
        let gradient = |dy: &Map| reference::max_pool_gradient(x, dy, steps(sliding));
        let bound = gradient(&dy.map(f64::abs)).map(|s| gamma(9) * s);
        (gradient(dy), bound)
    };
    lines.extend(
        Subject {
            step: "layer",
            what: "max pool".to_owned(),
            operation: Arc::new(MaxPool::new(sliding)),
            draw: Draw::None,
            shape: x.shape(),
            input: values.clone(),
            linear: false,
            forward: &|x| exact(reference::max_pool(x, steps(sliding))),
            backward: &pooled,
            bounds: ("0", "gamma(9) sum |dy|"),
        }
        .lines(isa)?,
    );
    let positions = x.height * x.width;
    let averaged = |x: &Map| -> Exact {
        let shape = (1, 1, x.channels);
        let sums = reference::global_average_pool(&x.map(f64::abs));
        let bound = sums
            .iter()
            .map(|s| gamma(positions + 1) * s + underflow_slack(1));
        (
            Map::new(shape, reference::global_average_pool(x)),
            Map::new(shape, bound.collect()),
        )
    };
    let spread = |x: &Map, dy: &Map| -> Exact {
        let dx = reference::global_average_pool_gradient(&dy.data, (x.height, x.width));
        let bound = dx.map(|v| gamma(2) * v.abs());
        (dx, bound)
    };
    lines.extend(
        Subject {
            step: "layer",
            what: "global average pool".to_owned(),
            operation: Arc::new(GlobalAveragePool),
            draw: Draw::None,
            shape: x.shape(),
            input: values,
            linear: true,
            forward: &averaged,
            backward: &spread,
            bounds: ("gamma(H W + 1) sum |x| / (H W)", "gamma(2) |dy| / (H W)"),
        }
        .lines(isa)?,
    );
    if let (Some(weight), Some(bias)) = (tensors.get("fc.weight"), tensors.get("fc.bias")) {
        let (outputs, inputs) = (weight.shape()[0], weight.shape()[1]);
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
        let (w, b) = (wide(weight.values()), wide(bias.values()));
        let magnitudes = |values: &[f64]| -> Vec<f64> { values.iter().map(|v| v.abs()).collect() };
        let row = |values: Vec<f64>| Map::new((1, 1, values.len()), values);
        let forward = |x: &Map| -> Exact {
            let sums = reference::linear(&magnitudes(&x.data), &magnitudes(&w), &magnitudes(&b));
            let bound = sums
                .iter()
                .map(|s| gamma(inputs + 1) * s + underflow_slack(inputs));
            (
                row(reference::linear(&x.data, &w, &b)),
                row(bound.collect()),
            )
        };
        let backward = |_: &Map, dy: &Map| -> Exact {
            let sums = reference::linear_gradient(&magnitudes(&dy.data), &magnitudes(&w), inputs);
            let bound = sums
                .iter()
                .map(|s| gamma(outputs) * s + underflow_slack(outputs));
            (
                row(reference::linear_gradient(&dy.data, &w, inputs)),
                row(bound.collect()),
            )
        };
        lines.extend(
            Subject {
                step: "layer",
                what: "fc".to_owned(),
                operation: Arc::new(Linear::new(weight.values(), bias.values(), inputs)?),
                draw: Draw::None,
                shape: (1, 1, inputs),
                input: pseudo_random(11, inputs),
                linear: true,
                forward: &forward,
                backward: &backward,
                bounds: ("gamma(k + 1) (sum |w x| + |b|)", "gamma(k) sum |w dy|"),
            }
            .lines(isa)?,
        );
    }
    Ok(lines)
}
