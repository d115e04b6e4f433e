//! What is measured on the 8-bit pictures of a channel (METHOD.md, section 3).

use super::variants::Variant;
use crate::error::RunError;
use crate::source::Loaded;
use analysis::NineActivations;
use featviz::{FloatReader, Look};
use resnet::{Block, Extent, Isa, Reader, Reading, Role, Site, View};
use std::path::Path;

/// A picture that is measured, `[size, size, 3]` RGB.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pixels {
    /// As everybody sees it.
    Bytes(Vec<u8>),
    /// From 0 to 1, before it was rounded.
    Floats(Vec<f32>),
}

/// What looks at pictures.
#[derive(Debug)]
enum Eye {
    Bytes(Reader),
    Floats(FloatReader),
}

impl Eye {
    fn read(&mut self, picture: &Pixels) {
        match (self, picture) {
            (Eye::Bytes(reader), Pixels::Bytes(bytes)) => reader.read(bytes),
            (Eye::Bytes(reader), Pixels::Floats(colors)) => reader.read(&featviz::to_bytes(colors)),
            (Eye::Floats(reader), Pixels::Floats(colors)) => reader.read(colors),
            (Eye::Floats(reader), Pixels::Bytes(bytes)) => {
                let colors: Vec<f32> = bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
                reader.read(&colors);
            }
        }
    }

    /// The center activation of every channel at a site, of the picture that was read last.
    fn center(&self, site: Site) -> Vec<f32> {
        match self {
            Eye::Bytes(reader) => reader.center(site).to_vec(),
            Eye::Floats(reader) => reader.center(site),
        }
    }
}

/// Reads a block's three roles for pictures: as they are, enlarged and shrunk.
#[derive(Debug)]
pub(crate) struct BlockReader {
    /// Where Input, Block and Output are read.
    roles: [Site; 3],
    /// Whether the Block is read where the Output stands behind its ReLU.
    aliased: bool,
    plain: Eye,
    /// Reads the Block of enlarged pictures.
    enlarged: Eye,
    /// Reads the Input of shrunk pictures.
    shrunk: Eye,
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

/// What all channels of the block answer where a channel's scale measures are read, beside that channel: what the null of
/// the pairing is made of (METHOD.md, section 8). Nothing more is computed for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    /// Every channel's Block on this one's Input picture.
    pub(crate) b_i: Vec<f32>,
    /// The same, enlarged.
    pub(crate) b_enlarged_i: Vec<f32>,
    /// Every channel's Input on this one's Block picture.
    pub(crate) i_b: Vec<f32>,
    /// The same, shrunk.
    pub(crate) i_shrunk_b: Vec<f32>,
}

impl BlockReader {
    /// Readers for a block.
    ///
    /// # Errors
    /// If the network lacks the block.
    pub(crate) fn new(
        loaded: &Loaded,
        block: Block,
        variant: Option<Variant>,
        isa: Isa,
    ) -> Result<BlockReader, RunError> {
        let (network, size) = (&loaded.network, loaded.size());
        let roles = Role::ALL.map(|role| loaded.architecture().read_site(block, role));
        let aliased = variant == Some(Variant::AliasedBlock);
        let floats = |look, sites: &[Site]| {
            let reader = FloatReader::new(network, (size, look), sites, isa);
            reader.map(Eye::Floats).map_err(|e| loaded.because_of_featviz(e))
        };
        let eye = |view, wanted: &[Role]| {
            let sites: Vec<_> = wanted.iter().map(|&role| roles[role as usize]).collect();
            match variant {
                Some(Variant::FloatPicture) => floats(Look::As(view), &sites),
                Some(Variant::Antialias) if view == View::Shrunk => floats(Look::ShrunkAntialiased, &sites),
                _ => Reader::new(network, Reading { size, view, sites: &sites, extent: Extent::Center }, isa)
                    .map(Eye::Bytes)
                    .map_err(|e| loaded.because(e)),
            }
        };
        let of_block = if aliased { Role::Output } else { Role::Block };
        Ok(BlockReader {
            roles,
            aliased,
            plain: eye(View::Plain, &Role::ALL)?,
            enlarged: eye(View::Enlarged, &[of_block])?,
            shrunk: eye(View::Shrunk, &[Role::Input])?,
        })
    }

    /// Measures a channel on the pictures of its Input, Block and Output.
    pub(crate) fn measure(&mut self, channel: usize, [input, block, output]: [&Pixels; 3]) -> (Measured, Beside) {
        let [i_i, b_i, o_i] = self.roles(channel, input);
        let all_b_i = self.all(&self.plain, Role::Block);
        let [i_b, b_b, o_b] = self.roles(channel, block);
        let all_i_b = self.all(&self.plain, Role::Input);
        let [i_o, b_o, o_o] = self.roles(channel, output);
        self.enlarged.read(input);
        self.shrunk.read(block);
        let b_enlarged_i = self.all(&self.enlarged, Role::Block);
        let i_shrunk_b = self.all(&self.shrunk, Role::Input);
        let measured = Measured {
            activations: NineActivations { o_o, i_o, b_o, o_i, i_i, b_i, o_b, i_b, b_b },
            block_on_enlarged_input: f64::from(b_enlarged_i[channel]),
            input_on_shrunk_block: f64::from(i_shrunk_b[channel]),
        };
        (measured, Beside { b_i: all_b_i, b_enlarged_i, i_b: all_i_b, i_shrunk_b })
    }

    /// Where a role is read.
    fn site(&self, role: Role) -> Site {
        self.roles[role as usize]
    }

    /// A role's center activations of all channels on the picture that was read last.
    fn all(&self, eye: &Eye, role: Role) -> Vec<f32> {
        if self.aliased && role == Role::Block {
            let sums = eye.center(self.site(Role::Output));
            return sums.into_iter().map(|sum| if sum < 0.0 { 0.0 } else { sum }).collect();
        }
        eye.center(self.site(role))
    }

    /// Input, Block and Output center activations on a picture.
    fn roles(&mut self, channel: usize, picture: &Pixels) -> [f64; 3] {
        self.plain.read(picture);
        Role::ALL.map(|role| f64::from(self.all(&self.plain, role)[channel]))
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
        let pixels = [&input, &of_block, &output].map(|bytes| Pixels::Bytes(bytes.clone()));
        let measured = |variant: Option<Variant>| {
            let mut reader = BlockReader::new(&loaded, block, variant, Isa::best()).unwrap();
            reader.measure(CHANNEL, pixels.each_ref())
        };
        let (found, beside) = measured(None);
        // Read as floats the same bytes are the same numbers; variants that make other pictures read them as published.
        for same in [Variant::FloatPicture, Variant::NoAugmentation, Variant::PostRelu, Variant::CenteredJitter] {
            assert_eq!(measured(Some(same)), (found, beside.clone()), "{same}");
        }
        let every = |view, role, picture: &[u8]| {
            let (site, center) = (loaded.architecture().read_site(block, role), Extent::Center);
            let reader =
                Reader::new(&loaded.network, Reading { size: 32, view, sites: &[site], extent: center }, Isa::best());
            let mut reader = reader.unwrap();
            reader.read(picture);
            reader.center(site).to_vec()
        };
        let read = |view, role, picture: &[u8]| f64::from(every(view, role, picture)[CHANNEL]);
        let on = |picture: &[u8]| Role::ALL.map(|role| read(View::Plain, role, picture));
        let nine = found.activations;
        assert_eq!([nine.i_i, nine.b_i, nine.o_i], on(&input));
        assert_eq!([nine.i_b, nine.b_b, nine.o_b], on(&of_block));
        assert_eq!([nine.i_o, nine.b_o, nine.o_o], on(&output));
        let enlarged = read(View::Enlarged, Role::Block, &input);
        assert_eq!(found.block_on_enlarged_input, enlarged);
        let shrunk = read(View::Shrunk, Role::Input, &of_block);
        assert_eq!(found.input_on_shrunk_block, shrunk);
        let others = Beside {
            b_i: every(View::Plain, Role::Block, &input),
            b_enlarged_i: every(View::Enlarged, Role::Block, &input),
            i_b: every(View::Plain, Role::Input, &of_block),
            i_shrunk_b: every(View::Shrunk, Role::Input, &of_block),
        };
        assert_eq!(beside, others);
        // Aliased, the Block is the Output behind its ReLU, wherever it is read.
        let (aliased, _) = measured(Some(Variant::AliasedBlock));
        let relu = |value: f64| if value < 0.0 { 0.0 } else { value };
        assert!(nine.o_i < 0.0 && nine.o_b < 0.0, "it tells nothing apart");
        assert_eq!([aliased.activations.b_i, aliased.activations.b_b], [nine.o_i, nine.o_b].map(relu));
        assert_eq!(aliased.activations.o_i, nine.o_i);
        assert_eq!(aliased.block_on_enlarged_input, relu(read(View::Enlarged, Role::Output, &input)));
        assert_eq!(aliased.input_on_shrunk_block, found.input_on_shrunk_block);
        // Antialiasing changes what is shrunk and nothing else.
        let (antialiased, of_others) = measured(Some(Variant::Antialias));
        assert_ne!(of_others.i_shrunk_b, beside.i_shrunk_b);
        let shrunk = found.input_on_shrunk_block;
        assert_eq!(Measured { input_on_shrunk_block: shrunk, ..antialiased }, found);
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
