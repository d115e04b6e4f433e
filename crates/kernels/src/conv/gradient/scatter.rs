//! The gradient position by position of the output, for inputs of few channels.
//!
//! The rows of `d im2col = dY W^T` are what each output position sends to the input values it saw, all (ky, kx, c) of
//! them. Folding them back (*col2im*) adds each row to those values.
//!
//! In a network such a layer is the stem, and its outputs went through max pooling: of each window of nine, one has a
//! gradient. So zeros of dY are left out.

use super::super::Sliding;
use super::super::task::Grid;
use crate::isa::{Isa, per_isa};
use crate::matmul::{LeftMatrix, PANEL, PackedMatrix, Rows, product_of_nonzeros};
use crate::window::{Part, WindowMut};

/// How many output positions are folded back at a time: they stay in the first caches.
const BLOCK: usize = 42;

/// Weights `[out] x [(ky, kx, c)]`, filled up to whole panels.
#[derive(Clone, Debug)]
pub(super) struct Scatter {
    sliding: Sliding,
    channels: usize,
    packed: PackedMatrix,
}

/// The length of a row (ky, kx, c), filled up to whole panels: those are written fastest.
fn row_length(sliding: Sliding, channels: usize) -> usize {
    (sliding.kernel.0 * sliding.kernel.1 * channels).next_multiple_of(PANEL)
}

/// Floats of scratch.
pub(super) fn scratch(sliding: Sliding, channels: usize) -> usize {
    BLOCK * row_length(sliding, channels)
}

impl Scatter {
    /// Packs the weights `weight(out, c, ky, kx)`.
    pub(super) fn new(
        weight: impl Fn(usize, usize, usize, usize) -> f32,
        outputs: usize,
        channels: usize,
        sliding: Sliding,
    ) -> Scatter {
        let (height, width) = sliding.kernel;
        let packed = PackedMatrix::from_fn(outputs, row_length(sliding, channels), |out, column| {
            let (tap, c) = (column / channels, column % channels);
            if tap >= height * width {
                return 0.0;
            }
            weight(out, c, tap / width, tap % width)
        });
        Scatter { sliding, channels, packed }
    }

    pub(super) fn bytes(&self) -> usize {
        self.packed.bytes()
    }

    /// See [`super::ConvGradient::add_input_gradient`], which checks the arguments.
    pub(super) fn add(&self, isa: Isa, dy: Part<'_>, dx: &mut WindowMut<'_>, scratch: &mut [f32]) {
        let (dy, wanted) = (dy.window(), dy.region());
        let needed = self.sliding.input_region(&wanted);
        let left = LeftMatrix {
            data: dy.data(),
            rows: Grid::of(&wanted).rows(&dy.region(), dy.channels()),
            segments: 1,
            segment_step: 0,
            segment_length: dy.channels(),
        };
        let seen = Grid { corner: (needed.top, needed.left), stride: self.sliding.stride, ..Grid::of(&wanted) };
        let row = row_length(self.sliding, self.channels);
        let lines = Lines {
            row,
            count: self.sliding.kernel.0,
            length: self.sliding.kernel.1 * self.channels,
            step: dx.region().width * self.channels,
            rows: seen.rows(&dx.region(), self.channels),
        };
        for start in (0..wanted.positions()).step_by(BLOCK) {
            let count = BLOCK.min(wanted.positions() - start);
            let block = &mut scratch[..count * row];
            let left = LeftMatrix { rows: left.rows.skipping(start), ..left };
            product_of_nonzeros(isa, &left, &self.packed, block);
            fold(isa, block, &Lines { rows: lines.rows.skipping(start), ..lines }, dx.data_mut());
        }
    }
}

/// How the rows of a product lie in the input: each is `count` lines of `length` values, `step` apart there and neighbours
/// here.
struct Lines {
    row: usize,
    count: usize,
    length: usize,
    step: usize,
    /// Where each row begins in the input.
    rows: Rows,
}

/// Adds a short line: by sixteens, by fours and the rest. (For a length that it does not know, the compiler would
/// unroll by far more values than the 21 that a line of the stem has, and add those one by one.)
#[inline(always)]
fn add_line(sums: &mut [f32], addends: &[f32]) {
    let (sixteens, sums) = sums.as_chunks_mut::<16>();
    let (of_sixteens, addends) = addends.as_chunks::<16>();
    for (sums, addends) in sixteens.iter_mut().zip(of_sixteens) {
        add(sums, addends);
    }
    let (fours, sums) = sums.as_chunks_mut::<4>();
    let (of_fours, addends) = addends.as_chunks::<4>();
    for (sums, addends) in fours.iter_mut().zip(of_fours) {
        add(sums, addends);
    }
    for (sum, addend) in sums.iter_mut().zip(addends) {
        *sum += addend;
    }
}

#[inline(always)]
fn add<const N: usize>(sums: &mut [f32; N], addends: &[f32; N]) {
    for i in 0..N {
        sums[i] += addends[i];
    }
}

per_isa! {
    /// Adds row after row of a block to the input values it was read from.
    fn fold(block: &[f32], lines: &Lines, dx: &mut [f32]) {
        let mut places = [0; BLOCK];
        let places = &mut places[..block.len() / lines.row];
        lines.rows.fill(0, places);
        for (row, &to) in block.chunks_exact(lines.row).zip(&*places) {
            for (line, addends) in row.chunks_exact(lines.length).take(lines.count).enumerate() {
                let to = to + line * lines.step;
                add_line(&mut dx[to..to + lines.length], addends);
            }
        }
    }
}
