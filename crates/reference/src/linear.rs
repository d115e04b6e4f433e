//! A fully connected layer and its gradient.

/// `y[o] = sum over i of w[o, i] x[i], plus b[o]`: `[I] -> [O]`, with weights `[O, I]`.
///
/// # Panics
/// If there are not as many weights as inputs times biases.
pub fn linear(x: &[f64], weights: &[f64], bias: &[f64]) -> Vec<f64> {
    let (inputs, outputs) = (x.len(), bias.len());
    assert_eq!(weights.len(), outputs * inputs, "weights of a linear layer");
    let mut y = Vec::with_capacity(outputs);
    for o in 0..outputs {
        let mut sum = 0.0;
        for i in 0..inputs {
            sum += weights[o * inputs + i] * x[i];
        }
        y.push(sum + bias[o]);
    }
    y
}

/// `dx[i] = sum over o of w[o, i] dy[o]`: `[O] -> [I]`.
///
/// # Panics
/// If there are not as many weights as `inputs` times gradients.
pub fn linear_gradient(dy: &[f64], weights: &[f64], inputs: usize) -> Vec<f64> {
    let outputs = dy.len();
    assert_eq!(weights.len(), outputs * inputs, "weights of a linear layer");
    let mut dx = vec![0.0; inputs];
    for i in 0..inputs {
        for o in 0..outputs {
            dx[i] += weights[o * inputs + i] * dy[o];
        }
    }
    dx
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pattern;

    #[test]
    fn values_and_gradient_equal_pytorch() {
        let y = linear(&[2.0, -1.0, 0.5], &pattern(6, 1), &[1.0, -1.0]);
        assert_eq!(y, [6.5, 3.0]);
        assert_eq!(linear_gradient(&[3.0, -2.0], &pattern(6, 1), 3), [2.0, -2.0, 5.0]);
    }
}
