use super::*;
use crate::progress::Silent;
use crate::store::{Address, Entry, Journal, Unit};
use featviz::{Objective, Recipe};
use tempfile::TempDir;

fn put(store: &Path, channel: usize) -> PathBuf {
    let unit = Unit { site: "maxpool".parse().unwrap(), objective: Objective::Neuron, channel, seed: 0 };
    let address = Address::of(&unit, &Recipe::new(64, 3), "w");
    let entry = Entry { png: vec![1, 2, 3], floats: Vec::new(), trajectory: vec![0.5; channel + 1] };
    let store = Store::open(store).unwrap();
    store.put(&address, &unit, &entry).unwrap();
    store.path(&address)
}

fn keep(journal: &Path, images: &[(u8, f32)]) {
    let (mut journal, _) = Journal::open(journal, 3).unwrap();
    for &(image, value) in images {
        journal.keep(&[image; 32], &[value; 3]).unwrap();
    }
}

fn folders() -> [TempDir; 3] {
    [(); 3].map(|()| tempfile::tempdir().unwrap())
}

fn merged(sources: &[&Path], into: &Path) -> Merged {
    let sources: Vec<PathBuf> = sources.iter().map(|path| (*path).to_owned()).collect();
    merge(&sources, into, &Silent).unwrap()
}

/// Every file below a folder, with its bytes.
fn state(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let all = files(&folder.join("store")).unwrap().into_iter();
    all.map(|name| (name.clone(), fs::read(folder.join("store").join(&name)).unwrap())).collect()
}

#[test]
fn the_union_has_every_whole_entry_once_and_merging_again_changes_nothing() {
    let [a, b, out] = folders();
    // A run's folder, and a store by itself.
    let paths = [0, 1, 2].map(|channel| put(&a.path().join("store"), channel));
    for channel in [2, 3] {
        put(b.path(), channel);
    }
    keep(&a.path().join("store/scans/j"), &[(1, 0.5), (2, 0.5)]);
    keep(&b.path().join("scans/j"), &[(3, 0.5), (2, 0.5)]);
    keep(&b.path().join("scans/other"), &[(1, 7.0)]);
    fs::write(a.path().join("store/00.txt"), "mine").unwrap();
    let sources = [a.path(), b.path()];
    let first = merged(&sources, out.path());
    assert_eq!(first, Merged { pictures: 4, same: 1, images: 4, ..Merged::default() });
    let there = state(out.path());
    for path in &paths {
        let name = path.strip_prefix(a.path().join("store")).unwrap();
        assert!(there.contains(&(name.to_owned(), fs::read(path).unwrap())));
    }
    let (_, known) = Journal::open(&out.path().join("store/scans/j"), 3).unwrap();
    assert_eq!(known.len(), 3);
    assert_eq!(known.get(&[3; 32]).unwrap(), Some(vec![0.5; 3]));
    assert_eq!(merged(&sources, out.path()), Merged { same: 5, ..Merged::default() });
    assert_eq!(state(out.path()), there);
}

#[test]
fn what_is_damaged_or_differs_is_named_and_left() {
    let [a, b, out] = folders();
    let (damaged, differs) = (put(a.path(), 0), put(a.path(), 1));
    let mut bytes = fs::read(&damaged).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&damaged, &bytes).unwrap();
    // A whole entry of the same address whose header says another unit.
    let there = out.path().join("store").join(differs.strip_prefix(a.path()).unwrap());
    fs::create_dir_all(there.parent().unwrap()).unwrap();
    let text = String::from_utf8_lossy(&fs::read(&differs).unwrap()).into_owned();
    let at = text.find("maxpool:1").unwrap() + "maxpool:".len();
    let mut other = fs::read(&differs).unwrap();
    other[at] = b'9';
    fs::write(&there, &other).unwrap();
    keep(&a.path().join("scans/j"), &[(1, 0.5), (2, 0.5)]);
    let cut = a.path().join("scans/j");
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..whole.len() - 3]).unwrap();
    keep(&b.path().join("scans/j"), &[(1, 0.25)]);
    let found = merged(&[a.path(), b.path()], out.path());
    let names =
        |sentences: &[String], path: &Path| sentences.iter().any(|s| s.starts_with(&path.display().to_string()));
    assert_eq!((found.pictures, found.same, found.images), (0, 0, 1));
    assert!(found.damaged.len() == 2 && names(&found.damaged, &damaged) && names(&found.damaged, &cut), "{found:?}");
    assert!(found.differ.len() == 2 && names(&found.differ, &differs), "{found:?}");
    assert!(names(&found.differ, &b.path().join("scans/j")), "{found:?}");
    assert_eq!(fs::read(&there).unwrap(), other);
    // An entry in the target that is damaged is none, and is replaced.
    let [c, ..] = folders();
    put(c.path(), 0);
    let to = out.path().join("store").join(damaged.strip_prefix(a.path()).unwrap());
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(&to, &bytes).unwrap();
    assert_eq!(merged(&[c.path()], out.path()), Merged { pictures: 1, ..Merged::default() });
}

#[test]
fn a_folder_that_is_no_store_and_the_target_itself_are_refused_before_anything_is_written() {
    let [a, b, out] = folders();
    put(a.path(), 0);
    let refused = |sources: &[&Path], into: &Path| {
        let sources: Vec<PathBuf> = sources.iter().map(|path| (*path).to_owned()).collect();
        merge(&sources, into, &Silent).unwrap_err().to_string()
    };
    let said = refused(&[a.path(), b.path()], out.path());
    assert!(said.starts_with(&b.path().display().to_string()) && said.contains("expected a store"), "{said}");
    assert!(!out.path().join("store").exists());
    put(&out.path().join("store"), 1);
    for same in [out.path().to_owned(), out.path().join("store"), out.path().join("store/../store")] {
        let said = refused(&[&same], out.path());
        assert!(said.contains("into itself"), "{said}");
    }
}
