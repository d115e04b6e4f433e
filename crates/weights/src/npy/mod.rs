//! The bytes of an `.npy` file.

mod descr;
mod header;
mod literal;

use header::{Header, Order};
use std::cmp::Ordering;
use std::io::{self, Read};

use crate::element::Element;
use crate::fault::TensorFault;
use crate::layout::{Layout, element_count};
use crate::values::{self, Values};

/// How an `.npy` file begins.
pub(crate) use header::MAGIC;

/// Why an array was not read to its end.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is no array of finite numbers.
    Fault(TensorFault),
    /// It could not be read.
    Io(io::Error),
}

/// What an `.npy` file holds.
pub(crate) struct Array {
    pub(crate) element: Element,
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

/// Reads the array in the `length` bytes of an `.npy` file; `afford` is asked for the memory that its values need.
///
/// The header comes first: where it claims more or less than `length`, nothing behind it is read. A file no longer than
/// the longest header is read whole before, and any other to its end before values are judged, so that whoever checks
/// sums at the end is heard first.
pub(crate) fn read(
    reader: &mut dyn Read,
    length: u64,
    afford: &mut dyn FnMut(&Layout) -> Result<(), TensorFault>,
) -> Result<Array, Unread> {
    let mut first = Vec::new();
    let mut reader = reader.take(length.saturating_add(1));
    reader.by_ref().take(header::LONGEST as u64).read_to_end(&mut first).map_err(Unread::Io)?;
    let other_length =
        |found: u64| Unread::Io(io::Error::other(format!("it should have {length} bytes, and has {found} or more")));
    if first.len() < header::LONGEST && first.len() as u64 != length {
        return Err(other_length(first.len() as u64));
    }
    let (header, data) = header::parse(&first).map_err(Unread::Fault)?;
    agree(&header, length.saturating_sub((first.len() - data.len()) as u64)).map_err(Unread::Fault)?;
    let Header { element, order, shape } = header;
    let layout = match order {
        Order::C => Layout::c_order(shape),
        Order::Fortran => Layout::fortran_order(shape),
    };
    let layout = layout.ok_or_else(|| Unread::Io(io::ErrorKind::InvalidData.into()))?;
    afford(&layout).map_err(Unread::Fault)?;
    let mut data = data.chain(&mut reader);
    let values = values::read(&mut data, element, &layout).map_err(Unread::Io)?;
    // Nothing but the end, where sums are checked; or one byte too many.
    if io::copy(&mut data, &mut io::sink()).map_err(Unread::Io)? > 0 {
        return Err(other_length(length + 1));
    }
    finite(values, element, layout)
}

fn finite(values: Values, element: Element, layout: Layout) -> Result<Array, Unread> {
    let values = values.map_err(Unread::Fault)?;
    Ok(Array { element, shape: layout.into_shape(), values })
}

/// Compares what a header claims with the number of bytes behind it.
fn agree(header: &Header, found: u64) -> Result<(), TensorFault> {
    let too_large =
        || TensorFault::BadHeader { reason: format!("the shape {:?} is larger than any file", header.shape) };
    let expected =
        element_count(&header.shape).and_then(|n| n.checked_mul(header.element.size())).ok_or_else(too_large)? as u64;
    match found.cmp(&expected) {
        Ordering::Less => Err(TensorFault::Truncated { expected, found }),
        Ordering::Greater => Err(TensorFault::TrailingBytes { expected, found }),
        Ordering::Equal => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Array, Unread, read};
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

    fn of_length(length: u64) -> (Result<Array, Unread>, u64) {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }\n";
        let length_of_text = u16::try_from(text.len()).unwrap().to_le_bytes();
        let header = [b"\x93NUMPY\x01\x00", &length_of_text[..], text.as_bytes()].concat();
        let mut lying = Lying { header: &header, read: 0 };
        let found = read(&mut lying, length, &mut |_| Ok(()));
        (found, lying.read)
    }

    #[test]
    fn a_file_shorter_than_the_longest_header_is_read_whole_whatever_it_claims() {
        let (found, read) = of_length(LONGEST - 2);
        // And one byte more, which shows that there is one.
        assert!(matches!(found, Err(Unread::Io(_))));
        assert_eq!(read, LONGEST - 1);
    }

    #[test]
    fn of_a_longer_one_that_claims_what_cannot_be_nothing_behind_the_longest_header_is_read() {
        for length in [LONGEST - 1, LONGEST, LONGEST + 1, 1 << 40] {
            let (found, read) = of_length(length);
            assert!(matches!(found, Err(Unread::Fault(_))), "{length}");
            assert_eq!(read, LONGEST, "{length}");
        }
    }
}
