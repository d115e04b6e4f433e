//! What tests of this crate are on: the embedded network, and images of noise.

use crate::twin::network::TwinNetwork;
use bounds::pseudo_random;
use std::path::Path;

/// The twin of the embedded network.
pub(crate) fn twin() -> TwinNetwork {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let loaded = runs::Source::new(&root, None, None).load().unwrap();
    TwinNetwork::new(&loaded.tensors, loaded.network.architecture()).unwrap()
}

/// Pixels `[size, size, 3]` of two values.
pub(crate) fn noise(size: usize) -> Vec<u8> {
    let values = pseudo_random(77, size * size * 3).into_iter();
    values.map(|v| if v > 0.0 { 200 } else { 31 }).collect()
}
