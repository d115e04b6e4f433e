//! How much of the mix ratios of a run can be rounding.

pub(crate) mod channel;
pub(crate) mod run;
