//! A second opinion: the forward pass with another product of matrices. `ndarray` multiplies with `matrixmultiply`, which cuts sums into
//! blocks and knows nothing of the summation contract.

use crate::error::AuditError;
use crate::line::{Line, Tally, Witness};
use crate::twin::{Bounded, SINGLE, TwinLayer, TwinNetwork, steps};
use autodiff::{Isa, Sliding};
use ndarray::Array2;
use resnet::{Block, Extent, Network, Reader, Role, Site, View};
use std::collections::BTreeMap;

/// A map in single precision `[H, W, C]`.
#[derive(Clone)]
struct Single {
    height: usize,
    width: usize,
    channels: usize,
    data: Vec<f32>,
}

/// One line a block: how far its Output, Input and Block are from those of the other product.
///
/// # Errors
/// If the network cannot be read.
pub(crate) fn lines(
    network: &Network,
    twin: &TwinNetwork,
    (pixels, size, last): (&[u8], usize, Block),
    image: &Bounded,
    isa: Isa,
) -> Result<Vec<Line>, AuditError> {
    let sites: Vec<Site> = twin
        .blocks
        .iter()
        .map(|(block, ..)| block.read_site(Role::Output))
        .collect();
    let mut reader = Reader::new(network, size, View::Plain, (&sites, Extent::Whole), isa)?;
    reader.read(pixels);
    let other = forward(twin, image);
    // Both are off by their own roundings; the running bound for single precision holds for any order of the sums.
    let bounds = twin.run(image, last, SINGLE, &mut |_, _| ());
    let mut lines = Vec::new();
    for site in sites {
        let (Some(other), Some(bound)) = (other.get(&site), bounds.get(&site)) else {
            continue;
        };
        let mut tally = Tally::default();
        for ((ours, &theirs), e) in reader.whole(site).iter().zip(other).zip(&bound.error.data) {
            tally.add(*ours, f64::from(theirs), 2.0 * e);
        }
        lines.push(tally.line(
            "second opinion",
            format!("forward pass up to {site}"),
            Witness::SecondOpinion,
            "twice the running bound",
        ));
    }
    Ok(lines)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded once to single precision"
)]
fn single(value: f64) -> f32 {
    value as f32
}

fn forward(twin: &TwinNetwork, image: &Bounded) -> BTreeMap<Site, Vec<f32>> {
    let x = &image.value;
    let stem = relu(apply(
        &twin.stem,
        &Single {
            height: x.height,
            width: x.width,
            channels: x.channels,
            data: x.data.iter().map(|&v| single(v)).collect(),
        },
    ));
    let map = reference::Map::from_f32((stem.height, stem.width, stem.channels), &stem.data);
    let pooled = reference::max_pool(&map, steps(Sliding::square(3, 2, 1)));
    let mut stream = Single {
        height: pooled.height,
        width: pooled.width,
        channels: pooled.channels,
        data: pooled.data.iter().map(|&v| single(v)).collect(),
    };
    let mut sites = BTreeMap::new();
    for (block, first, second, projection) in &twin.blocks {
        let enters = projection.as_ref().map(|layer| apply(layer, &stream));
        let mut sum = apply(second, &relu(apply(first, &stream)));
        let beside = enters.as_ref().unwrap_or(&stream);
        for (s, b) in sum.data.iter_mut().zip(&beside.data) {
            *s += b;
        }
        sites.insert(Site::Sum(*block), sum.data.clone());
        stream = relu(sum);
    }
    sites
}

fn relu(mut map: Single) -> Single {
    for value in &mut map.data {
        *value = value.max(0.0);
    }
    map
}

/// The im2col matrix times the weights.
fn apply(layer: &TwinLayer, x: &Single) -> Single {
    let taps = layer.sliding.kernel.0 * layer.sliding.kernel.1;
    let (height, width) = steps(layer.sliding).output_size(x.height, x.width);
    let mut columns = Array2::<f32>::zeros((height * width, taps * layer.inputs));
    for (position, mut row) in columns.rows_mut().into_iter().enumerate() {
        for k in 0..taps {
            let at = (position / width, position % width);
            if let Some(from) = layer.reads(at, k, (x.height, x.width)) {
                let read = &x.data[from..from + layer.inputs];
                let to = row.iter_mut().skip(k * layer.inputs);
                to.zip(read).for_each(|(to, &value)| *to = value);
            }
        }
    }
    let weight = |(row, o): (usize, usize)| {
        let (k, c) = (row / layer.inputs, row % layer.inputs);
        layer.weights[(o * layer.inputs + c) * taps + k]
    };
    let weights = Array2::from_shape_fn((taps * layer.inputs, layer.outputs), weight);
    let mut data: Vec<f32> = columns.dot(&weights).into_iter().collect();
    for (i, value) in data.iter_mut().enumerate() {
        let o = i % layer.outputs;
        if let Some(bias) = &layer.bias {
            *value += bias[o];
        }
        if let Some((scale, shift)) = &layer.norm {
            *value = *value * single(scale[o]) + single(shift[o]);
        }
    }
    Single {
        height,
        width,
        channels: layer.outputs,
        data,
    }
}
