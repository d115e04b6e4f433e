//! Colors and normalisation against their twins, on every instruction set.

use kernels::color::{Normalisation, color_matrix, squash_colors, squash_colors_gradient};
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use testkit::{assert_within_bound, gamma, poisoned, pseudo_random};

/// Around the block of 64 pixels that are computed at a time.
const COUNTS: [usize; 9] = [0, 1, 2, 15, 63, 64, 65, 127, 321];

fn scaled(seed: u64, len: usize, factor: f32) -> Vec<f32> {
    pseudo_random(seed, len).iter().map(|x| x * factor).collect()
}

/// The color matrix from its definition, in double precision.
fn exact_matrix() -> [[f64; 3]; 3] {
    let m = [[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03_f64]];
    let largest = (0.26_f64 * 0.26 + 2.0 * 0.27 * 0.27).sqrt();
    m.map(|row| row.map(|value| value / largest))
}

#[test]
fn pixels_are_the_sigmoid_of_the_correlated_planes() {
    let m = exact_matrix();
    for (seed, n) in COUNTS.into_iter().enumerate() {
        for factor in [1.0, 30.0] {
            let planes = scaled(seed as u64, 3 * n, factor);
            let (mut expected, mut bound) = (Vec::new(), Vec::new());
            for i in 0..n {
                for row in &m {
                    let terms = [0, 1, 2].map(|c| row[c] * f64::from(planes[c * n + i]));
                    let s = 1.0 / (1.0 + (-terms.iter().sum::<f64>()).exp());
                    expected.push(s);
                    // Three roundings and the matrix element's own in the sum; the sigmoid's slope is s (1 - s), and
                    // over an error of 3e-5 at most it changes by less than a thousandth; then 3
                    // ULP, each at most 2 units of roundoff.
                    let sum: f64 = terms.iter().map(|t| t.abs()).sum();
                    bound.push(1.001 * s * (1.0 - s) * gamma(4) * sum + gamma(6) * s);
                }
            }
            for isa in Isa::supported() {
                let mut pixels = poisoned(3 * n);
                squash_colors(isa, &planes, &mut pixels);
                if n > 0 {
                    assert_within_bound(&pixels, &expected, &bound, isa.name());
                }
            }
        }
    }
}

#[test]
fn the_gradient_is_the_transposed_jacobian() {
    let m = exact_matrix();
    for (seed, n) in COUNTS.into_iter().enumerate().skip(1) {
        let pixels: Vec<f32> = pseudo_random(seed as u64, 3 * n).iter().map(|x| 0.5 + 0.5 * x).collect();
        let dpixels = pseudo_random(seed as u64 + 100, 3 * n);
        let (mut expected, mut bound) = (vec![0.0; 3 * n], vec![0.0; 3 * n]);
        for i in 0..n {
            for c in 0..3 {
                for r in 0..3 {
                    let s = f64::from(pixels[3 * i + r]);
                    let term = m[r][c] * f64::from(dpixels[3 * i + r]) * s * (1.0 - s);
                    expected[c * n + i] += term;
                    // Three roundings in (1 - s), ds (1 - s) and the last product, one in the matrix, three in the sum.
                    bound[c * n + i] += gamma(7) * term.abs();
                }
            }
        }
        for isa in Isa::supported() {
            let mut planes = poisoned(3 * n);
            squash_colors_gradient(isa, &pixels, &dpixels, &mut planes);
            assert_within_bound(&planes, &expected, &bound, isa.name());
        }
    }
}

#[test]
fn infinite_planes_saturate_and_nan_stays_in_its_pixel() {
    // The first plane is lightness: its infinity saturates all three colors of its pixel.
    let planes = [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    for isa in Isa::supported() {
        let mut pixels = poisoned(9);
        squash_colors(isa, &planes, &mut pixels);
        assert_eq!(pixels[..6], [1.0, 1.0, 1.0, 0.0, 0.0, 0.0], "{isa}");
        assert!(pixels[6..].iter().all(|s| s.is_nan()), "{isa}");
    }
}

#[test]
fn the_matrix_is_the_definition_rounded_once() {
    let exact = exact_matrix();
    for (row, exact) in color_matrix().iter().zip(&exact) {
        for (found, exact) in row.iter().zip(exact) {
            // Half an ULP of the single, and a few of the double.
            assert!((f64::from(*found) - exact).abs() <= gamma(1) * exact.abs(), "{found} or {exact}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn normalisation_subtracts_then_divides(
        (top, left, height, width) in (-2..3_isize, -2..3_isize, 1..4_usize, 1..40_usize),
        seed in any::<u64>(),
    ) {
        let region = Region { top, left, height, width };
        let (held, to) = (region.grown(1), region.grown(2));
        let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
        let colors = Normalisation { mean, std };
        let x = pseudo_random(seed, held.positions() * 3);
        let dx = pseudo_random(seed + 1, to.positions() * 3);
        for isa in Isa::supported() {
            let (mut y, mut sum) = (poisoned(to.positions() * 3), dx.clone());
            colors.apply(isa, region, Window::new(&x, held, 3), &mut WindowMut::new(&mut y, to, 3));
            colors.gradient(isa, region, Window::new(&x, held, 3), &mut WindowMut::new(&mut sum, to, 3));
            let (from, before) = (Window::new(&x, held, 3), Window::new(&dx, to, 3));
            let (y, sum) = (Window::new(&y, to, 3), Window::new(&sum, to, 3));
            for row in to.top..to.bottom() {
                for column in to.left..to.right() {
                    let inside = region.contains(&Region::position(row, column));
                    for c in 0..3 {
                        let (y, sum) = (y.pixel(row, column)[c], sum.pixel(row, column)[c]);
                        let before = before.pixel(row, column)[c];
                        if inside {
                            let x = from.pixel(row, column)[c];
                            prop_assert_eq!(y, (x - mean[c]) / std[c]);
                            prop_assert_eq!(sum, before + x / std[c]);
                        } else {
                            prop_assert!(y.is_nan());
                            prop_assert_eq!(sum, before);
                        }
                    }
                }
            }
        }
    }
}
