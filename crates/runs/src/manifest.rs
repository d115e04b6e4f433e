//! What `manifest.json` says of a run before its files are listed.

use crate::options::Options;
use crate::pictures::Channel;
use crate::plan::Plan;
use crate::program::{build_record, program};
use crate::source::Loaded;
use crate::store::NUMERICS_VERSION;
use featviz::{Recipe, jitter_of};
use report::{ImagesRecord, Manifest, NetworkRecord, NotComputed, PictureRecord, PreprocessingRecord};
use resnet::{Preprocessing, Role};
use std::collections::BTreeMap;

/// What a run worked on, and what it made.
pub(crate) struct Described<'a> {
    pub(crate) options: &'a Options,
    pub(crate) loaded: &'a Loaded,
    pub(crate) recipe: &'a Recipe,
    pub(crate) plan: &'a Plan,
    pub(crate) channels: &'a [Channel],
    /// The images, where there were any.
    pub(crate) images: Option<ImagesRecord>,
    /// The pictures below the folder.
    pub(crate) pictures: BTreeMap<String, PictureRecord>,
}

/// How images were read, as a manifest says it.
pub(crate) fn preprocessing(of: Preprocessing) -> PreprocessingRecord {
    PreprocessingRecord { resize: of.resize, mean: of.colors.mean, std: of.colors.std }
}

/// What produced the tables. The seconds are added at the end, the digests of the files when it is written.
pub(crate) fn manifest(described: Described<'_>) -> Manifest {
    let Described { options, loaded, recipe, plan, channels, images, pictures } = described;
    let architecture = loaded.network.architecture();
    let name = |c: &Channel| format!("block {}, channel {}", c.block, c.channel);
    Manifest {
        program: program(),
        numerics_version: NUMERICS_VERSION,
        build: build_record(),
        network: NetworkRecord {
            weights: loaded.source.path.display().to_string(),
            weights_digest: loaded.digest.clone(),
            widths: architecture.widths().to_vec(),
            input_size: loaded.size(),
            architecture: Some(architecture.name()),
            convolutions: architecture.layouts().first().map(|of| of.branch.len()).filter(|&count| count != 2),
            preprocessing: Some(preprocessing(loaded.preprocessing)),
            classes: architecture.classes(),
            batch_norm: architecture.batch_norm().name().to_owned(),
        },
        images,
        preset: options.preset.to_string(),
        recipe: serde_json::to_value(recipe).unwrap_or_default(),
        jitter: plan
            .studies
            .iter()
            .flat_map(|s| Role::ALL.map(|role| architecture.optimised_site(s.block, role)))
            .map(|site| (site.to_string(), jitter_of(architecture, site, recipe.size)))
            .collect(),
        seed: options.seed,
        blocks: plan.studies.iter().map(|s| (s.block.to_string(), s.channels.clone())).collect(),
        channels: plan.channels.clone(),
        pictures,
        not_computed: architecture
            .missing()
            .iter()
            .map(|m| NotComputed {
                what: m.block.map_or_else(|| m.name.clone(), |b| format!("block {b}")),
                missing_tensors: m.tensors.clone(),
            })
            .collect(),
        retried: channels.iter().filter(|c| c.retries > 0).map(|c| format!("{} ({})", name(c), c.retries)).collect(),
        failed: channels.iter().filter(|c| !c.is_sound()).map(name).collect(),
        instruction_set: options.isa.to_string(),
        threads: options.threads.get(),
        seconds: BTreeMap::new(),
        made_from: BTreeMap::new(),
        files: BTreeMap::new(),
        digest: String::new(),
    }
}
