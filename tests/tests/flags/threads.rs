//! `--threads N` uses N threads: counted by the system while the program runs.

use crate::small::{embedded, manifest, plain, reproduce, text};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use streamscope_tests::harness::{program, root, succeed};

/// Beside those that work there are the first one and the one that waits for Ctrl-C.
const OTHERS: usize = 2;

/// Runs a command until it was seen often to have so many threads at work, in the phase that takes long and not only in
/// the short ones before it, and ends it. Those that work are called worker 0, worker 1 and so on: one beyond the number
/// is never seen.
#[track_caller]
fn reaches(command: &mut Command, threads: usize) {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let expected: BTreeSet<String> = (0..threads).map(|index| format!("worker {index}")).collect();
    let (mut all, mut seen, mut nameless) = (0, BTreeSet::new(), usize::MAX);
    while all < 2000 && child.try_wait().unwrap().is_none() {
        let names = names(child.id());
        let working: BTreeSet<String> = names.iter().filter(|name| name.starts_with("worker")).cloned().collect();
        if working == expected {
            all += 1;
            // The fewest, since a thread that begins is nameless for a moment.
            nameless = nameless.min(names.len() - working.len());
        }
        seen.extend(working);
        std::thread::sleep(Duration::from_micros(200));
    }
    let _ = child.kill();
    child.wait().unwrap();
    assert_eq!(seen, expected, "{command:?}");
    assert!(all >= 20 && nameless <= OTHERS, "{threads} threads {all} times, {nameless} others: {command:?}");
}

/// What the threads of a process are called.
fn names(process: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let name = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).ok();
    tasks.filter_map(name).map(|name| name.trim().to_owned()).collect()
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

/// A run of all 16 channels of a block: long enough for each phase to be seen, those of small pictures for the page too.
fn long(folder: &Path) -> String {
    let path = text(&embedded());
    let out = folder.join("long");
    succeed(&mut reproduce(&out, &["--weights", &path, "--channels", "0..16", "--steps", "20"]));
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
