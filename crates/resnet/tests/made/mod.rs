//! A ResNet18 of four small widths, all different, with pseudo-random weights.

use resnet::BatchNormState;
use testkit::pseudo_random;
use weights::Tensor;

pub(crate) const WIDTHS: [usize; 4] = [3, 5, 4, 7];
pub(crate) const CLASSES: usize = 6;

/// Every tensor of a ResNet18 of these widths, by torchvision's names.
pub(crate) fn shapes(state: BatchNormState) -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    let mut convolution = |name: String, norm: String, [out, input, kernel]: [usize; 3]| {
        all.push((format!("{name}.weight"), vec![out, input, kernel, kernel]));
        let parts: &[&str] = match state {
            BatchNormState::Folded => &[],
            BatchNormState::Separate => &["weight", "bias", "running_mean", "running_var"],
        };
        all.extend(parts.iter().map(|part| (format!("{norm}.{part}"), vec![out])));
        if state == BatchNormState::Folded {
            all.push((format!("{name}.bias"), vec![out]));
        }
    };
    convolution("conv1".into(), "bn1".into(), [WIDTHS[0], 3, 7]);
    for stage in 0..4 {
        let (width, before) = (WIDTHS[stage], WIDTHS[stage.max(1) - 1]);
        for block in 0..2 {
            let name = |part: &str| format!("layer{}.{block}.{part}", stage + 1);
            let enters = if block == 0 { before } else { width };
            convolution(name("conv1"), name("bn1"), [width, enters, 3]);
            convolution(name("conv2"), name("bn2"), [width, width, 3]);
            if block == 0 && stage > 0 {
                convolution(name("downsample.0"), name("downsample.1"), [width, before, 1]);
            }
        }
    }
    all.push(("fc.weight".into(), vec![CLASSES, WIDTHS[3]]));
    all.push(("fc.bias".into(), vec![CLASSES]));
    all
}

pub(crate) fn tensor(name: &str, shape: Vec<usize>) -> Tensor {
    let count = shape.iter().product();
    let seed = name.bytes().fold(7, |sum: u64, b| sum.wrapping_mul(31).wrapping_add(b.into()));
    // Variances are positive.
    let values =
        pseudo_random(seed, count).into_iter().map(|v| if name.ends_with("running_var") { v.abs() + 0.5 } else { v });
    Tensor::new("made.npz", name, shape, values.collect()).unwrap()
}
