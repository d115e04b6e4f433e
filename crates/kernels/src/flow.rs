//! Elementwise steps on a region of two windows: addition, and what the backward pass does to a gradient in place.

use crate::isa::{Isa, per_isa};
use crate::region::{Region, Window, WindowMut};

/// `y = a + b` on `region`.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
pub fn add(isa: Isa, region: Region, a: Window<'_>, b: Window<'_>, y: &mut WindowMut<'_>) {
    on_lines(region, [a.region(), b.region()], y, [a.channels(), b.channels()], |[i, j], y, n| {
        add_line(isa, &a.data()[i..i + n], &b.data()[j..j + n], y);
    });
}

/// `y += a` on `region`: how a gradient gathers the contributions of its consumers.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
pub fn accumulate(isa: Isa, region: Region, a: Window<'_>, y: &mut WindowMut<'_>) {
    on_lines(region, [a.region()], y, [a.channels()], |[i], y, n| accumulate_line(isa, &a.data()[i..i + n], y));
}

/// `y += a`, value by value.
///
/// # Panics
/// If the slices differ in length.
pub fn accumulate_slice(isa: Isa, a: &[f32], y: &mut [f32]) {
    assert_eq!(a.len(), y.len(), "one addend for each sum");
    accumulate_line(isa, a, y);
}

/// `y = max(a, 0)` on `region`; NaN stays NaN and zero is positive, as in a fused convolution.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
pub fn relu(isa: Isa, region: Region, a: Window<'_>, y: &mut WindowMut<'_>) {
    on_lines(region, [a.region()], y, [a.channels()], |[i], y, n| relu_line(isa, &a.data()[i..i + n], y));
}

/// `y = fma(a, scale, shift)` on `region`, with a scale and a shift for each channel: a batch norm.
///
/// # Panics
/// If there is not one scale and shift a channel, or a window lacks part of the region.
pub fn scale_and_shift(isa: Isa, region: Region, a: Window<'_>, scale: &[f32], shift: &[f32], y: &mut WindowMut<'_>) {
    assert!(scale.len() == y.channels() && shift.len() == y.channels(), "one scale and shift for each channel");
    on_lines(region, [a.region()], y, [a.channels()], |[i], y, n| {
        scale_and_shift_line(isa, &a.data()[i..i + n], scale, shift, y);
    });
}

/// `y = a` on `region`.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
pub fn copy(region: Region, a: Window<'_>, y: &mut WindowMut<'_>) {
    on_lines(region, [a.region()], y, [a.channels()], |[i], y, n| y.copy_from_slice(&a.data()[i..i + n]));
}

/// Sets `gradient` to zero on `region` wherever `output`, the result of a ReLU, is not positive.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
pub fn mask_by_relu(isa: Isa, region: Region, output: Window<'_>, gradient: &mut WindowMut<'_>) {
    on_lines(region, [output.region()], gradient, [output.channels()], |[i], gradient, n| {
        mask_line(isa, &output.data()[i..i + n], gradient);
    });
}

/// Multiplies each channel of `gradient` by its scale on `region`: a batch norm's backward pass.
///
/// # Panics
/// If there is not one scale a channel or the window lacks part of the region.
pub fn scale_channels(isa: Isa, region: Region, scale: &[f32], gradient: &mut WindowMut<'_>) {
    let channels = gradient.channels();
    assert_eq!(scale.len(), channels, "one scale for each channel");
    on_lines(region, [], gradient, [], |[], line, _| scale_line(isa, scale, line));
}

/// `y = a * b`, value by value.
///
/// # Panics
/// If the slices differ in length.
pub fn multiply(isa: Isa, a: &[f32], b: &[f32], y: &mut [f32]) {
    assert!(a.len() == y.len() && b.len() == y.len(), "two factors for each product");
    multiply_line(isa, a, b, y);
}

/// `y = fma(a, b, y)`, value by value.
///
/// # Panics
/// If the slices differ in length.
pub fn multiply_add(isa: Isa, a: &[f32], b: &[f32], y: &mut [f32]) {
    assert!(a.len() == y.len() && b.len() == y.len(), "two factors for each sum");
    multiply_add_line(isa, a, b, y);
}

/// Calls `each` for every line of `region`: where it begins in each input, its slice of `y`, and its length.
pub(crate) fn on_lines<const N: usize>(
    region: Region,
    inputs: [Region; N],
    y: &mut WindowMut<'_>,
    channels: [usize; N],
    mut each: impl FnMut([usize; N], &mut [f32], usize),
) {
    if region.is_empty() {
        return;
    }
    let length = region.width * y.channels();
    for c in channels {
        assert_eq!(c, y.channels(), "the channels of two windows");
    }
    for held in inputs.iter().chain([&y.region()]) {
        assert!(held.contains(&region), "a window of {held:?} lacks part of {region:?}");
    }
    for row in region.top..region.bottom() {
        let to = y.offset(row, region.left);
        let from =
            inputs.map(|held| (row.abs_diff(held.top) * held.width + region.left.abs_diff(held.left)) * y.channels());
        each(from, &mut y.data_mut()[to..to + length], length);
    }
}

per_isa! {
    fn multiply_line(a: &[f32], b: &[f32], y: &mut [f32]) {
        for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
            *y = a * b;
        }
    }
}

per_isa! {
    fn multiply_add_line(a: &[f32], b: &[f32], y: &mut [f32]) {
        for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
            *y = a.mul_add(*b, *y);
        }
    }
}

per_isa! {
    fn add_line(a: &[f32], b: &[f32], y: &mut [f32]) {
        for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
            *y = a + b;
        }
    }
}

per_isa! {
    fn accumulate_line(a: &[f32], y: &mut [f32]) {
        for (y, a) in y.iter_mut().zip(a) {
            *y += a;
        }
    }
}

per_isa! {
    fn relu_line(a: &[f32], y: &mut [f32]) {
        for (y, a) in y.iter_mut().zip(a) {
            *y = if *a <= 0.0 { 0.0 } else { *a };
        }
    }
}

per_isa! {
    fn scale_and_shift_line(a: &[f32], scale: &[f32], shift: &[f32], y: &mut [f32]) {
        let channels = scale.len();
        for (y, a) in y.chunks_exact_mut(channels).zip(a.chunks_exact(channels)) {
            for i in 0..channels {
                y[i] = a[i].mul_add(scale[i], shift[i]);
            }
        }
    }
}

per_isa! {
    fn mask_line(output: &[f32], gradient: &mut [f32]) {
        for (g, y) in gradient.iter_mut().zip(output) {
            *g = if *y > 0.0 { *g } else { 0.0 };
        }
    }
}

per_isa! {
    fn scale_line(scale: &[f32], line: &mut [f32]) {
        for position in line.chunks_exact_mut(scale.len()) {
            for (g, s) in position.iter_mut().zip(scale) {
                *g *= s;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_region_is_touched() {
        let (held, region) = (Region::whole(3, 4), Region::between(1, 1, 3, 3));
        let a: Vec<f32> = (0..24u8).map(f32::from).collect();
        let mut y = vec![100.0; 24];
        let mut window = WindowMut::new(&mut y, held, 2);
        accumulate(Isa::best(), region, Window::new(&a, held, 2), &mut window);
        for (at, value) in y.iter().enumerate() {
            let (row, column) = (at / 8, at / 2 % 4);
            let inside = row >= 1 && (1..3).contains(&column);
            let expected = if inside { 100.0 + a[at] } else { 100.0 };
            assert_eq!(*value, expected, "at {at}");
        }
    }

    #[test]
    fn the_relu_gradient_is_zero_at_zero_and_below() {
        let held = Region::whole(1, 4);
        let output = [0.0, 2.0, f32::NAN, 0.5];
        let mut gradient = [1.0, -3.0, 1.0, f32::INFINITY];
        let mut window = WindowMut::new(&mut gradient, held, 1);
        mask_by_relu(Isa::best(), held, Window::new(&output, held, 1), &mut window);
        assert_eq!(gradient, [0.0, -3.0, 0.0, f32::INFINITY]);
    }
}
