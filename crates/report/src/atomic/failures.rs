//! Every call that changes the disk fails once.

use super::*;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{Seek, SeekFrom};
use std::rc::Rc;
use tempfile::TempPath;

/// The system, but for the call of one number; and what was called.
#[derive(Clone)]
struct Failing(Rc<Calls>);

struct Calls {
    fails: Option<usize>,
    /// Whether what fails at a write has written half.
    half: bool,
    count: Cell<usize>,
    named: RefCell<Vec<String>>,
}

impl Failing {
    fn at(fails: Option<usize>, half: bool) -> Failing {
        Failing(Rc::new(Calls { fails, half, count: Cell::new(0), named: RefCell::default() }))
    }

    fn call(&self, named: String) -> io::Result<()> {
        let this = self.0.count.get();
        self.0.count.set(this + 1);
        self.0.named.borrow_mut().push(named);
        match self.0.fails == Some(this) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

/// A path's last name, without what differs from process to process.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match name.ends_with(".tmp") {
        true => "temporary".to_owned(),
        false => name.into_owned(),
    }
}

struct FailingFile(File, Failing);

impl Write for FailingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.1.call("write".to_owned()) {
            if self.1.0.half {
                self.0.write_all(&bytes[..bytes.len() / 2])?;
            }
            return Err(error);
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for FailingFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Disk for Failing {
    type File = FailingFile;

    fn create(&self, path: &Path) -> io::Result<FailingFile> {
        self.call(format!("create {}", name(path)))?;
        Ok(FailingFile(System.create(path)?, self.clone()))
    }

    fn sync(&self, file: &FailingFile) -> io::Result<()> {
        self.call("sync".to_owned())?;
        System.sync(&file.0)
    }

    fn persist(&self, file: TempPath, to: &Path) -> io::Result<()> {
        self.call(format!("rename {} {}", name(&file), name(to)))?;
        System.persist(file, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(format!("sync folder {}", name(folder)))?;
        System.sync_folder(folder)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(format!("make {}", name(folder)))?;
        System.make_folder(folder)
    }
}

const PIECES: [&[u8]; 3] = [b"new ", b"and ", b"whole"];

fn pieces(file: &mut impl Write) -> io::Result<()> {
    PIECES.iter().try_for_each(|piece| file.write_all(piece))
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_file_is_synced_before_its_name_and_the_folder_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Failing::at(None, false);
    fs::create_dir(folder.path().join("there")).unwrap();
    place(&disk, &folder.path().join("there/a/b/file"), pieces).unwrap();
    let calls = disk.0.named.borrow();
    assert_eq!(
        calls.join("\n"),
        "make a\nsync folder there\nmake b\nsync folder a\ncreate temporary\nwrite\nwrite\nwrite\nsync\n\
         rename temporary file\nsync folder b"
    );
}

#[test]
fn whichever_call_fails_the_file_is_as_before_or_whole_and_nothing_else_is_left() {
    for (before, half) in [(false, false), (false, true), (true, false), (true, true)] {
        let count = |fails| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a/b/file");
            if before {
                write_atomically(&path, b"old").unwrap();
            }
            let disk = Failing::at(fails, half);
            let placed = place(&disk, &path, pieces);
            assert_eq!(placed.is_err(), fails.is_some(), "call {fails:?}");
            let renamed = disk.0.named.borrow().last().unwrap() == "sync folder b";
            let old = before.then(|| b"old".to_vec());
            let expected = if renamed { Some(PIECES.concat()) } else { old };
            assert_eq!(fs::read(&path).ok(), expected, "call {fails:?}");
            if let Err(error) = placed {
                assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            }
            if let Some(folder) = path.parent().filter(|f| f.is_dir()) {
                let left = expected.map(|_| "file".to_owned()).into_iter().collect();
                assert_eq!(names(folder), left, "call {fails:?}");
            }
            // The same again without the failure.
            place(&Failing::at(None, false), &path, pieces).unwrap();
            assert_eq!(fs::read(&path).unwrap(), PIECES.concat());
            assert_eq!(names(path.parent().unwrap()), ["file".to_owned()].into());
            disk.0.count.get()
        };
        let calls = count(None);
        assert_eq!(calls, if before { 7 } else { 11 });
        for fails in 0..calls {
            count(Some(fails));
        }
    }
}

#[test]
fn a_full_disk_names_the_way_on() {
    let said = |kind| way_on(&io::Error::from(kind));
    assert!(said(io::ErrorKind::StorageFull).contains("free space and run the same command again"));
    assert_eq!(said(io::ErrorKind::NotFound), "");
}
