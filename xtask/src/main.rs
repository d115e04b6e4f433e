//! The command line of Streamscope. Each task is a file; all flags are in [`flags`].
#![forbid(unsafe_code)]

mod ablate;
mod activations;
mod audit;
mod bench;
mod bench_flags;
mod explain;
mod faults;
mod figures;
mod flags;
mod home;
mod inspect;
mod interrupt;
mod laws;
mod merge;
mod progress;
mod report;
mod reproduce;
mod serve;
mod shell;
mod slurm;
mod status;
mod test;
mod verify;
mod visualize;

use clap::error::ErrorKind as Usage;
use clap::{CommandFactory, FromArgMatches};
use flags::{Flags, Task, Weights};
use runs::{Isa, one_line};
use std::io::{ErrorKind, Write, stderr, stdout};
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// A check failed.
pub(crate) const FAILED: u8 = 1;
/// Bad input or usage.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let flags = Flags::command().bin_name(name()).version(version());
    let flags = flags.try_get_matches().and_then(|matches| Flags::from_arg_matches(&matches));
    let task = match flags {
        Ok(flags) => flags.task,
        Err(error) => return usage(&error),
    };
    let code = if matches!(task, Task::Test(_)) { FAILED } else { BAD_INPUT };
    match run(task) {
        Ok(()) if LOST.load(Ordering::Relaxed) => ExitCode::from(BAD_INPUT),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::from(code)
        }
    }
}

/// Runs a command, with the folder that holds what comes with the program.
fn run(task: Task) -> anyhow::Result<()> {
    let with = |weights: &Weights| home::root(weights.weights.is_none());
    match task {
        Task::Reproduce(flags) => reproduce::run(&with(&flags.weights)?, flags),
        Task::Ablate(flags) => ablate::run(&with(&flags.weights)?, flags),
        Task::Activations(flags) => activations::run(&with(&flags.weights)?, flags),
        Task::Visualize(flags) => visualize::run(&with(&flags.weights)?, flags),
        Task::Explain(flags) => explain::run(&home::root(flags.weights.weights.is_none())?, flags),
        Task::Audit(flags) => audit::run(&home::root(true)?, flags),
        Task::Figures(flags) => figures::run(flags),
        Task::Report(flags) => report::run(flags),
        Task::Verify(flags) => verify::run(flags),
        Task::Inspect(flags) => inspect::run(&flags),
        Task::Laws(flags) => laws::run(&flags),
        Task::Slurm(flags) => slurm::run(flags),
        Task::Status(flags) => status::run(&flags),
        Task::Merge(flags) => merge::run(&flags),
        Task::Completions(flags) => shell::completions(&flags),
        Task::Man(flags) => shell::man(&flags),
        Task::Bench(flags) => bench::run(&home::checkout("bench")?, flags),
        Task::Faults(flags) => faults::run(&home::checkout("faults")?, &flags),
        Task::Test(flags) => test::run(&home::checkout("test")?, &flags),
    }
}

/// What the program is called where it was started.
fn name() -> &'static str {
    if home::is_started_by_cargo() { "cargo xtask" } else { "streamscope" }
}

/// The version, and on what the bits of its results depend: the numerics version, and that no instruction set changes
/// them.
fn version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let isa = Isa::from_environment().map_or_else(|error| error.to_string(), |isa| isa.name().to_owned());
        format!("{}, numerics version {}, instruction set {isa}", env!("CARGO_PKG_VERSION"), runs::NUMERICS_VERSION)
    });
    &TEXT
}

/// Shows the help that was asked for, or says in one sentence what is wrong with the arguments.
fn usage(error: &clap::Error) -> ExitCode {
    let is_help = matches!(
        error.kind(),
        Usage::DisplayHelp | Usage::DisplayVersion | Usage::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if is_help {
        let _ = error.print();
    } else {
        say(&in_one_line(&error.to_string()));
    }
    match error.use_stderr() {
        true => ExitCode::from(BAD_INPUT),
        false => ExitCode::SUCCESS,
    }
}

/// What the parser of arguments says in paragraphs: the error and its tips, without the usage that `--help` tells.
fn in_one_line(said: &str) -> String {
    let lines = said.lines().map(str::trim);
    let told = lines.take_while(|line| !line.starts_with("Usage:"));
    let told = told.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let mut sentence = String::new();
    for line in told {
        if line.starts_with("tip:") {
            sentence.push(';');
        }
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(line);
    }
    sentence
}

/// The threads asked for, or as many as there are cores.
pub(crate) fn threads(asked: Option<NonZero<usize>>) -> NonZero<usize> {
    asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN)
}

/// A line for people, on stderr.
pub(crate) fn say(line: &str) {
    let _ = writeln!(stderr(), "{}", one_line(line));
}

/// Whether a line of the result could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

/// A line of the result, on stdout. Where nobody reads it any more (`| head`), what is written to files goes on.
pub(crate) fn print(line: &str) {
    if let Err(error) = writeln!(stdout(), "{line}")
        && error.kind() != ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        say(&format!("error: stdout: cannot write: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_those_asked_for_or_one_for_each_core() {
        let seven = NonZero::new(7);
        assert_eq!(Some(threads(seven)), seven);
        let cores = std::thread::available_parallelism().unwrap();
        assert_eq!(threads(None), cores);
    }

    #[test]
    fn what_is_wrong_with_arguments_is_one_sentence() {
        let said = "error: unexpected argument '--stps' found\n\n  tip: a similar argument exists: '--steps'\n\nUsage: xtask reproduce\n\nFor \
                    more information, try '--help'.\n";
        assert_eq!(
            in_one_line(said),
            "error: unexpected argument '--stps' found; tip: a similar argument exists: '--steps'"
        );
        let said = "error: the following required arguments were not provided:\n  --site <SITE>\n  --out <FILE>\n\nUsage: xtask";
        assert_eq!(
            in_one_line(said),
            "error: the following required arguments were not provided: --site <SITE> --out <FILE>"
        );
    }
}
