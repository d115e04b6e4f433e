//! A network, and the image that it is given.

use autodiff::Isa;
use resnet::{Extent, Network, NetworkError, Reader, Reading, Site, View};

/// A network, and the image that it is given.
#[derive(Clone, Copy)]
pub(crate) struct OnImage<'a> {
    pub(crate) network: &'a Network,
    /// 8-bit pixels `[size, size, 3]`.
    pub(crate) pixels: &'a [u8],
    /// Rows and columns of the image.
    pub(crate) size: usize,
}

impl OnImage<'_> {
    /// What reads these sites; it has read nothing yet.
    pub(crate) fn reader(self, sites: &[Site], extent: Extent, isa: Isa) -> Result<Reader, NetworkError> {
        Reader::new(self.network, Reading { size: self.size, view: View::Plain, sites, extent }, isa)
    }
}
