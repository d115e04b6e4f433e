//! The matrix product, and the *summation contract*.
//!
//! Every element of a product is one chain of fused multiply-adds over k ascending, starting from zero:
//!
//! ```text
//! s = 0;  for k in 0..K: s = fma(a[i][k], b[k][j], s)
//! ```
//!
//! whatever the instruction set, the tile it falls in, the number of rows beside it or the number of threads. A tile's
//! sums stay in registers over the whole of k, so there is nothing to load back and the chain is never broken. Then,
//! in this order, the [`Epilogue`]: `fma(s, scale[j], shift[j])`, the residual added, negative values set to zero.
//!
//! The right-hand matrix is packed once ([`PackedMatrix`]). The left-hand matrix is *virtual* ([`LeftMatrix`]): its
//! elements are read where they lie. The same product therefore serves plain matrices, convolutions (whose im2col
//! matrix is never built, see [`crate::conv`]) and the discrete Fourier transform.
//!
//! The error of an element is at most `gamma_K * sum_k |a||b|`, with `gamma_K = K u / (1 - K u)`, `u = 2^-24`
//! (Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1: a fused chain rounds K times).

mod micro;
mod operands;
mod pack;
mod tiles;

use crate::isa::Isa;
pub(crate) use micro::{ComplexLanes, LanePlaces, multiply_add_chains, product_of_nonzeros, sum_complex_products};
pub use operands::{ColumnAffine, Epilogue, LeftMatrix, RightRows, Rows, Target};
pub use pack::PackedMatrix;
use std::ops::Range;
use tiles::pieces;

/// Columns in a panel of a packed matrix.
pub const PANEL: usize = 16;

/// `C[m, n] = A[m, k] B[k, n]`, all row-major, B packed on the way: the plain matrix product.
///
/// # Panics
/// If a slice has not the length its shape says.
pub fn matmul(isa: Isa, [m, k, n]: [usize; 3], a: &[f32], b: &[f32], c: &mut [f32]) {
    assert_eq!(a.len(), m * k, "A is {m} x {k}");
    assert_eq!(c.len(), m * n, "C is {m} x {n}");
    let right = PackedMatrix::from_row_major(k, n, b);
    let mut target = Target::new(c, Rows::plain(n));
    product(isa, m, &LeftMatrix::row_major(a, k), &right, &mut target, &Epilogue::default());
}

/// `C[rows, n] = epilogue(A[rows, k] B[k, n])`.
///
/// # Panics
/// If `A` and `B` disagree in k, or a row reaches outside its slice.
pub fn product(
    isa: Isa,
    rows: usize,
    left: &LeftMatrix<'_>,
    right: &PackedMatrix,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    product_columns(isa, rows, 0..right.n(), left, right, target, epilogue);
}

/// [`product`] with some rows of `B` alone.
///
/// # Panics
/// If `B` lacks a row, or a row reaches outside its slice.
pub fn product_of_rows(
    isa: Isa,
    rows: usize,
    left: &LeftMatrix<'_>,
    right: &RightRows<'_>,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    let columns = 0..right.matrix.n();
    pieces(isa, rows, columns, left, right, target, epilogue);
}

/// Some columns of [`product`], beginning at a panel; the target holds these alone.
///
/// # Panics
/// As [`product`], or if the columns begin inside a panel or reach beyond those of `B`.
pub fn product_columns(
    isa: Isa,
    rows: usize,
    columns: Range<usize>,
    left: &LeftMatrix<'_>,
    right: &PackedMatrix,
    target: &mut Target<'_>,
    epilogue: &Epilogue<'_>,
) {
    assert_eq!(left.k(), right.k(), "the inner dimensions of a product");
    assert!(columns.start.is_multiple_of(PANEL) && columns.end <= right.n(), "columns {columns:?} of {}", right.n());
    let right = RightRows { matrix: right, first: 0, segment_step: left.segment_length };
    pieces(isa, rows, columns, left, &right, target, epilogue);
}
