//! What is audited.

use crate::whole_network::golden::Reference;
use autodiff::Isa;
use runs::Source;
use std::num::NonZero;
use std::path::PathBuf;

/// What to audit.
#[derive(Clone, Debug)]
pub struct Options {
    /// The network.
    pub source: Source,
    /// The project's own reference values: those that depend on no weights are always held to.
    pub embedded: Reference,
    /// Reference values of PyTorch for that network, if there are any.
    pub golden: Option<Reference>,
    /// Images, of which the first is looked at; else the reference values'.
    pub images: Option<PathBuf>,
    /// A finished run, whose mix ratios are given budgets.
    pub run: Option<PathBuf>,
    /// At most so many channels of each block are given budgets.
    pub channels: NonZero<usize>,
    /// The folder that the audit is written to; what takes long is kept there until then.
    pub out: PathBuf,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// The instruction set to use.
    pub isa: Isa,
}
