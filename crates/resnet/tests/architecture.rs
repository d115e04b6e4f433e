//! What a set of tensors makes of ResNet18: any width, separate or folded batch norm, missing and wrong tensors.

mod made;

use made::{ALL, CLASSES, Made, RESNET18, WIDTHS, shapes, shapes_of, tensor};
use resnet::{Architecture, BatchNormState, Extent, Isa, Network, NetworkError, Reader, Reading, Role, Site, View};
use weights::{Tensor, TensorSet};

/// The network of these tensors after a change to their shapes.
fn network(
    state: BatchNormState,
    change: impl FnOnce(&mut Vec<(String, Vec<usize>)>),
) -> Result<Network, NetworkError> {
    let mut shapes = shapes(state);
    change(&mut shapes);
    let tensors = shapes.into_iter().map(|(name, shape)| tensor(&name, shape));
    Network::new(&TensorSet::new("made.npz", tensors).unwrap())
}

fn message(result: Result<Network, NetworkError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn widths_classes_and_the_state_of_batch_norm_are_inferred() {
    for state in [BatchNormState::Separate, BatchNormState::Folded] {
        let network = network(state, |_| ()).unwrap();
        let architecture = network.architecture();
        assert_eq!((architecture.widths(), architecture.classes()), (WIDTHS.to_vec(), Some(CLASSES)));
        assert_eq!((architecture.batch_norm(), architecture.is_complete()), (state, true));
        assert_eq!(architecture.missing_sentence(), None);
        assert_eq!(network.sites(), architecture.all_sites());
    }
}

#[test]
fn any_input_size_can_be_read_and_the_sum_is_exact_at_every_block() {
    let network = network(BatchNormState::Separate, |_| ()).unwrap();
    for size in [8, 20, 64] {
        let bytes: Vec<u8> = (0..size * size * 3).map(|i| (i * 89 % 251).try_into().unwrap()).collect();
        for &block in network.architecture().blocks() {
            let sites = Role::ALL.map(|role| network.architecture().read_site(block, role));
            let mut reader = Reader::new(
                &network,
                Reading { size, view: View::Plain, sites: &sites, extent: Extent::Whole },
                Isa::best(),
            )
            .unwrap();
            reader.read(&bytes);
            let [input, contribution, output] = sites.map(|site| reader.whole(site).into_iter().collect::<Vec<f32>>());
            let sums: Vec<f32> = input.iter().zip(&contribution).map(|(i, b)| i + b).collect();
            testkit::assert_same_bits(&output, &sums, &format!("{block} at {size}"));
        }
    }
}

#[test]
fn blocks_before_the_first_incomplete_one_are_usable_and_the_others_are_listed() {
    let network =
        network(BatchNormState::Folded, |shapes| shapes.retain(|(n, _)| n != "layer2.1.conv2.bias" && n != "fc.bias"))
            .unwrap();
    let names: Vec<String> = network.architecture().blocks().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["1.0", "1.1", "2.0"]);
    assert_eq!(
        network.architecture().missing_sentence().unwrap(),
        "2.1, 3.0, 3.1, 4.0, 4.1 and fc cannot be computed: missing layer2.1.conv2.bias, fc.bias"
    );
    let site: Site = "layer2.1.pre".parse().unwrap();
    let said = network.require(site).unwrap_err().to_string();
    assert!(said.contains("layer2.1.pre") && said.contains("layer2.1.conv2.bias"), "{said}");
}

#[test]
fn the_last_stage_is_the_last_one_that_has_a_tensor_and_without_a_classifier_nothing_is_missing() {
    let network = network(BatchNormState::Separate, |shapes| {
        shapes.retain(|(n, _)| !n.starts_with("layer4") && !n.starts_with("fc"))
    })
    .unwrap();
    assert_eq!(network.architecture().widths(), [3, 5, 4]);
    assert_eq!(network.architecture().blocks().len(), 6);
    assert_eq!(network.architecture().classes(), None);
    assert!(network.architecture().is_complete());
    assert_eq!(network.sites().last().unwrap().to_string(), "avgpool");
}

#[test]
fn a_stage_between_others_without_a_single_tensor_is_listed() {
    let network = network(BatchNormState::Separate, |s| s.retain(|(n, _)| !n.starts_with("layer2"))).unwrap();
    let sentence = network.architecture().missing_sentence().unwrap();
    assert!(sentence.starts_with("2.0, 3.0, 3.1, 4.0, 4.1 and fc cannot be computed: missing layer2.0.conv1.weight"));
    assert_eq!(network.architecture().blocks().len(), 2);
}

#[test]
fn what_every_family_is_made_of_is_inferred() {
    for made in &ALL {
        for state in [BatchNormState::Separate, BatchNormState::Folded] {
            let tensors = shapes_of(made, state).into_iter().map(|(name, shape)| tensor(&name, shape));
            let architecture = Architecture::infer(&TensorSet::new("made.npz", tensors).unwrap()).unwrap();
            assert_eq!((architecture.name().as_str(), architecture.is_complete()), (made.name, true));
            let found: Vec<(usize, usize)> = architecture.stages().iter().map(|s| (s.blocks, s.width)).collect();
            assert_eq!(found, made.stages);
            assert_eq!(architecture.is_bottleneck(), made.inner.is_some());
            assert_eq!(architecture.stem().pooling.is_some(), made.kernel == 7);
            assert_eq!(architecture.classes(), made.head.map(|_| CLASSES));
            let inner: Vec<usize> = architecture.stages().iter().map(|stage| stage.inner).collect();
            assert_eq!(inner, made.inner.map_or_else(|| architecture.widths(), <[usize]>::to_vec));
            let sizes = (architecture.usual_size(), architecture.usual_resize(architecture.usual_size()));
            assert_eq!(sizes, if made.kernel == 7 { (224, 256) } else { (32, 32) });
        }
    }
}

#[test]
fn groups_are_inferred_and_computed() {
    let grouped = Made { name: "resnext8_2x3d", stages: &[(1, 12), (1, 24)], inner: Some(&[6, 8]), ..RESNET18 };
    let each = |name: &str, mut shape: Vec<usize>| {
        if name.ends_with("conv2.weight") {
            shape[1] /= 2;
        }
        shape
    };
    let tensors = shapes_of(&grouped, BatchNormState::Separate).into_iter();
    let tensors = tensors.map(|(name, shape)| tensor(&name, each(&name, shape)));
    let tensors = TensorSet::new("made.npz", tensors).unwrap();
    let architecture = Architecture::infer(&tensors).unwrap();
    let groups: Vec<usize> = architecture.stages().iter().map(|stage| stage.groups).collect();
    assert_eq!((architecture.name().as_str(), groups), (grouped.name, vec![2, 2]));
    assert_eq!(Network::new(&tensors).unwrap().architecture(), &architecture);
}

#[test]
fn a_number_that_no_network_has_is_a_strangers() {
    for name in ["layer60000.0.conv1.weight", "layer2.60000.conv1.weight", "layer99999.0.conv1.weight"] {
        let said = message(network(BatchNormState::Separate, |s| s.push((name.into(), vec![3, 3, 3, 3]))));
        assert!(said.contains(&format!("expected no tensor `{name}`")), "{said}");
    }
}

#[test]
fn a_tensor_of_the_wrong_shape_is_the_one_that_is_named() {
    let resize = |name: &'static str, shape: Vec<usize>| {
        message(network(BatchNormState::Separate, |shapes| {
            shapes.iter_mut().find(|(n, _)| n == name).unwrap().1 = shape;
        }))
    };
    let said = resize("layer2.0.bn1.bias", vec![9]);
    assert!(said.contains("`layer2.0.bn1.bias`") && said.contains("[5]") && said.contains("[9]"), "{said}");
    let said = resize("layer3.1.conv1.weight", vec![4, 4, 5, 5]);
    assert!(said.contains("`layer3.1.conv1.weight`") && said.contains("[4, 4, 3, 3]"), "{said}");
    let said = resize("fc.weight", vec![CLASSES, 8]);
    assert!(said.contains("`fc.weight`") && said.contains("[6, 7]"), "{said}");
}

#[test]
fn what_no_network_has_is_refused() {
    let said =
        message(network(BatchNormState::Separate, |s| s.push(("layer1.1.conv7.weight".into(), vec![3, 3, 3, 3]))));
    assert!(said.contains("layer1.1.conv7.weight"), "{said}");
    // One more block, as far as it is there.
    let further =
        network(BatchNormState::Separate, |s| s.push(("layer4.2.conv1.weight".into(), vec![7, 7, 3, 3]))).unwrap();
    let sentence = further.architecture().missing_sentence().unwrap();
    assert!(sentence.starts_with("4.2 and fc cannot be computed: missing layer4.2.bn1.weight, "), "{sentence}");
    let said = message(network(BatchNormState::Separate, |s| s.retain(|(n, _)| n != "bn1.running_var")));
    assert!(said.contains("bn1.running_var"), "{said}");
    let said = message(network(BatchNormState::Separate, |s| s.push(("layer4.1.conv2.bias".into(), vec![7]))));
    assert!(said.contains("layer4.1.conv2.bias") && said.contains("folded") && said.contains("separate"), "{said}");
}

#[test]
fn a_negative_variance_is_refused_with_its_tensor_and_channel() {
    let changed = |channel: usize, variance: f32| {
        let tensors = shapes(BatchNormState::Separate).into_iter();
        let tensors = tensors.map(|(name, shape)| {
            let made = tensor(&name, shape.clone());
            if name != "layer2.0.bn1.running_var" {
                return made;
            }
            let mut values = made.values().to_vec();
            values[channel] = variance;
            Tensor::new("made.npz", &name, shape, values).unwrap()
        });
        Network::new(&TensorSet::new("made.npz", tensors).unwrap())
    };
    let said = message(changed(3, -0.25));
    for word in ["layer2.0.bn1.running_var", "-0.25", "channel 3"] {
        assert!(said.contains(word), "{said}");
    }
    // A channel that never varied is one.
    assert!(changed(3, 0.0).is_ok());
}

#[test]
fn sizes_that_the_scale_operators_cannot_quarter_are_refused() {
    let network = network(BatchNormState::Folded, |_| ()).unwrap();
    for size in [0, 4, 30, 4100] {
        let site = [Site::MaxPool];
        let made = Reader::new(
            &network,
            Reading { size, view: View::Plain, sites: &site, extent: Extent::Center },
            Isa::best(),
        );
        assert!(made.unwrap_err().to_string().contains("multiple of 4"), "{size}");
    }
}

#[test]
fn an_enlarged_image_is_its_middle_alone_and_a_shrunk_one_is_all_of_it() {
    const SIZE: usize = 32;
    let network = network(BatchNormState::Separate, |_| ()).unwrap();
    let site = "maxpool".parse().unwrap();
    let image: Vec<u8> = (0..SIZE * SIZE * 3).map(|i| (i * 89 % 251).try_into().unwrap()).collect();
    let mut other_edges = image.clone();
    for (at, byte) in other_edges.iter_mut().enumerate() {
        let (row, column) = (at / 3 / SIZE, at / 3 % SIZE);
        if !(8..24).contains(&row) || !(8..24).contains(&column) {
            *byte = 255 - *byte;
        }
    }
    for (view, edges_matter) in
        [(View::Plain, true), (View::Enlarged, false), (View::Cropped(SIZE / 2), false), (View::Shrunk, true)]
    {
        let reading = Reading { size: SIZE, view, sites: &[site], extent: Extent::Whole };
        let mut reader = Reader::new(&network, reading, Isa::best()).unwrap();
        let [one, other] = [&image, &other_edges].map(|bytes| {
            reader.read(bytes);
            reader.whole(site)
        });
        assert_eq!(one != other, edges_matter, "{view:?}");
    }
}

#[test]
fn a_scale_becomes_the_nearest_centered_size_and_what_that_makes_of_it() {
    assert_eq!(View::scaled(1.0, 224), (View::Plain, 1.0));
    assert_eq!(View::scaled(2.0, 224), (View::Enlarged, 2.0));
    assert_eq!(View::scaled(0.5, 224), (View::Shrunk, 0.5));
    // 224 / 2^(1/4) = 188.4, and the middle has as many pixels on either side.
    let quarter = 0.25_f64.exp2();
    let found = View::scaled(quarter, 224);
    assert_eq!(found, (View::Cropped(188), 224.0 / 188.0));
    let found = View::scaled(quarter.recip(), 224);
    assert_eq!(found, (View::Padded(188), 188.0 / 224.0));
}
