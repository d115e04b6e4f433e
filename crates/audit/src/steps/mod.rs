//! The steps of the computation one by one, each against code of its own.

pub(crate) mod augmentations;
pub(crate) mod between_convolutions;
pub(crate) mod compositions;
pub(crate) mod decoding;
pub(crate) mod draws;
pub(crate) mod layers;
pub(crate) mod measures;
pub(crate) mod operations;
pub(crate) mod optimiser;
pub(crate) mod picture;
pub(crate) mod resizing;
