//! What PyTorch, Lucent and Pillow computed of the same weights and images.

use crate::comparison::{Comparison, Held, Step, Tally, Witness};
use crate::error::AuditError;
use crate::rounding::singles;
use autodiff::ops::{Input, SpectralImage};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use resnet::{Extent, Network, Reader, Site, View};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use testkit::golden::Archive;
use testkit::relative_l2;

/// The relative L2 error of a center neuron's gradient. It is what this project agreed on as a condition of acceptance,
/// before there was code: PyTorch's own error in single precision, which would be the yardstick, is not among the
/// reference values.
const GRADIENTS: f64 = 1e-5;
/// How far a colour of the picture, between 0 and 1, may be from Lucent's: a condition of acceptance as well. The worst
/// case of analysis (`picture`) grows with the sum of a whole spectrum and is larger than this; a level of the 8-bit
/// picture is 4e-3.
const PICTURE: f64 = 1e-6;

/// Reference values of one network, and where they are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The folder of the values.
    pub folder: PathBuf,
    /// The images that they were computed from.
    pub images: PathBuf,
}

/// Reference values of one network.
pub(crate) struct Golden {
    folder: PathBuf,
    images: PathBuf,
    pixels: Archive,
    names: Vec<String>,
    /// Rows and columns of its images.
    size: usize,
}

impl Golden {
    /// The reference values in a folder; nothing where the folder holds none.
    pub(crate) fn open(reference: &Reference) -> Option<Golden> {
        let Reference { folder, images } = reference;
        let pixels = ["pixels.npz", "preprocess_uint8_hwc.npz"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|path| path.is_file())?;
        let stats = std::fs::read_to_string(folder.join("site_stats.json")).ok()?;
        let stats: Value = serde_json::from_str(&stats).ok()?;
        let names = stats["images"].as_array()?.iter();
        let names: Vec<String> = names.filter_map(|n| n.as_str().map(str::to_owned)).collect();
        let pixels = Archive::open(pixels);
        let size = *pixels.u8(names.first()?).shape.first()?;
        Some(Golden { folder: folder.clone(), images: images.clone(), pixels, names, size })
    }

    /// The first image's name and its pixels, as the network reads them.
    pub(crate) fn first(&self) -> Option<(&str, Vec<u8>)> {
        let name = self.names.first()?;
        Some((name, self.pixels.u8(name).values))
    }

    /// Rows and columns of its images.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The comparisons about what depends on no weights: decoded images, and the picture of a spectrum.
    ///
    /// # Errors
    /// If the graph of the picture cannot be built.
    pub(crate) fn of_any_weights(&self, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let mut comparisons = vec![self.decoding()];
        comparisons.extend(self.picture(isa)?);
        Ok(comparisons)
    }

    /// The comparisons about the network that the values were computed of.
    ///
    /// # Errors
    /// If the network cannot be read.
    pub(crate) fn of_network(&self, network: &Network, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let mut comparisons = self.centers(network, self.size, isa)?;
        comparisons.extend(self.gradients(network, self.size, isa)?);
        Ok(comparisons)
    }

    fn archive(&self, name: &str) -> Archive {
        Archive::open(self.folder.join(name))
    }

    /// Decoding, resizing and cropping, against Pillow. An image that is not there is none that could be compared; one
    /// that is there and cannot be read differs in every value.
    fn decoding(&self) -> Comparison {
        let mut what = format!("JPEG, resize, crop: {} images of {1} by {1} pixels", self.names.len(), self.size);
        let (mut values, mut differ) = (0, 0);
        for name in &self.names {
            let pillow = self.pixels.u8(name).values;
            let path = match self.find(name) {
                Ok(path) => path,
                Err(why) => return Step::Decode.against(Witness::Pillow, what).skipped(why.to_string()),
            };
            values += pillow.len();
            match self.read(&path) {
                Ok(found) => {
                    let pairs = found.iter().zip(&pillow);
                    differ += pairs.filter(|(found, pillow)| found != pillow).count();
                    differ += found.len().abs_diff(pillow.len());
                }
                Err(why) => {
                    differ += pillow.len();
                    what.push_str(&format!("; {why}"));
                }
            }
        }
        Step::Decode.against(Witness::Pillow, what).equal(values, differ)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, images::ImageError> {
        let image = images::decode(path)?;
        let shorter = (self.size * 256 + 112) / 224;
        Ok(images::preprocess(&image, shorter, self.size)?.into_pixels())
    }

    /// The image of a name, with or without its extension, in the folder or that of a class.
    fn find(&self, name: &str) -> Result<PathBuf, AuditError> {
        let folder = images::Folder::open(&self.images)?;
        let is_it =
            |path: &Path| path.file_name().is_some_and(|n| n == name) || path.file_stem().is_some_and(|n| n == name);
        let found = folder.entries().iter().find(|e| is_it(&e.path));
        found.map(|e| e.path.clone()).ok_or_else(|| AuditError::Absent {
            path: self.images.clone(),
            expected: format!("the image {name} of the reference values"),
            found: "none of that name".to_owned(),
        })
    }

    /// Center activations: twice the error that PyTorch's own single precision makes.
    fn centers(&self, network: &Network, size: usize, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let archive = self.archive("center_activations.npz");
        let names = archive.names();
        let sites: Vec<Site> = network.sites().into_iter().filter(|s| names.contains(&format!("{s}/f64"))).collect();
        let mut reader = Reader::new(network, size, View::Plain, (&sites, Extent::Center), isa)?;
        let mut found = vec![Vec::new(); sites.len()];
        for image in &self.names {
            reader.read(&self.pixels.u8(image).values);
            for (found, &site) in found.iter_mut().zip(&sites) {
                found.extend_from_slice(reader.center(site));
            }
        }
        let mut comparisons = Vec::new();
        for (found, site) in found.iter().zip(&sites) {
            let exact = archive.f64(&format!("{site}/f64")).values;
            let theirs = relative_l2(&archive.f32(&format!("{site}/f32")).values, &exact);
            let ours = relative_l2(found, &exact);
            let line = Step::CenterActivations
                .against(Witness::PyTorch, format!("{site}, {} images", self.names.len()))
                .held(exact.len(), Held { error: ours, bound: 2.0 * theirs }, "twice PyTorch's own float32 error, L2");
            comparisons.push(line.in_l2());
        }
        Ok(comparisons)
    }

    /// Gradients of center neurons by the normalised image.
    fn gradients(&self, network: &Network, size: usize, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let archive = self.archive("center_gradients.npz");
        let input = self.archive("full_tensors_first_image.npz").f64("input").values;
        let input = channels_last(&input, 3);
        let input = singles(&input);
        let mut comparisons = Vec::new();
        for unit in archive.names().iter().filter_map(|n| n.strip_suffix("/grad")) {
            let named = unit
                .split_once(':')
                .and_then(|(site, channel)| Some((site.parse::<Site>().ok()?, channel.parse::<usize>().ok()?)));
            let Some((site, channel)) = named else {
                continue;
            };
            let mut graph = Graph::new();
            let image = graph.add(Input { shape: Shape::new(size, size, 3) }, &[])?;
            let Some(node) = network.add_to(&mut graph, image)?.get(site) else {
                continue;
            };
            let wanted = Wanted::center(&graph, node);
            let plan = Arc::new(Plan::with_gradients(&graph, wanted, &[image])?);
            let mut workspace = Workspace::new(Arc::clone(&plan), isa);
            workspace.set_input(image, &input);
            workspace.seed().data_mut()[channel] = 1.0;
            workspace.forward();
            workspace.backward();
            let exact = channels_last(&archive.f64(&format!("{unit}/grad")).values, 3);
            let inside = plan.region_inside(image);
            let mut found = vec![0.0; exact.len()];
            for y in inside.top..inside.bottom() {
                for x in inside.left..inside.right() {
                    let to = (y.unsigned_abs() * size + x.unsigned_abs()) * 3;
                    found[to..to + 3].copy_from_slice(workspace.gradient(image).pixel(y, x));
                }
            }
            let line = Step::CenterGradients.against(Witness::PyTorch, unit).held(
                exact.len(),
                Held { error: relative_l2(&found, &exact), bound: GRADIENTS },
                format!("{GRADIENTS:e} L2: agreed for acceptance, not derived"),
            );
            comparisons.push(line.in_l2());
        }
        Ok(comparisons)
    }

    /// The picture of a spectrum of the recipe's size, against Lucent's.
    fn picture(&self, isa: Isa) -> Result<Option<Comparison>, AuditError> {
        let file = ["transforms.npz", "featviz_steps.npz"]
            .map(|name| self.folder.join(name))
            .into_iter()
            .find(|path| path.is_file() && Archive::open(path).names().contains(&"spectrum".to_owned()));
        let Some(file) = file else { return Ok(None) };
        let archive = Archive::open(file);
        let values = archive.f32("spectrum");
        let &[_, height, columns, _] = values.shape.as_slice() else {
            return Ok(None);
        };
        let width = 2 * (columns - 1);
        let mut graph = Graph::new();
        let spectrum = graph.add(Input { shape: Shape::new(3 * height, columns, 2) }, &[])?;
        let image = graph.add(SpectralImage::new(height, width), &[spectrum])?;
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, image)])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        workspace.set_input(spectrum, &values.values);
        workspace.forward();
        let exact = channels_last(&archive.f64("image").values, 3);
        let mut tally = Tally::default();
        let bound = vec![PICTURE; exact.len()];
        tally.add_all(workspace.value(image).data(), &exact, &bound);
        let what = format!("picture of {height} by {width} pixels, Lucent's");
        let words = format!("{PICTURE:e}: agreed for acceptance, not derived");
        Ok(Some(tally.comparison(Step::Spectrum.against(Witness::PyTorch, what), words)))
    }
}

/// `[C, H, W]` to `[H, W, C]`.
fn channels_last(values: &[f64], channels: usize) -> Vec<f64> {
    let positions = values.len() / channels;
    (0..values.len()).map(|i| values[(i % channels) * positions + i / channels]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::golden::fixtures_dir;

    fn golden(images: &Path) -> Golden {
        Golden::open(&Reference { folder: fixtures_dir().join("golden"), images: images.to_owned() }).unwrap()
    }

    #[test]
    fn images_are_looked_for_where_the_values_are_from_and_skipped_where_they_are_not() {
        let there = golden(&fixtures_dir().join("images")).decoding();
        assert!(there.passed && there.values == 6 * 128 * 128 * 3, "{there:?}");
        for elsewhere in ["golden", "no such folder"] {
            let line = golden(&fixtures_dir().join(elsewhere)).decoding();
            assert_eq!((line.verdict(), line.passed), ("skipped", false), "{elsewhere}");
            assert!(!line.failed() && line.bound.contains(elsewhere), "{line:?}");
        }
    }

    #[test]
    fn an_image_that_is_there_and_cannot_be_read_fails() {
        let folder = tempfile::tempdir().unwrap();
        let whole = golden(&fixtures_dir().join("images"));
        for name in &whole.names {
            let from = whole.find(name).unwrap();
            let mut bytes = std::fs::read(&from).unwrap();
            if *name == whole.names[1] {
                bytes.truncate(bytes.len() / 2);
            }
            std::fs::write(folder.path().join(from.file_name().unwrap()), bytes).unwrap();
        }
        let line = golden(folder.path()).decoding();
        assert!(line.failed(), "{line:?}");
        assert_eq!(line.error.unwrap().value, f64::from(128 * 128 * 3));
        assert!(line.what.of.contains("expected a whole JPEG"), "{line:?}");
    }

    #[test]
    fn what_depends_on_no_weights_is_checked_at_the_size_of_the_values() {
        let golden = golden(&fixtures_dir().join("images"));
        assert_eq!(golden.size(), 128);
        let comparisons = golden.of_any_weights(Isa::best()).unwrap();
        let steps: Vec<_> = comparisons.iter().map(|l| (l.step, l.passed)).collect();
        assert_eq!(steps, [(Step::Decode, true), (Step::Spectrum, true)]);
        assert_eq!(comparisons[1].values, 3 * 128 * 128);
    }

    /// Copies the reference values, with the arrays of an archive changed whose names begin so, and those alone in it
    /// that are read here.
    fn changed(to: &Path, archive: &str, array: &str, change: impl Fn(&mut Vec<f64>)) {
        use std::io::Write;
        let from = fixtures_dir().join("golden");
        for file in std::fs::read_dir(&from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        let values = Archive::open(from.join(archive));
        let mut copy = zip::ZipWriter::new(std::fs::File::create(to.join(archive)).unwrap());
        for name in values.names() {
            // What is read of an archive is of this type.
            let single = name.ends_with("/f32") || name == "spectrum";
            let is_read = ["/f64", "/grad"].iter().any(|end| name.ends_with(end));
            if !single && !is_read && name != "image" {
                continue;
            }
            let mut of = values.f64(&name);
            if name.starts_with(array) {
                change(&mut of.values);
            }
            let descr = if single { "<f4" } else { "<f8" };
            let sizes: Vec<String> = of.shape.iter().map(|n| format!("{n},")).collect();
            let shape = sizes.join(" ");
            let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
            header.push_str(&" ".repeat((64 - (11 + header.len()) % 64) % 64));
            header.push('\n');
            let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
            bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
            bytes.extend(header.bytes());
            for value in &of.values {
                match single {
                    true => bytes.extend(crate::rounding::single(*value).to_le_bytes()),
                    false => bytes.extend(value.to_le_bytes()),
                }
            }
            let options = zip::write::SimpleFileOptions::default();
            copy.start_file(format!("{name}.npy"), options).unwrap();
            copy.write_all(&bytes).unwrap();
        }
        copy.finish().unwrap();
    }

    /// The largest error that a line in L2 has room for, added to one value.
    fn nudged(values: &mut [f64], relative: f64) {
        let norm = values.iter().map(|v| v * v).sum::<f64>().sqrt();
        let last = values.len() - 1;
        values[last] += relative * norm;
    }

    #[test]
    fn center_activations_and_gradients_beyond_their_bound_fail_and_no_others() {
        let tensors = weights::TensorSet::load(fixtures_dir().join("resnet18-16.npz")).unwrap();
        let network = Network::new(&tensors).unwrap();
        let comparisons = |archive: &str, array: &str, relative: f64| {
            let folder = tempfile::tempdir().unwrap();
            changed(folder.path(), archive, array, |v| nudged(v, relative));
            let golden =
                Golden::open(&Reference { folder: folder.path().to_owned(), images: fixtures_dir().join("images") });
            golden.unwrap().of_network(&network, Isa::best()).unwrap()
        };
        let centers = ("center_activations.npz", "layer2.1.bn2/");
        let right = comparisons(centers.0, centers.1, 0.0);
        assert!(right.iter().all(|line| line.passed), "{right:?}");
        let of = |step: Step| right.iter().filter(|l| l.step == step).count();
        // Every site and every unit that PyTorch was asked for.
        let names = Archive::open(fixtures_dir().join("golden/center_activations.npz")).names();
        let sites = names.iter().filter_map(|n| n.strip_suffix("/f64"));
        let sites = sites.filter(|n| n.parse::<Site>().is_ok()).count();
        assert_eq!(of(Step::CenterActivations), sites);
        let units = Archive::open(fixtures_dir().join("golden/center_gradients.npz")).names();
        let units = units.iter().filter(|n| n.ends_with("/grad")).count();
        assert_eq!((of(Step::CenterGradients), right.len()), (units, sites + units));
        let gradients = right.iter().filter(|l| l.step == Step::CenterGradients);
        assert!(gradients.clone().all(|l| l.values == 3 * 128 * 128));
        let at_bn2 = right.iter().find(|l| l.what.of == "layer2.1.bn2, 6 images").unwrap();
        assert_eq!(at_bn2.values, 6 * 32);
        // Of both what is exact and what PyTorch's single precision makes of it, whose own error stays as it is: half
        // of the bound.
        let room = at_bn2.l2.unwrap() / at_bn2.used.unwrap();
        let failed = |comparisons: &[Comparison]| -> Vec<String> {
            let failed = comparisons.iter().filter(|l| l.failed());
            failed.map(|l| l.what.to_string()).collect()
        };
        let beyond = comparisons(centers.0, centers.1, 2.0 * room);
        assert_eq!(failed(&beyond), ["layer2.1.bn2, 6 images"]);
        let unit = "layer1.1.bn2:5";
        let beyond = comparisons("center_gradients.npz", &format!("{unit}/grad"), 1.1 * GRADIENTS);
        assert_eq!(failed(&beyond), [unit]);
        let within = comparisons("center_gradients.npz", &format!("{unit}/grad"), 0.5 * GRADIENTS);
        assert_eq!(failed(&within), [""; 0]);
    }

    #[test]
    fn a_picture_of_a_spectrum_or_a_pixel_that_is_another_one_fails() {
        let comparisons = |archive: &str, array: &str, by: f64| {
            let folder = tempfile::tempdir().unwrap();
            changed(folder.path(), archive, array, |v| v[4_711] += by);
            let golden =
                Golden::open(&Reference { folder: folder.path().to_owned(), images: fixtures_dir().join("images") });
            let comparisons = golden.unwrap().picture(Isa::best()).unwrap();
            comparisons.unwrap()
        };
        assert!(comparisons("featviz_steps.npz", "image", 0.0).passed);
        for by in [2.1 * PICTURE, -2.1 * PICTURE] {
            assert!(comparisons("featviz_steps.npz", "image", by).failed(), "{by}");
        }
        // Another photograph under the name of the first.
        let mut whole = golden(&fixtures_dir().join("images"));
        let (first, second) = (whole.names[0].clone(), whole.names[1].clone());
        let (first, second) = (whole.find(&first).unwrap(), whole.find(&second).unwrap());
        whole.names.truncate(1);
        assert!(whole.decoding().passed);
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(second, folder.path().join(first.file_name().unwrap())).unwrap();
        whole.images = folder.path().to_owned();
        let line = whole.decoding();
        assert!(line.failed() && line.values == 128 * 128 * 3, "{line:?}");
        assert!(line.error.unwrap().value > 0.0);
    }
}
