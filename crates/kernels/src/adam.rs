//! A step of Adam (Kingma and Ba 2015, algorithm 1; PyTorch's `torch.optim.Adam`).

use crate::isa::{Isa, per_isa};

/// Whether a step makes the objective larger or smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Along the gradient.
    Ascent,
    /// Against the gradient.
    Descent,
}

/// What one step of Adam depends on, besides the parameters, their gradient and its moments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// How far a parameter moves at most, roughly.
    pub learning_rate: f64,
    /// The decay of the first moment.
    pub beta1: f64,
    /// The decay of the second moment.
    pub beta2: f64,
    /// What keeps the quotient finite.
    pub epsilon: f64,
    /// The number of this step, from one.
    pub step: u32,
    /// Whether to climb or to descend.
    pub direction: Direction,
}

/// The factors of a step, in single precision.
#[derive(Clone, Copy)]
struct Factors {
    first_weight: f32,
    second_decay: f32,
    second_weight: f32,
    second_root: f32,
    epsilon: f32,
    step_size: f32,
}

impl AdamStep {
    /// Computed in double precision, each rounded once.
    fn factors(&self) -> Factors {
        let size = self.learning_rate / (1.0 - power(self.beta1, self.step));
        Factors {
            first_weight: single(1.0 - self.beta1),
            second_decay: single(self.beta2),
            second_weight: single(1.0 - self.beta2),
            second_root: single((1.0 - power(self.beta2, self.step)).sqrt()),
            epsilon: single(self.epsilon),
            step_size: single(match self.direction {
                Direction::Ascent => size,
                Direction::Descent => -size,
            }),
        }
    }
}

/// Moves `parameters` by one step along (or against) `gradient` g, and updates its moments `m` and `v`: all `[n]`.
///
/// In evaluation order, with t the number of the step:
///
/// ```text
/// m = fma(1 - beta1, g - m, m)
/// v = fma((1 - beta2) g, g, beta2 v)
/// p = p +- (learning_rate / (1 - beta1^t)) m / (sqrt v / sqrt(1 - beta2^t) + epsilon)
/// ```
///
/// The scalars are computed in double precision and rounded once; products, quotients and roots of the vectors
/// round one by one. Before the first step m and v are zero. A gradient of zero leaves a parameter with zero moments where it is.
///
/// # Panics
/// If the lengths differ or the step's number is zero.
pub fn adam_step(isa: Isa, step: &AdamStep, parameters: &mut [f32], gradient: &[f32], m: &mut [f32], v: &mut [f32]) {
    assert!(step.step > 0, "the steps of Adam are counted from one");
    let length = parameters.len();
    assert!(
        gradient.len() == length && m.len() == length && v.len() == length,
        "a gradient and two moments for each parameter"
    );
    update(isa, step.factors(), parameters, gradient, m, v);
}

per_isa! {
    fn update(factors: Factors, parameters: &mut [f32], gradient: &[f32], m: &mut [f32], v: &mut [f32]) {
        for (((p, g), m), v) in parameters.iter_mut().zip(gradient).zip(m).zip(v) {
            *m = factors.first_weight.mul_add(g - *m, *m);
            *v = (factors.second_weight * g).mul_add(*g, factors.second_decay * *v);
            let scale = v.sqrt() / factors.second_root + factors.epsilon;
            *p += factors.step_size * *m / scale;
        }
    }
}

/// `base^exponent` by repeated squaring: relative error below `2 log2(exponent) + 1` roundings, and no platform's library.
fn power(base: f64, exponent: u32) -> f64 {
    let (mut result, mut square, mut left) = (1.0, base, exponent);
    while left > 0 {
        if left % 2 == 1 {
            result *= square;
        }
        square *= square;
        left /= 2;
    }
    result
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is meant")]
fn single(x: f64) -> f32 {
    x as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: AdamStep =
        AdamStep { learning_rate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1, direction: Direction::Ascent };

    #[test]
    fn the_first_step_moves_by_the_learning_rate_whatever_the_gradient() {
        let mut p = [1.0, 1.0, 1.0];
        adam_step(Isa::best(), &STEP, &mut p, &[4.0, -0.001, 0.0], &mut [0.0; 3], &mut [0.0; 3]);
        // m / sqrt v is one up to the rounding of six operations, and epsilon / |g| = 1e-5 for the second.
        assert!((p[0] - 1.05).abs() <= 4.0 * f32::EPSILON, "{p:?}");
        assert!((p[1] - 0.95).abs() <= 4.0 * f32::EPSILON + 0.05e-5, "{p:?}");
        assert_eq!(p[2], 1.0);
    }

    #[test]
    fn descent_is_ascent_of_the_negative_bit_for_bit() {
        let (mut up, mut down) = ([0.3, -2.0], [-0.3, 2.0]);
        let (mut m, mut v) = ([[0.1, -0.2]; 2], [[0.01, 0.04]; 2]);
        adam_step(Isa::best(), &STEP, &mut up, &[1.5, 0.25], &mut m[0], &mut v[0]);
        let descent = AdamStep { direction: Direction::Descent, ..STEP };
        adam_step(Isa::best(), &descent, &mut down, &[1.5, 0.25], &mut m[1], &mut v[1]);
        assert_eq!(up.map(|p| -p), down);
        assert_eq!((m[0], v[0]), (m[1], v[1]));
    }

    #[test]
    fn powers_are_those_of_repeated_multiplication() {
        assert_eq!(power(0.5, 0), 1.0);
        assert_eq!(power(0.5, 30), 1.0 / f64::from(1 << 30));
        let repeated = (0..2560).fold(1.0, |product: f64, _| product * 0.999);
        // 2,560 roundings on one side, 24 on the other.
        assert!((power(0.999, 2560) - repeated).abs() <= 2600.0 * f64::EPSILON * repeated);
    }

    #[test]
    #[should_panic(expected = "counted from one")]
    fn a_step_numbered_zero_is_refused() {
        adam_step(Isa::best(), &AdamStep { step: 0, ..STEP }, &mut [], &[], &mut [], &mut []);
    }
}
