//! The bytes of an `.npy` file, and what can be wrong with them.

mod dtype;
mod fault;
mod header;
mod literal;
mod order;

pub use fault::NpyFault;
use order::{FortranPositions, Order};

/// Reads the shape and the values, in C order, from all the bytes of an `.npy` file.
///
/// What the header claims is compared with the bytes that are there before anything is allocated.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>), NpyFault> {
    let (header, data) = header::parse(bytes)?;
    let (shape, dtype) = (header.shape, header.dtype);
    let too_large = || NpyFault::BadHeader {
        reason: format!("the shape {shape:?} is larger than any file"),
    };
    let expected = element_count(&shape)
        .and_then(|n| n.checked_mul(dtype.size()))
        .ok_or_else(too_large)? as u64;
    let found = data.len() as u64;
    if found < expected {
        return Err(NpyFault::Truncated { expected, found });
    }
    if found > expected {
        return Err(NpyFault::TrailingBytes { expected, found });
    }
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
