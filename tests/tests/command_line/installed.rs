//! The program as `cargo install` leaves it: elsewhere than the checkout, and started by no Cargo.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;
use streamscope_tests::harness::{executable, root, succeed};
use tempfile::TempDir;

/// A copy of the program in a folder of its own, with a user's cache beside it.
struct Installed {
    folder: TempDir,
    program: PathBuf,
}

impl Installed {
    fn new() -> Installed {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("streamscope");
        fs::copy(executable(), &program).unwrap();
        Installed { folder, program }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.folder.path());
        command.env_remove("CARGO").env_remove("STREAMSCOPE_ISA");
        let home = self.path("home");
        command.env("HOME", &home).env("XDG_CACHE_HOME", home.join("cache")).env("LOCALAPPDATA", home.join("cache"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        output(&mut self.command(arguments))
    }
}

/// Runs it to its end. While another test starts a program, that child may hold the copy open for writing for a moment.
fn output(command: &mut Command) -> Output {
    loop {
        match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(10)),
            ended => return ended.unwrap(),
        }
    }
}

/// A file of a folder, wherever below it.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.find_map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { find(&path, name) } else { path.ends_with(name).then_some(path) }
    })
}

#[test]
fn the_embedded_network_and_its_images_come_with_the_program() {
    let installed = Installed::new();
    let what = ["reproduce", "--blocks", "4.1", "--channels", "0", "--steps", "1", "--input-size", "32"];
    let output = installed.run(&[&what[..], &["--out", "out"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().display().to_string();
    succeed(Command::new(executable()).args([&what[..], &["--out", &out]].concat()).env_remove("STREAMSCOPE_ISA"));
    for name in ["tables/channels.csv", "tables/extremes.csv", "features/4.1/input/0.png"] {
        let read = |folder: &Path| fs::read(folder.join(name)).unwrap();
        assert_eq!(read(&installed.path("out")), read(elsewhere.path()), "{name}");
    }
    // What was unpacked is there once, the network's bytes are the checkout's, and what somebody damaged is mended.
    let weights = find(&installed.path("home"), "resnet18-16.npz").unwrap();
    let bytes = fs::read(root().join("fixtures/resnet18-16.npz")).unwrap();
    assert_eq!(fs::read(&weights).unwrap(), bytes);
    fs::write(&weights, "cut off").unwrap();
    let picture =
        ["visualize", "--site", "layer1.0", "--channel", "0", "--steps", "1", "--input-size", "32", "--out", "a.png"];
    let output = installed.run(&picture);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read(&weights).unwrap(), bytes);
}

#[test]
fn it_names_itself_and_sends_who_needs_the_source_to_a_checkout() {
    let installed = Installed::new();
    let said = |arguments: &[&str]| {
        let output = installed.run(arguments);
        (output.status.code(), [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat())
    };
    let (code, version) = said(&["--version"]);
    let numerics = runs::NUMERICS_VERSION;
    assert_eq!(code, Some(0));
    let expected = format!("streamscope {}, numerics version {numerics}, instruction set ", env!("CARGO_PKG_VERSION"));
    let isa = version.trim_end().strip_prefix(&expected);
    assert!(isa.is_some_and(|isa| ["avx512", "avx2", "portable"].contains(&isa)), "{version}");
    let (_, help) = said(&["reproduce", "--help"]);
    assert!(help.contains("Usage: streamscope reproduce"), "{help}");
    for command in ["test", "bench", "faults"] {
        let (code, words) = said(&[command]);
        let expected = format!(
            "error: {command}: expected the project's source, found an installed program: run `cargo xtask {command}` in a checkout\n"
        );
        assert_eq!((code, words), (Some(if command == "test" { 1 } else { 2 }), expected));
    }
}

#[cfg(unix)]
#[test]
fn a_cache_that_cannot_be_written_is_one_sentence_and_no_matter_where_other_weights_are_named() {
    let installed = Installed::new();
    fs::write(installed.path("taken"), "").unwrap();
    let weights = root().join("fixtures/resnet18-16.npz").display().to_string();
    let picture =
        ["visualize", "--site", "layer1.0", "--channel", "0", "--steps", "1", "--input-size", "32", "--out", "a.png"];
    let with = |more: &[&str]| {
        let mut command = installed.command(&[&picture[..], more].concat());
        command.env("XDG_CACHE_HOME", installed.path("taken"));
        output(&mut command)
    };
    let failed = with(&[]);
    let said = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(2), "{said}");
    let place = installed.path("taken").display().to_string();
    assert!(said.starts_with(&format!("error: {place}")) && said.lines().count() == 1, "{said}");
    assert!(said.contains("XDG_CACHE_HOME") && said.contains("--weights"), "{said}");
    let made = with(&["--weights", &weights]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
