//! Other residual networks against PyTorch: torchvision's of basic blocks and of bottlenecks, wide ones among them, whose weights
//! are made by a rule; and two for CIFAR-10, as their author saved them.
//!
//! Values and weights are in the folder that `STREAMSCOPE_DATA` names, and the rule is in its `golden/README.md`.

use autodiff::ops::{Input, Normalise};
use autodiff::{Graph, Isa, Shape, Wanted};
use images::Folder;
use resnet::{Architecture, Extent, Network, Reader, Reading, Site, View};
use runs::{Loaded, Source};
use std::path::Path;
use streamscope_tests::arrays::{channels_last, single};
use testkit::golden::{Archive, data_dir};
use testkit::{pseudo_random, relative_l2};
use weights::{Tensor, TensorSet};

/// What one of torchvision's networks is made of.
struct Made {
    name: &'static str,
    /// Blocks of its stages.
    blocks: [usize; 4],
    /// Channels of the first convolution of a bottleneck in the first stage; none where blocks are basic.
    inner: Option<usize>,
    groups: usize,
}

const MADE: [Made; 4] = [
    Made { name: "resnet34", blocks: [3, 4, 6, 3], inner: None, groups: 1 },
    Made { name: "resnet50", blocks: [3, 4, 6, 3], inner: Some(64), groups: 1 },
    Made { name: "wide_resnet50_2", blocks: [3, 4, 6, 3], inner: Some(128), groups: 1 },
    Made { name: "resnext50_32x4d", blocks: [3, 4, 6, 3], inner: Some(128), groups: 32 },
];

/// The tensor of a name, by the rule; `last` is the last batch norm of a block.
fn tensor(name: &str, shape: Vec<usize>, last: &str) -> Tensor {
    let hashed = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let uniform = |i: u64| {
        let mut z = hashed.wrapping_add((i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        f64::from(u32::try_from(z >> 40).unwrap()) / f64::from(1_u32 << 24)
    };
    let read = shape[1..].iter().product::<usize>() as f64;
    let part = name.rsplit('.').next().unwrap();
    let is_last = name.contains(&format!(".{last}."));
    let value = |u: f64| match (part, shape.len()) {
        ("weight", 4) => (2.0 * u - 1.0) * (6.0 / read).sqrt(),
        ("weight", 2) => (2.0 * u - 1.0) * (3.0 / read).sqrt(),
        ("weight", _) if is_last => 0.3 * (0.5 + u),
        ("weight" | "running_var", _) => 0.5 + u,
        _ => 0.2 * (u - 0.5),
    };
    let count = shape.iter().product::<usize>() as u64;
    let values = single(&(0..count).map(|i| value(uniform(i))).collect::<Vec<f64>>());
    Tensor::new("by the rule", name, shape, values).unwrap()
}

impl Made {
    /// Its tensors.
    fn tensors(&self) -> TensorSet {
        let mut all = Vec::new();
        let last = if self.inner.is_some() { "bn3" } else { "bn2" };
        let mut layer = |convolution: String, norm: String, [outputs, each, kernel]: [usize; 3]| {
            all.push(tensor(&format!("{convolution}.weight"), vec![outputs, each, kernel, kernel], last));
            for part in ["weight", "bias", "running_mean", "running_var"] {
                all.push(tensor(&format!("{norm}.{part}"), vec![outputs], last));
            }
        };
        layer("conv1".into(), "bn1".into(), [64, 3, 7]);
        let mut enters = 64;
        for (stage, &count) in self.blocks.iter().enumerate() {
            let (base, expansion) = (64 << stage, if self.inner.is_some() { 4 } else { 1 });
            let width = base * expansion;
            for block in 0..count {
                let name = |part: &str| format!("layer{}.{block}.{part}", stage + 1);
                match self.inner {
                    None => {
                        layer(name("conv1"), name("bn1"), [width, enters, 3]);
                        layer(name("conv2"), name("bn2"), [width, width, 3]);
                    }
                    Some(inner) => {
                        let inner = inner << stage;
                        layer(name("conv1"), name("bn1"), [inner, enters, 1]);
                        layer(name("conv2"), name("bn2"), [inner, inner / self.groups, 3]);
                        layer(name("conv3"), name("bn3"), [width, inner, 1]);
                    }
                }
                if block == 0 && enters != width {
                    layer(name("downsample.0"), name("downsample.1"), [width, enters, 1]);
                }
                enters = width;
            }
        }
        all.push(tensor("fc.weight", vec![1000, enters], last));
        all.push(tensor("fc.bias", vec![1000], last));
        TensorSet::new("by the rule", all).unwrap()
    }
}

/// The sites of a network in an archive: every one of them has to be there, and none besides.
fn sites(architecture: &Architecture, archive: &Archive, network: &str) -> Vec<Site> {
    let sites = architecture.sites();
    let ours: Vec<String> = sites.iter().map(|site| format!("{network}/{site}/f64")).collect();
    let theirs = archive.names().into_iter().filter(|name| name.starts_with(&format!("{network}/")));
    let mut theirs: Vec<String> = theirs.filter(|name| name.ends_with("/f64")).collect();
    let mut sorted = ours.clone();
    sorted.sort();
    theirs.sort();
    assert_eq!(sorted, theirs, "{network}");
    sites
}

/// Holds center activations, an image after another at each site, to twice PyTorch's own error.
fn hold(archive: &Archive, network: &str, sites: &[Site], found: &[Vec<f32>]) {
    for (found, site) in found.iter().zip(sites) {
        let exact = archive.f64(&format!("{network}/{site}/f64")).values;
        let theirs = relative_l2(&archive.f32(&format!("{network}/{site}/f32")).values, &exact);
        let ours = relative_l2(found, &exact);
        assert!(ours <= 2.0 * theirs, "{network} {site}: ours {ours:.3e}, PyTorch's {theirs:.3e}");
    }
}

#[test]
fn torchvisions_networks_have_pytorchs_center_activations_at_every_site_and_its_gradients() {
    let Some(data) = data_dir() else {
        return;
    };
    let archive = Archive::open(data.join("golden/networks.npz"));
    let pixels = archive.u8("pixels").values;
    let mut computed = Vec::new();
    for made in &MADE {
        let tensors = made.tensors();
        let architecture = Architecture::infer(&tensors).unwrap();
        assert_eq!(architecture.name(), made.name);
        let sites = sites(&architecture, &archive, made.name);
        let network = Network::new(&tensors).unwrap();
        computed.push(made.name);
        let reading = Reading { size: 224, view: View::Plain, sites: &sites, extent: Extent::Center };
        let mut reader = Reader::new(&network, reading, Isa::best()).unwrap();
        let mut found = vec![Vec::new(); sites.len()];
        for image in pixels.chunks_exact(224 * 224 * 3) {
            reader.read(image);
            for (found, &site) in found.iter_mut().zip(&sites) {
                found.extend(reader.center(site));
            }
        }
        hold(&archive, made.name, &sites, &found);
        gradient(&archive, made.name, &network, &pixels[..224 * 224 * 3]);
    }
    assert_eq!(computed, ["resnet34", "resnet50", "wide_resnet50_2", "resnext50_32x4d"]);
}

/// Images near the given one that are tried.
const NEARBY: u64 = 32;

/// Holds the gradient of a center neuron by the normalised image to PyTorch's in double precision.
///
/// It jumps where what a ReLU reads changes its sign, or two values under the pooling their order, and single precision does not
/// determine some of these: PyTorch's own gradients in it are 2e-3, 1e-4 and 4e-4 from its own in double. So it is asked
/// to be that of an image that differs by at most 1e-6 of each value, which is less than eight units in the last place.
fn gradient(archive: &Archive, name: &str, network: &Network, pixels: &[u8]) {
    let mut graph = Graph::new();
    let shape = Shape::new(224, 224, 3);
    let image = graph.add(Input { shape }, &[]).unwrap();
    let node = network.add_to(&mut graph, image).unwrap().get("layer2.1.pre".parse().unwrap()).unwrap();
    let mut seed = vec![0.0; graph.shape(node).channels];
    seed[7] = 1.0;
    let bytes: Vec<f32> = pixels.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    let normalised = {
        let mut graph = Graph::new();
        let image = graph.add(Input { shape }, &[]).unwrap();
        let normalised = graph.add(Normalise::imagenet(), &[image]).unwrap();
        graph.evaluate(Wanted::whole(&graph, normalised), &[(image, &bytes[..])]).value(Isa::best()).unwrap()
    };
    let exact = archive.f64(&format!("{name}/gradient of layer2.1.pre channel 7, first image"));
    let exact = channels_last(&exact.values, 3);
    let mut errors = Vec::new();
    let found = (0..NEARBY).find_map(|sample| {
        let reach = if sample == 0 { 0.0 } else { 1e-6 };
        let near = normalised.iter().zip(pseudo_random(sample, normalised.len()));
        let near: Vec<f32> = near.map(|(x, d)| x * (1.0 + reach * d)).collect();
        let given = [(image, &near[..])];
        let found = graph.evaluate(Wanted::center(&graph, node), &given).gradients(Isa::best(), &seed).unwrap();
        let found = found.by_inputs.into_iter().next().unwrap();
        errors.push(relative_l2(&found, &exact));
        errors.last().is_some_and(|error| *error < 1e-5).then_some(found)
    });
    let found = found.unwrap_or_else(|| panic!("{name}: gradients differ by {errors:?}"));
    // The support: the same rows and columns, first and last.
    let support = |is: &dyn Fn(usize) -> bool| {
        let held: Vec<usize> = (0..224 * 224).filter(|at| (0..3).any(|c| is(at * 3 + c))).collect();
        let ends = |of: &dyn Fn(&usize) -> usize| (held.iter().map(of).min(), held.iter().map(of).max());
        (ends(&|at| at / 224), ends(&|at| at % 224))
    };
    assert_eq!(support(&|at| found[at] != 0.0), support(&|at| exact[at] != 0.0), "{name}");
}

/// One of the networks for CIFAR-10.
fn cifar(data: &Path, file: &str) -> Loaded {
    let path = data.join("data/cifar").join(file);
    Source::new(Path::new(""), Some(path), None).load().unwrap()
}

#[test]
fn networks_for_cifar_have_pytorchs_activations_logits_and_accuracy_from_their_authors_files() {
    let Some(data) = data_dir() else {
        return;
    };
    let archive = Archive::open(data.join("golden/cifar_resnets.npz"));
    let labels = archive.i64("labels").values;
    let folder = Folder::open(data.join("data/cifar/images")).unwrap();
    for (name, file, right) in
        [("resnet20", "resnet20-12fca82f.th", 804_i64), ("resnet56", "resnet56-4bfd9763.th", 825)]
    {
        let loaded = cifar(&data, file);
        let architecture = loaded.architecture();
        assert_eq!((architecture.name().as_str(), loaded.size(), loaded.preprocessing.resize), (name, 32, 32));
        let sites = sites(architecture, &archive, name);
        let reading = Reading { size: 32, view: View::Plain, sites: &sites, extent: Extent::Center };
        let mut reader = Reader::new(&loaded.network, reading, Isa::best()).unwrap();
        let (mut centers, mut logits) = (vec![Vec::new(); sites.len()], Vec::new());
        let classes: Site = "linear".parse().unwrap();
        for (at, entry) in folder.entries().enumerate() {
            let photograph = images::decode(&entry.path).unwrap();
            let of = loaded.preprocessing;
            reader.read(&images::preprocess(&photograph, of.resize, of.size).unwrap().into_pixels());
            logits.extend(reader.center(classes));
            if at % 100 < 5 {
                for (found, &site) in centers.iter_mut().zip(&sites) {
                    found.extend(reader.center(site));
                }
            }
        }
        hold(&archive, name, &sites, &centers);
        // Two evaluations in single precision: each is as far from the exact value as PyTorch's is at the first images, or
        // twice that.
        let exact = archive.f64(&format!("{name}/linear/f64")).values;
        let theirs = relative_l2(&archive.f32(&format!("{name}/linear/f32")).values, &exact);
        let of_all = relative_l2(&logits, &archive.f64(&format!("{name}/logits")).values);
        assert!(of_all <= 3.0 * theirs, "{name}: logits differ by {of_all:.3e}, PyTorch's error is {theirs:.3e}");
        let top = |scores: &[f32]| {
            (0..10_i64).max_by(|&a, &b| {
                let at = |class: i64| scores[usize::try_from(class).unwrap()];
                at(a).total_cmp(&at(b))
            })
        };
        let hits = logits.chunks_exact(10).zip(&labels).filter(|(scores, label)| top(scores) == Some(**label));
        assert_eq!(i64::try_from(hits.count()).unwrap(), right, "{name}: how many of 1,000 are right");
        assert_eq!(archive.i64(&format!("{name}/top1")).values[0], right);
    }
}
