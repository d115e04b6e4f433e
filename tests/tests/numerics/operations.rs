//! Operations on maps, values and images: everything but products.

use super::{Found, bits};
use kernels::adam::{Adam, Direction, Moments};
use kernels::batch_norm::BatchNormStatistics;
use kernels::color::{Normalisation, color_matrix, squash_colors, squash_colors_gradient};
use kernels::conv::Sliding;
use kernels::dft::WindowDft;
use kernels::elementary::{cos_sin_fraction, exp, ln, sigmoid, sigmoid_gradient};
use kernels::pool::{MaxPool, global_average_pool, global_average_pool_gradient};
use kernels::resample::{Alignment, Reflection, ResizePlan, Rotation, Translation};
use kernels::softmax::softmax;
use kernels::{Region, Window, WindowMut, elementwise};
use testkit::pseudo_random;

/// Rows, columns and channels of most maps: more than a vector and a half, and no two alike.
const MAP: Region = Region { top: 0, left: 0, height: 5, width: 7 };
const CHANNELS: usize = 19;
/// A part of them.
const PART: Region = Region { top: 1, left: 2, height: 3, width: 4 };

fn values(seed: u64) -> Vec<f32> {
    pseudo_random(seed, MAP.positions() * CHANNELS)
}

fn window(data: &[f32]) -> Window<'_> {
    Window::new(data, MAP, CHANNELS)
}

/// What an operation leaves in a map of other values.
fn on_map(operation: impl FnOnce(&mut WindowMut<'_>)) -> Vec<f32> {
    let mut y = values(100);
    operation(&mut WindowMut::new(&mut y, MAP, CHANNELS));
    y
}

pub(crate) fn add_to(found: &mut Found) {
    maps(found);
    vectors(found);
    functions(found);
    colors(found);
    pools(found);
    images(found);
    transforms(found);
}

fn maps(found: &mut Found) {
    let (a, b) = (values(1), values(2));
    let (scale, shift) = (pseudo_random(3, CHANNELS), pseudo_random(4, CHANNELS));
    found.add_of_all("elementwise::add", |isa| on_map(|y| elementwise::add(isa, PART, [window(&a), window(&b)], y)));
    found.add_of_all("elementwise::accumulate", |isa| on_map(|y| elementwise::accumulate(isa, PART, window(&a), y)));
    found.add_of_all("elementwise::relu", |isa| on_map(|y| elementwise::relu(isa, PART, window(&a), y)));
    let affine = elementwise::ChannelAffine { scale: &scale, shift: &shift };
    found.add_of_all("elementwise::scale_and_shift", |isa| {
        on_map(|y| elementwise::scale_and_shift(isa, affine, window(&a).part(PART), y))
    });
    found.add_of_all("elementwise::copy", |_| on_map(|y| elementwise::copy(PART, window(&a), y)));
    found
        .add_of_all("elementwise::mask_by_relu", |isa| on_map(|y| elementwise::mask_by_relu(isa, PART, window(&a), y)));
    found
        .add_of_all("elementwise::scale_channels", |isa| on_map(|y| elementwise::scale_channels(isa, PART, &scale, y)));
    let variance: Vec<f32> = pseudo_random(6, CHANNELS).iter().map(|v| v.abs()).collect();
    let statistics = BatchNormStatistics {
        gamma: &scale,
        beta: &shift,
        mean: &pseudo_random(5, CHANNELS),
        variance: &variance,
        epsilon: 1e-5,
    };
    let (scale, shift) = statistics.scale_and_shift();
    found.add("batch_norm::scale_and_shift", &bits(&[scale, shift].concat()));
}

fn vectors(found: &mut Found) {
    const N: usize = 67;
    let [a, b] = [7, 8].map(|seed| pseudo_random(seed, N));
    let on_values = |operation: &dyn Fn(&mut [f32])| {
        let mut y = pseudo_random(9, N);
        operation(&mut y);
        y
    };
    found.add_of_all("elementwise::accumulate_slice", |isa| on_values(&|y| elementwise::accumulate_slice(isa, &a, y)));
    found.add_of_all("elementwise::multiply", |isa| on_values(&|y| elementwise::multiply(isa, &a, &b, y)));
    found.add_of_all("elementwise::multiply_add", |isa| on_values(&|y| elementwise::multiply_add(isa, &a, &b, y)));
    found.add_of_all("softmax::softmax", |isa| {
        let logits: Vec<f32> = a.iter().map(|v| 9.0 * v).collect();
        on_values(&|y| softmax(isa, &logits, y))
    });
    for direction in [Direction::Ascent, Direction::Descent] {
        found.add_of_all(format!("adam::step {direction:?}"), |isa| {
            let mut adam = Adam::new(direction, 0.05, (0.9, 0.999), 1e-8);
            let (mut p, mut m, mut v) = (pseudo_random(10, N), vec![0.0; N], vec![0.0; N]);
            for step in 0..4 {
                let gradient = pseudo_random(11 + step, N);
                adam.step(isa, &mut p, &gradient, Moments { first: &mut m, second: &mut v });
            }
            [p, m, v].concat()
        });
    }
}

fn functions(found: &mut Found) {
    let x = pseudo_random(20, 500);
    let of = |f: &dyn Fn(f32) -> f32| -> Vec<f32> {
        let wide = x.iter().flat_map(|&x| [x, 90.0 * x, 1e-3 * x]);
        wide.map(f).collect()
    };
    found.add("elementary/exponential::exp", &bits(&of(&exp)));
    found.add("elementary/sigmoid::sigmoid", &bits(&of(&sigmoid)));
    let gradient = |x: f32| sigmoid_gradient(sigmoid(x), 0.7 + x);
    found.add("elementary/sigmoid::sigmoid_gradient", &bits(&of(&gradient)));
    let logarithms = x.iter().map(|&x| f64::from(x) + 1.0 + f64::from(f32::EPSILON));
    let logarithms = logarithms.flat_map(|x| [x, 1e-9 * x, 1e9 * x]);
    let logarithms: Vec<u64> = logarithms.map(|x| ln(x).to_bits()).collect();
    found.add("elementary/logarithm::ln", &logarithms);
    let fractions = (-400..800).flat_map(|n| {
        let (of_degrees, odd) = (cos_sin_fraction(n, 360), cos_sin_fraction(n * 7_654_321, 1 << 53));
        [of_degrees.0, of_degrees.1, odd.0, odd.1]
    });
    let fractions: Vec<u64> = fractions.map(f64::to_bits).collect();
    found.add("elementary/trigonometry::cos_sin_fraction", &fractions);
}

fn colors(found: &mut Found) {
    const PIXELS: usize = 21;
    let map = Region::whole(1, PIXELS);
    let [planes, pixels] = [30, 31].map(|seed| pseudo_random(seed, 3 * PIXELS));
    found.add("color/correlation::color_matrix", &bits(color_matrix().as_flattened()));
    found.add_of_all("color/correlation::squash_colors", |isa| {
        let mut y = vec![0.0; 3 * PIXELS];
        squash_colors(isa, &planes, &mut y);
        y
    });
    found.add_of_all("color/correlation::squash_colors_gradient", |isa| {
        let seen: Vec<f32> = pixels.iter().map(|v| 0.5 + 0.4 * v).collect();
        let mut y = vec![0.0; 3 * PIXELS];
        squash_colors_gradient(isa, &seen, &planes, &mut y);
        y
    });
    let colors = Normalisation { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    found.add_of_all("color/normalisation::apply", |isa| {
        let mut y = vec![0.0; 3 * PIXELS];
        let mut to = WindowMut::new(&mut y, map, 3);
        colors.apply(isa, map, Window::new(&pixels, map, 3), &mut to);
        y
    });
    found.add_of_all("color/normalisation::gradient", |isa| {
        let mut y = pseudo_random(32, 3 * PIXELS);
        let mut to = WindowMut::new(&mut y, map, 3);
        colors.gradient(isa, map, Window::new(&pixels, map, 3), &mut to);
        y
    });
}

fn pools(found: &mut Found) {
    let sliding = Sliding::square(3, 2, 1);
    let size = sliding.output_size(MAP.height, MAP.width).unwrap();
    let output = Region::whole(size.0, size.1);
    let held = sliding.input_region(&output).hull(&MAP);
    let x = pseudo_random(40, held.positions() * CHANNELS);
    let dy = pseudo_random(41, output.positions() * CHANNELS);
    let pool = MaxPool { map: (MAP.height, MAP.width), sliding };
    found.add_of_all("pool/maximum::apply", |isa| {
        let mut y = vec![0.0; output.positions() * CHANNELS];
        let mut to = WindowMut::new(&mut y, output, CHANNELS);
        pool.apply(isa, Window::new(&x, held, CHANNELS), &mut to);
        y
    });
    found.add_of_all("pool/maximum::gradient", |isa| {
        // Values that are the largest more than once have one gradient.
        let ties: Vec<f32> = x.iter().map(|v| (3.0 * v).floor()).collect();
        let mut dx = pseudo_random(42, held.positions() * CHANNELS);
        let mut to = WindowMut::new(&mut dx, held, CHANNELS);
        let (x, dy) = (Window::new(&ties, held, CHANNELS), Window::new(&dy, output, CHANNELS));
        pool.gradient(isa, x, dy.part(output), &mut to);
        dx
    });
    let a = values(43);
    found.add_of_all("pool/average::global_average_pool", |isa| {
        let mut y = vec![0.0; CHANNELS];
        global_average_pool(isa, MAP, window(&a), &mut y);
        y
    });
    found.add_of_all("pool/average::global_average_pool_gradient", |isa| {
        on_map(|y| global_average_pool_gradient(isa, MAP, &a[..CHANNELS], y))
    });
}

fn images(found: &mut Found) {
    let size = (11, 13);
    let map = Region::whole(size.0, size.1);
    for to in [(9, 17), (22, 6)] {
        for alignment in [Alignment::Corners, Alignment::HalfPixel] {
            let plan = ResizePlan::new(size, to, alignment);
            let output = Region::whole(to.0, to.1);
            let what = format!("{to:?} {alignment:?}");
            let [x, dy] = [(50, map), (51, output)].map(|(seed, of)| pseudo_random(seed, of.positions() * CHANNELS));
            let resize = plan.part(output);
            let scratch = || vec![0.0; resize.scratch(CHANNELS)];
            found.add_of_all(format!("resample/resize::apply {what}"), |isa| {
                let mut y = vec![0.0; dy.len()];
                let mut to = WindowMut::new(&mut y, output, CHANNELS);
                resize.apply(isa, Window::new(&x, map, CHANNELS), &mut scratch(), &mut to);
                y
            });
            found.add_of_all(format!("resample/resize::adjoint {what}"), |isa| {
                let mut dx = x.clone();
                let mut to = WindowMut::new(&mut dx, map, CHANNELS);
                resize.adjoint(isa, Window::new(&dy, output, CHANNELS), &mut scratch(), &mut to);
                dx
            });
        }
    }
    let [x, dy] = [52, 53].map(|seed| pseudo_random(seed, map.positions() * 3));
    let rotations = || (-5..=5).map(|degrees| Rotation::new(size, degrees));
    found.add_of_all("resample/rotate::rotate", |isa| {
        let rotated = |rotation: Rotation| {
            let mut y = vec![0.0; x.len()];
            let mut to = WindowMut::new(&mut y, map, 3);
            rotation.rotate(isa, map, Window::new(&x, map, 3), &mut to);
            y
        };
        rotations().flat_map(rotated).collect()
    });
    found.add_of_all("resample/rotate::adjoint", |isa| {
        let rotated_back = |rotation: Rotation| {
            let mut dx = x.clone();
            let mut to = WindowMut::new(&mut dx, map, 3);
            rotation.adjoint(isa, map, Window::new(&dy, map, 3), &mut to);
            dx
        };
        rotations().flat_map(rotated_back).collect()
    });
    let margin = 3;
    let padding = Reflection { size, margin };
    let output = Region::whole(size.0 + 2 * margin, size.1 + 2 * margin);
    let dy = pseudo_random(54, output.positions() * 3);
    found.add_of_all("resample/reflect::pad", |_| {
        let mut y = vec![0.0; dy.len()];
        let mut to = WindowMut::new(&mut y, output, 3);
        padding.pad(output, Window::new(&x, map, 3), &mut to);
        y
    });
    found.add_of_all("resample/reflect::adjoint", |isa| {
        let mut dx = x.clone();
        let mut to = WindowMut::new(&mut dx, map, 3);
        padding.adjoint(isa, output, Window::new(&dy, output, 3), &mut to);
        dx
    });
    for by in [(2, 1), (-1, -3)] {
        let moved = Translation { map, down: by.0, right: by.1 };
        found.add_of_all(format!("resample/translate::apply {by:?}"), |_| {
            let mut y = dy.clone();
            let mut to = WindowMut::new(&mut y, output, 3);
            moved.apply(output, Window::new(&x, map, 3), &mut to);
            y
        });
        found.add_of_all(format!("resample/translate::adjoint {by:?}"), |isa| {
            let mut dx = x.clone();
            let mut to = WindowMut::new(&mut dx, map, 3);
            moved.adjoint(isa, output, Window::new(&dy, output, 3), &mut to);
            dx
        });
    }
}

fn transforms(found: &mut Found) {
    for (height, width, window) in [
        (12, 12, Region::whole(12, 12)),
        (13, 17, Region::between(2, 3, 9, 17)),
        (28, 36, Region::between(0, 5, 28, 30)),
    ] {
        let dft = WindowDft::new(height, width, window);
        let what = format!("{height} x {width}");
        let spectrum = pseudo_random(60, dft.spectrum_length());
        let image = pseudo_random(61, window.positions());
        found.add_of_all(format!("dft::inverse {what}"), |isa| {
            let mut y = vec![0.0; image.len()];
            dft.inverse(isa, &spectrum, &mut vec![0.0; dft.scratch()], &mut y);
            y
        });
        found.add_of_all(format!("dft::adjoint {what}"), |isa| {
            let mut y = vec![0.0; spectrum.len()];
            dft.adjoint(isa, &image, &mut vec![0.0; dft.scratch()], &mut y);
            y
        });
    }
}
