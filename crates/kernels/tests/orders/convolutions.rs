//! Convolutions and their gradients, one chain of fused multiply-adds a value.

use kernels::conv::{ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, input_gradient_scratch};
use kernels::matmul::ColumnAffine;
use kernels::{Isa, Region, Window, WindowMut};
use testkit::{assert_same_bits, pseudo_random};

struct Layer {
    sliding: Sliding,
    channels: usize,
    outputs: usize,
    map: (usize, usize),
}

fn layers() -> Vec<Layer> {
    let mut layers = Vec::new();
    for (kernel, stride, padding) in
        [((3, 3), (1, 1), (1, 1)), ((3, 2), (2, 1), (1, 0)), ((1, 1), (2, 2), (0, 0)), ((2, 5), (1, 3), (1, 4))]
    {
        for (channels, outputs) in [(3, 5), (15, 17), (16, 16), (33, 18)] {
            let sliding = Sliding { kernel, stride, padding };
            layers.push(Layer { sliding, channels, outputs, map: (7, 9) });
        }
    }
    layers
}

impl Layer {
    fn weights(&self) -> Vec<f32> {
        let (height, width) = self.sliding.kernel;
        pseudo_random(1, self.outputs * self.channels * height * width)
    }

    fn weight(&self, weights: &[f32], [out, c, ky, kx]: [usize; 4]) -> f32 {
        let (height, width) = self.sliding.kernel;
        weights[((out * self.channels + c) * height + ky) * width + kx]
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
fn a_convolution_is_one_chain_over_rows_columns_and_channels_of_its_window_then_affine_residual_and_relu() {
    for layer in layers() {
        let (held, output) = (layer.held(), layer.output());
        let region = Region::whole(output.0, output.1);
        let mut x = pseudo_random(2, held.positions() * layer.channels);
        let map = Region::whole(layer.map.0, layer.map.1);
        WindowMut::new(&mut x, held, layer.channels).clear_outside(map);
        let weights = layer.weights();
        let [scale, shift] = [3, 4].map(|seed| pseudo_random(seed, layer.outputs));
        let residual = pseudo_random(5, region.positions() * layer.outputs);
        let mut expected = Vec::new();
        for position in 0..region.positions() {
            let at = (position / output.1, position % output.1);
            for out in 0..layer.outputs {
                let mut sum = 0.0_f32;
                for ky in 0..layer.sliding.kernel.0 {
                    for kx in 0..layer.sliding.kernel.1 {
                        let (row, column) = layer.under(at, (ky, kx));
                        for c in 0..layer.channels {
                            let value = x[(row * held.width + column) * layer.channels + c];
                            sum = value.mul_add(layer.weight(&weights, [out, c, ky, kx]), sum);
                        }
                    }
                }
                let sum = sum.mul_add(scale[out], shift[out]) + residual[expected.len()];
                expected.push(if sum > 0.0 { sum } else { 0.0 });
            }
        }
        let packed = ConvWeights::new(&weights, layer.outputs, layer.channels, layer.sliding);
        let affine = ColumnAffine::new(&scale, &shift);
        let epilogue = ConvEpilogue {
            affine: Some(&affine),
            residual: Some(Window::new(&residual, region, layer.outputs)),
            relu: true,
        };
        for isa in Isa::supported() {
            let mut y = vec![f32::NAN; expected.len()];
            let mut window = WindowMut::new(&mut y, region, layer.outputs);
            let x = Window::new(&x, held, layer.channels);
            packed.convolve(isa, &ConvTask { x, wanted: region, epilogue }, &mut window);
            assert_same_bits(&y, &expected, isa.name());
        }
    }
}

#[test]
fn a_gradient_by_many_channels_continues_as_one_chain_and_one_by_few_adds_a_chain_for_each_position() {
    for layer in layers() {
        let (held, output) = (layer.held(), layer.output());
        let region = Region::whole(output.0, output.1);
        let weights = layer.weights();
        // A third of the gradient is zero, as behind a pooling; of a chain over what is not zero, these are left out.
        let dy: Vec<f32> = pseudo_random(6, region.positions() * layer.outputs)
            .into_iter()
            .enumerate()
            .map(|(i, v)| if i % 3 == 1 { 0.0 } else { v })
            .collect();
        let before = pseudo_random(7, held.positions() * layer.channels);
        let mut expected = before.clone();
        for position in 0..region.positions() {
            let at = (position / output.1, position % output.1);
            let dy = &dy[position * layer.outputs..][..layer.outputs];
            for ky in 0..layer.sliding.kernel.0 {
                for kx in 0..layer.sliding.kernel.1 {
                    let (row, column) = layer.under(at, (ky, kx));
                    for c in 0..layer.channels {
                        let dx = &mut expected[(row * held.width + column) * layer.channels + c];
                        let chain = |start: f32| {
                            let each = dy.iter().enumerate();
                            each.fold(start, |sum, (out, dy)| dy.mul_add(layer.weight(&weights, [out, c, ky, kx]), sum))
                        };
                        *dx = if layer.channels >= 16 { chain(*dx) } else { *dx + chain(0.0) };
                    }
                }
            }
        }
        let gradient = ConvGradient::new(&weights, layer.outputs, layer.channels, layer.sliding);
        for isa in Isa::supported() {
            let mut dx = before.clone();
            let mut scratch = vec![f32::NAN; input_gradient_scratch(layer.sliding, layer.channels)];
            let mut window = WindowMut::new(&mut dx, held, layer.channels);
            let dy = Window::new(&dy, region, layer.outputs).part(region);
            gradient.add_input_gradient(isa, dy, &mut window, &mut scratch);
            let what = format!("{:?} of {} channels on {}", layer.sliding, layer.channels, isa.name());
            assert_same_bits(&dx, &expected, &what);
        }
    }
}
