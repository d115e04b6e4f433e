//! Pooling, moves of pictures, and the transform of a spectrum.

use crate::convolutions::region;
use crate::{claims, on};
use kernels::conv::Sliding;
use kernels::dft::WindowDft;
use kernels::pool::{global_average_pool, global_average_pool_gradient};
use kernels::resample::{Alignment, Reflection, ResizePlan};
use kernels::{Isa, Region, Window, WindowMut, elementwise, pool, resample};
use laws::operations::{
    AveragePool, InverseDft, MaxPool, MaxPoolGradient, PadReflect, PadZeros, Resize, Rotation, Translation,
};
use laws::{Adjoint, Claims, Subject};

pub(crate) fn all(isa: Isa) -> Vec<Box<dyn Subject>> {
    pools(isa).into_iter().chain(moves(isa)).chain(transforms(isa)).collect()
}

fn map(size: [usize; 2]) -> Region {
    Region::whole(size[0], size[1])
}

fn pools(isa: Isa) -> Vec<Box<dyn Subject>> {
    let maximum = |isa, p: &MaxPool<f32>, part: Region, y: &mut [f32]| {
        let (pool, channels, size) = (max_pool(&p.window), p.window.channels, map(p.window.size));
        // The map lies in a window that holds the padding too, which is never read.
        let held = pool.sliding.input_region(&map(p.window.output().unwrap_or_default())).hull(&size);
        let wide = surrounded(&p.x, size, held, channels);
        let mut pooled = vec![f32::NAN; part.positions() * channels];
        pool.apply(isa, Window::new(&wide, held, channels), &mut WindowMut::new(&mut pooled, part, channels));
        let to = map(p.window.output().unwrap_or_default());
        elementwise::copy(part, Window::new(&pooled, part, channels), &mut WindowMut::new(y, to, channels));
    };
    let max = on(isa, claims(), move |isa, p: &MaxPool<f32>, y| {
        maximum(isa, p, map(p.window.output().unwrap_or_default()), y)
    })
    .part(move |p: &MaxPool<f32>, part, y| maximum(isa, p, region(part), y));
    let back = |isa, p: &MaxPoolGradient<f32>, given: Region, dx: &mut [f32]| {
        let (channels, pooled) = (p.window.channels, map(p.window.output().unwrap_or_default()));
        let dy = Window::new(&p.dy, pooled, channels).part(given);
        dx.fill(0.0);
        let dx = &mut WindowMut::new(dx, map(p.window.size), channels);
        max_pool(&p.window).gradient(isa, Window::new(&p.x, map(p.window.size), channels), dy, dx);
    };
    let max_gradient = on(isa, claims(), move |isa, p: &MaxPoolGradient<f32>, dx: &mut [f32]| {
        back(isa, p, map(p.window.output().unwrap_or_default()), dx);
    })
    .restricted(move |p: &MaxPoolGradient<f32>, part, dx| back(isa, p, region(part), dx));
    let average = on(isa, claims(), |isa, p: &AveragePool<f32>, y: &mut [f32]| {
        // The map lies in a wider window, whose values around it take no part.
        let held = map(p.size).grown(1);
        let wide = surrounded(&p.x, map(p.size), held, p.channels);
        global_average_pool(isa, map(p.size), Window::new(&wide, held, p.channels), y);
    })
    .adjoint(move |p: &AveragePool<f32>, dy, dx| spread(isa, p, dy, dx));
    let average_gradient =
        on(isa, claims(), |isa, p: &Adjoint<AveragePool<f32>, f32>, dx| spread(isa, &p.of, &p.gradient, dx));
    vec![Box::new(max), Box::new(max_gradient), Box::new(average), Box::new(average_gradient)]
}

fn max_pool(window: &laws::operations::Window) -> pool::MaxPool {
    let sliding =
        Sliding { kernel: window.kernel.into(), stride: window.stride.into(), padding: window.padding.into() };
    pool::MaxPool { map: window.size.into(), sliding }
}

fn spread(isa: Isa, p: &AveragePool<f32>, dy: &[f32], dx: &mut [f32]) {
    dx.fill(0.0);
    global_average_pool_gradient(isa, map(p.size), dy, &mut WindowMut::new(dx, map(p.size), p.channels));
}

/// The values of a map in a window that may hold more, and NaN around them.
fn surrounded(values: &[f32], map: Region, held: Region, channels: usize) -> Vec<f32> {
    let mut wide = vec![f32::NAN; held.positions() * channels];
    elementwise::copy(map, Window::new(values, map, channels), &mut WindowMut::new(&mut wide, held, channels));
    wide
}

/// A map of which only a region holds its values, and the rest NaN, which is never read.
fn only(values: &[f32], map: Region, needed: Region, channels: usize) -> Vec<f32> {
    let mut few = vec![f32::NAN; values.len()];
    elementwise::copy(needed, Window::new(values, map, channels), &mut WindowMut::new(&mut few, map, channels));
    few
}

/// A kernel on a region of the output, as a subject with its adjoint, and the adjoint as one.
macro_rules! moved {
    ($isa:expr, $claims:expr, $problem:ty, $to:expr, $forward:expr, $adjoint:expr) => {{
        let (isa, claims, to, forward, adjoint) = ($isa, $claims, $to, $forward, $adjoint);
        let back = move |isa: Isa, p: &$problem, (dy, given): (&[f32], Region), dx: &mut [f32]| {
            dx.fill(0.0);
            adjoint(isa, p, (given, dy), dx);
        };
        let whole = on(isa, Claims::clone(&claims), move |isa, p: &$problem, y: &mut [f32]| forward(isa, p, to(p), y))
            .part(move |p: &$problem, part, y| forward(isa, p, region(part), y))
            .adjoint(move |p: &$problem, dy, dx| back(isa, p, (dy, to(p)), dx));
        let adjoint = on(isa, claims, move |isa, p: &Adjoint<$problem, f32>, dx: &mut [f32]| {
            back(isa, &p.of, (&p.gradient, to(&p.of)), dx)
        })
        .restricted(move |p: &Adjoint<$problem, f32>, part, dx| back(isa, &p.of, (&p.gradient, region(part)), dx));
        [Box::new(whole) as Box<dyn Subject>, Box::new(adjoint)]
    }};
}

fn moves(isa: Isa) -> Vec<Box<dyn Subject>> {
    // A pixel of weight zero is multiplied like any other, and the twin does not read it.
    let blends = Claims { not_finite: false, ..claims() };
    let resize = moved!(
        isa,
        blends.clone(),
        Resize<f32>,
        |p: &Resize<f32>| map(p.to),
        |isa, p: &Resize<f32>, part: Region, y: &mut [f32]| {
            let plan = resize_plan(p);
            let (resize, from) = (plan.part(part), map(p.from));
            let x = only(&p.x, from, plan.input_region(part), p.channels);
            let (x, y) = (Window::new(&x, from, p.channels), &mut WindowMut::new(y, map(p.to), p.channels));
            let mut scratch = vec![f32::NAN; resize.scratch(p.channels)];
            resize.apply(isa, x, &mut scratch, y);
        },
        |isa, p: &Resize<f32>, (given, dy): (Region, &[f32]), dx: &mut [f32]| {
            let plan = resize_plan(p);
            let (resize, dy) = (plan.part(given), Window::new(dy, map(p.to), p.channels));
            let mut scratch = vec![f32::NAN; resize.scratch(p.channels)];
            resize.adjoint(isa, dy, &mut scratch, &mut WindowMut::new(dx, map(p.from), p.channels));
        }
    );
    let rotation = moved!(
        isa,
        blends,
        Rotation<f32>,
        |p: &Rotation<f32>| map(p.size),
        |isa, p: &Rotation<f32>, part: Region, y: &mut [f32]| {
            let x = only(&p.x, map(p.size), turn(p).input_region(part), 3);
            turn(p).rotate(isa, part, Window::new(&x, map(p.size), 3), &mut WindowMut::new(y, map(p.size), 3));
        },
        |isa, p: &Rotation<f32>, (given, dy): (Region, &[f32]), dx: &mut [f32]| {
            let dy = Window::new(dy, map(p.size), 3);
            turn(p).adjoint(isa, given, dy, &mut WindowMut::new(dx, map(p.size), 3));
        }
    );
    let translation = moved!(
        isa,
        claims(),
        Translation<f32>,
        |p: &Translation<f32>| map(p.to),
        |_, p: &Translation<f32>, part: Region, y: &mut [f32]| {
            shifted(&p.x, (map(p.size), p.shift), part, &mut WindowMut::new(y, map(p.to), p.channels));
        },
        |isa, p: &Translation<f32>, (given, dy): (Region, &[f32]), dx: &mut [f32]| {
            let dy = Window::new(dy, map(p.to), p.channels);
            let dx = &mut WindowMut::new(dx, map(p.size), p.channels);
            shift(map(p.size), p.shift).adjoint(isa, given, dy, dx);
        }
    );
    resize.into_iter().chain(rotation).chain(translation).chain(paddings(isa)).collect()
}

fn paddings(isa: Isa) -> Vec<Box<dyn Subject>> {
    let grown = |size: [usize; 2], margin: usize| map(size.map(|size| size + 2 * margin));
    let reflect = moved!(
        isa,
        claims(),
        PadReflect<f32>,
        move |p: &PadReflect<f32>| grown(p.size, p.margin),
        move |_, p: &PadReflect<f32>, part: Region, y: &mut [f32]| {
            let x = only(&p.x, map(p.size), reflection(p).input_region(part), p.channels);
            let y = &mut WindowMut::new(y, grown(p.size, p.margin), p.channels);
            reflection(p).pad(part, Window::new(&x, map(p.size), p.channels), y);
        },
        move |isa, p: &PadReflect<f32>, (given, dy): (Region, &[f32]), dx: &mut [f32]| {
            let padded = grown(p.size, p.margin);
            let dx = &mut WindowMut::new(dx, map(p.size), p.channels);
            reflection(p).adjoint(isa, given, Window::new(dy, padded, p.channels), dx);
        }
    );
    // Zeros around a map are a translation into a larger one.
    let inwards = |p: &PadZeros<f32>| [p.margin.cast_signed(); 2];
    let zeros = moved!(
        isa,
        claims(),
        PadZeros<f32>,
        move |p: &PadZeros<f32>| grown(p.size, p.margin),
        move |_, p: &PadZeros<f32>, part: Region, y: &mut [f32]| {
            let y = &mut WindowMut::new(y, grown(p.size, p.margin), p.channels);
            shifted(&p.x, (map(p.size), inwards(p)), part, y);
        },
        move |isa, p: &PadZeros<f32>, (given, dy): (Region, &[f32]), dx: &mut [f32]| {
            let padded = grown(p.size, p.margin);
            let dx = &mut WindowMut::new(dx, map(p.size), p.channels);
            shift(map(p.size), inwards(p)).adjoint(isa, given, Window::new(dy, padded, p.channels), dx);
        }
    );
    reflect.into_iter().chain(zeros).collect()
}

fn resize_plan(p: &Resize<f32>) -> ResizePlan {
    let alignment = if p.corners { Alignment::Corners } else { Alignment::HalfPixel };
    ResizePlan::new(p.from.into(), p.to.into(), alignment)
}

fn turn(p: &Rotation<f32>) -> resample::Rotation {
    resample::Rotation::new(p.size.into(), p.degrees)
}

fn shift(map: Region, [down, right]: [isize; 2]) -> resample::Translation {
    resample::Translation { map, down, right }
}

/// A region of a shifted map, of which only what lies under the region is there.
fn shifted(x: &[f32], (from, [down, right]): (Region, [isize; 2]), part: Region, y: &mut WindowMut<'_>) {
    let channels = x.len() / from.positions();
    let x = only(x, from, part.shifted(-down, -right).intersection(&from), channels);
    shift(from, [down, right]).apply(part, Window::new(&x, from, channels), y);
}

fn reflection(p: &PadReflect<f32>) -> Reflection {
    Reflection { size: p.size.into(), margin: p.margin }
}

fn transforms(isa: Isa) -> Vec<Box<dyn Subject>> {
    let inverse = |isa, p: &InverseDft<f32>, part: Region, y: &mut [f32]| {
        let (dft, mut image) = (WindowDft::new(p.size[0], p.size[1], part), vec![f32::NAN; part.positions()]);
        dft.inverse(isa, &p.spectrum, &mut vec![f32::NAN; dft.scratch()], &mut image);
        elementwise::copy(part, Window::new(&image, part, 1), &mut WindowMut::new(y, map(p.size), 1));
    };
    let adjoint = |isa, p: &InverseDft<f32>, (dy, given): (&[f32], Region), spectrum: &mut [f32]| {
        let (dft, dy) = (WindowDft::new(p.size[0], p.size[1], given), Window::new(dy, map(p.size), 1).part(given));
        dft.adjoint(isa, &dy.to_vec(), &mut vec![f32::NAN; dft.scratch()], spectrum);
    };
    let whole = on(isa, claims(), move |isa, p: &InverseDft<f32>, y| inverse(isa, p, map(p.size), y))
        .part(move |p: &InverseDft<f32>, part, y| inverse(isa, p, region(part), y))
        .adjoint(move |p: &InverseDft<f32>, dy, spectrum| adjoint(isa, p, (dy, map(p.size)), spectrum));
    let back =
        on(isa, Claims { not_finite: false, ..claims() }, move |isa, p: &Adjoint<InverseDft<f32>, f32>, spectrum| {
            adjoint(isa, &p.of, (&p.gradient, map(p.of.size)), spectrum);
        })
        .restricted(move |p: &Adjoint<InverseDft<f32>, f32>, part, spectrum| {
            adjoint(isa, &p.of, (&p.gradient, region(part)), spectrum);
        });
    vec![Box::new(whole), Box::new(back)]
}
