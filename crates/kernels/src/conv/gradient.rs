//! The gradient of a convolution with respect to its input.
//!
//! Column by column of the im2col matrix, `d im2col = dY W^T` is a matrix product over the output channels; folding
//! it back (*col2im*) adds each row to the input values it was read from. Only as many products are computed as
//! there are output positions, so a cone that narrows to one position costs next to nothing at its tip.

use super::{Sliding, position_rows};
use crate::isa::{Isa, per_isa};
use crate::matmul::{Epilogue, LeftMatrix, PANEL, PackedMatrix, Rows, Target, product};
use crate::region::{Region, Window, WindowMut};

/// How many output positions are folded back at a time.
const BLOCK: usize = 28;

/// A convolution's weights, packed for the gradient: for each ky, `out x (kx, c)`.
#[derive(Clone, Debug)]
pub struct ConvGradient {
    sliding: Sliding,
    channels: usize,
    outputs: usize,
    per_line: Vec<PackedMatrix>,
}

/// The length of the scratch slice that [`ConvGradient::add_input_gradient`] needs.
pub fn input_gradient_scratch(sliding: Sliding, channels: usize) -> usize {
    BLOCK * padded(sliding, channels)
}

/// The length of a row (kx, c), filled up to whole panels: those are written fastest.
fn padded(sliding: Sliding, channels: usize) -> usize {
    (sliding.kernel.1 * channels).next_multiple_of(PANEL)
}

impl ConvGradient {
    /// Packs weights `[out, in, ky, kx]` (PyTorch's order).
    ///
    /// # Panics
    /// If `weights` has not exactly `out * in * ky * kx` values.
    pub fn new(weights: &[f32], outputs: usize, channels: usize, sliding: Sliding) -> ConvGradient {
        let (height, width) = sliding.kernel;
        assert_eq!(
            weights.len(),
            outputs * channels * height * width,
            "weights [{outputs}, {channels}, {height}, {width}]"
        );
        let per_line = (0..height)
            .map(|ky| {
                PackedMatrix::from_fn(outputs, padded(sliding, channels), |out, column| {
                    let (kx, c) = (column / channels, column % channels);
                    if kx >= width {
                        return 0.0;
                    }
                    weights[((out * channels + c) * height + ky) * width + kx]
                })
            })
            .collect();
        ConvGradient {
            sliding,
            channels,
            outputs,
            per_line,
        }
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        self.per_line.iter().map(PackedMatrix::bytes).sum()
    }

    /// `dx[i s + ky - p, j s + kx - p, c] += sum over o of dy[i, j, o] w[o, c, ky, kx]`, for all positions (i, j) of
    /// `wanted` and all ky, kx.
    ///
    /// `dy`: `[*, *, out]` holding `wanted`; `dx`: `[*, *, in]` holding [`Sliding::input_region`] of `wanted`, whose
    /// padding receives what falls there. Order of the additions into one value: ky ascending, then positions in
    /// row-major order; each addend obeys the summation contract over o.
    ///
    /// # Panics
    /// If channels disagree, a window lacks a needed position, or `scratch` is shorter than
    /// [`input_gradient_scratch`].
    pub fn add_input_gradient(
        &self,
        isa: Isa,
        dy: Window<'_>,
        wanted: Region,
        dx: &mut WindowMut<'_>,
        scratch: &mut [f32],
    ) {
        assert_eq!(
            dy.channels(),
            self.outputs,
            "output channels of a convolution's gradient"
        );
        assert_eq!(
            dx.channels(),
            self.channels,
            "input channels of a convolution's gradient"
        );
        if wanted.is_empty() {
            return;
        }
        let needed = self.sliding.input_region(&wanted);
        assert!(
            dx.region().contains(&needed),
            "a gradient window of {:?} lacks part of {needed:?}",
            dx.region()
        );
        let left = LeftMatrix {
            data: dy.data(),
            rows: position_rows(
                &dy.region(),
                self.outputs,
                &wanted,
                (1, 1),
                (wanted.top, wanted.left),
            ),
            segments: 1,
            segment_step: 0,
            segment_length: self.outputs,
        };
        let length = self.sliding.kernel.1 * self.channels;
        let step = padded(self.sliding, self.channels);
        let line = dx.region().width * self.channels;
        let mut rows = position_rows(
            &dx.region(),
            self.channels,
            &wanted,
            self.sliding.stride,
            (needed.top, needed.left),
        );
        for weights in &self.per_line {
            let mut start = 0;
            while start < wanted.positions() {
                let count = BLOCK.min(wanted.positions() - start);
                let block = &mut scratch[..count * step];
                let left = LeftMatrix {
                    rows: left.rows.skipping(start),
                    ..left
                };
                let mut target = Target::new(block, Rows::plain(step));
                product(
                    isa,
                    count,
                    &left,
                    weights,
                    &mut target,
                    &Epilogue::default(),
                );
                fold(
                    isa,
                    block,
                    (step, length),
                    &rows.skipping(start),
                    dx.data_mut(),
                );
                start += count;
            }
            rows.first += line;
        }
    }
}

per_isa! {
    /// Adds row after row of a block, each `size.1` values of `size.0`, to the input values it was read from.
    fn fold(block: &[f32], size: (usize, usize), rows: &Rows, dx: &mut [f32]) {
        let (step, length) = size;
        let mut places = [0; BLOCK];
        let places = &mut places[..block.len() / step];
        rows.fill(0, places);
        for (row, &to) in block.chunks_exact(step).zip(&*places) {
            for (sum, addend) in dx[to..to + length].iter_mut().zip(&row[..length]) {
                *sum += addend;
            }
        }
    }
}
