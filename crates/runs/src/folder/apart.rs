//! That nothing a command writes lies among the images it reads, or the other way around: the next run would take its own
//! figures for photographs.

use crate::error::RunError;
use std::path::{Component, Path, PathBuf};

/// Refuses a folder to write to that is inside a folder of images, holds it, or holds an image that a link leads to.
///
/// # Errors
/// If so, naming both.
pub(crate) fn require_folder(
    out: &Path,
    images: &Path,
    mut entries: impl Iterator<Item = PathBuf>,
) -> Result<(), RunError> {
    let (to, from) = (real(out), real(images));
    let inside = |image: &Path| RunError::Inside { inner: image.to_owned(), outer: out.to_owned() };
    if to.starts_with(&from) {
        return Err(RunError::Inside { inner: out.to_owned(), outer: images.to_owned() });
    }
    if from.starts_with(&to) {
        return Err(inside(images));
    }
    // Folders of images are entered through links too.
    entries.find(|entry| real(entry).starts_with(&to)).map_or(Ok(()), |entry| Err(inside(&entry)))
}

/// Refuses a file to write that is inside one of the folders of images, or is one of the images.
///
/// # Errors
/// If so, naming both.
pub(crate) fn require_file(out: &Path, images: &[PathBuf]) -> Result<(), RunError> {
    let to = real(out);
    match images.iter().find(|images| to.starts_with(real(images))) {
        Some(images) => Err(RunError::Inside { inner: out.to_owned(), outer: images.clone() }),
        None => Ok(()),
    }
}

/// Where a path leads, through links, whether there is something yet or not.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut real = PathBuf::new();
    for part in absolute.components() {
        match part {
            // Behind a link the folder above is another one: links are followed as they come.
            Component::ParentDir => {
                real.pop();
            }
            part => {
                real.push(part);
                real = real.canonicalize().unwrap_or(real);
            }
        }
    }
    real
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn none() -> impl Iterator<Item = PathBuf> {
        std::iter::empty()
    }

    #[test]
    fn a_folder_inside_the_other_is_refused_whether_it_is_there_or_not_and_beside_it_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("a/images")).unwrap();
        for (out, apart) in [
            ("a/out", true),
            ("a/images2", true),
            ("a/images/../out", true),
            ("a/images/out/deep", false),
            ("a/images", false),
            ("a", false),
            ("a/out/../images/x", false),
            (".", false),
        ] {
            let found = require_folder(&at(out), &at("a/images"), none());
            assert_eq!(found.is_ok(), apart, "{out}");
            if let Err(error) = found {
                let said = error.to_string();
                assert!(said.contains(out) && said.contains("a/images"), "{said}");
            }
        }
    }

    #[test]
    fn an_archive_is_refused_among_images_and_in_the_place_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("images")).unwrap();
        fs::write(at("one.png"), "").unwrap();
        let images = [at("images"), at("one.png")];
        for (out, apart) in [("a.npz", true), ("images/a.npz", false), ("one.png", false), ("images.npz", true)] {
            assert_eq!(require_file(&at(out), &images).is_ok(), apart, "{out}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("images")).unwrap();
        fs::create_dir(at("out")).unwrap();
        symlink(at("images"), at("link")).unwrap();
        symlink(at("out"), at("images/results")).unwrap();
        assert!(require_folder(&at("link/out"), &at("images"), none()).is_err());
        assert!(require_folder(&at("out"), &at("images"), none()).is_ok());
        // A figure that is reached from the images.
        let figure = at("images/results/fig.png");
        assert!(require_folder(&at("out"), &at("images"), [figure.clone()].into_iter()).is_err());
        assert!(require_file(&at("link/a.npz"), &[at("images")]).is_err());
    }
}
