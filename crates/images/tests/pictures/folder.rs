//! The order of images, and folders that are not ones.

use images::Folder;
use std::fs;
use std::path::Path;

fn touch(directory: &Path, names: &[&str]) {
    for name in names {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
}

fn names(directory: &Path) -> Vec<String> {
    Folder::open(directory).unwrap().entries().map(|entry| entry.name).collect()
}

#[test]
fn images_come_by_class_folder_then_file_name() {
    let directory = tempfile::tempdir().unwrap();
    touch(directory.path(), &["n2/a.png", "n10/b.JPEG", "n10/a.jpg", "n10/B.jpg", "n1/é.PnG", "z.jpg", "Z.jpeg"]);
    // Bytes, not numbers or letters: capitals first, n10 before n2.
    assert_eq!(
        names(directory.path()),
        ["Z.jpeg", "z.jpg", "n1/é.PnG", "n10/B.jpg", "n10/a.jpg", "n10/b.JPEG", "n2/a.png"]
    );
}

#[test]
fn the_path_and_the_class_of_an_image_are_known() {
    let directory = tempfile::tempdir().unwrap();
    touch(directory.path(), &["cat/one.jpg", "two.png"]);
    let folder = Folder::open(directory.path()).unwrap();
    let entries: Vec<_> = folder.entries().collect();
    let [two, one] = &entries[..] else { panic!("two images") };
    assert_eq!((two.class.as_deref(), &two.path), (None, &directory.path().join("two.png")));
    assert_eq!((one.class.as_deref(), &one.path), (Some("cat"), &directory.path().join("cat/one.jpg")));
    assert_eq!(folder.path(), directory.path());
}

/// torchvision 0.24's `make_dataset`, which `ImageFolder` calls, lists these files in this order, links included.
#[cfg(unix)]
#[test]
fn folders_at_any_depth_come_in_torchvisions_order() {
    use std::os::unix::fs::symlink;

    let directory = tempfile::tempdir().unwrap();
    let images = [
        "a/b/2.jpg",
        "a/b/10.jpg",
        "a/b-c/1.png",
        "a/b/c/1.jpg",
        "a/z.jpg",
        "a/B.jpg",
        "a-b/1.jpg",
        "a.b/x/y/z/1.jpeg",
        "\u{e9}/1.jpg",
        "z/1.jpg",
        "z/\u{1f600}.jpg",
        "z/\u{ff5e}.jpg",
    ];
    touch(directory.path(), &images);
    symlink(directory.path().join("a/b"), directory.path().join("z/linked")).unwrap();
    let expected = [
        "a/B.jpg",
        "a/z.jpg",
        "a/b/10.jpg",
        "a/b/2.jpg",
        "a/b-c/1.png",
        "a/b/c/1.jpg",
        "a-b/1.jpg",
        "a.b/x/y/z/1.jpeg",
        "z/1.jpg",
        "z/\u{ff5e}.jpg",
        "z/\u{1f600}.jpg",
        "z/linked/10.jpg",
        "z/linked/2.jpg",
        "z/linked/c/1.jpg",
        "\u{e9}/1.jpg",
    ];
    assert_eq!(names(directory.path()), expected);
}

#[test]
fn a_dataset_beside_a_flat_folder_is_read_whole() {
    let directory = tempfile::tempdir().unwrap();
    touch(directory.path(), &["train/n01/x.JPEG", "train/n02/y.JPEG", "val/1.JPEG", "val/2.JPEG"]);
    assert_eq!(names(directory.path()), ["train/n01/x.JPEG", "train/n02/y.JPEG", "val/1.JPEG", "val/2.JPEG"]);
    let folder = Folder::open(directory.path()).unwrap();
    let classes: Vec<_> = folder.entries().map(|entry| entry.class.unwrap()).collect();
    assert_eq!(classes, ["train", "train", "val", "val"]);
}

#[test]
fn images_are_known_by_their_content_whatever_they_are_called() {
    let directory = tempfile::tempdir().unwrap();
    let sources = [
        "grey.jpg",
        "grey_1.png",
        "formats/colors_2.gif",
        "formats/core_1.bmp",
        "formats/planes.tif",
        "formats/animated.webp",
    ];
    for (at, source) in sources.iter().enumerate() {
        fs::copy(crate::fixtures::path(source), directory.path().join(format!("{at}.dat"))).unwrap();
    }
    fs::copy(crate::fixtures::path("grey.jpg"), directory.path().join("without_ending")).unwrap();
    // And by their names, so that reading them says what they are.
    touch(directory.path(), &["a.jfif", "b.jpe", "c.TIFF", "d.WebP"]);
    let folder = Folder::open(directory.path()).unwrap();
    assert!(folder.passed_over().is_empty());
    let expected =
        ["0.dat", "1.dat", "2.dat", "3.dat", "4.dat", "5.dat", "a.jfif", "b.jpe", "c.TIFF", "d.WebP", "without_ending"];
    assert_eq!(names(directory.path()), expected);
}

#[test]
fn what_is_passed_over_is_counted_by_kind() {
    let directory = tempfile::tempdir().unwrap();
    let names_of = [
        "a.jpg",
        ".b.jpg",
        "jpg",
        "labels.txt",
        "more/LABELS.TXT",
        ".cache/d.jpg",
        "class/._e.png",
        "__MACOSX/class/f.png",
        "class/g.png",
    ];
    touch(directory.path(), &names_of);
    fs::write(directory.path().join("class/h"), b"\0\0\0\x18ftypheic\0\0\0\0").unwrap();
    fs::write(directory.path().join("class/i.ppm"), b"P6\n1 1\n255\n123").unwrap();
    let folder = Folder::open(directory.path()).unwrap();
    assert_eq!(names(directory.path()), ["a.jpg", "class/g.png"]);
    assert_eq!(
        folder.passed_over().to_string(),
        "9 files passed over: 4 hidden, 2 .txt, 1 HEIC, 1 Netpbm, 1 without an ending"
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_are_noticed() {
    use std::os::unix::fs::symlink;

    let directory = tempfile::tempdir().unwrap();
    touch(directory.path(), &["a/1.jpg", "b/2.jpg"]);
    symlink("..", directory.path().join("a/up")).unwrap();
    symlink(directory.path().join("b"), directory.path().join("a/over")).unwrap();
    symlink(directory.path().join("a"), directory.path().join("b/over")).unwrap();
    symlink(".", directory.path().join("b/here")).unwrap();
    let folder = Folder::open(directory.path()).unwrap();
    assert_eq!(names(directory.path()), ["a/1.jpg", "a/over/2.jpg", "b/2.jpg", "b/over/1.jpg"]);
    // Of a: up, over/over, over/here; of b: here, over/over, over/up.
    assert_eq!(folder.passed_over().to_string(), "6 files passed over: 6 leading back");
}

#[test]
fn a_folder_without_images_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let said = |found: &str| {
        let expected = "expected a JPEG, PNG, WebP, GIF, BMP or TIFF in this directory or below it, found";
        assert_eq!(
            Folder::open(directory.path()).unwrap_err().to_string(),
            format!("{}: {expected} {found}", directory.path().display())
        );
    };
    said("none");
    touch(directory.path(), &["labels.txt", "class/.a.jpg"]);
    said("none (2 files passed over: 1 .txt, 1 hidden)");
}

#[test]
fn a_file_is_not_a_folder() {
    let directory = tempfile::tempdir().unwrap();
    touch(directory.path(), &["a.jpg"]);
    let path = directory.path().join("a.jpg");
    assert_eq!(
        Folder::open(&path).unwrap_err().to_string(),
        format!("{}: expected a directory of images, found a file", path.display())
    );
}

#[test]
fn a_missing_folder_is_named() {
    let sentence = Folder::open("no/such/folder").unwrap_err().to_string();
    assert!(sentence.starts_with("no/such/folder: expected to read it, found that the system refuses: "), "{sentence}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_dead_ones_listed() {
    use std::os::unix::fs::symlink;

    let elsewhere = tempfile::tempdir().unwrap();
    touch(elsewhere.path(), &["class/a.jpg"]);
    let directory = tempfile::tempdir().unwrap();
    symlink(elsewhere.path().join("class"), directory.path().join("linked")).unwrap();
    symlink(elsewhere.path().join("class/a.jpg"), directory.path().join("b.jpg")).unwrap();
    // Listed, so that whoever reads it reports it, rather than missing in silence.
    symlink("nowhere", directory.path().join("dead.jpg")).unwrap();
    assert_eq!(names(directory.path()), ["b.jpg", "dead.jpg", "linked/a.jpg"]);
}
