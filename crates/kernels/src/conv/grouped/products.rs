//! Groups one by one: each is a convolution of some of the input's channels, and so a matrix product whose left-hand
//! matrix is read where it lies.
//!
//! A position's channels of one group are neighbours, those of the next position of the window are a whole position away.
//! So a row of the window is as many segments as it has taps, and each row of the window continues the sums of the one
//! before: one chain over (ky, kx, c).

use super::super::ConvTask;
use super::Channels;
use crate::isa::Isa;
use crate::matmul::{LeftMatrix, PackedMatrix, Product, RightRows, Rows, Target};
use crate::region::Region;
use crate::window::WindowMut;

/// A matrix `[(ky, kx, c)] x [out]` for each group.
#[derive(Clone, Debug)]
pub(crate) struct GroupProducts {
    channels: Channels,
    kernel: (usize, usize),
    groups: Vec<PackedMatrix>,
}

impl GroupProducts {
    /// Packs the weights `weight(out, c, [ky, kx])`.
    pub(super) fn new(
        channels: Channels,
        kernel: (usize, usize),
        weight: impl Fn(usize, usize, [usize; 2]) -> f32,
    ) -> GroupProducts {
        let (seen, made) = (channels.seen(), channels.made());
        let pack = |group| {
            PackedMatrix::from_fn(kernel.0 * kernel.1 * seen, made, |row, column| {
                let (tap, c) = (row / seen, row % seen);
                weight(group * made + column, c, [tap / kernel.1, tap % kernel.1])
            })
        };
        GroupProducts { channels, kernel, groups: (0..channels.groups).map(pack).collect() }
    }

    pub(super) fn bytes(&self) -> usize {
        self.groups.iter().map(PackedMatrix::bytes).sum()
    }

    /// The sums of a task, given where the window of each wanted position begins.
    pub(super) fn convolve(&self, isa: Isa, task: &ConvTask<'_>, seen: Rows, y: &mut WindowMut<'_>) {
        let (positions, line) = (task.wanted.positions(), task.x.region().width * self.channels.inputs);
        let to = rows_of(task.wanted, y);
        for (group, weights) in self.groups.iter().enumerate() {
            for ky in 0..self.kernel.0 {
                let from = group * self.channels.seen() + ky * line;
                let left = LeftMatrix {
                    data: task.x.data(),
                    rows: Rows { first: seen.first + from, ..seen },
                    segments: self.kernel.1,
                    segment_step: self.channels.inputs,
                    segment_length: self.channels.seen(),
                };
                let right = RightRows {
                    matrix: weights.view(),
                    first: ky * self.kernel.1 * self.channels.seen(),
                    segment_step: self.channels.seen(),
                };
                let first = to.first + group * self.channels.made();
                let mut target = Target::new(y.data_mut(), Rows { first, ..to });
                target.continues = ky > 0;
                Product::of_rows(positions, left, right).run(isa, &mut target);
            }
        }
    }
}

/// Where the wanted positions begin in a window that holds them.
pub(super) fn rows_of(wanted: Region, y: &WindowMut<'_>) -> Rows {
    super::Grid::of(&wanted).rows(&y.region(), y.channels())
}
