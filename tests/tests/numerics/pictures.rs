//! Whole pictures of the embedded network: what all the kernels, draws and plans give together.

use super::draws::network;
use super::{Found, bits};
use featviz::{Objective, Recipe, Studio, Visualizer};
use kernels::Isa;
use resnet::{Extent, Reader, View};
use std::sync::Arc;

const SIZE: usize = 32;
const STEPS: usize = 3;

pub(crate) fn add_to(found: &mut Found) {
    let network = network();
    // Jitter 0, 4 and 16.
    for site in ["layer1.1.pre", "layer2.1.bn2", "layer3.1.pre"] {
        for objective in [Objective::Neuron, Objective::Channel] {
            let recipe = Recipe::new(SIZE, STEPS);
            let parsed = site.parse().unwrap();
            let visualizer = Visualizer::new(&network, parsed, objective, recipe).unwrap();
            let visualizer = Arc::new(visualizer);
            let mut all = Vec::new();
            for isa in Isa::supported() {
                let mut studio = Studio::new(Arc::clone(&visualizer), isa).unwrap();
                all.push([(0, 0), (3, 1)].map(|(channel, seed)| studio.run(channel, seed)));
            }
            assert!(all.iter().all(|made| *made == all[0]), "{site} {objective}");
            let pixels: Vec<u64> = all[0]
                .iter()
                .flat_map(|made| made.pixels.iter().map(|&byte| byte.into()))
                .collect();
            let trajectories: Vec<f32> = all[0]
                .iter()
                .flat_map(|made| made.trajectory.clone())
                .collect();
            found.add(format!("pictures, {site}, {objective}"), &pixels);
            found.add(
                format!("trajectories, {site}, {objective}"),
                &bits(&trajectories),
            );
        }
    }
    // What is kept of images in journals, under the same version.
    let pixels: Vec<u8> = (0..=u8::MAX)
        .cycle()
        .step_by(89)
        .take(SIZE * SIZE * 3)
        .collect();
    let sites = network.sites();
    for view in [
        View::Plain,
        View::Enlarged,
        View::Shrunk,
        View::Cropped(20),
        View::Padded(20),
    ] {
        for (extent, name) in [(Extent::Center, "centers"), (Extent::Whole, "maps")] {
            found.add_of_all(format!("{name} of all sites, {view:?}"), |isa| {
                let of = (&sites[..], extent);
                let mut reader = Reader::new(&network, SIZE, view, of, isa).unwrap();
                reader.read(&pixels);
                let of_site = |&site| match extent {
                    Extent::Center => reader.center(site).to_vec(),
                    Extent::Whole => reader.whole(site),
                };
                sites.iter().flat_map(of_site).collect()
            });
        }
    }
}
