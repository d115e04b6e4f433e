//! Temporary files of processes that are gone: what `kill -9` and power cuts leave of a file that was being written.
//!
//! The name of a temporary file says whose it is: `.<file>.<machine>-<process>-<start>-<draw>.tmp`, where the machine is a
//! digest of the boot and of the space in which process numbers are counted, so that neither another host on a shared
//! folder nor another container is taken for this one, and the start is when the process began, so that a number which was
//! given out again is not taken for the one that wrote. A file is removed if its process was of this machine and user
//! and is gone. Of a process elsewhere nothing is known: its file is removed once nobody has written to it for a day.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

/// What the hidden names of files end with until they are whole.
pub(crate) const SUFFIX: &str = ".tmp";
/// Random characters in such a name.
const DRAW: usize = 6;
/// Characters of the file's own name in it: what is longer is cut, since names have a longest length.
const NAMED: usize = 100;
/// Digits of the machine.
const MACHINE: usize = 8;
/// Nobody takes as long between two writes to one file.
const UNTOUCHED: Duration = Duration::from_secs(24 * 60 * 60);

/// What tells a process from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    machine: String,
    id: u32,
    /// When it began, in the machine's own ticks.
    start: u64,
}

impl Process {
    /// This one.
    fn this() -> &'static Process {
        static THIS: OnceLock<Process> = OnceLock::new();
        THIS.get_or_init(|| {
            let id = std::process::id();
            Process { machine: machine(), id, start: start_of(id).unwrap_or_default() }
        })
    }

    /// The one that a temporary file is named after.
    fn of(name: &str) -> Option<Process> {
        let (_, mark) = name.strip_prefix('.')?.strip_suffix(SUFFIX)?.rsplit_once('.')?;
        let [machine, id, start, draw] = mark.split('-').collect::<Vec<_>>().try_into().ok()?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_machine = machine.len() == MACHINE && machine.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_machine || !digits(id) || !digits(start) || !is_draw(draw) {
            return None;
        }
        Some(Process { machine: machine.to_owned(), id: id.parse().ok()?, start: start.parse().ok()? })
    }

    /// Whether it is known to be gone.
    fn is_gone(&self) -> bool {
        let known = !Process::this().machine.bytes().all(|b| b == b'0');
        known && self.machine == Process::this().machine && start_of(self.id) != Some(self.start)
    }
}

fn is_draw(text: &str) -> bool {
    text.len() == DRAW && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What the temporary name of a file begins with; random characters and [`SUFFIX`] follow.
pub(crate) fn prefix(file: &str) -> String {
    let Process { machine, id, start } = Process::this();
    let short: String = file.chars().take(NAMED).collect();
    format!(".{short}.{machine}-{id}-{start}-")
}

/// Removes the temporary files in a folder, not those below it, whose process is gone. Those of earlier versions of this
/// program, whose names do not say where their process was, are known by the names of files that `written` tells, and
/// are removed once they were left alone for a day.
///
/// What cannot be removed stays: it is in nobody's way.
pub fn remove_abandoned(folder: &Path, written: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(there) = entry.metadata() else { continue };
        let gone = match Process::of(&name) {
            _ if !there.is_file() => false,
            Some(process) if process.is_gone() && is_ours(&there) => true,
            Some(_) => is_untouched(&there),
            None => is_of_before(&name, &written) && is_untouched(&there),
        };
        if gone {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether an earlier version gave a temporary file this name: `.<file>.<process>-<count>.tmp`, `.<file>.<draw>.tmp` or
/// `.streamscope-<draw>.tmp`.
fn is_of_before(name: &str, written: impl Fn(&str) -> bool) -> bool {
    let Some(hidden) = name.strip_prefix('.').and_then(|name| name.strip_suffix(SUFFIX)) else {
        return false;
    };
    if hidden.strip_prefix("streamscope-").is_some_and(is_draw) {
        return true;
    }
    let counted = |mark: &str| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        mark.split_once('-').is_some_and(|(process, count)| digits(process) && digits(count))
    };
    hidden.rsplit_once('.').is_some_and(|(file, mark)| (is_draw(mark) || counted(mark)) && written(file))
}

fn is_untouched(file: &fs::Metadata) -> bool {
    // A clock that is ahead of ours says nothing.
    file.modified().is_ok_and(|then| then.elapsed().is_ok_and(|since| since >= UNTOUCHED))
}

/// Whether a file belongs to the user of this process: those of others may be hidden from it, and look gone.
#[cfg(target_os = "linux")]
fn is_ours(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|this| this.uid() == file.uid())
}

#[cfg(not(target_os = "linux"))]
fn is_ours(_: &fs::Metadata) -> bool {
    false
}

/// The machine as far as processes are concerned, as digits; zeros where it cannot be told.
#[cfg(target_os = "linux")]
fn machine() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let numbered_in = fs::read_link("/proc/self/ns/pid");
    match (boot, numbered_in) {
        (Ok(boot), Ok(space)) => {
            let described = format!("{} {}", boot.trim(), space.display());
            blake3::hash(described.as_bytes()).to_hex()[..MACHINE].to_owned()
        }
        _ => "0".repeat(MACHINE),
    }
}

#[cfg(not(target_os = "linux"))]
fn machine() -> String {
    "0".repeat(MACHINE)
}

/// When a process of this machine began; `None` where there is none of this number, or it has ended and only waits for
/// its parent to ask why.
#[cfg(target_os = "linux")]
fn start_of(id: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name of its program, in brackets, may hold anything. The third field follows it, the start is the 22nd.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = fields.next()?;
    (!matches!(state, "Z" | "X")).then(|| fields.nth(18))??.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn start_of(_: u32) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    fn name_of(process: &Process, file: &str) -> String {
        let Process { machine, id, start } = process;
        format!(".{file}.{machine}-{id}-{start}-aB3xYz.tmp")
    }

    /// Files in a folder, each last written so many hours ago; those that are left.
    fn left(files: &[(&str, u64)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for &(name, hours) in files {
            let path = folder.path().join(name);
            fs::write(&path, "x").unwrap();
            let then = SystemTime::now() - Duration::from_secs(hours * 3600);
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_times(fs::FileTimes::new().set_modified(then)).unwrap();
        }
        remove_abandoned(folder.path(), |file| file == "claims.md");
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_name_says_which_process_writes_and_nothing_else_is_taken_for_one() {
        let this = Process::this();
        let name = format!("{}aB3xYz{SUFFIX}", prefix("claims.md"));
        assert_eq!(Process::of(&name).as_ref(), Some(this));
        assert_eq!(name, name_of(this, "claims.md"));
        let long = prefix(&"ä".repeat(400));
        assert!(long.chars().count() < 160);
        for other in [
            "claims.md",
            ".claims.md",
            ".claims.md.tmp",
            ".claims.md.0123abcd-1-2-aB3xY.tmp",
            ".claims.md.0123abcd-1-2-aB3xYz",
            ".claims.md.0123abc-1-2-aB3xYz.tmp",
            ".claims.md.0123abcd-x-2-aB3xYz.tmp",
            ".claims.md.0123abcd--2-aB3xYz.tmp",
            ".claims.md.0123abcd-1-2-3-aB3xYz.tmp",
            "claims.md.0123abcd-1-2-aB3xYz.tmp",
        ] {
            assert_eq!(Process::of(other), None, "{other}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn of_this_machine_the_files_of_the_dead_go_at_once_and_those_of_the_living_stay() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let living = Process { id: child.id(), start: start_of(child.id()).unwrap(), ..Process::this().clone() };
        // A number that was given out again: it began at another time.
        let again = Process { start: living.start + 1, ..living.clone() };
        let this = name_of(Process::this(), "a");
        let names = [name_of(&living, "b"), name_of(&again, "c"), this.clone()];
        let files: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 0)).collect();
        let mut expected = vec![this, names[0].clone()];
        expected.sort();
        assert_eq!(left(&files), expected);
        child.kill().unwrap();
        // Its parent has not asked for it yet.
        while start_of(child.id()).is_some() {
            std::thread::yield_now();
        }
        assert!(living.is_gone());
        child.wait().unwrap();
        assert!(living.is_gone() && !Process::this().is_gone());
        assert_eq!(left(&[(&names[0], 0)]), Vec::<String>::new());
    }

    #[test]
    fn files_of_another_machine_stay_for_a_day_and_so_do_those_of_earlier_versions() {
        let elsewhere = Process { machine: "0123abcd".to_owned(), id: 1, start: 2 };
        let (young, old) = (name_of(&elsewhere, "young"), name_of(&elsewhere, "old"));
        assert!(!elsewhere.is_gone());
        assert_eq!(left(&[(&young, 23), (&old, 25)]), [young]);
        for before in [".claims.md.4711-3.tmp", ".claims.md.aB3xYz.tmp", ".streamscope-aB3xYz.tmp"] {
            assert_eq!(left(&[(before, 23)]), [before]);
            assert_eq!(left(&[(before, 25)]), Vec::<String>::new(), "{before}");
        }
    }

    #[test]
    fn what_has_another_name_is_never_removed() {
        for other in [".mine.backup.tmp", ".mine.1-2.tmp", "claims.md.aB3xYz.tmp", ".claims.md.tmp", ".tmp", "a.tmp"] {
            assert_eq!(left(&[(other, 1000)]), [other]);
        }
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join(".claims.md.aB3xYz.tmp");
        fs::create_dir(&below).unwrap();
        remove_abandoned(folder.path(), |_| true);
        assert!(below.is_dir());
        remove_abandoned(&folder.path().join("none"), |_| true);
    }
}
