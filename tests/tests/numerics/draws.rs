//! What is drawn, at fixed addresses: how often, in which order, and what.

use super::{Found, bits};
use featviz::{Draws, Objective, Recipe, StepDraws, Visualizer, jitter_of};
use resnet::Network;
use std::sync::Arc;
use testkit::golden::fixtures_dir;
use weights::TensorSet;

/// Everything that is drawn for a step, in no order but that of its names.
fn of_step(drawn: StepDraws) -> [u64; 6] {
    let StepDraws { scale, degrees, first, second } = drawn;
    let sizes = [first.0, first.1, second.0, second.1, scale];
    let [down, right, down_again, right_again, scale] = sizes.map(|n| n as u64);
    let degrees = i64::from(degrees).cast_unsigned();
    [scale, degrees, down, right, down_again, right_again]
}

/// Of the augmentations of a recipe, each choice as often as there are steps.
fn steps(draws: &Draws, recipe: &Recipe, jitter: usize, steps: usize) -> [Vec<u64>; 6] {
    let mut choices: [Vec<u64>; 6] = Default::default();
    for step in 1..=steps {
        let drawn = of_step(draws.step(recipe, jitter, step));
        choices.iter_mut().zip(drawn).for_each(|(all, one)| all.push(one));
    }
    choices
}

pub(crate) fn add_to(found: &mut Found) {
    for (seed, unit) in [(0, "layer1.1.pre:38:neuron"), (u64::MAX, "unit")] {
        let draws = Draws::new(seed, unit);
        // Odd lengths end within a pair.
        let spectra = [1, 2, 9, 1000].map(|length| {
            let mut spectrum = vec![0.0; length];
            draws.spectrum(0.01, &mut spectrum);
            bits(&spectrum)
        });
        found.add(format!("draws, spectrum, {unit}"), &spectra.concat());
        for jitter in [0, 1, 4, 16] {
            let drawn = steps(&draws, &Recipe::new(224, 1), jitter, 200);
            let names = ["scale", "degrees", "down", "right", "down 2", "right 2"];
            for (choice, drawn) in names.iter().zip(drawn) {
                found.add(format!("draws, {choice}, jitter {jitter}, {unit}"), &drawn);
            }
        }
        // What is drawn first moves what is drawn after it.
        let without_turns = Recipe { degrees: 0, ..Recipe::new(224, 1) };
        let of_one_scale = Recipe { scales: vec![1000], ..Recipe::new(224, 1) };
        for (name, recipe) in [("no rotation", without_turns), ("one scale", of_one_scale)] {
            let drawn = steps(&draws, &recipe, 16, 50).concat();
            found.add(format!("draws, steps with {name}, {unit}"), &drawn);
        }
    }
    let network = network();
    let jitters = network.sites().into_iter().map(|site| {
        let name = blake3::hash(site.to_string().as_bytes());
        let name = u64::from_le_bytes(*name.as_bytes().first_chunk().unwrap());
        [name, jitter_of(network.architecture(), site, 128) as u64]
    });
    let jitters: Vec<u64> = jitters.flatten().collect();
    found.add("jitter of every site", &jitters);
}

pub(crate) fn network() -> Network {
    Network::new(&TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap()).unwrap()
}

#[test]
fn draws_are_addressed_by_site_channel_and_objective() {
    let network = network();
    let of = |objective| {
        let site = "layer2.1.bn2".parse().unwrap();
        let recipe = Recipe::new(32, 1);
        Arc::new(Visualizer::new(&network, site, objective, recipe).unwrap())
    };
    assert_eq!(of(Objective::Neuron).unit_name(7), "layer2.1.bn2:7:neuron");
    assert_eq!(of(Objective::Channel).unit_name(0), "layer2.1.bn2:0:channel");
}

#[test]
fn draws_of_one_purpose_depend_on_no_other() {
    let draws = Draws::new(5, "unit");
    let recipe = Recipe::new(224, 1);
    let step = of_step(draws.step(&recipe, 16, 3));
    let mut spectrum = [0.0; 64];
    draws.spectrum(0.01, &mut spectrum);
    draws.step(&recipe, 16, 1);
    assert_eq!(of_step(draws.step(&recipe, 16, 3)), step);
    // A longer spectrum begins like a shorter one, and its numbers are in proportion to the deviation.
    let mut longer = [0.0; 66];
    draws.spectrum(0.01, &mut longer);
    assert_eq!(longer[..64], spectrum);
}

#[test]
fn every_bit_of_a_seed_and_every_part_of_a_name_gives_other_draws() {
    let unit = "layer2.1.bn2:7:neuron";
    let of = |seed, unit: &str| {
        let mut spectrum = [0.0; 4];
        Draws::new(seed, unit).spectrum(0.01, &mut spectrum);
        bits(&spectrum)
    };
    let mut all = vec![of(0, unit)];
    all.extend((0..64).map(|bit| of(1 << bit, unit)));
    for name in ["layer2.1.bn2:7:channel", "layer2.1.bn2:70:neuron", "layer2.1.pre:7:neuron", ""] {
        all.push(of(0, name));
    }
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}
