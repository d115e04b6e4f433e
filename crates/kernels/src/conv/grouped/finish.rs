//! What follows the sums of a grouped convolution, in place: scale and shift, a residual, the ReLU. It is the same
//! arithmetic in the same order as that of a product (see [`crate::matmul::Epilogue`]).

use super::super::ConvEpilogue;
use crate::elementwise::{ChannelAffine, on_lines};
use crate::isa::{Isa, per_isa};
use crate::region::Region;
use crate::window::WindowMut;

/// Finishes the sums of `wanted` in `y`.
pub(super) fn finish(isa: Isa, epilogue: &ConvEpilogue<'_>, wanted: Region, y: &mut WindowMut<'_>) {
    let ConvEpilogue { affine, residual, relu } = *epilogue;
    let affine = affine.map(|affine| affine.channels(y.channels()));
    match residual {
        None if affine.is_none() && !relu => {}
        None => on_lines(wanted, [], y, |[], y| finish_line(isa, After { affine, residual: None, relu }, y)),
        Some(residual) => on_lines(wanted, [residual], y, |[residual], y| {
            finish_line(isa, After { affine, residual: Some(residual), relu }, y);
        }),
    }
}

/// What follows the sums of a line.
#[derive(Clone, Copy)]
struct After<'a> {
    affine: Option<ChannelAffine<'a>>,
    residual: Option<&'a [f32]>,
    relu: bool,
}

per_isa! {
    fn finish_line(after: After<'_>, y: &mut [f32]) {
        if let Some(ChannelAffine { scale, shift }) = after.affine {
            for y in y.chunks_exact_mut(scale.len()) {
                for ((y, scale), shift) in y.iter_mut().zip(scale).zip(shift) {
                    *y = y.mul_add(*scale, *shift);
                }
            }
        }
        if let Some(residual) = after.residual {
            for (y, residual) in y.iter_mut().zip(residual) {
                *y += residual;
            }
        }
        if after.relu {
            for y in y {
                *y = if *y <= 0.0 { 0.0 } else { *y };
            }
        }
    }
}
