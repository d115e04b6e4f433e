//! What is measured on the 8-bit pictures of a channel (METHOD.md, section 3).

use crate::error::RunError;
use crate::source::Loaded;
use analysis::NineActivations;
use resnet::{Block, Extent, Isa, Reader, Reading, Role, Site, View};
use std::path::Path;

/// Reads a block's three roles for pictures: as they are, enlarged and shrunk.
#[derive(Debug)]
pub(crate) struct BlockReader {
    /// Where Input, Block and Output are read.
    roles: [Site; 3],
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
        let size = loaded.size();
        let roles = Role::ALL.map(|role| loaded.architecture().read_site(block, role));
        let [input, contribution, _] = roles;
        let reader = |view, sites: &[Site]| {
            Reader::new(&loaded.network, Reading { size, view, sites, extent: Extent::Center }, isa)
                .map_err(|e| loaded.because(e))
        };
        Ok(BlockReader {
            plain: reader(View::Plain, &roles)?,
            enlarged: reader(View::Enlarged, &[contribution])?,
            shrunk: reader(View::Shrunk, &[input])?,
            roles,
        })
    }

    /// Measures a channel on its three pictures, `[size, size, 3]` RGB bytes each.
    pub(crate) fn measure(&mut self, channel: usize, input: &[u8], block: &[u8], output: &[u8]) -> Measured {
        let [i_i, b_i, o_i] = self.roles(channel, input);
        let [i_b, b_b, o_b] = self.roles(channel, block);
        let [i_o, b_o, o_o] = self.roles(channel, output);
        self.enlarged.read(input);
        self.shrunk.read(block);
        let [input, contribution, _] = self.roles;
        let at = |reader: &Reader, site| f64::from(reader.center(site)[channel]);
        Measured {
            activations: NineActivations { o_o, i_o, b_o, o_i, i_i, b_i, o_b, i_b, b_b },
            block_on_enlarged_input: at(&self.enlarged, contribution),
            input_on_shrunk_block: at(&self.shrunk, input),
        }
    }

    /// Input, Block and Output center activations on a picture.
    fn roles(&mut self, channel: usize, picture: &[u8]) -> [f64; 3] {
        self.plain.read(picture);
        self.roles.map(|site| f64::from(self.plain.center(site)[channel]))
    }
}

/// The pixels of a stored picture of `size` rows and columns.
///
/// # Errors
/// If it is none, or has another size.
pub(crate) fn pixels(png: &[u8], path: &Path, size: usize) -> Result<Vec<u8>, RunError> {
    let picture = images::decode_bytes(png, path)?;
    if (picture.height(), picture.width()) != (size, size) {
        return Err(RunError::PictureSize {
            path: path.to_owned(),
            expected: size,
            found: (picture.width(), picture.height()),
        });
    }
    Ok(picture.pixels().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_read_on_the_picture_of_its_role() {
        const CHANNEL: usize = 3;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, Some(32)).load().unwrap();
        let block: Block = "2.1".parse().unwrap();
        let [input, of_block, output] = [89, 57, 13].map(|step: usize| -> Vec<u8> {
            let bytes = (0..32 * 32 * 3).map(|i| i * step % 251);
            bytes.map(|byte| byte.try_into().unwrap()).collect()
        });
        let mut reader = BlockReader::new(&loaded, block, Isa::best()).unwrap();
        let found = reader.measure(CHANNEL, &input, &of_block, &output);
        let read = |view, role, picture: &[u8]| {
            let (site, center) = (loaded.architecture().read_site(block, role), Extent::Center);
            let reader =
                Reader::new(&loaded.network, Reading { size: 32, view, sites: &[site], extent: center }, Isa::best());
            let mut reader = reader.unwrap();
            reader.read(picture);
            f64::from(reader.center(site)[CHANNEL])
        };
        let on = |picture: &[u8]| Role::ALL.map(|role| read(View::Plain, role, picture));
        let nine = found.activations;
        assert_eq!([nine.i_i, nine.b_i, nine.o_i], on(&input));
        assert_eq!([nine.i_b, nine.b_b, nine.o_b], on(&of_block));
        assert_eq!([nine.i_o, nine.b_o, nine.o_o], on(&output));
        let enlarged = read(View::Enlarged, Role::Block, &input);
        assert_eq!(found.block_on_enlarged_input, enlarged);
        let shrunk = read(View::Shrunk, Role::Input, &of_block);
        assert_eq!(found.input_on_shrunk_block, shrunk);
    }

    #[test]
    fn a_picture_of_another_size_than_the_network_reads_is_refused() {
        let picture = images::Rgb8::from_pixels(4, 4, vec![7; 4 * 4 * 3]).unwrap();
        let png = images::encode_png(&picture).unwrap();
        let path = Path::new("store/ab/entry");
        assert_eq!(pixels(&png, path, 4).unwrap(), [7; 4 * 4 * 3]);
        let said = pixels(&png, path, 8).unwrap_err().to_string();
        assert_eq!(said, "store/ab/entry: expected a picture of 8 x 8 pixels, found 4 x 4");
    }
}
