//! The kernels that have tests of their own beside this file, once more against the twins of `reference`.

use kernels::adam::{Adam, Direction, Moments};
use kernels::batch_norm::BatchNormStatistics;
use kernels::color::{Normalisation, color_matrix, squash_colors};
use kernels::conv::Sliding;
use kernels::dft::WindowDft;
use kernels::elementary::{exp, sigmoid};
use kernels::linear::LinearWeights;
use kernels::pool::{MaxPool, global_average_pool};
use kernels::softmax::softmax;
use kernels::{Isa, Region, Window, WindowMut, elementwise};
use proptest::prelude::*;
use reference::{Map, Padding};
use testkit::{assert_same_bits, assert_within_bound, gamma, poisoned, pseudo_random, underflow_slack, widened};

/// One unit in the last place, relative to the value: at most 2^-23.
const ULP: f64 = 1.0 / 8_388_608.0;

fn magnitudes(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.abs()).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "the twin's result is exact: no value was computed")]
fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_linear_layer(inputs in 1_usize..70, outputs in 1_usize..70, seed: u64) {
        let (x, w, b) = (pseudo_random(seed, inputs), pseudo_random(seed ^ 1, inputs * outputs), pseudo_random(seed ^ 2, outputs));
        let (layer, mut y) = (LinearWeights::new(&w, &b, inputs), poisoned(outputs));
        layer.forward(Isa::best(), &x, &mut y);
        let (x, w, b) = (widened(&x), widened(&w), widened(&b));
        let bound = reference::linear(&magnitudes(&x), &magnitudes(&w), &magnitudes(&b));
        let bound: Vec<f64> = bound.iter().map(|s| gamma(inputs + 1) * s + underflow_slack(inputs)).collect();
        assert_within_bound(&y, &reference::linear(&x, &w, &b), &bound, "forward");

        let (dy, mut dx) = (pseudo_random(seed ^ 3, outputs), poisoned(inputs));
        layer.input_gradient(Isa::best(), &dy, &mut dx);
        let dy = widened(&dy);
        let bound = reference::linear_gradient(&magnitudes(&dy), &magnitudes(&w), inputs);
        let bound: Vec<f64> = bound.iter().map(|s| gamma(outputs) * s + underflow_slack(outputs)).collect();
        assert_within_bound(&dx, &reference::linear_gradient(&dy, &w, inputs), &bound, "gradient");
    }

    #[test]
    fn a_window_of_the_inverse_fourier_transform(
        (height, width) in (1_usize..14, 1_usize..14), at: [usize; 4], seed: u64,
    ) {
        let along = |a: usize, b: usize, size: usize| {
            let (a, b) = (a % size, b % size);
            a.min(b)..a.max(b) + 1
        };
        let (rows, columns) = (along(at[0], at[1], height), along(at[2], at[3], width));
        let signed = |n: usize| n.cast_signed();
        let window = Region::between(signed(rows.start), signed(columns.start), signed(rows.end), signed(columns.end));
        let dft = WindowDft::new(height, width, window);
        let spectrum = pseudo_random(seed, dft.spectrum_length());
        let (mut scratch, mut image) = (poisoned(dft.scratch()), poisoned(window.positions()));
        dft.inverse(Isa::best(), &spectrum, &mut scratch, &mut image);
        let wide = widened(&spectrum);
        let exact = reference::irfft2(&wide, (height, width), (rows, columns.clone()));
        // Both parts of Q are at most the sum of the magnitudes, weighted; cosine and sine take at most all of each. A basis
        // value carries one rounding, each of the two chains one for each term.
        let sum: f64 = wide.iter().map(|v| v.abs()).sum::<f64>() * 2.0 / ((height * width) as f64).sqrt();
        let bound = gamma(2 * (width / 2 + 1) + 2 * height + 2) * 2.0 * sum + underflow_slack(4 * height);
        assert_within_bound(&image, &exact.data, &vec![bound; image.len()], "window");

        let (dy, mut gradient) = (pseudo_random(seed ^ 1, window.positions()), poisoned(spectrum.len()));
        dft.adjoint(Isa::best(), &dy, &mut scratch, &mut gradient);
        let map = Map::from_f32((window.height, window.width, 1), &dy);
        let origin = (window.top.unsigned_abs(), window.left.unsigned_abs());
        let exact = reference::irfft2_adjoint(&map, (height, width), origin);
        let sum: f64 = map.data.iter().map(|v| v.abs()).sum::<f64>() * 2.0 / ((height * width) as f64).sqrt();
        // The second chain runs over whole panels of columns, filled up with zeros.
        let bound = gamma(window.height + 2 * (window.width + 32) + 2) * 2.0 * sum + underflow_slack(4 * window.positions());
        assert_within_bound(&gradient, &exact, &vec![bound; exact.len()], "adjoint");
    }

    #[test]
    fn pooling(
        (height, width, channels) in (2_usize..12, 2_usize..12, 1_usize..20),
        (kernel, stride) in (1_usize..4, 1_usize..4), seed: u64,
    ) {
        let padding = kernel / 2;
        let sliding = Sliding::square(kernel, stride, padding);
        prop_assume!(sliding.output_size(height, width).is_some());
        let (oh, ow) = sliding.output_size(height, width).unwrap();
        let (map, out) = (Region::whole(height, width), Region::whole(oh, ow));
        let x = pseudo_random(seed, map.positions() * channels);
        // The window that is read reaches as far as the padding, with zeros that must not win.
        let held = map.grown(padding + kernel + stride);
        let mut padded = vec![0.0; held.positions() * channels];
        elementwise::copy(map, Window::new(&x, map, channels), &mut WindowMut::new(&mut padded, held, channels));
        let input = Window::new(&padded, held, channels);
        let mut y = poisoned(out.positions() * channels);
        let pool = MaxPool { map: (height, width), sliding };
        pool.apply(Isa::best(), input, &mut WindowMut::new(&mut y, out, channels));
        let twin = Map::from_f32((height, width, channels), &x);
        let steps = reference::Sliding { kernel: (kernel, kernel), stride: (stride, stride), padding: Padding::all(padding) };
        assert_same_bits(&y, &single(&reference::max_pool(&twin, steps).data), "maxima");

        let dy = pseudo_random(seed ^ 1, y.len());
        let mut dx = vec![0.0; padded.len()];
        let gradient = Window::new(&dy, out, channels).part(out);
        let mut target = WindowMut::new(&mut dx, held, channels);
        pool.gradient(Isa::best(), input, gradient, &mut target);
        let dy = Map::from_f32((oh, ow, channels), &dy);
        let exact = reference::max_pool_gradient(&twin, &dy, steps);
        let sums = reference::max_pool_gradient(&twin, &dy.map(f64::abs), steps);
        let mut found = poisoned(x.len());
        elementwise::copy(map, Window::new(&dx, held, channels), &mut WindowMut::new(&mut found, map, channels));
        let bound: Vec<f64> = sums.data.iter().map(|s| gamma(kernel * kernel) * s).collect();
        assert_within_bound(&found, &exact.data, &bound, "gradient");

        let mut mean = poisoned(channels);
        global_average_pool(Isa::best(), map, Window::new(&x, map, channels), &mut mean);
        let sums = reference::global_average_pool(&twin.map(f64::abs));
        let bound: Vec<f64> = sums.iter().map(|s| gamma(map.positions() + 1) * s + underflow_slack(1)).collect();
        assert_within_bound(&mean, &reference::global_average_pool(&twin), &bound, "mean");
    }

    #[test]
    fn colors_and_normalisation(n in 1_usize..60, seed: u64) {
        let planes: Vec<f32> = pseudo_random(seed, 3 * n).iter().map(|v| 6.0 * v).collect();
        let mut pixels = poisoned(3 * n);
        squash_colors(Isa::best(), &planes, &mut pixels);
        let x = Map::from_fn((1, n, 3), |_, i, c| f64::from(planes[c * n + i]));
        let matrix = reference::color_correlation();
        let mixed = reference::mix_colors(&x, matrix);
        let sums = reference::mix_colors(&x.map(f64::abs), matrix.map(|row| row.map(f64::abs)));
        let exact = mixed.map(reference::sigmoid);
        // The matrix is rounded once, each sum three times; the sigmoid is at most 1/4 steep, and itself within 3 ULP.
        let bound: Vec<f64> =
            sums.data.iter().zip(&exact.data).map(|(s, e)| 0.25 * gamma(4) * s + 3.0 * ULP * e).collect();
        assert_within_bound(&pixels, &exact.data, &bound, "colors");
        let rounded = color_matrix();
        prop_assert!((0..9).all(|i| (f64::from(rounded[i / 3][i % 3]) - matrix[i / 3][i % 3]).abs() <= 0.5 * ULP));

        let (mean, std) = ([0.485_f32, 0.456, 0.406], [0.229_f32, 0.224, 0.225]);
        let (region, mut y) = (Region::whole(1, n), poisoned(3 * n));
        let image = Window::new(&pixels, region, 3);
        Normalisation { mean, std }.apply(Isa::best(), region, image, &mut WindowMut::new(&mut y, region, 3));
        let x = Map::from_f32((1, n, 3), &pixels);
        let exact = reference::normalise(&x, &widened(&mean), &widened(&std));
        let bound: Vec<f64> = x
            .data
            .iter()
            .enumerate()
            .map(|(i, x)| gamma(2) * (x.abs() + f64::from(mean[i % 3])) / f64::from(std[i % 3]))
            .collect();
        assert_within_bound(&y, &exact.data, &bound, "normalised");
    }

    #[test]
    fn batch_norm_and_relu(n in 1_usize..40, channels in 1_usize..20, seed: u64) {
        let part = |i: u64| pseudo_random(seed ^ i, channels);
        let variance: Vec<f32> = part(3).iter().map(|v| v.abs() + 0.01).collect();
        let (gain, beta, mean) = (part(0), part(1), part(2));
        let statistics =
            BatchNormStatistics { gamma: &gain, beta: &beta, mean: &mean, variance: &variance, epsilon: 1e-5 };
        let (scale, shift) = statistics.scale_and_shift();
        let (region, x) = (Region::whole(1, n), pseudo_random(seed ^ 4, n * channels));
        let (mut y, mut z) = (poisoned(x.len()), poisoned(x.len()));
        let window = Window::new(&x, region, channels);
        let affine = elementwise::ChannelAffine { scale: &scale, shift: &shift };
        let mut target = WindowMut::new(&mut y, region, channels);
        elementwise::scale_and_shift(Isa::best(), affine, window.part(region), &mut target);
        elementwise::relu(Isa::best(), region, window, &mut WindowMut::new(&mut z, region, channels));

        let twin = Map::from_f32((1, n, channels), &x);
        let [gain, beta, mean, variance] = [&gain, &beta, &mean, &variance].map(|v| widened(v));
        let norm = reference::BatchNorm { gamma: &gain, beta: &beta, mean: &mean, variance: &variance, epsilon: 1e-5 };
        let exact = reference::batch_norm(&twin, norm);
        // Scale and shift carry one rounding each, the fused step another.
        let bound: Vec<f64> = twin
            .data
            .iter()
            .enumerate()
            .map(|(i, x)| {
                let c = i % channels;
                let scale = (gain[c] / (variance[c] + 1e-5).sqrt()).abs();
                gamma(3) * (scale * (x.abs() + mean[c].abs()) + beta[c].abs()) + underflow_slack(2)
            })
            .collect();
        assert_within_bound(&y, &exact.data, &bound, "batch norm");
        assert_same_bits(&z, &single(&reference::relu(&twin).data), "relu");
    }

    #[test]
    fn a_first_step_of_adam(n in 1_usize..60, seed: u64, ascent: bool) {
        let (start, gradient) = (pseudo_random(seed, n), pseudo_random(seed ^ 1, n));
        let direction = if ascent { Direction::Ascent } else { Direction::Descent };
        let mut adam = Adam::new(direction, 0.05, (0.9, 0.999), 1e-8);
        let (mut p, mut m, mut v) = (start.clone(), vec![0.0; n], vec![0.0; n]);
        adam.step(Isa::best(), &mut p, &gradient, Moments { first: &mut m, second: &mut v });
        let sign = if ascent { -1.0 } else { 1.0 };
        let downhill: Vec<f64> = gradient.iter().map(|&g| sign * f64::from(g)).collect();
        let constants = reference::Adam { learning_rate: 0.05, betas: (0.9, 0.999), epsilon: 1e-8 };
        let (mut exact, mut moments) = (widened(&start), reference::Moments::zeros(n));
        reference::adam_step(constants, &mut exact, &downhill, &mut moments);
        // At most twelve roundings lie on the way to the step, constants included; adding it has one more.
        let bound: Vec<f64> = exact
            .iter()
            .zip(&start)
            .map(|(e, &s)| {
                let (step, start) = ((e - f64::from(s)).abs(), f64::from(s).abs());
                gamma(12) * step + gamma(1) * (start + 2.0 * step)
            })
            .collect();
        assert_within_bound(&p, &exact, &bound, "parameters");
    }

    #[test]
    fn exponentials(x in prop::collection::vec(-80.0_f32..80.0, 1..40)) {
        let wide = widened(&x);
        let each = |kernel: fn(f32) -> f32| x.iter().map(|&x| kernel(x)).collect::<Vec<f32>>();
        let twin = |twin: fn(f64) -> f64| wide.iter().map(|&x| twin(x)).collect::<Vec<f64>>();
        let ulps = |exact: &[f64], n: f64| exact.iter().map(|e| n * ULP * e).collect::<Vec<f64>>();
        let exact = twin(reference::exp);
        assert_within_bound(&each(exp), &exact, &ulps(&exact, 1.0), "exp within 1 ULP");
        let exact = twin(reference::sigmoid);
        assert_within_bound(&each(sigmoid), &exact, &ulps(&exact, 3.0), "sigmoid within 3 ULP");

        let (exact, mut y) = (reference::softmax(&wide), poisoned(x.len()));
        softmax(Isa::best(), &x, &mut y);
        let largest = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // The difference to the largest is off by u |x - max|, so is its exponential, relatively, which adds 1 ULP; the sum of n
        // such has the largest of these errors, at most that of 160, and n roundings; the quotient has one.
        let n = x.len();
        let bound: Vec<f64> = exact
            .iter()
            .zip(&x)
            .map(|(e, &x)| e * (gamma(n + 5) + 1.001 * gamma(1) * (f64::from(largest - x) + 160.0)) + underflow_slack(2))
            .collect();
        assert_within_bound(&y, &exact, &bound, "softmax");
    }
}
