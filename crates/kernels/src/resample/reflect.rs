//! Padding by reflection; the edge itself is not repeated (PyTorch's `reflect`).

use super::assert_holds;
use crate::flow::accumulate_slice;
use crate::isa::Isa;
use crate::region::{Region, Window, WindowMut};

/// Where a position of the padded map is in the map.
fn source(at: isize, margin: usize, size: usize) -> isize {
    let last = size.cast_signed() - 1;
    let at = at.saturating_sub_unsigned(margin).abs();
    if at > last { 2 * last - at } else { at }
}

/// The part of a map of `size` that a region of the padded map reads.
pub fn reflected_region(size: (usize, usize), margin: usize, region: Region) -> Region {
    let along = |from: isize, to: isize, size: usize| {
        let reads = (from..to).map(|at| source(at, margin, size));
        (reads.clone().min().unwrap_or(0), reads.max().unwrap_or(0) + 1)
    };
    if region.is_empty() {
        return Region::EMPTY;
    }
    let (top, bottom) = along(region.top, region.bottom(), size.0);
    let (left, right) = along(region.left, region.right(), size.1);
    Region::between(top, left, bottom, right)
}

/// `y[i, j] = x[reflected i, reflected j]` on `region` of the padded map, for a map of `size` padded by `margin`.
///
/// # Panics
/// If channels differ, the margin is not below both sizes, or a window lacks what the region needs.
pub fn reflect_pad(size: (usize, usize), margin: usize, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
    check(size, margin, x.channels(), y.channels());
    assert_holds(x.region(), reflected_region(size, margin, region));
    assert_holds(y.region(), region);
    for row in region.top..region.bottom() {
        for_each_run(size, margin, region, row, |to, from, run| {
            let (to, from) = (y.offset(row, to), x.offset(from.0, from.1));
            let length = run * x.channels();
            y.data_mut()[to..to + length].copy_from_slice(&x.data()[from..from + length]);
        });
    }
}

/// The adjoint of [`reflect_pad`]: adds `dy` of every position of `region` to where it was read, row by row, in each
/// row the reflected columns from left to right before the others.
///
/// # Panics
/// As [`reflect_pad`].
pub fn reflect_pad_adjoint(
    isa: Isa,
    size: (usize, usize),
    margin: usize,
    region: Region,
    dy: Window<'_>,
    dx: &mut WindowMut<'_>,
) {
    check(size, margin, dy.channels(), dx.channels());
    assert_holds(dy.region(), region);
    assert_holds(dx.region(), reflected_region(size, margin, region));
    for row in region.top..region.bottom() {
        for_each_run(size, margin, region, row, |from, to, run| {
            let (from, to) = (dy.offset(row, from), dx.offset(to.0, to.1));
            let length = run * dy.channels();
            accumulate_slice(isa, &dy.data()[from..from + length], &mut dx.data_mut()[to..to + length]);
        });
    }
}

fn check(size: (usize, usize), margin: usize, x: usize, y: usize) {
    assert_eq!(x, y, "channels of input and output");
    assert!(margin < size.0 && margin < size.1, "a margin of {margin} reflects a map of {size:?} only once");
}

/// Calls `each` for the runs of a row: the column in the padded map, the position in the map, and how many columns
/// follow each other in both. The reflected margins are runs of one.
fn for_each_run(
    size: (usize, usize),
    margin: usize,
    region: Region,
    row: isize,
    mut each: impl FnMut(isize, (isize, isize), usize),
) {
    let from_row = source(row, margin, size.0);
    let middle = Region::whole(1, size.1).shifted(0, margin.cast_signed());
    let (start, end) = (region.left.max(middle.left), region.right().min(middle.right()));
    let mut single = |column: isize| each(column, (from_row, source(column, margin, size.1)), 1);
    (region.left..start.min(region.right())).for_each(&mut single);
    (end.max(region.left)..region.right()).for_each(&mut single);
    if start < end {
        each(start, (from_row, source(start, margin, size.1)), start.abs_diff(end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_is_not_repeated() {
        let (size, padded) = ((1, 4), Region::whole(1, 8));
        assert_eq!((0..8).map(|at| source(at, 2, 4)).collect::<Vec<_>>(), [2, 1, 0, 1, 2, 3, 2, 1]);
        assert_eq!(reflected_region((4, 4), 2, padded), Region::between(2, 0, 3, 4));
        assert_eq!(size.1, 4);
    }

    #[test]
    fn every_position_is_written_once_and_the_adjoint_adds_it_back() {
        let (size, margin) = ((3, 4), 2);
        let (map, padded) = (Region::whole(3, 4), Region::whole(7, 8));
        let x: Vec<f32> = (0..12_u8).map(f32::from).collect();
        let mut y = vec![f32::NAN; 56];
        reflect_pad(size, margin, padded, Window::new(&x, map, 1), &mut WindowMut::new(&mut y, padded, 1));
        assert_eq!(y[..8], [10.0, 9.0, 8.0, 9.0, 10.0, 11.0, 10.0, 9.0]);
        assert_eq!(y[16..24], [2.0, 1.0, 0.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
        let (ones, mut counts) = (vec![1.0; 56], vec![0.0; 12]);
        let dy = Window::new(&ones, padded, 1);
        reflect_pad_adjoint(Isa::best(), size, margin, padded, dy, &mut WindowMut::new(&mut counts, map, 1));
        let total: f32 = counts.iter().sum();
        let read: f32 = x.iter().zip(&counts).map(|(x, n)| x * n).sum();
        assert_eq!((total, read), (56.0, y.iter().sum::<f32>()));
    }
}
