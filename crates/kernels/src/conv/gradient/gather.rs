//! The gradient value by value of the input, for inputs of many channels.
//!
//! Write Y = y + p for a row counted from the padding's edge. It receives from output row i through the tap ky = Y - s
//! i, so from the taps ky = r, r + s, r + 2 s ... where r = Y mod s is its *phase*. Tap number t = (ky - r) / s comes
//! from row i = Y / s - t. The same holds for columns. Within a phase the gradient therefore is a convolution of stride
//! 1 of `dy` with some of the taps, in reverse: a product whose left-hand matrix is read where it lies.
//!
//! Near the edge of a region some taps come from outside it, where `dy` is zero. Positions are taken together by the
//! taps that come from inside ([`runs`]), and only those are multiplied. Where a cone narrows to few positions, all of
//! them are taken together for one tap after the other ([`single_taps`]), each continuing the sums of the tap before:
//! it is the same chain of multiply-adds, in the same order.

use super::super::Sliding;
use crate::isa::Isa;
use crate::matmul::{LeftMatrix, PackedMatrix, Product, RightRows, Rows, Target};
use crate::window::{Part, WindowMut};
use std::ops::Range;

/// Up to how many output positions the gradient is computed tap by tap.
///
/// Then every weight is read once. With more positions the sums over all taps at once are faster: each value is written
/// once.
const FEW: usize = 64;

/// The weights of every pair of phases.
#[derive(Clone, Debug)]
pub(super) struct Gather {
    sliding: Sliding,
    phases: Vec<Phase>,
}

/// The taps of one phase of rows and one of columns: `[(ty, tx, out), each t descending] x [c]`.
#[derive(Clone, Debug)]
struct Phase {
    first: (usize, usize),
    taps: (usize, usize),
    packed: PackedMatrix,
}

/// Neighbouring positions of a phase, and taps through which all of them receive.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    /// The positions, as quotients Y / s.
    positions: Range<usize>,
    /// The taps.
    taps: Range<usize>,
}

/// Positions of a phase: those of a run of rows and of a run of columns.
struct Block<'a> {
    phase: &'a Phase,
    rows: &'a Run,
    columns: &'a Run,
}

/// The runs that `wanted` output rows (or columns), numbered from zero, send to through `taps` taps.
fn runs(wanted: usize, taps: usize) -> impl Iterator<Item = Run> {
    let taps_at = move |at: usize| (at + 1).saturating_sub(wanted)..taps.min(at + 1);
    let end = wanted + taps - 1;
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        if start == end {
            return None;
        }
        let taps = taps_at(start);
        while at < end && taps_at(at) == taps {
            at += 1;
        }
        Some(Run { positions: start..at, taps })
    })
}

/// What `wanted` output rows (or columns) send through each of `taps` taps, in the order in which they are summed.
fn single_taps(wanted: usize, taps: usize) -> impl Iterator<Item = Run> {
    (0..taps).rev().map(move |tap| Run { positions: tap..tap + wanted, taps: tap..tap + 1 })
}

impl Gather {
    /// Packs the weights `weight(out, c, ky, kx)`.
    pub(super) fn new(
        weight: impl Fn(usize, usize, usize, usize) -> f32,
        outputs: usize,
        channels: usize,
        sliding: Sliding,
    ) -> Gather {
        let (kernel, stride) = (sliding.kernel, sliding.stride);
        let mut phases = Vec::new();
        for ry in 0..stride.0.min(kernel.0) {
            for rx in 0..stride.1.min(kernel.1) {
                let taps = ((kernel.0 - ry).div_ceil(stride.0), (kernel.1 - rx).div_ceil(stride.1));
                let rows = taps.0 * taps.1 * outputs;
                let packed = PackedMatrix::from_fn(rows, channels, |row, c| {
                    let (tap, out) = (row / outputs, row % outputs);
                    let (ty, tx) = (taps.0 - 1 - tap / taps.1, taps.1 - 1 - tap % taps.1);
                    weight(out, c, ry + ty * stride.0, rx + tx * stride.1)
                });
                phases.push(Phase { first: (ry, rx), taps, packed });
            }
        }
        Gather { sliding, phases }
    }

    pub(super) fn bytes(&self) -> usize {
        self.phases.iter().map(|p| p.packed.bytes()).sum()
    }

    /// See [`super::ConvGradient::add_input_gradient`], which checks the arguments.
    pub(super) fn add(&self, isa: Isa, dy: Part<'_>, dx: &mut WindowMut<'_>) {
        let wanted = dy.region();
        for phase in &self.phases {
            let mut add = |rows: &Run, columns: &Run| self.add_block(isa, dy, &Block { phase, rows, columns }, dx);
            if wanted.positions() <= FEW {
                for rows in single_taps(wanted.height, phase.taps.0) {
                    single_taps(wanted.width, phase.taps.1).for_each(|columns| add(&rows, &columns));
                }
            } else {
                for rows in runs(wanted.height, phase.taps.0) {
                    runs(wanted.width, phase.taps.1).for_each(|columns| add(&rows, &columns));
                }
            }
        }
    }

    /// Adds to the positions of one run of rows and one of columns.
    fn add_block(&self, isa: Isa, dy: Part<'_>, block: &Block<'_>, dx: &mut WindowMut<'_>) {
        let Block { phase, rows, columns } = *block;
        let (dy, wanted) = (dy.window(), dy.region());
        let outputs = dy.channels();
        // The last tap of a position comes from the first of its output rows.
        let from = dy.offset(
            wanted.top.saturating_add_unsigned(rows.positions.start + 1 - rows.taps.end),
            wanted.left.saturating_add_unsigned(columns.positions.start + 1 - columns.taps.end),
        );
        let line = dy.region().width * outputs;
        let left = LeftMatrix {
            data: dy.data(),
            rows: Rows { skip: 0, first: from, per_line: columns.positions.len(), line_step: line, step: outputs },
            segments: rows.taps.len(),
            segment_step: line,
            segment_length: columns.taps.len() * outputs,
        };
        let right = RightRows {
            matrix: phase.packed.view(),
            first: ((phase.taps.0 - rows.taps.end) * phase.taps.1 + phase.taps.1 - columns.taps.end) * outputs,
            segment_step: phase.taps.1 * outputs,
        };
        let (stride, channels) = (self.sliding.stride, dx.channels());
        let (top, left_edge) = self.sliding.input_corner(wanted.top, wanted.left);
        let to = dx.offset(
            top.saturating_add_unsigned(rows.positions.start * stride.0 + phase.first.0),
            left_edge.saturating_add_unsigned(columns.positions.start * stride.1 + phase.first.1),
        );
        let places = Rows {
            skip: 0,
            first: to,
            per_line: columns.positions.len(),
            line_step: stride.0 * dx.region().width * channels,
            step: stride.1 * channels,
        };
        let positions = rows.positions.len() * columns.positions.len();
        let mut target = Target::new(dx.data_mut(), places).continued();
        Product::of_rows(positions, left, right).run(isa, &mut target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_every_position_with_the_taps_that_come_from_inside() {
        for (wanted, taps) in [(1, 1), (1, 3), (2, 3), (3, 3), (9, 3), (4, 1), (5, 4)] {
            let mut next = 0;
            for run in runs(wanted, taps) {
                assert_eq!(run.positions.start, next, "{wanted} rows, {taps} taps");
                next = run.positions.end;
                for at in run.positions {
                    let inside: Vec<usize> = (0..taps).filter(|&t| at >= t && at - t < wanted).collect();
                    assert_eq!(inside, run.taps.clone().collect::<Vec<_>>(), "{at}");
                }
            }
            assert_eq!(next, wanted + taps - 1, "{wanted} rows, {taps} taps");
        }
    }
}
