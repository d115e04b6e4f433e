//! What a command asks of the system, seen by `strace`.

use super::commands::Small;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

const TRACED: &str = "trace=openat,write,pwrite64,?writev,fsync,fdatasync,?rename,renameat,renameat2,\
                      ?unlink,unlinkat,?mkdir,mkdirat,ftruncate,close";

/// One call as it returned.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Its name, without what tells its variants apart.
    pub(crate) name: &'static str,
    /// The line that tells it.
    pub(crate) line: String,
    /// Files that it names or has open, absolute, first to last.
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) succeeded: bool,
    pub(crate) injected: bool,
}

/// Whether commands can be traced here; says so where not.
pub(crate) fn can_trace() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    let can = *CAN.get_or_init(|| {
        let mut strace = Command::new("strace");
        strace.args(["--seccomp-bpf", "-f", "-e", "trace=openat", "true"]);
        let status = strace.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    });
    if !can {
        println!("skipped: there is no strace that may trace");
    }
    can
}

/// Runs a command, with some calls failing where `inject` says so; its calls, thread by thread.
pub(crate) fn traced(small: Small, below: &Path, inject: Option<&str>) -> (Output, Vec<Vec<Call>>) {
    let notes = tempfile::tempdir().unwrap();
    let mut strace = Command::new("strace");
    // A file for each thread: nothing is told in two halves.
    strace.args(["--seccomp-bpf", "-ff", "-y", "-s", "16", "-e", TRACED, "-o"]).arg(notes.path().join("thread"));
    if let Some(inject) = inject {
        strace.args(["-e", &format!("inject={inject}")]);
    }
    let output = small.started_by(strace, below).output().unwrap();
    let mut threads: Vec<_> = fs::read_dir(notes.path()).unwrap().flatten().collect();
    threads.sort_by_key(fs::DirEntry::path);
    let threads = threads.iter().map(|thread| {
        let bytes = fs::read(thread.path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.lines().filter_map(call).collect()
    });
    (output, threads.collect())
}

fn call(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let name = match name {
        "openat" => "open",
        "write" | "pwrite64" | "writev" => "write",
        "fsync" | "fdatasync" => "sync",
        "rename" | "renameat" | "renameat2" => "rename",
        "unlink" | "unlinkat" => "remove",
        "mkdir" | "mkdirat" => "make",
        "ftruncate" => "cut",
        "close" => "close",
        _ => return None,
    };
    let (arguments, result) = rest.rsplit_once(" = ")?;
    // What is written is between quotes too.
    let named: Vec<PathBuf> = match name {
        "write" => Vec::new(),
        _ => arguments.split('"').skip(1).step_by(2).map(PathBuf::from).collect(),
    };
    let open = arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let paths = match (named.is_empty(), open) {
        (true, Some((open, _))) => vec![PathBuf::from(open)],
        _ => named,
    };
    Some(Call {
        name,
        line: line.to_owned(),
        paths,
        succeeded: !result.starts_with('-'),
        injected: result.contains("(INJECTED)"),
    })
}

impl Call {
    /// Whether it is about something below a folder.
    pub(crate) fn is_below(&self, folder: &Path) -> bool {
        self.paths.iter().any(|path| path.starts_with(folder))
    }
}
