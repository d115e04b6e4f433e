//! Where the program finds what comes with it: the embedded network, its images and PyTorch's values for it.
//!
//! In a checkout these are the folder `fixtures`. An installed program carries a copy of them, and unpacks it once into
//! the user's cache.

use anyhow::anyhow;
use include_dir::{Dir, include_dir};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the program carries.
static CARRIED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../fixtures");

/// Whether Cargo started this program, as `cargo xtask` does.
pub(crate) fn is_started_by_cargo() -> bool {
    std::env::var_os("CARGO").is_some()
}

/// The checkout that the program was built from, if it runs inside it.
fn place() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.to_owned();
    let inside = || {
        let program = std::env::current_exe().ok()?.canonicalize().ok()?;
        Some(program.starts_with(root.canonicalize().ok()?))
    };
    (root.join("fixtures").is_dir() && (is_started_by_cargo() || inside() == Some(true))).then_some(root)
}

/// The checkout.
///
/// # Errors
/// If the program was installed, and has none.
pub(crate) fn checkout(command: &str) -> anyhow::Result<PathBuf> {
    place().ok_or_else(|| {
        anyhow!("{command}: expected the project's source, found an installed program: run `cargo xtask {command}` in a checkout")
    })
}

/// The folder in which `fixtures` lies: the checkout, or the user's cache, where `needed` files are unpacked.
///
/// # Errors
/// If there is no cache, or it cannot be written.
pub(crate) fn root(needed: bool) -> anyhow::Result<PathBuf> {
    if let Some(root) = place() {
        return Ok(root);
    }
    let version = concat!("streamscope-", env!("CARGO_PKG_VERSION"));
    let cache = dirs::cache_dir().map(|cache| cache.join(version));
    match (cache, needed) {
        (Some(root), false) => Ok(root),
        (None, false) => Ok(PathBuf::new()),
        (Some(root), true) => {
            let cannot = |error| {
                anyhow!(
                    "{}: cannot unpack the embedded network: {error}: set XDG_CACHE_HOME to a folder that can be written, or \
                     name other weights with --weights",
                    root.display()
                )
            };
            unpack(&CARRIED, &root.join("fixtures")).map_err(cannot)?;
            Ok(root)
        }
        (None, true) => Err(anyhow!(
            "expected a cache folder to unpack the embedded network to, found none: set XDG_CACHE_HOME, or name other weights \
             with --weights"
        )),
    }
}

/// Writes each file that is not there with these bytes.
fn unpack(from: &Dir<'_>, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for file in from.files() {
        let Some(name) = file.path().file_name() else { continue };
        let path = to.join(name);
        if fs::read(&path).is_ok_and(|there| there == file.contents()) {
            continue;
        }
        // Another process may be reading it, or writing it too.
        let mut whole = tempfile::NamedTempFile::new_in(to)?;
        whole.write_all(file.contents())?;
        whole.persist(&path)?;
    }
    for dir in from.dirs() {
        if let Some(name) = dir.path().file_name() {
            unpack(dir, &to.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unpacked_is_the_checkouts_and_what_was_damaged_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("a/fixtures");
        unpack(&CARRIED, &to).unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fixtures");
        let same =
            |name: &str| assert_eq!(fs::read(to.join(name)).unwrap(), fs::read(fixtures.join(name)).unwrap(), "{name}");
        let names = ["resnet18-16.npz", "images/annulus/annulus_00.jpg", "images.csv"];
        names.iter().for_each(|name| same(name));
        fs::write(to.join(names[0]), "cut off").unwrap();
        fs::remove_file(to.join(names[1])).unwrap();
        let untouched = fs::metadata(to.join(names[2])).unwrap().modified().unwrap();
        unpack(&CARRIED, &to).unwrap();
        names.iter().for_each(|name| same(name));
        assert_eq!(fs::metadata(to.join(names[2])).unwrap().modified().unwrap(), untouched);
        let there: Vec<_> = fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name()).collect();
        let meant: Vec<_> = fs::read_dir(&fixtures).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(there.len(), meant.len(), "{there:?}");
    }
}
