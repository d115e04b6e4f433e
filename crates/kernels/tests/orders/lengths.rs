//! What kernels on pictures, vectors and transforms refuse.

use crate::refusals::{SQUARE, refuses, window};
use kernels::adam::{Adam, Direction, Moments};
use kernels::batch_norm::BatchNormStatistics;
use kernels::color::{Normalisation, squash_colors, squash_colors_gradient};
use kernels::conv::Sliding;
use kernels::dft::WindowDft;
use kernels::elementary::cos_sin_fraction;
use kernels::elementwise::{self, ChannelAffine};
use kernels::pool::{MaxPool, global_average_pool, global_average_pool_gradient};
use kernels::resample::{Alignment, ResizePlan, Rotation, Translation};
use kernels::softmax::softmax;
use kernels::{Isa, Region, Window, WindowMut};

const ROW: Region = Region { top: 0, left: 0, height: 1, width: 4 };

#[test]
fn pictures_and_their_moves() {
    let isa = Isa::best();
    let (four, three) = ([0.0; 64], [0.0; 48]);
    let whole = |channels: usize| vec![0.0; 16 * channels];
    let colors = Normalisation { mean: [0.0; 3], std: [1.0; 3] };
    let normalised = |region: Region, x: &[f32], channels: usize| {
        let mut y = whole(channels);
        colors.apply(isa, region, window(x, channels), &mut WindowMut::new(&mut y, SQUARE, channels));
    };
    normalised(SQUARE, &three, 3);
    assert!(refuses(|| normalised(SQUARE, &four, 4)));
    assert!(refuses(|| normalised(SQUARE.grown(1), &three, 3)));
    assert!(refuses(|| squash_colors(isa, &[0.0; 6], &mut [0.0; 9])));
    assert!(refuses(|| squash_colors(isa, &[0.0; 7], &mut [0.0; 7])));
    assert!(refuses(|| squash_colors_gradient(isa, &[0.0; 6], &[0.0; 9], &mut [0.0; 6])));
    assert!(refuses(|| squash_colors_gradient(isa, &[0.0; 9], &[0.0; 6], &mut [0.0; 6])));
    let turn = Rotation::new((4, 4), 3);
    assert!(refuses(|| turn.rotate(isa, SQUARE, window(&four, 4), &mut WindowMut::new(&mut whole(4), SQUARE, 4))));
    assert!(refuses(|| turn.adjoint(isa, SQUARE, window(&four, 4), &mut WindowMut::new(&mut whole(4), SQUARE, 4))));
    for (from, to) in [((0, 4), (4, 4)), ((4, 0), (4, 4)), ((4, 4), (0, 4)), ((4, 4), (4, 0))] {
        assert!(refuses(|| drop(ResizePlan::new(from, to, Alignment::Corners))), "{from:?} to {to:?}");
    }
    let mut y = whole(4);
    let still = Translation { map: SQUARE, down: 0, right: 0 };
    assert!(refuses(|| still.apply(SQUARE, window(&three, 3), &mut WindowMut::new(&mut y, SQUARE, 4))));
    let mut one = [0.0; 1];
    assert!(refuses(|| global_average_pool(isa, Region::EMPTY, window(&[0.0; 16], 1), &mut one)));
    assert!(refuses(|| global_average_pool(isa, SQUARE.grown(1), window(&[0.0; 16], 1), &mut one)));
    assert!(refuses(|| global_average_pool(isa, SQUARE, window(&three, 3), &mut one)));
    assert!(refuses(|| global_average_pool_gradient(
        isa,
        SQUARE,
        &[0.0; 2],
        &mut WindowMut::new(&mut whole(3), SQUARE, 3)
    )));
    let pooled = |channels: usize, held: Region| {
        let x = vec![0.0; held.positions() * 3];
        let mut y = vec![0.0; 4 * channels];
        let mut y = WindowMut::new(&mut y, Region::whole(2, 2), channels);
        let pool = MaxPool { map: (4, 4), sliding: Sliding::square(2, 2, 0) };
        pool.apply(isa, Window::new(&x, held, 3), &mut y);
    };
    pooled(3, SQUARE);
    assert!(refuses(|| pooled(2, SQUARE)));
    assert!(refuses(|| pooled(3, ROW)));
}

#[test]
fn vectors_of_different_lengths() {
    let isa = Isa::best();
    let adam = || Adam::new(Direction::Ascent, 0.1, (0.9, 0.99), 1e-8);
    for wrong in 0..3 {
        let length = |i: usize| if i == wrong { 3 } else { 4 };
        let [g, mut m, mut v] = [0, 1, 2].map(|i| vec![0.0; length(i)]);
        let moments = Moments { first: &mut m, second: &mut v };
        assert!(refuses(|| adam().step(isa, &mut [0.0; 4], &g, moments)), "{wrong}");
        let statistics = |i: usize| &[1.0; 4][..if i == wrong { 3 } else { 4 }];
        let norm = BatchNormStatistics {
            gamma: &[1.0; 4],
            beta: statistics(0),
            mean: statistics(1),
            variance: statistics(2),
            epsilon: 1e-5,
        };
        assert!(refuses(|| drop(norm.scale_and_shift())), "{wrong}");
    }
    assert!(refuses(|| softmax(isa, &[0.0; 3], &mut [0.0; 2])));
    assert!(refuses(|| elementwise::accumulate_slice(isa, &[0.0; 3], &mut [0.0; 2])));
    for (a, b, y) in [(2, 3, 3), (3, 2, 3), (3, 3, 2)] {
        let [a, b] = [a, b].map(|n| vec![0.0; n]);
        assert!(refuses(|| elementwise::multiply(isa, &a, &b, &mut vec![0.0; y])));
        assert!(refuses(|| elementwise::multiply_add(isa, &a, &b, &mut vec![0.0; y])));
    }
    assert!(refuses(|| elementwise::scale_channels(
        isa,
        SQUARE,
        &[1.0; 2],
        &mut WindowMut::new(&mut [0.0; 48], SQUARE, 3)
    )));
    for (scale, shift, fine) in [(1, 1, true), (1, 2, false), (2, 1, false)] {
        let affine = ChannelAffine { scale: &[1.0; 2][..scale], shift: &[1.0; 2][..shift] };
        let (x, mut y) = ([0.0; 16], [0.0; 16]);
        let mut y = WindowMut::new(&mut y, SQUARE, 1);
        assert_eq!(!refuses(|| elementwise::scale_and_shift(isa, affine, window(&x, 1).part(SQUARE), &mut y)), fine);
    }
    assert!(refuses(|| elementwise::copy(
        SQUARE,
        window(&[0.0; 16], 1),
        &mut WindowMut::new(&mut [0.0; 32], SQUARE, 2)
    )));
    assert!(refuses(|| {
        cos_sin_fraction(1, 0);
    }));
    for window in [Region::EMPTY, Region::between(2, 2, 5, 4)] {
        assert!(refuses(|| drop(WindowDft::new(4, 4, window))));
    }
    let dft = WindowDft::new(4, 6, Region::between(1, 2, 3, 4));
    assert_eq!((dft.window(), dft.spectrum_length()), (Region::between(1, 2, 3, 4), 4 * 4 * 2));
    for (spectrum, image) in [(31, 4), (33, 4), (32, 3), (32, 5)] {
        let mut scratch = vec![0.0; dft.scratch()];
        assert!(refuses(|| dft.inverse(isa, &vec![0.0; spectrum], &mut scratch, &mut vec![0.0; image])));
        assert!(refuses(|| dft.adjoint(isa, &vec![0.0; image], &mut scratch, &mut vec![0.0; spectrum])));
    }
    let mut short = vec![0.0; dft.scratch() - 1];
    assert!(refuses(|| dft.inverse(isa, &[0.0; 32], &mut short, &mut [0.0; 4])));
    assert!(refuses(|| dft.adjoint(isa, &[0.0; 4], &mut short, &mut [0.0; 32])));
}
