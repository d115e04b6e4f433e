//! The networks that are timed: a ResNet18 of pseudo-random weights, of any width. Time does not depend on values.

use bounds::pseudo_random;
use resnet::{Algorithm, Network};
use weights::{Tensor, TensorSet, WeightsError};

/// A layer of ResNet18, or of ResNeXt50.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// torchvision's name.
    pub(crate) name: String,
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    pub(crate) groups: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// Rows and columns of its input at 224 pixels.
    pub(crate) size: usize,
}

impl Layer {
    /// Rows and columns of its output.
    pub(crate) fn output_size(&self) -> usize {
        self.size.div_ceil(self.stride)
    }

    /// How many weights it has.
    pub(crate) fn weights(&self) -> usize {
        self.outputs * self.inputs / self.groups * self.kernel.pow(2)
    }

    /// Floating point operations, two for each multiply-add.
    pub(crate) fn operations(&self) -> f64 {
        let positions = self.output_size().pow(2);
        2.0 * (positions * self.weights()) as f64
    }

    /// Bytes of its input, weights and output.
    pub(crate) fn bytes(&self) -> f64 {
        let input = self.size.pow(2) * self.inputs;
        4.0 * (input + self.weights() + self.output_size().pow(2) * self.outputs) as f64
    }
}

/// The convolutions of a ResNet18 with the given channels of its four stages, for images of 224 pixels.
pub(crate) fn layers(widths: [usize; 4]) -> Vec<Layer> {
    let layer = |name, (outputs, inputs), kernel, stride, size| Layer {
        name,
        outputs,
        inputs,
        groups: 1,
        kernel,
        stride,
        size,
    };
    let mut layers = vec![layer("conv1".to_owned(), (widths[0], 3), 7, 2, 224)];
    let mut size = 56;
    for stage in 0..4 {
        let width = widths[stage];
        for block in 0..2 {
            let name = |part: &str| format!("layer{}.{block}.{part}", stage + 1);
            let (enters, stride) = match (stage, block) {
                (0, _) | (_, 1) => (width, 1),
                _ => (widths[stage - 1], 2),
            };
            layers.push(layer(name("conv1"), (width, enters), 3, stride, size));
            if stride == 2 {
                layers.push(layer(name("downsample.0"), (width, enters), 1, 2, size));
                size /= 2;
            }
            layers.push(layer(name("conv2"), (width, width), 3, 1, size));
        }
    }
    layers
}

/// The different convolutions in groups of a ResNeXt50 (32x4d), for images of 224 pixels.
pub(crate) fn grouped_layers() -> impl Iterator<Item = Layer> {
    let of = |stage: usize, block: usize, stride: usize, size: usize| {
        let channels = 64 << stage;
        let name = format!("resnext layer{stage}.{block}.conv2");
        Layer { name, outputs: channels, inputs: channels, groups: 32, kernel: 3, stride, size }
    };
    (1..=4).flat_map(move |stage| {
        let (stride, size) = if stage == 1 { (1, 56) } else { (2, 224 >> stage) };
        [of(stage, 0, stride, size), of(stage, 1, 1, 112 >> stage)]
    })
}

/// Operations of a whole forward pass at 224 pixels.
pub(crate) fn operations(widths: [usize; 4], classes: usize) -> f64 {
    let convolutions: f64 = layers(widths).iter().map(Layer::operations).sum();
    convolutions + 2.0 * (widths[3] * classes) as f64
}

/// A network of those layers with folded batch norm and a last layer, whose weights keep activations near one.
pub(crate) fn network(widths: [usize; 4], classes: usize, algorithm: Algorithm) -> anyhow::Result<Network> {
    let mut tensors = Vec::new();
    for layer in layers(widths) {
        let shape = vec![layer.outputs, layer.inputs, layer.kernel, layer.kernel];
        tensors.extend(pair(&layer.name, shape)?);
    }
    tensors.extend(pair("fc", vec![classes, widths[3]])?);
    let tensors = TensorSet::new("pseudo-random", tensors)?;
    Ok(Network::computed(&tensors, algorithm)?)
}

/// The weight and bias of a layer.
fn pair(name: &str, shape: Vec<usize>) -> Result<[Tensor; 2], WeightsError> {
    let (count, outputs) = (shape.iter().product::<usize>(), shape[0]);
    // Uniform weights of variance 2 / fan-in keep the size of what a ReLU follows (He et al. 2015).
    let scale = (6.0 * outputs as f64 / count as f64).sqrt();
    let values = pseudo_random(7, count).into_iter();
    #[expect(clippy::cast_possible_truncation, reason = "weights in single precision")]
    let values = values.map(|v| v * scale as f32).collect();
    Ok([
        Tensor::new("pseudo-random", format!("{name}.weight"), shape, values)?,
        Tensor::new("pseudo-random", format!("{name}.bias"), vec![outputs], vec![0.01; outputs])?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resnet18_takes_1814_million_multiply_adds() {
        assert_eq!(operations([64, 128, 256, 512], 1000), 2.0 * 1_814_073_344.0);
    }
}
