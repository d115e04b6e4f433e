//! The product of two matrices.

/// `C[i, j] = sum over p of A[i, p] B[p, j]`: `[m, k]` times `[k, n]` gives `[m, n]`, all row-major.
///
/// `dims` are `(m, k, n)`.
///
/// # Panics
/// If a matrix has another number of values.
///
/// ```
/// let c = reference::matmul(&[1.0, 2.0], &[3.0, 4.0], (1, 2, 1));
/// assert_eq!(c, [11.0]);
/// ```
pub fn matmul(a: &[f64], b: &[f64], dims: (usize, usize, usize)) -> Vec<f64> {
    let (m, k, n) = dims;
    assert_eq!(a.len(), m * k, "values of A");
    assert_eq!(b.len(), k * n, "values of B");
    let mut c = vec![0.0; m * n];
    for i in 0..m {
        for j in 0..n {
            for p in 0..k {
                c[i * n + j] += a[i * k + p] * b[p * n + j];
            }
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::pattern;

    #[test]
    fn equals_numpy() {
        let expected = [-15.0, 22.0, -18.0, 19.0, -15.0, 23.0, -16.0, 11.0];
        let c = matmul(&pattern(6, 1), &pattern(12, 2), (2, 3, 4));
        assert_eq!(c, expected);
    }

    #[test]
    fn an_empty_sum_is_zero() {
        assert_eq!(matmul(&[], &[], (2, 0, 1)), [0.0, 0.0]);
    }
}
