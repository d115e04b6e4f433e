//! The network that the papers study, and the channels that they name.

use crate::source::Loaded;
use weights::TensorSet;

/// Channels of torchvision's ResNet18 that paper 1's figure 1 shows: block, channel, what it calls them.
pub(crate) const NAMED: [(&str, usize, &str); 6] = [
    ("1.1", 38, "overwrite"),
    ("1.1", 19, "mix"),
    ("1.1", 25, "skip"),
    ("3.1", 178, CALLED_SCALE_INVARIANT),
    ("3.1", 215, CALLED_SCALE_INVARIANT),
    ("3.1", 25, CALLED_SCALE_INVARIANT),
];

/// What it calls a channel that meets all its criteria of scale invariance.
pub(crate) const CALLED_SCALE_INVARIANT: &str = "scale-invariant";

/// Channels of it that the published code of paper 2 ablates as scale-invariant: by the author's pictures and by
/// ImageNet's validation set. Source: `scale_robust.py` of github.com/cest-andre/residual-stream-interp.
pub(crate) const SCALE_INVARIANT: [(&str, [usize; 9]); 2] =
    [("2.1", [108, 36, 13, 21, 60, 52, 93, 5, 58]), ("3.1", [113, 178, 22, 215, 204, 25, 29, 154, 200])];

/// Steps a picture of the published recipe.
pub(crate) const STEPS: usize = 2560;

/// The last layer of torchvision's ResNet18 `IMAGENET1K_V1`, by the digests of its tensors.
const LAST_LAYER: [(&str, &str); 2] = [
    ("fc.weight", "9c71de715edfc0e077aa5e95eaa1126e14f62e782f99d57765cb39fe811d9a2d"),
    ("fc.bias", "0d07ee8cb9ae71f386b7064aa158cfab7fb2d2388838cedb9fccc91a7a4716c4"),
];
/// Its widths and the size of its images.
const WIDTHS: [usize; 4] = [64, 128, 256, 512];
const INPUT_SIZE: usize = 224;

/// Whether a network is the one that the papers study, at the size they study it at.
///
/// It is known by its widths and its last layer, which is the same bits whether batch norm is folded or not and whether
/// other tensors are missing. A network whose body was trained further below an untouched last layer would be mistaken
/// for it; one without the layer is not recognised.
pub(crate) fn is_papers(loaded: &Loaded) -> bool {
    loaded.size() == INPUT_SIZE
        && loaded.network.architecture().widths() == WIDTHS
        && loaded.architecture().is_resnet18()
        && has_last_layer(&loaded.tensors)
}

fn has_last_layer(tensors: &TensorSet) -> bool {
    LAST_LAYER.iter().all(|(name, digest)| {
        let found = tensors.get(name).map(|t| t.digest().to_string());
        found.as_deref() == Some(digest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn the_embedded_network_is_not_the_papers() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let embedded = crate::Source::new(&root, None, None).load().unwrap();
        assert!(!is_papers(&embedded));
    }

    #[test]
    fn the_papers_network_is_known_by_its_last_layer_at_its_own_image_size() {
        let Some(data) = testkit::golden::data_dir() else {
            return;
        };
        let path = data.join("data").join("backbone");
        let loaded = |size| crate::Source::new(&path, Some(path.clone()), size).load().unwrap();
        assert!(is_papers(&loaded(None)));
        assert!(!is_papers(&loaded(Some(128))));
        let changed = TensorSet::load_except(&path, |name| name == "fc.bias").unwrap();
        assert!(!has_last_layer(&changed));
    }
}
