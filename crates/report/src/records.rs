//! What the manifest says of pictures, and of the program that made them.

use crate::layout;
use serde::{Deserialize, Serialize};

/// A picture of the manifest: what was made, and where the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureRecord {
    /// The site whose neuron or channel was maximised.
    pub site: String,
    /// `neuron` or `channel`.
    pub objective: String,
    /// The channel.
    pub channel: usize,
    /// The seed of its draws.
    pub seed: u64,
    /// The seed of the run that it is of, where that is not the first: a picture that failed is made again from later ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_seed: Option<u64>,
    /// The variant that it is of, where it is not as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Its number of steps, where that is not the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// The digest of everything that determines it: its key in the store.
    pub address: String,
}

impl PictureRecord {
    /// Where the store keeps it, below the output folder.
    pub fn stored(&self) -> String {
        let group = self.address.get(..2).unwrap_or_default();
        format!("{}/{group}/{}", layout::STORE, self.address)
    }
}

/// The program that wrote a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// BLAKE3 digest of all that the crates are built from, fonts included, and of the versions of what they depend
    /// on.
    pub source_digest: String,
    /// The compiler, as it names itself.
    pub compiler: String,
    /// The instruction sets of the program that the machine has, fastest first.
    pub cpu_features: Vec<String>,
}
