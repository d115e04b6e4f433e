//! What `manifest.json` says of a run before its files are listed.

use crate::options::Options;
use crate::pictures::{AtSeed, AtSteps, Channel, InVariant};
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
    /// The same from the other seeds.
    pub(crate) others: &'a [AtSeed],
    /// And in variants.
    pub(crate) variants: &'a [InVariant],
    /// And after other numbers of steps.
    pub(crate) on_the_way: &'a [AtSteps],
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
    let Described { options, loaded, recipe, plan, channels, others, variants, on_the_way, images, pictures } =
        described;
    let architecture = loaded.network.architecture();
    let first = channels.iter().map(|c| (c, String::new()));
    let later = others.iter().flat_map(|at| at.channels.iter().map(|c| (c, format!(", seed {}", at.seed))));
    let varied = variants.iter().flat_map(|of| of.channels.iter().map(|c| (c, format!(", {}", of.variant))));
    // After as many as the run's they are the run's own.
    let on_the_way = on_the_way.iter().filter(|at| at.steps != recipe.steps);
    let on_the_way = on_the_way.flat_map(|at| at.channels.iter().map(|c| (c, format!(", {} steps", at.steps))));
    let all: Vec<(&Channel, String)> = first.chain(later).chain(varied).chain(on_the_way).collect();
    let name = |c: &Channel, of: &str| format!("block {}, channel {}{of}", c.block, c.channel);
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
            shuffled: loaded.source.shuffled,
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
        seed: plan.seeds.first(),
        seeds: plan.seeds.all().to_vec(),
        variants: plan.variants.iter().map(ToString::to_string).collect(),
        convergence: plan.convergence.as_ref().map_or_else(Vec::new, |checkpoints| checkpoints.steps().to_vec()),
        whole_channels: plan.whole_channels,
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
        retried: all
            .iter()
            .filter(|(c, _)| c.retries > 0)
            .map(|(c, of)| format!("{} ({})", name(c, of), c.retries))
            .collect(),
        failed: all.iter().filter(|(c, _)| !c.is_sound()).map(|(c, of)| name(c, of)).collect(),
        instruction_set: options.isa.to_string(),
        threads: options.threads.get(),
        seconds: BTreeMap::new(),
        made_from: BTreeMap::new(),
        files: BTreeMap::new(),
        digest: String::new(),
    }
}
