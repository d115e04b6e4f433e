//! A command that is not waited for without end.

use std::io::{self, Read};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often a command is asked whether it has ended.
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// Runs a command to its end; `None` if that has not come within the limit, and then it and all that it started are
/// killed.
///
/// # Errors
/// If it cannot be started.
pub(super) fn output(command: &mut Command, limit: Duration) -> io::Result<Option<Output>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    in_own_group(command);
    let mut child = command.spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both are read while it runs: a pipe that nobody reads would stop it.
    let (stdout, stderr) = (collected(stdout), collected(stderr));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if started.elapsed() > limit {
            kill(&mut child)?;
            child.wait()?;
            break None;
        }
        thread::sleep(ASKED_EVERY);
    };
    let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
    Ok(status.map(|status| Output { status, stdout, stderr }))
}

/// Everything that comes through a pipe, on a thread of its own.
fn collected(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // Whatever came before an error is what there is.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// What cargo starts is to be killed with it.
#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn in_own_group(_: &mut Command) {}

/// Kills the group that a child leads.
#[cfg(unix)]
fn kill(child: &mut Child) -> io::Result<()> {
    // The shell's own `kill`: the program of that name is not on every machine.
    let killed = Command::new("sh").args(["-c", "kill -s KILL -- \"-$0\"", &child.id().to_string()]).status()?;
    if killed.success() { Ok(()) } else { child.kill() }
}

#[cfg(not(unix))]
fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_command_says_and_how_it_ends_are_kept() {
        // More than a pipe holds.
        let script = "head -c 300000 /dev/zero; echo wrong >&2; exit 3";
        let output = output(&mut shell(script), Duration::from_secs(60)).unwrap().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!((output.stdout.len(), &*output.stderr), (300_000, &b"wrong\n"[..]));
    }

    #[test]
    fn a_command_that_does_not_end_is_killed_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let script = format!("(sleep 1; echo > '{}') & sleep 20; wait", late.display());
        let started = Instant::now();
        let output = output(&mut shell(&script), Duration::from_millis(100)).unwrap();
        assert!(output.is_none());
        assert!(started.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(1500));
        assert!(!late.exists());
    }
}
