//! The picture of a spectrum, the sigmoid, and the optimiser.

use crate::error::AuditError;
use crate::line::{Line, Tally, Witness};
use crate::operations::{Exact, Subject};
use autodiff::Isa;
use autodiff::ops::{Draw, SpectralImage};
use kernels::Region;
use kernels::adam::{Adam, Direction, adam_step};
use kernels::colour::{squash_colours, squash_colours_gradient};
use kernels::dft::WindowDft;
use kernels::elementary::{exp, sigmoid};
use reference::{Map, Moments};
use std::sync::Arc;
use testkit::{gamma, pseudo_random};

/// Rows and columns of the picture whose every number is checked; pictures of the recipe's size are held to Lucent's.
const SIZE: (usize, usize) = (24, 20);

/// All lines about the picture and the optimiser.
///
/// # Errors
/// If the operation refuses the spectrum.
pub(crate) fn lines(isa: Isa) -> Result<Vec<Line>, AuditError> {
    let mut lines = fourier(isa);
    lines.extend(colours(isa));
    lines.extend(spectrum(isa)?);
    lines.extend(elementary());
    lines.extend(adam(isa));
    Ok(lines)
}

/// `1 / max(f, 1 / max(H, W)) / 4` for each number of one plane's spectrum.
fn scale() -> Vec<f64> {
    let (height, width) = SIZE;
    let lowest = 1.0 / height.max(width) as f64;
    let mut scale = Vec::new();
    for v in 0..height {
        let fy = v.min(height - v) as f64 / height as f64;
        for u in 0..=width / 2 {
            let fx = u as f64 / width as f64;
            let f = (fx * fx + fy * fy).sqrt().max(lowest);
            scale.extend([1.0 / f / 4.0; 2]);
        }
    }
    scale
}

/// Planes before colours, and one bound for all: the roundings of scale, bases and chains times the sum of all magnitudes.
fn planes(spectrum: &Map) -> (Map, f64) {
    let scale = scale();
    let scaled: Vec<f64> = spectrum
        .data
        .iter()
        .enumerate()
        .map(|(i, s)| s * scale[i % scale.len()])
        .collect();
    let planes = reference::irfft2(&scaled, SIZE, (0..SIZE.0, 0..SIZE.1));
    let largest = scaled
        .chunks_exact(scale.len())
        .map(|plane| plane.iter().map(|v| v.abs()).sum::<f64>());
    let sum = largest.fold(0.0, f64::max) * 2.0 / ((SIZE.0 * SIZE.1) as f64).sqrt();
    (planes, gamma(roundings()) * sum)
}

/// On the way from a number of the spectrum to a plane: scale and product, then as `kernels::dft` counts them.
fn roundings() -> usize {
    2 + 6 + 2 * (SIZE.0 + 1) + 2 * (SIZE.1 + 1)
}

/// The inverse transform of one plane, its adjoint, and both together.
fn fourier(isa: Isa) -> Vec<Line> {
    let (height, width) = SIZE;
    let whole = Region::whole(height, width);
    let dft = WindowDft::new(height, width, whole);
    let mut scratch = dft.scratch();
    let spectrum = pseudo_random(51, dft.spectrum_length());
    let mut image = vec![0.0; whole.positions()];
    dft.inverse(isa, &spectrum, &mut scratch, &mut image);
    let dy = pseudo_random(52, image.len());
    let mut gradient = vec![0.0; spectrum.len()];
    dft.adjoint(isa, &dy, &mut scratch, &mut gradient);

    let wide = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
    let root = ((height * width) as f64).sqrt();
    // A basis value is at most 2 / sqrt(H W), so no term is larger than that times its operand.
    let bound = |operand: &[f64]| {
        let sum: f64 = operand.iter().map(|v| v.abs()).sum();
        gamma(roundings()) * 2.0 * sum * 2.0 / root
    };
    let (x, seed) = (wide(&spectrum), wide(&dy));
    let (forward_bound, backward_bound) = (bound(&x), bound(&seed));
    let mut forward = Tally::default();
    let exact = reference::irfft2(&x, SIZE, (0..height, 0..width)).data;
    forward.add_all(&image, &exact, &vec![forward_bound; exact.len()]);
    let mut backward = Tally::default();
    let exact =
        reference::irfft2_adjoint(&Map::new((height, width, 1), seed.clone()), SIZE, (0, 0));
    backward.add_all(&gradient, &exact, &vec![backward_bound; exact.len()]);
    let dot =
        |a: &[f32], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * b).sum() };
    let norm = |values: &[f64]| -> f64 { values.iter().map(|v| v.abs()).sum() };
    let apart = (dot(&image, &seed) - dot(&gradient, &x)).abs();
    let allowed = 1.001 * (forward_bound * norm(&seed) + backward_bound * norm(&x));
    let words = "gamma(8 + 2 (H + 1) + 2 (W + 1)) 4 sum |s| / sqrt(H W)";
    vec![
        forward.line(
            "DFT",
            "inverse real transform, forward",
            Witness::Twin,
            words,
        ),
        backward.line(
            "DFT",
            "inverse real transform, backward",
            Witness::Twin,
            words,
        ),
        Line::number(
            "adjoints",
            "inverse real transform: <A x, y> and <x, A' y>",
            Witness::Identity,
            image.len() + spectrum.len(),
            (apart, allowed),
            "both sides' bounds, weighted",
        ),
    ]
}

/// Planes to colours and back: the correlation of colours, then the sigmoid.
fn colours(isa: Isa) -> Vec<Line> {
    const N: usize = 400;
    let matrix = reference::colour_correlation();
    let planes: Vec<f32> = pseudo_random(53, 3 * N).iter().map(|v| 8.0 * v).collect();
    let mut pixels = vec![0.0; 3 * N];
    squash_colours(isa, &planes, &mut pixels);
    let x = Map::from_fn((1, N, 3), |_, i, c| f64::from(planes[c * N + i]));
    let mixed = reference::mix_colours(&x, matrix);
    let sums = reference::mix_colours(&x.map(f64::abs), matrix.map(|row| row.map(f64::abs)));
    let exact = mixed.map(reference::sigmoid);
    let mut forward = Tally::default();
    for ((&found, &s), &sum) in pixels.iter().zip(&exact.data).zip(&sums.data) {
        forward.add(
            found,
            s,
            1.001 * s * (1.0 - s) * gamma(4) * sum + gamma(6) * s,
        );
    }
    let dpixels = pseudo_random(54, 3 * N);
    let mut dplanes = vec![0.0; 3 * N];
    squash_colours_gradient(isa, &pixels, &dpixels, &mut dplanes);
    let mut backward = Tally::default();
    for i in 0..N {
        for c in 0..3 {
            let terms = [0, 1, 2].map(|r| {
                let s = f64::from(pixels[3 * i + r]);
                matrix[r][c] * f64::from(dpixels[3 * i + r]) * s * (1.0 - s)
            });
            let sum: f64 = terms.iter().map(|t| t.abs()).sum();
            backward.add(dplanes[c * N + i], terms.iter().sum(), gamma(7) * sum);
        }
    }
    vec![
        forward.line(
            "colours",
            "correlation and sigmoid, forward",
            Witness::Twin,
            "s (1 - s) gamma(4) sum |m x|, and 3 ULP",
        ),
        backward.line(
            "colours",
            "correlation and sigmoid, backward",
            Witness::Twin,
            "gamma(7) sum |m s (1 - s) dy|",
        ),
    ]
}

fn spectrum(isa: Isa) -> Result<Vec<Line>, AuditError> {
    let matrix = reference::colour_correlation();
    let magnitudes = matrix.map(|row| row.map(f64::abs));
    let forward = |x: &Map| -> Exact {
        let (planes, off) = planes(x);
        let mixed = reference::mix_colours(&planes, matrix);
        let sums = reference::mix_colours(&planes.map(|p| p.abs() + off), magnitudes);
        let image = mixed.map(reference::sigmoid);
        let bound = Map::from_fn(image.shape(), |i, j, c| {
            let row: f64 = magnitudes[c].iter().sum();
            // The sigmoid is at most 1/4 steep, and itself within 3 units of the last place.
            0.25 * (row * off + gamma(4) * sums.at(i, j, c)) + gamma(6) * image.at(i, j, c)
        });
        (image, bound)
    };
    let backward = |x: &Map, dy: &Map| -> Exact {
        let (image, image_bound) = forward(x);
        let slopes = Map::from_fn(dy.shape(), |i, j, c| {
            let s = image.at(i, j, c);
            s * (1.0 - s) * dy.at(i, j, c)
        });
        let slope_bound = Map::from_fn(dy.shape(), |i, j, c| {
            // s (1 - s) changes by at most the change of s.
            image_bound.at(i, j, c) * dy.at(i, j, c).abs() + gamma(7) * slopes.at(i, j, c).abs()
        });
        let planes = reference::mix_colours_adjoint(&slopes, matrix);
        let plane_bound = reference::mix_colours_adjoint(&slope_bound, magnitudes);
        let scale = scale();
        let back = reference::irfft2_adjoint(&planes, SIZE, (0, 0));
        let root = ((SIZE.0 * SIZE.1) as f64).sqrt();
        let total = |map: &Map, c: usize| -> f64 {
            map.data.iter().skip(c).step_by(3).map(|v| v.abs()).sum()
        };
        let bounds = [0, 1, 2].map(|c| {
            2.0 / root * (total(&plane_bound, c) + gamma(roundings()) * total(&planes, c))
        });
        let shape = (3 * SIZE.0, SIZE.1 / 2 + 1, 2);
        let value = back
            .iter()
            .enumerate()
            .map(|(i, v)| v * scale[i % scale.len()]);
        let bound = (0..back.len())
            .map(|i| bounds[i / scale.len()] * scale[i % scale.len()] * (1.0 + gamma(2)));
        (
            Map::new(shape, value.collect()),
            Map::new(shape, bound.collect()),
        )
    };
    let shape = (3 * SIZE.0, SIZE.1 / 2 + 1, 2);
    Subject {
        step: "spectrum",
        what: "scaled inverse Fourier transform, colours, sigmoid".to_owned(),
        operation: Arc::new(SpectralImage::new(SIZE.0, SIZE.1)),
        draw: Draw::None,
        shape,
        input: pseudo_random(3, shape.0 * shape.1 * shape.2),
        linear: false,
        forward: &forward,
        backward: &backward,
        bounds: (
            "1/4 |M| gamma(8 + 2 (H + 1) + 2 (W + 1)) sum |s|, and 3 ULP",
            "the same through the transposed Jacobian",
        ),
    }
    .lines(isa)
}

fn elementary() -> Vec<Line> {
    let arguments = || (-2000..=2000_i16).map(|i| f32::from(i) / 50.0);
    let (mut exponentials, mut sigmoids) = (Tally::default(), Tally::default());
    for x in arguments() {
        let wide = f64::from(x);
        let e = reference::exp(wide);
        exponentials.add(exp(x), e, gamma(6) * e);
        let s = reference::sigmoid(wide);
        sigmoids.add(sigmoid(x), s, gamma(6) * s);
    }
    vec![
        exponentials.line("exponential", "from -40 to 40", Witness::Twin, "3 ULP"),
        sigmoids.line("sigmoid", "from -40 to 40", Witness::Twin, "3 ULP"),
    ]
}

/// Forty steps, each from the single-precision state before it.
fn adam(isa: Isa) -> Vec<Line> {
    const N: usize = 103;
    let (rate, betas, epsilon) = (0.05, (0.9, 0.999), 1e-8);
    let tiny = 3.0 * f64::from(f32::MIN_POSITIVE) * f64::from(f32::EPSILON);
    let mut p = pseudo_random(1, N);
    let (mut m, mut v) = (vec![0.0; N], vec![0.0; N]);
    let mut adam = Adam::new(Direction::Ascent, rate, betas, epsilon);
    let twin = reference::Adam {
        learning_rate: rate,
        betas,
        epsilon,
    };
    let mut tally = Tally::default();
    for step in 1..=40_i32 {
        let g: Vec<f32> = pseudo_random(100 + u64::from(step.unsigned_abs()), N);
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
        let (before, mut exact) = (wide(&p), wide(&p));
        let mut moments = Moments {
            first: wide(&m),
            second: wide(&v),
            steps: step - 1,
        };
        let down: Vec<f64> = g.iter().map(|&g| -f64::from(g)).collect();
        // Descent along the negative gradient; its first moment is the negative one.
        moments.first.iter_mut().for_each(|m| *m = -*m);
        let first = moments.first.clone();
        reference::adam_step(twin, &mut exact, &down, &mut moments);
        adam_step(isa, &mut adam, &mut p, &g, &mut m, &mut v);
        for i in 0..N {
            let (new_m, new_v) = (-moments.first[i], moments.second[i]);
            let m_bound = gamma(3) * (first[i].abs() + (down[i].abs() + first[i].abs()) * 0.1);
            let v_bound = gamma(5) * new_v + tiny;
            let root = (new_v / (1.0 - betas.1.powi(step))).sqrt();
            let size = rate / (1.0 - betas.0.powi(step));
            let change = exact[i] - before[i];
            let relative = if new_v > 0.0 {
                0.5 * v_bound / new_v + gamma(9)
            } else {
                0.0
            };
            let moved =
                1.01 * (size * m_bound / (root + epsilon) + change.abs() * relative.min(1.0));
            tally.add(p[i], exact[i], moved + gamma(1) * exact[i].abs());
            tally.add(m[i], new_m, m_bound);
            tally.add(v[i], new_v, v_bound);
        }
    }
    vec![tally.line(
        "Adam",
        "40 steps of 103 parameters and their moments, each from the state before it",
        Witness::Twin,
        "m: gamma(3), v: gamma(5), change: m's, half v's, gamma(9)",
    )]
}
