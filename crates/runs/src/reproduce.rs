//! The whole reproduction: pictures, measurements, tables, figures, report.

use crate::attempts::{Channel, Run};
use crate::channels::ChannelRange;
use crate::error::RunError;
use crate::exemplars;
use crate::files::Output;
use crate::leftovers;
use crate::names::{is_of_a_run, somebody_elses};
use crate::paper;
use crate::photographs::Photographs;
use crate::plan::{self, Study};
use crate::progress::{Event, Observer};
use crate::queue::{Lacking, Workshop};
use crate::scan;
use crate::source::Source;
use crate::store::Store;
use crate::tables::{self, Findings};
use crate::unit::Unit;
use featviz::{Objective, Preset, Recipe};
use report::{Manifest, PictureRecord, layout};
use resnet::{Block, Isa, Role, Site};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What to reproduce.
#[derive(Clone, Debug)]
pub struct Options {
    /// The network.
    pub source: Source,
    /// The folder of images that tuning curves are measured on, if any.
    pub images: Option<PathBuf>,
    /// Blocks to study; none stands for all that the weights allow.
    pub blocks: Vec<Block>,
    /// Channels to study in each block; none stands for all.
    pub channels: Vec<ChannelRange>,
    /// The preset that was named.
    pub preset: Preset,
    /// Steps for each picture.
    pub steps: usize,
    /// The seed of every draw.
    pub seed: u64,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
    /// The folder to write to.
    pub out: PathBuf,
}

/// What a run found.
#[derive(Debug)]
pub struct Summary {
    /// One row a block.
    pub blocks: Vec<report::BlockRow>,
    /// What could not be computed, as one sentence.
    pub missing: Option<String>,
    /// The report.
    pub index: PathBuf,
}

/// Runs everything. What an earlier run in the same folder finished is not computed again.
///
/// # Errors
/// If the input is bad, with nothing written, or a file cannot be written, with every finished picture kept.
pub fn reproduce(options: &Options, observer: &dyn Observer) -> Result<Summary, RunError> {
    let store = options.out.join(layout::STORE);
    run(options, (&store, Lacking::Make), observer)
}

/// As [`reproduce()`], with the pictures of a store anywhere.
pub(crate) fn run(
    options: &Options,
    (store, lacking): (&Path, Lacking),
    observer: &dyn Observer,
) -> Result<Summary, RunError> {
    let started = Instant::now();
    let loaded = options.source.clone().load()?;
    let studies = plan::studies(&loaded, &options.blocks, &options.channels)?;
    let missing = loaded.network.architecture().missing_sentence();
    if let Some(sentence) = &missing {
        observer.event(Event::Notice(sentence.clone()));
    }
    for study in &studies {
        if study.block.optimised_site(Role::Input) == Site::MaxPool {
            observer.event(Event::Notice(format!(
                "block {}: what enters it stands behind the stem's ReLU: the Input picture of a channel that is zero there at the first step \
                 has no gradient and stays noise",
                study.block
            )));
        }
    }
    if let Some(folder) = &options.images {
        // A wrong folder should be noticed now, not after hours.
        scan::require_readable(folder, options.source.input_size)?;
    }
    if let Some(path) = somebody_elses(&options.out) {
        return Err(RunError::SomebodyElses { path });
    }
    let output = Output::new(&options.out)?;
    let before = Manifest::read(output.folder()).ok();
    let store = Store::open(store)?;
    let recipe = Recipe::new(options.source.input_size, options.steps);
    let workshop = Workshop {
        network: &loaded.network,
        weights: &loaded.digest,
        recipe: &recipe,
        store: &store,
        isa: options.isa,
        threads: options.threads,
        lacking,
    };
    let mut durations = BTreeMap::from([("load".to_owned(), started.elapsed().as_secs_f64())]);
    let mut timed = |name: &str, since: Instant| {
        durations.insert(name.to_owned(), since.elapsed().as_secs_f64());
    };

    let since = Instant::now();
    let units = neuron_units(&studies, options.seed);
    workshop.make("center-neuron pictures", &units, observer)?;
    timed("center-neuron pictures", since);

    let since = Instant::now();
    let run = Run { options, loaded: &loaded, workshop: &workshop, observer };
    let channels = run.measure_until_sound(&studies)?;
    timed("measurements", since);

    let since = Instant::now();
    let mut findings = Findings { channels: &channels, curves: run.scale_tuning(&channels)?, ..Findings::default() };
    timed("scale tuning", since);

    let since = Instant::now();
    let how = (options.threads, options.isa);
    let photographs = match &options.images {
        None => None,
        Some(folder) => {
            let journals = output.scans();
            let mut read = Photographs::read(&loaded, &studies, (folder, &journals), how, observer)?;
            findings.tuning = read.tuning_curves(&studies);
            findings.on_photographs = read.measure(&loaded, &studies, &journals, how, observer)?;
            Some(read)
        }
    };
    findings.photographs = photographs.as_ref();
    timed("photographs", since);

    let since = Instant::now();
    let exemplars = exemplars::choose(paper::is_papers(&loaded), &studies, &channels, options.channels.is_empty());
    let mut units: Vec<Unit> = Vec::new();
    for e in &exemplars {
        let of_exemplar = roles(e.block, e.channel, Objective::Channel, options.seed);
        // One channel may be shown twice, and the Input of a block is the Output of the one before.
        units.extend(of_exemplar.iter().filter(|u| !units.contains(u)).copied().collect::<Vec<_>>());
    }
    workshop.make("whole-channel pictures of exemplars", &units, observer)?;
    timed("whole-channel pictures", since);

    let since = Instant::now();
    let shown = run.shown(&channels, &exemplars);
    run.write_pictures(&output, &shown)?;
    let blocks = tables::write(&output, &loaded, &studies, &exemplars, &findings, options.steps)?;
    let mut manifest = tables::manifest(options, &loaded, &recipe, &studies, &channels);
    if let Some(photographs) = photographs {
        photographs.write(&output, &loaded, &studies, &exemplars, options.isa)?;
        manifest.images = Some(photographs.record);
    }
    manifest.pictures = run.records(&shown);
    manifest.write(output.folder(), is_of_a_run)?;
    for path in report::render_all(output.folder())? {
        output.note(&path);
    }
    if let Some(before) = before {
        leftovers::delete(&output, &before, observer)?;
    }
    timed("tables and figures", since);
    manifest.seconds = durations;
    manifest.write(output.folder(), is_of_a_run)?;
    Ok(Summary { blocks, missing, index: output.path(layout::INDEX) })
}

/// The center-neuron pictures of every channel, from one seed.
fn neuron_units(studies: &[Study], seed: u64) -> Vec<Unit> {
    let of_study = |s: &Study| {
        let block = s.block;
        s.channels.clone().into_iter().flat_map(move |c| roles(block, c, Objective::Neuron, seed))
    };
    studies.iter().flat_map(of_study).collect()
}

fn roles(block: Block, channel: usize, objective: Objective, seed: u64) -> [Unit; 3] {
    Role::ALL.map(|role| plan::unit(block, role, channel, objective, seed))
}

impl Run<'_> {
    /// The pictures that were measured, and those of whole channels: their names below the folder, and their units.
    fn shown(&self, channels: &[Channel], exemplars: &[exemplars::Exemplar]) -> Vec<(PathBuf, Unit)> {
        let mut shown = Vec::new();
        for c in channels {
            let block = c.block.to_string();
            for (role, unit) in Role::ALL.into_iter().zip(self.units(&c.attempt())) {
                shown.push((layout::feature(&block, role.name(), c.channel), unit));
            }
        }
        for e in exemplars {
            let block = e.block.to_string();
            let units = roles(e.block, e.channel, Objective::Channel, self.options.seed);
            for (role, unit) in Role::ALL.into_iter().zip(units) {
                let name = layout::channel_feature(&block, role.name(), e.channel);
                shown.push((name, unit));
            }
        }
        shown
    }

    /// Copies pictures from the store to where people look for them.
    fn write_pictures(&self, output: &Output, shown: &[(PathBuf, Unit)]) -> Result<(), RunError> {
        for (name, unit) in shown {
            output.write_new(&output.path(name), &self.workshop.entry(unit)?.png)?;
        }
        Ok(())
    }

    /// What the manifest says of pictures.
    fn records(&self, shown: &[(PathBuf, Unit)]) -> BTreeMap<String, PictureRecord> {
        let record = |(name, unit): &(PathBuf, Unit)| {
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            let record = PictureRecord {
                site: unit.site.to_string(),
                objective: unit.objective.to_string(),
                channel: unit.channel,
                seed: unit.seed,
                address: self.workshop.address(unit).hex().to_owned(),
            };
            (parts.join("/"), record)
        };
        shown.iter().map(record).collect()
    }
}
