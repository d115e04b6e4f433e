//! Every layer of the network, forward and backward, on what a real image makes it read.

use crate::between;
use crate::bounded::{Bounded, SINGLE, steps};
use crate::error::AuditError;
use crate::line::{Line, Tally, Witness};
use crate::operations::{Adjoint, of_map};
use crate::twin::{TwinLayer, TwinNetwork};
use autodiff::ops::{Algorithm, BatchNorm, BatchNormStatistics, Convolution, Input};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use rayon::prelude::*;
use reference::{Filters, Map};
use resnet::{BATCH_NORM_EPS, Block};
use std::sync::Arc;
use testkit::{gamma, pseudo_random, underflow_slack};
use weights::TensorSet;

/// A layer and what it reads, in single precision.
struct Reading {
    layer: TwinLayer,
    x: Map,
}

/// Every convolution with its batch norm and the operations between them: all forward, then all backward from the last
/// to the first, then each with its adjoint.
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
        readings.push(Reading { layer: layer.clone(), x: x.value.map(|v| f64::from(single(v))) });
    });
    let of_layers: Result<Vec<Vec<Line>>, AuditError> = readings.par_iter().map(|reading| reading.lines(isa)).collect();
    let mut lines: Vec<Line> = of_layers?.into_iter().flatten().collect();
    if let Some(second) = readings.iter().find(|r| r.layer.name == "layer1.0.conv2") {
        lines.extend(between::lines(&second.x, tensors, isa)?);
        if let (Some(norm), Some(affine)) = (second.norm()?, &second.layer.norm) {
            lines.extend(between::norm(norm, affine, &second.x, isa)?);
        }
    }
    Ok(in_order(lines))
}

/// The forward pass, the backward pass the other way around, and what remains.
fn in_order(lines: Vec<Line>) -> Vec<Line> {
    let (mut forward, lines): (Vec<Line>, Vec<Line>) =
        lines.into_iter().partition(|line| line.what.ends_with(", forward"));
    let (backward, adjoints): (Vec<Line>, Vec<Line>) =
        lines.into_iter().partition(|line| line.what.ends_with(", backward"));
    forward.extend(backward.into_iter().rev());
    forward.extend(adjoints);
    forward
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the layer is given single-precision values; from here on they are exact"
)]
pub(crate) fn single(value: f64) -> f32 {
    value as f32
}

impl Reading {
    fn lines(&self, isa: Isa) -> Result<Vec<Line>, AuditError> {
        let TwinLayer { name, outputs, inputs, sliding, weights, bias, norm, .. } = &self.layer;
        let mut graph = Graph::new();
        let shape = Shape::new(self.x.height, self.x.width, self.x.channels);
        let input = graph.add(Input { shape }, &[])?;
        let convolution = Convolution::new(weights.clone(), (*outputs, *inputs), *sliding, bias.clone())?;
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
        let (exact_sums, forward_bound) = (exact.value, bound);

        let wide: Vec<f64> = weights.iter().copied().map(f64::from).collect();
        let magnitudes: Vec<f64> = wide.iter().map(|w| w.abs()).collect();
        let filters = |values| Filters { outputs: *outputs, inputs: *inputs, kernel: sliding.kernel, values };
        let factor = |c: usize| norm.as_ref().map_or(1.0, |(scale, _)| scale[c]);
        let seed = Map::from_f32((output.height, output.width, output.channels), &dy);
        let seed = Map::from_fn(seed.shape(), |i, j, c| seed.at(i, j, c) * factor(c));
        let size = (self.x.height, self.x.width);
        let gradient = |dy: &Map, values| reference::conv2d_input_gradient(dy, filters(values), steps(*sliding), size);
        let exact = gradient(&seed, &wide);
        let sums = gradient(&seed.map(f64::abs), &magnitudes);
        // Every output that reads a position, and the scale and its product.
        let terms = outputs * sliding.kernel.0 * sliding.kernel.1;
        let bound: Vec<f64> = sums.data.iter().map(|s| gamma(terms + 2) * s + underflow_slack(terms)).collect();
        let mut backward = Tally::default();
        let dx = of_map(workspace.gradient(input), shape);
        backward.add_all(&dx, &exact.data, &bound);
        // The constant of batch norm or bias, at every position.
        let constants: Vec<f64> = (0..y.len())
            .map(|i| match (norm, bias) {
                (Some((_, shift)), _) => shift[i % outputs],
                (None, Some(bias)) => f64::from(bias[i % outputs]),
                (None, None) => 0.0,
            })
            .collect();
        let dy: Vec<f64> = dy.iter().copied().map(f64::from).collect();
        let adjoint = Adjoint {
            forward: (&y, &constants),
            y: &dy,
            x: &self.x.data,
            backward: &dx,
            bounds: (&forward_bound, &bound),
        };
        let normed = if norm.is_some() { ", batch norm" } else { "" };
        let mut lines = vec![
            forward.line("layer", format!("{name}{normed}, forward"), Witness::Twin, "gamma(k + 1) (sum |w x| + |b|)"),
            backward.line("layer", format!("{name}{normed}, backward"), Witness::Twin, "gamma(k + 2) sum |w dy|"),
            adjoint.line(&format!("{name}{normed}")),
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

    /// The same layer by Winograd's algorithm, if that is how `activations` may compute it; `exact` is what it should
    /// give.
    fn winograd(&self, exact: &Map, isa: Isa) -> Result<Option<Tally>, AuditError> {
        let TwinLayer { outputs, inputs, sliding, weights, bias, norm, .. } = &self.layer;
        let size = (*outputs, *inputs);
        let convolution =
            Convolution::new(weights.clone(), size, *sliding, bias.clone())?.computed(Algorithm::Winograd);
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
        let filters = Filters { outputs: *outputs, inputs: *inputs, kernel: sliding.kernel, values: &values };
        let found = reference::winograd(&self.x, filters, steps(*sliding), tile.size());
        let magnitude = found.magnitude;
        // The algorithm's own roundings, one for each of scale and shift, one to apply them.
        let n = tile.roundings(*inputs) + 3;
        let bound = magnitude.data.iter().enumerate().map(|(at, m)| {
            let o = at % outputs;
            let shift = bias.as_ref().map_or(0.0, |b| f64::from(b[o]).abs());
            let (scale, shift) = norm.as_ref().map_or((1.0, shift), |(scale, shift)| (scale[o].abs(), shift[o].abs()));
            gamma(n) * (m * scale + shift) + underflow_slack(1 << 20)
        });
        let mut tally = Tally::default();
        let found = workspace.value(node);
        tally.add_all(found.data(), &exact.data, &bound.collect::<Vec<_>>());
        Ok(Some(tally))
    }

    /// The batch norm behind the convolution, where it is separate: of its statistics, as the network has it.
    fn norm(&self) -> Result<Option<BatchNorm>, AuditError> {
        let statistics = self.layer.statistics.as_ref();
        let norm = statistics.map(|parts| {
            let [gamma, beta, mean, variance] = parts.each_ref().map(Vec::as_slice);
            let statistics = BatchNormStatistics { gamma, beta, mean, variance, epsilon: BATCH_NORM_EPS };
            BatchNorm::from_statistics(&statistics)
        });
        Ok(norm.transpose()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounded::DOUBLE;
    use resnet::Network;
    use testkit::golden::fixtures_dir;

    fn embedded() -> (TensorSet, TwinNetwork) {
        let tensors = TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap();
        let network = Network::new(&tensors).unwrap();
        let twin = TwinNetwork::new(&tensors, network.architecture()).unwrap();
        (tensors, twin)
    }

    fn image() -> Bounded {
        let noise = pseudo_random(91, 64 * 64 * 3);
        Bounded::exact(Map::from_f32((64, 64, 3), &noise))
    }

    #[test]
    fn the_walk_goes_forward_then_back_and_every_kind_of_layer_has_its_adjoint() {
        let (tensors, twin) = embedded();
        let last = "2.0".parse().unwrap();
        let lines = lines(&twin, &image(), (&tensors, last), Isa::best()).unwrap();
        assert!(lines.iter().all(|line| line.passed), "{lines:?}");
        let way = |line: &Line| {
            let ends = [", forward", ", backward", "<x, A' y>"];
            ends.iter().position(|end| line.what.ends_with(end)).unwrap()
        };
        assert!(lines.is_sorted_by_key(way));
        let of = |n| lines.iter().filter(move |l| way(l) == n && l.step != "Winograd");
        let backward: Vec<&str> = of(1).map(|l| l.what.trim_end_matches(", backward")).collect();
        let forward: Vec<&str> = of(0).map(|l| l.what.trim_end_matches(", forward")).collect();
        assert!(forward.iter().eq(backward.iter().rev()));
        for kind in [
            "conv1,",
            "layer1.0.conv1,",
            "layer2.0.conv1,",
            "layer2.0.downsample.0,",
            "batch norm:",
            "addition:",
            "fc:",
        ] {
            assert!(of(2).any(|line| line.what.starts_with(kind)), "{kind}");
        }
    }

    #[test]
    fn a_layer_whose_twin_has_other_weights_fails() {
        let (_, twin) = embedded();
        let mut readings = Vec::new();
        let last = "1.0".parse().unwrap();
        twin.run(&image(), last, DOUBLE, &mut |layer, x| {
            let x = x.value.map(|v| f64::from(single(v)));
            readings.push(Reading { layer: layer.clone(), x });
        });
        let mut reading = readings.pop().unwrap();
        let passed =
            |reading: &Reading| -> Vec<bool> { reading.lines(Isa::best()).unwrap().iter().map(|l| l.passed).collect() };
        assert!(passed(&reading).iter().all(|&p| p));
        // Our kernels get these weights, the twin keeps its own; the adjoint knows nothing of either.
        reading.layer.weights.iter_mut().for_each(|w| *w *= 1.01);
        let found = passed(&reading);
        assert!(!found[0], "{found:?}");
        assert!(found[2]);
    }
}
