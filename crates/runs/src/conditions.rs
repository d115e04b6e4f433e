//! The channels of a run under other conditions than those of its first pictures: from other seeds, in variants, at other
//! scale factors, after other numbers of steps.

use crate::error::RunError;
use crate::pictures::scale_factors::AtFactor;
use crate::pictures::{Ascents, AtSeed, AtSteps, Attempts, Channel, InVariant, Variant, Workshop, recipe_of};
use crate::plan::{self, Plan};
use crate::seeds::Seeds;
use crate::work::{ON_THE_WAY, VARIANTS};

/// The same channels from each of the other seeds.
pub(crate) fn other_seeds(attempts: &Attempts<'_>, plan: &Plan) -> Result<Vec<AtSeed>, RunError> {
    let at = |&seed: &u64| {
        let called = format!(", seed {seed}");
        let channels = Attempts { seed, called: &called, ..*attempts }.measure_until_sound(&plan.studies)?;
        Ok(AtSeed { seed, channels })
    };
    plan.seeds.others().iter().map(at).collect()
}

/// Some channels after each number of steps that is looked at, from the first seed.
pub(crate) fn on_the_way(attempts: &Attempts<'_>, plan: &Plan) -> Result<Vec<AtSteps>, RunError> {
    let Some(checkpoints) = &plan.convergence else {
        return Ok(Vec::new());
    };
    let (workshop, studies) = (attempts.workshop, plan::sample(&plan.studies));
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
pub(crate) fn objectives(
    attempts: &Attempts<'_>,
    channels: &[Channel],
    on_the_way: &[AtSteps],
) -> Result<Vec<Ascents>, RunError> {
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
pub(crate) fn at_factors(
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
pub(crate) fn in_variants(attempts: &Attempts<'_>, plan: &Plan) -> Result<Vec<InVariant>, RunError> {
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
