//! Regions of maps, and what a convolution reads there.

use kernels::{Region, WindowMut};

/// A region inside a map, from four fractions of it.
pub(crate) fn part(map: Region, [a, b, c, d]: [usize; 4]) -> Region {
    let along = |first: usize, last: usize, size: usize| {
        let (first, last) = (first % size, last % size);
        (first.min(last).cast_signed(), first.max(last).cast_signed() + 1)
    };
    let ((top, bottom), (left, right)) = (along(a, b, map.height), along(c, d, map.width));
    Region::between(top, left, bottom, right)
}

/// The values of a map `[rows, columns, channels]` in a region that may reach beyond it, where they are zero.
pub(crate) fn padded(map: &[f32], (height, width): (usize, usize), channels: usize, region: Region) -> Vec<f32> {
    let mut data = vec![0.0; region.positions() * channels];
    let mut window = WindowMut::new(&mut data, region, channels);
    let inside = region.intersection(&Region::whole(height, width));
    for row in inside.top..inside.bottom() {
        for column in inside.left..inside.right() {
            let from = (row.unsigned_abs() * width + column.unsigned_abs()) * channels;
            window.pixel_mut(row, column).copy_from_slice(&map[from..from + channels]);
        }
    }
    data
}
