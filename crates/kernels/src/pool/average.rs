//! Global average pooling: the mean of each channel over its whole map.

use crate::isa::{Isa, per_isa};
use crate::region::Region;
use crate::window::{Window, WindowMut};

/// `y[c] = (sum over the map of x[i, j, c]) / (H W)`: `[H, W, C] -> [C]`, with `map` the whole of the H x W map.
///
/// Each sum is one chain over the positions row by row, starting from zero; the division rounds once.
///
/// # Panics
/// If the map is empty, `x` lacks part of it, or `y` has not one value a channel.
///
/// # Example
/// ```
/// use kernels::pool::global_average_pool;
/// use kernels::{Isa, Region, Window};
///
/// let map = Region::whole(1, 3);
/// let mut means = [0.0; 2];
/// let x = Window::new(&[1.0, 10.0, 2.0, 20.0, 6.0, 30.0], map, 2);
/// global_average_pool(Isa::best(), map, x, &mut means);
/// assert_eq!(means, [3.0, 20.0]);
/// ```
pub fn global_average_pool(isa: Isa, map: Region, x: Window<'_>, y: &mut [f32]) {
    assert_eq!(x.channels(), y.len(), "one mean for each channel");
    let positions = positions_of(map, x.region());
    y.fill(0.0);
    for row in map.top..map.bottom() {
        for column in map.left..map.right() {
            add(isa, x.pixel(row, column), y);
        }
    }
    y.iter_mut().for_each(|y| *y /= positions);
}

/// `dx[i, j, c] += dy[c] / (H W)` at every position of `map`: the gradient of [`global_average_pool`].
///
/// # Panics
/// If the map is empty, `dx` lacks part of it, or `dy` has not one value a channel.
pub fn global_average_pool_gradient(isa: Isa, map: Region, dy: &[f32], dx: &mut WindowMut<'_>) {
    assert_eq!(dx.channels(), dy.len(), "one gradient for each channel");
    let positions = positions_of(map, dx.region());
    for row in map.top..map.bottom() {
        for column in map.left..map.right() {
            add_share(isa, positions, dy, dx.pixel_mut(row, column));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "maps have far fewer than 2^24 positions")]
fn positions_of(map: Region, held: Region) -> f32 {
    assert!(!map.is_empty(), "the mean of an empty map");
    assert!(held.contains(&map), "a window of {held:?} lacks part of {map:?}");
    map.positions() as f32
}

per_isa! {
    fn add(x: &[f32], y: &mut [f32]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y += x;
        }
    }
}

per_isa! {
    fn add_share(positions: f32, dy: &[f32], dx: &mut [f32]) {
        for (dx, dy) in dx.iter_mut().zip(dy) {
            *dx += dy / positions;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_of_the_map_and_not_of_its_padding() {
        let (held, map) = (Region::between(-1, 0, 2, 2), Region::whole(2, 2));
        let x = [f32::NAN, f32::NAN, 1.0, 2.0, 3.0, 6.0];
        let mut y = [f32::NAN];
        global_average_pool(Isa::best(), map, Window::new(&x, held, 1), &mut y);
        assert_eq!(y, [3.0]);
        let mut dx = [0.5; 6];
        global_average_pool_gradient(Isa::best(), map, &[8.0], &mut WindowMut::new(&mut dx, held, 1));
        assert_eq!(dx, [0.5, 0.5, 2.5, 2.5, 2.5, 2.5]);
    }

    #[test]
    #[should_panic(expected = "lacks part of")]
    fn a_window_without_the_whole_map_is_refused() {
        let held = Region::whole(2, 2);
        global_average_pool(Isa::best(), Region::whole(2, 3), Window::new(&[0.0; 4], held, 1), &mut [0.0]);
    }
}
