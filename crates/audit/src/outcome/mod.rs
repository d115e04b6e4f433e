//! What the audit found, and where it is written.

mod page;

pub use page::write;
pub(crate) use page::{STYLE, write_text};

use crate::budget::ChannelBudget;
use crate::comparison::{Comparison, Kind};
use crate::laws::KeptLaw;
use report::BuildRecord;
use serde::Serialize;
use std::path::Path;

/// Who computed what was audited, and on what: nothing of it but the weights and the image changes a bit.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// Name and version of the program.
    pub program: String,
    /// The version of its numerics: a part of every address in a store.
    pub numerics_version: u32,
    /// Its source, its compiler and its processor.
    pub build: BuildRecord,
    /// The weights, as they were given.
    pub weights: String,
    /// Digest of the tensors.
    pub weights_digest: String,
    /// Where the image is from that was walked.
    pub image: String,
    /// BLAKE3 digest of its pixels, as the network reads them.
    pub image_digest: String,
    /// The digest of the images that tuning curves of the run were measured on, as its manifest has it.
    pub images_digest: Option<String>,
    /// The digest of the manifest of the run whose table was audited.
    pub run_digest: Option<String>,
    /// The instruction set that was used.
    pub instruction_set: String,
    /// How many threads were used.
    pub threads: usize,
}

/// What the audit found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Who computed it, and on what.
    pub provenance: Provenance,
    /// The first digits of the digest of every site and of a picture: the same on every machine.
    pub digest: String,
    /// Every comparison, in the order of the computation.
    #[serde(rename = "lines")]
    pub comparisons: Vec<Comparison>,
    /// Mix ratios and how much of them can be rounding.
    pub budgets: Vec<ChannelBudget>,
    /// The laws that the kernels claim, on cases that no network need have.
    pub laws: Vec<KeptLaw>,
    /// BLAKE3 digest of `audit.json` with nothing between the quotes of this field.
    pub signature: String,
}

impl Report {
    /// Whether nothing is beyond its bound and no law broken. What was skipped has not passed, but does not fail either.
    pub fn passed(&self) -> bool {
        !self.comparisons.iter().any(Comparison::failed) && self.broken().next().is_none()
    }

    /// The laws that were broken.
    pub fn broken(&self) -> impl Iterator<Item = &KeptLaw> {
        self.laws.iter().filter(|law| law.failure.is_some())
    }

    /// What of it stays in the folder of the run that was audited.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn leave(&self, run: &Path) -> Result<(), report::ReportError> {
        let count = |is: fn(&Comparison) -> bool| self.comparisons.iter().filter(|of| is(of)).count();
        let record = report::AuditRecord {
            program: self.provenance.program.clone(),
            numerics_version: self.provenance.numerics_version,
            weights_digest: self.provenance.weights_digest.clone(),
            channels_digest: report::AuditRecord::channels_digest(run),
            comparisons: count(|of| of.kind == Kind::Checked),
            beyond: count(Comparison::failed),
            skipped: self.skipped(),
            laws: self.laws.len(),
            broken: self.broken().count(),
            digest: self.digest.clone(),
        };
        report::leave_audit(&record, run)
    }

    /// How many comparisons were skipped.
    pub fn skipped(&self) -> usize {
        let skipped = |comparison: &&Comparison| comparison.kind == Kind::Skipped;
        self.comparisons.iter().filter(skipped).count()
    }
}
