//! What is decoded, what is said of it, and how much of it is too much.

use std::path::Path;

use crate::content::Format;
use crate::error::ImageError;
use crate::rgb8::{MAX_PIXELS, byte_count};

/// The most memory that decoding may take for samples: seven eighths of a GiB. It suffices for any PNG of at most
/// [`MAX_PIXELS`] and 8 bits a sample, for 117 million pixels of RGBA with 16 bits, for JPEGs of 156 million, and of 78
/// million if they are progressive.
const MAX_BYTES: u64 = 7 << 27;

/// The most memory for a row, and for what a file says beside its pixels, unpacked.
pub(super) const MAX_ASIDE: usize = 32 << 20;

/// Bytes of a format, and the name that errors give them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) path: &'a Path,
    pub(super) format: Format,
}

impl Source<'_> {
    /// Fails where there is no pixel, or more than any photograph has.
    pub(super) fn check_size(&self, (width, height): (usize, usize)) -> Result<(), ImageError> {
        let (path, format) = (self.path.to_owned(), self.format.name());
        if width == 0 || height == 0 {
            return Err(ImageError::ZeroSize { path, format, width, height });
        }
        match byte_count(width, height) {
            Some(_) => Ok(()),
            None => Err(ImageError::TooLarge { path, format, width, height, limit: MAX_PIXELS }),
        }
    }

    /// Fails where decoding a picture of this size needs more bytes than decoding any photograph does.
    pub(super) fn check_bytes(&self, (width, height): (usize, usize), needed: u64) -> Result<(), ImageError> {
        if needed <= MAX_BYTES {
            return Ok(());
        }
        Err(ImageError::TooManyBytes {
            path: self.path.to_owned(),
            format: self.format.name(),
            width,
            height,
            needed,
            limit: MAX_BYTES,
        })
    }

    /// Both checks, for a picture whose samples take so many bytes a pixel and are expanded to RGB beside them.
    pub(super) fn check(&self, size: (usize, usize), bytes_per_pixel: u64) -> Result<(), ImageError> {
        self.check_size(size)?;
        self.check_bytes(size, (bytes_per_pixel + 3) * size.0 as u64 * size.1 as u64)
    }

    /// It breaks its format. `reason` may be what a decoder says, which may hold line breaks.
    pub(super) fn damaged(&self, reason: impl ToString) -> ImageError {
        ImageError::Damaged {
            path: self.path.to_owned(),
            format: self.format.name(),
            reason: one_line(&reason.to_string()),
        }
    }

    /// It is of a kind that is not read: `found` names it.
    pub(super) fn unsupported(&self, found: impl ToString) -> ImageError {
        ImageError::Unsupported {
            path: self.path.to_owned(),
            format: self.format.name(),
            found: one_line(&found.to_string()),
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing: what a decoder says of a segment without its bytes ended in a line break.
    #[test]
    fn what_a_decoder_says_becomes_part_of_one_line() {
        let source = Source { bytes: &[], path: Path::new("a.jpg"), format: Format::Jpeg };
        for error in [source.damaged("Not enough bytes,\nexpected 1\n"), source.unsupported("a kind,\nexpected 1\n")] {
            let sentence = error.to_string();
            assert!(sentence.contains(", expected 1") && !sentence.contains('\n'), "{sentence:?}");
        }
    }
}
