//! A copy of the source, beside the source.

use anyhow::anyhow;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are not source.
const SKIPPED: [&str; 3] = ["target", "out", ".git"];

/// A copy of the project's files in which faults are tried.
#[derive(Debug)]
pub(super) struct Tree(PathBuf);

impl Tree {
    /// Makes `to` the same as `from`. Files that are the same already keep their times, so that cargo does not build
    /// them again.
    pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<Tree> {
        fs::create_dir_all(to).map_err(|e| anyhow!("{}: {e}", to.display()))?;
        let (source, copied) = (files(from)?, files(to)?);
        for file in copied.difference(&source) {
            fs::remove_file(to.join(file))?;
        }
        for file in &source {
            let (bytes, copy) = (read(&from.join(file))?, to.join(file));
            if !fs::read(&copy).is_ok_and(|there| there == bytes) {
                write(&copy, &bytes)?;
            }
            // Tests run scripts.
            let permissions = |path: &Path| fs::metadata(path).map(|file| file.permissions());
            let of_source = permissions(&from.join(file))?;
            if permissions(&copy)? != of_source {
                fs::set_permissions(&copy, of_source)?;
            }
        }
        Ok(Tree(to.to_owned()))
    }

    /// The folder it is in.
    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// Does `work` while the copy of a file has another text. What the source has become since it was copied has no
    /// part in it.
    pub(super) fn with<T>(&self, file: &str, text: &str, work: impl FnOnce() -> T) -> anyhow::Result<T> {
        let path = self.0.join(file);
        let kept = read(&path)?;
        write(&path, text)?;
        let result = work();
        write(&path, &kept)?;
        Ok(result)
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).map_err(|e| anyhow!("{}: {e}", path.display()))
}

/// Writes a file of the copy.
fn write(path: &Path, bytes: &(impl AsRef<[u8]> + ?Sized)) -> anyhow::Result<()> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(path, bytes)).map_err(|e| anyhow!("{}: cannot write the copy: {e}", path.display()))
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
        for (file, text) in [("a", "1"), ("b/c", "2"), ("target/d", "3"), ("b/out/e", "4"), (".git/f", "5")] {
            write(&from.join(file), text).unwrap();
        }
        let mut permissions = fs::metadata(from.join("a")).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(from.join("a"), permissions.clone()).unwrap();
        Tree::copy(&from, &to).unwrap();
        assert_eq!(fs::metadata(to.join("a")).unwrap().permissions(), permissions);
        let files = |root: &Path| files(root).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(files(&to), [PathBuf::from("a"), PathBuf::from("b/c")]);
        let time = |file: &str| fs::metadata(to.join(file)).unwrap().modified().unwrap();
        let before = time("a");
        write(&to.join("b/c"), "a fault").unwrap();
        write(&to.join("stale"), "").unwrap();
        Tree::copy(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("b/c")).unwrap(), b"2");
        assert!(!to.join("stale").exists());
        assert_eq!(time("a"), before);
    }

    #[test]
    fn a_file_is_put_back_as_it_was_copied_whatever_the_source_has_become() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        write(&from.join("a"), "1").unwrap();
        let tree = Tree::copy(&from, &to).unwrap();
        let there = || fs::read_to_string(to.join("a")).unwrap();
        let during = tree.with("a", "a fault", || {
            write(&from.join("a"), "edited meanwhile").unwrap();
            there()
        });
        assert_eq!(during.unwrap(), "a fault");
        assert_eq!(there(), "1");
    }

    #[test]
    fn a_copy_is_at_its_root_and_what_cannot_be_copied_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let message = |tree: anyhow::Result<Tree>| tree.unwrap_err().to_string();
        let absent = message(Tree::copy(&from, &to));
        assert!(absent.starts_with(&format!("{}: ", from.display())), "{absent}");
        write(&from.join("a/b"), "1").unwrap();
        let tree = Tree::copy(&from, &to).unwrap();
        assert_eq!(tree.root(), to);
        assert!(tree.with("no-such-file", "", || ()).is_err());
        // A folder where the copy is to have a file.
        let taken = folder.path().join("taken");
        write(&taken.join("a/b/c"), "").unwrap();
        let refused = message(Tree::copy(&from, &taken));
        let place = taken.join("a/b").display().to_string();
        assert!(refused.starts_with(&format!("{place}: cannot write the copy: ")), "{refused}");
        write(&taken.join("file"), "").unwrap();
        let below = message(Tree::copy(&from, &taken.join("file/below")));
        assert!(below.contains("file/below"), "{below}");
    }
}
