use super::*;
use std::collections::{BTreeMap, BTreeSet};

fn example() -> Unit {
    Unit { site: "layer3.1.pre".parse().unwrap(), objective: Objective::Neuron, channel: 178, seed: 3 }
}

/// Every unit that differs from the example in one field.
fn other_units() -> Vec<Unit> {
    let unit = example();
    // A new field does not compile here before it is varied.
    let Unit { site, objective, channel, seed } = unit;
    let mut others = Vec::new();
    let sites = crate::testing::load(32).architecture().all_sites().into_iter().filter(|s| *s != site);
    others.extend(sites.map(|site| Unit { site, ..unit }));
    let objective = match objective {
        Objective::Neuron => Objective::Channel,
        Objective::Channel => Objective::Neuron,
    };
    others.push(Unit { objective, ..unit });
    others.extend((0..16).map(|bit| Unit { channel: channel ^ (1 << bit), ..unit }));
    others.extend((0..64).map(|bit| Unit { seed: seed ^ (1 << bit), ..unit }));
    others
}

/// Every recipe that differs from one in one number, by as little as can be.
fn other_recipes(recipe: &Recipe) -> Vec<Recipe> {
    // A new field does not compile here before it is varied.
    let Recipe { steps, size, deviation, learning_rate, betas, eps, scales, degrees, variation } = recipe.clone();
    // A recipe as published says nothing of it: its pictures are where they always were.
    assert_eq!(variation, None);
    assert!(serde_json::to_value(recipe).unwrap().get("variation").is_none());
    let base = || recipe.clone();
    let mut others = vec![
        Recipe { steps: steps + 1, ..base() },
        Recipe { size: size + 4, ..base() },
        Recipe { deviation: deviation.next_up(), ..base() },
        Recipe { learning_rate: learning_rate.next_up(), ..base() },
        Recipe { betas: (betas.0.next_up(), betas.1), ..base() },
        Recipe { betas: (betas.0, betas.1.next_up()), ..base() },
        Recipe { eps: eps.next_up(), ..base() },
        Recipe { degrees: degrees + 1, ..base() },
    ];
    for at in 0..scales.len() {
        let mut scales = scales.clone();
        scales[at] += 1;
        others.push(Recipe { scales, ..base() });
    }
    others
}

/// The numbers of a recipe, each by its path.
fn leaves(value: &serde_json::Value, path: &str, into: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                leaves(field, &format!("{path}/{name}"), into);
            }
        }
        serde_json::Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}/{at}"), into);
            }
        }
        leaf => {
            into.insert(path.to_owned(), leaf.to_string());
        }
    }
}

#[test]
fn every_field_of_a_unit_changes_its_address() {
    let recipe = Recipe::new(224, 128);
    let of = |unit: &Unit| Address::of(unit, &recipe, "w");
    let others = other_units();
    let all: BTreeSet<Address> = others.iter().chain([&example()]).map(of).collect();
    assert_eq!(all.len(), others.len() + 1);
    assert_eq!(of(&example()), of(&example()));
}

#[test]
fn every_number_of_a_recipe_changes_an_address() {
    let recipe = Recipe::new(224, 128);
    let of = |recipe: &Recipe| Address::of(&example(), recipe, "w");
    let numbers = |recipe: &Recipe| {
        let mut found = BTreeMap::new();
        leaves(&serde_json::to_value(recipe).unwrap(), "", &mut found);
        found
    };
    let (base, others) = (numbers(&recipe), other_recipes(&recipe));
    let mut varied = BTreeSet::new();
    for other in &others {
        let other = numbers(other);
        let changed = base.iter().filter(|(path, number)| other[*path] != **number);
        let changed: Vec<&String> = changed.map(|(path, _)| path).collect();
        assert_eq!(changed.len(), 1, "{changed:?}");
        varied.extend(changed.into_iter().cloned());
    }
    assert_eq!(varied, base.into_keys().collect());
    let reordered = Recipe { scales: recipe.scales.iter().rev().copied().collect(), ..recipe.clone() };
    let fewer = Recipe { scales: recipe.scales[1..].to_vec(), ..recipe.clone() };
    let twice = Recipe { scales: [&recipe.scales[..], &recipe.scales[..1]].concat(), ..recipe.clone() };
    let all = others.iter().chain([&recipe, &reordered, &fewer, &twice]);
    let mut all: BTreeSet<Address> = all.map(of).collect();
    assert_eq!(all.len(), others.len() + 4);
    for variant in crate::Variant::ALL {
        // One that makes the published pictures has theirs.
        assert_eq!(all.insert(of(&variant.recipe(&recipe))), variant.variation().is_some(), "{variant}");
    }
}

#[test]
fn every_digit_of_the_weights_digest_changes_an_address() {
    let recipe = Recipe::new(224, 128);
    let of = |weights: &str| Address::of(&example(), &recipe, weights);
    let digits = "0123456789abcdef".repeat(4);
    let mut all = BTreeSet::from([of(&digits)]);
    for at in 0..digits.len() {
        let mut other = digits.clone();
        other.replace_range(at..=at, "x");
        all.insert(of(&other));
    }
    assert_eq!(all.len(), digits.len() + 1);
}

/// Whoever changes an address loses every picture that was stored under it: raise [`NUMERICS_VERSION`] where a bit of a
/// picture changes, and nothing else here.
#[test]
fn addresses_of_this_numerics_version_are_these() {
    let channel =
        Unit { site: "layer1.1.bn2".parse().unwrap(), objective: Objective::Channel, channel: 0, seed: u64::MAX };
    let found = [
        Address::of(&example(), &Recipe::new(224, 2560), "w"),
        Address::of(&channel, &Recipe::new(32, 4), &"0f".repeat(32)),
    ];
    let found: Vec<(u32, &str)> = found.iter().map(|address| (NUMERICS_VERSION, address.hex())).collect();
    let pinned = [
        (2, "7f86089aad36c33782eeb82041860b696d5bb8e7fc4aa8212bb388ab9c819431"),
        (2, "c70197529afe04f4afce68b41d024a3f0faedae0f871b70084c8a31c434f9196"),
    ];
    assert_eq!(found, pinned);
}

#[test]
fn a_unit_is_told_by_site_channel_objective_and_seed() {
    assert_eq!(example().to_string(), "layer3.1.pre:178 (neuron, seed 3)");
}
