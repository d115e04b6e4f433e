//! What stands for many files where it is said what something was made from: the manifest says of each where it is from.

/// All optimised pictures.
pub const PICTURES: &str = "pictures";
/// The photographs.
pub const PHOTOGRAPHS: &str = "images";
/// The weights of the network.
pub const NETWORK: &str = "weights";
