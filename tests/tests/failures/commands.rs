//! Small commands that write, and what they leave.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use streamscope_tests::harness::{Shared, benchmarks, executable, root, succeed};

/// A command, and what it writes below a given folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Small {
    /// Its words: `HERE` is the given folder, `IMAGES` one of few images.
    pub(crate) arguments: &'static [&'static str],
    /// The file or folder that it writes, from there.
    pub(crate) out: &'static str,
    /// What has to be there before.
    pub(crate) about: About,
}

/// What a command needs to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Nothing,
    /// A finished run in `a/run`.
    Run,
    /// A page to fill, `page.md`; and it is the benchmarks' own program.
    Page,
    /// A cargo that notices a fault.
    Cargo,
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
        "--out",
        "HERE/a/run",
    ],
    out: "a/run",
    about: About::Nothing,
};
pub(crate) const ACTIVATIONS: Small = Small {
    arguments: &[
        "activations",
        "--input-size",
        "32",
        "--sites",
        "layer1.1,layer2.0.pre",
        "--images",
        "IMAGES",
        "--out",
        "HERE/a/b/archive.npz",
    ],
    out: "a/b/archive.npz",
    about: About::Nothing,
};
pub(crate) const ABLATE: Small = Small {
    arguments: &[
        "ablate",
        "--input-size",
        "32",
        "--block",
        "1.1",
        "--channels",
        "2",
        "--random-sets",
        "1",
        "--zooms",
        "1.5",
        "--out",
        "HERE/a/ablation",
    ],
    out: "a/ablation/ablation.csv",
    about: About::Nothing,
};
pub(crate) const VISUALIZE: Small = Small {
    arguments: &[
        "visualize",
        "--input-size",
        "32",
        "--site",
        "layer1.1",
        "--channel",
        "0",
        "--steps",
        "1",
        "--out",
        "HERE/a/b/picture.png",
    ],
    out: "a/b/picture.png",
    about: About::Nothing,
};
pub(crate) const EXPLAIN: Small = Small {
    arguments: &["explain", "1.1", "0", "--input-size", "32", "--run", "HERE/a/run"],
    out: "a/run/explain/1.1_0.html",
    about: About::Run,
};
pub(crate) const AUDIT: Small = Small {
    arguments: &["audit", "--input-size", "32", "--channels", "1", "--run", "HERE/a/run", "--out", "HERE/b/audit"],
    out: "b/audit/audit.json",
    about: About::Run,
};
pub(crate) const VERIFY: Small =
    Small { arguments: &["verify", "--all", "HERE/a/run"], out: "a/run/manifest.json", about: About::Run };
pub(crate) const FAULTS: Small = Small {
    arguments: &["faults", "conv-strides-swapped", "--markdown", "HERE/a/b/caught.md"],
    out: "a/b/caught.md",
    about: About::Cargo,
};
pub(crate) const BENCH: Small = Small {
    arguments: &[
        "scan",
        "--images",
        "IMAGES",
        "--threads",
        "1",
        "--json",
        "HERE/a/numbers.json",
        "--page",
        "HERE/page.md",
    ],
    out: "a/numbers.json",
    about: About::Page,
};

static RUN: Shared = Shared::new();

thread_local! {
    /// Where faults are tried: two at a time would see each other's.
    static TREE: tempfile::TempDir = tempfile::tempdir().unwrap();
}

/// The finished run that commands are about.
fn finished() -> &'static Path {
    let made = RUN.get(|folder| {
        succeed(&mut REPRODUCE.command(folder));
    });
    made.path()
}

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
    /// Puts what it needs below a folder, if it is not there.
    pub(crate) fn prepare(self, below: &Path) {
        match self.about {
            About::Run if !below.join(REPRODUCE.out).exists() => copy(finished(), below),
            About::Page if !below.join("page.md").exists() => {
                fs::write(below.join("page.md"), "# Speed\n\n<!-- bench: scan -->\n<!-- end -->\n").unwrap();
            }
            _ => {}
        }
    }

    /// The words of the command line, the program first.
    pub(crate) fn words(self, below: &Path) -> Vec<String> {
        let (images, here) = (images().display().to_string(), below.display().to_string());
        let program = match self.about {
            About::Page => benchmarks(),
            _ => executable(),
        };
        let given = self.arguments.iter().map(|word| word.replace("IMAGES", &images).replace("HERE", &here));
        [program.display().to_string()].into_iter().chain(given).collect()
    }

    /// The command, started by another one where there is one.
    pub(crate) fn started_by(self, mut command: Command, below: &Path) -> Command {
        self.prepare(below);
        command.args(self.words(below)).env_remove("STREAMSCOPE_ISA");
        // Nothing from outside, and no word on what there is not.
        command.env("STREAMSCOPE_DATA", root().join("fixtures"));
        if self.about == About::Cargo {
            let tests = root().join("tests/tests");
            command.env("CARGO", tests.join("flags/cargo.sh")).env("CALLS", "/dev/null");
            command.env("BEHAVES", tests.join("failures/notices.sh"));
            command.env("root", root()).env("file", "crates/kernels/src/conv/task.rs");
            TREE.with(|tree| command.env("CARGO_TARGET_DIR", tree.path()));
        }
        command
    }

    /// The command.
    pub(crate) fn command(self, below: &Path) -> Command {
        // `env` starts what it is given.
        self.started_by(Command::new("env"), below)
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

/// Copies every file below a folder to below another one.
fn copy(from: &Path, to: &Path) {
    for (name, bytes) in files(from) {
        let to = to.join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
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
    name.ends_with("manifest.json") || name.ends_with("index.html") || name.ends_with("page/data/run.js")
}

/// Whether a file grows record by record: journals of scans, and what was read for an archive so far.
pub(crate) fn grows(name: &Path) -> bool {
    name.parent().is_some_and(|p| p.ends_with("store/scans")) || name.extension().is_some_and(|e| e == "part")
}

/// Whether nobody misses what a power cut takes of a file: what a run says of its work while it is at it, and scratch files
/// that have no name.
pub(crate) fn is_lost_lightly(name: &Path) -> bool {
    let unnamed = name.file_name().is_some_and(|name| name.to_string_lossy().starts_with('#'));
    unnamed || name.parent().is_some_and(|folder| folder.ends_with("progress"))
}

/// Whether a file was what a run said of itself when it began, and is no more since its manifest says more.
pub(crate) fn is_of_a_beginning(path: &Path) -> bool {
    path.ends_with("begun.json") && path.with_file_name("manifest.json").exists()
}

/// Asserts that what a command that failed left is, file by file, what it leaves where nothing fails, or the beginning
/// of a journal.
#[track_caller]
pub(crate) fn assert_only_finished(below: &Path, undisturbed: &BTreeMap<PathBuf, Vec<u8>>, after: &str) {
    for (name, bytes) in files(below) {
        let whole = undisturbed.get(&name);
        let right = match whole {
            _ if name.extension().is_some_and(|e| e == "part") || is_lost_lightly(&name) => true,
            // What a run said of itself when it began: gone at its end.
            _ if name.ends_with("begun.json") => true,
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
