//! The stack of the machine, its marks and its memory.

use std::collections::BTreeMap;

use super::Stopped;
use super::object::{Heap, Id, Object};

/// What a pickle's program works on.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) heap: Heap,
    pub(super) stack: Vec<Id>,
    /// Heights of the stack that were marked.
    pub(super) marks: Vec<usize>,
    pub(super) memo: BTreeMap<u32, Id>,
}

impl Machine {
    pub(super) fn push(&mut self, object: Object) -> Result<(), Stopped> {
        let id = self.heap.add(object)?;
        self.stack.push(id);
        Ok(())
    }

    /// Nothing below the last mark can be taken.
    pub(super) fn pop(&mut self) -> Result<Id, Stopped> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(corrupt("its pickle takes more from the stack than there is"));
        }
        self.stack.pop().ok_or_else(|| corrupt("its pickle takes more from the stack than there is"))
    }

    pub(super) fn top(&self) -> Result<Id, Stopped> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let top = self.stack.get(floor..).and_then(<[Id]>::last).copied();
        top.ok_or_else(|| corrupt("its pickle looks at a stack that is empty"))
    }

    pub(super) fn mark(&mut self) -> Result<(), Stopped> {
        self.heap.count(1)?;
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// All above the last mark, and the mark.
    pub(super) fn pop_mark(&mut self) -> Result<Vec<Id>, Stopped> {
        let height = self.marks.pop().ok_or_else(|| corrupt("its pickle goes back to a mark that was not set"))?;
        Ok(self.stack.split_off(height))
    }

    /// An object, or a mark if that is what was put last.
    pub(super) fn discard(&mut self) -> Result<(), Stopped> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    pub(super) fn duplicate(&mut self) -> Result<(), Stopped> {
        let top = self.top()?;
        self.heap.count(1)?;
        self.stack.push(top);
        Ok(())
    }
}

/// A pickle that is damaged.
pub(super) fn corrupt(reason: impl Into<String>) -> Stopped {
    Stopped::Corrupt(reason.into())
}
