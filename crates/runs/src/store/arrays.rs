//! NumPy's files: arrays, and archives of them.

use super::first_error::{FirstError, Told};
use npyz::WriterBuilder;
use std::io::{self, BufWriter, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive of arrays that is written one after another.
pub(crate) struct Archive<W: Write + Seek> {
    /// It ends itself when it is dropped, and says to the terminal if that fails too: hence what it writes through.
    zip: ZipWriter<FirstError<W>>,
    told: Told,
}

impl<W: Write + Seek> Archive<W> {
    /// An empty archive.
    pub(crate) fn new(to: W) -> Archive<W> {
        let to = FirstError::new(to);
        Archive { told: to.told(), zip: ZipWriter::new(to) }
    }

    /// Adds an array of float32, row-major, whose values come in pieces.
    ///
    /// # Errors
    /// What the system or a piece says, or if the values are not as many as the shape has.
    pub(crate) fn add(
        &mut self,
        name: &str,
        shape: &[u64],
        pieces: impl Iterator<Item = io::Result<Vec<f32>>>,
    ) -> io::Result<()> {
        self.start(name)?;
        // Value by value would be a system call and a check sum each.
        let mut buffered = BufWriter::new(&mut self.zip);
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut buffered).begin_nd()?;
        for piece in pieces {
            writer.extend(piece?)?;
            self.told.check()?;
        }
        writer.finish()?;
        buffered.flush()?;
        drop(buffered);
        self.told.check()
    }

    /// Adds an array of names, which are asked for twice: how long they are is said before the first.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn add_names<I: Iterator<Item = String>>(
        &mut self,
        name: &str,
        names: impl Fn() -> I,
    ) -> io::Result<()> {
        self.start(name)?;
        let mut buffered = BufWriter::new(&mut self.zip);
        unicode_array(&mut buffered, names)?;
        buffered.flush()?;
        drop(buffered);
        self.told.check()
    }

    fn start(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
        self.zip.start_file(format!("{name}.npy"), options)?;
        self.told.check()
    }

    /// Ends it.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.zip.finish()?;
        self.told.check()
    }
}

/// What NumPy's `.npy` of float32 begins with, row-major, before the values.
pub(crate) fn npy_header(shape: &[usize]) -> io::Result<Vec<u8>> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::<f32>::new().default_dtype().shape(&shape);
    drop(options.writer(&mut bytes).begin_nd()?);
    Ok(bytes)
}

/// An array of NumPy's fixed-width Unicode strings: four bytes a character, padded with zeros.
fn unicode_array<I: Iterator<Item = String>>(to: &mut impl Write, names: impl Fn() -> I) -> io::Result<()> {
    let (count, width) =
        names().fold((0_usize, 1), |(count, width), name| (count + 1, width.max(name.chars().count())));
    let header = format!("{{'descr': '<U{width}', 'fortran_order': False, 'shape': ({count},), }}");
    // Magic, version and length take ten bytes; data begins at a multiple of 64, after a line feed.
    let padding = (64 - (10 + header.len() + 1) % 64) % 64;
    let length = u16::try_from(header.len() + padding + 1).map_err(io::Error::other)?;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(std::iter::repeat_n(b' ', padding));
    bytes.push(b'\n');
    to.write_all(&bytes)?;
    for name in names() {
        let characters = name.chars().map(u32::from).chain(std::iter::repeat(0)).take(width);
        let bytes: Vec<u8> = characters.flat_map(u32::to_le_bytes).collect();
        to.write_all(&bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array_of(names: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        unicode_array(&mut bytes, || names.iter().map(|&name| name.to_owned())).unwrap();
        bytes
    }

    #[test]
    fn names_are_padded_to_the_longest_character_by_character() {
        let bytes = array_of(&["a", "é2"]);
        assert_eq!((bytes.len() - 16) % 64, 0);
        let data = &bytes[bytes.len() - 16..];
        let characters: Vec<u32> = data.as_chunks::<4>().0.iter().map(|&b| u32::from_le_bytes(b)).collect();
        assert_eq!(characters, [97, 0, 233, 50]);
    }

    #[test]
    fn names_of_no_characters_and_no_names_are_arrays_too() {
        for (names, width) in [(&[""][..], 1), (&[], 1), (&["abc"], 3)] {
            let bytes = array_of(names);
            let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            assert_eq!((length + 10) % 64, 0);
            assert_eq!(bytes.len(), length + 10 + 4 * width * names.len());
            assert_eq!(bytes[length + 9], b'\n');
            let header = std::str::from_utf8(&bytes[10..length + 9]).unwrap();
            let expected = format!("{{'descr': '<U{width}', 'fortran_order': False, 'shape': ({},), }}", names.len());
            assert_eq!(header.trim_end(), expected);
        }
    }

    #[test]
    fn an_array_is_row_major_float32_and_an_archive_holds_each_under_its_name() {
        let values: Vec<u8> = (1..=6_u8).flat_map(|n| f32::from(n).to_le_bytes()).collect();
        let array = [npy_header(&[2, 3]).unwrap(), values.clone()].concat();
        assert!(array.starts_with(b"\x93NUMPY"));
        let header = String::from_utf8_lossy(&array[10..array.len() - 24]).into_owned();
        for part in ["'descr': '<f4'", "'fortran_order': False", "(2, 3"] {
            assert!(header.contains(part), "{header}");
        }
        let mut bytes = io::Cursor::new(Vec::new());
        let mut archive = Archive::new(&mut bytes);
        let pieces = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].map(|piece| Ok(piece.to_vec()));
        archive.add("a", &[2, 3], pieces.into_iter()).unwrap();
        archive.add_names("b", || std::iter::once("x".to_owned())).unwrap();
        archive.finish().unwrap();
        let mut archive = zip::ZipArchive::new(bytes).unwrap();
        let mut read = |name: &str| {
            let mut all = Vec::new();
            let mut member = archive.by_name(name).unwrap();
            io::Read::read_to_end(&mut member, &mut all).unwrap();
            all
        };
        assert_eq!(read("a.npy"), array);
        assert_eq!(read("b.npy"), array_of(&["x"]));
    }

    #[test]
    fn too_few_values_or_a_piece_that_fails_are_an_error() {
        let mut archive = Archive::new(io::Cursor::new(Vec::new()));
        let few = std::iter::once(Ok(vec![1.0]));
        assert!(archive.add("a", &[2], few).is_err());
        let mut archive = Archive::new(io::Cursor::new(Vec::new()));
        let failing = std::iter::once(Err(io::Error::other("gone")));
        let error = archive.add("a", &[1], failing).unwrap_err();
        assert_eq!(error.to_string(), "gone");
    }
}
