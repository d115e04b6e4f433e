//! The bytes of an `.npy` file, and what can be wrong with them.

mod dtype;
mod fault;
mod header;
mod literal;
mod order;

pub use fault::NpyFault;
use header::Header;
use order::{FortranPositions, Order};
use std::cmp::Ordering;
use std::io::{self, Read};

/// Why the bytes of an array were not read to their end.
#[derive(Debug)]
pub(crate) enum Unread {
    /// Its header says what cannot be.
    Npy(NpyFault),
    /// They could not be read.
    Io(io::Error),
}

/// Reads the `length` bytes of an `.npy` file, and one more if there is one.
///
/// The header comes first: where it claims more or less than `length`, nothing behind it is read. A file no longer than
/// the longest header is read whole before, so that whoever checks sums at the end is heard first.
pub(crate) fn read(reader: impl Read, length: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    let mut reader = reader.take(length.saturating_add(1));
    let mut first = reader.by_ref().take(header::LONGEST as u64);
    first.read_to_end(&mut bytes).map_err(Unread::Io)?;
    if length >= header::LONGEST as u64 {
        let (header, data) = header::parse(&bytes).map_err(Unread::Npy)?;
        let behind = length.saturating_sub((bytes.len() - data.len()) as u64);
        agree(&header, behind).map_err(Unread::Npy)?;
        reader.read_to_end(&mut bytes).map_err(Unread::Io)?;
    }
    Ok(bytes)
}

/// Compares what a header claims with the number of bytes behind it.
fn agree(header: &Header, found: u64) -> Result<(), NpyFault> {
    let too_large = || NpyFault::BadHeader { reason: format!("the shape {:?} is larger than any file", header.shape) };
    let expected =
        element_count(&header.shape).and_then(|n| n.checked_mul(header.dtype.size())).ok_or_else(too_large)? as u64;
    match found.cmp(&expected) {
        Ordering::Less => Err(NpyFault::Truncated { expected, found }),
        Ordering::Greater => Err(NpyFault::TrailingBytes { expected, found }),
        Ordering::Equal => Ok(()),
    }
}

/// Reads the shape and the values, in C order, from all the bytes of an `.npy` file.
///
/// What the header claims is compared with the bytes that are there before anything is allocated.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>), NpyFault> {
    let (header, data) = header::parse(bytes)?;
    agree(&header, data.len() as u64)?;
    let (shape, dtype) = (header.shape, header.dtype);
    let values = dtype.decode(data);
    let values: Vec<f32> = match header.order {
        Order::Fortran if !values.is_empty() => FortranPositions::new(&shape).map(|i| values[i]).collect(),
        _ => values,
    };
    let Some((i, index)) = first_not_finite(&shape, &values) else {
        return Ok((shape, values));
    };
    let position = match header.order {
        Order::C => i,
        Order::Fortran => FortranPositions::new(&shape).nth(i).unwrap_or(i),
    };
    let found = dtype.decode_one(data, position);
    // The file may well hold a number, but one beyond single precision.
    Err(if found.is_finite() { NpyFault::Overflow { index, found } } else { NpyFault::NotFinite { index, found } })
}

/// The product of a shape; `None` where it is beyond the integers.
pub(crate) fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &dimension| product.checked_mul(dimension))
}

/// Where the first NaN or infinity is in C order: its position, and its index along each dimension.
pub(crate) fn first_not_finite(shape: &[usize], values: &[f32]) -> Option<(usize, Vec<usize>)> {
    let position = values.iter().position(|value| !value.is_finite())?;
    let mut rest = position;
    let mut index = vec![0; shape.len()];
    for axis in (0..shape.len()).rev() {
        index[axis] = rest % shape[axis];
        rest /= shape[axis];
    }
    Some((position, index))
}

#[cfg(test)]
mod tests {
    use super::{Unread, read};
    use std::io::{self, Read};

    /// Magic, version, length of the length, and the longest dictionary.
    const LONGEST: u64 = 6 + 2 + 4 + 65_535;

    /// A header that claims far more than follows it, then zeros without end; and how much of it was read.
    struct Lying<'a> {
        header: &'a [u8],
        read: u64,
    }

    impl Read for Lying<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = (&mut self.header).chain(io::repeat(0)).read(buffer)?;
            self.read += count as u64;
            Ok(count)
        }
    }

    fn of_length(length: u64) -> (Result<Vec<u8>, Unread>, u64) {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }\n";
        let length_of_text = u16::try_from(text.len()).unwrap().to_le_bytes();
        let header = [b"\x93NUMPY\x01\x00", &length_of_text[..], text.as_bytes()].concat();
        let mut lying = Lying { header: &header, read: 0 };
        let found = read(&mut lying, length);
        (found, lying.read)
    }

    #[test]
    fn a_file_shorter_than_the_longest_header_is_read_whole_whatever_it_claims() {
        let (found, read) = of_length(LONGEST - 1);
        // And one byte more, which shows that there is one.
        assert_eq!((found.unwrap().len() as u64, read), (LONGEST, LONGEST));
    }

    #[test]
    fn of_a_longer_one_that_claims_what_cannot_be_nothing_behind_the_longest_header_is_read() {
        for length in [LONGEST, LONGEST + 1, 1 << 40] {
            let (found, read) = of_length(length);
            assert!(matches!(found, Err(Unread::Npy(_))), "{length}");
            assert_eq!(read, LONGEST, "{length}");
        }
    }
}
