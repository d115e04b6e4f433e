//! `--threads N` uses N threads: counted by the system while the program runs.

use crate::small::{embedded, manifest, plain, reproduce, text};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use streamscope_tests::harness::{program, root, succeed};

/// Beside those that work there are the first one and the one that waits for Ctrl-C.
const OTHERS: usize = 2;

/// Runs a command until it is seen to have so many threads at work, and ends it a moment later.
///
/// A thread that is done is there for another moment, and the next phase begins: so one more than that is seen now and
/// then, but not often.
#[track_caller]
fn reaches(command: &mut Command, threads: usize) {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let tasks = format!("/proc/{}/task", child.id());
    let (mut seen, mut more) = (0, 0);
    while seen < 60 && more < 200 && child.try_wait().unwrap().is_none() {
        let now = fs::read_dir(&tasks).map_or(0, Iterator::count);
        seen += usize::from(now == threads + OTHERS);
        more += usize::from(now > threads + OTHERS);
        std::thread::sleep(Duration::from_micros(200));
    }
    let _ = child.kill();
    child.wait().unwrap();
    assert!(seen >= 20 && more <= seen / 3, "{threads} threads {seen} times, more {more} times: {command:?}");
}

/// One more than the machine has, and one.
fn numbers() -> [usize; 2] {
    [1, cores() + 1]
}

fn cores() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

/// Adds the flag.
fn with(mut command: Command, threads: usize) -> Command {
    command.args(["--threads", &threads.to_string()]);
    command
}

#[test]
pub(crate) fn of_reproduce() {
    let folder = tempfile::tempdir().unwrap();
    let path = text(&embedded());
    let finished = folder.path().join("finished");
    let of = ["--weights", &path, "--channels", "0"];
    succeed(&mut reproduce(&finished, &of));
    let images = text(&root().join("fixtures/images"));
    for threads in numbers() {
        // Pictures, of which there are many; and photographs, where one channel's pictures are there and measured by
        // one thread.
        let out = folder.path().join(threads.to_string());
        let many = ["--weights", &path, "--channels", "0..8", "--steps", "2000"];
        reaches(&mut with(reproduce(&out, &many), threads), threads);
        let read = [&of[..], &["--images", &images, "--replace"]].concat();
        reaches(&mut with(reproduce(&finished, &read), threads), threads);
        // What was read is in the journals, and would not be read again.
        let _ = fs::remove_dir_all(finished.join("store/scans"));
    }
    let out = folder.path().join("written");
    succeed(&mut reproduce(&out, &["--threads", "7"]));
    assert_eq!(manifest(&out)["threads"], 7);
}

/// Center activations of all embedded images at the last layer.
fn activations(folder: &Path) -> Command {
    let out = folder.join("a.npz");
    // What an earlier one was killed at.
    for file in fs::read_dir(folder).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    let mut command = program(&["activations", "--sites", "fc"]);
    command.arg("--images").arg(root().join("fixtures/images"));
    command.arg("--out").arg(out);
    command
}

#[test]
pub(crate) fn of_activations() {
    let folder = tempfile::tempdir().unwrap();
    for threads in numbers() {
        reaches(&mut with(activations(folder.path()), threads), threads);
    }
}

/// A run of one channel and many steps: its tables are derived by one thread, its pictures are made again by many.
fn long(folder: &Path) -> String {
    let path = text(&embedded());
    let out = folder.join("long");
    succeed(&mut reproduce(&out, &["--weights", &path, "--steps", "1000"]));
    text(&out)
}

#[test]
pub(crate) fn of_verify() {
    let folder = tempfile::tempdir().unwrap();
    let out = long(folder.path());
    for threads in numbers() {
        reaches(&mut with(program(&["verify", &out, "--all"]), threads), threads);
    }
}

#[test]
pub(crate) fn of_audit() {
    let run = text(plain());
    let folder = tempfile::tempdir().unwrap();
    for threads in numbers() {
        let mut command = program(&["audit", "--input-size", "32", "--run", &run]);
        command.arg("--out").arg(folder.path());
        reaches(&mut with(command, threads), threads);
        // The small run that is made where none is given: its pictures come before anything else.
        let mut command = program(&["audit", "--input-size", "64"]);
        let out = folder.path().join(threads.to_string());
        command.arg("--out").arg(out);
        reaches(&mut with(command, threads), threads);
    }
}

#[test]
pub(crate) fn of_ablate() {
    let folder = tempfile::tempdir().unwrap();
    for threads in numbers() {
        let out = text(&folder.path().join(threads.to_string()));
        let many = ["--block", "1.1", "--channels", "2", "--zooms", "1.1,1.2,1.3,1.4,1.5", "--out", &out];
        reaches(&mut with(program(&[&["ablate"][..], &many].concat()), threads), threads);
    }
}

#[test]
pub(crate) fn none_named_is_one_for_each_core() {
    let folder = tempfile::tempdir().unwrap();
    let (scratch, made) = (folder.path().join("scratch"), folder.path().join("made"));
    fs::create_dir_all(&scratch).unwrap();
    fs::create_dir_all(&made).unwrap();
    reaches(&mut activations(&scratch), cores());
    let out = long(&made);
    reaches(&mut program(&["verify", &out, "--all"]), cores());
    let path = text(&embedded());
    let many = ["--weights", &path, "--channels", "0..8", "--steps", "2000"];
    reaches(&mut reproduce(&made.join("many"), &many), cores());
    assert_eq!(manifest(plain())["threads"], cores());
}
