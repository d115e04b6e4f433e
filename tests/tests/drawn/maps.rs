//! The maps of Block's part, from whole maps of Input and Block that another command wrote, in f64.

use crate::mosaics::{TILE, exemplars, names, seen, top_nine};
use crate::run::{BLOCKS, ROLES, SITES, beside, finished};
use images::decode_bytes;
use images::pillow::resize_bilinear;
use std::fs;
use testkit::golden::Archive;

/// What takes away is red, what adds is blue.
const RED: [f64; 3] = [230.0, 40.0, 30.0];
const BLUE: [f64; 3] = [40.0, 110.0, 230.0];

/// The color of a pixel: the photograph in half-bright grey and, the more Block adds or takes of a positive Input
/// beside the largest Input or Block of the photograph, blue or red.
fn color(rgb: &[u8], (input, block): (f64, f64), largest: f64) -> [f64; 3] {
    let sum: f64 = rgb.iter().map(|&c| f64::from(c)).sum();
    let grey = 40.0 + sum / 6.0;
    let (full, amount) = if block < 0.0 {
        // No more can be taken than there is.
        (RED, if input > -block { -block } else { input.max(0.0) })
    } else {
        (BLUE, block)
    };
    full.map(|c| grey + (c - grey) * amount / largest)
}

#[test]
fn every_pixel_of_every_map_is_what_block_takes_or_adds_there() {
    let names = names();
    let archive = Archive::open(beside("whole.npz"));
    let (mut reds, mut blues, mut uneven) = (0, 0, 0);
    for (block, channel) in exemplars() {
        let at = BLOCKS.iter().position(|b| *b == block).unwrap();
        let [input, added, _] = SITES[at];
        let arrays = [input, added].map(|site| archive.f32(site));
        let side = arrays[0].shape[3];
        for (role, site) in ROLES.iter().zip(SITES[at]) {
            let path = finished().join(format!("features/{block}/{role}/{channel}.inhibition.png"));
            let found = decode_bytes(&fs::read(&path).unwrap(), &path).unwrap();
            assert_eq!((found.width(), found.height()), (3 * TILE, 3 * TILE));
            for (rank, image) in top_nine(site, channel).into_iter().enumerate() {
                let maps: [Vec<f64>; 2] = arrays.each_ref().map(|array| {
                    assert_eq!(array.shape[2..], [side, side]);
                    let from = (image * array.shape[1] + channel) * side * side;
                    array.values[from..from + side * side].iter().map(|&v| v.into()).collect()
                });
                let largest = maps.iter().flatten().copied().fold(f64::from(f32::MIN_POSITIVE), f64::max);
                let turned = |i: usize| maps[1][(i % side) * side + i / side];
                uneven += usize::from((0..side * side).any(|i| turned(i) != maps[1][i]));
                let tile = resize_bilinear(&seen(&names[image]), TILE, TILE).unwrap();
                for y in 0..TILE {
                    for x in 0..TILE {
                        let cell = y * side / TILE * side + x * side / TILE;
                        let values = (maps[0][cell], maps[1][cell]);
                        reds += usize::from(values.1 < 0.0 && values.0 > 0.0);
                        blues += usize::from(values.1 > 0.0);
                        let expected = color(&tile.pixel(x, y), values, largest);
                        let pixel = found.pixel(rank % 3 * TILE + x, rank / 3 * TILE + y);
                        for (byte, expected) in pixel.iter().zip(expected) {
                            // Rounded to a whole level, after less than ten operations on numbers below 400 in single
                            // precision: 10 x 400 x 2^-24 < 0.001.
                            let off = (f64::from(*byte) - expected.clamp(0.0, 255.0)).abs();
                            assert!(off < 0.501, "{}: {byte} for {expected} at {x}, {y} of {rank}", path.display());
                        }
                    }
                }
            }
        }
    }
    assert!(reds > 10_000 && blues > 10_000 && uneven > 100, "{reds}, {blues}, {uneven}");
}
