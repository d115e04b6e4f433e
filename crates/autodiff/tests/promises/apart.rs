//! When threads share the channels of a convolution instead of its rows, and that this changes no bit.

use autodiff::ops::{Algorithm, Binding, Bound, Convolution, Draw, Forward, Kernel, Operation};
use autodiff::{Channels, Isa, Shape, Sliding, Window};
use kernels::{Region, WindowMut};
use testkit::{assert_same_bits, pseudo_random};

/// A 3 x 3 convolution on `map`, all of it wanted.
struct Layer {
    bound: Bound,
    input: Shape,
    output: Shape,
}

fn layer(map: (usize, usize), (inputs, outputs): (usize, usize), algorithm: Algorithm) -> Layer {
    of_groups(map, Channels { inputs, outputs, groups: 1 }, algorithm)
}

fn of_groups((height, width): (usize, usize), channels: Channels, algorithm: Algorithm) -> Layer {
    let weights = pseudo_random(1, channels.outputs * channels.seen() * 9);
    let convolution = Convolution::grouped(weights, channels, Sliding::square(3, 1, 1), None);
    let convolution = convolution.unwrap().computed(algorithm);
    let [input, output] = [channels.inputs, channels.outputs].map(|c| Shape::new(height, width, c));
    let bound =
        convolution.bind(&Binding { inputs: vec![input], output, region: output.region(), gradient: Region::EMPTY });
    Layer { bound, input, output }
}

impl Layer {
    fn kernel(&self) -> &dyn Kernel {
        self.bound.kernel()
    }

    /// Whether so many threads compute it apart, and what they then write.
    fn apart(&self, threads: usize) -> (bool, Vec<f32>) {
        self.run(threads, |kernel, mut step| kernel.forward_apart(&mut step))
    }

    fn run(&self, threads: usize, execute: impl FnOnce(&dyn Kernel, Forward<'_>) -> bool) -> (bool, Vec<f32>) {
        // Whole tiles of four and the padding around them.
        let held = Region::whole(self.input.height.next_multiple_of(4), self.input.width.next_multiple_of(4)).grown(1);
        let mut x = pseudo_random(2, held.positions() * self.input.channels);
        WindowMut::new(&mut x, held, self.input.channels).clear_outside(self.input.region());
        let mut y = vec![f32::NAN; self.output.len()];
        let mut scratch = vec![vec![f32::NAN; self.kernel().scratch_floats()]; threads];
        let (first, more) = scratch.split_first_mut().unwrap();
        let did = execute(
            self.kernel(),
            Forward {
                isa: Isa::best(),
                inputs: [Some(Window::new(&x, held, self.input.channels)), None],
                output: WindowMut::new(&mut y, self.output.region(), self.output.channels),
                scratch: first,
                more,
                draw: Draw::None,
            },
        );
        (did, y)
    }

    fn alone(&self) -> Vec<f32> {
        self.run(1, |kernel, step| {
            kernel.forward(step);
            true
        })
        .1
    }
}

#[test]
fn channels_are_shared_where_rows_cannot_be_evenly_and_every_thread_has_whole_panels() {
    for outputs in [16, 32, 48, 64, 80] {
        for height in [1, 2, 3, 4, 5, 7, 8, 19, 20, 21, 22, 39, 40, 41, 62] {
            let layer = layer((height, 2), (3, outputs), Algorithm::Direct);
            let expected = layer.alone();
            for threads in 1..=4 {
                // Uneven: the thread with the most rows has more than a twentieth more than its share.
                let most = (0..threads).map(|t| (height * (t + 1)) / threads - height * t / threads).max().unwrap();
                let uneven = 20 * most * threads > 21 * height;
                let panels = outputs % (16 * threads) == 0;
                let (did, found) = layer.apart(threads);
                assert_eq!(did, uneven && panels, "{height} rows of {outputs} channels on {threads} threads");
                if did {
                    assert_same_bits(&found, &expected, "channels apart");
                }
            }
        }
    }
}

#[test]
fn groups_are_never_shared_by_channels_and_never_transformed() {
    for algorithm in Algorithm::ALL {
        for groups in [2, 16] {
            let channels = Channels { inputs: 32, outputs: 64, groups };
            let layer = of_groups((7, 7), channels, algorithm);
            assert_eq!(layer.kernel().rows_together(), 1, "{groups} groups, {algorithm}");
            assert!(!layer.apart(2).0, "{groups} groups, {algorithm}");
        }
    }
}

#[test]
fn of_transformed_weights_so_many_that_they_do_not_stay_in_a_cache_each_thread_reads_its_own() {
    // 36 floats for each pair of channels: two MiB are 14,564 pairs.
    for (channels, outputs, large) in [(112, 128, false), (128, 128, true), (144, 96, false), (160, 96, true)] {
        let layer = layer((5, 6), (channels, outputs), Algorithm::Winograd);
        let expected = layer.alone();
        for threads in 1..=4 {
            let (did, found) = layer.apart(threads);
            let even = threads > 1 && outputs % (16 * threads) == 0;
            assert_eq!(did, large && even, "{channels} to {outputs} channels on {threads} threads");
            if did {
                assert_same_bits(&found, &expected, "channels apart");
            }
        }
        assert_eq!(layer.kernel().rows_together(), 4);
        assert_eq!(layer.kernel().shared(), Some(layer.output.region()));
    }
    assert_eq!(layer((5, 6), (16, 16), Algorithm::Direct).kernel().rows_together(), 1);
}
