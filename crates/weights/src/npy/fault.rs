//! What can be wrong with the bytes of an `.npy` file.

/// What is wrong with the bytes of an array; the error around it names the file and the tensor.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NpyFault {
    /// The bytes do not begin as NumPy's format does.
    #[error(r"expected NumPy's \x93NUMPY at its beginning, found {found}")]
    NotNumpy {
        /// The first bytes, escaped.
        found: String,
    },
    /// The header cannot be understood.
    #[error("expected a NumPy header with descr, fortran_order and shape, found that {reason}")]
    BadHeader {
        /// What is wrong with it.
        reason: String,
    },
    /// The elements are of another type than the three that are read.
    #[error("expected the dtype float16, float32 or float64, found {found}")]
    UnsupportedDtype {
        /// The type as the header describes it.
        found: String,
    },
    /// The data end too early.
    #[error("expected {expected} bytes of data after the header, found it truncated to {found}")]
    Truncated {
        /// Bytes that shape and dtype need.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// Something follows the data.
    #[error("expected {expected} bytes of data after the header, found trailing bytes: {found} in all")]
    TrailingBytes {
        /// Bytes that shape and dtype need.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// There is a NaN or an infinity.
    #[error("expected finite values, found {found} at {index:?}")]
    NotFinite {
        /// The index, along each dimension, of the first such element in C order.
        index: Vec<usize>,
        /// The element.
        found: f64,
    },
    /// There is a number too large for single precision.
    #[error("expected values within single precision, found {found:e} at {index:?}")]
    Overflow {
        /// The index, along each dimension, of the first such element in C order.
        index: Vec<usize>,
        /// The element.
        found: f64,
    },
}
