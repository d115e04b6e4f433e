//! The network on 8-bit images in f64, with a bound on what single precision makes of it.
//!
//! Beside every value v runs e, the deviation of the program's single-precision value from it, roundings taken as
//! independent: the sum of their magnitudes would allow a millionfold of what happens a few layers deep. A partial sum
//! of k products p is at most sqrt(k sum p^2), and each of k roundings is at most u = 2^-24 of it, so that their
//! variance is at most (k u)^2 sum p^2: one convolution of w^2 with e^2 + ((k + 4) u x)^2, batch norm's roundings among
//! the further four. What is read is bounded by eight deviations.
//!
//! Of the maps only that part is computed which the center neuron sees.

use crate::weights::{Weights, norm_of};
use reference::{Alignment, BatchNorm, Map, Padding, Sliding, batch_norm, crop, max_pool, relu, resize_bilinear};
use std::collections::BTreeMap;
use std::fmt;

/// Half a unit in the last place of single precision, and the hundredth.
const U: f64 = f32::EPSILON as f64 / 2.0 * 1.01;
/// How many deviations a value may be off.
const DEVIATIONS: f64 = 8.0;
const MEAN: [f64; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f64; 3] = [0.229, 0.224, 0.225];
/// Batch norm's.
const NORM_EPSILON: f64 = 1e-5;

/// A block `stage.index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Block(pub(crate) usize, pub(crate) usize);

impl Block {
    /// From a name such as `1.1`.
    pub(crate) fn named(name: &str) -> Block {
        let (stage, index) = name.split_once('.').unwrap();
        Block(stage.parse().unwrap(), index.parse().unwrap())
    }

    /// The block whose Output enters it; none for 1.0, which the stem does.
    pub(crate) fn previous(self) -> Option<Block> {
        match self {
            Block(1, 0) => None,
            Block(stage, 0) => Some(Block(stage - 1, 1)),
            Block(stage, _) => Some(Block(stage, 0)),
        }
    }

    /// Whether what enters the sum is projected.
    fn projects(self) -> bool {
        self.0 > 1 && self.1 == 0
    }

    /// The sites at which Input, Block and Output are read, the Output before its ReLU.
    pub(crate) fn read_sites(self) -> [String; 3] {
        let input = match (self.projects(), self.previous()) {
            (true, _) => format!("layer{self}.downsample.1"),
            (false, Some(previous)) => format!("layer{previous}"),
            (false, None) => panic!("block 1.0 is not studied"),
        };
        [input, format!("layer{self}.bn2"), format!("layer{self}.pre")]
    }

    /// The sites for which the three pictures are made: before any ReLU.
    pub(crate) fn optimised_sites(self) -> [String; 3] {
        let [input, block, output] = self.read_sites();
        let input = if self.projects() { input } else { input + ".pre" };
        [input, block, output]
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Values with their bounds.
#[derive(Clone, Debug)]
struct Values {
    value: Map,
    error: Map,
}

/// A part of a map.
#[derive(Clone, Copy, Debug)]
struct Part {
    top: usize,
    left: usize,
    height: usize,
    width: usize,
}

/// Input, Block and Output of every channel at the center neuron: values and bounds.
pub(crate) type Roles = [Vec<(f64, f64)>; 3];

struct Layer {
    filters: Vec<f64>,
    squares: Vec<f64>,
    shape: [usize; 4],
    norm: Option<[Vec<f64>; 4]>,
    bias: Option<Vec<f64>>,
    stride: usize,
    padding: usize,
}

/// A network of two basic blocks a stage.
pub(crate) struct Network {
    layers: BTreeMap<String, Layer>,
}

/// How large the map is between the stem and a stage, for an input of this size.
fn side(size: usize, stage: usize) -> usize {
    let halved = |n: usize| n.div_ceil(2);
    (0..stage + 1).fold(size, |n, _| halved(n))
}

impl Network {
    /// That of some weights.
    pub(crate) fn new(weights: &Weights) -> Network {
        let mut layers = BTreeMap::new();
        for (name, (shape, _)) in &weights.0 {
            let Some(conv) = name.strip_suffix(".weight").filter(|_| shape.len() == 4) else {
                continue;
            };
            let norm = norm_of(conv);
            let parts = ["weight", "bias", "running_mean", "running_var"];
            let parts = parts.map(|part| weights.values(&format!("{norm}.{part}")));
            let bias = weights.values(&format!("{conv}.bias"));
            let norm = match parts {
                [Some(a), Some(b), Some(c), Some(d)] => Some([a, b, c, d]),
                _ => None,
            };
            let values = weights.values(name).unwrap();
            let [outputs, inputs, height, width] = shape[..] else {
                continue;
            };
            let mut filters = Vec::with_capacity(values.len());
            for (o, tap) in (0..outputs).flat_map(|o| (0..height * width).map(move |tap| (o, tap))) {
                // From torchvision's [output, input, row, column].
                filters.extend((0..inputs).map(|c| values[(o * inputs + c) * height * width + tap]));
            }
            let halves = conv == "conv1"
                || !conv.starts_with("layer1") && (conv.ends_with(".0.conv1") || conv.ends_with("downsample.0"));
            let layer = Layer {
                squares: filters.iter().map(|w| w * w).collect(),
                filters,
                shape: [shape[0], shape[1], shape[2], shape[3]],
                norm,
                bias,
                stride: if halves { 2 } else { 1 },
                padding: shape[2] / 2,
            };
            layers.insert(conv.to_owned(), layer);
        }
        Network { layers }
    }

    /// The three roles of a block, of all channels, for an RGB image of `size` rows and columns in which things are
    /// `scale` times as large.
    pub(crate) fn roles(&self, block: Block, size: usize, image: &[u8], side_seen: Seen) -> Roles {
        let colors: Vec<f64> = image.iter().map(|&byte| f64::from(byte) / 255.0).collect();
        self.roles_of_colors(block, size, &colors, side_seen)
    }

    /// The same for colors from 0 to 1.
    pub(crate) fn roles_of_colors(&self, block: Block, size: usize, colors: &[f64], side_seen: Seen) -> Roles {
        let image = seen(&normalised(size, colors), side_seen);
        let center = side(size, block.0) / 2;
        let at = Part { top: center, left: center, height: 1, width: 1 };
        let roles = self.block(block, &image, at);
        roles.map(|Values { value, error }| {
            let channels = 0..value.channels;
            channels.map(|c| (value.at(0, 0, c), DEVIATIONS * error.at(0, 0, c))).collect()
        })
    }

    /// Input, Block and Output, which is their sum, in a part of a block's map.
    fn block(&self, block: Block, image: &Values, at: Part) -> [Values; 3] {
        let size = image.value.height;
        let layer = |name: &str| &self.layers[&format!("layer{block}.{name}")];
        let (own, before) =
            (side(size, block.0), if block.projects() { side(size, block.0 - 1) } else { side(size, block.0) });
        let (first, second) = (layer("conv1"), layer("conv2"));
        let (middle, of_middle) = second.reads(at, own);
        let (whole, of_whole) = first.reads(middle, before);
        // What the branch reads holds what the shortcut reads: its center.
        let enters = self.enters(block, image, whole);
        let inner = rectified(first.of(&enters, of_whole));
        let added = second.of(&inner, of_middle);
        let input = if block.projects() {
            let projection = layer("downsample.0");
            let (part, around) = projection.reads(at, before);
            projection.of(&inside(&enters, whole, part), around)
        } else {
            inside(&enters, whole, at)
        };
        let output = sum(&input, &added);
        [input, added, output]
    }

    /// What enters a block, in a part of that map.
    fn enters(&self, block: Block, image: &Values, at: Part) -> Values {
        if let Some(previous) = block.previous() {
            let [_, _, output] = self.block(previous, image, at);
            return rectified(output);
        }
        let size = image.value.height;
        let half = size.div_ceil(2);
        let (part, padding) = reads(at, (3, 2, 1), half);
        let stem = &self.layers["conv1"];
        let (pixels, around) = stem.reads(part, size);
        let whole = Part { top: 0, left: 0, height: size, width: size };
        let stem = rectified(stem.of(&inside(image, whole, pixels), around));
        let sliding = Sliding { kernel: (3, 3), stride: (2, 2), padding };
        // A largest value moves by no more than the one that moves most.
        Values { value: max_pool(&stem.value, sliding), error: max_pool(&stem.error, sliding) }
    }
}

impl Layer {
    fn reads(&self, at: Part, size: usize) -> (Part, Padding) {
        reads(at, (self.shape[2], self.stride, self.padding), size)
    }

    /// The convolution and its batch norm.
    fn of(&self, x: &Values, padding: Padding) -> Values {
        let [outputs, inputs, height, width] = self.shape;
        let sliding = Sliding { kernel: (height, width), stride: (self.stride, self.stride), padding };
        let conv = |x: &Map, filters: &[f64]| convolved(x, (filters, outputs), sliding);
        let products = (inputs * height * width) as f64;
        let value = conv(&x.value, &self.filters);
        let passed = Map::from_fn(x.value.shape(), |i, j, c| {
            x.error.at(i, j, c).powi(2) + ((products + 4.0) * U * x.value.at(i, j, c)).powi(2)
        });
        let error = conv(&passed, &self.squares).map(f64::sqrt);
        if let Some([gamma, beta, mean, variance]) = &self.norm {
            let norm = BatchNorm { gamma, beta, mean, variance, epsilon: NORM_EPSILON };
            let error = Map::from_fn(value.shape(), |i, j, c| {
                let scale = (gamma[c] / (variance[c] + NORM_EPSILON).sqrt()).abs();
                let shift = beta[c].abs() + mean[c].abs() * scale;
                scale * error.at(i, j, c) + 4.0 * U * (scale * value.at(i, j, c).abs() + shift)
            });
            return Values { value: batch_norm(&value, norm), error };
        }
        let bias = self.bias.as_ref().unwrap();
        let shifted = |i, j, c: usize| value.at(i, j, c) + bias[c];
        Values {
            value: Map::from_fn(value.shape(), shifted),
            error: Map::from_fn(value.shape(), |i, j, c| {
                error.at(i, j, c) + 2.0 * U * (value.at(i, j, c).abs() + bias[c].abs())
            }),
        }
    }
}

/// A convolution: each patch of the map, with zeros around, times each filter, both `[row, column, channel]`.
fn convolved(x: &Map, (filters, outputs): (&[f64], usize), sliding: Sliding) -> Map {
    let (height, width) = sliding.output_size(x.height, x.width);
    let length = filters.len() / outputs;
    let mut values = Vec::with_capacity(height * width * outputs);
    let mut patch = vec![0.0; length];
    for (i, j) in (0..height).flat_map(|i| (0..width).map(move |j| (i, j))) {
        let mut at = 0;
        for (ky, kx) in (0..sliding.kernel.0).flat_map(|ky| (0..sliding.kernel.1).map(move |kx| (ky, kx))) {
            let row = (i * sliding.stride.0 + ky).wrapping_sub(sliding.padding.top);
            let column = (j * sliding.stride.1 + kx).wrapping_sub(sliding.padding.left);
            for c in 0..x.channels {
                let inside = row < x.height && column < x.width;
                patch[at] = if inside { x.at(row, column, c) } else { 0.0 };
                at += 1;
            }
        }
        values.extend(filters.chunks_exact(length).map(|filter| dot(&patch, filter)));
    }
    Map::new((height, width, outputs), values)
}

/// A scalar product, in four sums that do not wait for each other.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (quarters, rest) = a.as_chunks::<4>();
    let (others, other_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in quarters.iter().zip(others) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    let rest: f64 = rest.iter().zip(other_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// What a window of (size, step, padding) reads for a part of its output from a map of so many rows and columns, and
/// what zeros surround it.
fn reads(at: Part, (window, step, padding): (usize, usize, usize), size: usize) -> (Part, Padding) {
    let along = |first: usize, count: usize| {
        let (from, to) = (first * step, (first + count - 1) * step + window);
        let (before, end) = (padding.saturating_sub(from), to - padding);
        let begin = from.saturating_sub(padding);
        (begin, end.min(size) - begin, before, end.saturating_sub(size))
    };
    let (top, height, above, below) = along(at.top, at.height);
    let (left, width, before, behind) = along(at.left, at.width);
    let around = Padding { top: above, bottom: below, left: before, right: behind };
    (Part { top, left, height, width }, around)
}

/// A part of a part of a map.
fn inside(x: &Values, of: Part, part: Part) -> Values {
    let origin = (part.top - of.top, part.left - of.left);
    let cut = |map: &Map| crop(map, origin, (part.height, part.width));
    Values { value: cut(&x.value), error: cut(&x.error) }
}

/// Rectified: where the bound does not reach above zero, both are zero.
fn rectified(x: Values) -> Values {
    let error = |i, j, c| match x.value.at(i, j, c) + DEVIATIONS * x.error.at(i, j, c) > 0.0 {
        true => x.error.at(i, j, c),
        false => 0.0,
    };
    Values { error: Map::from_fn(x.value.shape(), error), value: relu(&x.value) }
}

/// The sum, with two roundings more.
fn sum(a: &Values, b: &Values) -> Values {
    let of = |f: &dyn Fn(usize, usize, usize) -> f64| Map::from_fn(a.value.shape(), f);
    Values {
        value: of(&|i, j, c| a.value.at(i, j, c) + b.value.at(i, j, c)),
        error: of(&|i, j, c| {
            let magnitudes = a.value.at(i, j, c).abs() + b.value.at(i, j, c).abs();
            a.error.at(i, j, c) + b.error.at(i, j, c) + 2.0 * U * magnitudes
        }),
    }
}

/// The normalised image: six roundings of byte / 255, the mean and the deviation.
fn normalised(size: usize, colors: &[f64]) -> Values {
    assert_eq!(colors.len(), size * size * 3, "colors of an image");
    let byte = |i: usize, j: usize, c: usize| colors[(i * size + j) * 3 + c];
    let shape = (size, size, 3);
    Values {
        value: Map::from_fn(shape, |i, j, c| (byte(i, j, c) - MEAN[c]) / DEVIATION[c]),
        error: Map::from_fn(shape, |i, j, c| 6.0 * U * (byte(i, j, c) + MEAN[c]) / DEVIATION[c]),
    }
}

/// How an image is looked at: as it is, its central rows and columns at the full size, or at so many with what is
/// around them reflected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Seen {
    Plain,
    Enlarged(usize),
    Shrunk(usize),
    /// Resized to half with antialiasing.
    ShrunkSmoothly,
}

/// As many rows and columns as are wanted, or those nearest to it that leave an equal margin of whole pixels on both sides;
/// of two that are as near, the larger.
pub(crate) fn nearest(wanted: f64, size: usize) -> usize {
    let distance = |side: &usize| (*side as f64 - wanted).abs();
    let sides = (1..=size).rev().filter(|side| (size - *side).is_multiple_of(2));
    sides.min_by(|a, b| distance(a).partial_cmp(&distance(b)).unwrap()).unwrap()
}

/// The nine sizes, from half to double by quarters of an octave: the nearest that leaves an equal margin of whole
/// pixels on both sides.
pub(crate) fn sizes(size: usize) -> Vec<(Seen, f64)> {
    let full = size as f64;
    let nearest = |wanted: f64| nearest(wanted, size);
    let of = |quarters: i32| {
        let scale = (f64::from(quarters) / 4.0).exp2();
        match quarters {
            0 => (Seen::Plain, 1.0),
            1.. => {
                let side = nearest(full / scale);
                (Seen::Enlarged(side), full / side as f64)
            }
            _ => {
                let side = nearest(full * scale);
                (Seen::Shrunk(side), side as f64 / full)
            }
        }
    };
    (-4..=4).map(of).collect()
}

/// A look at a normalised image. A bilinear value has weights that were rounded once and at most six more roundings.
fn seen(x: &Values, how: Seen) -> Values {
    let size = x.value.height;
    let resized = |x: &Values, to: usize| {
        let resize = |map: &Map| resize_bilinear(map, (to, to), Alignment::HalfPixel);
        let magnitudes = resize(&x.value.map(f64::abs));
        let passed = resize(&x.error);
        let error = |i, j, c| passed.at(i, j, c) + 8.0 * U * magnitudes.at(i, j, c);
        Values { value: resize(&x.value), error: Map::from_fn(magnitudes.shape(), error) }
    };
    match how {
        Seen::Plain => x.clone(),
        Seen::Enlarged(side) => {
            // Half of what is left, a half rounded to the even one.
            let margin = (size - side).div_euclid(2) + usize::from((size - side) % 4 == 3);
            let whole = Part { top: 0, left: 0, height: size, width: size };
            let part = Part { top: margin, left: margin, height: side, width: side };
            resized(&inside(x, whole, part), size)
        }
        Seen::Shrunk(side) => around(&resized(x, side), size),
        // A mean of colors in double precision, rounded once.
        Seen::ShrunkSmoothly => {
            let small = Values { value: halved(&x.value), error: halved(&x.error) };
            let error = |i, j, c| small.error.at(i, j, c) + 2.0 * U * (small.value.at(i, j, c).abs() + 1.0);
            around(&Values { error: Map::from_fn(small.value.shape(), error), value: small.value.clone() }, size)
        }
    }
}

/// A bilinear resize to half with antialiasing, as torchvision's: the triangle of twice the width, cut at the edges and made to
/// sum to one again.
fn halved(x: &Map) -> Map {
    let n = x.height;
    let weights = |to: usize| -> Vec<(usize, f64)> {
        let center = 2.0 * (to as f64 + 0.5);
        let near = |at: usize| (1.0 - ((at as f64 + 0.5) - center).abs() / 2.0).max(0.0);
        let total: f64 = (0..n).map(near).sum();
        (0..n).map(|at| (at, near(at) / total)).filter(|(_, weight)| *weight > 0.0).collect()
    };
    let weights: Vec<Vec<(usize, f64)>> = (0..n / 2).map(weights).collect();
    Map::from_fn((n / 2, n / 2, x.channels), |i, j, c| {
        let of_row = |(y, a): &(usize, f64)| weights[j].iter().map(|(z, b)| x.at(*y, *z, c) * a * b).sum::<f64>();
        weights[i].iter().map(of_row).sum()
    })
}

/// A smaller image in the middle, and around it what is reflected at its edges.
fn around(small: &Values, size: usize) -> Values {
    let side = small.value.height;
    let margin = (size - side) / 2;
    // Back and forth over the lines, the outermost not repeated, as often as it takes.
    let round = 2 * (side - 1);
    let line = |at: usize| {
        let place = (at + round * margin - margin) % round;
        place.min(round - place)
    };
    let pad = |map: &Map| Map::from_fn((size, size, 3), |i, j, c| map.at(line(i), line(j), c));
    Values { value: pad(&small.value), error: pad(&small.error) }
}
