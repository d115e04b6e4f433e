//! Where the files are, below an output folder: those that the registry declares by name, and those whose names have a
//! pattern.

use crate::registry::{documents, tables};
use std::path::{Path, PathBuf};

/// `tables/channels.csv`.
pub const CHANNELS: &str = tables::CHANNELS.path;
/// `tables/seeds.csv`.
pub const SEEDS: &str = tables::SEEDS.path;
/// `tables/curves.csv`.
pub const CURVES: &str = tables::CURVES.path;
/// `tables/objectives.csv`.
pub const OBJECTIVES: &str = tables::OBJECTIVES.path;
/// `tables/blocks.csv`.
pub const BLOCKS: &str = tables::BLOCKS.path;
/// `tables/mix_histogram.csv`.
pub const HISTOGRAM: &str = tables::HISTOGRAM.path;
/// `tables/exemplars.csv`.
pub const EXEMPLARS: &str = tables::EXEMPLARS.path;
/// `tables/panels.csv`.
pub const PANELS: &str = tables::PANELS.path;
/// `tables/extremes.csv`; only where there were images.
pub const EXTREMES: &str = tables::EXTREMES.path;
/// `tables/scale_tuning.csv`.
pub const SCALE_TUNING: &str = tables::SCALE_TUNING.path;
/// `tables/claims.csv`.
pub const CLAIMS: &str = tables::CLAIMS.path;
/// `tables/receptive_fields.csv`.
pub const RECEPTIVE_FIELDS: &str = tables::RECEPTIVE_FIELDS.path;
/// `tables/hidden_weights.csv`.
pub const HIDDEN_WEIGHTS: &str = tables::HIDDEN_WEIGHTS.path;
/// `tables/activation_histogram.csv`; only where there were images.
pub const ACTIVATION_HISTOGRAM: &str = tables::ACTIVATION_HISTOGRAM.path;
/// `tables/alike.csv`; only where there were images.
pub const ALIKE: &str = tables::ALIKE.path;
/// `tables/photograph_contributions.csv`; only where there were images.
pub const PHOTOGRAPH_CONTRIBUTIONS: &str = tables::PHOTOGRAPH_CONTRIBUTIONS.path;
/// `tables/claims.md`: the same in Markdown.
pub const CLAIMS_MARKDOWN: &str = documents::CLAIMS_MARKDOWN.path;
/// `tables/README.md`: what every table and column holds.
pub const DICTIONARY: &str = documents::DICTIONARY.path;
/// The names of the images, a line each: the rows of the arrays beside it.
pub const IMAGES: &str = documents::IMAGES.path;
/// `manifest.json`.
pub const MANIFEST: &str = documents::MANIFEST;
/// `index.html`.
pub const INDEX: &str = documents::INDEX.path;
/// The content-addressed results.
pub const STORE: &str = "store";
/// What shards say of their work while they are at it; gone once a run is finished.
pub const PROGRESS: &str = "progress";
/// Derivations that were asked for afterwards; no part of the run.
pub const EXPLANATIONS: &str = "explain";

/// Comparisons with other runs that were asked for afterwards; no part of the run.
pub const COMPARISON: &str = "compare";
/// Figures that were printed afterwards; no part of the run.
pub const PRINT: &str = "print";
/// What the page reads beside `index.html`: scripts, style and data.
pub const PAGE: &str = "page";
/// What an audit of the run found, which was asked for afterwards; no part of the run.
pub const AUDIT: &str = "audit.json";
/// The same for the page.
pub const PAGE_AUDIT: &str = "page/data/audit.js";
/// What a run says of itself before it has a manifest; gone once it has one.
pub const BEGUN: &str = "begun.json";
/// Small pictures for the page.
pub const THUMBNAILS: &str = "thumbnails";

/// The thumbnail of a picture in `features`, by the picture's name below the output folder.
pub fn thumbnail(picture: &str) -> PathBuf {
    let below = picture.strip_prefix("features/").unwrap_or(picture);
    Path::new(THUMBNAILS).join(format!("{}.jpg", below.strip_suffix(".png").unwrap_or(below)))
}

/// The thumbnail of a photograph, by its line in `activations/images.txt`, from 0.
pub fn photograph(line: usize) -> PathBuf {
    Path::new(THUMBNAILS).join("photographs").join(format!("{line}.jpg"))
}

/// What Block takes from the Input and adds to it in each of the top nine photographs of a role of a channel, three by
/// three: red and blue, as opaque as it is much; to be laid over their thumbnails.
pub fn maps(block: &str, role: &str, channel: usize) -> PathBuf {
    Path::new(THUMBNAILS).join(block).join(role).join(format!("{channel}.maps.png"))
}

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

/// The same from another seed than the run's first.
pub fn seed_feature(block: &str, role: &str, channel: usize, seed: u64) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.seed{seed}.png"))
}

/// The same in a variant of the study.
pub fn variant_feature(block: &str, role: &str, channel: usize, variant: &str) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.{variant}.png"))
}

/// The same after another number of steps than the run's.
pub fn steps_feature(block: &str, role: &str, channel: usize, steps: usize) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.steps{steps}.png"))
}

/// The whole-channel picture of a role of a channel.
pub fn channel_feature(block: &str, role: &str, channel: usize) -> PathBuf {
    Path::new("features").join(block).join(role).join(format!("{channel}.channel.png"))
}
