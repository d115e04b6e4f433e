//! What an audit of a run found, as it stays in the run's folder: the page says whether a run was audited.

use crate::error::ReportError;
use crate::files::{read_file, write_file};
use crate::layout;
use crate::manifest::Manifest;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How an audit of a run ended. It is no part of the run: the manifest does not list it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Name and version of the program that audited.
    pub program: String,
    /// The version of its numerics.
    pub numerics_version: u32,
    /// Digest of the tensors.
    pub weights_digest: String,
    /// BLAKE3 digest of `tables/channels.csv`, whose mix ratios were audited.
    pub channels_digest: String,
    /// How many comparisons there were, skipped ones not counted.
    pub comparisons: usize,
    /// How many of them were beyond their bound.
    pub beyond: usize,
    /// How many were skipped.
    pub skipped: usize,
    /// How many laws the kernels were put to.
    pub laws: usize,
    /// How many of them were broken.
    pub broken: usize,
    /// The first digits of the digest of every site and of a picture.
    pub digest: String,
}

impl AuditRecord {
    /// The digest of the table that was audited, as it is now; empty where there is none.
    pub fn channels_digest(folder: &Path) -> String {
        let bytes = read_file(&folder.join(layout::CHANNELS));
        bytes.map_or_else(|_| String::new(), |bytes| blake3::hash(&bytes).to_hex().to_string())
    }

    /// Writes it into the folder of a run.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), ReportError> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        write_file(&folder.join(layout::AUDIT), text.as_bytes())
    }

    /// That of a folder; none where nobody audited it, or what lies there is none.
    pub(crate) fn read(folder: &Path) -> Option<AuditRecord> {
        serde_json::from_slice(&read_file(&folder.join(layout::AUDIT)).ok()?).ok()
    }

    /// Whether the run in a folder is still the one that was audited: the same weights and numerics, and the same table.
    pub(crate) fn is_of(&self, folder: &Path, manifest: &Manifest) -> bool {
        self.weights_digest == manifest.network.weights_digest
            && self.numerics_version == manifest.numerics_version
            && self.channels_digest == AuditRecord::channels_digest(folder)
    }
}
