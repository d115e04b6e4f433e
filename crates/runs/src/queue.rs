//! Independent pieces of work on several threads, their results in order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How many results for each thread may wait for one that comes before them.
const AHEAD: usize = 4;

/// What the threads share.
struct Shared<R> {
    finished: BTreeMap<usize, R>,
    /// Results that were handed on; work begins only a little ahead of it.
    taken: usize,
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

/// Does `work` for each of `0..count`, on up to `threads` threads that each have a state of their own, and hands the
/// results to `take` in order, on this thread. No more results are held than a few for each thread, however many there
/// are.
///
/// # Errors
/// The first error of `take`; no further work is begun then.
pub(crate) fn in_order<S, R: Send, E>(
    threads: NonZero<usize>,
    count: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> R + Sync,
    mut take: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    let window = AHEAD * threads.get();
    let (next, changed) = (AtomicUsize::new(0), Condvar::new());
    let shared = Mutex::new(Shared { finished: BTreeMap::new(), taken: 0, running: true });
    let worker = || {
        let _guard = OnPanic(&shared, &changed);
        let mut state = state();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let waiting = changed.wait_while(lock(&shared), |s| s.running && at >= s.taken + window);
            if !waiting.unwrap_or_else(PoisonError::into_inner).running {
                return;
            }
            let result = work(&mut state, at);
            lock(&shared).finished.insert(at, result);
            changed.notify_all();
        }
    };
    thread::scope(|scope| {
        let _guard = OnPanic(&shared, &changed);
        for _ in 0..threads.get().min(count) {
            scope.spawn(worker);
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
            if let Err(error) = take(at, result) {
                lock(&shared).running = false;
                changed.notify_all();
                return Err(error);
            }
        }
        Ok(())
    })
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
                at * at
            };
            let done: Result<(), Infallible> = in_order(
                threads(3),
                count,
                || (),
                work,
                |at, square| {
                    taken.push((at, square));
                    Ok(())
                },
            );
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
        };
        let done: Result<(), Infallible> = in_order(threads(2), 1000, || (), work, |_, ()| Ok(()));
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
            };
            let done: Result<(), Infallible> = in_order(threads(count), 40, || (), work, |_, ()| Ok(()));
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
        };
        let take = |at, ()| if at == 3 { Err("full") } else { Ok(()) };
        assert_eq!(in_order(threads(2), 1000, || (), work, take), Err("full"));
        assert!(begun.load(Ordering::SeqCst) <= 4 + AHEAD * 2);
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_is_passed_on_and_nothing_waits_for_it() {
        let work = |_: &mut (), at: usize| assert!(at != 5, "five");
        let _: Result<(), Infallible> = in_order(threads(2), 100, || (), work, |_, ()| Ok(()));
    }

    #[test]
    #[should_panic(expected = "the fourth")]
    fn a_panic_where_results_are_taken_ends_the_work() {
        let take = |at, ()| -> Result<(), Infallible> {
            assert!(at != 3, "the fourth");
            Ok(())
        };
        let _: Result<(), Infallible> = in_order(threads(2), 100, || (), |(), _| (), take);
    }
}
