//! Making one shard's part of a run's pictures, and reading its part of the images.

use super::Shard;
use super::log::{Line, Log, counts};
use crate::begun::{self, Begins};
use crate::error::RunError;
use crate::options::Options;
use crate::photographs::{self, Reading};
use crate::pictures::{Attempt, Attempts, Channel, IfMissing, MAX_RETRIES, Variant, Workshop, recipe_of};
use crate::plan;
use crate::progress::{Event, Observer};
use crate::reproduce::{Asked, Ready, chosen, prepare, whole_channel_units};
use crate::seeds::Seeds;
use crate::store::Unit;
use crate::work::{CHANNELS, NEURONS, ON_THE_WAY, VARIANTS};
use featviz::Recipe;
use report::layout;

/// What a shard left in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Its part of the pictures that could be known.
    pub pictures: usize,
    /// How many of these it made: others were there.
    pub made: usize,
    /// Its part of the images.
    pub images: usize,
    /// How many pictures of other shards were not there yet when it was done with its own: which ones are to be made
    /// again, and which of whole channels, is known once there are none.
    pub others: usize,
}

/// Makes a shard's part of a run's pictures and reads its part of the images, into the store of the run's folder, and
/// writes neither tables nor figures: [`crate::reproduce()`] takes what is there and does the rest.
///
/// First come the center-neuron pictures of every seed and variant. Which of these are made again because they failed, and which channels are shown
/// by whole-channel pictures, is known once those of every shard are there: then this shard makes its part of these too.
/// Else it ends with what it has, and the same command later goes on.
///
/// # Errors
/// As [`crate::reproduce()`]; what is finished is kept.
pub fn fill(options: &Options, shard: Shard, observer: &dyn Observer) -> Result<Filled, RunError> {
    let store = options.out.join(layout::STORE);
    let ready = prepare(options, Asked::Command, &store, observer)?;
    let log = Log::begin(&options.out, Some(shard), options.threads.get())?;
    let observer = &Noting { log: &log, observer };
    let part = Part { options, ready: &ready, shard, log: &log, observer };
    let filled = part.fill();
    log.end(&filled);
    filled
}

/// Writes down which pictures are made.
struct Noting<'a> {
    log: &'a Log,
    observer: &'a dyn Observer,
}

impl Observer for Noting<'_> {
    fn event(&self, event: Event) {
        if let Event::Made { unit, seconds } = &event {
            // The picture is in the store: that the log is short of a line costs nothing but a wrong forecast.
            let _ = self.log.made(unit, *seconds);
        }
        self.observer.event(event);
    }
}

struct Part<'a> {
    options: &'a Options,
    ready: &'a Ready,
    shard: Shard,
    log: &'a Log,
    observer: &'a dyn Observer,
}

/// What makes a picture otherwise than the run's recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    /// Nothing does.
    Published,
    /// A variant.
    In(Variant),
    /// Another number of steps.
    After(usize),
}

impl Condition {
    /// That of a variant, whose pictures may be the published ones.
    fn of(variant: Option<Variant>) -> Condition {
        variant.filter(|variant| variant.variation().is_some()).map_or(Condition::Published, Condition::In)
    }

    fn recipe(self, published: &Recipe) -> Recipe {
        match self {
            Condition::Published => published.clone(),
            Condition::In(variant) => variant.recipe(published),
            Condition::After(steps) => recipe_of(published, steps),
        }
    }
}

/// A picture, and its condition.
type Wanted = (Unit, Condition);

/// What the pictures of each condition are made with.
struct Workshops<'a> {
    all: Vec<(Condition, Workshop<'a>)>,
}

impl Workshops<'_> {
    /// Those that are not in the store.
    fn missing(&self, wanted: &[Wanted]) -> Vec<Wanted> {
        let of = |(condition, workshop): &(Condition, Workshop<'_>)| {
            let missing = workshop.missing(&units_of(wanted, *condition));
            missing.into_iter().map(|unit| (unit, *condition)).collect::<Vec<_>>()
        };
        let mut missing: Vec<Wanted> = self.all.iter().flat_map(of).collect();
        missing.sort_unstable();
        missing
    }
}

/// The pictures of a condition.
fn units_of(wanted: &[Wanted], condition: Condition) -> Vec<Unit> {
    wanted.iter().filter(|(_, of)| *of == condition).map(|(unit, _)| *unit).collect()
}

fn units(wanted: &[Wanted]) -> Vec<Unit> {
    wanted.iter().map(|(unit, _)| *unit).collect()
}

impl Part<'_> {
    fn fill(&self) -> Result<Filled, RunError> {
        let Ready { loaded, recipe, plan, store, .. } = self.ready;
        let Options { threads, isa, .. } = *self.options;
        let (seeds, seed) = (&plan.seeds, plan.seeds.first());
        let (network, weights, if_missing) = (&loaded.network, &loaded.identity(), IfMissing::Make);
        let recipes = self.conditions().into_iter().map(|condition| (condition, condition.recipe(recipe)));
        let recipes: Vec<(Condition, Recipe)> = recipes.collect();
        let mut workshops = Workshops { all: Vec::new() };
        for (condition, recipe) in &recipes {
            workshops.all.push((*condition, Workshop { network, weights, recipe, store, isa, threads, if_missing }));
        }
        if self.ready.before.is_none() {
            let (earlier, workshop) = (self.ready.begun.as_ref(), &workshops.all[0].1);
            begun::write(&Begins { options: self.options, loaded, plan, workshop, earlier })?;
        }
        let architecture = loaded.network.architecture();
        let first = |seeds: &Seeds, condition| {
            let units = plan::neuron_units(architecture, &plan.studies, seeds);
            units.into_iter().map(move |unit| (unit, condition)).collect::<Vec<Wanted>>()
        };
        let made = recipes.iter().map(|(condition, _)| match condition {
            Condition::Published => first(seeds, *condition),
            Condition::In(_) => first(&Seeds::one(seed), *condition),
            // One ascent gives those of all numbers of steps.
            Condition::After(_) => Vec::new(),
        });
        let mut filled = Filled { pictures: 0, made: 0, images: 0, others: 0 };
        self.make(&workshops, NEURONS, made.flatten().collect(), &mut filled)?;
        self.make_on_the_way(&workshops.all[0].1, &mut filled)?;
        filled.images = self.read_images()?;
        // What other shards have not made yet keeps the rest unknown.
        let sound = match filled.others {
            0 => self.measured(&workshops, &mut filled)?,
            _ => None,
        };
        if let Some(channels) = sound {
            let exemplars = chosen(self.ready, &channels);
            let whole = whole_channel_units(self.ready, &exemplars);
            self.make(
                &workshops,
                CHANNELS,
                whole.into_iter().map(|unit| (unit, Condition::Published)).collect(),
                &mut filled,
            )?;
        }
        Ok(filled)
    }

    /// How pictures are made, as published first.
    fn conditions(&self) -> Vec<Condition> {
        let Ready { plan, recipe, .. } = self.ready;
        let of_variants = plan.variants.iter().map(|&variant| Condition::of(Some(variant)));
        let steps = plan.convergence.iter().flat_map(|checkpoints| checkpoints.steps());
        let on_the_way = steps.filter(|steps| **steps != recipe.steps).map(|&steps| Condition::After(steps));
        let others = of_variants.chain(on_the_way).filter(|condition| *condition != Condition::Published);
        std::iter::once(Condition::Published).chain(others).collect()
    }

    /// Makes what is this shard's of some pictures, and counts those of others that are not there. All seeds and variants
    /// are one list, site after site, so that shards are balanced whatever is asked for.
    fn make(
        &self,
        workshops: &Workshops<'_>,
        name: &'static str,
        mut all: Vec<Wanted>,
        filled: &mut Filled,
    ) -> Result<(), RunError> {
        all.sort_unstable();
        all.dedup();
        let own = self.shard.of(&all);
        let missing = workshops.missing(&own);
        let there: Vec<Wanted> = own.iter().filter(|of| missing.binary_search(of).is_err()).copied().collect();
        let [of_all, of_own, of_there] = [&all, &own, &there].map(|wanted| counts(&units(wanted)));
        self.log.write(&Line::Pictures { all: of_all, own: of_own, there: of_there })?;
        for (condition, workshop) in &workshops.all {
            let own = units_of(&own, *condition);
            let name = match condition {
                Condition::Published => name,
                Condition::In(_) => VARIANTS,
                Condition::After(_) => ON_THE_WAY,
            };
            if !own.is_empty() {
                workshop.make(name, &own, self.observer)?;
            }
        }
        filled.pictures += own.len();
        filled.made += missing.len();
        filled.others = workshops.missing(&all).len();
        Ok(())
    }

    /// Makes what is this shard's of the pictures of other numbers of steps.
    fn make_on_the_way(&self, workshop: &Workshop<'_>, filled: &mut Filled) -> Result<(), RunError> {
        let Ready { loaded, plan, .. } = self.ready;
        let Some(checkpoints) = &plan.convergence else {
            return Ok(());
        };
        let steps = checkpoints.steps();
        let seed = Seeds::one(plan.seeds.first());
        let mut all = plan::neuron_units(loaded.network.architecture(), &plan::sample(&plan.studies), &seed);
        all.sort_unstable();
        all.dedup();
        let own = self.shard.of(&all);
        let missing = workshop.missing_on_the_way(&own, steps);
        let there: Vec<Unit> = own.iter().filter(|unit| missing.iter().all(|(of, _)| of != *unit)).copied().collect();
        let [of_all, of_own, of_there] = [&all, &own, &there].map(|units| counts(units));
        self.log.write(&Line::Pictures { all: of_all, own: of_own, there: of_there })?;
        workshop.make_on_the_way(ON_THE_WAY, (&own, steps), self.observer)?;
        filled.pictures += own.len();
        filled.made += missing.len();
        filled.others += workshop.missing_on_the_way(&all, steps).len();
        Ok(())
    }

    /// Every channel at the first seed, measured on pictures of which none failed that could be made again, from every seed, in
    /// every variant and after every number of steps; nothing where other shards have some of them to make.
    fn measured(&self, workshops: &Workshops<'_>, filled: &mut Filled) -> Result<Option<Vec<Channel>>, RunError> {
        let Ready { loaded, plan, .. } = self.ready;
        let architecture = loaded.network.architecture();
        let (first, some) = (plan.seeds.first(), plan::sample(&plan.studies));
        let seeds = plan.seeds.all().iter().map(|&seed| (seed, None, Condition::Published));
        let variants = plan.variants.iter().map(|&variant| (first, Some(variant), Condition::of(Some(variant))));
        let steps = plan.convergence.iter().flat_map(|checkpoints| checkpoints.steps());
        let on_the_way = steps.map(|&steps| (first, None, Condition::After(steps)));
        let mut all = Vec::new();
        for (seed, variant, condition) in seeds.chain(variants).chain(on_the_way) {
            let workshop = workshops.all.iter().find(|(of, _)| *of == condition);
            let Some((_, workshop)) = workshop else { continue };
            let studies = if matches!(condition, Condition::After(_)) { &some } else { &plan.studies };
            let attempts = Attempts { loaded, workshop, seed, variant, called: "", observer: self.observer };
            all.push((attempts, condition, attempts.measure_first(studies)?));
        }
        for retry in 1..=MAX_RETRIES {
            let again: Vec<Vec<Attempt>> =
                all.iter().map(|(attempts, _, channels)| attempts.failed(channels, retry)).collect();
            if again.iter().all(Vec::is_empty) {
                break;
            }
            let wanted = all.iter().zip(&again).flat_map(|((attempts, condition, _), again)| {
                let units = |attempt: &Attempt| attempt.units(architecture, attempts.seed, attempts.variant);
                again.iter().flat_map(units).map(|unit| (unit, *condition)).collect::<Vec<Wanted>>()
            });
            self.make(workshops, "pictures made again", wanted.collect(), filled)?;
            if filled.others > 0 {
                return Ok(None);
            }
            for ((attempts, _, channels), again) in all.iter_mut().zip(&again) {
                attempts.measure_again(channels, again)?;
            }
        }
        Ok(all.into_iter().next().map(|(_, _, channels)| channels))
    }

    /// Reads this shard's part of the images into a journal of its own.
    fn read_images(&self) -> Result<usize, RunError> {
        let Ready { loaded, plan, output, images: Some(images), .. } = self.ready else {
            return Ok(0);
        };
        let own = images.of_shard(self.shard);
        if own.is_empty() {
            return Ok(0);
        }
        let journals = output.scans();
        let Options { threads, isa, .. } = *self.options;
        let studies = &plan.studies;
        let reading = Reading { loaded, studies, journals: &journals, threads, isa, observer: self.observer };
        let read = photographs::keep(&reading, &own)?;
        self.observer.event(Event::Notice(format!(
            "shard {}: of its {}, {read} can be read",
            self.shard,
            report::counted(own.len(), "image")
        )));
        self.log.images(read)?;
        Ok(own.len())
    }
}
