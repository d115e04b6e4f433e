//! A file that fails once.

use std::io::{self, Seek, SeekFrom, Write};

/// Writes through to a file up to the first error, and nowhere after it, without another: for a writer that ends what it writes when it is
/// dropped, and would complain of what was told already. Whoever saw the error must not use the file.
#[derive(Debug)]
pub(crate) struct FirstError<W> {
    to: W,
    failed: bool,
    at: u64,
    end: u64,
}

impl<W> FirstError<W> {
    /// Of an empty file.
    pub(crate) fn new(to: W) -> FirstError<W> {
        FirstError {
            to,
            failed: false,
            at: 0,
            end: 0,
        }
    }

    fn note<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        self.failed |= matches!(&done, Err(e) if e.kind() != io::ErrorKind::Interrupted);
        done
    }

    fn moved(&mut self, to: u64) {
        self.at = to;
        self.end = self.end.max(to);
    }
}

impl<W: Write> Write for FirstError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self.failed {
            true => bytes.len(),
            false => {
                let written = self.to.write(bytes);
                self.note(written)?
            }
        };
        self.moved(self.at + written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let flushed = self.to.flush();
        self.note(flushed)
    }
}

impl<W: Seek> Seek for FirstError<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = if self.failed {
            match to {
                SeekFrom::Start(at) => at,
                SeekFrom::Current(by) => self.at.saturating_add_signed(by),
                SeekFrom::End(by) => self.end.saturating_add_signed(by),
            }
        } else {
            let sought = self.to.seek(to);
            self.note(sought)?
        };
        self.moved(at);
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Room for a few bytes.
    struct Full(io::Cursor<Vec<u8>>, usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = self
                .1
                .checked_sub(bytes.len())
                .ok_or(io::ErrorKind::StorageFull)?;
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Full {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn only_the_first_error_is_told_and_nothing_is_written_after_it() {
        let mut file = FirstError::new(Full(io::Cursor::new(Vec::new()), 4));
        file.write_all(b"abc").unwrap();
        let error = file.write_all(b"de").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        // There would be room for one more.
        file.write_all(b"f").unwrap();
        file.flush().unwrap();
        assert_eq!(file.stream_position().unwrap(), 4);
        assert_eq!(file.seek(SeekFrom::Start(1)).unwrap(), 1);
        assert_eq!(file.seek(SeekFrom::Current(1)).unwrap(), 2);
        assert_eq!(file.seek(SeekFrom::End(-1)).unwrap(), 3);
        assert_eq!(file.to.0.into_inner(), b"abc");
    }
}
