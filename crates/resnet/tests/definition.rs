//! Every site, from the definition: the networks of METHOD.md, sections 1 and 7, built here operation by operation, against
//! what the crate builds.

mod made;

use autodiff::ops::{
    Add, Alignment, BatchNorm, BatchNormStatistics, Convolution, GlobalAveragePool, Input, Linear, MaxPool, Normalise,
    ReflectPad, Relu, Resize, Translate,
};
use autodiff::{Graph, NodeId, Plan, Shape, Sliding, ThreadPoolBuilder, Wanted, Workspace};
use made::{ALL, Made, RESNET18, shapes_of, tensor};
use resnet::{Algorithm, BatchNormState, Extent, Isa, Network, Reader, Reading, Site, View};
use std::collections::BTreeMap;
use std::sync::Arc;
use testkit::assert_same_bits;
use weights::TensorSet;

const SIZE: usize = 32;

fn tensors(made: &Made, state: BatchNormState) -> TensorSet {
    let all = shapes_of(made, state).into_iter().map(|(name, shape)| tensor(&name, shape));
    TensorSet::new("made.npz", all).unwrap()
}

fn picture() -> Vec<u8> {
    let byte = |i: usize| u8::try_from(i * i * 7 % 256).unwrap();
    (0..SIZE * SIZE * 3).map(byte).collect()
}

/// Builds a network by torchvision's names.
struct Built<'a> {
    graph: Graph,
    tensors: &'a TensorSet,
    state: BatchNormState,
    sites: BTreeMap<String, NodeId>,
}

impl Built<'_> {
    fn values(&self, name: &str) -> Vec<f32> {
        self.tensors.find(name).unwrap().values().to_vec()
    }

    /// A convolution without its bias, then the batch norm; or one with its bias.
    fn layer(&mut self, [convolution, norm]: [&str; 2], sliding: Sliding, from: NodeId) -> NodeId {
        let weights = self.values(&format!("{convolution}.weight"));
        let inputs = self.graph.shape(from).channels;
        let outputs = weights.len() / (inputs * sliding.kernel.0 * sliding.kernel.1);
        let folded = self.state == BatchNormState::Folded;
        let bias = folded.then(|| self.values(&format!("{convolution}.bias")));
        let made = Convolution::new(weights, (outputs, inputs), sliding, bias).unwrap();
        let node = self.graph.add(made, &[from]).unwrap();
        if folded {
            return node;
        }
        let parts = ["weight", "bias", "running_mean", "running_var"];
        let parts = parts.map(|part| self.values(&format!("{norm}.{part}")));
        let [gamma, beta, mean, variance] = parts.each_ref().map(Vec::as_slice);
        let statistics = BatchNormStatistics { gamma, beta, mean, variance, epsilon: 1e-5 };
        let made = BatchNorm::from_statistics(&statistics).unwrap();
        self.graph.add(made, &[node]).unwrap()
    }

    fn network(&mut self, made: &Made, from: NodeId) {
        let pools = made.kernel == 7;
        let sliding = if pools { Sliding::square(7, 2, 3) } else { Sliding::square(3, 1, 1) };
        let stem = self.layer(["conv1", "bn1"], sliding, from);
        let mut stream = self.graph.add(Relu, &[stem]).unwrap();
        self.sites.insert("relu".into(), stream);
        if pools {
            stream = self.graph.add(MaxPool::new(Sliding::square(3, 2, 1)), &[stream]).unwrap();
            self.sites.insert("maxpool".into(), stream);
        }
        for (at, &(count, width)) in made.stages.iter().enumerate() {
            for index in 0..count {
                stream = self.block(made, (&format!("layer{}.{index}", at + 1), at > 0 && index == 0, width), stream);
            }
        }
        let average = self.graph.add(GlobalAveragePool, &[stream]).unwrap();
        self.sites.insert("avgpool".into(), average);
        if let Some(head) = made.head {
            let [weight, bias] = ["weight", "bias"].map(|part| self.values(&format!("{head}.{part}")));
            let classes = Linear::new(&weight, &bias, self.graph.shape(average).channels).unwrap();
            let classes = self.graph.add(classes, &[average]).unwrap();
            self.sites.insert(head.into(), classes);
        }
    }

    fn block(&mut self, made: &Made, (module, halves, width): (&str, bool, usize), stream: NodeId) -> NodeId {
        let name = |part: &str| format!("{module}.{part}");
        let stride = if halves { 2 } else { 1 };
        let before = self.graph.shape(stream).channels;
        let changes = halves || before != width;
        let enters = match made.shortcut {
            Some(shortcut) if changes => {
                let [conv, norm] = [0, 1].map(|part| name(&format!("{shortcut}.{part}")));
                let projected = self.layer([&conv, &norm], Sliding::square(1, stride, 0), stream);
                self.sites.insert(norm, projected);
                projected
            }
            None if changes => {
                // Each channel copied by a kernel of one pixel, the others zero: what a shortcut without tensors hands over.
                let first = (width - before) / 2;
                let weight = |o: usize, i: usize| if o == first + i { 1.0 } else { 0.0 };
                let weights = (0..width).flat_map(|o| (0..before).map(move |i| weight(o, i))).collect();
                let copy = Convolution::new(weights, (width, before), Sliding::square(1, stride, 0), None).unwrap();
                self.graph.add(copy, &[stream]).unwrap()
            }
            _ => stream,
        };
        // Modules of this name are there in every block; where they are empty, they hand over what they are given.
        if made.kernel == 3 && !(changes && made.shortcut.is_some()) {
            self.sites.insert(name("shortcut"), enters);
        }
        let parts: &[(usize, usize)] = match made.inner {
            None => &[(3, stride), (3, 1)],
            Some(_) => &[(1, 1), (3, stride), (1, 1)],
        };
        let mut added = stream;
        for (at, &(kernel, stride)) in parts.iter().enumerate() {
            if at > 0 {
                added = self.graph.add(Relu, &[added]).unwrap();
            }
            let [conv, norm] = [format!("conv{}", at + 1), format!("bn{}", at + 1)].map(|part| name(&part));
            added = self.layer([&conv, &norm], Sliding::square(kernel, stride, kernel / 2), added);
        }
        self.sites.insert(name(&format!("bn{}", parts.len())), added);
        let sum = self.graph.add(Add, &[added, enters]).unwrap();
        self.sites.insert(name("pre"), sum);
        let output = self.graph.add(Relu, &[sum]).unwrap();
        self.sites.insert(module.to_owned(), output);
        output
    }
}

/// Every site's whole map on the picture, seen through a view that is built by `look`.
fn expected(
    made: &Made,
    state: BatchNormState,
    look: impl Fn(&mut Graph, NodeId) -> NodeId,
) -> BTreeMap<String, (Shape, Vec<f32>)> {
    let tensors = tensors(made, state);
    let mut built = Built { graph: Graph::new(), tensors: &tensors, state, sites: BTreeMap::new() };
    let shape = Shape::new(SIZE, SIZE, 3);
    let image = built.graph.add(Input { shape }, &[]).unwrap();
    let normalised = built.graph.add(Normalise::imagenet(), &[image]).unwrap();
    let seen = look(&mut built.graph, normalised);
    built.network(made, seen);
    let wanted: Vec<Wanted> = built.sites.values().map(|&n| Wanted::whole(&built.graph, n)).collect();
    let plan = Plan::forward(&built.graph, &wanted).unwrap();
    let mut workspace = Workspace::new(Arc::new(plan), Isa::best());
    let pixels: Vec<f32> = picture().iter().map(|&byte| f32::from(byte) / 255.0).collect();
    workspace.set_input(image, &pixels);
    workspace.forward();
    let value = |(name, &node): (&String, &NodeId)| {
        let shape = built.graph.shape(node);
        let value = workspace.value(node);
        let rows = (0..shape.height.cast_signed()).flat_map(|y| (0..shape.width.cast_signed()).map(move |x| (y, x)));
        let values = rows.flat_map(|(y, x)| value.pixel(y, x).to_vec()).collect();
        (name.clone(), (shape, values))
    };
    built.sites.iter().map(value).collect()
}

/// The values of a whole map, position by position.
fn values_of(reader: &Reader, site: Site) -> Vec<f32> {
    reader.whole(site).into_iter().collect()
}

#[test]
fn every_site_of_every_family_and_either_state_of_batch_norm_is_the_definitions() {
    let states = [BatchNormState::Separate, BatchNormState::Folded];
    for (made, state) in ALL.iter().flat_map(|made| states.map(|state| (made, state))) {
        let expected = expected(made, state, |_, node| node);
        let network = Network::new(&tensors(made, state)).unwrap();
        assert_eq!(network.architecture().name(), made.name);
        let sites = network.sites();
        assert_eq!(sites.len(), expected.len());
        let [mut center, mut whole] = [Extent::Center, Extent::Whole].map(|extent| {
            Reader::new(&network, Reading { size: SIZE, view: View::Plain, sites: &sites, extent }, Isa::best())
                .unwrap()
        });
        center.read(&picture());
        whole.read(&picture());
        assert_eq!(whole.shapes().len(), sites.len());
        for ((site, shape), other) in whole.shapes().iter().zip(center.shapes()) {
            let (map, values) = &expected[&site.to_string()];
            assert_eq!((shape, other), (map, &(*site, *map)), "{site}");
            assert_same_bits(&values_of(&whole, *site), values, &site.to_string());
            let at = (shape.height / 2 * shape.width + shape.width / 2) * shape.channels;
            let middle = &values[at..at + shape.channels];
            assert_same_bits(&center.center(*site).to_vec(), middle, &site.to_string());
            assert_same_bits(&whole.center(*site).to_vec(), middle, &site.to_string());
        }
        // On threads, and after another image.
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        whole.read(&vec![255; SIZE * SIZE * 3]);
        whole.read_on(&picture(), &pool);
        for site in sites {
            assert_same_bits(&values_of(&whole, site), &expected[&site.to_string()].1, &site.to_string());
        }
    }
}

#[test]
fn a_site_alone_needs_no_more_of_the_picture_than_it_sees_and_has_the_same_bits() {
    for made in &ALL {
        let expected = expected(made, BatchNormState::Separate, |_, node| node);
        let network = Network::new(&tensors(made, BatchNormState::Separate)).unwrap();
        for site in network.sites() {
            let reading = Reading { size: SIZE, view: View::Plain, sites: &[site], extent: Extent::Center };
            let mut reader = Reader::new(&network, reading, Isa::best()).unwrap();
            reader.read(&picture());
            let (shape, values) = &expected[&site.to_string()];
            let at = (shape.height / 2 * shape.width + shape.width / 2) * shape.channels;
            assert_same_bits(&reader.center(site).to_vec(), &values[at..at + shape.channels], &site.to_string());
        }
    }
}

#[test]
fn a_view_changes_the_normalised_picture_as_documented() {
    let state = BatchNormState::Folded;
    let network = Network::new(&tensors(&RESNET18, state)).unwrap();
    let resized =
        |graph: &mut Graph, node, to| graph.add(Resize::new((to, to), Alignment::HalfPixel), &[node]).unwrap();
    let cropped = |graph: &mut Graph, node, side| {
        let crop = Translate::center_crop((SIZE, SIZE), (side, side));
        let middle = graph.add(crop, &[node]).unwrap();
        resized(graph, middle, SIZE)
    };
    let padded = |graph: &mut Graph, node, side| {
        let small = resized(graph, node, side);
        graph.add(ReflectPad::new((SIZE - side) / 2), &[small]).unwrap()
    };
    type Look<'a> = &'a dyn Fn(&mut Graph, NodeId) -> NodeId;
    let views: [(View, Look<'_>); 5] = [
        (View::Plain, &|_, node| node),
        (View::Enlarged, &|graph, node| cropped(graph, node, 16)),
        (View::Shrunk, &|graph, node| padded(graph, node, 16)),
        (View::Cropped(22), &|graph, node| cropped(graph, node, 22)),
        (View::Padded(20), &|graph, node| padded(graph, node, 20)),
    ];
    for (view, look) in views {
        let expected = expected(&RESNET18, state, look);
        let sites: Vec<Site> = ["relu", "layer1.1", "layer2.1.bn2"].map(|name| name.parse().unwrap()).to_vec();
        let mut reader =
            Reader::new(&network, Reading { size: SIZE, view, sites: &sites, extent: Extent::Whole }, Isa::best())
                .unwrap();
        reader.read(&picture());
        for site in sites {
            assert_same_bits(&values_of(&reader, site), &expected[&site.to_string()].1, &format!("{site} {view:?}"));
        }
    }
}

#[test]
fn layers_whose_channels_are_no_whole_panels_are_direct_whatever_the_algorithm() {
    let tensors = tensors(&RESNET18, BatchNormState::Separate);
    let [direct, winograd] = Algorithm::ALL.map(|algorithm| {
        let network = Network::computed(&tensors, algorithm).unwrap();
        let site: Site = "layer4.1".parse().unwrap();
        let mut reader = Reader::new(
            &network,
            Reading { size: SIZE, view: View::Plain, sites: &[site], extent: Extent::Whole },
            Isa::best(),
        )
        .unwrap();
        reader.read(&picture());
        values_of(&reader, site)
    });
    assert_same_bits(&winograd, &direct, "widths that are no panels");
}
