//! What PyTorch, Lucent and Pillow computed of the same weights and images.

#[cfg(test)]
mod tests;

use crate::comparison::{Comparison, Held, Step, Tally, Witness};
use crate::error::AuditError;
use crate::rounding::singles;
use autodiff::ops::{Input, SpectralImage};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use bounds::{Archive, relative_l2};
use resnet::{Extent, Network, Reader, Reading, Site, View};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The relative L2 error of a center neuron's gradient. It is what this project agreed on as a condition of acceptance,
/// before there was code: PyTorch's own error in single precision, which would be the yardstick, is not among the
/// reference values.
const GRADIENTS: f64 = 1e-5;
/// How far a color of the picture, between 0 and 1, may be from Lucent's: a condition of acceptance as well. The worst
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
    ///
    /// # Errors
    /// If it holds some and they cannot be read.
    pub(crate) fn open(reference: &Reference) -> Result<Option<Golden>, AuditError> {
        let Reference { folder, images } = reference;
        let pixels = ["pixels.npz", "preprocess_uint8_hwc.npz"].map(|name| folder.join(name));
        let stats = folder.join("site_stats.json");
        let (Some(pixels), true) = (pixels.into_iter().find(|path| path.is_file()), stats.is_file()) else {
            return Ok(None);
        };
        let names = listed(&stats).ok_or_else(|| AuditError::Absent {
            path: stats,
            expected: "the names of images".to_owned(),
            found: "none".to_owned(),
        })?;
        let pixels = Archive::open(pixels)?;
        let first = pixels.u8(&names[0])?;
        let size = first.shape.first().copied().unwrap_or(0);
        for name in &names {
            pixels.expect_shape(name, &pixels.u8(name)?, &[size, size, 3])?;
        }
        Ok(Some(Golden { folder: folder.clone(), images: images.clone(), pixels, names, size }))
    }

    /// The first image's name and its pixels, as the network reads them.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(crate) fn first(&self) -> Result<(&str, Vec<u8>), AuditError> {
        let name = &self.names[0];
        Ok((name, self.pixels.u8(name)?.values))
    }

    /// Rows and columns of its images.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The comparisons of what depends on no weights: decoded images, and the picture of a spectrum.
    ///
    /// # Errors
    /// If the graph of the picture cannot be built, or a reference value cannot be read.
    pub(crate) fn of_any_weights(&self, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let mut comparisons = vec![self.decoding()?];
        comparisons.extend(self.picture(isa)?);
        Ok(comparisons)
    }

    /// The comparisons of the network that the values were computed of.
    ///
    /// # Errors
    /// If the network or a reference value cannot be read.
    pub(crate) fn of_network(&self, network: &Network, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let mut comparisons = self.centers(network, self.size, isa)?;
        comparisons.extend(self.gradients(network, self.size, isa)?);
        Ok(comparisons)
    }

    fn archive(&self, name: &str) -> Result<Archive, AuditError> {
        Ok(Archive::open(self.folder.join(name))?)
    }

    /// Decoding, resizing and cropping, against Pillow. An image that is not there is none that could be compared; one
    /// that is there and cannot be read differs in every value.
    fn decoding(&self) -> Result<Comparison, AuditError> {
        let mut what = format!("JPEG, resize, crop: {} images of {1} by {1} pixels", self.names.len(), self.size);
        let (mut values, mut differ) = (0, 0);
        for name in &self.names {
            let pillow = self.pixels.u8(name)?.values;
            let path = match self.find(name) {
                Ok(path) => path,
                Err(why) => return Ok(Step::Decode.against(Witness::Pillow, what).skipped(why.to_string())),
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
        Ok(Step::Decode.against(Witness::Pillow, what).equal(values, differ))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, images::ImageError> {
        let image = images::decode(path)?;
        let shorter = resnet::resized_side(self.size);
        Ok(images::preprocess(&image, shorter, self.size)?.into_pixels())
    }

    /// The image of a name, with or without its extension, in the folder or that of a class.
    fn find(&self, name: &str) -> Result<PathBuf, AuditError> {
        let folder = images::Folder::open(&self.images)?;
        let is_it =
            |path: &Path| path.file_name().is_some_and(|n| n == name) || path.file_stem().is_some_and(|n| n == name);
        let found = folder.entries().find(|e| is_it(&e.path));
        found.map(|e| e.path).ok_or_else(|| AuditError::Absent {
            path: self.images.clone(),
            expected: format!("the image {name} of the reference values"),
            found: "none of that name".to_owned(),
        })
    }

    /// Center activations: twice the error that PyTorch's own single precision makes.
    fn centers(&self, network: &Network, size: usize, isa: Isa) -> Result<Vec<Comparison>, AuditError> {
        let archive = self.archive("center_activations.npz")?;
        let names = archive.names()?;
        let sites: Vec<Site> = network.sites().into_iter().filter(|s| names.contains(&format!("{s}/f64"))).collect();
        let mut reader =
            Reader::new(network, Reading { size, view: View::Plain, sites: &sites, extent: Extent::Center }, isa)?;
        let mut found = vec![Vec::new(); sites.len()];
        for image in &self.names {
            reader.read(&self.pixels.u8(image)?.values);
            for (found, &site) in found.iter_mut().zip(&sites) {
                found.extend(reader.center(site));
            }
        }
        let mut comparisons = Vec::new();
        for (found, site) in found.iter().zip(&sites) {
            let shape = [self.names.len(), found.len() / self.names.len()];
            let (double, single) = (format!("{site}/f64"), format!("{site}/f32"));
            let (exact, theirs) = (archive.f64(&double)?, archive.f32(&single)?);
            archive.expect_shape(&double, &exact, &shape)?;
            archive.expect_shape(&single, &theirs, &shape)?;
            let exact = exact.values;
            let theirs = relative_l2(&theirs.values, &exact);
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
        let archive = self.archive("center_gradients.npz")?;
        let tensors = self.archive("full_tensors_first_image.npz")?;
        let input = tensors.f64("input")?;
        tensors.expect_shape("input", &input, &[3, size, size])?;
        let input = channels_last(&input.values, 3);
        let input = singles(&input);
        let mut comparisons = Vec::new();
        for unit in archive.names()?.iter().filter_map(|n| n.strip_suffix("/grad")) {
            let named = unit
                .split_once(':')
                .and_then(|(site, channel)| Some((site.parse::<Site>().ok()?, channel.parse::<usize>().ok()?)));
            let Some((site, channel)) = named else {
                continue;
            };
            let mut graph = Graph::new();
            let image = graph.add(Input { shape: Shape::new(size, size, 3) }, &[])?;
            let node = network.add_to(&mut graph, image)?.get(site);
            let Some(node) = node.filter(|&node| channel < graph.shape(node).channels) else {
                continue;
            };
            let wanted = Wanted::center(&graph, node);
            let plan = Arc::new(Plan::with_gradients(&graph, wanted, &[image])?);
            let mut workspace = Workspace::new(Arc::clone(&plan), isa);
            workspace.set_input(image, &input);
            workspace.seed().data_mut()[channel] = 1.0;
            workspace.forward();
            workspace.backward();
            let name = format!("{unit}/grad");
            let exact = archive.f64(&name)?;
            archive.expect_shape(&name, &exact, &[3, size, size])?;
            let exact = channels_last(&exact.values, 3);
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
        let mut archives = Vec::new();
        for path in ["transforms.npz", "featviz_steps.npz"].map(|name| self.folder.join(name)) {
            if path.is_file() {
                archives.push(Archive::open(path)?);
            }
        }
        let Some(archive) = Archive::first_with(&archives, "spectrum")? else { return Ok(None) };
        let values = archive.f32("spectrum")?;
        let &[_, height, columns, _] = values.shape.as_slice() else {
            return Ok(None);
        };
        archive.expect_shape("spectrum", &values, &[3, height, columns.max(2), 2])?;
        let width = 2 * (columns - 1);
        let mut graph = Graph::new();
        let spectrum = graph.add(Input { shape: Shape::new(3 * height, columns, 2) }, &[])?;
        let image = graph.add(SpectralImage::new(height, width), &[spectrum])?;
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, image)])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        workspace.set_input(spectrum, &values.values);
        workspace.forward();
        let exact = archive.f64("image")?;
        archive.expect_shape("image", &exact, &[3, height, width])?;
        let exact = channels_last(&exact.values, 3);
        let mut tally = Tally::default();
        let bound = vec![PICTURE; exact.len()];
        tally.add_all(workspace.value(image).data(), &exact, &bound);
        let what = format!("picture of {height} by {width} pixels, Lucent's");
        let words = format!("{PICTURE:e}: agreed for acceptance, not derived");
        Ok(Some(tally.comparison(Step::Spectrum.against(Witness::PyTorch, what), words)))
    }
}

/// The names of images in a file of statistics, at least one.
fn listed(stats: &Path) -> Option<Vec<String>> {
    let stats: Value = serde_json::from_str(&std::fs::read_to_string(stats).ok()?).ok()?;
    let names = stats["images"].as_array()?.iter();
    let names: Vec<String> = names.filter_map(|n| n.as_str().map(str::to_owned)).collect();
    (!names.is_empty()).then_some(names)
}

/// `[C, H, W]` to `[H, W, C]`.
fn channels_last(values: &[f64], channels: usize) -> Vec<f64> {
    let positions = values.len() / channels;
    (0..values.len()).map(|i| values[(i % channels) * positions + i / channels]).collect()
}
