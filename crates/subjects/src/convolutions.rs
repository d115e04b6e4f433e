//! Convolutions, by the definition and by Winograd's algorithm, and the gradient.

use crate::{chain, claims, on};
use kernels::conv::{Channels, ConvEpilogue, ConvGradient, ConvTask, ConvWeights, Sliding, Tile, WinogradWeights};
use kernels::matmul::PANEL;
use kernels::{Isa, Region, Window, WindowMut};
use laws::operations::{Convolution, Shape, Summed, Winograd, WithEpilogue};
use laws::{Adjoint, Claims, Products, Subject};

pub(crate) fn all(isa: Isa) -> Vec<Box<dyn Subject>> {
    let direct = on(isa, Claims { groups: true, ..chain() }, images)
        .part(move |p: &Convolution<f32>, part, y| of_image(isa, p, (0, region(part)), (y, plain())))
        .adjoint(move |p: &Convolution<f32>, dy, dx| gradients(isa, p, (dy, whole(&p.shape)), dx));
    let finished = on(isa, Claims { groups: true, ..chain() }, finished_images)
        .part(move |p: &Finished, part, y| finished_image(isa, p, (0, region(part)), y));
    // Of few input channels, zeros of the gradient are left out, not multiplied.
    let unlike_ieee = Claims { not_finite: false, products: Products::Fused, groups: true, ..claims() };
    let gradient = on(isa, unlike_ieee.clone(), |isa, p: &Adjoint<Convolution<f32>, f32>, dx| {
        gradients(isa, &p.of, (&p.gradient, whole(&p.of.shape)), dx)
    })
    .restricted(move |p: &Adjoint<Convolution<f32>, f32>, part, dx| {
        gradients(isa, &p.of, (&p.gradient, region(part)), dx)
    });
    let tiles = Claims { tiles: vec![PANEL], ..claims() };
    let winograd =
        on(isa, tiles.clone(), |isa, p: &Winograd<f32>, y| in_tiles(isa, p, whole(&p.of.shape), (y, plain())))
            .part(move |p: &Winograd<f32>, part, y| in_tiles(isa, p, region(part), (y, plain())));
    let tiled = move |isa, p: &FinishedTiles, part, y: &mut [f32]| {
        with_epilogue(p, whole(&p.of.of.shape), p.residual.as_deref(), |epilogue| {
            in_tiles(isa, &p.of, part, (y, epilogue));
        });
    };
    let fused = Claims { products: Products::Fused, ..tiles };
    let finished_tiles = on(isa, fused, move |isa, p: &FinishedTiles, y| tiled(isa, p, whole(&p.of.of.shape), y))
        .part(move |p: &FinishedTiles, part, y| tiled(isa, p, region(part), y));
    vec![Box::new(direct), Box::new(finished), Box::new(gradient), Box::new(winograd), Box::new(finished_tiles)]
}

type Finished = WithEpilogue<Convolution<f32>, f32>;
type FinishedTiles = WithEpilogue<Winograd<f32>, f32>;

fn plain() -> ConvEpilogue<'static> {
    ConvEpilogue::default()
}

/// Calls something with the epilogue of a problem, whose residual is a map of the output.
fn with_epilogue<P: Summed<f32>>(
    p: &WithEpilogue<P, f32>,
    map: Region,
    residual: Option<&[f32]>,
    run: impl FnOnce(ConvEpilogue<'_>),
) {
    let affine = crate::products::affine(p);
    let residual = residual.map(|values| Window::new(values, map, p.of.channels()));
    run(ConvEpilogue { affine: affine.as_ref(), residual, relu: p.relu });
}

fn finished_images(isa: Isa, p: &Finished, y: &mut [f32]) {
    for (image, y) in y.chunks_exact_mut(p.of.shape.image_output().max(1)).enumerate() {
        finished_image(isa, p, (image, whole(&p.of.shape)), y);
    }
}

fn finished_image(isa: Isa, p: &Finished, (image, wanted): (usize, Region), y: &mut [f32]) {
    let length = p.of.shape.image_output();
    let residual = p.residual.as_ref().map(|values| &values[image * length..][..length]);
    with_epilogue(p, whole(&p.of.shape), residual, |epilogue| of_image(isa, &p.of, (image, wanted), (y, epilogue)));
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
        of_image(isa, p, (image, whole(&p.shape)), (y, plain()));
    }
}

/// A region of the output of one image.
fn of_image(
    isa: Isa,
    p: &Convolution<f32>,
    (image, wanted): (usize, Region),
    (y, epilogue): (&mut [f32], ConvEpilogue<'_>),
) {
    let Shape { inputs, outputs, size, .. } = p.shape;
    let weights = ConvWeights::grouped(&p.weights, channels(&p.shape), sliding(&p.shape));
    let held = sliding(&p.shape).input_region(&wanted);
    let x = padded(&p.x[image * p.shape.image()..][..p.shape.image()], size, inputs, held);
    let task = ConvTask { x: Window::new(&x, held, inputs), wanted, epilogue };
    weights.convolve(isa, &task, &mut WindowMut::new(y, whole(&p.shape), outputs));
}

/// The gradient by the input of one that is given on a region.
fn gradients(isa: Isa, p: &Convolution<f32>, (dy, given): (&[f32], Region), dx: &mut [f32]) {
    let Shape { inputs, outputs, size, images, .. } = p.shape;
    let (sliding, map) = (sliding(&p.shape), whole(&p.shape));
    let weights = ConvGradient::grouped(&p.weights, channels(&p.shape), sliding);
    let held = sliding.input_region(&map).hull(&Region::whole(size[0], size[1]));
    let mut scratch = vec![f32::NAN; weights.scratch()];
    for image in 0..images {
        let dy = Window::new(&dy[image * p.shape.image_output()..][..p.shape.image_output()], map, outputs);
        let mut reached = vec![0.0; held.positions() * inputs];
        weights.add_input_gradient(isa, dy.part(given), &mut WindowMut::new(&mut reached, held, inputs), &mut scratch);
        let inside = Window::new(&reached, held, inputs).part(Region::whole(size[0], size[1]));
        dx[image * p.shape.image()..][..p.shape.image()].copy_from_slice(&inside.to_vec());
    }
}

fn in_tiles(isa: Isa, p: &Winograd<f32>, wanted: Region, (y, epilogue): (&mut [f32], ConvEpilogue<'_>)) {
    let Shape { inputs, outputs, size, .. } = p.of.shape;
    let (sliding, tile) = (sliding(&p.of.shape), if p.tile == 2 { Tile::Two } else { Tile::Four });
    let weights = WinogradWeights::with_tile(tile, &p.of.weights, (outputs, inputs), sliding);
    let held = sliding.input_region(&tile.covering(&wanted));
    let x = padded(&p.of.x, size, inputs, held);
    let task = ConvTask { x: Window::new(&x, held, inputs), wanted, epilogue };
    let mut scratch = vec![f32::NAN; weights.scratch(outputs)];
    weights.convolve(isa, &task, &mut WindowMut::new(y, whole(&p.of.shape), outputs), &mut scratch);
}
