//! Matrix products, convolutions by both algorithms, and their gradients.

use super::Found;
use kernels::conv::{
    ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, SomeChannels, Tile, WinogradWeights,
    input_gradient_scratch,
};
use kernels::linear::LinearWeights;
use kernels::matmul::{
    ColumnAffine, Epilogue, LeftMatrix, Matrix, PackedMatrix, Product, RightRows, Rows, Target, matmul,
};
use kernels::{Isa, Region, Window, WindowMut};
use testkit::pseudo_random;

pub(crate) fn add_to(found: &mut Found) {
    matrices(found);
    convolutions(found);
    winograd(found);
}

fn matrices(found: &mut Found) {
    let (m, k, n) = (29, 70, 37);
    let [a, b] = [(1, m * k), (2, k * n)].map(|(seed, length)| pseudo_random(seed, length));
    let (left, right) = (LeftMatrix::row_major(&a, k), PackedMatrix::from_row_major(k, n, &b));
    let affine = ColumnAffine::new(&pseudo_random(3, n), &pseudo_random(4, n));
    let residual = pseudo_random(5, m * n);
    let epilogue = Epilogue { affine: Some(&affine), residual: Some((&residual, Rows::plain(n))), relu: true };
    let into = |compute: &dyn Fn(&mut [f32])| {
        let mut c = pseudo_random(6, m * n);
        compute(&mut c);
        c
    };
    found.add_of_all("matmul::matmul", |isa| into(&|c| matmul(isa, Matrix::new(m, k, &a), Matrix::new(k, n, &b), c)));
    found.add_of_all("matmul::run", |isa| {
        into(&|c| {
            let mut target = Target::new(c, Rows::plain(n));
            Product { epilogue, ..Product::new(m, left, &right) }.run(isa, &mut target);
        })
    });
    found.add_of_all("matmul::run continued", |isa| {
        into(&|c| {
            let mut target = Target::new(c, Rows::plain(n)).continued();
            Product::new(m, left, &right).run(isa, &mut target);
        })
    });
    found.add_of_all("matmul::run of columns", |isa| {
        into(&|c| {
            let columns = 16..n;
            let mut target = Target::new(c, Rows::plain(columns.len()));
            Product { columns, ..Product::new(m, left, &right) }.run(isa, &mut target);
        })
    });
    found.add_of_all("matmul::run of rows", |isa| {
        into(&|c| {
            // Rows 3 to 12 and 33 to 42 of B.
            let some = LeftMatrix { segments: 2, segment_step: 20, segment_length: 10, ..left };
            let rows = RightRows { matrix: right.view(), first: 3, segment_step: 30 };
            let mut target = Target::new(c, Rows::plain(n));
            Product::of_rows(m, some, rows).run(isa, &mut target);
        })
    });
    let layer = LinearWeights::new(&b, &pseudo_random(7, n), k);
    found.add_of_all("linear::forward", |isa| {
        let mut y = vec![0.0; n];
        layer.forward(isa, &a[..k], &mut y);
        y
    });
    found.add_of_all("linear::input_gradient", |isa| {
        let mut dx = vec![0.0; k];
        layer.input_gradient(isa, &a[..n], &mut dx);
        dx
    });
}

/// A map's sizes, channels in and out, kernel and stride: all that a ResNet has.
const CONVOLUTIONS: [[usize; 6]; 5] =
    [[17, 15, 3, 33, 7, 2], [9, 8, 16, 32, 3, 2], [9, 9, 33, 31, 3, 1], [7, 8, 64, 48, 1, 2], [5, 6, 5, 17, 3, 1]];

fn convolutions(found: &mut Found) {
    for [height, width, inputs, outputs, kernel, stride] in CONVOLUTIONS {
        let sliding = Sliding::square(kernel, stride, kernel / 2);
        let size = sliding.output_size(height, width).unwrap();
        let map = Region::whole(size.0, size.1);
        let held = sliding.input_region(&map);
        let raw = pseudo_random(10, outputs * inputs * kernel * kernel);
        let weights = ConvWeights::new(&raw, outputs, inputs, sliding);
        let x = pseudo_random(11, held.positions() * inputs);
        let affine = ColumnAffine::new(&pseudo_random(12, outputs), &pseudo_random(13, outputs));
        let residual = pseudo_random(14, map.positions() * outputs);
        let everything =
            ConvEpilogue { affine: Some(&affine), residual: Some(Window::new(&residual, map, outputs)), relu: true };
        let nothing = ConvEpilogue { affine: None, residual: None, relu: false };
        let what = format!("{height} x {width} x {inputs}, {outputs}, {kernel} / {stride}");
        let task = |wanted, epilogue| ConvTask { x: Window::new(&x, held, inputs), wanted, epilogue };
        let whole = |compute: &dyn Fn(&mut WindowMut<'_>)| {
            let mut y = vec![0.0; map.positions() * outputs];
            compute(&mut WindowMut::new(&mut y, map, outputs));
            y
        };
        found.add_of_all(format!("conv/direct::convolve {what}"), |isa| {
            whole(&|y| weights.convolve(isa, &task(map, everything), y))
        });
        let some = Region::between(1, 1, map.bottom(), map.right() - 1);
        found.add_of_all(format!("conv/direct::convolve part of {what}"), |isa| {
            whole(&|y| weights.convolve(isa, &task(some, nothing), y))
        });
        let channels = 16..outputs;
        found.add_of_all(format!("conv/direct::convolve_channels {what}"), |isa| {
            let mut y = vec![0.0; some.positions() * channels.len()];
            let channels = SomeChannels { channels: channels.clone(), values: &mut y };
            weights.convolve_channels(isa, &task(some, everything), channels);
            y
        });
        let gradient = ConvGradient::new(&raw, outputs, inputs, sliding);
        found.add_of_all(format!("conv/gradient::add_input_gradient {what}"), |isa| {
            // Gradients behind a ReLU are zero in many places.
            let dy: Vec<f32> = residual.iter().map(|v| v.max(0.0)).collect();
            let mut dx = pseudo_random(15, held.positions() * inputs);
            let mut scratch = vec![0.0; input_gradient_scratch(sliding, inputs)];
            let mut to = WindowMut::new(&mut dx, held, inputs);
            let dy = Window::new(&dy, map, outputs).part(map);
            gradient.add_input_gradient(isa, dy, &mut to, &mut scratch);
            dx
        });
    }
}

fn winograd(found: &mut Found) {
    let (height, width, inputs, outputs) = (9, 11, 32, 48);
    let sliding = Sliding::square(3, 1, 1);
    let map = Region::whole(height, width);
    let raw = pseudo_random(20, outputs * inputs * 9);
    let affine = ColumnAffine::bias(&pseudo_random(21, outputs));
    let residual = pseudo_random(22, map.positions() * outputs);
    for tile in [Tile::Two, Tile::Four] {
        let held = sliding.input_region(&tile.covering(&map));
        let weights = WinogradWeights::with_tile(tile, &raw, (outputs, inputs), sliding);
        let x = pseudo_random(23, held.positions() * inputs);
        let epilogue =
            ConvEpilogue { affine: Some(&affine), residual: Some(Window::new(&residual, map, outputs)), relu: true };
        let computed = |isa: Isa, channels: Option<std::ops::Range<usize>>| {
            let count = channels.as_ref().map_or(outputs, ExactSizeIterator::len);
            let mut y = vec![0.0; map.positions() * count];
            let mut scratch = vec![0.0; weights.scratch(count)];
            let task = ConvTask { x: Window::new(&x, held, inputs), wanted: map, epilogue };
            match channels {
                Some(channels) => {
                    let some = SomeChannels { channels, values: &mut y };
                    weights.convolve_channels(isa, &task, some, &mut scratch);
                }
                None => {
                    let mut to = WindowMut::new(&mut y, map, outputs);
                    weights.convolve(isa, &task, &mut to, &mut scratch);
                }
            }
            y
        };
        found.add_of_all(format!("conv/winograd::convolve {tile:?}"), |isa| computed(isa, None));
        found.add_of_all(format!("conv/winograd::convolve_channels {tile:?}"), |isa| computed(isa, Some(16..outputs)));
    }
}
