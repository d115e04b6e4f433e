//! The end of a file that grows record by record.

use std::fs::File;
use std::io::{self, Write};

/// A file that can be cut.
pub(super) trait Cut: Write {
    fn cut(&mut self, to: u64) -> io::Result<()>;
}

impl Cut for File {
    fn cut(&mut self, to: u64) -> io::Result<()> {
        self.set_len(to)
    }
}

/// A file that is only appended to, and where its last whole record ends.
#[derive(Debug)]
pub(super) struct Tail<F> {
    pub(super) file: F,
    pub(super) end: u64,
}

impl<F: Cut> Tail<F> {
    /// Appends a record; where it begins.
    ///
    /// # Errors
    /// If it cannot be written; then what was written of it is cut off again, where that can be done.
    pub(super) fn append(&mut self, record: &[u8]) -> io::Result<u64> {
        let at = self.end;
        if let Err(error) = self.file.write_all(record) {
            // If that fails too, whoever opens the file next cuts it.
            let _ = self.file.cut(at);
            return Err(error);
        }
        self.end += record.len() as u64;
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Journal, images_held, record};
    use super::*;
    use std::fs::{self, OpenOptions};

    /// A file on a disk with room for some bytes, which may be cut or not.
    struct Full {
        file: File,
        room: usize,
        cuts: bool,
    }

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let some = bytes.len().min(self.room);
            if some == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.room -= some;
            self.file.write(&bytes[..some])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Cut for Full {
        fn cut(&mut self, to: u64) -> io::Result<()> {
            match self.cuts {
                true => self.file.set_len(to),
                false => Err(io::ErrorKind::StorageFull.into()),
            }
        }
    }

    #[test]
    fn a_write_that_fails_anywhere_loses_no_whole_record_and_the_journal_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let records: Vec<_> = (0..3).map(|i| record(&[i; 32], &[f32::from(i)])).collect();
        let length = records[0].len();
        for (room, cuts) in (0..3 * length).flat_map(|room| [(room, true), (room, false)]) {
            let path = folder.path().join(format!("{room}-{cuts}"));
            let opened = OpenOptions::new().append(true).create(true).open(&path);
            let file = Full { file: opened.unwrap(), room, cuts };
            let mut tail = Tail { file, end: 0 };
            let kept = records.iter().map(|r| tail.append(r));
            let kept = kept.take_while(Result::is_ok).count();
            assert_eq!(kept, room / length);
            assert_eq!(tail.end, (kept * length) as u64);
            let bytes = fs::read(&path).unwrap();
            assert_eq!(bytes.len(), if cuts { kept * length } else { room });
            let (mut journal, known) = Journal::open(&path, 1).unwrap();
            assert_eq!(known.len(), kept, "room for {room}");
            for image in 0..3 {
                if !journal.holds(&[image; 32]) {
                    journal.keep(&[image; 32], &[f32::from(image)]).unwrap();
                }
            }
            assert_eq!(images_held(&fs::read(&path).unwrap()), Some(3));
            assert_eq!(fs::read(&path).unwrap(), records.concat());
        }
    }
}
