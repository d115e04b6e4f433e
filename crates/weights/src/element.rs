//! Floating-point element types and their bytes.

use half::{bf16, f16};
use std::fmt;

/// The type of a tensor's elements in its file; in memory all are single.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// IEEE half precision.
    Float16,
    /// The upper half of single precision.
    BFloat16,
    /// IEEE single precision.
    Float32,
    /// IEEE double precision.
    Float64,
}

impl Dtype {
    /// Bytes of an element.
    pub fn size(self) -> usize {
        match self {
            Dtype::Float16 | Dtype::BFloat16 => 2,
            Dtype::Float32 => 4,
            Dtype::Float64 => 8,
        }
    }

    /// Its name, NumPy's and PyTorch's.
    pub fn name(self) -> &'static str {
        match self {
            Dtype::Float16 => "float16",
            Dtype::BFloat16 => "bfloat16",
            Dtype::Float32 => "float32",
            Dtype::Float64 => "float64",
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An element as it stands in a file: its type and the order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) dtype: Dtype,
    pub(crate) big_endian: bool,
}

impl Element {
    /// Little-endian elements of a type.
    pub(crate) fn little(dtype: Dtype) -> Element {
        Element { dtype, big_endian: false }
    }

    /// Bytes of an element.
    pub(crate) fn size(self) -> usize {
        self.dtype.size()
    }

    /// Gives every element of some bytes, in their order and exactly: all four types are within double precision.
    pub(crate) fn each(self, data: &[u8], mut take: impl FnMut(f64)) {
        match (self.dtype, self.big_endian) {
            (Dtype::Float16, false) => decode(data, |bytes| f16::from_le_bytes(bytes).to_f64(), &mut take),
            (Dtype::Float16, true) => decode(data, |bytes| f16::from_be_bytes(bytes).to_f64(), &mut take),
            (Dtype::BFloat16, false) => decode(data, |bytes| bf16::from_le_bytes(bytes).to_f64(), &mut take),
            (Dtype::BFloat16, true) => decode(data, |bytes| bf16::from_be_bytes(bytes).to_f64(), &mut take),
            (Dtype::Float32, false) => decode(data, |bytes| f32::from_le_bytes(bytes).into(), &mut take),
            (Dtype::Float32, true) => decode(data, |bytes| f32::from_be_bytes(bytes).into(), &mut take),
            (Dtype::Float64, false) => decode(data, f64::from_le_bytes, &mut take),
            (Dtype::Float64, true) => decode(data, f64::from_be_bytes, &mut take),
        }
    }

    /// The first element of some bytes, which hold one.
    pub(crate) fn first(self, data: &[u8]) -> f64 {
        let mut found = f64::NAN;
        self.each(&data[..self.size()], |value| found = value);
        found
    }
}

fn decode<const SIZE: usize>(data: &[u8], element: impl Fn([u8; SIZE]) -> f64, take: &mut impl FnMut(f64)) {
    data.as_chunks().0.iter().for_each(|&bytes| take(element(bytes)));
}
