//! Making pictures on several threads.
//!
//! Units are taken one by one from a list sorted by site, so a thread keeps its buffers as long as it stays at a site.
//! Which thread makes which picture has no influence on any picture.

use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::queue::Queue;
use crate::store::{Address, Entry, Store, Unit};
use featviz::{FeatvizError, Objective, Recipe, Studio, Visualizer};
use images::Rgb8;
use resnet::{Isa, Network, Site};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// What all pictures of a run have in common.
#[derive(Clone, Debug)]
pub struct Workshop<'a> {
    /// The network.
    pub network: &'a Network,
    /// Digest of its weights.
    pub weights: &'a str,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// Where pictures are kept.
    pub store: &'a Store,
    /// The instruction set to use; it changes no bit.
    pub isa: Isa,
    /// How many threads to use; it changes no bit.
    pub threads: NonZero<usize>,
    /// What to do where the store lacks a picture.
    pub if_missing: IfMissing,
}

/// What to do where the store lacks a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// Make it.
    Make,
    /// Make nothing: it is an error.
    Refuse,
}

type Visualizers = BTreeMap<(Site, Objective), OnceLock<Result<Arc<Visualizer>, String>>>;

impl Workshop<'_> {
    /// Where a unit's picture is kept.
    pub fn address(&self, unit: &Unit) -> Address {
        Address::of(unit, self.recipe, self.weights)
    }

    /// The stored picture of a unit that was made.
    ///
    /// # Errors
    /// If the store has lost it since.
    pub fn entry(&self, unit: &Unit) -> Result<Entry, RunError> {
        let address = self.address(unit);
        let lost = || RunError::Lost { path: self.store.path(&address), unit: unit.to_string() };
        self.store.get(&address).ok_or_else(lost)
    }

    /// The units whose pictures are not in the store yet, each once, in the order in which they are made.
    pub(crate) fn missing(&self, units: &[Unit]) -> Vec<Unit> {
        let mut missing: Vec<Unit> = units.iter().copied().filter(|u| !self.store.holds(&self.address(u))).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Makes the pictures that are not in the store yet. Each is stored as soon as it is finished.
    ///
    /// # Errors
    /// If the network lacks a site, the store cannot be written, or a picture is missing that is not to be made.
    /// Pictures finished before that are kept.
    pub fn make(&self, name: &'static str, units: &[Unit], observer: &dyn Observer) -> Result<(), RunError> {
        let missing = self.missing(units);
        if let (IfMissing::Refuse, Some(unit)) = (self.if_missing, missing.first()) {
            return self.entry(unit).map(|_| ());
        }
        let older = |unit: &&Unit| self.store.holds_older(&self.address(unit));
        let older = missing.iter().filter(older).count();
        if older > 0 {
            observer.event(Event::Notice(format!(
                "{name}: {older} are kept by an earlier version of this program, which did not note what each is of: they are made again"
            )));
        }
        let all: BTreeSet<&Unit> = units.iter().collect();
        let is_there = |unit: &Unit| missing.binary_search(unit).is_err();
        observer.event(Event::Pictures {
            all: all.iter().copied().copied().collect(),
            there: all.iter().copied().copied().filter(is_there).collect(),
        });
        observer.event(Event::Phase { name: name.into(), total: all.len(), done: all.len() - missing.len() });
        let visualizers: Visualizers = missing.iter().map(|u| ((u.site, u.objective), OnceLock::new())).collect();
        let work = |bench: &mut Option<_>, at: usize| {
            let started = Instant::now();
            self.make_one(&missing[at], &visualizers, bench)?;
            observer.event(Event::Made { unit: missing[at], seconds: started.elapsed().as_secs_f64() });
            observer.event(Event::Advanced);
            Ok(())
        };
        let made = Queue::new(self.threads, missing.len()).without_limit().run(|| None, work, |_, ()| Ok(()));
        observer.event(Event::PhaseEnded);
        made
    }

    /// Makes one picture, in the studio of the last one if that was for the same site.
    fn make_one(
        &self,
        unit: &Unit,
        visualizers: &Visualizers,
        bench: &mut Option<((Site, Objective), Studio)>,
    ) -> Result<(), RunError> {
        let kind = (unit.site, unit.objective);
        let studio = match bench {
            Some((at, studio)) if *at == kind => studio,
            _ => {
                // The old buffers are given back before the new ones are made.
                *bench = None;
                let visualizer = self.visualizer(kind, visualizers)?;
                let studio = Studio::new(visualizer, self.isa).map_err(RunError::Featviz)?;
                &mut bench.insert((kind, studio)).1
            }
        };
        let visualization = studio.run(unit.channel, unit.seed);
        let size = self.recipe.size;
        let picture = Rgb8::from_pixels(size, size, visualization.pixels.into_iter().collect())?;
        let (trajectory, floats) = (visualization.trajectory, visualization.floats);
        let entry = Entry { png: images::encode_png(&picture)?, trajectory, floats };
        Ok(self.store.put(&self.address(unit), unit, &entry)?)
    }

    fn visualizer(&self, kind: (Site, Objective), all: &Visualizers) -> Result<Arc<Visualizer>, RunError> {
        let compile = || {
            let made = Visualizer::new(self.network, kind.0, kind.1, self.recipe.clone());
            made.map(Arc::new).map_err(|e: FeatvizError| e.to_string())
        };
        let made = all.get(&kind).map_or_else(compile, |cell| cell.get_or_init(compile).clone());
        made.map_err(|sentence| RunError::Site { sentence })
    }
}

#[cfg(test)]
mod tests;
