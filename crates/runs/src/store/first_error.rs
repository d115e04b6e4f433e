//! A file that hides its errors.

use std::cell::RefCell;
use std::io::{self, Seek, SeekFrom, Write};
use std::rc::Rc;

/// Writes through to a file up to the first error, and nowhere after it, and tells that error to whoever asks rather
/// than to who writes: a writer of archives that saw it would end the archive all the same when it is dropped, and
/// complain or panic.
#[derive(Debug)]
pub(crate) struct FirstError<W> {
    to: W,
    error: Told,
    failed: bool,
    at: u64,
    end: u64,
}

/// Where the first error is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told(Rc<RefCell<Option<io::Error>>>);

impl Told {
    /// Fails, once, if the file failed.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn check(&self) -> io::Result<()> {
        self.0.borrow_mut().take().map_or(Ok(()), Err)
    }
}

impl<W> FirstError<W> {
    /// Of an empty file.
    pub(crate) fn new(to: W) -> FirstError<W> {
        FirstError { to, error: Told::default(), failed: false, at: 0, end: 0 }
    }

    /// Where its error is told.
    pub(crate) fn told(&self) -> Told {
        self.error.clone()
    }

    /// What was done, or `instead` where the file failed.
    fn hide<T>(&mut self, done: io::Result<T>, instead: T) -> io::Result<T> {
        match done {
            // Is asked for again.
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.failed = true;
                *self.error.0.borrow_mut() = Some(error);
                Ok(instead)
            }
            done => done,
        }
    }

    fn moved(&mut self, to: u64) {
        self.at = to;
        self.end = self.end.max(to);
    }
}

impl<W: Write> Write for FirstError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = bytes.len();
        if !self.failed {
            let done = match self.to.write(bytes) {
                Ok(0) if !bytes.is_empty() => Err(io::ErrorKind::WriteZero.into()),
                done => done,
            };
            written = self.hide(done, bytes.len())?;
        }
        self.moved(self.at + written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let flushed = self.to.flush();
        self.hide(flushed, ())
    }
}

impl<W: Seek> Seek for FirstError<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        if !self.failed {
            let sought = self.to.seek(to);
            at = self.hide(sought, at)?;
        }
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
            self.1 = self.1.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
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

    /// Takes nothing at all, and says that this is no error; asks again, the first time.
    struct Nowhere {
        asks_again: bool,
    }

    impl Write for Nowhere {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            match std::mem::take(&mut self.asks_again) {
                true => Err(io::ErrorKind::Interrupted.into()),
                false => Ok(0),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_file_that_takes_nothing_has_failed_and_one_that_is_given_nothing_has_not() {
        let mut file = FirstError::new(Nowhere { asks_again: false });
        let told = file.told();
        assert_eq!(file.write(b"").unwrap(), 0);
        assert!(told.check().is_ok() && !file.failed);
        // What was to be written counts as written.
        assert_eq!(file.write(b"abc").unwrap(), 3);
        assert_eq!(told.check().unwrap_err().kind(), io::ErrorKind::WriteZero);
        assert!(file.failed);
    }

    #[test]
    fn a_call_that_a_signal_ended_is_made_again_and_is_no_error() {
        let mut file = FirstError::new(Nowhere { asks_again: true });
        let told = file.told();
        assert_eq!(file.write(b"abc").unwrap_err().kind(), io::ErrorKind::Interrupted);
        assert!(told.check().is_ok() && !file.failed);
    }

    #[test]
    fn the_first_error_is_told_once_to_who_asks_and_nothing_is_written_after_it() {
        let mut file = FirstError::new(Full(io::Cursor::new(Vec::new()), 4));
        file.write_all(b"abc").unwrap();
        let told = file.told();
        told.check().unwrap();
        file.write_all(b"de").unwrap();
        // There would be room for one more.
        file.write_all(b"f").unwrap();
        file.flush().unwrap();
        assert_eq!(file.stream_position().unwrap(), 6);
        assert_eq!(file.seek(SeekFrom::Start(1)).unwrap(), 1);
        assert_eq!(file.seek(SeekFrom::Current(1)).unwrap(), 2);
        assert_eq!(file.seek(SeekFrom::End(-1)).unwrap(), 5);
        let error = told.check().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        told.check().unwrap();
        assert_eq!(file.to.0.into_inner(), b"abc");
    }
}
