//! What a folder holds stays: commands that add to it, others, images beside it, and what killed processes leave.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use streamscope_tests::harness::{Shared, assert_same_results, program, results, root, run, succeed};

/// A small run of one step: of block 1.1, channel 0, seed 0 and ten images where `more` says nothing else.
fn reproduce(out: &Path, more: &[&str]) -> Command {
    let mut command = program(&["reproduce", "--input-size", "32", "--steps", "1"]);
    for (flag, usual) in [("--blocks", "1.1"), ("--channels", "0"), ("--images", "STAR")] {
        if !more.contains(&flag) {
            command.args([flag, &usual.replace("STAR", &star().display().to_string())]);
        }
    }
    command.args(more).arg("--out").arg(out);
    command
}

fn star() -> PathBuf {
    root().join("fixtures/images/star")
}

fn manifest(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap()
}

/// What a command says on stderr, which must end with this code.
#[track_caller]
fn said(command: &mut Command, code: i32) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                files.insert(path, bytes);
            }
        }
    }
    files
}

#[track_caller]
fn assert_verified(out: &Path) {
    let output = run(&["verify", &out.display().to_string(), "--all"]);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn every_other_command_is_refused_by_name_and_the_run_that_is_there_stays_as_it_is() {
    static RUN: Shared = Shared::new();
    let shared = RUN.get(|folder| {
        succeed(&mut reproduce(&folder.join("out"), &[]));
        fs::create_dir(folder.join("few")).unwrap();
        fs::copy(star().join("star_00.jpg"), folder.join("few/star_00.jpg")).unwrap();
        let weights = fs::File::open(root().join("fixtures/resnet18-16.npz")).unwrap();
        zip::ZipArchive::new(weights).unwrap().extract(folder.join("other")).unwrap();
        let path = folder.join("other/layer1.0.conv1.weight.npy");
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 0x80;
        fs::write(path, bytes).unwrap();
    });
    let at = |name: &str| shared.path().join(name).display().to_string();
    let out = shared.path().join("out");
    let before = files(&out);
    let images = star().display().to_string();
    let own = root().join("fixtures/resnet18-16.npz").display().to_string();
    for (more, named) in [
        (vec!["--seed", "1"], vec!["seed 0 there, 1 here".to_owned()]),
        (vec!["--preset", "smoke", "--steps", "4"], vec!["steps 1 there, 4 here".to_owned()]),
        (vec!["--input-size", "36"], vec!["images of 32 pixels there, 36 pixels here".to_owned()]),
        (vec!["--images", "FEW"], vec!["photographs star (10 read) there, few (1) here".to_owned()]),
        (vec!["--weights", "OWN"], vec![format!("photographs {images} there, none here")]),
        (
            vec!["--weights", "OTHER", "--images", "STAR", "--seed", "2"],
            vec!["weights resnet18-16.npz there, other here".to_owned(), "seed 0 there, 2 here".to_owned()],
        ),
    ] {
        let more: Vec<String> = more
            .into_iter()
            .map(|word| match word {
                "FEW" => at("few"),
                "OTHER" => at("other"),
                "OWN" => own.clone(),
                "STAR" => images.clone(),
                word => word.to_owned(),
            })
            .collect();
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let mut command = reproduce(&out, &[]);
        if more.contains(&"--weights") || more.contains(&"--images") || more.contains(&"--input-size") {
            command = program(&["reproduce", "--blocks", "1.1", "--channels", "0"]);
            command.arg("--out").arg(&out);
            for (flag, usual) in [("--input-size", "32"), ("--steps", "1")] {
                if !more.contains(&flag) {
                    command.args([flag, usual]);
                }
            }
            if !more.contains(&"--images") && !more.contains(&"--weights") {
                command.args(["--images", &images]);
            }
            command.args(&more);
        } else if more.contains(&"--steps") {
            command = program(&["reproduce", "--blocks", "1.1", "--channels", "0", "--input-size", "32"]);
            command.args(["--images", &images]).args(&more).arg("--out").arg(&out);
        } else {
            command.args(&more);
        }
        let said = said(&mut command, 2);
        let error: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
        let [error] = error[..] else { panic!("one sentence: {said}") };
        for named in named {
            assert!(error.contains(&named), "{named}: {error}");
        }
        assert!(error.contains("name another --out") && error.contains("--replace"), "{error}");
        assert!(files(&out) == before, "{more:?}");
    }
    // Wherever the same photographs lie, it is the same command; a part of it is all of it.
    let copy = shared.path().join("copy");
    fs::create_dir_all(&copy).unwrap();
    for entry in fs::read_dir(star()).unwrap().flatten() {
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    let mut same = program(&["reproduce", "--blocks", "1.1", "--channels", "0", "--input-size", "32", "--steps", "1"]);
    succeed(same.arg("--images").arg(&copy).arg("--out").arg(&out));
    assert_eq!(manifest(&out)["images"]["folder"], json!(copy.display().to_string()));
}

#[test]
fn a_run_grows_by_blocks_and_channels_to_what_one_command_would_have_left() {
    let folder = tempfile::tempdir().unwrap();
    let (grown, whole) = (folder.path().join("grown"), folder.path().join("whole"));
    succeed(&mut reproduce(&grown, &["--channels", "0..2"]));
    let first = results(&grown);
    let said_of = said(&mut reproduce(&grown, &["--channels", "2..9"]), 0);
    assert!(said_of.contains("goes on with the run there: to its 2 channels come 7"), "{said_of}");
    assert!(said_of.contains("center-neuron pictures: ") || !said_of.contains("already done"));
    succeed(&mut reproduce(&grown, &["--channels", "9..16", "--blocks", "1.1"]));
    succeed(&mut reproduce(&grown, &["--channels", "3", "--blocks", "2.0,3.1"]));
    let all: Vec<usize> = (0..16).collect();
    assert_eq!(manifest(&grown)["blocks"], json!({"1.1": all, "2.0": [3], "3.1": [3]}));
    for name in first.keys().filter(|name| name.starts_with("features") && name.matches('.').count() == 2) {
        assert!(results(&grown)[name] == first[name], "{name}");
    }
    assert_verified(&grown);
    // The same, the other way around: and no trace of how it came.
    succeed(&mut reproduce(&whole, &["--channels", "3", "--blocks", "2.0,3.1"]));
    succeed(&mut reproduce(&whole, &["--channels", "0..16"]));
    assert_same_results(&grown, &whole);
    // A part of what is there neither deletes nor shrinks.
    let before = files(&grown);
    let said_of = said(&mut reproduce(&grown, &["--channels", "3", "--blocks", "2.0"]), 0);
    assert!(said_of.contains("the run there is of these 1 channels and 17 more, which it keeps"), "{said_of}");
    assert!(said_of.contains("nothing to make"), "{said_of}");
    assert!(files(&grown) == before);
}

#[test]
fn where_nothing_changed_nothing_is_made_and_what_changed_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let printed = succeed(&mut reproduce(&out, &[]));
    let before = files(&out);
    let again = reproduce(&out, &[]).output().unwrap();
    let told = String::from_utf8(again.stderr).unwrap();
    assert!(told.starts_with(&format!("{}: nothing to make: ", out.display())), "{told}");
    assert_eq!(told.lines().count(), 2, "{told}");
    // What the run found is said all the same.
    assert_eq!(String::from_utf8(again.stdout).unwrap(), printed);
    assert!(files(&out) == before);
    let names: Vec<PathBuf> = before.keys().cloned().collect();
    for name in names {
        let of_run = name.file_name().unwrap() != "manifest.json";
        if !of_run || name.to_string_lossy().contains("/store/scans/") {
            continue;
        }
        fs::remove_file(&name).unwrap();
        if !name.to_string_lossy().contains(".png") && !name.to_string_lossy().contains("tables") {
            continue;
        }
        let told = said(&mut reproduce(&out, &[]), 0);
        assert!(!told.contains("nothing to make"), "{}: {told}", name.display());
        assert!(fs::read(&name).unwrap() == before[&name], "{}", name.display());
        if name.ends_with("claims.csv") {
            break;
        }
    }
}

#[test]
fn two_commands_do_not_meet_by_default() {
    let folder = tempfile::tempdir().unwrap();
    let command = |more: &[&str]| {
        let mut command =
            program(&["reproduce", "--blocks", "1.1", "--channels", "0", "--input-size", "32", "--steps", "1"]);
        succeed(command.args(more).current_dir(folder.path()));
    };
    let (star, own) = (star().display().to_string(), root().join("fixtures/resnet18-16.npz").display().to_string());
    command(&[]);
    command(&["--seed", "3"]);
    command(&["--images", &star]);
    command(&["--weights", &own]);
    let mut found: Vec<String> = fs::read_dir(folder.path().join("out/resnet18-16"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    assert_eq!(
        found,
        ["1-steps-seed0-32px", "1-steps-seed0-32px-no-images", "1-steps-seed0-32px-star", "1-steps-seed3-32px"]
    );
}

#[test]
fn figures_are_not_read_as_photographs() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    fs::create_dir(&images).unwrap();
    for name in ["star_00.jpg", "star_01.jpg"] {
        fs::copy(star().join(name), images.join(name)).unwrap();
    }
    let path = images.display().to_string();
    let inside = images.join("out");
    let told = said(&mut reproduce(&inside, &["--images", &path]), 2);
    assert_eq!(
        told,
        format!(
            "error: {} is in {path}: expected --out and --images apart, or figures would be read as photographs; name another --out\n",
            inside.display()
        )
    );
    said(&mut reproduce(folder.path(), &["--images", &path]), 2);
    said(&mut reproduce(&images, &["--images", &path]), 2);
    assert_eq!(files(folder.path()).len(), 2);
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&images, &link).unwrap();
        said(&mut reproduce(&link.join("out"), &["--images", &path]), 2);
        fs::remove_file(link).unwrap();
    }
    let archive = |out: &Path, images: &str| {
        let mut command =
            program(&["activations", "--input-size", "32", "--sites", "layer1.1", "--images", images, "--out"]);
        command.arg(out);
        command
    };
    said(&mut archive(&images.join("a.npz"), &path), 2);
    let one = images.join("star_00.jpg").display().to_string();
    said(&mut archive(&images.join("star_00.jpg"), &one), 2);
    assert_eq!(files(folder.path()).len(), 2);
    succeed(&mut archive(&folder.path().join("a.npz"), &path));
    succeed(&mut reproduce(&folder.path().join("out"), &["--images", &path]));
}

/// Runs a command and kills it while a temporary file of it is there, time and again; whether one was left.
fn killed_while_writing(folder: &Path, mut command: impl FnMut() -> Command) -> bool {
    let temporary =
        |folder: &Path| files_or_none(folder).into_iter().any(|path| path.extension().is_some_and(|e| e == "tmp"));
    for _ in 0..40 {
        let mut child = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if temporary(folder) || started.elapsed() > Duration::from_secs(60) {
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();
        if temporary(folder) {
            return true;
        }
        let _ = fs::remove_dir_all(folder);
    }
    false
}

/// The paths below a folder, of which some may be gone by the time that they are looked at.
fn files_or_none(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => files.push(entry.path()),
            }
        }
    }
    files
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_process_was_writing_is_removed_by_the_next_and_that_of_a_living_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (out, whole) = (folder.path().join("out"), folder.path().join("whole"));
    if !killed_while_writing(&out, || reproduce(&out, &["--channels", "0..4"])) {
        panic!("no process was killed while it wrote");
    }
    let living = out.join("store/.living.tmp");
    fs::create_dir_all(living.parent().unwrap()).unwrap();
    fs::write(&living, "another program's").unwrap();
    succeed(&mut reproduce(&out, &["--channels", "0..4"]));
    let left: Vec<PathBuf> =
        files_or_none(&out).into_iter().filter(|path| path.extension().is_some_and(|e| e == "tmp")).collect();
    assert_eq!(left, [living]);
    succeed(&mut reproduce(&whole, &["--channels", "0..4"]));
    assert_same_results(&out, &whole);
}
