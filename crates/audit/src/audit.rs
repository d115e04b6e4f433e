//! The audit from its beginning to its end: what is compared, in which order.

use crate::budget::{self, Kept, Run};
use crate::comparison::{Comparison, Step, Witness};
use crate::error::AuditError;
use crate::options::Options;
use crate::outcome::{Provenance, Report};
use crate::steps::{augmentations, compositions, decoding, draws, layers, measures, optimiser, picture, resizing};
use crate::twin::bounded::{Bounded, DOUBLE, normalised};
use crate::twin::network::TwinNetwork;
use crate::whole_network::golden::Golden;
use crate::whole_network::on_image::OnImage;
use crate::whole_network::{chains, differences, directions, same_bits, second_opinion};
use autodiff::ThreadPool;
use resnet::{Block, Preprocessing};
use runs::{Loaded, Observer};
use std::path::{Path, PathBuf};

/// Audits everything; `said` is told of each comparison as it is made, `observer` of what takes long.
///
/// # Errors
/// If something cannot be read. What is beyond its bound is no error but a comparison of the report.
pub fn audit(
    options: &Options,
    said: &mut dyn FnMut(&Comparison),
    observer: &dyn Observer,
) -> Result<Report, AuditError> {
    let loaded = options.source.clone().load()?;
    loaded.tell(observer);
    let run = options.run.as_ref().map(|folder| Run::open(folder, &loaded)).transpose()?;
    let pool = autodiff::ThreadPoolBuilder::new()
        .num_threads(options.threads.get())
        .thread_name(|index| format!("worker {index}"))
        .build()
        .map_err(|e| AuditError::Threads(e.to_string()))?;
    let blocks = loaded.network.architecture().blocks();
    let choose = |run| pool.install(|| Run::choose(run, blocks, options.channels));
    let chosen = run.as_ref().map(choose).transpose()?;
    let subject = Subject::open(options, &loaded, &pool)?;
    // A folder that cannot be written to should not cost the whole computation.
    let page = options.out.join("audit.html");
    report::check_writable(&page).map_err(|source| AuditError::Write { path: options.out.clone(), source })?;
    let mut found = Found { comparisons: Vec::new(), said };
    subject.steps(&mut found)?;
    let digest = subject.whole_network(&mut found)?;
    let mut budgets = Vec::new();
    if let (Some(run), Some(chosen)) = (&run, &chosen) {
        let kept = Kept::below(&options.out);
        budgets = pool.install(|| run.budgets(&subject.twin, chosen, (&kept, observer)))?;
        found.add([run.table_is_the_manifests()?]);
        found.add(budget::comparisons(&budgets));
    } else {
        let why = "there is no run, or the weights allow none";
        found.add([Step::ErrorBudget.against(Witness::Enclosure, "mix ratios").skipped(why)]);
    }
    Ok(Report {
        provenance: subject.provenance(run.as_ref()),
        digest,
        comparisons: found.comparisons,
        budgets,
        laws: pool.install(|| crate::laws::kept(options.isa)),
        signature: String::new(),
    })
}

/// What was found so far, and who is told.
struct Found<'a> {
    comparisons: Vec<Comparison>,
    said: &'a mut dyn FnMut(&Comparison),
}

impl Found<'_> {
    fn add(&mut self, more: impl IntoIterator<Item = Comparison>) {
        for comparison in more {
            (self.said)(&comparison);
            self.comparisons.push(comparison);
        }
    }
}

/// What is audited: a network, its twin, an image, and what others computed of both.
struct Subject<'a> {
    options: &'a Options,
    loaded: &'a Loaded,
    pool: &'a ThreadPool,
    golden: Option<Golden>,
    twin: TwinNetwork,
    /// The last block of the network.
    last: Block,
    /// The image as the network reads it, and where it is from.
    pixels: Vec<u8>,
    from: PathBuf,
    /// The same, normalised.
    image: Bounded,
}

impl<'a> Subject<'a> {
    fn open(options: &'a Options, loaded: &'a Loaded, pool: &'a ThreadPool) -> Result<Subject<'a>, AuditError> {
        let size = loaded.size();
        let golden = options.golden.as_ref().map(Golden::open).transpose()?.flatten();
        let (pixels, from) = walked(options, golden.as_ref(), loaded.preprocessing)?;
        let architecture = loaded.network.architecture();
        let Some(&last) = architecture.blocks().last() else {
            return Err(AuditError::Absent {
                path: loaded.source.path.clone(),
                expected: "at least one block".to_owned(),
                found: "none".to_owned(),
            });
        };
        let twin = TwinNetwork::new(&loaded.tensors, architecture)?;
        let image = normalised(&pixels, size, (loaded.preprocessing.colors, DOUBLE));
        Ok(Subject { options, loaded, pool, golden, twin, last, pixels, from, image })
    }

    /// Rows and columns of the image.
    fn size(&self) -> usize {
        self.loaded.size()
    }

    /// Every step of the computation by itself, up to the optimiser. What PyTorch and Pillow computed stands beside the
    /// step that it is of.
    fn steps(&self, found: &mut Found<'_>) -> Result<(), AuditError> {
        let isa = self.options.isa;
        let mut theirs = self.of_others()?;
        let mut of_step = |step: Step| theirs.extract_if(.., |of| of.step == step).collect::<Vec<_>>();
        found.add(of_step(Step::Decode));
        found.add(decoding::comparisons()?);
        found.add(resizing::comparisons(&self.pixels, self.size())?);
        found.add(augmentations::normalisation(isa)?);
        let of_layers =
            layers::Layers { twin: &self.twin, tensors: &self.loaded.tensors, image: &self.image, last: self.last };
        found.add(self.pool.install(|| of_layers.comparisons(isa))?);
        found.add(of_step(Step::Network));
        found.add(of_step(Step::CenterActivations));
        found.add(of_step(Step::CenterGradients));
        found.add(draws::comparisons());
        found.add(picture::comparisons(isa)?);
        found.add(of_step(Step::Spectrum));
        found.add(augmentations::comparisons(isa)?);
        found.add(compositions::comparisons(isa)?);
        found.add(optimiser::comparisons(isa));
        found.add(theirs);
        Ok(())
    }

    /// The network as a whole, and the measures of what it says; the digest of all that was the same.
    fn whole_network(&self, found: &mut Found<'_>) -> Result<String, AuditError> {
        let (network, size, isa) = (&self.loaded.network, self.size(), self.options.isa);
        if let Some(values) = &self.options.golden
            && self.golden.as_ref().is_some_and(|golden| golden.size() == size)
        {
            found.add(chains::comparisons(network, size, &values.folder, isa)?);
        }
        found.add(differences::comparisons(isa)?);
        found.add(self.pool.install(|| directions::comparisons(network, &self.twin, &self.image, isa))?);
        found.add(measures::comparisons(self.loaded));
        let seen = OnImage { network, pixels: &self.pixels, size };
        let same = same_bits::compare(seen, &self.loaded.tensors)?;
        found.add(same.comparisons);
        found.add(same_bits::skipped().into_iter().map(|isa| {
            let why = "this processor lacks it";
            Step::SameBits.against(Witness::Identity, isa).skipped(why)
        }));
        found.add(self.pool.install(|| second_opinion::comparisons(seen, &self.twin, isa))?);
        Ok(same.digest)
    }

    /// What PyTorch, Lucent and Pillow say. Where there is nothing of these weights, a comparison says that it was
    /// skipped.
    fn of_others(&self) -> Result<Vec<Comparison>, AuditError> {
        let (options, isa) = (self.options, self.options.isa);
        let mut comparisons = Vec::new();
        if options.golden.as_ref() != Some(&options.embedded)
            && let Some(embedded) = Golden::open(&options.embedded)?
        {
            comparisons.extend(embedded.of_any_weights(isa)?);
        }
        if let Some(golden) = &self.golden {
            comparisons.extend(golden.of_any_weights(isa)?);
        }
        let skipped = |why: String| {
            let what = "center activations and gradients";
            Step::Network.against(Witness::PyTorch, what).skipped(why)
        };
        match &self.golden {
            Some(golden) if golden.size() == self.size() => {
                comparisons.extend(golden.of_network(&self.loaded.network, isa)?);
            }
            Some(golden) => comparisons
                .push(skipped(format!("the reference values are of images of {0} by {0} pixels", golden.size()))),
            None => comparisons.push(skipped("no reference values for these weights".to_owned())),
        }
        Ok(comparisons)
    }

    fn provenance(&self, run: Option<&Run>) -> Provenance {
        Provenance {
            program: runs::program(),
            numerics_version: runs::NUMERICS_VERSION,
            build: runs::build_record(),
            weights: self.loaded.source.path.display().to_string(),
            weights_digest: self.loaded.digest.clone(),
            image: self.from.display().to_string(),
            image_digest: blake3::hash(&self.pixels).to_hex().to_string(),
            images_digest: run.and_then(Run::images_digest),
            run_digest: run.map(Run::digest),
            instruction_set: self.options.isa.to_string(),
            threads: self.options.threads.get(),
        }
    }
}

/// The image that is walked, and where it is from: the first of those that were asked for, or of the reference values,
/// or of the embedded ones.
fn walked(options: &Options, golden: Option<&Golden>, of: Preprocessing) -> Result<(Vec<u8>, PathBuf), AuditError> {
    if let Some(folder) = &options.images {
        return first_image(folder, of);
    }
    let golden = golden.filter(|golden| golden.size() == of.size);
    match (golden.map(Golden::first).transpose()?, &options.golden) {
        (Some((name, pixels)), Some(reference)) => Ok((pixels, reference.images.join(name))),
        _ => first_image(&options.embedded.images, of),
    }
}

/// The first image of a folder, as the network reads it, and its path.
fn first_image(folder: &Path, of: Preprocessing) -> Result<(Vec<u8>, PathBuf), AuditError> {
    let folder = images::Folder::open(folder)?;
    let entry = folder.entry(0);
    let picture = images::preprocess(&images::decode(&entry.path)?, of.resize, of.size)?;
    Ok((picture.into_pixels(), entry.path))
}
