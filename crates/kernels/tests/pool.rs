//! Pooling against its twin, on every instruction set, for every region.

use kernels::conv::Sliding;
use kernels::pool::{MaxPool, global_average_pool, global_average_pool_gradient};
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;

use testkit::{assert_same_bits, assert_within_bound, gamma, poisoned, pseudo_random};

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

/// Every tap inside the map of each output position, row by row: `(output offset, input offset)` of the first channel.
fn taps(case: &Case) -> Vec<Vec<(usize, usize)>> {
    let (height, width) = case.output();
    let Sliding { kernel, stride, padding } = case.sliding;
    let mut of_positions = Vec::new();
    for position in 0..height * width {
        let mut seen = Vec::new();
        for ky in 0..kernel.0 {
            for kx in 0..kernel.1 {
                let row = (position / width * stride.0 + ky).checked_sub(padding.0);
                let column = (position % width * stride.1 + kx).checked_sub(padding.1);
                if let (Some(row), Some(column)) = (row, column)
                    && row < case.map.0
                    && column < case.map.1
                {
                    seen.push((position * case.channels, (row * case.map.1 + column) * case.channels));
                }
            }
        }
        of_positions.push(seen);
    }
    of_positions
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

/// The values of a region that a window holds.
fn part_of_window(window: Window<'_>, region: Region) -> Vec<f32> {
    let mut part = Vec::new();
    for row in region.top..region.bottom() {
        for column in region.left..region.right() {
            part.extend_from_slice(window.pixel(row, column));
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
    fn maxima_and_their_gradients_are_those_of_the_definition(case in cases(), wild in any::<bool>()) {
        let mut x = case.input();
        if wild {
            for (i, x) in x.iter_mut().enumerate().filter(|(i, _)| i % 5 == 0) {
                *x = [f32::INFINITY, f32::NEG_INFINITY, 1e-42, -0.0][i / 5 % 4];
            }
        }
        let (height, width) = case.output();
        let output = Region::whole(height, width);
        let dy = case.integers(2, output.positions() * case.channels);
        let mut y = vec![f32::NEG_INFINITY; dy.len()];
        let mut dx = vec![0.0; x.len()];
        for taps in taps(&case) {
            for c in 0..case.channels {
                let Some(largest) = taps.iter().map(|(_, from)| x[from + c]).reduce(f32::max) else { continue };
                y[taps[0].0 + c] = largest;
                if let Some((to, from)) = taps.iter().find(|(_, from)| x[from + c] == largest) {
                    dx[from + c] += dy[to + c];
                }
            }
        }
        for isa in Isa::supported() {
            // By value: either zero may be the maximum of two.
            prop_assert_eq!(&case.pooled(isa, &x, output), &y, "{}", isa);
            prop_assert_eq!(&case.gradient(isa, output, &x, &dy), &dx, "{}", isa);
        }
    }

    #[test]
    fn nan_in_is_nan_out_for_every_window_that_sees_it(case in cases(), at in any::<prop::sample::Index>()) {
        let mut x = case.input();
        let lost = at.index(x.len());
        x[lost] = f32::NAN;
        let (height, width) = case.output();
        for isa in Isa::supported() {
            let y = case.pooled(isa, &x, Region::whole(height, width));
            for taps in taps(&case) {
                for c in 0..case.channels {
                    let sees = taps.iter().any(|(_, from)| from + c == lost);
                    prop_assert!(taps.is_empty() || y[taps[0].0 + c].is_nan() == sees, "{}", isa);
                }
            }
        }
    }

    #[test]
    fn means_are_within_their_bound_and_the_same_everywhere(
        (height, width) in (1..9_usize, 1..9_usize),
        channels in prop::sample::select(vec![1_usize, 3, 16, 33]),
        margin in 0..3_usize,
        seed in any::<u64>(),
    ) {
        let map = Region::whole(height, width);
        let (held, n) = (map.grown(margin), map.positions());
        let x = pseudo_random(seed, held.positions() * channels);
        let window = Window::new(&x, held, channels);
        let inside = part_of_window(window, map);
        let dy = pseudo_random(seed + 1, channels);
        let dx = pseudo_random(seed + 2, held.positions() * channels);
        let of = |c: usize| inside[c..].iter().step_by(channels).map(|x| f64::from(*x));
        let size = n as f64;
        let expected: Vec<f64> = (0..channels).map(|c| of(c).sum::<f64>() / size).collect();
        // n - 1 additions and a division.
        let bound: Vec<f64> = (0..channels).map(|c| gamma(n) * of(c).map(f64::abs).sum::<f64>() / size).collect();
        let before = part_of_window(Window::new(&dx, held, channels), map);
        let share = |i: usize| f64::from(dy[i % channels]) / size;
        let dx_expected: Vec<f64> = before.iter().enumerate().map(|(i, d)| f64::from(*d) + share(i)).collect();
        // A division and an addition.
        let dx_bound: Vec<f64> = before.iter().enumerate().map(|(i, d)| gamma(2) * (f64::from(*d).abs() + share(i).abs())).collect();
        let (mut first, mut first_gradient) = (None, None);
        for isa in Isa::supported() {
            let (mut y, mut dx) = (poisoned(channels), dx.clone());
            global_average_pool(isa, map, window, &mut y);
            global_average_pool_gradient(isa, map, &dy, &mut WindowMut::new(&mut dx, held, channels));
            assert_within_bound(&y, &expected, &bound, isa.name());
            let inside = part_of_window(Window::new(&dx, held, channels), map);
            assert_within_bound(&inside, &dx_expected, &dx_bound, isa.name());
            assert_same_bits(&y, first.get_or_insert_with(|| y.clone()), isa.name());
            assert_same_bits(&dx, first_gradient.get_or_insert_with(|| dx.clone()), isa.name());
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

    #[test]
    fn the_gradient_is_the_adjoint_of_selecting_the_maxima(case in cases()) {
        // At x itself the selection gives y = max_pool(x), so <dy, y> = <dx, x>; all are integers, so it is exact.
        let x = case.input();
        let (height, width) = case.output();
        let output = Region::whole(height, width);
        let dy = case.integers(2, output.positions() * case.channels);
        let y = case.pooled(Isa::best(), &x, output);
        let dx = case.gradient(Isa::best(), output, &x, &dy);
        let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
        // A window of padding alone has no maximum, and no gradient.
        let seen: Vec<f32> = y.iter().map(|y| if y.is_infinite() { 0.0 } else { *y }).collect();
        prop_assert_eq!(dot(&dy, &seen), dot(&dx, &x));
    }
}
