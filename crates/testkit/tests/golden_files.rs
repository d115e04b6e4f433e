//! Reference values that are damaged, of another type or order, or not there are refused by name: none is taken for
//! another.

use std::fs;
use std::io::Write;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use testkit::golden::{Archive, fixtures_dir, npy_f32};

/// An .npy file.
fn npy(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    header.push_str(&" ".repeat((64 - (11 + header.len()) % 64) % 64));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(data);
    bytes
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn npz(path: &Path, members: &[(&str, Vec<u8>)]) {
    let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes) in members {
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, stored).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
}

/// What a reader says when it refuses.
fn refused<T: std::fmt::Debug>(read: impl FnOnce() -> T + std::panic::UnwindSafe) -> String {
    let cause = catch_unwind(read).expect_err("it was taken");
    cause.downcast_ref::<String>().cloned().or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap()
}

#[test]
fn a_damaged_file_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.npy");
    let good = npy("<f4", "False", "(3,)", &floats(&[1.0, 2.0, 3.0]));
    fs::write(&path, &good).unwrap();
    let read = npy_f32(&path);
    assert_eq!((read.shape, read.values), (vec![3], vec![1.0, 2.0, 3.0]));
    let mut wrong: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"GIF89a".to_vec(),
        npy("<f8", "False", "(3,)", &[0; 24]),
        npy("<i4", "False", "(3,)", &[0; 12]),
        npy("<f4", "True", "(3, 1)", &[0; 12]),
        npy("<f4", "False", "(4,)", &[0; 12]),
        [&good[..], &[0]].concat(),
    ];
    // Cut off anywhere.
    wrong.extend([1, 6, 10, 40, good.len() - 12, good.len() - 4, good.len() - 1].map(|n| good[..n].to_vec()));
    for bytes in wrong {
        fs::write(&path, &bytes).unwrap();
        let of = path.clone();
        let said = refused(move || npy_f32(of));
        assert!(said.contains("values.npy"), "{} bytes: {said}", bytes.len());
    }
    let absent = folder.path().join("absent.npy");
    assert!(refused(move || npy_f32(absent)).contains("absent.npy"));
}

#[test]
fn every_type_is_read_as_itself_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.npz");
    let of_f64: Vec<u8> = [0.1_f64, -7.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let of_i64: Vec<u8> = [-3_i64, 1 << 40].iter().flat_map(|v| v.to_le_bytes()).collect();
    npz(
        &path,
        &[
            ("single.npy", npy("<f4", "False", "(2,)", &floats(&[0.1, -7.0]))),
            ("double.npy", npy("<f8", "False", "(2,)", &of_f64)),
            ("bytes.npy", npy("|u1", "False", "(1, 2)", &[7, 255])),
            ("whole.npy", npy("<i8", "False", "(2,)", &of_i64)),
            ("notes.txt", b"no array".to_vec()),
        ],
    );
    let archive = Archive::open(&path);
    let mut names = archive.names();
    names.sort();
    assert_eq!(names, ["bytes", "double", "single", "whole"]);
    assert_eq!(archive.f32("single").values, [0.1, -7.0]);
    assert_eq!(archive.f64("double").values, [0.1, -7.0]);
    assert_eq!(archive.f64("single").values, [f64::from(0.1_f32), -7.0]);
    let bytes = archive.u8("bytes");
    assert_eq!((bytes.shape, bytes.values), (vec![1, 2], vec![7, 255]));
    assert_eq!(archive.i64("whole").values, [-3, 1 << 40]);
    type Read = fn(&Archive, &str);
    let readers: [(&str, Read); 4] = [
        ("single", |a, n| drop(a.f32(n))),
        ("double", |a, n| drop(a.f64(n))),
        ("bytes", |a, n| drop(a.u8(n))),
        ("whole", |a, n| drop(a.i64(n))),
    ];
    for (of, read) in readers {
        for name in ["single", "double", "bytes", "whole", "absent", "notes"] {
            let taken = name == of || (of, name) == ("double", "single");
            if !taken {
                let (archive, owned) = (archive.clone(), name.to_owned());
                let said = refused(move || read(&archive, &owned));
                assert!(said.contains("values.npz") && said.contains(name), "{of} of {name}: {said}");
            }
        }
    }
}

#[test]
fn a_damaged_archive_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.npz");
    npz(&path, &[("a.npy", npy("<f4", "False", "(2,)", &floats(&[1.0, 2.0])))]);
    let good = fs::read(&path).unwrap();
    let data = good.windows(4).position(|w| w == 2.0_f32.to_le_bytes()).unwrap();
    let mut flipped = good.clone();
    flipped[data] ^= 1;
    for bytes in [Vec::new(), b"no archive".to_vec(), good[..good.len() / 2].to_vec(), flipped] {
        fs::write(&path, bytes).unwrap();
        let archive = Archive::open(&path);
        let said = refused(move || archive.f32("a"));
        assert!(said.contains("values.npz"), "{said}");
    }
    let folder: PathBuf = folder.path().to_owned();
    assert!(refused(move || Archive::open(folder)).contains("expected reference values"));
}

#[test]
fn the_projects_own_files_are_found_from_anywhere() {
    assert!(fixtures_dir().join("resnet18-16.npz").is_file());
    assert!(fixtures_dir().is_absolute());
}
