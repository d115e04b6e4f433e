//! The normalisation of pixels by the training images' mean and standard deviation.

use crate::elementwise::on_lines;
use crate::isa::{Isa, per_isa};
use crate::region::Region;
use crate::window::{Window, WindowMut};

/// Pixels whose means and deviations are laid out at a time, so that vectors of any width fit their three colors.
const BLOCK: usize = 16;

/// The mean and the standard deviation of each color.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalisation {
    /// What is subtracted.
    pub mean: [f32; 3],
    /// What is then divided by.
    pub std: [f32; 3],
}

impl Normalisation {
    /// `y = (x - mean) / std` on `region`, color by color: subtracted, then divided, as torchvision does.
    ///
    /// # Panics
    /// If the windows have not three channels or lack part of the region.
    ///
    /// # Example
    /// ```
    /// use kernels::color::Normalisation;
    /// use kernels::{Isa, Region, Window, WindowMut};
    ///
    /// let halves = Normalisation { mean: [0.5; 3], std: [0.5, 0.25, 0.125] };
    /// let pixel = Region::whole(1, 1);
    /// let mut y = [0.0; 3];
    /// let x = Window::new(&[1.0, 0.25, 0.5], pixel, 3);
    /// halves.apply(Isa::best(), pixel, x, &mut WindowMut::new(&mut y, pixel, 3));
    /// assert_eq!(y, [1.0, -1.0, 0.0]);
    /// ```
    pub fn apply(&self, isa: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        assert_eq!(y.channels(), 3, "the colors of a picture");
        let colors = Repeated { means: repeated(self.mean), deviations: repeated(self.std) };
        on_lines(region, [x], y, |[x], y| normalise_line(isa, &colors, x, y));
    }

    /// `dx += dy / std` on `region`, color by color: the gradient of [`Normalisation::apply`].
    ///
    /// # Panics
    /// If the windows have not three channels or lack part of the region.
    pub fn gradient(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        assert_eq!(dx.channels(), 3, "the colors of a picture");
        let deviations = repeated(self.std);
        on_lines(region, [dy], dx, |[dy], dx| gradient_line(isa, dy, &deviations, dx));
    }
}

/// The means and deviations of [`BLOCK`] pixels.
struct Repeated {
    means: [f32; 3 * BLOCK],
    deviations: [f32; 3 * BLOCK],
}

fn repeated(color: [f32; 3]) -> [f32; 3 * BLOCK] {
    std::array::from_fn(|i| color[i % 3])
}

per_isa! {
    fn normalise_line(colors: &Repeated, x: &[f32], y: &mut [f32]) {
        let Repeated { means, deviations } = colors;
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
    fn each_color_has_its_own_mean_and_deviation() {
        let held = Region::whole(1, 2);
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let colors = Normalisation { mean: [1.0, 1.0, 0.0], std: [1.0, 2.0, 0.5] };
        let mut y = [f32::NAN; 6];
        colors.apply(Isa::best(), held, Window::new(&x, held, 3), &mut WindowMut::new(&mut y, held, 3));
        assert_eq!(y, [0.0, 0.5, 6.0, 3.0, 2.0, 12.0]);
        let mut dx = [1.0; 6];
        colors.gradient(Isa::best(), held, Window::new(&x, held, 3), &mut WindowMut::new(&mut dx, held, 3));
        assert_eq!(dx, [2.0, 2.0, 7.0, 5.0, 3.5, 13.0]);
    }
}
