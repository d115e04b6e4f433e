//! The normalisation of pixels by the training images' mean and standard deviation.

use crate::flow::on_lines;
use crate::isa::{Isa, per_isa};
use crate::region::{Region, Window, WindowMut};

/// Pixels whose means and deviations are laid out at a time, so that vectors of any width fit their three colours.
const BLOCK: usize = 16;

/// `y = (x - mean) / std` on `region`, colour by colour: subtracted, then divided, as torchvision does.
///
/// # Panics
/// If the windows have not three channels or lack part of the region.
pub fn normalise(isa: Isa, region: Region, x: Window<'_>, mean: [f32; 3], std: [f32; 3], y: &mut WindowMut<'_>) {
    assert_eq!(y.channels(), 3, "the colours of a picture");
    let (means, deviations) = (repeated(mean), repeated(std));
    on_lines(region, [x.region()], y, [x.channels()], |[i], y, n| {
        normalise_line(isa, &x.data()[i..i + n], &means, &deviations, y);
    });
}

/// `dx += dy / std` on `region`, colour by colour: the gradient of [`normalise`].
///
/// # Panics
/// If the windows have not three channels or lack part of the region.
pub fn normalise_gradient(isa: Isa, region: Region, dy: Window<'_>, std: [f32; 3], dx: &mut WindowMut<'_>) {
    assert_eq!(dx.channels(), 3, "the colours of a picture");
    let deviations = repeated(std);
    on_lines(region, [dy.region()], dx, [dy.channels()], |[i], dx, n| {
        gradient_line(isa, &dy.data()[i..i + n], &deviations, dx);
    });
}

fn repeated(colour: [f32; 3]) -> [f32; 3 * BLOCK] {
    std::array::from_fn(|i| colour[i % 3])
}

per_isa! {
    fn normalise_line(x: &[f32], means: &[f32; 3 * BLOCK], deviations: &[f32; 3 * BLOCK], y: &mut [f32]) {
        for (y, x) in y.chunks_mut(3 * BLOCK).zip(x.chunks(3 * BLOCK)) {
            for (((y, x), mean), std) in y.iter_mut().zip(x).zip(means).zip(deviations) {
                *y = (x - mean) / std;
            }
        }
    }
}

per_isa! {
    fn gradient_line(dy: &[f32], deviations: &[f32; 3 * BLOCK], dx: &mut [f32]) {
        for (dx, dy) in dx.chunks_mut(3 * BLOCK).zip(dy.chunks(3 * BLOCK)) {
            for ((dx, dy), std) in dx.iter_mut().zip(dy).zip(deviations) {
                *dx += dy / std;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_colour_has_its_own_mean_and_deviation() {
        let held = Region::whole(1, 2);
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let (mean, std) = ([1.0, 1.0, 0.0], [1.0, 2.0, 0.5]);
        let mut y = [f32::NAN; 6];
        normalise(Isa::best(), held, Window::new(&x, held, 3), mean, std, &mut WindowMut::new(&mut y, held, 3));
        assert_eq!(y, [0.0, 0.5, 6.0, 3.0, 2.0, 12.0]);
        let mut dx = [1.0; 6];
        normalise_gradient(Isa::best(), held, Window::new(&x, held, 3), std, &mut WindowMut::new(&mut dx, held, 3));
        assert_eq!(dx, [2.0, 2.0, 7.0, 5.0, 3.5, 13.0]);
    }
}
