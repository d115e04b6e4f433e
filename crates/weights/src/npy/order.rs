//! C and Fortran order.

/// Which index of an array varies fastest in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last.
    C,
    /// The first.
    Fortran,
}

/// For every element in C order, its position in Fortran order: `sum over k of index[k] * shape[0] * .. * shape[k -
/// 1]`.
///
/// The array must not be empty and its element count must be an integer.
pub(crate) struct FortranPositions<'a> {
    shape: &'a [usize],
    strides: Vec<usize>,
    index: Vec<usize>,
    next: Option<usize>,
}

impl FortranPositions<'_> {
    pub(crate) fn new(shape: &[usize]) -> FortranPositions<'_> {
        let strides = shape
            .iter()
            .scan(1, |product, &dimension| {
                let stride = *product;
                *product *= dimension;
                Some(stride)
            })
            .collect();
        FortranPositions { shape, strides, index: vec![0; shape.len()], next: Some(0) }
    }
}

impl Iterator for FortranPositions<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let current = self.next?;
        let mut position = current;
        // Count up like an odometer, the last axis first.
        for axis in (0..self.shape.len()).rev() {
            let stride = self.strides[axis];
            if self.index[axis] + 1 < self.shape[axis] {
                self.index[axis] += 1;
                self.next = Some(position + stride);
                return Some(current);
            }
            position -= self.index[axis] * stride;
            self.index[axis] = 0;
        }
        self.next = None;
        Some(current)
    }
}

#[cfg(test)]
mod tests {
    use super::FortranPositions;

    #[test]
    fn fortran_positions_follow_the_first_index() {
        let positions = |shape: &[usize]| FortranPositions::new(shape).collect::<Vec<_>>();
        assert_eq!(positions(&[]), [0]);
        assert_eq!(positions(&[3]), [0, 1, 2]);
        assert_eq!(positions(&[2, 3]), [0, 2, 4, 1, 3, 5]);
        assert_eq!(positions(&[2, 1, 2, 2]), [0, 4, 2, 6, 1, 5, 3, 7]);
    }
}
