//! Which of a file's tensors are the network's, and what they are called there.

use crate::error::NetworkError;
use crate::refuse;
use crate::scheme::{SCHEMES, Scheme};
use std::collections::BTreeMap;

/// What programs put before the names of a network that they wrap, in any number and order.
const PREFIXES: [&str; 8] = ["module.", "model.", "backbone.", "net.", "encoder.", "encoder_q.", "resnet.", "body."];

/// Names that a sentence repeats.
const NAMED: usize = 4;

/// How a file's names become the network's: by the rules of one scheme, behind one prefix that is stripped; and what is no
/// network's is left.
///
/// ```
/// let names = ["module.conv1.weight", "module.layer1.0.bn1.bias", "module.projector.weight", "epoch"];
/// let naming = resnet::Naming::of(names);
/// assert_eq!(naming.rename("module.conv1.weight").as_deref(), Some("conv1.weight"));
/// assert_eq!(naming.rename("module.projector.weight"), None);
/// let notes = [
///     "the prefix `module.` is stripped from the names of 2 tensors",
///     "2 tensors belong to no residual network and are left: epoch, module.projector.weight",
/// ];
/// assert_eq!(naming.notes(), notes);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Which of the schemes.
    scheme: usize,
    prefix: String,
    kept: usize,
    /// Whether any name is a block's, or of the batch norm behind the stem.
    has_blocks: bool,
    /// Whether any name becomes another one, but for its prefix.
    renames: bool,
    left: Vec<String>,
}

impl Naming {
    /// Finds the scheme and the prefix by which most names are a residual network's; of equals the shortest prefix, then the
    /// first.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Naming {
        let mut names: Vec<&str> = names.into_iter().filter(|name| !is_counter(name)).collect();
        names.sort_unstable();
        let mut counts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for (name, (at, scheme)) in names.iter().flat_map(|name| SCHEMES.iter().enumerate().map(move |s| (name, s))) {
            for rest in strippings(name).filter(|rest| scheme.rename(rest).is_some()) {
                *counts.entry((at, &name[..name.len() - rest.len()])).or_default() += 1;
            }
        }
        let mut found: Vec<((usize, &str), usize)> = counts.into_iter().collect();
        found.sort_by_key(|&((_, prefix), count)| (std::cmp::Reverse(count), prefix.len()));
        let ((scheme, prefix), kept) = found.first().copied().unwrap_or(((0, ""), 0));
        let mut naming =
            Naming { scheme, prefix: prefix.to_owned(), kept, has_blocks: false, renames: false, left: Vec::new() };
        let (own, left): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| naming.rename(name).is_some());
        naming.left = left.into_iter().map(str::to_owned).collect();
        let changes = |name: &&str| naming.rename(name).is_some_and(|new| name.get(prefix.len()..) != Some(&new));
        naming.renames = own.iter().any(changes);
        naming.has_blocks = own
            .iter()
            .filter_map(|name| naming.rename(name))
            .any(|name| name.starts_with("layer") || name.starts_with("bn1."));
        naming
    }

    fn rules(&self) -> &'static Scheme {
        &SCHEMES[self.scheme]
    }

    /// The network's name of a tensor; `None` for one that is not the network's.
    pub fn rename(&self, name: &str) -> Option<String> {
        let own = name.strip_prefix(&self.prefix)?;
        self.rules().rename(own).filter(|_| !is_counter(own))
    }

    /// Whose names they are.
    pub fn scheme(&self) -> &'static str {
        self.rules().name
    }

    /// What is stripped.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Names of tensors that belong to no residual network, in order.
    pub fn left(&self) -> &[String] {
        &self.left
    }

    /// Checks that the names may be a residual network's.
    ///
    /// # Errors
    /// If no block is among them: with what the names are of, if that is known, and else with some of them.
    pub fn require_blocks<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<(), NetworkError> {
        if self.has_blocks {
            return Ok(());
        }
        let names: Vec<&str> = names.into_iter().collect();
        for strip in [true, false] {
            let own = names.iter().map(|name| if strip { fully_stripped(name) } else { name });
            if let Some(mut refused) = refuse::refused(own, &|_| None) {
                // The file's own name.
                if let Some(name) = names.iter().find(|name| name.ends_with(&refused.tensor)) {
                    refused.tensor = (*name).to_owned();
                }
                return Err(NetworkError::Kind(refused));
            }
        }
        let mut sample = names;
        sample.sort_unstable();
        sample.truncate(NAMED);
        let found =
            if sample.is_empty() { "no tensors".to_owned() } else { format!("tensors such as {}", sample.join(", ")) };
        Err(NetworkError::NoBlock { found })
    }

    /// What should be said, each a sentence.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.renames {
            notes.push(format!("the names of {} tensors are {}', and read as torchvision's", self.kept, self.scheme()));
        }
        if !self.prefix.is_empty() {
            notes.push(format!("the prefix `{}` is stripped from the names of {} tensors", self.prefix, self.kept));
        }
        let named: Vec<&str> = self.left.iter().take(NAMED).map(String::as_str).collect();
        let more = match self.left.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        match self.left.len() {
            0 => {}
            1 => notes.push(format!("1 tensor belongs to no residual network and is left: {}", named[0])),
            count => notes.push(format!(
                "{count} tensors belong to no residual network and are left: {}{more}",
                named.join(", ")
            )),
        }
        notes
    }
}

/// A name as it is, and without one, two and all of what is put before it.
fn strippings(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |rest| PREFIXES.iter().find_map(|prefix| rest.strip_prefix(prefix)))
}

/// A name without all that is put before it.
fn fully_stripped(name: &str) -> &str {
    strippings(name).last().unwrap_or(name)
}

/// torchvision counts the batches that batch norm has seen; inference never reads it.
fn is_counter(name: &str) -> bool {
    name.ends_with(".num_batches_tracked")
}

#[cfg(test)]
mod tests {
    use super::Naming;

    fn of<'a>(names: &[&'a str]) -> (String, Vec<&'a str>) {
        let naming = Naming::of(names.iter().copied());
        let kept = names.iter().copied().filter(|name| naming.rename(name).is_some());
        (naming.prefix().to_owned(), kept.collect())
    }

    #[test]
    fn any_row_of_prefixes_is_stripped() {
        for prefix in
            ["", "module.", "module.model.", "model.module.backbone.", "backbone.body.", "net.resnet.encoder."]
        {
            let names = ["conv1.weight", "bn1.running_var", "layer4.1.conv2.weight", "fc.bias"];
            let prefixed = names.map(|name| format!("{prefix}{name}"));
            let naming = Naming::of(prefixed.iter().map(String::as_str));
            assert_eq!((naming.prefix(), naming.left()), (prefix, &[][..]));
            let renamed: Vec<String> = prefixed.iter().filter_map(|name| naming.rename(name)).collect();
            assert_eq!(renamed, names);
            assert_eq!(naming.notes().len(), usize::from(!prefix.is_empty()));
        }
    }

    #[test]
    fn of_two_networks_the_larger_is_read_and_the_other_left() {
        let names = ["conv1.weight", "model.conv1.weight", "model.layer1.0.bn1.bias", "model.fc.bias"];
        assert_eq!(of(&names), ("model.".to_owned(), names[1..].to_vec()));
        let equal = ["model.conv1.weight", "net.conv1.weight"];
        assert_eq!(of(&equal), ("net.".to_owned(), vec![equal[1]]));
        assert_eq!(Naming::of(equal).left(), ["model.conv1.weight"]);
    }

    #[test]
    fn what_is_no_part_of_a_residual_network_is_left_and_named() {
        let left = ["epoch", "fc.0.weight", "head.bias", "layer.0.weight", "layernorm.weight", "optimizer.step"];
        let all = [&["conv1.weight", "layer1.0.bn2.bias", "layer1.0.bn2.num_batches_tracked"][..], &left].concat();
        let naming = Naming::of(all);
        assert_eq!(naming.left(), left);
        assert!(left.iter().all(|name| naming.rename(name).is_none()));
        let said = "6 tensors belong to no residual network and are left: epoch, fc.0.weight, head.bias, layer.0.weight and 2 more";
        assert_eq!(naming.notes(), [said]);
        assert_eq!(naming.rename("layer1.0.bn2.num_batches_tracked"), None);
        let one = Naming::of(["conv1.weight", "epoch"]).notes();
        assert_eq!(one, ["1 tensor belongs to no residual network and is left: epoch"]);
    }

    #[test]
    fn what_only_a_residual_network_has_is_kept_even_if_none_of_ours_has_it() {
        let names = ["conv1.0.weight", "layer9.0.conv1.weight", "layer1.0.se.fc1.weight", "conv1.weight"];
        assert_eq!(of(&names), (String::new(), names.to_vec()));
    }

    #[test]
    fn the_scheme_by_which_most_names_are_a_networks_is_taken() {
        let body = ["conv1.weight", "bn1.bias", "layer1.0.bn2.bias"];
        let scheme = |last: &str| Naming::of(body.into_iter().chain([last])).scheme();
        assert_eq!(
            [scheme("fc.bias"), scheme("linear.bias"), scheme("epoch")],
            ["torchvision", "CIFAR", "torchvision"]
        );
        let names = [
            "resnet.embedder.embedder.convolution.weight",
            "resnet.encoder.stages.0.layers.1.layer.0.convolution.weight",
            "resnet.encoder.stages.0.layers.1.layer.0.normalization.num_batches_tracked",
            "classifier.1.bias",
        ];
        let naming = Naming::of(names);
        assert_eq!((naming.scheme(), naming.prefix(), naming.left()), ("transformers", "", &[][..]));
        assert_eq!(naming.rename(names[1]).as_deref(), Some("layer1.1.conv1.weight"));
        assert_eq!(naming.rename(names[2]), None);
        assert_eq!(naming.notes(), ["the names of 3 tensors are transformers', and read as torchvision's"]);
        let wrapped = names.map(|name| format!("module.{name}"));
        let naming = Naming::of(wrapped.iter().map(String::as_str));
        assert_eq!((naming.scheme(), naming.prefix()), ("transformers", "module."));
    }

    #[test]
    fn names_without_a_block_are_said_to_be_another_networks() {
        let said = |names: &[&str]| {
            let naming = Naming::of(names.iter().copied());
            naming.require_blocks(names.iter().copied()).map_err(|error| error.to_string())
        };
        assert_eq!(said(&["layer1.0.bn2.bias"]), Ok(()));
        let vit = said(&["module.encoder.layers.encoder_layer_0.mlp.0.weight", "module.class_token"]).unwrap_err();
        assert!(vit.contains("found a vision transformer, as tensor `module.class_token` shows"), "{vit}");
        let none = said(&["w", "b"]).unwrap_err();
        assert!(none.ends_with("found tensors such as b, w"), "{none}");
    }

    #[test]
    fn without_a_residual_network_nothing_is_kept() {
        let names = ["encoder.layer.0.attention.weight", "cls_token"];
        assert_eq!(of(&names), (String::new(), vec![]));
    }
}
