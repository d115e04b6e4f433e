//! Threads that stay awake between the many small steps of one computation.

use rayon::{Yield, current_thread_index, spawn_broadcast, yield_now};
use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// How often a thread looks for work before it lets others have its core for a moment.
const LOOKS: usize = 1000;

/// Says that the work is over, even if it panics.
struct Over(Arc<AtomicBool>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Does `work` on this thread of a pool while the pool's other threads look for pieces of it all the time.
///
/// A thread that finds nothing would fall asleep, and one that is woken often begins on the core of the thread that woke it, where
/// it has to wait: a forward pass shares some twenty steps of less than a millisecond each.
pub(crate) fn wakeful(work: impl FnOnce()) {
    let over = Over(Arc::new(AtomicBool::new(false)));
    let (flag, this) = (Arc::clone(&over.0), current_thread_index());
    spawn_broadcast(move |context| {
        // This thread may find the task while it waits for another's piece, and must go on after that piece.
        if Some(context.index()) == this {
            return;
        }
        let mut idle = 0;
        while !flag.load(Ordering::Acquire) {
            match yield_now() {
                Some(Yield::Executed) => idle = 0,
                _ if idle < LOOKS => {
                    idle += 1;
                    spin_loop();
                }
                _ => {
                    idle = 0;
                    thread::yield_now();
                }
            }
        }
    });
    work();
}
