//! The micro-kernel in plain Rust, for every processor: what ARM runs, where fused multiply-add is native.

use super::*;

impl Vector for [f32; 4] {
    const LANES: usize = 4;
    #[inline(always)]
    unsafe fn zero() -> Self {
        [0.0; 4]
    }
    #[inline(always)]
    unsafe fn splat(p: *const f32) -> Self {
        // SAFETY: the caller has a readable float.
        [unsafe { *p }; 4]
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the caller has 4 readable floats; an array of floats has the alignment of one.
        unsafe { *p.cast::<[f32; 4]>() }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: the caller has 4 writable floats.
        unsafe { *p.cast::<[f32; 4]>() = self }
    }
    #[inline(always)]
    unsafe fn prefetch(_: *const f32) {}
    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        std::array::from_fn(|i| a[i].mul_add(b[i], self[i]))
    }
    #[inline(always)]
    unsafe fn subtract_product(self, a: Self, b: Self) -> Self {
        std::array::from_fn(|i| (-a[i]).mul_add(b[i], self[i]))
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] + other[i])
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        self.map(|value| if value <= 0.0 { 0.0 } else { value })
    }
    #[inline(always)]
    unsafe fn nonzeros(p: *const f32) -> u32 {
        // SAFETY: the caller has 4 readable floats.
        let values = unsafe { Self::load(p) };
        (0..4).map(|i| u32::from(values[i] != 0.0) << i).sum()
    }
}

/// # Safety
/// As for [`tile`]; no instruction set is needed.
pub(super) unsafe fn run(job: &Job<'_>) {
    call_shape!([f32; 4], job, 4, [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]);
}
