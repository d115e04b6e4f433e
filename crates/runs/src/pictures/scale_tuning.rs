//! Scale tuning: each role of a channel on each role's picture at sizes from half to double. The two-point criterion of
//! METHOD.md, section 3 reads these curves at 1 and 2 (Block on the Input's picture) and at 1/2 and 1 (Input on the
//! Block's picture).

use crate::error::RunError;
use crate::source::Loaded;
use report::ScaleTuningRow;
use resnet::{Block, Extent, Isa, Reader, Reading, Role, Site, View};

/// The sizes, from half to double: by so many octaves smaller or larger.
const OCTAVES: [f64; 9] = [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0];

/// How images of `size` by `size` pixels are looked at for each size, and how large things are then.
pub(crate) fn scales(size: usize) -> impl Iterator<Item = (View, f64)> {
    OCTAVES.into_iter().map(move |octaves| View::scaled(octaves.exp2(), size))
}

/// What the roles of a channel answer at one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ScaleCurve {
    /// Whose picture, or top photographs, they see.
    pub(crate) seen: Role,
    /// How large it is: 1 as it is.
    pub(crate) scale: f64,
    /// Input, Block and Output.
    pub(crate) activations: [f64; 3],
}

/// Reads a block's three roles for pictures at every size.
#[derive(Debug)]
pub(crate) struct ScaleReader {
    /// Where Input, Block and Output are read.
    roles: [Site; 3],
    readers: Vec<(f64, Reader)>,
}

impl ScaleReader {
    /// Readers for a block.
    ///
    /// # Errors
    /// If the network lacks the block.
    pub(crate) fn new(loaded: &Loaded, block: Block, isa: Isa) -> Result<ScaleReader, RunError> {
        let size = loaded.size();
        let roles = Role::ALL.map(|role| loaded.architecture().read_site(block, role));
        let mut readers = Vec::new();
        for (view, scale) in scales(size) {
            let reader =
                Reader::new(&loaded.network, Reading { size, view, sites: &roles, extent: Extent::Center }, isa);
            readers.push((scale, reader.map_err(|e| loaded.because(e))?));
        }
        Ok(ScaleReader { roles, readers })
    }

    /// The curves of a channel on the pictures of its three roles, `[size, size, 3]` RGB bytes each.
    pub(crate) fn curves(&mut self, channel: usize, pictures: &[Vec<u8>; 3]) -> Vec<ScaleCurve> {
        let mut curves = Vec::new();
        for (seen, picture) in Role::ALL.into_iter().zip(pictures) {
            for (scale, reader) in &mut self.readers {
                reader.read(picture);
                let read = |site| f64::from(reader.center(site)[channel]);
                curves.push(ScaleCurve { seen, scale: *scale, activations: self.roles.map(read) });
            }
        }
        curves
    }
}

impl ScaleCurve {
    /// Its row of the table.
    pub(crate) fn row(&self, block: Block, channel: usize, stimulus: &str) -> ScaleTuningRow {
        let [input, of_block, output] = self.activations;
        ScaleTuningRow {
            block: block.to_string(),
            channel,
            stimulus: stimulus.to_owned(),
            seen: self.seen.name().to_owned(),
            scale: self.scale,
            input_activation: input,
            block_activation: of_block,
            output_activation: output,
        }
    }
}
