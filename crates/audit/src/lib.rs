//! Every numeric step, checked: what was compared with what, how far apart they are, and how far they may be.
//!
//! [`audit()`] walks the computation in order: decoding, resizing, normalisation, every layer forward and backward, the
//! picture of a spectrum, every augmentation, the optimiser, each measure, each statistic; then the same bits on every
//! instruction set and number of threads, a second opinion, and for mix ratios how much of them can be rounding. A
//! [`Report`] holds a [`Comparison`] for each.
//!
//! [`explain()`] derives one channel's mix ratio and scale measures from the pictures of a finished run as a person
//! would write it, and holds the run's table, manifest and store against them.
//!
//! Invariant: what is compared was computed by different code, and every bound is derived where it is written, or is an
//! agreed limit on what PyTorch, kornia or Lucent computed and says so in its line.
//!
//! The rooms:
//!
//! - `comparison`: what a comparison is, how errors are counted, and the table of them;
//! - `twin`: the network once more in double precision, the first-order bound of single precision, and the interval
//!   that an exact value lies in;
//! - `steps`: a file for each step of the computation;
//! - `whole_network`: PyTorch's values, differences, the same bits, a second opinion;
//! - `laws`: the kernels under their laws, on cases that no network need have;
//! - `budget`: a finished run, and how much of its mix ratios can be rounding;
//! - `explain`: the derivation of one channel;
//! - `outcome`: the report, `audit.json` and `audit.html`.
#![forbid(unsafe_code)]

mod audit;
mod budget;
mod comparison;
mod error;
mod explain;
mod laws;
mod options;
mod outcome;
mod rounding;
mod steps;
mod twin;
mod whole_network;

pub use audit::audit;
pub use budget::{ChannelBudget, Verdict};
pub use comparison::{Absolute, Comparison, Kind, Pass, Step, What, Witness, short};
pub use error::AuditError;
pub use explain::{Explanation, explain};
pub use laws::KeptLaw;
pub use options::Options;
pub use outcome::{Provenance, Report, write};
pub use twin::interval::Interval;
pub use whole_network::golden::Reference;
