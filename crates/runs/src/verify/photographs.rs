//! Whether the images are those that the run read: one that changed is named, and not only what follows from it.

use images::Folder;
use report::ImagesRecord;
use std::collections::BTreeMap;
use std::path::Path;

/// A sentence for each image that was read and is missing in the folder, or is another file now.
pub(super) fn differences(folder: &Path, record: &ImagesRecord) -> Vec<String> {
    // By the names that the folder gives them: the bytes of one may be no text.
    let listed = Folder::open(folder);
    let entries = listed.iter().flat_map(Folder::entries);
    let paths: BTreeMap<&str, &Path> = entries
        .map(|entry| (entry.name.as_str(), entry.path.as_path()))
        .collect();
    let changed = |(name, digest): (&String, &String)| {
        let path = paths.get(name.as_str());
        let path = path.map_or_else(|| folder.join(name), |path| path.to_path_buf());
        let Ok(bytes) = images::read(&path) else {
            return Some(format!(
                "{}: the run read it, and it is missing",
                path.display()
            ));
        };
        let now = blake3::hash(&bytes).to_hex();
        (now.as_str() != digest).then(|| {
            format!(
                "{}: the digest of the photograph is {now}, of the one that the run read {digest}",
                path.display()
            )
        })
    };
    record.files.iter().filter_map(changed).collect()
}
