//! What a long computation tells whoever watches it.

use crate::unit::Unit;
use std::borrow::Cow;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A phase began, with this many pieces of work, of which some were already done by an earlier run.
    Phase {
        /// What is done in it.
        name: Cow<'static, str>,
        /// All pieces of work.
        total: usize,
        /// Those already done.
        done: usize,
    },
    /// A piece of work of the phase is finished.
    Advanced,
    /// The phase is finished.
    PhaseEnded,
    /// A picture failed and is made again: this unit, with the next seed.
    Retried(Unit),
    /// Something the reader should know, as one sentence.
    Notice(String),
}

/// Who watches. Events come from any thread, in no particular order within a phase.
pub trait Observer: Sync {
    /// Is told of an event.
    fn event(&self, event: Event);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event) {}
}
