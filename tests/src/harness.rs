//! Building the program once and running it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The program's executable, built once.
pub fn executable() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| built("xtask", "streamscope"))
}

/// The executable of the benchmarks, built once, as fast as tests are.
pub fn benchmarks() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| built("streamscope-benches", "streamscope-bench"))
}

fn built(package: &str, name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["build", "--package", package, "--bin", name, "--message-format", "json", "--quiet"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    executables.next_back().expect("an executable")
}

/// The program with some arguments, in an empty environment as far as it looks.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(executable());
    command.args(arguments).env_remove("STREAMSCOPE_ISA");
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Runs the program, which must succeed; what it printed.
#[track_caller]
pub fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Does to a program with piped errors what Ctrl-C does; what it said.
#[track_caller]
pub fn interrupt(child: Child) -> String {
    let id = child.id().to_string();
    assert!(Command::new("sh").args(["-c", "kill -s INT \"$0\"", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    said
}

/// A finished run that several tests read and none changes: made once in a process, by the first that asks.
#[derive(Debug)]
pub struct Shared(OnceLock<TempDir>);

impl Shared {
    /// A run that is not made yet.
    #[expect(clippy::new_without_default, reason = "it stands in a static")]
    pub const fn new() -> Shared {
        Shared(OnceLock::new())
    }

    /// The folder, where `make` has left its files.
    pub fn get(&self, make: impl FnOnce(&Path)) -> &TempDir {
        self.0.get_or_init(|| {
            let folder =
                tempfile::Builder::new().prefix(&format!("{}-", std::process::id())).tempdir_in(shared_runs()).unwrap();
            make(folder.path());
            folder
        })
    }
}

/// Where shared runs are kept, beside the program. Nobody deletes them at the end of their process, so the next one
/// does.
fn shared_runs() -> PathBuf {
    let folder = executable().with_file_name("shared-runs");
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(&folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.split('-').next().unwrap_or_default();
        // Where there is no /proc, a process counts as dead: its own run is made after this.
        if !Path::new("/proc").join(process).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    folder
}

/// A small finished run: two channels of blocks 1.1 and 3.1.
pub fn small_run(out: &Path) {
    let out = out.display().to_string();
    succeed(&mut program(&["reproduce", "--blocks", "1.1,3.1", "--channels", "0..2", "--steps", "6", "--out", &out]));
}

/// What says how a run went: on how many threads, where its weights and images were.
const HOW_IT_WENT: [&str; 5] = ["manifest.json", "index.html", "page/data/run.js", "audit.json", "page/data/audit.js"];

/// Every file below a folder with its bytes, except the store, what says how the run went, and what an audit found.
pub fn results(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "store" {
                folders.push(path);
            } else if path.is_file() && !HOW_IT_WENT.contains(&name.as_str()) {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    assert!(
        files.keys().any(|k| k.ends_with(".png")) && files.contains_key("tables/channels.csv"),
        "{:?}",
        files.keys()
    );
    files
}

/// Asserts that two runs left the same bytes.
#[track_caller]
pub fn assert_same_results(a: &Path, b: &Path) {
    let (a, b) = (results(a), results(b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in &a {
        assert!(*bytes == b[name], "{name} differs");
    }
}
