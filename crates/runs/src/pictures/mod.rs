//! The optimised pictures: making them, measuring channels on them, and making again what failed.

mod attempts;
mod channel;
mod measure;
pub(crate) mod scale_tuning;
mod workshop;

pub use attempts::MAX_RETRIES;
pub(crate) use attempts::{Attempt, Attempts};
pub use channel::Channel;
pub use measure::Measured;
pub(crate) use measure::pixels;
pub use workshop::{IfMissing, Workshop};
