//! Every layer of the network, forward and backward, on what a real image makes it read.

use crate::comparison::{Comparison, Pass, Step, Tally, Witness};
use crate::error::AuditError;
use crate::rounding::{single, singles};
use crate::steps::between_convolutions;
use crate::steps::operations::{Adjoint, Built, Chain, Evaluated, Given, evaluate};
use crate::twin::bounded::{Bounded, SINGLE, steps};
use crate::twin::layer::{Affine, Place, TwinLayer};
use crate::twin::network::TwinNetwork;
use autodiff::ops::{Algorithm, BatchNorm, BatchNormStatistics, Input, Operation};
use autodiff::{Graph, Isa, Shape, Wanted};
use bounds::{gamma, underflow_slack};
use rayon::prelude::*;
use reference::{Filters, Map};
use resnet::{BATCH_NORM_EPS, Block};
use std::sync::Arc;
use weights::TensorSet;

/// A layer and what it reads, in single precision.
struct Reading {
    layer: TwinLayer,
    x: Map,
}

/// The layers of a network as far as a block, and the image that they are walked on.
pub(crate) struct Layers<'a> {
    pub(crate) twin: &'a TwinNetwork,
    pub(crate) tensors: &'a TensorSet,
    /// Normalised.
    pub(crate) image: &'a Bounded,
    /// The last block.
    pub(crate) last: Block,
}

impl Layers<'_> {
    /// Every convolution with its batch norm and the operations between them: all forward, then all backward from the
    /// last to the first, then each with its adjoint.
    ///
    /// # Errors
    /// If a layer cannot be built from its tensors.
    pub(crate) fn comparisons(&self, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let mut readings = Vec::new();
        self.twin.run(self.image, self.last, SINGLE, &mut |layer, x| {
            readings.push(Reading { layer: layer.clone(), x: x.value.map(|v| f64::from(single(v))) });
        });
        let of_layers: Result<Vec<Vec<Comparison>>, AuditError> =
            readings.par_iter().map(|reading| reading.compare(isa)).collect();
        let mut comparisons: Vec<Comparison> = of_layers?.into_iter().flatten().collect();
        let first = self.twin.blocks.first().map(|of| Place::Branch(of.block, 1));
        if let Some(second) = readings.iter().find(|r| Some(r.layer.place) == first) {
            comparisons.extend(between_convolutions::comparisons(
                &second.x,
                (self.tensors, self.twin.architecture.classes_part()),
                isa,
            )?);
            if let (Some(norm), Some(affine)) = (second.norm()?, &second.layer.norm) {
                comparisons.extend(between_convolutions::norm(norm, affine, &second.x, isa)?);
            }
        }
        Ok(in_order(comparisons))
    }
}

/// The forward pass, the backward pass the other way around, and what remains.
fn in_order(comparisons: Vec<Comparison>) -> Vec<Comparison> {
    let (mut forward, comparisons): (Vec<Comparison>, Vec<Comparison>) =
        comparisons.into_iter().partition(|line| line.what.pass == Some(Pass::Forward));
    let (backward, adjoints): (Vec<Comparison>, Vec<Comparison>) =
        comparisons.into_iter().partition(|line| line.what.pass == Some(Pass::Backward));
    forward.extend(backward.into_iter().rev());
    forward.extend(adjoints);
    forward
}

impl Reading {
    /// What our kernels make of it, forward and backward.
    fn evaluate(&self, isa: Isa) -> Result<Evaluated, AuditError> {
        let convolution: Arc<dyn Operation> = Arc::new(self.layer.convolution()?);
        let norm: Option<Arc<dyn Operation>> = match self.norm()? {
            Some(norm) => Some(Arc::new(norm)),
            None => None,
        };
        let chain: Chain<'_> = Box::new(move |graph, input| {
            let node = graph.add_shared(Arc::clone(&convolution), &[input])?;
            match &norm {
                Some(norm) => Ok(Built::fixed(graph.add_shared(Arc::clone(norm), &[node])?)),
                None => Ok(Built::fixed(node)),
            }
        });
        let shape = (self.x.height, self.x.width, self.x.channels);
        evaluate(&chain, &Given { shape, x: &singles(&self.x.data), seed: 5 }, isa)
    }

    fn compare(&self, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let TwinLayer { name, outputs, inputs, sliding, weights, bias, norm, .. } = &self.layer;
        let Evaluated { y, dy, dx, output } = self.evaluate(isa)?;
        let exact = self.layer.apply(&Bounded::exact(self.x.clone()), SINGLE);
        let slack = underflow_slack(self.layer.terms());
        let bound: Vec<f64> = exact.error.data.iter().map(|e| e + slack).collect();
        let mut forward = Tally::default();
        forward.add_all(&y, &exact.value.data, &bound);
        let (exact_sums, forward_bound) = (exact.value, bound);

        let wide: Vec<f64> = weights.iter().copied().map(f64::from).collect();
        let magnitudes: Vec<f64> = wide.iter().map(|w| w.abs()).collect();
        let filters =
            |values| Filters { outputs: *outputs, inputs: *inputs, groups: 1, kernel: sliding.kernel, values };
        let factor = |c: usize| norm.as_ref().map_or(1.0, |norm| norm.scale[c]);
        let seed = Map::from_f32(output, &dy);
        let seed = Map::from_fn(seed.shape(), |i, j, c| seed.at(i, j, c) * factor(c));
        let size = (self.x.height, self.x.width);
        let gradient = |dy: &Map, values| reference::conv2d_input_gradient(dy, filters(values), steps(*sliding), size);
        let exact = gradient(&seed, &wide);
        let sums = gradient(&seed.map(f64::abs), &magnitudes);
        // Every output that reads a position, and the scale and its product.
        let terms = outputs * sliding.kernel.0 * sliding.kernel.1;
        let bound: Vec<f64> = sums.data.iter().map(|s| gamma(terms + 2) * s + underflow_slack(terms)).collect();
        let mut backward = Tally::default();
        backward.add_all(&dx, &exact.data, &bound);
        // The constant of batch norm or bias, at every position.
        let constants: Vec<f64> = (0..y.len())
            .map(|i| match (norm, bias) {
                (Some(Affine { shift, .. }), _) => shift[i % outputs],
                (None, Some(bias)) => f64::from(bias[i % outputs]),
                (None, None) => 0.0,
            })
            .collect();
        let dy: Vec<f64> = dy.iter().copied().map(f64::from).collect();
        let adjoint = Adjoint {
            forward: &y,
            constant: &constants,
            y: &dy,
            x: &self.x.data,
            backward: &dx,
            forward_bound: &forward_bound,
            backward_bound: &bound,
        };
        let normed = if norm.is_some() { ", batch norm" } else { "" };
        let mut comparisons = vec![
            forward.comparison(
                Step::Layer.against(Witness::Twin, (format!("{name}{normed}"), Pass::Forward)),
                "gamma(k + 1) (sum |w x| + |b|)",
            ),
            backward.comparison(
                Step::Layer.against(Witness::Twin, (format!("{name}{normed}"), Pass::Backward)),
                "gamma(k + 2) sum |w dy|",
            ),
            adjoint.comparison(&format!("{name}{normed}")),
        ];
        if let Some(tally) = self.winograd(&exact_sums, isa)? {
            comparisons.push(tally.comparison(
                Step::Winograd.against(Witness::Twin, (format!("{name}{normed}"), Pass::Forward)),
                "gamma(in + 10 or 14) (|A'| sum (|GgG'| (|B'| |d| |B|)) |A| + |b|)",
            ));
        }
        Ok(comparisons)
    }

    /// The same layer by Winograd's algorithm, if that is how `activations` may compute it; `exact` is what it should
    /// give.
    fn winograd(&self, exact: &Map, isa: Isa) -> Result<Option<Tally>, AuditError> {
        let TwinLayer { outputs, inputs, sliding, weights, bias, norm, .. } = &self.layer;
        let convolution = self.layer.convolution()?.computed(Algorithm::Winograd);
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
        let x = singles(&self.x.data);
        let y = graph.evaluate(Wanted::whole(&graph, node), &[(input, &x[..])]).value(isa)?;
        let values: Vec<f64> = weights.iter().copied().map(f64::from).collect();
        let filters =
            Filters { outputs: *outputs, inputs: *inputs, groups: 1, kernel: sliding.kernel, values: &values };
        let found = reference::winograd(&self.x, filters, steps(*sliding), tile.size());
        let magnitude = found.magnitude;
        // The algorithm's own roundings, one for each of scale and shift, one to apply them.
        let n = tile.roundings(*inputs) + 3;
        let bound = magnitude.data.iter().enumerate().map(|(at, m)| {
            let o = at % outputs;
            let shift = bias.as_ref().map_or(0.0, |b| f64::from(b[o]).abs());
            let (scale, shift) = norm.as_ref().map_or((1.0, shift), |norm| (norm.scale[o].abs(), norm.shift[o].abs()));
            gamma(n) * (m * scale + shift) + underflow_slack(1 << 20)
        });
        let mut tally = Tally::default();
        tally.add_all(&y, &exact.data, &bound.collect::<Vec<_>>());
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
    use crate::twin::bounded::DOUBLE;
    use autodiff::Sliding;
    use bounds::{fixtures_dir, pseudo_random};
    use resnet::{BatchNormState, ConvolutionLayout, Network};
    use weights::Tensor;

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
        let layers = Layers { twin: &twin, tensors: &tensors, image: &image(), last };
        let comparisons = layers.comparisons(Isa::best()).unwrap();
        assert!(comparisons.iter().all(|line| line.passed), "{comparisons:?}");
        let way = |line: &Comparison| {
            let passes = [Pass::Forward, Pass::Backward, Pass::Adjoint];
            passes.iter().position(|&pass| line.what.pass == Some(pass)).unwrap()
        };
        assert!(comparisons.is_sorted_by_key(way));
        let of = |n| comparisons.iter().filter(move |l| way(l) == n && l.step != Step::Winograd);
        let backward: Vec<&str> = of(1).map(|l| l.what.of.as_str()).collect();
        let forward: Vec<&str> = of(0).map(|l| l.what.of.as_str()).collect();
        assert!(forward.iter().eq(backward.iter().rev()));
        for of_what in [
            "conv1, batch norm",
            "layer1.0.conv1, batch norm",
            "layer2.0.conv1, batch norm",
            "layer2.0.downsample.0, batch norm",
            "batch norm",
            "addition",
            "fc",
        ] {
            assert!(of(2).any(|line| line.what.of == of_what), "{of_what}");
        }
    }

    #[test]
    fn a_grouped_layer_is_computed_in_groups_and_is_its_twins() {
        let (groups, each) = (3, 2);
        let tensor =
            |name: &str, shape: Vec<usize>, values: Vec<f32>| Tensor::new("made.npy", name, shape, values).unwrap();
        let tensors = [
            tensor("conv2.weight", vec![9, each, 3, 3], pseudo_random(31, 9 * each * 9)),
            tensor("conv2.bias", vec![9], pseudo_random(32, 9)),
        ];
        let tensors = TensorSet::new("made", tensors).unwrap();
        let layout = ConvolutionLayout {
            name: "conv2".to_owned(),
            norm: "bn2".to_owned(),
            outputs: 9,
            inputs: groups * each,
            groups,
            sliding: Sliding::square(3, 2, 1),
        };
        let layer = TwinLayer::new(&tensors, Place::Stem, &layout, BatchNormState::Folded).unwrap();
        assert!(format!("{:?}", layer.convolution().unwrap()).contains("groups: 3"));
        let x = Map::from_f32((5, 7, 6), &pseudo_random(33, 5 * 7 * 6));
        let mut reading = Reading { layer, x };
        assert!(reading.compare(Isa::best()).unwrap().iter().all(|line| line.passed));
        // The network's kernels get another weight in the last group; the twin keeps its own.
        *reading.layer.weights.last_mut().unwrap() += 0.5;
        assert!(!reading.compare(Isa::best()).unwrap()[0].passed);
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
        let passed = |reading: &Reading| -> Vec<bool> {
            reading.compare(Isa::best()).unwrap().iter().map(|l| l.passed).collect()
        };
        assert!(passed(&reading).iter().all(|&p| p));
        // Our kernels get these weights, the twin keeps its own; the adjoint knows nothing of either.
        reading.layer.weights.iter_mut().for_each(|w| *w *= 1.01);
        let found = passed(&reading);
        assert!(!found[0], "{found:?}");
        assert!(found[2]);
    }
}
