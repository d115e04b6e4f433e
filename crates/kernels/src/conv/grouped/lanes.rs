//! Small groups together: sixteen output channels in a vector, of which each multiplies inputs of its own group.
//!
//! With N channels of a group in and out, output channel l of a panel sees the inputs from `l / N * N` on, which are in the
//! same panel of the input. So input c of every lane's group is one rearrangement of sixteen neighbouring values, which the
//! compiler makes a shuffle, N being a constant.

use super::super::ConvTask;
use super::Channels;
use super::products::rows_of;
use crate::isa::{Isa, per_isa};
use crate::matmul::{PANEL, Rows};
use crate::window::WindowMut;

/// Weights by panels of sixteen output channels: `[panels][(ky, kx, c)][16]`.
#[derive(Clone, Debug)]
pub(crate) struct LaneWeights {
    channels: Channels,
    kernel: (usize, usize),
    values: Vec<[f32; PANEL]>,
}

impl LaneWeights {
    /// Packs the weights `weight(lane, n, [ky, kx])`, where `lane` counts all channels of the result and `n` those of a group
    /// that are summed over.
    pub(super) fn new(
        channels: Channels,
        kernel: (usize, usize),
        weight: impl Fn(usize, usize, [usize; 2]) -> f32,
    ) -> LaneWeights {
        let (seen, taps) = (channels.seen(), kernel.0 * kernel.1);
        let mut values = Vec::with_capacity(channels.outputs / PANEL * taps * seen);
        for panel in 0..channels.outputs / PANEL {
            for at in 0..taps * seen {
                let (tap, n) = (at / seen, at % seen);
                let lane = |l: usize| weight(panel * PANEL + l, n, [tap / kernel.1, tap % kernel.1]);
                values.push(std::array::from_fn(lane));
            }
        }
        LaneWeights { channels, kernel, values }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    /// The weights of each panel.
    pub(super) fn panels(&self) -> impl Iterator<Item = &[[f32; PANEL]]> {
        let taps = self.kernel.0 * self.kernel.1;
        self.values.chunks_exact((taps * self.channels.seen()).max(1))
    }

    /// The sums of a task, given where the window of each wanted position begins.
    pub(super) fn convolve(&self, isa: Isa, task: &ConvTask<'_>, seen: Rows, y: &mut WindowMut<'_>) {
        let to = rows_of(task.wanted, y);
        for row in 0..task.wanted.height {
            for (panel, weights) in self.panels().enumerate() {
                let line = Line {
                    x: task.x.data(),
                    from: seen.first + row * seen.line_step + panel * PANEL,
                    step: seen.step,
                    below: task.x.region().width * self.channels.inputs,
                    beside: self.channels.inputs,
                    kernel: self.kernel,
                    weights,
                    count: task.wanted.width,
                    to: to.first + row * to.line_step + panel * PANEL,
                    to_step: to.step,
                };
                match self.channels.seen() {
                    1 => line_of_1(isa, &line, y.data_mut()),
                    2 => line_of_2(isa, &line, y.data_mut()),
                    4 => line_of_4(isa, &line, y.data_mut()),
                    _ => line_of_8(isa, &line, y.data_mut()),
                }
            }
        }
    }
}

/// A line of output positions, of which sixteen channels are computed.
struct Line<'a> {
    x: &'a [f32],
    /// Where the first position's window begins.
    from: usize,
    /// From a position's window to the next.
    step: usize,
    /// From a tap to the one below.
    below: usize,
    /// From a tap to the next one.
    beside: usize,
    kernel: (usize, usize),
    weights: &'a [[f32; PANEL]],
    /// How many positions.
    count: usize,
    /// Where the first one goes.
    to: usize,
    /// From a position to the next.
    to_step: usize,
}

impl Line<'_> {
    #[inline(always)]
    fn compute<const N: usize, const POSITIONS: usize>(&self, y: &mut [f32]) {
        let mut at = 0;
        while at + POSITIONS <= self.count {
            self.tile::<N, POSITIONS>(at, y);
            at += POSITIONS;
        }
        while at < self.count {
            self.tile::<N, 1>(at, y);
            at += 1;
        }
    }

    /// Some neighbouring positions, whose sums stay in registers.
    #[inline(always)]
    fn tile<const N: usize, const POSITIONS: usize>(&self, at: usize, y: &mut [f32]) {
        let mut sums = [[0.0; PANEL]; POSITIONS];
        let mut weights = self.weights.as_chunks::<N>().0.iter();
        let first = self.from + at * self.step;
        for ky in 0..self.kernel.0 {
            for (kx, weights) in (0..self.kernel.1).zip(&mut weights) {
                let tap = first + ky * self.below + kx * self.beside;
                for r in 0..POSITIONS {
                    add_products(&mut sums[r], lanes(self.x, tap + r * self.step), weights);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let to = self.to + (at + r) * self.to_step;
            y[to..to + PANEL].copy_from_slice(sums);
        }
    }
}

/// The sixteen values from `at` on.
#[inline(always)]
pub(super) fn lanes(values: &[f32], at: usize) -> &[f32; PANEL] {
    values[at..].first_chunk().unwrap_or_else(|| panic!("sixteen values at {at}"))
}

/// `sums[l] = fma(seen[l / N * N + n], weights[n][l], sums[l])` for n ascending.
#[inline(always)]
pub(super) fn add_products<const N: usize>(sums: &mut [f32; PANEL], seen: &[f32; PANEL], weights: &[[f32; PANEL]; N]) {
    for n in 0..N {
        for l in 0..PANEL {
            sums[l] = seen[l / N * N + n].mul_add(weights[n][l], sums[l]);
        }
    }
}

per_isa! {
    fn line_of_1(line: &Line<'_>, y: &mut [f32]) {
        line.compute::<1, 8>(y);
    }
}

per_isa! {
    fn line_of_2(line: &Line<'_>, y: &mut [f32]) {
        line.compute::<2, 8>(y);
    }
}

per_isa! {
    fn line_of_4(line: &Line<'_>, y: &mut [f32]) {
        line.compute::<4, 8>(y);
    }
}

per_isa! {
    fn line_of_8(line: &Line<'_>, y: &mut [f32]) {
        line.compute::<8, 4>(y);
    }
}
