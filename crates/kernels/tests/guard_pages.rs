//! No kernel reads or writes beyond the buffers it is given: every one lies flush against a page that may not be
//! touched, before it or behind it.
//!
//! Of what an interface owns itself, such as packed weights, the factors of a transform and its scratch, the tests in
//! `src/matmul/micro/tests.rs` speak: they put everything that a micro-kernel touches through a pointer between guard
//! pages.
//!
//! Values are compared with those of ordinary buffers, so that what stays inside is also right.
#![cfg(unix)]

mod guarded;

use guarded::{Flush, Guarded};
use kernels::adam::{Adam, Direction, Moments};
use kernels::color::{Normalisation, squash_colors, squash_colors_gradient};
use kernels::conv::{
    Channels, ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, SomeChannels, Tile, WinogradWeights,
};
use kernels::dft::WindowDft;
use kernels::linear::LinearWeights;
use kernels::matmul::{ColumnAffine, Matrix, matmul};
use kernels::pool::MaxPool;
use kernels::softmax::softmax;
use kernels::{Isa, Region, Window, WindowMut};
use testkit::{assert_same_bits, pseudo_random};

/// Runs a kernel on ordinary buffers and on guarded ones of both kinds, with every instruction set; results are the
/// same bits.
fn check(what: &str, inputs: &[Vec<f32>], outputs: &[usize], kernel: impl Fn(Isa, &[&[f32]], &mut [&mut [f32]])) {
    for isa in Isa::supported() {
        let mut expected: Vec<Vec<f32>> = outputs.iter().map(|&n| vec![0.5; n]).collect();
        let borrowed: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
        let mut targets: Vec<&mut [f32]> = expected.iter_mut().map(Vec::as_mut_slice).collect();
        kernel(isa, &borrowed, &mut targets);
        for flush in [Flush::Before, Flush::Behind] {
            let guarded: Vec<Guarded> = inputs.iter().map(|v| Guarded::new(v, flush)).collect();
            let mut results: Vec<Guarded> = outputs.iter().map(|&n| Guarded::new(&vec![0.5; n], flush)).collect();
            let borrowed: Vec<&[f32]> = guarded.iter().map(|g| &**g).collect();
            let mut targets: Vec<&mut [f32]> = results.iter_mut().map(|g| &mut **g).collect();
            kernel(isa, &borrowed, &mut targets);
            // A kernel may need no scratch.
            let some = results.iter().zip(&expected).filter(|(r, _)| !r.is_empty());
            for (found, expected) in some {
                assert_same_bits(found, expected, &format!("{what} on {isa}, guarded {flush:?}"));
            }
        }
    }
}

#[test]
fn products() {
    for (m, k, n) in [(1, 1, 1), (3, 5, 7), (14, 64, 32), (15, 65, 33), (29, 300, 17), (2, 2500, 70)] {
        let inputs = [pseudo_random(1, m * k), pseudo_random(2, k * n)];
        check("product", &inputs, &[m * n], |isa, x, y| {
            matmul(isa, Matrix::new(m, k, x[0]), Matrix::new(k, n, x[1]), y[0])
        });
    }
}

/// A map's sizes, channels in and out and groups, kernel and stride.
const CONVOLUTIONS: [([usize; 2], [usize; 3], usize, usize); 13] = [
    ([1, 1], [1, 1, 1], 1, 1),
    ([5, 7], [3, 17, 1], 3, 1),
    ([8, 6], [16, 64, 1], 3, 2),
    ([9, 9], [33, 31, 1], 3, 1),
    ([16, 15], [3, 64, 1], 7, 2),
    ([7, 8], [64, 128, 1], 1, 2),
    ([14, 14], [64, 64, 1], 3, 1),
    ([9, 17], [32, 32, 32], 3, 1),
    ([9, 9], [32, 32, 16], 3, 2),
    ([14, 14], [32, 32, 8], 3, 1),
    ([7, 5], [64, 64, 8], 3, 2),
    ([5, 6], [6, 10, 2], 3, 1),
    ([6, 5], [64, 34, 2], 3, 1),
];

#[test]
fn convolutions_and_their_gradients() {
    for ([height, width], [inputs, outputs, groups], kernel, stride) in CONVOLUTIONS {
        let channels = Channels { inputs, outputs, groups };
        let sliding = Sliding::square(kernel, stride, kernel / 2);
        let size = sliding.output_size(height, width).unwrap();
        let map = Region::whole(size.0, size.1);
        let held = sliding.input_region(&map);
        let raw = pseudo_random(3, outputs * channels.seen() * kernel * kernel);
        let weights = ConvWeights::grouped(&raw, channels, sliding);
        let mut padded = vec![0.0; held.positions() * inputs];
        let x = pseudo_random(4, height * width * inputs);
        let mut window = WindowMut::new(&mut padded, held, inputs);
        let inside = held.intersection(&Region::whole(height, width));
        for row in inside.top..inside.bottom() {
            for column in inside.left..inside.right() {
                let from = (row.unsigned_abs() * width + column.unsigned_abs()) * inputs;
                window.pixel_mut(row, column).copy_from_slice(&x[from..from + inputs]);
            }
        }
        let what = format!("{height} x {width}, {channels:?}, {kernel} / {stride}");
        let affine = ColumnAffine::bias(&pseudo_random(19, outputs));
        let residual = pseudo_random(20, map.positions() * outputs);
        check(&what, &[padded, residual], &[map.positions() * outputs, map.positions() * outputs], |isa, x, y| {
            let [plain, finished] = y else { unreachable!("two outputs") };
            let input = Window::new(x[0], held, inputs);
            let mut target = WindowMut::new(plain, map, outputs);
            let residual = Window::new(x[1], map, outputs);
            let plain = ConvTask { x: input, wanted: map, epilogue: finish(false, &affine, residual) };
            weights.convolve(isa, &plain, &mut target);
            let mut target = WindowMut::new(finished, map, outputs);
            weights.convolve(isa, &ConvTask { epilogue: finish(true, &affine, residual), ..plain }, &mut target);
        });
        let gradient = ConvGradient::grouped(&raw, channels, sliding);
        let dy = pseudo_random(5, map.positions() * outputs);
        let scratch = gradient.scratch();
        let lengths = [held.positions() * inputs, scratch];
        check(&format!("gradient, {what}"), &[dy], &lengths, |isa, x, y| {
            let [dx, scratch] = y else { unreachable!("two outputs") };
            let dy = Window::new(x[0], map, outputs).part(map);
            let mut target = WindowMut::new(dx, held, inputs);
            gradient.add_input_gradient(isa, dy, &mut target, scratch);
            // What is left in the scratch is nobody's.
            scratch.fill(0.0);
        });
    }
}

/// Everything that may follow a convolution's sum, or nothing.
fn finish<'a>(all: bool, affine: &'a ColumnAffine, residual: Window<'a>) -> ConvEpilogue<'a> {
    ConvEpilogue { affine: all.then_some(affine), residual: all.then_some(residual), relu: all }
}

#[test]
fn convolutions_by_winograds_algorithm() {
    for (tile, height, width, inputs, outputs) in [
        (Tile::Four, 1, 1, 16, 16),
        (Tile::Two, 1, 1, 16, 16),
        (Tile::Four, 5, 7, 16, 48),
        (Tile::Two, 5, 7, 16, 48),
        (Tile::Four, 8, 8, 32, 32),
        (Tile::Four, 14, 15, 48, 16),
        // More tiles than are transformed together.
        (Tile::Four, 33, 34, 16, 32),
        (Tile::Two, 17, 18, 32, 16),
    ] {
        let sliding = Sliding::square(3, 1, 1);
        let map = Region::whole(height, width);
        let held = sliding.input_region(&tile.covering(&map));
        let raw = pseudo_random(21, outputs * inputs * 9);
        let weights = WinogradWeights::with_tile(tile, &raw, (outputs, inputs), sliding);
        let affine = ColumnAffine::bias(&pseudo_random(22, outputs));
        let given = [pseudo_random(23, held.positions() * inputs), pseudo_random(24, map.positions() * outputs)];
        let scratch = weights.scratch(outputs);
        for finished in [false, true] {
            let what = format!("Winograd, {tile:?}, {height} x {width} x {inputs}, {outputs}, {finished}");
            let length = map.positions() * outputs;
            check(&what, &given, &[length, scratch], |isa, x, y| {
                let [y, scratch] = y else { unreachable!("two outputs") };
                let input = Window::new(x[0], held, inputs);
                let mut target = WindowMut::new(y, map, outputs);
                let residual = Window::new(x[1], map, outputs);
                let epilogue = finish(finished, &affine, residual);
                weights.convolve(isa, &ConvTask { x: input, wanted: map, epilogue }, &mut target, scratch);
                // What is left in the scratch is nobody's.
                scratch.fill(0.0);
            });
            // The last panel of channels alone: behind it, the residual ends.
            let last = outputs - 16..outputs;
            let lengths = [map.positions() * 16, weights.scratch(16)];
            check(&what, &given, &lengths, |isa, x, y| {
                let [y, scratch] = y else { unreachable!("two outputs") };
                let input = Window::new(x[0], held, inputs);
                let residual = Window::new(x[1], map, outputs);
                let epilogue = finish(finished, &affine, residual);
                let some = SomeChannels { channels: last.clone(), values: y };
                weights.convolve_channels(isa, &ConvTask { x: input, wanted: map, epilogue }, some, scratch);
                scratch.fill(0.0);
            });
        }
    }
}

#[test]
fn transforms() {
    for (height, width) in [(1, 1), (2, 3), (8, 8), (13, 17), (28, 16), (33, 36)] {
        for window in [Region::whole(height, width), Region::between(0, 0, height.div_ceil(2).cast_signed(), 1)] {
            let dft = WindowDft::new(height, width, window);
            let (spectrum, image) = (dft.spectrum_length(), window.positions());
            check("inverse transform", &[pseudo_random(6, spectrum)], &[image], |isa, x, y| {
                dft.inverse(isa, x[0], &mut vec![0.0; dft.scratch()], y[0]);
            });
            check("its adjoint", &[pseudo_random(7, image)], &[spectrum], |isa, x, y| {
                dft.adjoint(isa, x[0], &mut vec![0.0; dft.scratch()], y[0]);
            });
        }
    }
}

#[test]
fn colors_and_normalisation() {
    for n in [1, 5, 15, 16, 17, 63, 64, 65, 200] {
        let planes = pseudo_random(8, 3 * n);
        check("colors", &[planes], &[3 * n], |isa, x, y| squash_colors(isa, x[0], y[0]));
        let inputs = [pseudo_random(9, 3 * n), pseudo_random(10, 3 * n)];
        check("colors' gradient", &inputs, &[3 * n], |isa, x, y| {
            squash_colors_gradient(isa, x[0], x[1], y[0]);
        });
        let map = Region::whole(1, n);
        check("normalisation", &[pseudo_random(11, 3 * n)], &[3 * n], |isa, x, y| {
            let input = Window::new(x[0], map, 3);
            let mut target = WindowMut::new(y[0], map, 3);
            let colors = Normalisation { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.1] };
            colors.apply(isa, map, input, &mut target);
        });
    }
}

#[test]
fn pooling_linear_layers_softmax_and_adam() {
    for channels in [1, 3, 16, 17, 64] {
        let sliding = Sliding::square(3, 2, 1);
        let (height, width) = (7, 8);
        let size = sliding.output_size(height, width).unwrap();
        let map = Region::whole(size.0, size.1);
        let held = sliding.input_region(&map);
        let x = pseudo_random(12, held.positions() * channels);
        check("max pool", &[x], &[map.positions() * channels], |isa, x, y| {
            let input = Window::new(x[0], held, channels);
            let pool = MaxPool { map: (height, width), sliding };
            pool.apply(isa, input, &mut WindowMut::new(y[0], map, channels));
        });
    }
    for (inputs, outputs) in [(1, 1), (7, 33), (65, 20), (128, 31)] {
        let layer = LinearWeights::new(&pseudo_random(13, inputs * outputs), &pseudo_random(14, outputs), inputs);
        check("linear layer", &[pseudo_random(15, inputs)], &[outputs], |isa, x, y| layer.forward(isa, x[0], y[0]));
        check("its gradient", &[pseudo_random(16, outputs)], &[inputs], |isa, x, y| {
            layer.input_gradient(isa, x[0], y[0])
        });
    }
    for n in [1, 2, 15, 16, 31, 33, 1000] {
        check("softmax", &[pseudo_random(17, n)], &[n], |isa, x, y| softmax(isa, x[0], y[0]));
        check("Adam", &[pseudo_random(18, n)], &[n, n, n], |isa, x, y| {
            let [p, m, v] = y else { unreachable!("three outputs") };
            let mut adam = Adam::new(Direction::Ascent, 0.05, (0.9, 0.999), 1e-8);
            adam.step(isa, p, x[0], Moments { first: m, second: v });
        });
    }
}
