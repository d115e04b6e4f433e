//! Buffers beside pages that may not be touched. The tests of the kernels' interfaces use it, and those of the
//! micro-kernels inside.
#![cfg(unix)]
#![expect(unsafe_code, reason = "only the system can make a page that may not be touched")]

use std::ops::{Deref, DerefMut};
use std::ptr;
use std::slice;

/// Where a buffer touches a guard page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flush {
    Before,
    Behind,
}

/// Floats with an untouchable page on either side; one of them follows, or comes before, immediately.
pub(crate) struct Guarded {
    mapping: *mut libc::c_void,
    bytes: usize,
    first: *mut f32,
    len: usize,
}

impl Guarded {
    pub(crate) fn new(values: &[f32], flush: Flush) -> Guarded {
        // SAFETY: sysconf has no preconditions.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap();
        let inside = (size_of_val(values)).div_ceil(page).max(1) * page;
        let bytes = inside + 2 * page;
        // SAFETY: a new anonymous mapping, which nobody else knows.
        let mapping = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert!(mapping != libc::MAP_FAILED, "no memory for {bytes} bytes");
        let offset = match flush {
            Flush::Before => page,
            Flush::Behind => page + inside - size_of_val(values),
        };
        // SAFETY: both pages lie inside the mapping, and no reference to them exists.
        unsafe {
            assert_eq!(libc::mprotect(mapping, page, libc::PROT_NONE), 0);
            assert_eq!(libc::mprotect(mapping.byte_add(page + inside), page, libc::PROT_NONE), 0);
        }
        // SAFETY: inside the mapping; pages and sizes of floats are multiples of four, so it is aligned.
        let first = unsafe { mapping.byte_add(offset) }.cast::<f32>();
        let mut guarded = Guarded { mapping, bytes, first, len: values.len() };
        guarded.copy_from_slice(values);
        guarded
    }
}

impl Deref for Guarded {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: `len` floats between the guard pages, zeroed by the system, as long as self lives.
        unsafe { slice::from_raw_parts(self.first, self.len) }
    }
}

impl DerefMut for Guarded {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as for reading, and self is borrowed alone.
        unsafe { slice::from_raw_parts_mut(self.first, self.len) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: this mapping was made with this size, and no reference into it outlives self.
        unsafe { libc::munmap(self.mapping, self.bytes) };
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_guard_page_ends_whoever_touches_it() {
    for (flush, beside) in [(Flush::Before, -1_isize), (Flush::Behind, 8)] {
        let guarded = Guarded::new(&[1.0; 8], flush);
        // SAFETY: a child that does nothing but read one address and end; it shares no locks with this process.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: none: the page is not readable, and the system ends the child here, which is what is tested.
            unsafe {
                ptr::read_volatile(guarded.as_ptr().offset(beside));
                libc::_exit(0);
            }
        }
        let mut status = 0;
        // SAFETY: a child of this process, and a place for its status.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert!(libc::WIFSIGNALED(status), "reading beside a buffer guarded {flush:?} went unnoticed");
    }
}
