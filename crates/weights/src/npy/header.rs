//! The header of an `.npy` file: magic, version, length, and a Python dictionary.

use super::descr;
use super::literal::{Literal, Scanner};
use crate::element::Element;
use crate::fault::TensorFault;

/// How an `.npy` file begins.
pub(crate) const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Longest dictionary that is read: all that version 1 can say, and more than ten times what NumPy itself reads
/// unasked.
const LONGEST_DICTIONARY: usize = 0xffff;

/// No header that is read ends later: magic, version, and the length of the longest dictionary, then that.
pub(crate) const LONGEST: usize = MAGIC.len() + 2 + 4 + LONGEST_DICTIONARY;

/// NumPy's own limit (NPY_MAXDIMS).
const MOST_DIMENSIONS: usize = 64;

/// Which index of an array varies fastest in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last.
    C,
    /// The first.
    Fortran,
}

/// What a header says about the data after it.
#[derive(Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) element: Element,
    pub(crate) order: Order,
    pub(crate) shape: Vec<usize>,
}

/// Splits the bytes of an `.npy` file into its header and its data.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Header, &[u8]), TensorFault> {
    let not_numpy = || {
        let beginning = &bytes[..bytes.len().min(MAGIC.len())];
        let found = if beginning.is_empty() { "no bytes".to_owned() } else { beginning.escape_ascii().to_string() };
        TensorFault::NotNumpy { found }
    };
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(not_numpy)?;
    let cut = || bad("it ends early");
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
    // Version 3 differs from version 2 in allowing UTF-8 in names of fields.
    let (length, rest) = match version {
        [1, 0] => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        [2 | 3, 0] => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
            (usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX), rest)
        }
        [major, minor] => return Err(bad(format!("its version is {major}.{minor}"))),
    };
    if length > LONGEST_DICTIONARY {
        return Err(bad(format!("it claims {length} bytes, more than {LONGEST_DICTIONARY}")));
    }
    let (dictionary, data) = rest.split_at_checked(length).ok_or_else(cut)?;
    let dictionary = str::from_utf8(dictionary).map_err(|_| bad("it is not text"))?;
    Ok((header(dictionary)?, data))
}

/// Understands the dictionary.
fn header(dictionary: &str) -> Result<Header, TensorFault> {
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    for (key, value) in Scanner::new(dictionary).dictionary().map_err(bad)? {
        let twice = match key {
            "descr" => descr.replace(value).is_some(),
            "fortran_order" => fortran_order.replace(value).is_some(),
            "shape" => shape.replace(value).is_some(),
            _ => return Err(bad(format!("it has a key {key:?}"))),
        };
        if twice {
            return Err(bad(format!("it has the key {key:?} twice")));
        }
    }
    let element = match descr {
        Some(Literal::Text(descr)) => descr::parse(descr)?,
        Some(Literal::List(found)) => {
            return Err(TensorFault::UnsupportedDtype { found: format!("the structured type {found}") });
        }
        _ => return Err(bad("its descr is neither a string nor a list")),
    };
    let order = match fortran_order {
        Some(Literal::Truth(false)) => Order::C,
        Some(Literal::Truth(true)) => Order::Fortran,
        _ => return Err(bad("its fortran_order is neither True nor False")),
    };
    let Some(Literal::Tuple(shape)) = shape else {
        return Err(bad("its shape is not a tuple of integers"));
    };
    if shape.len() > MOST_DIMENSIONS {
        return Err(bad(format!("it has {} dimensions, more than {MOST_DIMENSIONS}", shape.len())));
    }
    Ok(Header { element, order, shape })
}

fn bad(reason: impl Into<String>) -> TensorFault {
    TensorFault::BadHeader { reason: reason.into() }
}
