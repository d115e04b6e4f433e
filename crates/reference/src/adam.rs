//! A step of Adam (Kingma and Ba 2015, algorithm 1; PyTorch's `torch.optim.Adam`).

/// The constants of Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// The size of a first step.
    pub learning_rate: f64,
    /// The decays of the first and second moment.
    pub betas: (f64, f64),
    /// Added to the root of the second moment.
    pub epsilon: f64,
}

/// What Adam remembers between steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// Decaying mean of the gradients.
    pub first: Vec<f64>,
    /// Decaying mean of their squares.
    pub second: Vec<f64>,
    /// Steps made.
    pub steps: i32,
}

impl Moments {
    /// The moments of `len` parameters before the first step: zeros.
    pub fn zeros(len: usize) -> Moments {
        Moments { first: vec![0.0; len], second: vec![0.0; len], steps: 0 }
    }
}

/// One step of descent; for ascent, give the negative gradient. In this order, t being the number of the step, from
/// one:
///
/// ```text
/// m = beta1 m + (1 - beta1) g
/// v = beta2 v + (1 - beta2) g^2
/// p = p - learning_rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
/// ```
///
/// # Panics
/// If the lengths differ.
///
/// # Example
/// The first step moves by the learning rate, whatever the size of the gradient:
///
/// ```
/// use reference::{Adam, Moments, adam_step};
///
/// let adam = Adam { learning_rate: 0.5, betas: (0.9, 0.999), epsilon: 0.0 };
/// let (mut parameters, mut moments) = ([1.0, 1.0], Moments::zeros(2));
/// adam_step(adam, &mut parameters, &[100.0, -0.25], &mut moments);
/// assert!((parameters[0] - 0.5_f64).abs() < 1e-12 && (parameters[1] - 1.5_f64).abs() < 1e-12);
/// ```
pub fn adam_step(adam: Adam, parameters: &mut [f64], gradient: &[f64], moments: &mut Moments) {
    let len = parameters.len();
    assert!(
        gradient.len() == len && moments.first.len() == len && moments.second.len() == len,
        "a gradient and two moments for each parameter"
    );
    moments.steps += 1;
    let (beta1, beta2) = adam.betas;
    let correction1 = 1.0 - beta1.powi(moments.steps);
    let correction2 = 1.0 - beta2.powi(moments.steps);
    for i in 0..len {
        let g = gradient[i];
        let (m, v) = (&mut moments.first[i], &mut moments.second[i]);
        *m = beta1 * *m + (1.0 - beta1) * g;
        *v = beta2 * *v + (1.0 - beta2) * g * g;
        let denominator = v.sqrt() / correction2.sqrt() + adam.epsilon;
        parameters[i] -= adam.learning_rate / correction1 * *m / denominator;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const ADAM: Adam = Adam { learning_rate: 0.05, betas: (0.9, 0.999), epsilon: 1e-8 };

    #[test]
    fn three_steps_equal_pytorch() {
        let mut p = [1.0, -2.0, 0.5];
        let mut moments = Moments::zeros(3);
        adam_step(ADAM, &mut p, &[0.5, -3.0, 1e-9], &mut moments);
        assert_close(&p, &[0.950000001, -1.9500000001666666, 0.4954545454545455]);
        adam_step(ADAM, &mut p, &[1.0, 2.0, 0.0], &mut moments);
        assert_close(&p, &[0.9017409003192548, -1.9427739737091887, 0.49324250047424406]);
        adam_step(ADAM, &mut p, &[-0.25, 0.125, 2e-9], &mut moments);
        assert_close(&p, &[0.8723105641277785, -1.9382992088522077, 0.4886509439672823]);
    }

    #[test]
    fn a_missing_gradient_or_moment_is_refused() {
        for lengths in [(1, 2, 2), (2, 1, 2), (2, 2, 1)] {
            let mut moments = Moments { first: vec![0.0; lengths.1], second: vec![0.0; lengths.2], steps: 0 };
            let gradient = vec![1.0; lengths.0];
            let step = || adam_step(ADAM, &mut [0.0; 2], &gradient, &mut moments);
            assert!(catch_unwind(AssertUnwindSafe(step)).is_err(), "{lengths:?}");
        }
    }

    #[test]
    fn the_negative_gradient_ascends() {
        let (mut up, mut down) = ([0.0], [0.0]);
        adam_step(ADAM, &mut up, &[-2.0], &mut Moments::zeros(1));
        adam_step(ADAM, &mut down, &[2.0], &mut Moments::zeros(1));
        assert!(up[0] > 0.0 && up[0] == -down[0]);
    }
}
