//! What kernels refuse, each for its own reason, before anything is written.

use kernels::conv::{
    Channels, ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, SomeChannels, Tile, WinogradWeights,
    input_gradient_scratch,
};
use kernels::linear::LinearWeights;
use kernels::matmul::{ColumnAffine, LeftMatrix, Matrix, PackedMatrix, PackedView, Product, Rows, Target, matmul};
use kernels::{Isa, Region, Window, WindowMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Whether it panics.
pub(crate) fn refuses(run: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(run)).is_err()
}

pub(crate) const SQUARE: Region = Region { top: 0, left: 0, height: 4, width: 4 };
pub(crate) fn window(data: &[f32], channels: usize) -> Window<'_> {
    Window::new(data, SQUARE, channels)
}

#[test]
fn regions_and_windows() {
    assert!(Region::between(3, 0, 3, 5).is_empty() && Region::between(3, 0, 2, 5).is_empty());
    assert_eq!(Region::between(3, 5, 3, 2), Region { height: 0, width: 0, ..Region::between(3, 5, 3, 2) });
    assert_eq!(SQUARE.grown(2), Region::between(-2, -2, 6, 6));
    assert_eq!(SQUARE.shifted(-1, 3), Region::between(-1, 3, 3, 7));
    assert!(SQUARE.contains(&Region::EMPTY) && SQUARE.contains(&SQUARE) && !SQUARE.contains(&SQUARE.shifted(0, 1)));
    assert!(refuses(|| drop(window(&[0.0; 15], 1).data().to_vec())));
    assert!(refuses(|| drop(window(&[0.0; 17], 1).data().to_vec())));
    assert!(refuses(|| drop(WindowMut::new(&mut [0.0; 17], SQUARE, 1).as_window().data().to_vec())));
    let data = [0.0; 16];
    assert_eq!(window(&data, 1).offset(3, 3), 15);
    for (y, x) in [(-1, 0), (0, -1), (4, 0), (0, 4)] {
        assert!(
            refuses(|| {
                window(&data, 1).offset(y, x);
            }),
            "({y}, {x})"
        );
        assert!(
            refuses(|| {
                WindowMut::new(&mut [0.0; 16], SQUARE, 1).offset(y, x);
            }),
            "({y}, {x})"
        );
    }
    for (row, fine) in [(-1, false), (0, true), (4, true), (5, false)] {
        let split = || {
            WindowMut::new(&mut [0.0; 16], SQUARE, 1).split_rows(row);
        };
        assert_eq!(!refuses(split), fine, "row {row}");
    }
}

#[test]
fn products() {
    let isa = Isa::best();
    for (values, fine) in [(5, false), (6, true), (7, false)] {
        assert_eq!(!refuses(|| drop(Matrix::new(2, 3, &vec![0.0; values]).values().to_vec())), fine, "{values}");
    }
    let (left, right) = (Matrix::new(2, 3, &[0.0; 6]), Matrix::new(3, 2, &[0.0; 6]));
    matmul(isa, left, right, &mut [0.0; 4]);
    assert!(refuses(|| matmul(isa, left, right, &mut [0.0; 5])));
    assert!(refuses(|| matmul(isa, left, left, &mut [0.0; 6])));
    assert!(refuses(|| drop(PackedView::new(3, 17, &[0.0; 95]).values().to_vec())));
    let right = PackedMatrix::from_fn(3, 40, |_, _| 0.0);
    let columns = |columns: std::ops::Range<usize>, k: usize| {
        let width = columns.len();
        let mut c = vec![0.0; 2 * width];
        let mut target = Target::new(&mut c, Rows::plain(width));
        let left = vec![0.0; 2 * k];
        Product { columns, ..Product::new(2, LeftMatrix::row_major(&left, k), &right) }.run(isa, &mut target);
    };
    columns(16..40, 3);
    assert!(refuses(|| columns(8..24, 3)));
    assert!(refuses(|| columns(16..41, 3)));
    assert!(refuses(|| columns(16..40, 4)));
    assert!(refuses(|| drop(ColumnAffine::new(&[1.0; 3], &[1.0; 2]))));
    assert!(refuses(|| drop(PackedMatrix::from_row_major(2, 3, &[0.0; 5]))));
    assert!(refuses(|| drop(LinearWeights::new(&[0.0; 7], &[0.0; 2], 3))));
    let layer = LinearWeights::new(&[0.0; 6], &[0.0; 2], 3);
    assert!(refuses(|| layer.forward(isa, &[0.0; 3], &mut [0.0; 3])));
    assert!(refuses(|| layer.input_gradient(isa, &[0.0; 3], &mut [0.0; 3])));
    assert!(refuses(|| layer.input_gradient(isa, &[0.0; 2], &mut [0.0; 2])));
}

#[test]
fn convolutions() {
    let (isa, sliding) = (Isa::best(), Sliding::square(3, 1, 0));
    assert!(refuses(|| drop(ConvWeights::new(&[0.0; 53], 2, 3, sliding))));
    assert!(refuses(|| drop(ConvGradient::new(&[0.0; 53], 2, 3, sliding))));
    // Groups that do not divide the channels, and weights of one group.
    for (weights, groups) in [(108, 2), (54, 4), (54, 0)] {
        let channels = Channels { inputs: 4, outputs: 3 + weights / 108, groups };
        assert!(refuses(|| drop(ConvWeights::grouped(&vec![0.0; weights], channels, sliding))), "{channels:?}");
        assert!(refuses(|| drop(ConvGradient::grouped(&vec![0.0; weights], channels, sliding))), "{channels:?}");
    }
    assert_eq!(sliding.output_size(2, 9), None);
    assert_eq!(sliding.output_size(9, 2), None);
    assert_eq!(sliding.output_size(3, 4), Some((1, 2)));
    assert_eq!(Sliding::square(3, 2, 1).output_size(4, 5), Some((2, 3)));
    assert!(sliding.input_region(&Region::EMPTY).is_empty());
    let weights = ConvWeights::new(&[0.0; 54], 2, 3, sliding);
    let run = |x: &[f32], held: Region, channels: usize, outputs: usize| {
        let mut y = vec![0.0; 4 * outputs];
        let mut y = WindowMut::new(&mut y, Region::whole(2, 2), outputs);
        let (x, wanted) = (Window::new(x, held, channels), Region::whole(2, 2));
        weights.convolve(isa, &ConvTask { x, wanted, epilogue: ConvEpilogue::default() }, &mut y);
    };
    run(&[0.0; 48], SQUARE, 3, 2);
    assert!(refuses(|| run(&[0.0; 64], SQUARE, 4, 2)));
    assert!(refuses(|| run(&[0.0; 48], SQUARE, 3, 3)));
    assert!(refuses(|| run(&[0.0; 36], Region::whole(4, 3), 3, 2)));
    let wide = ConvWeights::new(&[0.0; 40 * 27], 40, 3, sliding);
    let some = |channels: std::ops::Range<usize>, length: usize| {
        let x = [0.0; 48];
        let task = ConvTask { x: window(&x, 3), wanted: Region::whole(2, 2), epilogue: ConvEpilogue::default() };
        wide.convolve_channels(isa, &task, SomeChannels { channels, values: &mut vec![0.0; length] });
    };
    some(16..40, 96);
    let apart = Channels { inputs: 3, outputs: 48, groups: 3 };
    let apart = ConvWeights::grouped(&[0.0; 48 * 9], apart, sliding);
    let x = [0.0; 48];
    let task = ConvTask { x: window(&x, 3), wanted: Region::whole(2, 2), epilogue: ConvEpilogue::default() };
    let of_groups = SomeChannels { channels: 0..16, values: &mut [0.0; 64] };
    assert!(refuses(|| apart.convolve_channels(isa, &task, of_groups)));
    assert!(refuses(|| some(8..24, 64)));
    assert!(refuses(|| some(16..40, 95)));
    let gradient = ConvGradient::new(&[0.0; 54], 2, 3, sliding);
    let back = |outputs: usize, channels: usize, dx: Region, wanted: Region, scratch: usize| {
        let dy = vec![0.0; 4 * outputs];
        let mut data = vec![0.0; dx.positions() * channels];
        let mut dx = WindowMut::new(&mut data, dx, channels);
        let dy = Window::new(&dy, Region::whole(2, 2), outputs);
        gradient.add_input_gradient(isa, dy.part(wanted), &mut dx, &mut vec![0.0; scratch]);
    };
    let (all, scratch) = (Region::whole(2, 2), input_gradient_scratch(sliding, 3));
    back(2, 3, SQUARE, all, scratch);
    assert!(refuses(|| back(3, 3, SQUARE, all, scratch)));
    assert!(refuses(|| back(2, 4, SQUARE, all, scratch)));
    assert!(refuses(|| back(2, 3, Region::whole(3, 4), all, scratch)));
    assert!(refuses(|| back(2, 3, SQUARE.grown(1), Region::whole(3, 2), scratch)));
    assert!(refuses(|| back(2, 3, SQUARE, all, scratch - 1)));
}

#[test]
fn convolutions_by_winograds_algorithm() {
    let (isa, sliding) = (Isa::best(), Sliding::square(3, 1, 0));
    let raw = [0.0; 32 * 16 * 9];
    assert!(WinogradWeights::new(&raw[..15 * 16 * 9], 15, 16, sliding).is_none());
    assert!(refuses(|| drop(WinogradWeights::new(&raw[1..], 32, 16, sliding))));
    assert!(refuses(|| drop(WinogradWeights::with_tile(Tile::Two, &raw[..16 * 15 * 9], (16, 15), sliding))));
    let weights = WinogradWeights::new(&raw, 32, 16, sliding).unwrap();
    assert_eq!((weights.channels(), weights.outputs(), weights.tile()), (16, 32, Tile::Four));
    // The transformed weights: 36 matrices.
    assert_eq!(weights.bytes(), 36 * 32 * 16 * size_of::<f32>());
    let held = Region::whole(6, 6);
    let x = [0.0; 36 * 16];
    let rows = |held: Region, outputs: usize, scratch: usize| {
        let mut y = vec![0.0; 16 * outputs];
        let mut y = WindowMut::new(&mut y, SQUARE, outputs);
        let x = Window::new(&x[..held.positions() * 16], held, 16);
        let task = ConvTask { x, wanted: SQUARE, epilogue: ConvEpilogue::default() };
        weights.convolve(isa, &task, &mut y, &mut vec![0.0; scratch]);
    };
    let scratch = weights.scratch(32);
    rows(held, 32, scratch);
    assert!(refuses(|| rows(held, 16, scratch)));
    assert!(refuses(|| rows(Region::whole(6, 5), 32, scratch)));
    assert!(refuses(|| rows(held, 32, scratch - 1)));
    let some = |channels: std::ops::Range<usize>, length: usize| {
        let mut scratch = vec![0.0; weights.scratch(channels.len())];
        let task = ConvTask { x: Window::new(&x, held, 16), wanted: SQUARE, epilogue: ConvEpilogue::default() };
        let some = SomeChannels { channels, values: &mut vec![0.0; length] };
        weights.convolve_channels(isa, &task, some, &mut scratch);
    };
    some(16..32, 256);
    assert!(refuses(|| some(8..24, 256)));
    assert!(refuses(|| some(16..24, 128)));
    assert!(refuses(|| some(16..32, 255)));
}
