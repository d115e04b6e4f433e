//! Why tensors do not make a network.

use crate::refuse::{Refused, SUPPORTED};
use crate::site::Site;
use autodiff::{GraphError, PlanError};
use weights::WeightsError;

/// Why tensors do not make a network that can be studied.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// A tensor is missing, unexpected or of the wrong shape.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// They are those of a network of another kind.
    #[error("{0}")]
    Kind(Refused),
    /// They are no residual network's.
    #[error("expected {SUPPORTED}; found {found}")]
    NoBlock {
        /// Some of them.
        found: String,
    },
    /// A configuration beside them says that it is of another kind.
    #[error("expected {SUPPORTED}; found {found}")]
    Configured {
        /// What it says.
        found: String,
    },
    /// Batch norm is separate in one layer and folded in another.
    #[error(
        "tensor '{folded}' belongs to a network with batch norm folded into its convolutions, but '{separate}' to one that \
         keeps it separate: expected one or the other"
    )]
    MixedBatchNorm {
        /// A tensor of a separate batch norm.
        separate: String,
        /// A bias of a convolution.
        folded: String,
    },
    /// A variance of batch norm is negative, so that nothing could be divided by its root.
    #[error("tensor '{tensor}': expected variances of 0 or more, found {found} for channel {channel}")]
    Variance {
        /// The tensor.
        tensor: String,
        /// The channel.
        channel: usize,
        /// The variance.
        found: f32,
    },
    /// A site needs tensors that are missing.
    #[error("site '{site}' is not available: {because}")]
    Unavailable {
        /// The site.
        site: Site,
        /// What is missing.
        because: String,
    },
    /// The image size is none that the network can be read at.
    #[error("input size {found}: expected a multiple of 4 from 8 to 4096")]
    InputSize {
        /// The size.
        found: usize,
    },
    /// A graph could not be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A plan could not be compiled.
    #[error(transparent)]
    Plan(#[from] PlanError),
}
