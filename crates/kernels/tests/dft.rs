//! The Fourier transform of a window. What is true of every such transform is a law (`crates/laws`).

use kernels::dft::WindowDft;
use kernels::{Isa, Region};
use proptest::prelude::*;
use testkit::{assert_same_bits, poisoned, pseudo_random};

/// The size of an image, and a window of it.
#[derive(Clone, Copy, Debug)]
struct Case {
    height: usize,
    width: usize,
    window: Region,
    seed: u64,
}

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
