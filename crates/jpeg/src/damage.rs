//! Why a file is not decoded.

/// What is wrong with a file, as the end of a sentence that begins with it: "it has a second frame".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Damage(pub(crate) &'static str);

/// Why a file is not decoded: its bytes break the format, or it is of a kind that is not read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bytes break the format, or end too early.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// It may be whole, and is of a kind that is not read, named: "an arithmetic-coded JPEG".
    #[error("{0}")]
    Kind(&'static str),
}
