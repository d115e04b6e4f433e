//! Whole file systems that are full or read-only.

use super::commands::{
    ABLATE, ACTIVATIONS, BENCH, EXPLAIN, FAULTS, REPRODUCE, Small, VISUALIZE, assert_one_sentence,
    assert_only_finished, files, is_lost_lightly, is_of_a_beginning,
};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A small file system in memory, as long as it is held.
struct Mounted(TempDir);

impl Mounted {
    /// One of so many KiB; `None`, and it is said, where it cannot be had.
    fn new(kib: usize) -> Option<Mounted> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kib}k");
        let mounted = mount(&["-t", "tmpfs", "-o", &size, "tmpfs"], folder.path());
        if !mounted {
            println!("skipped: file systems cannot be mounted here");
        }
        mounted.then(|| Mounted(folder))
    }

    fn again(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(mount(&["-o", &options], self.0.path()), "{options}");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let mut mount = Command::new("mount");
    mount.args(arguments).arg(at).stderr(Stdio::null());
    mount.status().is_ok_and(|status| status.success())
}

/// KiB of a disk: what a command needs to be there fits.
const SIZE: usize = 16 << 10;

/// Writes a file that leaves so many KiB of a file system.
fn take_all_but(kib: usize, taken: &Path) {
    let mut file = fs::File::create(taken).unwrap();
    let mut written = 0;
    while file.write_all(&[1; 4096]).is_ok() {
        written += 4096;
    }
    file.set_len(written - 1024 * kib as u64).unwrap();
}

/// Runs a command on file systems with too few KiB of room, and again with enough.
fn fill(small: Small, sizes: &[usize]) {
    let undisturbed = small.undisturbed();
    for &kib in sizes {
        let Some(disk) = Mounted::new(SIZE) else {
            return;
        };
        let below = disk.0.path();
        small.prepare(below);
        let taken = below.join("taken");
        take_all_but(kib, &taken);
        let after = format!("{} in {kib} KiB", small.arguments[0]);
        let said = assert_one_sentence(&small.command(below).output().unwrap(), &after);
        assert!(said.contains("free space and run the same command again"), "{said}");
        assert!(said.contains(&below.display().to_string()), "{said}");
        fs::remove_file(taken).unwrap();
        assert_only_finished(below, &undisturbed, &after);
        let finished = files(below);
        disk.again("size=64m");
        small.goes_on(below, &undisturbed, &after);
        let kept = |name: &Path| {
            let path = below.join(name);
            path.exists()
                || is_of_a_beginning(&path)
                || is_lost_lightly(&path)
                || name.extension().is_some_and(|e| e == "part")
        };
        for name in finished.keys() {
            assert!(kept(name), "{} lost after {after}", name.display());
        }
    }
}

#[test]
fn a_full_disk_loses_nothing_finished_and_the_same_command_goes_on() {
    fill(REPRODUCE, &[8, 60, 300]);
    fill(ACTIVATIONS, &[4]);
    fill(ABLATE, &[4]);
    // A picture of one step is smaller than any disk: another file takes its place.
    fill(VISUALIZE, &[0]);
    // Nor do a page and a table.
    fill(EXPLAIN, &[0]);
    fill(FAULTS, &[0]);
}

#[test]
fn on_a_read_only_disk_everything_stays_as_it_was() {
    for small in [REPRODUCE, ACTIVATIONS, ABLATE, VISUALIZE, EXPLAIN, FAULTS, BENCH] {
        let Some(disk) = Mounted::new(65536) else {
            return;
        };
        let below = disk.0.path();
        assert!(small.command(below).output().unwrap().status.success());
        let before = files(below);
        disk.again("ro");
        let said = assert_one_sentence(&small.command(below).output().unwrap(), "read-only");
        assert!(said.contains(below.to_str().unwrap()), "{said}");
        assert!(said.contains("make it writable or choose another folder"), "{said}");
        assert!(files(below) == before);
        fs::metadata(below.join(small.out)).unwrap();
    }
}
