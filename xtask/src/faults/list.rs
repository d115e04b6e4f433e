//! The list of faults, and what the source looks like with one of them.

use anyhow::{anyhow, bail};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A deliberate mistake, and the tests that should notice it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    /// What is wrong, in a few words joined by hyphens.
    pub(super) name: String,
    /// The file it is in, from the root of the project.
    pub(super) file: String,
    /// Text that stands there exactly once.
    find: String,
    /// What stands there instead.
    replace: String,
    /// The arguments of `cargo test`.
    pub(super) test: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    fault: Vec<Fault>,
}

/// The faults of a file, in its order.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Fault>> {
    let wrong = |e: &dyn std::fmt::Display| anyhow!("{}: {e}", path.display());
    let text = fs::read_to_string(path).map_err(|e| wrong(&e))?;
    let List { fault: faults } = toml::from_str(&text).map_err(|e| wrong(&e.message()))?;
    let mut names = BTreeSet::new();
    if let Some(twice) = faults.iter().find(|f| !names.insert(&f.name)) {
        bail!("{}: found two faults called {}", path.display(), twice.name);
    }
    Ok(faults)
}

/// Those of the given names, or all where there are none.
pub(super) fn chosen<'a>(all: &'a [Fault], names: &[String]) -> anyhow::Result<Vec<&'a Fault>> {
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let find = |name: &String| {
        let found = all.iter().find(|f| f.name == *name);
        found.ok_or_else(|| anyhow!("no fault is called '{name}': see cargo xtask faults --list"))
    };
    names.iter().map(find).collect()
}

impl Fault {
    /// The text of its file below `root`, with the fault.
    pub(super) fn applied(&self, root: &Path) -> anyhow::Result<String> {
        let Fault {
            name, file, find, ..
        } = self;
        let text = fs::read_to_string(root.join(file))
            .map_err(|e| anyhow!("fault {name}: cannot read {file}: {e}"))?;
        match text.matches(find.as_str()).count() {
            1 if *find != self.replace => Ok(text.replacen(find.as_str(), &self.replace, 1)),
            1 => bail!("fault {name}: expected a change, found '{find}' replaced by itself"),
            count => {
                bail!("fault {name}: expected '{find}' once in {file}, found it {count} times")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    fn listed() -> Vec<Fault> {
        read(&root().join("faults/faults.toml")).unwrap()
    }

    #[test]
    fn every_fault_of_the_list_is_found_once_in_its_file() {
        let faults = listed();
        assert!(faults.len() >= 40, "{} faults", faults.len());
        for fault in &faults {
            assert!(fault.applied(root()).is_ok(), "{:?}", fault.applied(root()));
        }
    }

    /// Crates that only measure the others.
    const MEASURES: [&str; 3] = ["audit", "reference", "testkit"];

    #[test]
    fn every_library_has_a_fault() {
        let faults = listed();
        let crates = fs::read_dir(root().join("crates")).unwrap();
        for entry in crates.map(Result::unwrap).filter(|e| e.path().is_dir()) {
            let name = entry.file_name().into_string().unwrap();
            if !MEASURES.contains(&name.as_str()) {
                let prefix = format!("crates/{name}/src/");
                assert!(faults.iter().any(|f| f.file.starts_with(&prefix)), "{name}");
            }
        }
    }

    #[test]
    fn a_fault_whose_text_is_gone_or_stands_there_twice_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "one two two").unwrap();
        let message = |find: &str, replace: &str| {
            let fault = Fault {
                name: "swap".to_owned(),
                file: "a.rs".to_owned(),
                find: find.to_owned(),
                replace: replace.to_owned(),
                test: vec![],
            };
            fault.applied(folder.path()).map_err(|e| e.to_string())
        };
        assert_eq!(message("one", "six").unwrap(), "six two two");
        assert_eq!(
            message("two", "six").unwrap_err(),
            "fault swap: expected 'two' once in a.rs, found it 2 times"
        );
        assert!(message("three", "six").unwrap_err().contains("0 times"));
        assert!(message("one", "one").unwrap_err().contains("by itself"));
    }

    #[test]
    fn an_unknown_name_and_a_name_given_twice_are_refused() {
        let faults = listed();
        assert!(chosen(&faults, &["no-such".to_owned()]).is_err());
        let folder = tempfile::tempdir().unwrap();
        let (path, fault) = (
            folder.path().join("faults.toml"),
            "[[fault]]\nname = 'a'\nfile = 'b'\nfind = 'c'\nreplace = 'd'\ntest = []\n",
        );
        fs::write(&path, fault.repeat(2)).unwrap();
        let message = read(&path).unwrap_err().to_string();
        assert!(message.contains("two faults called a"), "{message}");
    }
}
