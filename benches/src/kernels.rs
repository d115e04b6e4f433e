//! The kernels alone, on one core.

use crate::measure::{Row, Samples, sample, sample_in_turn};
use crate::network::{Layer, grouped_layers, layers};
use bounds::pseudo_random;
use kernels::adam::{Adam, Direction, Moments};
use kernels::color::squash_colors;
use kernels::conv::{Channels, ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, WinogradWeights};
use kernels::dft::WindowDft;
use kernels::matmul::{LeftMatrix, PackedMatrix, Product, Rows, Target};
use kernels::pool::MaxPool;
use kernels::resample::Rotation;
use kernels::{Isa, Region, Window, WindowMut};
use ndarray::Array2;
use ndarray::linalg::general_mat_mul;
use std::hint::black_box;

/// ResNet18's 3x3 convolutions as products: output positions, 9 times input channels, output channels.
const SHAPES: [[usize; 3]; 4] = [[3136, 576, 64], [784, 1152, 128], [196, 2304, 256], [49, 4608, 512]];
const RUNS: usize = 25;

pub(crate) fn run(isa: Isa, row: &mut dyn FnMut(Row)) -> anyhow::Result<()> {
    for shape in SHAPES {
        products(isa, shape)?.into_iter().for_each(&mut *row);
    }
    for layer in layers([64, 128, 256, 512]).into_iter().chain(grouped_layers()) {
        let sliding = Sliding::square(layer.kernel, layer.stride, layer.kernel / 2);
        convolution(isa, &layer, sliding).into_iter().for_each(&mut *row);
    }
    pooling(isa).into_iter().for_each(&mut *row);
    for window in [47, 116, 224] {
        transforms(isa, window).into_iter().for_each(&mut *row);
    }
    rotation(isa).into_iter().for_each(&mut *row);
    row(optimiser(isa));
    row(colors(isa));
    Ok(())
}

/// Our product and `matrixmultiply`'s, in turn. It cuts k into blocks and so rounds in another order.
fn products(isa: Isa, [m, k, n]: [usize; 3]) -> anyhow::Result<[Row; 2]> {
    let (a, b) = (pseudo_random(1, m * k), pseudo_random(2, k * n));
    let right = PackedMatrix::from_row_major(k, n, &b);
    let mut c = vec![0.0; m * n];
    let theirs = (Array2::from_shape_vec((m, k), a.clone())?, Array2::from_shape_vec((k, n), b)?);
    let mut product_of_theirs = Array2::zeros((m, n));
    let times = sample_in_turn(
        RUNS,
        &mut [
            Box::new(|| {
                let mut target = Target::new(&mut c, Rows::plain(n));
                let left = LeftMatrix::row_major(black_box(&a), k);
                Product::new(m, left, &right).run(isa, &mut target);
            }),
            Box::new(|| general_mat_mul(1.0, black_box(&theirs.0), &theirs.1, 0.0, &mut product_of_theirs)),
        ],
    );
    let row = |of: &str, times: &Samples| {
        let bytes = 4.0 * (m * k + k * n + m * n) as f64;
        Row::new("kernels", format!("{of} {m} x {k} x {n}"), 1, times).of(2.0 * (m * k * n) as f64, bytes)
    };
    Ok([row("product", &times[0]), row("matrixmultiply", &times[1])])
}

/// Of how many gradients of the stem's outputs one is not zero: max pooling and a ReLU are behind it.
const SPARSE: usize = 8;

/// A layer of the network, directly and, where it suits, by Winograd's algorithm; and its gradient.
fn convolution(isa: Isa, layer: &Layer, sliding: Sliding) -> Vec<Row> {
    let (size, output) = (layer.size, layer.output_size());
    let map = Region::whole(output, output);
    let held = sliding.input_region(&map).hull(&Region::whole(size, size));
    let channels = Channels { inputs: layer.inputs, outputs: layer.outputs, groups: layer.groups };
    let weights = pseudo_random(3, layer.weights());
    let mut x = pseudo_random(4, held.positions() * layer.inputs);
    let mut y = pseudo_random(5, map.positions() * layer.outputs);
    let packed = ConvWeights::grouped(&weights, channels, sliding);
    let epilogue = ConvEpilogue::default();
    let forward = sample(RUNS, || {
        let x = Window::new(black_box(&x), held, layer.inputs);
        let mut target = WindowMut::new(&mut y, map, layer.outputs);
        packed.convolve(isa, &ConvTask { x, wanted: map, epilogue }, &mut target);
    });
    let suits = (layer.groups == 1).then(|| WinogradWeights::new(&weights, layer.outputs, layer.inputs, sliding));
    let winograd = suits.flatten().map(|packed| {
        let held = sliding.input_region(&packed.tile().covering(&map));
        let x = pseudo_random(4, held.positions() * layer.inputs);
        let mut scratch = vec![0.0; packed.scratch(layer.outputs)];
        sample(RUNS, || {
            let x = Window::new(black_box(&x), held, layer.inputs);
            let mut target = WindowMut::new(&mut y, map, layer.outputs);
            packed.convolve(isa, &ConvTask { x, wanted: map, epilogue }, &mut target, &mut scratch);
        })
    });
    let is_stem = layer.inputs < 16;
    if is_stem {
        let zeros = y.iter_mut().enumerate().filter(|(i, _)| i * 7 % SPARSE != 0);
        zeros.for_each(|(_, dy)| *dy = 0.0);
    }
    let packed = ConvGradient::grouped(&weights, channels, sliding);
    let mut scratch = vec![0.0; packed.scratch()];
    let backward = sample(RUNS, || {
        let dy = Window::new(black_box(&y), map, layer.outputs).part(map);
        let mut dx = WindowMut::new(&mut x, held, layer.inputs);
        packed.add_input_gradient(isa, dy, &mut dx, &mut scratch);
        // Gradients add up; zeros keep them finite.
        dx.data_mut().fill(0.0);
    });
    let row = |of: &str, times: &Samples| {
        let name = format!("{} {of}", layer.name);
        Row::new("kernels", name, 1, times)
    };
    let whole = (layer.operations(), layer.bytes());
    let mut rows = vec![row("forward", &forward).of(whole.0, whole.1)];
    rows.extend(winograd.as_ref().map(|times| row("forward, Winograd", times)));
    rows.push(match is_stem {
        true => row(&format!("gradient, one in {SPARSE} not zero"), &backward),
        false => row("gradient", &backward).of(whole.0, whole.1),
    });
    rows
}

/// The stem's max pooling.
fn pooling(isa: Isa) -> [Row; 2] {
    let (pool, map) = (MaxPool { map: (112, 112), sliding: Sliding::square(3, 2, 1) }, Region::whole(112, 112));
    let pooled = Region::whole(56, 56);
    let x = pseudo_random(6, map.positions() * 64);
    let (mut y, mut dx) = (vec![0.0; pooled.positions() * 64], vec![0.0; x.len()]);
    let forward = sample(RUNS, || {
        let input = Window::new(black_box(&x), map, 64);
        pool.apply(isa, input, &mut WindowMut::new(&mut y, pooled, 64));
    });
    let backward = sample(RUNS, || {
        let (input, dy) = (Window::new(black_box(&x), map, 64), Window::new(&y, pooled, 64));
        let mut dx = WindowMut::new(&mut dx, map, 64);
        pool.gradient(isa, input, dy.part(pooled), &mut dx);
    });
    let bytes = 4.0 * (x.len() + y.len()) as f64;
    let row = |of: &str, times| Row::new("kernels", format!("max pooling {of}"), 1, times);
    [Row { bytes: Some(bytes), ..row("forward", &forward) }, Row { bytes: Some(bytes), ..row("gradient", &backward) }]
}

/// Three planes of the window that a cone of some size sees, from their spectra.
fn transforms(isa: Isa, window: usize) -> [Row; 2] {
    let corner = ((224 - window) / 2).cast_signed();
    let seen = Region::whole(window, window).shifted(corner, corner);
    let dft = WindowDft::new(224, 224, seen);
    let (mut scratch, mut spectrum) = (vec![0.0; dft.scratch()], pseudo_random(8, dft.spectrum_length()));
    let mut image = vec![0.0; seen.positions()];
    let forward = sample(RUNS, || {
        (0..3).for_each(|_| dft.inverse(isa, black_box(&spectrum), &mut scratch, &mut image));
    });
    let backward = sample(RUNS, || {
        (0..3).for_each(|_| dft.adjoint(isa, black_box(&image), &mut scratch, &mut spectrum));
    });
    let row =
        |of: &str, times: &Samples| Row::new("kernels", format!("Fourier transform {of}, {window} pixels"), 1, times);
    [row("inverse", &forward), row("adjoint", &backward)]
}

fn rotation(isa: Isa) -> [Row; 2] {
    let map = Region::whole(224, 224);
    let rotation = Rotation::new((224, 224), 3);
    let x = pseudo_random(9, map.positions() * 3);
    let (mut y, mut dx) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let forward = sample(RUNS, || {
        rotation.rotate(isa, map, Window::new(black_box(&x), map, 3), &mut WindowMut::new(&mut y, map, 3));
    });
    let backward = sample(RUNS, || {
        rotation.adjoint(isa, map, Window::new(black_box(&y), map, 3), &mut WindowMut::new(&mut dx, map, 3));
    });
    let row = |of: &str, times| Row::new("kernels", format!("rotation {of}"), 1, times);
    [row("forward", &forward), row("adjoint", &backward)]
}

/// A step of Adam on the parameters of a picture.
fn optimiser(isa: Isa) -> Row {
    let n = 3 * 224 * 113 * 2;
    let (mut p, g) = (pseudo_random(10, n), pseudo_random(11, n));
    let (mut m, mut v) = (vec![0.0; n], vec![0.0; n]);
    let mut adam = Adam::new(Direction::Ascent, 0.05, (0.9, 0.999), 1e-8);
    let times = sample(RUNS, || {
        adam.step(isa, &mut p, black_box(&g), Moments { first: &mut m, second: &mut v });
    });
    // Three arrays read and written, one read.
    Row { bytes: Some(7.0 * 4.0 * n as f64), ..Row::new("kernels", "Adam", 1, &times) }
}

fn colors(isa: Isa) -> Row {
    let planes = pseudo_random(12, 3 * 224 * 224);
    let mut image = vec![0.0; planes.len()];
    let times = sample(RUNS, || squash_colors(isa, black_box(&planes), &mut image));
    Row { bytes: Some(2.0 * 4.0 * planes.len() as f64), ..Row::new("kernels", "colors and sigmoid", 1, &times) }
}
