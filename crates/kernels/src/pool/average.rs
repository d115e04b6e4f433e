//! Global average pooling: the mean of each channel over its whole map.

use crate::isa::{Isa, per_isa};
use crate::region::{Region, Window, WindowMut};

/// `y[c] = (sum over positions of x[.., c]) / positions`, summed in f32 row by row, over `map`.
///
/// # Panics
/// If the window lacks part of the map or `y` has not one value a channel.
pub fn global_average_pool(isa: Isa, map: Region, x: Window<'_>, y: &mut [f32]) {
    assert_eq!(x.channels(), y.len(), "one mean for each channel");
    y.fill(0.0);
    for row in map.top..map.bottom() {
        for column in map.left..map.right() {
            add(isa, x.pixel(row, column), y);
        }
    }
    let positions = count(map);
    y.iter_mut().for_each(|y| *y /= positions);
}

/// `dx += dy / positions` at every position of `map`.
///
/// # Panics
/// As [`global_average_pool`].
pub fn global_average_pool_gradient(isa: Isa, map: Region, dy: &[f32], dx: &mut WindowMut<'_>) {
    assert_eq!(dx.channels(), dy.len(), "one gradient for each channel");
    let positions = count(map);
    for row in map.top..map.bottom() {
        for column in map.left..map.right() {
            add_share(isa, positions, dy, dx.pixel_mut(row, column));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "maps have far fewer than 2^24 positions")]
fn count(map: Region) -> f32 {
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
    fn the_mean_of_each_channel_and_its_gradient() {
        let map = Region::whole(2, 2);
        let x = [1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 6.0, 60.0];
        let mut y = [0.0; 2];
        global_average_pool(Isa::best(), map, Window::new(&x, map, 2), &mut y);
        assert_eq!(y, [3.0, 30.0]);
        let mut dx = [1.0; 8];
        global_average_pool_gradient(Isa::best(), map, &[4.0, 8.0], &mut WindowMut::new(&mut dx, map, 2));
        assert_eq!(dx, [2.0, 3.0, 2.0, 3.0, 2.0, 3.0, 2.0, 3.0]);
    }
}
