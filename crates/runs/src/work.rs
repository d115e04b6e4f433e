//! The phases of a run by name, and how much work each of them is.

/// The phases of a run, as events name them.
pub(crate) const NEURONS: &str = "center-neuron pictures";
pub(crate) const VARIANTS: &str = "pictures of variants";
pub(crate) const ON_THE_WAY: &str = "pictures on the way";
pub(crate) const CHANNELS: &str = "whole-channel pictures of exemplars";
pub(crate) const MEASUREMENTS: &str = "measurements";
pub(crate) const SCALE_FACTORS: &str = "scale factors";
pub(crate) const SCALE_TUNING: &str = "scale tuning";
pub(crate) const ENLARGEMENTS: &str = "enlargements";
pub(crate) const PATHS: &str = "ways through the network";
pub(crate) const IMAGES: &str = "images";
pub(crate) const FIGURES: &str = "figures";

/// A part of the work.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The phase that does it.
    pub phase: &'static str,
    /// What it makes, for people; empty where that says nothing.
    pub what: &'static str,
    /// How many of these.
    pub count: usize,
    /// Seconds that each piece of work of the phase takes on one thread, in the order in which they are done.
    pub pieces: Vec<f64>,
    /// How many threads share them.
    pub threads: usize,
}

impl Work {
    /// Seconds from its beginning to its end.
    pub fn seconds(&self) -> f64 {
        self.after(self.pieces.len())
    }

    /// Seconds that the first so many pieces take.
    pub fn after(&self, pieces: usize) -> f64 {
        self.pieces.iter().take(pieces).sum::<f64>() / self.threads as f64
    }
}
