//! Every operation's gradient: `<A x, y> = <x, A' y>` for linear ones, the limit of central differences for the others.

use autodiff::ops::{
    Add, Alignment, BatchNorm, Convolution, Draw, GlobalAveragePool, Input, Jitter, Linear, MaxPool, Normalise,
    Operation, PadChannels, ReflectPad, Relu, Resize, Rotate, SpectralImage, Translate,
};
use autodiff::{Graph, Isa, Shape, Sliding, Wanted};
use proptest::prelude::*;
use reference::Map;
use std::sync::Arc;
use testkit::{gamma, pseudo_random, underflow_slack};

/// What an operation makes of x, and the gradient by x where that by the output is dy (drawn from a seed).
struct Run {
    y: Vec<f32>,
    dy: Vec<f32>,
    dx: Vec<f32>,
    output: Shape,
}

fn run(operation: &Arc<dyn Operation>, draw: Draw, shape: Shape, x: &[f32], dy: impl Fn(usize) -> Vec<f32>) -> Run {
    let mut graph = Graph::new();
    let input = graph.add(Input { shape }, &[]).unwrap();
    let node = graph.add_shared(Arc::clone(operation), &[input]).unwrap();
    let output = graph.shape(node);
    let dy = dy(output.len());
    let (given, draws) = ([(input, x)], [(node, draw)]);
    let evaluation = graph.evaluate(Wanted::whole(&graph, node), &given).with_draws(&draws);
    let mut found = evaluation.gradients(Isa::best(), &dy).unwrap();
    Run { y: found.value, dy, dx: found.by_inputs.remove(0), output }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// Checks `<A x, y> = <x, A' y>`. `magnitudes` is the operation with the magnitudes of its coefficients; a value of
/// either side has at most `roundings` roundings. What is affine is first applied to zeros.
fn assert_adjoint(
    operation: Arc<dyn Operation>,
    magnitudes: &Arc<dyn Operation>,
    draw: Draw,
    shape: Shape,
    (seed, roundings): (u64, usize),
) {
    let x = pseudo_random(seed, shape.len());
    let random = |n| pseudo_random(seed ^ 1, n);
    let found = run(&operation, draw, shape, &x, random);
    let constant = run(&operation, draw, shape, &vec![0.0; x.len()], random).y;
    let left = dot(&found.y, &found.dy) - dot(&constant, &found.dy);
    let right = dot(&found.dx, &x);
    let positive = |values: &[f32]| -> Vec<f32> { values.iter().map(|v| v.abs()).collect() };
    // sum |a| |x| |y|, computed in single precision itself, and the constants that are added and taken away.
    let of_magnitudes = run(magnitudes, draw, shape, &positive(&x), |_| positive(&found.dy)).y;
    let sum = dot(&of_magnitudes, &positive(&found.dy)) + dot(&positive(&constant), &positive(&found.dy));
    let bound = 2.002 * gamma(roundings) * sum * (1.0 + gamma(roundings))
        + underflow_slack(roundings) * (x.len() + found.output.len()) as f64;
    let name = operation.name();
    assert!((left - right).abs() <= bound, "{name}: {left:e} and {right:e} within {bound:e}");
}

/// An operation whose coefficients are not negative.
fn positive_adjoint(operation: impl Operation + 'static, draw: Draw, shape: Shape, how: (u64, usize)) {
    let operation: Arc<dyn Operation> = Arc::new(operation);
    assert_adjoint(Arc::clone(&operation), &operation, draw, shape, how);
}

fn magnitudes(values: &[f32]) -> Vec<f32> {
    values.iter().map(|v| v.abs()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn convolutions(
        (height, width) in (3_usize..12, 3_usize..12), (inputs, outputs) in (1_usize..20, 1_usize..40),
        (kernel, stride) in (1_usize..4, 1_usize..3), biased: bool, seed: u64,
    ) {
        let sliding = Sliding::square(kernel, stride, kernel / 2);
        let weights = pseudo_random(seed ^ 2, outputs * inputs * kernel * kernel);
        let bias = biased.then(|| pseudo_random(seed ^ 3, outputs));
        let new = |weights: Vec<f32>, bias| -> Arc<dyn Operation> {
            Arc::new(Convolution::new(weights, (outputs, inputs), sliding, bias).unwrap())
        };
        let positive = new(magnitudes(&weights), bias.as_ref().map(|_| vec![0.0; outputs]));
        let terms = inputs.max(outputs) * kernel * kernel + 2;
        assert_adjoint(new(weights, bias), &positive, Draw::None, Shape::new(height, width, inputs), (seed, terms));
    }

    /// The stem's 7 x 7 with stride 2, the blocks' 3 x 3 with stride 1 and 2, the projections' 1 x 1 with stride 2.
    #[test]
    fn convolutions_of_the_kinds_of_the_network((height, width) in (7_usize..30, 7_usize..30), seed: u64) {
        for (kernel, stride, inputs, outputs) in [(7, 2, 3, 16), (3, 1, 16, 16), (3, 2, 16, 32), (1, 2, 16, 32)] {
            let sliding = Sliding::square(kernel, stride, kernel / 2);
            let weights = pseudo_random(seed ^ 2, outputs * inputs * kernel * kernel);
            let new = |weights: Vec<f32>| -> Arc<dyn Operation> {
                Arc::new(Convolution::new(weights, (outputs, inputs), sliding, None).unwrap())
            };
            let terms = outputs.max(inputs) * kernel * kernel + 2;
            let positive = new(magnitudes(&weights));
            assert_adjoint(new(weights), &positive, Draw::None, Shape::new(height, width, inputs), (seed, terms));
        }
    }

    /// `<a + b, y> = <a, y> + <b, y>`: both inputs receive the output's gradient, to the bit.
    #[test]
    fn addition((height, width, channels) in (1_usize..9, 1_usize..9, 1_usize..40), seed: u64) {
        let mut graph = Graph::new();
        let shape = Shape::new(height, width, channels);
        let inputs = [0, 1].map(|_| graph.add(Input { shape }, &[]).unwrap());
        let node = graph.add(Add, &inputs).unwrap();
        let [a, b, dy] = [1, 2, 3].map(|i| pseudo_random(seed ^ i, shape.len()));
        let given = [(inputs[0], &a[..]), (inputs[1], &b[..])];
        let found = graph.evaluate(Wanted::whole(&graph, node), &given).gradients(Isa::best(), &dy).unwrap();
        let [da, db] = &found.by_inputs[..] else { unreachable!("two inputs") };
        let (left, right) = (dot(&found.value, &dy), dot(da, &a) + dot(db, &b));
        // Each sum of two numbers below one rounds once; the sums over all are double precision's.
        let bound = 1.001 * gamma(1) * 2.0 * shape.len() as f64;
        prop_assert!((left - right).abs() <= bound, "{} and {}", left, right);
        testkit::assert_same_bits(da, &dy, "the first input's gradient");
        testkit::assert_same_bits(db, &dy, "the second input's gradient");
    }

    #[test]
    fn linear_layers_batch_norms_and_means(
        (height, width, channels) in (1_usize..9, 1_usize..9, 1_usize..40), outputs in 1_usize..30, seed: u64,
    ) {
        let weights = pseudo_random(seed ^ 2, outputs * channels);
        let bias = pseudo_random(seed ^ 3, outputs);
        let new = |weights: &[f32], bias: &[f32]| -> Arc<dyn Operation> {
            Arc::new(Linear::new(weights, bias, channels).unwrap())
        };
        let positive = new(&magnitudes(&weights), &vec![0.0; outputs]);
        let terms = channels.max(outputs) + 2;
        assert_adjoint(new(&weights, &bias), &positive, Draw::None, Shape::new(1, 1, channels), (seed, terms));
        let (scale, shift) = (pseudo_random(seed ^ 4, channels), pseudo_random(seed ^ 5, channels));
        let positive: Arc<dyn Operation> = Arc::new(BatchNorm::new(magnitudes(&scale), vec![0.0; channels]).unwrap());
        let norm: Arc<dyn Operation> = Arc::new(BatchNorm::new(scale, shift).unwrap());
        let shape = Shape::new(height, width, channels);
        assert_adjoint(norm, &positive, Draw::None, shape, (seed, 3));
        positive_adjoint(GlobalAveragePool, Draw::None, shape, (seed, height * width + 2));
    }

    #[test]
    fn augmentations(
        (height, width) in (12_usize..30, 12_usize..30), (down, right) in (0_usize..8, 0_usize..8),
        degrees in -5_i32..6, margin in 1_usize..8, seed: u64,
    ) {
        let shape = Shape::new(height, width, 3);
        let size = (height, width);
        // The constant of the normalisation is some twice its largest output: its two roundings count twice.
        positive_adjoint(Normalise::imagenet(), Draw::None, shape, (seed, 4));
        for (to, alignment) in [
            ((height - 1, width - 2), Alignment::Corners), ((height + 2, width + 1), Alignment::Corners),
            ((2 * height, 2 * width), Alignment::HalfPixel), ((height / 2, width / 2), Alignment::HalfPixel),
        ] {
            let terms = 2 + 2 * (to.0 + to.1 + height + width);
            positive_adjoint(Resize::new(to, alignment), Draw::None, shape, (seed, terms));
        }
        positive_adjoint(Rotate::within(5), Draw::Degrees(degrees), shape, (seed, 10));
        positive_adjoint(ReflectPad::new(margin), Draw::None, shape, (seed, 9));
        positive_adjoint(Jitter::below(8), Draw::Shift(down, right), shape, (seed, 1));
        positive_adjoint(Translate::center_crop(size, (height - margin, width - 3)), Draw::None, shape, (seed, 1));
        positive_adjoint(Translate::zero_pad(size, (margin, 2)), Draw::None, shape, (seed, 1));
    }

    /// Values are copied, so that a twin in double precision has the same, and the gradient of each is one value.
    #[test]
    fn channel_padding_is_its_twin_forward_and_backward(
        (height, width, channels) in (1_usize..12, 1_usize..12, 1_usize..20),
        (stride, before, after) in (1_usize..4, 0_usize..9, 0_usize..9), seed: u64,
    ) {
        let shape = Shape::new(height, width, channels);
        let all = before + channels + after;
        let operation: Arc<dyn Operation> = Arc::new(PadChannels::new(stride, before, all));
        let mut x = pseudo_random(seed, shape.len());
        for (at, odd) in [f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 4.0, -0.0].into_iter().enumerate() {
            if let Some(value) = x.get_mut(at * 5) {
                *value = odd;
            }
        }
        let found = run(&operation, Draw::None, shape, &x, |n| pseudo_random(seed ^ 1, n));
        let twin = reference::pad_channels(&Map::from_f32((height, width, channels), &x), stride, before, all);
        let output = (found.output.height, found.output.width, found.output.channels);
        prop_assert_eq!(output, twin.shape());
        let bits = |single: &[f32]| single.iter().map(|&v| f64::from(v).to_bits()).collect::<Vec<u64>>();
        let of_twin = |map: &Map| map.data.iter().map(|v| v.to_bits()).collect::<Vec<u64>>();
        prop_assert_eq!(bits(&found.y), of_twin(&twin));
        let dy = Map::from_f32(output, &found.dy);
        let adjoint = reference::pad_channels_adjoint(&dy, stride, before, (height, width, channels));
        prop_assert_eq!(bits(&found.dx), of_twin(&adjoint));
        positive_adjoint(PadChannels::new(stride, before, all), Draw::None, shape, (seed, 1));
    }

    /// Along a direction so short that no value changes sides, a piecewise linear operation is linear.
    #[test]
    fn relu_and_max_pool_are_the_limits_of_differences(
        (height, width, channels) in (3_usize..9, 3_usize..9, 1_usize..20), seed: u64,
    ) {
        let shape = Shape::new(height, width, channels);
        let sliding = Sliding::square(3, 2, 1);
        let steps = reference::Sliding { kernel: (3, 3), stride: (2, 2), padding: reference::Padding::all(1) };
        let x = pseudo_random(seed, shape.len());
        let direction = pseudo_random(seed ^ 7, shape.len());
        type Twin<'a> = &'a dyn Fn(&Map) -> Map;
        let cases: [(Arc<dyn Operation>, Twin<'_>); 2] = [
            (Arc::new(Relu), &|x| reference::relu(x)),
            (Arc::new(MaxPool::new(sliding)), &|x| reference::max_pool(x, steps)),
        ];
        for (operation, twin) in cases {
            let found = run(&operation, Draw::None, shape, &x, |n| pseudo_random(seed ^ 1, n));
            // Values are multiples of 2^-24 or so: none is nearer to another, or to zero, than this.
            let step = 2_f64.powi(-30);
            let at = |sign: f64| {
                let moved = x.iter().zip(&direction).map(|(&x, &d)| f64::from(x) + sign * step * f64::from(d));
                let y = twin(&Map::new((height, width, channels), moved.collect()));
                y.data.iter().zip(&found.dy).map(|(y, &dy)| y * f64::from(dy)).sum::<f64>()
            };
            let difference = (at(1.0) - at(-1.0)) / (2.0 * step);
            let along = dot(&found.dx, &direction);
            // The gradient adds up to nine values in single precision; the difference has double precision's sums over the step.
            let n = found.dy.len() as f64;
            let bound = gamma(10) * n * 9.0 + 2.0 * n * n * 2_f64.powi(-53) / step;
            prop_assert!((difference - along).abs() <= bound, "{}: {} and {}", operation.name(), difference, along);
        }
    }

    #[test]
    fn the_picture_of_a_spectrum_is_the_limit_of_differences((height, width) in (2_usize..8, 2_usize..8), seed: u64) {
        let shape = Shape::new(3 * height, width / 2 + 1, 2);
        let operation: Arc<dyn Operation> = Arc::new(SpectralImage::new(height, width));
        let x = pseudo_random(seed, shape.len());
        let direction = pseudo_random(seed ^ 7, shape.len());
        let found = run(&operation, Draw::None, shape, &x, |n| pseudo_random(seed ^ 1, n));
        let lowest = 1.0 / height.max(width) as f64;
        let scale = |v: usize, u: usize| {
            let fy = v.min(height - v) as f64 / height as f64;
            let fx = u as f64 / width as f64;
            1.0 / (fx * fx + fy * fy).sqrt().max(lowest) / 4.0
        };
        let columns = width / 2 + 1;
        let value = |step: f64| {
            let spectrum: Vec<f64> = x.iter().zip(&direction).enumerate().map(|(i, (&x, &d))| {
                let (v, u) = (i / (2 * columns) % height, i / 2 % columns);
                scale(v, u) * (f64::from(x) + step * f64::from(d))
            }).collect();
            let planes = reference::irfft2(&spectrum, (height, width), (0..height, 0..width));
            let image = reference::mix_colors(&planes, reference::color_correlation()).map(reference::sigmoid);
            image.data.iter().zip(&found.dy).map(|(y, &dy)| y * f64::from(dy)).sum::<f64>()
        };
        let step = 1e-4;
        let difference = (value(step) - value(-step)) / (2.0 * step);
        let along = dot(&found.dx, &direction);
        // Either side is a sum over all pixels of slopes of at most 1/4 times at most the sum of all scales. The gradient has the roundings of
        // two transforms; a sigmoid's third derivative is at most 1/8, with the cube of what a plane may move.
        let total: f64 = (0..height).flat_map(|v| (0..columns).map(move |u| (v, u))).map(|(v, u)| 2.0 * scale(v, u)).sum();
        let reach = 3.0 * 2.0 * total / ((height * width) as f64).sqrt();
        let size = 0.25 * reach * (3 * height * width) as f64;
        let bound = gamma(30 + 4 * (height + width)) * size + step * step * reach.powi(3) * (height * width) as f64 + 1e-11 * size / step;
        prop_assert!((difference - along).abs() <= bound, "{} and {} within {}", difference, along, bound);
    }
}
