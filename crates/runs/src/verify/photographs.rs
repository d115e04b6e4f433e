//! Whether the images are those that the run read: one that changed is named, and not only what follows from it.

use crate::folder::before::names;
use images::Folder;
use report::ImagesRecord;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A sentence for each image that was read and is missing in the folder, or is another file now.
pub(super) fn differences(folder: &Path, record: &ImagesRecord) -> Vec<String> {
    // By the names that the folder gives them: the bytes of one may be no text.
    let listed = Folder::open(folder);
    let entries = listed.iter().flat_map(Folder::entries);
    let paths: BTreeMap<String, PathBuf> = entries.map(|entry| (entry.name, entry.path)).collect();
    let changed = |(name, digest): (String, [u8; 32])| {
        let path = paths.get(&name);
        let path = path.map_or_else(|| folder.join(&name), PathBuf::clone);
        let Ok(bytes) = images::read(&path) else {
            return Some(format!("{}: the run read it, and it is missing", path.display()));
        };
        let (now, digest) = (blake3::hash(&bytes), blake3::Hash::from_bytes(digest));
        (now != digest).then(|| {
            format!("{}: the digest of the photograph is {now}, of the one that the run read {digest}", path.display())
        })
    };
    let found: Vec<String> = record.files.iter().filter_map(changed).collect();
    if found.len() > 1 && found.len() == record.files.len() {
        // Not changed photographs but other ones.
        let (there, here) = names(&record.folder, &folder.display().to_string());
        let count = record.files.len();
        return vec![format!("photographs: expected the {count} of the run, {there}, found none of them in {here}")];
    }
    found
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn an_image_whose_name_is_no_text_is_found_and_a_changed_one_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(OsStr::from_bytes(b"a\xff.jpg"));
        fs::write(&path, "as it was").unwrap();
        let name = Folder::open(folder.path()).unwrap().entry(0).name;
        let digest = *blake3::hash(b"as it was").as_bytes();
        let record = ImagesRecord {
            folder: String::new(),
            read: 1,
            skipped: Vec::new(),
            flawed: Vec::new(),
            passed_over: BTreeMap::new(),
            names_digest: String::new(),
            digest: String::new(),
            files: [(name, digest)].into(),
            journals: BTreeMap::new(),
        };
        assert_eq!(differences(folder.path(), &record), Vec::<String>::new());
        fs::write(&path, "as it is").unwrap();
        let found = differences(folder.path(), &record);
        assert!(found.len() == 1 && found[0].contains("the digest of the photograph"));
        fs::remove_file(&path).unwrap();
        let found = differences(folder.path(), &record);
        assert!(found.len() == 1 && found[0].ends_with("the run read it, and it is missing"));
    }
}
