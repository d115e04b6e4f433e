//! What an orientation tag asks for (EXIF 2.3, tag 0x0112).

use crate::error::ImageError;
use crate::rgb8::Rgb8;

/// The picture as it is to be shown, where its first row is at the side that the tag names: 1 is the top, from left to
/// right, 2 to 4 mirror, 5 to 8 exchange rows and columns too. Any other tag changes nothing.
pub(super) fn shown(picture: Rgb8, tag: u16) -> Result<Rgb8, ImageError> {
    let (width, height) = (picture.width(), picture.height());
    let (mirrors_x, mirrors_y, turns) = match tag {
        2 => (true, false, false),
        3 => (true, true, false),
        4 => (false, true, false),
        5 => (false, false, true),
        6 => (false, true, true),
        7 => (true, true, true),
        8 => (true, false, true),
        _ => return Ok(picture),
    };
    let (across, down) = if turns { (height, width) } else { (width, height) };
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    for y in 0..down {
        for x in 0..across {
            let (x, y) = if turns { (y, x) } else { (x, y) };
            let x = if mirrors_x { width - 1 - x } else { x };
            let y = if mirrors_y { height - 1 - y } else { y };
            pixels.extend(picture.pixel(x, y));
        }
    }
    Rgb8::from_pixels(across, down, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two columns, three rows: 0 1 / 2 3 / 4 5.
    #[test]
    fn every_tag_has_its_picture() {
        let shown_by = |tag: u16| {
            let picture = Rgb8::from_pixels(2, 3, (0..6).flat_map(|level| [level; 3]).collect()).unwrap();
            let shown = shown(picture, tag).unwrap();
            let levels: Vec<u8> = shown.pixels().iter().step_by(3).copied().collect();
            (shown.width(), levels)
        };
        for none in [0, 1, 9] {
            assert_eq!(shown_by(none), (2, vec![0, 1, 2, 3, 4, 5]));
        }
        assert_eq!(shown_by(2), (2, vec![1, 0, 3, 2, 5, 4]));
        assert_eq!(shown_by(3), (2, vec![5, 4, 3, 2, 1, 0]));
        assert_eq!(shown_by(4), (2, vec![4, 5, 2, 3, 0, 1]));
        assert_eq!(shown_by(5), (3, vec![0, 2, 4, 1, 3, 5]));
        // A quarter to the right: the first column, from below, is the first row.
        assert_eq!(shown_by(6), (3, vec![4, 2, 0, 5, 3, 1]));
        assert_eq!(shown_by(7), (3, vec![5, 3, 1, 4, 2, 0]));
        assert_eq!(shown_by(8), (3, vec![1, 3, 5, 0, 2, 4]));
    }
}
