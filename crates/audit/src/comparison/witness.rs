//! What a step is compared with.

use serde::Serialize;
use std::fmt;

/// What a step is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Witness {
    /// The same operation in double precision, from its definition.
    Twin,
    /// What PyTorch, Lucent or kornia computed.
    PyTorch,
    /// What Pillow computed.
    Pillow,
    /// What SciPy computed.
    SciPy,
    /// Central differences in double precision.
    Differences,
    /// Something that must be the same by definition.
    Identity,
    /// Another product of matrices.
    SecondOpinion,
    /// An interval in which the exact value lies.
    Enclosure,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Witness::Twin => "f64 twin",
            Witness::PyTorch => "PyTorch",
            Witness::Pillow => "Pillow",
            Witness::SciPy => "SciPy",
            Witness::Differences => "central differences",
            Witness::Identity => "identity",
            Witness::SecondOpinion => "matrixmultiply",
            Witness::Enclosure => "exact enclosure",
        })
    }
}
