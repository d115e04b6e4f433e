//! Matrix products, and the layer that is one.

use crate::{chain, claims, on};
use kernels::Isa;
use kernels::linear::LinearWeights;
use kernels::matmul::{ColumnAffine, Epilogue, LeftMatrix, PackedMatrix, Rows, Target};
use laws::operations::{FullyConnected, Product, WithEpilogue};
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
    vec![Box::new(matmul), Box::new(on(isa, chain(), finished)), Box::new(linear), Box::new(gradient)]
}

fn product(isa: Isa, p: &Product<f32>, c: &mut [f32]) {
    multiply(isa, p, c, Epilogue::default());
}

fn multiply(isa: Isa, p: &Product<f32>, c: &mut [f32], epilogue: Epilogue<'_>) {
    let right = PackedMatrix::from_row_major(p.k, p.n, &p.b);
    // Rows of the left matrix lie as far apart as those of the output, with NaN between them.
    let step = p.k + p.step - p.n;
    let value = |at: usize| if at % step < p.k { p.a[at / step * p.k + at % step] } else { f32::NAN };
    let a: Vec<f32> = (0..p.m * step).map(value).collect();
    let left = LeftMatrix { rows: Rows::plain(step), ..LeftMatrix::row_major(&a, p.k) };
    let product = kernels::matmul::Product { epilogue, ..kernels::matmul::Product::new(p.m, left, &right) };
    product.run(isa, &mut Target::new(c, Rows::plain(p.step)));
}

/// Scales and shifts of the channels.
pub(crate) fn affine<P>(p: &WithEpilogue<P, f32>) -> Option<ColumnAffine> {
    let shift = p.shift.as_ref()?;
    Some(p.scale.as_ref().map_or_else(|| ColumnAffine::bias(shift), |scale| ColumnAffine::new(scale, shift)))
}

fn finished(isa: Isa, p: &WithEpilogue<Product<f32>, f32>, c: &mut [f32]) {
    let affine = affine(p);
    let residual = p.residual.as_ref().map(|values| (&values[..], Rows::plain(p.of.step)));
    multiply(isa, &p.of, c, Epilogue { affine: affine.as_ref(), residual, relu: p.relu });
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
