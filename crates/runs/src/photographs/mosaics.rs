//! The top nine photographs of exemplars, and where in them Block inhibits.

use super::reading::{Photographs, Reading};
use super::scan;
use crate::error::RunError;
use crate::output::Output;
use images::Rgb8;
use images::pillow::resize_bilinear;
use report::layout;
use resnet::ndarray::Axis;
use resnet::{Block, Extent, Reader, Role, Site, View};

/// Rows and columns of one photograph of a mosaic of nine.
const TILE: usize = 112;

/// Writes, for each role of each of the channels, a mosaic of its top nine photographs as they are, and one of where
/// Block inhibits.
///
/// # Errors
/// If a photograph cannot be read again or a file not be written.
pub(super) fn write_mosaics(
    output: &Output,
    photographs: &Photographs,
    reading: &Reading<'_>,
    channels: &[(Block, usize)],
) -> Result<(), RunError> {
    let Reading { loaded, isa, .. } = *reading;
    let size = loaded.size();
    for &(block, channel) in channels {
        let sites = [Role::Input, Role::Block].map(|role| loaded.architecture().read_site(block, role));
        let reader = Reader::new(
            &loaded.network,
            resnet::Reading { size, view: View::Plain, sites: &sites, extent: Extent::Whole },
            isa,
        );
        let mut reader = reader.map_err(|error| loaded.because(error))?;
        let name = block.to_string();
        for role in Role::ALL {
            let (mut plain, mut inhibited) = (Mosaic::new(), Mosaic::new());
            for (at, image) in photographs.top(block, role, channel).into_iter().enumerate() {
                let photograph = scan::seen(&photographs.entries.entry(image), loaded.preprocessing)?;
                let tile = resize_bilinear(&photograph, TILE, TILE)?;
                reader.read(photograph.pixels());
                let [input, added] = sites.map(|site| map_of(&reader, site, channel));
                plain.place(at, &tile);
                inhibited.place(at, &inhibition(&tile, &input, &added)?);
            }
            let files = [
                (layout::top_images(&name, role.name(), channel), plain),
                (layout::inhibition(&name, role.name(), channel), inhibited),
            ];
            for (path, mosaic) in files {
                output.write_new(&output.path(path), &images::encode_png(&mosaic.finish()?)?)?;
            }
        }
    }
    Ok(())
}

/// One channel of a whole map.
fn map_of(reader: &Reader, site: Site, channel: usize) -> Vec<f32> {
    reader.whole(site).index_axis(Axis(2), channel).iter().copied().collect()
}

/// The photograph in grey; red where Input is positive and Block negative: it inhibits; blue where Block adds. The
/// stronger, the more Block takes away or adds, beside the largest Input or Block anywhere in the map.
fn inhibition(tile: &Rgb8, input: &[f32], added: &[f32]) -> Result<Rgb8, RunError> {
    let side = input.len().isqrt();
    let largest = input.iter().chain(added).copied().fold(f32::MIN_POSITIVE, f32::max);
    let mut pixels = Vec::with_capacity(TILE * TILE * 3);
    for y in 0..TILE {
        for (x, rgb) in tile.row(y).as_chunks::<3>().0.iter().enumerate() {
            let at = y * side / TILE * side + x * side / TILE;
            let (i, b) = (input[at], added[at]);
            let grey = 40.0 + 0.5 * rgb.iter().map(|&c| f32::from(c)).sum::<f32>() / 3.0;
            let (color, amount) =
                if b >= 0.0 { ([40.0, 110.0, 230.0], b) } else { ([230.0, 40.0, 30.0], i.min(-b).max(0.0)) };
            let weight = amount / largest;
            pixels.extend(color.map(|c: f32| byte(grey + (c - grey) * weight)));
        }
    }
    Ok(Rgb8::from_pixels(TILE, TILE, pixels)?)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a byte holds")]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// Up to nine tiles, three a row in their order; white, as what they are shown on, where there are fewer.
struct Mosaic {
    pixels: Vec<u8>,
}

impl Mosaic {
    const SIDE: usize = 3 * TILE;

    fn new() -> Mosaic {
        Mosaic { pixels: vec![255; Self::SIDE * Self::SIDE * 3] }
    }

    fn place(&mut self, at: usize, tile: &Rgb8) {
        for row in 0..TILE {
            let to = ((at / 3 * TILE + row) * Self::SIDE + at % 3 * TILE) * 3;
            self.pixels[to..to + TILE * 3].copy_from_slice(tile.row(row));
        }
    }

    fn finish(self) -> Result<Rgb8, RunError> {
        Ok(Rgb8::from_pixels(Self::SIDE, Self::SIDE, self.pixels)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_stand_in_their_order_and_what_is_left_of_a_mosaic_is_white() {
        let shade = |at: u8| Rgb8::from_pixels(TILE, TILE, vec![at; TILE * TILE * 3]).unwrap();
        let mut mosaic = Mosaic::new();
        for at in 0..5 {
            mosaic.place(at.into(), &shade(at));
        }
        let finished = mosaic.finish().unwrap();
        let middles: Vec<u8> =
            (0..9).map(|at| finished.row(at / 3 * TILE + TILE / 2)[(at % 3 * TILE + TILE / 2) * 3]).collect();
        assert_eq!(middles, [0, 1, 2, 3, 4, 255, 255, 255, 255]);
    }
}
