//! What an implementation says of itself: bounds and laws follow from it.

use crate::Float;

/// In which order terms are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sums {
    /// In any, even another one each time.
    Any,
    /// One chain in the order of the definition, from zero.
    Ascending,
    /// Chains of at most so many terms, whose results are then added in any order.
    Blocks(usize),
}

/// How a product is added to a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Products {
    /// Rounded once, together with the sum: a fused multiply-add.
    Fused,
    /// Rounded before it is added.
    Rounded,
    /// Either, depending on the processor.
    Either,
}

/// What an implementation claims. What it does not claim is not asked of it.
///
/// # Example
/// ```
/// use laws::{Claims, Products, Sums};
///
/// // One chain of fused multiply-adds, whatever thread or instruction set computes it.
/// let strict = Claims { sums: Sums::Ascending, products: Products::Fused, same_bits: true, ..Claims::plain() };
/// assert!(strict.is_chain());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// The order of sums.
    pub sums: Sums,
    /// Whether multiply-adds are fused.
    pub products: Products,
    /// Whether a result has the same bits whatever is computed beside it, wherever it lies, and by whichever variant
    /// (thread count, instruction set).
    pub same_bits: bool,
    /// Whether infinities and NaN among the operands give what IEEE arithmetic gives, zeros multiplied like any number.
    pub not_finite: bool,
    /// Whether subnormal numbers are neither read as zero nor flushed to it.
    pub subnormals: bool,
    /// Whether rows of the output may lie apart; what is between them is not touched then.
    pub gaps: bool,
    /// Whether convolutions may have groups.
    pub groups: bool,
    /// The error of an elementary function, in units in the last place.
    pub ulps: f64,
    /// Whether an elementary function never falls where its definition rises.
    pub monotone: bool,
    /// Unit roundoff of the coordinates that resampling computes with.
    pub coordinates: f64,
    /// Whether maps are only ever enlarged, with outer corners aligned: what makes pictures smaller by averaging is no
    /// bilinear resize.
    pub enlarges_only: bool,
    /// Sizes around which the implementation changes its way: tiles, panels, vectors, blocks.
    pub tiles: Vec<usize>,
    /// Lengths of sums beyond which the implementation cuts them into pieces.
    pub pieces: Vec<usize>,
}

impl Claims {
    /// IEEE arithmetic in any order, coordinates in double precision, and no more: no claim about bits, gaps or groups.
    pub fn plain() -> Claims {
        Claims {
            sums: Sums::Any,
            products: Products::Either,
            same_bits: false,
            not_finite: true,
            subnormals: true,
            gaps: false,
            groups: false,
            ulps: 1.0,
            monotone: false,
            coordinates: f64::UNIT,
            enlarges_only: false,
            tiles: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Whether every sum is one chain of fused multiply-adds in the order of the definition: its bits are determined.
    pub fn is_chain(&self) -> bool {
        self.sums == Sums::Ascending && self.products == Products::Fused
    }

    /// How many roundings a term of a sum of `n` products passes through at the most.
    ///
    /// In any order a term passes through no more than n - 1 additions, and one product before them (Higham, *Accuracy
    /// and Stability of Numerical Algorithms*, 2nd edition, sections 3.1 and 4.2); a fused chain from zero rounds n
    /// times. Of chains of b terms whose results are added: at most b + n/b.
    pub fn roundings(&self, n: usize) -> usize {
        match self.sums {
            Sums::Any | Sums::Ascending => n,
            Sums::Blocks(length) => n.min(length.max(1) + n.div_ceil(length.max(1))),
        }
    }

    /// The relative error of `n` roundings.
    ///
    /// `n u` for a sum of rounded products in any order (Jeannerod and Rump, *Improved error bounds for inner products
    /// in floating-point arithmetic*, 2013, theorem 3.1), else `gamma_n = n u / (1 - n u)` (Higham, lemma 3.1).
    pub fn error<T: Float>(&self, n: usize) -> f64 {
        match self.products {
            Products::Rounded => n as f64 * T::UNIT,
            Products::Fused | Products::Either => gamma::<T>(n),
        }
    }
}

/// `gamma_n = n u / (1 - n u)`: the relative error of n roundings (Higham, lemma 3.1).
pub(crate) fn gamma<T: Float>(n: usize) -> f64 {
    bounds::gamma_of(n, T::UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_of_blocks_passes_through_its_block_and_the_sum_of_blocks() {
        let of = |sums, n| Claims { sums, ..Claims::plain() }.roundings(n);
        assert_eq!([of(Sums::Any, 100), of(Sums::Ascending, 100), of(Sums::Blocks(10), 100)], [100, 100, 20]);
        // No more than one chain, however the blocks are.
        assert_eq!([of(Sums::Blocks(1), 5), of(Sums::Blocks(0), 0), of(Sums::Blocks(64), 3)], [5, 0, 3]);
    }

    #[test]
    fn rounded_products_are_bounded_without_terms_of_higher_order() {
        let rounded = Claims { products: Products::Rounded, ..Claims::plain() };
        assert_eq!(rounded.error::<f32>(5), 5.0 * f32::UNIT);
        assert!(Claims::plain().error::<f32>(5) > 5.0 * f32::UNIT);
        assert_eq!(gamma::<f32>(7), bounds::gamma(7));
    }
}
