//! Progress on stderr: a bar with the time left on a terminal, a line every few seconds elsewhere. Where a run says
//! beforehand what it has to do, the time is that of the whole run.

mod whole;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use runs::{Event, Observer, Preset};
use std::borrow::Cow;
use std::fmt;
use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use whole::Whole;

const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows the events of a run.
#[derive(Debug)]
pub(crate) struct Progress {
    terminal: bool,
    shown: Mutex<Shown>,
}

/// What is on its way.
#[derive(Debug, Default)]
struct Shown {
    phase: Option<Phase>,
    /// The whole run, where it said what it has to do.
    whole: Option<Whole>,
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
        Progress { terminal: stderr().is_terminal(), shown: Mutex::default() }
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
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target).with_position(done as u64);
        let style = ProgressStyle::with_template("{prefix} [{bar:32}] {pos}/{len}  {rate}  {left}{msg}");
        bar.set_style(
            style
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("rate", |state: &ProgressState, to: &mut dyn fmt::Write| {
                    let _ = write!(to, "{:.1} a second", state.per_sec());
                })
                .with_key("left", |state: &ProgressState, to: &mut dyn fmt::Write| {
                    // Before the first piece is done nobody knows, and nothing is not what is left.
                    let seconds = state.eta().as_secs_f64();
                    let known = state.per_sec() > 0.0 && (seconds > 0.0 || Some(state.pos()) == state.len());
                    let _ = match known {
                        true => write!(to, "{} left", duration(seconds)),
                        false => write!(to, "time left not known yet"),
                    };
                })
                .progress_chars("=> "),
        );
        bar.set_prefix(name.clone());
        bar.reset_eta();
        let now = Instant::now();
        Phase { name, bar, before: done, done, total, started: now, said: now }
    }

    /// Says the time of the whole run instead of the phase's.
    fn show_of_whole(&self, whole: &Whole) {
        let style = ProgressStyle::with_template("{prefix} [{bar:32}] {pos}/{len}{msg}");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        self.bar.set_message(format!("; {}", whole.left(Instant::now())));
    }

    /// Notes a finished piece. Where nobody sees the bar, a line about it is due every few seconds.
    fn advance(&mut self, (terminal, whole): (bool, Option<&Whole>), now: Instant) -> Option<String> {
        self.done += 1;
        self.bar.inc(1);
        if let Some(whole) = whole {
            self.bar.set_message(format!("; {}", whole.left(now)));
        }
        let due = !terminal && now.duration_since(self.said) >= LINE_EVERY;
        due.then(|| {
            self.said = now;
            self.line(whole, now)
        })
    }

    /// How far it is. What was done before it began took none of its time.
    fn line(&self, whole: Option<&Whole>, now: Instant) -> String {
        let seconds = now.duration_since(self.started).as_secs_f64();
        let rate = (self.done - self.before) as f64 / seconds.max(1e-9);
        let left = (self.total - self.done) as f64 / rate.max(1e-9);
        let left = whole.map_or_else(|| format!("{} left", duration(left)), |whole| whole.left(now));
        format!("{}: {} of {}, {rate:.1} a second, {left}", self.name, self.done, self.total)
    }

    /// What was done in it and how long that took, if it took long.
    fn ended(&self, now: Instant) -> Option<String> {
        let seconds = now.duration_since(self.started).as_secs_f64();
        let made = self.done - self.before;
        (made > 0 && seconds > 1.0).then(|| format!("{}: {made} in {}", self.name, duration(seconds)))
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

/// Says what the published recipe would cost, where fewer steps were taken.
pub(crate) fn more_steps(steps: usize) {
    let papers = Preset::Paper.steps();
    if steps < papers {
        let times = (papers as f64 / steps as f64).round();
        crate::say(&format!(
            "pictures of {steps} steps; the paper's {papers} (--preset paper) take about {times} times as long"
        ));
    }
}

impl Observer for Progress {
    fn event(&self, event: Event) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let Shown { phase, whole } = &mut *shown;
        match event {
            Event::Outlook(works) => {
                *whole = Whole::new(works, Instant::now());
                if let Some(whole) = whole {
                    self.say(None, &whole.sentence());
                }
            }
            Event::Phase { name, total, done } => {
                if done > 0 {
                    self.say(None, &format!("{name}: {done} of {total} already done"));
                }
                let new = Phase::new(self.terminal, name, total, done);
                if let Some(whole) = whole {
                    whole.begins(&new.name);
                    new.show_of_whole(whole);
                }
                *phase = Some(new);
            }
            Event::Pictures { .. } | Event::Made { .. } => {}
            Event::Advanced => {
                let Some(phase) = phase.as_mut() else { return };
                if let Some(whole) = whole {
                    whole.advance();
                }
                if let Some(line) = phase.advance((self.terminal, whole.as_ref()), Instant::now()) {
                    self.say(None, &line);
                }
            }
            Event::PhaseEnded => {
                let Some(phase) = phase.take() else { return };
                if let Some(whole) = whole {
                    whole.ends();
                }
                phase.bar.finish_and_clear();
                if let Some(line) = phase.ended(Instant::now()) {
                    self.say(None, &line);
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
    use super::*;
    use runs::Unit;

    #[test]
    fn durations_are_said_in_two_units() {
        for (seconds, said) in [
            (-1.0, "0 s"),
            (0.4, "0 s"),
            (59.9, "59 s"),
            (60.0, "1 min 0 s"),
            (61.0, "1 min 1 s"),
            (3_599.0, "59 min 59 s"),
            (3_600.0, "1 h 0 min"),
            (3_661.0, "1 h 1 min"),
            (90_061.0, "25 h 1 min"),
            (1e6, "277 h 46 min"),
            (1_000_001.0, "an unknown time"),
            (f64::INFINITY, "an unknown time"),
            (f64::NAN, "an unknown time"),
        ] {
            assert_eq!(duration(seconds), said, "{seconds}");
        }
    }

    /// A phase of ten pieces, of which an earlier run did some, and when it began.
    fn phase(before: usize) -> (Phase, Instant) {
        let phase = Phase::new(false, Cow::Borrowed("pictures"), 10, before);
        let started = phase.started;
        (phase, started)
    }

    fn after(started: Instant, milliseconds: u64) -> Instant {
        started + Duration::from_millis(milliseconds)
    }

    #[test]
    fn rates_and_the_time_left_count_what_was_done_since_the_phase_began() {
        // Four in twenty seconds, whatever an earlier run did: one in five.
        for (before, left) in [(0, "30 s"), (3, "15 s"), (6, "0 s")] {
            let (mut phase, started) = phase(before);
            for _ in 0..4 {
                let _ = phase.advance((true, None), started);
            }
            let done = before + 4;
            assert_eq!(
                phase.line(None, after(started, 20_000)),
                format!("pictures: {done} of 10, 0.2 a second, {left} left")
            );
        }
        let (fresh, started) = phase(7);
        assert_eq!(fresh.line(None, started), "pictures: 7 of 10, 0.0 a second, an unknown time left");
    }

    #[test]
    fn a_line_is_said_every_five_seconds_and_none_beside_a_bar() {
        let (mut silent, started) = phase(0);
        assert_eq!(silent.advance((false, None), after(started, 4_999)), None);
        let first = silent.advance((false, None), after(started, 5_000));
        assert_eq!(first.as_deref(), Some("pictures: 2 of 10, 0.4 a second, 20 s left"));
        // Five seconds from the last line on.
        assert_eq!(silent.advance((false, None), after(started, 9_999)), None);
        assert!(silent.advance((false, None), after(started, 10_001)).is_some());
        let (mut bar, started) = phase(0);
        assert_eq!(bar.advance((true, None), after(started, 60_000)), None);
        assert_eq!((bar.done, bar.bar.position()), (1, 1));
    }

    #[test]
    fn what_a_phase_did_is_said_at_its_end_if_it_took_longer_than_a_second() {
        let (mut phase, started) = phase(4);
        assert_eq!(phase.ended(after(started, 9_000)), None);
        for _ in 0..3 {
            let _ = phase.advance((true, None), started);
        }
        assert_eq!(phase.ended(after(started, 1_000)), None);
        let said = phase.ended(after(started, 1_001));
        assert_eq!(said.as_deref(), Some("pictures: 3 in 1 s"));
        let said = phase.ended(after(started, 125_000));
        assert_eq!(said.as_deref(), Some("pictures: 3 in 2 min 5 s"));
    }

    #[test]
    fn a_phase_is_followed_from_its_beginning_to_its_end() {
        let progress = Progress { terminal: false, shown: Mutex::default() };
        let seen = || {
            let shown = progress.shown.lock().unwrap();
            shown.phase.as_ref().map(|p| {
                let bar = (p.bar.position(), p.bar.length().unwrap());
                (p.name.to_string(), p.before, p.done, p.total, bar)
            })
        };
        // What no phase is for changes nothing.
        progress.event(Event::Advanced);
        progress.event(Event::PhaseEnded);
        assert_eq!(seen(), None);
        let begins = |total, done| Event::Phase { name: "pictures".into(), total, done };
        progress.event(begins(5, 2));
        assert_eq!(seen(), Some(("pictures".to_owned(), 2, 2, 5, (2, 5))));
        progress.event(Event::Advanced);
        progress.event(Event::Notice("a sentence".to_owned()));
        progress.event(Event::Advanced);
        assert_eq!(seen(), Some(("pictures".to_owned(), 2, 4, 5, (4, 5))));
        progress.event(Event::PhaseEnded);
        assert_eq!(seen(), None);
    }

    /// A terminal that keeps what is written.
    #[derive(Clone, Debug, Default)]
    struct Terminal(std::sync::Arc<Mutex<String>>);

    impl indicatif::TermLike for Terminal {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn write_line(&self, line: &str) -> std::io::Result<()> {
            self.write_str(line)
        }
        fn write_str(&self, text: &str) -> std::io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> std::io::Result<()> {
            self.write_str("<cleared>")
        }
        fn flush(&self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What becomes of a bar that is drawn, whether it should be or not, while something is said.
    fn beside(terminal: bool, event: Event) -> String {
        let progress = Progress { terminal, shown: Mutex::default() };
        progress.event(Event::Phase { name: "pictures".into(), total: 8, done: 2 });
        let shown = Terminal::default();
        if let Some(phase) = progress.shown.lock().unwrap().phase.as_ref() {
            phase.bar.set_draw_target(ProgressDrawTarget::term_like(Box::new(shown.clone())));
            phase.bar.tick();
        }
        assert!(shown.0.lock().unwrap().contains("pictures [====="), "{shown:?}");
        shown.0.lock().unwrap().clear();
        progress.event(event);
        let text = shown.0.lock().unwrap();
        text.clone()
    }

    #[test]
    fn on_a_terminal_the_bar_makes_room_for_a_sentence_and_elsewhere_there_is_none() {
        let site = "layer1.1.pre".parse().unwrap();
        let unit = Unit { site, objective: runs::Objective::Neuron, channel: 3, seed: 1 };
        for event in [Event::Notice("a sentence".to_owned()), Event::Retried(unit)] {
            let shown = beside(true, event.clone());
            let again = shown.strip_prefix("<cleared>").unwrap_or_else(|| panic!("it stays: {shown:?}"));
            assert!(again.contains("pictures [=====") && again.contains(" 2/8 "), "{shown:?}");
            assert_eq!(beside(false, event), "");
        }
    }

    #[test]
    fn the_bar_shows_a_rate_and_does_not_open_with_nothing_left() {
        let phase = Phase::new(true, Cow::Borrowed("pictures"), 8, 2);
        let terminal = Terminal::default();
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        phase.bar.set_draw_target(target);
        phase.bar.tick();
        let shown = terminal.0.lock().unwrap().clone();
        let expected = "pictures [========>                       ] 2/8  ";
        assert!(shown.starts_with(expected), "{shown}");
        assert!(shown.contains(" a second  ") && shown.trim_end().ends_with("  time left not known yet"), "{shown}");
    }
}
