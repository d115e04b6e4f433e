//! `activations`: a NumPy archive of what chosen sites do on images.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use streamscope_tests::harness::{interrupt, program, root, run, succeed};
use testkit::golden::Archive;

/// The names of an archive's images, from NumPy's four-byte characters.
fn names(path: &Path) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name("images.npy").unwrap(), &mut bytes).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) + 10;
    let text = String::from_utf8(bytes[10..header].to_vec()).unwrap();
    let width: usize = text.split("<U").nth(1).unwrap().split('\'').next().unwrap().parse().unwrap();
    let characters: Vec<char> =
        bytes[header..].chunks(4).map(|b| char::from_u32(u32::from_le_bytes(b.try_into().unwrap())).unwrap()).collect();
    characters.chunks(width).map(|name| name.iter().filter(|c| **c != '\0').collect()).collect()
}

#[test]
fn center_activations_are_the_centers_of_the_whole_maps_in_folder_order() {
    let folder = tempfile::tempdir().unwrap();
    let images = root().join("fixtures/images/rings").display().to_string();
    let (center, full) = (folder.path().join("center.npz"), folder.path().join("full.npz"));
    let base = ["activations", "--images", &images, "--sites", "layer1.1,layer3.1.bn2,layer4.1.pre"];
    let write = |out: &Path, more: &[&str]| {
        let out = out.display().to_string();
        succeed(&mut program(&base.iter().chain(more).copied().chain(["--out", &out]).collect::<Vec<_>>()))
    };
    let printed = write(&center, &["--threads", "1"]);
    assert!(printed.contains("layer3.1.bn2: [10, 64]") && printed.contains("10 images"), "{printed}");
    write(&full, &["--full", "--threads", "2"]);
    assert_eq!(names(&center), (0..10).map(|i| format!("rings_{i:02}.jpg")).collect::<Vec<_>>());
    let (center, full) = (Archive::open(&center), Archive::open(&full));
    for (site, channels, size) in [("layer1.1", 16, 32), ("layer3.1.bn2", 64, 8), ("layer4.1.pre", 128, 4)] {
        let (center, full) = (center.f32(site), full.f32(site));
        assert_eq!((&center.shape[..], &full.shape[..]), (&[10, channels][..], &[10, channels, size, size][..]));
        let positions = size * size;
        let centers: Vec<f32> =
            (0..10 * channels).map(|i| full.values[i * positions + size / 2 * size + size / 2]).collect();
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
        // Each of at most 17 layers adds an error of the size of 2^-21, a little more than what the audit finds for
        // one.
        assert!(apart > 0.0 && apart < 17.0 * 2_f64.powi(-21), "{site}: {apart:e}");
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
    let output = run(&["activations", "--images", &images, "--sites", "layer2.1", "--out", &path]);
    let (said, printed) = (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
    assert!(output.status.success(), "{said}");
    assert!(said.contains("b.jpg") && said.contains("c.png"), "{said}");
    assert!(printed.contains("2 images, 2 skipped"), "{printed}");
    assert_eq!(names(&out), ["a.jpg", "d.jpeg"]);
}

#[test]
fn pictures_of_every_format_at_any_depth_are_read_and_what_is_left_out_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    let pictures = root().join("crates/images/tests/data");
    for (source, name) in [
        ("rgb_420.jpg", "train/n01/x.JPEG"),
        ("formats/lossy_33x17_q75.webp", "train/n01/deeper/y.webp"),
        ("formats/animated.gif", "train/n02/z.gif"),
        ("formats/masks_565.bmp", "val/1.bmp"),
        ("formats/rgb_tiff_lzw.tif", "val/2.tif"),
        ("rgb_8.png", "val/called_anything.dat"),
        ("grey.jpg", "val/x.jfif"),
        ("formats/unfinished_17x33_420_3.jpg", "val/y.jpe"),
    ] {
        let to = images.join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(pictures.join(source), to).unwrap();
    }
    fs::write(images.join("train/labels.csv"), "x,1").unwrap();
    fs::write(images.join("val/phone.jpg.heic"), b"\0\0\0\x18ftypheic\0\0\0\0").unwrap();
    let out = folder.path().join("out.npz");
    let (images, path) = (images.display().to_string(), out.display().to_string());
    let output = run(&["activations", "--images", &images, "--sites", "relu", "--input-size", "32", "--out", &path]);
    let (said, printed) = (String::from_utf8(output.stderr).unwrap(), String::from_utf8(output.stdout).unwrap());
    assert!(output.status.success(), "{said}");
    assert!(said.contains("2 files passed over: 1 .csv, 1 HEIC"), "{said}");
    assert!(printed.ends_with("8 images\n"), "{printed}");
    let expected = [
        "train/n01/x.JPEG",
        "train/n01/deeper/y.webp",
        "train/n02/z.gif",
        "val/1.bmp",
        "val/2.tif",
        "val/called_anything.dat",
        "val/x.jfif",
        "val/y.jpe",
    ];
    assert_eq!(names(&out), expected);
}

#[test]
fn nobody_reading_what_is_printed_costs_no_result() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.npz");
    let mut command = program(&["activations", "--sites", "layer1.1"]);
    let images = root().join("fixtures/images/star");
    command.arg("--images").arg(images).arg("--out").arg(&out);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // As `| head` does when it has seen enough.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(out.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn what_stdout_does_not_take_is_said_and_the_exit_code_is_2() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.npz");
    let mut command = program(&["activations", "--sites", "layer1.1"]);
    let images = root().join("fixtures/images/star");
    command.arg("--images").arg(images).arg("--out").arg(&out);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("stdout: cannot write").count(), 1, "{said}");
    assert!(out.exists());
}

#[cfg(unix)]
#[test]
fn a_pipe_among_the_images_is_skipped_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    fs::create_dir(&images).unwrap();
    let star = root().join("fixtures/images/star/star_00.jpg");
    fs::copy(star, images.join("a.jpg")).unwrap();
    let pipe = images.join("b.jpg");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let out = folder.path().join("out.npz");
    let mut command = program(&["activations", "--sites", "layer1.1"]);
    command.arg("--images").arg(&images).arg("--out").arg(&out);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let expected = format!("{}: expected a regular file", pipe.display());
    assert!(said.contains(&expected), "{said}");
    assert_eq!(names(&out), ["a.jpg"]);
}

/// What an unfinished command keeps in a folder.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|e| e == "part")).collect()
}

#[cfg(unix)]
#[test]
fn an_interrupted_command_says_what_is_kept_and_goes_on_there() {
    let folder = tempfile::tempdir().unwrap();
    let images = root().join("fixtures/images/dots");
    let command = |out: &Path, sites: &str| {
        let mut command = program(&["activations", "--full", "--sites", sites]);
        // One image takes a tenth of a second.
        command.args(["--input-size", "896", "--threads", "1"]);
        command.arg("--images").arg(&images).arg("--out").arg(out);
        command
    };
    let sites = "layer2.1,layer4.1.pre";
    let (out, whole) = (folder.path().join("a.npz"), folder.path().join("b.npz"));
    let mut first = command(&out, sites);
    let mut first = first.stderr(Stdio::piped()).spawn().unwrap();
    let kept = || {
        let part = parts(folder.path()).pop()?;
        (fs::metadata(part).ok()?.len() > 0).then_some(())
    };
    while kept().is_none() {
        assert_eq!(first.try_wait().unwrap(), None, "it ended too early");
        std::thread::sleep(Duration::from_millis(1));
    }
    // A second one would write to the same file.
    let second = command(&out, sites).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(2), "{said}");
    assert!(said.contains("another run is writing it"), "{said}");
    let said = interrupt(first);
    assert!(said.contains("interrupted: what was read is kept"), "{said}");
    assert!(!out.exists() && parts(folder.path()).len() == 1);

    let output = command(&out, sites).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let before = said.split("goes on after ").nth(1).expect(&said);
    let before: usize = before.split(' ').next().unwrap().parse().unwrap();
    assert!((1..10).contains(&before), "{said}");
    assert_eq!(parts(folder.path()), Vec::<PathBuf>::new());
    succeed(&mut command(&whole, sites));
    assert!(fs::read(&out).unwrap() == fs::read(&whole).unwrap());
}
