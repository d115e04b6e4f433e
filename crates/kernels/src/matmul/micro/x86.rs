//! The micro-kernels for AVX-512 and for AVX2 with fused multiply-add.

use super::*;
use std::arch::x86_64::*;

impl Vector for __m512 {
    const LANES: usize = 16;
    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller has AVX-512F.
        unsafe { _mm512_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(p: *const f32) -> Self {
        // SAFETY: the caller has AVX-512F and a readable float.
        unsafe { _mm512_set1_ps(*p) }
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the caller has AVX-512F and 16 readable floats.
        unsafe { _mm512_loadu_ps(p) }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: the caller has AVX-512F and 16 writable floats.
        unsafe { _mm512_storeu_ps(p, self) }
    }
    #[inline(always)]
    unsafe fn prefetch(p: *const f32) {
        // SAFETY: a prefetch of any address has no effect but on the caches.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
    }
    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller has AVX-512F.
        unsafe { _mm512_fmadd_ps(a, b, self) }
    }
    #[inline(always)]
    unsafe fn subtract_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller has AVX-512F.
        unsafe { _mm512_fnmadd_ps(a, b, self) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller has AVX-512F.
        unsafe { _mm512_add_ps(self, other) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // SAFETY: the caller has AVX-512F.
        unsafe {
            let kept = _mm512_cmp_ps_mask::<_CMP_NLE_UQ>(self, _mm512_setzero_ps());
            _mm512_maskz_mov_ps(kept, self)
        }
    }
    #[inline(always)]
    unsafe fn nonzeros(p: *const f32) -> u32 {
        // SAFETY: the caller has AVX-512F and 16 readable floats.
        u32::from(unsafe { _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(_mm512_loadu_ps(p), _mm512_setzero_ps()) })
    }
}

impl Vector for __m256 {
    const LANES: usize = 8;
    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller has AVX.
        unsafe { _mm256_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(p: *const f32) -> Self {
        // SAFETY: the caller has AVX and a readable float.
        unsafe { _mm256_set1_ps(*p) }
    }
    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the caller has AVX and 8 readable floats.
        unsafe { _mm256_loadu_ps(p) }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: the caller has AVX and 8 writable floats.
        unsafe { _mm256_storeu_ps(p, self) }
    }
    #[inline(always)]
    unsafe fn prefetch(p: *const f32) {
        // SAFETY: a prefetch of any address has no effect but on the caches.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
    }
    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller has FMA.
        unsafe { _mm256_fmadd_ps(a, b, self) }
    }
    #[inline(always)]
    unsafe fn subtract_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller has FMA.
        unsafe { _mm256_fnmadd_ps(a, b, self) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller has AVX.
        unsafe { _mm256_add_ps(self, other) }
    }
    #[inline(always)]
    unsafe fn relu(self) -> Self {
        // SAFETY: the caller has AVX.
        unsafe {
            let kept = _mm256_cmp_ps::<_CMP_NLE_UQ>(self, _mm256_setzero_ps());
            _mm256_and_ps(kept, self)
        }
    }
    #[inline(always)]
    unsafe fn nonzeros(p: *const f32) -> u32 {
        // SAFETY: the caller has AVX and 8 readable floats.
        unsafe {
            let differ = _mm256_cmp_ps::<_CMP_NEQ_UQ>(_mm256_loadu_ps(p), _mm256_setzero_ps());
            _mm256_movemask_ps(differ).cast_unsigned()
        }
    }
}

/// # Safety
/// As for [`peak::chains`], with AVX-512F.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub(super) unsafe fn chains512(rounds: usize, seed: &[f32; PANEL], out: &mut [f32; PANEL]) -> usize {
    // SAFETY: promised by the caller.
    unsafe { peak::chains::<__m512>(rounds, seed, out) }
}

/// # Safety
/// As for [`peak::chains`], with AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn chains256(rounds: usize, seed: &[f32; PANEL], out: &mut [f32; PANEL]) -> usize {
    // SAFETY: promised by the caller.
    unsafe { peak::chains::<__m256>(rounds, seed, out) }
}

/// # Safety
/// As for [`complex::run`], with AVX-512F.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub(super) unsafe fn complex512(job: &complex::Job, conjugate: bool) {
    // SAFETY: promised by the caller.
    unsafe { complex::run::<__m512, 4>(job, conjugate) }
}

/// # Safety
/// As for [`complex::run`], with AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn complex256(job: &complex::Job, conjugate: bool) {
    // SAFETY: promised by the caller.
    unsafe { complex::run::<__m256, 4>(job, conjugate) }
}

/// # Safety
/// As for [`sparse::run`], with AVX-512F.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub(super) unsafe fn nonzeros512(job: sparse::Job<'_>) {
    // SAFETY: promised by the caller.
    unsafe { sparse::run::<__m512, 10>(job) }
}

/// # Safety
/// As for [`sparse::run`], with AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn nonzeros256(job: sparse::Job<'_>) {
    // SAFETY: promised by the caller.
    unsafe { sparse::run::<__m256, 10>(job) }
}

/// # Safety
/// As for [`tile`], with AVX-512F.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
pub(super) unsafe fn avx512(job: &Job<'_>) {
    call_shape!(
        __m512,
        job,
        1,
        [
            (1, 1),
            (2, 1),
            (3, 1),
            (4, 1),
            (5, 1),
            (6, 1),
            (7, 1),
            (8, 1),
            (9, 1),
            (10, 1),
            (11, 1),
            (12, 1),
            (13, 1),
            (14, 1),
            (1, 2),
            (2, 2),
            (3, 2),
            (4, 2),
            (5, 2),
            (6, 2),
            (7, 2),
            (8, 2),
            (9, 2),
            (10, 2),
            (11, 2),
            (12, 2),
            (13, 2),
            (14, 2),
            (1, 4),
            (2, 4),
            (3, 4),
            (4, 4),
            (5, 4),
            (6, 4),
            (1, 8),
            (2, 8),
            (3, 8),
        ]
    );
}

/// # Safety
/// As for [`tile`], with AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn avx2(job: &Job<'_>) {
    call_shape!(__m256, job, 2, [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]);
}
