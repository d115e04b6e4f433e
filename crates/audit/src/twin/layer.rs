//! A layer once more in double precision, with a running bound: beside each value how far any evaluation
//! whose roundings are at most `u` may be from the exact one.
//!
//! A convolution of k terms and a bias has the forward error `gamma(k + 1) (sum |w| |x| + |b|)` (Higham, section 3.1:
//! whatever the order of the sum) for the x it reads, and those are off by at most e, which adds `sum |w| e (1 +
//! gamma)`. Batch norm's scale and shift carry one rounding each, its fused multiply-add one more. ReLU and maximum
//! pass an error on and make none.

use crate::twin::area::Area;
use crate::twin::bounded::{Bounded, gamma, steps};
use crate::twin::double::{Double, two_sum};
use autodiff::ops::Convolution;
use autodiff::{Channels, GraphError, Sliding};
use bounds::widened;
use ndarray::Array2;
use reference::Map;
use resnet::{BatchNormState, Block, ConvolutionLayout};
use weights::{TensorSet, WeightsError};

/// What torchvision adds to each variance.
const EPSILON: f64 = 1e-5;

/// Where in the network a layer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before all blocks.
    Stem,
    /// A convolution of a block's branch, counted from 0.
    Branch(Block, usize),
    /// Beside them.
    Projection(Block),
}

/// What a separate batch norm makes of a value of each channel: `scale x + shift`.
#[derive(Clone, Debug)]
pub(crate) struct Affine {
    pub(crate) scale: Vec<f64>,
    pub(crate) shift: Vec<f64>,
}

/// The same of one channel, more precisely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreciseAffine {
    pub(crate) scale: Double,
    pub(crate) shift: Double,
    /// `|mean scale| + |beta|`, which the rounding of the shift grows with.
    pub(crate) magnitude: f64,
}

/// A convolution and the batch norm behind it, as it stands in the tensors.
#[derive(Clone, Debug)]
pub(crate) struct TwinLayer {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    /// Into how many groups both are divided.
    groups: usize,
    pub(crate) sliding: Sliding,
    /// `[outputs, inputs, kh, kw]`: of inputs of other groups, zeros.
    pub(crate) weights: Vec<f32>,
    /// The bias of a folded layer.
    pub(crate) bias: Option<Vec<f32>>,
    /// A separate batch norm's weight, bias, mean and variance.
    pub(crate) statistics: Option<[Vec<f32>; 4]>,
    /// Its scale and shift.
    pub(crate) norm: Option<Affine>,
    /// The same more precisely.
    pub(crate) precise_norm: Option<Vec<PreciseAffine>>,
    /// `[kh, kw, inputs, outputs]`.
    packed: Vec<f64>,
}

impl TwinLayer {
    /// The layer of these names.
    ///
    /// # Errors
    /// If a tensor is missing.
    pub(crate) fn new(
        tensors: &TensorSet,
        place: Place,
        layout: &ConvolutionLayout,
        state: BatchNormState,
    ) -> Result<TwinLayer, WeightsError> {
        let ConvolutionLayout { name, norm, sliding, groups, .. } = layout;
        let weights = tensors.find(&format!("{name}.weight"))?;
        let &[outputs, each, kh, kw] = weights.shape() else {
            // `Architecture::infer` has refused such tensors.
            unreachable!("weights of a convolution have four dimensions");
        };
        // An output of a group reads the inputs of its own: the weights of all others are zero here.
        let inputs = each * groups;
        let mut packed = vec![0.0; inputs * kh * kw * outputs];
        let mut values = vec![0.0; packed.len()];
        for (i, &w) in weights.values().iter().enumerate() {
            let (o, c, k) = (i / (each * kh * kw), i / (kh * kw) % each, i % (kh * kw));
            let c = o / (outputs / groups) * each + c;
            packed[(k * inputs + c) * outputs + o] = f64::from(w);
            values[(o * inputs + c) * kh * kw + k] = w;
        }
        let (mut bias, mut statistics, mut affine, mut precise) = (None, None, None, None);
        match state {
            BatchNormState::Folded => {
                bias = Some(tensors.find(&format!("{name}.bias"))?.values().to_vec());
            }
            BatchNormState::Separate => {
                let part = |part: &str| -> Result<Vec<f32>, WeightsError> {
                    Ok(tensors.find(&format!("{norm}.{part}"))?.values().to_vec())
                };
                let parts = [part("weight")?, part("bias")?, part("running_mean")?, part("running_var")?];
                let [gamma, beta, mean, variance] = parts.each_ref().map(|part| widened(part));
                let scale: Vec<f64> = gamma.iter().zip(&variance).map(|(g, v)| g / (v + EPSILON).sqrt()).collect();
                let shift = beta.iter().zip(&mean).zip(&scale);
                let shift = shift.map(|((b, m), s)| b - m * s).collect();
                affine = Some(Affine { scale, shift });
                let exactly = |i: usize| {
                    let deviation = two_sum(variance[i], EPSILON).sqrt();
                    let scale = Double::from(gamma[i]).over(deviation);
                    let moved = scale.times(mean[i].into());
                    let shift = Double::from(beta[i]).minus(moved);
                    PreciseAffine { scale, shift, magnitude: moved.high.abs() + beta[i].abs() }
                };
                precise = Some((0..outputs).map(exactly).collect());
                statistics = Some(parts);
            }
        }
        Ok(TwinLayer {
            place,
            name: name.clone(),
            outputs,
            inputs,
            groups: *groups,
            sliding: *sliding,
            weights: values,
            bias,
            statistics,
            norm: affine,
            precise_norm: precise,
            packed,
        })
    }

    /// What the network computes it with: each group reads its own inputs, and no zeros.
    ///
    /// # Errors
    /// If the tensors are none of such a layer.
    pub(crate) fn convolution(&self) -> Result<Convolution, GraphError> {
        let (each, taps) = (self.inputs / self.groups, self.sliding.kernel.0 * self.sliding.kernel.1);
        let of_its_group = |(o, filter): (usize, &[f32])| {
            let first = o / (self.outputs / self.groups) * each;
            filter[first * taps..(first + each) * taps].to_vec()
        };
        let weights = self.weights.chunks_exact(self.inputs * taps).enumerate().flat_map(of_its_group).collect();
        let channels = Channels { inputs: self.inputs, outputs: self.outputs, groups: self.groups };
        Convolution::grouped(weights, channels, self.sliding, self.bias.clone())
    }

    /// Rows and columns of what it leaves of a map of `size`.
    pub(crate) fn size_after(&self, size: (usize, usize)) -> (usize, usize) {
        steps(self.sliding).output_size(size.0, size.1)
    }

    /// Products summed for each output.
    pub(crate) fn terms(&self) -> usize {
        self.inputs * self.sliding.kernel.0 * self.sliding.kernel.1
    }

    /// The layer without its ReLU, evaluated with roundings of at most `u`.
    pub(crate) fn apply(&self, x: &Bounded, u: f64) -> Bounded {
        self.apply_in(x, u, &self.everywhere((x.value.height, x.value.width)))
    }

    /// All outputs of a map of `size`.
    pub(crate) fn everywhere(&self, size: (usize, usize)) -> Area {
        Area::whole(self.size_after(size))
    }

    /// As [`TwinLayer::apply`]; outputs outside `area` have no meaning.
    pub(crate) fn apply_in(&self, x: &Bounded, u: f64, area: &Area) -> Bounded {
        let g = gamma(self.terms() + 1, u);
        let mut reach = x.error.clone();
        for (e, v) in reach.data.iter_mut().zip(&x.value.data) {
            *e = *e * (1.0 + g) + g * v.abs();
        }
        let mut value = self.sums(&x.value, &self.packed, area);
        let magnitudes: Vec<f64> = self.packed.iter().map(|w| w.abs()).collect();
        let mut error = self.sums(&reach, &magnitudes, area);
        if let Some(bias) = &self.bias {
            for (i, (v, e)) in value.data.iter_mut().zip(&mut error.data).enumerate() {
                let b = f64::from(bias[i % self.outputs]);
                *v += b;
                *e += g * b.abs();
            }
        }
        if let Some(Affine { scale, shift }) = &self.norm {
            let g = gamma(2, u);
            for (i, (v, e)) in value.data.iter_mut().zip(&mut error.data).enumerate() {
                let (s, t) = (scale[i % self.outputs], shift[i % self.outputs]);
                *e = (s.abs() * *e) * (1.0 + g) + g * ((s * *v).abs() + t.abs());
                *v = s * *v + t;
            }
        }
        Bounded { value, error }
    }

    /// The gradient of the layer with respect to what it reads, a map of `size` rows and columns.
    pub(crate) fn gradient(&self, dy: &Map, size: (usize, usize)) -> Map {
        let (rows, columns) = self.sliding.kernel;
        let mut dx = Map::zeros((size.0, size.1, self.inputs));
        for (position, dy_at) in dy.data.chunks_exact(self.outputs).enumerate() {
            if dy_at.iter().all(|&d| d == 0.0) {
                continue;
            }
            let scaled: Vec<f64> = match &self.norm {
                None => dy_at.to_vec(),
                Some(Affine { scale, .. }) => dy_at.iter().zip(scale).map(|(d, s)| d * s).collect(),
            };
            let (i, j) = (position / dy.width, position % dy.width);
            for k in 0..rows * columns {
                let Some(from) = self.reads((i, j), k, size) else {
                    continue;
                };
                for (c, gradient) in dx.data[from..from + self.inputs].iter_mut().enumerate() {
                    let at = (k * self.inputs + c) * self.outputs;
                    let weights = &self.packed[at..at + self.outputs];
                    *gradient += weights.iter().zip(&scaled).map(|(w, d)| w * d).sum::<f64>();
                }
            }
        }
        dx
    }

    /// What the layer makes of a change of what it reads.
    pub(crate) fn tangent(&self, change: &Map) -> Map {
        let area = self.everywhere((change.height, change.width));
        let mut tangent = self.sums(change, &self.packed, &area);
        if let Some(Affine { scale, .. }) = &self.norm {
            for (i, t) in tangent.data.iter_mut().enumerate() {
                *t *= scale[i % self.outputs];
            }
        }
        tangent
    }

    /// The layer with the magnitudes of its coefficients, and no constants.
    pub(crate) fn magnitudes(&self) -> TwinLayer {
        let norm = self.norm.as_ref().map(|Affine { scale, shift }| Affine {
            scale: scale.iter().map(|s| s.abs()).collect(),
            shift: vec![0.0; shift.len()],
        });
        TwinLayer { bias: None, norm, packed: self.packed.iter().map(|w| w.abs()).collect(), ..self.clone() }
    }

    /// Where in a map of `size` the channels begin that tap `k` of the output (i, j) reads; nothing beyond the map.
    pub(crate) fn reads(&self, (i, j): (usize, usize), k: usize, size: (usize, usize)) -> Option<usize> {
        let Sliding { kernel, stride, padding } = self.sliding;
        let row = (i * stride.0 + k / kernel.1).checked_sub(padding.0)?;
        let column = (j * stride.1 + k % kernel.1).checked_sub(padding.1)?;
        (row < size.0 && column < size.1).then_some((row * size.1 + column) * self.inputs)
    }

    /// The weights as a matrix `[kh kw in, out]`.
    pub(crate) fn matrix<T: Clone>(&self, of: impl Fn(f32) -> T) -> Array2<T> {
        let taps = self.sliding.kernel.0 * self.sliding.kernel.1;
        Array2::from_shape_fn((self.terms(), self.outputs), |(row, o)| {
            let (k, c) = (row / self.inputs, row % self.inputs);
            of(self.weights[(o * self.inputs + c) * taps + k])
        })
    }

    /// The im2col matrix of a map of `size`, for the outputs in `area`: `[positions, kh kw in]`.
    pub(crate) fn columns<T: Copy + Default>(&self, x: &[T], size: (usize, usize), area: &Area) -> Array2<T> {
        let taps = self.sliding.kernel.0 * self.sliding.kernel.1;
        let positions = area.rows.len() * area.columns.len();
        let mut data = vec![T::default(); positions * self.terms()];
        for (at, row) in area.positions().zip(data.chunks_exact_mut(self.terms())) {
            for k in 0..taps {
                if let Some(from) = self.reads(at, k, size) {
                    let to = k * self.inputs;
                    row[to..to + self.inputs].copy_from_slice(&x[from..from + self.inputs]);
                }
            }
        }
        // The shape is that of the data.
        Array2::from_shape_vec((positions, self.terms()), data).unwrap_or_default()
    }

    /// The sums of products of the convolution; zero outside `area`.
    fn sums(&self, x: &Map, packed: &[f64], area: &Area) -> Map {
        let (rows, columns) = self.sliding.kernel;
        let (height, width) = steps(self.sliding).output_size(x.height, x.width);
        let mut y = Map::zeros((height, width, self.outputs));
        for (i, j) in area.positions() {
            let to = (i * width + j) * self.outputs;
            let sums = &mut y.data[to..to + self.outputs];
            for k in 0..rows * columns {
                let Some(from) = self.reads((i, j), k, (x.height, x.width)) else {
                    continue;
                };
                for (c, &value) in x.data[from..from + self.inputs].iter().enumerate() {
                    if value == 0.0 {
                        continue;
                    }
                    let at = (k * self.inputs + c) * self.outputs;
                    for (sum, weight) in sums.iter_mut().zip(&packed[at..at + self.outputs]) {
                        *sum += value * weight;
                    }
                }
            }
        }
        y
    }
}
