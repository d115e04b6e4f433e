//! The elementwise steps, on every instruction set, for every region.

use kernels::elementwise::ChannelAffine;
use kernels::{Isa, Region, Window, WindowMut, elementwise};
use proptest::prelude::*;

use testkit::{assert_same_bits, poisoned, pseudo_random, wild_values};

/// Channels, a window of a and one of b, one of y, and a region that all of them hold.
#[derive(Clone, Debug)]
struct Case {
    channels: usize,
    region: Region,
    held: [Region; 3],
    seed: u64,
}

impl Case {
    fn values(&self, of: usize) -> Vec<f32> {
        pseudo_random(self.seed ^ (of as u64 + 1), self.held[of].positions() * self.channels)
    }

    fn window<'a>(&self, of: usize, values: &'a [f32]) -> Window<'a> {
        Window::new(values, self.held[of], self.channels)
    }

    fn poison(&self) -> Vec<f32> {
        poisoned(self.held[2].positions() * self.channels)
    }

    fn output<'a>(&self, y: &'a mut [f32]) -> WindowMut<'a> {
        WindowMut::new(y, self.held[2], self.channels)
    }

    /// The values of the region, in a buffer of window `of`.
    fn inside(&self, of: usize, values: &[f32]) -> Vec<f32> {
        let window = self.window(of, values);
        let mut inside = Vec::new();
        for row in self.region.top..self.region.bottom() {
            for column in self.region.left..self.region.right() {
                inside.extend_from_slice(window.pixel(row, column));
            }
        }
        inside
    }

    /// Checks that nothing but the region was written.
    fn assert_rest_is_poisoned(&self, y: &[f32]) {
        let written = y.iter().filter(|y| !y.is_nan()).count();
        assert_eq!(written, self.region.positions() * self.channels, "values written for {:?}", self.region);
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let margins = prop::array::uniform4(0..3_usize);
    let region = (-3..4_isize, -3..4_isize, 1..5_usize, 1..6_usize).prop_map(|(top, left, height, width)| Region {
        top,
        left,
        height,
        width,
    });
    let channels = prop::sample::select(vec![1_usize, 3, 8, 15, 16, 17, 33]);
    (channels, region, prop::array::uniform3(margins), any::<u64>()).prop_map(|(channels, region, margins, seed)| {
        let held = margins.map(|[above, left, below, right]| {
            let top_left = region.shifted(-above.cast_signed(), -left.cast_signed());
            top_left.hull(&region.shifted(below.cast_signed(), right.cast_signed()))
        });
        Case { channels, region, held, seed }
    })
}

/// Rounds to single precision.
#[expect(clippy::cast_possible_truncation, reason = "the rounding under test")]
fn rounded(x: f64) -> f32 {
    x as f32
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sum_is_rounded_once_and_written_in_the_region_alone(case in cases()) {
        let (a, b) = (case.values(0), case.values(1));
        // Two singles' sum in double precision, rounded again, is the sum rounded once: 53 >= 2 x 24 + 2 bits.
        let expected: Vec<f32> = case.inside(0, &a).iter().zip(case.inside(1, &b))
            .map(|(a, b)| rounded(f64::from(*a) + f64::from(b))).collect();
        for isa in Isa::supported() {
            let mut y = case.poison();
            elementwise::add(isa, case.region, [case.window(0, &a), case.window(1, &b)], &mut case.output(&mut y));
            assert_same_bits(&case.inside(2, &y), &expected, isa.name());
            case.assert_rest_is_poisoned(&y);
            let mut y = case.values(2);
            let before = case.inside(2, &y);
            elementwise::accumulate(isa, case.region, case.window(0, &a), &mut case.output(&mut y));
            let expected: Vec<f32> = before.iter().zip(case.inside(0, &a)).map(|(y, a)| y + a).collect();
            assert_same_bits(&case.inside(2, &y), &expected, isa.name());
        }
    }

    #[test]
    fn denormals_infinities_and_nan_follow_ieee(a in wild_values(51), b in wild_values(51), scale in wild_values(3)) {
        let held = Region::whole(1, 17);
        let window = |values| Window::new(values, held, 3);
        let shift = [b[0], b[1], b[2]];
        let sums: Vec<f32> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let shifted: Vec<f32> =
            a.iter().enumerate().map(|(i, a)| a.mul_add(scale[i % 3], shift[i % 3])).collect();
        let products: Vec<f32> = a.iter().enumerate().map(|(i, a)| a * scale[i % 3]).collect();
        for isa in Isa::supported() {
            let [mut sum, mut normed] = [poisoned(51), poisoned(51)];
            let (mut accumulated, mut scaled) = (b.clone(), a.clone());
            elementwise::add(isa, held, [window(&a), window(&b)], &mut WindowMut::new(&mut sum, held, 3));
            elementwise::accumulate(isa, held, window(&a), &mut WindowMut::new(&mut accumulated, held, 3));
            let affine = ChannelAffine { scale: &scale, shift: &shift };
            elementwise::scale_and_shift(isa, affine, window(&a).part(held), &mut WindowMut::new(&mut normed, held, 3));
            elementwise::scale_channels(isa, held, &scale, &mut WindowMut::new(&mut scaled, held, 3));
            assert_same_bits(&sum, &sums, isa.name());
            assert_same_bits(&accumulated, &sums, isa.name());
            assert_same_bits(&normed, &shifted, isa.name());
            assert_same_bits(&scaled, &products, isa.name());
        }
    }
}

#[test]
#[should_panic(expected = "lacks part of")]
fn a_window_that_lacks_part_of_the_region_is_refused() {
    let (small, large) = (Region::whole(2, 2), Region::whole(2, 3));
    let mut y = [0.0; 6];
    elementwise::relu(Isa::best(), large, Window::new(&[0.0; 4], small, 1), &mut WindowMut::new(&mut y, large, 1));
}
