//! Whether the images are those that the run read: one that changed is named, and not only what follows from it.

use report::ImagesRecord;
use std::path::Path;

/// A sentence for each image that was read and is missing in the folder, or is another file now.
pub(super) fn differences(folder: &Path, record: &ImagesRecord) -> Vec<String> {
    let changed = |(name, digest): (&String, &String)| {
        let path = folder.join(name);
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
