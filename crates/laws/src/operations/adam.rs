//! A step of Adam.

use crate::claims::gamma;
use crate::expected::Expected;
use crate::{Axis, Case, Claims, Float, Law, Operand, Problem, Values, general};

/// The step size before its correction.
pub const LEARNING_RATE: f64 = 0.05;
/// The decays of both moments.
pub const BETAS: (f64, f64) = (0.9, 0.999);
/// Added to the root of the second moment.
pub const EPSILON: f64 = 1e-8;

/// A step of descent of Adam (Kingma and Ba 2015, algorithm 1; PyTorch's `torch.optim.Adam`), t counting from one:
///
/// ```text
/// m = beta1 m + (1 - beta1) g
/// v = beta2 v + (1 - beta2) g^2
/// p = p - learning_rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
/// ```
///
/// The output is `[p, m, v]`, one behind the other. Of m the constant, both products and the sum round, or the
/// difference `g - m` and its product: `gamma_4 (|m| + (|g| + |m|) / 10)`. Of v two constants, three products and the sum:
/// `gamma_6 v`. Of the step: m's error, half of v's relative error, and nine roundings of two scalars, the root, its quotient,
/// epsilon, the sum, the product and the quotient; then the sum with p rounds.
#[derive(Clone, Debug)]
pub struct Adam<T> {
    /// Steps made before.
    pub steps: i32,
    /// The parameters, `[n]`.
    pub parameters: Operand<T>,
    /// Their gradient, `[n]`.
    pub gradient: Operand<T>,
    /// The first moments, `[n]`.
    pub first: Operand<T>,
    /// The second moments, `[n]`.
    pub second: Operand<T>,
}

impl<T: Float> Problem<T> for Adam<T> {
    fn operation() -> String {
        "adam".to_owned()
    }

    fn axes(claims: &Claims) -> Vec<Axis> {
        vec![Axis::number("n", 1, 100).near(&claims.tiles), Axis::number("steps", 0, 40)]
    }

    fn build(case: &Case, values: &mut Values) -> Option<Self> {
        let (n, steps) = (case.get("n"), i32::try_from(case.number("steps")).ok()?);
        let (parameters, gradient) = (values.take_tame(n), values.take(n));
        if steps == 0 {
            let zeros = || Operand::filled(T::default(), n);
            return Some(Adam { steps, parameters, gradient, first: zeros(), second: zeros() });
        }
        let first = values.take_tame(n);
        let second: Operand<T> = values.take_tame(n);
        let second = second.iter().map(|v| T::nearest(v.wide().abs())).collect();
        Some(Adam { steps, parameters, gradient, first, second })
    }

    fn outputs(&self) -> usize {
        3 * self.parameters.len()
    }

    fn expected(&self, _: &Claims) -> Expected {
        let n = self.parameters.len();
        let constants = reference::Adam { learning_rate: LEARNING_RATE, betas: BETAS, epsilon: EPSILON };
        let mut parameters = self.parameters.wide();
        let mut moments =
            reference::Moments { first: self.first.wide(), second: self.second.wide(), steps: self.steps };
        reference::adam_step(constants, &mut parameters, &self.gradient.wide(), &mut moments);
        let size = LEARNING_RATE / (1.0 - BETAS.0.powi(self.steps + 1));
        let mut bounds = vec![0.0; 3 * n];
        // The twin rounds as often, in double precision.
        let error = |roundings: usize| gamma::<T>(roundings) + gamma::<f64>(2 * roundings);
        for i in 0..n {
            let [g, m, p] = [&self.gradient, &self.first, &self.parameters].map(|values| values[i].wide().abs());
            let v = moments.second[i];
            let root = (v / (1.0 - BETAS.1.powi(self.steps + 1))).sqrt();
            let m_bound = error(4) * (m + (g + m) * 0.1) + 4.0 * T::SMALLEST;
            let v_bound = error(6) * v + 4.0 * T::SMALLEST;
            let change = size * moments.first[i] / (root + EPSILON);
            let relative = if v > 0.0 { (0.5 * v_bound / v).min(1.0) + error(9) } else { 0.0 };
            // Where v is all but lost among the smallest numbers, the root may be anything below twice itself.
            let p_bound =
                1.01 * (size * m_bound / (root * (1.0 - relative.min(1.0)) + EPSILON) + change.abs() * relative);
            bounds[i] = p_bound + error(1) * (p + change.abs() + p_bound) + 4.0 * T::SMALLEST;
            (bounds[n + i], bounds[2 * n + i]) = (m_bound, v_bound);
            if !g.is_finite() {
                for at in [i, n + i, 2 * n + i] {
                    bounds[at] = 0.0;
                }
            }
        }
        Expected { values: [parameters, moments.first, moments.second].concat(), bounds }
    }

    fn laws() -> Vec<Law<Self, T>> {
        general()
    }

    fn operands(&self) -> Vec<(&'static str, &[T])> {
        vec![("p", &self.parameters), ("g", &self.gradient), ("m", &self.first), ("v", &self.second)]
    }
}
