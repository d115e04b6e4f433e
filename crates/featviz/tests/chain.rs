//! The chain of augmentations, one operation after the other, and what a recipe says.

use autodiff::ops::{Alignment, Draw, Input, Jitter, ReflectPad, Resize, Rotate, Translate};
use autodiff::{Graph, Isa, NodeId, Plan, Shape, Wanted, Workspace};
use featviz::{Augmentation, AugmentedImage, Picture, Preset, Recipe, StepDraws, jitter_of};
use ndarray::{Array3, Array4};
use resnet::{Architecture, Block, Site};
use std::sync::Arc;
use testkit::{assert_same_bits, pseudo_random};

/// What an augmented image is made of some pixels by some draws.
fn value(graph: &Graph, augmented: &AugmentedImage, (from, pixels): (NodeId, &[f32]), drawn: &StepDraws) -> Vec<f32> {
    let plan = Plan::forward(graph, &[Wanted::whole(graph, augmented.image)]).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    workspace.set_input(from, pixels);
    augmented.set_draws(&mut workspace, drawn);
    workspace.forward();
    workspace.value(augmented.image).data().to_vec()
}

fn image(graph: &mut Graph, (height, width): (usize, usize)) -> NodeId {
    let shape = Shape::new(height, width, 3);
    graph.add(Input { shape }, &[]).unwrap()
}

/// Resized to the ceiling of `scale / 1000` of each size, and padded back by the ceiling of half of what is missing.
fn scaled(graph: &mut Graph, node: NodeId, scale: usize) -> NodeId {
    let Shape { height, width, .. } = graph.shape(node);
    let to = [height, width].map(|size| (size * scale).div_ceil(1000));
    let resize = Resize::new((to[0], to[1]), Alignment::Corners);
    let node = graph.add(resize, &[node]).unwrap();
    let margin = |size: usize, to: usize| {
        if to < size { (size - to).div_ceil(2) } else { 0 }
    };
    let margins = (margin(height, to[0]), margin(width, to[1]));
    graph.add(Translate::zero_pad((to[0], to[1]), margins), &[node]).unwrap()
}

#[test]
fn every_jitter_and_scale_is_the_documented_chain_of_operations() {
    // Sizes that no scale leaves whole, different along rows and columns.
    let size = (21, 34);
    let pixels = pseudo_random(1, size.0 * size.1 * 3);
    for jitter in [0, 2, 4, 16] {
        // The second shift is drawn from half as many.
        let second = (0, usize::from(jitter > 2));
        let drawn = StepDraws { scale: 0, degrees: -4, first: (1, 0), second };
        for scale in [1000, 975, 1025, 950, 1050, 500] {
            let augmentation = Augmentation { jitter, scale, degrees: 5, centered: false };
            let (mut found, mut expected) = (Graph::new(), Graph::new());
            let from = image(&mut found, size);
            let augmented = augmentation.add_to(&mut found, from).unwrap();
            let found = value(&found, &augmented, (from, &pixels), &drawn);

            let graph = &mut expected;
            let from = image(graph, size);
            let (mut node, mut shifts) = (from, Vec::new());
            if jitter > 0 {
                node = graph.add(ReflectPad::new(jitter), &[node]).unwrap();
                node = graph.add(Jitter::below(jitter), &[node]).unwrap();
                shifts.push((node, Draw::Shift(1, 0)));
            }
            node = scaled(graph, node, scale as usize);
            node = graph.add(Rotate::within(5), &[node]).unwrap();
            let rotated = node;
            if jitter > 0 {
                node = graph.add(Jitter::below(jitter / 2), &[node]).unwrap();
                shifts.push((node, Draw::Shift(second.0, second.1)));
                let Shape { height, width, .. } = graph.shape(node);
                node = graph.add(Translate::center_crop((height, width), size), &[node]).unwrap();
            }
            let (given, draws) = ([(from, &pixels[..])], [&shifts[..], &[(rotated, Draw::Degrees(-4))]].concat());
            let evaluation = expected.evaluate(Wanted::whole(&expected, node), &given).with_draws(&draws);
            let expected = evaluation.value(Isa::best()).unwrap();
            assert_same_bits(&found, &expected, &format!("jitter {jitter}, scale {scale}"));
        }
    }
}

#[test]
fn an_image_too_small_for_its_padding_is_refused() {
    let add = |size, jitter| {
        let mut graph = Graph::new();
        let from = image(&mut graph, size);
        Augmentation { jitter, scale: 1000, degrees: 5, centered: false }.add_to(&mut graph, from).map(drop)
    };
    assert!(add((17, 17), 16).is_ok());
    assert!(add((16, 17), 16).is_err() && add((17, 16), 16).is_err());
    assert!(add((16, 16), 0).is_ok());
}

#[test]
fn a_picture_is_inside_0_and_1_and_grey_without_a_spectrum() {
    let recipe = Recipe::new(12, 1);
    assert_eq!(recipe.parameters(), 3 * 12 * 7 * 2);
    let mut picture = Picture::new(&recipe, Isa::best()).unwrap();
    let shape = (3, 12, 7, 2);
    assert_eq!(picture.draw(Array4::zeros(shape).view()), Array3::from_elem((12, 12, 3), 0.5));
    let spectrum = Array4::from_shape_vec(shape, pseudo_random(1, recipe.parameters())).unwrap();
    let drawn: Vec<f32> = picture.draw(spectrum.view()).iter().copied().collect();
    assert!(drawn.iter().all(|v| *v > 0.0 && *v < 1.0));
    // What it drew before does not show.
    let mut other = Picture::new(&recipe, Isa::best()).unwrap();
    let again: Vec<f32> = other.draw(spectrum.view()).iter().copied().collect();
    assert_same_bits(&drawn, &again, "a picture");
    // The order of the axes in memory does not matter.
    let turned = spectrum.view().permuted_axes([3, 2, 1, 0]).as_standard_layout().into_owned();
    let again: Vec<f32> = other.draw(turned.view().permuted_axes([3, 2, 1, 0])).iter().copied().collect();
    assert_same_bits(&drawn, &again, "a picture of a spectrum in another order");
}

#[test]
fn presets_have_their_names_and_steps() {
    assert_eq!(Preset::ALL.map(Preset::name), ["paper", "quick", "smoke"]);
    assert_eq!(Preset::ALL.map(Preset::steps), [2560, 64, 4]);
    for preset in Preset::ALL {
        assert_eq!(preset.to_string(), preset.name());
        assert_eq!(preset.name().parse(), Ok(preset));
    }
    assert!("Paper".parse::<Preset>().is_err());
}

#[test]
fn jitter_is_0_up_to_2_0_then_4_up_to_3_0_then_16_at_every_site() {
    let expected = |block: Block| match (block.stage(), block.index()) {
        (1, _) | (2, 0) => 0,
        (2, 1) | (3, 0) => 4,
        _ => 16,
    };
    let tensors =
        weights::TensorSet::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz")).unwrap();
    let architecture = Architecture::infer(&tensors).unwrap();
    let stem = [Site::StemSum, Site::PooledSum];
    for site in architecture.all_sites().into_iter().chain(stem) {
        let of_block = site.block().map(expected);
        let outside = if site.is_stem() { 0 } else { 16 };
        assert_eq!(jitter_of(&architecture, site, 128), of_block.unwrap_or(outside), "{site}");
    }
}
