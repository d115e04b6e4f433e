//! What a folder holds beside its images.

use std::collections::BTreeMap;
use std::fmt;

/// How many files a folder holds that are not read, by their kind: a picture's format that is not decoded, or the
/// ending of a name.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// # std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/images/star/star_00.jpg"), path.join("a.jpg"))?;
/// std::fs::write(path.join("labels.txt"), "one star")?;
/// std::fs::write(path.join("phone.jpg.heic"), b"\0\0\0\x18ftypheic\0\0\0\0")?;
/// std::fs::write(path.join("notes.TXT"), "")?;
/// let folder = images::Folder::open(path)?;
/// assert_eq!(folder.passed_over().to_string(), "3 files passed over: 2 .txt, 1 HEIC");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassedOver {
    kinds: BTreeMap<String, usize>,
}

impl PassedOver {
    pub(crate) fn count(&mut self, kind: impl Into<String>) {
        *self.kinds.entry(kind.into()).or_default() += 1;
    }

    /// Adds what another folder holds.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.kinds {
            *self.kinds.entry(kind.clone()).or_default() += count;
        }
    }

    /// Whether nothing was passed over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// How many there are of each kind.
    #[must_use]
    pub fn kinds(&self) -> &BTreeMap<String, usize> {
        &self.kinds
    }
}

impl fmt::Display for PassedOver {
    /// The number of all, then of each kind, the most frequent first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.kinds.values().sum();
        write!(f, "{all} file{} passed over", if all == 1 { "" } else { "s" })?;
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (at, (kind, count)) in kinds.into_iter().enumerate() {
            write!(f, "{} {count} {kind}", if at == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}
