//! Whether pictures are what the weights give.

use super::check::{Check, PICTURES};
use super::pictures;
use super::recorded::{meaningless, recipe};
use super::request::{Depth, Verify};
use crate::error::RunError;
use crate::pictures::{IfMissing, Workshop};
use crate::progress::Observer;
use crate::source::Loaded;
use crate::store::{Address, Store, Unit};
use featviz::Recipe;
use report::{Manifest, layout};
use std::collections::BTreeMap;

/// Makes some pictures again, or all, and compares them with those in the store: every byte, and every value of the
/// objective on the way.
pub(super) fn check(
    options: &Verify,
    manifest: &Manifest,
    loaded: &Loaded,
    observer: &dyn Observer,
) -> Result<Check, RunError> {
    let recipe = recipe(manifest).ok_or_else(|| meaningless(options, "a recipe of this program", &manifest.recipe))?;
    let stored = Store::at(&options.folder.join(layout::STORE));
    let folder = tempfile::tempdir().map_err(RunError::write(&std::env::temp_dir()))?;
    let fresh = Store::open(folder.path())?;
    let identity = loaded.identity();
    let workshop = Workshop {
        network: &loaded.network,
        weights: &identity,
        recipe: &recipe,
        store: &fresh,
        isa: options.isa,
        threads: options.threads,
        if_missing: IfMissing::Make,
    };
    let mut all = BTreeMap::new();
    for (name, record) in &manifest.pictures {
        let attempts = pictures::attempts(manifest, record).ok_or_else(|| meaningless(options, "pictures", name))?;
        let of = pictures::recipe_of(record, &recipe).ok_or_else(|| meaningless(options, "pictures", name))?;
        let workshop = Workshop { recipe: &of, ..workshop.clone() };
        for unit in attempts {
            all.entry(workshop.address(&unit)).or_insert((unit, name, of.clone()));
        }
    }
    let count = match options.depth {
        Depth::Digests => 0,
        Depth::Sample(count) => count,
        Depth::All => all.len(),
    };
    let chosen = drawn(all.keys(), &manifest.digest, count);
    for made in Recipes::of(chosen.iter().map(|address| &all[*address])) {
        Workshop { recipe: made.recipe, ..workshop.clone() }.make(PICTURES, &made.units, observer)?;
    }
    let mut differences = Vec::new();
    for address in &chosen {
        let (unit, name, recipe) = &all[*address];
        let (again, kept) = (Workshop { recipe, ..workshop.clone() }.entry(unit)?, stored.get(address));
        let what = match kept {
            Some(kept) if kept == again => continue,
            Some(kept) if kept.png == again.png => "the objective on the way",
            _ => "the picture",
        };
        let path = stored.path(address);
        let path = path.strip_prefix(&options.folder).unwrap_or(&path);
        differences.push(format!("{name}: {what} of {unit}, made again, is not that of {}", path.display()));
    }
    let compared = format!("{PICTURES}: {} of {}", chosen.len(), all.len());
    Ok(Check::done(compared, differences))
}

/// Pictures of one recipe.
struct Recipes<'a> {
    recipe: &'a Recipe,
    units: Vec<Unit>,
}

impl<'a> Recipes<'a> {
    /// All pictures, by recipe.
    fn of(pictures: impl Iterator<Item = &'a (Unit, &'a String, Recipe)>) -> Vec<Recipes<'a>> {
        let mut found: Vec<Recipes<'a>> = Vec::new();
        for (unit, _, recipe) in pictures {
            match found.iter_mut().find(|of| of.recipe == recipe) {
                Some(of) => of.units.push(*unit),
                None => found.push(Recipes { recipe, units: vec![*unit] }),
            }
        }
        found
    }
}

/// Some of the keys, by a draw that everyone can repeat.
fn drawn<'a>(keys: impl Iterator<Item = &'a Address>, seed: &str, count: usize) -> Vec<&'a Address> {
    let mut keys: Vec<&Address> = keys.collect();
    keys.sort_by_cached_key(|key| *blake3::hash(format!("{seed} {}", key.hex()).as_bytes()).as_bytes());
    keys.truncate(count);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draw_is_of_different_keys_the_same_again_and_another_by_another_seed() {
        let addresses: Vec<Address> = (0..40)
            .map(|channel| {
                let unit =
                    Unit { site: "maxpool".parse().unwrap(), objective: featviz::Objective::Neuron, channel, seed: 0 };
                Address::of(&unit, &featviz::Recipe::new(64, 3), "w")
            })
            .collect();
        let draw = |seed: &str, count| -> Vec<&Address> { drawn(addresses.iter(), seed, count) };
        let ten = draw("a", 10);
        assert_eq!(ten, draw("a", 10));
        assert_ne!(ten, draw("b", 10));
        assert_ne!(ten, addresses.iter().take(10).collect::<Vec<_>>());
        // One more of them adds one.
        assert_eq!(draw("a", 11)[..10], ten);
        let all: std::collections::BTreeSet<_> = draw("a", 99).into_iter().collect();
        assert_eq!(all.len(), 40);
        assert!(draw("a", 0).is_empty());
    }

    #[test]
    fn the_draw_is_in_the_order_of_the_digests_of_seed_and_key() {
        let unit = |channel| Unit {
            site: "maxpool".parse().unwrap(),
            objective: featviz::Objective::Neuron,
            channel,
            seed: 0,
        };
        let recipe = featviz::Recipe::new(64, 3);
        let addresses: Vec<Address> = (0..9).map(|c| Address::of(&unit(c), &recipe, "w")).collect();
        let mut expected: Vec<(String, &Address)> = addresses
            .iter()
            .map(|a| {
                let text = format!("seed {}", a.hex());
                (blake3::hash(text.as_bytes()).to_hex().to_string(), a)
            })
            .collect();
        expected.sort();
        let expected: Vec<&Address> = expected.into_iter().map(|(_, a)| a).collect();
        assert_eq!(drawn(addresses.iter(), "seed", 9), expected);
    }
}
