//! The fully connected layer.

use crate::Isa;
use crate::matmul::{ColumnAffine, Epilogue, LeftMatrix, PackedMatrix, Product, Rows, Target};

/// A fully connected layer's weights, packed: `[in] x [out]`, with its bias.
#[derive(Clone, Debug)]
pub struct LinearWeights {
    forward: PackedMatrix,
    gradient: PackedMatrix,
    bias: ColumnAffine,
}

impl LinearWeights {
    /// Packs weights `[out, in]` (PyTorch's order) and a bias `[out]`.
    ///
    /// # Panics
    /// If `weights` has not exactly `out * in` values, with `out` the length of `bias`.
    pub fn new(weights: &[f32], bias: &[f32], inputs: usize) -> LinearWeights {
        let outputs = bias.len();
        assert_eq!(weights.len(), outputs * inputs, "weights [{outputs}, {inputs}]");
        LinearWeights {
            forward: PackedMatrix::from_fn(inputs, outputs, |i, o| weights[o * inputs + i]),
            gradient: PackedMatrix::from_row_major(outputs, inputs, weights),
            bias: ColumnAffine::bias(bias),
        }
    }

    /// `y[o] = sum_i x[i] w[o, i] + b[o]`: the summation contract over i, then the bias.
    ///
    /// # Panics
    /// If `x` or `y` has not the length of the weights' shape.
    ///
    /// # Example
    /// ```
    /// use kernels::Isa;
    /// use kernels::linear::LinearWeights;
    ///
    /// let layer = LinearWeights::new(&[1.0, 10.0, 2.0, 20.0], &[0.5, 0.0], 2);
    /// let mut y = [0.0; 2];
    /// layer.forward(Isa::best(), &[3.0, 1.0], &mut y);
    /// assert_eq!(y, [13.5, 26.0]);
    /// ```
    pub fn forward(&self, isa: Isa, x: &[f32], y: &mut [f32]) {
        assert_eq!(x.len(), self.forward.k(), "inputs of a fully connected layer");
        assert_eq!(y.len(), self.forward.n(), "outputs of a fully connected layer");
        let epilogue = Epilogue { affine: Some(&self.bias), ..Epilogue::default() };
        let mut target = Target::new(y, Rows::plain(self.forward.n()));
        let product = Product::new(1, LeftMatrix::row_major(x, x.len()), &self.forward);
        Product { epilogue, ..product }.run(isa, &mut target);
    }

    /// `dx[i] = sum_o dy[o] w[o, i]`, overwriting `dx`: the summation contract over o.
    ///
    /// # Panics
    /// If `dy` or `dx` has not the length of the weights' shape.
    pub fn input_gradient(&self, isa: Isa, dy: &[f32], dx: &mut [f32]) {
        assert_eq!(dy.len(), self.gradient.k(), "outputs of a fully connected layer");
        assert_eq!(dx.len(), self.gradient.n(), "inputs of a fully connected layer");
        let mut target = Target::new(dx, Rows::plain(self.gradient.n()));
        Product::new(1, LeftMatrix::row_major(dy, dy.len()), &self.gradient).run(isa, &mut target);
    }
}
