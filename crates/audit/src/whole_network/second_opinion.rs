//! A second opinion: the forward pass with another product of matrices. `ndarray` multiplies with `matrixmultiply`,
//! which cuts sums into blocks and knows nothing of the summation contract.
//!
//! Each layer of both reads the same single-precision values, those that the other product made so far. Whatever the
//! order of a sum of k products and a bias, it is within `gamma(k + 1) (sum |w x| + |b|)` of the exact one (Higham,
//! section 3.1), so two are within twice that. At the end of the pass either is off by what all layers before it did,
//! which no bound says anything useful about: how far they are apart is shown, and decides nothing.

use crate::comparison::{Comparison, Pass, Step, Tally, Witness};
use crate::error::AuditError;
use crate::rounding::{single, singles};
use crate::twin::bounded::{Bounded, SINGLE, normalised, steps};
use crate::twin::layer::{Affine, TwinLayer};
use crate::twin::network::{TwinBlock, TwinNetwork};
use crate::twin::shortcut::TwinShortcut;
use crate::whole_network::on_image::OnImage;
use autodiff::ops::{BatchNorm, Input};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use bounds::underflow_slack;
use rayon::prelude::*;
use reference::Map;
use resnet::{Extent, Site};
use std::sync::Arc;

/// A map in single precision `[H, W, C]`.
#[derive(Clone)]
struct Single {
    height: usize,
    width: usize,
    channels: usize,
    data: Vec<f32>,
}

/// What a layer of the other product read and made.
struct LayerProduct<'a> {
    layer: &'a TwinLayer,
    read: Single,
    made: Vec<f32>,
}

/// A comparison for each layer, and for information one of the whole pass.
///
/// # Errors
/// If the network cannot be read.
pub(crate) fn comparisons(seen: OnImage<'_>, twin: &TwinNetwork, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let (layers, last) = forward(twin, &normalised(seen.pixels, seen.size, (seen.network.colors(), SINGLE)));
    let of_layers: Result<Vec<_>, AuditError> = layers.par_iter().map(|layer| layer.comparison(isa)).collect();
    let mut comparisons = of_layers?;
    if let Some(TwinBlock { block, .. }) = twin.blocks.last() {
        let site = Site::Sum(*block);
        let mut reader = seen.reader(&[site], Extent::Whole, isa)?;
        reader.read(seen.pixels);
        let whole =
            compare(reader.whole(site).iter().copied().collect::<Vec<f32>>().as_slice(), &last, &vec![0.0; last.len()]);
        let what = format!("whole forward pass up to {site}");
        let whole = whole.comparison(Step::SecondOpinion.against(Witness::SecondOpinion, what), "");
        comparisons.push(whole.for_information("none: either is off by the roundings of all its layers"));
    }
    Ok(comparisons)
}

fn compare(ours: &[f32], theirs: &[f32], bound: &[f64]) -> Tally {
    let mut tally = Tally::default();
    let theirs: Vec<f64> = theirs.iter().copied().map(f64::from).collect();
    tally.add_all(ours, &theirs, bound);
    tally
}

impl LayerProduct<'_> {
    fn comparison(&self, isa: Isa) -> Result<Comparison, AuditError> {
        let Single { height, width, channels, data } = &self.read;
        let exact = Map::from_f32((*height, *width, *channels), data);
        let slack = underflow_slack(self.layer.terms());
        let error = self.layer.apply(&Bounded::exact(exact), SINGLE).error;
        let bound: Vec<f64> = error.data.iter().map(|e| 2.0 * (e + slack)).collect();
        let tally = compare(&self.ours(isa)?, &self.made, &bound);
        let normed = if self.layer.norm.is_some() { ", batch norm" } else { "" };
        Ok(tally.comparison(
            Step::SecondOpinion
                .against(Witness::SecondOpinion, (format!("{}{normed}", self.layer.name), Pass::Forward)),
            "2 gamma(k + 1) (sum |w x| + |b|)",
        ))
    }

    /// What the workspace makes of the same.
    fn ours(&self, isa: Isa) -> Result<Vec<f32>, AuditError> {
        let (layer, read) = (self.layer, &self.read);
        let mut graph = Graph::new();
        let shape = Shape::new(read.height, read.width, read.channels);
        let input = graph.add(Input { shape }, &[])?;
        let mut node = graph.add(layer.convolution()?, &[input])?;
        if let Some(Affine { scale, shift }) = &layer.norm {
            let rounded = |values: &[f64]| values.iter().copied().map(single).collect();
            node = graph.add(BatchNorm::new(rounded(scale), rounded(shift))?, &[node])?;
        }
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, node)])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        workspace.set_input(input, &read.data);
        workspace.forward();
        Ok(workspace.value(node).data().to_vec())
    }
}

/// Each layer, and the sum of the last block.
fn forward<'a>(twin: &'a TwinNetwork, image: &Bounded) -> (Vec<LayerProduct<'a>>, Vec<f32>) {
    let mut layers = Vec::new();
    let mut apply = |layer: &'a TwinLayer, read: &Single| -> Single {
        let made = apply(layer, read);
        layers.push(LayerProduct { layer, read: read.clone(), made: made.data.clone() });
        made
    };
    let x = &image.value;
    let image = Single { height: x.height, width: x.width, channels: x.channels, data: singles(&x.data) };
    let stem = relu(apply(&twin.stem, &image));
    // Maxima and shortcuts without tensors are exact in either precision.
    let mut stream = match twin.pooling {
        Some(pooling) => exactly(&stem, |map| reference::max_pool(map, steps(pooling))),
        None => stem,
    };
    let mut last = Vec::new();
    for TwinBlock { branch, shortcut, .. } in &twin.blocks {
        let beside = match shortcut {
            TwinShortcut::Projection(layer) => apply(layer, &stream),
            other => exactly(&stream, |map| other.passed(map)),
        };
        let mut sum = stream;
        for (at, layer) in branch.iter().enumerate() {
            let read = if at == 0 { sum } else { relu(sum) };
            sum = apply(layer, &read);
        }
        for (s, b) in sum.data.iter_mut().zip(&beside.data) {
            *s += b;
        }
        last.clone_from(&sum.data);
        stream = relu(sum);
    }
    (layers, last)
}

/// What an operation without roundings makes of a map.
fn exactly(map: &Single, of: impl Fn(&Map) -> Map) -> Single {
    let Map { height, width, channels, data } = of(&Map::from_f32((map.height, map.width, map.channels), &map.data));
    Single { height, width, channels, data: singles(&data) }
}

fn relu(mut map: Single) -> Single {
    for value in &mut map.data {
        *value = value.max(0.0);
    }
    map
}

/// The im2col matrix times the weights. Batch norm is one fused multiply-add, as the bound counts it.
fn apply(layer: &TwinLayer, x: &Single) -> Single {
    let (height, width) = steps(layer.sliding).output_size(x.height, x.width);
    let size = (x.height, x.width);
    let columns = layer.columns(&x.data, size, &layer.everywhere(size));
    let mut data: Vec<f32> = columns.dot(&layer.matrix(|w| w)).into_iter().collect();
    for (i, value) in data.iter_mut().enumerate() {
        let o = i % layer.outputs;
        if let Some(bias) = &layer.bias {
            *value += bias[o];
        }
        if let Some(Affine { scale, shift }) = &layer.norm {
            *value = value.mul_add(single(scale[o]), single(shift[o]));
        }
    }
    Single { height, width, channels: layer.outputs, data }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::embedded;

    #[test]
    fn weights_that_are_off_by_a_thousandth_are_noticed_in_the_deepest_layer() {
        let twin = embedded::twin();
        let image = normalised(&embedded::noise(64), 64, (resnet::Colors::IMAGENET, SINGLE));
        let isa = Isa::best();
        let (layers, _) = forward(&twin, &image);
        assert_eq!(layers.len(), 20);
        for step in &layers {
            let line = step.comparison(isa).unwrap();
            assert!(line.passed && line.values == step.made.len(), "{line:?}");
        }
        // The same layer, of which the other product has other weights in the middle of one filter.
        let step = layers.into_iter().next_back().unwrap();
        let mut layer = step.layer.clone();
        let largest = layer.weights.iter().fold(0.0, |a: f32, w| a.max(w.abs()));
        let filter = layer.terms();
        for weight in layer.weights[4..filter].iter_mut().step_by(9) {
            *weight += largest * 1e-3;
        }
        let wrong = LayerProduct { made: apply(&layer, &step.read).data, ..step };
        assert!(wrong.comparison(isa).unwrap().failed());
    }
}
