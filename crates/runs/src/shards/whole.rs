//! What a run in one piece says of its work while it is at it, as shards do.

use super::log::{Line, Log, counts};
use crate::error::RunError;
use crate::progress::{Event, Observer};
use std::num::NonZero;
use std::path::Path;

/// Writes down which pictures there are and which are made, and passes on what it is told.
pub(crate) struct Whole<'a> {
    log: Log,
    observer: &'a dyn Observer,
}

impl<'a> Whole<'a> {
    /// Begins to, in the folder of a run.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn begin(out: &Path, threads: NonZero<usize>, observer: &'a dyn Observer) -> Result<Self, RunError> {
        Ok(Whole { log: Log::begin(out, None, threads.get())?, observer })
    }

    /// How the run ended.
    pub(crate) fn end<T>(&self, ended: &Result<T, RunError>) {
        self.log.end(ended);
    }
}

impl Observer for Whole<'_> {
    fn event(&self, event: Event) {
        // The pictures are in the store: that the log is short of a line costs nothing but a wrong forecast.
        let _ = match &event {
            Event::Pictures { all, there } => {
                let [all, there] = [all, there].map(|units| counts(units));
                self.log.write(&Line::Pictures { own: all.clone(), all, there })
            }
            Event::Made { unit, seconds } => self.log.made(unit, *seconds),
            _ => Ok(()),
        };
        self.observer.event(event);
    }
}
