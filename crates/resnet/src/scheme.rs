//! The schemes by which programs name the tensors of a residual network: each a list of rules that make torchvision's, or for
//! CIFAR's networks their own, names of them. A further scheme is an entry here, and nothing else.

use crate::pattern::fit;

/// How one program names them.
pub(crate) struct Scheme {
    /// Whose names they are.
    pub(crate) name: &'static str,
    /// Patterns of names, and what a name becomes that fits one; the first that fits counts.
    rules: &'static [(&'static str, &'static str)],
}

/// All schemes. Of two by which as many names are a network's, the first is meant.
pub(crate) const SCHEMES: [Scheme; 3] = [
    // torchvision.models.resnet, timm's resnet.py, and what was trained from them.
    Scheme {
        name: "torchvision",
        rules: &[
            ("conv1.**", "conv1.{..}"),
            ("bn1.**", "bn1.{..}"),
            ("layer#.**", "layer{0}.{..}"),
            ("fc.weight", "fc.weight"),
            ("fc.bias", "fc.bias"),
        ],
    },
    // github.com/akamaster/pytorch_resnet_cifar10, github.com/kuangliu/pytorch-cifar.
    Scheme {
        name: "CIFAR",
        rules: &[
            ("conv1.**", "conv1.{..}"),
            ("bn1.**", "bn1.{..}"),
            ("layer#.**", "layer{0}.{..}"),
            ("linear.weight", "linear.weight"),
            ("linear.bias", "linear.bias"),
        ],
    },
    // transformers' modeling_resnet.py: ResNetModel, ResNetForImageClassification, ResNetBackbone.
    Scheme {
        name: "transformers",
        rules: &[
            ("resnet?.embedder.embedder.convolution.**", "conv1.{..}"),
            ("resnet?.embedder.embedder.normalization.**", "bn1.{..}"),
            ("resnet?.encoder.stages.#.layers.#.layer.#.convolution.**", "layer{0+1}.{1}.conv{2+1}.{..}"),
            ("resnet?.encoder.stages.#.layers.#.layer.#.normalization.**", "layer{0+1}.{1}.bn{2+1}.{..}"),
            ("resnet?.encoder.stages.#.layers.#.shortcut.convolution.**", "layer{0+1}.{1}.downsample.0.{..}"),
            ("resnet?.encoder.stages.#.layers.#.shortcut.normalization.**", "layer{0+1}.{1}.downsample.1.{..}"),
            ("classifier.1.weight", "fc.weight"),
            ("classifier.1.bias", "fc.bias"),
        ],
    },
];

impl Scheme {
    /// What a name becomes; `None` where it is none of a network's by this scheme.
    pub(crate) fn rename(&self, name: &str) -> Option<String> {
        self.rules.iter().find_map(|(pattern, template)| Some(fit(pattern, name)?.become_like(template)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transformers_names_become_torchvisions() {
        let scheme = SCHEMES.iter().find(|scheme| scheme.name == "transformers").unwrap();
        for (name, expected) in [
            ("resnet.embedder.embedder.convolution.weight", "conv1.weight"),
            ("embedder.embedder.normalization.running_var", "bn1.running_var"),
            ("resnet.encoder.stages.0.layers.0.layer.0.convolution.weight", "layer1.0.conv1.weight"),
            ("encoder.stages.3.layers.2.layer.2.normalization.bias", "layer4.2.bn3.bias"),
            ("resnet.encoder.stages.1.layers.0.shortcut.convolution.weight", "layer2.0.downsample.0.weight"),
            (
                "resnet.encoder.stages.1.layers.0.shortcut.normalization.running_mean",
                "layer2.0.downsample.1.running_mean",
            ),
            ("classifier.1.weight", "fc.weight"),
        ] {
            assert_eq!(scheme.rename(name).as_deref(), Some(expected));
        }
        for other in ["classifier.weight", "resnet.pooler.weight", "encoder.stages.0.layers.0.weight", "conv1.weight"] {
            assert_eq!(scheme.rename(other), None, "{other}");
        }
    }

    #[test]
    fn by_the_other_schemes_names_stay_what_they_are() {
        for scheme in &SCHEMES[..2] {
            for name in ["conv1.weight", "bn1.running_mean", "layer3.17.conv2.weight", "layer2.0.downsample.1.bias"] {
                assert_eq!(scheme.rename(name).as_deref(), Some(name), "{}", scheme.name);
            }
        }
        assert_eq!(SCHEMES.each_ref().map(|scheme| scheme.rename("linear.bias").is_some()), [false, true, false]);
        assert_eq!(SCHEMES.each_ref().map(|scheme| scheme.rename("fc.bias").is_some()), [true, false, false]);
    }
}
