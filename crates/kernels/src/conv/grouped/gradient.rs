//! The gradient of a grouped convolution with respect to its input: what each output position sends to the inputs that
//! it saw.
//!
//! Output positions come in ascending order, each with its channels ascending, and every addend is a fused multiply-add
//! onto the value in the gradient's window. Since an output position reaches an input through one tap at the most, each
//! value is continued as one chain over (i, j, o).

use super::super::Sliding;
use super::Channels;
use super::lanes::{LaneWeights, add_products, lanes};
use crate::isa::{Isa, per_isa};
use crate::matmul::PANEL;
use crate::window::{Part, WindowMut};

/// The weights of several groups, packed for the gradient.
#[derive(Clone, Debug)]
pub(crate) struct GroupedGradient {
    sliding: Sliding,
    channels: Channels,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    /// Groups that fill vectors of sixteen input channels together.
    Lanes(LaneWeights),
    /// Groups one by one, in parts of up to sixteen input channels.
    Parts(Vec<GroupPart>),
}

/// Up to sixteen of a group's input channels.
#[derive(Clone, Debug)]
struct GroupPart {
    /// The first one, of all.
    first: usize,
    /// How many.
    count: usize,
    /// The group's first output channel.
    from: usize,
    /// `[(ky, kx, out)][16]`, filled up with zeros.
    weights: Vec<[f32; PANEL]>,
}

impl GroupedGradient {
    /// Packs weights `[outputs, inputs / groups, ky, kx]`, which were checked.
    pub(crate) fn new(weights: &[f32], channels: Channels, sliding: Sliding) -> GroupedGradient {
        let (kernel, seen, made) = (sliding.kernel, channels.seen(), channels.made());
        let weight =
            |out: usize, c: usize, [ky, kx]: [usize; 2]| weights[((out * seen + c) * kernel.0 + ky) * kernel.1 + kx];
        let way = if channels.share_lanes() {
            // A lane is an input channel here; summed over are the outputs of its group.
            let of_lane = |lane: usize, n, tap| weight(lane / seen * made + n, lane % seen, tap);
            Way::Lanes(LaneWeights::new(channels, kernel, of_lane))
        } else {
            let part = |group: usize, first: usize| {
                let count = PANEL.min(seen - first);
                let row = |at: usize| {
                    let (tap, out) = (at / made, group * made + at % made);
                    let tap = [tap / kernel.1, tap % kernel.1];
                    std::array::from_fn(|l| if l < count { weight(out, first + l, tap) } else { 0.0 })
                };
                let weights = (0..kernel.0 * kernel.1 * made).map(row).collect();
                GroupPart { first: group * seen + first, count, from: group * made, weights }
            };
            let of_group = |group| (0..seen).step_by(PANEL).map(move |first| part(group, first));
            Way::Parts((0..channels.groups).flat_map(of_group).collect())
        };
        GroupedGradient { sliding, channels, way }
    }

    pub(crate) fn bytes(&self) -> usize {
        match &self.way {
            Way::Lanes(weights) => weights.bytes(),
            Way::Parts(parts) => parts.iter().map(|part| size_of_val(part.weights.as_slice())).sum(),
        }
    }

    /// See [`super::super::ConvGradient::add_input_gradient`], which checks the arguments.
    pub(crate) fn add(&self, isa: Isa, dy: Part<'_>, dx: &mut WindowMut<'_>) {
        let (dy, wanted) = (dy.window(), dy.region());
        let Channels { inputs, outputs, .. } = self.channels;
        let (top, left) = self.sliding.input_corner(wanted.top, wanted.left);
        let below = dx.region().width * inputs;
        let sent = Sent {
            dy: dy.data(),
            from: dy.offset(wanted.top, wanted.left),
            from_steps: (dy.region().width * outputs, outputs),
            size: (wanted.height, wanted.width),
            to: dx.offset(top, left),
            to_steps: (self.sliding.stride.0 * below, self.sliding.stride.1 * inputs),
            taps: (below, inputs),
            kernel: self.sliding.kernel,
        };
        match &self.way {
            Way::Lanes(lanes) => {
                for (panel, weights) in lanes.panels().enumerate() {
                    let sent = Sent { from: sent.from + panel * PANEL, to: sent.to + panel * PANEL, ..sent };
                    match self.channels.seen() {
                        1 => send_lanes_of_1(isa, &sent, weights, dx.data_mut()),
                        2 => send_lanes_of_2(isa, &sent, weights, dx.data_mut()),
                        4 => send_lanes_of_4(isa, &sent, weights, dx.data_mut()),
                        _ => send_lanes_of_8(isa, &sent, weights, dx.data_mut()),
                    }
                }
            }
            Way::Parts(parts) => {
                for part in parts {
                    let sent = Sent { from: sent.from + part.from, to: sent.to + part.first, ..sent };
                    send_part(isa, &sent, part, self.channels.made(), dx.data_mut());
                }
            }
        }
    }
}

/// Where output positions lie, and the inputs that they saw.
#[derive(Clone, Copy)]
struct Sent<'a> {
    dy: &'a [f32],
    /// Where the first output position's values begin.
    from: usize,
    /// From a position to the one below, and to the next one.
    from_steps: (usize, usize),
    /// Rows and columns of output positions.
    size: (usize, usize),
    /// Where the values that the first one saw begin.
    to: usize,
    /// From what a position saw to what the one below saw, and the next one.
    to_steps: (usize, usize),
    /// From a tap to the one below, and to the next one.
    taps: (usize, usize),
    kernel: (usize, usize),
}

impl Sent<'_> {
    /// Where each output position's values and its window begin, in ascending order.
    #[inline(always)]
    fn position(&self, at: usize) -> (usize, usize) {
        let (i, j) = (at / self.size.1, at % self.size.1);
        let along = |first: usize, steps: (usize, usize)| first + i * steps.0 + j * steps.1;
        (along(self.from, self.from_steps), along(self.to, self.to_steps))
    }

    /// Sixteen input channels of several groups of N.
    #[inline(always)]
    fn send<const N: usize>(&self, weights: &[[f32; PANEL]], dx: &mut [f32]) {
        for at in 0..self.size.0 * self.size.1 {
            let (from, to) = self.position(at);
            let dy = lanes(self.dy, from);
            let mut weights = weights.as_chunks::<N>().0.iter();
            for ky in 0..self.kernel.0 {
                for (kx, weights) in (0..self.kernel.1).zip(&mut weights) {
                    let to = to + ky * self.taps.0 + kx * self.taps.1;
                    let mut sums = *lanes(dx, to);
                    add_products(&mut sums, dy, weights);
                    dx[to..to + PANEL].copy_from_slice(&sums);
                }
            }
        }
    }
}

per_isa! {
    fn send_lanes_of_1(sent: &Sent<'_>, weights: &[[f32; PANEL]], dx: &mut [f32]) {
        sent.send::<1>(weights, dx);
    }
}

per_isa! {
    fn send_lanes_of_2(sent: &Sent<'_>, weights: &[[f32; PANEL]], dx: &mut [f32]) {
        sent.send::<2>(weights, dx);
    }
}

per_isa! {
    fn send_lanes_of_4(sent: &Sent<'_>, weights: &[[f32; PANEL]], dx: &mut [f32]) {
        sent.send::<4>(weights, dx);
    }
}

per_isa! {
    fn send_lanes_of_8(sent: &Sent<'_>, weights: &[[f32; PANEL]], dx: &mut [f32]) {
        sent.send::<8>(weights, dx);
    }
}

per_isa! {
    /// Up to sixteen input channels of one group, which has `made` output channels.
    fn send_part(sent: &Sent<'_>, part: &GroupPart, made: usize, dx: &mut [f32]) {
        for at in 0..sent.size.0 * sent.size.1 {
            let (from, to) = sent.position(at);
            let dy = &sent.dy[from..from + made];
            let mut weights = part.weights.chunks_exact(made.max(1));
            for ky in 0..sent.kernel.0 {
                for (kx, weights) in (0..sent.kernel.1).zip(&mut weights) {
                    let to = to + ky * sent.taps.0 + kx * sent.taps.1;
                    let sums = &mut dx[to..to + part.count];
                    let mut held = [0.0; PANEL];
                    match <&[f32; PANEL]>::try_from(&*sums) {
                        Ok(all) => held = *all,
                        Err(_) => held[..sums.len()].copy_from_slice(sums),
                    }
                    add_chain(&mut held, dy, weights);
                    match <&mut [f32; PANEL]>::try_from(&mut *sums) {
                        Ok(all) => *all = held,
                        Err(_) => sums.copy_from_slice(&held[..part.count]),
                    }
                }
            }
        }
    }
}

/// `sums[l] = fma(dy[n], weights[n][l], sums[l])` for n ascending.
#[inline(always)]
fn add_chain(sums: &mut [f32; PANEL], dy: &[f32], weights: &[[f32; PANEL]]) {
    for (dy, weights) in dy.iter().zip(weights) {
        for l in 0..PANEL {
            sums[l] = dy.mul_add(weights[l], sums[l]);
        }
    }
}
