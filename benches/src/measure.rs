//! Timing: repeated calls, medians, and the two ceilings that speeds are compared with.

use kernels::Isa;
use kernels::peak::multiply_adds;
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::Instant;

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    /// `kernels`, `forward`, `featviz` or `scan`.
    pub(crate) subject: String,
    /// What was run; with the subject and the threads, it finds the same row of another run.
    pub(crate) name: String,
    /// Threads at work.
    pub(crate) threads: usize,
    /// Median of the runs, in milliseconds.
    pub(crate) milliseconds: f64,
    /// First and third quartile.
    pub(crate) quartiles: [f64; 2],
    /// How many runs.
    pub(crate) runs: usize,
    /// Floating point operations of one run, where they are what it is about.
    pub(crate) operations: Option<f64>,
    /// Bytes that a run must at least read and write.
    pub(crate) bytes: Option<f64>,
    /// Something else worth saying, such as memory.
    pub(crate) note: String,
}

/// The most that one core was seen to do, in the same run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ceilings {
    /// Floating point operations a second, by fused multiply-adds that touch no memory.
    pub(crate) operations: f64,
    /// Bytes a second, read and written by copying 64 MiB.
    pub(crate) bytes: f64,
}

impl Row {
    /// With the median and quartiles of `seconds`.
    pub(crate) fn new(subject: &str, name: impl Into<String>, threads: usize, seconds: &Samples) -> Row {
        Row {
            subject: subject.to_owned(),
            name: name.into(),
            threads,
            milliseconds: seconds.quantile(0.5) * 1e3,
            quartiles: [0.25, 0.75].map(|q| seconds.quantile(q) * 1e3),
            runs: seconds.0.len(),
            operations: None,
            bytes: None,
            note: String::new(),
        }
    }

    /// With operations and bytes.
    pub(crate) fn of(self, operations: f64, bytes: f64) -> Row {
        Row { operations: Some(operations), bytes: Some(bytes), ..self }
    }

    /// With a note.
    pub(crate) fn noting(self, note: impl Into<String>) -> Row {
        Row { note: note.into(), ..self }
    }

    /// Operations a second, in thousands of millions.
    pub(crate) fn gigaflops(&self) -> Option<f64> {
        Some(self.operations? / self.milliseconds / 1e6)
    }

    /// The fraction of the multiply-add rate of its threads.
    pub(crate) fn of_peak(&self, ceilings: &Ceilings) -> Option<f64> {
        Some(self.gigaflops()? * 1e9 / (ceilings.operations * self.threads as f64))
    }
}

/// Seconds, in ascending order.
#[derive(Clone, Debug)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn new(mut seconds: Vec<f64>) -> Samples {
        seconds.sort_unstable_by(f64::total_cmp);
        Samples(seconds)
    }

    /// The sample nearest to a fraction of the way through them.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a small number")]
    pub(crate) fn quantile(&self, fraction: f64) -> f64 {
        let at = (fraction * (self.0.len().saturating_sub(1)) as f64).round() as usize;
        self.0.get(at).copied().unwrap_or(f64::NAN)
    }
}

/// Seconds that one call takes.
pub(crate) fn seconds(call: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    call();
    start.elapsed().as_secs_f64()
}

/// The times of `runs` calls, after three that do not count.
pub(crate) fn sample(runs: usize, mut call: impl FnMut()) -> Samples {
    (0..3).for_each(|_| call());
    Samples::new((0..runs).map(|_| seconds(&mut call)).collect())
}

/// The times of several calls, in turn, so that what slows the machine down slows all of them.
pub(crate) fn sample_in_turn(runs: usize, calls: &mut [Box<dyn FnMut() + '_>]) -> Vec<Samples> {
    let mut times = vec![Vec::new(); calls.len()];
    for run in 0..runs + 2 {
        for (call, times) in calls.iter_mut().zip(&mut times) {
            let time = seconds(call);
            if run >= 2 {
                times.push(time);
            }
        }
    }
    times.into_iter().map(Samples::new).collect()
}

/// Measures both ceilings.
pub(crate) fn ceilings(isa: Isa) -> Ceilings {
    let (mut digest, mut operations) = ([0.0; 16], 0);
    let compute = sample(15, || {
        operations = multiply_adds(isa, 1_000_000, black_box(&mut digest));
    });
    let from = vec![1_u8; 64 << 20];
    let mut to = vec![0_u8; from.len()];
    let copy = sample(9, || black_box(&mut to).copy_from_slice(black_box(&from)));
    Ceilings {
        operations: operations as f64 / compute.quantile(0.5),
        bytes: 2.0 * from.len() as f64 / copy.quantile(0.5),
    }
}
