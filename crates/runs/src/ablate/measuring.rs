//! What an ablation is measured with, and where.

use super::Ablate;
use super::labelled::Labelled;
use crate::progress::Observer;
use crate::shards::Shard;
use crate::source::Loaded;
use resnet::{Role, Site};

/// What ablations are measured with.
#[derive(Clone, Copy)]
pub(super) struct Measuring<'a> {
    pub(super) options: &'a Ablate,
    pub(super) loaded: &'a Loaded,
    pub(super) labelled: &'a Labelled,
    /// The part of the images to measure; others are taken from what other shards kept.
    pub(super) shard: Option<Shard>,
    pub(super) observer: &'a dyn Observer,
}

impl Measuring<'_> {
    /// The site that is ablated: the block's sum before its ReLU.
    pub(super) fn site(&self) -> Site {
        self.loaded.architecture().read_site(self.options.block, Role::Output)
    }
}
