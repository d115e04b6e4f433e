//! Resampling in windows of ours: orders of sums, any region and instruction set bit for bit, refusals. What is true of every
//! resampling is a law (`crates/laws`).

mod moves;
mod resize;
mod rotate;

use kernels::{Isa, Region, Window, WindowMut};
use testkit::{assert_same_bits, is_poison, poisoned};

/// A linear operation on maps, and its adjoint, with its sizes and its regions.
pub(crate) trait Resampling {
    /// Rows and columns of the input.
    fn from(&self) -> (usize, usize);
    /// Rows and columns of the output.
    fn to(&self) -> (usize, usize);
    fn channels(&self) -> usize;
    /// What the operation says that it reads.
    fn input_region(&self, region: Region) -> Region;
    fn forward(&self, isa: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>);
    fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>);
}

pub(crate) fn whole(size: (usize, usize)) -> Region {
    Region::whole(size.0, size.1)
}

/// `len` values that go round and round.
pub(crate) fn cycled(values: &[f32], len: usize) -> Vec<f32> {
    values.iter().copied().cycle().take(len).collect()
}

/// The input and output gradient of an operation, filled with values that go round and round.
pub(crate) fn operands(operation: &impl Resampling, values: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let len = |size| whole(size).positions() * operation.channels();
    let shifted = &values[values.len() / 2..];
    (cycled(values, len(operation.from())), cycled(shifted, len(operation.to())))
}

/// Rounds to single precision.
#[expect(clippy::cast_possible_truncation, reason = "the rounding under test")]
pub(crate) fn rounded(value: f64) -> f32 {
    value as f32
}

/// A region inside a map, from four numbers.
pub(crate) fn part(size: (usize, usize), [a, b, c, d]: [usize; 4]) -> Region {
    let along = |first: usize, last: usize, size: usize| {
        let (first, last) = (first % size, last % size);
        (first.min(last).cast_signed(), first.max(last).cast_signed() + 1)
    };
    let ((top, bottom), (left, right)) = (along(a, b, size.0), along(c, d, size.1));
    Region::between(top, left, bottom, right)
}

/// Every position of a region, row by row.
pub(crate) fn positions(region: Region) -> impl Iterator<Item = (isize, isize)> {
    (region.top..region.bottom()).flat_map(move |row| (region.left..region.right()).map(move |column| (row, column)))
}

/// A window of `held` that has the values of a map in `needed`, and poison wherever nothing should be read.
fn window_of(values: &[f32], size: (usize, usize), held: Region, needed: Region, channels: usize) -> Vec<f32> {
    let map = Window::new(values, whole(size), channels);
    let mut data = poisoned(held.positions() * channels);
    let mut window = WindowMut::new(&mut data, held, channels);
    for (row, column) in positions(needed) {
        window.pixel_mut(row, column).copy_from_slice(map.pixel(row, column));
    }
    data
}

/// The output's values in `region`, computed between windows that reach further than they need, after a check that
/// nothing else was written.
pub(crate) fn forward_of(operation: &impl Resampling, isa: Isa, x: &[f32], region: Region, reach: usize) -> Vec<f32> {
    let channels = operation.channels();
    let needed = operation.input_region(region);
    let x_held = needed.grown(reach);
    let x = window_of(x, operation.from(), x_held, needed, channels);
    let y_held = region.grown(reach);
    let mut y = poisoned(y_held.positions() * channels);
    let x = Window::new(&x, x_held, channels);
    operation.forward(isa, region, x, &mut WindowMut::new(&mut y, y_held, channels));
    let y = Window::new(&y, y_held, channels);
    for (row, column) in positions(y_held) {
        let inside = region.contains(&Region::position(row, column));
        let untouched = y.pixel(row, column).iter().all(|&v| is_poison(v));
        assert_eq!(untouched, !inside, "({row}, {column}) for {region:?}");
    }
    positions(region).flat_map(|(row, column)| y.pixel(row, column)).copied().collect()
}

/// What the adjoint of `dy` on `region` adds to a whole map of `start`, computed in windows that reach further than
/// they need, after a check that it changed nothing beyond what the operation says that it reads.
pub(crate) fn adjoint_of(
    operation: &impl Resampling,
    isa: Isa,
    dy: &[f32],
    region: Region,
    (start, reach): (f32, usize),
) -> Vec<f32> {
    let channels = operation.channels();
    let dy_held = region.grown(reach);
    let dy = window_of(dy, operation.to(), dy_held, region, channels);
    let needed = operation.input_region(region);
    let dx_held = needed.grown(reach);
    let mut dx = vec![start; dx_held.positions() * channels];
    let dy = Window::new(&dy, dy_held, channels);
    operation.adjoint(isa, region, dy, &mut WindowMut::new(&mut dx, dx_held, channels));
    let map = whole(operation.from());
    let mut result = vec![start; map.positions() * channels];
    let mut target = WindowMut::new(&mut result, map, channels);
    let dx = Window::new(&dx, dx_held, channels);
    for (row, column) in positions(dx_held) {
        let pixel = dx.pixel(row, column);
        if needed.contains(&Region::position(row, column)) {
            target.pixel_mut(row, column).copy_from_slice(pixel);
        } else {
            assert!(pixel.iter().all(|&v| v == start), "({row}, {column}) for {region:?}");
        }
    }
    result
}

/// Checks that neither region nor instruction set changes a bit, forward or backward.
pub(crate) fn assert_bits_do_not_depend_on_company(
    operation: &impl Resampling,
    values: &[f32],
    (region, reach): (Region, usize),
) {
    let (channels, all) = (operation.channels(), whole(operation.to()));
    let (x, dy) = operands(operation, values);
    let full = forward_of(operation, Isa::best(), &x, all, 0);
    let full_map = Window::new(&full, all, channels);
    let expected: Vec<f32> = positions(region).flat_map(|(row, column)| full_map.pixel(row, column)).copied().collect();
    // The gradient of a region is that of a whole which is zero elsewhere; a start of a half hides the sign of zeros.
    let mut masked = dy.clone();
    WindowMut::new(&mut masked, all, channels).clear_outside(region);
    let gradient = adjoint_of(operation, Isa::best(), &masked, all, (0.5, 0));
    for isa in Isa::supported() {
        let name = isa.name();
        assert_same_bits(&forward_of(operation, isa, &x, all, reach), &full, name);
        assert_same_bits(&forward_of(operation, isa, &x, region, reach), &expected, name);
        assert_same_bits(&adjoint_of(operation, isa, &dy, region, (0.5, reach)), &gradient, name);
    }
}
