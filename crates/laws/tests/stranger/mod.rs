//! Plain kernels as a stranger might write them, with switches for mistakes.

use laws::Float;
use laws::operations::{Convolution, MaxPool, Product};

/// A number to compute with.
pub(crate) trait Number: Float + std::ops::Mul<Output = Self> + std::ops::AddAssign {}

impl Number for f32 {}
impl Number for f64 {}

pub(crate) fn product<T: Number>(p: &Product<T>, c: &mut [T]) {
    for i in 0..p.m {
        for j in 0..p.n {
            let mut sum = T::default();
            for l in 0..p.k {
                sum += p.a[i * p.k + l] * p.b[l * p.n + j];
            }
            c[i * p.n + j] = sum;
        }
    }
}

/// Eight columns at a time, then what is left.
pub(crate) fn product_by_eight(p: &Product<f32>, c: &mut [f32], rest: bool) {
    for i in 0..p.m {
        let line = &mut c[i * p.n..][..p.n];
        for (first, columns) in (0..).step_by(8).zip(line.chunks_mut(8)) {
            if columns.len() < 8 && !rest {
                continue;
            }
            columns.fill(0.0);
            for l in 0..p.k {
                for (j, sum) in columns.iter_mut().enumerate() {
                    *sum += p.a[i * p.k + l] * p.b[l * p.n + first + j];
                }
            }
        }
    }
}

/// What may be wrong with a convolution.
#[derive(Clone, Copy)]
pub(crate) struct Convolve {
    /// How many times the padding is before the map: once is right.
    pub(crate) before: usize,
    /// Whether the first row of every image is the first image's.
    pub(crate) leaks: bool,
}

impl Default for Convolve {
    fn default() -> Convolve {
        Convolve { before: 1, leaks: false }
    }
}

pub(crate) fn convolve<T: Number>(p: &Convolution<T>, y: &mut [T], how: Convolve) {
    let shape = p.shape;
    let [rows, columns] = shape.output().unwrap();
    let [height, width] = shape.size;
    for (at, y) in y.iter_mut().enumerate() {
        let (o, position) = (at % shape.outputs, at / shape.outputs);
        let (image, i, j) = (position / columns / rows, position / columns % rows, position % columns);
        let mut sum = T::default();
        for ky in 0..shape.kernel[0] {
            for kx in 0..shape.kernel[1] {
                let row = (i * shape.stride[0] + ky).checked_sub(how.before * shape.padding[0]);
                let column = (j * shape.stride[1] + kx).checked_sub(how.before * shape.padding[1]);
                for c in 0..shape.inputs {
                    let x = match (row, column) {
                        (Some(row), Some(column)) if row < height && column < width => {
                            let image = if how.leaks && row == 0 { 0 } else { image };
                            p.x[((image * height + row) * width + column) * shape.inputs + c]
                        }
                        _ => T::default(),
                    };
                    sum += x * p.weight(o, c, [ky, kx]);
                }
            }
        }
        *y = sum;
    }
}

/// What may be wrong with a convolution's gradient.
#[derive(Clone, Copy)]
pub(crate) struct Gradient {
    /// Whether steps are those of the convolution, or one.
    pub(crate) strides: bool,
}

pub(crate) fn gradient<T: Number>(p: &Convolution<T>, dy: &[T], dx: &mut [T], how: Gradient) {
    let shape = p.shape;
    let [rows, columns] = shape.output().unwrap();
    let [height, width] = shape.size;
    let stride = if how.strides { shape.stride } else { [1, 1] };
    dx.fill(T::default());
    for (at, &dy) in dy.iter().enumerate() {
        let (o, position) = (at % shape.outputs, at / shape.outputs);
        let (image, i, j) = (position / columns / rows, position / columns % rows, position % columns);
        for ky in 0..shape.kernel[0] {
            for kx in 0..shape.kernel[1] {
                let row = (i * stride[0] + ky).checked_sub(shape.padding[0]).filter(|&row| row < height);
                let column = (j * stride[1] + kx).checked_sub(shape.padding[1]).filter(|&column| column < width);
                for c in 0..shape.inputs {
                    let weight = p.weight(o, c, [ky, kx]);
                    match (row, column) {
                        (Some(row), Some(column)) => {
                            dx[((image * height + row) * width + column) * shape.inputs + c] += dy * weight;
                        }
                        // The padding's share is computed as well, and dropped.
                        _ => continue,
                    }
                }
            }
        }
    }
}

pub(crate) fn max_pool(p: &MaxPool<f32>, y: &mut [f32], larger: impl Fn(f32, f32) -> f32) {
    let window = p.window;
    let [_, columns] = window.output().unwrap();
    for (at, y) in y.iter_mut().enumerate() {
        let (c, position) = (at % window.channels, at / window.channels);
        let mut maximum = f32::NEG_INFINITY;
        for ky in 0..window.kernel[0] {
            for kx in 0..window.kernel[1] {
                let row = (position / columns * window.stride[0] + ky).checked_sub(window.padding[0]);
                let column = (position % columns * window.stride[1] + kx).checked_sub(window.padding[1]);
                if let (Some(row), Some(column)) = (row, column)
                    && row < window.size[0]
                    && column < window.size[1]
                {
                    maximum = larger(maximum, p.x[(row * window.size[1] + column) * window.channels + c]);
                }
            }
        }
        *y = maximum;
    }
}
