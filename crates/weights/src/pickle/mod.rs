//! Python's pickles, read and never run.
//!
//! A pickle is a program for a small stack machine: it makes containers and numbers, and calls what it names. Here it may
//! name what [`globals`] lists, and a call of that makes an [`Object`] of this crate. Anything else is refused by its
//! name. What a program may make is bounded, so that no short one makes much.
//!
//! Source: Python's `pickletools`, which documents every opcode.

mod calls;
mod globals;
mod input;
mod machine;
mod object;
mod stack;

pub(crate) use globals::{Kind, StorageType};
pub(crate) use input::Input;
pub(crate) use machine::load;
pub(crate) use object::{Heap, Id, Object, View};

/// Why a pickle was not read to its end.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It is not one, or damaged.
    Corrupt(String),
    /// It holds what is not data.
    Refused(String),
    /// It could not be read.
    Io(std::io::Error),
}
