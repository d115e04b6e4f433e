//! Floating-point element types and their bytes.

use half::f16;

use super::NpyFault;

/// The width of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Half,
    Single,
    Double,
}

/// The type of an element: width and byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dtype {
    width: Width,
    big_endian: bool,
}

impl Dtype {
    /// Understands NumPy's `descr` of a type, such as `<f4`.
    pub(crate) fn parse(descr: &str) -> Result<Dtype, NpyFault> {
        let unsupported = || NpyFault::UnsupportedDtype { found: format!("{descr:?}") };
        let big_endian = match descr.chars().next() {
            Some('<') => false,
            Some('>') => true,
            _ => return Err(unsupported()),
        };
        let width = match &descr[1..] {
            "f2" => Width::Half,
            "f4" => Width::Single,
            "f8" => Width::Double,
            _ => return Err(unsupported()),
        };
        Ok(Dtype { width, big_endian })
    }

    /// Bytes of an element.
    pub(crate) fn size(self) -> usize {
        match self.width {
            Width::Half => 2,
            Width::Single => 4,
            Width::Double => 8,
        }
    }

    /// Decodes all elements, in the order of the file, each to the nearest single-precision number.
    pub(crate) fn decode(self, data: &[u8]) -> Vec<f32> {
        match (self.width, self.big_endian) {
            (Width::Half, false) => elements(data, |bytes| f16::from_le_bytes(bytes).to_f32()),
            (Width::Half, true) => elements(data, |bytes| f16::from_be_bytes(bytes).to_f32()),
            (Width::Single, false) => elements(data, f32::from_le_bytes),
            (Width::Single, true) => elements(data, f32::from_be_bytes),
            (Width::Double, false) => elements(data, |bytes| nearest(f64::from_le_bytes(bytes))),
            (Width::Double, true) => elements(data, |bytes| nearest(f64::from_be_bytes(bytes))),
        }
    }

    /// Decodes the element at a position of the file, exactly.
    pub(crate) fn decode_one(self, data: &[u8], position: usize) -> f64 {
        let element = &data[position * self.size()..][..self.size()];
        match (self.width, self.big_endian) {
            (Width::Double, false) => elements(element, f64::from_le_bytes)[0],
            (Width::Double, true) => elements(element, f64::from_be_bytes)[0],
            _ => f64::from(self.decode(element)[0]),
        }
    }
}

fn elements<const SIZE: usize, T>(data: &[u8], decode: impl Fn([u8; SIZE]) -> T) -> Vec<T> {
    data.as_chunks().0.iter().map(|&bytes| decode(bytes)).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding to nearest is what is asked for; overflow becomes infinite and is reported"
)]
fn nearest(value: f64) -> f32 {
    value as f32
}
