//! The color correlation of natural images, and the sigmoid behind it (Lucid; METHOD.md, section 2).

use crate::elementary::{sigmoid, sigmoid_gradient, single};
use crate::isa::{Isa, per_isa};

/// The square root of the covariance of natural images' colors, rows R, G and B (Lucid's
/// `color_correlation_svd_sqrt`).
const COLOR_CORRELATION: [[f64; 3]; 3] = [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]];

/// Pixels computed at a time: planes are read and written in runs of this length.
const BLOCK: usize = 64;

/// Lucid's color-correlation matrix divided by its largest column norm, in double precision and rounded once; rows R,
/// G, B.
pub fn color_matrix() -> [[f32; 3]; 3] {
    let norm = |column: usize| COLOR_CORRELATION.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt();
    let largest = norm(0).max(norm(1)).max(norm(2));
    COLOR_CORRELATION.map(|row| row.map(|value| single(value / largest)))
}

/// `pixels[i, r] = sigmoid(sum over c of M[r, c] planes[c, i])`, M the [`color_matrix`]: `[3, n] -> [n, 3]`.
///
/// The sum is `fma(M2, p2, fma(M1, p1, M0 p0))`.
///
/// # Panics
/// If the two have not the same number of values, a multiple of three.
///
/// # Example
/// The first plane is the brightness:
///
/// ```
/// use kernels::Isa;
/// use kernels::color::squash_colors;
///
/// // Two pixels: the first plane of the first one is large, everything else zero.
/// let mut pixels = [0.0; 6];
/// squash_colors(Isa::best(), &[50.0, 0.0, 0.0, 0.0, 0.0, 0.0], &mut pixels);
/// assert_eq!(pixels, [1.0, 1.0, 1.0, 0.5, 0.5, 0.5]);
/// ```
pub fn squash_colors(isa: Isa, planes: &[f32], pixels: &mut [f32]) {
    check_lengths(planes.len(), pixels.len());
    squash(isa, color_matrix(), planes, pixels);
}

/// `planes[c, i] = sum over r of M[r, c] dz[i, r]` with `dz = dpixels (1 - pixels) pixels`, overwriting `planes`: the
/// gradient of [`squash_colors`], from its output `pixels` and the output's gradient `dpixels`.
///
/// The sum is `fma(M2, dz2, fma(M1, dz1, M0 dz0))`.
///
/// # Panics
/// If the three have not the same number of values, a multiple of three.
pub fn squash_colors_gradient(isa: Isa, pixels: &[f32], dpixels: &[f32], planes: &mut [f32]) {
    check_lengths(planes.len(), pixels.len());
    check_lengths(planes.len(), dpixels.len());
    squash_gradient(isa, transposed(), [pixels, dpixels], planes);
}

/// The columns of the [`color_matrix`] as rows.
fn transposed() -> [[f32; 3]; 3] {
    let m = color_matrix();
    [0, 1, 2].map(|c| [0, 1, 2].map(|r| m[r][c]))
}

fn check_lengths(planes: usize, pixels: usize) {
    assert!(planes == pixels && planes.is_multiple_of(3), "three planes and as many pixels of three colors");
}

/// One row of a 3 x 3 matrix times the three values of each pixel of a block.
#[inline(always)]
fn mix(row: [f32; 3], values: [&[f32]; 3], mixed: &mut [f32]) {
    let [first, second, third] = values;
    for (((y, a), b), c) in mixed.iter_mut().zip(first).zip(second).zip(third) {
        *y = row[2].mul_add(*c, row[1].mul_add(*b, row[0] * a));
    }
}

per_isa! {
    fn squash(matrix: [[f32; 3]; 3], planes: &[f32], pixels: &mut [f32]) {
        let count = planes.len() / 3;
        let mut colors = [[0.0; BLOCK]; 3];
        for (block, pixels) in pixels.chunks_mut(3 * BLOCK).enumerate() {
            let length = pixels.len() / 3;
            let plane = |c: usize| &planes[c * count + block * BLOCK..][..length];
            for (row, color) in matrix.iter().zip(&mut colors) {
                mix(*row, [plane(0), plane(1), plane(2)], &mut color[..length]);
                for value in color.iter_mut() {
                    *value = sigmoid(*value);
                }
            }
            for (i, pixel) in pixels.chunks_exact_mut(3).enumerate() {
                pixel.copy_from_slice(&[colors[0][i], colors[1][i], colors[2][i]]);
            }
        }
    }
}

per_isa! {
    fn squash_gradient(transposed: [[f32; 3]; 3], of_pixels: [&[f32]; 2], planes: &mut [f32]) {
        let [pixels, dpixels] = of_pixels;
        let count = planes.len() / 3;
        let mut before = [[0.0; BLOCK]; 3];
        for (block, (pixels, dpixels)) in pixels.chunks(3 * BLOCK).zip(dpixels.chunks(3 * BLOCK)).enumerate() {
            let length = pixels.len() / 3;
            for (i, (s, ds)) in pixels.chunks_exact(3).zip(dpixels.chunks_exact(3)).enumerate() {
                for r in 0..3 {
                    before[r][i] = sigmoid_gradient(s[r], ds[r]);
                }
            }
            for (c, row) in transposed.iter().enumerate() {
                let plane = &mut planes[c * count + block * BLOCK..][..length];
                mix(*row, [&before[0][..length], &before[1][..length], &before[2][..length]], plane);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_column_of_the_matrix_has_norm_one() {
        let m = color_matrix();
        let norms = [0, 1, 2].map(|c| m.iter().map(|row| f64::from(row[c]).powi(2)).sum::<f64>().sqrt());
        // Three roundings of half an ULP each, relative to a norm of one.
        assert!((norms[0] - 1.0).abs() <= f64::from(f32::EPSILON), "{norms:?}");
        assert!(norms[1] < 1.0 && norms[2] < 1.0, "{norms:?}");
        assert_eq!(m[1][1], 0.0);
    }

    #[test]
    fn grey_is_the_first_plane_and_zero_is_half() {
        let mut pixels = [f32::NAN; 6];
        squash_colors(Isa::best(), &[0.0; 6], &mut pixels);
        assert_eq!(pixels, [0.5; 6]);
        squash_colors(Isa::best(), &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], &mut pixels);
        assert_eq!(pixels[1], pixels[2]);
        assert_eq!(pixels[3..], [0.5; 3]);
    }

    #[test]
    fn saturated_pixels_have_no_gradient() {
        let mut planes = [f32::NAN; 3];
        squash_colors_gradient(Isa::best(), &[1.0, 0.0, 1.0], &[5.0; 3], &mut planes);
        assert_eq!(planes, [0.0; 3]);
    }
}
