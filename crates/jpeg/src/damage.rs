//! What is wrong with a file.

/// What is wrong with a file, as the end of a sentence that begins with it: "it lacks a scan of a component".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Damage(pub(crate) &'static str);
