//! Elementwise steps on a region of two windows: addition, and what the backward pass does to a gradient in place.

use crate::isa::{Isa, per_isa};
use crate::region::Region;
use crate::window::{Part, Window, WindowMut};

/// `y = a + b` on `region`.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
///
/// # Example
/// ```
/// use kernels::{Isa, Region, Window, WindowMut, elementwise};
///
/// let map = Region::whole(1, 3);
/// let (a, b) = (Window::new(&[1.0, 2.0, 3.0], map, 1), Window::new(&[10.0, 20.0, 30.0], map, 1));
/// let mut y = [0.0; 3];
/// elementwise::add(Isa::best(), Region::position(0, 1), [a, b], &mut WindowMut::new(&mut y, map, 1));
/// assert_eq!(y, [0.0, 22.0, 0.0]);
/// ```
pub fn add(isa: Isa, region: Region, addends: [Window<'_>; 2], y: &mut WindowMut<'_>) {
    on_lines(region, addends, y, |[a, b], y| add_line(isa, a, b, y));
}

/// `y += a` on `region`: how a gradient gathers the contributions of its consumers.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
pub fn accumulate(isa: Isa, region: Region, a: Window<'_>, y: &mut WindowMut<'_>) {
    on_lines(region, [a], y, |[a], y| accumulate_line(isa, a, y));
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
    on_lines(region, [a], y, |[a], y| relu_line(isa, a, y));
}

/// A scale and a shift for each channel: a batch norm.
#[derive(Clone, Copy, Debug)]
pub struct ChannelAffine<'a> {
    /// What each channel is multiplied by.
    pub scale: &'a [f32],
    /// What is then added to it.
    pub shift: &'a [f32],
}

/// `y = fma(a, scale, shift)` on `region`.
///
/// # Panics
/// If there is not one scale and shift a channel, or a window lacks part of the region.
///
/// # Example
/// ```
/// use kernels::elementwise::{ChannelAffine, scale_and_shift};
/// use kernels::{Isa, Region, Window, WindowMut};
///
/// let map = Region::whole(1, 2);
/// let affine = ChannelAffine { scale: &[2.0, -1.0], shift: &[0.5, 0.0] };
/// let mut y = [0.0; 4];
/// let x = Window::new(&[1.0, 2.0, 3.0, 4.0], map, 2).part(map);
/// scale_and_shift(Isa::best(), affine, x, &mut WindowMut::new(&mut y, map, 2));
/// assert_eq!(y, [2.5, -2.0, 6.5, -4.0]);
/// ```
pub fn scale_and_shift(isa: Isa, affine: ChannelAffine<'_>, a: Part<'_>, y: &mut WindowMut<'_>) {
    let channels = y.channels();
    assert!(affine.scale.len() == channels && affine.shift.len() == channels, "one scale and shift for each channel");
    on_lines(a.region(), [a.window()], y, |[a], y| scale_and_shift_line(isa, affine, a, y));
}

/// `y = a` on `region`.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
pub fn copy(region: Region, a: Window<'_>, y: &mut WindowMut<'_>) {
    on_lines(region, [a], y, |[a], y| y.copy_from_slice(a));
}

/// Sets `gradient` to zero on `region` wherever `output`, the result of a ReLU, is not positive.
///
/// # Panics
/// If channels differ or a window lacks part of the region.
///
/// # Example
/// ```
/// use kernels::{Isa, Region, Window, WindowMut, elementwise};
///
/// let map = Region::whole(1, 3);
/// let mut gradient = [10.0, 20.0, 30.0];
/// let output = Window::new(&[0.0, 2.0, 0.5], map, 1);
/// elementwise::mask_by_relu(Isa::best(), map, output, &mut WindowMut::new(&mut gradient, map, 1));
/// assert_eq!(gradient, [0.0, 20.0, 30.0]);
/// ```
pub fn mask_by_relu(isa: Isa, region: Region, output: Window<'_>, gradient: &mut WindowMut<'_>) {
    on_lines(region, [output], gradient, |[output], gradient| mask_line(isa, output, gradient));
}

/// Multiplies each channel of `gradient` by its scale on `region`: a batch norm's backward pass.
///
/// # Panics
/// If there is not one scale a channel or the window lacks part of the region.
pub fn scale_channels(isa: Isa, region: Region, scale: &[f32], gradient: &mut WindowMut<'_>) {
    let channels = gradient.channels();
    assert_eq!(scale.len(), channels, "one scale for each channel");
    on_lines(region, [], gradient, |[], line| scale_line(isa, scale, line));
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

/// Calls `each` for every line of `region`, with the line in each input and in `y`.
pub(crate) fn on_lines<const N: usize>(
    region: Region,
    inputs: [Window<'_>; N],
    y: &mut WindowMut<'_>,
    mut each: impl FnMut([&[f32]; N], &mut [f32]),
) {
    if region.is_empty() {
        return;
    }
    let length = region.width * y.channels();
    for input in inputs {
        assert_eq!(input.channels(), y.channels(), "the channels of two windows");
    }
    for held in inputs.iter().map(Window::region).chain([y.region()]) {
        assert!(held.contains(&region), "a window of {held:?} lacks part of {region:?}");
    }
    for row in region.top..region.bottom() {
        let to = y.offset(row, region.left);
        let lines = inputs.map(|input| &input.data()[input.offset(row, region.left)..][..length]);
        each(lines, &mut y.data_mut()[to..to + length]);
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
    fn scale_and_shift_line(affine: ChannelAffine<'_>, a: &[f32], y: &mut [f32]) {
        let ChannelAffine { scale, shift } = affine;
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
