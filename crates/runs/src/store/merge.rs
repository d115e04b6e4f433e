//! The union of stores that were filled on machines without a shared folder.

use super::entries::{Store, parse};
use super::journal::{Records, Union};
use crate::error::RunError;
use crate::progress::{Event, Observer};
use report::layout;
use std::fs;
use std::path::{Path, PathBuf};

/// What a merge found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Pictures that came in.
    pub pictures: usize,
    /// Pictures that were there already, with the same bytes.
    pub same: usize,
    /// Images, of which what was read came in.
    pub images: usize,
    /// A sentence for each file that is damaged, and was left out.
    pub damaged: Vec<String>,
    /// A sentence for each result that two stores have with different bytes; what was there first stays.
    pub differ: Vec<String>,
    /// Files that do not belong to a store, and were left alone.
    pub others: usize,
}

/// Takes every whole entry of some stores, or of the stores of runs, into the store of a folder. Entries are checked as
/// they come, and written as any other result is; those that are there stay.
///
/// # Errors
/// If a source is no store, or something cannot be read or written; what was taken until then stays, and the same command
/// goes on.
pub fn merge(sources: &[PathBuf], into: &Path, observer: &dyn Observer) -> Result<Merged, RunError> {
    let target = into.join(layout::STORE);
    let stores = sources.iter().map(|path| store_of(path, &target)).collect::<Result<Vec<_>, _>>()?;
    report::make_folder(&target).map_err(RunError::write(&target))?;
    let mut merged = Merged::default();
    for store in &stores {
        let files = files(store)?;
        observer.event(Event::Phase { name: store.display().to_string().into(), total: files.len(), done: 0 });
        for name in files {
            merged.take(store, &name, &target)?;
            observer.event(Event::Advanced);
        }
        observer.event(Event::PhaseEnded);
    }
    Ok(merged)
}

/// The folder of entries that a path names: a store, or the folder of a run.
fn store_of(path: &Path, target: &Path) -> Result<PathBuf, RunError> {
    let inside = path.join(layout::STORE);
    let store = if inside.is_dir() { inside } else { path.to_owned() };
    let is_group = |name: &str| name == SCANS || (name.len() == 2 && name.bytes().all(|b| b.is_ascii_hexdigit()));
    let listed = fs::read_dir(&store);
    let has = |entries: fs::ReadDir| entries.flatten().any(|e| is_group(&e.file_name().to_string_lossy()));
    if !listed.is_ok_and(has) {
        return Err(RunError::NoStore { path: path.to_owned() });
    }
    let real = |path: &Path| fs::canonicalize(path).ok();
    if real(&store).is_some_and(|store| real(target) == Some(store)) {
        return Err(RunError::IntoItself { path: path.to_owned() });
    }
    Ok(store)
}

/// The folder of journals in a store.
const SCANS: &str = "scans";

/// The files of a store, two parts each, in order.
fn files(store: &Path) -> Result<Vec<PathBuf>, RunError> {
    let mut files = Vec::new();
    for group in fs::read_dir(store).map_err(RunError::read(store))?.flatten() {
        let Ok(listed) = fs::read_dir(group.path()) else { continue };
        files.extend(listed.flatten().map(|file| Path::new(&group.file_name()).join(file.file_name())));
    }
    files.sort();
    Ok(files)
}

impl Merged {
    fn take(&mut self, store: &Path, name: &Path, target: &Path) -> Result<(), RunError> {
        let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        match &parts[..] {
            [_, file] if file.starts_with('.') => self.others += 1,
            [scans, _] if scans == SCANS => self.take_journal(&store.join(name), &target.join(name))?,
            [_, address] => self.take_picture(&store.join(name), &target.join(name), address)?,
            _ => self.others += 1,
        }
        Ok(())
    }

    fn take_picture(&mut self, from: &Path, to: &Path, address: &str) -> Result<(), RunError> {
        let bytes = fs::read(from).map_err(RunError::read(from))?;
        let (Some(folder), Some(store)) = (from.parent(), from.ancestors().nth(2)) else { return Ok(()) };
        let name = folder.file_name().map(|group| Path::new(group).join(address)).unwrap_or_default();
        if !Store::at(store).is_entry(&name) {
            self.damaged.push(format!("{}: damaged, or no entry of a store: left out", from.display()));
            return Ok(());
        }
        match fs::read(to) {
            Ok(there) if there == bytes => self.same += 1,
            Ok(there) if parse(&there, address).is_some() => {
                let (from, to) = (from.display(), to.display());
                self.differ.push(format!("{from}: whole, with other bytes than {to}, which stays"));
            }
            _ => {
                report::write_atomically(to, &bytes).map_err(RunError::write(to))?;
                self.pictures += 1;
            }
        }
        Ok(())
    }

    fn take_journal(&mut self, from: &Path, to: &Path) -> Result<(), RunError> {
        let mut records = Records::open(from).map_err(RunError::read(from))?;
        let mut union = Union::open(to, &records).map_err(RunError::write(to))?;
        while let Some(record) = records.next().map_err(RunError::read(from))? {
            match union.add(&record).map_err(RunError::write(to))? {
                Some(true) => self.images += 1,
                Some(false) => {}
                None => self.differ.push(format!(
                    "{}: what was read of an image is other than in {}, which stays",
                    from.display(),
                    to.display()
                )),
            }
        }
        if records.is_cut() {
            self.damaged.push(format!("{}: damaged or cut: what is whole before that is taken", from.display()));
        }
        union.end().map_err(RunError::write(to))
    }
}

#[cfg(test)]
mod tests;
