//! Matrix products, and the layer that is one.

use crate::{chain, claims, on};
use kernels::Isa;
use kernels::linear::LinearWeights;
use kernels::matmul::{LeftMatrix, PackedMatrix, Rows, Target};
use laws::operations::{FullyConnected, Product};
use laws::{Adjoint, Claims, Products, Subject, Sums};

pub(crate) fn all(isa: Isa) -> Vec<Box<dyn Subject>> {
    let transposed = move |p: &Product<f32>, dy: &[f32], dx: &mut [f32]| back(isa, p, dy, dx);
    let matmul = on(isa, Claims { gaps: true, ..chain() }, product).adjoint(transposed);
    let linear = on(isa, chain(), |isa, p: &FullyConnected<f32>, y| layer(p).forward(isa, &p.x, y))
        .adjoint(move |p: &FullyConnected<f32>, dy, dx| layer(p).input_gradient(isa, dy, dx));
    let gradient = on(
        isa,
        Claims { sums: Sums::Any, products: Products::Fused, ..claims() },
        |isa, p: &Adjoint<FullyConnected<f32>, f32>, dx| {
            layer(&p.of).input_gradient(isa, &p.gradient, dx);
        },
    );
    vec![Box::new(matmul), Box::new(linear), Box::new(gradient)]
}

fn product(isa: Isa, p: &Product<f32>, c: &mut [f32]) {
    let right = PackedMatrix::from_row_major(p.k, p.n, &p.b);
    let left = LeftMatrix::row_major(&p.a, p.k);
    kernels::matmul::Product::new(p.m, left, &right).run(isa, &mut Target::new(c, Rows::plain(p.step)));
}

/// `dA = dC B'`, a product with B packed transposed.
fn back(isa: Isa, p: &Product<f32>, dy: &[f32], dx: &mut [f32]) {
    let right = PackedMatrix::from_fn(p.n, p.k, |row, column| p.b[column * p.n + row]);
    let left = LeftMatrix { rows: Rows::plain(p.step), ..LeftMatrix::row_major(dy, p.n) };
    kernels::matmul::Product::new(p.m, left, &right).run(isa, &mut Target::new(dx, Rows::plain(p.k)));
}

fn layer(p: &FullyConnected<f32>) -> LinearWeights {
    LinearWeights::new(&p.weights, &p.bias, p.x.len())
}
