//! How much of the mix ratios of a run can be rounding.

mod channel;
mod comparisons;
mod kept;
mod run;

pub use channel::{ChannelBudget, Verdict};
pub(crate) use comparisons::comparisons;
pub(crate) use kept::Kept;
pub(crate) use run::{Picture, Run};
