//! The whole reproduction: pictures, measurements, tables, figures, report.

use crate::error::RunError;
use crate::findings::{self, Exemplar, Findings, Tables, paper};
use crate::leftovers;
use crate::manifest::{Described, manifest};
use crate::names::{foreign_file, is_of_a_run};
use crate::options::Options;
use crate::output::Output;
use crate::photographs::{self, OfPhotographs, Reading, scan};
use crate::pictures::{Attempt, Attempts, Channel, IfMissing, Workshop};
use crate::plan::{self, Study};
use crate::progress::{Event, Observer};
use crate::source::Loaded;
use crate::store::{Store, Unit};
use featviz::{Objective, Recipe};
use report::{BlockRow, Manifest, PictureRecord, layout};
use resnet::{Block, Role};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What a run found.
#[derive(Debug)]
pub struct Summary {
    /// One row a block.
    pub blocks: Vec<BlockRow>,
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
    run(options, (&store, IfMissing::Make), observer)
}

/// As [`reproduce()`], with the pictures of a store anywhere.
pub(crate) fn run(
    options: &Options,
    (store, if_missing): (&Path, IfMissing),
    observer: &dyn Observer,
) -> Result<Summary, RunError> {
    let mut clock = Clock::default();
    let ready = clock.time("load", || prepare(options, store, observer))?;
    let Ready { loaded, studies, output, store, .. } = &ready;
    let (threads, isa) = (options.threads, options.isa);
    let recipe = Recipe::new(options.source.input_size, options.steps);
    let (network, weights) = (&loaded.network, &loaded.digest);
    let workshop = Workshop { network, weights, recipe: &recipe, store, isa, threads, if_missing };
    let attempts = Attempts { loaded, workshop: &workshop, seed: options.seed, observer };
    let journals = output.scans();
    let reading = Reading { loaded, studies, journals: &journals, threads, isa, observer };
    let phases = Phases { options, ready: &ready, workshop: &workshop, reading: &reading };

    clock.time(NEURONS, || workshop.make(NEURONS, &neuron_units(studies, options.seed), observer))?;
    let channels = clock.time("measurements", || attempts.measure_until_sound(studies))?;
    let curves = clock.time("scale tuning", || attempts.scale_tuning(&channels))?;
    let photographs = clock.time("photographs", || phases.photographs())?;
    let exemplars = clock.time("whole-channel pictures", || phases.exemplars(&channels))?;
    let findings = Findings {
        loaded,
        studies,
        steps: options.steps,
        channels: &channels,
        curves: &curves,
        exemplars: &exemplars,
        photographs: photographs.as_ref(),
    };
    let (blocks, manifest) = clock.time("tables and figures", || phases.write(&findings))?;
    Manifest { seconds: clock.seconds, ..manifest }.write(output.folder(), is_of_a_run)?;
    let missing = loaded.network.architecture().missing_sentence();
    Ok(Summary { blocks, missing, index: output.path(layout::INDEX) })
}

/// The first phase that makes pictures.
const NEURONS: &str = "center-neuron pictures";

/// How long each phase takes.
#[derive(Debug, Default)]
struct Clock {
    seconds: BTreeMap<String, f64>,
}

impl Clock {
    /// Does something, and notes how long it took.
    fn time<T>(&mut self, phase: &str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let done = work();
        self.seconds.insert(phase.to_owned(), started.elapsed().as_secs_f64());
        done
    }
}

/// What a run begins with.
struct Ready {
    loaded: Loaded,
    studies: Vec<Study>,
    output: Output,
    /// The manifest of a run before in the same folder.
    before: Option<Manifest>,
    store: Store,
}

/// Loads the network and makes sure that everything can be read and written: what is wrong should be noticed now, not
/// after hours.
fn prepare(options: &Options, store: &Path, observer: &dyn Observer) -> Result<Ready, RunError> {
    let loaded = options.source.clone().load()?;
    loaded.tell(observer);
    let studies = plan::studies(&loaded, &options.blocks, &options.channels)?;
    if let Some(sentence) = loaded.network.architecture().missing_sentence() {
        observer.event(Event::Notice(sentence));
    }
    for Study { block, .. } in studies.iter().filter(|study| !Block::studied().contains(&study.block)) {
        observer.event(Event::Notice(format!("block {block}: studied as asked; the paper leaves it out")));
    }
    if let Some(folder) = &options.images {
        scan::require_readable(folder, options.source.input_size)?;
    }
    if let Some(path) = foreign_file(&options.out) {
        return Err(RunError::ForeignFile { path });
    }
    let output = Output::new(&options.out)?;
    let before = Manifest::read(output.folder()).ok();
    let store = Store::open(store)?;
    Ok(Ready { loaded, studies, output, before, store })
}

/// What the phases after the measurements work with.
struct Phases<'a> {
    options: &'a Options,
    ready: &'a Ready,
    workshop: &'a Workshop<'a>,
    reading: &'a Reading<'a>,
}

impl Phases<'_> {
    /// What photographs say, where there is a folder of them.
    fn photographs(&self) -> Result<Option<OfPhotographs>, RunError> {
        let folder = self.options.images.as_deref();
        folder.map(|folder| OfPhotographs::find(self.reading, folder)).transpose()
    }

    /// The channels to show, whose whole-channel pictures are made.
    fn exemplars(&self, channels: &[Channel]) -> Result<Vec<Exemplar>, RunError> {
        let Ready { loaded, studies, .. } = self.ready;
        let exemplars = findings::choose(paper::is_papers(loaded), studies, channels, self.options.channels.is_empty());
        let units = whole_channel_units(&exemplars, self.options.seed);
        self.workshop.make("whole-channel pictures of exemplars", &units, self.reading.observer)?;
        Ok(exemplars)
    }

    /// Writes pictures, tables, manifest, figures and page, and deletes what a run before left and this one did not
    /// write; the rows of the blocks, and the manifest.
    fn write(&self, findings: &Findings<'_>) -> Result<(Vec<BlockRow>, Manifest), RunError> {
        let Ready { loaded, studies, output, before, .. } = self.ready;
        let Findings { channels, exemplars, photographs, .. } = *findings;
        let shown = shown(channels, exemplars, self.options.seed);
        write_pictures(output, self.workshop, &shown)?;
        let tables = Tables::of(findings);
        tables.write(output)?;
        if let Some(found) = photographs {
            let shown: Vec<(Block, usize)> = exemplars.iter().map(|e| (e.block, e.channel)).collect();
            photographs::write(output, &found.read, self.reading, &shown)?;
        }
        let mut manifest = manifest(Described {
            options: self.options,
            loaded,
            recipe: self.workshop.recipe,
            studies,
            channels,
            images: photographs.map(|found| found.record.clone()),
            pictures: records(self.workshop, &shown),
        });
        // Figures and page are drawn from it and the tables.
        manifest.write(output.folder(), is_of_a_run)?;
        for path in report::render_all(output.folder())? {
            output.note(&path);
        }
        if let Some(before) = before {
            leftovers::delete(output, before, self.reading.observer)?;
        }
        Ok((tables.blocks, manifest))
    }
}

/// The center-neuron pictures of every channel, from one seed.
fn neuron_units(studies: &[Study], seed: u64) -> Vec<Unit> {
    let of_study = |s: &Study| {
        let block = s.block;
        s.channels.clone().into_iter().flat_map(move |c| roles(block, c, Objective::Neuron, seed))
    };
    studies.iter().flat_map(of_study).collect()
}

/// The whole-channel pictures of exemplars. One channel may be shown twice, and the Input of a block is the Output of
/// the one before: each is listed once.
fn whole_channel_units(exemplars: &[Exemplar], seed: u64) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for e in exemplars {
        let of_exemplar = roles(e.block, e.channel, Objective::Channel, seed);
        units.extend(of_exemplar.iter().filter(|u| !units.contains(u)).copied().collect::<Vec<_>>());
    }
    units
}

fn roles(block: Block, channel: usize, objective: Objective, seed: u64) -> [Unit; 3] {
    Role::ALL.map(|role| plan::unit(block, role, channel, objective, seed))
}

/// The pictures that were measured, and those of whole channels: their names below the folder, and their units.
fn shown(channels: &[Channel], exemplars: &[Exemplar], seed: u64) -> Vec<(PathBuf, Unit)> {
    let mut shown = Vec::new();
    for c in channels {
        let block = c.block.to_string();
        for (role, unit) in Role::ALL.into_iter().zip(Attempt::of(c).units(seed)) {
            shown.push((layout::feature(&block, role.name(), c.channel), unit));
        }
    }
    for e in exemplars {
        let block = e.block.to_string();
        for (role, unit) in Role::ALL.into_iter().zip(roles(e.block, e.channel, Objective::Channel, seed)) {
            shown.push((layout::channel_feature(&block, role.name(), e.channel), unit));
        }
    }
    shown
}

/// Copies pictures from the store to where people look for them.
fn write_pictures(output: &Output, workshop: &Workshop<'_>, shown: &[(PathBuf, Unit)]) -> Result<(), RunError> {
    for (name, unit) in shown {
        output.write_new(&output.path(name), &workshop.entry(unit)?.png)?;
    }
    Ok(())
}

/// What the manifest says of pictures.
fn records(workshop: &Workshop<'_>, shown: &[(PathBuf, Unit)]) -> BTreeMap<String, PictureRecord> {
    let record = |(name, unit): &(PathBuf, Unit)| {
        let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        let record = PictureRecord {
            site: unit.site.to_string(),
            objective: unit.objective.to_string(),
            channel: unit.channel,
            seed: unit.seed,
            address: workshop.address(unit).hex().to_owned(),
        };
        (parts.join("/"), record)
    };
    shown.iter().map(record).collect()
}
