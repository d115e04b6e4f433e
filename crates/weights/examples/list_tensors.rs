//! Reads weights and lists their tensors: `cargo run -p weights --example list_tensors [PATH]`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

use std::path::PathBuf;
use std::process::ExitCode;
use weights::{Checkpoint, WeightsError};

/// The weights that are named, or the embedded ones.
fn path() -> PathBuf {
    let embedded = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz"));
    std::env::args_os().nth(1).map_or_else(embedded, PathBuf::from)
}

fn main() -> ExitCode {
    match list() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn list() -> Result<(), WeightsError> {
    let checkpoint = Checkpoint::open(path())?;
    println!("{}: {}", checkpoint.source().display(), checkpoint.format());
    for note in checkpoint.notes() {
        println!("{note}");
    }
    for beside in checkpoint.beside() {
        println!("left: {beside}");
    }
    // torchvision counts batches in whole numbers, which are no weights.
    let tensors = checkpoint.read(|name| (!name.ends_with("num_batches_tracked")).then(|| name.to_owned()))?;
    for tensor in tensors.iter() {
        let digest = tensor.digest().to_hex();
        println!(
            "{:<32} {:<8} {:<18} {}",
            tensor.name(),
            tensor.dtype(),
            format!("{:?}", tensor.shape()),
            &digest[..16]
        );
    }
    println!("{} tensors, digest {}", tensors.len(), tensors.digest());
    Ok(())
}
