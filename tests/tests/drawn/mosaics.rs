//! The mosaics of top photographs, tile by tile, from the activations and the photographs themselves.

use crate::run::{BLOCKS, ROLES, SITES, SIZE, beside, finished};
use images::pillow::resize_bilinear;
use images::{Rgb8, decode, decode_bytes, preprocess};
use report::{ExemplarRow, layout, read_table};
use std::collections::BTreeSet;
use std::fs;
use testkit::golden::npy_f32;

pub(crate) const TILE: usize = 112;

/// The names of the photographs that were read, in the order of the arrays.
pub(crate) fn names() -> Vec<String> {
    let text = fs::read_to_string(finished().join(layout::IMAGES)).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The photographs with the largest activations, largest first; of equal ones the first in the order of the files.
pub(crate) fn top_nine(site: &str, channel: usize) -> Vec<usize> {
    let array = npy_f32(finished().join(format!("activations/{site}.npy")));
    let of_image = |image: usize| array.values[image * array.shape[1] + channel];
    let mut left: Vec<usize> = (0..array.shape[0]).collect();
    let mut found = Vec::new();
    while found.len() < 9 && !left.is_empty() {
        let mut best = 0;
        for (at, &image) in left.iter().enumerate() {
            if of_image(image) > of_image(left[best]) {
                best = at;
            }
        }
        found.push(left.remove(best));
    }
    found
}

/// What the network sees of a photograph: the shorter side resized to 256 parts of 224, the middle cut out.
pub(crate) fn seen(name: &str) -> Rgb8 {
    let photograph = decode(beside("photographs").join(name)).unwrap();
    // 48 x 256 / 224 = 54.86.
    assert_eq!(SIZE, 48);
    preprocess(&photograph, 55, SIZE).unwrap()
}

/// The exemplars, each channel once.
pub(crate) fn exemplars() -> BTreeSet<(String, usize)> {
    let rows: Vec<ExemplarRow> = read_table(&finished().join(layout::EXEMPLARS)).unwrap();
    rows.into_iter().map(|e| (e.block, e.channel)).collect()
}

#[test]
fn every_tile_of_every_mosaic_is_the_photograph_of_its_rank() {
    let (names, mut sets) = (names(), BTreeSet::new());
    assert_eq!(names.len(), 16, "{names:?}");
    let exemplars = exemplars();
    assert!(exemplars.len() >= 9);
    for (block, channel) in exemplars {
        let at = BLOCKS.iter().position(|b| *b == block).unwrap();
        for (role, site) in ROLES.iter().zip(SITES[at]) {
            let top = top_nine(site, channel);
            assert_eq!(top.len(), 9);
            let mut expected = vec![0; 9 * TILE * TILE * 3];
            for (rank, &image) in top.iter().enumerate() {
                let tile = resize_bilinear(&seen(&names[image]), TILE, TILE).unwrap();
                for y in 0..TILE {
                    let to = (((rank / 3) * TILE + y) * 3 + rank % 3) * TILE * 3;
                    expected[to..to + TILE * 3].copy_from_slice(tile.row(y));
                }
            }
            let path = finished().join(format!("features/{block}/{role}/{channel}.top.png"));
            let mosaic = decode_bytes(&fs::read(&path).unwrap(), &path).unwrap();
            assert_eq!((mosaic.width(), mosaic.height()), (3 * TILE, 3 * TILE));
            assert!(mosaic.pixels() == expected, "{}", path.display());
            sets.insert(top);
        }
    }
    // Roles and channels answer to other photographs, so that one cannot stand for another.
    assert!(sets.len() > 12, "{}", sets.len());
}
