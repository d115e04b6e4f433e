//! Runs whose inputs tell things apart.

use crate::weights::Weights;
use crate::{run, whole};
use std::fs;
use std::path::Path;
use streamscope_tests::harness::{program, root, succeed};

/// The embedded network.
fn embedded() -> Weights {
    Weights::read(&root().join("fixtures/resnet18-16.npz"))
}

/// Photographs of unlike classes, three of them twice under other names, one directly in the folder, and two files that are none.
fn photographs(folder: &Path) {
    let from = root().join("fixtures/images");
    let copy = |class: &str, number: usize, to: &str| {
        let to = folder.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from.join(format!("{class}/{class}_{number:02}.jpg")), to).unwrap();
    };
    let classes = [
        "annulus", "bricks", "cross", "dots", "flower", "rings", "star", "waves", "spiral",
    ];
    for (at, class) in classes.iter().enumerate() {
        for number in [at, (at + 3) % 10] {
            copy(class, number, &format!("{class}/{number}.jpg"));
        }
    }
    copy("bricks", 1, "a_copy/bricks.jpg");
    copy("star", 6, "zz_copy/star.JPEG");
    copy("dots", 3, "dots/a_copy.jpg");
    copy("mesh", 4, "mesh.jpg");
    copy("grating", 5, "Grating/B.jpg");
    fs::write(folder.join("cross/broken.png"), "no image").unwrap();
    fs::write(folder.join("notes.txt"), "no image either").unwrap();
}

fn reproduce(weights: &Path, out: &Path, size: usize, arguments: &[&str]) {
    let mut command = program(&["reproduce", "--input-size", &size.to_string()]);
    command
        .arg("--weights")
        .arg(weights)
        .arg("--out")
        .arg(out)
        .args(arguments);
    succeed(&mut command);
}

#[test]
fn every_table_of_a_run_with_photographs_is_recomputed() {
    let folder = tempfile::tempdir().unwrap();
    let [weights, images, out] = ["weights", "images", "out"].map(|name| folder.path().join(name));
    photographs(&images);
    embedded().write(&weights);
    let arguments = [
        "--blocks",
        "2.0,1.1",
        "--channels",
        "9,0..7",
        "--steps",
        "2",
        "--seed",
        "5",
    ];
    let images = images.display().to_string();
    reproduce(
        &weights,
        &out,
        32,
        &[&arguments[..], &["--images", &images]].concat(),
    );
    let run: run::Run = whole(&out);
    assert_eq!(run.channels.rows.len(), 16);
}
