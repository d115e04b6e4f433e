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
    Folder::open(directory).unwrap().entries().iter().map(|entry| entry.name.clone()).collect()
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
    let [two, one] = folder.entries() else { panic!("two images") };
    assert_eq!((two.class.as_deref(), &two.path), (None, &directory.path().join("two.png")));
    assert_eq!((one.class.as_deref(), &one.path), (Some("cat"), &directory.path().join("cat/one.jpg")));
    assert_eq!(folder.path(), directory.path());
}

#[test]
fn hidden_files_other_files_and_deeper_folders_are_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    touch(
        directory.path(),
        &[
            "a.jpg",
            ".b.jpg",
            "c.gif",
            "jpg",
            "labels.txt",
            ".cache/d.jpg",
            "class/.e.png",
            "class/deeper/f.png",
            "class/g.png",
        ],
    );
    assert_eq!(names(directory.path()), ["a.jpg", "class/g.png"]);
}

#[test]
fn a_folder_without_images_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    touch(directory.path(), &["labels.txt", ".a.jpg"]);
    assert_eq!(
        Folder::open(directory.path()).unwrap_err().to_string(),
        format!(
            "{}: expected .jpg, .jpeg or .png files in this directory or its folders, found none",
            directory.path().display()
        )
    );
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
