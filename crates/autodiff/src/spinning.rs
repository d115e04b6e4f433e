//! Threads that stay awake between the many small steps of one computation.

use rayon::{Yield, current_thread_index, spawn_broadcast, yield_now};
use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often a thread looks for work before it lets others have its core for a moment.
const LOOKS: usize = 1000;

/// How long a thread stays awake without finding work: several of the largest steps of a forward pass.
const PATIENCE: Duration = Duration::from_millis(2);

/// Says that the work is over, even if it panics.
struct Over(Arc<AtomicBool>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Does `work` on this thread of a pool while the pool's other threads look for pieces of it all the time.
///
/// A thread that finds nothing would fall asleep, and one that is woken often begins on the core of the thread that
/// woke it, where it has to wait: a forward pass shares some twenty steps of less than a millisecond each.
///
/// No thread stays until the work is over whatever happens. It may have begun to look while it waited for another's
/// half of a piece that it does itself; then the work waits for this piece, and the two would wait for each other for
/// ever.
pub(crate) fn with_spinning_threads(work: impl FnOnce()) {
    let over = Over(Arc::new(AtomicBool::new(false)));
    let (flag, this) = (Arc::clone(&over.0), current_thread_index());
    spawn_broadcast(move |context| {
        // This thread may find the task while it waits for another's piece, and must go on after that piece.
        if Some(context.index()) != this {
            look_for_work(&flag);
        }
    });
    work();
}

/// Does pieces of work until all of it is over, or none is found for [`PATIENCE`].
fn look_for_work(over: &AtomicBool) {
    let mut since = Instant::now();
    while !over.load(Ordering::Acquire) && since.elapsed() < PATIENCE {
        for _ in 0..LOOKS {
            if let Some(Yield::Executed) = yield_now() {
                since = Instant::now();
            } else if over.load(Ordering::Acquire) {
                return;
            }
            spin_loop();
        }
        thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::with_spinning_threads;
    use rayon::{ThreadPoolBuilder, join};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    /// Waits for another thread to say so.
    fn wait_for(said: &AtomicBool) {
        while !said.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }

    #[test]
    fn a_thread_that_waits_within_a_piece_goes_on_with_it() {
        let (done, ended) = mpsc::channel();
        // On a thread of its own, and never joined: threads that wait for each other would do so beyond the test.
        thread::spawn(move || {
            let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
            let [halved, looking, whole] = [const { AtomicBool::new(false) }; 3];
            // Another thread has a piece, and a third one has half of that, when this one begins to keep them awake.
            let work = || {
                wait_for(&halved);
                with_spinning_threads(|| {
                    looking.store(true, Ordering::Release);
                    wait_for(&whole);
                });
            };
            let half = || {
                halved.store(true, Ordering::Release);
                wait_for(&looking);
                // Long enough for the thread with the other half to have nothing to do but to look.
                thread::sleep(Duration::from_millis(20));
            };
            let piece = || {
                join(|| wait_for(&looking), half);
                whole.store(true, Ordering::Release);
            };
            pool.install(|| join(work, piece));
            done.send(()).unwrap();
        });
        let ended = ended.recv_timeout(Duration::from_secs(20));
        assert!(ended.is_ok(), "threads wait for each other");
    }
}
