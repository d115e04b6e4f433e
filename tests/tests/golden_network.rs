//! The network against PyTorch: activations, whole tensors and gradients, on the embedded network and on the real
//! backbone.

use analysis::{largest, smallest};
use autodiff::ops::Input;
use autodiff::{Graph, Isa, Shape, Wanted};
use resnet::{Algorithm, Extent, Network, Reader, Reading, Role, Site, View};
use serde_json::Value;
use std::path::{Path, PathBuf};
use streamscope_tests::arrays::{channels_last, single};
use testkit::golden::{Archive, data_dir, fixtures_dir};
use testkit::relative_l2;
use weights::TensorSet;

/// A network, the size of its images, and PyTorch's values for it.
struct Golden {
    tensors: TensorSet,
    network: Network,
    size: usize,
    folder: PathBuf,
    pixels: Archive,
}

impl Golden {
    fn embedded() -> Golden {
        let folder = fixtures_dir().join("golden");
        Golden::new(&fixtures_dir().join("resnet18-16.npz"), 128, folder, "pixels.npz")
    }

    fn real() -> Option<Golden> {
        let data = data_dir()?;
        Some(Golden::new(&data.join("data/backbone"), 224, data.join("golden"), "preprocess_uint8_hwc.npz"))
    }

    fn new(weights: &Path, size: usize, folder: PathBuf, pixels: &str) -> Golden {
        let tensors = TensorSet::load(weights).unwrap();
        Golden {
            network: Network::new(&tensors).unwrap(),
            tensors,
            size,
            pixels: Archive::open(folder.join(pixels)),
            folder,
        }
    }

    fn all() -> impl Iterator<Item = Golden> {
        [Some(Golden::embedded()), Golden::real()].into_iter().flatten()
    }

    fn stats(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.folder.join("site_stats.json")).unwrap()).unwrap()
    }

    fn images(&self) -> Vec<String> {
        self.stats()["images"].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    }

    fn archive(&self, name: &str) -> Archive {
        Archive::open(self.folder.join(name))
    }

    /// The sites of an archive with entries `<site>/<kind>` that the network has.
    fn sites(&self, archive: &Archive, kind: &str) -> Vec<Site> {
        let names = archive.names();
        let sites = self.network.sites();
        sites.into_iter().filter(|s| names.contains(&format!("{s}/{kind}"))).collect()
    }
}

/// For every site of an archive of center activations: ours and PyTorch's own distance from PyTorch in double
/// precision.
fn distances(golden: &Golden, network: &Network) -> Vec<(Site, f64, f64)> {
    let archive = golden.archive("center_activations.npz");
    let sites = golden.sites(&archive, "f64");
    assert!(sites.len() >= 18, "{sites:?}");
    let reading = Reading { size: golden.size, view: View::Plain, sites: &sites, extent: Extent::Center };
    let mut reader = Reader::new(network, reading, Isa::best()).unwrap();
    let mut found = vec![Vec::new(); sites.len()];
    for image in golden.images() {
        reader.read(&golden.pixels.u8(&image).values);
        for (found, &site) in found.iter_mut().zip(&sites) {
            found.extend(reader.center(site));
        }
    }
    let of_site = |(found, site): (&Vec<f32>, &Site)| {
        let exact = archive.f64(&format!("{site}/f64")).values;
        let theirs = relative_l2(&archive.f32(&format!("{site}/f32")).values, &exact);
        (*site, relative_l2(found, &exact), theirs)
    };
    found.iter().zip(&sites).map(of_site).collect()
}

#[test]
fn center_activations_differ_from_pytorch_in_double_by_at_most_twice_its_own_float32_error() {
    for golden in Golden::all() {
        for (site, ours, theirs) in distances(&golden, &golden.network) {
            assert!(ours <= 2.0 * theirs, "{site}: ours {ours:.3e}, PyTorch's {theirs:.3e}");
        }
    }
}

/// Its root mean square error is two to three times that of direct sums, layer by layer; so three times the bound of
/// those.
#[test]
fn by_winograds_algorithm_center_activations_differ_by_at_most_three_times_as_much() {
    for golden in Golden::all() {
        let winograd = Network::computed(&golden.tensors, Algorithm::Winograd).unwrap();
        let direct = distances(&golden, &golden.network);
        let mut other = 0;
        for ((site, ours, theirs), (_, direct, _)) in distances(&golden, &winograd).into_iter().zip(direct) {
            assert!(ours <= 6.0 * theirs, "{site}: ours {ours:.3e}, PyTorch's {theirs:.3e}");
            other += usize::from(ours.to_bits() != direct.to_bits());
        }
        assert!(other > 12, "{other} sites are computed in another way");
    }
}

/// Where two images differ by less than rounding, their order is nobody's; everywhere else it is PyTorch's.
#[test]
fn top_and_bottom_nine_images_are_pytorchs() {
    for golden in Golden::all() {
        assert_pytorchs_order(&golden, |image| golden.pixels.u8(image).values);
    }
}

/// The same from the photographs' own files: PyTorch saw what Pillow decoded, and what is decoded here is the same.
#[test]
fn top_and_bottom_nine_images_are_pytorchs_from_jpeg_files() {
    let (Some(golden), Some(data)) = (Golden::real(), data_dir()) else {
        return;
    };
    let folder = data.join("data/images");
    assert_pytorchs_order(&golden, |image| {
        let photograph = images::decode(folder.join(image)).unwrap();
        let shown = images::preprocess(&photograph, 256, golden.size).unwrap();
        shown.into_pixels()
    });
}

fn assert_pytorchs_order(golden: &Golden, pixels: impl Fn(&str) -> Vec<u8>) {
    let archive = golden.archive("center_activations.npz");
    let sites = golden.sites(&archive, "f64");
    let (network, size) = (&golden.network, golden.size);
    let mut reader =
        Reader::new(network, Reading { size, view: View::Plain, sites: &sites, extent: Extent::Center }, Isa::best())
            .unwrap();
    let images = golden.images();
    let mut found = vec![Vec::new(); sites.len()];
    for image in &images {
        reader.read(&pixels(image));
        for (found, &site) in found.iter_mut().zip(&sites) {
            found.extend(reader.center(site).iter().map(|&a| f64::from(a)));
        }
    }
    let (mut ranks, mut ties) = (0, 0);
    for (found, site) in found.iter().zip(&sites) {
        let exact = archive.f64(&format!("{site}/f64")).values;
        let channels = exact.len() / images.len();
        for channel in 0..channels {
            let of = |values: &[f64]| -> Vec<f64> { values.iter().skip(channel).step_by(channels).copied().collect() };
            let (ours, theirs) = (of(found), of(&exact));
            let errors = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
            let error = errors.fold(0.0, f64::max);
            let pairs = [(largest(&ours, 9), largest(&theirs, 9)), (smallest(&ours, 9), smallest(&theirs, 9))];
            for (ours, exact) in pairs {
                for (a, b) in ours.into_iter().zip(exact) {
                    ranks += 1;
                    ties += usize::from(a != b);
                    let apart = (theirs[a] - theirs[b]).abs();
                    assert!(
                        a == b || apart <= 2.0 * error,
                        "{site} channel {channel}: {} instead of {}, {apart:e} apart",
                        images[a],
                        images[b]
                    );
                }
            }
        }
    }
    assert!(ties * 1000 < ranks, "{ties} of {ranks} ranks are ties");
}

#[test]
fn whole_tensors_agree_with_pytorch() {
    for golden in Golden::all() {
        let archive = golden.archive("full_tensors_first_image.npz");
        let names = archive.names();
        let sites: Vec<Site> = golden.network.sites().into_iter().filter(|s| names.contains(&s.to_string())).collect();
        assert!(sites.len() >= 4, "{names:?}");
        let mut reader = Reader::new(
            &golden.network,
            Reading { size: golden.size, view: View::Plain, sites: &sites, extent: Extent::Whole },
            Isa::best(),
        )
        .unwrap();
        reader.read(&golden.pixels.u8(&golden.images()[0]).values);
        let stats = golden.stats();
        for &site in &sites {
            let exact = archive.f64(&site.to_string());
            let exact = channels_last(&exact.values, exact.shape[exact.shape.len() - 3]);
            let ours = relative_l2(reader.whole(site).as_slice().unwrap(), &exact);
            // The arrays are stored in single precision: half a unit in the last place of each value.
            let stored = 2_f64.powi(-25);
            let stats = &stats["sites"][site.to_string()];
            let theirs = stats.get("whole_torch_f32_rel_l2").unwrap_or(&stats["torch_f32_rel_l2"]).as_f64().unwrap();
            assert!(ours <= 2.0 * theirs + stored, "{site}: ours {ours:.3e}, PyTorch's {theirs:.3e}");
        }
    }
}

#[test]
fn gradients_agree_with_pytorch_and_vanish_outside_the_same_rows_and_columns() {
    for golden in Golden::all() {
        let archive = golden.archive("center_gradients.npz");
        let units: Vec<String> =
            archive.names().iter().filter_map(|n| n.strip_suffix("/grad")).map(str::to_owned).collect();
        assert!(units.len() >= 6, "{units:?}");
        let first = golden.archive("full_tensors_first_image.npz").f64("input").values;
        let input = single(&channels_last(&first, 3));
        for unit in units {
            let (site, channel) = unit.split_once(':').unwrap();
            let (site, channel): (Site, usize) = (site.parse().unwrap(), channel.parse().unwrap());
            let mut graph = Graph::new();
            let image = graph.add(Input { shape: Shape::new(golden.size, golden.size, 3) }, &[]).unwrap();
            let node = golden.network.add_to(&mut graph, image).unwrap().get(site).unwrap();
            let wanted = Wanted::center(&graph, node);
            let mut seed = vec![0.0; graph.shape(node).channels];
            seed[channel] = 1.0;
            let given = [(image, &input[..])];
            let found = graph.evaluate(wanted, &given).gradients(Isa::best(), &seed).unwrap();

            let value = found.value[channel];
            let exact = archive.f64(&format!("{unit}/value")).values[0];
            // The value is one of a tensor whose own error is some units of the last place of its largest values.
            assert!((f64::from(value) - exact).abs() <= 1e-5 * exact.abs().max(1.0), "{unit}: {value} for {exact}");

            let exact = channels_last(&archive.f64(&format!("{unit}/grad")).values, 3);
            let found = &found.by_inputs[0];
            let error = relative_l2(found, &exact);
            assert!(error < 1e-5, "{unit}: gradients differ by {error:.3e}");

            let support = archive.i64(&format!("{unit}/support_rows_cols")).values;
            let nonzero = |at: usize| found[at * 3..at * 3 + 3].iter().any(|&g| g != 0.0);
            let held: Vec<(usize, usize)> = (0..golden.size * golden.size)
                .filter(|&at| nonzero(at))
                .map(|at| (at / golden.size, at % golden.size))
                .collect();
            let rows = held.iter().map(|p| p.0);
            let columns = held.iter().map(|p| p.1);
            let ends = [rows.clone().min(), rows.max(), columns.clone().min(), columns.max()];
            let ends = ends.map(|e| i64::try_from(e.unwrap()).unwrap());
            assert_eq!(ends[..], support[..], "{unit}: first and last row, first and last column");
        }
    }
}

#[test]
fn output_before_its_relu_is_input_plus_block_exactly() {
    for golden in Golden::all() {
        for &block in golden.network.architecture().blocks() {
            let sites = Role::ALL.map(|role| golden.network.architecture().read_site(block, role));
            let read = |sites: &[Site]| {
                let reading = Reading { size: golden.size, view: View::Plain, sites, extent: Extent::Whole };
                let mut reader = Reader::new(&golden.network, reading, Isa::best()).unwrap();
                reader.read(&golden.pixels.u8(&golden.images()[0]).values);
                sites.iter().map(|&s| reader.whole(s).into_iter().collect()).collect::<Vec<Vec<f32>>>()
            };
            let together = read(&sites);
            let sums: Vec<f32> = together[0].iter().zip(&together[1]).map(|(i, b)| i + b).collect();
            testkit::assert_same_bits(&together[2], &sums, &block.to_string());
            // Reading a site alone, where it may be fused with what follows, gives the same bits: no site is an alias.
            for (site, value) in sites.iter().zip(&together) {
                testkit::assert_same_bits(&read(&[*site])[0], value, &site.to_string());
            }
            let contribution = &together[1];
            assert!(contribution.iter().any(|&v| v < 0.0), "{block}: its contribution is not the rectified output");
        }
    }
}
