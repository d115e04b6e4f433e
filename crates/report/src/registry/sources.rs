//! What stands for many files where it is said what something was made from: the manifest says of each where it is from.

/// All optimised pictures.
pub(crate) const PICTURES: &str = "pictures";
/// The photographs.
pub(crate) const PHOTOGRAPHS: &str = "images";
/// The weights of the network.
pub(crate) const NETWORK: &str = "weights";
