//! The pictures that a run shows, made again.

use crate::channels::retries;
use crate::network::Seen;
use crate::run::{ROLES, Run};
use featviz::{Objective, Recipe, Studio, Visualizer};
use resnet::{Isa, Network};
use std::path::Path;
use std::sync::Arc;
use weights::TensorSet;

/// Makes every picture again by its role, objective and channel: from the run's seed, but for the Input and Block of a
/// channel that was made again, whose seeds go up until one of the two makes the Output positive, and four times at
/// most.
pub(crate) fn are_of_the_first_sound_attempts(run: &Run, (weights, steps, seed): (&Path, usize, u64)) {
    let network = Network::new(&TensorSet::load(weights).unwrap()).unwrap();
    let make = |site: &str, objective, channel: usize, seed: u64| {
        let recipe = Recipe::new(run.size, steps);
        let site = site.parse().unwrap();
        let visualizer = Arc::new(Visualizer::new(&network, site, objective, recipe).unwrap());
        let mut studio = Studio::new(visualizer, Isa::best()).unwrap();
        studio.run_watched(channel, seed, &mut || ()).pixels.into_iter().collect::<Vec<u8>>()
    };
    for (block, channel) in run.studied() {
        let sites = block.optimised_sites();
        let last = retries(run, block, channel);
        assert!(last <= 4, "{block}, channel {channel}");
        for retry in 0..=last {
            let attempt = format!("{block}, channel {channel}, attempt {retry} of {last}");
            let made = [0, 1].map(|role: usize| make(&sites[role], Objective::Neuron, channel, seed + retry));
            let positive = made.iter().any(|picture| {
                let [_, _, output] = run.network.roles(block, run.size, picture, Seen::Plain);
                output[channel].0 > 0.0
            });
            assert_eq!(positive, retry == last && (positive || last < 4), "{attempt}");
            for (role, picture) in ROLES.iter().zip(&made).filter(|_| retry == last) {
                let shown = run.picture(block, role, channel);
                assert!(*picture == shown, "{attempt}, {role}");
            }
        }
        let output = make(&sites[2], Objective::Neuron, channel, seed);
        let shown = run.picture(block, "output", channel);
        assert!(output == shown, "{block}, channel {channel}, output");
        for (role, site) in ROLES.iter().zip(&sites) {
            let name = format!("features/{block}/{role}/{channel}.channel.png");
            if let Ok(shown) = images::decode(run.folder.join(&name)) {
                let made = make(site, Objective::Channel, channel, seed);
                assert!(made == shown.pixels(), "{name}");
            }
        }
    }
}
