//! What a run leaves where one thing is other than it was: an input that changed between two runs in one folder, a
//! tensor, photograph or file of a run that is absent or broken, a channel that fails.
//!
//! Every file is compared. Of the manifest, only what says how long it took is left out, and its own digest, which
//! holds that.

mod activations;
mod digests;
mod failed;
mod files;
mod photographs;
mod reproduce;
mod tensors;
mod visualize;
mod world;
