//! Gradient ascent on the embedded network: what its first step sees, where it goes, and what a picture depends on.

use autodiff::ops::{Alignment, Draw, Input, Jitter, Normalise, ReflectPad, Resize, Rotate, SpectralImage, Translate};
use autodiff::{Graph, Isa, NodeId, Shape, Wanted};
use featviz::{Draws, Objective, Picture, Recipe, StepDraws, Studio, Visualization, Visualizer};
use kernels::adam::{Adam, Direction, Moments};
use resnet::ndarray::ArrayView4;
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
    Recipe { scales: vec![1000], degrees: 0, ..Recipe::new(SIZE, steps) }
}

fn studio(objective: Objective, recipe: Recipe) -> (Arc<Visualizer>, Studio) {
    let site = "layer1.1.pre".parse().unwrap();
    let visualizer = Arc::new(Visualizer::new(&network(), site, objective, recipe).unwrap());
    let studio = Studio::new(Arc::clone(&visualizer), Isa::best()).unwrap();
    (visualizer, studio)
}

/// A spectrum in its shape.
fn shaped(spectrum: &[f32]) -> ArrayView4<'_, f32> {
    ArrayView4::from_shape((3, SIZE, SIZE / 2 + 1, 2), spectrum).unwrap()
}

/// The 8-bit picture of a spectrum.
fn bytes_of(picture: &mut Picture, spectrum: &[f32]) -> Vec<u8> {
    let drawn: Vec<f32> = picture.draw(shaped(spectrum)).iter().copied().collect();
    featviz::to_bytes(&drawn)
}

/// The activations of a channel, everywhere, on the picture before the first step.
fn map_of_the_first_picture(unit: &str, seed: u64, channel: usize) -> (Shape, Vec<f32>) {
    let recipe = without_augmentation(1);
    let mut spectrum = vec![0.0; recipe.parameters()];
    Draws::new(seed, unit).spectrum(recipe.deviation, &mut spectrum);
    let mut picture = Picture::new(&recipe, Isa::best()).unwrap();
    let pixels: Vec<f32> = picture.draw(shaped(&spectrum)).iter().copied().collect();
    let (mut graph, shape) = (Graph::new(), Shape::new(SIZE, SIZE, 3));
    let image = graph.add(Input { shape }, &[]).unwrap();
    let normalised = graph.add(Normalise::imagenet(), &[image]).unwrap();
    let sites = network().add_to(&mut graph, normalised).unwrap();
    let site: Site = "layer1.1.pre".parse().unwrap();
    let node = sites.get(site).unwrap();
    let (shape, given) = (graph.shape(node), [(image, &pixels[..])]);
    let value = graph.evaluate(Wanted::whole(&graph, node), &given).value(Isa::best()).unwrap();
    (shape, value.into_iter().skip(channel).step_by(shape.channels).collect())
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
    assert_eq!(found, map[shape.height / 2 * shape.width + shape.width / 2], "{map:?}");
}

#[test]
#[expect(clippy::cast_possible_truncation, reason = "the trajectory is rounded once to single precision")]
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

/// The augmentations of METHOD.md, section 2 at a site of this jitter and a scale in thousandths, one operation after
/// the other, with what was drawn for each.
fn augment(
    graph: &mut Graph,
    image: NodeId,
    (jitter, scale): (usize, usize),
    drawn: &StepDraws,
) -> (NodeId, Vec<(NodeId, Draw)>) {
    let (mut node, mut draws) = (image, Vec::new());
    let shift = |(down, right)| Draw::Shift(down, right);
    if jitter > 0 {
        node = graph.add(ReflectPad::new(jitter), &[node]).unwrap();
        node = graph.add(Jitter::below(jitter), &[node]).unwrap();
        draws.push((node, shift(drawn.first)));
    }
    let size = graph.shape(node).height;
    let scaled = (scale * size).div_ceil(1000);
    if scaled != size {
        let resize = Resize::new((scaled, scaled), Alignment::Corners);
        node = graph.add(resize, &[node]).unwrap();
    }
    if scaled < size {
        let margin = (size - scaled).div_ceil(2);
        let pad = Translate::zero_pad((scaled, scaled), (margin, margin));
        node = graph.add(pad, &[node]).unwrap();
    }
    node = graph.add(Rotate::within(5), &[node]).unwrap();
    draws.push((node, Draw::Degrees(drawn.degrees)));
    if jitter > 0 {
        node = graph.add(Jitter::below(jitter / 2), &[node]).unwrap();
        draws.push((node, shift(drawn.second)));
        let seen = graph.shape(node).height;
        let crop = Translate::center_crop((seen, seen), (SIZE, SIZE));
        node = graph.add(crop, &[node]).unwrap();
    }
    (node, draws)
}

/// The center neuron of a channel of a site on a spectrum's picture through a step's augmentations, and its gradient.
fn one_step(
    (site, channel): (Site, usize),
    (jitter, scale): (usize, usize),
    drawn: &StepDraws,
    spectrum: &[f32],
) -> (f32, Vec<f32>) {
    let (mut graph, shape) = (Graph::new(), Shape::new(3 * SIZE, SIZE / 2 + 1, 2));
    let parameters = graph.add(Input { shape }, &[]).unwrap();
    let color = SpectralImage::new(SIZE, SIZE);
    let image = graph.add(color, &[parameters]).unwrap();
    let (seen, draws) = augment(&mut graph, image, (jitter, scale), drawn);
    let normalised = graph.add(Normalise::imagenet(), &[seen]).unwrap();
    let sites = network().add_to(&mut graph, normalised).unwrap();
    let wanted = Wanted::center(&graph, sites.get(site).unwrap());
    let mut seed = vec![0.0; graph.shape(wanted.node).channels];
    seed[channel] = 1.0;
    let given = [(parameters, spectrum)];
    let mut found = graph.evaluate(wanted, &given).with_draws(&draws).gradients(Isa::best(), &seed).unwrap();
    (found.value[channel], found.by_inputs.remove(0))
}

#[test]
fn each_step_sees_the_picture_through_what_was_drawn_for_it() {
    const STEPS: usize = 3;
    const CHANNEL: usize = 3;
    /// In thousandths.
    const SCALES: [usize; 5] = [1000, 975, 1025, 950, 1050];
    // A site of every jitter, each with a seed that draws what tells its augmentations apart.
    for (site, jitter, seed) in [("layer1.1.pre", 0, 0), ("layer2.1.bn2", 4, 0), ("layer3.1.pre", 16, 0)] {
        let site: Site = site.parse().unwrap();
        let recipe = Recipe::new(SIZE, STEPS);
        let visualizer = Visualizer::new(&network(), site, Objective::Neuron, recipe.clone());
        let visualizer = Arc::new(visualizer.unwrap());
        let draws = Draws::new(seed, &visualizer.unit_name(CHANNEL));
        let drawn = [1, 2, 3].map(|step| draws.step(&recipe, jitter, step));
        assert!(drawn.iter().all(|d| d.degrees != 0), "{site}: {drawn:?}");
        assert!(
            drawn.iter().any(|d| d.scale != drawn[0].scale) && drawn.iter().any(|d| d.scale != 0),
            "{site}: {drawn:?}"
        );
        let shifts = drawn.map(|d| [d.first.0, d.first.1, d.second.0, d.second.1]);
        assert!(jitter == 0 || shifts.iter().any(|s| s.iter().all(|&by| by > 0)), "{site}: {drawn:?}");

        let mut spectrum = vec![0.0; recipe.parameters()];
        draws.spectrum(0.01, &mut spectrum);
        let (mut m, mut v) = (vec![0.0; spectrum.len()], vec![0.0; spectrum.len()]);
        let mut adam = Adam::new(Direction::Ascent, 0.05, (0.9, 0.999), 1e-8);
        let mut values = Vec::new();
        for d in &drawn {
            let augmentation = (jitter, SCALES[d.scale]);
            let (value, gradient) = one_step((site, CHANNEL), augmentation, d, &spectrum);
            let isa = Isa::best();
            adam.step(isa, &mut spectrum, &gradient, Moments { first: &mut m, second: &mut v });
            values.push(value);
        }
        let mut picture = Picture::new(&recipe, Isa::best()).unwrap();
        let pixels = bytes_of(&mut picture, &spectrum);

        let mut studio = Studio::new(visualizer, Isa::best()).unwrap();
        let found = studio.run(CHANNEL, seed);
        // The same operations on the same numbers: the same bits.
        testkit::assert_same_bits(&found.trajectory, &values, &format!("values at {site}"));
        assert!(found.pixels.iter().eq(&pixels), "the picture of {site}");
    }
}

#[test]
fn a_unit_is_named_by_its_site_channel_and_objective() {
    let (neuron, _) = studio(Objective::Neuron, Recipe::new(SIZE, 1));
    let (channel, _) = studio(Objective::Channel, Recipe::new(SIZE, 1));
    assert_eq!(neuron.unit_name(5), "layer1.1.pre:5:neuron");
    assert_eq!(channel.unit_name(12), "layer1.1.pre:12:channel");
    assert_eq!((neuron.channels(), neuron.recipe().size), (16, SIZE));
    for objective in [Objective::Neuron, Objective::Channel] {
        assert_eq!(objective.name().parse(), Ok(objective));
        assert_eq!(objective.to_string(), objective.name());
    }
    let said = "Neuron".parse::<Objective>().unwrap_err();
    assert_eq!(said, "'Neuron' is not an objective: expected neuron or channel");
}

#[test]
fn a_picture_depends_on_seed_channel_objective_and_every_number_of_the_recipe() {
    let recipe = Recipe::new(SIZE, 2);
    let run = |objective, recipe: &Recipe, channel, seed| studio(objective, recipe.clone()).1.run(channel, seed).pixels;
    let first = run(Objective::Neuron, &recipe, 1, 2);
    assert_eq!(run(Objective::Neuron, &recipe, 1, 2), first);
    assert_ne!(run(Objective::Neuron, &recipe, 1, 3), first, "another seed");
    assert_ne!(run(Objective::Neuron, &recipe, 2, 2), first, "another channel");
    assert_ne!(run(Objective::Channel, &recipe, 1, 2), first, "another objective");
    type Change = fn(&mut Recipe);
    let changes: [(&str, Change); 7] = [
        ("steps", |r| r.steps = 3),
        ("deviation", |r| r.deviation = 0.02),
        ("learning rate", |r| r.learning_rate = 0.1),
        // In two steps the first decay tells in the second, as the second one does; the root of the first is as large
        // as eps.
        ("first decay", |r| r.betas.0 = 0.5),
        ("second decay", |r| r.betas.1 = 0.5),
        ("eps", |r| r.eps = 1.0),
        ("scales", |r| r.scales = vec![900]),
    ];
    for (what, change) in changes {
        let mut other = recipe.clone();
        change(&mut other);
        assert_ne!(run(Objective::Neuron, &other, 1, 2), first, "{what}");
    }
    let mut still = recipe;
    still.degrees = 0;
    assert_ne!(run(Objective::Neuron, &still, 1, 2), first, "degrees");
}

#[test]
fn each_step_is_reported_once_and_has_its_value_before_it() {
    let (_, mut watched) = studio(Objective::Neuron, Recipe::new(SIZE, 5));
    let mut steps = 0;
    let found = watched.run_watched(3, 1, &mut || steps += 1);
    assert_eq!((steps, found.trajectory.len()), (5, 5));
    assert_eq!(found.pixels.shape(), [SIZE, SIZE, 3]);
    // The values of fewer steps are the first of these.
    let (_, mut fewer) = studio(Objective::Neuron, Recipe::new(SIZE, 2));
    assert_eq!(fewer.run(3, 1).trajectory, found.trajectory[..2]);
    // No step leaves the picture that the spectrum was drawn for.
    let (visualizer, mut none) = studio(Objective::Neuron, Recipe::new(SIZE, 0));
    let started = none.run(3, 1);
    let mut spectrum = vec![0.0; visualizer.recipe().parameters()];
    Draws::new(1, &visualizer.unit_name(3)).spectrum(0.01, &mut spectrum);
    let mut picture = Picture::new(visualizer.recipe(), Isa::best()).unwrap();
    assert!(started.pixels.iter().eq(&bytes_of(&mut picture, &spectrum)));
    assert!(started.trajectory.is_empty());
}

#[test]
fn a_visualizer_refuses_sizes_sites_scales_and_channels_that_it_cannot_have() {
    let refused = |site: &str, recipe: Recipe| {
        let made = Visualizer::new(&network(), site.parse().unwrap(), Objective::Neuron, recipe);
        made.map(drop).unwrap_err().to_string()
    };
    let none = Recipe { scales: vec![], ..Recipe::new(SIZE, 1) };
    assert_eq!(refused("layer1.1.pre", none), "a recipe needs at least one scale, and this one has none");
    let said = refused("layer1.1.pre", Recipe::new(30, 1));
    assert_eq!(said, "input size 30: expected a multiple of 4 from 8 to 4096");
    // Jitter 16 reflects 16 pixels, and a picture of 16 has 15 beside its edge.
    let said = refused("layer3.1.pre", Recipe::new(16, 1));
    assert_eq!(said, "reflection padding: expected more than 16 rows and columns, found 16 x 16 x 3");
    let (_, mut studio) = studio(Objective::Neuron, Recipe::new(SIZE, 1));
    let run = std::panic::AssertUnwindSafe(|| studio.run(16, 0));
    let panic = std::panic::catch_unwind(run).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "channel 16 of 16");
}

#[test]
fn the_bytes_of_a_studio_are_those_of_its_plans_and_parameters() {
    let (visualizer, _) = studio(Objective::Neuron, Recipe::new(SIZE, 1));
    let mut made = None;
    let counted = allocation_counter::measure(|| made = Some(Studio::new(Arc::clone(&visualizer), Isa::best())));
    let recipe = visualizer.recipe();
    let picture = allocation_counter::measure(|| drop(std::hint::black_box(Picture::new(recipe, Isa::best()))));
    // A buffer that grows from plan to plan may hold room for twice as much. Beside: the finished picture's own buffers
    // and plan, which a step never reads, and lists of buffers, draws and the seed.
    let found = usize::try_from(counted.bytes_current).unwrap();
    let bytes = visualizer.studio_bytes();
    let beside = usize::try_from(picture.bytes_max).unwrap() + 16 * 1024;
    assert!((bytes..2 * bytes + beside).contains(&found), "{found} of {bytes} and {beside}");
    let parameters = 3 * recipe.parameters() * size_of::<f32>();
    assert!(bytes > parameters && picture.bytes_max > 0);
}

/// Of one plan, buffers have exactly the room that they need: what a studio allocates is what is said, and what
/// [`Picture`] allocates by itself, and little lists.
#[test]
fn the_bytes_of_a_studio_of_one_plan_are_those_that_it_allocates() {
    for (size, objective) in [(64, Objective::Neuron), (64, Objective::Channel), (96, Objective::Channel)] {
        let (visualizer, _) = studio(objective, Recipe { scales: vec![1000], ..Recipe::new(size, 1) });
        let (mut made, mut drawn) = (None, None);
        let counted = allocation_counter::measure(|| made = Some(Studio::new(Arc::clone(&visualizer), Isa::best())));
        let recipe = visualizer.recipe();
        let picture = allocation_counter::measure(|| drawn = Some(Picture::new(recipe, Isa::best())));
        let found = counted.bytes_current - picture.bytes_current;
        let bytes = i64::try_from(visualizer.studio_bytes()).unwrap();
        let lists = found - bytes;
        // A parameter is a float of the spectrum and of each average: any that was not counted, or counted twice, would
        // be more than the lists.
        let parameters = i64::try_from(recipe.parameters() * size_of::<f32>()).unwrap();
        assert!((0..parameters / 2).contains(&lists), "{found} of {bytes}, a parameter of each is {parameters}");
        assert!(made.is_some_and(|m| m.is_ok()) && drawn.is_some_and(|d| d.is_ok()));
    }
}
