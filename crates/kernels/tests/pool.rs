//! Max pooling on windows and regions of ours. What is true of every pooling is a law (`crates/laws`).

use kernels::conv::Sliding;
use kernels::pool::MaxPool;
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;

use testkit::{assert_same_bits, poisoned, pseudo_random};

/// A map, its channels and a window over it that fits; paddings may exceed the kernel.
#[derive(Clone, Debug)]
struct Case {
    map: (usize, usize),
    channels: usize,
    sliding: Sliding,
    seed: u64,
}

impl Case {
    fn output(&self) -> (usize, usize) {
        self.sliding.output_size(self.map.0, self.map.1).unwrap_or((0, 0))
    }

    /// Small integers: exact sums, and many equal maxima.
    fn integers(&self, seed: u64, len: usize) -> Vec<f32> {
        pseudo_random(self.seed ^ seed, len).iter().map(|x| (x * 4.0).round()).collect()
    }

    fn input(&self) -> Vec<f32> {
        self.integers(1, self.map.0 * self.map.1 * self.channels)
    }

    fn pool(&self) -> MaxPool {
        MaxPool { map: self.map, sliding: self.sliding }
    }

    fn pooled(&self, isa: Isa, x: &[f32], region: Region) -> Vec<f32> {
        let mut y = poisoned(region.positions() * self.channels);
        let whole = Region::whole(self.map.0, self.map.1);
        let x = Window::new(x, whole, self.channels);
        self.pool().apply(isa, x, &mut WindowMut::new(&mut y, region, self.channels));
        y
    }

    fn gradient(&self, isa: Isa, wanted: Region, x: &[f32], dy: &[f32]) -> Vec<f32> {
        let (height, width) = self.output();
        let whole = Region::whole(self.map.0, self.map.1);
        let mut dx = vec![0.0; x.len()];
        let x = Window::new(x, whole, self.channels);
        let dy = Window::new(dy, Region::whole(height, width), self.channels).part(wanted);
        self.pool().gradient(isa, x, dy, &mut WindowMut::new(&mut dx, whole, self.channels));
        dx
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let pair = |range: std::ops::Range<usize>| (range.clone(), range);
    let channels = prop::sample::select(vec![1_usize, 3, 16, 17, 63, 64, 65, 130]);
    (pair(1..10), channels, pair(1..5), pair(1..4), pair(0..4), any::<u64>()).prop_filter_map(
        "the window fits the padded map",
        |(map, channels, kernel, stride, padding, seed)| {
            let sliding = Sliding { kernel, stride, padding };
            sliding.output_size(map.0, map.1)?;
            Some(Case { map, channels, sliding, seed })
        },
    )
}

/// A region that may lie anywhere in a small map or beyond its edges.
fn regions() -> impl Strategy<Value = Region> {
    (-3..9_isize, -3..9_isize, 1..8_usize, 1..8_usize).prop_map(|(top, left, height, width)| Region {
        top,
        left,
        height,
        width,
    })
}

/// That part of a whole map, zero beyond its edges.
fn part_of(values: &[f32], (height, width): (usize, usize), channels: usize, region: Region) -> Vec<f32> {
    let whole = Region::whole(height, width);
    let held = Window::new(values, whole, channels);
    let mut part = Vec::new();
    for row in region.top..region.bottom() {
        for column in region.left..region.right() {
            if whole.contains(&Region::position(row, column)) {
                part.extend_from_slice(held.pixel(row, column));
            } else {
                part.resize(part.len() + channels, 0.0);
            }
        }
    }
    part
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_region_of_a_max_pool_equals_that_part_of_the_whole(case in cases(), region in regions()) {
        let x = case.input();
        let (height, width) = case.output();
        let whole = case.pooled(Isa::best(), &x, Region::whole(height, width));
        let expected = part_of(&whole, (height, width), case.channels, region);
        for isa in Isa::supported() {
            assert_same_bits(&case.pooled(isa, &x, region), &expected, isa.name());
        }
    }

    #[test]
    fn padding_is_never_read(case in cases()) {
        let x = case.input();
        let (height, width) = case.output();
        let output = Region::whole(height, width);
        // A window that also holds the padding, poisoned.
        let held = case.sliding.input_region(&output).hull(&Region::whole(case.map.0, case.map.1));
        let mut padded = poisoned(held.positions() * case.channels);
        let mut window = WindowMut::new(&mut padded, held, case.channels);
        for row in 0..case.map.0 {
            for column in 0..case.map.1 {
                let from = (row * case.map.1 + column) * case.channels;
                window.pixel_mut(row.cast_signed(), column.cast_signed()).copy_from_slice(&x[from..from + case.channels]);
            }
        }
        let mut y = poisoned(output.positions() * case.channels);
        let x_window = Window::new(&padded, held, case.channels);
        case.pool().apply(Isa::best(), x_window, &mut WindowMut::new(&mut y, output, case.channels));
        assert_same_bits(&y, &case.pooled(Isa::best(), &x, output), "max pool of a padded window");
    }

    #[test]
    fn the_gradients_of_two_parts_add_up_to_the_gradient_of_the_whole(case in cases(), cut in 0..10_usize) {
        let x = case.input();
        let (height, width) = case.output();
        let dy = case.integers(2, height * width * case.channels);
        let whole = case.gradient(Isa::best(), Region::whole(height, width), &x, &dy);
        let cut = cut.min(height);
        let above = Region::whole(cut, width);
        let below = Region::whole(height - cut, width).shifted(cut.cast_signed(), 0);
        for isa in Isa::supported() {
            let parts = [above, below].map(|wanted| case.gradient(isa, wanted, &x, &dy));
            let sum: Vec<f32> = parts[0].iter().zip(&parts[1]).map(|(a, b)| a + b).collect();
            prop_assert_eq!(&sum, &whole, "{}", isa);
        }
    }
}
