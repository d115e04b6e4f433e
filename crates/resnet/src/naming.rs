//! Which of a file's tensors are the network's, and what they are called there.

use std::collections::BTreeMap;

/// What programs put before the names of a network that they wrap, in any number and order.
const PREFIXES: [&str; 8] = ["module.", "model.", "backbone.", "net.", "encoder.", "encoder_q.", "resnet.", "body."];

/// Names that a sentence repeats.
const NAMED: usize = 4;

/// How a file's names become the network's: one prefix is stripped, and what is no network's is left.
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
    prefix: String,
    kept: usize,
    left: Vec<String>,
}

impl Naming {
    /// Finds the prefix under which most names are a residual network's; of equals the shortest, then the first.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Naming {
        let mut names: Vec<&str> = names.into_iter().filter(|name| !is_counter(name)).collect();
        names.sort_unstable();
        let prefix_of =
            |name: &&'a str| is_of_a_network(stripped(name)).then(|| &name[..name.len() - stripped(name).len()]);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        names.iter().filter_map(prefix_of).for_each(|prefix| *counts.entry(prefix).or_default() += 1);
        let mut prefixes: Vec<(&str, usize)> = counts.into_iter().collect();
        prefixes.sort_by_key(|&(prefix, count)| (std::cmp::Reverse(count), prefix.len()));
        let (prefix, kept) = prefixes.first().copied().unwrap_or(("", 0));
        let left = names.iter().filter(|name| prefix_of(name) != Some(prefix)).map(|name| (*name).to_owned()).collect();
        Naming { prefix: prefix.to_owned(), kept, left }
    }

    /// The network's name of a tensor; `None` for one that is not the network's.
    pub fn rename(&self, name: &str) -> Option<String> {
        let own = name.strip_prefix(&self.prefix)?;
        (is_of_a_network(own) && !is_counter(own)).then(|| own.to_owned())
    }

    /// What is stripped.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Names of tensors that belong to no residual network, in order.
    pub fn left(&self) -> &[String] {
        &self.left
    }

    /// What should be said, each a sentence.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
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

/// A name without all that is put before it.
fn stripped(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = PREFIXES.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
        rest = shorter;
    }
    rest
}

/// Whether a name is one of the stem, a stage or the fully connected layer; a head of several layers is another one's.
fn is_of_a_network(name: &str) -> bool {
    let stage = || {
        let (number, _) = name.strip_prefix("layer")?.split_once('.')?;
        Some(!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    name.starts_with("conv1.")
        || name.starts_with("bn1.")
        || ["fc.weight", "fc.bias"].contains(&name)
        || stage().unwrap_or(false)
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
    fn without_a_residual_network_nothing_is_kept() {
        let names = ["encoder.layer.0.attention.weight", "cls_token"];
        assert_eq!(of(&names), (String::new(), vec![]));
    }
}
