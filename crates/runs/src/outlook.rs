//! What a run has to do and how long that may take, before it does it.
//!
//! Steps and reads of the network are timed where they are many, a few of each; how often each is done follows from what
//! the store lacks. What cannot be known before, such as pictures that fail and are made again, is left out, and which
//! channels will be exemplars is not known: six of each block at most are.

use crate::checkpoints::Checkpoints;
use crate::error::RunError;
use crate::pictures::{Variant, Workshop, recipe_of};
use crate::plan::{self, Study};
use crate::seeds::Seeds;
use crate::source::Loaded;
use crate::store::Unit;
use crate::work::{
    CHANNELS, ENLARGEMENTS, FIGURES, IMAGES, MEASUREMENTS, NEURONS, ON_THE_WAY, SCALE_FACTORS, SCALE_TUNING, VARIANTS,
    Work,
};
use featviz::{Objective, Recipe, Studio, Visualizer};
use resnet::{Extent, Reader, Reading, Role, Site, View};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Exemplars of a block: three for the mix ratio and three for the scale metric.
const EXEMPLARS: usize = 6;
/// Steps that are timed, after one that is not.
const TIMED: usize = 2;
/// Where fewer steps or reads than so many are to be done, timing some would take as long.
const MANY: usize = 100;
/// How often a channel is read: on three pictures and two that are enlarged and shrunk, and each role's picture at nine
/// sizes.
const MEASURED: f64 = 5.0;
const TUNED: f64 = 27.0;
/// And the Output's at six enlargements.
const ENLARGED: f64 = 6.0;
/// And at every seed at five scale factors, enlarged and shrunk.
const AT_FACTORS: f64 = 10.0;
/// Sizes other than the plain one at which the top photographs are read.
const SIZES: usize = 8;
/// Seconds that figures take for each block; measured, of 16 to 256 channels, and it matters little.
const DRAWN: f64 = 0.7;

/// What a run works with, as far as its time is concerned.
pub(crate) struct Outlook<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) workshop: &'a Workshop<'a>,
    pub(crate) studies: &'a [Study],
    pub(crate) conditions: Conditions<'a>,
    /// How many photographs, if any.
    pub(crate) images: Option<usize>,
}

/// Under what the channels are studied.
#[derive(Clone, Copy)]
pub(crate) struct Conditions<'a> {
    /// From how many seeds, and the first of them.
    pub(crate) seeds: usize,
    pub(crate) first: u64,
    pub(crate) variants: &'a [Variant],
    /// After how many steps some channels are looked at too.
    pub(crate) convergence: Option<&'a Checkpoints>,
    /// Whether whole-channel pictures are made of every channel.
    pub(crate) whole_channels: bool,
}

impl Outlook<'_> {
    /// The work for these pictures and what follows from them; nothing where it is too little to be worth timing.
    ///
    /// # Errors
    /// If the network lacks a site.
    pub(crate) fn of(&self, units: &[Unit]) -> Result<Vec<Work>, RunError> {
        let steps = self.workshop.recipe.steps;
        let missing = self.workshop.missing(units);
        if missing.len() * steps < MANY {
            return Ok(Vec::new());
        }
        let threads = self.workshop.threads.get();
        let work = |phase, what, pieces: Vec<f64>, threads| Work { phase, what, count: pieces.len(), pieces, threads };
        let mut of_site: BTreeMap<Site, f64> = BTreeMap::new();
        let mut pictures = Vec::with_capacity(missing.len());
        for unit in &missing {
            let seconds = match of_site.get(&unit.site) {
                Some(seconds) => *seconds,
                None => {
                    let many = missing.iter().filter(|other| other.site == unit.site).count() * steps >= MANY;
                    let nearest = of_site.values().last().copied();
                    let timed = match (many, nearest) {
                        (false, Some(nearest)) => nearest,
                        _ => self.step(unit.site, Objective::Neuron)?,
                    };
                    of_site.insert(unit.site, timed);
                    timed
                }
            };
            pictures.push(seconds * steps as f64);
        }
        let mut works = vec![work(NEURONS, "picture", pictures, threads)];
        works.extend(self.of_measurements(threads)?);
        works.extend(
            self.of_variants(units, &of_site).map(|pieces| work(VARIANTS, "pictures of variants", pieces, threads)),
        );
        works.extend(self.of_the_way(&of_site).map(|pieces| work(ON_THE_WAY, "pictures on the way", pieces, threads)));
        works.push(work(CHANNELS, "whole-channel picture", self.of_whole_channels()?, threads));
        works.push(Work { count: 0, ..work(FIGURES, "", vec![DRAWN * self.studies.len() as f64 / 8.0; 8], 1) });
        Ok(works)
    }

    /// Seconds of the pictures of each variant that makes some: as long as the published ones.
    fn of_variants(&self, units: &[Unit], of_site: &BTreeMap<Site, f64>) -> impl Iterator<Item = Vec<f64>> {
        let steps = self.workshop.recipe.steps as f64;
        let nearest = of_site.values().last().copied().unwrap_or(0.0);
        let first = units.first().map(|unit| unit.seed);
        let of = move |variant: &Variant| {
            let recipe = variant.variation().map(|_| variant.recipe(self.workshop.recipe))?;
            let workshop = Workshop { recipe: &recipe, ..self.workshop.clone() };
            let of_first: Vec<Unit> = units.iter().filter(|unit| Some(unit.seed) == first).copied().collect();
            let missing = workshop.missing(&of_first);
            let seconds = |unit: &Unit| steps * of_site.get(&unit.site).copied().unwrap_or(nearest);
            Some(missing.iter().map(seconds).collect())
        };
        self.conditions.variants.iter().filter_map(of)
    }

    /// Seconds of the pictures of other numbers of steps: each ascent goes as far as the longest that is missing.
    fn of_the_way(&self, of_site: &BTreeMap<Site, f64>) -> Option<Vec<f64>> {
        let checkpoints = self.conditions.convergence?;
        let nearest = of_site.values().last().copied().unwrap_or(0.0);
        let units = plan::neuron_units(
            self.loaded.architecture(),
            &plan::sample(self.studies),
            &Seeds::one(self.conditions.first),
        );
        let mut longest: BTreeMap<Unit, usize> = BTreeMap::new();
        for &steps in checkpoints.steps() {
            let recipe = recipe_of(self.workshop.recipe, steps);
            let missing = Workshop { recipe: &recipe, ..self.workshop.clone() }.missing(&units);
            longest.extend(missing.into_iter().map(|unit| (unit, steps)));
        }
        let seconds = |(unit, steps): (&Unit, &usize)| *steps as f64 * of_site.get(&unit.site).unwrap_or(&nearest);
        Some(longest.iter().map(seconds).collect())
    }

    /// Reads of the network: on every channel's pictures, and on photographs.
    fn of_measurements(&self, threads: usize) -> Result<Vec<Work>, RunError> {
        let architecture = self.loaded.architecture();
        let mut reads = Vec::new();
        for study in self.studies {
            let sites = Role::ALL.map(|role| architecture.read_site(study.block, role));
            let seconds = self.read(&sites)?;
            reads.extend(study.channels.iter().map(|_| seconds));
        }
        let times = |by: f64| reads.iter().map(|seconds| seconds * by).collect::<Vec<_>>();
        let work = |phase, what, pieces: Vec<f64>| Work { phase, what, count: pieces.len(), pieces, threads };
        // A phase for each seed.
        let mut works = vec![Work { count: 0, ..work(MEASUREMENTS, "", times(MEASURED)) }; self.conditions.seeds];
        let at_factors = Work { count: 0, ..work(SCALE_FACTORS, "", times(AT_FACTORS)) };
        works.extend(vec![at_factors; self.conditions.seeds]);
        works.push(work(SCALE_TUNING, "tuning curve", times(TUNED)));
        works.push(Work { count: 0, ..work(ENLARGEMENTS, "", times(ENLARGED)) });
        if let Some(images) = self.images {
            let mut sites: Vec<Site> = Vec::new();
            for study in self.studies {
                sites.extend(
                    Role::ALL
                        .map(|role| architecture.read_site(study.block, role))
                        .iter()
                        .filter(|site| !sites.contains(site))
                        .copied()
                        .collect::<Vec<_>>(),
                );
            }
            let seconds = self.read(&sites)? * (1 + SIZES) as f64;
            works.push(work(IMAGES, "photograph", vec![seconds; images]));
        }
        Ok(works)
    }

    /// Seconds of each whole-channel picture. The last block's is timed; those before go through as much less of the
    /// network.
    fn of_whole_channels(&self) -> Result<Vec<f64>, RunError> {
        let Some(last) = self.studies.last() else {
            return Ok(Vec::new());
        };
        let architecture = self.loaded.architecture();
        let step = self.step(architecture.optimised_site(last.block, Role::Output), Objective::Channel)?;
        let place = |study: &Study| architecture.blocks().iter().position(|b| *b == study.block).unwrap_or(0) + 1;
        let mut pieces = Vec::new();
        for study in self.studies {
            let part = place(study) as f64 / place(last) as f64;
            // Exemplars are other channels than the first ones, and of these as many pictures.
            let shown: Vec<Unit> = study
                .channels
                .iter()
                .take(if self.conditions.whole_channels { study.channels.len() } else { EXEMPLARS })
                .flat_map(|&c| plan::roles(architecture, (study.block, c), Objective::Channel, 0))
                .collect();
            pieces.extend(shown.iter().map(|_| step * part * self.workshop.recipe.steps as f64));
        }
        Ok(pieces)
    }

    /// Seconds of a step.
    fn step(&self, site: Site, objective: Objective) -> Result<f64, RunError> {
        let recipe = |steps| Recipe { steps, ..self.workshop.recipe.clone() };
        let timed = |steps| {
            let made = Visualizer::new(&self.loaded.network, site, objective, recipe(steps));
            made.map_err(|error| self.loaded.because_of_featviz(error))
        };
        // The first touches all buffers.
        let steps = if objective == Objective::Channel { 1 } else { TIMED };
        let mut studio = Studio::new(Arc::new(timed(steps)?), self.workshop.isa).map_err(RunError::Featviz)?;
        if objective == Objective::Neuron {
            studio.run(0, 0);
        }
        let started = Instant::now();
        studio.run(0, 1);
        Ok(started.elapsed().as_secs_f64() / steps as f64)
    }

    /// Seconds of reading an image at some sites.
    fn read(&self, sites: &[Site]) -> Result<f64, RunError> {
        let size = self.loaded.size();
        let reading = Reading { size, view: View::Plain, sites, extent: Extent::Center };
        let reader = Reader::new(&self.loaded.network, reading, self.workshop.isa);
        let mut reader = reader.map_err(|error| self.loaded.because(error))?;
        let image = vec![127; size * size * 3];
        reader.read(&image);
        let started = Instant::now();
        reader.read(&image);
        Ok(started.elapsed().as_secs_f64())
    }
}
