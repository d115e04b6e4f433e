//! The null of training (METHOD.md, section 8): the same network with the elements of every tensor permuted.

use analysis::statistics::permutation;
use featviz::Draws;
use weights::{Tensor, TensorSet, WeightsError};

/// The tensors with the elements of each permuted, by draws that its name addresses. What each holds is the same in another
/// order, so that nothing is left of training but how large its numbers are.
///
/// # Errors
/// None but those of making a tensor, which permuting gives no reason for.
pub(crate) fn shuffled(tensors: &TensorSet) -> Result<TensorSet, WeightsError> {
    let of = |tensor: &Tensor| {
        let values = tensor.values();
        let order = permutation(values.len(), Draws::new(0, &format!("shuffled:{}", tensor.name())).numbers(0));
        let values = order.into_iter().map(|at| values[at]).collect();
        Tensor::new(tensor.file(), tensor.name(), tensor.shape().to_vec(), values)
    };
    let all = tensors.iter().map(of).collect::<Result<Vec<Tensor>, _>>()?;
    TensorSet::new(tensors.source(), all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::load;

    #[test]
    fn every_tensor_holds_the_same_numbers_in_another_order_and_always_the_same_one() {
        let loaded = load(32);
        let (once, again) = (shuffled(&loaded.tensors).unwrap(), shuffled(&loaded.tensors).unwrap());
        assert_eq!(once.digest(), again.digest());
        let sorted = |values: &[f32]| {
            let mut bits: Vec<u32> = values.iter().map(|v| v.to_bits()).collect();
            bits.sort_unstable();
            bits
        };
        let mut moved = 0;
        for (was, is) in loaded.tensors.iter().zip(once.iter()) {
            assert_eq!((was.name(), was.shape()), (is.name(), is.shape()));
            assert_eq!(sorted(was.values()), sorted(is.values()), "{}", was.name());
            moved += usize::from(was.values() != is.values());
        }
        assert_eq!(moved, loaded.tensors.iter().count());
        // Two tensors of one shape are not permuted alike.
        let order = |name: &str| {
            let values = loaded.tensors.get(name).unwrap().values();
            let first = once.get(name).unwrap().values()[0];
            values.iter().position(|&v| v == first)
        };
        assert_ne!(order("layer1.0.conv1.weight"), order("layer1.0.conv2.weight"));
    }
}
