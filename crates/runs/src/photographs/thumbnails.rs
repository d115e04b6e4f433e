//! Small pictures of the photographs at either end of a channel, and maps of what Block does in those at the top.

use super::reading::{Photographs, Reading, sites};
use super::scan;
use crate::error::RunError;
use crate::output::Output;
use crate::progress::Event;
use crate::queue::Queue;
use images::pillow::resize_bilinear;
use report::layout;
use resnet::ndarray::Axis;
use resnet::{Architecture, Block, Extent, Reader, Role, Site, View};
use std::collections::{BTreeMap, BTreeSet};

/// Rows and columns of a thumbnail.
const SIDE: usize = 112;
/// The most cells of a map, each way: finer ones are means over squares of it.
const CELLS: usize = 28;

/// A role of a channel.
type Place = (Block, Role, usize);

/// One cell of nine: which role of which channel it is of, its rank from 0, its cells each way, and their colors.
type Map = (Place, usize, usize, Vec<u8>);

/// Writes the thumbnail of each of the photographs of these places, and for each role of each studied channel a map of
/// what Block does in its top nine. Each photograph is read once more.
///
/// # Errors
/// If a photograph cannot be read again or a file not be written.
pub(super) fn write_thumbnails(
    output: &Output,
    photographs: &Photographs,
    reading: &Reading<'_>,
    places: &BTreeSet<usize>,
) -> Result<(), RunError> {
    let wanted = tops(photographs, reading);
    let places: Vec<usize> = places.iter().copied().collect();
    let observer = reading.observer;
    observer.event(Event::Phase { name: "thumbnails of images".into(), total: places.len(), done: 0 });
    let sites = sites(reading);
    let size = reading.loaded.size();
    let of_maps = resnet::Reading { size, view: View::Plain, sites: &sites, extent: Extent::Whole };
    let state = || Reader::new(&reading.loaded.network, of_maps, reading.isa).ok();
    let work = |reader: &mut Option<Reader>, at: usize| {
        let photograph = scan::seen(&photographs.entries.entry(places[at]), reading.loaded.preprocessing)?;
        let path = layout::photograph(places[at]);
        let small = resize_bilinear(&photograph, SIDE, SIDE)?;
        let bytes = report::photograph_jpeg(small.pixels(), SIDE, &path)?;
        let mut maps: Vec<Map> = Vec::new();
        if let (Some(reader), Some(wanted)) = (reader, wanted.get(&places[at])) {
            reader.read(photograph.pixels());
            maps = maps_of(reading.loaded.architecture(), reader, wanted);
        }
        Ok::<_, RunError>((path, bytes, maps))
    };
    let mut mosaics: BTreeMap<Place, Mosaic> = BTreeMap::new();
    let take = |_, (path, bytes, maps): (std::path::PathBuf, Vec<u8>, Vec<Map>)| {
        output.write_new(&output.path(path), &bytes)?;
        for (place, rank, cells, colors) in maps {
            mosaics.entry(place).or_insert_with(|| Mosaic::new(cells)).place(rank, &colors);
        }
        observer.event(Event::Advanced);
        Ok(())
    };
    Queue::new(reading.threads, places.len()).run(state, work, take)?;
    for ((block, role, channel), mosaic) in mosaics {
        let path = output.path(layout::maps(&block.to_string(), role.name(), channel));
        output.write_new(&path, &report::map_png(&mosaic.pixels, 3 * mosaic.cells, &path)?)?;
    }
    observer.event(Event::PhaseEnded);
    Ok(())
}

/// The roles of channels whose top nine a photograph is among, and its rank there, from 0.
fn tops(photographs: &Photographs, reading: &Reading<'_>) -> BTreeMap<usize, Vec<(Place, usize)>> {
    let mut found: BTreeMap<usize, Vec<(Place, usize)>> = BTreeMap::new();
    for study in reading.studies {
        for &channel in &study.channels {
            for role in Role::ALL {
                for (rank, image) in photographs.top(study.block, role, channel).into_iter().enumerate() {
                    found.entry(image).or_default().push(((study.block, role, channel), rank));
                }
            }
        }
    }
    found
}

/// The maps of the photograph that was read last.
fn maps_of(architecture: &Architecture, reader: &Reader, wanted: &[(Place, usize)]) -> Vec<Map> {
    // A site is copied once for all channels of it.
    let mut whole = BTreeMap::new();
    for ((block, ..), _) in wanted {
        for role in [Role::Input, Role::Block] {
            let site = architecture.read_site(*block, role);
            whole.entry(site.to_string()).or_insert_with(|| reader.whole(site));
        }
    }
    let map = |site: Site, channel: usize| -> Vec<f32> {
        whole[&site.to_string()].index_axis(Axis(2), channel).iter().copied().collect()
    };
    let each = wanted.iter().map(|&(place @ (block, _, channel), rank)| {
        let [input, added] = [Role::Input, Role::Block].map(|role| map(architecture.read_site(block, role), channel));
        let largest = input.iter().chain(&added).copied().fold(f32::MIN_POSITIVE, f32::max);
        let (input, cells) = coarse(&input);
        let (added, _) = coarse(&added);
        let colors = input.iter().zip(&added).flat_map(|(&i, &b)| color(i, b, largest)).collect();
        (place, rank, cells, colors)
    });
    each.collect()
}

/// A square map in at most [`CELLS`] cells each way, means over squares of it; and how many these are.
fn coarse(map: &[f32]) -> (Vec<f32>, usize) {
    let side = map.len().isqrt();
    let step = side.div_ceil(CELLS).max(1);
    let cells = side.div_ceil(step);
    let mean = |row: usize, column: usize| {
        let (mut sum, mut count) = (0.0_f64, 0.0_f64);
        for y in (row * step)..((row + 1) * step).min(side) {
            for x in (column * step)..((column + 1) * step).min(side) {
                sum += f64::from(map[y * side + x]);
                count += 1.0;
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "a mean of single precision in single precision")]
        let mean = (sum / count) as f32;
        mean
    };
    ((0..cells * cells).map(|at| mean(at / cells, at % cells)).collect(), cells)
}

/// Red where Block takes from a positive Input, blue where it adds, as opaque as it is much beside the largest Input or
/// Block in the photograph.
fn color(input: f32, added: f32, largest: f32) -> [u8; 4] {
    let (rgb, amount) =
        if added >= 0.0 { ([40, 110, 230], added) } else { ([230, 40, 30], input.min(-added).max(0.0)) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what a byte holds")]
    let opaque = (255.0 * (amount / largest)).round().clamp(0.0, 255.0) as u8;
    // Levels of opacity that the eye tells apart make small files.
    let [r, g, b] = if opaque < 8 { [0, 0, 0] } else { rgb };
    [r, g, b, if opaque < 8 { 0 } else { opaque & 0xf8 }]
}

/// Nine maps, three a row; clear where there are fewer.
struct Mosaic {
    cells: usize,
    pixels: Vec<u8>,
}

impl Mosaic {
    fn new(cells: usize) -> Mosaic {
        Mosaic { cells, pixels: vec![0; 9 * cells * cells * 4] }
    }

    fn place(&mut self, rank: usize, colors: &[u8]) {
        let line = self.cells * 4;
        for (row, colors) in colors.chunks_exact(line).enumerate() {
            let to = ((rank / 3 * self.cells + row) * 3 + rank % 3) * line;
            self.pixels[to..to + line].copy_from_slice(colors);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_as_opaque_as_block_takes_or_adds_beside_the_largest_of_both() {
        assert_eq!(color(1.0, 0.5, 2.0), [40, 110, 230, 64]);
        assert_eq!(color(1.0, -0.5, 2.0), [230, 40, 30, 64]);
        // No more is taken than there is.
        assert_eq!(color(0.5, -9.0, 2.0), [230, 40, 30, 64]);
        assert_eq!(color(0.0, -9.0, 2.0), [0; 4]);
        assert_eq!(color(0.0, 2.0, 2.0), [40, 110, 230, 248]);
        assert_eq!(color(0.0, 0.01, 2.0), [0; 4]);
    }

    #[test]
    fn a_fine_map_is_means_over_squares_and_a_coarse_one_stays() {
        let coarse_one: Vec<f32> = (0..196_u8).map(f32::from).collect();
        assert_eq!(coarse(&coarse_one), (coarse_one.clone(), 14));
        let fine: Vec<f32> = (0..57 * 57_u16).map(|at| f32::from(at % 57)).collect();
        let (cells, side) = coarse(&fine);
        // Three columns a cell: 0 to 2 have the mean 1, and so on.
        assert_eq!(side, 19);
        assert_eq!(cells[..3], [1.0, 4.0, 7.0]);
        let odd: Vec<f32> = (0..31 * 31_u16).map(|at| f32::from(at % 31)).collect();
        let (cells, side) = coarse(&odd);
        // The last column is alone.
        assert_eq!((side, cells[15]), (16, 30.0));
    }

    #[test]
    fn nine_maps_stand_three_a_row_in_their_order_and_what_is_missing_is_clear() {
        let mut mosaic = Mosaic::new(2);
        for rank in 0..5_u8 {
            mosaic.place(rank.into(), &[rank + 1; 16]);
        }
        let first = |row: usize, column: usize| mosaic.pixels[(row * 2 * 6 + column * 2) * 4];
        let found: Vec<u8> = (0..9).map(|rank| first(rank / 3, rank % 3)).collect();
        assert_eq!(found, [1, 2, 3, 4, 5, 0, 0, 0, 0]);
    }
}
