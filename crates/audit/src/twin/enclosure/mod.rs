//! The network once more, so precisely that the exact value of an activation lies in an interval which is narrower than
//! anything asked of it: the last word on whether rounding changed a category.
//!
//! A running bound grows some thirtyfold with each layer, whatever the precision: with double precision's 2^-53 nothing
//! of it is left to say after a dozen layers. Here values are [`Double`] and the sums of a convolution are exact.
//! Inputs and weights are cut into slices of so few bits that every partial sum of products of two slices is a whole
//! number below 2^53 (Ozaki and others, 2012), so that an ordinary product of matrices in double precision makes no
//! error, whatever its order:
//!
//! ```text
//! x = 2^p sum over j < LEVELS of X_j 2^(-(j + 1) b),    |X_j| <= 2^b,    k 2^(2 b) <= 2^53
//! ```
//!
//! and likewise w = 2^q sum W_i. Products with i + j >= LEVELS are left out; each is at most k 2^(p + q - (i + j) b).
//! What is carried beside each value is a bound for its distance from the exact one: `sum |w| e` from the layer's
//! inputs, what was left out, and the roundings of `Double`. ReLU and maximum never enlarge a distance (`|max(a, c) -
//! max(b, c)| <= |a - b|`), so it needs no assumption about which side of zero anything lies on.

#[cfg(test)]
mod tests;

use crate::twin::area::Area;
use crate::twin::bounded::steps;
use crate::twin::cone::BlockCone;
use crate::twin::double::{Double, ROUNDING, two_sum};
use crate::twin::interval::Interval;
use crate::twin::layer::{PreciseAffine, TwinLayer};
use crate::twin::network::TwinNetwork;
use crate::twin::shortcut::TwinShortcut;
use autodiff::Sliding;
use ndarray::Array2;
use resnet::{Block, Colors};

/// Slices of the inputs, and the first sum of two places whose products are left out: with 20 bits a slice that is
/// 2^-100.
const LEVELS: usize = 5;
/// Bounds are themselves computed in double precision, in sums of at most some ten thousand numbers that are not
/// negative: `gamma(2^14)` is below 2^-38.
const UPWARD: f64 = 1.0 + 1.0 / (1_u64 << 30) as f64;

/// Values of twice double precision, and how far each may be from the exact one.
#[derive(Clone, Debug)]
pub(crate) struct Enclosed {
    height: usize,
    width: usize,
    channels: usize,
    value: Vec<Double>,
    error: Vec<f64>,
}

/// What is read of a block's channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roles {
    pub(crate) input: Interval,
    pub(crate) block: Interval,
    pub(crate) output: Interval,
}

impl Enclosed {
    fn new((height, width, channels): (usize, usize, usize)) -> Enclosed {
        let positions = height * width;
        Enclosed {
            height,
            width,
            channels,
            value: vec![Double::default(); positions * channels],
            error: vec![0.0; positions * channels],
        }
    }

    /// The normalised image `[size, size, 3]` of 8-bit pixels; mean and deviation are single precision's.
    pub(crate) fn normalised(pixels: &[u8], size: usize, colors: Colors) -> Enclosed {
        let [mean, deviation] = [colors.mean, colors.std].map(|of| of.map(f64::from));
        let mut image = Enclosed::new((size, size, 3));
        for (i, &byte) in pixels.iter().enumerate() {
            let (value, c) = (Double::from(f64::from(byte)).over(255.0.into()), i % 3);
            image.value[i] = value.minus(mean[c].into()).over(deviation[c].into());
            image.error[i] = ROUNDING * (value.high + mean[c].abs()) / deviation[c];
        }
        image
    }

    /// The central half, resized to the whole: bilinear, half-pixel centers. The weights are quarters.
    pub(crate) fn enlarged(&self) -> Enclosed {
        let (rows, columns) = (self.height / 4, self.width / 4);
        let along = |i: usize, half: usize, from: usize| {
            // (i + 1/2) / 2 - 1/2: a quarter below or above a pixel, and the edge itself at either end.
            let near = i / 2;
            let far = match i % 2 {
                0 => near.saturating_sub(1),
                _ => (near + 1).min(half - 1),
            };
            [(from + near, 0.75), (from + far, 0.25)]
        };
        self.resampled(self.shape(), |i| along(i, self.height / 2, rows), |j| along(j, self.width / 2, columns))
    }

    /// Resized to half, bilinear, half-pixel centers, no antialias: means of two by two. Then a quarter on each side by
    /// reflection.
    pub(crate) fn shrunk(&self) -> Enclosed {
        let along = |i: usize, size: usize| {
            let (half, margin) = (size / 2, size / 4);
            let inside = i.abs_diff(margin);
            let inside = match inside < half {
                true => inside,
                false => 2 * (half - 1) - inside,
            };
            [(2 * inside, 0.5), (2 * inside + 1, 0.5)]
        };
        self.resampled(self.shape(), |i| along(i, self.height), |j| along(j, self.width))
    }

    fn shape(&self) -> (usize, usize, usize) {
        (self.height, self.width, self.channels)
    }

    fn resampled(
        &self,
        shape: (usize, usize, usize),
        rows: impl Fn(usize) -> [(usize, f64); 2],
        columns: impl Fn(usize) -> [(usize, f64); 2],
    ) -> Enclosed {
        let mut result = Enclosed::new(shape);
        for to in 0..result.value.len() {
            let (position, c) = (to / shape.2, to % shape.2);
            for (y, by_row) in rows(position / shape.1) {
                for (x, by_column) in columns(position % shape.1) {
                    let (weight, from) = (by_row * by_column, (y * self.width + x) * shape.2 + c);
                    let value = self.value[from];
                    result.value[to] = result.value[to].plus(value.times(weight.into()));
                    result.error[to] += UPWARD * weight * (self.error[from] + ROUNDING * value.high.abs());
                }
            }
        }
        result
    }

    /// Without what is negative. Where neither value nor error reaches above zero, the exact value is zero as well.
    fn relu(mut self) -> Enclosed {
        for (value, error) in self.value.iter_mut().zip(&mut self.error) {
            if value.high + value.low <= 0.0 {
                // `high` is the nearest double to the value, so the largest it may be is below this.
                if value.high.next_up() + *error <= 0.0 {
                    *error = 0.0;
                }
                *value = Double::default();
            }
        }
        self
    }

    fn plus(mut self, other: &Enclosed) -> Enclosed {
        for (i, (value, error)) in self.value.iter_mut().zip(&mut self.error).enumerate() {
            *value = value.plus(other.value[i]);
            *error = UPWARD * (*error + other.error[i]) + ROUNDING * value.high.abs();
        }
        self
    }

    /// Maxima over windows; the largest error of a window bounds that of its maximum.
    fn max_pool(&self, sliding: Sliding) -> Enclosed {
        let (height, width) = steps(sliding).output_size(self.height, self.width);
        let mut result = Enclosed::new((height, width, self.channels));
        for (position, c) in (0..height * width).flat_map(|p| (0..self.channels).map(move |c| (p, c))) {
            let to = position * self.channels + c;
            let mut largest: Option<Double> = None;
            for k in 0..sliding.kernel.0 * sliding.kernel.1 {
                let y = position / width * sliding.stride.0 + k / sliding.kernel.1;
                let x = position % width * sliding.stride.1 + k % sliding.kernel.1;
                let at = (y.checked_sub(sliding.padding.0), x.checked_sub(sliding.padding.1));
                let (Some(y), Some(x)) = at else { continue };
                if y >= self.height || x >= self.width {
                    continue;
                }
                let from = (y * self.width + x) * self.channels + c;
                if largest.is_none_or(|l| self.value[from].exceeds(l)) {
                    largest = Some(self.value[from]);
                }
                result.error[to] = result.error[to].max(self.error[from]);
            }
            result.value[to] = largest.unwrap_or_default();
        }
        result
    }

    /// Every `stride`-th row and column, and zero channels, `before` of them before the others: exact.
    fn padded(&self, stride: usize, before: usize, channels: usize) -> Enclosed {
        let mut result = Enclosed::new((self.height.div_ceil(stride), self.width.div_ceil(stride), channels));
        for (position, c) in (0..result.height * result.width).flat_map(|p| (0..self.channels).map(move |c| (p, c))) {
            let (i, j) = (position / result.width, position % result.width);
            let from = (i * stride * self.width + j * stride) * self.channels + c;
            let to = position * channels + before + c;
            (result.value[to], result.error[to]) = (self.value[from], self.error[from]);
        }
        result
    }

    /// Where the exact value of a channel at the center lies.
    fn center(&self, channel: usize) -> Interval {
        let at = ((self.height / 2) * self.width + self.width / 2) * self.channels + channel;
        let (Double { high, low }, error) = (self.value[at], self.error[at]);
        match UPWARD * (error + low.abs()) {
            0.0 => Interval { least: high, largest: high },
            radius => Interval { least: (high - radius).next_down(), largest: (high + radius).next_up() },
        }
    }

    /// The values in slices of `bits`, whole numbers, and the power of two above them all.
    fn slices(&self, bits: f64) -> (Vec<Vec<f64>>, f64) {
        let power = power_above(self.value.iter().map(|v| v.high));
        let mut left = self.value.clone();
        let slices = (1..=LEVELS).map(|j| {
            let unit = power * (-bits * j as f64).exp2();
            let cut = |value: &mut Double| {
                let slice = nearest(value.high / unit);
                *value = two_sum(value.high - slice * unit, value.low);
                slice
            };
            left.iter_mut().map(cut).collect()
        });
        (slices.collect(), power)
    }
}

/// The nearest whole number to one below 2^51.
fn nearest(value: f64) -> f64 {
    const ONE_AND_A_HALF: f64 = 6_755_399_441_055_744.0;
    (value + ONE_AND_A_HALF) - ONE_AND_A_HALF
}

/// A power of two above all magnitudes; 1 where they are zero.
fn power_above(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.fold(0.0, |a: f64, v| a.max(v.abs()));
    if largest == 0.0 {
        return 1.0;
    }
    // Without its mantissa, a number is the power of two that is not above it.
    2.0 * f64::from_bits(largest.to_bits() & (0x7ff << 52))
}

/// How many bits two slices may have each, if sums of `terms` products are to stay below 2^53.
fn bits(terms: usize) -> f64 {
    let sum = terms.next_power_of_two().trailing_zeros();
    f64::from((53 - sum) / 2)
}

/// The weights as a matrix `[kh kw in, out]`, cut into slices until nothing is left of any of them, and the power of
/// two above them.
fn sliced_weights(layer: &TwinLayer, bits: f64) -> (Vec<Array2<f64>>, f64) {
    let mut left = layer.matrix(f64::from);
    let power = power_above(left.iter().copied());
    let mut slices = Vec::new();
    while slices.len() < LEVELS && left.iter().any(|&w| w != 0.0) {
        let unit = power * (-bits * (slices.len() + 1) as f64).exp2();
        let slice = left.mapv(|w| nearest(w / unit));
        left.zip_mut_with(&slice, |w, s| *w -= s * unit);
        slices.push(slice);
    }
    (slices, power)
}

/// The layer without its ReLU at the positions in `area`; zero elsewhere.
fn apply(layer: &TwinLayer, x: &Enclosed, area: &Area) -> Enclosed {
    let terms = layer.terms();
    let bits = bits(terms);
    let (weights, weight_power) = sliced_weights(layer, bits);
    let (slices, power) = x.slices(bits);
    let size = (x.height, x.width);
    let count = area.rows.len() * area.columns.len() * layer.outputs;
    let (mut values, mut magnitudes) = (vec![Double::default(); count], vec![0.0; count]);
    for (j, slice) in slices.iter().enumerate() {
        let columns = layer.columns(slice, size, area);
        for (i, weights) in weights.iter().take(LEVELS - j).enumerate() {
            let unit = power * weight_power * (-bits * (i + j + 2) as f64).exp2();
            let sums = columns.dot(weights);
            for ((value, magnitude), &sum) in values.iter_mut().zip(&mut magnitudes).zip(&sums) {
                *value = value.plus_one(sum * unit);
                *magnitude += (sum * unit).abs();
            }
        }
    }
    let carried = layer.columns(&x.error, size, area);
    let carried = carried.dot(&layer.matrix(|w| f64::from(w).abs()));
    // Of the products that are left out, those with i + j = LEVELS are fewer than slices of weights, what is left of
    // inputs and weights makes one more each, and all the others together are less than one of these.
    let left_out = (weights.len() + 2) as f64 * terms as f64;
    let left_out = left_out * power * weight_power * (-bits * LEVELS as f64).exp2();
    let (height, width) = steps(layer.sliding).output_size(x.height, x.width);
    let mut y = Enclosed::new((height, width, layer.outputs));
    let outputs = area.positions().flat_map(|(row, column)| (0..layer.outputs).map(move |o| (row * width + column, o)));
    for (((position, o), (mut value, magnitude)), &carried) in
        outputs.zip(values.into_iter().zip(magnitudes)).zip(&carried)
    {
        let mut error = carried + left_out + ROUNDING * magnitude;
        if let Some(bias) = &layer.bias {
            value = value.plus_one(f64::from(bias[o]));
            error += ROUNDING * value.high.abs();
        }
        if let Some(norm) = &layer.precise_norm {
            let PreciseAffine { scale, shift, magnitude } = norm[o];
            let scaled = value.times(scale);
            // Scale and shift are off by their own roundings, the product and the sum by theirs.
            error = scale.high.abs() * error + 2.0 * ROUNDING * (scaled.high.abs() + magnitude);
            value = scaled.plus(shift);
        }
        let at = position * layer.outputs + o;
        y.value[at] = value;
        y.error[at] = UPWARD * UPWARD * error;
    }
    y
}

impl TwinNetwork {
    /// The exact center activations of a block's channel for an image.
    pub(crate) fn enclose(&self, image: &Enclosed, block: Block, channel: usize) -> Option<Roles> {
        let cone = self.cone((image.height, image.width), block);
        let stem = apply(&self.stem, image, &cone.stem).relu();
        let mut stream = self.pooling.map_or_else(|| stem.clone(), |pooling| stem.max_pool(pooling));
        for (of, BlockCone { hidden, sum }) in self.blocks.iter().zip(&cone.blocks) {
            let enters = match &of.shortcut {
                TwinShortcut::Identity => stream.clone(),
                TwinShortcut::Projection(layer) => apply(layer, &stream, sum),
                &TwinShortcut::Padded { stride, before, channels } => stream.padded(stride, before, channels),
            };
            let mut added = stream;
            for (at, (layer, area)) in of.branch.iter().zip(hidden.iter().chain([sum])).enumerate() {
                let read = if at == 0 { added } else { added.relu() };
                added = apply(layer, &read, area);
            }
            let sum = added.clone().plus(&enters);
            if of.block == block {
                return Some(Roles {
                    input: enters.center(channel),
                    block: added.center(channel),
                    output: sum.center(channel),
                });
            }
            stream = sum.relu();
        }
        None
    }
}
