//! Rotation.

use crate::{
    Resampling, adjoint_of, assert_bits_do_not_depend_on_company, forward_of, operands, part, positions, rounded, whole,
};
use kernels::elementary::cos_sin_fraction;
use kernels::resample::Rotation;
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use testkit::{assert_same_bits, wild_values};

#[derive(Debug)]
struct Rotate {
    size: (usize, usize),
    degrees: i32,
    rotation: Rotation,
}

impl Rotate {
    fn new(size: (usize, usize), degrees: i32) -> Rotate {
        Rotate { size, degrees, rotation: Rotation::new(size, degrees) }
    }

    /// Where the pixels that an output reads begin in a whole map, and their weights, by the definition.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers inside the map")]
    fn taps(&self, (i, j): (isize, isize)) -> Vec<(usize, f32)> {
        let (cos, sin) = cos_sin_fraction(self.degrees.into(), 360);
        let (height, width) = (self.size.0 as f64, self.size.1 as f64);
        let (cy, cx) = ((height - 1.0) / 2.0, (width - 1.0) / 2.0);
        let (dy, dx) = (i as f64 - cy, j as f64 - cx);
        let row = sin.mul_add(dx, cos.mul_add(dy, cy));
        let column = (-sin).mul_add(dy, cos.mul_add(dx, cx));
        let (top, left) = (row.floor(), column.floor());
        let (down, right) = (row - top, column - left);
        let mut taps = Vec::new();
        for (k, vertical) in [(top, 1.0 - down), (top + 1.0, down)] {
            for (l, horizontal) in [(left, 1.0 - right), (left + 1.0, right)] {
                if k >= 0.0 && l >= 0.0 && k < height && l < width {
                    let at = (k * width + l) as usize * 3;
                    taps.push((at, rounded(vertical * horizontal)));
                }
            }
        }
        taps
    }
}

impl Resampling for Rotate {
    fn from(&self) -> (usize, usize) {
        self.size
    }

    fn to(&self) -> (usize, usize) {
        self.size
    }

    fn channels(&self) -> usize {
        3
    }

    fn input_region(&self, region: Region) -> Region {
        self.rotation.input_region(region)
    }

    fn forward(&self, isa: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        self.rotation.rotate(isa, region, x, y);
    }

    fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        self.rotation.adjoint(isa, region, dy, dx);
    }
}

fn cases() -> impl Strategy<Value = Rotate> {
    let degrees = prop_oneof![-5_i32..=5, -400_i32..=400, prop::sample::select(vec![-90, 0, 45, 90, 180])];
    ((1_usize..17, 1_usize..40), degrees).prop_map(|(size, degrees)| Rotate::new(size, degrees))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn four_products_are_added_in_order_from_zero(case in cases(), values in wild_values(61)) {
        let (x, _) = operands(&case, &values);
        let y = forward_of(&case, Isa::best(), &x, whole(case.size), 0);
        let mut expected = Vec::new();
        for position in positions(whole(case.size)) {
            let mut sums = [0.0_f32; 3];
            for (at, weight) in case.taps(position) {
                (0..3).for_each(|c| sums[c] = x[at + c].mul_add(weight, sums[c]));
            }
            expected.extend(sums);
        }
        assert_same_bits(&y, &expected, &format!("{case:?}"));
    }

    #[test]
    fn the_adjoint_adds_each_output_to_its_four_pixels_in_order(case in cases(), values in wild_values(61)) {
        let (_, dy) = operands(&case, &values);
        let dx = adjoint_of(&case, Isa::best(), &dy, whole(case.size), (0.5, 0));
        let mut expected = vec![0.5_f32; dy.len()];
        for (position, dy) in positions(whole(case.size)).zip(dy.chunks(3)) {
            for (at, weight) in case.taps(position) {
                (0..3).for_each(|c| expected[at + c] = dy[c].mul_add(weight, expected[at + c]));
            }
        }
        assert_same_bits(&dx, &expected, &format!("{case:?}"));
    }

    #[test]
    fn bits_depend_neither_on_region_nor_on_instruction_set(
        case in cases(), values in wild_values(61), at: [usize; 4], reach in 0_usize..3,
    ) {
        assert_bits_do_not_depend_on_company(&case, &values, (part(case.size, at), reach));
    }
}

#[test]
#[should_panic(expected = "lacks part of")]
fn a_window_that_lacks_part_of_what_is_read_is_refused() {
    let case = Rotate::new((4, 4), 180);
    let mut y = [0.0; 48];
    let top = Region::whole(2, 4);
    let mut target = WindowMut::new(&mut y, whole((4, 4)), 3);
    // Half a turn reads the bottom for the top.
    case.forward(Isa::best(), top, Window::new(&[0.0; 24], top, 3), &mut target);
}
