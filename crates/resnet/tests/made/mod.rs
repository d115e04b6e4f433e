//! Residual networks of small widths, all different, with pseudo-random weights.

use resnet::BatchNormState;
use testkit::pseudo_random;
use weights::Tensor;

pub(crate) const WIDTHS: [usize; 4] = [3, 5, 4, 7];
pub(crate) const CLASSES: usize = 6;

/// What a network is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    /// What it is called.
    #[allow(dead_code, reason = "not every test asks")]
    pub(crate) name: &'static str,
    /// Rows and columns of the stem's kernel.
    pub(crate) kernel: usize,
    /// Channels of the stem.
    pub(crate) stem: usize,
    /// Of each stage, how many blocks it has, and their channels.
    pub(crate) stages: &'static [(usize, usize)],
    /// Of bottlenecks, the channels inside.
    pub(crate) inner: Option<&'static [usize]>,
    /// The module of projections; none where zero channels are added.
    pub(crate) shortcut: Option<&'static str>,
    /// The last layer, if there is one.
    pub(crate) head: Option<&'static str>,
}

/// One of each family.
pub(crate) const ALL: [Made; 6] = [
    RESNET18,
    Made { name: "resnet14", stages: &[(2, 4), (1, 9), (1, 6)], stem: 3, inner: Some(&[1, 3, 2]), ..RESNET18 },
    Made { name: "resnet16", stages: &[(3, 3), (1, 5), (2, 4), (1, 7)], head: None, ..RESNET18 },
    Made {
        name: "resnet12",
        kernel: 3,
        stages: &[(2, 3), (2, 7), (1, 12)],
        shortcut: None,
        head: Some("linear"),
        ..RESNET18
    },
    Made {
        name: "resnet10",
        kernel: 3,
        stages: &[(2, 3), (2, 6)],
        shortcut: Some("shortcut"),
        head: Some("linear"),
        ..RESNET18
    },
    Made {
        name: "wide_resnet11_2",
        kernel: 3,
        stages: &[(1, 8), (2, 12)],
        inner: Some(&[4, 5]),
        shortcut: Some("shortcut"),
        head: Some("linear"),
        ..RESNET18
    },
];

pub(crate) const RESNET18: Made = Made {
    name: "resnet18",
    kernel: 7,
    stem: WIDTHS[0],
    stages: &[(2, WIDTHS[0]), (2, WIDTHS[1]), (2, WIDTHS[2]), (2, WIDTHS[3])],
    inner: None,
    shortcut: Some("downsample"),
    head: Some("fc"),
};

/// Every tensor of a ResNet18 of these widths, by torchvision's names.
#[allow(dead_code, reason = "not every test is about ResNet18 alone")]
pub(crate) fn shapes(state: BatchNormState) -> Vec<(String, Vec<usize>)> {
    shapes_of(&RESNET18, state)
}

/// Every tensor of a network.
pub(crate) fn shapes_of(made: &Made, state: BatchNormState) -> Vec<(String, Vec<usize>)> {
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
    convolution("conv1".into(), "bn1".into(), [made.stem, 3, made.kernel]);
    let mut enters = made.stem;
    for (stage, &(count, width)) in made.stages.iter().enumerate() {
        for block in 0..count {
            let name = |part: &str| format!("layer{}.{block}.{part}", stage + 1);
            match made.inner {
                None => {
                    convolution(name("conv1"), name("bn1"), [width, enters, 3]);
                    convolution(name("conv2"), name("bn2"), [width, width, 3]);
                }
                Some(inner) => {
                    let inner = inner[stage];
                    convolution(name("conv1"), name("bn1"), [inner, enters, 1]);
                    convolution(name("conv2"), name("bn2"), [inner, inner, 3]);
                    convolution(name("conv3"), name("bn3"), [width, inner, 1]);
                }
            }
            if let Some(shortcut) = made.shortcut
                && (enters != width || block == 0 && stage > 0)
            {
                convolution(name(&format!("{shortcut}.0")), name(&format!("{shortcut}.1")), [width, enters, 1]);
            }
            enters = width;
        }
    }
    if let Some(head) = made.head {
        all.push((format!("{head}.weight"), vec![CLASSES, enters]));
        all.push((format!("{head}.bias"), vec![CLASSES]));
    }
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
