//! Reads weights and lists the sites of their network: `cargo run -p resnet --example list_sites [PATH]`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use resnet::{Network, Role};
use std::error::Error;
use std::path::PathBuf;
use weights::TensorSet;

/// The weights that are named, or the embedded ones.
fn path() -> PathBuf {
    let embedded = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz"));
    std::env::args_os().nth(1).map_or_else(embedded, PathBuf::from)
}

fn main() -> Result<(), Box<dyn Error>> {
    let tensors = TensorSet::load_except(path(), |name| name.ends_with("num_batches_tracked"))?;
    let network = Network::new(&tensors)?;
    for site in network.sites() {
        println!("{site}");
    }
    let architecture = network.architecture();
    println!("{}", architecture.description());
    for &block in architecture.studied() {
        let [input, block_, output] = Role::ALL.map(|role| architecture.read_site(block, role).to_string());
        println!("block {block}: Input is {input}, Block {block_}, Output {output}");
    }
    // What cannot be computed is said, not passed over.
    println!("{}", network.architecture().missing_sentence().unwrap_or_else(|| "nothing is missing".to_owned()));
    Ok(())
}
