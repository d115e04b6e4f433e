//! Bilinear resizing.

use crate::{Resampling, adjoint_of, assert_bits_do_not_depend_on_company, forward_of, operands, part, rounded, whole};
use kernels::resample::{Alignment, ResizePlan};
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use reference::Map;
use testkit::{assert_same_bits, assert_within_bound, gamma, poisoned, pseudo_random, wild_values};

#[derive(Debug)]
struct Resize {
    from: (usize, usize),
    to: (usize, usize),
    alignment: Alignment,
    channels: usize,
    plan: ResizePlan,
}

impl Resize {
    fn new(from: (usize, usize), to: (usize, usize), alignment: Alignment, channels: usize) -> Resize {
        let plan = ResizePlan::new(from, to, alignment);
        Resize { from, to, alignment, channels, plan }
    }

    fn twin_alignment(&self) -> reference::Alignment {
        match self.alignment {
            Alignment::Corners => reference::Alignment::Corners,
            Alignment::HalfPixel => reference::Alignment::HalfPixel,
        }
    }

    /// How far the twin's own coordinates may be off, for values below one: a weight by less than 4 (n + m) 2^-53 along
    /// each axis, in at most nine products.
    fn coordinate_slack(&self) -> f64 {
        (self.from.0 + self.from.1 + self.to.0 + self.to.1) as f64 * 2_f64.powi(-46)
    }

    /// The taps of a row or column by the definition: the exact fraction read, and two weights rounded once.
    fn taps(&self, i: usize, from: usize, to: usize) -> [(usize, f32); 2] {
        let (numerator, denominator) = match self.alignment {
            Alignment::Corners if to == 1 => (0, 1),
            Alignment::Corners => (i * (from - 1), to - 1),
            Alignment::HalfPixel => (((2 * i + 1) * from).saturating_sub(to), 2 * to),
        };
        let (low, high) = (numerator / denominator, (numerator / denominator + 1).min(from - 1));
        let rest = (numerator % denominator) as f64 / denominator as f64;
        let other = (denominator - numerator % denominator) as f64 / denominator as f64;
        [(low, rounded(other)), (high, rounded(rest))]
    }
}

impl Resampling for Resize {
    fn from(&self) -> (usize, usize) {
        self.from
    }

    fn to(&self) -> (usize, usize) {
        self.to
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn input_region(&self, region: Region) -> Region {
        self.plan.input_region(region)
    }

    fn forward(&self, isa: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        let mut scratch = poisoned(self.plan.part(region).scratch(self.channels));
        self.plan.part(region).apply(isa, x, &mut scratch, y);
    }

    fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        let mut scratch = poisoned(self.plan.part(region).scratch(self.channels));
        self.plan.part(region).adjoint(isa, dy, &mut scratch, dx);
    }
}

fn cases() -> impl Strategy<Value = Resize> {
    let size = || (1_usize..14, 1_usize..14);
    let channels = prop::sample::select(vec![1_usize, 2, 3, 16, 17]);
    let alignment = prop::sample::select(vec![Alignment::Corners, Alignment::HalfPixel]);
    (size(), size(), alignment, channels)
        .prop_map(|(from, to, alignment, channels)| Resize::new(from, to, alignment, channels))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_blended_before_columns_with_weights_rounded_once(case in cases(), values in wild_values(61)) {
        let (x, _) = operands(&case, &values);
        let y = forward_of(&case, Isa::best(), &x, whole(case.to), 0);
        let at = |row: usize, column: usize, c: usize| x[(row * case.from.1 + column) * case.channels + c];
        let between = |[(_, low), (_, high)]: [(usize, f32); 2], a: f32, b: f32| b.mul_add(high, a * low);
        let mut expected = Vec::new();
        for i in 0..case.to.0 {
            let rows = case.taps(i, case.from.0, case.to.0);
            for j in 0..case.to.1 {
                let columns = case.taps(j, case.from.1, case.to.1);
                for c in 0..case.channels {
                    let [left, right] = columns.map(|(l, _)| between(rows, at(rows[0].0, l, c), at(rows[1].0, l, c)));
                    expected.push(between(columns, left, right));
                }
            }
        }
        assert_same_bits(&y, &expected, "values");
    }

    #[test]
    fn the_adjoint_gathers_columns_before_it_spreads_rows(case in cases(), values in wild_values(61)) {
        let (_, dy) = operands(&case, &values);
        let dx = adjoint_of(&case, Isa::best(), &dy, whole(case.to), (0.5, 0));
        let row = case.from.1 * case.channels;
        let mut expected = vec![0.5; case.from.0 * row];
        for i in 0..case.to.0 {
            let mut gathered = vec![0.0_f32; row];
            for j in 0..case.to.1 {
                for (l, weight) in case.taps(j, case.from.1, case.to.1) {
                    for c in 0..case.channels {
                        let gathered = &mut gathered[l * case.channels + c];
                        *gathered = dy[(i * case.to.1 + j) * case.channels + c].mul_add(weight, *gathered);
                    }
                }
            }
            for (k, weight) in case.taps(i, case.from.0, case.to.0) {
                for (sum, gathered) in expected[k * row..][..row].iter_mut().zip(&gathered) {
                    *sum = gathered.mul_add(weight, *sum);
                }
            }
        }
        // Columns that no output reads get a zero from the loop above, and are left alone by the kernel: the same bits.
        assert_same_bits(&dx, &expected, "values");
    }

    #[test]
    fn bits_depend_neither_on_region_nor_on_instruction_set(
        case in cases(), values in wild_values(61), at: [usize; 4], reach in 0_usize..3,
    ) {
        assert_bits_do_not_depend_on_company(&case, &values, (part(case.to, at), reach));
    }
}

#[test]
fn the_recipes_sizes_are_the_twins_within_the_bound() {
    for (from, to, alignment) in [
        (224, 213, Alignment::Corners),
        (224, 236, Alignment::Corners),
        (112, 224, Alignment::HalfPixel),
        (224, 112, Alignment::HalfPixel),
    ] {
        // Rows are resized like columns, so a few of them will do.
        let case = Resize::new((5, from), (7, to), alignment, 3);
        let (x, _) = operands(&case, &pseudo_random(7, 997));
        let y = forward_of(&case, Isa::best(), &x, whole(case.to), 0);
        let x = Map::from_f32((5, from, 3), &x);
        let exact = reference::resize_bilinear(&x, case.to, case.twin_alignment());
        let sums = reference::resize_bilinear(&x.map(f64::abs), case.to, case.twin_alignment());
        let bound: Vec<f64> = sums.data.iter().map(|s| gamma(6) * s + case.coordinate_slack()).collect();
        assert_within_bound(&y, &exact.data, &bound, &format!("{from} to {to}"));
    }
}

#[test]
#[should_panic(expected = "lacks part of")]
fn a_window_that_lacks_part_of_what_is_read_is_refused() {
    let case = Resize::new((4, 4), (4, 4), Alignment::Corners, 1);
    let narrow = Region::whole(4, 3);
    let mut y = [0.0; 16];
    case.forward(
        Isa::best(),
        whole((4, 4)),
        Window::new(&[0.0; 12], narrow, 1),
        &mut WindowMut::new(&mut y, whole((4, 4)), 1),
    );
}
