//! Names, sizes, what is missing and what is refused: sentences of the documentation.

mod made;

use autodiff::ops::Input;
use autodiff::{Graph, Shape};
use made::{ALL, CLASSES, Made, WIDTHS, shapes, shapes_of, tensor};
use resnet::{Architecture, BatchNormState, Block, Extent, Isa, Network, Reader, Reading, Role, Site, View};
use weights::TensorSet;

#[test]
fn a_scale_is_the_nearest_size_with_as_many_pixels_on_either_side() {
    for size in [8, 28, 32, 224] {
        for step in 4..=50_u8 {
            let scale = f64::from(step) / 16.0;
            let wanted = size as f64 * if scale > 1.0 { 1.0 / scale } else { scale };
            // All sizes from the full one down, two pixels less each; the first of equals is nearest.
            let mut nearest = size;
            for side in (1..=size).rev().filter(|side| (size - side) % 2 == 0) {
                if (side as f64 - wanted).abs() < (nearest as f64 - wanted).abs() {
                    nearest = side;
                }
            }
            let (full, side) = (size as f64, nearest as f64);
            let expected = match (scale.total_cmp(&1.0), 2 * nearest == size) {
                (std::cmp::Ordering::Equal, _) => (View::Plain, 1.0),
                (std::cmp::Ordering::Greater, true) => (View::Enlarged, full / side),
                (std::cmp::Ordering::Greater, false) => (View::Cropped(nearest), full / side),
                (std::cmp::Ordering::Less, true) => (View::Shrunk, side / full),
                (std::cmp::Ordering::Less, false) => (View::Padded(nearest), side / full),
            };
            assert_eq!(View::scaled(scale, size), expected, "{scale} of {size}");
        }
    }
}

#[test]
fn blocks_roles_and_sites_of_resnet18_are_named_and_follow_each_other() {
    let (network, _) = without(|_| false);
    let architecture = network.architecture();
    let names = ["1.0", "1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"];
    let blocks: Vec<String> = architecture.blocks().iter().map(ToString::to_string).collect();
    assert_eq!(blocks, names);
    // All but the first, as in the paper.
    assert_eq!(architecture.studied(), &architecture.blocks()[1..]);
    let mut before: Option<Block> = None;
    for (at, &block) in architecture.blocks().iter().enumerate() {
        assert_eq!((block.stage(), block.index()), (at / 2 + 1, at % 2));
        assert_eq!(architecture.previous(block), before);
        let read = Role::ALL.map(|role| architecture.read_site(block, role).to_string());
        let optimised = Role::ALL.map(|role| architecture.optimised_site(block, role).to_string());
        let module = block.module();
        let [input, start] = match (before, [2, 4, 6].contains(&at)) {
            (None, _) => ["maxpool".to_owned(), "maxpool.pre".to_owned()],
            (_, true) => [format!("{module}.downsample.1"), format!("{module}.downsample.1")],
            (Some(before), false) => [before.module(), format!("{}.pre", before.module())],
        };
        assert_eq!(read, [input, format!("{module}.bn2"), format!("{module}.pre")]);
        assert_eq!(optimised, [start, format!("{module}.bn2"), format!("{module}.pre")]);
        before = Some(block);
    }
    assert_eq!(Role::ALL.map(Role::name), ["input", "block", "output"]);
    assert_eq!(Role::ALL.map(|role| role.to_string()), ["input", "block", "output"]);
    assert_eq!([BatchNormState::Separate, BatchNormState::Folded].map(BatchNormState::name), ["separate", "folded"]);
    let sites = architecture.all_sites();
    let names: Vec<String> = sites.iter().map(ToString::to_string).collect();
    assert_eq!(names[..5], ["relu", "maxpool", "layer1.0.bn2", "layer1.0.pre", "layer1.0"]);
    assert_eq!(names[8..12], ["layer2.0.downsample.1", "layer2.0.bn2", "layer2.0.pre", "layer2.0"]);
    assert_eq!(names[names.len() - 2..], ["avgpool", "fc"]);
    assert_eq!(names.len(), 2 + 8 * 3 + 3 + 2);
    for (site, name) in sites.iter().zip(&names) {
        assert_eq!(site.is_stem(), ["relu", "maxpool"].contains(&name.as_str()));
        let block = architecture.blocks().iter().copied().find(|b| name.starts_with(&b.module()));
        assert_eq!(site.block(), block, "{name}");
    }
}

#[test]
fn a_site_is_found_by_its_name_or_by_a_block_and_a_role_in_every_family() {
    for made in &ALL {
        let architecture = architecture(made);
        for site in architecture.all_sites() {
            assert_eq!(architecture.site(&site.into()), Ok(site));
            assert_eq!(site.to_string().parse(), Ok(site));
        }
        for &block in architecture.blocks() {
            for prefix in ["", "layer"] {
                let site = |rest: &str| architecture.site(&format!("{prefix}{block}{rest}").parse().unwrap());
                assert_eq!(site(""), Ok(Site::Output(block)));
                for role in Role::ALL {
                    assert_eq!(site(&format!(".{role}")), Ok(architecture.read_site(block, role)));
                }
            }
        }
    }
}

#[test]
fn what_is_optimised_is_behind_no_relu_and_of_the_same_shape() {
    for made in &ALL {
        let architecture = architecture(made);
        for site in architecture.all_sites() {
            let before = architecture.before_relu(site);
            assert_eq!(architecture.before_relu(before), before);
            assert_eq!(architecture.shape(site, 32), architecture.shape(before, 32), "{site}");
            assert_eq!(architecture.field(site), architecture.field(before), "{site}");
            let name = site.to_string();
            let block = site.block().filter(|block| name == block.module());
            if name == "relu" || name == "maxpool" || block.is_some() {
                assert_eq!(before.to_string(), format!("{name}.pre"));
            } else if !name.ends_with(".shortcut") {
                assert_eq!(before, site);
            }
        }
    }
    // The shortcut of a block that changes nothing hands over what is behind the ReLU of the block before.
    let cifar = architecture(&ALL[3]);
    let before = |site: &str| cifar.before_relu(site.parse().unwrap()).to_string();
    assert_eq!(
        ["layer1.0", "layer1.1", "layer2.1"].map(|b| before(&format!("{b}.shortcut"))),
        ["relu.pre", "layer1.0.pre", "layer2.0.pre"]
    );
    assert_eq!(before("layer2.0.shortcut"), "layer2.0.shortcut");
}

#[test]
fn a_mistyped_site_gets_the_sites_of_its_block_or_the_nearest_names() {
    let (network, _) = without(|_| false);
    let said = |text: &str| network.architecture().site(&text.parse().unwrap()).unwrap_err().to_string();
    let of_block = "block 3.1 has layer3.1.bn2 (block), layer3.1.pre (output), layer3.1 and layer3.0 (input)";
    for wrong in ["layer3.1.bn3", "3.1.conv2", "3.1.inputs", "layer3.1."] {
        assert_eq!(said(wrong), format!("unknown site '{wrong}': {of_block}"));
    }
    let of_first =
        "block 3.0 has layer3.0.bn2 (block), layer3.0.pre (output), layer3.0 and layer3.0.downsample.1 (input)";
    assert_eq!(said("layer3.0.x"), format!("unknown site 'layer3.0.x': {of_first}"));
    for wrong in ["layer31.pre", "layer3.10.pre", "layer3.1pre", "layer9", "layer5.0", "layer1.0.downsample.1"] {
        let said = said(wrong);
        if !wrong.starts_with("layer1.0") {
            assert!(said.starts_with(&format!("unknown site '{wrong}': did you mean '")), "{said}");
        }
    }
    assert!(said("layer3.10.pre").contains("'layer3.1.pre'"));
    assert_eq!(said("max").matches('\'').count(), 8, "{}", said("max"));
    let said = "1".parse::<Block>().unwrap_err().to_string();
    assert_eq!(said, "'1' is not a block: expected a stage and a place in it, such as 1.1 or layer3.0");
}

#[test]
fn channels_without_an_input_are_those_that_a_shortcut_adds() {
    // Stages of 3, 7 and 12 channels: two zeros before and after the first three, two and three around the next seven.
    let cifar = architecture(&ALL[3]);
    let of = |stage, index| cifar.studied_channels(Block::new(stage, index));
    assert_eq!([of(1, 0), of(1, 1), of(2, 0), of(2, 1), of(3, 0)], [0..3, 0..3, 2..5, 0..7, 2..9]);
    for made in ALL.iter().filter(|made| made.shortcut.is_some()) {
        let architecture = architecture(made);
        for &block in architecture.blocks() {
            assert_eq!(architecture.studied_channels(block), 0..architecture.channels(block));
        }
    }
}

/// The description of a network.
fn architecture(made: &Made) -> Architecture {
    let all = shapes_of(made, BatchNormState::Separate).into_iter().map(|(name, shape)| tensor(&name, shape));
    Architecture::infer(&TensorSet::new("made.npz", all).unwrap()).unwrap()
}

/// The network without some tensors, and its message about what is missing.
fn without(is_gone: impl Fn(&str) -> bool) -> (Network, Option<String>) {
    let all = shapes(BatchNormState::Folded).into_iter().filter(|(name, _)| !is_gone(name));
    let all = all.map(|(name, shape)| tensor(&name, shape));
    let network = Network::new(&TensorSet::new("made.npz", all).unwrap()).unwrap();
    let sentence = network.architecture().missing_sentence();
    (network, sentence)
}

#[test]
fn what_is_missing_is_listed_in_order_and_its_sites_are_gone() {
    let (complete, sentence) = without(|_| false);
    assert!(complete.architecture().is_complete() && complete.architecture().missing().is_empty());
    assert_eq!(sentence, None);
    let blocks = complete.architecture().blocks().to_vec();
    for (&block, width) in blocks.iter().zip([0, 0, 1, 1, 2, 2, 3, 3]) {
        assert_eq!(complete.architecture().channels(block), WIDTHS[width]);
    }
    // The classes alone.
    for (gone, classes) in [("fc.weight", Some(CLASSES)), ("fc.bias", Some(CLASSES))] {
        let (network, sentence) = without(|name| name == gone);
        assert_eq!(sentence.unwrap(), format!("fc cannot be computed: missing {gone}"));
        let architecture = network.architecture();
        assert_eq!((architecture.classes(), architecture.is_complete()), (classes, false));
        assert_eq!(architecture.blocks(), blocks);
        let sites: Vec<String> = network.sites().iter().map(ToString::to_string).collect();
        assert_eq!(sites.last().unwrap(), "avgpool");
    }
    let (network, sentence) = without(|name| name == "layer4.1.conv1.weight" || name == "layer4.0.conv2.bias");
    assert_eq!(
        sentence.unwrap(),
        "4.0, 4.1 and fc cannot be computed: missing layer4.0.conv2.bias, layer4.1.conv1.weight"
    );
    let missing = network.architecture().missing();
    let of: Vec<Option<Block>> = missing.iter().map(|m| m.block).collect();
    assert_eq!(of, [Some(blocks[6]), Some(blocks[7]), None]);
    assert!(missing[2].tensors.is_empty());
    for site in complete.architecture().all_sites() {
        let there = site.block().is_none_or(|block| block < blocks[6])
            && !["avgpool", "fc"].contains(&site.to_string().as_str());
        assert_eq!(network.require(site).is_ok(), there, "{site}");
        assert_eq!(network.sites().contains(&site), there, "{site}");
    }
    let said = network.require("fc".parse().unwrap()).unwrap_err().to_string();
    assert!(said.starts_with("site 'fc' is not available: 4.0, 4.1 and fc cannot be computed"), "{said}");
}

#[test]
fn a_networks_sites_in_a_graph_are_in_the_order_of_computation() {
    let (network, _) = without(|name| name.starts_with("fc"));
    let mut graph = Graph::new();
    let shape = Shape::new(8, 8, 3);
    let image = graph.add(Input { shape }, &[]).unwrap();
    let sites = network.add_to(&mut graph, image).unwrap();
    let found: Vec<Site> = sites.iter().map(|(site, _)| site).collect();
    assert_eq!(found, network.sites());
    assert!(sites.iter().all(|(site, node)| sites.get(site) == Some(node)));
    assert!(sites.iter().zip(sites.iter().skip(1)).all(|((_, a), (_, b))| a < b));
    assert_eq!(sites.get("fc".parse().unwrap()), None);
    // Four channels are no image.
    let four = graph.add(Input { shape: Shape::new(8, 8, 4) }, &[]).unwrap();
    assert!(network.add_to(&mut graph, four).is_err());
}

#[test]
fn what_is_added_to_variances_is_torchvisions() {
    assert_eq!(resnet::BATCH_NORM_EPS, 1e-5);
}

#[test]
fn input_sizes_are_multiples_of_4_from_8_to_4096() {
    for (size, fine) in [
        (0, false),
        (4, false),
        (8, true),
        (9, false),
        (10, false),
        (12, true),
        (4092, true),
        (4096, true),
        (4100, false),
    ] {
        assert_eq!(Network::require_input_size(size).is_ok(), fine, "{size}");
    }
    let said = Network::require_input_size(10).unwrap_err().to_string();
    assert_eq!(said, "input size 10: expected a multiple of 4 from 8 to 4096");
}

#[test]
fn the_wrong_number_of_bytes_and_a_site_that_is_not_read_are_refused() {
    let (network, _) = without(|_| false);
    let sites: [Site; 2] = ["relu", "layer1.0"].map(|name| name.parse().unwrap());
    let reader = || {
        Reader::new(
            &network,
            Reading { size: 8, view: View::Plain, sites: &sites[..1], extent: Extent::Center },
            Isa::best(),
        )
        .unwrap()
    };
    let refused = |run: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err();
    reader().read(&[0; 192]);
    assert!(refused(&|| reader().read(&[0; 191])) && refused(&|| reader().read(&[0; 193])));
    assert!(
        refused(&|| {
            reader().center(sites[1]);
        }) && refused(&|| drop(reader().whole(sites[1])))
    );
    // Of a center neuron there is no whole map.
    assert!(refused(&|| drop(reader().whole(sites[0]))));
}
