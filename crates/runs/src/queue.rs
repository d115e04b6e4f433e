//! Independent pieces of work on several threads, their results in order: the one way in which this crate uses threads.
//!
//! A queue of its own and not a parallel iterator of rayon, for three reasons. Results are handed on one by one as soon as
//! all before them are, so that a journal is written in the order of the images and no more than a few results are in
//! memory; rayon collects them all. A thread keeps a state as long as it lives, the buffers of a network, which take
//! longer to make than a piece of work; rayon makes one for each part that it splits work into. And pieces begin in their
//! order, so that those beside each other, of one site or block, find the buffers of the one before.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

/// How many results for each thread may wait for one that comes before them.
const AHEAD: usize = 4;

/// So many pieces of work, on so many threads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queue {
    threads: NonZero<usize>,
    count: usize,
    /// How many results may wait for one that comes before them.
    ahead: usize,
}

/// What the threads share.
struct Shared<R> {
    finished: BTreeMap<usize, R>,
    /// Results that were handed on; work begins only a little ahead of it.
    taken: usize,
    /// Behind the last piece that is to be begun: one that failed is the last.
    end: usize,
    /// Work goes on: no result was refused and no thread panicked.
    running: bool,
}

/// Ends the work of the others where a thread panics, so that none waits for it.
struct OnPanic<'a, R>(&'a Mutex<Shared<R>>, &'a Condvar);

impl<R> Drop for OnPanic<'_, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(self.0).running = false;
            self.1.notify_all();
        }
    }
}

fn lock<R>(shared: &Mutex<Shared<R>>) -> MutexGuard<'_, Shared<R>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What tools that list a program's threads call those that work.
fn named(index: usize) -> Builder {
    Builder::new().name(format!("worker {index}"))
}

impl Queue {
    /// No more results are held than a few for each thread, however many pieces there are.
    pub(crate) fn new(threads: NonZero<usize>, count: usize) -> Queue {
        Queue { threads, count, ahead: AHEAD * threads.get() }
    }

    /// The same where results take no memory: no thread waits because a piece takes long.
    pub(crate) fn without_limit(self) -> Queue {
        Queue { ahead: self.count, ..self }
    }

    /// Does `work` for each of `0..count`, on threads that each have a state of their own, and hands the results to
    /// `take` in order, on this thread.
    ///
    /// # Errors
    /// The first of `work` or `take`, in the order of the pieces. What comes after a piece that failed is not begun.
    #[expect(clippy::expect_used, reason = "where the system gives no thread, scoped threads panic too")]
    pub(crate) fn run<S, R: Send, E: Send>(
        &self,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, usize) -> Result<R, E> + Sync,
        mut take: impl FnMut(usize, R) -> Result<(), E>,
    ) -> Result<(), E> {
        let Queue { threads, count, ahead } = *self;
        let (next, changed) = (AtomicUsize::new(0), Condvar::new());
        let shared = Mutex::new(Shared { finished: BTreeMap::new(), taken: 0, end: count, running: true });
        let worker = || {
            let _guard = OnPanic(&shared, &changed);
            let mut state = state();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let early = |s: &mut Shared<Result<R, E>>| s.running && at < s.end && at >= s.taken + ahead;
                let waiting = changed.wait_while(lock(&shared), early);
                let now = waiting.unwrap_or_else(PoisonError::into_inner);
                if !now.running || at >= now.end {
                    return;
                }
                drop(now);
                let result = work(&mut state, at);
                let mut now = lock(&shared);
                if result.is_err() {
                    now.end = now.end.min(at);
                }
                now.finished.insert(at, result);
                drop(now);
                changed.notify_all();
            }
        };
        thread::scope(|scope| {
            let _guard = OnPanic(&shared, &changed);
            for index in 0..threads.get().min(count) {
                named(index).spawn_scoped(scope, worker).expect("a thread");
            }
            for at in 0..count {
                let ready = changed.wait_while(lock(&shared), |s| s.running && !s.finished.contains_key(&at));
                let mut ready = ready.unwrap_or_else(PoisonError::into_inner);
                let Some(result) = ready.finished.remove(&at) else {
                    // A thread panicked; the scope passes it on.
                    return Ok(());
                };
                ready.taken = at + 1;
                drop(ready);
                changed.notify_all();
                if let Err(error) = result.and_then(|result| take(at, result)) {
                    lock(&shared).running = false;
                    changed.notify_all();
                    return Err(error);
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::time::Duration;

    fn threads(count: usize) -> NonZero<usize> {
        NonZero::new(count).unwrap()
    }

    #[test]
    fn results_come_in_order_however_long_each_takes() {
        for count in [0, 1, 2, 50] {
            let mut taken = Vec::new();
            let work = |_: &mut (), at: usize| {
                thread::sleep(Duration::from_micros(((at * 7919) % 13) as u64 * 50));
                Ok(at * at)
            };
            let take = |at, square| {
                taken.push((at, square));
                Ok(())
            };
            let done: Result<(), Infallible> = Queue::new(threads(3), count).run(|| (), work, take);
            assert_eq!(done, Ok(()));
            let expected: Vec<_> = (0..count).map(|at| (at, at * at)).collect();
            assert_eq!(taken, expected);
        }
    }

    #[test]
    fn work_waits_for_a_slow_result_that_comes_before_it() {
        let begun = AtomicUsize::new(0);
        let at_most = AtomicUsize::new(0);
        let work = |_: &mut (), at: usize| {
            begun.fetch_add(1, Ordering::SeqCst);
            if at == 0 {
                thread::sleep(Duration::from_millis(100));
                at_most.store(begun.load(Ordering::SeqCst), Ordering::SeqCst);
            }
            Ok(())
        };
        let done: Result<(), Infallible> = Queue::new(threads(2), 1000).run(|| (), work, |_, ()| Ok(()));
        assert_eq!(done, Ok(()));
        assert_eq!(begun.load(Ordering::SeqCst), 1000);
        assert!(at_most.load(Ordering::SeqCst) <= AHEAD * 2);
    }

    /// Four results for each thread: written out, since the constant may be wrong.
    #[test]
    fn work_goes_on_until_as_many_results_wait_as_there_is_room_for_and_no_further() {
        for (count, room) in [(2, 8), (3, 12)] {
            let begun = AtomicUsize::new(0);
            let seen = AtomicUsize::new(0);
            let work = |_: &mut (), at: usize| {
                begun.fetch_add(1, Ordering::SeqCst);
                let started = std::time::Instant::now();
                while at == 0 && begun.load(Ordering::SeqCst) < room {
                    assert!(started.elapsed() < Duration::from_secs(60), "others wait");
                    thread::yield_now();
                }
                if at == 0 {
                    // Time for one too many.
                    thread::sleep(Duration::from_millis(50));
                    seen.store(begun.load(Ordering::SeqCst), Ordering::SeqCst);
                }
                Ok(())
            };
            let queue = Queue::new(threads(count), 40);
            let done: Result<(), Infallible> = queue.run(|| (), work, |_, ()| Ok(()));
            assert_eq!(done, Ok(()));
            assert_eq!(seen.load(Ordering::SeqCst), room, "{count} threads");
            assert_eq!(begun.load(Ordering::SeqCst), 40);
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        let begun = AtomicUsize::new(0);
        let work = |_: &mut (), _| {
            begun.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        let take = |at, ()| if at == 3 { Err("full") } else { Ok(()) };
        assert_eq!(Queue::new(threads(2), 1000).run(|| (), work, take), Err("full"));
        assert!(begun.load(Ordering::SeqCst) <= 4 + AHEAD * 2);
    }

    /// Whatever thread is faster: the first by its place is told, and nothing behind it is begun once it has failed.
    #[test]
    fn of_pieces_that_fail_the_first_is_told_and_what_comes_after_it_is_not_begun() {
        for slow in [3, 4] {
            let begun = AtomicUsize::new(0);
            let work = |_: &mut (), at: usize| {
                begun.fetch_add(1, Ordering::SeqCst);
                if at == slow {
                    thread::sleep(Duration::from_millis(20));
                }
                if at == 3 || at == 4 { Err(at) } else { Ok(()) }
            };
            let mut taken = 0;
            let take = |_, ()| {
                taken += 1;
                Ok(())
            };
            assert_eq!(Queue::new(threads(2), 1000).without_limit().run(|| (), work, take), Err(3));
            assert_eq!(taken, 3);
            // Those beside them, and what the other thread had begun before the first failed.
            assert!(begun.load(Ordering::SeqCst) <= 6, "{}", begun.load(Ordering::SeqCst));
        }
    }

    #[test]
    fn where_results_take_no_memory_nothing_waits_for_a_slow_piece() {
        let begun = AtomicUsize::new(0);
        let work = |_: &mut (), at: usize| {
            begun.fetch_add(1, Ordering::SeqCst);
            let started = std::time::Instant::now();
            while at == 0 && begun.load(Ordering::SeqCst) < 100 {
                assert!(started.elapsed() < Duration::from_secs(60), "others wait");
                thread::yield_now();
            }
            Ok(())
        };
        let done: Result<(), Infallible> = Queue::new(threads(2), 100).without_limit().run(|| (), work, |_, ()| Ok(()));
        assert_eq!(done, Ok(()));
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_is_passed_on_and_nothing_waits_for_it() {
        let work = |_: &mut (), at: usize| {
            assert!(at != 5, "five");
            Ok(())
        };
        let _: Result<(), Infallible> = Queue::new(threads(2), 100).run(|| (), work, |_, ()| Ok(()));
    }

    #[test]
    #[should_panic(expected = "the fourth")]
    fn a_panic_where_results_are_taken_ends_the_work() {
        let take = |at, ()| -> Result<(), Infallible> {
            assert!(at != 3, "the fourth");
            Ok(())
        };
        let _: Result<(), Infallible> = Queue::new(threads(2), 100).run(|| (), |(), _| Ok(()), take);
    }
}
