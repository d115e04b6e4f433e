//! Names, sizes, what is missing and what is refused: sentences of the documentation.

mod made;

use autodiff::ops::Input;
use autodiff::{Graph, Shape};
use made::{CLASSES, WIDTHS, shapes, tensor};
use resnet::{BatchNormState, Block, Extent, Isa, Network, Reader, Reading, Role, Site, View};
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
fn blocks_roles_and_sites_are_named_and_follow_each_other() {
    let mut before = None;
    for (at, block) in Block::ALL.into_iter().enumerate() {
        assert_eq!((block.stage(), block.index()), (at / 2 + 1, at % 2));
        assert_eq!(block.to_string(), format!("{}.{}", at / 2 + 1, at % 2));
        assert_eq!(block.module(), format!("layer{block}"));
        assert_eq!(block.has_projection(), [2, 4, 6].contains(&at));
        assert_eq!(block.previous(), before);
        let read = Role::ALL.map(|role| block.read_site(role).to_string());
        let optimised = Role::ALL.map(|role| block.optimised_site(role).to_string());
        let module = block.module();
        let [input, start] = match (before, block.has_projection()) {
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
    let sites = Site::all();
    let names: Vec<String> = sites.iter().map(ToString::to_string).collect();
    assert_eq!(names[..5], ["relu", "maxpool", "layer1.0.bn2", "layer1.0.pre", "layer1.0"]);
    assert_eq!(names[8..12], ["layer2.0.downsample.1", "layer2.0.bn2", "layer2.0.pre", "layer2.0"]);
    assert_eq!(names[names.len() - 2..], ["avgpool", "fc"]);
    assert_eq!(names.len(), 2 + 8 * 3 + 3 + 2);
    for (site, name) in sites.iter().zip(&names) {
        assert_eq!(site.is_stem(), ["relu", "maxpool"].contains(&name.as_str()));
        let block = Block::ALL.into_iter().find(|b| name.starts_with(&b.module()));
        assert_eq!(site.block(), block, "{name}");
    }
    let said = "layer9".parse::<Site>().unwrap_err().to_string();
    assert!(said.starts_with("unknown site 'layer9': did you mean '"), "{said}");
    assert_eq!(said.matches('\'').count(), 8, "{said}");
    let said = "5.0".parse::<Block>().unwrap_err().to_string();
    assert_eq!(said, "'5.0' is not a block: expected one of 1.0, 1.1, 2.0, 2.1, 3.0, 3.1, 4.0, 4.1");
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
    for (block, width) in Block::ALL.into_iter().zip([0, 0, 1, 1, 2, 2, 3, 3]) {
        assert_eq!(complete.architecture().channels(block), WIDTHS[width]);
    }
    // The classes alone.
    for (gone, classes) in [("fc.weight", Some(CLASSES)), ("fc.bias", Some(CLASSES))] {
        let (network, sentence) = without(|name| name == gone);
        assert_eq!(sentence.unwrap(), format!("fc cannot be computed: missing {gone}"));
        let architecture = network.architecture();
        assert_eq!((architecture.classes(), architecture.is_complete()), (classes, false));
        assert_eq!(architecture.blocks(), Block::ALL);
        let sites: Vec<String> = network.sites().iter().map(ToString::to_string).collect();
        assert_eq!(sites.last().unwrap(), "layer4.1");
    }
    let (network, sentence) = without(|name| name == "layer4.1.conv1.weight" || name == "layer4.0.conv2.bias");
    assert_eq!(
        sentence.unwrap(),
        "4.0, 4.1 and fc cannot be computed: missing layer4.0.conv2.bias, layer4.1.conv1.weight"
    );
    let missing = network.architecture().missing();
    let blocks: Vec<Option<Block>> = missing.iter().map(|m| m.block).collect();
    assert_eq!(blocks, [Some(Block::ALL[6]), Some(Block::ALL[7]), None]);
    assert!(missing[2].tensors.is_empty());
    for site in Site::all() {
        let there = site.block().is_none_or(|block| block < Block::ALL[6])
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
