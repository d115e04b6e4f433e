//! What a set of tensors makes of ResNet18: any width, separate or folded batch norm, missing and wrong tensors.

mod made;

use made::{CLASSES, WIDTHS, shapes, tensor};
use resnet::{BatchNormState, Extent, Isa, Network, NetworkError, Reader, Reading, Role, Site, View};
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
        assert_eq!((architecture.widths(), architecture.classes()), (WIDTHS, Some(CLASSES)));
        assert_eq!((architecture.batch_norm(), architecture.is_complete()), (state, true));
        assert_eq!(architecture.missing_sentence(), None);
        assert_eq!(network.sites(), Site::all());
    }
}

#[test]
fn any_input_size_can_be_read_and_the_sum_is_exact_at_every_block() {
    let network = network(BatchNormState::Separate, |_| ()).unwrap();
    for size in [8, 20, 64] {
        let bytes: Vec<u8> = (0..size * size * 3).map(|i| (i * 89 % 251).try_into().unwrap()).collect();
        for &block in network.architecture().blocks() {
            let sites = Role::ALL.map(|role| block.read_site(role));
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
fn a_stage_without_a_single_tensor_is_listed_too() {
    let network = network(BatchNormState::Separate, |shapes| {
        shapes.retain(|(n, _)| !n.starts_with("layer4") && !n.starts_with("fc"))
    })
    .unwrap();
    assert_eq!(network.architecture().widths(), [3, 5, 4, 0]);
    assert_eq!(network.architecture().blocks().len(), 6);
    assert_eq!(network.architecture().classes(), None);
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
fn what_no_resnet18_has_is_refused() {
    let said =
        message(network(BatchNormState::Separate, |s| s.push(("layer1.2.conv1.weight".into(), vec![3, 3, 3, 3]))));
    assert!(said.contains("layer1.2.conv1.weight"), "{said}");
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
