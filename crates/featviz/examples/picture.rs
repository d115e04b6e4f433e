//! The picture that one channel responds to most: `cargo run --release -p featviz --example picture [FILE]`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use featviz::{Objective, Preset, Recipe, Studio, Visualizer};
use images::{Rgb8, encode_png};
use resnet::{Block, Isa, Network, Role};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use weights::TensorSet;

/// Rows and columns that the embedded network reads.
const SIZE: usize = 128;
const CHANNEL: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let embedded = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    let network = Network::new(&TensorSet::load(embedded)?)?;
    let block: Block = "2.1".parse()?;
    let site = network.architecture().optimised_site(block, Role::Output);
    // The published recipe with fewer steps: enough to see something.
    let recipe = Recipe::new(SIZE, Preset::Quick.steps());
    let visualizer = Visualizer::new(&network, site, Objective::Neuron, recipe)?;
    let made = Studio::new(Arc::new(visualizer), Isa::best())?.run(CHANNEL, 0);
    let file = std::env::args_os().nth(1).map_or_else(|| std::env::temp_dir().join("picture.png"), PathBuf::from);
    std::fs::write(&file, encode_png(&Rgb8::from_pixels(SIZE, SIZE, made.pixels.into_iter().collect())?)?)?;
    let (first, last) = (made.trajectory[0], made.trajectory[made.trajectory.len() - 1]);
    println!("channel {CHANNEL} at {site}: from {first:.3} to {last:.3}; {}", file.display());
    Ok(())
}
