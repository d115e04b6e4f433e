//! Every numeric step, checked: what was compared with what, how far apart they are, and how far they may be.
//!
//! [`audit()`] walks the computation in order: decoding, every augmentation, every layer forward and backward, the picture of a spectrum, the
//! optimiser, each measure, each statistic; then the same bits on every instruction set and number of threads, a second opinion, and for
//! mix ratios how much of them can be rounding. A [`Report`] holds a [`Line`] for each comparison.
//!
//! [`explain()`] derives one channel's mix ratio and scale measures from the pictures of a finished run as a person would write it, and holds
//! the run's table, manifest and store against them.
//!
//! Invariant: what is compared was computed by different code, and every bound is derived where it is written.
#![forbid(unsafe_code)]

mod augmentations;
mod bits;
mod budget;
mod differences;
mod error;
mod explain;
mod golden;
mod layers;
mod line;
mod measures;
mod operations;
mod page;
mod picture;
mod resizing;
mod run;
mod second;
mod twin;

pub use budget::{Budget, MixRatioBudget};
pub use error::AuditError;
pub use explain::{Explanation, explain};
pub use line::{Line, Witness};
pub use page::write;

use crate::golden::Golden;
use crate::run::Run;
use crate::twin::{DOUBLE, SINGLE, TwinNetwork, normalised};
use autodiff::Isa;
use runs::{Loaded, Source};
use serde::Serialize;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// What to audit.
#[derive(Clone, Debug)]
pub struct Options {
    /// The network.
    pub source: Source,
    /// Reference values of PyTorch for that network, if there are any.
    pub golden: Option<PathBuf>,
    /// The images that they were computed from, or whose first one is looked at.
    pub images: PathBuf,
    /// A finished run, whose mix ratios are given budgets.
    pub run: Option<PathBuf>,
    /// At most so many channels of each block are given budgets.
    pub channels: usize,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
}

/// What the audit found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The weights, as they were given.
    pub weights: String,
    /// Digest of the tensors.
    pub weights_digest: String,
    /// The instruction sets that were compared.
    pub instruction_sets: Vec<String>,
    /// The first digits of the digest of every site and of a picture: the same on every machine.
    pub digest: String,
    /// One line a comparison.
    pub lines: Vec<Line>,
    /// Mix ratios and how much of them can be rounding.
    pub budgets: Vec<MixRatioBudget>,
}

impl Report {
    /// Whether everything is within its bound.
    pub fn passed(&self) -> bool {
        self.lines.iter().all(|line| line.passed)
    }
}

/// Audits everything; `said` is told of each line as it is found.
///
/// # Errors
/// If something cannot be read. What is beyond its bound is no error but a line of the report.
pub fn audit(options: &Options, said: &mut dyn FnMut(&Line)) -> Result<Report, AuditError> {
    let loaded = options.source.clone().load()?;
    let folder = options.run.as_ref();
    let run = folder.map(|f| Run::open(f, &loaded)).transpose()?;
    let size = loaded.source.input_size;
    let isa = options.isa;
    let golden = options.golden.as_deref();
    let golden = golden.and_then(|folder| Golden::open(folder, &options.images));
    let pixels = match golden.as_ref().and_then(Golden::first) {
        Some(pixels) => pixels,
        None => first_image(&options.images, size)?,
    };
    let architecture = loaded.network.architecture();
    let Some(&last) = architecture.blocks().last() else {
        return Err(AuditError::Absent {
            path: loaded.source.path.clone(),
            expected: "at least one block".to_owned(),
            found: "none".to_owned(),
        });
    };
    let twin = TwinNetwork::new(&loaded.tensors, architecture)?;
    let image = normalised(&pixels, size, DOUBLE);
    let mut lines = Vec::new();
    let mut add = |more: Vec<Line>| {
        more.iter().for_each(&mut *said);
        lines.extend(more);
    };
    add(resizing::lines(&pixels, size)?);
    if let Some(golden) = &golden {
        add(golden.lines(&loaded.network, size, isa)?);
    }
    add(layers::lines(&twin, &image, (&loaded.tensors, last), isa)?);
    add(picture::lines(isa)?);
    add(augmentations::lines(isa)?);
    add(differences::lines(&loaded.network, &twin, &image, isa)?);
    add(measures::lines());
    let (same, digest) = bits::lines(&loaded.network, &loaded.tensors, &pixels, size)?;
    add(same);
    let read = normalised(&pixels, size, SINGLE);
    add(second::lines(
        &loaded.network,
        &twin,
        (&pixels, size, last),
        &read,
        isa,
    )?);
    let budgets = match &run {
        None => Vec::new(),
        Some(run) => run.budgets(&twin, options)?,
    };
    if run.is_some() {
        add(vec![run::line(&budgets)]);
    }
    Ok(report(&loaded, digest, lines, budgets))
}

fn report(
    loaded: &Loaded,
    digest: String,
    lines: Vec<Line>,
    budgets: Vec<MixRatioBudget>,
) -> Report {
    Report {
        weights: loaded.source.path.display().to_string(),
        weights_digest: loaded.digest.clone(),
        instruction_sets: Isa::supported().iter().map(ToString::to_string).collect(),
        digest,
        lines,
        budgets,
    }
}

/// The first image of a folder, as the network reads it.
fn first_image(folder: &Path, size: usize) -> Result<Vec<u8>, AuditError> {
    let folder = images::Folder::open(folder)?;
    let Some(entry) = folder.entries().first() else {
        return Err(AuditError::Absent {
            path: folder.path().to_owned(),
            expected: "an image".to_owned(),
            found: "none".to_owned(),
        });
    };
    let picture = images::preprocess(
        &images::decode(&entry.path)?,
        (size * 256 + 112) / 224,
        size,
    )?;
    Ok(picture.into_pixels())
}
