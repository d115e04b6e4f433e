//! NumPy's names of element types.

use crate::element::{Dtype, Element};
use crate::fault::TensorFault;

/// Understands NumPy's `descr` of a type, such as `<f4`.
///
/// `|V2`, two bytes of no meaning, is what NumPy writes of a bfloat16, which it does not know.
pub(super) fn parse(descr: &str) -> Result<Element, TensorFault> {
    let big_endian = descr.starts_with('>');
    let dtype = match descr {
        "<f2" | ">f2" => Dtype::Float16,
        "<f4" | ">f4" => Dtype::Float32,
        "<f8" | ">f8" => Dtype::Float64,
        "|V2" | "<V2" => Dtype::BFloat16,
        "|O" => return Err(TensorFault::PickledObject),
        _ => return Err(TensorFault::UnsupportedDtype { found: format!("{descr:?}") }),
    };
    Ok(Element { dtype, big_endian })
}
