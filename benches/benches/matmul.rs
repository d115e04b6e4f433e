//! The matrix product against `matrixmultiply`, both on one thread: `cargo bench --package streamscope-benches`.
//!
//! The shapes are those of ResNet18's 3x3 convolutions as products: output positions, 9 times input channels, output
//! channels. `matrixmultiply` cuts k into blocks and so rounds in another order; ours keeps one chain for each element.

use divan::Bencher;
use divan::counter::ItemsCount;
use kernels::Isa;
use kernels::matmul::matmul;
use ndarray::Array2;
use ndarray::linalg::general_mat_mul;
use testkit::pseudo_random;

/// Rows, columns of the left matrix, columns of the right one: stages 1 to 4 at 224 pixels.
const SHAPES: [[usize; 3]; 4] = [
    [3136, 576, 64],
    [784, 1152, 128],
    [196, 2304, 256],
    [49, 4608, 512],
];

fn main() {
    divan::main();
}

fn operands([m, k, n]: [usize; 3]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    (
        pseudo_random(1, m * k),
        pseudo_random(2, k * n),
        vec![0.0; m * n],
    )
}

#[divan::bench(args = SHAPES)]
fn ours(bencher: Bencher<'_, '_>, shape: &[usize; 3]) {
    let (a, b, mut c) = operands(*shape);
    // Items are floating point operations: two for each multiply-add.
    let bencher = bencher.counter(ItemsCount::new(2 * shape.iter().product::<usize>()));
    bencher.bench_local(|| matmul(Isa::best(), *shape, &a, &b, &mut c));
}

#[divan::bench(args = SHAPES)]
fn matrixmultiply(bencher: Bencher<'_, '_>, shape: &[usize; 3]) {
    let (a, b, c) = operands(*shape);
    let [m, k, n] = *shape;
    let (Ok(a), Ok(b), Ok(mut c)) = (
        Array2::from_shape_vec((m, k), a),
        Array2::from_shape_vec((k, n), b),
        Array2::from_shape_vec((m, n), c),
    ) else {
        return;
    };
    let bencher = bencher.counter(ItemsCount::new(2 * m * k * n));
    // `ndarray` hands single-precision products to `matrixmultiply`.
    bencher.bench_local(|| general_mat_mul(1.0, &a, &b, 0.0, &mut c));
}
