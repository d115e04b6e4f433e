//! Convolution (cross-correlation, as networks mean it) and its gradient with respect to the input.

use crate::{Map, Padding, Sliding, relu};
use std::ops::Range;

/// The weights of a convolution, `[outputs, inputs / groups, kh, kw]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filters<'a> {
    /// Channels of the output.
    pub outputs: usize,
    /// Channels of the input.
    pub inputs: usize,
    /// Groups: output channels see an equal part of the input channels, one after the other; one where all see all.
    pub groups: usize,
    /// Rows and columns of the kernel.
    pub kernel: (usize, usize),
    /// The weights, as PyTorch orders them.
    pub values: &'a [f64],
}

impl Filters<'_> {
    /// The weight of output channel `o` for channel `c` of its group's inputs, at row `ky`, column `kx` of the kernel.
    ///
    /// # Panics
    /// If there is none.
    pub fn at(&self, o: usize, c: usize, ky: usize, kx: usize) -> f64 {
        self.values[((o * self.of_group() + c) * self.kernel.0 + ky) * self.kernel.1 + kx]
    }

    /// Input channels of a group.
    fn of_group(&self) -> usize {
        self.inputs / self.groups
    }

    /// The first input channel that output channel `o` sees.
    fn first_seen(&self, o: usize) -> usize {
        o / (self.outputs / self.groups) * self.of_group()
    }

    /// The output channels that see input channel `c`.
    fn seeing(&self, c: usize) -> Range<usize> {
        let (group, made) = (c / self.of_group(), self.outputs / self.groups);
        group * made..(group + 1) * made
    }

    fn check(&self, sliding: Sliding) {
        assert_eq!(self.kernel, sliding.kernel, "the window of a convolution");
        let divides = |channels: usize| self.groups > 0 && channels.is_multiple_of(self.groups);
        assert!(divides(self.inputs) && divides(self.outputs), "groups of a convolution");
        let positions = self.kernel.0 * self.kernel.1;
        assert_eq!(self.values.len(), self.outputs * self.of_group() * positions, "weights of a convolution");
    }
}

/// What is done with the finished sums, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Epilogue<'a> {
    /// Added to each output channel.
    pub bias: Option<&'a [f64]>,
    /// Added to each output.
    pub residual: Option<&'a Map>,
    /// Whether negative outputs become zero.
    pub relu: bool,
}

/// `y[i, j, o] = sum over ky, kx, c of x[i s + ky - top, j s' + kx - left, g C' + c] w[o, c, ky, kx]`, then the epilogue:
/// `[H, W, C] -> [H', W', O]`. A group has C' input channels, and g is the group of o; of one group, C' = C and g = 0.
///
/// x is zero outside the map, and those zeros are multiplied like any other value: an infinite weight over them gives
/// NaN.
///
/// # Panics
/// If the sizes of the arguments contradict each other.
///
/// # Example
/// ```
/// use reference::{Epilogue, Filters, Map, Padding, Sliding, conv2d};
///
/// let x = Map::new((1, 3, 1), vec![1.0, 4.0, 9.0]);
/// let difference = Filters { outputs: 1, inputs: 1, groups: 1, kernel: (1, 2), values: &[-1.0, 1.0] };
/// let sliding = Sliding { kernel: (1, 2), stride: (1, 1), padding: Padding::default() };
/// assert_eq!(conv2d(&x, difference, sliding, Epilogue::default()).data, [3.0, 5.0]);
/// ```
pub fn conv2d(x: &Map, filters: Filters<'_>, sliding: Sliding, epilogue: Epilogue<'_>) -> Map {
    filters.check(sliding);
    assert_eq!(x.channels, filters.inputs, "channels of a convolution");
    let (height, width) = sliding.output_size(x.height, x.width);
    let mut y = Map::zeros((height, width, filters.outputs));
    let padded = Padded { x, padding: sliding.padding };
    for i in 0..height {
        for j in 0..width {
            for o in 0..filters.outputs {
                let mut sum = 0.0;
                for ky in 0..filters.kernel.0 {
                    for kx in 0..filters.kernel.1 {
                        // Row and column of the padded map.
                        let (row, column) = (i * sliding.stride.0 + ky, j * sliding.stride.1 + kx);
                        for c in 0..filters.of_group() {
                            sum += padded.at(row, column, filters.first_seen(o) + c) * filters.at(o, c, ky, kx);
                        }
                    }
                }
                *y.at_mut(i, j, o) = sum;
            }
        }
    }
    if let Some(bias) = epilogue.bias {
        assert_eq!(bias.len(), filters.outputs, "biases of a convolution");
        y = Map::from_fn(y.shape(), |i, j, o| y.at(i, j, o) + bias[o]);
    }
    if let Some(residual) = epilogue.residual {
        assert_eq!(residual.shape(), y.shape(), "the residual of a convolution");
        y = Map::from_fn(y.shape(), |i, j, o| y.at(i, j, o) + residual.at(i, j, o));
    }
    if epilogue.relu { relu(&y) } else { y }
}

/// A map with zeros around it.
#[derive(Clone, Copy)]
struct Padded<'a> {
    x: &'a Map,
    padding: Padding,
}

impl Padded<'_> {
    /// The value at a row and column of the padded map.
    fn at(self, row: usize, column: usize, c: usize) -> f64 {
        let Padded { x, padding: Padding { top, left, .. } } = self;
        let inside = row >= top && row < top + x.height && column >= left && column < left + x.width;
        if inside { x.at(row - top, column - left, c) } else { 0.0 }
    }
}

/// The gradient of the sums of [`conv2d`] with respect to x, a map of `size` rows and columns:
/// `[H', W', O] -> [H, W, C]`.
///
/// `dx[y, x, g C' + c] = sum over every output (i, j, o) and tap (ky, kx) that reads it of w[o, c, ky, kx] dy[i, j, o]`,
/// which are those with `i s + ky = y + top` and `j s' + kx = x + left`, and o of group g.
///
/// # Panics
/// If the sizes of the arguments contradict each other.
///
/// # Example
/// ```
/// use reference::{Filters, Map, Padding, Sliding, conv2d_input_gradient};
///
/// let difference = Filters { outputs: 1, inputs: 1, groups: 1, kernel: (1, 2), values: &[-1.0, 1.0] };
/// let sliding = Sliding { kernel: (1, 2), stride: (1, 1), padding: Padding::default() };
/// let dy = Map::new((1, 2, 1), vec![1.0, 10.0]);
/// assert_eq!(conv2d_input_gradient(&dy, difference, sliding, (1, 3)).data, [-1.0, -9.0, 10.0]);
/// ```
pub fn conv2d_input_gradient(dy: &Map, filters: Filters<'_>, sliding: Sliding, size: (usize, usize)) -> Map {
    filters.check(sliding);
    let (height, width) = sliding.output_size(size.0, size.1);
    assert_eq!(dy.shape(), (height, width, filters.outputs), "the gradient of a convolution's output");
    Map::from_fn((size.0, size.1, filters.inputs), |row, column, c| {
        let (row, column) = (row + sliding.padding.top, column + sliding.padding.left);
        let mut sum = 0.0;
        for i in reading(row, filters.kernel.0, sliding.stride.0, height) {
            for j in reading(column, filters.kernel.1, sliding.stride.1, width) {
                let (ky, kx) = (row - i * sliding.stride.0, column - j * sliding.stride.1);
                for o in filters.seeing(c) {
                    sum += filters.at(o, c % filters.of_group(), ky, kx) * dy.at(i, j, o);
                }
            }
        }
        sum
    })
}

/// The outputs along one axis whose window holds a position of the padded input.
fn reading(position: usize, kernel: usize, stride: usize, outputs: usize) -> impl Iterator<Item = usize> {
    (0..outputs).filter(move |i| i * stride <= position && position < i * stride + kernel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, map, pattern};

    const SLIDING: Sliding =
        Sliding { kernel: (3, 2), stride: (2, 1), padding: Padding { top: 1, left: 2, bottom: 0, right: 1 } };

    fn filters(values: &[f64]) -> Filters<'_> {
        Filters { outputs: 3, inputs: 2, groups: 1, kernel: (3, 2), values }
    }

    #[test]
    fn a_difference_of_neighbours_by_hand() {
        let x = Map::new((1, 3, 1), vec![1.0, 4.0, 9.0]);
        let difference = Filters { outputs: 1, inputs: 1, groups: 1, kernel: (1, 2), values: &[-1.0, 1.0] };
        let sliding = Sliding { kernel: (1, 2), stride: (1, 1), padding: Padding { right: 1, ..Padding::default() } };
        let residual = Map::new((1, 3, 1), vec![0.0, 0.0, 0.5]);
        let epilogue = Epilogue { bias: Some(&[0.25]), residual: Some(&residual), relu: false };
        let y = conv2d(&x, difference, sliding, epilogue);
        assert_eq!(y.data, [3.25, 5.25, -8.25]);
        let rectified = Epilogue { relu: true, ..epilogue };
        let y = conv2d(&x, difference, sliding, rectified);
        assert_eq!(y.data, [3.25, 5.25, 0.0]);
        let dy = Map::new((1, 3, 1), vec![1.0, 10.0, 100.0]);
        let dx = conv2d_input_gradient(&dy, difference, sliding, (1, 3));
        assert_eq!(dx.data, [-1.0, -9.0, -90.0]);
    }

    #[test]
    fn equals_pytorch_with_uneven_stride_and_padding() {
        let weights = pattern(36, 2);
        let epilogue = Epilogue { bias: Some(&[1.0, -2.0, 3.0]), ..Epilogue::default() };
        let y = conv2d(&map((5, 4, 2), 1), filters(&weights), SLIDING, epilogue);
        let expected = [
            1.0, -2.0, 3.0, -26.0, 6.0, -9.0, 21.0, -15.0, -10.0, 12.0, -21.0, 42.0, -19.0, -5.0, 39.0, -8.0, -21.0,
            -15.0, 1.0, -2.0, 3.0, -8.0, 22.0, -17.0, 59.0, -38.0, 27.0, 19.0, 42.0, -15.0, -54.0, 56.0, -35.0, 7.0,
            -25.0, 39.0,
        ];
        assert_eq!((y.shape(), &y.data[..]), ((2, 6, 3), &expected[..]));
    }

    #[test]
    fn the_gradient_equals_pytorch() {
        let weights = pattern(36, 2);
        let dx = conv2d_input_gradient(&map((2, 6, 3), 3), filters(&weights), SLIDING, (5, 4));
        let expected = [
            13.0, 14.0, 12.0, 14.0, 11.0, 14.0, -23.0, -41.0, -15.0, -7.0, 27.0, 15.0, 25.0, 15.0, 23.0, -7.0, 18.0,
            -41.0, -27.0, 14.0, -28.0, 14.0, -29.0, 14.0, 13.0, 20.0, 5.0, -20.0, 8.0, -27.0, 11.0, -34.0, 0.0, 0.0,
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        ];
        assert_eq!(dx.data, expected);
    }

    #[test]
    fn the_gradient_is_the_adjoint() {
        let weights = pattern(36, 4);
        let (x, dy) = (map((5, 4, 2), 6), map((2, 6, 3), 7));
        let y = conv2d(&x, filters(&weights), SLIDING, Epilogue::default());
        let dx = conv2d_input_gradient(&dy, filters(&weights), SLIDING, (5, 4));
        assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 5.0);
    }

    #[test]
    fn groups_see_their_own_channels_by_hand() {
        // Two groups of one input and two outputs.
        let x = Map::new((1, 2, 2), vec![1.0, 10.0, 2.0, 20.0]);
        let filters = Filters { outputs: 4, inputs: 2, groups: 2, kernel: (1, 1), values: &[1.0, 2.0, 3.0, 4.0] };
        let sliding = Sliding { kernel: (1, 1), stride: (1, 1), padding: Padding::default() };
        let y = conv2d(&x, filters, sliding, Epilogue::default());
        assert_eq!(y.data, [1.0, 2.0, 30.0, 40.0, 2.0, 4.0, 60.0, 80.0]);
        let dy = Map::new((1, 2, 4), vec![1.0, 10.0, 100.0, 1000.0, 0.0, 1.0, 0.0, 2.0]);
        let dx = conv2d_input_gradient(&dy, filters, sliding, (1, 2));
        assert_eq!(dx.data, [21.0, 4300.0, 2.0, 8.0]);
    }

    #[test]
    fn groups_equal_one_group_whose_other_weights_are_zero() {
        let (groups, seen, made) = (3, 2, 4);
        let values = pattern(groups * made * seen * 6, 3);
        let apart = Filters { outputs: 12, inputs: 6, groups, kernel: (3, 2), values: &values };
        let mut dense = Vec::new();
        for o in 0..12 {
            for c in 0..6 {
                for tap in 0..6 {
                    let inside = c / seen == o / made;
                    dense.push(if inside { apart.at(o, c % seen, tap / 2, tap % 2) } else { 0.0 });
                }
            }
        }
        let whole = Filters { groups: 1, values: &dense, ..apart };
        let x = map((5, 4, 6), 2);
        let y = conv2d(&x, apart, SLIDING, Epilogue::default());
        assert_eq!(y, conv2d(&x, whole, SLIDING, Epilogue::default()));
        let dy = map(y.shape(), 5);
        let dx = conv2d_input_gradient(&dy, apart, SLIDING, (5, 4));
        assert_eq!(dx, conv2d_input_gradient(&dy, whole, SLIDING, (5, 4)));
        assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 5.0);
    }

    #[test]
    fn each_axis_has_its_own_stride() {
        let x = Map::from_fn((3, 7, 1), |i, j, _| (10 * i + j) as f64);
        let identity = Filters { outputs: 1, inputs: 1, groups: 1, kernel: (1, 1), values: &[1.0] };
        let sliding = Sliding { kernel: (1, 1), stride: (2, 3), padding: Padding::default() };
        let y = conv2d(&x, identity, sliding, Epilogue::default());
        assert_eq!(y.data, [0.0, 3.0, 6.0, 20.0, 23.0, 26.0]);
        let dx = conv2d_input_gradient(&y, identity, sliding, (3, 7));
        let read = |i, j| i % 2 == 0 && j % 3 == 0;
        let expected = Map::from_fn(x.shape(), |i, j, c| if read(i, j) { x.at(i, j, c) } else { 0.0 });
        assert_eq!(dx, expected);
    }

    #[test]
    fn the_gradient_is_the_adjoint_for_wide_strides_and_overlaps() {
        let weights = pattern(3 * 2 * 2 * 3, 5);
        for stride in [(1, 2), (3, 2), (2, 5)] {
            let sliding = Sliding { kernel: (2, 3), stride, padding: Padding::all(2) };
            let filters = Filters { kernel: (2, 3), ..filters(&weights) };
            let x = map((5, 7, 2), 2);
            let y = conv2d(&x, filters, sliding, Epilogue::default());
            let dy = map(y.shape(), 3);
            let dx = conv2d_input_gradient(&dy, filters, sliding, (5, 7));
            assert_adjoint((&y.data, &dy.data), (&x.data, &dx.data), 5.0);
        }
    }

    #[test]
    fn padding_is_multiplied() {
        let x = Map::new((1, 1, 1), vec![1.0]);
        let infinite = Filters { outputs: 1, inputs: 1, groups: 1, kernel: (1, 2), values: &[f64::INFINITY, 1.0] };
        let sliding = Sliding { kernel: (1, 2), stride: (1, 1), padding: Padding::all(1) };
        let y = conv2d(&x, infinite, sliding, Epilogue::default());
        assert!(y.data[2].is_nan() && y.data[3] == f64::INFINITY, "{y:?}");
    }
}
