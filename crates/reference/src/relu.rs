//! Rectification and its gradient.

use crate::Map;

/// `y = max(x, 0)`; NaN stays NaN.
pub fn relu(x: &Map) -> Map {
    x.map(|x| if x <= 0.0 { 0.0 } else { x })
}

/// `dx = dy` where `x > 0`, else 0. Where x is NaN, dy passes, as in PyTorch.
///
/// # Panics
/// If the shapes differ.
pub fn relu_gradient(x: &Map, dy: &Map) -> Map {
    assert_eq!(x.shape(), dy.shape(), "a value and its gradient");
    Map::from_fn(x.shape(), |i, j, c| if x.at(i, j, c) <= 0.0 { 0.0 } else { dy.at(i, j, c) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_pytorch_at_zero_and_nan() {
        let x = Map::new((1, 3, 2), vec![-1.0, 0.0, 2.0, f64::NAN, -0.0, f64::INFINITY]);
        let y = relu(&x);
        assert_eq!(y.data[..3], [0.0, 0.0, 2.0]);
        assert!(y.data[3].is_nan());
        assert_eq!(y.data[4..], [0.0, f64::INFINITY]);
        let dy = Map::new((1, 3, 2), vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(relu_gradient(&x, &dy).data, [0.0, 0.0, 3.0, 4.0, 0.0, 6.0]);
    }
}
