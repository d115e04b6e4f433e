//! The network once more in double precision, and how far single precision may be from it.

pub(crate) mod area;
pub(crate) mod bounded;
pub(crate) mod cone;
pub(crate) mod double;
#[cfg(test)]
pub(crate) mod embedded;
pub(crate) mod enclosure;
pub(crate) mod first_order;
pub(crate) mod interval;
pub(crate) mod layer;
pub(crate) mod network;
pub(crate) mod shortcut;
