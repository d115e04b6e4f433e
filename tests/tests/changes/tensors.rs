//! Each tensor of the weights alone missing, of a wrong shape or with a value that is no number.

use super::world::{BASE, World, base, outputs};
use resnet::{Block, Extent, Isa, Network, Reader, Reading, View};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use testkit::golden::fixtures_dir;
use weights::{Tensor, TensorSet};

const SIZE: usize = 32;

fn weights() -> TensorSet {
    TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap()
}

/// The set without a tensor, or with another in its place.
fn changed(all: &TensorSet, name: &str, instead: Option<Tensor>) -> TensorSet {
    let others = all.iter().filter(|t| t.name() != name).cloned();
    TensorSet::new(all.source(), others.chain(instead)).unwrap()
}

/// What a network without a tensor can still compute, by the tensor's name alone: `None` where that is nothing.
fn left_without(name: &str) -> Option<Vec<String>> {
    let all = ["1.0", "1.1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1"].map(str::to_owned);
    if name.starts_with("conv1.") || name.starts_with("bn1.") {
        return None;
    }
    if name.starts_with("fc.") {
        return Some(all.to_vec());
    }
    let block = name.strip_prefix("layer").unwrap()[..3].to_owned();
    Some(all.into_iter().take_while(|b| *b != block).collect())
}

/// Names with commas, and `and` before the last.
fn listed(names: &[String]) -> String {
    let (last, rest) = names.split_last().unwrap();
    match rest {
        [] => last.clone(),
        _ => format!("{} and {last}", rest.join(", ")),
    }
}

/// Every site's whole map, by its name.
fn maps(network: &Network) -> BTreeMap<String, Vec<u32>> {
    let sites = network.sites();
    let reading = Reading { size: SIZE, view: View::Plain, sites: &sites, extent: Extent::Whole };
    let mut reader = Reader::new(network, reading, Isa::best()).unwrap();
    let bytes = (0..=u8::MAX).cycle().step_by(89);
    let pixels: Vec<u8> = bytes.take(SIZE * SIZE * 3).collect();
    reader.read(&pixels);
    let bits = |&site| reader.whole(site).iter().map(|v| v.to_bits()).collect();
    sites.iter().map(|site| (site.to_string(), bits(site))).collect()
}

#[test]
fn without_any_one_tensor_the_blocks_before_it_are_computed_as_ever_and_it_is_named() {
    let all = weights();
    let network = Network::new(&all).unwrap();
    let blocks: Vec<String> = network.architecture().blocks().iter().map(ToString::to_string).collect();
    let whole = maps(&network);
    let mut compared = BTreeMap::new();
    for name in all.names() {
        let network = Network::new(&changed(&all, name, None));
        let Some(left) = left_without(name) else {
            let said = network.unwrap_err().to_string();
            assert!(said.contains(&format!("`{name}`")), "{name}: {said}");
            continue;
        };
        let network = network.unwrap();
        let architecture = network.architecture();
        let usable: Vec<String> = architecture.blocks().iter().map(Block::to_string).collect();
        assert_eq!(usable, left, "{name}");
        let lost = blocks.iter().filter(|b| !left.contains(b)).cloned();
        let lost: Vec<String> = lost.chain(["fc".to_owned()]).collect();
        assert_eq!(
            architecture.missing_sentence().unwrap(),
            format!("{} cannot be computed: missing {name}", listed(&lost))
        );
        // What is left is the same for all tensors of a block.
        let first_of_block = !compared.contains_key(&left);
        let found = compared.entry(left).or_insert_with(|| maps(&network));
        for (site, map) in found.iter() {
            assert!(*map == whole[site], "{site} without {name}");
        }
        if first_of_block {
            let ends = ["avgpool", "fc"].map(|end| found.contains_key(end));
            assert_eq!(ends, [lost == ["fc"], false], "{name}");
        }
    }
    assert_eq!(compared.len(), 9);
}

#[test]
fn any_one_tensor_of_another_shape_is_named_with_both_shapes() {
    let all = weights();
    for tensor in all.iter() {
        let name = tensor.name();
        let mut longer = tensor.shape().to_vec();
        longer.push(1);
        let mut shapes = vec![longer];
        // Where a count of channels or classes is told by this tensor alone, the others are of a wrong shape.
        if name != "conv1.weight" && name != "fc.weight" {
            let mut halved = tensor.shape().to_vec();
            halved[0] /= 2;
            shapes.push(halved);
        }
        for shape in shapes {
            let count = shape.iter().product();
            let values = tensor.values()[..count].to_vec();
            let other = Tensor::new(tensor.file(), name, shape.clone(), values).unwrap();
            let network = Network::new(&changed(&all, name, Some(other)));
            let said = network.unwrap_err().to_string();
            let expected = format!("`{name}` to have the shape {:?}, found {shape:?}", tensor.shape());
            assert!(said.contains(&expected), "{said}");
        }
    }
}

/// Unpacks the embedded network to a folder of files.
fn unpack(to: &Path) {
    let file = File::open(fixtures_dir().join("resnet18-16.npz")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        fs::write(to.join(&*member.name().unwrap()), bytes).unwrap();
    }
}

#[test]
fn in_a_folder_any_one_file_that_is_cut_or_holds_no_number_is_named() {
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path());
    let all = weights();
    assert_eq!(TensorSet::load(folder.path()).unwrap().digest(), all.digest());
    for name in all.names() {
        let path = folder.path().join(format!("{name}.npy"));
        let good = fs::read(&path).unwrap();
        let mut no_number = good.clone();
        let at = good.len() - 4;
        no_number[at..].copy_from_slice(&f32::NAN.to_le_bytes());
        let infinite = [&good[..at], &f32::INFINITY.to_le_bytes()].concat();
        for bad in [&no_number[..], &infinite, &good[..at], &good[..60], b""] {
            fs::write(&path, bad).unwrap();
            let said = TensorSet::load(folder.path()).unwrap_err().to_string();
            let (file, tensor) = (path.display().to_string(), format!("`{name}`"));
            assert!(said.contains(&file) && said.contains(&tensor), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
        fs::write(&path, good).unwrap();
    }
}

#[test]
fn in_an_archive_a_member_that_holds_no_number_is_named() {
    // One of each kind of tensor: an archive is written for each.
    for name in [
        "conv1.weight",
        "bn1.running_var",
        "layer1.0.bn1.weight",
        "layer2.0.downsample.1.bias",
        "layer3.1.conv2.weight",
        "layer4.1.bn2.running_mean",
        "fc.weight",
        "fc.bias",
    ] {
        let world = World::new();
        world.change_tensor(name, |value| *value = f32::NAN.to_le_bytes());
        let path = world.path("weights.npz");
        let said = TensorSet::load(&path).unwrap_err().to_string();
        let expected = format!("{}: tensor `{name}`: expected finite values", path.display());
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[test]
fn a_run_of_weights_that_end_early_has_the_pictures_and_tables_of_the_whole() {
    let world = World::new();
    fs::remove_file(world.path("weights.npz")).unwrap();
    fs::create_dir(world.path("weights.npz")).unwrap();
    unpack(&world.path("weights.npz"));
    fs::remove_file(world.path("weights.npz/layer2.1.bn2.bias.npy")).unwrap();
    let said = world.succeed(&[&BASE[..], &["--out", "new"]].concat());
    let sentence = "2.1, 3.0, 3.1, 4.0, 4.1 and fc cannot be computed: missing layer2.1.bn2.bias";
    assert!(said.contains(sentence), "{said}");
    let (mut whole, mut partial) = (outputs(&base().join("used")), outputs(&world.path("new")));
    // They say of which weights they are, and what is missing.
    for name in ["manifest.json", "page/data/run.js", "page/data/pictures/1.1.js"] {
        assert!(whole.remove(name) != partial.remove(name), "{name}");
    }
    let others = partial.iter().filter(|(name, bytes)| whole.get(*name) != Some(bytes)).map(|(name, _)| name);
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(whole.len(), partial.len());
    let refused = world.run(&[&BASE[..5], &["--blocks", "2.1", "--out", "none"]].concat());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("layer2.1.bn2.bias"), "{said}");
}
