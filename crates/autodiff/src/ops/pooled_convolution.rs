//! A convolution and the max pooling of its output, a few rows at a time, so that what lies between never leaves the
//! cache.

use super::{Binding, Forward, Fused, Kernel};
use kernels::conv::ConvTask;
use kernels::pool::MaxPool;
use kernels::{Region, Window, WindowMut};

/// How many pooled rows are computed at a time.
const BAND: usize = 4;

/// A convolution with what was fused to it, then max pooling; for plans without a backward pass.
#[derive(Debug)]
pub(crate) struct PooledConvolution {
    fused: Fused,
    /// Of the convolution's map.
    pool: MaxPool,
    /// The pooled positions to compute.
    region: Region,
}

impl PooledConvolution {
    /// For the pooling's binding, whose input is the convolution's map.
    pub(crate) fn new(fused: &Fused, pool: super::MaxPool, binding: &Binding) -> PooledConvolution {
        let _ = fused.weights();
        PooledConvolution {
            fused: fused.clone(),
            pool: MaxPool { map: (binding.inputs[0].height, binding.inputs[0].width), sliding: pool.sliding() },
            region: binding.region,
        }
    }

    /// The positions of the convolution that pooled ones see.
    fn seen(&self, pooled: Region) -> Region {
        let seen = self.pool.sliding.input_region(&pooled.intersection(&self.region));
        seen.intersection(&Region::whole(self.pool.map.0, self.pool.map.1))
    }
}

impl Kernel for PooledConvolution {
    fn shared(&self) -> Option<Region> {
        Some(self.region)
    }

    fn scratch_floats(&self) -> usize {
        let rows = (BAND - 1) * self.pool.sliding.stride.0 + self.pool.sliding.kernel.0;
        rows * self.pool.map.1 * self.fused.weights().outputs()
    }

    fn forward(&self, step: Forward<'_>) {
        let (x, channels) = (step.input(), self.fused.weights().outputs());
        let buffer = step.scratch;
        let mut rest = step.output;
        let mut held = Region::EMPTY;
        while rest.region().height > 0 {
            let (top, height) = (rest.region().top, rest.region().height);
            let (mut band, below) = rest.split_rows(top.saturating_add_unsigned(BAND.min(height)));
            rest = below;
            let needed = self.seen(band.region());
            // Rows that the band before has seen too move to the top.
            let kept = held.intersection(&needed);
            let row = needed.width * channels;
            if !kept.is_empty() {
                let from = kept.top.abs_diff(held.top) * row;
                buffer.copy_within(from..from + kept.height * row, 0);
            }
            let new = Region {
                top: needed.top.saturating_add_unsigned(kept.height),
                height: needed.height - kept.height,
                ..needed
            };
            let values = &mut buffer[..needed.height * row];
            let mut window = WindowMut::new(values, needed, channels);
            let task = ConvTask { x, wanted: new, epilogue: self.fused.epilogue(None) };
            self.fused.weights().convolve(step.isa, &task, &mut window);
            self.pool.apply(step.isa, Window::new(values, needed, channels), &mut band);
            held = needed;
        }
    }
}
