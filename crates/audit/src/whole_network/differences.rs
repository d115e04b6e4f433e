//! Central differences in double precision: what each nonlinear operation's gradient is the limit of.
//!
//! Our kernel's gradient in single precision is held, number by number, against `(f(x + h e) - f(x - h e)) / 2h` of the
//! twin's forward pass. They differ by the truncation of the difference, `h^2 / 6` times the third derivative, by
//! double precision's rounding of f over h, and by what the kernel itself may be off.

use crate::comparison::{Comparison, Step, Tally, Witness};
use crate::error::AuditError;
use crate::steps::operations::{Chain, Evaluated, Given, evaluate, one};
use crate::steps::picture;
use crate::twin::bounded::DOUBLE;
use autodiff::Isa;
use autodiff::ops::{Draw, MaxPool, Relu, SpectralImage};
use bounds::{gamma, pseudo_random};
use kernels::color::{squash_colors, squash_colors_gradient};
use kernels::elementary;
use reference::{Map, Padding, Sliding};

/// All comparisons of single operations.
///
/// # Errors
/// If an operation refuses its input.
pub(crate) fn comparisons(isa: Isa) -> Result<Vec<Comparison>, AuditError> {
    Ok(vec![relu(isa)?, max_pool(isa)?, sigmoid(elementary::sigmoid_gradient), colors(isa), spectrum(isa)?])
}

/// A gradient, what it is of, and at which numbers it is looked at.
struct Limit<'a> {
    /// Ours by x, for the gradient by the output dy.
    gradient: &'a [f32],
    dy: &'a [f32],
    x: &'a Map,
    step: f64,
    twin: &'a dyn Fn(&Map) -> Map,
    numbers: Vec<usize>,
}

impl Limit<'_> {
    /// `bound` is told the number and `sum |dy df/dx|`.
    fn tally(&self, bound: impl Fn(usize, f64) -> f64) -> Tally {
        let mut tally = Tally::default();
        let mut moved = self.x.clone();
        for &i in &self.numbers {
            let mut at = |x: f64| {
                moved.data[i] = x;
                (self.twin)(&moved).data
            };
            let (after, before) = (at(self.x.data[i] + self.step), at(self.x.data[i] - self.step));
            moved.data[i] = self.x.data[i];
            let (mut difference, mut reach) = (0.0, 0.0);
            for ((a, b), &dy) in after.iter().zip(&before).zip(self.dy) {
                let term = (a - b) / (2.0 * self.step) * f64::from(dy);
                difference += term;
                reach += term.abs();
            }
            tally.add(self.gradient[i], difference, bound(i, reach));
        }
        tally
    }
}

/// Numbers of either sign in any order, no two of them nearer than 2^-9 and none nearer to zero than 2^-10: what is
/// moved by 2^-12 keeps its side and its place.
fn apart(len: usize) -> Vec<f32> {
    let keys = pseudo_random(41, len);
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
    let mut values = vec![0.0; len];
    for (rank, &i) in order.iter().enumerate() {
        values[i] = (2 * rank + 1) as f32 / 1024.0 - (len / 2 * 2) as f32 / 1024.0;
    }
    values
}

const SHAPE: (usize, usize, usize) = (9, 8, 5);

/// Small powers of two times numbers of 24 bits: sums and differences are exact, and a difference of something
/// piecewise linear is its derivative.
fn piecewise_linear(
    chain: &Chain<'_>,
    twin: &dyn Fn(&Map) -> Map,
    bound: impl Fn(usize, f64) -> f64,
    isa: Isa,
) -> Result<Tally, AuditError> {
    let x = apart(SHAPE.0 * SHAPE.1 * SHAPE.2);
    let Evaluated { dy, dx, .. } = evaluate(chain, &Given { shape: SHAPE, x: &x, seed: 1 }, isa)?;
    let limit = Limit {
        gradient: &dx,
        dy: &dy,
        x: &Map::from_f32(SHAPE, &x),
        step: 2_f64.powi(-12),
        twin,
        numbers: (0..x.len()).collect(),
    };
    Ok(limit.tally(bound))
}

fn relu(isa: Isa) -> Result<Comparison, AuditError> {
    let tally = piecewise_linear(&one(Relu, Draw::None), &reference::relu, |_, _| 0.0, isa)?;
    Ok(tally.comparison(Step::Differences.against(Witness::Differences, "ReLU"), "0: all is exact"))
}

fn max_pool(isa: Isa) -> Result<Comparison, AuditError> {
    let sliding = Sliding { kernel: (3, 3), stride: (2, 2), padding: Padding::all(1) };
    let pool = one(MaxPool::new(autodiff::Sliding::square(3, 2, 1)), Draw::None);
    // A value is in at most four windows; double precision's sum of as many is nothing beside it.
    let bound = |_, reach| 1.001 * gamma(3) * reach;
    let tally = piecewise_linear(&pool, &|x| reference::max_pool(x, sliding), bound, isa)?;
    Ok(tally.comparison(Step::Differences.against(Witness::Differences, "max pool"), "gamma(3) sum |dy|"))
}

/// Half the distance for the smooth ones: truncation and rounding are both far below single precision's rounding.
const STEP: f64 = 1.0 / 131_072.0;

fn sigmoid(gradient: impl Fn(f32, f32) -> f32) -> Comparison {
    let x: Vec<f32> = (-80..=80_i16).map(|i| f32::from(i) / 10.0).collect();
    let dy = pseudo_random(45, x.len());
    let values: Vec<f32> = x.iter().map(|&x| elementary::sigmoid(x)).collect();
    let found: Vec<f32> = values.iter().zip(&dy).map(|(&s, &dy)| gradient(s, dy)).collect();
    let limit = Limit {
        gradient: &found,
        dy: &dy,
        x: &Map::from_f32((1, x.len(), 1), &x),
        step: STEP,
        twin: &|x| x.map(reference::sigmoid),
        numbers: (0..x.len()).collect(),
    };
    let tally = limit.tally(|i, reach| {
        let (s, dy) = (f64::from(values[i]), f64::from(dy[i]).abs());
        // The third derivative is at most 1/8. The twin rounds exponential, sum and quotient.
        let difference = STEP * STEP / 48.0 + 4.0 * DOUBLE / STEP;
        // Where s is off by e, s (1 - s) is by at most e; ours is off by 3 units of the last place, and rounds three
        // times.
        dy * (difference + gamma(6) * s) + gamma(3) * reach
    });
    let words = "h^2 / 48 + 2^-51 / h, gamma(6) s |dy|, gamma(3)";
    tally.comparison(Step::Differences.against(Witness::Differences, "sigmoid"), words)
}

/// From planes to colors: the matrix and the sigmoid.
fn colors(isa: Isa) -> Comparison {
    const N: usize = 40;
    let planes: Vec<f32> = pseudo_random(46, 3 * N).iter().map(|v| 4.0 * v).collect();
    let dy = pseudo_random(47, 3 * N);
    let (mut pixels, mut found) = (vec![0.0; 3 * N], vec![0.0; 3 * N]);
    squash_colors(isa, &planes, &mut pixels);
    squash_colors_gradient(isa, &pixels, &dy, &mut found);
    // The twin's map has the three colors of a pixel beside each other, as `pixels` has.
    let beside = |of: &[f32]| -> Vec<f32> { (0..3 * N).map(|i| of[i % 3 * N + i / 3]).collect() };
    let x = Map::from_f32((1, N, 3), &beside(&planes));
    let matrix = reference::color_correlation();
    let sums = reference::mix_colors(&x.map(f64::abs), matrix.map(|row| row.map(f64::abs)));
    let limit = Limit {
        gradient: &beside(&found),
        dy: &dy,
        x: &x,
        step: STEP,
        twin: &|x| reference::mix_colors(x, matrix).map(reference::sigmoid),
        numbers: (0..3 * N).collect(),
    };
    let tally = limit.tally(|i, reach| {
        let (pixel, plane) = (i / 3 * 3, i % 3);
        let of_row = |r: usize| {
            let (m, s) = (matrix[r][plane].abs(), f64::from(pixels[pixel + r]));
            let sum = sums.data[pixel + r];
            // The third derivative by a plane is at most m^3 / 8; the twin rounds the products and their sum, a quarter
            // of which arrives, and the sigmoid.
            let difference = STEP * STEP * m.powi(3) / 48.0 + DOUBLE * (sum + 4.0) / STEP;
            // Where s is off by e, s (1 - s) is by at most e.
            let off = 1.001 * 0.25 * gamma(4) * sum + gamma(6) * s;
            f64::from(dy[pixel + r]).abs() * (difference + m * off)
        };
        (0..3).map(of_row).sum::<f64>() + gamma(7) * reach
    });
    let words = "h^2 m^3 / 48, 2^-53 / h, the colors' own bound through |M'|, gamma(7)";
    tally.comparison(Step::Differences.against(Witness::Differences, "colors: correlation and sigmoid"), words)
}

/// From a spectrum to its picture: numbers of every row and column, of real and imaginary parts.
fn spectrum(isa: Isa) -> Result<Comparison, AuditError> {
    // The least step at which double precision's rounding, over it, stays below the truncation.
    let step = 2_f64.powi(-12);
    let shape = picture::SPECTRUM;
    let x = pseudo_random(48, shape.0 * shape.1 * shape.2);
    let (height, width) = picture::SIZE;
    let chain = one(SpectralImage::new(height, width), Draw::None);
    let Evaluated { dy, dx, output, .. } = evaluate(&chain, &Given { shape, x: &x, seed: 1 }, isa)?;
    let spectrum = Map::from_f32(shape, &x);
    let own = picture::image_gradient(&spectrum, &Map::from_f32(output, &dy)).1;
    let limit = Limit {
        gradient: &dx,
        dy: &dy,
        x: &spectrum,
        step,
        twin: &|x| picture::image(x).0,
        // 29 has no factor in common with the 22 numbers of a row.
        numbers: (0..x.len()).step_by(29).collect(),
    };
    let scale = picture::scale();
    let matrix = reference::color_correlation().map(|row| row.map(f64::abs));
    let root = ((height * width) as f64).sqrt();
    let plane = |c: usize| {
        let values = x.iter().enumerate().skip(c * scale.len()).take(scale.len());
        values.map(|(i, v)| f64::from(v.abs()) * scale[i % scale.len()]).sum::<f64>() * 2.0 / root
    };
    let largest = [0, 1, 2].map(plane).into_iter().fold(0.0, f64::max);
    // The twin adds as many terms as a plane has numbers; scale, angle, cosine and products are some twenty roundings
    // more.
    let rounding = DOUBLE * (scale.len() + 32) as f64 * largest;
    let tally = limit.tally(|i, _| {
        let c = i / scale.len();
        let moves = scale[i % scale.len()] * 2.0 / root;
        let of_pixel = |(at, dy): (usize, &f32)| {
            let row = matrix[at % 3];
            let truncation = step * step * (row[c] * moves).powi(3) / 48.0;
            // A quarter of what the sum of the row is off by arrives, and the sigmoid rounds on its own.
            let twin = (0.25 * row.iter().sum::<f64>() * rounding + 4.0 * DOUBLE) / step;
            f64::from(dy.abs()) * (truncation + twin)
        };
        own.data[i] + dy.iter().enumerate().map(of_pixel).sum::<f64>()
    });
    let words = "h^2 (m scale 2 / sqrt(H W))^3 / 48, the twin's rounding / h, the gradient's own bound";
    Ok(tally.comparison(Step::Differences.against(Witness::Differences, "picture of a spectrum"), words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gradient_is_the_limit_of_differences() {
        let comparisons = comparisons(Isa::best()).unwrap();
        let failed: Vec<_> = comparisons.iter().filter(|line| !line.passed).collect();
        assert!(failed.is_empty(), "{failed:?}");
    }

    #[test]
    fn values_that_are_apart_stay_on_their_sides() {
        for len in [6, 7, 360] {
            let mut values = apart(len);
            assert!(values.iter().all(|v| v.abs() >= 1.0 / 1024.0));
            values.sort_by(f32::total_cmp);
            assert!(values.windows(2).all(|pair| pair[1] - pair[0] >= 1.0 / 512.0));
        }
    }

    #[test]
    fn a_slope_that_is_a_little_wrong_fails() {
        assert!(sigmoid(elementary::sigmoid_gradient).passed);
        assert!(!sigmoid(|s, dy| dy * (1.0 - s) * s * 1.000_01).passed);
        assert!(!sigmoid(|s, dy| dy * s).passed);
    }

    #[test]
    fn a_step_of_something_piecewise_linear_gives_its_slope_exactly() {
        let leaky = |x: &Map| x.map(|v| if v > 0.0 { v } else { 0.5 * v });
        let found = |twin: &dyn Fn(&Map) -> Map| {
            let tally = piecewise_linear(&one(Relu, Draw::None), twin, |_, _| 0.0, Isa::best());
            tally.unwrap().comparison(Step::Layer.against(Witness::Differences, "w"), "0")
        };
        let line = found(&reference::relu);
        assert!(line.passed && line.values == 360);
        assert!(!found(&leaky).passed);
    }
}
