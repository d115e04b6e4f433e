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
/// The header comes first: where it claims more or less than `length`, nothing behind it is read. A file no longer than the
/// longest header is read whole before, so that whoever checks sums at the end is heard first.
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
    let too_large = || NpyFault::BadHeader {
        reason: format!("the shape {:?} is larger than any file", header.shape),
    };
    let expected = element_count(&header.shape)
        .and_then(|n| n.checked_mul(header.dtype.size()))
        .ok_or_else(too_large)? as u64;
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
        Order::Fortran if !values.is_empty() => {
            FortranPositions::new(&shape).map(|i| values[i]).collect()
        }
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
    Err(if found.is_finite() {
        NpyFault::Overflow { index, found }
    } else {
        NpyFault::NotFinite { index, found }
    })
}

/// The product of a shape; `None` where it is beyond the integers.
pub(crate) fn element_count(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &dimension| {
        product.checked_mul(dimension)
    })
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
