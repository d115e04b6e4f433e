//! What takes long and is finished is kept until the file is written that it is for, however a command ends before.

use crate::overflow::weights as overflowing;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use streamscope_tests::harness::{Shared, interrupt, program, root, small_run, succeed};

/// How a command is ended.
#[derive(Clone, Copy, Debug)]
enum End {
    Interrupt,
    Kill,
}

/// Starts a command, and ends it as soon as `kept` says that something is kept.
fn end_when(command: &mut Command, end: End, kept: impl Fn() -> bool) {
    let mut child: Child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !kept() {
        assert_eq!(child.try_wait().unwrap(), None, "it ended too early");
        assert!(started.elapsed() < Duration::from_secs(600));
        std::thread::sleep(Duration::from_millis(1));
    }
    match end {
        End::Interrupt => {
            let said = interrupt(child);
            assert!(said.lines().last().unwrap().contains("the same command goes on"), "{said}");
        }
        End::Kill => {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[cfg(target_os = "linux")]
#[test]
fn attempts_at_a_picture_outlive_the_command_that_made_them() {
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed.png");
    let output = visualize_failing(&undisturbed).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.matches("made again").count(), 4, "{said}");
    for end in [End::Kill, End::Interrupt] {
        let below = folder.path().join(format!("{end:?}"));
        fs::create_dir(&below).unwrap();
        let picture = below.join("p.png");
        let first_is_kept = || {
            let part = names(&below).into_iter().find(|name| name.ends_with(".part"));
            part.is_some_and(|part| fs::read(below.join(part)).is_ok_and(|bytes| bytes.iter().take(8).any(|&b| b != 0)))
        };
        end_when(&mut visualize_failing(&picture), end, first_is_kept);
        assert!(!picture.exists());
        let output = visualize_failing(&picture).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("p.png: goes on after "), "{said}");
        assert!(fs::read(&picture).unwrap() == fs::read(&undisturbed).unwrap());
        assert_eq!(names(&below), ["p.png"]);
    }
}

/// A picture that every seed fails at: activations go beyond what single precision holds.
fn visualize_failing(picture: &Path) -> Command {
    let mut command = program(&["visualize", "--input-size", "32", "--site", "layer2.1.pre", "--channel", "0"]);
    command.args(["--steps", "600"]).arg("--weights").arg(overflowing()).arg("--out").arg(picture);
    command
}

static RUN: Shared = Shared::new();

fn audit(out: &Path) -> Command {
    let run: PathBuf = RUN.get(small_run).path().to_owned();
    let mut command = program(&["audit", "--channels", "2", "--run"]);
    command.arg(run).arg("--images").arg(root().join("fixtures/images")).arg("--out").arg(out);
    command
}

#[cfg(target_os = "linux")]
#[test]
fn error_budgets_outlive_the_audit_that_computed_them_and_not_the_one_that_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (out, undisturbed) = (folder.path().join("out"), folder.path().join("undisturbed"));
    end_when(&mut audit(&out), End::Kill, || names(&out.join("budgets")).iter().any(|name| name.len() == 64));
    let kept = names(&out.join("budgets")).into_iter().filter(|name| name.len() == 64).count();
    let output = audit(&out).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains(&format!("error budgets: {kept} of 4 already done")), "{said}");
    assert_eq!(names(&out), ["audit.html", "audit.json"]);
    succeed(&mut audit(&undisturbed));
    let budgets = |out: &Path| -> serde_json::Value {
        let audit: serde_json::Value = serde_json::from_slice(&fs::read(out.join("audit.json")).unwrap()).unwrap();
        assert_eq!(audit["budgets"].as_array().unwrap().len(), 4);
        audit["budgets"].clone()
    };
    assert_eq!(budgets(&out), budgets(&undisturbed));
}
