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
pub(crate) use micro::{ComplexLanes, ComplexProducts, LanePlaces, multiply_add_chains, product_of_nonzeros};
pub use operands::{ColumnAffine, Epilogue, LeftMatrix, Matrix, RightRows, Rows, Target};
pub use pack::{PackedMatrix, PackedView};
use std::ops::Range;
use tiles::pieces;

/// Columns in a panel of a packed matrix.
pub const PANEL: usize = 16;

/// `C[m, n] = A[m, k] B[k, n]`, all row-major, B packed on the way: the plain matrix product.
///
/// # Panics
/// If `A` has not as many columns as `B` has rows, or `C` has not `m n` values.
///
/// # Example
/// ```
/// use kernels::Isa;
/// use kernels::matmul::{Matrix, matmul};
///
/// let a = Matrix::new(2, 2, &[1.0, 2.0, 3.0, 4.0]);
/// let b = Matrix::new(2, 3, &[1.0, 0.0, 10.0, 0.0, 1.0, 100.0]);
/// let mut c = [0.0; 6];
/// matmul(Isa::best(), a, b, &mut c);
/// assert_eq!(c, [1.0, 2.0, 210.0, 3.0, 4.0, 430.0]);
/// ```
pub fn matmul(isa: Isa, a: Matrix<'_>, b: Matrix<'_>, c: &mut [f32]) {
    let (m, n) = (a.rows(), b.columns());
    assert_eq!(c.len(), m * n, "C is {m} x {n}");
    let right = PackedMatrix::from_row_major(b.rows(), n, b.values());
    let left = LeftMatrix::row_major(a.values(), a.columns());
    Product::new(m, left, &right).run(isa, &mut Target::new(c, Rows::plain(n)));
}

/// A matrix product to be computed: `C[rows, columns] = epilogue(A[rows, k] B[k, columns])`.
///
/// # Example
/// A bias and a ReLU behind `1 x 2` times `2 x 2`, where 3 - 4 is below zero:
///
/// ```
/// use kernels::Isa;
/// use kernels::matmul::{ColumnAffine, Epilogue, LeftMatrix, PackedMatrix, Product, Rows, Target};
///
/// let right = PackedMatrix::from_row_major(2, 2, &[1.0, 1.0, 1.0, 0.0]);
/// let bias = ColumnAffine::bias(&[0.5, -4.0]);
/// let epilogue = Epilogue { affine: Some(&bias), relu: true, ..Epilogue::default() };
/// let mut c = [0.0; 2];
/// let left = LeftMatrix::row_major(&[3.0, 2.0], 2);
/// Product { epilogue, ..Product::new(1, left, &right) }.run(Isa::best(), &mut Target::new(&mut c, Rows::plain(2)));
/// assert_eq!(c, [5.5, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Product<'a> {
    /// Rows of A and of C.
    pub rows: usize,
    /// A.
    pub left: LeftMatrix<'a>,
    /// B.
    pub right: RightRows<'a>,
    /// Which columns of B, beginning at a panel; the target holds these alone.
    pub columns: Range<usize>,
    /// What becomes of the sums.
    pub epilogue: Epilogue<'a>,
}

impl<'a> Product<'a> {
    /// With all of a packed matrix, whose sums are left as they are.
    ///
    /// # Panics
    /// If `A` and `B` disagree in k.
    pub fn new(rows: usize, left: LeftMatrix<'a>, right: &'a PackedMatrix) -> Product<'a> {
        assert_eq!(left.k(), right.k(), "the inner dimensions of a product");
        let right = RightRows { matrix: right.view(), first: 0, segment_step: left.segment_length };
        Product::of_rows(rows, left, right)
    }

    /// With some rows of a packed matrix, whose sums are left as they are.
    pub fn of_rows(rows: usize, left: LeftMatrix<'a>, right: RightRows<'a>) -> Product<'a> {
        Product { rows, left, right, columns: 0..right.matrix.n(), epilogue: Epilogue::default() }
    }

    /// Computes it.
    ///
    /// # Panics
    /// If the columns begin inside a panel or reach beyond those of `B`, `B` lacks a row, or a row reaches outside its
    /// slice.
    pub fn run(&self, isa: Isa, target: &mut Target<'_>) {
        let (columns, n) = (&self.columns, self.right.matrix.n());
        assert!(columns.start.is_multiple_of(PANEL) && columns.end <= n, "columns {columns:?} of {n}");
        pieces(isa, self, target);
    }
}
