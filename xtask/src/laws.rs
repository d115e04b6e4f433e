//! `cargo xtask laws`: every kernel put to the laws of its operation.

use crate::flags::Laws;
use crate::progress::{Progress, duration};
use crate::{FAILED, print, say};
use ::laws::{Outcome, Plan, check};
use anyhow::{anyhow, bail};
use runs::{Event, Isa, Observer};
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::exit;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A law of an operation on an instruction set.
#[derive(Clone, Copy, Debug)]
struct Job {
    isa: Isa,
    /// Which of the subjects.
    subject: usize,
    law: &'static str,
}

/// What became of it, as the file has it.
#[derive(Debug, Serialize)]
struct Line {
    operation: String,
    isa: &'static str,
    law: &'static str,
    about: &'static str,
    /// `held`, `broken` or `not claimed`.
    result: &'static str,
    cases: u64,
    /// The largest fraction of a bound that was used; zero where bits are compared.
    worst: f64,
    /// The failure as it is printed.
    failure: Option<String>,
}

impl Line {
    /// Its cell of the matrix.
    fn cell(&self) -> String {
        let said = match self.result {
            "held" if self.worst > 0.0 => format!("{:.2}", self.worst),
            "held" => "exact".to_owned(),
            "broken" => "BROKEN".to_owned(),
            _ => "-".to_owned(),
        };
        format!("{} {said}", self.law)
    }
}

/// Prints a line for each operation, and each failure; exit code 1 if a law is broken.
pub(crate) fn run(flags: &Laws) -> anyhow::Result<()> {
    let started = Instant::now();
    let jobs = jobs(flags)?;
    let plan = Plan { cases: flags.cases.get() as u64, seed: flags.seed };
    let lines = tried(&jobs, plan);
    table(&jobs, &lines);
    let broken: Vec<&String> = lines.iter().filter_map(|line| line.failure.as_ref()).collect();
    for failure in &broken {
        print("");
        print(failure);
    }
    if let Some(path) = &flags.json {
        let report = serde_json::json!({ "cases": plan.cases, "seed": plan.seed, "laws": lines });
        let write = |e| anyhow!("{}: cannot write the report: {e}", path.display());
        runs::write_atomically(path, format!("{report:#}\n").as_bytes()).map_err(write)?;
    }
    let cases: u64 = lines.iter().map(|line| line.cases).sum();
    let took = duration(started.elapsed().as_secs_f64());
    say(&format!("{cases} cases of {} laws in {took}", lines.iter().filter(|line| line.cases > 0).count()));
    if !broken.is_empty() {
        say(&format!("error: {} laws broken", broken.len()));
        exit(FAILED.into());
    }
    Ok(())
}

/// What is asked for.
fn jobs(flags: &Laws) -> anyhow::Result<Vec<Job>> {
    let subjects = subjects::all(Isa::best());
    let names: Vec<String> = subjects.iter().map(|subject| subject.operation()).collect();
    if let Some(unknown) = flags.operations.iter().find(|name| !names.contains(name)) {
        bail!("no operation is called '{unknown}': expected some of {}", names.join(", "));
    }
    let mut isas = Vec::new();
    for name in &flags.isa {
        isas.push(
            Isa::named(name)
                .map_err(|_| anyhow!("--isa {name}: expected a processor that has it, found one that lacks it"))?,
        );
    }
    if isas.is_empty() {
        isas.push(Isa::best());
    }
    let chosen = |name: &String| flags.operations.is_empty() || flags.operations.contains(name);
    let (mut jobs, mut known) = (Vec::new(), Vec::new());
    for isa in isas {
        for (subject, of) in subjects.iter().enumerate().filter(|(i, _)| chosen(&names[*i])) {
            for about in of.laws() {
                if !known.contains(&about.law) {
                    known.push(about.law);
                }
                if flags.law.is_empty() || flags.law.iter().any(|law| law == about.law) {
                    jobs.push(Job { isa, subject, law: about.law });
                }
            }
        }
    }
    if let Some(unknown) = flags.law.iter().find(|law| !known.contains(&law.as_str())) {
        bail!("--law {unknown}: no law of these operations is called so: expected some of {}", known.join(", "));
    }
    Ok(jobs)
}

/// Tries every job, on all cores. Results are in the order of the jobs.
fn tried(jobs: &[Job], plan: Plan) -> Vec<Line> {
    let progress = Progress::new();
    progress.event(Event::Phase { name: "laws".into(), total: jobs.len(), done: 0 });
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { break };
            let line = line(job, plan);
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(at, line);
            progress.event(Event::Advanced);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..crate::threads(None).get() {
            scope.spawn(work);
        }
    });
    progress.event(Event::PhaseEnded);
    found.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

fn line(job: &Job, plan: Plan) -> Line {
    let subject = subjects::all(job.isa).swap_remove(job.subject);
    let about = subject.laws().into_iter().find(|about| about.law == job.law).map_or("", |about| about.about);
    let (result, cases, worst, failure) = match check(&*subject, job.law, plan) {
        Outcome::Held { cases, worst } => ("held", cases, worst, None),
        Outcome::Broken(failure) => ("broken", 0, 0.0, Some(failure.to_string())),
        Outcome::NotClaimed => ("not claimed", 0, 0.0, None),
    };
    Line { operation: subject.operation(), isa: job.isa.name(), law: job.law, about, result, cases, worst, failure }
}

/// A row for each operation on each instruction set: its laws, each with the largest fraction of a bound, `exact` where
/// bits are compared or nothing rounded, `-` where it is not claimed.
fn table(jobs: &[Job], lines: &[Line]) {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut last = None;
    for (job, line) in jobs.iter().zip(lines) {
        let row = (job.isa, job.subject);
        if last.replace(row) != Some(row) {
            rows.push((format!("{} on {}", line.operation, line.isa), Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            cells.push(line.cell());
        }
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, cells) in rows {
        print(&format!("{name:width$}  {}", cells.join(", ")));
    }
}
