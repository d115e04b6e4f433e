//! What a channel's Output answers to its own picture as that is enlarged, as paper 2 enlarges its images (METHOD.md, section 5).

use crate::error::RunError;
use crate::source::Loaded;
use resnet::{Block, Extent, Isa, Reader, Reading, Role, Site, View};

/// By how much, as paper 2 counts it: of 1.5, the central half is seen.
pub(crate) const ENLARGEMENTS: [f64; 6] = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5];

/// Rows and columns of the part that is enlarged to a whole picture of `size`: `int(size * (2 - s))`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "truncated, of a number from 0 to size")]
pub(crate) fn part(enlargement: f64, size: usize) -> usize {
    (size as f64 * (2.0 - enlargement)) as usize
}

/// Reads a block's Output for pictures at every enlargement.
#[derive(Debug)]
pub(crate) struct OutputReader {
    output: Site,
    readers: Vec<Reader>,
}

impl OutputReader {
    /// Readers for a block.
    ///
    /// # Errors
    /// If the network lacks the block.
    pub(crate) fn new(loaded: &Loaded, block: Block, isa: Isa) -> Result<OutputReader, RunError> {
        let (size, output) = (loaded.size(), loaded.architecture().read_site(block, Role::Output));
        let reader = |enlargement: f64| {
            let view = match part(enlargement, size) {
                side if side == size => View::Plain,
                side if side * 2 == size => View::Enlarged,
                side => View::Cropped(side),
            };
            let reading = Reading { size, view, sites: &[output], extent: Extent::Center };
            Reader::new(&loaded.network, reading, isa).map_err(|e| loaded.because(e))
        };
        Ok(OutputReader { output, readers: ENLARGEMENTS.into_iter().map(reader).collect::<Result<_, _>>()? })
    }

    /// A channel's Output on a picture, `[size, size, 3]` RGB bytes, at each enlargement.
    pub(crate) fn read(&mut self, channel: usize, picture: &[u8]) -> Vec<f64> {
        let output = self.output;
        let read = |reader: &mut Reader| {
            reader.read(picture);
            f64::from(reader.center(output)[channel])
        };
        self.readers.iter_mut().map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_is_truncated_as_python_does() {
        assert_eq!(ENLARGEMENTS.map(|s| part(s, 224)), [224, 201, 179, 156, 134, 112]);
        assert_eq!(ENLARGEMENTS.map(|s| part(s, 32)), [32, 28, 25, 22, 19, 16]);
    }
}
