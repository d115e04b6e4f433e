//! What a long computation tells whoever watches it.

use crate::store::Unit;
use crate::work::Work;
use std::borrow::Cow;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What there is to do, before the first phase: parts of the work in the order in which they are done.
    Outlook(Vec<Work>),
    /// A phase began, with this many pieces of work, of which some were already done by an earlier run.
    Phase {
        /// What is done in it.
        name: Cow<'static, str>,
        /// All pieces of work.
        total: usize,
        /// Those already done.
        done: usize,
    },
    /// Pictures are to be there, of which some are.
    Pictures {
        /// All of them, each once.
        all: Vec<Unit>,
        /// Those in the store.
        there: Vec<Unit>,
    },
    /// A picture was made and is in the store.
    Made {
        /// Which one.
        unit: Unit,
        /// Seconds that one thread took.
        seconds: f64,
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

/// A text as one line: control characters, line breaks in the name of a file for example, are shown as the escapes that
/// stand for them.
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        match character.is_control() {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_escapes_for_terminals_do_not_get_through() {
        assert_eq!(one_line("a\nb\r\u{1b}[2J é"), "a\\nb\\r\\u{1b}[2J é");
    }
}
