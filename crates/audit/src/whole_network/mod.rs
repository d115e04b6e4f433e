//! The network as a whole, against PyTorch, differences, and itself.

pub(crate) mod branch;
pub(crate) mod chains;
pub(crate) mod differences;
pub(crate) mod directions;
pub(crate) mod golden;
pub(crate) mod on_image;
pub(crate) mod same_bits;
pub(crate) mod second_opinion;
