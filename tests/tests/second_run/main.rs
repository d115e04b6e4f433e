//! The same command in the same folder after one input has changed: it leaves, byte for byte, what it leaves in a new folder.
//!
//! Every file is compared. Of the manifest, only what says how long it took is left out, and its own digest, which holds that.

mod activations;
mod digests;
mod reproduce;
mod visualize;
mod world;
