//! Where the files are, below an output folder.

use std::path::{Path, PathBuf};

/// `tables/channels.csv`.
pub const CHANNELS: &str = "tables/channels.csv";
/// `tables/blocks.csv`.
pub const BLOCKS: &str = "tables/blocks.csv";
/// `tables/mix_histogram.csv`.
pub const HISTOGRAM: &str = "tables/mix_histogram.csv";
/// `tables/exemplars.csv`.
pub const EXEMPLARS: &str = "tables/exemplars.csv";
/// `tables/panels.csv`.
pub const PANELS: &str = "tables/panels.csv";
/// `tables/extremes.csv`; only where there were images.
pub const EXTREMES: &str = "tables/extremes.csv";
/// `tables/scale_tuning.csv`.
pub const SCALE_TUNING: &str = "tables/scale_tuning.csv";
/// `tables/claims.csv`.
pub const CLAIMS: &str = "tables/claims.csv";
/// `tables/claims.md`: the same in Markdown.
pub const CLAIMS_MARKDOWN: &str = "tables/claims.md";
/// The names of the images, a line each: the rows of the arrays beside it.
pub const IMAGES: &str = "activations/images.txt";
/// `manifest.json`.
pub const MANIFEST: &str = "manifest.json";
/// `index.html`.
pub const INDEX: &str = "index.html";
/// The content-addressed results.
pub const STORE: &str = "store";
/// Derivations that were asked for afterwards; no part of the run.
pub const EXPLANATIONS: &str = "explain";

/// The center activations of a site, `[images, channels]` float32.
pub fn activations(site: &str) -> PathBuf {
    Path::new("activations").join(format!("{site}.npy"))
}

/// The nine photographs that a role of a channel answers to most, three by three.
pub fn top_images(block: &str, role: &str, channel: usize) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.top.png"))
}

/// The same photographs with what Block takes from the Input and adds to it.
pub fn inhibition(block: &str, role: &str, channel: usize) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.inhibition.png"))
}

/// The center-neuron picture of a role (`input`, `block` or `output`) of a channel.
pub fn feature(block: &str, role: &str, channel: usize) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.png"))
}

/// The whole-channel picture of a role of a channel.
pub fn channel_feature(block: &str, role: &str, channel: usize) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.channel.png"))
}
