//! The optimised pictures: making them, measuring channels on them, and making again what failed.

mod attempts;
mod channel;
mod measure;
pub(crate) mod scale_tuning;
mod variants;
mod workshop;

pub use attempts::MAX_RETRIES;
pub(crate) use attempts::{Attempt, Attempts};
pub use channel::Channel;
pub(crate) use channel::{AtSeed, InVariant};
pub(crate) use measure::pixels;
pub use measure::{Beside, Measured};
pub use variants::{ParseVariantError, Variant};
pub use workshop::{IfMissing, Workshop};
