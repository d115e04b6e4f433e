//! What all channels of a block answer to a channel's Input picture enlarged, and to its Block picture shrunk, by factors
//! other than the papers' 2: what the curve over the scale factor, and its null, are made of (METHOD.md, section 8).

use super::measure::Beside;
use crate::error::RunError;
use crate::source::Loaded;
use analysis::SCALE_FACTORS;
use resnet::{Block, Extent, Isa, Reader, Reading, Role, Site, View};

/// The papers' factor, at which every channel is measured already.
const PAPERS: f64 = 2.0;

/// What all channels answer at one factor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AtFactor {
    /// Every channel's Block on the enlarged Input picture.
    pub(crate) b_enlarged_i: Vec<f32>,
    /// Every channel's Input on the shrunk Block picture.
    pub(crate) i_shrunk_b: Vec<f32>,
}

/// How pictures of `size` rows and columns are enlarged and shrunk by a factor, and the rows and columns of the part that
/// is enlarged and of what is shrunk: as near as equal margins of whole pixels allow.
pub(crate) fn views(factor: f64, size: usize) -> [(View, usize); 2] {
    let side = |view| match view {
        View::Plain => size,
        View::Enlarged | View::Shrunk => size / 2,
        View::Cropped(side) | View::Padded(side) => side,
    };
    [factor, factor.recip()].map(|scale| View::scaled(scale, size).0).map(|view| (view, side(view)))
}

/// Reads a block's Input and Block at every factor but the papers'.
#[derive(Debug)]
pub(crate) struct FactorReader {
    block: Site,
    input: Site,
    /// Enlarged and shrunk, for each factor; none for the papers'.
    readers: Vec<Option<[Reader; 2]>>,
}

impl FactorReader {
    /// Readers for a block.
    ///
    /// # Errors
    /// If the network lacks the block.
    pub(crate) fn new(loaded: &Loaded, block: Block, isa: Isa) -> Result<FactorReader, RunError> {
        let size = loaded.size();
        let site = |role| loaded.architecture().read_site(block, role);
        let (input, of_block) = (site(Role::Input), site(Role::Block));
        let reader = |view, site| {
            let reading = Reading { size, view, sites: &[site], extent: Extent::Center };
            Reader::new(&loaded.network, reading, isa).map_err(|e| loaded.because(e))
        };
        let at = |factor: f64| {
            let [(enlarged, _), (shrunk, _)] = views(factor, size);
            Ok(match factor == PAPERS {
                true => None,
                false => Some([reader(enlarged, of_block)?, reader(shrunk, input)?]),
            })
        };
        let readers = SCALE_FACTORS.into_iter().map(at).collect::<Result<_, RunError>>()?;
        Ok(FactorReader { block: of_block, input, readers })
    }

    /// What all channels answer at each factor to a channel's Input and Block pictures, `[size, size, 3]` RGB bytes each;
    /// `beside` is what they answer at the papers'.
    pub(crate) fn read(&mut self, [input, block]: [&[u8]; 2], beside: &Beside) -> Vec<AtFactor> {
        let (of_block, of_input) = (self.block, self.input);
        let at = |readers: &mut Option<[Reader; 2]>| match readers {
            None => AtFactor { b_enlarged_i: beside.b_enlarged_i.clone(), i_shrunk_b: beside.i_shrunk_b.clone() },
            Some([enlarged, shrunk]) => {
                enlarged.read(input);
                shrunk.read(block);
                AtFactor {
                    b_enlarged_i: enlarged.center(of_block).to_vec(),
                    i_shrunk_b: shrunk.center(of_input).to_vec(),
                }
            }
        };
        self.readers.iter_mut().map(at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::measure::{BlockReader, Pixels};
    use std::path::Path;

    #[test]
    fn a_factor_is_as_near_as_whole_pixels_around_the_center_allow() {
        assert_eq!(views(2.0, 224), [(View::Enlarged, 112), (View::Shrunk, 112)]);
        assert_eq!(views(1.25, 224), [(View::Cropped(180), 180), (View::Padded(180), 180)]);
        assert_eq!(views(4.0, 224), [(View::Cropped(56), 56), (View::Padded(56), 56)]);
    }

    #[test]
    fn answers_at_every_factor_are_those_of_a_reader_of_that_view_and_at_two_those_that_were_measured() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = crate::Source::new(&root, None, Some(32)).load().unwrap();
        let block: Block = "2.1".parse().unwrap();
        let picture =
            |step: usize| -> Vec<u8> { (0..32 * 32 * 3).map(|i| u8::try_from(i * step % 251).unwrap()).collect() };
        let [input, of_block, output] = [89, 57, 13].map(picture);
        let pixels = [&input, &of_block, &output].map(|bytes| Pixels::Bytes(bytes.clone()));
        let mut measured = BlockReader::new(&loaded, block, None, Isa::best()).unwrap();
        let (_, beside) = measured.measure(3, pixels.each_ref());
        let mut reader = FactorReader::new(&loaded, block, Isa::best()).unwrap();
        let found = reader.read([&input, &of_block], &beside);
        assert_eq!(found.len(), SCALE_FACTORS.len());
        for (factor, found) in SCALE_FACTORS.into_iter().zip(found) {
            let [(enlarged, _), (shrunk, _)] = views(factor, 32);
            let read = |view, role, picture: &[u8]| {
                let site = loaded.architecture().read_site(block, role);
                let reading = Reading { size: 32, view, sites: &[site], extent: Extent::Center };
                let mut reader = Reader::new(&loaded.network, reading, Isa::best()).unwrap();
                reader.read(picture);
                reader.center(site).to_vec()
            };
            let expected = AtFactor {
                b_enlarged_i: read(enlarged, Role::Block, &input),
                i_shrunk_b: read(shrunk, Role::Input, &of_block),
            };
            assert_eq!(found, expected, "{factor}");
        }
    }
}
