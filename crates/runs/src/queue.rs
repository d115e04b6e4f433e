//! Making pictures on several threads.
//!
//! Units are taken one by one from a list sorted by site, so a thread keeps its buffers as long as it stays at a site.
//! Which thread makes which picture has no influence on any picture.

use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::store::{Entry, Store};
use crate::unit::{Address, Unit};
use featviz::{FeatvizError, Objective, Recipe, Studio, Visualizer};
use images::Rgb8;
use resnet::{Isa, Network, Site};
use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

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
    pub lacking: Lacking,
}

/// What to do where the store lacks a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
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
        let lost = || RunError::Lost {
            path: self.store.path(&address),
            unit: unit.to_string(),
        };
        self.store.get(&address).ok_or_else(lost)
    }

    /// Makes the pictures that are not in the store yet. Each is stored as soon as it is finished.
    ///
    /// # Errors
    /// If the network lacks a site, the store cannot be written, or a picture is missing that is not to be made. Pictures finished before
    /// that are kept.
    pub fn make(
        &self,
        name: &'static str,
        units: &[Unit],
        observer: &dyn Observer,
    ) -> Result<(), RunError> {
        let mut missing: Vec<Unit> = units
            .iter()
            .copied()
            .filter(|u| !self.store.holds(&self.address(u)))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        if let (Lacking::Refuse, Some(unit)) = (self.lacking, missing.first()) {
            return self.entry(unit).map(|_| ());
        }
        let older = |unit: &&Unit| self.store.holds_older(&self.address(unit));
        let older = missing.iter().filter(older).count();
        if older > 0 {
            observer.event(Event::Notice(format!(
                "{name}: {older} are kept by an earlier version of this program, which did not note what each is of: they are made again"
            )));
        }
        let all: std::collections::BTreeSet<&Unit> = units.iter().collect();
        observer.event(Event::Phase {
            name: name.into(),
            total: all.len(),
            done: all.len() - missing.len(),
        });
        let visualizers: Visualizers = missing
            .iter()
            .map(|u| ((u.site, u.objective), OnceLock::new()))
            .collect();
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let failure: Mutex<Option<RunError>> = Mutex::new(None);
        thread::scope(|scope| {
            for _ in 0..self.threads.get().min(missing.len()) {
                scope.spawn(|| {
                    let mut bench = None;
                    while !failed.load(Ordering::Relaxed) {
                        let Some(unit) = missing.get(next.fetch_add(1, Ordering::Relaxed)) else {
                            break;
                        };
                        if let Err(error) = self.make_one(unit, &visualizers, &mut bench) {
                            failed.store(true, Ordering::Relaxed);
                            failure
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .get_or_insert(error);
                            break;
                        }
                        observer.event(Event::Advanced);
                    }
                });
            }
        });
        observer.event(Event::PhaseEnded);
        failure
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .map_or(Ok(()), Err)
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
        let picture = Rgb8::from_pixels(size, size, visualization.pixels)?;
        let entry = Entry {
            png: images::encode_png(&picture)?,
            trajectory: visualization.trajectory,
        };
        Ok(self.store.put(&self.address(unit), unit, &entry)?)
    }

    fn visualizer(
        &self,
        kind: (Site, Objective),
        all: &Visualizers,
    ) -> Result<Arc<Visualizer>, RunError> {
        let compile = || {
            let made = Visualizer::new(self.network, kind.0, kind.1, self.recipe.clone());
            made.map(Arc::new).map_err(|e: FeatvizError| e.to_string())
        };
        let made = all
            .get(&kind)
            .map_or_else(compile, |cell| cell.get_or_init(compile).clone());
        made.map_err(|sentence| RunError::Site { sentence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Events;
    use std::path::Path;

    /// The pieces of a phase, those already done, and those done since.
    #[derive(Default)]
    struct Count(Mutex<[usize; 3]>);

    impl Observer for Count {
        fn event(&self, event: Event) {
            let mut counts = self.0.lock().unwrap();
            match event {
                Event::Phase { total, done, .. } => *counts = [total, done, 0],
                Event::Advanced => counts[2] += 1,
                _ => {}
            }
        }
    }

    #[test]
    fn a_unit_asked_for_twice_is_made_once_and_never_again() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, Some(32)).load().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let workshop = Workshop {
            network: &loaded.network,
            weights: &loaded.digest,
            recipe: &Recipe::new(32, 1),
            store: &Store::open(folder.path()).unwrap(),
            isa: Isa::best(),
            threads: NonZero::new(2).unwrap(),
            lacking: Lacking::Make,
        };
        let unit = |channel| Unit {
            site: "maxpool".parse().unwrap(),
            objective: Objective::Neuron,
            channel,
            seed: 0,
        };
        let units = [unit(1), unit(0), unit(1)];
        let made = || {
            let count = Count::default();
            workshop.make("pictures", &units, &count).unwrap();
            count.0.into_inner().unwrap()
        };
        assert_eq!(made(), [2, 0, 2]);
        assert_eq!(made(), [2, 2, 0]);
    }

    /// A workshop of a store, for pictures of 32 pixels at one step.
    fn with_workshop<R>(folder: &Path, work: impl FnOnce(&mut Workshop<'_>) -> R) -> R {
        let loaded = crate::testing::load(32);
        work(&mut Workshop {
            network: &loaded.network,
            weights: &loaded.digest,
            recipe: &Recipe::new(32, 1),
            store: &Store::open(folder).unwrap(),
            isa: Isa::best(),
            threads: NonZero::new(2).unwrap(),
            lacking: Lacking::Make,
        })
    }

    fn unit(site: &str, objective: Objective, channel: usize, seed: u64) -> Unit {
        Unit {
            site: site.parse().unwrap(),
            objective,
            channel,
            seed,
        }
    }

    #[test]
    fn where_nothing_is_to_be_made_the_first_missing_picture_is_an_error_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        with_workshop(folder.path(), |workshop| {
            let units = [0, 1, 2].map(|c| unit("maxpool", Objective::Neuron, c, 0));
            workshop.make("", &units[..1], &crate::Silent).unwrap();
            workshop.lacking = Lacking::Refuse;
            workshop.make("", &units[..1], &crate::Silent).unwrap();
            let events = Events::default();
            let error = workshop.make("", &units, &events).unwrap_err();
            let said = error.to_string();
            assert!(said.contains("maxpool:1 (neuron, seed 0)"), "{said}");
            assert!(said.contains(workshop.address(&units[1]).hex()), "{said}");
            assert!(events.all().is_empty());
            let stored = units.map(|u| workshop.store.holds(&workshop.address(&u)));
            assert_eq!(stored, [true, false, false]);
        });
    }

    #[test]
    fn a_picture_is_the_same_whatever_was_made_before_it_and_by_how_many() {
        let units = [
            unit("maxpool", Objective::Neuron, 2, 0),
            unit("maxpool", Objective::Channel, 2, 0),
            unit("layer1.0.bn2", Objective::Neuron, 2, 0),
            unit("layer1.0.bn2", Objective::Neuron, 2, 1),
            unit("layer1.0.bn2", Objective::Neuron, 3, 0),
        ];
        let made = |threads, units: &[Unit]| -> Vec<Entry> {
            let folder = tempfile::tempdir().unwrap();
            with_workshop(folder.path(), |workshop| {
                workshop.threads = NonZero::new(threads).unwrap();
                workshop.make("", units, &crate::Silent).unwrap();
                let entry = |unit| workshop.entry(unit).unwrap();
                units.iter().map(entry).collect()
            })
        };
        let alone: Vec<Entry> = units.iter().flat_map(|&u| made(1, &[u])).collect();
        assert_eq!(made(1, &units), alone);
        assert_eq!(made(3, &units), alone);
        for (at, one) in alone.iter().enumerate() {
            assert!(alone[..at].iter().all(|other| other != one), "{at}");
            assert_eq!(one.trajectory.len(), 1);
        }
    }

    #[test]
    fn entries_of_an_earlier_version_are_counted_and_made_again() {
        let folder = tempfile::tempdir().unwrap();
        with_workshop(folder.path(), |workshop| {
            let units = [0, 1, 2].map(|c| unit("maxpool", Objective::Neuron, c, 0));
            for unit in &units[..2] {
                let path = workshop.store.path(&workshop.address(unit));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, "{\"format\":\"streamscope picture 1\"").unwrap();
            }
            let events = Events::default();
            workshop.make("pictures", &units, &events).unwrap();
            assert_eq!(
                events.notices(),
                [
                    "pictures: 2 are kept by an earlier version of this program, which did not note what each is of: they are made again"
                ]
            );
            let all = events.all();
            let phase = Event::Phase {
                name: "pictures".into(),
                total: 3,
                done: 0,
            };
            assert_eq!(all[1], phase);
            assert_eq!(
                all[2..],
                [
                    Event::Advanced,
                    Event::Advanced,
                    Event::Advanced,
                    Event::PhaseEnded
                ]
            );
            let events = Events::default();
            workshop.make("pictures", &units, &events).unwrap();
            assert!(events.notices().is_empty());
        });
    }

    #[test]
    fn an_error_of_one_picture_is_the_error_of_all() {
        let folder = tempfile::tempdir().unwrap();
        with_workshop(folder.path(), |workshop| {
            let units = [unit("maxpool", Objective::Neuron, 0, 0)];
            let path = workshop.store.path(&workshop.address(&units[0]));
            std::fs::write(path.parent().unwrap(), "a file").unwrap();
            let error = workshop.make("", &units, &crate::Silent).unwrap_err();
            assert!(matches!(error, RunError::Store(_)), "{error}");
        });
    }
}
