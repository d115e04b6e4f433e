//! Rotation.

use crate::{
    Resampling, adjoint_of, assert_adjoint, assert_bits_do_not_depend_on_company, forward_of, operands, part,
    positions, rounded, whole,
};
use kernels::elementary::cos_sin_fraction;
use kernels::resample::Rotation;
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use reference::Map;
use testkit::{assert_same_bits, assert_within_bound, gamma, pseudo_random, underflow_slack, wild_values};

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

    /// How far coordinates may be off, times how steep a bilinear picture of values below one can be: twice 32 (h + w)
    /// 2^-53, as cosines are within 2 ULP and each product and sum is rounded, at a slope of at most two along each
    /// axis.
    fn coordinate_slack(&self) -> f64 {
        (self.size.0 + self.size.1) as f64 * 2_f64.powi(-45)
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

    fn map(&self, values: &[f32]) -> Map {
        Map::from_f32((self.size.0, self.size.1, 3), values)
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
    fn a_rotation_is_the_twins_within_its_bound(case in cases(), seed: u64) {
        let (x, _) = operands(&case, &pseudo_random(seed, 101));
        let y = forward_of(&case, Isa::best(), &x, whole(case.size), 0);
        let run = |x: &Map| reference::rotate(x, f64::from(case.degrees));
        let (exact, sums) = (run(&case.map(&x)), run(&case.map(&x).map(f64::abs)));
        // A weight and four fused additions.
        let bound: Vec<f64> = sums.data.iter()
            .map(|s| gamma(5) * s + case.coordinate_slack() + underflow_slack(5)).collect();
        assert_within_bound(&y, &exact.data, &bound, &format!("{case:?}"));
    }

    #[test]
    fn the_adjoint_is_the_twins_within_its_bound(case in cases(), seed: u64) {
        let (_, dy) = operands(&case, &pseudo_random(seed, 101));
        let dx = adjoint_of(&case, Isa::best(), &dy, whole(case.size), (0.0, 0));
        let run = |dy: &Map| reference::rotate_adjoint(dy, f64::from(case.degrees));
        let (exact, sums) = (run(&case.map(&dy)), run(&case.map(&dy).map(f64::abs)));
        // The outputs that read a pixel lie in a square of side two turned by the angle, whose diagonal is less than three:
        // at most nine of them. A weight, and a fused addition for each.
        let bound: Vec<f64> = sums.data.iter()
            .map(|s| gamma(10) * s + 9.0 * case.coordinate_slack() + underflow_slack(10)).collect();
        assert_within_bound(&dx, &exact.data, &bound, &format!("{case:?}"));
    }

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

    #[test]
    fn the_adjoint_identity_holds(case in cases(), seed: u64) {
        // Four additions one way, at most nine the other.
        assert_adjoint(&case, &pseudo_random(seed, 101), 9);
    }

    #[test]
    fn whole_turns_change_nothing(size in (1_usize..17, 1_usize..17), turns in -2_i32..3, seed: u64) {
        let case = Rotate::new(size, 360 * turns);
        let (x, _) = operands(&case, &pseudo_random(seed, 101));
        assert_same_bits(&forward_of(&case, Isa::best(), &x, whole(size), 0), &x, "values");
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
