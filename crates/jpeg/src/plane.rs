//! The samples of a component.

/// The samples of a component, in rows of whole blocks.
#[derive(Clone, Debug)]
pub(crate) struct Plane {
    pub(crate) samples: Vec<u8>,
    pub(crate) stride: usize,
}

impl Plane {
    /// So many samples of zero.
    pub(crate) fn new(stride: usize, count: usize) -> Self {
        Self { samples: vec![0; count], stride }
    }
}
