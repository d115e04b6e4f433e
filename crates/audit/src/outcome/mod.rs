//! What the audit found, and where it is written.

pub(crate) mod page;
