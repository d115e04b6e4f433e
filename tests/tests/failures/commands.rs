//! Small commands that write, and what they leave.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use streamscope_tests::harness::{Shared, executable, root, succeed};

/// A command, and the file or folder below a given one that it writes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Small {
    pub(crate) arguments: &'static [&'static str],
    pub(crate) out: &'static str,
}

pub(crate) const REPRODUCE: Small = Small {
    arguments: &[
        "reproduce",
        "--input-size",
        "32",
        "--blocks",
        "1.1",
        "--channels",
        "0",
        "--steps",
        "1",
        "--images",
        "IMAGES",
    ],
    out: "a/run",
};
pub(crate) const ACTIVATIONS: Small = Small {
    arguments: &["activations", "--input-size", "32", "--sites", "layer1.1,layer2.0.pre", "--images", "IMAGES"],
    out: "a/b/archive.npz",
};
pub(crate) const VISUALIZE: Small = Small {
    arguments: &["visualize", "--input-size", "32", "--site", "layer1.1", "--channel", "0", "--steps", "1"],
    out: "a/b/picture.png",
};

static IMAGES: Shared = Shared::new();

/// A folder of few images.
pub(crate) fn images() -> &'static Path {
    let made = IMAGES.get(|folder| {
        for name in ["star_00.jpg", "star_01.jpg", "star_02.jpg"] {
            let from = root().join("fixtures/images/star").join(name);
            fs::copy(from, folder.join(name)).unwrap();
        }
    });
    made.path()
}

impl Small {
    /// The words of the command line, the program first.
    pub(crate) fn words(self, below: &Path) -> Vec<String> {
        let images = images().display().to_string();
        let mut words = vec![executable().display().to_string()];
        let given = self.arguments.iter();
        words.extend(given.map(|word| word.replace("IMAGES", &images)));
        words.extend(["--out".to_owned(), below.join(self.out).display().to_string()]);
        words
    }

    /// The command.
    pub(crate) fn command(self, below: &Path) -> Command {
        let words = self.words(below);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_remove("STREAMSCOPE_ISA");
        command
    }

    /// What it leaves where nothing fails.
    pub(crate) fn undisturbed(self) -> BTreeMap<PathBuf, Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        succeed(&mut self.command(folder.path()));
        files(folder.path())
    }

    /// Runs it to its end, and asserts that it leaves what it leaves where nothing fails.
    #[track_caller]
    pub(crate) fn goes_on(self, below: &Path, undisturbed: &BTreeMap<PathBuf, Vec<u8>>, after: &str) {
        succeed(&mut self.command(below));
        let left = files(below);
        assert_eq!(left.keys().collect::<Vec<_>>(), undisturbed.keys().collect::<Vec<_>>(), "{after}");
        for (name, bytes) in &left {
            let same = timed(name) || *bytes == undisturbed[name];
            assert!(same, "{} differs after {after}", name.display());
        }
    }
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Whether a file says when or how a run went, and so differs from run to run.
fn timed(name: &Path) -> bool {
    name.ends_with("manifest.json") || name.ends_with("index.html")
}

/// Whether a file grows record by record: journals of scans, and what was read for an archive so far.
pub(crate) fn grows(name: &Path) -> bool {
    name.parent().is_some_and(|p| p.ends_with("store/scans")) || name.extension().is_some_and(|e| e == "part")
}

/// Asserts that what a command that failed left is, file by file, what it leaves where nothing fails, or the beginning
/// of a journal.
#[track_caller]
pub(crate) fn assert_only_finished(below: &Path, undisturbed: &BTreeMap<PathBuf, Vec<u8>>, after: &str) {
    for (name, bytes) in files(below) {
        let whole = undisturbed.get(&name);
        let right = match whole {
            _ if name.extension().is_some_and(|e| e == "part") => true,
            None => false,
            Some(whole) if grows(&name) => whole.starts_with(&bytes),
            Some(whole) => timed(&name) || *whole == bytes,
        };
        assert!(right, "{} is left after {after}", name.display());
    }
}

/// Asserts that a command failed as one that cannot write fails; what it said.
#[track_caller]
pub(crate) fn assert_one_sentence(output: &Output, after: &str) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{after}: {said}");
    let errors = said.lines().filter(|line| line.starts_with("error:"));
    assert_eq!(errors.count(), 1, "{after}: {said}");
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("error:"), "{after}: {said}");
    for word in ["panicked", "ZipWriter"] {
        assert!(!said.contains(word), "{after}: {said}");
    }
    said
}
