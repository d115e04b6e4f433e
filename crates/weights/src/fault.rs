//! What can be wrong with one tensor.

/// What is wrong with the bytes of a tensor; the error around it names the file and the tensor.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TensorFault {
    /// The bytes do not begin as NumPy's format does.
    #[error(r"expected NumPy's \x93NUMPY at its beginning, found {found}")]
    NotNumpy {
        /// The first bytes, escaped.
        found: String,
    },
    /// NumPy's header cannot be understood.
    #[error("expected a NumPy header with descr, fortran_order and shape, found that {reason}")]
    BadHeader {
        /// What is wrong with it.
        reason: String,
    },
    /// An array of Python objects, which only running their pickle would make.
    #[error("expected an array of numbers, found one pickled object: save with numpy.savez(path, **state)")]
    PickledObject,
    /// The elements are of another type than the four that are read.
    #[error("expected the dtype float16, bfloat16, float32 or float64, found {found}")]
    UnsupportedDtype {
        /// The type as the file describes it.
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
    /// A shape, strides and an offset that do not go together, or reach out of the storage that they are laid over.
    #[error("expected elements within its storage, found that {reason}")]
    OutOfStorage {
        /// What is wrong with them.
        reason: String,
    },
    /// A storage that is not what the pickle says.
    #[error("expected a storage as its pickle describes it, found that {reason}")]
    NoStorage {
        /// What is there instead.
        reason: String,
    },
    /// It would take more memory than a file of this size may.
    #[error(
        "expected no more than {left} bytes, which are left to a file of this size, found that it would unpack to {size}"
    )]
    TooLarge {
        /// Bytes that it would take.
        size: u64,
        /// Bytes that are left.
        left: u64,
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
