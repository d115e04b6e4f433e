//! Max pooling and its gradient.
//!
//! The padding counts as minus infinity: taps outside the map are left out, so the zeros that windows hold there are never
//! read. Among equal values the first in row-major order is the maximum; a NaN exceeds every number, and the last of several
//! NaNs counts. Both are PyTorch's rules.

use crate::conv::Sliding;
use crate::isa::{Isa, per_isa};
use crate::region::{Region, Window, WindowMut};

/// Channels whose maxima the gradient finds at a time.
const BLOCK: usize = 64;

/// `y[i, j, c] = max over ky, kx of x[i s + ky - p, j s + kx - p, c]`: `[H, W, C] -> [H', W', C]`.
///
/// `map` is the size (rows, columns) of the input map. All positions of `y` are written: those outside the output map are
/// zero, and a position whose whole window is padding is minus infinity.
///
/// # Panics
/// If channels differ, or `x` lacks an input inside the map that a position of `y` needs.
pub fn max_pool(
    isa: Isa,
    map: (usize, usize),
    sliding: Sliding,
    x: Window<'_>,
    y: &mut WindowMut<'_>,
) {
    assert_eq!(x.channels(), y.channels(), "channels of a max pool");
    let output = sliding
        .output_size(map.0, map.1)
        .map_or(Region::EMPTY, |(height, width)| {
            Region::whole(height, width)
        });
    y.clear_outside(output);
    let wanted = y.region().intersection(&output);
    check_held(map, sliding, wanted, x.region());
    for row in wanted.top..wanted.bottom() {
        for column in wanted.left..wanted.right() {
            let taps = taps(map, sliding, row, column);
            maximum(isa, x, taps, y.pixel_mut(row, column));
        }
    }
}

/// Adds each gradient of `wanted`, a region of the output map, to the input that was its maximum: the gradient of [`max_pool`].
///
/// Output positions are taken row by row. Where a whole window is padding the gradient is dropped.
///
/// # Panics
/// If channels differ, `wanted` is not inside `dy`, or `x` or `dx` lacks an input inside the map that it needs.
pub fn max_pool_gradient(
    isa: Isa,
    map: (usize, usize),
    sliding: Sliding,
    wanted: Region,
    x: Window<'_>,
    dy: Window<'_>,
    dx: &mut WindowMut<'_>,
) {
    assert!(
        x.channels() == dx.channels() && dy.channels() == dx.channels(),
        "channels of a max pool"
    );
    assert!(
        dy.region().contains(&wanted),
        "a gradient of {:?} lacks part of {wanted:?}",
        dy.region()
    );
    check_held(map, sliding, wanted, x.region());
    check_held(map, sliding, wanted, dx.region());
    for row in wanted.top..wanted.bottom() {
        for column in wanted.left..wanted.right() {
            let taps = taps(map, sliding, row, column);
            scatter(isa, x, taps, dy.pixel(row, column), dx);
        }
    }
}

/// The inputs inside the map that an output position sees.
fn taps(map: (usize, usize), sliding: Sliding, row: isize, column: isize) -> Region {
    sliding
        .input_region(&Region::position(row, column))
        .intersection(&Region::whole(map.0, map.1))
}

fn check_held(map: (usize, usize), sliding: Sliding, wanted: Region, held: Region) {
    let needed = sliding
        .input_region(&wanted)
        .intersection(&Region::whole(map.0, map.1));
    assert!(
        held.contains(&needed),
        "a window of {held:?} lacks part of {needed:?}"
    );
}

/// Whether a value takes the place of the maximum so far.
#[inline(always)]
fn exceeds(x: f32, maximum: f32) -> bool {
    x > maximum || x.is_nan()
}

per_isa! {
    fn maximum(x: Window<'_>, taps: Region, y: &mut [f32]) {
        y.fill(f32::NEG_INFINITY);
        for row in taps.top..taps.bottom() {
            for column in taps.left..taps.right() {
                for (y, x) in y.iter_mut().zip(x.pixel(row, column)) {
                    *y = if exceeds(*x, *y) { *x } else { *y };
                }
            }
        }
    }
}

per_isa! {
    fn scatter(x: Window<'_>, taps: Region, dy: &[f32], dx: &mut WindowMut<'_>) {
        for (block, dy) in dy.chunks(BLOCK).enumerate() {
            let first = block * BLOCK;
            let lanes = first..first + dy.len();
            let (mut maxima, mut winners) = ([f32::NEG_INFINITY; BLOCK], [0_u32; BLOCK]);
            let mut tap = 0;
            for row in taps.top..taps.bottom() {
                for column in taps.left..taps.right() {
                    let values = &x.pixel(row, column)[lanes.clone()];
                    for ((maximum, winner), x) in maxima.iter_mut().zip(&mut winners).zip(values) {
                        let taken = exceeds(*x, *maximum);
                        *maximum = if taken { *x } else { *maximum };
                        *winner = if taken { tap } else { *winner };
                    }
                    tap += 1;
                }
            }
            tap = 0;
            for row in taps.top..taps.bottom() {
                for column in taps.left..taps.right() {
                    let gradients = &mut dx.pixel_mut(row, column)[lanes.clone()];
                    for ((dx, dy), winner) in gradients.iter_mut().zip(dy).zip(&winners) {
                        *dx = if *winner == tap { *dx + dy } else { *dx };
                    }
                    tap += 1;
                }
            }
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
        max_pool(
            Isa::best(),
            MAP,
            sliding,
            input,
            &mut WindowMut::new(&mut y, region, 1),
        );
        y
    }

    #[test]
    fn padding_is_minus_infinity_within_the_map_and_zero_beyond_it() {
        let x = [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, -8.0, -9.0];
        let sliding = Sliding::square(3, 2, 1);
        assert_eq!(
            pooled(&x, sliding, Region::whole(2, 2)),
            [-1.0, -2.0, -4.0, -5.0]
        );
        assert_eq!(
            pooled(&x, sliding, Region::between(1, 1, 3, 3)),
            [-5.0, 0.0, 0.0, 0.0]
        );
    }

    #[test]
    fn the_gradient_goes_to_the_first_of_equal_maxima() {
        let x = [1.0, 7.0, 0.0, 7.0, 7.0, 7.0, 0.0, 7.0, 7.0];
        let held = Region::whole(3, 3);
        let mut dx = [0.0; 9];
        max_pool_gradient(
            Isa::best(),
            MAP,
            Sliding::square(2, 1, 0),
            Region::whole(2, 2),
            Window::new(&x, held, 1),
            Window::new(&[1.0, 10.0, 100.0, 1000.0], Region::whole(2, 2), 1),
            &mut WindowMut::new(&mut dx, held, 1),
        );
        assert_eq!(dx, [0.0, 11.0, 0.0, 100.0, 1000.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn nan_wins_over_everything() {
        let mut x = [f32::INFINITY; 9];
        x[4] = f32::NAN;
        assert!(
            pooled(&x, Sliding::square(2, 1, 0), Region::whole(2, 2))
                .iter()
                .all(|y| y.is_nan())
        );
        assert_eq!(
            pooled(
                &[f32::NEG_INFINITY; 9],
                Sliding::square(3, 1, 0),
                Region::whole(1, 1)
            ),
            [f32::NEG_INFINITY]
        );
    }
}
