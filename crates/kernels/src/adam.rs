//! A step of Adam (Kingma and Ba 2015, algorithm 1; PyTorch's `torch.optim.Adam`).

use crate::elementary::single;
use crate::isa::{Isa, per_isa};

/// Whether a step makes the objective larger or smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Along the gradient.
    Ascent,
    /// Against the gradient.
    Descent,
}

/// The constants of Adam, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    direction: Direction,
    learning_rate: f64,
    betas: (f64, f64),
    epsilon: f64,
    /// Each beta to the power of the number of steps made.
    powers: (f64, f64),
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

impl Adam {
    /// Adam before its first step: `betas` are the decays of the first and second moment, `epsilon` is added to the
    /// root.
    pub fn new(direction: Direction, learning_rate: f64, betas: (f64, f64), epsilon: f64) -> Adam {
        Adam { direction, learning_rate, betas, epsilon, powers: (1.0, 1.0) }
    }

    /// Moves `parameters` by one step along (or against) `gradient` g, and updates its moments `m` and `v`: all `[n]`.
    ///
    /// In evaluation order, t being the number of the step, from one:
    ///
    /// ```text
    /// m = fma(1 - beta1, g - m, m)
    /// v = fma((1 - beta2) g, g, beta2 v)
    /// p = p +- (learning_rate / (1 - beta1^t)) m / (sqrt v / sqrt(1 - beta2^t) + epsilon)
    /// ```
    ///
    /// The scalars are computed in double precision, powers by repeated multiplication, and rounded once; the vectors'
    /// products, quotients and roots round one by one. Before the first step m and v are to be zero.
    ///
    /// # Panics
    /// If the lengths differ.
    ///
    /// # Example
    /// The first step moves by the learning rate, whatever the gradient's size:
    ///
    /// ```
    /// use kernels::Isa;
    /// use kernels::adam::{Adam, Direction, Moments};
    ///
    /// let mut adam = Adam::new(Direction::Ascent, 0.5, (0.9, 0.999), 0.0);
    /// let (mut p, mut m, mut v) = ([1.0, 1.0], [0.0; 2], [0.0; 2]);
    /// adam.step(Isa::best(), &mut p, &[100.0, -0.25], Moments { first: &mut m, second: &mut v });
    /// assert!((p[0] - 1.5_f32).abs() < 1e-6 && (p[1] - 0.5_f32).abs() < 1e-6);
    /// ```
    pub fn step(&mut self, isa: Isa, parameters: &mut [f32], gradient: &[f32], moments: Moments<'_>) {
        let length = parameters.len();
        assert!(
            gradient.len() == length && moments.first.len() == length && moments.second.len() == length,
            "a gradient and two moments for each parameter"
        );
        let Moments { first, second } = moments;
        update(isa, &Change { factors: self.next_step(), gradient }, parameters, first, second);
    }

    /// Counts a step and gives its factors, computed in double precision and each rounded once.
    fn next_step(&mut self) -> Factors {
        self.powers.0 *= self.betas.0;
        self.powers.1 *= self.betas.1;
        let size = self.learning_rate / (1.0 - self.powers.0);
        Factors {
            first_weight: single(1.0 - self.betas.0),
            second_decay: single(self.betas.1),
            second_weight: single(1.0 - self.betas.1),
            second_root: single((1.0 - self.powers.1).sqrt()),
            epsilon: single(self.epsilon),
            step_size: single(match self.direction {
                Direction::Ascent => size,
                Direction::Descent => -size,
            }),
        }
    }
}

/// The moving averages of a gradient and of its square, `[n]` each.
#[derive(Debug)]
pub struct Moments<'a> {
    /// The gradient's.
    pub first: &'a mut [f32],
    /// The square's.
    pub second: &'a mut [f32],
}

/// What a step makes of a gradient.
struct Change<'a> {
    factors: Factors,
    gradient: &'a [f32],
}

per_isa! {
    // Three slices, not a struct of them: only arguments are known not to overlap, and without that the loop takes twice
    // as long.
    fn update(change: &Change<'_>, parameters: &mut [f32], m: &mut [f32], v: &mut [f32]) {
        let Change { factors, gradient } = change;
        for (((p, g), m), v) in parameters.iter_mut().zip(*gradient).zip(m).zip(v) {
            *m = factors.first_weight.mul_add(g - *m, *m);
            *v = (factors.second_weight * g).mul_add(*g, factors.second_decay * *v);
            let scale = v.sqrt() / factors.second_root + factors.epsilon;
            *p += factors.step_size * *m / scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adam(direction: Direction) -> Adam {
        Adam::new(direction, 0.05, (0.9, 0.999), 1e-8)
    }

    #[test]
    fn the_first_step_moves_by_the_learning_rate_whatever_the_gradient() {
        let mut p = [1.0, 1.0, 1.0];
        let mut adam = adam(Direction::Ascent);
        let moments = Moments { first: &mut [0.0; 3], second: &mut [0.0; 3] };
        adam.step(Isa::best(), &mut p, &[4.0, -0.001, 0.0], moments);
        // The step is within ten roundings of 0.05, and epsilon / |g| = 1e-5 smaller for the second; the sum rounds
        // once.
        assert!((p[0] - 1.05).abs() <= 2.0 * f32::EPSILON, "{p:?}");
        assert!((p[1] - 0.95).abs() <= 2.0 * f32::EPSILON + 0.05e-5, "{p:?}");
        assert_eq!(p[2], 1.0);
    }

    #[test]
    fn descent_is_ascent_of_the_negative_bit_for_bit() {
        let (mut up, mut down) = ([0.3, -2.0], [-0.3, 2.0]);
        let (mut m, mut v) = ([[0.1, -0.2]; 2], [[0.01, 0.04]; 2]);
        let moments = Moments { first: &mut m[0], second: &mut v[0] };
        adam(Direction::Ascent).step(Isa::best(), &mut up, &[1.5, 0.25], moments);
        let moments = Moments { first: &mut m[1], second: &mut v[1] };
        adam(Direction::Descent).step(Isa::best(), &mut down, &[1.5, 0.25], moments);
        assert_eq!(up.map(|p| -p), down);
        assert_eq!((m[0], v[0]), (m[1], v[1]));
    }

    #[test]
    #[should_panic(expected = "two moments for each parameter")]
    fn slices_of_different_lengths_are_refused() {
        let moments = Moments { first: &mut [], second: &mut [0.0] };
        adam(Direction::Ascent).step(Isa::best(), &mut [0.0], &[1.0], moments);
    }
}
