//! Translation and reflection: they copy, so forward they are exact.

use crate::{
    Resampling, adjoint_of, assert_bits_do_not_depend_on_company, cycled, forward_of, operands, part, positions, whole,
};
use kernels::resample::{Reflection, Translation};
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use reference::{Map, Padding};
use testkit::{poisoned, pseudo_random, widened, wild_values};

#[derive(Clone, Copy, Debug)]
struct Translate {
    from: (usize, usize),
    to: (usize, usize),
    shift: (isize, isize),
    channels: usize,
}

impl Translate {
    fn translation(&self) -> Translation {
        Translation { map: whole(self.from), down: self.shift.0, right: self.shift.1 }
    }
}

impl Resampling for Translate {
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
        region.shifted(-self.shift.0, -self.shift.1).intersection(&whole(self.from))
    }

    fn forward(&self, _: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        self.translation().apply(region, x, y);
    }

    fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        self.translation().adjoint(isa, region, dy, dx);
    }
}

#[derive(Clone, Copy, Debug)]
struct Reflect {
    from: (usize, usize),
    margin: usize,
    channels: usize,
}

impl Reflect {
    fn reflection(&self) -> Reflection {
        Reflection { size: self.from, margin: self.margin }
    }
}

impl Resampling for Reflect {
    fn from(&self) -> (usize, usize) {
        self.from
    }

    fn to(&self) -> (usize, usize) {
        (self.from.0 + 2 * self.margin, self.from.1 + 2 * self.margin)
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn input_region(&self, region: Region) -> Region {
        self.reflection().input_region(region)
    }

    fn forward(&self, _: Isa, region: Region, x: Window<'_>, y: &mut WindowMut<'_>) {
        self.reflection().pad(region, x, y);
    }

    fn adjoint(&self, isa: Isa, region: Region, dy: Window<'_>, dx: &mut WindowMut<'_>) {
        self.reflection().adjoint(isa, region, dy, dx);
    }
}

fn channels() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![1_usize, 3, 16, 17])
}

fn translations() -> impl Strategy<Value = Translate> {
    let size = || (1_usize..9, 1_usize..9);
    (size(), size(), (-10_isize..11, -10_isize..11), channels()).prop_map(|(from, to, shift, channels)| Translate {
        from,
        to,
        shift,
        channels,
    })
}

fn reflections() -> impl Strategy<Value = Reflect> {
    (1_usize..9, 1_usize..9, any::<usize>(), channels()).prop_map(|(height, width, margin, channels)| Reflect {
        from: (height, width),
        margin: margin % height.min(width),
        channels,
    })
}

/// Whole numbers, whose sums are exact.
fn whole_numbers(seed: u64) -> Vec<f32> {
    pseudo_random(seed, 101).iter().map(|v| (v * 64.0).round()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_translation_is_a_crop_of_the_zero_padded_map(case in translations(), seed: u64) {
        let (x, dy) = operands(&case, &whole_numbers(seed));
        let y = forward_of(&case, Isa::best(), &x, whole(case.to), 0);
        let dx = adjoint_of(&case, Isa::best(), &dy, whole(case.to), (0.0, 0));
        // Twenty pixels around are more than any shift and size can ask for.
        let (margin, (height, width)) = (20_usize, case.from);
        let origin = (margin.saturating_add_signed(-case.shift.0), margin.saturating_add_signed(-case.shift.1));
        let padded = reference::pad_zeros(&Map::from_f32((height, width, case.channels), &x), Padding::all(margin));
        prop_assert_eq!(widened(&y), reference::crop(&padded, origin, case.to).data);
        let dy = Map::from_f32((case.to.0, case.to.1, case.channels), &dy);
        let padded = reference::crop_adjoint(&dy, origin, (height + 2 * margin, width + 2 * margin));
        prop_assert_eq!(widened(&dx), reference::pad_zeros_adjoint(&padded, Padding::all(margin)).data);
    }

    #[test]
    fn a_region_beyond_the_map_is_zero(case in translations(), reach in 1_usize..4) {
        let (x, _) = operands(&case, &[1.0]);
        let region = whole(case.from).shifted(case.shift.0, case.shift.1).grown(reach);
        let mut y = poisoned(region.positions() * case.channels);
        let x = Window::new(&x, whole(case.from), case.channels);
        case.forward(Isa::best(), region, x, &mut WindowMut::new(&mut y, region, case.channels));
        let y = Window::new(&y, region, case.channels);
        let moved = whole(case.from).shifted(case.shift.0, case.shift.1);
        for (row, column) in positions(region) {
            let expected = f32::from(u8::from(moved.contains(&Region::position(row, column))));
            prop_assert!(y.pixel(row, column).iter().all(|&v| v == expected), "({}, {})", row, column);
        }
    }

    #[test]
    fn bits_of_a_translation_depend_neither_on_region_nor_on_instruction_set(
        case in translations(), values in wild_values(61), at: [usize; 4], reach in 0_usize..3,
    ) {
        assert_bits_do_not_depend_on_company(&case, &values, (part(case.to, at), reach));
    }

    #[test]
    fn bits_of_a_reflection_depend_neither_on_region_nor_on_instruction_set(
        case in reflections(), values in wild_values(61), at: [usize; 4], reach in 0_usize..3,
    ) {
        assert_bits_do_not_depend_on_company(&case, &values, (part(case.to(), at), reach));
    }
}

#[test]
#[should_panic(expected = "reflects a map of (4, 3) only once")]
fn a_margin_as_large_as_the_map_is_refused() {
    let case = Reflect { from: (4, 3), margin: 3, channels: 1 };
    let x = cycled(&[1.0], 12);
    let _ = forward_of(&case, Isa::best(), &x, whole((1, 1)), 0);
}

#[test]
#[should_panic(expected = "lacks part of")]
fn a_window_that_lacks_part_of_what_is_read_is_refused() {
    let (size, narrow) = ((4, 4), Region::whole(4, 3));
    let mut y = [0.0; 16];
    let x = Window::new(&[0.0; 12], narrow, 1);
    let mut target = WindowMut::new(&mut y, whole(size), 1);
    Translation { map: whole(size), down: 0, right: 0 }.apply(whole(size), x, &mut target);
}
