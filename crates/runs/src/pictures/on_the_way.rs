//! Pictures of fewer and of more steps than a run's: one ascent gives all of them, since its first k steps are those of an
//! ascent of k.

use super::channel::Channel;
use super::workshop::{IfMissing, Workshop};
use crate::error::RunError;
use crate::progress::{Event, Observer};
use crate::queue::Queue;
use crate::store::{Entry, Unit};
use featviz::{Objective, Recipe, Studio, Visualizer};
use images::Rgb8;
use resnet::Site;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

/// Some channels of a run after so many steps, from its first seed.
#[derive(Clone, Debug)]
pub(crate) struct AtSteps {
    pub(crate) steps: usize,
    pub(crate) channels: Vec<Channel>,
}

/// A recipe of another number of steps, which is part of the address in the store.
pub(crate) fn recipe_of(published: &Recipe, steps: usize) -> Recipe {
    Recipe { steps, ..published.clone() }
}

impl Workshop<'_> {
    /// Makes the pictures of units after each of these numbers of steps, as far as the store lacks them: an ascent goes as
    /// far as the longest that is missing, and each is kept at the address of a run of its own number of steps.
    ///
    /// # Errors
    /// As [`Workshop::make`].
    pub(crate) fn make_on_the_way(
        &self,
        name: &'static str,
        (units, steps): (&[Unit], &[usize]),
        observer: &dyn Observer,
    ) -> Result<(), RunError> {
        let recipes: Vec<Recipe> = steps.iter().map(|&steps| recipe_of(self.recipe, steps)).collect();
        let workshops: Vec<Workshop<'_>> = recipes.iter().map(|recipe| Workshop { recipe, ..self.clone() }).collect();
        let all: BTreeSet<Unit> = units.iter().copied().collect();
        let jobs = self.missing_on_the_way(units, steps);
        if let (IfMissing::Refuse, Some((unit, missing))) = (self.if_missing, jobs.first()) {
            let of = workshops.iter().find(|of| missing.contains(&of.recipe.steps));
            return of.map_or(Ok(()), |of| of.entry(unit).map(|_| ()));
        }
        let is_there = |unit: &&Unit| jobs.iter().all(|(missing, _)| missing != *unit);
        let there = all.iter().filter(is_there).copied().collect();
        observer.event(Event::Pictures { all: all.iter().copied().collect(), there });
        observer.event(Event::Phase { name: name.into(), total: all.len(), done: all.len() - jobs.len() });
        let work = |bench: &mut Option<((Site, Objective), Studio)>, at: usize| {
            let (unit, missing) = &jobs[at];
            let started = Instant::now();
            for (steps, entry) in missing.iter().zip(self.ascend(unit, missing, bench)?) {
                if let Some(of) = workshops.iter().find(|of| of.recipe.steps == *steps) {
                    self.store.put(&of.address(unit), unit, &entry)?;
                }
            }
            observer.event(Event::Made { unit: *unit, seconds: started.elapsed().as_secs_f64() });
            observer.event(Event::Advanced);
            Ok(())
        };
        let made = Queue::new(self.threads, jobs.len()).without_limit().run(|| None, work, |_, ()| Ok(()));
        observer.event(Event::PhaseEnded);
        made
    }

    /// Units of which the store lacks a picture after some of these numbers of steps, in order, each with those numbers.
    pub(crate) fn missing_on_the_way(&self, units: &[Unit], steps: &[usize]) -> Vec<(Unit, Vec<usize>)> {
        let lacks = |unit: &Unit, steps: usize| {
            let recipe = recipe_of(self.recipe, steps);
            !self.store.holds(&Workshop { recipe: &recipe, ..self.clone() }.address(unit))
        };
        let missing = |unit: Unit| (unit, steps.iter().copied().filter(|&steps| lacks(&unit, steps)).collect());
        let all: BTreeSet<Unit> = units.iter().copied().collect();
        all.into_iter().map(missing).filter(|(_, missing): &(Unit, Vec<usize>)| !missing.is_empty()).collect()
    }

    /// The pictures of a unit after each of these numbers of steps, which are in order.
    fn ascend(
        &self,
        unit: &Unit,
        steps: &[usize],
        bench: &mut Option<((Site, Objective), Studio)>,
    ) -> Result<Vec<Entry>, RunError> {
        let kind = (unit.site, unit.objective);
        let studio = match bench {
            Some((at, studio)) if *at == kind => studio,
            _ => {
                // The old buffers are given back before the new ones are made.
                *bench = None;
                let visualizer = Visualizer::new(self.network, unit.site, unit.objective, self.recipe.clone());
                let visualizer = visualizer.map_err(|e| RunError::Site { sentence: e.to_string() })?;
                let studio = Studio::new(Arc::new(visualizer), self.isa).map_err(RunError::Featviz)?;
                &mut bench.insert((kind, studio)).1
            }
        };
        let size = self.recipe.size;
        let entry = |made: featviz::Visualization| {
            let picture = Rgb8::from_pixels(size, size, made.pixels.into_iter().collect())?;
            Ok(Entry { png: images::encode_png(&picture)?, trajectory: made.trajectory, floats: made.floats })
        };
        studio.run_on_the_way(unit.channel, unit.seed, steps).into_iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use resnet::Isa;
    use std::num::NonZero;

    #[test]
    fn pictures_on_the_way_are_bit_for_bit_those_of_runs_of_their_own_steps_at_the_same_addresses() {
        let loaded = crate::testing::load(32);
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let stores = folders.each_ref().map(|folder| Store::open(folder.path()).unwrap());
        let recipe = Recipe::new(32, 9);
        let identity = loaded.identity();
        let of = |store| Workshop {
            network: &loaded.network,
            weights: &identity,
            recipe: &recipe,
            store,
            isa: Isa::best(),
            threads: NonZero::new(2).unwrap(),
            if_missing: IfMissing::Make,
        };
        let unit =
            |site: &str, channel| Unit { site: site.parse().unwrap(), objective: Objective::Neuron, channel, seed: 5 };
        let units = [unit("layer1.1.pre", 3), unit("layer2.1.bn2", 1), unit("layer1.1.pre", 2)];
        let steps = [1, 4, 7];
        // Of one, the longest is there already: what is missing is made all the same.
        let longest = recipe_of(&recipe, 7);
        Workshop { recipe: &longest, ..of(&stores[0]) }.make("own", &units[..1], &crate::Silent).unwrap();
        of(&stores[0]).make_on_the_way("on the way", (&units, &steps), &crate::Silent).unwrap();
        for steps in steps {
            let recipe = recipe_of(&recipe, steps);
            let own = Workshop { recipe: &recipe, ..of(&stores[1]) };
            own.make("own", &units, &crate::Silent).unwrap();
            for unit in &units {
                let there = stores[0].get(&own.address(unit)).unwrap();
                assert_eq!(there.trajectory.len(), steps);
                assert_eq!(there, own.entry(unit).unwrap(), "{unit} after {steps} steps");
            }
        }
        let refusing = Workshop { if_missing: IfMissing::Refuse, ..of(&stores[0]) };
        refusing.make_on_the_way("there", (&units, &steps), &crate::Silent).unwrap();
        assert!(refusing.make_on_the_way("not there", (&units, &[8]), &crate::Silent).is_err());
    }
}
