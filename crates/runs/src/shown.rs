//! The pictures that people are shown: which they are, what the manifest says of them, and their way below the folder.

use crate::error::RunError;
use crate::output::Output;
use crate::pictures::{AtSeed, AtSteps, Attempt, Channel, InVariant, Variant, Workshop, recipe_of};
use crate::plan;
use crate::progress::{Event, Observer};
use crate::store::{Address, Entry as Stored, Unit};
use featviz::Objective;
use report::{PictureRecord, layout};
use resnet::{Architecture, Block, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A picture that people are shown: its name below the folder.
pub(crate) struct Shown {
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

/// The pictures that were measured, and those of some whole channels, from the first seed.
pub(crate) fn shown(
    architecture: &Architecture,
    channels: &[Channel],
    whole: &BTreeSet<(Block, usize)>,
    seed: u64,
) -> Vec<Shown> {
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
    for &(of, channel) in whole {
        let block = of.to_string();
        for (role, unit) in
            Role::ALL.into_iter().zip(plan::roles(architecture, (of, channel), Objective::Channel, seed))
        {
            shown.push(Shown {
                path: layout::channel_feature(&block, role.name(), channel),
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
pub(crate) fn of_seed(architecture: &Architecture, at: &AtSeed) -> Vec<Shown> {
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

/// The pictures that a variant made. One that reads the published ones otherwise has those alone that are of another seed
/// than the published, since in one of the two a visualization failed: the others are shown already.
pub(crate) fn of_variant(architecture: &Architecture, of: &InVariant, first: &[Channel], seed: u64) -> Vec<Shown> {
    let made = of.variant.variation().is_some();
    let of_channel = |(c, first): (&Channel, &Channel)| {
        let (block, channel) = (c.block.to_string(), c.channel);
        let published = Attempt::of(first).units(architecture, seed, None);
        let units = Role::ALL.into_iter().zip(Attempt::of(c).units(architecture, seed, Some(of.variant)));
        let own = units.filter(move |(_, unit)| made || !published.contains(unit));
        let shown = move |(role, unit): (Role, Unit)| {
            let path = layout::variant_feature(&block, role.name(), channel, of.variant.name());
            Shown { path, unit, from: None, variant: Some(of.variant), steps: None }
        };
        own.map(shown).collect::<Vec<_>>()
    };
    of.channels.iter().zip(first).flat_map(of_channel).collect()
}

/// The pictures after another number of steps than the run's.
pub(crate) fn of_steps(architecture: &Architecture, at: &AtSteps, seed: u64) -> Vec<Shown> {
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
pub(crate) fn digests_of(workshop: &Workshop<'_>, shown: &[Shown]) -> Result<BTreeMap<String, String>, RunError> {
    let digest = |shown: &Shown| {
        let png = shown.stored(workshop).1?.png;
        Ok((as_listed(&shown.path), blake3::hash(&png).to_hex().to_string()))
    };
    shown.iter().map(digest).collect()
}

/// Copies pictures from the store to where people look for them.
pub(crate) fn write_pictures(
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
pub(crate) fn records(workshop: &Workshop<'_>, shown: &[Shown]) -> BTreeMap<String, PictureRecord> {
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
