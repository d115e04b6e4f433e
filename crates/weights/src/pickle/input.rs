//! The bytes of a pickle: what is claimed is compared with what is there.

use std::io::Read;

use super::Stopped;

/// Longest line of a text opcode.
const LONGEST_LINE: usize = 1 << 16;

/// Bytes that are read forward.
pub(crate) struct Input<'a> {
    reader: &'a mut dyn Read,
    /// How many were read.
    position: u64,
    /// How many there are at most.
    length: u64,
}

impl<'a> Input<'a> {
    /// What follows in a reader, `length` bytes at most.
    pub(crate) fn new(reader: &'a mut dyn Read, length: u64) -> Input<'a> {
        Input { reader, position: 0, length }
    }

    /// How many bytes were read.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Exactly so many bytes.
    pub(super) fn bytes(&mut self, count: u64) -> Result<Vec<u8>, Stopped> {
        if count > self.length - self.position {
            return Err(self.ends());
        }
        let mut bytes = Vec::new();
        let read = (&mut *self.reader).take(count).read_to_end(&mut bytes).map_err(Stopped::Io)?;
        self.position += read as u64;
        if (read as u64) < count { Err(self.ends()) } else { Ok(bytes) }
    }

    /// An array of bytes.
    pub(super) fn array<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], Stopped> {
        let mut bytes = [0; SIZE];
        if SIZE as u64 > self.length - self.position {
            return Err(self.ends());
        }
        self.reader.read_exact(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => self.ends(),
            _ => Stopped::Io(error),
        })?;
        self.position += SIZE as u64;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Stopped> {
        Ok(self.array::<1>()?[0])
    }

    /// The text up to the next line break, which is taken too.
    pub(super) fn line(&mut self) -> Result<String, Stopped> {
        let mut line = Vec::new();
        loop {
            match self.byte()? {
                b'\n' => {
                    return String::from_utf8(line).map_err(|_| Stopped::Corrupt("a line in it is no text".into()));
                }
                _ if line.len() == LONGEST_LINE => {
                    return Err(Stopped::Corrupt(format!("a line in it has more than {LONGEST_LINE} bytes")));
                }
                byte => line.push(byte),
            }
        }
    }

    /// A text of so many bytes.
    pub(super) fn text(&mut self, count: u64) -> Result<String, Stopped> {
        String::from_utf8(self.bytes(count)?).map_err(|_| Stopped::Corrupt("a string in its pickle is no UTF-8".into()))
    }

    fn ends(&self) -> Stopped {
        Stopped::Corrupt(format!("its pickle ends early, within what begins at its byte {}", self.position))
    }
}
