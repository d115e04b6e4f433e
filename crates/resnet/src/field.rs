//! How large the maps of a network are, and how far its neurons see.

use crate::architecture::Architecture;
use crate::layout::{BlockLayout, ConvolutionLayout, Shortcut, Stem};
use crate::site::Site;
use autodiff::{Shape, Sliding};

/// What one neuron of a site depends on, in an image without borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Rows and columns of pixels.
    pub size: usize,
    /// How many pixels lie between neighbours.
    pub step: usize,
}

impl Field {
    /// A pixel.
    const PIXEL: Field = Field { size: 1, step: 1 };

    /// Behind a window that slides: it sees `kernel - 1` further neurons of those before.
    fn behind(self, sliding: Sliding) -> Field {
        let size = self.size + (sliding.kernel.0 - 1) * self.step;
        Field { size, step: self.step * sliding.stride.0 }
    }

    fn behind_all<'a>(self, layers: impl IntoIterator<Item = &'a ConvolutionLayout>) -> Field {
        layers.into_iter().fold(self, |field, layer| field.behind(layer.sliding))
    }

    /// Of a sum. Windows of odd kernels and half as much padding are centered, so the larger holds the smaller.
    fn and(self, other: Field) -> Field {
        Field { size: self.size.max(other.size), step: self.step }
    }

    /// Behind a block's shortcut.
    fn entered(self, layout: &BlockLayout) -> Field {
        match &layout.shortcut {
            Shortcut::Identity => self,
            Shortcut::Projection(projection) => self.behind(projection.sliding),
            Shortcut::Padded { stride, .. } => self.behind(Sliding::square(1, *stride, 0)),
        }
    }
}

/// How many positions a window has along `size`.
fn after(size: usize, sliding: Sliding) -> usize {
    (size + 2 * sliding.padding.0).checked_sub(sliding.kernel.0).map_or(0, |room| room / sliding.stride.0 + 1)
}

impl Architecture {
    /// The shape of a site's map for images of `size`; `None` where there is no such site.
    ///
    /// ```
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// let architecture = resnet::Architecture::infer(&weights::TensorSet::load(file).unwrap())?;
    /// assert_eq!(architecture.shape("layer3.1.bn2".parse()?, 224), Some(resnet::Shape::new(14, 14, 64)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shape(&self, site: Site, size: usize) -> Option<Shape> {
        let Stem { convolution, pooling } = &self.stem;
        let square = |size, channels| Some(Shape::new(size, size, channels));
        let stem = after(size, convolution.sliding);
        let mut stream = pooling.map_or(stem, |pooling| after(stem, pooling));
        match site {
            Site::StemSum | Site::StemRelu => return square(stem, convolution.outputs),
            Site::PooledSum | Site::MaxPool => return pooling.and(square(stream, convolution.outputs)),
            Site::AveragePool => return square(1, self.layouts.last()?.channels()),
            Site::Classes(_) => return square(1, self.classes?),
            Site::Shortcut(..) | Site::Contribution(..) | Site::Sum(_) | Site::Output(_) => {}
        }
        for layout in &self.layouts {
            stream = layout.branch.iter().fold(stream, |size, layer| after(size, layer.sliding));
            if site.block() == Some(layout.block) {
                return square(stream, layout.channels());
            }
        }
        None
    }

    /// What a center neuron of a site sees; `None` where that is the whole image, whatever its size, or there is no such site.
    ///
    /// ```
    /// # let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/resnet18-16.npz");
    /// let architecture = resnet::Architecture::infer(&weights::TensorSet::load(file).unwrap())?;
    /// let sees = |site: &str| Ok::<_, resnet::UnknownSite>(architecture.field(site.parse()?).map(|field| field.size));
    /// assert_eq!([sees("maxpool")?, sees("layer1.1")?, sees("layer3.1.bn2")?], [Some(11), Some(43), Some(211)]);
    /// assert_eq!(sees("fc")?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn field(&self, site: Site) -> Option<Field> {
        let stem = Field::PIXEL.behind(self.stem.convolution.sliding);
        let mut stream = self.stem.pooling.map_or(stem, |pooling| stem.behind(pooling));
        match site {
            Site::StemSum | Site::StemRelu => return Some(stem),
            Site::PooledSum | Site::MaxPool => return Some(stream),
            Site::AveragePool | Site::Classes(_) => return None,
            Site::Shortcut(..) | Site::Contribution(..) | Site::Sum(_) | Site::Output(_) => {}
        }
        for layout in &self.layouts {
            let (entered, added) = (stream.entered(layout), stream.behind_all(&layout.branch));
            stream = added.and(entered);
            if site.block() == Some(layout.block) {
                return Some(match site {
                    Site::Shortcut(..) => entered,
                    Site::Contribution(..) => added,
                    _ => stream,
                });
            }
        }
        None
    }
}
