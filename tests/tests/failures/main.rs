//! Disks that fail: at any one call of the system, or because they are full or read-only. What was finished is kept,
//! nothing else is left, one sentence says so, and the same command goes on afterwards.
//!
//! What needs `strace`, or leave to mount file systems, says that it is skipped where there is none.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod commands;
mod disks;
mod injected;
mod order;
mod trace;
