//! Budgets that were finished, kept until the audit is written: one takes seconds, and a run has hundreds of channels.
//!
//! Each is a file in `budgets`, below the audit's folder, named after the digest of all that determines it: the source of
//! this program, the weights, the row of the table and both pictures. A file is there whole or not at all, and one that
//! does not have its own digest in its first line is computed again. When the audit is written they are deleted: the
//! next one computes everything anew.

use super::channel::{ChannelBudget, Verdict};
use crate::error::AuditError;
use crate::twin::interval::Interval;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of finished budgets.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    folder: PathBuf,
}

/// A budget as it is kept: numbers by their bits, since there are infinite ones.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    block: String,
    channel: usize,
    /// Mix ratio, least, largest, used.
    numbers: [u64; 4],
    exact: Option<[u64; 2]>,
    open: bool,
    category: (String, Option<String>),
    no_mix: (bool, Option<bool>),
    invariant: (bool, Option<bool>),
}

impl Kept {
    /// Those of an audit in a folder.
    pub(crate) fn below(audit: &Path) -> Kept {
        Kept { folder: audit.join("budgets") }
    }

    /// The budget of this key, if it was finished before.
    pub(crate) fn get(&self, key: &blake3::Hash) -> Option<ChannelBudget> {
        let text = fs::read_to_string(self.path(key)).ok()?;
        let (digest, record) = text.split_once('\n')?;
        let record = record.strip_suffix('\n')?;
        if blake3::hash(record.as_bytes()).to_hex().as_str() != digest {
            return None;
        }
        Some(serde_json::from_str::<Record>(record).ok()?.into())
    }

    /// Keeps one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn keep(&self, key: &blake3::Hash, budget: &ChannelBudget) -> Result<(), AuditError> {
        let record = serde_json::to_string(&Record::from(budget)).unwrap_or_default();
        let text = format!("{}\n{record}\n", blake3::hash(record.as_bytes()).to_hex());
        let path = self.path(key);
        report::write_atomically(&path, text.as_bytes()).map_err(|source| AuditError::Write { path, source })
    }

    /// Deletes them, and nothing else that may be in the folder.
    ///
    /// # Errors
    /// If one cannot be deleted.
    pub(crate) fn forget(&self) -> Result<(), AuditError> {
        report::remove_abandoned(&self.folder, is_key);
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if is_key(&entry.file_name().to_string_lossy()) {
                let path = entry.path();
                fs::remove_file(&path).map_err(|source| AuditError::Write { path, source })?;
            }
        }
        // It stays where something else is in it, or it was never made.
        let _ = fs::remove_dir(&self.folder);
        Ok(())
    }

    fn path(&self, key: &blake3::Hash) -> PathBuf {
        self.folder.join(key.to_hex().as_str())
    }
}

fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

impl From<&ChannelBudget> for Record {
    fn from(of: &ChannelBudget) -> Record {
        fn both<T: Clone>(verdict: &Verdict<T>) -> (T, Option<T>) {
            (verdict.table.clone(), verdict.exact.clone())
        }
        Record {
            block: of.block.clone(),
            channel: of.channel,
            numbers: [of.mix_ratio, of.least, of.largest, of.used].map(f64::to_bits),
            exact: of.exact.map(|exact| [exact.least, exact.largest].map(f64::to_bits)),
            open: of.open,
            category: both(&of.category),
            no_mix: both(&of.scale_invariant_no_mix),
            invariant: both(&of.scale_invariant),
        }
    }
}

impl From<Record> for ChannelBudget {
    fn from(of: Record) -> ChannelBudget {
        fn verdict<T>((table, exact): (T, Option<T>)) -> Verdict<T> {
            Verdict { table, exact }
        }
        let [mix_ratio, least, largest, used] = of.numbers.map(f64::from_bits);
        let exact = of.exact.map(|ends| ends.map(f64::from_bits));
        ChannelBudget {
            block: of.block,
            channel: of.channel,
            mix_ratio,
            exact: exact.map(|[least, largest]| Interval { least, largest }),
            least,
            largest,
            used,
            open: of.open,
            category: verdict(of.category),
            scale_invariant_no_mix: verdict(of.no_mix),
            scale_invariant: verdict(of.invariant),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget() -> ChannelBudget {
        ChannelBudget {
            block: "1.1".to_owned(),
            channel: 3,
            mix_ratio: 0.1,
            exact: Some(Interval { least: 0.1_f64.next_down(), largest: f64::INFINITY }),
            least: -0.0,
            largest: f64::INFINITY,
            used: 1e-300,
            open: true,
            category: Verdict { table: "mix".to_owned(), exact: None },
            scale_invariant_no_mix: Verdict { table: true, exact: Some(false) },
            scale_invariant: Verdict { table: false, exact: Some(false) },
        }
    }

    #[test]
    fn what_was_kept_is_the_same_to_the_last_bit_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::below(folder.path());
        let keys = [b"a", b"b"].map(|text| blake3::hash(text));
        assert_eq!(kept.get(&keys[0]), None);
        kept.keep(&keys[0], &budget()).unwrap();
        let found = kept.get(&keys[0]).unwrap();
        assert_eq!(found, budget());
        assert!(found.least.is_sign_negative());
        assert_eq!(kept.get(&keys[1]), None);
        let mine = folder.path().join("budgets/mine");
        fs::write(&mine, "").unwrap();
        kept.forget().unwrap();
        assert!(kept.get(&keys[0]).is_none() && mine.exists());
        fs::remove_file(mine).unwrap();
        kept.forget().unwrap();
        assert!(!folder.path().join("budgets").exists());
        kept.forget().unwrap();
    }

    #[test]
    fn one_that_was_changed_anywhere_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::below(folder.path());
        let key = blake3::hash(b"a");
        kept.keep(&key, &budget()).unwrap();
        let path = kept.path(&key);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(kept.get(&key), None, "{at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(kept.get(&key), None, "{at}");
        }
    }
}
