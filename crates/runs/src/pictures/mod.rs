//! The optimised pictures: making them, measuring channels on them, and making again what failed.

mod attempts;
mod channel;
pub(crate) mod enlargement;
mod measure;
mod objectives;
mod on_the_way;
mod paths;
pub(crate) mod scale_factors;
pub(crate) mod scale_tuning;
mod variants;
mod workshop;

pub use attempts::MAX_RETRIES;
pub(crate) use attempts::{Attempt, Attempts};
pub use channel::Channel;
pub(crate) use channel::{AtSeed, InVariant};
pub(crate) use measure::pixels;
pub use measure::{Beside, Measured};
pub(crate) use objectives::Ascents;
pub(crate) use on_the_way::{AtSteps, recipe_of};
pub(crate) use paths::Likeness;
pub use variants::{ParseVariantError, Variant};
pub use workshop::{IfMissing, Workshop};
