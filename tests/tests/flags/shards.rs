//! The flags of `slurm`, `status` and `merge`, and `--shard` of the commands that have it.

use crate::Tested;
use crate::small::{embedded, pictures, plain, reproduce, star, text};
use std::fs;
use std::path::Path;
use std::process::Command;
use streamscope_tests::harness::{assert_same_results, executable, program, run, succeed};

pub(crate) const SLURM: &[Tested] = &[
    ("--tasks", the_array_has_so_many_tasks),
    ("--cpus-per-task", each_task_has_so_many_processors),
    ("--time", a_task_may_take_so_long),
    ("--partition", the_partition_is_the_one_that_is_named),
    ("--submit", scripts_are_submitted_only_where_that_is_asked_for),
];
pub(crate) const STATUS: &[Tested] =
    &[("<OUT>", the_status_is_that_of_the_folder), ("--json", the_status_is_printed_as_json)];
pub(crate) const MERGE: &[Tested] =
    &[("<STORE>", what_comes_in_is_what_is_named), ("--into", it_goes_where_it_is_told)];

/// The scripts for Slurm of a small command: the array's, and the last one's.
fn scripts(more: &[&str]) -> [String; 2] {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(executable());
    command.args(["slurm", "activations", "--sites", "relu", "--out", "a.npz", "--images"]).arg(star());
    if !more.contains(&"--tasks") {
        command.args(["--tasks", "2"]);
    }
    succeed(command.args(more).current_dir(folder.path()));
    ["shards.sh", "finish.sh"].map(|name| fs::read_to_string(folder.path().join("a.npz.slurm").join(name)).unwrap())
}

fn says(script: &str, line: &str) -> bool {
    script.lines().any(|found| found == format!("#SBATCH {line}"))
}

#[test]
fn the_array_has_so_many_tasks() {
    for tasks in ["1", "7"] {
        let [shards, finish] = scripts(&["--tasks", tasks]);
        assert!(says(&shards, &format!("--array=1-{tasks}")), "{shards}");
        assert!(shards.ends_with(&format!("--shard \"$SLURM_ARRAY_TASK_ID/{tasks}\"\n")), "{shards}");
        assert!(!finish.contains("--array") && !finish.contains("--shard"), "{finish}");
    }
    let output = run(&["slurm", "reproduce"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: --tasks: expected"));
}

#[test]
pub(crate) fn each_task_has_so_many_processors() {
    for (more, count) in [(&[][..], 1), (&["--cpus-per-task", "3"], 3)] {
        for script in scripts(more) {
            assert!(says(&script, &format!("--cpus-per-task={count}")), "{script}");
            assert!(script.contains("--threads \"$SLURM_CPUS_PER_TASK\""), "{script}");
        }
    }
}

#[test]
pub(crate) fn a_task_may_take_so_long() {
    for (with, without) in scripts(&["--time", "2-03:00:00"]).iter().zip(scripts(&[])) {
        assert!(says(with, "--time=2-03:00:00") && !without.contains("--time"), "{with}");
    }
}

#[test]
pub(crate) fn the_partition_is_the_one_that_is_named() {
    for (with, without) in scripts(&["--partition", "long"]).iter().zip(scripts(&[])) {
        assert!(says(with, "--partition=long") && !without.contains("--partition"), "{with}");
    }
}

#[test]
fn scripts_are_submitted_only_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let stand_in = folder.path().join("sbatch");
    fs::write(&stand_in, "#!/bin/bash\necho 5 | tee -a \"$(dirname \"$0\")/taken\"\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&stand_in).status().unwrap().success());
    let search = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let submit = |more: &[&str]| {
        let mut command = Command::new(executable());
        command.args(["slurm", "reproduce", "--out", "o", "--tasks", "2"]).args(more);
        let said = succeed(command.env("PATH", &search).current_dir(folder.path()));
        (said, fs::read_to_string(folder.path().join("taken")).map_or(0, |taken| taken.lines().count()))
    };
    let (said, taken) = submit(&[]);
    assert!(said.contains("submit.sh: run it") && taken == 0, "{said}");
    let (said, taken) = submit(&["--submit"]);
    assert!(said.ends_with("finish: job 5\n") && taken == 3, "{said}");
}

#[test]
fn the_status_is_that_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let of = |path: &Path| succeed(program(&["status"]).arg(path));
    assert!(of(folder.path()).contains("no run was begun there"));
    assert!(of(plain()).contains("finished"));
    let out = folder.path().join("out");
    succeed(&mut reproduce(&out, &["--shard", "1/2"]));
    let said = of(&out);
    assert!(
        said.contains("layer1.1.bn2 neuron")
            && said.contains("1/2       ended")
            && said.contains("2/2       not begun"),
        "{said}"
    );
    let none = run(&["status", &text(&folder.path().join("nowhere"))]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn the_status_is_printed_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let status = || succeed(program(&["status", "--json"]).arg(folder.path()));
    assert_eq!(status(), "null\n");
    succeed(&mut reproduce(folder.path(), &["--shard", "2/2"]));
    let status: serde_json::Value = serde_json::from_str(&status()).unwrap();
    assert_eq!((&status["shards"][0]["state"], &status["shards"][1]["state"]), (&"not_begun".into(), &"ended".into()));
    assert_eq!(status["shards"][1]["pictures"], 1);
}

#[test]
fn what_comes_in_is_what_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let into = text(&folder.path().join("a"));
    let (one, other) = (text(plain()), folder.path().join("other"));
    succeed(&mut reproduce(&other, &["--seed", "1"]));
    let first = succeed(&mut program(&["merge", &one, "--into", &into]));
    assert!(first.contains(": 6 pictures"), "{first}");
    let both = succeed(&mut program(&["merge", &one, &text(&other), "--into", &into]));
    assert!(both.contains("6 pictures there before") && both.contains(": 6 pictures"), "{both}");
}

#[test]
fn it_goes_where_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("b");
    succeed(&mut program(&["merge", &text(plain()), "--into", &text(&into)]));
    assert!(into.join("store").is_dir());
    let refused = run(&["merge", &text(plain())]);
    assert_eq!(refused.status.code(), Some(2));
    let itself = run(&["merge", &text(plain()), "--into", &text(plain())]);
    assert_eq!(itself.status.code(), Some(2));
}

#[test]
pub(crate) fn only_a_part_of_the_pictures_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for shard in ["1/3", "3/3"] {
        let said = succeed(&mut reproduce(&out, &["--shard", shard]));
        assert!(said.starts_with(&format!("shard {shard}: 1 picture, 1 of them made now")), "{said}");
        assert!(!out.join("tables").exists());
    }
    succeed(&mut reproduce(&out, &[]));
    assert_same_results(plain(), &out);
    assert!(!pictures(&out).is_empty());
    for (shard, sentence) in [("0/3", "shard 0 of 3"), ("4/3", "shard 4 of 3"), ("a", "no /")] {
        let output = reproduce(&out, &["--shard", shard]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(sentence) && said.lines().count() == 1, "{said}");
    }
    let output = reproduce(&out, &["--shard", "1/3", "--replace"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
pub(crate) fn only_a_part_of_the_images_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let command = |name: &str, more: &[&str]| {
        let mut command = program(&["activations", "--input-size", "32", "--sites", "relu", "--images"]);
        command
            .arg(star())
            .args(["--weights", &text(&embedded())])
            .args(more)
            .arg("--out")
            .arg(folder.path().join(name));
        succeed(&mut command)
    };
    let said = command("b.npz", &["--shard", "2/4"]);
    assert!(said.contains("shard 2/4 has read its 3 images") && !folder.path().join("b.npz").exists(), "{said}");
    command("a.npz", &[]);
    command("b.npz", &[]);
    assert_eq!(fs::read(folder.path().join("a.npz")).unwrap(), fs::read(folder.path().join("b.npz")).unwrap());
}
