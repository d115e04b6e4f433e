//! The center activations of one photograph: `cargo run -p resnet --example activations [PHOTOGRAPH]`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use resnet::{Block, Extent, Isa, Network, Reader, Reading, Role, View};
use std::error::Error;
use std::path::PathBuf;
use weights::TensorSet;

/// Rows and columns that the embedded network reads.
const SIZE: usize = 128;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures")).join(name)
}

fn main() -> Result<(), Box<dyn Error>> {
    let network = Network::new(&TensorSet::load(fixture("resnet18-16.npz"))?)?;
    let photograph = std::env::args_os().nth(1).map_or_else(|| fixture("images/star/star_01.jpg"), PathBuf::from);
    // As torchvision does: shorter side to 256 of 224 parts of the size, then the middle.
    let pixels = images::preprocess(&images::decode(photograph)?, resnet::resized_side(SIZE), SIZE)?.into_pixels();
    let block: Block = "3.1".parse()?;
    let sites = Role::ALL.map(|role| network.architecture().read_site(block, role));
    let reading = Reading { size: SIZE, view: View::Plain, sites: &sites, extent: Extent::Center };
    let mut reader = Reader::new(&network, reading, Isa::best())?;
    reader.read(&pixels);
    println!("channel      Input      Block     Output");
    for channel in 0..reader.center(sites[0]).len() {
        let [input, added, output] = sites.map(|site| reader.center(site)[channel]);
        println!("{channel:>7} {input:>10.4} {added:>10.4} {output:>10.4}");
        // The Output before its ReLU is the sum, to the bit.
        assert_eq!(output, input + added);
    }
    Ok(())
}
