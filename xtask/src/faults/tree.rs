//! A copy of the source, beside the source.

use anyhow::anyhow;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are not source.
const SKIPPED: [&str; 3] = ["target", "out", ".git"];

/// A copy of the project's files in which faults are tried.
#[derive(Debug)]
pub(super) struct Tree {
    from: PathBuf,
    to: PathBuf,
}

impl Tree {
    /// Makes `to` the same as `from`. Files that are the same already keep their times, so that cargo does not build them again.
    pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<Tree> {
        let tree = Tree {
            from: from.to_owned(),
            to: to.to_owned(),
        };
        fs::create_dir_all(to).map_err(|e| anyhow!("{}: {e}", to.display()))?;
        let (source, copied) = (files(from)?, files(to)?);
        for file in copied.difference(&source) {
            fs::remove_file(to.join(file))?;
        }
        for file in &source {
            tree.restore(file)?;
        }
        Ok(tree)
    }

    /// The folder it is in.
    pub(super) fn root(&self) -> &Path {
        &self.to
    }

    /// The copy of a file.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.to.join(file)
    }

    /// Makes the copy of a file what the file is.
    pub(super) fn restore(&self, file: impl AsRef<Path>) -> anyhow::Result<()> {
        let (from, to) = (self.from.join(&file), self.to.join(&file));
        let bytes = fs::read(&from).map_err(|e| anyhow!("{}: {e}", from.display()))?;
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        write(&to, &bytes)
    }
}

/// Writes a file of the copy.
pub(super) fn write(path: &Path, bytes: &(impl AsRef<[u8]> + ?Sized)) -> anyhow::Result<()> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, bytes))
        .map_err(|e| anyhow!("{}: cannot write the copy: {e}", path.display()))
}

/// Every file below a folder, from there.
fn files(root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| anyhow!("{}: {e}", folder.display()))? {
            let path = entry?.path();
            let skipped = SKIPPED.iter().any(|name| path.ends_with(name));
            if skipped {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root)?.to_owned());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_copy_writes_what_changed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for (file, text) in [("a", "1"), ("b/c", "2"), ("target/d", "3")] {
            write(&from.join(file), text).unwrap();
        }
        Tree::copy(&from, &to).unwrap();
        let files = |root: &Path| files(root).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(files(&to), [PathBuf::from("a"), PathBuf::from("b/c")]);
        let time = |file: &str| fs::metadata(to.join(file)).unwrap().modified().unwrap();
        let before = time("a");
        write(&to.join("b/c"), "a fault").unwrap();
        write(&to.join("stale"), "").unwrap();
        let tree = Tree::copy(&from, &to).unwrap();
        assert_eq!(fs::read(tree.path("b/c")).unwrap(), b"2");
        assert!(!tree.path("stale").exists());
        assert_eq!(time("a"), before);
    }
}
