//! How long a whole run takes: estimated before it, and corrected by how long its parts take.

use super::duration;
use runs::Work;
use std::time::Instant;

/// For so many seconds the estimate is believed as much as what was seen since.
const BELIEVED: f64 = 5.0;

/// A run that said what it has to do.
#[derive(Debug)]
pub(super) struct Whole {
    works: Vec<Work>,
    started: Instant,
    /// The part that is being done, and how many of its pieces are done; none before the first and between two.
    at: Option<(usize, usize)>,
    /// The parts that are done: all before this one.
    next: usize,
}

impl Whole {
    /// One that begins now; `None` where there is nothing to say.
    pub(super) fn new(works: Vec<Work>, now: Instant) -> Option<Whole> {
        let any = works.iter().any(|work| !work.pieces.is_empty());
        any.then_some(Whole { works, started: now, at: None, next: 0 })
    }

    /// What there is to do and how long it takes, in one sentence.
    pub(super) fn sentence(&self) -> String {
        let counted = self.works.iter().filter(|work| work.count > 0 && !work.what.is_empty());
        let counts: Vec<String> = counted.map(|work| runs::counted(work.count, work.what)).collect();
        format!("about {}: {}", duration(self.total()), counts.join(", "))
    }

    fn total(&self) -> f64 {
        self.works.iter().map(Work::seconds).sum()
    }

    /// A phase begins, which may be none of those that were estimated.
    pub(super) fn begins(&mut self, phase: &str) {
        let found = (self.next..self.works.len()).find(|&at| self.works[at].phase == phase);
        if let Some(at) = found {
            self.next = at;
            self.at = Some((at, 0));
        }
    }

    /// A piece of the phase is done.
    pub(super) fn advance(&mut self) {
        if let Some((_, pieces)) = &mut self.at {
            *pieces += 1;
        }
    }

    /// The phase ended.
    pub(super) fn ends(&mut self) {
        if let Some((at, _)) = self.at.take() {
            self.next = at + 1;
        }
    }

    /// How long the rest takes, as far as that can be said now: the estimate, corrected by how much slower or faster than
    /// it the run was so far.
    pub(super) fn left(&self, now: Instant) -> String {
        let before: f64 = self.works[..self.next].iter().map(Work::seconds).sum();
        let done = before + self.at.map_or(0.0, |(at, pieces)| self.works[at].after(pieces));
        let took = now.duration_since(self.started).as_secs_f64();
        let slower = (took + BELIEVED) / (done + BELIEVED);
        // Less than a second is not nothing.
        let left = ((self.total() - done) * slower).max(1.0);
        format!("about {} of the whole run left", duration(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn work(phase: &'static str, what: &'static str, count: usize, pieces: &[f64]) -> Work {
        Work { phase, what, count, pieces: pieces.to_vec(), threads: 2 }
    }

    fn whole(now: Instant) -> Whole {
        let works = vec![
            work("a", "picture", 1168, &[40.0, 80.0, 120.0]),
            work("b", "", 0, &[20.0]),
            work("c", "tuning curve", 464, &[20.0]),
        ];
        Whole::new(works, now).unwrap()
    }

    #[test]
    fn what_there_is_to_do_is_one_sentence() {
        let now = Instant::now();
        assert_eq!(whole(now).sentence(), "about 2 min 20 s: 1,168 pictures, 464 tuning curves");
        assert!(Whole::new(Vec::new(), now).is_none());
    }

    #[test]
    fn the_time_left_begins_with_the_estimate_and_follows_what_was_seen() {
        let started = Instant::now();
        let mut run = whole(started);
        let left = |run: &Whole, seconds: u64| {
            let left = run.left(started + Duration::from_secs(seconds));
            left.strip_prefix("about ").unwrap().strip_suffix(" of the whole run left").unwrap().to_owned()
        };
        assert_eq!(left(&run, 0), "2 min 20 s");
        run.begins("a");
        assert_eq!(left(&run, 0), "2 min 20 s");
        run.advance();
        // As fast as it was thought: 20 of 140 seconds are done.
        assert_eq!(left(&run, 20), "2 min 0 s");
        // Twice as slow: (45 / 25) of 120 seconds.
        assert_eq!(left(&run, 40), "3 min 36 s");
        // Of no part of the estimate: nothing changes.
        run.ends();
        assert_eq!(left(&run, 120), "20 s");
        run.begins("made again");
        run.advance();
        run.ends();
        assert_eq!(left(&run, 120), "20 s");
        // One that has nothing to do is passed over.
        run.begins("c");
        assert_eq!(left(&run, 130), "10 s");
        run.advance();
        run.ends();
        assert_eq!(left(&run, 140), "1 s");
    }
}
