//! The flags of `report`.

use crate::Tested;
use crate::small::{manifest, other_weights, plain, reproduce, said, text};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use streamscope_tests::harness::{Shared, program, results, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("<OUT>", the_page_of_that_folder_is_made_again),
    ("--against", other_runs_are_beside_this_one),
    ("--serve", the_folder_is_served_to_this_machine),
    ("--single-file", the_page_is_also_one_file),
];

/// A run of its own, to change.
fn copied(to: &Path) -> PathBuf {
    let out = to.join("run");
    copy(plain(), &out);
    out
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

#[test]
fn the_page_of_that_folder_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    let before = results(&out);
    let index = fs::read(out.join("index.html")).unwrap();
    for name in ["index.html", "page/explorer.js", "page/data/channels.js", "thumbnails/1.1/input/0.jpg"] {
        fs::remove_file(out.join(name)).unwrap();
    }
    let (code, words) = said(&mut program(&["report", &text(&out)]));
    assert_eq!((code, words.lines().last()), (Some(0), Some(&*text(&out.join("index.html")))), "{words}");
    assert_eq!(fs::read(out.join("index.html")).unwrap(), index);
    assert!(results(&out) == before);
    // What it wrote is what the manifest lists.
    succeed(&mut program(&["verify", &text(&out), "--sample", "0"]));
    let (code, words) = said(&mut program(&["report", &text(folder.path())]));
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("expected the folder of a run"), "{words}");
}

/// Starts a run and kills it as soon as its store has so many pictures.
fn stopped(out: &Path, more: &[&str], pictures: usize) {
    let mut command = reproduce(out, more);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let stored = || {
        let groups = fs::read_dir(out.join("store")).into_iter().flatten().flatten();
        let files = groups.filter(|group| group.path().is_dir()).flat_map(|group| fs::read_dir(group.path()).unwrap());
        files.flatten().filter(|file| file.file_name().len() == 64).count()
    };
    while stored() < pictures {
        assert_eq!(child.try_wait().unwrap(), None, "it ended too early");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_page_of_a_run_that_was_stopped_shows_its_pictures_and_is_gone_when_another_run_ends_there() {
    let folder = tempfile::tempdir().unwrap();
    let (out, other) = (folder.path().join("run"), folder.path().join("other"));
    stopped(&out, &["--blocks", "1.1", "--channels", "0..6", "--steps", "400"], 3);
    assert!(!out.join("manifest.json").exists());
    let (code, words) = said(&mut program(&["report", &text(&out)]));
    assert_eq!((code, words.lines().last()), (Some(0), Some(&*text(&out.join("index.html")))), "{words}");
    let of_role = |role: &str| fs::read_dir(out.join("features/1.1").join(role)).into_iter().flatten().count();
    let found: usize = ["input", "block", "output"].map(of_role).iter().sum();
    assert!((3..18).contains(&found), "{found}");
    assert!(
        words.contains(&format!(
            ": the run was stopped before it measured anything: the page shows {found} of its 18 pictures"
        )),
        "{words}"
    );
    let run = fs::read_to_string(out.join("page/data/run.js")).unwrap();
    assert!(
        run.contains("\"cut_short\":true") && run.contains(&format!("\"pictures\":{{\"all\":18,\"there\":{found}}}")),
        "{run}"
    );
    // Another run in the same folder leaves what it leaves in a new one.
    let asked = ["--blocks", "2.1", "--channels", "1", "--steps", "2"];
    succeed(&mut reproduce(&out, &asked));
    succeed(&mut reproduce(&other, &asked));
    assert!(!out.join("begun.json").exists() && !out.join("features/1.1").join("input/0.png").exists());
    let names = |out: &Path| results(out).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&out), names(&other));
    succeed(&mut program(&["verify", &text(&out), "--sample", "0"]));
}

#[test]
fn a_manifest_that_was_changed_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    let path = out.join("manifest.json");
    let changed = fs::read_to_string(&path).unwrap().replace("\"threads\": ", "\"threads\": 1");
    fs::write(&path, &changed).unwrap();
    let (code, words) = said(&mut program(&["report", &text(&out)]));
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("it is not as it was written"), "{words}");
    assert_eq!(fs::read_to_string(&path).unwrap(), changed);
}

#[test]
fn other_runs_are_beside_this_one() {
    static OTHER: Shared = Shared::new();
    let other = OTHER.get(|out| {
        succeed(&mut reproduce(out, &["--weights", &text(other_weights()), "--seed", "7"]));
    });
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    let listed = manifest(&out)["files"].clone();
    let (code, words) = said(&mut program(&["report", &text(&out), "--against", &text(other.path()), &text(plain())]));
    assert_eq!((code, words.lines().last()), (Some(0), Some(&*text(&out.join("compare/index.html")))), "{words}");
    let data = |at: usize| fs::read_to_string(out.join(format!("compare/data/{at}.js"))).unwrap();
    assert!(data(0).contains("[\"seed\",\"0\",\"7\"]") && data(0).contains("weights digest"), "{}", data(0));
    // A run and its own copy differ in nothing.
    assert!(data(1).contains("\"differences\":[]"), "{}", data(1));
    let theirs = fs::read(other.path().join("thumbnails/1.1/block/0.jpg")).unwrap();
    assert_eq!(fs::read(out.join("compare/thumbnails/0/1.1/block/0.jpg")).unwrap(), theirs);
    // It is no part of the run.
    assert_eq!(manifest(&out)["files"], listed);
    succeed(&mut program(&["verify", &text(&out), "--digests-only"]));
    let (code, words) = said(&mut program(&["report", &text(&out), "--against", &text(folder.path())]));
    assert!(code == Some(2) && words.contains(&text(folder.path())), "{words}");
}

#[test]
fn the_folder_is_served_to_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    fs::write(folder.path().join("secret"), "x").unwrap();
    let mut command = program(&["report", &text(&out), "--serve"]);
    // Where there is no program that opens a browser.
    let mut child = command.env("PATH", "").env_remove("BROWSER").stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("http://127.0.0.1:")).unwrap();
    let (place, page) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let page = page.split(' ').next().unwrap();
    let get = |path: &str, host: &str| {
        let mut stream = TcpStream::connect(place).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let index = fs::read_to_string(out.join("index.html")).unwrap();
    let answer = get(&format!("/{page}"), place);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&index), "{answer}");
    assert!(answer.contains("text/html; charset=utf-8"), "{answer}");
    assert!(get("/page/explorer.js", place).contains("text/javascript"));
    for (path, host) in
        [("/../secret", place), ("/%2e%2e/secret", place), ("/none", place), ("/index.html", "elsewhere.example")]
    {
        assert!(get(path, host).starts_with("HTTP/1.1 404"), "{path} {host}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_page_is_also_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    let file = folder.path().join("one.html");
    succeed(&mut program(&["report", &text(&out), "--single-file", &text(&file)]));
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.contains("streamscope.take(\"run\"") && page.contains("data:image/jpeg;base64,"));
    assert!(!page.contains("<script src="));
    let (code, words) = said(&mut program(&["report", &text(&out), "--single-file", "one.txt"]));
    assert!(code == Some(2) && words.contains("--single-file"), "{words}");
}
