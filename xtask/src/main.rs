//! The command line of Streamscope. Each task is a file; all flags are in [`flags`].
#![forbid(unsafe_code)]

mod activations;
mod audit;
mod bench;
mod explain;
mod faults;
mod flags;
mod interrupt;
mod progress;
mod reproduce;
mod test;
mod verify;
mod visualize;

use clap::Parser;
use flags::{Flags, Task};
use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;

/// A check failed.
pub(crate) const FAILED: u8 = 1;
/// Bad input or usage.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let flags = Flags::parse();
    // Cargo sets it for `cargo xtask`; the project's own files are beside it.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."));
    let (result, code) = match flags.task {
        Task::Reproduce(flags) => (reproduce::run(root, flags), BAD_INPUT),
        Task::Activations(flags) => (activations::run(root, flags), BAD_INPUT),
        Task::Visualize(flags) => (visualize::run(root, flags), BAD_INPUT),
        Task::Bench(flags) => (bench::run(root, flags), BAD_INPUT),
        Task::Audit(flags) => (audit::run(root, flags), BAD_INPUT),
        Task::Verify(flags) => (verify::run(flags), BAD_INPUT),
        Task::Explain(flags) => (explain::run(root, flags), BAD_INPUT),
        Task::Faults(flags) => (faults::run(root, &flags), BAD_INPUT),
        Task::Test => (test::run(root), FAILED),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::from(code)
        }
    }
}

/// The threads asked for, or as many as there are cores.
pub(crate) fn threads(asked: Option<NonZero<usize>>) -> NonZero<usize> {
    asked
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZero::<usize>::MIN)
}

/// A line for people, on stderr.
#[expect(clippy::print_stderr, reason = "progress and errors go to stderr")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// A line of the result, on stdout.
#[expect(clippy::print_stdout, reason = "the summary goes to stdout")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}
