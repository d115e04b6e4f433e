//! Convolutions, by the definition and by Winograd's algorithm, and the gradient.

use crate::{chain, claims, on};
use kernels::conv::{Channels, ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, Tile, WinogradWeights};
use kernels::matmul::PANEL;
use kernels::{Isa, Region, Window, WindowMut};
use laws::operations::{Convolution, Shape, Winograd};
use laws::{Adjoint, Claims, Products, Subject};

pub(crate) fn all(isa: Isa) -> Vec<Box<dyn Subject>> {
    let direct = on(isa, Claims { groups: true, ..chain() }, images)
        .part(move |p: &Convolution<f32>, part, y| of_image(isa, p, (0, region(part)), y))
        .adjoint(move |p: &Convolution<f32>, dy, dx| gradients(isa, p, dy, dx));
    // Of few input channels, zeros of the gradient are left out, not multiplied.
    let unlike_ieee = Claims { not_finite: false, products: Products::Fused, groups: true, ..claims() };
    let gradient = on(isa, unlike_ieee.clone(), |isa, p: &Adjoint<Convolution<f32>, f32>, dx| {
        gradients(isa, &p.of, &p.gradient, dx)
    });
    let tiles = Claims { tiles: vec![PANEL], ..claims() };
    let winograd = on(isa, tiles, |isa, p: &Winograd<f32>, y| in_tiles(isa, p, whole(&p.of.shape), y))
        .part(move |p: &Winograd<f32>, part, y| in_tiles(isa, p, region(part), y));
    vec![Box::new(direct), Box::new(gradient), Box::new(winograd)]
}

pub(crate) fn region(part: laws::Region) -> Region {
    Region::whole(part.height, part.width).shifted(part.top.cast_signed(), part.left.cast_signed())
}

fn sliding(shape: &Shape) -> Sliding {
    Sliding { kernel: shape.kernel.into(), stride: shape.stride.into(), padding: shape.padding.into() }
}

fn channels(shape: &Shape) -> Channels {
    Channels { inputs: shape.inputs, outputs: shape.outputs, groups: shape.groups }
}

fn whole(shape: &Shape) -> Region {
    let [rows, columns] = shape.output().unwrap_or_default();
    Region::whole(rows, columns)
}

/// The values of a map in a region that may reach beyond it, where they are zero.
pub(crate) fn padded(map: &[f32], [height, width]: [usize; 2], channels: usize, held: Region) -> Vec<f32> {
    let mut data = vec![0.0; held.positions() * channels];
    let map_region = Region::whole(height, width);
    let inside = held.intersection(&map_region);
    let from = Window::new(map, map_region, channels);
    kernels::elementwise::copy(inside, from, &mut WindowMut::new(&mut data, held, channels));
    data
}

fn images(isa: Isa, p: &Convolution<f32>, y: &mut [f32]) {
    for (image, y) in y.chunks_exact_mut(p.shape.image_output().max(1)).enumerate() {
        of_image(isa, p, (image, whole(&p.shape)), y);
    }
}

/// A region of the output of one image.
fn of_image(isa: Isa, p: &Convolution<f32>, (image, wanted): (usize, Region), y: &mut [f32]) {
    let Shape { inputs, outputs, size, .. } = p.shape;
    let weights = ConvWeights::grouped(&p.weights, channels(&p.shape), sliding(&p.shape));
    let held = sliding(&p.shape).input_region(&wanted);
    let x = padded(&p.x[image * p.shape.image()..][..p.shape.image()], size, inputs, held);
    let task = ConvTask { x: Window::new(&x, held, inputs), wanted, epilogue: ConvEpilogue::default() };
    weights.convolve(isa, &task, &mut WindowMut::new(y, wanted, outputs));
}

fn gradients(isa: Isa, p: &Convolution<f32>, dy: &[f32], dx: &mut [f32]) {
    let Shape { inputs, outputs, size, images, .. } = p.shape;
    let (sliding, map) = (sliding(&p.shape), whole(&p.shape));
    let weights = ConvGradient::grouped(&p.weights, channels(&p.shape), sliding);
    let held = sliding.input_region(&map).hull(&Region::whole(size[0], size[1]));
    let mut scratch = vec![f32::NAN; weights.scratch()];
    for image in 0..images {
        let dy = Window::new(&dy[image * p.shape.image_output()..][..p.shape.image_output()], map, outputs);
        let mut reached = vec![0.0; held.positions() * inputs];
        weights.add_input_gradient(isa, dy.part(map), &mut WindowMut::new(&mut reached, held, inputs), &mut scratch);
        let inside = Window::new(&reached, held, inputs).part(Region::whole(size[0], size[1]));
        dx[image * p.shape.image()..][..p.shape.image()].copy_from_slice(&inside.to_vec());
    }
}

fn in_tiles(isa: Isa, p: &Winograd<f32>, wanted: Region, y: &mut [f32]) {
    let Shape { inputs, outputs, size, .. } = p.of.shape;
    let (sliding, tile) = (sliding(&p.of.shape), if p.tile == 2 { Tile::Two } else { Tile::Four });
    let weights = WinogradWeights::with_tile(tile, &p.of.weights, (outputs, inputs), sliding);
    let held = sliding.input_region(&tile.covering(&wanted));
    let x = padded(&p.of.x, size, inputs, held);
    let task = ConvTask { x: Window::new(&x, held, inputs), wanted, epilogue: ConvEpilogue::default() };
    let mut scratch = vec![f32::NAN; weights.scratch(outputs)];
    weights.convolve(isa, &task, &mut WindowMut::new(y, wanted, outputs), &mut scratch);
}
