//! Gradient ascent on the embedded network: what its first step sees, where it goes, and what a picture depends on.

use autodiff::ops::{Input, Normalise};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use featviz::{Draws, Objective, Picture, Recipe, Studio, Visualization, Visualizer};
use resnet::{Network, Site};
use std::sync::Arc;
use testkit::golden::fixtures_dir;
use weights::TensorSet;

const SIZE: usize = 32;

fn network() -> Network {
    Network::new(&TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap()).unwrap()
}

/// A recipe whose network sees the picture as it is.
fn without_augmentation(steps: usize) -> Recipe {
    Recipe {
        scales: vec![1000],
        degrees: 0,
        ..Recipe::new(SIZE, steps)
    }
}

fn studio(objective: Objective, recipe: Recipe) -> (Arc<Visualizer>, Studio) {
    let site = "layer1.1.pre".parse().unwrap();
    let visualizer = Arc::new(Visualizer::new(&network(), site, objective, recipe).unwrap());
    let studio = Studio::new(Arc::clone(&visualizer), Isa::best()).unwrap();
    (visualizer, studio)
}

/// The activations of a channel, everywhere, on the picture before the first step.
fn map_of_the_first_picture(unit: &str, seed: u64, channel: usize) -> (Shape, Vec<f32>) {
    let recipe = without_augmentation(1);
    let mut spectrum = vec![0.0; recipe.parameters()];
    Draws::new(seed, unit).spectrum(recipe.deviation, &mut spectrum);
    let mut picture = Picture::new(&recipe, Isa::best()).unwrap();
    let pixels = picture.draw(&spectrum).to_vec();
    let (mut graph, shape) = (Graph::new(), Shape::new(SIZE, SIZE, 3));
    let image = graph.add(Input { shape }, &[]).unwrap();
    let normalised = graph.add(Normalise::imagenet(), &[image]).unwrap();
    let sites = network().add_to(&mut graph, normalised).unwrap();
    let site: Site = "layer1.1.pre".parse().unwrap();
    let node = sites.get(site).unwrap();
    let plan = Plan::forward(&graph, &[Wanted::whole(&graph, node)]).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    workspace.set_input(image, &pixels);
    workspace.forward();
    let (shape, value) = (graph.shape(node), workspace.value(node));
    let columns = 0..shape.width.cast_signed();
    let map = (0..shape.height.cast_signed())
        .flat_map(|y| columns.clone().map(move |x| (y, x)))
        .map(|(y, x)| value.pixel(y, x)[channel]);
    (shape, map.collect())
}

fn first_value(objective: Objective, channel: usize, seed: u64) -> (String, f32) {
    let (visualizer, mut studio) = studio(objective, without_augmentation(1));
    let Visualization { trajectory, .. } = studio.run(channel, seed);
    (visualizer.unit_name(channel), trajectory[0])
}

#[test]
fn the_neuron_objective_is_the_middle_of_the_map() {
    let (unit, found) = first_value(Objective::Neuron, 3, 7);
    let (shape, map) = map_of_the_first_picture(&unit, 7, 3);
    assert_eq!(
        found,
        map[shape.height / 2 * shape.width + shape.width / 2],
        "{map:?}"
    );
}

#[test]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the trajectory is rounded once to single precision"
)]
fn the_channel_objective_is_the_mean_of_the_map() {
    let (unit, found) = first_value(Objective::Channel, 3, 7);
    let (_, map) = map_of_the_first_picture(&unit, 7, 3);
    let mean = map.iter().copied().map(f64::from).sum::<f64>() / map.len() as f64;
    assert_eq!(found, mean as f32);
}

#[test]
fn steps_climb() {
    let (_, mut studio) = studio(Objective::Neuron, without_augmentation(16));
    for channel in 0..4 {
        let trajectory = studio.run(channel, 0).trajectory;
        assert!(trajectory[15] > trajectory[0], "{channel}: {trajectory:?}");
    }
}

#[test]
fn a_picture_does_not_depend_on_what_the_studio_made_before() {
    let recipe = Recipe::new(SIZE, 3);
    let (_, mut used) = studio(Objective::Neuron, recipe.clone());
    used.run(5, 2);
    let (_, mut new) = studio(Objective::Neuron, recipe);
    assert_eq!(used.run(1, 2), new.run(1, 2));
}
