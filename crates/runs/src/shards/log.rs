//! What a shard says of its work while it is at it: lines of JSON in a file of its own, `progress/<shard>-<host>-<process>.jsonl`
//! below the output folder, which it alone appends to. A shared folder needs no locks for that. A line that is cut, because its
//! process was killed, is passed over by whoever reads it.

use super::Shard;
use crate::error::RunError;
use crate::store::Unit;
use report::layout;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many pictures of each site and objective.
pub(super) type Counts = BTreeMap<String, usize>;

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// A process began on a shard.
    Begins(Begins),
    /// These pictures there are to make, of all shards and of this one, and so many of this one's are in the store.
    Pictures { all: Counts, own: Counts, there: Counts },
    /// A picture is in the store.
    Made { kind: String, seconds: f64, at: f64 },
    /// So many images were read.
    Images { read: usize, at: f64 },
    /// The process came to its end, with an error or without one.
    Ends { error: Option<String>, at: f64 },
}

/// Who works on a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Begins {
    pub(super) index: usize,
    /// Of how many shards; 0 stands for a run in one piece.
    pub(super) count: usize,
    pub(super) host: String,
    pub(super) process: u32,
    pub(super) threads: usize,
    /// What the scheduler calls the task, where one started it.
    pub(super) task: Option<String>,
    /// Where the task's messages are, where the script that started it said so.
    pub(super) log: Option<String>,
    pub(super) at: f64,
}

/// The file of one process.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: Mutex<File>,
}

impl Log {
    /// Begins one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn begin(out: &Path, shard: Option<Shard>, threads: usize) -> Result<Log, RunError> {
        let (host, process) = (host(), std::process::id());
        let plain: String = host.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let at = now();
        // A run in one piece is no shard.
        let (index, count) = shard.map_or((0, 0), |shard| (shard.index(), shard.count()));
        let part = if count == 0 { "whole".to_owned() } else { format!("{index}-of-{count}") };
        let name = format!("{part}-{plain}-{process}-{:.0}.jsonl", at * 1000.0);
        let path = folder(out).join(name);
        let write = RunError::write(&path);
        report::make_folder(&folder(out)).map_err(write)?;
        let file = File::options().create_new(true).append(true).open(&path).map_err(write)?;
        let log = Log { path: path.clone(), file: Mutex::new(file) };
        let (task, said) = (task(|name| std::env::var(name).ok()), std::env::var(LOG_VARIABLE).ok());
        log.write(&Line::Begins(Begins { index, count, host, process, threads, task, log: said, at }))?;
        Ok(log)
    }

    /// Appends a line.
    ///
    /// # Errors
    /// If it cannot be written.
    #[expect(clippy::expect_used, reason = "lines are numbers and strings, which JSON can always hold")]
    pub(super) fn write(&self, line: &Line) -> Result<(), RunError> {
        let mut bytes = serde_json::to_vec(line).expect("a line as JSON");
        bytes.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&bytes).map_err(RunError::write(&self.path))
    }

    /// A picture is in the store.
    pub(super) fn made(&self, unit: &Unit, seconds: f64) -> Result<(), RunError> {
        self.write(&Line::Made { kind: kind(unit), seconds, at: now() })
    }

    /// So many images were read.
    ///
    /// # Errors
    /// If that cannot be written.
    pub(crate) fn images(&self, read: usize) -> Result<(), RunError> {
        self.write(&Line::Images { read, at: now() })
    }

    /// How the shard ended. What cannot be written is not missed more than the work that failed.
    pub(crate) fn end<T>(&self, ended: &Result<T, RunError>) {
        let error = ended.as_ref().err().map(ToString::to_string);
        let _ = self.write(&Line::Ends { error, at: now() });
    }
}

/// What a script sets to where the messages of its task go.
pub(super) const LOG_VARIABLE: &str = "STREAMSCOPE_LOG";

/// Where the logs are.
pub(super) fn folder(out: &Path) -> PathBuf {
    out.join(layout::PROGRESS)
}

/// What pictures are counted by.
pub(super) fn kind(unit: &Unit) -> String {
    format!("{} {}", unit.site, unit.objective)
}

/// How many of each kind.
pub(super) fn counts(units: &[Unit]) -> Counts {
    let mut counts = Counts::new();
    for unit in units {
        *counts.entry(kind(unit)).or_default() += 1;
    }
    counts
}

/// Seconds since 1970.
pub(super) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// What this machine is called.
fn host() -> String {
    let named = fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// What schedulers tell a task of itself: job, task of an array, node.
fn task(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let slurm = || {
        let job = variable("SLURM_ARRAY_JOB_ID").or_else(|| variable("SLURM_JOB_ID"))?;
        let task = variable("SLURM_ARRAY_TASK_ID").map_or_else(String::new, |task| format!("_{task}"));
        let node = variable("SLURMD_NODENAME").map_or_else(String::new, |node| format!(" on {node}"));
        Some(format!("Slurm {job}{task}{node}"))
    };
    let sge = || Some(format!("{}.{}", variable("JOB_ID")?, variable("SGE_TASK_ID").filter(|t| t != "undefined")?));
    let pbs = || variable("PBS_JOBID");
    let kubernetes = || Some(format!("index {}", variable("JOB_COMPLETION_INDEX")?));
    slurm().or_else(sge).or_else(pbs).or_else(kubernetes)
}

/// The lines of every log of a folder, by the name of its file; those that are cut or say something else are left out.
///
/// # Errors
/// If the folder is there and cannot be read.
pub(super) fn read(out: &Path) -> Result<BTreeMap<PathBuf, Vec<Line>>, RunError> {
    let folder = folder(out);
    if !folder.exists() {
        return Ok(BTreeMap::new());
    }
    let mut logs = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(RunError::write(&folder))?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "jsonl") {
            let text = fs::read(&path).unwrap_or_default();
            let lines = text.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
            logs.insert(path, lines.collect());
        }
    }
    Ok(logs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_was_cut_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().is_empty());
        let shard: Shard = "2/3".parse().unwrap();
        let log = Log::begin(folder.path(), Some(shard), 4).unwrap();
        let lines = [
            Line::Pictures { all: counts(&[]), own: Counts::new(), there: Counts::new() },
            Line::Made { kind: "layer1.1.bn2 neuron".into(), seconds: 1.5, at: 2.0 },
            Line::Ends { error: Some("a\nb".into()), at: 3.0 },
        ];
        lines.iter().for_each(|line| log.write(line).unwrap());
        let path = log.path.clone();
        assert!(path.starts_with(folder.path().join("progress")));
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend(b"{\"made\":{\"kind\":\"layer");
        fs::write(&path, bytes).unwrap();
        let read = read(folder.path()).unwrap();
        let [(name, found)] = read.iter().collect::<Vec<_>>()[..] else { panic!("{read:?}") };
        assert_eq!(*name, path);
        let Line::Begins(begins) = &found[0] else { panic!("{found:?}") };
        let Begins { index, count, threads, process, .. } = begins;
        assert_eq!((*index, *count, *threads, *process), (2, 3, 4, std::process::id()));
        assert_eq!(found[1..], lines);
    }

    #[test]
    fn a_task_is_told_by_what_its_scheduler_sets() {
        let told = |set: &[(&str, &str)]| {
            task(|name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(told(&[]), None);
        let slurm = [("SLURM_JOB_ID", "19"), ("SLURM_ARRAY_JOB_ID", "17"), ("SLURM_ARRAY_TASK_ID", "2")];
        assert_eq!(told(&slurm).as_deref(), Some("Slurm 17_2"));
        assert_eq!(told(&[("SLURM_JOB_ID", "19"), ("SLURMD_NODENAME", "n1")]).as_deref(), Some("Slurm 19 on n1"));
        assert_eq!(told(&[("JOB_ID", "5"), ("SGE_TASK_ID", "undefined")]), None);
        assert_eq!(told(&[("JOB_ID", "5"), ("SGE_TASK_ID", "3")]).as_deref(), Some("5.3"));
        assert_eq!(told(&[("PBS_JOBID", "8[3].head")]).as_deref(), Some("8[3].head"));
        assert_eq!(told(&[("JOB_COMPLETION_INDEX", "0")]).as_deref(), Some("index 0"));
    }
}
