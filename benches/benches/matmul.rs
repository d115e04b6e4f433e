//! The matrix product against `matrixmultiply`, both on one thread: `cargo bench --package streamscope-benches`.
//!
//! The shapes are those of ResNet18's 3x3 convolutions as products: output positions, 9 times input channels, output
//! channels. `matrixmultiply` cuts k into blocks and so rounds in another order; ours keeps one chain for each element.

use divan::Bencher;
use divan::counter::ItemsCount;
use kernels::Isa;
use kernels::matmul::matmul;
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
#[expect(unsafe_code, reason = "the peer takes pointers")]
fn matrixmultiply(bencher: Bencher<'_, '_>, shape: &[usize; 3]) {
    let (a, b, mut c) = operands(*shape);
    let [m, k, n] = *shape;
    let (rows_a, rows_b) = (k.cast_signed(), n.cast_signed());
    let bencher = bencher.counter(ItemsCount::new(2 * m * k * n));
    bencher.bench_local(|| {
        // SAFETY: the three buffers have m k, k n and m n values, laid out by rows as the strides say.
        unsafe {
            matrixmultiply::sgemm(
                m,
                k,
                n,
                1.0,
                a.as_ptr(),
                rows_a,
                1,
                b.as_ptr(),
                rows_b,
                1,
                0.0,
                c.as_mut_ptr(),
                rows_b,
                1,
            );
        }
    });
}
