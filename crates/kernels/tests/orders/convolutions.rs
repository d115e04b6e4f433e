//! The gradients of convolutions, chains of fused multiply-adds. That a convolution is one chain is a law (`crates/laws`).

use kernels::conv::{Channels, ConvGradient, Sliding};
use kernels::{Isa, Region, Window, WindowMut};
use testkit::{assert_same_bits, pseudo_random};

struct Layer {
    sliding: Sliding,
    channels: Channels,
    map: (usize, usize),
}

fn layers() -> Vec<Layer> {
    let mut layers = Vec::new();
    for (kernel, stride, padding) in
        [((3, 3), (1, 1), (1, 1)), ((3, 2), (2, 1), (1, 0)), ((1, 1), (2, 2), (0, 0)), ((2, 5), (1, 3), (1, 4))]
    {
        for [inputs, outputs, groups] in [
            [3, 5, 1],
            [15, 17, 1],
            [16, 16, 1],
            [33, 18, 1],
            [16, 16, 16],
            [16, 16, 8],
            [32, 32, 8],
            [32, 32, 4],
            [32, 32, 2],
            [9, 15, 3],
            [34, 36, 2],
        ] {
            let sliding = Sliding { kernel, stride, padding };
            layers.push(Layer { sliding, channels: Channels { inputs, outputs, groups }, map: (7, 9) });
        }
    }
    layers
}

impl Layer {
    fn weights(&self) -> Vec<f32> {
        let (height, width) = self.sliding.kernel;
        pseudo_random(1, self.channels.outputs * self.channels.seen() * height * width)
    }

    fn weight(&self, weights: &[f32], [out, c, ky, kx]: [usize; 4]) -> f32 {
        let (height, width) = self.sliding.kernel;
        weights[((out * self.channels.seen() + c) * height + ky) * width + kx]
    }

    /// The first input channel that an output channel sees.
    fn first_seen(&self, out: usize) -> usize {
        out / self.channels.made() * self.channels.seen()
    }

    fn output(&self) -> (usize, usize) {
        self.sliding.output_size(self.map.0, self.map.1).unwrap()
    }

    /// The whole map with its padding.
    fn held(&self) -> Region {
        self.sliding.input_region(&Region::whole(self.output().0, self.output().1))
    }

    /// Row and column of the padded map, counted from the first that is held, under a tap of an output position.
    fn under(&self, (i, j): (usize, usize), (ky, kx): (usize, usize)) -> (usize, usize) {
        (i * self.sliding.stride.0 + ky, j * self.sliding.stride.1 + kx)
    }
}

#[test]
fn a_gradient_by_many_channels_or_in_groups_continues_as_one_chain_and_one_by_few_adds_a_chain_for_each_position() {
    for layer in layers() {
        let (held, output) = (layer.held(), layer.output());
        let Channels { inputs, outputs, groups } = layer.channels;
        let region = Region::whole(output.0, output.1);
        let weights = layer.weights();
        // A third of the gradient is zero, as behind a pooling; of a chain over what is not zero, these are left out.
        let dy: Vec<f32> = pseudo_random(6, region.positions() * outputs)
            .into_iter()
            .enumerate()
            .map(|(i, v)| if i % 3 == 1 { 0.0 } else { v })
            .collect();
        let before = pseudo_random(7, held.positions() * inputs);
        let mut expected = before.clone();
        for position in 0..region.positions() {
            let at = (position / output.1, position % output.1);
            let dy = &dy[position * outputs..][..outputs];
            for ky in 0..layer.sliding.kernel.0 {
                for kx in 0..layer.sliding.kernel.1 {
                    let (row, column) = layer.under(at, (ky, kx));
                    for c in 0..inputs {
                        let dx = &mut expected[(row * held.width + column) * inputs + c];
                        let seen = layer.channels.seen();
                        let chain = |start: f32| {
                            let of_group =
                                dy.iter().enumerate().filter(|(out, _)| layer.first_seen(*out) == c / seen * seen);
                            of_group.fold(start, |sum, (out, dy)| {
                                dy.mul_add(layer.weight(&weights, [out, c % seen, ky, kx]), sum)
                            })
                        };
                        *dx = if inputs >= 16 || groups > 1 { chain(*dx) } else { *dx + chain(0.0) };
                    }
                }
            }
        }
        let gradient = ConvGradient::grouped(&weights, layer.channels, layer.sliding);
        for isa in Isa::supported() {
            let mut dx = before.clone();
            let mut scratch = vec![f32::NAN; gradient.scratch()];
            let mut window = WindowMut::new(&mut dx, held, inputs);
            let dy = Window::new(&dy, region, outputs).part(region);
            gradient.add_input_gradient(isa, dy, &mut window, &mut scratch);
            let what = format!("{:?} of {:?} on {isa}", layer.sliding, layer.channels);
            assert_same_bits(&dx, &expected, &what);
        }
    }
}
