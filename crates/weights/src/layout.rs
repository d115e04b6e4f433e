//! Where the elements of an array are in the memory or the file that it is laid over.

/// A shape, and for each dimension how far apart neighbours are, all in elements.
///
/// Element `i` is at `offset + sum over k of i[k] * strides[k]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    shape: Vec<usize>,
    strides: Vec<usize>,
    offset: usize,
}

impl Layout {
    /// Whatever a file claims; `None` if it is none: as many strides as dimensions, and all within the integers.
    pub(crate) fn new(shape: Vec<usize>, strides: Vec<usize>, offset: usize) -> Option<Layout> {
        let layout = Layout { shape, strides, offset };
        let fits = layout.shape.len() == layout.strides.len() && layout.count().is_some() && layout.end().is_some();
        fits.then_some(layout)
    }

    /// The last index varies fastest, and nothing lies between.
    pub(crate) fn c_order(shape: Vec<usize>) -> Option<Layout> {
        let mut strides: Vec<usize> = products(shape.iter().rev())?;
        strides.reverse();
        Layout::new(shape, strides, 0)
    }

    /// The first index varies fastest.
    pub(crate) fn fortran_order(shape: Vec<usize>) -> Option<Layout> {
        let strides = products(shape.iter())?;
        Layout::new(shape, strides, 0)
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub(crate) fn into_shape(self) -> Vec<usize> {
        self.shape
    }

    /// The same, seen from its first element.
    pub(crate) fn moved_to_zero(self) -> Layout {
        Layout { offset: 0, ..self }
    }

    /// How many elements there are; `None` beyond the integers.
    pub(crate) fn count(&self) -> Option<usize> {
        element_count(&self.shape)
    }

    /// The first element's position.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// One past the last element's position; that of the first where there is none. `None` beyond the integers.
    pub(crate) fn end(&self) -> Option<usize> {
        if self.shape.contains(&0) {
            return Some(self.offset);
        }
        let axes = self.shape.iter().zip(&self.strides);
        let mut last = axes.map(|(n, stride)| (n - 1).checked_mul(*stride));
        last.try_fold(self.offset, |sum, reach| sum.checked_add(reach?))?.checked_add(1)
    }

    /// Whether the elements stand one after another in C order.
    pub(crate) fn is_contiguous(&self) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut expected = 1;
        self.shape.iter().zip(&self.strides).rev().all(|(&n, &stride)| {
            let follows = n == 1 || stride == expected;
            expected *= n;
            follows
        })
    }

    /// Every element as `(position, index in C order)`, the axis of the smallest stride first.
    ///
    /// The array must not be empty.
    pub(crate) fn walk(&self) -> Walk {
        let mut axes: Vec<Axis> = Vec::with_capacity(self.shape.len());
        let mut weight = 1;
        for (&length, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if length > 1 {
                axes.push(Axis { length, stride, weight, at: 0 });
            }
            weight *= length;
        }
        // Stable: of equal strides the last index first.
        axes.sort_by_key(|axis| axis.stride);
        Walk { axes, next: Some((self.offset, 0)) }
    }

    /// Whether [`Layout::walk`] never goes back: whether no step along an axis ends before all smaller axes do.
    pub(crate) fn walks_forward(&self) -> bool {
        if self.shape.contains(&0) {
            return true;
        }
        let mut inside = 0;
        self.walk().axes.iter().all(|axis| {
            let forward = axis.stride >= inside;
            inside += (axis.length - 1) * axis.stride;
            forward
        })
    }
}

/// The product of a shape; `None` where it is beyond the integers.
pub(crate) fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &dimension| product.checked_mul(dimension))
}

/// Where an element is along each dimension, from its index in C order.
pub(crate) fn along_each_dimension(shape: &[usize], index: usize) -> Vec<usize> {
    let mut rest = index;
    let mut along = vec![0; shape.len()];
    for axis in (0..shape.len()).rev() {
        along[axis] = rest % shape[axis];
        rest /= shape[axis];
    }
    along
}

/// For each length the product of those before it. An array without elements has strides that nobody uses.
fn products<'a>(lengths: impl Iterator<Item = &'a usize> + Clone) -> Option<Vec<usize>> {
    let empty = lengths.clone().any(|&n| n == 0);
    let mut product = 1_usize;
    let mut before = Vec::new();
    for &length in lengths {
        before.push(product);
        product = if empty { 1 } else { product.checked_mul(length)? };
    }
    Some(before)
}

/// An axis of more than one element: what one step along it adds to the position, and to the index in C order.
#[derive(Clone, Debug)]
struct Axis {
    length: usize,
    stride: usize,
    weight: usize,
    at: usize,
}

/// Counts up like an odometer.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    axes: Vec<Axis>,
    next: Option<(usize, usize)>,
}

impl Iterator for Walk {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let current = self.next?;
        let (mut position, mut index) = current;
        self.next = None;
        for axis in &mut self.axes {
            if axis.at + 1 < axis.length {
                axis.at += 1;
                self.next = Some((position + axis.stride, index + axis.weight));
                break;
            }
            position -= axis.at * axis.stride;
            index -= axis.at * axis.weight;
            axis.at = 0;
        }
        Some(current)
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, along_each_dimension};

    /// Positions in C order of the index.
    fn positions(layout: &Layout) -> Vec<usize> {
        let mut walked: Vec<_> = layout.walk().map(|(position, index)| (index, position)).collect();
        walked.sort_unstable();
        assert!(walked.iter().enumerate().all(|(i, (index, _))| i == *index), "{layout:?}");
        walked.into_iter().map(|(_, position)| position).collect()
    }

    #[test]
    fn fortran_positions_follow_the_first_index() {
        let fortran = |shape: &[usize]| positions(&Layout::fortran_order(shape.to_vec()).unwrap());
        assert_eq!(fortran(&[]), [0]);
        assert_eq!(fortran(&[3]), [0, 1, 2]);
        assert_eq!(fortran(&[2, 3]), [0, 2, 4, 1, 3, 5]);
        assert_eq!(fortran(&[2, 1, 2, 2]), [0, 4, 2, 6, 1, 5, 3, 7]);
    }

    #[test]
    fn positions_are_those_of_the_formula_and_go_forward_unless_elements_overlap() {
        for (shape, strides, offset, forward) in [
            (vec![2, 3], vec![3, 1], 0, true),
            (vec![2, 3], vec![10, 2], 7, true),
            (vec![3, 2], vec![1, 3], 1, true),
            (vec![2, 2, 2], vec![1, 4, 2], 0, true),
            // One value for a whole row, and windows that share values.
            (vec![4, 3], vec![1, 0], 5, true),
            (vec![4, 3], vec![1, 1], 0, false),
            (vec![3, 4], vec![2, 1], 0, false),
            (vec![1, 1], vec![900, 7], 2, true),
        ] {
            let layout = Layout::new(shape.clone(), strides.clone(), offset).unwrap();
            let count = layout.count().unwrap();
            let formula: Vec<usize> = (0..count)
                .map(|i| {
                    offset + along_each_dimension(&shape, i).iter().zip(&strides).map(|(i, s)| i * s).sum::<usize>()
                })
                .collect();
            assert_eq!(positions(&layout), formula, "{layout:?}");
            assert_eq!(layout.end(), formula.iter().max().map(|last| last + 1), "{layout:?}");
            assert_eq!(layout.walks_forward(), forward, "{layout:?}");
            let walked: Vec<usize> = layout.walk().map(|(position, _)| position).collect();
            assert_eq!(walked.is_sorted(), forward, "{layout:?}");
            let contiguous = formula.iter().enumerate().all(|(i, at)| *at == offset + i);
            assert_eq!(layout.is_contiguous(), contiguous, "{layout:?}");
        }
    }

    #[test]
    fn what_is_beyond_the_integers_is_no_layout() {
        for (shape, strides, offset) in [
            (vec![usize::MAX, 2], vec![1, 1], 0),
            (vec![2, 2], vec![usize::MAX, 1], 0),
            (vec![3], vec![usize::MAX], 0),
            (vec![2], vec![1], usize::MAX),
            (vec![2], vec![1, 1], 0),
        ] {
            assert_eq!(Layout::new(shape, strides, offset), None);
        }
        let empty = Layout::c_order(vec![usize::MAX, 2, 0]).unwrap();
        assert_eq!((empty.count(), empty.end(), empty.is_contiguous()), (Some(0), Some(0), true));
        assert_eq!(Layout::fortran_order(vec![0, usize::MAX, 2]).unwrap().count(), Some(0));
    }
}
