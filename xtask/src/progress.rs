//! Progress on stderr: a bar with the time left on a terminal, a line every few seconds elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use runs::{Event, Observer};
use std::borrow::Cow;
use std::fmt;
use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows the events of a run.
#[derive(Debug)]
pub(crate) struct Progress {
    terminal: bool,
    phase: Mutex<Option<Phase>>,
}

#[derive(Debug)]
struct Phase {
    name: Cow<'static, str>,
    bar: ProgressBar,
    /// Pieces done before the phase began, and now.
    before: usize,
    done: usize,
    total: usize,
    started: Instant,
    said: Instant,
}

impl Progress {
    pub(crate) fn new() -> Progress {
        Progress {
            terminal: stderr().is_terminal(),
            phase: Mutex::new(None),
        }
    }

    fn say(&self, phase: Option<&Phase>, line: &str) {
        match phase {
            Some(phase) if self.terminal => phase.bar.suspend(|| crate::say(line)),
            _ => crate::say(line),
        }
    }
}

impl Phase {
    fn new(terminal: bool, name: Cow<'static, str>, total: usize, done: usize) -> Phase {
        let target = if terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar =
            ProgressBar::with_draw_target(Some(total as u64), target).with_position(done as u64);
        let style =
            ProgressStyle::with_template("{prefix} [{bar:32}] {pos}/{len}  {rate}  {eta} left");
        bar.set_style(
            style
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("rate", |state: &ProgressState, to: &mut dyn fmt::Write| {
                    let _ = write!(to, "{:.1} a second", state.per_sec());
                })
                .progress_chars("=> "),
        );
        bar.set_prefix(name.clone());
        bar.reset_eta();
        let now = Instant::now();
        Phase {
            name,
            bar,
            before: done,
            done,
            total,
            started: now,
            said: now,
        }
    }

    fn line(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = (self.done - self.before) as f64 / seconds.max(1e-9);
        let left = (self.total - self.done) as f64 / rate.max(1e-9);
        format!(
            "{}: {} of {}, {rate:.1} a second, {} left",
            self.name,
            self.done,
            self.total,
            duration(left)
        )
    }
}

/// Seconds as people say them.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds > 1e6 {
        return "an unknown time".to_owned();
    }
    let seconds = Duration::from_secs_f64(seconds.max(0.0)).as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

impl Observer for Progress {
    fn event(&self, event: Event) {
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Phase { name, total, done } => {
                if done > 0 {
                    self.say(None, &format!("{name}: {done} of {total} already done"));
                }
                *phase = Some(Phase::new(self.terminal, name, total, done));
            }
            Event::Advanced => {
                let Some(phase) = phase.as_mut() else { return };
                phase.done += 1;
                phase.bar.inc(1);
                if !self.terminal && phase.said.elapsed() >= LINE_EVERY {
                    phase.said = Instant::now();
                    self.say(None, &phase.line());
                }
            }
            Event::PhaseEnded => {
                let Some(phase) = phase.take() else { return };
                phase.bar.finish_and_clear();
                let seconds = phase.started.elapsed().as_secs_f64();
                if phase.done > phase.before && seconds > 1.0 {
                    let made = phase.done - phase.before;
                    self.say(
                        None,
                        &format!("{}: {made} in {}", phase.name, duration(seconds)),
                    );
                }
            }
            Event::Retried(unit) => {
                self.say(
                    phase.as_ref(),
                    &format!("{unit}: made again, because the picture from the seed before failed"),
                );
            }
            Event::Notice(sentence) => self.say(phase.as_ref(), &sentence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_said_in_two_units() {
        let said = [0.4, 59.9, 61.0, 3_661.0, f64::INFINITY].map(duration);
        assert_eq!(
            said,
            ["0 s", "59 s", "1 min 1 s", "1 h 1 min", "an unknown time"]
        );
    }
}
