//! The run that a folder holds already, and what a command for the same folder has to do with it.

use crate::channels::ranges;
use crate::checkpoints::Checkpoints;
use crate::error::RunError;
use crate::manifest::preprocessing;
use crate::options::Options;
use crate::photographs::marks::Marks;
use crate::photographs::scan::{self, Listing, OfAll};
use crate::pictures::Variant;
use crate::plan::{Plan, Study};
use crate::program::SOURCE_DIGEST;
use crate::progress::{Event, Observer};
use crate::seeds::Seeds;
use crate::source::Loaded;
use crate::store::NUMERICS_VERSION;
use crate::verify;
use featviz::Recipe;
use report::{ImagesRecord, Manifest, ReportError, layout};
use resnet::Block;
use std::io;
use std::num::NonZero;
use std::path::Path;

/// What a command is for: all that has to be the same for its run to be a part of another one.
pub(crate) struct Command<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) recipe: &'a Recipe,
    pub(crate) seeds: &'a Seeds,
    /// The folder of images and the images in it.
    pub(crate) images: Option<(&'a Path, &'a Listing)>,
    pub(crate) threads: NonZero<usize>,
}

/// The manifest of a folder where there is one.
///
/// # Errors
/// If what is there cannot be read as one: nobody knows what would be lost.
pub(crate) fn manifest(folder: &Path, replace: bool) -> Result<Option<Manifest>, RunError> {
    match Manifest::read(folder) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(ReportError::Damaged { path, found, .. }) if !replace => Err(RunError::UnknownRun { path, found }),
        Err(ReportError::NoRun { .. }) => Ok(None),
        // Nothing can be in what is no folder; that it cannot be written to is said later.
        Err(ReportError::Read { source, .. }) if source.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(_) if replace => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Command<'_> {
    /// Refuses a command for another run than the one that is there.
    ///
    /// # Errors
    /// If anything but blocks and channels differs, or no seed is the same, naming all that differs.
    pub(crate) fn require_same(
        &self,
        before: &Manifest,
        folder: &Path,
        observer: &dyn Observer,
    ) -> Result<(), RunError> {
        let mut differences = self.differences(before);
        // Images take time to compare: where something else differs, nobody needs to know.
        if differences.is_empty() {
            differences.extend(self.images_differ(before.images.as_ref(), observer));
        }
        match differences.as_slice() {
            [] => Ok(()),
            _ => Err(RunError::OtherRun { folder: folder.to_owned(), differences: differences.join(", ") }),
        }
    }

    fn differences(&self, before: &Manifest) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, there: String, here: String| {
            if there != here {
                found.push(format!("{what} {there} there, {here} here"));
            }
        };
        let network = &before.network;
        if network.weights_digest != self.loaded.digest {
            let (there, here) = names(&network.weights, &self.loaded.source.path.display().to_string());
            compare("weights", there, here);
        }
        let size = |pixels: usize| format!("{pixels} pixels");
        compare("images of", size(network.input_size), size(self.loaded.size()));
        if let Some(before) = &network.preprocessing {
            let here = preprocessing(self.loaded.preprocessing);
            compare("shorter sides of", size(before.resize), size(here.resize));
            compare("mean", format!("{:?}", before.mean), format!("{:?}", here.mean));
            compare("std", format!("{:?}", before.std), format!("{:?}", here.std));
        }
        let there = seeds(before);
        // More seeds continue a run, others are another one.
        if !there.meet(self.seeds) {
            let what = if there.others().is_empty() && self.seeds.others().is_empty() { "seed" } else { "seeds" };
            compare(what, there.to_string(), self.seeds.to_string());
        }
        let recipe = serde_json::to_value(self.recipe).unwrap_or_default();
        for (name, here) in recipe.as_object().into_iter().flatten() {
            // The size has been said.
            if name != "size" {
                let there = before.recipe.get(name).map_or_else(|| "none".to_owned(), ToString::to_string);
                compare(&name.replace('_', " "), there, here.to_string());
            }
        }
        compare("numerics version", before.numerics_version.to_string(), NUMERICS_VERSION.to_string());
        let folder = |name: &str| name.to_owned();
        match (&before.images, self.images) {
            (Some(record), None) => compare("photographs", folder(&record.folder), folder("none")),
            (None, Some((images, _))) => compare("photographs", folder("none"), images.display().to_string()),
            (None, None) | (Some(_), Some(_)) => {}
        }
        found
    }

    /// How the photographs are others, if they are: their bytes are compared, wherever they lie.
    fn images_differ(&self, record: Option<&ImagesRecord>, observer: &dyn Observer) -> Option<String> {
        let (record, (folder, entries)) = record.zip(self.images)?;
        let (mut all, mut same) = (OfAll::default(), Marks::default());
        scan::digests(entries, self.threads, observer, |entry, digest| {
            all.add(&digest);
            let there = record.files.get(&entry.name);
            there.into_iter().filter(|(_, known)| *known == digest).for_each(|(at, _)| same.mark(at));
        });
        if all.finish() == record.digest && same.count() == record.files.len() {
            return None;
        }
        let (before, here) = names(&record.folder, &folder.display().to_string());
        let count = entries.len();
        Some(format!("photographs {before} ({} read) there, {here} ({count}) here", record.read))
    }
}

/// Two paths as people tell them apart: by their last names where these differ.
pub(crate) fn names(there: &str, here: &str) -> (String, String) {
    let last = |path: &str| Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    match (last(there), last(here)) {
        (Some(a), Some(b)) if a != b => (a, b),
        _ if there != here => (there.to_owned(), here.to_owned()),
        _ => (format!("{there} as it was"), format!("{here} as it is now")),
    }
}

/// The seeds that a manifest says pictures were made from.
pub(crate) fn seeds(manifest: &Manifest) -> Seeds {
    Seeds::of(manifest.seeds.iter().copied()).unwrap_or(Seeds::one(manifest.seed))
}

/// The variants that a manifest says were made.
pub(crate) fn variants(manifest: &Manifest) -> Vec<Variant> {
    let there = |variant: &Variant| manifest.variants.iter().any(|name| name == variant.name());
    Variant::ALL.into_iter().filter(there).collect()
}

/// After how many steps a manifest says that some channels were looked at too.
pub(crate) fn convergence(manifest: &Manifest) -> Option<Checkpoints> {
    Checkpoints::of(manifest.convergence.iter().copied())
}

/// The channels that a manifest says were studied.
///
/// # Errors
/// If it names a block that is none.
pub(crate) fn studies(manifest: &Manifest, folder: &Path) -> Result<Vec<Study>, RunError> {
    let mut studies = Vec::new();
    for (block, channels) in &manifest.blocks {
        let block: Block = block.parse().map_err(|_| {
            RunError::Report(ReportError::Damaged {
                path: folder.join(layout::MANIFEST),
                expected: "blocks",
                found: block.clone(),
            })
        })?;
        studies.push(Study { block, channels: channels.clone() });
    }
    Ok(studies)
}

impl Plan {
    /// As [`Plan::with`], and whoever watches is told what that means.
    ///
    /// # Errors
    /// If the weights no longer have a block of the run before.
    pub(crate) fn joined(
        self,
        before: &Manifest,
        there: Vec<Study>,
        (loaded, folder): (&Loaded, &Path),
        observer: &dyn Observer,
    ) -> Result<Plan, RunError> {
        let architecture = loaded.network.architecture();
        if let Some(study) = there.iter().find(|study| !architecture.blocks().contains(&study.block)) {
            let because = architecture.missing_sentence().unwrap_or_default();
            return Err(RunError::Block { block: study.block, because });
        }
        let count = |studies: &[Study]| studies.iter().map(|study| study.channels.len()).sum::<usize>();
        let (had, asked) = (count(&there), count(&self.studies));
        let seeds_there = seeds(before);
        let plan = self.with(before, there, |block| architecture.studied_channels(block).len());
        let has = count(&plan.studies);
        let folder = folder.display();
        if has > had {
            observer.event(Event::Notice(format!(
                "{folder}: goes on with the run there: to its {had} channels come {}",
                has - had
            )));
        } else if asked < had {
            observer.event(Event::Notice(format!(
                "{folder}: the run there is of these {asked} channels and {} more, which it keeps",
                had - asked
            )));
        }
        let come = plan.seeds.all().iter().filter(|seed| !seeds_there.all().contains(seed));
        if let Some(come) = Seeds::of(come.copied()) {
            observer.event(Event::Notice(format!(
                "{folder}: goes on with the run there: to its seeds {seeds_there} come {come}"
            )));
        }
        Ok(plan)
    }

    /// The blocks, channels and seeds of both: what is there stays, and what is asked for comes to it.
    pub(crate) fn with(self, before: &Manifest, there: Vec<Study>, all: impl Fn(Block) -> usize) -> Plan {
        let mut studies = there.clone();
        for asked in &self.studies {
            match studies.iter_mut().find(|study| study.block == asked.block) {
                Some(study) => {
                    study.channels.extend(&asked.channels);
                    study.channels.sort_unstable();
                    study.channels.dedup();
                }
                None => studies.push(asked.clone()),
            }
        }
        studies.sort_by_key(|study| study.block);
        let seeds = self.seeds.with(&seeds(before));
        let there_too = variants(before);
        let either = |variant: &Variant| self.variants.contains(variant) || there_too.contains(variant);
        let variants: Vec<Variant> = Variant::ALL.into_iter().filter(either).collect();
        let convergence = match (self.convergence.clone(), convergence(before)) {
            (Some(asked), Some(there)) => Some(asked.with(&there)),
            (asked, there) => asked.or(there),
        };
        let whole_channels = self.whole_channels || before.whole_channels;
        let with = Plan { seeds, variants, convergence, whole_channels, ..self };
        if studies == there {
            return Plan { studies, channels: before.channels.clone(), ..with };
        }
        if studies == with.studies {
            return with;
        }
        // What both together amount to.
        let whole = studies.iter().all(|study| study.channels.len() == all(study.block));
        let mut channels: Vec<usize> = studies.iter().flat_map(|study| study.channels.iter().copied()).collect();
        channels.sort_unstable();
        channels.dedup();
        let channels = if whole { Vec::new() } else { ranges(&channels) };
        Plan { studies, channels, ..with }
    }
}

/// Whether the folder of a command for the same run is as that run left it, finished, and as this program would leave it:
/// then there is nothing to do.
///
/// # Errors
/// If a file of it cannot be read.
pub(crate) fn is_finished(before: &Manifest, options: &Options) -> Result<bool, RunError> {
    let text = |path: &Path| path.display().to_string();
    let same = before.build.source_digest == SOURCE_DIGEST
        && before.preset == options.preset.to_string()
        && before.network.weights == text(&options.source.path)
        && before.images.as_ref().map(|images| images.folder.clone()) == options.images.as_deref().map(text);
    Ok(same && before.is_finished() && verify::is_untouched(&options.out, before)?)
}

#[cfg(test)]
mod tests;
