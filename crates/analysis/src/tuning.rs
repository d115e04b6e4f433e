//! Tuning curves: over many photographs, do Input and Block of a channel rise together (paper 1, figure 4)?

use crate::statistics::{NotDefined, Spearman, spearman};

/// Spearman's correlation of a channel's Input and Block center activations, over the images that excite the Input.
///
/// `input[k]` and `block[k]` belong to image k; Input is read after its ReLU, and only images where it is above zero
/// take part (a NaN is not): METHOD.md, section 3.
///
/// # Errors
/// If fewer than three images take part, the ranks of one of the two are constant, a Block activation that takes part
/// is NaN, or the two differ in length.
///
/// ```
/// // The first image does not excite the Input; over the other three the Block falls where the Input rises.
/// let curve = analysis::tuning_curve_correlation(&[0.0, 1.0, 2.0, 3.0], &[9.0, 3.0, 2.0, 1.0])?;
/// assert_eq!((curve.rho, curve.pairs), (-1.0, 3));
/// # Ok::<(), analysis::statistics::NotDefined>(())
/// ```
pub fn tuning_curve_correlation<T: Copy + Into<f64>>(input: &[T], block: &[T]) -> Result<Spearman, NotDefined> {
    if input.len() != block.len() {
        return Err(NotDefined::UnequalLengths { first: input.len(), second: block.len() });
    }
    let (excited, answers): (Vec<f64>, Vec<f64>) =
        input.iter().zip(block).map(|(&i, &b)| (i.into(), b.into())).filter(|&(i, _)| i > 0.0).unzip();
    spearman(&excited, &answers)
}
