//! The flags of `verify`, and what it prints.

use crate::small::{embedded, json, manifest, plain, reproduce, said, star, text};
use crate::{Tested, threads};
use std::fs;
use std::path::{Path, PathBuf};
use streamscope_tests::harness::{Shared, program, succeed};

pub(crate) const FLAGS: &[Tested] = &[
    ("<OUT>", the_folder_is_the_one_that_is_named),
    ("--sample", so_many_pictures_are_made_again),
    ("--all", every_picture_is_made_again),
    ("--digests-only", nothing_is_computed_again),
    ("--weights", weights_that_were_moved_are_found_where_they_are_named),
    ("--images", images_that_were_moved_are_found_where_they_are_named),
    ("--threads", threads::of_verify),
];

fn verify(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let path = text(folder);
    said(program(&["verify", &path]).args(more))
}

/// Every entry in the store of a run.
fn entries(out: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(out.join("store")).unwrap().map(|f| f.unwrap().path());
    let folders = folders.filter(|f| !f.ends_with("scans"));
    folders.flat_map(|f| fs::read_dir(f).unwrap().map(|e| e.unwrap().path())).collect()
}

/// A run in whose store the last value on the way to each picture is another one, all digests right: tables of ascents
/// differ when they are derived again, and only making a picture again shows which one it is.
fn forged() -> &'static Path {
    static RUN: Shared = Shared::new();
    RUN.get(|out| {
        let path = text(&embedded());
        succeed(&mut reproduce(out, &["--weights", &path]));
        for entry in entries(out) {
            let bytes = fs::read(&entry).unwrap();
            let end = bytes.iter().position(|&b| b == b'\n').unwrap();
            let mut body = bytes[end + 1..].to_vec();
            let hex = |body: &[u8]| blake3::hash(body).to_hex().to_string();
            let header = String::from_utf8(bytes[..=end].to_vec()).unwrap();
            let before = hex(&body);
            assert!(header.contains(&before), "{header}");
            let last = body.len() - 1;
            body[last] ^= 0x80;
            let header = header.replace(&before, &hex(&body));
            fs::write(&entry, [header.as_bytes(), &body].concat()).unwrap();
        }
    })
    .path()
}

/// How many pictures were found to be others than they are when made again, and the exit code.
fn made_again(more: &[&str]) -> (Option<i32>, usize, String) {
    let (code, said) = verify(forged(), more);
    let words = "the objective on the way of ";
    let count = said.lines().filter(|l| l.contains(words)).count();
    (code, count, said)
}

#[test]
pub(crate) fn so_many_pictures_are_made_again() {
    assert_eq!(entries(forged()).len(), 6);
    for (more, expected) in [
        (&[][..], 3),
        (&["--sample", "0"], 0),
        (&["--sample", "1"], 1),
        (&["--sample", "5"], 5),
        (&["--sample", "6"], 6),
        (&["--sample", "18446744073709551615"], 6),
    ] {
        let (code, count, said) = made_again(more);
        assert_eq!((code, count), (Some(1), expected), "{said}");
        assert!(said.contains("tables/objectives.csv: "), "{said}");
        let differences = match expected {
            0 => "no difference".to_owned(),
            1 => "1 difference".to_owned(),
            n => format!("{n} differences"),
        };
        let line = format!("pictures, made again from the weights: {expected} of 6, {differences}");
        assert!(said.lines().any(|l| l == line), "{said}");
    }
}

#[test]
fn every_picture_is_made_again() {
    let (code, count, said) = made_again(&["--all"]);
    assert_eq!((code, count), (Some(1), 6), "{said}");
    // One that differs is named with its picture, its unit and its entry.
    let of = &manifest(forged())["pictures"]["features/1.1/block/0.png"];
    let address = of["address"].as_str().unwrap();
    let sentence = format!(
        "features/1.1/block/0.png: the objective on the way of layer1.1.bn2:0 (neuron, seed {}), made again, is not that of store/{}/{address}",
        of["seed"],
        &address[..2]
    );
    assert!(said.lines().any(|l| l == sentence), "{sentence}\n{said}");
}

#[test]
fn nothing_is_computed_again() {
    let (code, count, said) = made_again(&["--digests-only"]);
    assert_eq!((code, count), (Some(0), 0), "{said}");
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(!said.contains("again"), "{said}");
}

#[test]
fn the_folder_is_the_one_that_is_named() {
    let (code, said) = verify(plain(), &[]);
    assert_eq!(code, Some(0), "{said}");
    let files = manifest(plain())["files"].as_object().unwrap().len();
    // Beside what takes long on a machine that is busy.
    let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("figures: ")).collect();
    let journals = fs::read_dir(plain().join("store/scans")).unwrap().count();
    assert_eq!(
        lines[..4],
        [
            format!("digests: {} files, no difference", files + 1),
            format!("the store: 6 pictures and {journals} journals of images, no difference"),
            format!("tables and figures, derived again from the stored pictures: {files} files, no difference"),
            "pictures, made again from the weights: 3 of 6, no difference".to_owned(),
        ]
    );
    let last = format!("{}: verified in ", plain().display());
    assert!(lines.len() == 5 && lines[4].starts_with(&last), "{said}");
    let (code, said) = verify(Path::new("nowhere"), &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.starts_with("error: nowhere: expected the folder of a run"), "{said}");
}

#[test]
fn a_folder_that_is_not_as_it_was_written_ends_in_a_sentence_and_exit_code_1() {
    let (code, said) = verify(forged(), &["--sample", "1"]);
    assert_eq!(code, Some(1));
    let last = format!("error: {}: not verified, in ", forged().display());
    assert!(said.lines().last().unwrap().starts_with(&last), "{said}");
}

/// A run of weights and images of its own, and where they are.
struct Moved {
    folder: tempfile::TempDir,
}

impl Moved {
    fn new() -> Moved {
        let folder = tempfile::tempdir().unwrap();
        let moved = Moved { folder };
        fs::copy(embedded(), moved.path("weights.npz")).unwrap();
        fs::create_dir(moved.path("images")).unwrap();
        for name in ["star_02.jpg", "star_06.jpg"] {
            fs::copy(star().join(name), moved.path("images").join(name)).unwrap();
        }
        let (weights, images) = (text(&moved.path("weights.npz")), text(&moved.path("images")));
        let of = ["--weights", &weights, "--images", &images];
        succeed(&mut reproduce(&moved.path("out"), &of));
        moved
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn verify(&self, more: &[&str]) -> (Option<i32>, String) {
        verify(&self.path("out"), more)
    }
}

#[test]
fn weights_that_were_moved_are_found_where_they_are_named() {
    let moved = Moved::new();
    assert_eq!(moved.verify(&[]).0, Some(0));
    fs::rename(moved.path("weights.npz"), moved.path("elsewhere.npz")).unwrap();
    let (code, said) = moved.verify(&[]);
    assert_eq!(code, Some(1), "{said}");
    let not_checked = said.lines().filter(|l| l.contains(", not checked, because "));
    assert_eq!(not_checked.count(), 2, "{said}");
    assert!(said.contains("; --weights says where they are"), "{said}");
    let path = text(&moved.path("elsewhere.npz"));
    let (code, said) = moved.verify(&["--weights", &path]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = moved.verify(&["--weights", "nowhere"]);
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn images_that_were_moved_are_found_where_they_are_named() {
    let moved = Moved::new();
    fs::rename(moved.path("images"), moved.path("elsewhere")).unwrap();
    let (code, said) = moved.verify(&["--all"]);
    assert_eq!(code, Some(1), "{said}");
    let path = text(&moved.path("elsewhere"));
    let (code, said) = moved.verify(&["--all", "--images", &path]);
    assert_eq!(code, Some(0), "{said}");
    // Other images are not those that the run read.
    let (code, said) = moved.verify(&["--all", "--images", &text(&star())]);
    let record = json(&moved.path("out/manifest.json"));
    assert_eq!(record["images"]["read"], 2);
    assert_eq!(code, Some(1), "{said}");
}
