//! A unit of work: one picture.

use featviz::{Objective, Recipe};
use resnet::Site;
use std::fmt;

/// Raised whenever a change to the code changes any bit of any picture, so that stored results of before are not taken
/// for results of now. Which bits those are is pinned by `tests/tests/numerics`.
pub const NUMERICS_VERSION: u32 = 2;

/// One picture to make: of a channel at a site, from a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit {
    /// Where the neuron is.
    pub site: Site,
    /// What is maximised.
    pub objective: Objective,
    /// The channel.
    pub channel: usize,
    /// The seed of its draws.
    pub seed: u64,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({}, seed {})", self.site, self.channel, self.objective, self.seed)
    }
}

/// The address of a result: the digest of everything that determines it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    hex: String,
}

impl Address {
    /// The address of a unit's picture, made by a recipe from weights of this digest.
    #[expect(clippy::expect_used, reason = "a recipe is numbers with names, which JSON can always hold")]
    pub fn of(unit: &Unit, recipe: &Recipe, weights: &str) -> Address {
        let recipe = serde_json::to_string(recipe).expect("a recipe as JSON");
        let described = format!(
            "numerics {NUMERICS_VERSION}\nweights {weights}\nsite {}\nobjective {}\nchannel {}\nseed {}\nrecipe {recipe}\n",
            unit.site, unit.objective, unit.channel, unit.seed
        );
        Address { hex: blake3::hash(described.as_bytes()).to_hex().to_string() }
    }

    /// 64 hexadecimal digits.
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

#[cfg(test)]
mod tests;
