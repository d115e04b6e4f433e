//! Every numeric step, checked: what was compared with what, how far apart they are, and how far they may be.
//!
//! [`audit()`] walks the computation in order: decoding, resizing, normalisation, every layer forward and backward, the
//! picture of a spectrum, every augmentation, the optimiser, each measure, each statistic; then the same bits on every
//! instruction set and number of threads, a second opinion, and for mix ratios how much of them can be rounding. A
//! [`Report`] holds a [`Comparison`] for each.
//!
//! [`explain()`] derives one channel's mix ratio and scale measures from the pictures of a finished run as a person
//! would write it, and holds the run's table, manifest and store against them.
//!
//! Invariant: what is compared was computed by different code, and every bound is derived where it is written, or is an
//! agreed limit on what PyTorch, kornia or Lucent computed and says so in its line.
#![forbid(unsafe_code)]

mod budget;
mod comparison;
mod error;
mod explain;
mod outcome;
mod rounding;
mod steps;
mod twin;
mod whole_network;

pub use budget::channel::{ChannelBudget, Verdict};
pub use comparison::{Absolute, Comparison, Kind, Pass, Step, What, Witness, short};
pub use error::AuditError;
pub use explain::{Explanation, explain};
pub use outcome::page::write;
pub use twin::interval::Interval;
pub use whole_network::golden::Reference;

use crate::budget::run::Run;
use crate::steps::{
    augmentations, compositions, decoding, draws, further_measures, layers, measures, optimiser, picture, resizing,
};
use crate::twin::bounded::{DOUBLE, SINGLE, normalised};
use crate::twin::network::TwinNetwork;
use crate::whole_network::golden::Golden;
use crate::whole_network::{chains, differences, directions, same_bits, second_opinion};
use autodiff::Isa;
use report::BuildRecord;
use runs::{Loaded, Observer, Source};
use serde::Serialize;
use std::num::NonZero;
use std::path::{Path, PathBuf};

/// What to audit.
#[derive(Clone, Debug)]
pub struct Options {
    /// The network.
    pub source: Source,
    /// The project's own reference values: those that depend on no weights are always held to.
    pub embedded: Reference,
    /// Reference values of PyTorch for that network, if there are any.
    pub golden: Option<Reference>,
    /// Images, of which the first is looked at; else the reference values'.
    pub images: Option<PathBuf>,
    /// A finished run, whose mix ratios are given budgets.
    pub run: Option<PathBuf>,
    /// At most so many channels of each block are given budgets.
    pub channels: NonZero<usize>,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
}

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
    /// BLAKE3 digest of `audit.json` with nothing between the quotes of this field.
    pub signature: String,
}

impl Report {
    /// Whether nothing is beyond its bound. What was skipped has not passed, but does not fail either.
    pub fn passed(&self) -> bool {
        !self.comparisons.iter().any(Comparison::failed)
    }

    /// How many comparisons were skipped.
    pub fn skipped(&self) -> usize {
        let skipped = |line: &&Comparison| line.kind == Kind::Skipped;
        self.comparisons.iter().filter(skipped).count()
    }
}

/// Audits everything; `said` is told of each line as it is found, `observer` of what takes long.
///
/// # Errors
/// If something cannot be read. What is beyond its bound is no error but a line of the report.
pub fn audit(
    options: &Options,
    said: &mut dyn FnMut(&Comparison),
    observer: &dyn Observer,
) -> Result<Report, AuditError> {
    let loaded = options.source.clone().load()?;
    let folder = options.run.as_ref();
    let run = folder.map(|f| Run::open(f, &loaded)).transpose()?;
    let pool = autodiff::ThreadPoolBuilder::new()
        .num_threads(options.threads.get())
        .build()
        .map_err(|e| AuditError::Threads(e.to_string()))?;
    let architecture = loaded.network.architecture();
    let choose = |run| pool.install(|| Run::choose(run, architecture.blocks(), options.channels));
    let chosen = run.as_ref().map(choose).transpose()?;
    let (size, isa) = (loaded.source.input_size, options.isa);
    let golden = options.golden.as_ref().and_then(Golden::open);
    let (pixels, from) = walked(options, golden.as_ref(), size)?;
    let Some(&last) = architecture.blocks().last() else {
        return Err(AuditError::Absent {
            path: loaded.source.path.clone(),
            expected: "at least one block".to_owned(),
            found: "none".to_owned(),
        });
    };
    let twin = TwinNetwork::new(&loaded.tensors, architecture)?;
    let image = normalised(&pixels, size, DOUBLE);
    let mut comparisons = Vec::new();
    let mut add = |more: Vec<Comparison>| {
        more.iter().for_each(&mut *said);
        comparisons.extend(more);
    };
    // What PyTorch and Pillow computed stands beside the step that it is of.
    let mut theirs = of_others(options, golden.as_ref(), &loaded)?;
    let mut of_step = |step: Step| -> Vec<Comparison> {
        let (found, left) = theirs.drain(..).partition(|line| line.step == step);
        theirs = left;
        found
    };
    add(of_step(Step::Decode));
    add(decoding::comparisons()?);
    add(resizing::comparisons(&pixels, size)?);
    add(augmentations::normalisation(isa)?);
    add(pool.install(|| layers::comparisons(&twin, &image, (&loaded.tensors, last), isa))?);
    add(of_step(Step::Network));
    add(of_step(Step::CenterActivations));
    add(of_step(Step::CenterGradients));
    add(draws::comparisons());
    add(picture::comparisons(isa)?);
    add(of_step(Step::Spectrum));
    add(augmentations::comparisons(isa)?);
    add(compositions::comparisons(isa)?);
    add(optimiser::comparisons(isa));
    add(theirs);
    if let (Some(values), true) = (&options.golden, golden.is_some_and(|g| g.size() == size)) {
        add(chains::comparisons(&loaded.network, size, &values.folder, isa)?);
    }
    add(differences::comparisons(isa)?);
    add(pool.install(|| directions::comparisons(&loaded.network, &twin, &image, isa))?);
    add(measures::comparisons());
    add(further_measures::comparisons(&loaded));
    let (same, digest) = same_bits::comparisons(&loaded.network, &loaded.tensors, &pixels, size)?;
    add(same);
    add(same_bits::skipped()
        .into_iter()
        .map(|isa| {
            let why = "this processor lacks it".to_owned();
            Step::SameBits.against(Witness::Identity, isa).skipped(why)
        })
        .collect());
    let read = normalised(&pixels, size, SINGLE);
    let seen = (pixels.as_slice(), size);
    add(pool.install(|| second_opinion::comparisons(&loaded.network, &twin, seen, &read, isa))?);
    let mut budgets = Vec::new();
    if let (Some(run), Some(chosen)) = (&run, &chosen) {
        budgets = pool.install(|| run.budgets(&twin, chosen, observer))?;
        add(vec![run.table_is_the_manifests()?]);
        add(budget::run::comparisons(&budgets));
    } else {
        let why = "there is no run, or the weights allow none";
        let what = "mix ratios";
        add(vec![Step::ErrorBudget.against(Witness::Enclosure, what).skipped(why)]);
    }
    Ok(Report {
        provenance: Provenance {
            program: runs::program(),
            numerics_version: runs::NUMERICS_VERSION,
            build: runs::build_record(),
            weights: loaded.source.path.display().to_string(),
            weights_digest: loaded.digest.clone(),
            image: from.display().to_string(),
            image_digest: blake3::hash(&pixels).to_hex().to_string(),
            images_digest: run.as_ref().and_then(Run::images_digest),
            run_digest: run.as_ref().map(Run::digest),
            instruction_set: isa.to_string(),
            threads: options.threads.get(),
        },
        digest,
        comparisons,
        budgets,
        signature: String::new(),
    })
}

/// What PyTorch, Lucent and Pillow say. Where there is nothing of these weights, a line says that it was skipped.
fn of_others(options: &Options, golden: Option<&Golden>, loaded: &Loaded) -> Result<Vec<Comparison>, AuditError> {
    let (size, isa) = (loaded.source.input_size, options.isa);
    let mut comparisons = Vec::new();
    if options.golden.as_ref() != Some(&options.embedded)
        && let Some(embedded) = Golden::open(&options.embedded)
    {
        comparisons.extend(embedded.of_any_weights(isa)?);
    }
    if let Some(golden) = golden {
        comparisons.extend(golden.of_any_weights(isa)?);
    }
    let skipped = |why: String| {
        let what = "center activations and gradients";
        Step::Network.against(Witness::PyTorch, what).skipped(why)
    };
    match golden {
        Some(golden) if golden.size() == size => {
            comparisons.extend(golden.of_network(&loaded.network, isa)?);
        }
        Some(golden) => {
            comparisons.push(skipped(format!("the reference values are of images of {0} by {0} pixels", golden.size())))
        }
        None => comparisons.push(skipped("no reference values for these weights".to_owned())),
    }
    Ok(comparisons)
}

/// The image that is walked, and where it is from: the first of those that were asked for, or of the reference values,
/// or of the embedded ones.
fn walked(options: &Options, golden: Option<&Golden>, size: usize) -> Result<(Vec<u8>, PathBuf), AuditError> {
    if let Some(folder) = &options.images {
        return first_image(folder, size);
    }
    let golden = golden.filter(|golden| golden.size() == size);
    match (golden.and_then(Golden::first), &options.golden) {
        (Some((name, pixels)), Some(reference)) => Ok((pixels, reference.images.join(name))),
        _ => first_image(&options.embedded.images, size),
    }
}

/// The first image of a folder, as the network reads it, and its path.
fn first_image(folder: &Path, size: usize) -> Result<(Vec<u8>, PathBuf), AuditError> {
    let folder = images::Folder::open(folder)?;
    let Some(entry) = folder.entries().first() else {
        return Err(AuditError::Absent {
            path: folder.path().to_owned(),
            expected: "an image".to_owned(),
            found: "none".to_owned(),
        });
    };
    let picture = images::preprocess(&images::decode(&entry.path)?, (size * 256 + 112) / 224, size)?;
    Ok((picture.into_pixels(), entry.path.clone()))
}
