//! Images whose classes are known.

use super::Ablate;
use crate::error::RunError;
use crate::source::Loaded;
use images::Folder;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// An image and which of the network's classes it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) path: PathBuf,
    pub(super) class: usize,
}

/// All images of a folder that have a class.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    /// In the order of the folder.
    pub(super) images: Vec<Image>,
    /// The names of the classes that images are of, by the network's numbers.
    pub(super) classes: BTreeMap<usize, String>,
    pub(super) notes: Vec<String>,
}

impl Labelled {
    /// By `--labels`, or else by sub-folder: their names in order are the network's classes.
    ///
    /// # Errors
    /// If there is no image with a class, or the classes are not the network's.
    pub(super) fn read(options: &Ablate, loaded: &Loaded) -> Result<Labelled, RunError> {
        let folder = Folder::open(&options.images)?;
        let known = loaded.network.architecture().classes().unwrap_or(0);
        let names: Vec<(PathBuf, String, Option<String>)> =
            folder.entries().map(|e| (e.path, e.name, e.class)).collect();
        let labels = match &options.labels {
            Some(file) => Labels::read(file, known)?,
            None => Labels::of_folders(&options.images, &names, known)?,
        };
        let (mut images, mut classes, mut without) = (Vec::new(), BTreeMap::new(), 0_usize);
        for (path, name, class) in names {
            match labels.class(&name, class.as_deref()) {
                Some((number, called)) => {
                    classes.insert(number, called);
                    images.push(Image { path, class: number });
                }
                None => without += 1,
            }
        }
        if images.is_empty() {
            return Err(RunError::NoImages { path: options.images.clone(), found: without });
        }
        let mut notes = Vec::new();
        if without > 0 {
            notes.push(format!(
                "{}: left out, as of no class: {}",
                options.images.display(),
                report::counted(without, "image")
            ));
        }
        Ok(Labelled { images, classes, notes })
    }
}

/// Which class an image or a sub-folder is of.
#[derive(Debug)]
enum Labels {
    /// By the image's name.
    OfImages(BTreeMap<String, usize>),
    /// By its sub-folder's.
    OfFolders(Vec<String>),
}

impl Labels {
    /// A file of lines `image class`, or of the classes of sub-folders in order, one a line.
    fn read(file: &Path, known: usize) -> Result<Labels, RunError> {
        let text =
            fs::read_to_string(file).map_err(|source| report::ReportError::Read { path: file.to_owned(), source })?;
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let split = |line: &str| -> Option<(String, usize)> {
            let (name, class) = line.rsplit_once([',', '\t', ' '])?;
            Some((name.trim().to_owned(), class.trim().parse().ok()?))
        };
        let wrong = |found: String| {
            let sentence = format!(
                "--labels {}: expected lines of an image and its class from 0 to {}, or {known} names of sub-folders in the \
                 order of the classes, found {found}",
                file.display(),
                known.saturating_sub(1)
            );
            RunError::Site { sentence }
        };
        let pairs: Option<Vec<(String, usize)>> = lines.iter().map(|line| split(line)).collect();
        match pairs {
            Some(pairs) if !pairs.is_empty() => match pairs.iter().find(|(_, class)| *class >= known) {
                Some((name, class)) => Err(wrong(format!("class {class} of {name}"))),
                None => Ok(Labels::OfImages(pairs.into_iter().collect())),
            },
            _ if lines.len() == known => Ok(Labels::OfFolders(lines.iter().map(|&l| l.to_owned()).collect())),
            _ => Err(wrong(format!("{} lines", lines.len()))),
        }
    }

    /// As many sub-folders as the network has classes, in alphabetical order.
    fn of_folders(
        folder: &Path,
        names: &[(PathBuf, String, Option<String>)],
        known: usize,
    ) -> Result<Labels, RunError> {
        let folders: BTreeSet<&str> = names.iter().filter_map(|(_, _, class)| class.as_deref()).collect();
        if folders.len() == known {
            return Ok(Labels::OfFolders(folders.into_iter().map(str::to_owned).collect()));
        }
        let sentence = format!(
            "{}: expected a sub-folder of images for each of the network's {known} classes, found {}; --labels FILE says which \
             class each image, or each sub-folder, is of",
            folder.display(),
            folders.len()
        );
        Err(RunError::Site { sentence })
    }

    fn class(&self, name: &str, folder: Option<&str>) -> Option<(usize, String)> {
        match self {
            Labels::OfImages(classes) => {
                let last = name.rsplit('/').next().unwrap_or(name);
                let class = classes.get(name).or_else(|| classes.get(last))?;
                Some((*class, class.to_string()))
            }
            Labels::OfFolders(folders) => {
                let folder = folder?;
                let class = folders.iter().position(|name| name == folder)?;
                Some((class, folder.to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str, known: usize) -> Result<Labels, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("labels.txt");
        fs::write(&file, text).unwrap();
        Labels::read(&file, known).map_err(|e| e.to_string())
    }

    #[test]
    fn a_file_names_the_class_of_each_image_or_the_order_of_sub_folders() {
        let of_images = labels("a/x.png,1\ny z.png 0\n", 2).unwrap();
        assert_eq!(of_images.class("a/x.png", Some("a")), Some((1, "1".to_owned())));
        assert_eq!(of_images.class("b/y z.png", None), Some((0, "0".to_owned())));
        assert_eq!(of_images.class("b/w.png", Some("b")), None);
        let of_folders = labels("star\n\ncross\n", 2).unwrap();
        assert_eq!(of_folders.class("x.png", Some("cross")), Some((1, "cross".to_owned())));
        assert_eq!((of_folders.class("x.png", None), of_folders.class("x.png", Some("dots"))), (None, None));
    }

    #[test]
    fn what_names_no_class_of_the_network_is_refused() {
        for (text, found) in [("a.png 2", "class 2 of a.png"), ("star", "1 lines"), ("", "0 lines")] {
            let said = labels(text, 2).unwrap_err();
            assert!(said.contains("class from 0 to 1") && said.ends_with(&format!("found {found}")), "{said}");
        }
    }
}
