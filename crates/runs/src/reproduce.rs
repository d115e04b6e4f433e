//! The whole reproduction: pictures, measurements, tables, figures, report.

use crate::begun::{self, Begins};
use crate::checkpoints;
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
use crate::pictures::scale_factors::AtFactor;
use crate::pictures::{
    Ascents, AtSeed, AtSteps, Attempt, Attempts, Channel, IfMissing, InVariant, Variant, Workshop, recipe_of,
};
use crate::plan::{self, Plan, Study};
use crate::progress::{Event, Observer};
use crate::seeds::Seeds;
use crate::shards::{self, Whole};
use crate::source::Loaded;
use crate::store::{Address, Entry as Stored, Store, Unit};
use crate::work::{self, NEURONS, ON_THE_WAY, VARIANTS};
use featviz::{Objective, Recipe};
use report::registry::FIGURES;
use report::{BlockRow, ChannelRow, Manifest, PictureRecord, digests, layout};
use resnet::{Architecture, Block, Role};
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
        let outlook = Outlook {
            loaded,
            workshop: &workshop,
            studies,
            conditions: Conditions {
                seeds: seeds.all().len(),
                first: seeds.first(),
                variants: &plan.variants,
                convergence: plan.convergence.as_ref(),
            },
            images: ready.images.as_ref().map(Listing::len),
        };
        let works = clock.time("estimate", || outlook.of(&units))?;
        observer.event(Event::Outlook(works));
    }
    if if_missing == IfMissing::Make && ready.before.is_none() {
        begun::write(&Begins { options, loaded, plan, workshop: &workshop, earlier: ready.begun.as_ref() })?;
    }
    clock.time(NEURONS, || workshop.make(NEURONS, &units, observer))?;
    let channels = clock.time("measurements", || attempts.measure_until_sound(studies))?;
    let others = clock.time("measurements at other seeds", || other_seeds(&attempts, plan))?;
    let factors = clock.time("scale factors", || at_factors(&attempts, &channels, &others))?;
    let variants = clock.time("variants", || in_variants(&attempts, plan))?;
    let on_the_way = clock.time("convergence", || on_the_way(&attempts, plan))?;
    let ascents = clock.time("objectives", || objectives(&attempts, &channels, &on_the_way))?;
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

/// The same channels from each of the other seeds.
fn other_seeds(attempts: &Attempts<'_>, plan: &Plan) -> Result<Vec<AtSeed>, RunError> {
    let at = |&seed: &u64| {
        let called = format!(", seed {seed}");
        let channels = Attempts { seed, called: &called, ..*attempts }.measure_until_sound(&plan.studies)?;
        Ok(AtSeed { seed, channels })
    };
    plan.seeds.others().iter().map(at).collect()
}

/// Some channels after each number of steps that is looked at, from the first seed.
fn on_the_way(attempts: &Attempts<'_>, plan: &Plan) -> Result<Vec<AtSteps>, RunError> {
    let Some(checkpoints) = &plan.convergence else {
        return Ok(Vec::new());
    };
    let (workshop, studies) = (attempts.workshop, checkpoints::sample(&plan.studies));
    let units = plan::neuron_units(attempts.loaded.architecture(), &studies, &Seeds::one(attempts.seed));
    workshop.make_on_the_way(ON_THE_WAY, (&units, checkpoints.steps()), attempts.observer)?;
    let at = |&steps: &usize| {
        let recipe = recipe_of(workshop.recipe, steps);
        let workshop = Workshop { recipe: &recipe, ..workshop.clone() };
        let called = format!(", {steps} steps");
        let channels = Attempts { workshop: &workshop, called: &called, ..*attempts }.measure_until_sound(&studies)?;
        Ok(AtSteps { steps, channels })
    };
    checkpoints.steps().iter().map(at).collect()
}

/// How far the objectives of the run's pictures have come on their way, and those of the most steps that were looked at.
fn objectives(attempts: &Attempts<'_>, channels: &[Channel], on_the_way: &[AtSteps]) -> Result<Vec<Ascents>, RunError> {
    let mut all = attempts.objectives(channels)?;
    let published = attempts.workshop.recipe;
    if let Some(last) = on_the_way.last().filter(|at| at.steps != published.steps) {
        let recipe = recipe_of(published, last.steps);
        let workshop = Workshop { recipe: &recipe, ..attempts.workshop.clone() };
        all.extend(Attempts { workshop: &workshop, ..*attempts }.objectives(&last.channels)?);
        all.sort_by_key(|ascents| (ascents.block, ascents.role));
    }
    Ok(all)
}

/// What is answered at other scale factors: by seed and channel.
fn at_factors(
    attempts: &Attempts<'_>,
    first: &[Channel],
    others: &[AtSeed],
) -> Result<Vec<Vec<Vec<AtFactor>>>, RunError> {
    let mut factors = vec![attempts.at_factors(first)?];
    for AtSeed { seed, channels } in others {
        factors.push(Attempts { seed: *seed, ..*attempts }.at_factors(channels)?);
    }
    Ok(factors)
}

/// The same channels in each variant, from the first seed.
fn in_variants(attempts: &Attempts<'_>, plan: &Plan) -> Result<Vec<InVariant>, RunError> {
    let of = |&variant: &Variant| {
        let recipe = variant.recipe(attempts.workshop.recipe);
        let workshop = Workshop { recipe: &recipe, ..attempts.workshop.clone() };
        let called = format!(", {variant}");
        let attempts = Attempts { workshop: &workshop, variant: Some(variant), called: &called, ..*attempts };
        if variant.variation().is_some() {
            workshop.make(
                VARIANTS,
                &plan::neuron_units(attempts.loaded.architecture(), &plan.studies, &Seeds::one(attempts.seed)),
                attempts.observer,
            )?;
        }
        Ok(InVariant { variant, channels: attempts.measure_until_sound(&plan.studies)? })
    };
    plan.variants.iter().map(of).collect()
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
    /// What photographs say, where there is a folder of them.
    fn photographs(&self) -> Result<Option<OfPhotographs>, RunError> {
        let images = self.options.images.as_deref().zip(self.ready.images.as_ref());
        images.map(|images| OfPhotographs::find(self.reading, images, &self.ready.output)).transpose()
    }

    /// The channels to show, whose whole-channel pictures are made.
    fn exemplars(&self, channels: &[Channel]) -> Result<Vec<Exemplar>, RunError> {
        let exemplars = chosen(self.ready, channels);
        let architecture = self.ready.loaded.network.architecture();
        let units = whole_channel_units(architecture, &exemplars, self.ready.plan.seeds.first());
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
        let mut shown = shown(architecture, channels, exemplars, seed);
        shown.extend(others.iter().flat_map(|at| of_seed(architecture, at)));
        shown.extend(variants.iter().flat_map(|of| of_variant(architecture, of, seed)));
        let others_steps = on_the_way.iter().filter(|at| at.steps != self.workshop.recipe.steps);
        shown.extend(others_steps.flat_map(|at| of_steps(architecture, at, seed)));
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
            pictures: records(self.workshop, &shown),
        });
        // From here on the folder is this run's: whoever finds it cut short knows what to go on with, and what to delete.
        let mut files = before.map_or_else(BTreeMap::new, |before| before.files.clone());
        files.extend(digests_of(self.workshop, &shown)?);
        manifest.write_unfinished(output.folder(), files.clone())?;
        begun::forget(output.folder())?;
        write_pictures(output, self.workshop, &shown, observer)?;
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
        draw(output, observer)?;
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
fn draw(output: &Output, observer: &dyn Observer) -> Result<(), RunError> {
    observer.event(Event::Phase { name: work::FIGURES.into(), total: FIGURES.len(), done: 0 });
    for path in report::render_all(output.folder(), &|| observer.event(Event::Advanced))? {
        output.note(&path);
    }
    observer.event(Event::PhaseEnded);
    Ok(())
}

/// The whole-channel pictures of exemplars. One channel may be shown twice, and the Input of a block is the Output of
/// the one before: each is listed once.
pub(crate) fn whole_channel_units(architecture: &Architecture, exemplars: &[Exemplar], seed: u64) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for e in exemplars {
        let of_exemplar = plan::roles(architecture, (e.block, e.channel), Objective::Channel, seed);
        units.extend(of_exemplar.iter().filter(|u| !units.contains(u)).copied().collect::<Vec<_>>());
    }
    units
}

/// A picture that people are shown: its name below the folder.
struct Shown {
    path: PathBuf,
    unit: Unit,
    /// The seed of the run that it is of, where that is not the first.
    from: Option<u64>,
    /// The variant that it is of, where it is not as published.
    variant: Option<Variant>,
    /// Its number of steps, where that is not the run's.
    steps: Option<usize>,
}

impl Shown {
    /// What the store keeps of it.
    fn stored(&self, workshop: &Workshop<'_>) -> (Address, Result<Stored, RunError>) {
        let published = workshop.recipe;
        let recipe = self.variant.map_or_else(|| published.clone(), |variant| variant.recipe(published));
        let recipe = recipe_of(&recipe, self.steps.unwrap_or(published.steps));
        let workshop = Workshop { recipe: &recipe, ..workshop.clone() };
        (workshop.address(&self.unit), workshop.entry(&self.unit))
    }
}

/// The pictures that were measured, and those of whole channels, from the first seed.
fn shown(architecture: &Architecture, channels: &[Channel], exemplars: &[Exemplar], seed: u64) -> Vec<Shown> {
    let mut shown = Vec::new();
    for c in channels {
        let block = c.block.to_string();
        for (role, unit) in Role::ALL.into_iter().zip(Attempt::of(c).units(architecture, seed, None)) {
            shown.push(Shown {
                path: layout::feature(&block, role.name(), c.channel),
                unit,
                from: None,
                variant: None,
                steps: None,
            });
        }
    }
    for e in exemplars {
        let block = e.block.to_string();
        for (role, unit) in
            Role::ALL.into_iter().zip(plan::roles(architecture, (e.block, e.channel), Objective::Channel, seed))
        {
            shown.push(Shown {
                path: layout::channel_feature(&block, role.name(), e.channel),
                unit,
                from: None,
                variant: None,
                steps: None,
            });
        }
    }
    shown
}

/// The pictures that were measured from another seed.
fn of_seed(architecture: &Architecture, at: &AtSeed) -> Vec<Shown> {
    let of_channel = |c: &Channel| {
        let (block, channel) = (c.block.to_string(), c.channel);
        let units = Role::ALL.into_iter().zip(Attempt::of(c).units(architecture, at.seed, None));
        let shown = move |(role, unit): (Role, Unit)| {
            let path = layout::seed_feature(&block, role.name(), channel, at.seed);
            Shown { path, unit, from: Some(at.seed), variant: None, steps: None }
        };
        units.map(shown).collect::<Vec<_>>()
    };
    at.channels.iter().flat_map(of_channel).collect()
}

/// The pictures that a variant made; one that only reads the published ones otherwise has none.
fn of_variant(architecture: &Architecture, of: &InVariant, seed: u64) -> Vec<Shown> {
    let of_channel = |c: &Channel| {
        let (block, channel) = (c.block.to_string(), c.channel);
        let units = Role::ALL.into_iter().zip(Attempt::of(c).units(architecture, seed, Some(of.variant)));
        let shown = move |(role, unit): (Role, Unit)| {
            let path = layout::variant_feature(&block, role.name(), channel, of.variant.name());
            Shown { path, unit, from: None, variant: Some(of.variant), steps: None }
        };
        units.map(shown).collect::<Vec<_>>()
    };
    let made = of.variant.variation().is_some();
    of.channels.iter().filter(|_| made).flat_map(of_channel).collect()
}

/// The pictures after another number of steps than the run's.
fn of_steps(architecture: &Architecture, at: &AtSteps, seed: u64) -> Vec<Shown> {
    let of_channel = |c: &Channel| {
        let (block, channel) = (c.block.to_string(), c.channel);
        let units = Role::ALL.into_iter().zip(Attempt::of(c).units(architecture, seed, None));
        let shown = move |(role, unit): (Role, Unit)| {
            let path = layout::steps_feature(&block, role.name(), channel, at.steps);
            Shown { path, unit, from: None, variant: None, steps: Some(at.steps) }
        };
        units.map(shown).collect::<Vec<_>>()
    };
    at.channels.iter().flat_map(of_channel).collect()
}

/// The digest of each picture, as its file will have it.
fn digests_of(workshop: &Workshop<'_>, shown: &[Shown]) -> Result<BTreeMap<String, String>, RunError> {
    let digest = |shown: &Shown| {
        let png = shown.stored(workshop).1?.png;
        Ok((as_listed(&shown.path), blake3::hash(&png).to_hex().to_string()))
    };
    shown.iter().map(digest).collect()
}

/// Copies pictures from the store to where people look for them.
fn write_pictures(
    output: &Output,
    workshop: &Workshop<'_>,
    shown: &[Shown],
    observer: &dyn Observer,
) -> Result<(), RunError> {
    observer.event(Event::Phase { name: "pictures copied".into(), total: shown.len(), done: 0 });
    for shown in shown {
        output.write_new(&output.path(&shown.path), &shown.stored(workshop).1?.png)?;
        observer.event(Event::Advanced);
    }
    observer.event(Event::PhaseEnded);
    Ok(())
}

/// A path below the folder as the manifest lists it.
fn as_listed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// What the manifest says of pictures.
fn records(workshop: &Workshop<'_>, shown: &[Shown]) -> BTreeMap<String, PictureRecord> {
    let record = |shown: &Shown| {
        let Shown { path, unit, from, variant, steps } = shown;
        let record = PictureRecord {
            site: unit.site.to_string(),
            objective: unit.objective.to_string(),
            channel: unit.channel,
            seed: unit.seed,
            from_seed: *from,
            variant: variant.map(|variant| variant.to_string()),
            steps: *steps,
            address: shown.stored(workshop).0.hex().to_owned(),
        };
        (as_listed(path), record)
    };
    shown.iter().map(record).collect()
}
