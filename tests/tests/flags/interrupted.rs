//! What the program says when it is stopped.
#![cfg(target_os = "linux")]

use crate::small::{embedded, reproduce, text};
use std::fs::{self, OpenOptions};
use std::io::{PipeReader, PipeWriter, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use streamscope_tests::harness::{interrupt, program, succeed};

/// A pipe that takes nothing more, and its other end: who writes to it waits for as long as that is there.
fn full() -> (PipeReader, PipeWriter) {
    let (reader, writer) = std::io::pipe().unwrap();
    // The same pipe, opened so that a write to it never waits (O_NONBLOCK).
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let mut filling = OpenOptions::new().write(true).custom_flags(0o4000).open(path).unwrap();
    for piece in [4096, 1] {
        while filling.write(&vec![b'.'; piece]).is_ok() {}
    }
    (reader, writer)
}

/// Starts a command, and waits until it listens to Ctrl-C: until the thread is there that does. It ends by nothing else
/// than that if it has a result to print.
fn listening(command: &mut Command, stdout: PipeWriter) -> Child {
    let mut child = command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    let tasks = format!("/proc/{}/task", child.id());
    let started = Instant::now();
    while fs::read_dir(&tasks).map_or(0, Iterator::count) < 2 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended too early");
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_micros(200));
    }
    child
}

#[test]
fn an_interrupted_command_says_what_it_leaves_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let weights = text(&embedded());
    let finished = path("finished");
    succeed(&mut reproduce(&finished, &["--weights", &weights]));
    let (picture, archive, audited) = (path("p.png"), path("a.npz"), path("audit"));
    let mut visualize = program(&["visualize", "--site", "layer4.1.pre", "--channel", "0", "--steps", "250000"]);
    visualize.arg("--out").arg(&picture);
    let mut audit = program(&["audit", "--out"]);
    audit.arg(&audited);
    let mut verify = program(&["verify", "--all"]);
    verify.arg(&finished);
    // Minutes of work, as with the pictures of so many steps: the archive is written before anything is printed.
    let mut activations = program(&["activations", "--sites", "layer4.1.pre", "--input-size", "2048"]);
    activations.args(["--threads", "1"]);
    let images = streamscope_tests::harness::root().join("fixtures/images");
    activations.arg("--images").arg(images).arg("--out").arg(&archive);
    let (out, ablated) = (path("out"), path("ablated"));
    let mut ablate = program(&["ablate", "--block", "1.1", "--channels", "2", "--input-size", "2048"]);
    ablate.args(["--threads", "1", "--random-sets", "0"]).arg("--out").arg(&ablated);
    let many = ["--weights", &weights, "--steps", "250000"];
    let last = |command: &mut Command| -> String {
        let (held, stdout) = full();
        let said = interrupt(listening(command, stdout));
        drop(held);
        // What works meanwhile may say something of its own.
        let mut sentences = said.lines().filter(|line| line.starts_with("interrupted: "));
        let sentence = sentences.next().unwrap_or_else(|| panic!("{command:?} said {said}"));
        assert_eq!(sentences.next(), None, "{said}");
        sentence.to_owned()
    };
    let kept = |path: &Path| path.display().to_string();
    assert_eq!(
        last(&mut visualize),
        format!(
            "interrupted: {} was not written; attempts that were finished are kept beside it, and the same command goes on there",
            kept(&picture)
        )
    );
    assert_eq!(
        last(&mut audit),
        format!(
            "interrupted: no audit was written to {}; error budgets that were finished are kept there, and the same command goes on with them",
            kept(&audited)
        )
    );
    assert_eq!(last(&mut verify), "interrupted: verifying changes nothing, and keeps nothing either");
    assert_eq!(
        last(&mut activations),
        format!("interrupted: what was read is kept beside {}, and the same command goes on there", kept(&archive))
    );
    assert_eq!(
        last(&mut ablate),
        format!("interrupted: what was measured is kept in {}, and the same command goes on there", kept(&ablated))
    );
    assert_eq!(
        last(&mut reproduce(&out, &many)),
        format!(
            "interrupted: finished pictures and images are kept in {}, and the same command goes on there",
            kept(&out.join("store"))
        )
    );
    assert!(
        !picture.exists()
            && !archive.exists()
            && !ablated.join("ablation.json").exists()
            && !audited.join("audit.json").exists()
    );
}
