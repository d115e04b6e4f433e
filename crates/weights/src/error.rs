//! Every way of being wrong, as one sentence each.

use std::io;
use std::path::PathBuf;

use crate::fault::TensorFault;

/// Why weights cannot be used, naming the file, the tensor, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// There is nothing at the path.
    #[error("{}: expected {EXPECTED}, found nothing at this path", path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// What is at the path is of no kind that is read.
    #[error("{}: expected {EXPECTED}, found {found}", path.display())]
    NotWeights {
        /// The path as given.
        path: PathBuf,
        /// What is there instead, and the way on.
        found: String,
    },
    /// The operating system refused: permissions, a failing disk, too little memory.
    #[error("{}: expected to read it, found that the system refuses: {source}", path.display())]
    Io {
        /// What could not be read.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A folder without weights, or an archive without a single `.npy` file.
    #[error("{}: expected at least one .npy file inside, found none{beside}", path.display())]
    Empty {
        /// The folder or the archive.
        path: PathBuf,
        /// What is inside instead, as the rest of the sentence.
        beside: String,
    },
    /// The file as a whole cannot be read.
    #[error("{}: expected {format}, found a corrupt one: {reason}", file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// What it begins as, with its article.
        format: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// One member of an archive cannot be unpacked.
    #[error("{}: expected to unpack tensor `{tensor}`, found a corrupt archive member: {reason}", file.display())]
    CorruptMember {
        /// The archive.
        file: PathBuf,
        /// The tensor that the member would hold.
        tensor: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A PyTorch file holds something that is no state dict; nothing of it is run.
    #[error("{}: expected a state dict of tensors, found {found}", file.display())]
    NoStateDict {
        /// The file.
        file: PathBuf,
        /// What it holds, and the way on.
        found: String,
    },
    /// Two tensors have the same name.
    #[error("{}: expected every tensor once, found `{tensor}` twice", file.display())]
    Duplicate {
        /// The file of the second one.
        file: PathBuf,
        /// The name they share.
        tensor: String,
    },
    /// The bytes of one tensor are not an array of finite floating-point numbers.
    #[error("{}: tensor `{tensor}`: {fault}", file.display())]
    Tensor {
        /// The file that it is in.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// What is wrong with it.
        fault: TensorFault,
    },
    /// A tensor made from values has not as many as its shape says.
    #[error("{}: expected tensor `{tensor}` to have a value for each element of the shape {shape:?}, found {found} values", file.display())]
    ValueCount {
        /// The file that the values came from.
        file: PathBuf,
        /// The tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
        /// How many values were given.
        found: usize,
    },
    /// A tensor that the caller needs is not there.
    #[error("{}: expected a tensor `{tensor}`, found none of that name", file.display())]
    Missing {
        /// The folder or the file.
        file: PathBuf,
        /// The name looked for.
        tensor: String,
    },
    /// A tensor is there that the caller does not know.
    #[error("{}: expected no tensor `{tensor}`, found one", file.display())]
    Unexpected {
        /// The file that holds it.
        file: PathBuf,
        /// Its name.
        tensor: String,
    },
    /// A tensor has another shape than the caller needs.
    #[error("{}: expected tensor `{tensor}` to have the shape {expected:?}, found {found:?}", file.display())]
    WrongShape {
        /// The file that holds it.
        file: PathBuf,
        /// Its name.
        tensor: String,
        /// The shape needed.
        expected: Vec<usize>,
        /// The shape it has.
        found: Vec<usize>,
    },
}

/// What can be read, for a path at which there is something else.
const EXPECTED: &str = "a folder of .npy files, an .npz archive, a .safetensors file or a PyTorch checkpoint";
