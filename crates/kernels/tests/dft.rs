//! The windowed Fourier transform against the double sum that defines it, on every instruction set, for every window.

use kernels::dft::WindowDft;
use kernels::{Isa, Region};
use proptest::prelude::*;
use std::f64::consts::{SQRT_2, TAU};
use testkit::{assert_same_bits, assert_within_bound, gamma, poisoned, pseudo_random};

/// The size of an image, and a window of it.
#[derive(Clone, Copy, Debug)]
struct Case {
    height: usize,
    width: usize,
    window: Region,
    seed: u64,
}

/// Where something lies in memory, and its two coordinates.
type Place = (usize, (usize, usize));

impl Case {
    fn whole(self) -> Case {
        Case { window: Region::whole(self.height, self.width), ..self }
    }

    fn columns(self) -> usize {
        self.width / 2 + 1
    }

    fn spectrum(self) -> Vec<f32> {
        pseudo_random(self.seed, self.height * self.columns() * 2)
    }

    fn picture(self) -> Vec<f32> {
        pseudo_random(self.seed ^ 1, self.window.positions())
    }

    fn inverse(self, isa: Isa, spectrum: &[f32]) -> Vec<f32> {
        let dft = WindowDft::new(self.height, self.width, self.window);
        let mut image = poisoned(self.window.positions());
        dft.inverse(isa, spectrum, &mut poisoned(dft.scratch()), &mut image);
        image
    }

    fn adjoint(self, isa: Isa, image: &[f32]) -> Vec<f32> {
        let dft = WindowDft::new(self.height, self.width, self.window);
        let mut spectrum = poisoned(dft.spectrum_length());
        dft.adjoint(isa, image, &mut poisoned(dft.scratch()), &mut spectrum);
        spectrum
    }

    /// How the image at (i, j) depends on the real and the imaginary part of the spectrum at (v, u), and the largest
    /// that the products of the four factors' parts, which the transform sums, can be: of each factor, a cosine and a
    /// sine.
    fn coefficients(self, (i, j): (usize, usize), (v, u): (usize, usize)) -> ([f64; 2], f64) {
        let size = |n: usize| n as f64;
        let weight = if u == 0 || 2 * u == self.width { 1.0 } else { 2.0 } / size(self.height * self.width).sqrt();
        let along = |frequency: usize, at: usize, n: usize| TAU * size((frequency * at) % n) / size(n);
        let angle = along(v, i, self.height) + along(u, j, self.width);
        ([weight * angle.cos(), -weight * angle.sin()], weight * SQRT_2.powi(4))
    }

    /// Every pair of a position of the window and a frequency, with their places in memory.
    fn pairs(self) -> impl Iterator<Item = (Place, Place)> {
        let columns = self.columns();
        let (top, left) = (self.window.top.unsigned_abs(), self.window.left.unsigned_abs());
        (0..self.window.positions()).flat_map(move |at| {
            let position = (top + at / self.window.width, left + at % self.window.width);
            (0..self.height * columns).map(move |f| ((at, position), (f, (f / columns, f % columns))))
        })
    }

    /// Roundings on the way from an operand to a result: of the weight and its product, of the four bases' elements,
    /// and along four chains. Whatever the factors of a length n are, they and the two parts of a complex number
    /// make chains of no more than 2 (n + 1) together; the zeros that fill up lanes round nothing.
    fn roundings(self) -> usize {
        6 + 2 * (self.width + 1) + 2 * (self.height + 1)
    }

    /// What a term may be off: the roundings, and the library's cosines in this test, a few units of double precision.
    fn bound(self, magnitude: f64, x: f64) -> f64 {
        x.abs() * (gamma(self.roundings()) * magnitude + 16.0 * f64::EPSILON)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let size = || prop::sample::select(vec![1_usize, 2, 3, 4, 5, 7, 8, 13, 16, 17, 33, 36, 48]);
    (size(), size(), any::<[prop::sample::Index; 4]>(), any::<u64>()).prop_map(|(height, width, [a, b, c, d], seed)| {
        let (top, left) = (a.index(height), b.index(width));
        let window = Region {
            top: top.cast_signed(),
            left: left.cast_signed(),
            height: 1 + c.index(height - top),
            width: 1 + d.index(width - left),
        };
        Case { height, width, window, seed }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_inverse_is_the_double_sum(case in cases()) {
        let spectrum = case.spectrum();
        let (mut expected, mut bound) = (vec![0.0; case.window.positions()], vec![0.0; case.window.positions()]);
        for ((at, position), (f, frequency)) in case.pairs() {
            let (coefficients, magnitude) = case.coefficients(position, frequency);
            for part in 0..2 {
                let s = f64::from(spectrum[2 * f + part]);
                expected[at] += coefficients[part] * s;
                bound[at] += case.bound(magnitude, s);
            }
        }
        for isa in Isa::supported() {
            assert_within_bound(&case.inverse(isa, &spectrum), &expected, &bound, isa.name());
        }
    }

    #[test]
    fn the_adjoint_is_the_transposed_sum(case in cases()) {
        let image = case.picture();
        let length = case.height * case.columns() * 2;
        let (mut expected, mut bound) = (vec![0.0; length], vec![0.0; length]);
        for ((at, position), (f, frequency)) in case.pairs() {
            let (coefficients, magnitude) = case.coefficients(position, frequency);
            for part in 0..2 {
                expected[2 * f + part] += coefficients[part] * f64::from(image[at]);
                bound[2 * f + part] += case.bound(magnitude, f64::from(image[at]));
            }
        }
        for isa in Isa::supported() {
            assert_within_bound(&case.adjoint(isa, &image), &expected, &bound, isa.name());
        }
    }

    #[test]
    fn any_window_equals_that_part_of_the_whole_image(case in cases()) {
        let spectrum = case.spectrum();
        let whole = case.whole().inverse(Isa::best(), &spectrum);
        let (top, left) = (case.window.top.unsigned_abs(), case.window.left.unsigned_abs());
        let part: Vec<f32> = (0..case.window.positions())
            .map(|at| whole[(top + at / case.window.width) * case.width + left + at % case.window.width])
            .collect();
        for isa in Isa::supported() {
            assert_same_bits(&case.inverse(isa, &spectrum), &part, isa.name());
        }
    }

    #[test]
    fn the_adjoint_of_a_window_equals_that_of_the_whole_image_with_zeros_around_it(case in cases()) {
        let image = case.picture();
        let (top, left) = (case.window.top.unsigned_abs(), case.window.left.unsigned_abs());
        let mut whole = vec![0.0; case.height * case.width];
        for (at, value) in image.iter().enumerate() {
            whole[(top + at / case.window.width) * case.width + left + at % case.window.width] = *value;
        }
        let expected = case.whole().adjoint(Isa::best(), &whole);
        for isa in Isa::supported() {
            assert_same_bits(&case.adjoint(isa, &image), &expected, isa.name());
        }
    }

    #[test]
    fn the_inverse_and_its_adjoint_give_the_same_inner_product(case in cases()) {
        let (spectrum, image) = (case.spectrum(), case.picture());
        let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
        let forward = dot(&case.inverse(Isa::best(), &spectrum), &image);
        let backward = dot(&spectrum, &case.adjoint(Isa::best(), &image));
        // Either side is off by its own bound, weighted with the other vector.
        let bound: f64 = case.pairs()
            .map(|((at, position), (f, frequency))| {
                let (_, magnitude) = case.coefficients(position, frequency);
                let terms = (0..2).map(|part| case.bound(magnitude, f64::from(spectrum[2 * f + part])));
                2.0 * f64::from(image[at]).abs() * terms.sum::<f64>()
            })
            .sum();
        prop_assert!((forward - backward).abs() <= bound, "{} or {}, bound {}", forward, backward, bound);
    }
}

#[test]
fn the_scratch_may_hold_anything() {
    let case = Case { height: 9, width: 20, window: Region::between(2, 3, 8, 20), seed: 4 };
    let dft = WindowDft::new(case.height, case.width, case.window);
    let (mut scratch, spectrum, image) = (poisoned(dft.scratch()), case.spectrum(), case.picture());
    let (mut out, mut back) = (poisoned(case.window.positions()), poisoned(spectrum.len()));
    // NaN through both directions leaves NaN in every buffer.
    dft.inverse(Isa::best(), &poisoned(spectrum.len()), &mut scratch, &mut out);
    dft.adjoint(Isa::best(), &poisoned(image.len()), &mut scratch, &mut back);
    dft.inverse(Isa::best(), &spectrum, &mut scratch, &mut out);
    dft.adjoint(Isa::best(), &image, &mut scratch, &mut back);
    assert_same_bits(&out, &case.inverse(Isa::best(), &spectrum), "inverse");
    assert_same_bits(&back, &case.adjoint(Isa::best(), &image), "adjoint");
}

#[test]
#[should_panic(expected = "a window")]
fn a_window_beyond_the_image_is_refused() {
    let _ = WindowDft::new(8, 8, Region::between(4, 4, 9, 8));
}
