//! The picture of a spectrum, the sigmoid, and the 8-bit picture.

use crate::comparison::{Comparison, Pass, Step, Tally, Witness};
use crate::error::AuditError;
use crate::rounding::{single, singles};
use crate::steps::operations::{Adjoint, Exact, Subject, Twin, Words, one};
use autodiff::Isa;
use autodiff::ops::{Draw, SpectralImage};
use bounds::{gamma, pseudo_random};
use featviz::to_bytes;
use kernels::Region;
use kernels::color::{squash_colors, squash_colors_gradient};
use kernels::dft::WindowDft;
use kernels::elementary::{exp, sigmoid};
use reference::Map;

/// Rows and columns of the picture whose every number is checked; pictures of the recipe's size are held to Lucent's.
pub(crate) const SIZE: (usize, usize) = (24, 20);
/// Three half spectra of such a picture.
pub(crate) const SPECTRUM: (usize, usize, usize) = (3 * SIZE.0, SIZE.1 / 2 + 1, 2);

/// All comparisons from a spectrum to the 8-bit picture.
///
/// # Errors
/// If the operation refuses the spectrum.
pub(crate) fn comparisons(isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    let mut comparisons = fourier(isa);
    comparisons.extend(colors(isa));
    comparisons.extend(elementary());
    comparisons.extend(spectrum(isa)?);
    comparisons.push(bytes(to_bytes));
    Ok(comparisons)
}

/// `1 / max(f, 1 / max(H, W)) / 4` for each number of one plane's spectrum.
pub(crate) fn scale() -> Vec<f64> {
    let (height, width) = SIZE;
    let lowest = 1.0 / height.max(width) as f64;
    let mut scale = Vec::new();
    for v in 0..height {
        let fy = v.min(height - v) as f64 / height as f64;
        for u in 0..=width / 2 {
            let fx = u as f64 / width as f64;
            let f = (fx * fx + fy * fy).sqrt().max(lowest);
            scale.extend([1.0 / f / 4.0; 2]);
        }
    }
    scale
}

/// Planes before colors, and one bound for all: the roundings of scale, bases and chains times the sum of all
/// magnitudes.
fn planes(spectrum: &Map) -> (Map, f64) {
    let scale = scale();
    let scaled: Vec<f64> = spectrum.data.iter().enumerate().map(|(i, s)| s * scale[i % scale.len()]).collect();
    let planes = reference::irfft2(&scaled, SIZE, (0..SIZE.0, 0..SIZE.1));
    let largest = scaled.chunks_exact(scale.len()).map(|plane| plane.iter().map(|v| v.abs()).sum::<f64>());
    let sum = largest.fold(0.0, f64::max) * 2.0 / ((SIZE.0 * SIZE.1) as f64).sqrt();
    (planes, gamma(roundings()) * sum)
}

/// On the way from a number of the spectrum to a plane: scale and product, then as `kernels::dft` counts them.
fn roundings() -> usize {
    2 + 6 + 2 * (SIZE.0 + 1) + 2 * (SIZE.1 + 1)
}

/// The inverse transform of one plane, its adjoint, and both together.
fn fourier(isa: Isa) -> Vec<Comparison> {
    let (height, width) = SIZE;
    let whole = Region::whole(height, width);
    let dft = WindowDft::new(height, width, whole);
    let mut scratch = vec![0.0; dft.scratch()];
    let spectrum = pseudo_random(51, dft.spectrum_length());
    let mut image = vec![0.0; whole.positions()];
    dft.inverse(isa, &spectrum, &mut scratch, &mut image);
    let dy = pseudo_random(52, image.len());
    let mut gradient = vec![0.0; spectrum.len()];
    dft.adjoint(isa, &dy, &mut scratch, &mut gradient);

    let wide = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
    let root = ((height * width) as f64).sqrt();
    // A basis value is at most 2 / sqrt(H W), so no term is larger than that times its operand.
    let bound = |operand: &[f64]| {
        let sum: f64 = operand.iter().map(|v| v.abs()).sum();
        gamma(roundings()) * 2.0 * sum * 2.0 / root
    };
    let (x, seed) = (wide(&spectrum), wide(&dy));
    let (forward_bound, backward_bound) = (bound(&x), bound(&seed));
    let mut forward = Tally::default();
    let exact = reference::irfft2(&x, SIZE, (0..height, 0..width)).data;
    let forward_bounds = vec![forward_bound; exact.len()];
    forward.add_all(&image, &exact, &forward_bounds);
    let mut backward = Tally::default();
    let exact = reference::irfft2_adjoint(&Map::new((height, width, 1), seed.clone()), SIZE, (0, 0));
    let backward_bounds = vec![backward_bound; exact.len()];
    backward.add_all(&gradient, &exact, &backward_bounds);
    let adjoint = Adjoint {
        forward: &image,
        constant: &vec![0.0; image.len()],
        y: &seed,
        x: &x,
        backward: &gradient,
        forward_bound: &forward_bounds,
        backward_bound: &backward_bounds,
    };
    let words = "gamma(8 + 2 (H + 1) + 2 (W + 1)) 4 sum |s| / sqrt(H W)";
    vec![
        forward.comparison(Step::Dft.against(Witness::Twin, ("inverse real transform", Pass::Forward)), words),
        backward.comparison(Step::Dft.against(Witness::Twin, ("inverse real transform", Pass::Backward)), words),
        adjoint.comparison("inverse real transform"),
    ]
}

/// Planes to colors and back: the correlation of colors, then the sigmoid.
fn colors(isa: Isa) -> Vec<Comparison> {
    const N: usize = 400;
    let matrix = reference::color_correlation();
    let planes: Vec<f32> = pseudo_random(53, 3 * N).iter().map(|v| 8.0 * v).collect();
    let mut pixels = vec![0.0; 3 * N];
    squash_colors(isa, &planes, &mut pixels);
    let x = Map::from_fn((1, N, 3), |_, i, c| f64::from(planes[c * N + i]));
    let mixed = reference::mix_colors(&x, matrix);
    let sums = reference::mix_colors(&x.map(f64::abs), matrix.map(|row| row.map(f64::abs)));
    let exact = mixed.map(reference::sigmoid);
    let mut forward = Tally::default();
    for ((&found, &s), &sum) in pixels.iter().zip(&exact.data).zip(&sums.data) {
        forward.add(found, s, 1.001 * s * (1.0 - s) * gamma(4) * sum + gamma(6) * s);
    }
    let dpixels = pseudo_random(54, 3 * N);
    let mut dplanes = vec![0.0; 3 * N];
    squash_colors_gradient(isa, &pixels, &dpixels, &mut dplanes);
    let mut backward = Tally::default();
    for i in 0..N {
        for c in 0..3 {
            let terms = [0, 1, 2].map(|r| {
                let s = f64::from(pixels[3 * i + r]);
                matrix[r][c] * f64::from(dpixels[3 * i + r]) * s * (1.0 - s)
            });
            let sum: f64 = terms.iter().map(|t| t.abs()).sum();
            backward.add(dplanes[c * N + i], terms.iter().sum(), gamma(7) * sum);
        }
    }
    // Where every sigmoid is at one half its slope is a quarter, exactly: what is left of the gradient is the
    // transposed matrix.
    squash_colors_gradient(isa, &vec![0.5; 3 * N], &dpixels, &mut dplanes);
    let wide = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
    let (by, quarter) = (wide(&dpixels), mixed.map(|v| 0.25 * v));
    let rounded = singles(&quarter.data);
    let sums_back = Map::new((1, N, 3), by.iter().map(|v| v.abs()).collect());
    let sums_back = reference::mix_colors_adjoint(&sums_back, matrix.map(|row| row.map(f64::abs)));
    let of_pixels: Vec<f32> = (0..3 * N).map(|i| dplanes[i % 3 * N + i / 3]).collect();
    let adjoint = Adjoint {
        forward: &rounded,
        constant: &vec![0.0; 3 * N],
        y: &by,
        x: &x.data,
        backward: &of_pixels,
        forward_bound: &quarter.data.iter().map(|v| gamma(1) * v.abs()).collect::<Vec<_>>(),
        backward_bound: &sums_back.data.iter().map(|v| gamma(7) * 0.25 * v).collect::<Vec<_>>(),
    };
    vec![
        forward.comparison(
            Step::Colors.against(Witness::Twin, ("correlation and sigmoid", Pass::Forward)),
            "s (1 - s) gamma(4) sum |m x|, and 3 ULP",
        ),
        backward.comparison(
            Step::Colors.against(Witness::Twin, ("correlation and sigmoid", Pass::Backward)),
            "gamma(7) sum |m s (1 - s) dy|",
        ),
        adjoint.comparison("color matrix, the twin's there and the kernel's back"),
    ]
}

/// The picture of a spectrum, and how far ours may be from it.
pub(crate) fn image(spectrum: &Map) -> Exact {
    let matrix = reference::color_correlation();
    let magnitudes = matrix.map(|row| row.map(f64::abs));
    let (planes, off) = planes(spectrum);
    let mixed = reference::mix_colors(&planes, matrix);
    let sums = reference::mix_colors(&planes.map(|p| p.abs() + off), magnitudes);
    let image = mixed.map(reference::sigmoid);
    let bound = Map::from_fn(image.shape(), |i, j, c| {
        let row: f64 = magnitudes[c].iter().sum();
        // The sigmoid is at most 1/4 steep, and itself within 3 units of the last place.
        0.25 * (row * off + gamma(4) * sums.at(i, j, c)) + gamma(6) * image.at(i, j, c)
    });
    (image, bound)
}

/// The gradient by a spectrum where that by its picture is `dy`, and how far ours may be from it.
pub(crate) fn image_gradient(spectrum: &Map, dy: &Map) -> Exact {
    let matrix = reference::color_correlation();
    let magnitudes = matrix.map(|row| row.map(f64::abs));
    let (image, image_bound) = image(spectrum);
    let slopes = Map::from_fn(dy.shape(), |i, j, c| {
        let s = image.at(i, j, c);
        s * (1.0 - s) * dy.at(i, j, c)
    });
    let slope_bound = Map::from_fn(dy.shape(), |i, j, c| {
        // s (1 - s) changes by at most the change of s.
        image_bound.at(i, j, c) * dy.at(i, j, c).abs() + gamma(7) * slopes.at(i, j, c).abs()
    });
    let planes = reference::mix_colors_adjoint(&slopes, matrix);
    let plane_bound = reference::mix_colors_adjoint(&slope_bound, magnitudes);
    let scale = scale();
    let back = reference::irfft2_adjoint(&planes, SIZE, (0, 0));
    let root = ((SIZE.0 * SIZE.1) as f64).sqrt();
    let total = |map: &Map, c: usize| -> f64 { map.data.iter().skip(c).step_by(3).map(|v| v.abs()).sum() };
    let bounds = [0, 1, 2].map(|c| 2.0 / root * (total(&plane_bound, c) + gamma(roundings()) * total(&planes, c)));
    let value = back.iter().enumerate().map(|(i, v)| v * scale[i % scale.len()]);
    let bound = (0..back.len()).map(|i| bounds[i / scale.len()] * scale[i % scale.len()] * (1.0 + gamma(2)));
    (Map::new(SPECTRUM, value.collect()), Map::new(SPECTRUM, bound.collect()))
}

fn spectrum(isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    Subject {
        step: Step::Spectrum,
        what: "scaled inverse Fourier transform, colors, sigmoid".to_owned(),
        chain: one(SpectralImage::new(SIZE.0, SIZE.1), Draw::None),
        shape: SPECTRUM,
        input: pseudo_random(3, SPECTRUM.0 * SPECTRUM.1 * SPECTRUM.2),
        linear: false,
        twin: Twin {
            forward: &image,
            backward: &image_gradient,
            words: Words {
                forward: "1/4 |M| gamma(8 + 2 (H + 1) + 2 (W + 1)) sum |s|, and 3 ULP",
                backward: "the same through the transposed Jacobian",
            },
        },
    }
    .compare(isa)
}

/// The largest byte that is no more than 255 times the value as single precision has it: every multiple of 1/255 with
/// its neighbours, values between them, and what is no color.
fn bytes(to_bytes: impl Fn(&[f32]) -> Vec<u8>) -> Comparison {
    let mut values = vec![-0.0, -1e-6, -7.0, 1.0 + f32::EPSILON, 300.0, f32::INFINITY, f32::NAN];
    for byte in 0..=255_u8 {
        let at = f32::from(byte) / 255.0;
        values.extend([at, at.next_down(), at.next_up()]);
    }
    values.extend(pseudo_random(55, 1000).iter().map(|v| v.abs()));
    let found = to_bytes(&values);
    let expected = values.iter().map(|&value| {
        // 24 bits times 8 are exact in double precision, and rounded once; all that is no color is cut off.
        let product = single(f64::from(value) * 255.0);
        let below = (0..=255_u8).rev().find(|&byte| f32::from(byte) <= product);
        below.unwrap_or(0)
    });
    let differ = found.iter().zip(expected).filter(|&(&a, b)| a != b).count();
    let differ = differ + values.len().abs_diff(found.len());
    let what = "255 v, truncated: every level and its neighbours, beyond both ends, NaN";
    Step::BytePicture.against(Witness::Identity, what).equal(values.len(), differ)
}

fn elementary() -> Vec<Comparison> {
    let arguments = || (-2000..=2000_i16).map(|i| f32::from(i) / 50.0);
    let (mut exponentials, mut sigmoids) = (Tally::default(), Tally::default());
    for x in arguments() {
        let wide = f64::from(x);
        let e = reference::exp(wide);
        exponentials.add(exp(x), e, gamma(6) * e);
        let s = reference::sigmoid(wide);
        sigmoids.add(sigmoid(x), s, gamma(6) * s);
    }
    vec![
        exponentials.comparison(Step::Exponential.against(Witness::Twin, "from -40 to 40"), "3 ULP"),
        sigmoids.comparison(Step::Sigmoid.against(Witness::Twin, "from -40 to 40"), "3 ULP"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_rounded_or_scaled_otherwise_fails() {
        assert!(bytes(to_bytes).passed);
        // The bytes of values that were changed first.
        let with = |change: fn(f32) -> f32| {
            let changed = move |values: &[f32]| {
                let values: Vec<f32> = values.iter().map(|&v| change(v)).collect();
                to_bytes(&values)
            };
            bytes(changed).passed
        };
        assert!(with(|v| v));
        // Rounded, 256 levels, a last place too much.
        assert!(!with(|v| v + 0.5 / 255.0));
        assert!(!with(|v| v * (256.0 / 255.0)));
        assert!(!with(f32::next_up));
        assert!(!bytes(|_| Vec::new()).passed);
    }

    #[test]
    fn every_line_about_pictures_passes() {
        let comparisons = comparisons(Isa::best()).unwrap();
        let failed: Vec<_> = comparisons.iter().filter(|line| !line.passed).collect();
        assert!(failed.is_empty() && comparisons.len() == 11, "{failed:?}");
    }
}
