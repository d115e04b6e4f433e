//! The orders of sums of bilinear resizing and rotation, and what they refuse. What is true of every resampling is a law
//! (`crates/laws`).

use kernels::elementary::cos_sin_fraction;
use kernels::resample::{Alignment, Reflection, ResizePlan, Rotation, Translation};
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use testkit::{assert_same_bits, poisoned, pseudo_random, wild_values};

/// `len` values that go round and round.
fn cycled(values: &[f32], len: usize) -> Vec<f32> {
    values.iter().copied().cycle().take(len).collect()
}

/// Rounds to single precision.
#[expect(clippy::cast_possible_truncation, reason = "the rounding under test")]
fn rounded(value: f64) -> f32 {
    value as f32
}

#[derive(Clone, Copy, Debug)]
struct Resize {
    from: (usize, usize),
    to: (usize, usize),
    alignment: Alignment,
    channels: usize,
}

impl Resize {
    fn plan(&self) -> ResizePlan {
        ResizePlan::new(self.from, self.to, self.alignment)
    }

    fn maps(&self) -> [Region; 2] {
        [self.from, self.to].map(|(rows, columns)| Region::whole(rows, columns))
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

    /// Rows are blended before columns, with weights rounded once.
    fn assert_forward(&self, values: &[f32]) {
        let [from, to] = self.maps();
        let x = cycled(values, from.positions() * self.channels);
        let at = |row: usize, column: usize, c: usize| x[(row * self.from.1 + column) * self.channels + c];
        let between = |[(_, low), (_, high)]: [(usize, f32); 2], a: f32, b: f32| b.mul_add(high, a * low);
        let mut expected = Vec::new();
        for i in 0..self.to.0 {
            let rows = self.taps(i, self.from.0, self.to.0);
            for j in 0..self.to.1 {
                let columns = self.taps(j, self.from.1, self.to.1);
                for c in 0..self.channels {
                    let [left, right] = columns.map(|(l, _)| between(rows, at(rows[0].0, l, c), at(rows[1].0, l, c)));
                    expected.push(between(columns, left, right));
                }
            }
        }
        let (plan, mut y) = (self.plan(), poisoned(expected.len()));
        let (resize, x) = (plan.part(to), Window::new(&x, from, self.channels));
        let mut scratch = poisoned(resize.scratch(self.channels));
        resize.apply(Isa::best(), x, &mut scratch, &mut WindowMut::new(&mut y, to, self.channels));
        assert_same_bits(&y, &expected, &format!("{self:?}"));
    }

    /// The adjoint gathers columns before it spreads rows, and adds to what is there.
    fn assert_adjoint(&self, values: &[f32]) {
        let [from, to] = self.maps();
        let dy = cycled(values, to.positions() * self.channels);
        let row = self.from.1 * self.channels;
        let mut expected = vec![0.5; self.from.0 * row];
        for i in 0..self.to.0 {
            let mut gathered = vec![0.0_f32; row];
            for j in 0..self.to.1 {
                for (l, weight) in self.taps(j, self.from.1, self.to.1) {
                    for c in 0..self.channels {
                        let gathered = &mut gathered[l * self.channels + c];
                        *gathered = dy[(i * self.to.1 + j) * self.channels + c].mul_add(weight, *gathered);
                    }
                }
            }
            for (k, weight) in self.taps(i, self.from.0, self.to.0) {
                for (sum, gathered) in expected[k * row..][..row].iter_mut().zip(&gathered) {
                    *sum = gathered.mul_add(weight, *sum);
                }
            }
        }
        let (plan, mut dx) = (self.plan(), vec![0.5; expected.len()]);
        let (resize, dy) = (plan.part(to), Window::new(&dy, to, self.channels));
        let mut scratch = poisoned(resize.scratch(self.channels));
        resize.adjoint(Isa::best(), dy, &mut scratch, &mut WindowMut::new(&mut dx, from, self.channels));
        // Columns that no output reads get a zero from the loop above, and are left alone by the kernel: the same bits.
        assert_same_bits(&dx, &expected, &format!("{self:?}"));
    }
}

fn resizes() -> impl Strategy<Value = Resize> {
    let size = || (1_usize..14, 1_usize..14);
    let channels = prop::sample::select(vec![1_usize, 2, 3, 16, 17]);
    let alignment = prop::sample::select(vec![Alignment::Corners, Alignment::HalfPixel]);
    (size(), size(), alignment, channels).prop_map(|(from, to, alignment, channels)| Resize {
        from,
        to,
        alignment,
        channels,
    })
}

/// Where the pixels that an output of a rotation reads begin in a whole map, and their weights, by the definition.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers inside the map")]
fn taps((rows, columns): (usize, usize), degrees: i32, output: usize) -> Vec<(usize, f32)> {
    let (cos, sin) = cos_sin_fraction(degrees.into(), 360);
    let (height, width) = (rows as f64, columns as f64);
    let (cy, cx) = ((height - 1.0) / 2.0, (width - 1.0) / 2.0);
    let (dy, dx) = ((output / columns) as f64 - cy, (output % columns) as f64 - cx);
    let row = sin.mul_add(dx, cos.mul_add(dy, cy));
    let column = (-sin).mul_add(dy, cos.mul_add(dx, cx));
    let (top, left) = (row.floor(), column.floor());
    let (down, right) = (row - top, column - left);
    let mut taps = Vec::new();
    for (k, vertical) in [(top, 1.0 - down), (top + 1.0, down)] {
        for (l, horizontal) in [(left, 1.0 - right), (left + 1.0, right)] {
            if k >= 0.0 && l >= 0.0 && k < height && l < width {
                taps.push(((k * width + l) as usize * 3, rounded(vertical * horizontal)));
            }
        }
    }
    taps
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_blended_before_columns_and_gathered_after_them(case in resizes(), values in wild_values(61)) {
        case.assert_forward(&values);
        case.assert_adjoint(&values);
    }

    #[test]
    fn four_products_of_a_rotation_are_added_in_order_from_zero_and_their_adjoints_too(
        size in (1_usize..17, 1_usize..40),
        degrees in prop_oneof![-5_i32..=5, -400_i32..=400, prop::sample::select(vec![-90, 0, 45, 90, 180])],
        values in wild_values(61),
    ) {
        let map = Region::whole(size.0, size.1);
        let (x, rotation) = (cycled(&values, map.positions() * 3), Rotation::new(size, degrees));
        let (mut y, mut expected) = (poisoned(x.len()), Vec::new());
        let (mut dx, mut sums) = (vec![0.5; x.len()], vec![0.5_f32; x.len()]);
        for (output, dy) in x.chunks(3).enumerate() {
            let mut value = [0.0_f32; 3];
            for (at, weight) in taps(size, degrees, output) {
                (0..3).for_each(|c| value[c] = x[at + c].mul_add(weight, value[c]));
                (0..3).for_each(|c| sums[at + c] = dy[c].mul_add(weight, sums[at + c]));
            }
            expected.extend(value);
        }
        rotation.rotate(Isa::best(), map, Window::new(&x, map, 3), &mut WindowMut::new(&mut y, map, 3));
        rotation.adjoint(Isa::best(), map, Window::new(&x, map, 3), &mut WindowMut::new(&mut dx, map, 3));
        assert_same_bits(&y, &expected, &format!("{size:?} by {degrees}"));
        assert_same_bits(&dx, &sums, &format!("adjoint, {size:?} by {degrees}"));
    }
}

#[test]
fn so_are_the_recipes_sizes() {
    for (from, to, alignment) in [
        (224, 213, Alignment::Corners),
        (224, 236, Alignment::Corners),
        (112, 224, Alignment::HalfPixel),
        (224, 112, Alignment::HalfPixel),
    ] {
        // Rows are resized like columns, so a few of them will do.
        let case = Resize { from: (5, from), to: (7, to), alignment, channels: 3 };
        case.assert_forward(&pseudo_random(7, 997));
        case.assert_adjoint(&pseudo_random(8, 997));
    }
}

#[test]
#[should_panic(expected = "reflects a map of (4, 3) only once")]
fn a_margin_as_large_as_the_map_is_refused() {
    let (map, one) = (Region::whole(4, 3), Region::whole(1, 1));
    let x = Window::new(&[1.0; 12], map, 1);
    Reflection { size: (4, 3), margin: 3 }.pad(one, x, &mut WindowMut::new(&mut [0.0], one, 1));
}

/// What each of them says of a window that lacks part of what it reads.
#[test]
fn a_window_that_lacks_part_of_what_is_read_is_refused() {
    let (all, narrow) = (Region::whole(4, 4), Region::whole(4, 3));
    let said = |run: &dyn Fn(Window<'_>, &mut WindowMut<'_>)| {
        let run = || run(Window::new(&[0.0; 36], narrow, 3), &mut WindowMut::new(&mut [0.0; 48], all, 3));
        let said = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
        assert!(said.downcast_ref::<String>().unwrap().contains("lacks part of"), "{said:?}");
    };
    said(&|x, y| Translation { map: all, down: 0, right: 0 }.apply(all, x, y));
    said(&|x, y| {
        let plan = ResizePlan::new((4, 4), (4, 4), Alignment::Corners);
        plan.part(all).apply(Isa::best(), x, &mut [0.0; 64], y);
    });
    // Half a turn reads the right for the left.
    said(&|x, y| Rotation::new((4, 4), 180).rotate(Isa::best(), narrow, x, y));
}
