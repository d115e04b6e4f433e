//! The whole reproduction: pictures, measurements, tables, figures, report.

use crate::begun::{self, Begins};
use crate::conditions;
use crate::error::RunError;
use crate::findings::{self, Exemplar, Findings, Tables, not_finite, paper};
use crate::folder::before::{self, Command};
use crate::folder::{apart, sweep::sweep};
use crate::leftovers;
use crate::manifest::{Described, manifest};
use crate::names::{foreign_file, is_of_a_run};
use crate::options::Options;
use crate::outlook::{Conditions, Outlook};
use crate::output::Output;
use crate::photographs::scan::{self, Listing};
use crate::photographs::{self, OfPhotographs, Reading};
use crate::pictures::{Attempts, Channel, IfMissing, Workshop};
use crate::plan::{self, Plan, Study};
use crate::progress::{Event, Observer};
use crate::shards::{self, Whole};
use crate::shown;
use crate::source::Loaded;
use crate::store::{Store, Unit};
use crate::work::{self, NEURONS, Work};
use featviz::{Objective, Recipe};
use report::registry::FIGURES;
use report::{BlockRow, ChannelRow, Manifest, digests, layout};
use resnet::{Architecture, Block};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What a run found.
#[derive(Debug)]
pub struct Summary {
    /// One row a block.
    pub blocks: Vec<BlockRow>,
    /// What could not be computed, as one sentence.
    pub missing: Option<String>,
    /// A sentence for each site at which activations are not finite.
    pub not_finite: Vec<String>,
    /// The report.
    pub index: PathBuf,
}

/// Runs everything. What an earlier run in the same folder finished is not computed again; where it is of the same network,
/// images, recipe and seed, the folder's run is then of the blocks and channels of both.
///
/// # Errors
/// If the input is bad or the folder holds another run, with nothing written, or a file cannot be written, with every
/// finished picture kept.
pub fn reproduce(options: &Options, observer: &dyn Observer) -> Result<Summary, RunError> {
    let store = options.out.join(layout::STORE);
    run(options, Asked::Command, (&store, IfMissing::Make), observer)
}

/// Which blocks and channels a run is of.
pub(crate) enum Asked {
    /// Those of the command, and of the run in its folder.
    Command,
    /// These.
    Exactly(Plan),
}

/// As [`reproduce()`], with the pictures of a store anywhere.
pub(crate) fn run(
    options: &Options,
    asked: Asked,
    (store, if_missing): (&Path, IfMissing),
    observer: &dyn Observer,
) -> Result<Summary, RunError> {
    let mut clock = Clock::default();
    let mut ready = clock.time("load", || prepare(options, asked, store, observer))?;
    if let Some(summary) = nothing_to_do(options, &ready, observer)? {
        // A run that failed at its very end left them.
        shards::forget(&options.out);
        return Ok(summary);
    }
    ready.before.iter_mut().for_each(Manifest::forget_images);
    let Made { clock, tables, mut manifest } = match if_missing {
        IfMissing::Refuse => make(options, &ready, (clock, if_missing), observer)?,
        IfMissing::Make => {
            for sentence in shards::unfinished(&options.out)? {
                observer.event(Event::Notice(sentence));
            }
            let whole = Whole::begin(&options.out, options.threads, observer)?;
            let made = make(options, &ready, (clock, if_missing), &whole);
            whole.end(&made);
            made?
        }
    };
    let output = &ready.output;
    manifest.seconds = clock.seconds;
    manifest.write(output.folder(), is_of_a_run)?;
    shards::forget(output.folder());
    Ok(summary(&ready, tables.blocks, &tables.channels))
}

/// What was made of a run, but for the manifest's last word.
struct Made {
    clock: Clock,
    tables: Tables,
    manifest: Manifest,
}

/// Makes and writes all of it.
fn make(
    options: &Options,
    ready: &Ready,
    (mut clock, if_missing): (Clock, IfMissing),
    observer: &dyn Observer,
) -> Result<Made, RunError> {
    let Ready { loaded, recipe, plan, output, store, .. } = ready;
    let studies = &plan.studies;
    let (threads, isa) = (options.threads, options.isa);
    let (network, weights) = (&loaded.network, &loaded.identity());
    let workshop = Workshop { network, weights, recipe, store, isa, threads, if_missing };
    let seeds = &plan.seeds;
    let attempts = Attempts { loaded, workshop: &workshop, seed: seeds.first(), variant: None, called: "", observer };
    let journals = output.scans();
    let reading = Reading { loaded, studies, journals: &journals, threads, isa, observer };
    let phases = Phases { options, ready, workshop: &workshop, reading: &reading };

    let units = plan::neuron_units(loaded.architecture(), studies, seeds);
    if if_missing == IfMissing::Make {
        let works = clock.time("estimate", || phases.works(&units))?;
        observer.event(Event::Outlook(works));
    }
    if if_missing == IfMissing::Make && ready.before.is_none() {
        begun::write(&Begins { options, loaded, plan, workshop: &workshop, earlier: ready.begun.as_ref() })?;
    }
    clock.time(NEURONS, || workshop.make(NEURONS, &units, observer))?;
    let channels = clock.time("measurements", || attempts.measure_until_sound(studies))?;
    let others = clock.time("measurements at other seeds", || conditions::other_seeds(&attempts, plan))?;
    let factors = clock.time("scale factors", || conditions::at_factors(&attempts, &channels, &others))?;
    let variants = clock.time("variants", || conditions::in_variants(&attempts, plan))?;
    let on_the_way = clock.time("convergence", || conditions::on_the_way(&attempts, plan))?;
    let ascents = clock.time("objectives", || conditions::objectives(&attempts, &channels, &on_the_way))?;
    let curves = clock.time("scale tuning", || attempts.scale_tuning(&channels))?;
    let enlargements = clock.time("enlargements", || attempts.enlargements(&channels))?;
    let photographs = clock.time("photographs", || phases.photographs())?;
    let of_photographs = photographs.as_ref().map(|found| &found.read);
    let paths = clock.time("ways through the network", || {
        of_photographs.map_or(Ok(Vec::new()), |read| attempts.paths(&channels, (studies, read)))
    })?;
    let exemplars = clock.time("whole-channel pictures", || phases.exemplars(&channels))?;
    let findings = Findings {
        loaded,
        studies,
        steps: options.steps,
        channels: &channels,
        seed: seeds.first(),
        others: &others,
        factors: &factors,
        variants: &variants,
        on_the_way: &on_the_way,
        ascents: &ascents,
        enlargements: &enlargements,
        paths: &paths,
        curves: &curves,
        exemplars: &exemplars,
        photographs: photographs.as_ref(),
    };
    let (tables, manifest) = clock.time("tables and figures", || phases.write(&findings))?;
    Ok(Made { clock, tables, manifest })
}

fn summary(ready: &Ready, blocks: Vec<BlockRow>, channels: &[ChannelRow]) -> Summary {
    let missing = ready.loaded.network.architecture().missing_sentence();
    let not_finite = not_finite::sentences(ready.loaded.architecture(), channels);
    Summary { blocks, missing, not_finite, index: ready.output.path(layout::INDEX) }
}

/// What the folder's run found, where it is this one and everything is as it left it: then nothing is computed, drawn or
/// written.
fn nothing_to_do(options: &Options, ready: &Ready, observer: &dyn Observer) -> Result<Option<Summary>, RunError> {
    let Ready { plan, output, before: Some(before), same: true, .. } = ready else {
        return Ok(None);
    };
    let there = before::studies(before, output.folder())?;
    let conditions = (before::seeds(before), before::variants(before));
    if there != plan.studies
        || conditions != (plan.seeds.clone(), plan.variants.clone())
        || before::convergence(before) != plan.convergence
        || before.whole_channels != plan.whole_channels
        || !before::is_finished(before, options)?
    {
        return Ok(None);
    }
    let folder = output.folder().display();
    observer.event(Event::Notice(format!(
        "{folder}: nothing to make: the run there has all of this, and every file is as it was written"
    )));
    let blocks = report::read_table(&output.path(layout::BLOCKS))?;
    let channels: Vec<ChannelRow> = report::read_table(&output.path(layout::CHANNELS))?;
    Ok(Some(summary(ready, blocks, &channels)))
}

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
pub(crate) struct Ready {
    pub(crate) loaded: Loaded,
    pub(crate) recipe: Recipe,
    pub(crate) plan: Plan,
    pub(crate) output: Output,
    /// The manifest of a run before in the same folder.
    pub(crate) before: Option<Manifest>,
    /// What a run said of itself that began in the same folder and did not get as far as a manifest.
    pub(crate) begun: Option<Manifest>,
    /// Whether that one is of the same network, images, recipe and seed.
    same: bool,
    /// The images, where there is a folder of them.
    pub(crate) images: Option<Listing>,
    pub(crate) store: Store,
}

/// Loads the network and makes sure that everything can be read and written, and that nothing is there that this run would
/// take the place of: what is wrong should be noticed now, not after hours.
pub(crate) fn prepare(
    options: &Options,
    asked: Asked,
    store: &Path,
    observer: &dyn Observer,
) -> Result<Ready, RunError> {
    let loaded = options.source.clone().load()?;
    loaded.tell(observer);
    let recipe = Recipe::new(loaded.size(), options.steps);
    let (plan, exactly) = match asked {
        Asked::Command => (plan::of(&loaded, options)?, options.replace),
        Asked::Exactly(plan) => (plan, true),
    };
    say_what_is_missing(&loaded, observer);
    say_what_has_no_input(&loaded, &plan.studies, observer);
    let readable = |folder: &Path| scan::require_readable(folder, loaded.preprocessing);
    let images = options.images.as_deref().map(readable).transpose()?;
    if let Some((folder, entries)) = options.images.as_deref().zip(images.as_ref()) {
        apart::require_folder(&options.out, folder, entries.iter().map(|entry| entry.path))?;
    }
    if let Some(path) = foreign_file(&options.out) {
        return Err(RunError::ForeignFile { path });
    }
    let before = before::manifest(&options.out, options.replace)?;
    let begun = begun::read(&options.out);
    let photographs = options.images.as_deref().zip(images.as_ref());
    let (seeds, threads) = (&options.seeds, options.threads);
    let command = Command { loaded: &loaded, recipe: &recipe, seeds, images: photographs, threads };
    let (plan, same) = match &before {
        None => (plan, false),
        Some(before) if exactly => (plan, command.require_same(before, &options.out, observer).is_ok()),
        Some(before) => {
            command.require_same(before, &options.out, observer)?;
            let there = before::studies(before, &options.out)?;
            (plan.joined(before, there, (&loaded, &options.out), observer)?, true)
        }
    };
    say_what_the_paper_leaves_out(loaded.architecture(), &plan.studies, observer);
    let output = Output::new(&options.out)?;
    sweep(output.folder(), store);
    let store = Store::open(store)?;
    Ok(Ready { loaded, recipe, plan, output, before, begun, same, images, store })
}

fn say_what_is_missing(loaded: &Loaded, observer: &dyn Observer) {
    if let Some(sentence) = loaded.network.architecture().missing_sentence() {
        observer.event(Event::Notice(sentence));
    }
}

fn say_what_has_no_input(loaded: &Loaded, studies: &[Study], observer: &dyn Observer) {
    for sentence in studies.iter().filter_map(|study| plan::without_input(loaded.architecture(), study.block)) {
        observer.event(Event::Notice(sentence));
    }
}

fn say_what_the_paper_leaves_out(architecture: &Architecture, studies: &[Study], observer: &dyn Observer) {
    for Study { block, .. } in studies.iter().filter(|study| !architecture.studied().contains(&study.block)) {
        observer.event(Event::Notice(format!("block {block}: studied as asked; the paper leaves it out")));
    }
}

/// What the phases after the measurements work with.
struct Phases<'a> {
    options: &'a Options,
    ready: &'a Ready,
    workshop: &'a Workshop<'a>,
    reading: &'a Reading<'a>,
}

impl Phases<'_> {
    /// What there is to do for these pictures, and how long that may take.
    fn works(&self, units: &[Unit]) -> Result<Vec<Work>, RunError> {
        let Ready { loaded, plan, images, .. } = self.ready;
        let outlook = Outlook {
            loaded,
            workshop: self.workshop,
            studies: &plan.studies,
            conditions: Conditions {
                seeds: plan.seeds.all().len(),
                first: plan.seeds.first(),
                variants: &plan.variants,
                convergence: plan.convergence.as_ref(),
                whole_channels: plan.whole_channels,
            },
            images: images.as_ref().map(Listing::len),
        };
        outlook.of(units)
    }

    /// What photographs say, where there is a folder of them.
    fn photographs(&self) -> Result<Option<OfPhotographs>, RunError> {
        let images = self.options.images.as_deref().zip(self.ready.images.as_ref());
        images.map(|images| OfPhotographs::find(self.reading, images, &self.ready.output)).transpose()
    }

    /// The channels to show, whose whole-channel pictures are made.
    fn exemplars(&self, channels: &[Channel]) -> Result<Vec<Exemplar>, RunError> {
        let exemplars = chosen(self.ready, channels);
        let units = whole_channel_units(self.ready, &exemplars);
        self.workshop.make(work::CHANNELS, &units, self.reading.observer)?;
        Ok(exemplars)
    }

    /// Writes pictures, tables, manifest, figures and page, and deletes what a run before left and this one did not
    /// write; the tables, and the manifest.
    fn write(&self, findings: &Findings<'_>) -> Result<(Tables, Manifest), RunError> {
        let Ready { loaded, plan, output, .. } = self.ready;
        let before = self.ready.before.as_ref().or(self.ready.begun.as_ref());
        let Findings { channels, others, variants, on_the_way, exemplars, photographs, .. } = *findings;
        let observer = self.reading.observer;
        let architecture = loaded.architecture();
        let seed = plan.seeds.first();
        let mut shown = shown::shown(architecture, channels, &plan.shown_whole(exemplars), seed);
        shown.extend(others.iter().flat_map(|at| shown::of_seed(architecture, at)));
        shown.extend(variants.iter().flat_map(|of| shown::of_variant(architecture, of, channels, seed)));
        let others_steps = on_the_way.iter().filter(|at| at.steps != self.workshop.recipe.steps);
        shown.extend(others_steps.flat_map(|at| shown::of_steps(architecture, at, seed)));
        let mut manifest = manifest(Described {
            options: self.options,
            loaded,
            recipe: self.workshop.recipe,
            plan,
            channels,
            others,
            variants,
            on_the_way,
            images: photographs.map(|found| found.record.clone()),
            pictures: shown::records(self.workshop, &shown),
        });
        // From here on the folder is this run's: whoever finds it cut short knows what to go on with, and what to delete.
        let mut files = before.map_or_else(BTreeMap::new, |before| before.files.clone());
        files.extend(shown::digests_of(self.workshop, &shown)?);
        manifest.write_unfinished(output.folder(), files.clone())?;
        begun::forget(output.folder())?;
        shown::write_pictures(output, self.workshop, &shown, observer)?;
        let tables = Tables::of(findings)?;
        for sentence in not_finite::sentences(loaded.architecture(), &tables.channels) {
            observer.event(Event::Notice(sentence));
        }
        tables.write(output, photographs.is_some())?;
        if let Some(found) = photographs {
            let shown: Vec<(Block, usize)> = exemplars.iter().map(|e| (e.block, e.channel)).collect();
            photographs::write(output, found, self.reading, &shown)?;
        }
        // Figures and page are drawn from it and the tables.
        files.extend(digests(output.folder(), |name| output.wrote(name))?);
        manifest.write_unfinished(output.folder(), files)?;
        draw(output, self.workshop.threads, observer)?;
        if let Some(before) = before {
            leftovers::delete(output, before, observer)?;
        }
        Ok((tables, manifest))
    }
}

/// The channels to show, by what was measured.
pub(crate) fn chosen(ready: &Ready, channels: &[Channel]) -> Vec<Exemplar> {
    let Ready { loaded, plan, .. } = ready;
    let architecture = loaded.network.architecture();
    let whole = |study: &Study| study.channels.len() == architecture.studied_channels(study.block).len();
    findings::choose(paper::is_papers(loaded), &plan.studies, channels, whole)
}

/// Draws figures and page.
fn draw(output: &Output, threads: NonZero<usize>, observer: &dyn Observer) -> Result<(), RunError> {
    observer.event(Event::Phase { name: work::FIGURES.into(), total: FIGURES.len(), done: 0 });
    for path in report::render_all(output.folder(), threads, &|| observer.event(Event::Advanced))? {
        output.note(&path);
    }
    observer.event(Event::PhaseEnded);
    Ok(())
}

/// The whole-channel pictures of exemplars, or of every channel. The Input of a block is the Output of the one before:
/// each is listed once.
pub(crate) fn whole_channel_units(ready: &Ready, exemplars: &[Exemplar]) -> Vec<Unit> {
    let Ready { loaded, plan, .. } = ready;
    let architecture = loaded.network.architecture();
    let of = |channel| plan::roles(architecture, channel, Objective::Channel, plan.seeds.first());
    let units: BTreeSet<Unit> = plan.shown_whole(exemplars).into_iter().flat_map(of).collect();
    units.into_iter().collect()
}
