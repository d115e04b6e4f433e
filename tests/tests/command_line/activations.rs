//! `activations`: a NumPy archive of what chosen sites do on images.

use crate::harness::{program, root, run, succeed};
use std::fs;
use std::path::Path;
use testkit::golden::Archive;

/// The names of an archive's images, from NumPy's four-byte characters.
fn names(path: &Path) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name("images.npy").unwrap(), &mut bytes).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10;
    let text = String::from_utf8(bytes[10..header].to_vec()).unwrap();
    let width: usize = text
        .split("<U")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let characters: Vec<char> = bytes[header..]
        .chunks(4)
        .map(|b| char::from_u32(u32::from_le_bytes(b.try_into().unwrap())).unwrap())
        .collect();
    characters
        .chunks(width)
        .map(|name| name.iter().filter(|c| **c != '\0').collect())
        .collect()
}

#[test]
fn center_activations_are_the_centers_of_the_whole_maps_in_folder_order() {
    let folder = tempfile::tempdir().unwrap();
    let images = root().join("fixtures/images/rings").display().to_string();
    let (center, full) = (
        folder.path().join("center.npz"),
        folder.path().join("full.npz"),
    );
    let base = [
        "activations",
        "--images",
        &images,
        "--sites",
        "layer1.1,layer3.1.bn2,layer4.1.pre",
    ];
    let write = |out: &Path, more: &[&str]| {
        let out = out.display().to_string();
        succeed(&mut program(
            &base
                .iter()
                .chain(more)
                .copied()
                .chain(["--out", &out])
                .collect::<Vec<_>>(),
        ))
    };
    let printed = write(&center, &["--threads", "1"]);
    assert!(
        printed.contains("layer3.1.bn2: [10, 64]") && printed.contains("10 images"),
        "{printed}"
    );
    write(&full, &["--full", "--threads", "2"]);
    assert_eq!(
        names(&center),
        (0..10)
            .map(|i| format!("rings_{i:02}.jpg"))
            .collect::<Vec<_>>()
    );
    let (center, full) = (Archive::open(&center), Archive::open(&full));
    for (site, channels, size) in [
        ("layer1.1", 16, 32),
        ("layer3.1.bn2", 64, 8),
        ("layer4.1.pre", 128, 4),
    ] {
        let (center, full) = (center.f32(site), full.f32(site));
        assert_eq!(
            (&center.shape[..], &full.shape[..]),
            (&[10, channels][..], &[10, channels, size, size][..])
        );
        let positions = size * size;
        let centers: Vec<f32> = (0..10 * channels)
            .map(|i| full.values[i * positions + size / 2 * size + size / 2])
            .collect();
        testkit::assert_same_bits(&center.values, &centers, site);
    }
}

#[test]
fn winograds_algorithm_gives_other_values_that_differ_by_rounding() {
    let folder = tempfile::tempdir().unwrap();
    let images = root().join("fixtures/images/star").display().to_string();
    let write = |how: &str| {
        let out = folder.path().join(format!("{how}.npz"));
        let path = out.display().to_string();
        succeed(&mut program(&[
            "activations",
            "--images",
            &images,
            "--sites",
            "layer1.1,layer4.1.pre",
            "--convolutions",
            how,
            "--out",
            &path,
        ]));
        Archive::open(&out)
    };
    let (direct, winograd) = (write("direct"), write("winograd"));
    for site in ["layer1.1", "layer4.1.pre"] {
        let exact = direct.f64(site).values;
        let apart = testkit::relative_l2(&winograd.f32(site).values, &exact);
        // Each of at most 17 layers adds an error of the size of 2^-21, a little more than what the audit finds for one.
        assert!(
            apart > 0.0 && apart < 17.0 * 2_f64.powi(-21),
            "{site}: {apart:e}"
        );
    }
}

#[test]
fn unreadable_images_are_reported_counted_and_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    fs::create_dir(&images).unwrap();
    let good = fs::read(root().join("fixtures/images/star/star_00.jpg")).unwrap();
    fs::write(images.join("a.jpg"), &good).unwrap();
    fs::write(images.join("b.jpg"), &good[..good.len() / 2]).unwrap();
    fs::write(images.join("c.png"), b"not an image").unwrap();
    fs::write(images.join("d.jpeg"), &good).unwrap();
    let out = folder.path().join("out.npz");
    let (images, path) = (images.display().to_string(), out.display().to_string());
    let output = run(&[
        "activations",
        "--images",
        &images,
        "--sites",
        "layer2.1",
        "--out",
        &path,
    ]);
    let (said, printed) = (
        String::from_utf8(output.stderr).unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    );
    assert!(output.status.success(), "{said}");
    assert!(said.contains("b.jpg") && said.contains("c.png"), "{said}");
    assert!(printed.contains("2 images, 2 skipped"), "{printed}");
    assert_eq!(names(&out), ["a.jpg", "d.jpeg"]);
}
