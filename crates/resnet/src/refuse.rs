//! Networks that are recognised, and cannot be studied: what they are, and the tensor that shows it.

use crate::block::Block;
use crate::pattern::fit;
use std::fmt;

/// A network that cannot be studied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What it is.
    pub architecture: &'static str,
    /// The tensor that shows it.
    pub tensor: String,
}

/// What can be studied.
pub(crate) const SUPPORTED: &str = "a ResNet of torchvision, timm, transformers or for CIFAR, of basic blocks or bottlenecks with batch norm, that adds Input and \
     Block and rectifies the sum";

/// Patterns of names that only these networks have. What is changed in a residual network comes first, as its other names are
/// a residual network's.
const KINDS: [(&str, &[&str]); 21] = [
    ("CLIP's ResNet, with a deep stem and attention pooling", &["visual?.attnpool.**", "attnpool.**"]),
    ("a ResNet-D stem (conv1.0)", &["conv1.#.**"]),
    ("squeeze-and-excitation (se)", &["layer#.#.se.**", "layer#.#.se_module.**", "layer#.#.fc#.**"]),
    (
        "channel or spatial attention in its blocks",
        &["layer#.#.attn.**", "layer#.#.eca.**", "layer#.#.ca.**", "layer#.#.sa.**", "layer#.#.cbam.**"],
    ),
    ("a Res2Net, whose blocks are divided into scales (convs)", &["layer#.#.convs.**"]),
    (
        "a ResNeSt or SKNet, with split attention (conv2.fc1)",
        &["layer#.#.conv2.fc#.**", "layer#.#.conv2.conv.**", "layer#.#.conv2.paths.**"],
    ),
    ("blur pooling (aa)", &["layer#.#.aa.**", "layer#.#.conv#.#.filt", "layer#.#.downsample.#.filt"]),
    ("a ResNet-D shortcut, with average pooling before its projection (downsample.2)", &["layer#.#.downsample.2.**"]),
    ("group normalization (gn1)", &["layer#.#.gn#.**", "gn1.**"]),
    (
        "pre-activation blocks (norm1)",
        &["stages.#.blocks.#.norm1.**", "layer#.#.norm1.**", "body.block#.unit#.gn#.**", "block#.unit#.gn#.**"],
    ),
    (
        "a vision transformer",
        &[
            "cls_token",
            "class_token",
            "pos_embed",
            "visual?.class_embedding",
            "vit?.embeddings.cls_token",
            "deit?.embeddings.cls_token",
            "embeddings.position_embeddings",
            "blocks.#.attn.**",
            "encoder.layers.encoder_layer_#.**",
            "patch_embed.**",
        ],
    ),
    (
        "a Swin transformer",
        &["layers.#.blocks.#.attn.**", "features.#.#.attn.**", "swin?.embeddings.patch_embeddings.**"],
    ),
    (
        "a ConvNeXt",
        &[
            "stages.#.blocks.#.conv_dw.**",
            "stages.#.#.dwconv.**",
            "features.#.#.layer_scale",
            "convnext?.encoder.stages.#.layers.#.dwconv.**",
        ],
    ),
    ("a DenseNet", &["features.denseblock#.**"]),
    ("a RegNet", &["trunk_output.block#.**", "s#.b#.conv1.**", "regnet?.encoder.stages.#.layers.#.layer.**"]),
    ("an Inception network", &["Mixed_5b.**", "Conv2d_1a_3x3.**", "inception3a.**"]),
    (
        "a MobileNet or EfficientNet",
        &["conv_stem.**", "features.#.conv.**", "features.#.block.**", "features.#.#.block.**"],
    ),
    ("a VGG or AlexNet, which has no residual stream", &["features.#.weight"]),
    ("a U-Net", &["down_blocks.#.**", "input_blocks.#.**", "inc.double_conv.**"]),
    (
        "a transformer of text",
        &[
            "bert?.embeddings.word_embeddings.weight",
            "transformer?.h.#.**",
            "layers.#.self_attn.**",
            "embed_tokens.weight",
            "wte.weight",
        ],
    ),
    ("a network without residual blocks", &["layers.#.weight", "fc1.weight", "#.weight"]),
];

/// What a tensor's shape is, where it is known.
pub(crate) type ShapeOf<'a> = &'a dyn Fn(&str) -> Option<&'a [usize]>;

/// Whether tensors of these names, without any prefix, belong to a network that cannot be studied.
pub(crate) fn refused<'a>(names: impl Iterator<Item = &'a str>, shape: ShapeOf<'_>) -> Option<Refused> {
    let names: Vec<&str> = names.collect();
    // The first pattern says most of what it is.
    let shows =
        |patterns: &[&str]| patterns.iter().find_map(|pattern| names.iter().find(|name| fit(pattern, name).is_some()));
    let by_name = KINDS.iter().find_map(|(architecture, patterns)| Some((*architecture, *shows(patterns)?)));
    let found = by_name.or_else(|| by_block(&names, shape));
    found.map(|(architecture, tensor)| Refused { architecture, tensor: tensor.to_owned() })
}

/// What the norms of blocks show: where they stand, and what they divide by.
fn by_block<'a>(names: &[&'a str], shape: ShapeOf<'_>) -> Option<(&'static str, &'a str)> {
    let has = |name: &str| names.contains(&name);
    let first_norms = || {
        let of_block = |name: &&&str| {
            let rest = Block::leading(name).filter(|_| name.starts_with("layer")).map(|(_, rest)| rest);
            rest == Some(".bn1.weight")
        };
        names.iter().filter(of_block).copied()
    };
    if let Some(norm) = first_norms().find(|norm| {
        let of = |part: &str| shape(&norm.replace(".bn1.weight", part));
        let Some(&[outputs, inputs, ..]) = of(".conv1.weight") else { return false };
        let is = |part: &str, count: usize| of(part).is_none_or(|shape| shape == [count]);
        // One tensor of a wrong shape says nothing of the block: the norm's others and the next convolution have to agree.
        let next = of(".conv2.weight").and_then(|shape| shape.get(1));
        let agrees = is(".bn1.bias", inputs) && next.is_none_or(|&next| next > 0 && outputs.is_multiple_of(next));
        outputs != inputs && of(".bn1.weight").is_some() && is(".bn1.weight", inputs) && agrees
    }) {
        return Some(("pre-activation blocks, whose batch norm stands before the convolution", norm));
    }
    let norm = first_norms().next()?;
    let statistics = names.iter().any(|name| name.ends_with(".running_mean") || name.ends_with(".running_var"));
    if !statistics && has("bn1.weight") {
        return Some(("normalization without running statistics, such as group or layer normalization", norm));
    }
    if !names.iter().any(|name| name.starts_with("bn1.")) && has("conv1.weight") && statistics {
        return Some(("pre-activation blocks, without a batch norm behind the stem", norm));
    }
    None
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {SUPPORTED}; found {}, as tensor `{}` shows", self.architecture, self.tensor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A residual network's names.
    const ALL: [&str; 8] = [
        "conv1.weight",
        "bn1.weight",
        "bn1.running_mean",
        "layer1.0.conv1.weight",
        "layer1.0.bn1.weight",
        "layer1.0.bn1.running_mean",
        "layer2.0.downsample.0.weight",
        "fc.weight",
    ];

    fn of(names: &[&str]) -> Option<&'static str> {
        refused(names.iter().copied(), &|_| None).map(|refused| refused.architecture)
    }

    #[test]
    fn every_kind_is_known_by_each_of_its_names_and_an_ordinary_network_by_none() {
        assert_eq!(of(&ALL), None);
        for (architecture, patterns) in KINDS {
            for pattern in patterns {
                // The pattern with its optional segments left out, and numbers for the others.
                let name = pattern.split('.').filter(|segment| !segment.ends_with('?')).collect::<Vec<_>>().join(".");
                let name = name.replace('#', "0").replace("**", "weight");
                let found = refused([&name[..]].into_iter(), &|_| None).unwrap();
                assert_eq!(found.tensor, name);
                let said = found.to_string();
                assert!(
                    said.contains(&name) && said.contains(found.architecture) && said.contains("torchvision"),
                    "{said}"
                );
                // A name that two kinds have is the first one's.
                let first = KINDS.iter().find(|(_, patterns)| patterns.iter().any(|p| fit(p, &name).is_some()));
                assert_eq!(found.architecture, first.unwrap().0);
                assert!(found.architecture == architecture, "{pattern} of {architecture}: {}", found.architecture);
            }
        }
    }

    #[test]
    fn pre_activation_is_known_by_where_its_norms_stand() {
        let shapes = |norm: usize| {
            move |name: &str| -> Option<&'static [usize]> {
                match name {
                    "layer2.0.bn1.weight" if norm == 16 => Some(&[16]),
                    "layer2.0.bn1.weight" => Some(&[32]),
                    "layer2.0.conv1.weight" => Some(&[32, 16, 3, 3]),
                    _ => None,
                }
            }
        };
        let names = || ["bn1.running_mean", "layer2.0.bn1.weight", "layer2.0.conv1.weight"].into_iter();
        assert_eq!(refused(names(), &|name| shapes(32)(name)), None);
        let found = refused(names(), &|name| shapes(16)(name)).unwrap();
        assert!(found.architecture.starts_with("pre-activation"), "{found}");
        assert_eq!(found.tensor, "layer2.0.bn1.weight");
        let without: Vec<&str> = ALL.into_iter().filter(|name| !name.starts_with("bn1.")).collect();
        assert!(of(&without).unwrap().starts_with("pre-activation"));
    }

    #[test]
    fn norms_without_statistics_are_no_batch_norms() {
        let without: Vec<&str> = ALL.into_iter().filter(|name| !name.contains("running")).collect();
        assert!(of(&without).unwrap().starts_with("normalization without running statistics"));
        // Folded, there are no norms at all.
        assert_eq!(of(&["conv1.weight", "conv1.bias", "layer1.0.conv1.bias"]), None);
    }
}
