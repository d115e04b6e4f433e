//! What is measured on the 8-bit pictures of a channel (method section 3).

use crate::error::RunError;
use crate::source::Loaded;
use analysis::NineActivations;
use resnet::{Block, Extent, Isa, Reader, Role, View};
use std::path::Path;

/// Reads a block's three roles for pictures: as they are, enlarged and shrunk.
#[derive(Debug)]
pub(crate) struct BlockReader {
    block: Block,
    plain: Reader,
    /// Reads the Block of enlarged pictures.
    enlarged: Reader,
    /// Reads the Input of shrunk pictures.
    shrunk: Reader,
}

/// The numbers that everything else about a channel follows from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Each role's center activation on the picture of each role.
    pub activations: NineActivations,
    /// B(enlarge I): Block's center activation on the enlarged Input picture.
    pub block_on_enlarged_input: f64,
    /// I(shrink B): Input's center activation on the shrunk Block picture.
    pub input_on_shrunk_block: f64,
}

impl BlockReader {
    /// Readers for a block.
    ///
    /// # Errors
    /// If the network lacks the block.
    pub(crate) fn new(loaded: &Loaded, block: Block, isa: Isa) -> Result<BlockReader, RunError> {
        let size = loaded.source.input_size;
        let reader = |view, roles: &[Role]| {
            let sites: Vec<_> = roles.iter().map(|&role| block.read_site(role)).collect();
            Reader::new(&loaded.network, size, view, (&sites, Extent::Center), isa)
                .map_err(|e| loaded.because(e))
        };
        Ok(BlockReader {
            block,
            plain: reader(View::Plain, &Role::ALL)?,
            enlarged: reader(View::Enlarged, &[Role::Block])?,
            shrunk: reader(View::Shrunk, &[Role::Input])?,
        })
    }

    /// Measures a channel on its three pictures, `[size, size, 3]` RGB bytes each.
    pub(crate) fn measure(
        &mut self,
        channel: usize,
        input: &[u8],
        block: &[u8],
        output: &[u8],
    ) -> Measured {
        let [i_i, b_i, o_i] = self.roles(channel, input);
        let [i_b, b_b, o_b] = self.roles(channel, block);
        let [i_o, b_o, o_o] = self.roles(channel, output);
        self.enlarged.read(input);
        self.shrunk.read(block);
        let at =
            |reader: &Reader, role| f64::from(reader.center(self.block.read_site(role))[channel]);
        Measured {
            activations: NineActivations {
                o_o,
                i_o,
                b_o,
                o_i,
                i_i,
                b_i,
                o_b,
                i_b,
                b_b,
            },
            block_on_enlarged_input: at(&self.enlarged, Role::Block),
            input_on_shrunk_block: at(&self.shrunk, Role::Input),
        }
    }

    /// Input, Block and Output center activations on a picture.
    fn roles(&mut self, channel: usize, picture: &[u8]) -> [f64; 3] {
        self.plain.read(picture);
        Role::ALL.map(|role| f64::from(self.plain.center(self.block.read_site(role))[channel]))
    }
}

/// The pixels of a stored picture.
pub(crate) fn pixels(png: &[u8], path: &Path) -> Result<Vec<u8>, RunError> {
    Ok(images::decode_bytes(png, path)?.pixels().to_vec())
}
