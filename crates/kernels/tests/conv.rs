//! Convolution and its gradient: the twin within its bound, any region bit for bit, every instruction set.

mod regions;

use kernels::conv::{ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, input_gradient_scratch};
use kernels::matmul::ColumnAffine;
use kernels::{Isa, Region, Window, WindowMut};
use proptest::prelude::*;
use reference::{Filters, Map, Padding};
use regions::{padded, part};
use testkit::{assert_same_bits, assert_within_bound, gamma, poisoned, pseudo_random, underflow_slack, widened};

/// A convolution's shape: the input map, channels in and out, the window.
#[derive(Clone, Copy, Debug)]
struct Case {
    size: (usize, usize),
    inputs: usize,
    outputs: usize,
    sliding: Sliding,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let size = (1_usize..14, 1_usize..14);
    let channels = prop::sample::select(vec![1_usize, 2, 3, 5, 16, 17, 31, 33]);
    // Padding up to twice what a window of this size can need.
    let window = ((1_usize..8, 1_usize..8), (1_usize..4, 1_usize..4), (0_usize..8, 0_usize..8));
    (size, channels.clone(), channels, window, any::<u64>())
        .prop_map(|(size, inputs, outputs, (kernel, stride, padding), seed)| Case {
            size,
            inputs,
            outputs,
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

    fn map(&self) -> Region {
        Region::whole(self.size.0, self.size.1)
    }

    fn input(&self) -> Vec<f32> {
        pseudo_random(self.seed, self.size.0 * self.size.1 * self.inputs)
    }

    fn weights(&self) -> Vec<f32> {
        pseudo_random(self.seed ^ 1, self.outputs * self.inputs * self.sliding.kernel.0 * self.sliding.kernel.1)
    }

    fn terms(&self) -> usize {
        self.inputs * self.sliding.kernel.0 * self.sliding.kernel.1
    }

    fn twin_sliding(&self) -> reference::Sliding {
        let (rows, columns) = self.sliding.padding;
        let padding = Padding { top: rows, bottom: rows, left: columns, right: columns };
        reference::Sliding { kernel: self.sliding.kernel, stride: self.sliding.stride, padding }
    }

    fn filters<'a>(&self, values: &'a [f64]) -> Filters<'a> {
        Filters { outputs: self.outputs, inputs: self.inputs, kernel: self.sliding.kernel, values }
    }

    /// The window of the input that `region` of the output needs: zeros beyond the map.
    fn window(&self, x: &[f32], region: Region) -> (Vec<f32>, Region) {
        let held = self.sliding.input_region(&region);
        (padded(x, self.size, self.inputs, held), held)
    }

    /// Computes `region` of the output.
    fn convolve(&self, isa: Isa, region: Region, epilogue: &ConvEpilogue<'_>) -> Vec<f32> {
        let weights = ConvWeights::new(&self.weights(), self.outputs, self.inputs, self.sliding);
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
        let weights = ConvGradient::new(&self.weights(), self.outputs, self.inputs, self.sliding);
        let held = self.sliding.input_region(&region);
        let mut dx = vec![start; held.positions() * self.inputs];
        let mut scratch = poisoned(input_gradient_scratch(self.sliding, self.inputs));
        let dy = Window::new(dy, self.output_map(), self.outputs).part(region);
        weights.add_input_gradient(isa, dy, &mut WindowMut::new(&mut dx, held, self.inputs), &mut scratch);
        (dx, held)
    }
}

fn magnitudes(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.abs()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_convolution_and_what_follows_is_the_twins_within_gamma(case in cases(), relu: bool) {
        let map = case.output_map();
        let shift = pseudo_random(case.seed ^ 2, case.outputs);
        let bias = ColumnAffine::bias(&shift);
        let residual = pseudo_random(case.seed ^ 5, map.positions() * case.outputs);
        let epilogue = ConvEpilogue { affine: Some(&bias), residual: Some(Window::new(&residual, map, case.outputs)), relu };
        let y = case.convolve(Isa::best(), map, &epilogue);
        let x = Map::from_f32((case.size.0, case.size.1, case.inputs), &case.input());
        let residual = Map::from_f32((map.height, map.width, case.outputs), &residual);
        let (weights, bias) = (widened(&case.weights()), widened(&shift));
        let run = |x: &Map, weights: &[f64], bias: &[f64], residual: &Map, relu| {
            let epilogue = reference::Epilogue { bias: Some(bias), residual: Some(residual), relu };
            reference::conv2d(x, case.filters(weights), case.twin_sliding(), epilogue)
        };
        let exact = run(&x, &weights, &bias, &residual, relu);
        let sums =
            run(&x.map(f64::abs), &magnitudes(&weights), &magnitudes(&bias), &residual.map(f64::abs), false);
        // One rounding for each term, one for the bias and one for the residual; a ReLU widens no error.
        let n = case.terms() + 2;
        let bound: Vec<f64> = sums.data.iter().map(|s| gamma(n) * s * (1.0 + 1e-9) + underflow_slack(n)).collect();
        assert_within_bound(&y, &exact.data, &bound, &format!("{case:?}"));
    }

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
        let weights = ConvWeights::new(&case.weights(), case.outputs, case.inputs, case.sliding);
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
    fn every_instruction_set_gives_the_same_bits(case in cases(), relu: bool, separate: bool) {
        let n = case.output_map().positions() * case.outputs;
        let (scale, shift) = (pseudo_random(case.seed ^ 3, case.outputs), pseudo_random(case.seed ^ 4, case.outputs));
        let affine = if separate { ColumnAffine::new(&scale, &shift) } else { ColumnAffine::bias(&shift) };
        let residual = pseudo_random(case.seed ^ 5, n);
        let residual = Window::new(&residual, case.output_map(), case.outputs);
        let epilogue = ConvEpilogue { affine: Some(&affine), residual: Some(residual), relu };
        let dy = pseudo_random(case.seed ^ 6, n);
        let best = case.convolve(Isa::best(), case.output_map(), &epilogue);
        let gradient = case.gradient(Isa::best(), &dy, case.output_map(), 0.5).0;
        for isa in Isa::supported() {
            assert_same_bits(&case.convolve(isa, case.output_map(), &epilogue), &best, isa.name());
            assert_same_bits(&case.gradient(isa, &dy, case.output_map(), 0.5).0, &gradient, isa.name());
        }
    }

    #[test]
    fn the_input_gradient_is_the_twins_within_gamma(case in cases()) {
        let n = case.output_map().positions() * case.outputs;
        let dy = pseudo_random(case.seed ^ 6, n);
        let (dx, held) = case.gradient(Isa::best(), &dy, case.output_map(), 0.0);
        let (height, width) = case.output().unwrap();
        let dy = Map::from_f32((height, width, case.outputs), &dy);
        let weights = widened(&case.weights());
        let run = |dy: &Map, w: &[f64]| reference::conv2d_input_gradient(dy, case.filters(w), case.twin_sliding(), case.size);
        let exact = run(&dy, &weights);
        let sums = run(&dy.map(f64::abs), &magnitudes(&weights));
        // At most one chain over the taps and outputs, or one over the outputs for each tap and their sum.
        let taps = case.sliding.kernel.0 * case.sliding.kernel.1;
        let n = (case.outputs * taps + 1).max(case.outputs + taps);
        let (mut found, mut expected, mut bound) = (Vec::new(), Vec::new(), Vec::new());
        let window = Window::new(&dx, held, case.inputs);
        let reached = held.intersection(&case.map());
        for y in reached.top..reached.bottom() {
            for x in reached.left..reached.right() {
                for c in 0..case.inputs {
                    found.push(window.pixel(y, x)[c]);
                    expected.push(exact.at(y.unsigned_abs(), x.unsigned_abs(), c));
                    let sum = sums.at(y.unsigned_abs(), x.unsigned_abs(), c);
                    bound.push(gamma(n) * sum * (1.0 + 1e-9) + underflow_slack(n));
                }
            }
        }
        if !found.is_empty() {
            assert_within_bound(&found, &expected, &bound, &format!("{case:?}"));
        }
        // What the window does not reach has no gradient.
        for y in 0..case.size.0 {
            for x in 0..case.size.1 {
                let at = Region::position(y.cast_signed(), x.cast_signed());
                prop_assert!(reached.contains(&at) || (0..case.inputs).all(|c| exact.at(y, x, c) == 0.0));
            }
        }
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

#[test]
fn nan_and_infinity_spread_to_the_positions_that_see_them_and_no_others() {
    let case = Case { size: (9, 9), inputs: 3, outputs: 17, sliding: Sliding::square(3, 1, 1), seed: 3 };
    let weights = ConvWeights::new(&case.weights(), case.outputs, case.inputs, case.sliding);
    for (bad, is) in [(f32::NAN, f32::is_nan as fn(f32) -> bool), (f32::INFINITY, |v: f32| !v.is_finite())] {
        let mut x = case.input();
        x[(4 * 9 + 5) * 3 + 1] = bad;
        let (data, held) = case.window(&x, case.output_map());
        for isa in Isa::supported() {
            let mut y = poisoned(81 * 17);
            let mut target = WindowMut::new(&mut y, case.output_map(), 17);
            let (x, wanted) = (Window::new(&data, held, 3), case.output_map());
            weights.convolve(isa, &ConvTask { x, wanted, epilogue: ConvEpilogue::default() }, &mut target);
            for (at, values) in y.chunks(17).enumerate() {
                let near = (at / 9).abs_diff(4) <= 1 && (at % 9).abs_diff(5) <= 1;
                assert!(values.iter().all(|&v| is(v) == near), "{isa}: {bad} at {at}: {values:?}");
            }
        }
    }
}
