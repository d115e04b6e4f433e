//! Max pooling and its gradient.
//!
//! The padding counts as minus infinity: taps outside the map are left out, so the zeros that windows hold there are
//! never read. Among equal values the first in row-major order is the maximum; a NaN exceeds every number, and the last
//! of several NaNs counts. Both are PyTorch's rules.

use crate::conv::Sliding;
use crate::isa::{Isa, per_isa};
use crate::region::Region;
use crate::window::{Part, Window, WindowMut};
use std::array;
use std::ops::Range;

/// The largest value of each channel under a window that slides over a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool {
    /// Rows and columns of the input's map.
    pub map: (usize, usize),
    /// The window's size, steps and padding.
    pub sliding: Sliding,
}

impl MaxPool {
    /// `y[i, j, c] = max over ky, kx of x[i s + ky - p, j s + kx - p, c]`: `[H, W, C] -> [H', W', C]`.
    ///
    /// All positions of `y` are written: those outside the output map are zero, and a position whose whole window is
    /// padding is minus infinity.
    ///
    /// # Panics
    /// If channels differ, or `x` lacks an input inside the map that a position of `y` needs.
    ///
    /// # Example
    /// ```
    /// use kernels::conv::Sliding;
    /// use kernels::pool::MaxPool;
    /// use kernels::{Isa, Region, Window, WindowMut};
    ///
    /// let pool = MaxPool { map: (2, 4), sliding: Sliding::square(2, 2, 0) };
    /// let x = Window::new(&[1.0, 2.0, 0.0, 7.0, 4.0, 3.0, 5.0, 6.0], Region::whole(2, 4), 1);
    /// let (pooled, mut y) = (Region::whole(1, 2), [0.0; 2]);
    /// pool.apply(Isa::best(), x, &mut WindowMut::new(&mut y, pooled, 1));
    /// assert_eq!(y, [4.0, 7.0]);
    /// // The gradient goes to where the maxima were.
    /// let dy = Window::new(&[10.0, 20.0], pooled, 1).part(pooled);
    /// let mut dx = [0.0; 8];
    /// pool.gradient(Isa::best(), x, dy, &mut WindowMut::new(&mut dx, Region::whole(2, 4), 1));
    /// assert_eq!(dx, [0.0, 0.0, 0.0, 20.0, 10.0, 0.0, 0.0, 0.0]);
    /// ```
    pub fn apply(&self, isa: Isa, x: Window<'_>, y: &mut WindowMut<'_>) {
        assert_eq!(x.channels(), y.channels(), "channels of a max pool");
        let (height, width) = self.sliding.output_size(self.map.0, self.map.1).unwrap_or_default();
        let wanted = y.clear_outside(Region::whole(height, width));
        self.check_held(wanted, x.region());
        for row in wanted.top..wanted.bottom() {
            maximum_line(isa, &Line { pool: *self, row, columns: wanted.left..wanted.right() }, x, y);
        }
    }

    /// Adds each gradient of a part of the output map to the input that was its maximum: the gradient of
    /// [`MaxPool::apply`].
    ///
    /// Output positions are taken row by row. Where a whole window is padding the gradient is dropped.
    ///
    /// # Panics
    /// If channels differ, or `x` or `dx` lacks an input inside the map that the part needs.
    pub fn gradient(&self, isa: Isa, x: Window<'_>, dy: Part<'_>, dx: &mut WindowMut<'_>) {
        let (dy, wanted) = (dy.window(), dy.region());
        assert!(x.channels() == dx.channels() && dy.channels() == dx.channels(), "channels of a max pool");
        self.check_held(wanted, x.region());
        self.check_held(wanted, dx.region());
        for row in wanted.top..wanted.bottom() {
            scatter_line(isa, &Line { pool: *self, row, columns: wanted.left..wanted.right() }, [x, dy], dx);
        }
    }

    fn check_held(&self, wanted: Region, held: Region) {
        let needed = self.sliding.input_region(&wanted).intersection(&Region::whole(self.map.0, self.map.1));
        assert!(held.contains(&needed), "a window of {held:?} lacks part of {needed:?}");
    }

    /// The inputs inside the map that an output position sees.
    #[inline(always)]
    fn inside(&self, row: isize, column: isize) -> Region {
        let seen = self.sliding.input_region(&Region::position(row, column));
        seen.intersection(&Region::whole(self.map.0, self.map.1))
    }
}

/// Some output positions of a row.
struct Line {
    pool: MaxPool,
    row: isize,
    columns: Range<isize>,
}

/// Whether a value takes the place of the maximum so far.
#[inline(always)]
fn exceeds(x: f32, maximum: f32) -> bool {
    x > maximum || x.is_nan()
}

/// The inputs inside the map that an output position sees, as they lie in a buffer.
#[derive(Clone, Copy)]
struct Taps {
    first: usize,
    rows: usize,
    columns: usize,
    /// From a tap to the one below.
    line: usize,
    /// From a tap to the next one.
    channels: usize,
}

impl Taps {
    /// In a buffer that holds `held`.
    #[inline(always)]
    fn new(inside: Region, held: Region, channels: usize) -> Taps {
        let (down, right) = (inside.top.abs_diff(held.top), inside.left.abs_diff(held.left));
        Taps {
            first: (down * held.width + right) * channels,
            rows: inside.height,
            columns: inside.width,
            line: held.width * channels,
            channels,
        }
    }

    /// The maxima of `N` channels from `lane` on, and which tap each was, in row-major order.
    #[inline(always)]
    fn maxima<const N: usize>(self, x: &[f32], lane: usize) -> ([f32; N], [u32; N]) {
        let (mut maxima, mut winners) = ([f32::NEG_INFINITY; N], [0; N]);
        let mut tap = 0;
        for row in 0..self.rows {
            let mut at = self.first + row * self.line + lane;
            for _ in 0..self.columns {
                let x = &x[at..at + N];
                let winner = |i: usize| {
                    if exceeds(x[i], maxima[i]) { tap } else { winners[i] }
                };
                winners = array::from_fn(winner);
                let maximum = |i: usize| {
                    if exceeds(x[i], maxima[i]) { x[i] } else { maxima[i] }
                };
                maxima = array::from_fn(maximum);
                at += self.channels;
                tap += 1;
            }
        }
        (maxima, winners)
    }

    /// Writes the maxima of the channels from `lane` on, `N` at a time; the first one that is left.
    #[inline(always)]
    fn maximise<const N: usize>(self, x: &[f32], y: &mut [f32], mut lane: usize) -> usize {
        while lane + N <= y.len() {
            let (maxima, _) = self.maxima::<N>(x, lane);
            y[lane..lane + N].copy_from_slice(&maxima);
            lane += N;
        }
        lane
    }
}

/// A position's gradient, and the inputs that it may go to.
struct Scatter<'a> {
    from: Taps,
    x: &'a [f32],
    dy: &'a [f32],
    to: Taps,
}

impl Scatter<'_> {
    /// Adds the gradients of the channels from `lane` on to those of the taps that were their maxima, `N` at a time;
    /// the first one that is left.
    #[inline(always)]
    fn add<const N: usize>(&self, dx: &mut [f32], mut lane: usize) -> usize {
        let Scatter { from, x, dy, to } = *self;
        while lane + N <= dy.len() {
            let (_, winners) = from.maxima::<N>(x, lane);
            let dy = &dy[lane..lane + N];
            let mut tap = 0;
            for row in 0..to.rows {
                let mut at = to.first + row * to.line + lane;
                for _ in 0..to.columns {
                    let dx = &mut dx[at..at + N];
                    let sums: [f32; N] = array::from_fn(|i| dx[i] + dy[i]);
                    let sum = |i: usize| if winners[i] == tap { sums[i] } else { dx[i] };
                    let sums: [f32; N] = array::from_fn(sum);
                    dx.copy_from_slice(&sums);
                    at += to.channels;
                    tap += 1;
                }
            }
            lane += N;
        }
        lane
    }
}

per_isa! {
    fn maximum_line(line: &Line, x: Window<'_>, y: &mut WindowMut<'_>) {
        for column in line.columns.clone() {
            let taps = Taps::new(line.pool.inside(line.row, column), x.region(), x.channels());
            let y = y.pixel_mut(line.row, column);
            let lane = taps.maximise::<16>(x.data(), y, 0);
            let lane = taps.maximise::<4>(x.data(), y, lane);
            taps.maximise::<1>(x.data(), y, lane);
        }
    }
}

per_isa! {
    fn scatter_line(line: &Line, windows: [Window<'_>; 2], dx: &mut WindowMut<'_>) {
        let [x, dy] = windows;
        for column in line.columns.clone() {
            let inside = line.pool.inside(line.row, column);
            let from = Taps::new(inside, x.region(), x.channels());
            let to = Taps::new(inside, dx.region(), x.channels());
            let scatter = Scatter { from, x: x.data(), dy: dy.pixel(line.row, column), to };
            let dx = dx.data_mut();
            let lane = scatter.add::<16>(dx, 0);
            let lane = scatter.add::<4>(dx, lane);
            scatter.add::<1>(dx, lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: (usize, usize) = (3, 3);

    fn pooled(x: &[f32; 9], sliding: Sliding, region: Region) -> Vec<f32> {
        let mut y = vec![f32::NAN; region.positions()];
        let input = Window::new(x, Region::whole(3, 3), 1);
        MaxPool { map: MAP, sliding }.apply(Isa::best(), input, &mut WindowMut::new(&mut y, region, 1));
        y
    }

    #[test]
    fn padding_is_minus_infinity_within_the_map_and_zero_beyond_it() {
        let x = [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0, -9.0];
        let sliding = Sliding::square(3, 2, 1);
        assert_eq!(pooled(&x, sliding, Region::whole(2, 2)), [-1.0, -2.0, -4.0, -5.0]);
        assert_eq!(pooled(&x, sliding, Region::between(1, 1, 3, 3)), [-5.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_gradient_goes_to_the_first_of_equal_maxima() {
        let x = [1.0, 7.0, 0.0, 7.0, 7.0, 7.0, 0.0, 7.0, 7.0];
        let held = Region::whole(3, 3);
        let mut dx = [0.0; 9];
        let pooled = Region::whole(2, 2);
        let dy = Window::new(&[1.0, 10.0, 100.0, 1000.0], pooled, 1).part(pooled);
        let (x, mut target) = (Window::new(&x, held, 1), WindowMut::new(&mut dx, held, 1));
        MaxPool { map: MAP, sliding: Sliding::square(2, 1, 0) }.gradient(Isa::best(), x, dy, &mut target);
        assert_eq!(dx, [0.0, 11.0, 0.0, 100.0, 1000.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn nan_wins_over_everything() {
        let mut x = [f32::INFINITY; 9];
        x[4] = f32::NAN;
        assert!(pooled(&x, Sliding::square(2, 1, 0), Region::whole(2, 2)).iter().all(|y| y.is_nan()));
        assert_eq!(pooled(&[f32::NEG_INFINITY; 9], Sliding::square(3, 1, 0), Region::whole(1, 1)), [f32::NEG_INFINITY]);
    }
}
