//! Max pooling of equal values, zeros of both signs and NaN, and the order in which its gradients are added.

use kernels::conv::Sliding;
use kernels::pool::MaxPool;
use kernels::{Isa, Region, Window, WindowMut};
use testkit::{assert_same_bits, pseudo_random};

/// Few different values, so that most windows hold equal ones: zeros of both signs among them, NaN if so asked.
fn ties(seed: u64, len: usize, nan: bool) -> Vec<f32> {
    let odd = if nan { f32::NAN } else { -1.0 };
    let pick = |v: &f32| match v {
        v if *v < -0.6 => 0.0,
        v if *v < -0.2 => -0.0,
        v if *v < 0.1 => 1.0,
        v if *v < 0.6 => -1.0,
        _ => odd,
    };
    pseudo_random(seed, len).iter().map(pick).collect()
}

#[test]
fn the_first_of_equals_wins_a_nan_exceeds_every_number_the_last_of_several_counts_and_gradients_are_added_row_by_row() {
    let cases = [
        ((3, 3), (2, 2), (1, 1)),
        ((3, 3), (1, 1), (1, 1)),
        ((2, 3), (1, 2), (0, 2)),
        ((1, 1), (1, 1), (1, 0)),
        ((2, 2), (1, 1), (2, 2)),
    ];
    for (seed, (kernel, stride, padding)) in (0_u64..).zip(cases) {
        for channels in [1, 5, 16, 67] {
            for nan in [false, true] {
                let (map, sliding) = ((6, 7), Sliding { kernel, stride, padding });
                let whole = Region::whole(map.0, map.1);
                let (height, width) = sliding.output_size(map.0, map.1).unwrap();
                let output = Region::whole(height, width);
                let x = ties(seed, whole.positions() * channels, nan);
                // Sums of such numbers depend on their order.
                let dy: Vec<f32> =
                    pseudo_random(seed + 9, output.positions() * channels).iter().map(|v| v * 1e3).collect();
                let before = pseudo_random(seed + 10, x.len());
                let (mut y, mut dx) = (Vec::new(), before.clone());
                for (to, dy) in dy.iter().enumerate() {
                    let (at, c) = (to / channels, to % channels);
                    let mut largest: Option<usize> = None;
                    for ky in 0..kernel.0 {
                        for kx in 0..kernel.1 {
                            let row = (at / width * stride.0 + ky).checked_sub(padding.0);
                            let column = (at % width * stride.1 + kx).checked_sub(padding.1);
                            let (Some(row), Some(column)) = (row, column) else {
                                continue;
                            };
                            if row >= map.0 || column >= map.1 {
                                continue;
                            }
                            let from = (row * map.1 + column) * channels + c;
                            if largest.is_none_or(|l| x[from] > x[l] || x[from].is_nan()) {
                                largest = Some(from);
                            }
                        }
                    }
                    y.push(largest.map_or(f32::NEG_INFINITY, |l| x[l]));
                    if let Some(largest) = largest {
                        dx[largest] += dy;
                    }
                }
                for isa in Isa::supported() {
                    let what = format!("{sliding:?} of {channels} channels on {}", isa.name());
                    let mut found = vec![7.0; y.len()];
                    let mut gradient = before.clone();
                    let window = Window::new(&x, whole, channels);
                    let pool = MaxPool { map, sliding };
                    pool.apply(isa, window, &mut WindowMut::new(&mut found, output, channels));
                    let dy = Window::new(&dy, output, channels).part(output);
                    let mut target = WindowMut::new(&mut gradient, whole, channels);
                    pool.gradient(isa, window, dy, &mut target);
                    assert_same_bits(&found, &y, &what);
                    assert_same_bits(&gradient, &dx, &what);
                }
            }
        }
    }
}
