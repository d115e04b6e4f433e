//! The inverse real 2-D discrete Fourier transform of a half spectrum, and its adjoint.

use crate::Map;
use std::f64::consts::TAU;
use std::ops::Range;

/// Columns of the half spectrum of an image of this width.
fn columns(width: usize) -> usize {
    width / 2 + 1
}

/// How often a column of the half spectrum stands in the whole one: column 0, and column W/2 of an even width, are
/// their own mirror images; every other has one.
fn multiplicity(u: usize, width: usize) -> f64 {
    if u == 0 || 2 * u == width { 1.0 } else { 2.0 }
}

/// Cosine and sine of `2 pi (v y / H + u x / W)`, the fractions reduced below one first.
fn phase((v, u): (usize, usize), (y, x): (usize, usize), size: (usize, usize)) -> (f64, f64) {
    let (height, width) = size;
    let turns = (v * y % height) as f64 / height as f64 + (u * x % width) as f64 / width as f64;
    let (sin, cos) = (TAU * turns).sin_cos();
    (cos, sin)
}

/// `y[y, x, c] = sum over v < H and u <= W/2 of m(u) (re cos t - im sin t) / sqrt(H W)`, with `t = 2 pi (v y / H + u x
/// / W)`: `[C, H, W/2 + 1, 2] -> [H', W', C]`.
///
/// The spectrum holds real and imaginary parts; m(u) counts a column and its mirror image. This is the real part of the
/// double sum, and NumPy's `irfft2(norm="ortho")`: of columns 0 and W/2 only the part that a real image can have
/// counts. `size` is (H, W), and the result is the window of these rows and columns of the image.
///
/// # Panics
/// If the spectrum is not whole channels, or the window is not inside the image.
///
/// # Example
/// ```
/// // The mean alone: a frequency of zero both ways.
/// let spectrum = [2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
/// assert_eq!(reference::irfft2(&spectrum, (2, 2), (0..2, 0..2)).data, [1.0; 4]);
/// ```
pub fn irfft2(spectrum: &[f64], size: (usize, usize), window: (Range<usize>, Range<usize>)) -> Map {
    let (height, width) = size;
    let channel = height * columns(width) * 2;
    let channels = spectrum.len() / channel;
    assert_eq!(spectrum.len(), channels * channel, "values of a spectrum");
    let (rows, cols) = window;
    assert!(rows.end <= height && cols.end <= width, "a window inside the image");
    let mut image = Map::zeros((rows.len(), cols.len(), channels));
    for y in rows.clone() {
        for x in cols.clone() {
            for v in 0..height {
                for u in 0..columns(width) {
                    let (cos, sin) = phase((v, u), (y, x), size);
                    for c in 0..channels {
                        let at = c * channel + (v * columns(width) + u) * 2;
                        let (re, im) = (spectrum[at], spectrum[at + 1]);
                        *image.at_mut(y - rows.start, x - cols.start, c) +=
                            multiplicity(u, width) * (re * cos - im * sin);
                    }
                }
            }
        }
    }
    image.map(|sum| sum / ((height * width) as f64).sqrt())
}

/// The adjoint of [`irfft2`]: `[H', W', C] -> [C, H, W/2 + 1, 2]`.
///
/// `dre[v, u, c] = m(u) / sqrt(H W) sum over the window of cos t dy[y, x, c]`, and `dim` the same with `-sin t`.
/// `origin` is the first row and column of the window, whose size is that of `dy`.
///
/// # Panics
/// If the window is not inside the image.
pub fn irfft2_adjoint(dy: &Map, size: (usize, usize), origin: (usize, usize)) -> Vec<f64> {
    let (height, width) = size;
    assert!(origin.0 + dy.height <= height && origin.1 + dy.width <= width, "a window inside the image");
    let mut spectrum = vec![0.0; dy.channels * height * columns(width) * 2];
    for v in 0..height {
        for u in 0..columns(width) {
            let scale = multiplicity(u, width) / ((height * width) as f64).sqrt();
            for y in 0..dy.height {
                for x in 0..dy.width {
                    let (cos, sin) = phase((v, u), (origin.0 + y, origin.1 + x), size);
                    for c in 0..dy.channels {
                        let at = ((c * height + v) * columns(width) + u) * 2;
                        spectrum[at] += scale * cos * dy.at(y, x, c);
                        spectrum[at + 1] -= scale * sin * dy.at(y, x, c);
                    }
                }
            }
        }
    }
    spectrum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_adjoint, assert_close, map, pattern};
    use std::panic::catch_unwind;

    #[test]
    fn a_constant_by_hand() {
        // Only the mean: 6 / sqrt(2 * 2) everywhere, the imaginary part ignored.
        let spectrum = [6.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(irfft2(&spectrum, (2, 2), (0..2, 0..2)).data, [3.0; 4]);
    }

    #[test]
    fn even_and_odd_widths_equal_numpy() {
        let even = irfft2(&pattern(36, 1), (3, 4), (0..3, 0..4));
        assert_close(
            &even.data,
            &[
                0.28867513459481287,
                -1.4433756729740645,
                3.175426480542942,
                0.8660254037844393,
                -3.175426480542942,
                3.175426480542942,
                -7.216878364870324,
                7.79422863405995,
                -1.7113248654051871,
                -1.7113248654051871,
                0.443375672974065,
                2.767949192431123,
                -3.175426480542942,
                3.175426480542942,
                5.907477288111819,
                -2.767949192431123,
                2.288675134594812,
                2.2886751345948126,
                2.4433756729740645,
                -6.2320508075688785,
                -3.175426480542942,
                3.1754264805429417,
                3.90747728811182,
                6.2320508075688785,
            ],
        );
        let odd = irfft2(&pattern(36, 1), (3, 5), (0..3, 0..5));
        assert_close(
            &odd.data,
            &[
                0.5163977794943223,
                -2.8401877872187726,
                2.9318704099081447,
                0.03126989010597132,
                0.08883760476317343,
                3.180742085404264,
                -5.374720379097004,
                2.8941262891369974,
                -5.908352107483471,
                8.352999561193794,
                -4.043460205729918,
                -1.203272418511145,
                0.8351750368058571,
                3.3794088052597444,
                -0.8676354684454101,
                0.6746202171468915,
                -2.643029705421702,
                3.920900157005437,
                8.355865711498799,
                -5.1347413921933,
                0.4286757492696613,
                3.268863536488434,
                3.587938877748203,
                -3.224986245670349,
                -1.5174748609112223,
                -5.758261408629391,
                -1.9931903129558892,
                10.35378178278172,
                5.603101870556453,
                1.4696536587367932,
            ],
        );
    }

    #[test]
    fn the_adjoint_equals_pytorch_gradients() {
        let even = irfft2_adjoint(&map((3, 4, 2), 3), (3, 4), (0, 0));
        assert_close(
            &even,
            &[
                -0.2886751345948129,
                0.0,
                2.3094010767585034,
                -8.660254037844387,
                -2.0207259421636903,
                0.0,
                1.4433756729740645,
                1.0,
                -6.350852961085884,
                0.0,
                3.175426480542942,
                0.0,
                1.4433756729740645,
                -1.0,
                -6.350852961085884,
                0.0,
                3.175426480542942,
                0.0,
                -1.4433756729740645,
                0.0,
                -10.392304845413266,
                4.041451884327381,
                -2.0207259421636903,
                0.0,
                -0.14433756729740646,
                -1.7500000000000002,
                5.500000000000001,
                3.175426480542942,
                -1.587713240271471,
                2.7500000000000004,
                -0.14433756729740646,
                1.7500000000000002,
                -5.500000000000001,
                3.175426480542942,
                -1.587713240271471,
                -2.7500000000000004,
            ],
        );
    }

    #[test]
    fn a_window_is_a_part_of_the_whole() {
        let spectrum = pattern(3 * 5 * 4 * 2, 2);
        let whole = irfft2(&spectrum, (5, 7), (0..5, 0..7));
        let part = irfft2(&spectrum, (5, 7), (1..4, 2..7));
        assert_eq!(part, crate::crop(&whole, (1, 2), (3, 5)));
    }

    #[test]
    fn a_window_beyond_either_edge_is_refused() {
        let beyond = |rows, cols| catch_unwind(|| irfft2(&[0.0; 8], (2, 2), (rows, cols))).is_err();
        assert!(!beyond(0..2, 0..2) && beyond(0..3, 0..2) && beyond(0..2, 1..3));
        let dy = Map::zeros((1, 1, 1));
        let beyond = |origin| catch_unwind(|| irfft2_adjoint(&dy, (2, 2), origin)).is_err();
        assert!(!beyond((1, 1)) && beyond((2, 0)) && beyond((0, 2)));
    }

    #[test]
    fn the_adjoint_is_the_transpose() {
        for size in [(4, 6), (5, 7), (1, 1), (3, 2)] {
            let spectrum = pattern(2 * size.0 * columns(size.1) * 2, 1);
            let origin = (size.0 / 3, size.1 / 3);
            let image = irfft2(&spectrum, size, (origin.0..size.0, origin.1..size.1));
            let dy = map(image.shape(), 3);
            let adjoint = irfft2_adjoint(&dy, size, origin);
            // A coefficient is at most 2 / sqrt(H W) <= 2.
            assert_adjoint((&image.data, &dy.data), (&spectrum, &adjoint), 2.0);
        }
    }
}
