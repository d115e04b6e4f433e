//! Convolution and its gradient on windows and regions of ours. What is true of every convolution is a law (`crates/laws`).

mod regions;

use kernels::conv::{Channels, ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding};
use kernels::matmul::ColumnAffine;
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use regions::{padded, part};
use testkit::{assert_same_bits, poisoned, pseudo_random};

/// A convolution's shape: the input map, channels in and out, the window.
#[derive(Clone, Copy, Debug)]
struct Case {
    size: (usize, usize),
    inputs: usize,
    outputs: usize,
    groups: usize,
    sliding: Sliding,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let size = (1_usize..14, 1_usize..14);
    let channels = prop::sample::select(vec![1_usize, 2, 3, 5, 16, 17, 31, 33]);
    let one = (channels.clone(), channels).prop_map(|(inputs, outputs)| (inputs, outputs, 1));
    // Groups that are computed in lanes, and one by one.
    let several = vec![(32, 32, 32), (16, 16, 8), (32, 32, 8), (48, 48, 6), (6, 4, 2), (32, 64, 2), (51, 17, 17)];
    let channels = prop_oneof![one, prop::sample::select(several)];
    // Padding up to twice what a window of this size can need.
    let window = ((1_usize..8, 1_usize..8), (1_usize..4, 1_usize..4), (0_usize..8, 0_usize..8));
    (size, channels, window, any::<u64>())
        .prop_map(|(size, (inputs, outputs, groups), (kernel, stride, padding), seed)| Case {
            size,
            inputs,
            outputs,
            groups,
            sliding: Sliding { kernel, stride, padding },
            seed,
        })
        .prop_filter("a window that fits the padded map", |case| case.output().is_some())
}

impl Case {
    fn output(&self) -> Option<(usize, usize)> {
        self.sliding.output_size(self.size.0, self.size.1)
    }

    fn output_map(&self) -> Region {
        let (height, width) = self.output().unwrap();
        Region::whole(height, width)
    }

    fn input(&self) -> Vec<f32> {
        pseudo_random(self.seed, self.size.0 * self.size.1 * self.inputs)
    }

    fn weights(&self) -> Vec<f32> {
        let seen = self.inputs / self.groups;
        pseudo_random(self.seed ^ 1, self.outputs * seen * self.sliding.kernel.0 * self.sliding.kernel.1)
    }

    fn packed(&self) -> ConvWeights {
        ConvWeights::grouped(&self.weights(), self.channels(), self.sliding)
    }

    fn channels(&self) -> Channels {
        Channels { inputs: self.inputs, outputs: self.outputs, groups: self.groups }
    }

    /// The window of the input that `region` of the output needs: zeros beyond the map.
    fn window(&self, x: &[f32], region: Region) -> (Vec<f32>, Region) {
        let held = self.sliding.input_region(&region);
        (padded(x, self.size, self.inputs, held), held)
    }

    /// Computes `region` of the output.
    fn convolve(&self, isa: Isa, region: Region, epilogue: &ConvEpilogue<'_>) -> Vec<f32> {
        let weights = self.packed();
        let (data, held) = self.window(&self.input(), region.intersection(&self.output_map()));
        let mut y = poisoned(region.positions() * self.outputs);
        let mut target = WindowMut::new(&mut y, region, self.outputs);
        let input = Window::new(&data, held, self.inputs);
        let wanted = target.clear_outside(self.output_map());
        weights.convolve(isa, &ConvTask { x: input, wanted, epilogue: *epilogue }, &mut target);
        y
    }

    /// The gradient by the input of `dy` on `region`, added to `start`, on the window that it reaches.
    fn gradient(&self, isa: Isa, dy: &[f32], region: Region, start: f32) -> (Vec<f32>, Region) {
        let weights = ConvGradient::grouped(&self.weights(), self.channels(), self.sliding);
        let held = self.sliding.input_region(&region);
        let mut dx = vec![start; held.positions() * self.inputs];
        let mut scratch = poisoned(weights.scratch());
        let dy = Window::new(dy, self.output_map(), self.outputs).part(region);
        weights.add_input_gradient(isa, dy, &mut WindowMut::new(&mut dx, held, self.inputs), &mut scratch);
        (dx, held)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_region_has_the_bits_of_the_whole(case in cases(), at: [usize; 4], reach in 0_usize..3, relu: bool) {
        let map = case.output_map();
        let (scale, shift) = (pseudo_random(case.seed ^ 3, case.outputs), pseudo_random(case.seed ^ 4, case.outputs));
        let affine = ColumnAffine::new(&scale, &shift);
        let residual = pseudo_random(case.seed ^ 5, map.positions() * case.outputs);
        let residual = Some(Window::new(&residual, map, case.outputs));
        let epilogue = ConvEpilogue { affine: Some(&affine), residual, relu };
        let whole = case.convolve(Isa::best(), map, &epilogue);
        let whole = Window::new(&whole, map, case.outputs);
        // A region that may reach beyond the map: there it is zero.
        let region = part(map, at).grown(reach);
        let y = case.convolve(Isa::best(), region, &epilogue);
        let y = Window::new(&y, region, case.outputs);
        for row in region.top..region.bottom() {
            for column in region.left..region.right() {
                let inside = map.contains(&Region::position(row, column));
                let zeros = vec![0.0; case.outputs];
                let expected = if inside { whole.pixel(row, column) } else { &zeros };
                assert_same_bits(y.pixel(row, column), expected, &format!("({row}, {column}) of {case:?}"));
            }
        }
    }

    #[test]
    fn rows_computed_apart_have_the_bits_of_the_whole(case in cases(), at: [usize; 4], cut: usize) {
        let map = case.output_map();
        let epilogue = ConvEpilogue::default();
        let whole = case.convolve(Isa::best(), map, &epilogue);
        let weights = case.packed();
        let (data, held) = case.window(&case.input(), map);
        let input = Window::new(&data, held, case.inputs);
        let region = part(map, at);
        let middle = region.top.saturating_add_unsigned(cut % (region.height + 1));
        let mut y = poisoned(map.positions() * case.outputs);
        for (top, bottom) in [(middle, region.bottom()), (region.top, middle)] {
            let rows = Region::between(top, region.left, bottom, region.right());
            let mut target = WindowMut::new(&mut y, map, case.outputs);
            weights.convolve(Isa::best(), &ConvTask { x: input, wanted: rows, epilogue }, &mut target);
        }
        let mut expected = poisoned(map.positions() * case.outputs);
        let (from, mut to) = (Window::new(&whole, map, case.outputs), WindowMut::new(&mut expected, map, case.outputs));
        for row in region.top..region.bottom() {
            for column in region.left..region.right() {
                to.pixel_mut(row, column).copy_from_slice(from.pixel(row, column));
            }
        }
        assert_same_bits(&y, &expected, &format!("{region:?} of {case:?}"));
    }

    #[test]
    fn the_gradient_of_a_region_has_the_bits_of_a_gradient_that_is_zero_elsewhere(case in cases(), at: [usize; 4]) {
        let map = case.output_map();
        let region = part(map, at);
        let dy = pseudo_random(case.seed ^ 6, map.positions() * case.outputs);
        let mut masked = vec![0.0; dy.len()];
        for y in region.top..region.bottom() {
            for x in region.left..region.right() {
                let from = (y.unsigned_abs() * map.width + x.unsigned_abs()) * case.outputs;
                masked[from..from + case.outputs].copy_from_slice(&dy[from..from + case.outputs]);
            }
        }
        // Starting from a half hides the sign of the zeros that the masked one adds.
        let (of_region, held) = case.gradient(Isa::best(), &dy, region, 0.5);
        let (of_whole, wide) = case.gradient(Isa::best(), &masked, map, 0.5);
        let (of_region, of_whole) = (Window::new(&of_region, held, case.inputs), Window::new(&of_whole, wide, case.inputs));
        for y in held.top..held.bottom() {
            for x in held.left..held.right() {
                assert_same_bits(of_region.pixel(y, x), of_whole.pixel(y, x), &format!("({y}, {x}) of {case:?}"));
            }
        }
    }
}
