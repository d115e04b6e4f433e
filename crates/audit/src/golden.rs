//! What PyTorch, Lucent and Pillow computed of the same weights and images.

use crate::error::AuditError;
use crate::line::{Line, Tally, Witness};
use autodiff::ops::{Input, SpectralImage};
use autodiff::{Graph, Isa, Plan, Shape, Wanted, Workspace};
use resnet::{Extent, Network, Reader, Site, View};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use testkit::golden::Archive;
use testkit::relative_l2;

/// Reference values of one network.
pub(crate) struct Golden {
    folder: PathBuf,
    images: PathBuf,
    pixels: Archive,
    names: Vec<String>,
}

impl Golden {
    /// The reference values in a folder, and where the images are that they were computed from; nothing where the folder holds none.
    pub(crate) fn open(folder: &Path, images: &Path) -> Option<Golden> {
        let pixels = ["pixels.npz", "preprocess_uint8_hwc.npz"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|path| path.is_file())?;
        let stats = std::fs::read_to_string(folder.join("site_stats.json")).ok()?;
        let stats: Value = serde_json::from_str(&stats).ok()?;
        let names = stats["images"].as_array()?.iter();
        Some(Golden {
            folder: folder.to_owned(),
            images: images.to_owned(),
            pixels: Archive::open(pixels),
            names: names
                .filter_map(|n| n.as_str().map(str::to_owned))
                .collect(),
        })
    }

    /// The first image's pixels, as the network reads them.
    pub(crate) fn first(&self) -> Option<Vec<u8>> {
        Some(self.pixels.u8(self.names.first()?).values)
    }

    /// All lines.
    ///
    /// # Errors
    /// If the network cannot be read.
    pub(crate) fn lines(
        &self,
        network: &Network,
        size: usize,
        isa: Isa,
    ) -> Result<Vec<Line>, AuditError> {
        let mut lines = vec![self.decoding(size)?];
        lines.extend(self.centers(network, size, isa)?);
        lines.extend(self.gradients(network, size, isa)?);
        lines.extend(self.picture(size, isa)?);
        Ok(lines)
    }

    fn archive(&self, name: &str) -> Archive {
        Archive::open(self.folder.join(name))
    }

    /// Decoding, resizing and cropping, against Pillow.
    fn decoding(&self, size: usize) -> Result<Line, AuditError> {
        let (mut values, mut worst) = (0, 0);
        for name in &self.names {
            let path = self.find(name)?;
            let found =
                images::preprocess(&images::decode(&path)?, (size * 256 + 112) / 224, size)?;
            let pillow = self.pixels.u8(name).values;
            values += pillow.len();
            let apart = found
                .pixels()
                .iter()
                .zip(&pillow)
                .map(|(&a, &b)| a.abs_diff(b));
            worst = worst.max(apart.max().unwrap_or(0));
        }
        // Two JPEG decoders may differ in the last bits of their cosine transforms and in how they enlarge the colours.
        let words = "5 levels of 255: two decoders";
        let what = format!("JPEG, resize, crop: {} images", self.names.len());
        Ok(Line::number(
            "decode",
            what,
            Witness::Pillow,
            values,
            (f64::from(worst), 5.0),
            words,
        ))
    }

    /// The image of a name, with or without its extension, in the folder or that of a class.
    fn find(&self, name: &str) -> Result<PathBuf, AuditError> {
        let folder = images::Folder::open(&self.images)?;
        let is_it = |path: &Path| {
            path.file_name().is_some_and(|n| n == name)
                || path.file_stem().is_some_and(|n| n == name)
        };
        let found = folder.entries().iter().find(|e| is_it(&e.path));
        found
            .map(|e| e.path.clone())
            .ok_or_else(|| AuditError::Absent {
                path: self.images.clone(),
                expected: format!("the image {name} of the reference values"),
                found: "none of that name".to_owned(),
            })
    }

    /// Center activations: twice the error that PyTorch's own single precision makes.
    fn centers(&self, network: &Network, size: usize, isa: Isa) -> Result<Vec<Line>, AuditError> {
        let archive = self.archive("center_activations.npz");
        let names = archive.names();
        let sites: Vec<Site> = network
            .sites()
            .into_iter()
            .filter(|s| names.contains(&format!("{s}/f64")))
            .collect();
        let mut reader = Reader::new(network, size, View::Plain, (&sites, Extent::Center), isa)?;
        let mut found = vec![Vec::new(); sites.len()];
        for image in &self.names {
            reader.read(&self.pixels.u8(image).values);
            for (found, &site) in found.iter_mut().zip(&sites) {
                found.extend_from_slice(reader.center(site));
            }
        }
        let mut lines = Vec::new();
        for (found, site) in found.iter().zip(&sites) {
            let exact = archive.f64(&format!("{site}/f64")).values;
            let theirs = relative_l2(&archive.f32(&format!("{site}/f32")).values, &exact);
            let ours = relative_l2(found, &exact);
            lines.push(Line::number(
                "center activations",
                format!("{site}, {} images", self.names.len()),
                Witness::PyTorch,
                exact.len(),
                (ours, 2.0 * theirs),
                "twice PyTorch's own float32 error",
            ));
        }
        Ok(lines)
    }

    /// Gradients of center neurons by the normalised image.
    fn gradients(&self, network: &Network, size: usize, isa: Isa) -> Result<Vec<Line>, AuditError> {
        let archive = self.archive("center_gradients.npz");
        let input = self
            .archive("full_tensors_first_image.npz")
            .f64("input")
            .values;
        let input = channels_last(&input, 3);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the input was stored in single precision"
        )]
        let input: Vec<f32> = input.iter().map(|&v| v as f32).collect();
        let mut lines = Vec::new();
        for unit in archive
            .names()
            .iter()
            .filter_map(|n| n.strip_suffix("/grad"))
        {
            let named = unit.split_once(':').and_then(|(site, channel)| {
                Some((site.parse::<Site>().ok()?, channel.parse::<usize>().ok()?))
            });
            let Some((site, channel)) = named else {
                continue;
            };
            let mut graph = Graph::new();
            let image = graph.add(
                Input {
                    shape: Shape::new(size, size, 3),
                },
                &[],
            )?;
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
            lines.push(Line::number(
                "center gradients",
                unit,
                Witness::PyTorch,
                exact.len(),
                (relative_l2(&found, &exact), 1e-5),
                "1e-5 relative",
            ));
        }
        Ok(lines)
    }

    /// The picture of a spectrum of the recipe's size, against Lucent's.
    fn picture(&self, size: usize, isa: Isa) -> Result<Option<Line>, AuditError> {
        let file = ["transforms.npz", "featviz_steps.npz"]
            .map(|name| self.folder.join(name))
            .into_iter()
            .find(|path| {
                path.is_file() && Archive::open(path).names().contains(&"spectrum".to_owned())
            });
        let Some(file) = file else { return Ok(None) };
        let archive = Archive::open(file);
        let mut graph = Graph::new();
        let spectrum = graph.add(
            Input {
                shape: Shape::new(3 * size, size / 2 + 1, 2),
            },
            &[],
        )?;
        let image = graph.add(SpectralImage::new(size, size), &[spectrum])?;
        let plan = Plan::forward(&graph, &[Wanted::whole(&graph, image)])?;
        let mut workspace = Workspace::new(Arc::new(plan), isa);
        workspace.set_input(spectrum, &archive.f32("spectrum").values);
        workspace.forward();
        let exact = channels_last(&archive.f64("image").values, 3);
        let mut tally = Tally::default();
        // Colours lie between 0 and 1; a level of the picture is 4e-3.
        tally.add_all(
            workspace.value(image).data(),
            &exact,
            &vec![1e-6; exact.len()],
        );
        let what = format!("picture of {size} by {size} pixels, Lucent's");
        Ok(Some(tally.line("spectrum", what, Witness::PyTorch, "1e-6")))
    }
}

/// `[C, H, W]` to `[H, W, C]`.
fn channels_last(values: &[f64], channels: usize) -> Vec<f64> {
    let positions = values.len() / channels;
    (0..values.len())
        .map(|i| values[(i % channels) * positions + i / channels])
        .collect()
}
