//! Reads weights and lists their tensors: `cargo run -p weights --example list_tensors [PATH]`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::path::PathBuf;
use weights::{TensorSet, WeightsError};

/// The weights that are named, or the embedded ones.
fn path() -> PathBuf {
    let embedded = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz"));
    std::env::args_os().nth(1).map_or_else(embedded, PathBuf::from)
}

fn main() -> Result<(), WeightsError> {
    // torchvision counts batches in whole numbers, which are no weights.
    let tensors = TensorSet::load_except(path(), |name| name.ends_with("num_batches_tracked"))?;
    for tensor in tensors.iter() {
        println!("{:<32} {:?}", tensor.name(), tensor.shape());
    }
    println!("{} tensors, digest {}", tensors.len(), tensors.digest());
    Ok(())
}
