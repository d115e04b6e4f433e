//! What the parts of a network are called that not all programs call the same.

use std::fmt;

/// The name of a part of a network, below its block or on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Part(&'static str);

/// The names that programs agree on in all but these: of the shortcut of a block, and of the class scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Whose names they are.
    pub family: &'static str,
    /// The module of a shortcut; its convolution is `.0` of it and the batch norm `.1`.
    pub(crate) shortcut: &'static str,
    /// The projected input: the batch norm of a shortcut.
    pub(crate) projected: Part,
    /// What a shortcut without tensors hands over, where its module has a name nevertheless.
    pub(crate) passed: Option<Part>,
    /// The class scores.
    pub(crate) classes: Part,
}

impl Words {
    /// torchvision's and timm's.
    pub(crate) const TORCHVISION: Words = Words {
        family: "torchvision",
        shortcut: "downsample",
        projected: Part("downsample.1"),
        passed: None,
        classes: Part("fc"),
    };
    /// Those of the networks for CIFAR whose modules are called as in `kuangliu/pytorch-cifar`.
    pub(crate) const CIFAR: Words = Words {
        family: "CIFAR",
        shortcut: "shortcut",
        projected: Part("shortcut.1"),
        passed: Some(Part("shortcut")),
        classes: Part("linear"),
    };
    /// All of them: a further one is a line here.
    pub(crate) const ALL: [Words; 2] = [Words::TORCHVISION, Words::CIFAR];
}

impl Part {
    /// The batch norms that may be the last of a block's branch: that of a basic block, and of a bottleneck.
    pub(crate) const LAST_NORMS: [Part; 2] = [Part("bn2"), Part("bn3")];

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
