//! Digests of values, not of files.

/// A BLAKE3 digest; displays as 64 hexadecimal digits.
pub use blake3::Hash as Digest;
use blake3::Hasher;

// The contexts keep these digests apart from each other and from any other use of the hash; they change with the
// encoding.
const TENSOR_CONTEXT: &str = "streamscope weights: tensor, version 1";
const SET_CONTEXT: &str = "streamscope weights: set of tensors, version 1";

/// Values converted to bytes at a time, sized to stay in the first-level cache.
const VALUES_PER_BLOCK: usize = 4096;

/// The digest of `(name, shape, values)`: the length of the name and the name, the rank and the dimensions, then the
/// values.
///
/// All integers are 64 bits and everything is little endian, so that no two different tensors have the same encoding
/// and every processor has the same one.
pub(crate) fn of_tensor(name: &str, shape: &[usize], values: &[f32]) -> Digest {
    let mut hasher = Hasher::new_derive_key(TENSOR_CONTEXT);
    hasher.update(&length(name.len()));
    hasher.update(name.as_bytes());
    hasher.update(&length(shape.len()));
    for &dimension in shape {
        hasher.update(&length(dimension));
    }
    let mut block = [0; 4 * VALUES_PER_BLOCK];
    for values in values.chunks(VALUES_PER_BLOCK) {
        for (bytes, value) in block.as_chunks_mut().0.iter_mut().zip(values) {
            *bytes = value.to_le_bytes();
        }
        hasher.update(&block[..4 * values.len()]);
    }
    hasher.finalize()
}

/// The digest of a set: the digests of its tensors, ordered by name.
pub(crate) fn of_set(tensors: impl Iterator<Item = Digest>) -> Digest {
    let mut hasher = Hasher::new_derive_key(SET_CONTEXT);
    for digest in tensors {
        hasher.update(digest.as_bytes());
    }
    hasher.finalize()
}

fn length(length: usize) -> [u8; 8] {
    (length as u64).to_le_bytes()
}
