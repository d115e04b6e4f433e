//! Whole pictures of the embedded network: what all the kernels, draws and plans give together.

use super::draws::network;
use super::{Found, bits};
use featviz::{Objective, Recipe, Studio, Visualizer};
use kernels::Isa;
use resnet::{Algorithm, Extent, Network, Reader, Reading, View};
use std::sync::Arc;
use testkit::golden::fixtures_dir;
use weights::TensorSet;

const SIZE: usize = 32;
const STEPS: usize = 3;

pub(crate) fn add_to(found: &mut Found) {
    let network = network();
    photographs(found);
    transformed(found);
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
            let pixels: Vec<u64> = all[0].iter().flat_map(|made| made.pixels.iter().map(|&byte| byte.into())).collect();
            let trajectories: Vec<f32> = all[0].iter().flat_map(|made| made.trajectory.clone()).collect();
            found.add(format!("pictures, {site}, {objective}"), &pixels);
            found.add(format!("trajectories, {site}, {objective}"), &bits(&trajectories));
        }
    }
    // What is kept of images in journals, under the same version.
    let pixels: Vec<u8> = (0..=u8::MAX).cycle().step_by(89).take(SIZE * SIZE * 3).collect();
    let sites = network.sites();
    for view in [View::Plain, View::Enlarged, View::Shrunk, View::Cropped(20), View::Padded(20)] {
        for (extent, name) in [(Extent::Center, "centers"), (Extent::Whole, "maps")] {
            found.add_of_all(format!("{name} of all sites, {view:?}"), |isa| {
                let reading = Reading { size: SIZE, view, sites: &sites, extent };
                let mut reader = Reader::new(&network, reading, isa).unwrap();
                reader.read(&pixels);
                let of_site = |&site| match extent {
                    Extent::Center => reader.center(site).to_vec(),
                    Extent::Whole => reader.whole(site).into_iter().collect(),
                };
                sites.iter().flat_map(of_site).collect()
            });
        }
    }
}

/// Decoded, resized and cropped: what is kept of photographs in journals depends on it.
fn photographs(found: &mut Found) {
    let of = |bytes: &[u8]| -> Vec<u64> { bytes.iter().map(|&byte| byte.into()).collect() };
    for name in ["star/star_00.jpg", "waves/waves_05.jpg"] {
        let path = fixtures_dir().join("images").join(name);
        let decoded = images::decode(&path).unwrap();
        found.add(format!("photograph, {name}"), &of(decoded.pixels()));
        for (shorter, size) in [(146, 128), (37, 32), (300, 224)] {
            let seen = images::preprocess(&decoded, shorter, size).unwrap();
            let name = format!("photograph, {name}, resized to {shorter} and cropped to {size}");
            found.add(name, &of(seen.pixels()));
        }
    }
}

/// What `activations --convolutions winograd` reads.
fn transformed(found: &mut Found) {
    let tensors = TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap();
    let network = Network::computed(&tensors, Algorithm::Winograd).unwrap();
    let pixels: Vec<u8> = (0..=u8::MAX).cycle().step_by(89).take(SIZE * SIZE * 3).collect();
    let sites = network.sites();
    found.add_of_all("maps of all sites, Winograd", |isa| {
        let reading = Reading { size: SIZE, view: View::Plain, sites: &sites, extent: Extent::Whole };
        let mut reader = Reader::new(&network, reading, isa).unwrap();
        reader.read(&pixels);
        sites.iter().flat_map(|&site| reader.whole(site)).collect()
    });
}
