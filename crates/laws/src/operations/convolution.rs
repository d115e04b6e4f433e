//! Convolution: cross-correlation with any stride, padding and groups.

use super::{WORK, magnitudes};
use crate::expected::{Expected, Verdict, same_bits};
use crate::{
    Axis, Case, Claims, Fill, Float, Kernel, Law, Linear, Operand, Problem, Values, general, integers, linear,
};
use reference::{Epilogue, Filters, Map, Padding};
use std::ops::Range;

/// The shape of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Images of a batch.
    pub images: usize,
    /// Rows and columns of an image.
    pub size: [usize; 2],
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output.
    pub outputs: usize,
    /// Groups: output channels see an equal part of the input channels, one after the other.
    pub groups: usize,
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// Rows and columns from one position to the next.
    pub stride: [usize; 2],
    /// Padding above and below, and left and right.
    pub padding: [usize; 2],
}

impl Shape {
    /// Rows and columns of the output; `None` where the window is larger than the padded map.
    pub fn output(&self) -> Option<[usize; 2]> {
        let along =
            |i: usize| Some((self.size[i] + 2 * self.padding[i]).checked_sub(self.kernel[i])? / self.stride[i] + 1);
        Some([along(0)?, along(1)?])
    }

    fn positions(&self) -> usize {
        self.output().map_or(0, |[rows, columns]| rows * columns)
    }

    /// Terms of a sum: kernel rows, columns, and input channels of a group.
    pub fn terms(&self) -> usize {
        self.kernel[0] * self.kernel[1] * self.inputs / self.groups
    }

    /// Values of an image.
    pub fn image(&self) -> usize {
        self.size[0] * self.size[1] * self.inputs
    }

    /// Values of an image's output.
    pub fn image_output(&self) -> usize {
        self.positions() * self.outputs
    }

    fn sliding(&self) -> reference::Sliding {
        let ([rows, columns], kernel, stride) = (self.padding, self.kernel.into(), self.stride.into());
        let padding = Padding { top: rows, bottom: rows, left: columns, right: columns };
        reference::Sliding { kernel, stride, padding }
    }
}

/// `y[i, j, o] = sum over ky, kx, c of x[i s + ky - p, j s + kx - p, c] w[o, c, ky, kx]`, zeros outside the map:
/// `[N, H, W, C] -> [N, H', W', O]`, channels last, with weights `[O, C / groups, kh, kw]` as PyTorch keeps them.
///
/// `|error| <= e_n sum |x| |w|` with n terms of a sum, zeros of the padding included ([`Claims::error`]).
///
/// Laws beside those of all linear operations, the map being the input:
///
/// - `integers`: whole numbers give exact sums.
/// - `translation`: without the first rows and columns that a stride skips, a map without padding has the output without its
///   first row and column: bit for bit where [`Claims::same_bits`] is claimed, else within both bounds.
/// - `chain`: where it is claimed, each value is one chain of fused multiply-adds over (ky, kx, c) from zero.
#[derive(Clone, Debug)]
pub struct Convolution<T> {
    /// Its shape.
    pub shape: Shape,
    /// The map, `[N, H, W, C]`.
    pub x: Operand<T>,
    /// The weights, `[O, C / groups, kh, kw]`.
    pub weights: Operand<T>,
}

impl<T: Float> Convolution<T> {
    /// The weight of output channel `o` for channel `c` of its group.
    pub fn weight(&self, o: usize, c: usize, [ky, kx]: [usize; 2]) -> T {
        let Shape { kernel, inputs, groups, .. } = self.shape;
        self.weights[((o * (inputs / groups) + c) * kernel[0] + ky) * kernel[1] + kx]
    }

    /// Runs something of the twin's for each image, a map of so many rows and columns, and puts the results together.
    fn images(&self, from: &[f64], [height, width]: [usize; 2], run: impl Fn(&Map) -> Map) -> Vec<f64> {
        let images = self.shape.images;
        let (image, positions) = (from.len() / images, height * width);
        let map = |i: usize| {
            let channels = image.checked_div(positions).unwrap_or(0);
            Map::new((height, width, channels), from[i * image..][..image].to_vec())
        };
        (0..images).flat_map(|i| run(&map(i)).data).collect()
    }

    fn filters<'a>(&self, values: &'a [f64]) -> Filters<'a> {
        let Shape { outputs, inputs, groups, kernel, .. } = self.shape;
        Filters { outputs, inputs, groups, kernel: kernel.into(), values }
    }

    fn forward(&self, x: &[f64], weights: &[f64]) -> Vec<f64> {
        let (filters, sliding) = (self.filters(weights), self.shape.sliding());
        self.images(x, self.shape.size, |x| reference::conv2d(x, filters, sliding, Epilogue::default()))
    }

    fn backward(&self, dy: &[f64], weights: &[f64]) -> Vec<f64> {
        let (filters, sliding, size) = (self.filters(weights), self.shape.sliding(), self.shape.size.into());
        let output = self.shape.output().unwrap_or([0, 0]);
        self.images(dy, output, |dy| reference::conv2d_input_gradient(dy, filters, sliding, size))
    }

    /// One value by its definition, in the element type: a chain of fused multiply-adds.
    fn element(&self, image: usize, [i, j]: [usize; 2], o: usize) -> T {
        let Shape { size, inputs, outputs, groups, kernel, stride, padding, .. } = self.shape;
        let (per_group, group) = (inputs / groups, o / (outputs / groups));
        let mut sum = T::default();
        for ky in 0..kernel[0] {
            for kx in 0..kernel[1] {
                let row = (i * stride[0] + ky).checked_sub(padding[0]).filter(|&row| row < size[0]);
                let column = (j * stride[1] + kx).checked_sub(padding[1]).filter(|&column| column < size[1]);
                for c in 0..per_group {
                    let x = match (row, column) {
                        (Some(row), Some(column)) => {
                            let position = (image * size[0] + row) * size[1] + column;
                            self.x[position * inputs + group * per_group + c]
                        }
                        _ => T::default(),
                    };
                    sum = x.fused(self.weight(o, c, [ky, kx]), sum);
                }
            }
        }
        sum
    }
}

/// From how many terms on a sum is a long one.
const LONG: usize = 1000;

/// How many groups there may be.
const GROUPS: [&str; 7] = ["1", "2", "3", "4", "8", "16", "32"];

/// How many channels, in and out, each of several groups may have.
const EACH: [&str; 5] = ["any", "1", "2", "4", "8"];

impl<T: Float> Problem<T> for Convolution<T> {
    fn operation() -> String {
        "convolution".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        let size = |name| Axis::number(name, 1, 13);
        // So many that the sums over a window of 1, 3 or 9 taps are cut.
        let long = || claims.pieces.iter().flat_map(|length| [1, 3, 9].map(|taps| length / taps + 1));
        let channels = |name| Axis::number(name, 1, 40).near(&claims.tiles).seldom(long());
        let mut axes = vec![Axis::number("images", 1, 3), size("height"), size("width")];
        axes.extend([channels("inputs"), channels("outputs")]);
        // Channels are those of a group; of several groups, often the same few in and out.
        let some = if claims.groups { GROUPS.len() } else { 1 };
        axes.push(Axis::words("groups", GROUPS[..some].to_vec()).half_least());
        axes.push(Axis::words("each", EACH[..if claims.groups { EACH.len() } else { 1 }].to_vec()));
        axes.extend(["kernel-rows", "kernel-columns"].map(|name| Axis::number(name, 1, 7)));
        axes.extend(["stride-down", "stride-right"].map(|name| Axis::number(name, 1, 4)));
        axes.extend(["padding-rows", "padding-columns"].map(|name| Axis::number(name, 0, 7)));
        axes
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let [images, height, width, inputs, outputs, groups, each] =
            case.numbers(["images", "height", "width", "inputs", "outputs", "groups", "each"]);
        let groups = GROUPS[groups].parse().unwrap_or(1);
        let [inputs, outputs] = match EACH[each].parse() {
            Ok(each) if groups > 1 => [each; 2],
            _ => [inputs, outputs],
        };
        let shape = Shape {
            images,
            size: [height, width],
            inputs: inputs * groups,
            outputs: outputs * groups,
            groups,
            kernel: case.numbers(["kernel-rows", "kernel-columns"]),
            stride: case.numbers(["stride-down", "stride-right"]),
            padding: case.numbers(["padding-rows", "padding-columns"]),
        };
        shape.output()?;
        // Long sums, which few outputs have, may take longer.
        let work = if shape.terms() > LONG || outputs > LONG { 5 * WORK } else { WORK };
        if images * shape.image_output() * shape.terms() > work || images * shape.image() > WORK {
            return None;
        }
        let x = values.take(images * shape.image());
        Some(Convolution { shape, x, weights: values.take(shape.outputs * shape.terms()) })
    }

    fn outputs(&self) -> usize {
        self.shape.images * self.shape.image_output()
    }

    fn expected(&self, claims: &Claims) -> Expected {
        let (x, weights) = (self.x.wide(), self.weights.wide());
        let sums = self.forward(&magnitudes(&x), &magnitudes(&weights));
        Expected::sums::<T>(self.forward(&x, &weights), &sums, claims.roundings(self.shape.terms()), claims)
    }

    fn laws() -> Vec<Law<Self, T>> {
        let own = [
            integers(),
            Law::new(
                "translation",
                "a map that begins a stride later has the output from its next position on",
                Fill::GRID,
                translation,
            ),
            Law::new("chain", "each value is one chain of fused multiply-adds over (ky, kx, c)", Fill::ANY, chain)
                .where_claimed(|kernel| kernel.claims().is_chain()),
        ];
        general()
            .into_iter()
            .chain(linear())
            .chain(own)
            .chain([crate::alone(), crate::region(), crate::adjoint()])
            .collect()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("x", &self.x), ("weights", &self.weights)]
    }

    fn map(&self) -> Option<[usize; 3]> {
        // Of several images a region is not one rectangle.
        let [rows, columns] = self.shape.output()?;
        (self.shape.images == 1).then_some([rows, columns, self.shape.outputs])
    }

    fn alone(&self, number: u64) -> Option<(Self, Range<usize>)> {
        let image = usize::try_from(number).ok()? % self.shape.images;
        let (from, to) = (self.shape.image(), self.shape.image_output());
        let x = self.x[image * from..][..from].iter().copied().collect();
        let shape = Shape { images: 1, ..self.shape };
        Some((Convolution { shape, x, ..self.clone() }, image * to..(image + 1) * to))
    }
}

impl<T: Float> Linear<T> for Convolution<T> {
    fn input(&self) -> &[T] {
        &self.x
    }

    fn with_input(&self, x: Operand<T>) -> Self {
        Convolution { x, ..self.clone() }
    }

    fn expected_adjoint(&self, gradient: &[T], claims: &Claims) -> Expected {
        let dy: Vec<f64> = gradient.iter().map(|v| v.wide()).collect();
        let weights = self.weights.wide();
        let sums = self.backward(&magnitudes(&dy), &magnitudes(&weights));
        // Every tap of the kernel and output channel of the group may reach an input; where positions overlap, one
        // addition more for each.
        let [rows, columns] = self.shape.kernel;
        let terms = rows * columns * (self.shape.outputs / self.shape.groups + 1);
        Expected::sums::<T>(self.backward(&dy, &weights), &sums, claims.roundings(terms), claims)
    }

    fn adjoint_name() -> String {
        "convolution-gradient".to_owned()
    }
}

fn translation<T: Float>(kernel: &Kernel<Convolution<T>, T>, p: &Convolution<T>, _: &Case) -> Verdict {
    let Shape { size: [height, width], inputs, stride, .. } = p.shape;
    let plain = Shape { images: 1, padding: [0, 0], ..p.shape };
    let later = Shape { size: [height.saturating_sub(stride[0]), width.saturating_sub(stride[1])], ..plain };
    let (Some([_, columns]), Some([rows, fewer])) = (plain.output(), later.output()) else { return Ok(0.0) };
    let part = |[top, left]: [usize; 2]| -> Operand<T> {
        let row = |y: usize| &p.x[(y * width + left) * inputs..][..(width - left) * inputs];
        (top..height).flat_map(row).copied().collect()
    };
    let whole = Convolution { shape: plain, x: part([0, 0]), ..p.clone() };
    let moved = Convolution { shape: later, x: part(stride), ..p.clone() };
    if !kernel.takes(&whole) || !kernel.takes(&moved) {
        return Ok(0.0);
    }
    let region = crate::Region { top: 1, left: 1, height: rows, width: fewer };
    let (found, expected) = (kernel.output(&moved)?, kernel.output(&whole)?);
    let expected = region.values(&expected, columns, p.shape.outputs);
    if kernel.claims().same_bits {
        return same_bits(&found, &expected, "the whole");
    }
    let bounds = moved.expected(kernel.claims()).bounds.iter().map(|bound| 2.0 * bound).collect();
    Expected { values: expected.iter().map(|v| v.wide()).collect(), bounds }.compare(&found)
}

fn chain<T: Float>(kernel: &Kernel<Convolution<T>, T>, p: &Convolution<T>, _: &Case) -> Verdict {
    let Some([rows, columns]) = p.shape.output() else { return Ok(0.0) };
    let mut expected = Vec::new();
    for position in 0..p.shape.images * rows * columns {
        let (image, position) = (position / (rows * columns), position % (rows * columns));
        let at = [position / columns, position % columns];
        expected.extend((0..p.shape.outputs).map(|o| p.element(image, at, o)));
    }
    same_bits(&kernel.output(p)?, &expected, "the chain")
}
