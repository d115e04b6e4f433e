//! How far shards are, from what they said.

use super::Shard;
use super::log::{self, Begins, Counts, Line, folder, now};
use crate::error::RunError;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How far the pictures of one site and objective are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindStatus {
    /// The site and the objective, such as `layer3.1.bn2 neuron`.
    pub kind: String,
    /// How many there are to make.
    pub all: usize,
    /// How many of these are in the store, as far as the shards that began have said.
    pub done: usize,
    /// Seconds that one takes on one thread, the mean of those that were made.
    pub seconds: Option<f64>,
}

/// What a shard is at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShardState {
    /// Nobody began.
    NotBegun,
    /// At work.
    Working,
    /// Not heard of for so long that its process is probably gone.
    Silent,
    /// Done with its part.
    Ended,
    /// Ended by an error.
    Failed(String),
}

/// How far a shard is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShardStatus {
    /// Which one, from 1; 0 is a run in one piece.
    pub index: usize,
    /// What it is at.
    pub state: ShardState,
    /// The machine, the process, and what the scheduler calls the task.
    pub by: String,
    /// Where its messages are, if whoever started it said so.
    pub log: Option<String>,
    /// Its part of the pictures known so far.
    pub pictures: usize,
    /// How many of these are in the store.
    pub done: usize,
    /// How many images it read.
    pub images: usize,
    /// Pictures a minute since it began.
    pub per_minute: f64,
    /// Seconds since its last word.
    pub silent_for: f64,
    /// Seconds until its part is done, at the mean time of each kind of picture; `None` where no time is known.
    pub seconds_left: Option<f64>,
}

/// How far a run in parts is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// Every site and objective, in the order of their names.
    pub kinds: Vec<KindStatus>,
    /// Every shard; none of a run in one piece.
    pub shards: Vec<ShardStatus>,
    /// The run in one piece, where that is what was begun last.
    pub whole: Option<ShardStatus>,
    /// Seconds until the last shard at work is done.
    pub seconds_left: Option<f64>,
}

/// So long nobody says nothing, but for a picture that takes longer.
const PATIENCE: f64 = 600.0;

/// What one process said.
struct Told {
    begins: Begins,
    all: Counts,
    own: Counts,
    there: Counts,
    made: BTreeMap<String, Vec<f64>>,
    images: usize,
    ended: Option<Option<String>>,
    last: f64,
}

impl Told {
    fn of(lines: &[Line]) -> Option<Told> {
        let (Line::Begins(begins), rest) = lines.split_first()? else {
            return None;
        };
        let (all, own, there) = Default::default();
        let last = begins.at;
        let made = BTreeMap::new();
        let mut told = Told { begins: begins.clone(), all, own, there, made, images: 0, ended: None, last };
        for line in rest {
            match line {
                Line::Begins(_) => {}
                Line::Pictures { all, own, there } => {
                    add(&mut told.all, all);
                    add(&mut told.own, own);
                    add(&mut told.there, there);
                }
                Line::Made { kind, seconds, at } => {
                    told.made.entry(kind.clone()).or_default().push(*seconds);
                    told.last = *at;
                }
                Line::Images { read, at } => (told.images, told.last) = (*read, *at),
                Line::Ends { error, at } => (told.ended, told.last) = (Some(error.clone()), *at),
            }
        }
        Some(told)
    }

    fn done(&self, kind: &str) -> usize {
        self.there.get(kind).unwrap_or(&0) + self.made.get(kind).map_or(0, Vec::len)
    }

    fn state(&self, at: f64) -> ShardState {
        let longest = self.made.values().flatten().copied().fold(0.0, f64::max);
        match &self.ended {
            Some(None) => ShardState::Ended,
            Some(Some(error)) => ShardState::Failed(error.clone()),
            None if at - self.last > PATIENCE.max(10.0 * longest) => ShardState::Silent,
            None => ShardState::Working,
        }
    }
}

fn add(to: &mut Counts, more: &Counts) {
    for (kind, count) in more {
        *to.entry(kind.clone()).or_default() += count;
    }
}

/// How far the shards of a run are that were begun last; none where none ever were, or the run is finished.
///
/// # Errors
/// If the folder cannot be read.
pub fn status(out: &Path) -> Result<Option<Status>, RunError> {
    Ok(status_at(&told(out, |_| true)?, now()))
}

/// What the latest process of each shard said, of shards of the number that was begun last, of those `of` whose number is
/// asked for.
fn told(out: &Path, of: impl Fn(usize) -> bool) -> Result<BTreeMap<usize, Told>, RunError> {
    let logs = log::read(out)?;
    let told = logs.values().filter_map(|lines| Told::of(lines));
    let mut all: Vec<Told> = told.filter(|told| of(told.begins.count)).collect();
    all.sort_by(|a, b| a.begins.at.total_cmp(&b.begins.at));
    let count = all.last().map(|told| told.begins.count);
    let of_that = all.into_iter().filter(|told| Some(told.begins.count) == count);
    Ok(of_that.map(|told| (told.begins.index, told)).collect())
}

fn status_at(told: &BTreeMap<usize, Told>, at: f64) -> Option<Status> {
    let count = told.values().next()?.begins.count;
    let mut kinds: BTreeMap<&str, KindStatus> = BTreeMap::new();
    for told in told.values() {
        for (kind, all) in &told.all {
            let empty = KindStatus { kind: kind.clone(), all: 0, done: 0, seconds: None };
            let status = kinds.entry(kind).or_insert(empty);
            status.all = status.all.max(*all);
            status.done += told.done(kind);
        }
    }
    for status in kinds.values_mut() {
        let seconds: Vec<f64> = told.values().filter_map(|t| t.made.get(&status.kind)).flatten().copied().collect();
        status.seconds = (!seconds.is_empty()).then(|| seconds.iter().sum::<f64>() / seconds.len() as f64);
    }
    let shards: Vec<ShardStatus> = (1..=count).map(|index| of_shard(index, told.get(&index), &kinds, at)).collect();
    let whole = told.get(&0).map(|told| of_shard(0, Some(told), &kinds, at));
    let working = shards.iter().chain(&whole).filter(|shard| shard.state == ShardState::Working);
    let left = working.filter_map(|shard| shard.seconds_left).reduce(f64::max);
    Some(Status { kinds: kinds.into_values().collect(), seconds_left: left, shards, whole })
}

fn of_shard(index: usize, told: Option<&Told>, kinds: &BTreeMap<&str, KindStatus>, at: f64) -> ShardStatus {
    let Some(told) = told else {
        let (state, by) = (ShardState::NotBegun, String::new());
        let (per_minute, silent_for) = (0.0, 0.0);
        return ShardStatus {
            index,
            state,
            by,
            log: None,
            pictures: 0,
            done: 0,
            images: 0,
            per_minute,
            silent_for,
            seconds_left: None,
        };
    };
    let (mut done, mut left) = (0, Some(0.0));
    for (kind, own) in &told.own {
        done += told.done(kind);
        let open = own.saturating_sub(told.done(kind)) as f64;
        let seconds = kinds.get(kind.as_str()).and_then(|kind| kind.seconds);
        left = match (left, seconds) {
            (left, _) if open == 0.0 => left,
            (Some(left), Some(seconds)) => Some(left + open * seconds / told.begins.threads as f64),
            _ => None,
        };
    }
    let made = told.made.values().map(Vec::len).sum::<usize>();
    let minutes = (told.last - told.begins.at) / 60.0;
    let task = told.begins.task.as_ref().map_or_else(String::new, |task| format!(", {task}"));
    ShardStatus {
        index,
        state: told.state(at),
        by: format!("{}, process {}{task}", told.begins.host, told.begins.process),
        log: told.begins.log.clone(),
        pictures: told.own.values().sum(),
        done,
        images: told.images,
        per_minute: if minutes > 0.0 { made as f64 / minutes } else { 0.0 },
        silent_for: (at - told.last).max(0.0),
        seconds_left: left,
    }
}

/// A sentence for each shard that was begun last and is not done: which, by whom, why, and where its messages are.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn unfinished(out: &Path) -> Result<Vec<String>, RunError> {
    // Those that a run in one piece took up, too, which did not come to its end.
    let shards = status_at(&told(out, |count| count > 0)?, now());
    Ok(shards.map_or_else(Vec::new, |status| sentences(&status)))
}

fn sentences(status: &Status) -> Vec<String> {
    let count = status.shards.len();
    let sentence = |shard: &ShardStatus| {
        let why = match &shard.state {
            ShardState::Ended => return None,
            ShardState::NotBegun => "was not begun".to_owned(),
            ShardState::Failed(error) => format!("failed ({error})"),
            ShardState::Silent | ShardState::Working => {
                format!("did not come to its end, and was last heard of {:.0} s ago", shard.silent_for)
            }
        };
        let by = if shard.by.is_empty() { String::new() } else { format!(" ({})", shard.by) };
        let log = shard.log.as_ref().map_or_else(String::new, |log| format!("; its messages are in {log}"));
        let Ok(name) = format!("{}/{count}", shard.index).parse::<Shard>() else { return None };
        Some(format!("shard {name}{by} {why}{log}: what is missing of it is made now"))
    };
    status.shards.iter().filter_map(sentence).collect()
}

/// Removes what shards said: the run is finished.
pub(crate) fn forget(out: &Path) {
    if let Ok(logs) = log::read(out) {
        for path in logs.keys() {
            let _ = fs::remove_file(path);
        }
        // Only if nothing else is in it.
        let _ = fs::remove_dir(folder(out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(index: usize, count: usize, at: f64) -> Line {
        let (host, task, log) = ("n1".to_owned(), Some("Slurm 17_1".to_owned()), Some("a.log".to_owned()));
        Line::Begins(Begins { index, count, host, process: 7, threads: 2, task, log, at })
    }

    fn pictures(all: usize, own: usize, there: usize) -> Line {
        let counts = |count| Counts::from([("layer1.1.bn2 neuron".to_owned(), count)]);
        Line::Pictures { all: counts(all), own: counts(own), there: counts(there) }
    }

    fn made(seconds: f64, at: f64) -> Line {
        Line::Made { kind: "layer1.1.bn2 neuron".to_owned(), seconds, at }
    }

    fn write(out: &Path, name: &str, lines: &[Line]) {
        fs::create_dir_all(folder(out)).unwrap();
        let lines: Vec<String> = lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
        fs::write(folder(out).join(name), lines.join("\n")).unwrap();
    }

    #[test]
    fn what_is_done_and_left_follows_from_what_the_latest_process_of_each_shard_said() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path();
        assert_eq!(status(out).unwrap(), None);
        // Shards of another number, begun before; and a process that was killed, whose shard another one took up.
        write(out, "a.jsonl", &[begins(1, 2, 1.0), pictures(9, 9, 0)]);
        write(out, "b.jsonl", &[begins(1, 3, 100.0), pictures(10, 4, 0), made(2.0, 130.0)]);
        write(out, "c.jsonl", &[begins(1, 3, 200.0), pictures(10, 4, 1), made(4.0, 230.0), made(6.0, 260.0)]);
        write(out, "d.jsonl", &[begins(2, 3, 200.0), pictures(10, 3, 3), Line::Ends { error: None, at: 201.0 }]);
        let status = status_at(&told(out, |_| true).unwrap(), 270.0).unwrap();
        assert_eq!(status.kinds.len(), 1);
        let KindStatus { all, done, seconds, .. } = status.kinds[0];
        assert_eq!((all, done, seconds), (10, 6, Some(5.0)));
        let [first, second, third] = &status.shards[..] else { panic!("{status:?}") };
        assert_eq!((&first.state, first.pictures, first.done), (&ShardState::Working, 4, 3));
        // One picture of five seconds, on two threads; two in a minute; ten seconds ago.
        assert_eq!((first.seconds_left, first.per_minute, first.silent_for), (Some(2.5), 2.0, 10.0));
        assert_eq!(first.by, "n1, process 7, Slurm 17_1");
        assert_eq!((&second.state, second.seconds_left), (&ShardState::Ended, Some(0.0)));
        assert_eq!((&third.state, third.seconds_left), (&ShardState::NotBegun, None));
        assert_eq!(status.seconds_left, Some(2.5));
        let told_of = sentences(&status);
        assert_eq!(
            told_of,
            [
                "shard 1/3 (n1, process 7, Slurm 17_1) did not come to its end, and was last heard of 10 s ago; its \
                 messages are in a.log: what is missing of it is made now",
                "shard 3/3 was not begun: what is missing of it is made now",
            ]
        );
        assert_eq!(status.whole, None);
        // A run in one piece that takes them up and is killed: it is what status tells of, and they are still to be named.
        write(out, "e.jsonl", &[begins(0, 0, 300.0), pictures(10, 10, 6), made(4.0, 310.0)]);
        let status = status_at(&told(out, |_| true).unwrap(), 310.0).unwrap();
        let whole = status.whole.unwrap();
        assert_eq!((whole.pictures, whole.done, whole.seconds_left), (10, 7, Some(6.0)));
        assert_eq!((status.shards.len(), status.kinds[0].done, status.seconds_left), (0, 7, Some(6.0)));
        assert_eq!(unfinished(out).unwrap().len(), 2);
        forget(out);
        assert!(!super::folder(out).exists() && super::status(out).unwrap().is_none());
    }

    #[test]
    fn a_process_is_silent_after_ten_minutes_or_ten_times_its_longest_picture() {
        let state = |lines: &[Line], at| Told::of(lines).unwrap().state(at);
        let quick = [begins(1, 1, 0.0), made(1.0, 10.0)];
        assert_eq!((state(&quick, 610.0), state(&quick, 610.1)), (ShardState::Working, ShardState::Silent));
        let slow = [begins(1, 1, 0.0), made(100.0, 100.0)];
        assert_eq!((state(&slow, 1100.0), state(&slow, 1100.1)), (ShardState::Working, ShardState::Silent));
        let failed = [begins(1, 1, 0.0), Line::Ends { error: Some("full".to_owned()), at: 1.0 }];
        assert_eq!(state(&failed, 9000.0), ShardState::Failed("full".to_owned()));
        assert!(Told::of(&[]).is_none() && Told::of(&[made(1.0, 2.0)]).is_none());
    }
}
