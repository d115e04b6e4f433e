//! Making one shard's part of a run's pictures, and reading its part of the images.

use super::Shard;
use super::log::{Line, Log, counts, now};
use crate::error::RunError;
use crate::options::Options;
use crate::photographs::{self, Reading};
use crate::pictures::{Attempt, Attempts, Channel, IfMissing, MAX_RETRIES, Workshop};
use crate::plan;
use crate::progress::{Event, Observer};
use crate::reproduce::{Asked, Ready, chosen, prepare, whole_channel_units};
use crate::store::Unit;
use crate::work::{CHANNELS, NEURONS};
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
/// First come the center-neuron pictures. Which of these are made again because they failed, and which channels are shown
/// by whole-channel pictures, is known once those of every shard are there: then this shard makes its part of these too.
/// Else it ends with what it has, and the same command later goes on.
///
/// # Errors
/// As [`crate::reproduce()`]; what is finished is kept.
pub fn fill(options: &Options, shard: Shard, observer: &dyn Observer) -> Result<Filled, RunError> {
    let store = options.out.join(layout::STORE);
    let ready = prepare(options, Asked::Command, &store, observer)?;
    let log = Log::begin(&options.out, shard, options.threads.get())?;
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

impl Part<'_> {
    fn fill(&self) -> Result<Filled, RunError> {
        let Ready { loaded, recipe, plan, store, .. } = self.ready;
        let Options { threads, isa, .. } = *self.options;
        let (seeds, seed) = (&plan.seeds, plan.seeds.first());
        let (network, weights, if_missing) = (&loaded.network, &loaded.identity(), IfMissing::Make);
        let workshop = Workshop { network, weights, recipe, store, isa, threads, if_missing };
        let attempts =
            Attempts { loaded, workshop: &workshop, seed, variant: None, called: "", observer: self.observer };
        let units = plan::neuron_units(loaded.network.architecture(), &plan.studies, seeds);
        let mut filled = Filled { pictures: 0, made: 0, images: 0, others: 0 };
        self.make(&workshop, NEURONS, &units, &mut filled)?;
        filled.images = self.read_images()?;
        // What other shards have not made yet keeps the rest unknown.
        let sound = match filled.others {
            0 => self.measured(&attempts, &mut filled)?,
            _ => None,
        };
        if let Some(channels) = sound {
            let exemplars = chosen(self.ready, &channels);
            self.make(
                &workshop,
                CHANNELS,
                &whole_channel_units(loaded.network.architecture(), &exemplars, seed),
                &mut filled,
            )?;
        }
        Ok(filled)
    }

    /// Makes what is this shard's of some pictures, and counts those of others that are not there.
    fn make(
        &self,
        workshop: &Workshop<'_>,
        name: &'static str,
        units: &[Unit],
        filled: &mut Filled,
    ) -> Result<(), RunError> {
        let mut all = units.to_vec();
        all.sort_unstable();
        all.dedup();
        let own = self.shard.of(&all);
        let missing = workshop.missing(&own);
        let there: Vec<Unit> = own.iter().filter(|unit| missing.binary_search(unit).is_err()).copied().collect();
        self.log.write(&Line::Pictures { all: counts(&all), own: counts(&own), there: counts(&there) })?;
        workshop.make(name, &own, self.observer)?;
        filled.pictures += own.len();
        filled.made += missing.len();
        filled.others = workshop.missing(&all).len();
        Ok(())
    }

    /// Every channel, measured on pictures of which none failed that could be made again; nothing where other shards have
    /// some of them to make.
    fn measured(&self, attempts: &Attempts<'_>, filled: &mut Filled) -> Result<Option<Vec<Channel>>, RunError> {
        let architecture = self.ready.loaded.network.architecture();
        let mut channels = attempts.measure_first(&self.ready.plan.studies)?;
        for retry in 1..=MAX_RETRIES {
            let again = attempts.failed(&channels, retry);
            if again.is_empty() {
                break;
            }
            let units: Vec<Unit> =
                again.iter().flat_map(|attempt: &Attempt| attempt.units(architecture, attempts.seed, None)).collect();
            self.make(attempts.workshop, "pictures made again", &units, filled)?;
            if filled.others > 0 {
                return Ok(None);
            }
            attempts.measure_again(&mut channels, &again)?;
        }
        Ok(Some(channels))
    }

    /// Reads this shard's part of the images into a journal of its own.
    fn read_images(&self) -> Result<usize, RunError> {
        let Ready { loaded, plan, output, images: Some(images), .. } = self.ready else {
            return Ok(0);
        };
        let own = self.shard.of(images);
        if own.is_empty() {
            return Ok(0);
        }
        let journals = output.scans();
        let Options { threads, isa, .. } = *self.options;
        let studies = &plan.studies;
        let reading = Reading { loaded, studies, journals: &journals, threads, isa, observer: self.observer };
        let read = photographs::keep(&reading, &own)?;
        self.observer.event(Event::Notice(format!(
            "shard {}: {read} of its {} images can be read",
            self.shard,
            own.len()
        )));
        self.log.write(&Line::Images { read, at: now() })?;
        Ok(own.len())
    }
}
