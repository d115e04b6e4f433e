//! Feature visualization: the picture that a neuron responds to most, found by gradient ascent (METHOD.md, section 2).
//!
//! - A [`Recipe`] holds every constant of the method; its presets differ in the number of steps alone.
//! - A picture is a half spectrum of real parameters, drawn by [`Draws`] and turned into colors by
//!   [`autodiff::ops::SpectralImage`].
//! - Each step looks at it through an [`Augmentation`]: jitter, scale and rotation, drawn afresh.
//! - A [`Variation`] is one change to the recipe; a [`FloatReader`] reads the network for pictures that are not 8-bit.
//! - A [`Classifier`] reads the network's classes with channels of a block set to constants.
//! - A [`Visualizer`] holds the compiled plans of one site and [`Objective`]; each thread runs units in a [`Studio`] of
//!   its own.
//!
//! Every draw is addressed by (seed, unit, step, purpose), so a picture does not depend on what was made before it or
//! beside it, and it is the same bits on any instruction set.
//!
//! Invariant: this crate does no I/O, and a visualization depends on its arguments alone.

#![forbid(unsafe_code)]

mod augmentation;
mod classifier;
mod draws;
mod floats;
mod picture;
mod recipe;
mod variation;
mod visualizer;

pub use augmentation::{Augmentation, AugmentedImage, scale_image};
pub use classifier::{Ablation, Classifier};
pub use draws::{Draws, StepDraws};
pub use floats::{FloatReader, Look, shrink_antialiased};
pub use picture::{Picture, to_bytes};
pub use recipe::{Preset, Recipe, Variation, jitter_of};
pub use visualizer::{FeatvizError, Objective, Studio, Visualization, Visualizer};
